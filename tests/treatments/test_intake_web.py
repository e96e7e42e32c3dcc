"""Web pages and plain texts: what is recognised in them, and what is left out."""

import html
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from treatments import richtext
from treatments.intake import findings, reading

CLIPPINGS = Path(__file__).parent.parent / "hostile" / "clippings"
DOCUMENTS = Path(__file__).parent.parent / "documents"
SAVED = Path(__file__).parent.parent / "intake" / "saved"


def read(text, name="brakes.html"):
    return reading.read(text if isinstance(text, bytes) else text.encode(), name)


def page(body, head=""):
    return read(f"<!DOCTYPE html><html><head>{head}</head><body>{body}</body></html>")


def told(found):
    return {one.code: (one.count, " | ".join(one.samples)) for one in found.findings}


def cite(*numbers):
    return "".join(f'<cite data-reference="source-{n}">{n}</cite>' for n in numbers)


# What word processors save


def test_word_with_all_its_markup():
    found = read((CLIPPINGS / "word.html").read_bytes())
    assert found.title == "Looking after your brakes"
    assert "<ul><li>New pads<ul><li>for the <strong>front</strong></li>" in found.body
    assert '<ol start="3"><li>Push the new pads in.</li></ol>' in found.body
    assert '<th scope="col"><strong>Part</strong></th>' in found.body
    assert told(found) == {
        "numbers of heading": (1, "What you need"),
        "deleted": (1, "Never oil them."),
        "comment": (1, "Is this so?"),
    }


def test_word_filtered_whose_lists_are_only_signs():
    found = read((SAVED / "word-filtered.html").read_bytes())
    assert found.title == "Looking after your brakes"
    assert found.body.split("\n") == [
        f"<p>Pads wear down – slowly{cite(1, 2)}. Wipe them{cite(3)}, and see why<sup>a</sup>.</p>",
        "<h2>What you need</h2>",
        "<ul><li>New pads<ul><li>for the front</li><li>for the back</li></ul></li>"
        "<li>A 5&nbsp;mm key</li></ul>",
        "<ol><li>Loosen the cable.</li><li>Pull the old pads out.</li></ol>",
        "<p><sup>a</sup> Dirt is hard.</p>",
    ]
    assert [source.text for source in found.references] == [
        "Wheeler A. Brakes. J Cycl 2001; 7: 20-29.",
        "Spoke B. Chains. J Cycl 2002; 8: 30-39.",
        "Ham Q. Dirt. Wheel Rev 2008; 11: 1-12.",
    ]
    assert not told(found).keys() & {"lost", "more"}


def test_google_docs_whose_look_is_in_its_rules():
    found = read((SAVED / "google-docs.html").read_bytes())
    assert found.title == "The lamp"
    assert found.body.split("\n") == [
        "<p>Switch it <strong>on</strong>&nbsp;<em>early</em>"
        '; see <a href="https://example.org/lamp?x=1" rel="noopener noreferrer">this</a>'
        f"{cite(1)}.</p>",
        "<h2>Which one</h2>",
        "<ul><li>Front: white<ul><li>not blinking</li></ul></li><li>Back: red</li></ul>",
    ]
    assert found.references[0].text == "Ray L. Lamps at night. Wheel Rev 2012; 3: 4-5."
    assert not told(found).keys() & {"lost", "more"}


def test_libreoffice_with_its_footnotes_and_page_heads():
    found = read((SAVED / "libreoffice.html").read_bytes())
    assert found.title == "The tyres"
    assert found.body == f"<p>Pump them up to 3 bar{cite(1)}.</p>\n<h2>By hand</h2>\n<p>Slowly.</p>"
    assert found.references[0].text == "Ham Q. Air. Wheel Rev 2004; 7: 101-104."
    assert told(found) == {"page header": (1, "Our Workshop")}


def test_a_site_with_all_that_stands_around():
    found = read((SAVED / "site.html").read_bytes())
    assert found.title == "Mending a puncture"
    assert found.body.split("\n") == [
        "<p>You need patches and glue.</p>",
        "<h2>Before you ride</h2>",
        '<p>Ask <a href="https://workshop.example.org/contact" rel="noopener noreferrer">us</a> '
        "or <a "
        'href="tel:5550100" rel="noopener noreferrer">call</a>.</p>',
        "<p>Wear gloves.</p>",
    ]
    left = told(found)
    assert left["around"][0] >= 1
    assert "Imprint" in left["around"][1]
    assert left["picture"] == (1, "A wheel")
    assert left["form"][1] == "E-mail Subscribe"
    assert left["mail"] == (1, "call")
    assert not left.keys() & {"lost", "more"}


# Pieces


def test_a_title_above_the_main_text_is_found():
    text = "Oil the chain once a month, and wipe off what is left of it."
    found = page(f"<div><h1>Chains</h1></div><p>Menu</p><main><p>{text}</p></main>")
    assert (found.title, found.body) == ("Chains", f"<p>{text}</p>")
    assert told(found) == {"around": (1, "Menu")}


def test_the_title_in_the_tab_is_proposed_where_the_page_has_none():
    found = page("<p>Oil it.</p>", "<title>Chains | Workshop</title>")
    assert found.title == "Chains | Workshop"
    assert "title of the file" in told(found)


def test_a_link_without_its_site_keeps_its_words():
    found = page('<h1>T</h1><p><a href="/pumps/">pumps</a> <a href="#x">below</a></p>')
    assert found.body == "<p>pumps below</p>"
    assert told(found) == {"dead link": (2, "pumps | below")}


def test_a_link_is_completed_where_the_page_says_where_it_stood():
    base = '<link rel="canonical" href="https://example.org/a/b.html">'
    found = page('<h1>T</h1><p><a href="../c.html">c</a></p>', base)
    assert 'href="https://example.org/c.html"' in found.body


def test_markers_of_our_own_come_in_from_nowhere():
    found = page('<h1>T</h1><p>Oil <cite data-reference="wheeler-2001">W</cite> it.</p>')
    assert found.body == "<p>Oil W it.</p>"


@pytest.mark.parametrize(
    ("markup", "code", "sample"),
    [
        ("<script>alert(1)</script>", "script", ""),
        ("<svg><text>Wheel</text></svg>", "picture", "Wheel"),
        ("<math><mi>x</mi></math>", "equation", "x"),
        ('<iframe src="https://example.org">no</iframe>', "object", "no"),
        ("<video>no film</video>", "object", "no film"),
        ('<span style="display:none">secret</span>', "hidden", "secret"),
        ("<span hidden>secret</span>", "hidden", "secret"),
        ("<s>old</s>", "struck", "old"),
        ("<del>old</del>", "deleted", "old"),
        ("<button>Press</button>", "form", "Press"),
    ],
)
def test_what_is_left_out_is_told(markup, code, sample):
    found = page(f"<h1>T</h1><p>Before {markup}after.</p>")
    assert richtext.plain(found.body) == "Before after."
    assert told(found) == {code: (1, sample)}


def test_blocks_of_the_portal_come_in_as_such():
    markup = (
        '<div class="urgent"><h2>Stop</h2><p>Walk.</p></div><ul class="do-not"><li>Go</li></ul>'
    )
    assert page(f"<h1>T</h1>{markup}").body == markup.replace("</div><ul", "</div>\n<ul")


def test_a_table_for_the_look_becomes_paragraphs():
    markup = '<table role="presentation"><tr><td><p>Oil.</p></td><td>Wipe.</td></tr></table>'
    found = page(f"<h1>T</h1>{markup}")
    assert found.body == "<p>Oil.</p>\n<p>Wipe.</p>"
    assert "frame" in told(found)


@pytest.mark.parametrize(
    ("data", "guessed"),
    [
        ("<p>Glöckchen – “ja”</p>".encode("utf-8-sig"), False),
        ("<p>Glöckchen – “ja”</p>".encode("utf-16"), False),
        ("<p>Glöckchen – “ja”</p>".encode("utf-16-le"), False),
        ('<meta charset="windows-1252"><p>Glöckchen – “ja”</p>'.encode("cp1252"), False),
        ("<meta charset=iso-8859-1><p>Glöckchen – “ja”</p>".encode("cp1252"), False),
        ("<p>Glöckchen – “ja”</p>".encode("cp1252"), True),
        ('<meta charset="utf-16"><p>Glöckchen – “ja”</p>'.encode(), False),
        ('<meta charset="nonsense"><p>Glöckchen – “ja”</p>'.encode(), False),
    ],
)
def test_letters_are_read_as_they_were_written(data, guessed):
    found = read(data)
    assert found.body == "<p>Glöckchen – “ja”</p>"
    assert ("encoding" in told(found)) == guessed


WORDS = st.text(st.characters(codec="utf-8", categories=("L", "P", "Sm", "Zs")), max_size=20)
TAGS = st.sampled_from(
    [
        *("p", "div", "h1", "h2", "h4", "ul", "ol", "li", "table", "tr", "td", "th", "b", "i"),
        *("sup", "a", "s", "nav", "main", "aside", "blockquote", "br", "section", "details"),
        *("summary", "span", "center", "font", "form", "del"),
    ]
)
MARKUP = st.recursive(
    WORDS.map(lambda words: html.escape(words)),
    lambda inside: st.tuples(TAGS, st.lists(inside, max_size=4)).map(
        lambda given: f"<{given[0]}>{''.join(given[1])}</{given[0]}>"
    ),
    max_leaves=12,
)


@given(MARKUP)
def test_no_word_is_lost_or_doubled(markup):
    found = page(markup)
    assert not told(found).keys() & {"lost", "more"}
    assert richtext.clean(found.body) == found.body


# Plain texts


def test_a_text_of_the_sources_shape():
    found = read((DOCUMENTS / "bicycle-leaflet.txt").read_bytes(), "bicycle.txt")
    assert (found.form, found.title) == ("Plain text", "Keeping a Bicycle in Order")
    assert re.findall(r"<h2>(.*?)</h2>", found.body) == ["The tyres", "Brakes &amp; gears"]
    assert f"nobody rides.{cite(3)} Press" in found.body
    assert f"with a thumb,{cite(4)} and pump" in found.body
    assert f"safer steps.”{cite(12)}</p>" in found.body
    assert "wears a chain down. 8-10 Brush it" in found.body  # it may be a quantity
    assert len(found.references) == 12
    assert told(found)["navigation"] == (1, "Workshop Leaflets")
    assert findings.SENTENCES["navigation"][0] == findings.LOOK  # it may be the title
    assert not told(found).keys() & {"lost", "more"}


def test_lines_that_a_window_broke_are_joined():
    text = (
        "Chains\n\nOil the chain once a month, wipe off what is left, and\n"
        "Never use butter for it.\n\n- a rag\n- oil\n"
    )
    found = read(text, "chains.txt")
    assert found.title == "Chains"
    assert found.body.split("\n") == [
        "<p>Oil the chain once a month, wipe off what is left, and Never use butter for it.</p>",
        "<ul><li>a rag</li><li>oil</li></ul>",
    ]


def test_a_text_with_references_and_no_numbers():
    text = "Chains\n\nOil them.\n\nSources\n\nWheeler A. Brakes. J Cycl 2001; 7: 20-29.\n"
    found = read(text, "chains.txt")
    assert (found.body, len(found.references)) == ("<p>Oil them.</p>", 1)
    assert "uncited" in told(found)


@given(st.lists(WORDS.map(lambda words: words + ".") | st.sampled_from(["", "- oil", "1. a", "B"])))
def test_no_word_of_a_text_is_lost(lines):
    found = read("Chains\n\n" + "\n".join(lines), "chains.txt")
    assert not told(found).keys() & {"lost", "more"}
