"""Files of other programs: what is read from them, and what is said where they are damaged."""

from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from treatments import reference_formats
from treatments.reference_formats import Unreadable

CLIPPINGS = Path(__file__).parents[1] / "clippings"
WHEELER = {
    "journal": "J Cycl",
    "year": "2001",
    "volume": "7",
    "issue": "2",
    "doi": "10.5555/cycl.2001.07.02.120",
    "pmid": "99999901",
}
TITLE = (
    "Stopping on wet roads: a comparison of rim brakes and disc brakes in forty-two "
    "touring bicycles"
)


def clipping(name):
    return reference_formats.read(reference_formats.decoded((CLIPPINGS / name).read_bytes())[0])


def ris(*lines):
    """The only record of these lines."""
    (record,) = reference_formats.read("\n".join(["TY  - JOUR", *lines, "ER  - "])).records
    return record


# What real programs export


@pytest.mark.parametrize(
    ("name", "own"),
    [
        (
            "pubmed.nbib",
            {
                "title": TITLE,
                "authors": "Wheeler AB, van der Spoke C Jr, Wet Roads Group",
                "pages": "120-9",
            },
        ),
        (
            "pubmed.ris",
            {
                "title": TITLE,
                "authors": "Wheeler AB, van der Spoke C",
                "pages": "120-129",
                "url": "https://www.ncbi.nlm.nih.gov/pubmed/99999901",
            },
        ),
        (
            "zotero.ris",
            {
                "title": "Stopping on wet roads: a comparison of rim brakes and disc brakes",
                "authors": "Wheeler AB, Spoke JL",
                "pages": "120-129",
                "url": "https://journals.example.org/cycling/7/2/120",
            },
        ),
        (
            "endnote.ris",
            {
                "title": TITLE,
                "authors": "Wheeler AB, van der Spoke C Jr, Wet Roads Group",
                "pages": "120-9",
            },
        ),
    ],
)
def test_one_article_as_four_programs_export_it(name, own):
    reading = clipping(name)
    assert reading.records[0].fields == WHEELER | own
    assert reading.records[0].remarks == ()
    assert reading.strange_lines == []


def test_a_chapter_and_a_web_page_have_a_publisher():
    _, chapter, website = clipping("zotero.ris").records
    assert chapter.fields["journal"] == "In: The workshop handbook"
    assert chapter.fields["publisher"] == "Utrecht: Wheel Press"
    assert website.fields["publisher"] == "Spoketown: The Society"
    assert website.fields["authors"] == "Society of Bicycle Makers"


def test_pubmed_says_that_an_article_is_retracted():
    sound, retracted = clipping("pubmed.nbib").records
    assert sound.retraction == ""
    assert retracted.retraction.endswith("Retraction in: Bell Ring. 2015;32:1")
    assert retracted.fields["title"] == "Do bells make pedestrians jump?"
    assert retracted.fields["authors"] == "Ödegård Å"


def test_a_title_can_say_that_the_article_is_retracted():
    assert ris("TI  - RETRACTED ARTICLE: Bells").retraction
    assert not ris("TI  - Retracted saddles").retraction


def test_what_is_not_taken_over_is_told():
    assert ris("TI  - Bells", "KW  - noise", "C7  - 12").left_out == ("C7", "KW")


# Names, pages, identifiers


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("Wheeler, Anna B.", "Wheeler AB"),
        ("Wheeler, A.B.", "Wheeler AB"),
        ("Wheeler, AB", "Wheeler AB"),
        ("Wheeler AB", "Wheeler AB"),
        ("de la Rue, Jean-Luc", "de la Rue JL"),
        ("Spoke, Cornelis, 3rd", "Spoke C 3rd"),
        ("O'Chain, Máire", "O'Chain M"),
        ("Society of Bicycle Makers,", "Society of Bicycle Makers"),
        ("Office for Roads, Bridges and Lanes", "Office for Roads, Bridges and Lanes"),
        ("王, 小明", "王 小明"),
        (",", ""),
    ],
)
def test_names_become_surnames_with_initials(written, expected):
    assert ris("TI  - Bells", f"AU  - {written}").fields.get("authors", "") == expected


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [("20", "29", "20-29"), ("20-9", "", "20-9"), ("20–29", "29", "20-29"), ("e17", "e17", "e17")],
)
def test_pages_are_a_first_and_a_last_one(first, last, expected):
    assert ris(f"SP  - {first}", f"EP  - {last}").fields["pages"] == expected


@pytest.mark.parametrize(
    "written",
    [
        "10.5555/Bell.1",
        "doi: 10.5555/bell.1",
        "https://doi.org/10.5555/BELL.1",
        "http://dx.doi.org/10.5555/bell.1 ",
        "doi.org/10.5555/bell.1",
        "https://doi.org/10.5555%2Fbell.1",
    ],
)
def test_a_doi_has_one_form(written):
    assert reference_formats.doi(written) == "10.5555/bell.1"


@pytest.mark.parametrize(
    "written",
    ["99999901", "PMID: 99999901", " pmid 99999901", "https://pubmed.ncbi.nlm.nih.gov/99999901/"],
)
def test_a_pubmed_number_has_one_form(written):
    assert reference_formats.pmid(written) == "99999901"


def test_a_doi_that_stands_only_in_the_address_is_found():
    record = ris("UR  - https://doi.org/10.5555/bell.1")
    assert (record.fields["doi"], record.fields.get("url")) == ("10.5555/bell.1", None)


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("DO  - see the journal", "“see the journal” has not the form of a DOI"),
        ("PY  - in press", "“in press” is no year"),
        ("UR  - javascript:alert(1)", "does not begin with http"),
    ],
)
def test_a_value_that_makes_no_sense_is_left_out_and_told(line, sentence):
    record = ris("TI  - Bells", line)
    assert record.fields == {"title": "Bells"}
    assert sentence in record.remarks[0]


def test_titles_are_compared_by_letters_and_digits():
    one, other = "Crème brûlée: on  a bicycle?", "CREME BRULEE – on a bicycle"
    assert reference_formats.comparable(one) == reference_formats.comparable(other)


# Damage


def test_a_record_without_its_end_is_kept_and_told():
    reading = reference_formats.read("TY  - JOUR\nTI  - Bells\n\nTY  - JOUR\nTI  - Horns")
    assert [record.fields["title"] for record in reading.records] == ["Bells", "Horns"]
    assert all("no end" in record.remarks[0] for record in reading.records)


def test_the_end_that_web_of_science_gives_a_file_is_nothing_strange():
    text = "TY  - JOUR\nTI  - Bells\nER  -\nEF  -\n"
    assert reference_formats.read(text).strange_lines == []


def test_lines_of_no_record_are_told_with_their_number():
    text = "Dear Ana,\nTY  - JOUR\nTI  - Bells\nER  - \nRegards"
    assert reference_formats.read(text).strange_lines == [(1, "Dear Ana,"), (5, "Regards")]
    text = "Dear Ana,\nPMID- 99999901\nTI  - Bells\nRegards"
    assert reference_formats.read(text).strange_lines == [(1, "Dear Ana,"), (4, "Regards")]


def test_a_title_over_two_lines_is_one_title():
    assert ris("TI  - Bells", "and horns").fields["title"] == "Bells and horns"


def test_indented_lines_and_single_spaces_are_read():
    text = "  TY - JOUR\n  TI - Bells\n  ER -"
    assert reference_formats.read(text).records[0].fields == {"title": "Bells"}


def test_a_second_pubmed_number_begins_another_record():
    text = "PMID- 99999901\nTI  - Bells\nPMID- 99999902\nTI  - Horns"
    assert [r.fields["title"] for r in reference_formats.read(text).records] == ["Bells", "Horns"]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "There is nothing in it"),
        (" \n ", "There is nothing in it"),
        ("Just a letter.", "neither RIS nor NBIB"),
        ("@article{x, title={Bells}}", "looks like BibTeX"),
        ("%0 Journal Article", "looks like EndNote"),
        ("<?xml version='1.0'?>", "looks like XML"),
        ('[{"title": "Bells"}]', "looks like JSON"),
        ("TY  - JOUR\nER  - \nPMID- 99999901", "RIS and NBIB stand in one text"),
        ("TY  - JOUR\nTI  - a\0b", "empty bytes"),
        ("TY  - JOUR\nER  - \n" * 501, "There are 501 references"),
        ("TY  - JOUR\nTI  - " + "x" * 1_000_001, "more than 1 MB"),
    ],
)
def test_what_cannot_be_read_is_refused_in_a_sentence(text, sentence):
    with pytest.raises(Unreadable, match=sentence):
        reference_formats.read(text)


def test_five_hundred_references_are_not_too_many():
    assert len(reference_formats.read("TY  - JOUR\nER  - \n" * 500).records) == 500


# Encodings

TEXT = "TY  - JOUR\nTI  - Ödegårds Glocke\nER  - \n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_unicode_is_recognised_with_and_without_its_mark(encoding):
    assert reference_formats.decoded(TEXT.encode(encoding)) == (TEXT, "")


@pytest.mark.parametrize("encoding", ["cp1252", "latin-1"])
def test_older_encodings_are_read_and_told(encoding):
    text, guessed = reference_formats.decoded(TEXT.encode(encoding))
    assert text == TEXT
    assert "look at the letters with accents" in guessed


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"TY  - \x81\x8d", "no text file"),
        (b"\xff\xfeT", "no text file"),
        (b"x" * 1_000_001, "larger than 1 MB"),
    ],
)
def test_bytes_that_are_no_text_are_refused(data, sentence):
    with pytest.raises(Unreadable, match=sentence):
        reference_formats.decoded(data)


# Anything at all

LINES = st.lists(
    st.one_of(
        st.sampled_from(
            ["TY  - JOUR", "ER  - ", "", "PMID- 1", "      more", "TI  -", "AU  - , ,"]
        ),
        st.builds("{}  - {}".format, st.sampled_from(["AU", "SP", "UR", "DO"]), st.text()),
        st.text(),
    )
)


@given(LINES)
@example(["TY  - JOUR", "UK  - x", "TY  - BOOK"])
@example(["TY  - "])
def test_any_text_is_read_or_refused_in_a_sentence(lines):
    try:
        found = reference_formats.read("\n".join(lines)).records
    except Unreadable:
        found = []
    texts = "".join(value for record in found for value in record.fields.values())
    assert not any(ord(character) < 32 for character in texts)


def test_a_long_damaged_record_takes_no_long_time():
    # Joined line by line, these would be copied half a million times.
    text = "TY  - JOUR\nTI  - a\n" + "b\n" * 480_000
    assert len(reference_formats.read(text).records[0].fields["title"]) > 900_000
