"""Which words of a text become links to the glossary, and what stays as it was."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from treatments import glossary, richtext
from treatments.glossary import Term

PUMP = Term("pump", "pump", "what moves air into a tyre")
GEAR = Term("gear", "gear shift", "what moves the chain", ("derailleur",))


def linked(*bodies, terms=(PUMP, GEAR)):
    return glossary.linked(bodies, terms, "/glossary/")


def words(body, *terms):
    """The words that are links in a text, as it writes them."""
    (text,) = linked(body, terms=terms or (PUMP, GEAR))
    return re.findall(r'<a class="term"[^>]*>(.*?)</a>', text, re.DOTALL)


def without_links(text):
    return re.sub(r'<a class="term"[^>]*>(.*?)</a>', r"\1", text, flags=re.DOTALL)


def test_the_first_use_leads_to_the_glossary_and_carries_the_meaning():
    term = Term("pump", "pump", "a tube & a handle", standing=("Not yet reviewed.", "Late."))
    assert linked("<p>A pump. The pump.</p>", terms=[term]) == [
        '<p>A <a class="term" href="/glossary/#term-pump" data-meaning="a tube &amp; a handle\n'
        'Not yet reviewed.\nLate.">pump</a>. The pump.</p>'
    ]


def test_the_first_use_counts_across_all_texts_of_the_page():
    first, second = linked("<p>A chain.</p>", "<p>A pump and a pump.</p>")
    assert first == "<p>A chain.</p>"
    assert second.count("<a ") == 1
    assert linked("<p>A pump.</p>", "<p>A pump.</p>")[1] == "<p>A pump.</p>"


@pytest.mark.parametrize(
    "written",
    [
        "Pump",
        "PUMP",
        "pumps",
        "pump’s",
        "pump's",
        "gear shift",
        "gear\nshift",
        "gear&nbsp;shift",
        "gear \u00a0 shift",
        "Gear shifts",
        "gear shift’s",
        "derailleur",
        "derailleurs",
    ],
)
def test_a_word_is_found_in_every_case_form_and_spelling(written):
    assert words(f"<p>The {written}, here.</p>") == [written]


@pytest.mark.parametrize(
    ("word", "written"),
    [
        ("brake pads", "brake pad"),
        ("bushes", "bush"),
        ("batteries", "battery"),
        ("battery", "batteries"),
        ("alloys", "alloy"),
        ("alloy", "alloys"),
        ("brush", "brushes"),
        ("hinges", "hinge"),
        ("wheel & spoke", "wheel &amp; spoke"),
        ("1 < 2 > 0", "1 &lt; 2 &gt; 0"),
        ("rider's grip", "rider’s grip"),
        ("side-pull", "side‑pull"),
        ("C++ [x] (y|z)* \\d", "c++ [X] (y|z)* \\d"),
        ('a "quoted" word', 'a "quoted" word'),
        ("链条", "链条"),
        ("Öse", "öse"),
    ],
)
def test_word_and_text_may_differ_in_form(word, written):
    assert words(f"<p>Of {written}: much.</p>", Term("x", word)) == [written]


@pytest.mark.parametrize(
    ("word", "text"),
    [
        ("pump", "pumped pumping trumpet pump_ pumpkin"),
        ("gas", "a ga"),
        ("glass", "a glas"),
        ("bonus", "a bonu"),
        ("ABCS", "an ABC"),
        ("a", "as"),
        ("amp", "this &amp; that"),
        ("&", "a&lt;b&gt;"),
        (";", "a &amp; b"),
        ("cafe", "cafe\u0301"),
        ("gear shift", "gear, shift"),
        ("gear shift", "gear</p><p>shift"),
        ("gear shift", "gear <em>shift</em>"),
    ],
)
def test_what_only_looks_like_the_word_is_no_use_of_it(word, text):
    assert words(f"<p>{text}</p>", Term("x", word)) == []


def test_words_of_scripts_without_spaces_are_found_within_a_line():
    assert words("<p>给链条上油。</p>", Term("chain", "链条")) == ["链条"]
    assert words("<p>X光机</p>", Term("x", "X光")) == ["X光"]


@pytest.mark.parametrize(
    "closed",
    [
        "<h2>pump</h2>",
        "<h3>A <em>pump</em></h3>",
        "<h4>pump</h4>",
        '<a href="/x/">the <em>pump</em></a>',
        '<cite data-reference="pump-2001">pump</cite>',
        '<sup id="cited-1"><a href="#reference-1">pump</a> pump</sup>',
        "<table><caption>pump</caption><tr><th>pump</th></tr></table>",
        "<details><summary>pump</summary></details>",
        '<div class="care"><p class="label">pump</p></div>',
        '<span class="big label">a <span>pump</span> pump</span>',
        '<p lang="pump" title="a > pump">air</p>',
    ],
)
def test_headings_links_and_labels_hold_no_term(closed):
    (text,) = linked(f"{closed}<p>pump</p>")
    assert text.startswith(f'{closed}<p><a class="term"')


def test_of_two_words_the_longer_one_is_linked_and_none_within_it():
    shift = Term("shift", "shift")
    assert words("<p>A gear shift, a shift, a gear shift.</p>", shift, GEAR) == [
        "gear shift",
        "shift",
    ]


def test_a_form_that_two_terms_share_belongs_to_the_one_that_is_spelled_so():
    one, other = Term("gear", "gear"), Term("gears", "gears")
    (text,) = linked("<p>gears</p>", terms=[one, other])
    assert "#term-gears" in text


def test_no_term_is_linked_without_terms():
    assert linked("<p>A pump.</p>", terms=[]) == ["<p>A pump.</p>"]
    assert linked("<p>A pump.</p>", terms=[Term("x", ""), Term("y", " ", "z", (" ",))]) == [
        "<p>A pump.</p>"
    ]


def test_a_hostile_meaning_stays_within_its_attribute():
    term = Term('"><script>', "pump", "\"><script>alert('x')</script>")
    (text,) = linked("<p>pump</p>", terms=[term])
    assert "<script" not in text
    assert without_links(text) == "<p>pump</p>"


def test_used_names_what_linked_links():
    names = glossary.names([PUMP, GEAR])
    assert glossary.used("<h2>pump</h2><p>derailleurs</p>", names) == {"gear"}
    assert glossary.used("<h2>pump</h2>", names) == frozenset()


PIECES = ["pump", "pumps", "gear", "shift", "链条", "&", "<", ">", '"', "'", " ", "\u00a0", "\n"]
PIECES += ["<p>", "</p>", "<h2>", "</h2>", "<em>", "</em>", "<a href='/x/'>", "</a>", "<sup>"]
MARKUP = st.lists(st.sampled_from(PIECES) | st.text(max_size=5), max_size=40).map("".join)
WORDS = st.lists(
    st.sampled_from(["pump", "gear shift", "链条", "&", "pumps"]) | st.text(max_size=8)
)


@given(st.lists(MARKUP, max_size=3), WORDS, st.text(max_size=20))
def test_without_the_links_each_text_is_what_it_was(texts, spelled, meaning):
    bodies = [richtext.clean(text) for text in texts]
    terms = [Term(f"t{n}", word, meaning) for n, word in enumerate(spelled)]
    written = glossary.linked(bodies, terms, "/glossary/")
    assert [without_links(text) for text in written] == bodies
    links = re.findall(r'#term-(t\d+)" ', "".join(written))
    assert len(links) == len(set(links))


@given(MARKUP, WORDS)
def test_a_text_with_links_is_well_formed(text, spelled):
    terms = [Term(f"t{n}", word, "x") for n, word in enumerate(spelled)]
    (written,) = glossary.linked([richtext.clean(text)], terms, "/glossary/")
    opened = []
    for end, name in re.findall(r'<(/?)([a-z0-9]+)(?:[^<>"]|"[^"]*")*>', written):
        if name == "br":
            continue
        if end:
            assert opened.pop() == name
        else:
            assert not (name == "a" and "a" in opened)
            opened.append(name)
    assert opened == []


def test_two_hundred_words_in_five_thousand_are_each_linked_once():
    def name(number):
        return "word" + "".join("abcdefghij"[int(digit)] for digit in str(number)) + "q"

    terms = [Term(f"t{n}", f"{name(n)} {name(n + 1)}" if n % 2 else name(n)) for n in range(200)]
    text = " ".join(term.word for term in terms) + " and so on"
    body = f"<p>{text}</p>" * 20
    (written,) = linked(body, terms=terms)
    assert re.findall(r"#term-(t\d+)", written) == [term.slug for term in terms]
    assert written.endswith(f"<p>{text}</p>" * 19)


@pytest.mark.parametrize(
    ("word", "letter"),
    [("pump", "P"), ("(pump)", "P"), ("Öse", "O"), ("2 spokes", ""), ("链条", ""), ("цепь", "Ц")],
)
def test_words_stand_under_their_letter(word, letter):
    assert glossary.letter(word) == letter


def test_words_are_in_the_order_of_their_letters():
    found = sorted(["pump", "öl", "Oak", "oz", "链条", "Chain", "2 spokes"], key=glossary.place)
    assert found == ["Chain", "Oak", "öl", "oz", "pump", "2 spokes", "链条"]
