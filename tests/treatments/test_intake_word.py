"""Word documents: what is recognised in them, what is left out, and that no word is lost."""

import html
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.intake.word_files import (
    BULLETS,
    HEADINGS,
    LETTERS,
    NUMBERS,
    document,
    heading,
    link,
    note,
    packed,
    paragraph,
    parts,
    raised,
    run,
    table,
)
from treatments import richtext
from treatments.intake import reading

TITLE = paragraph("Looking after your brakes", style="Title")
REFERENCES = (
    heading("References"),
    paragraph("1. Wheeler A, Spoke B. Brakes. J Cycl 2001; 7: 20-29."),
    paragraph("2. Spoke B. Chains. J Cycl 2002; 8: 30-39. doi:10.5555/chains"),
    paragraph("3. The Society of Menders. Pads. 1998. https://example.org/pads"),
)


def read(*body, **more):
    return reading.read(document(*body, **more), "brakes.docx")


def told(found):
    """{code of a finding: how often, and the words that it names}"""
    return {one.code: (one.count, " | ".join(one.samples)) for one in found.findings}


def cite(*numbers):
    return "".join(f'<cite data-reference="source-{n}">{n}</cite>' for n in numbers)


def test_a_first_heading_that_says_the_title_again_is_left_out():
    again = heading("Looking after your brakes")
    found = read(TITLE, again, paragraph("Pads wear."), heading("Pads", 2), paragraph("New."))
    assert found.title == "Looking after your brakes"
    assert found.body.split("\n") == ["<p>Pads wear.</p>", "<h2>Pads</h2>", "<p>New.</p>"]
    assert told(found) == {"title again": (1, "Looking after your brakes")}
    later = read(TITLE, paragraph("Pads wear."), again, paragraph("New."))
    assert "<h2>Looking after your brakes</h2>" in later.body


def test_a_leaflet_is_recognised_as_a_whole():
    found = read(
        TITLE,
        paragraph("Pads wear ", run("slowly", "b"), "; “squealing” isn’t ", run("bad", "i"), "."),
        heading("What you need"),
        paragraph("new pads", item=(BULLETS, 0)),
        paragraph("for the front", item=(BULLETS, 1)),
        paragraph("a key", item=(BULLETS, 0)),
        paragraph("See ", link("rA", "this page"), "."),
        links=[("rA", "https://example.org/brakes?a=1&b=2")],
    )
    assert (found.form, found.title) == ("Word document", "Looking after your brakes")
    assert found.body.split("\n") == [
        "<p>Pads wear <strong>slowly</strong>; “squealing” isn’t <em>bad</em>.</p>",
        "<h2>What you need</h2>",
        "<ul><li>new pads<ul><li>for the front</li></ul></li><li>a key</li></ul>",
        '<p>See <a href="https://example.org/brakes?a=1&amp;b=2" rel="noopener noreferrer">'
        "this page</a>.</p>",
    ]
    assert told(found) == {}


@pytest.mark.parametrize("style", ["Heading1", "berschrift1", "Titre1"])
def test_headings_are_known_by_their_level_in_any_language(style):
    found = read(TITLE, paragraph("Tools", style=style), paragraph("A key."))
    assert found.body.startswith("<h2>Tools</h2>")


def test_a_heading_by_its_outline_level_alone_is_one():
    found = read(TITLE, paragraph("Tools", properties='<w:outlineLvl w:val="0"/>'), "<w:p/>")
    assert found.body == "<h2>Tools</h2>"


def test_levels_begin_at_the_top_and_leave_no_gap():
    found = read(TITLE, heading("A", 3), heading("B", 4), heading("C", 2), heading("D", 4))
    assert re.findall(r"<(h\d)>(\w)", found.body) == [
        *(("h2", "A"), ("h3", "B"), ("h2", "C"), ("h3", "D")),
    ]


def test_a_third_level_becomes_the_second_and_is_told():
    found = read(TITLE, heading("A", 1), heading("B", 2), heading("C", 3))
    assert re.findall(r"<(h\d)>(\w)", found.body) == [("h2", "A"), ("h3", "B"), ("h3", "C")]
    assert told(found)["deep heading"] == (1, "C")


def test_the_first_heading_is_the_title_where_no_title_is():
    found = read(heading("Your chain"), paragraph("Oil it."), heading("Tools", 2))
    assert found.title == "Your chain"
    assert "Your chain" not in found.body


def test_without_a_title_that_of_the_file_is_proposed():
    found = read(paragraph("Oil it."), title="Your chain")
    assert found.title == "Your chain"
    assert told(found) == {"title of the file": (1, "Your chain")}
    assert told(read(paragraph("Oil it."))) == {"no title": (1, "")}


def test_a_first_line_in_larger_letters_is_the_title_where_nothing_has_a_style():
    large = run("Your chain", "b", 'sz w:val="40"')
    found = read(paragraph(large), paragraph(run("Tools", "b")), paragraph("A key."))
    assert (found.title, found.body) == ("Your chain", "<h2>Tools</h2>\n<p>A key.</p>")
    assert told(found)["large title"] == (1, "Your chain")


def test_a_heading_over_a_part_of_the_text_is_no_title():
    assert read(heading("A"), paragraph("a."), heading("B"), paragraph("b.")).title == ""
    assert read(paragraph("Oil."), heading("A", 2), paragraph("a.")).title == ""


# Lists


def test_numbers_go_on_where_word_goes_on_with_them():
    found = read(
        TITLE,
        paragraph("Loosen.", item=(NUMBERS, 0)),
        paragraph("Pull.", item=(NUMBERS, 0)),
        paragraph("Keep the screws."),
        paragraph("Push.", item=(NUMBERS, 0)),
        paragraph("Begin anew.", item=("9", 0)),
    )
    assert found.body.split("\n") == [
        "<ol><li>Loosen.</li><li>Pull.</li></ol>",
        "<p>Keep the screws.</p>",
        '<ol start="3"><li>Push.</li></ol>',
        "<ol><li>Begin anew.</li></ol>",
    ]


def test_an_empty_item_counts_as_it_does_in_word():
    items = [paragraph(words, item=(NUMBERS, 0)) for words in ("One.", "", "Three.")]
    assert read(TITLE, *items).body == (
        '<ol><li>One.</li></ol>\n<ol start="3"><li>Three.</li></ol>'
    )


def test_a_style_that_is_a_list_makes_items():
    found = read(TITLE, paragraph("pads", style="Bulleted"), paragraph("key", style="Bulleted"))
    assert found.body == "<ul><li>pads</li><li>key</li></ul>"


def test_a_list_that_is_only_the_name_of_a_style_is_one():
    made = parts(TITLE, paragraph("pads", item=("8", 0)), paragraph("key", item=("8", 0)))
    made["word/numbering.xml"] = made["word/numbering.xml"].replace(
        "<w:num ",
        '<w:abstractNum w:abstractNumId="8"><w:numStyleLink w:val="Listed"/></w:abstractNum>'
        '<w:num w:numId="8"><w:abstractNumId w:val="8"/></w:num><w:num ',
        1,
    )
    made["word/styles.xml"] = made["word/styles.xml"].replace(
        "</w:styles>",
        '<w:style w:type="numbering" w:styleId="Listed"><w:name w:val="Listed"/>'
        f'<w:pPr><w:numPr><w:numId w:val="{NUMBERS}"/></w:numPr></w:pPr></w:style></w:styles>',
    )
    found = reading.read(packed(made), "x.docx")
    assert found.body == "<ol><li>pads</li><li>key</li></ol>"


def test_letters_before_items_are_told():
    found = read(TITLE, paragraph("Loosen.", item=(LETTERS, 0)))
    assert found.body == "<ol><li>Loosen.</li></ol>"
    assert "numbers of list" in told(found)


def test_a_number_that_word_writes_before_a_heading_is_told():
    found = read(TITLE, paragraph("Tools", style="Heading1", item=(HEADINGS, 0)))
    assert found.body == "<h2>Tools</h2>"
    assert told(found) == {"numbers of heading": (1, "Tools")}


@pytest.mark.parametrize(
    ("signs", "expected"),
    [
        (["• ", "•\t"], "<ul><li>pads</li><li>key</li></ul>"),
        (["- ", "- "], "<ul><li>pads</li><li>key</li></ul>"),
        (["1. ", "2. "], "<ol><li>pads</li><li>key</li></ol>"),
        (["3) ", "4) "], '<ol start="3"><li>pads</li><li>key</li></ol>'),
    ],
)
def test_a_typed_list_becomes_a_list(signs, expected):
    found = read(TITLE, *(paragraph(s + w) for s, w in zip(signs, ["pads", "key"], strict=True)))
    assert found.body == expected
    assert told(found)["typed list"][0] == 1


@pytest.mark.parametrize("words", [["– said Ana."], ["2. Turn left."], ["1. One.", "3. Three."]])
def test_what_only_looks_like_an_item_stays_a_paragraph(words):
    found = read(TITLE, *map(paragraph, words))
    assert richtext.plain(found.body) == " ".join(words)
    assert "<li>" not in found.body


def test_lines_of_one_paragraph_that_begin_with_signs_become_a_list():
    lines = "<w:r><w:t>Bring:</w:t><w:br/><w:t>• pads</w:t><w:br/><w:t>• a key</w:t></w:r>"
    found = read(TITLE, paragraph(lines))
    assert found.body == "<p>Bring:</p>\n<ul><li>pads</li><li>a key</li></ul>"


# Headings that are only bold


def test_a_bold_line_over_text_becomes_a_heading():
    found = read(TITLE, paragraph(run("Tools", "b")), paragraph("A key."))
    assert found.body == "<h2>Tools</h2>\n<p>A key.</p>"
    assert told(found) == {"bold heading": (1, "Tools")}


def test_a_line_that_is_bold_by_its_style_is_bold():
    found = read(TITLE, paragraph("Tools", style="Subhead"), paragraph("A key."))
    assert found.body.startswith("<h2>Tools</h2>")


@pytest.mark.parametrize(
    "body",
    [
        [paragraph(run("Do not hurry.", "b")), paragraph("A key.")],
        [paragraph(run("Tools", "b"))],
        [paragraph(run("Tools", "b"), " and oil"), paragraph("A key.")],
        [paragraph(run("A", "b")), paragraph(run("B", "b")), paragraph(run("C", "b"))],
    ],
)
def test_other_bold_words_stay_paragraphs(body):
    assert "<h" not in read(TITLE, *body).body


# Tables


def test_a_table_keeps_its_header_row_its_caption_and_its_merged_cells():
    wide = '<w:tc><w:tcPr><w:gridSpan w:val="2"/></w:tcPr>' + paragraph("both") + "</w:tc>"
    made = table(["Part", "Every"], ["Pads", "month"], header=True)
    made = made.replace("</w:tbl>", f"<w:tr>{wide}</w:tr></w:tbl>")
    found = read(TITLE, paragraph("Sizes", style="Caption"), made)
    assert found.body == (
        '<table><caption>Sizes</caption><thead><tr><th scope="col">Part</th>'
        '<th scope="col">Every</th></tr></thead><tbody><tr><td>Pads</td><td>month</td></tr>'
        '<tr><td colspan="2">both</td></tr></tbody></table>'
    )


@pytest.mark.parametrize(
    "made",
    [
        table([paragraph(run("Part", "b")), paragraph(run("Every", "b"))], ["Pads", "month"]),
        table(["Part", "Every"], ["Pads", "month"], style="Fancy", look="0020"),
    ],
)
def test_a_first_row_that_looks_like_one_is_a_header_row(made):
    found = read(TITLE, made)
    assert found.body.count("<th ") == 2
    assert "<strong>" not in found.body  # a header is bold by itself
    assert told(found)["header row"][1] == "Part Every"


def test_a_table_that_only_frames_text_becomes_paragraphs():
    inside = [paragraph("Never hurry:"), paragraph("• not up"), paragraph("• not down")]
    found = read(TITLE, table(["".join(inside)]))
    assert found.body == "<p>Never hurry:</p>\n<ul><li>not up</li><li>not down</li></ul>"
    assert "frame" in told(found)


def test_a_table_in_a_table_becomes_paragraphs():
    found = read(TITLE, table(["a", table(["b", "c"], ["d", "e"]) + "<w:p/>"], ["f", "g"]))
    assert found.body.count("<table>") == 1
    assert re.findall(r"\w+", re.sub(r"<[^>]*>", " ", found.body)) == [*"abcdefg"]
    assert told(found)["nested table"][0] == 1


# References and citations


def test_references_and_citations_are_joined():
    found = read(
        TITLE,
        paragraph("Pads wear", raised("1–3"), " slowly [1, 2]. Oil", raised("2"), "."),
        *REFERENCES,
    )
    expected = f"<p>Pads wear{cite(1, 2, 3)} slowly{cite(1, 2)}. Oil{cite(2)}.</p>"
    assert found.body == expected
    assert [source.text for source in found.references] == [
        "Wheeler A, Spoke B. Brakes. J Cycl 2001; 7: 20-29.",
        "Spoke B. Chains. J Cycl 2002; 8: 30-39. doi:10.5555/chains",
        "The Society of Menders. Pads. 1998. https://example.org/pads",
    ]
    assert found.references[1].doi == "10.5555/chains"
    assert found.references[2].url == "https://example.org/pads"
    assert told(found) == {"heading of references": (1, "References")}


def test_numbers_in_round_brackets_cite_where_nothing_else_does():
    found = read(TITLE, paragraph("Pads wear slowly (1-3). Oil (2)."), *REFERENCES)
    assert found.body == f"<p>Pads wear slowly{cite(1, 2, 3)}. Oil{cite(2)}.</p>"


@pytest.mark.parametrize(
    "words",
    [
        "First (1) loosen, then (2) pull.",
        "Take 2 spanners at noon. 2 Spanners are enough.",
        "Turn it 3 times, 1-2 mm each.",
        "10:30, 1,000 hills, 2.5 bar, 3 %",
    ],
)
def test_a_number_that_may_be_a_quantity_stays(words):
    found = read(TITLE, paragraph(words), *REFERENCES)
    assert f"<p>{words}</p>" in found.body


def test_powers_are_no_citations():
    found = read(
        TITLE, paragraph("A rim of 4 cm", raised("2"), " and 10", raised("3")), *REFERENCES
    )
    assert "<p>A rim of 4 cm<sup>2</sup> and 10<sup>3</sup></p>" in found.body


def test_a_citation_of_what_is_not_listed_stays_and_is_told():
    found = read(TITLE, paragraph("Pads wear [7] slowly [1]."), *REFERENCES)
    assert "wear [7] slowly<cite" in found.body
    assert told(found)["citation of nothing"] == (1, "Pads wear [7] slowly [1].")


def test_a_heading_under_which_only_notes_stood_goes_too():
    said = ["Ham Q. Dirt. Wheel Rev 2008; 11: 1-12."]
    found = read(
        TITLE, paragraph("Oil", note("endnote", 1), "."), heading("Sources"), endnotes=said
    )
    assert found.body == f"<p>Oil{cite(1)}.</p>"


def test_words_behind_the_references_stay_in_the_text():
    end = paragraph("Ask in the workshop about all this.")
    found = read(TITLE, paragraph("Oil [1] [2] [3]."), *REFERENCES, end)
    assert len(found.references) == 3
    assert found.body.endswith("<p>Ask in the workshop about all this.</p>")


@pytest.mark.parametrize(
    "name", ["References", "Sources:", "Literature", "Literatur", "Références"]
)
def test_references_are_found_under_their_usual_names(name):
    source = paragraph("Wheeler A. Brakes. J Cycl 2001; 7: 20-29.")
    found = read(TITLE, paragraph("Oil."), paragraph(run(name, "b")), source)
    assert len(found.references) == 1
    assert found.body == "<p>Oil.</p>"


def test_references_without_a_heading_are_found_at_the_end():
    found = read(TITLE, paragraph("Oil [2] [1]."), *REFERENCES[1:3])
    assert len(found.references) == 2
    assert found.body == f"<p>Oil{cite(2)}{cite(1)}.</p>"


def test_a_numbered_list_of_word_is_a_list_of_references():
    items = [
        paragraph(f"Ham Q. Dirt {n}. Wheel Rev 200{n}; 1: 2-3.", item=(NUMBERS, 0)) for n in (1, 2)
    ]
    found = read(TITLE, paragraph("Oil [2]."), heading("Sources"), *items)
    assert [source.text[:11] for source in found.references] == ["Ham Q. Dirt", "Ham Q. Dirt"]
    assert told(found)["uncited"][0] == 1


def test_prose_under_sources_stays_text():
    found = read(TITLE, heading("Sources"), paragraph("We asked the menders of our town."))
    assert not found.references
    assert "<h2>Sources</h2>" in found.body


@pytest.mark.parametrize("kind", ["footnote", "endnote"])
def test_notes_that_name_a_source_are_references(kind):
    said = {f"{kind}s": ["Ham Q. Dirt. Wheel Rev 2008; 11: 1-12."]}
    said = {"notes" if kind == "footnote" else "endnotes": said[f"{kind}s"]}
    found = read(TITLE, paragraph("Wipe it", note(kind, 1), "."), **said)
    assert found.body == f"<p>Wipe it{cite(1)}.</p>"
    assert found.references[0].text == "Ham Q. Dirt. Wheel Rev 2008; 11: 1-12."


def test_a_note_that_is_said_twice_is_one_reference():
    said = ["Ham Q. Dirt. Wheel Rev 2008; 11: 1-12."] * 2
    found = read(
        TITLE, paragraph("Wipe", note("footnote", 1), " it", note("footnote", 2)), notes=said
    )
    assert found.body == f"<p>Wipe{cite(1)} it{cite(1)}</p>"
    assert told(found)["same note"][0] == 1


def test_a_note_that_is_a_remark_stands_at_the_end():
    found = read(TITLE, paragraph("Wipe it", note("footnote", 1), "."), notes=["With a rag."])
    assert found.body == "<p>Wipe it<sup>a</sup>.</p>\n<p><sup>a</sup> With a rag.</p>"
    assert told(found)["note"] == (1, "With a rag.")


# What is left out


def drawing(inside="", description=""):
    return (
        f'<w:r><w:drawing><wp:inline><wp:docPr id="1" descr="{description}"/><a:graphic>{inside}'
        "<pic:pic/></a:graphic></wp:inline></w:drawing></w:r>"
    )


BOX = f"<w:txbxContent>{paragraph('Never hurry.')}</w:txbxContent>"
TWICE = (
    '<w:r><mc:AlternateContent><mc:Choice Requires="wps"><w:drawing><wp:anchor><a:graphic>'
    f"<wps:txbx>{BOX}</wps:txbx></a:graphic></wp:anchor></w:drawing></mc:Choice><mc:Fallback>"
    f"<w:pict><v:textbox>{BOX}</v:textbox></w:pict></mc:Fallback></mc:AlternateContent></w:r>"
)
DELETED = '<w:del w:id="1"><w:r><w:delText>Oil them.</w:delText></w:r></w:del>'
MOVED = '<w:moveFrom w:id="1"><w:r><w:t>Oil them.</w:t></w:r></w:moveFrom>'
FIELD = (
    "<w:sdt><w:sdtPr><w:showingPlcHdr/></w:sdtPr><w:sdtContent><w:r><w:t>Click here.</w:t></w:r>"
    "</w:sdtContent></w:sdt>"
)
RUBY = (
    "<w:r><w:ruby><w:rt><w:r><w:t>oy-l</w:t></w:r></w:rt><w:rubyBase><w:r><w:t>oil</w:t></w:r>"
    "</w:rubyBase></w:ruby></w:r>"
)


@pytest.mark.parametrize(
    ("inside", "code", "sample"),
    [
        (DELETED, "deleted", "Oil them."),
        (MOVED, "deleted", "Oil them."),
        (run("secret", "vanish"), "hidden", "secret"),
        (run("Oil them.", "strike"), "struck", "Oil them."),
        ("<m:oMath><m:r><m:t>F=ma</m:t></m:r></m:oMath>", "equation", "F=ma"),
        (drawing(description="A wheel"), "picture", "A wheel"),
        ('<w:r><w:object><o:OLEObject ProgID="x"/></w:object></w:r>', "object", ""),
        (FIELD, "placeholder", "Click here."),
        ('<w:r><w:sym w:font="Odd" w:char="F0AA"/></w:r>', "symbol", ""),
        (RUBY.replace("oil", ""), "ruby", "oy-l"),
        ("<w:unheard><w:r><w:t>of</w:t></w:r></w:unheard>", "unread", "of"),
    ],
)
def test_what_is_left_out_is_told(inside, code, sample):
    found = read(TITLE, paragraph("Before ", inside, " after."))
    assert found.body == "<p>Before after.</p>"
    assert told(found) == {code: (1, sample)}


@pytest.mark.parametrize(
    ("inside", "words"),
    [
        ('<w:ins w:id="1"><w:r><w:t>new</w:t></w:r></w:ins>', "new"),
        ('<w:fldSimple w:instr="AUTHOR"><w:r><w:t>Ana</w:t></w:r></w:fldSimple>', "Ana"),
        ('<w:smartTag w:element="x"><w:r><w:t>tag</w:t></w:r></w:smartTag>', "tag"),
        ("<w:sdt><w:sdtContent><w:r><w:t>held</w:t></w:r></w:sdtContent></w:sdt>", "held"),
        ("<w:dir w:val='ltr'><w:r><w:t>way</w:t></w:r></w:dir>", "way"),
        ("<w:r><w:t>a</w:t><w:cr/><w:t>b</w:t><w:tab/><w:t>c</w:t></w:r>", "a b c"),
        ("<w:r><w:t>co</w:t><w:noBreakHyphen/><w:t>op</w:t></w:r>", "co\u2011op"),
        (RUBY.replace("oy-l", ""), "oil"),
    ],
)
def test_what_word_wraps_words_in_is_kept(inside, words):
    found = read(TITLE, paragraph("Before ", inside, " after."))
    assert richtext.plain(found.body) == f"Before {words} after."
    assert told(found).keys() <= {"inserted"}


def test_the_text_of_a_box_comes_once_and_behind_its_paragraph():
    found = read(TITLE, paragraph("Before ", TWICE, "after."), paragraph("Last."))
    assert found.body == "<p>Before after.</p>\n<p>Never hurry.</p>\n<p>Last.</p>"
    assert told(found) == {"text box": (1, "Never hurry.")}


def test_two_paragraphs_whose_border_was_deleted_are_one():
    gone = paragraph("Oil ", properties='<w:rPr><w:del w:id="1"/></w:rPr>')
    assert read(TITLE, gone, paragraph("the chain.")).body == "<p>Oil the chain.</p>"


def test_heads_and_feet_of_pages_and_comments_are_told():
    found = read(TITLE, paragraph("Oil."), header="Our Workshop", footer="7", comments=["So?"])
    assert found.body == "<p>Oil.</p>"
    assert told(found) == {"comment": (1, "So?"), "page header": (1, "Our Workshop")}


def test_a_table_of_contents_is_left_out():
    found = read(TITLE, paragraph("Tools 2", style="TOC1"), heading("Tools"), paragraph("A key."))
    assert found.body == "<h2>Tools</h2>\n<p>A key.</p>"
    assert told(found) == {"contents": (1, "Tools 2")}


def test_dress_goes_and_is_told_once():
    look = ('color w:val="FF0000"', 'u w:val="single"')
    found = read(TITLE, paragraph(run("Red", *look), run(" and blue", *look), "."))
    assert found.body == "<p>Red and blue.</p>"
    assert told(found) == {"formatting": (1, "")}


@pytest.mark.parametrize("target", ["file:///C:/secret", "javascript:alert(1)", "\\\\server\\x"])
def test_a_link_that_leads_nowhere_keeps_its_words(target):
    found = read(TITLE, paragraph(link("rA", "here")), links=[("rA", target)])
    assert found.body == "<p>here</p>"
    assert told(found) == {"dead link": (1, "here")}


def test_a_mail_link_is_kept_and_told():
    found = read(TITLE, paragraph(link("rA", "us")), links=[("rA", "mailto:ana@example.org")])
    assert 'href="mailto:ana@example.org"' in found.body
    assert told(found) == {"mail": (1, "us")}


def test_words_strict_form_is_read():
    strict = {
        name: content.replace(
            "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
            "http://purl.oclc.org/ooxml/wordprocessingml/main",
        ).replace(
            "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
            "http://purl.oclc.org/ooxml/officeDocument/relationships",
        )
        for name, content in parts(TITLE, paragraph("Oil."), heading("Tools")).items()
    }
    found = reading.read(packed(strict), "strict.docx")
    assert (found.title, found.body) == ("Looking after your brakes", "<p>Oil.</p>\n<h2>Tools</h2>")


def test_the_name_of_the_file_is_told_without_its_folders():
    found = reading.read(document(TITLE, paragraph("Oil.")), "C:\\Ana\\..\\<b>brakes</b>.docx")
    assert found.name == "b .docx"


# No word is lost


def letters(text):
    return sorted(re.sub(r"[\W_]", "", text))


def everything(found):
    """All that came of a file: its text, its references, and what is told to be left out."""
    kept = [found.title, richtext.plain(found.body), *(s.text for s in found.references)]
    gone = [sample for finding in found.of_group("left out") for sample in finding.samples]
    return " ".join([*kept, *gone])


WORDS = st.text(
    st.characters(codec="utf-8", categories=("L", "P", "Sm", "Zs")), min_size=1, max_size=30
).filter(lambda words: not words.startswith("<"))  # which the functions above take for markup
PIECES = st.one_of(
    WORDS.map(paragraph),
    WORDS.map(lambda words: paragraph(run(words, "b"))),
    WORDS.map(lambda words: paragraph(words, item=(BULLETS, 0))),
    WORDS.map(lambda words: paragraph(words, item=(NUMBERS, 1))),
    WORDS.map(heading),
    WORDS.map(lambda words: paragraph("• " + words)),
    WORDS.map(lambda words: paragraph("Kept ", run(words, "strike"))),
    WORDS.map(lambda words: paragraph("Kept ", link("rA", words))),
    st.tuples(WORDS, WORDS).map(lambda two: table(two, two[::-1])),
    st.tuples(WORDS, WORDS).map(lambda two: table([two[0], table(two) + "<w:p/>"])),
)


@given(st.lists(PIECES, max_size=8))
def test_no_word_is_lost_or_doubled(pieces):
    made = document(TITLE, *pieces, links=[("rA", "https://example.org/")])
    found = reading.read(made, "brakes.docx")
    codes = {finding.code for finding in found.findings}
    assert not codes & {"lost", "more"}
    said = html.unescape(re.sub(r"<[^>]*>", "", "".join(pieces)))
    assert letters(everything(found)) == letters(f"Looking after your brakes {said}")
    assert richtext.clean(found.body) == found.body
