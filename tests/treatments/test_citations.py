"""Numbers of citations on a page, and references in Vancouver style."""

import pytest

from treatments import citations


def cite(*keys):
    return "".join(citations.marker(key, key.upper()) for key in keys)


KNOWN = {"a", "b", "c", "d", "e"}


def rendered(*bodies):
    return citations.numbered(bodies, KNOWN)


def test_keys_come_once_in_order_of_first_appearance():
    assert citations.keys(f"{cite('b')} x {cite('a', 'b')}") == ["b", "a"]


def test_a_label_is_escaped():
    assert citations.marker("a", "A & <B>").endswith(">A &amp; &lt;B&gt;</cite>")


def test_one_citation_is_a_superscript_that_links_to_the_list():
    (body,), _ = rendered(f"<p>It helps.{cite('a')} Then</p>")
    link = '<a href="#reference-1" aria-label="Reference 1">1</a>'
    assert body == f'<p>It helps.<sup id="cited-1">{link}</sup> Then</p>'


@pytest.mark.parametrize(
    ("keys", "expected"),
    [("ab", "1, 2"), ("abc", "1–3"), ("abcde", "1–5"), ("aba", "1, 2")],
)
def test_a_run_of_neighbours_becomes_one_superscript(keys, expected):
    (body,), _ = rendered(cite(*keys))
    assert body.count("<sup") == 1
    assert f">{expected}</a>" in body


def test_a_run_with_a_gap_has_a_link_for_each_part():
    (_, body), _ = rendered(cite("a", "b", "c", "d", "e"), cite("a", "c", "d", "e"))
    assert ">1</a>, " in body
    assert '<a href="#reference-3" aria-label="References 3–5">3–5</a>' in body


def test_numbers_go_on_through_all_texts_of_a_page():
    bodies, cited = rendered(f"x{cite('b')}", f"y{cite('a')} z{cite('b')}")
    assert [(entry.number, entry.key) for entry in cited] == [(1, "b"), (2, "a")]
    assert cited[0].anchors == ["cited-1", "cited-3"]
    assert 'id="cited-3"' in bodies[1]


def test_space_before_a_citation_is_taken_up():
    (body,), _ = rendered(f"It helps. {cite('a')}")
    assert body.startswith("It helps.<sup")


def test_markers_apart_by_commas_are_one_run():
    (body,), _ = rendered(f"x{cite('a')}, {cite('b')}")
    assert body.count("<sup") == 1


def test_a_key_that_nobody_knows_keeps_its_label():
    (body,), cited = rendered(f"x{cite('a', 'ghost')}")
    assert "GHOST" in body
    assert [entry.key for entry in cited] == ["a"]
    assert rendered(cite("ghost"))[0] == [cite("ghost")]


def test_keys_of_one_source_share_its_number():
    (body,), cited = citations.numbered([f"x{cite('a')} y{cite('b', 'c')}"], KNOWN, {"a": "c"})
    assert [(entry.number, entry.key) for entry in cited] == [(1, "a"), (2, "b")]
    assert body.count(">1, 2</a>") == 1


def test_markers_are_replaced_by_key():
    body = citations.rekeyed(f"x{cite('a', 'b')}", {"a": citations.marker("z", "Z")})
    assert citations.keys(body) == ["z", "b"]


def test_vancouver_style_with_everything():
    printed = citations.vancouver(
        authors="Onofrio BM, Yaksh TL",
        title="A title",
        journal="J Neurosurg",
        year="1990",
        volume="72",
        issue="2",
        pages="200-209",
    )
    assert printed == "Onofrio BM, Yaksh TL. A title. J Neurosurg. 1990;72(2):200-9."


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"title": "Is it true?"}, "Is it true?"),
        ({"title": "T.", "year": "1990"}, "T. 1990."),
        ({"title": "T", "year": "1990", "pages": "7"}, "T. 1990:7."),
        ({"title": "T", "volume": "3", "pages": "7-12"}, "T. 3:7-12."),
        ({"title": "T", "journal": "J", "year": "1990", "issue": "4"}, "T. J. 1990;(4)."),
        ({"authors": "A, B, C, D, E, F", "title": "T"}, "A, B, C, D, E, F. T."),
        ({"authors": "A, B, C, D, E, F, G", "title": "T"}, "A, B, C, D, E, F, et al. T."),
    ],
)
def test_vancouver_style_leaves_out_what_is_not_known(fields, expected):
    blank = {"authors": "", "title": "", "journal": "", "year": ""}
    assert citations.vancouver(**(blank | fields)) == expected


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"year": "1999"}, "T. Utrecht: Wheel Press; 1999."),
        ({}, "T. Utrecht: Wheel Press."),
        (
            {"journal": "In: Book", "year": "1999", "pages": "33-41", "volume": "2"},
            "T. In: Book. Vol. 2. Utrecht: Wheel Press; 1999. p. 33-41.",
        ),
    ],
)
def test_vancouver_style_of_what_has_a_publisher(fields, expected):
    book = {
        "authors": "",
        "title": "T",
        "journal": "",
        "year": "",
        "publisher": "Utrecht: Wheel Press",
    }
    assert citations.vancouver(**(book | fields)) == expected


@pytest.mark.parametrize(
    ("pages", "expected"),
    [
        ("200-209", "200-9"),
        ("473–480", "473-80"),
        ("98-103", "98-103"),
        ("12-12", "12"),
        ("e7", "e7"),
        ("S12-S15", "S12-S15"),
    ],
)
def test_pages_without_the_digits_that_repeat(pages, expected):
    assert citations.shortened(pages) == expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("<p>Squeeze the lever.{0}</p>", "Squeeze the lever."),
        ("<p>One.</p><h2>Two &amp; three</h2><p>four{0}</p>", "One. Two & three four"),
        ("<p>one two three four five six seven{0}</p>", "two three four five six seven"),
        ("<p>{0} begins</p>", ""),
        (f"<p>Pads{cite('other')}{{0}}</p>", "Pads"),
    ],
)
def test_the_place_of_a_citation_is_told_by_the_words_before_it(body, expected):
    assert citations.words_before(body.format(cite("one")), "one") == expected
