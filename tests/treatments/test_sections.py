"""Places at the headings of a text."""

from hypothesis import given
from hypothesis import strategies as st

from treatments import richtext


def test_each_heading_is_a_place_named_by_its_words():
    html = "<h2>Side effects</h2><p>x</p><h3>How to take it</h3><p>y</p>"
    assert richtext.sections(html) == [
        ("section-side-effects", "Side effects"),
        ("section-how-to-take-it", "How to take it"),
    ]
    assert '<h2 id="section-side-effects">Side effects</h2>' in richtext.anchored(html)


def test_two_headings_of_the_same_words_are_two_places():
    html = "<h2>Side effects</h2><p>x</p><h2>Side effects</h2><p>y</p>"
    names = [name for name, _ in richtext.sections(html)]
    assert names == ["section-side-effects", "section-side-effects-2"]
    assert all(f'id="{name}"' in richtext.anchored(html) for name in names)


def test_what_a_heading_had_it_keeps():
    html = '<h2 lang="fr">Effets <em>indésirables</em> &amp; plus</h2><p>x</p>'
    assert richtext.sections(html) == [
        ("section-effets-indesirables-plus", "Effets indésirables & plus")
    ]
    assert '<h2 lang="fr" id="section-effets-indesirables-plus">' in richtext.anchored(html)


@given(st.lists(st.text(max_size=30), max_size=4))
def test_whatever_the_words_are_places_are_names_that_stand_once(headings):
    html = richtext.clean("".join(f"<h2>{words}</h2><p>x</p>" for words in headings))
    names = [name for name, _ in richtext.sections(html)]
    assert len(set(names)) == len(names)
    assert not any(set('"<> \t\n') & set(name) for name in names)
    anchored = richtext.anchored(html)
    assert [anchored.count(f'id="{name}"') for name in names] == [1] * len(names)
