"""What a text is taken apart into: places, links, tables, beginnings of items."""

from treatments import passages


def found(html):
    return [(each.tag, each.place, each.words) for each in passages.read(html).passages]


def test_passages_are_counted_where_their_words_begin():
    html = "<h2>A</h2><p>B <strong>C</strong></p><ul><li>D<ul><li>E</li></ul>F</li></ul><p>G</p>"
    assert found(html) == [
        ("h2", 0, "A"),
        ("p", 1, "B C"),
        ("li", 2, "D F"),
        ("li", 3, "E"),
        ("p", 4, "G"),
    ]


def test_breaks_are_blanks_and_citations_are_no_words():
    html = '<p>A<br>B.<cite data-reference="wheeler-1">Wheeler 2001</cite> C</p>'
    assert found(html) == [("p", 0, "A B. C")]


def test_what_stands_in_a_box_without_a_paragraph_is_one():
    assert found('<div class="callout">A<p>B</p></div>C') == [
        ("p", 0, "A"),
        ("p", 1, "B"),
        ("p", 2, "C"),
    ]


def test_passages_without_words_have_no_place_of_their_own():
    assert found("<p> </p><h2>&nbsp;</h2><p>A</p>") == [("h2", 0, ""), ("p", 0, "A")]


def test_the_beginning_of_an_item_knows_its_list():
    html = '<ul class="do-not"><li>A<ol><li>B</li></ol></li><li><p>C</p><p>D</p></li></ul><p>E</p>'
    items = [(each.words, each.item_of) for each in passages.read(html).passages]
    assert items == [("A", "do-not"), ("B", ""), ("C", "do-not"), ("D", None), ("E", None)]


def test_links_keep_their_words_and_address():
    (passage,) = passages.read('<p>See <a href="/x">the <em>brake</em> page</a> now.</p>').passages
    assert passage.links == [passages.Link("the brake page", "/x")]


def test_tables_know_their_caption_and_headings():
    bare = "<table><tbody><tr><td>A</td></tr></tbody></table>"
    whole = "<table><caption>C</caption><thead><tr><th>H</th></tr></thead></table>"
    tables = passages.read(bare + whole).tables
    assert [(each.place, each.caption, each.headings) for each in tables] == [
        (0, False, False),
        (1, True, True),
    ]


def test_markup_that_is_never_closed_ends_with_the_text():
    assert found("<ul><li>A<p>B<table><tr><td>C") == [("li", 0, "A"), ("p", 1, "B"), ("td", 2, "C")]
