"""What is found in a text, what is said about it, and where."""

import pytest

from treatments import advice, richtext
from treatments.admin.editor import BLOCKS

LONG = "Oil the chain " * 7  # 21 words
PLAIN = {
    "velocipede": "bicycle",
    "prior to": "before",
    "prior to that": "earlier",
    "utilize": "use",
}


def found(html, kind=None, **more):
    """[(place, words, todo)] of a kind, or of all."""
    return [
        (each.place, each.words, each.todo)
        for each in advice.findings(html, **{"plain": PLAIN} | more)
        if kind in (None, each.kind)
    ]


def words(html, kind, **more):
    return [said for _, said, _ in found(html, kind, **more)]


def test_a_good_text_needs_no_advice():
    html = (
        "<p>Squeeze the lever.</p><h2>What to do</h2><p>Oil the chain. Wipe it.</p>"
        '<h3>Do not</h3><ul class="do-not"><li>Do not ride in the rain.</li></ul>'
        "<table><caption>Chains</caption><thead><tr><th>Kind</th></tr></thead><tbody><tr><td>A"
        '</td></tr></tbody></table><p>See <a href="/treatments/brakes/">how brakes work</a>.</p>'
    )
    assert found(html) == []


def test_nothing_needs_no_advice():
    assert found("") == []


def test_findings_come_by_kind_and_then_in_the_order_of_the_text():
    html = f"<p>Velocipede. {LONG}.</p><p>{LONG}.</p>"
    kinds = [(each.kind, each.place) for each in advice.findings(html, PLAIN)]
    assert kinds == [("sentence", 0), ("sentence", 1), ("word", 0)]


# Sentences and paragraphs


def test_a_sentence_of_twenty_words_is_short_and_one_more_is_long():
    assert words(f"<p>{'oil ' * 20}.</p>", "sentence") == []
    assert words(f"<p>Look. {LONG.strip()}. Good.</p>", "sentence") == [f"{LONG.strip()}."]


def test_long_sentences_say_how_long_they_are():
    ((_, _, todo),) = found(f"<p>{LONG}.</p>", "sentence")
    assert "21 words" in todo


@pytest.mark.parametrize("tag", ["h2", "caption", "th"])
def test_headings_and_captions_are_no_sentences(tag):
    assert words(f"<table><{tag}>{LONG}</{tag}></table>", "sentence") == []


@pytest.mark.parametrize("markup", ["<ul><li>{}</li></ul>", "<table><tr><td>{}</td></tr></table>"])
def test_items_and_cells_hold_long_sentences_too(markup):
    assert len(words(markup.format(LONG), "sentence")) == 1


def test_a_paragraph_of_three_sentences_is_short_and_one_more_is_long():
    assert words("<p>A b. C d. E f.</p>", "paragraph") == []
    assert words("<p>A b. C d. E f. G h.</p>", "paragraph") == ["A b. C d. E f. G h."]


# Hard words


@pytest.mark.parametrize(
    "form", ["utilize", "Utilize", "UTILIZE", "utilizes", "utilized", "utilizing"]
)
def test_hard_words_are_found_in_each_regular_form(form):
    ((_, said, todo),) = found(f"<p>They {form} it.</p>", "word")
    assert said == form
    assert todo == f"Instead of “{form}”, try: use."


def test_phrases_are_found_the_longest_first():
    assert words("<p>Prior to that, and prior  to this.</p>", "word") == [
        "Prior to that",
        "prior to",
    ]


def test_a_phrase_reaches_over_emphasis_but_not_over_paragraphs():
    assert words("<p>prior <em>to</em> it</p>", "word") == ["prior to"]
    assert words("<p>prior</p><p>to it</p>", "word") == []


@pytest.mark.parametrize("word", ["utilizable", "reutilize", "priority"])
def test_a_part_of_a_word_is_no_hard_word(word):
    assert words(f"<p>{word} to it</p>", "word") == []


def test_a_word_is_told_once_with_how_often_it_stands_there():
    ((place, _, todo),) = found("<p>A</p><p>Velocipede, velocipedes.</p><p>velocipede</p>", "word")
    assert (place, "(3 times)" in todo) == (1, True)


def test_hard_words_in_headings_and_cells_count():
    html = "<h2>Velocipede</h2><p>x</p><table><tr><td>Utilize</td></tr></table>"
    assert words(html, "word") == ["Velocipede", "Utilize"]


def test_words_that_the_glossary_explains_are_left_alone():
    assert words("<p>Velocipedes.</p>", "word", known=["Velocipede"]) == []


def test_without_a_list_there_are_no_hard_words():
    assert words("<p>Utilize it.</p>", "word", plain={}) == []


def test_the_shipped_list_is_found_where_none_is_given():
    assert words("<p>Utilize it prior to noon.</p>", "word", plain=None) == ["Utilize", "prior to"]


def test_no_plain_word_of_the_shipped_list_is_itself_a_hard_one():
    shipped = advice.shipped()
    said = {word.strip() for instead in shipped.values() for word in instead.split(",")}
    assert said & shipped.keys() == set()


def test_the_shipped_list_is_in_the_order_of_the_alphabet():
    text = (advice.Path(advice.__file__).with_name("plain_words.txt")).read_text(encoding="utf-8")
    for part in text.split("\n\n# ")[1:]:
        listed = [line.partition(" = ")[0] for line in part.splitlines() if " = " in line]
        assert listed == sorted(listed)


@pytest.mark.parametrize("line", ["utilize", "utilize =", "= use", "a = b\nA = c"])
def test_a_list_that_cannot_be_read_says_which_line(line):
    with pytest.raises(ValueError, match=r"Line \d"):
        advice.plain_words(f"# words\n{line}\n")


# Headings


@pytest.mark.parametrize(
    ("levels", "faults"),
    [
        ("", 0),
        ("2", 0),
        ("2 3 3 2", 0),
        ("3", 1),
        ("3 3", 1),
        ("3 2", 1),
        ("2 4", 1),
        ("2 3 4 2 4", 1),
    ],
)
def test_no_level_of_headings_is_left_out_and_the_text_begins_with_the_second(levels, faults):
    html = "".join(f"<h{level}>Chains</h{level}><p>Oil.</p>" for level in levels.split())
    assert len(found(html, "heading")) == faults


@pytest.mark.parametrize("inside", ["", " ", "&nbsp;", "<br>", "<strong> </strong>", "…"])
def test_an_empty_heading_is_found(inside):
    ((place, _, todo),) = found(f"<p>A</p><h2>{inside}</h2><p>B</p>", "heading")
    assert (place, "empty" in todo) == (1, True)


@pytest.mark.parametrize(
    ("html", "faults"),
    [
        ("<h2>A</h2>", 1),
        ("<h2>A</h2><h2>B</h2><p>x</p>", 1),
        ("<h2>A</h2><h3>B</h3><p>x</p>", 0),
        ("<h2>A</h2><h3>B</h3><h2>C</h2><p>x</p>", 1),
        ("<h2>A</h2><ul><li>x</li></ul>", 0),
    ],
)
def test_a_heading_without_a_text_is_found(html, faults):
    assert len(found(html, "heading")) == faults


# Links


@pytest.mark.parametrize(
    "said",
    ["click here", "Click here.", "here", "Read more »", "(more)", "this link", "Learn more…"]
    + ["https://example.org/brakes", "www.example.org", "example.org", "example.org/brakes"],
)
def test_links_that_do_not_say_where_they_lead_are_found(said):
    html = f'<p>See <a href="https://example.org/brakes">{said}</a>.</p>'
    assert words(html, "link") == [said]


@pytest.mark.parametrize("said", ["how brakes work", "Brakes", "more about brakes", "e.g."])
def test_links_that_say_where_they_lead_are_none(said):
    assert words(f'<p><a href="/treatments/brakes/">{said}</a></p>', "link") == []


def test_an_address_for_mail_may_be_written_out():
    assert words('<p><a href="mailto:shop@example.org">shop@example.org</a></p>', "link") == []


# Tables


@pytest.mark.parametrize(
    ("html", "said"),
    [
        ("<table><tr><td>A</td></tr></table>", "headings and a caption"),
        ("<table><tr><th>A</th></tr></table>", "a caption"),
        ("<table><caption>A</caption><tr><td>B</td></tr></table>", "headings"),
    ],
)
def test_a_table_is_told_what_it_lacks(html, said):
    ((place, _, todo),) = found(f"<p>x</p>{html}", "table")
    assert (place, f"Give this table {said}:" in todo) == (1, True)


# Lists of what not to do


@pytest.mark.parametrize(
    ("line", "faults"),
    [
        ("Do not ride in the rain.", 0),
        ("do  not ride", 0),
        ("<strong>Do not</strong> ride", 0),
        ("Don’t ride", 0),
        ("Never ride", 0),
        ("Please do not ride", 0),
        ("Ride in the rain.", 1),
        ("Do ride", 1),
        ("Do nothing", 1),
        ("You should not ride", 1),
    ],
)
def test_each_line_of_what_not_to_do_says_so(line, faults):
    assert len(found(f'<ul class="do-not"><li>{line}</li></ul>', "do-not")) == faults


def test_only_the_beginnings_of_lines_have_to_say_so():
    html = '<ul class="do-not"><li><p>Do not ride.</p><p>It is wet.</p></li></ul>'
    assert found(html, "do-not") == []


def test_other_lists_need_not_say_so():
    html = (
        '<ul class="do"><li>Ride.</li></ul><ul><li>Oil</li></ul><ol class="steps"><li>Go</li></ol>'
    )
    assert found(html, "do-not") == []


def test_the_list_of_what_not_to_do_is_that_of_the_editor():
    assert ("ul", "do-not") in BLOCKS
    assert "do-not" in richtext.CLASSES["ul"]


# What is told


@pytest.mark.parametrize(
    ("grade", "said"),
    [
        (None, "no grade"),
        (-1.3, "grade 1"),
        (1.6, "about grade 2"),
        (6.4, "about grade 6"),
        (12.5, "about grade 12"),
        (22.0, "above grade 16"),
    ],
)
def test_grades_are_told_in_words(grade, said):
    assert advice.grade_in_words(grade) == said


def test_the_next_step_is_what_helps_most():
    assert advice.next_step({"word": 3, "sentence": 2}) == "split the 2 long sentences"
    assert advice.next_step({"word": 1}) == "look at the hard word"
    assert advice.next_step({}) == ""


def test_each_kind_has_a_next_step():
    assert all(advice.next_step({kind: 1}) for kind in advice.KINDS)


@pytest.mark.parametrize(
    "html",
    [
        "<p>",
        "<ul class='do-not'><li><li>",
        "<a><a><a>here</a>",
        "<table><table></table>",
        "<h2><h3>",
        '<a href="javascript:alert(1)">click here</a>',
        "<p>" + "(" * 10_000,
        "<p>" + "www." * 20_000,
        "<p>" + "a-" * 20_000,
        "<p>" + "prior " * 10_000,
        "<li>" * 2000 + "Do",
    ],
)
def test_markup_of_any_kind_is_read_and_never_raises(html):
    advice.findings(html)
