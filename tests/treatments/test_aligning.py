"""Parts of texts side by side: nothing is lost, nothing is moved, what is shared stands level."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from treatments import aligning, richtext

CHAIN, BRAKES, TYRES = (
    f"<h3>{title}</h3><p>About {title}.</p>" for title in ("Chain", "Brakes", "Tyres")
)


def columns(*bodies):
    return aligning.columns([aligning.parts(body) for body in bodies])


def test_a_text_is_cut_before_its_headings():
    assert aligning.parts(f"<p>First.</p>{CHAIN}{BRAKES}") == ["<p>First.</p>", CHAIN, BRAKES]


@pytest.mark.parametrize("body", ["", "<p>Only this.</p>", "<h4>Lower</h4><p>Words.</p>"])
def test_a_text_without_headings_is_one_part(body):
    assert aligning.parts(body) == [body]


def test_a_text_is_not_cut_inside_a_quotation_or_a_link_with_an_arrow():
    quoted = '<blockquote><h3>Chain</h3><p><a href="/a>b<h3>">x<br>y</a></p></blockquote>'
    assert aligning.parts(quoted + BRAKES) == [quoted, BRAKES]


def test_a_text_of_very_many_headings_keeps_the_rest_in_its_last_part():
    cut = aligning.parts(CHAIN * 1000)
    assert len(cut) == aligning.MOST_PARTS
    assert "".join(cut) == CHAIN * 1000


@pytest.mark.parametrize(
    "written",
    [
        "<h3>Side  loads</h3>",
        "<h3>side\nLOADS</h3><p>More.</p>",
        "<h3>Side&nbsp;<em>loads</em></h3>",
        '<h3>Side loads<sup id="cited-1"><a href="#reference-1">1</a></sup></h3>',
    ],
)
def test_the_same_heading_is_known_by_its_words(written):
    assert aligning.heading(written) == "side loads"


def test_what_is_raised_in_a_heading_is_one_of_its_words():
    assert aligning.heading("<h3>m<sup>2</sup></h3>") != aligning.heading("<h3>m</h3>")


def test_shared_headings_stand_level_and_places_without_one_stay_empty():
    one, other = columns(f"<p>A</p>{CHAIN}{BRAKES}{TYRES}", f"<p>B</p>{CHAIN}{TYRES}")
    assert one == ["<p>A</p>", CHAIN, BRAKES, TYRES]
    assert other == ["<p>B</p>", CHAIN, "", TYRES]


def test_where_orders_conflict_the_longest_one_in_common_is_aligned():
    one, other = columns(CHAIN + BRAKES + TYRES, TYRES + CHAIN + BRAKES)
    assert one == ["", "", CHAIN, BRAKES, TYRES]
    assert other == ["", TYRES, CHAIN, BRAKES, ""]


def test_headings_that_only_two_of_three_share_stand_level_too():
    found = columns(CHAIN, BRAKES, BRAKES + CHAIN)
    assert found == [["", "", CHAIN], ["", BRAKES, ""], ["", BRAKES, CHAIN]]


def test_empty_headings_are_nobodys():
    nameless = "<h3></h3><p>Words.</p>"
    assert columns(nameless, nameless) == [["", nameless, ""], ["", "", nameless]]


headings = st.sampled_from("abcde").map(lambda word: f"<h3>{word}</h3><p>x</p>")
bodies = st.lists(headings, max_size=8).map("".join).map("<p>Before.</p>".__add__)
texts = st.lists(bodies, min_size=2, max_size=3)


@given(texts)
def test_every_text_keeps_all_its_words_in_order(bodies):
    found = columns(*bodies)
    assert ["".join(column) for column in found] == bodies
    assert [[part for part in column if part] for column in found] == [
        aligning.parts(body) for body in bodies
    ]


@given(texts)
def test_what_stands_level_shares_its_heading_and_no_row_is_empty(bodies):
    for row in list(zip(*columns(*bodies), strict=True))[1:]:
        assert len({aligning.heading(part) for part in row if part}) == 1


@given(bodies, bodies)
def test_two_texts_share_as_many_rows_as_their_longest_common_order(one, other):
    rows = list(zip(*columns(one, other), strict=True))[1:]
    assert sum(all(row) for row in rows) == longest(one, other)


def longest(one, other):
    """The length of the longest common order, by trying every subsequence of the shorter text."""
    one, other = sorted(
        ([aligning.heading(p) for p in aligning.parts(b)[1:]] for b in (one, other)), key=len
    )
    chosen = ([w for i, w in enumerate(one) if n >> i & 1] for n in range(2 ** len(one)))
    return max(len(words) for words in chosen if in_order(words, iter(other)))


def in_order(words, found):
    return all(word in found for word in words)


html = st.lists(
    st.sampled_from(
        ["<h2>", "</h2>", "<p>", "</p>", "<ul><li>", "<blockquote>", "a", "<br>", "<td>"]
    ),
    max_size=30,
).map("".join)


@settings(max_examples=200)
@given(html)
def test_each_part_of_a_cleaned_text_is_whole_in_itself(html):
    body = richtext.demoted(richtext.clean(html))
    cut = aligning.parts(body)
    assert "".join(cut) == body
    for part in cut:
        assert richtext.demoted(richtext.clean(part.replace("h3>", "h2>"))) == part.rstrip()
