"""The parser of source documents: every form it understands, and what it reports."""

import random
from itertools import chain

import pytest

from treatments.source_text import (
    Cited,
    Settled,
    Source,
    Unreadable,
    decode,
    parse,
    reference_keys,
    reference_parts,
    slug,
)

REFERENCES = "\n\n".join(
    f"Writer {letter}. Title {letter}. J Test {year}; 1: 2-3."
    for letter, year in zip("ABCDEFGHIJKL", range(2001, 2013), strict=True)
)


def leaflet(*paragraphs, references=REFERENCES):
    """A document whose first section holds the paragraphs, the first of them in line 7."""
    blocks = ["The leaflet", "An introduction.", "A section", *paragraphs, "References", references]
    return "\n\n".join(blocks)


def parts(sentence, **settled):
    """How the parser reads one paragraph of a document with twelve references."""
    return parse(leaflet(sentence), **settled).sections[0].paragraphs[0].parts


def written(document):
    """All that the document kept of its source, by line."""
    lines = [*document.navigation, *document.unplaced]
    lines += filter(None, [document.heading, document.references_heading, document.disclaimer])
    yield from ((line.line, line.text) for line in lines if not line.restored)
    yield from ((s.line, s.heading) for s in document.sections if not s.restored)
    yield from ((s.line, s.label + s.text) for s in document.references)
    for paragraph in document.paragraphs():
        text = (p.written if isinstance(p, Cited) else p for p in paragraph.parts)
        yield paragraph.line, "".join(text)


def characters(text):
    return "".join(text.split())


def kept(document):
    return characters("".join(text for _, text in sorted(written(document))))


def sentences(found):
    return [(one.line, one.sentence) for one in found]


def test_the_last_heading_before_the_first_paragraph_is_the_documents_own():
    document = parse("Site\n\nMenu\n\nThe heading\n\nFirst.\n\nSecond heading\n\nSecond.")
    assert [line.text for line in document.navigation] == ["Site", "Menu"]
    assert document.heading.text == "The heading"
    assert [section.heading for section in document.sections] == ["Second heading"]


def test_a_named_heading_line_leaves_room_for_a_document_without_introduction():
    document = parse("The heading\n\nA section\n\nText.", heading_line=1)
    assert document.heading.text == "The heading"
    assert [section.heading for section in document.sections] == ["A section"]
    assert not document.notices


def test_a_hard_wrapped_line_goes_on_where_it_begins_in_lower_case():
    document = parse("Heading\n\nOne sentence that\n(very long)\r\nends here. And another.")
    assert document.introduction[0].parts == (
        "One sentence that (very long) ends here. And another.",
    )


def test_a_heading_may_stand_directly_above_its_paragraph():
    document = parse("Heading\nText.\nSection\nMore text.")
    assert (document.sections[0].heading, document.sections[0].line) == ("Section", 3)
    assert len(document.notices) == 2


def test_nothing_but_white_space_is_changed():
    text = "Say \u201cno\u201d\u00a0\u2013 or don't;  \tÉtude (see  below)\u2026"
    document = parse(f"Heading\n\n{text}")
    assert document.introduction[0].parts == (
        "Say \u201cno\u201d \u2013 or don't; Étude (see below)\u2026",
    )


def test_a_heading_that_fell_out_is_restored_at_its_blank_line():
    document = parse("Heading\n\nText.\n\n\nMore.", restored={5: "Fell out"})
    section = document.sections[0]
    assert (section.heading, section.line, section.restored) == ("Fell out", 5, True)


@pytest.mark.parametrize("line", [3, 99])
def test_a_heading_is_restored_at_a_blank_line_only(line):
    document = parse("Heading\n\nText.\n\n\nMore.", restored={line: "Fell out"})
    assert [problem.line for problem in document.problems][0] == line


def test_a_question_is_a_paragraph_until_somebody_says_that_it_is_a_heading():
    text = "Heading\n\nText.\n\nWhat next?\n\nMore."
    assert sentences(parse(text).notices)[-1][0] == 5
    assert parse(text, headings=[5]).sections[0].heading == "What next?"


def test_a_list_without_full_stops_is_text_where_somebody_says_so():
    text = "Heading\n\nText.\n\nA chain\n\nOil\n\nMore."
    assert [problem.line for problem in parse(text).problems] == [5]
    document = parse(text, paragraphs=[5, 7])
    assert [paragraph.line for paragraph in document.introduction] == [3, 5, 7, 9]
    assert not document.problems


def test_a_bullet_is_no_heading():
    assert parse("Heading\n\n• oil\n\n- a rag").introduction[1].parts == ("- a rag",)


def test_a_paragraph_that_breaks_off_is_reported():
    document = parse("Heading\n\nText.\n\nIt goes well. Then it breaks off\n\nMore.")
    assert sentences(document.problems)[0][0] == 5
    assert "reads like a paragraph" in document.problems[0].sentence


def test_a_line_number_that_names_no_text_is_reported():
    document = parse("Heading\n\nText.", disclaimer_line=2, headings=[9])
    assert [problem.line for problem in document.problems] == [2, 9]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("Heading\n\nText.\n\nNothing under it", 5),
        ("Only text.", 1),
        ("Only a heading", 1),
        ("", 1),
        ("Heading\n\nText.\n\n1-3", 5),
        ("Heading\n\nText.\n\n* * *", 5),
        ("Heading\n\nText with\x00 a NUL.", 3),
        ("Heading\n\nText.\n\nReferences\n\nVisit us on Monday.", 7),
    ],
)
def test_what_cannot_be_placed_is_reported_with_its_line(text, line):
    document = parse(text)
    assert line in [problem.line for problem in document.problems]
    assert kept(document) == characters(text)


def test_the_disclaimer_is_no_reference():
    text = leaflet("Text.") + "\n\nAsk somebody who knows."
    document = parse(text, disclaimer_line=text.count("\n") + 1)
    assert document.disclaimer.text == "Ask somebody who knows."
    assert len(document.references) == 12
    assert not document.problems


def test_a_line_named_as_heading_ends_the_references():
    text = "Heading\n\nText. 1\n\nReferences\n\nBook, 1999.\n\nAbout us\n\nWe mend."
    document = parse(text, headings=[9])
    assert [section.heading for section in document.sections] == ["About us"]
    assert [source.text for source in document.references] == ["Book, 1999."]


def test_a_byte_order_mark_is_not_text():
    assert decode("\ufeffHeading".encode()) == "Heading"


def test_a_character_that_was_lost_before_is_noticed():
    assert parse("Heading\n\nText.\n\nCaf\ufffd is shut.").notices[0].line == 5


def test_a_wrong_encoding_is_refused_with_its_line():
    with pytest.raises(Unreadable, match="UTF-8") as refused:
        decode("one\ntwo\ncaf\xe9".encode("latin-1"))
    assert refused.value.line == 3


def test_windows_line_ends_give_the_same_document():
    text = leaflet("Oil helps. 1-3 A rag too.")
    assert parse(text.replace("\n", "\r\n")) == parse(text) == parse(text.replace("\n", "\r"))


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("It works.\u00a0 1-3", ["It works.", (1, 2, 3)]),
        ("It works.\u00a01-3", ["It works.", (1, 2, 3)]),
        ("It gives relief\u00a0 2,4 in many.", ["It gives relief", (2, 4), " in many."]),
        ("It gives relief\u00a02,4 in many.", ["It gives relief", (2, 4), " in many."]),
        ("It is used. 1-3 Other ways.", ["It is used.", (1, 2, 3), " Other ways."]),
        ("It is used. 1, 3 “Other” ways.", ["It is used.", (1, 3), " “Other” ways."]),
        ("It began in 1990. 2 Other ways.", ["It began in 1990.", (2,), " Other ways."]),
        ("It is used. 12", ["It is used.", (12,)]),
        ("It is used. (2)", ["It is used. (2)"]),
        ("It is used.[2] \u00a0", ["It is used.", (2,)]),
        ("Of 10\u00a0 2 are left.", ["Of 10 2 are left."]),
        ("Some (\u00a0 2 people) came.", ["Some ( 2 people) came."]),
        ("It works.1–3", ["It works.", (1, 2, 3)]),
        ("It gives relief,4 and more.", ["It gives relief,", (4,), " and more."]),
        ("It is “safe.”1,2 More.", ["It is “safe.”", (1, 2), " More."]),
        ("It helps [1].", ["It helps", (1,), "."]),
        ("It helps.[1-3, 5] More.", ["It helps.", (1, 2, 3, 5), " More."]),
        ("It helps [1][2] all.", ["It helps", (1,), (2,), " all."]),
        ("It helps.¹⁻³ More.", ["It helps.", (1, 2, 3), " More."]),
        ("It helps¹² and lasts.", ["It helps", (12,), " and lasts."]),
        ("It helps.¹,³", ["It helps.", (1, 3)]),
        ("One\nhelps.1 Two help.2", ["One helps.", (1,), " Two help.", (2,)]),
    ],
)
def test_citations_are_read_in_the_forms_that_a_saved_page_leaves(sentence, expected):
    found = [part.numbers if isinstance(part, Cited) else part for part in parts(sentence)]
    assert found == expected


@pytest.mark.parametrize(
    "sentence",
    [
        "It costs 1,000 or 2.5 or $5.",
        "Take 5mg, or 10% of 3-year-old oil.",
        "It is 4cm² or 30 m³ or 10⁶ or 20 in² wide.",
        "It holds Ca²⁺ at 10:30 in 1990.",
        "4 people came.",
        "See www.example.org/2 or page #3.",
    ],
)
def test_other_numbers_stay_text_and_are_not_reported(sentence):
    document = parse(leaflet(sentence))
    assert document.sections[0].paragraphs[0].parts == (" ".join(sentence.split()),)
    assert not [one for one in document.notices if one.line == 7]


@pytest.mark.parametrize(
    ("sentence", "text"),
    [
        ("Look for it (2) twice.", "(2)"),
        ("It gives relief 4 in all.", "relief 4"),
        ("A word4 stands.", "word4"),
        ("Of Type\u00a02 it is.", "Type 2"),
        ("It takes\u00a04 hours.", "takes 4"),
        ("It is shown in Fig. 2 Above.", "Fig. 2"),
        ("It takes hours. 2 people help.", "hours. 2"),
    ],
)
def test_what_only_a_reader_can_tell_stays_text_until_it_is_settled(sentence, text):
    document = parse(leaflet(sentence))
    assert document.sections[0].paragraphs[0].parts == (" ".join(sentence.split()),)
    assert [one.line for one in document.notices if "may be a citation" in one.sentence] == [7]

    settled = parse(leaflet(sentence), citations=[Settled(7, text)])
    cited = [p for p in settled.sections[0].paragraphs[0].parts if isinstance(p, Cited)]
    assert [one.numbers for one in cited] in ([(2,)], [(4,)])
    assert not settled.problems


def test_a_number_settled_as_text_is_text_and_no_more_reported():
    document = parse(
        leaflet("It is [2] (3)."), not_citations=[Settled(7, "[2]"), Settled(7, "(3)")]
    )
    assert document.sections[0].paragraphs[0].parts == ("It is [2] (3).",)
    assert not [one for one in document.notices if one.line == 7]


def test_a_citation_between_two_sentences_may_be_the_quantity_of_the_second():
    document = parse(leaflet("Oil it at night. 2 Drops are enough."))
    assert "If it is a quantity" in document.notices[0].sentence


def test_a_paragraph_behind_doubled_blank_lines_may_have_lost_its_heading():
    text = "Heading\n\nText.\n\nOne\n\nText.\n\n\nMore text."
    assert ["a heading fell out" in one.sentence for one in parse(text).notices] == [True]
    assert not parse(text.replace("\n\n\n", "\n\nTwo\n\n")).notices


def test_a_number_in_mid_sentence_behind_a_double_space_may_be_a_quantity():
    document = parse(leaflet("It takes\u00a0 4-6 hours."))
    assert Cited((4, 5, 6), "4-6") in document.sections[0].paragraphs[0].parts
    assert "If it is a quantity" in document.notices[0].sentence


@pytest.mark.parametrize("text", ["(2)", "(9)", "Twice", "2) and (2"])
def test_settling_what_does_not_stand_there_once_is_a_problem(text):
    document = parse(leaflet("Twice (2) and (2)."), citations=[Settled(7, text)])
    assert [problem.line for problem in document.problems] == [7]


def test_a_settled_number_is_found_in_its_line_of_a_wrapped_paragraph():
    document = parse(leaflet("First (2) line\nand second (2) line."), citations=[Settled(8, "(2)")])
    assert document.sections[0].paragraphs[0].parts == (
        "First (2) line and second",
        Cited((2,), "(2)"),
        " line.",
    )


@pytest.mark.parametrize("sentence", ["It helps [13].", "It helps.¹³", "It is used. 13", "So.3-1"])
def test_a_citation_without_its_reference_is_a_problem(sentence):
    document = parse(leaflet(sentence))
    assert [problem.line for problem in document.problems] == [7]
    assert kept(document) == characters(leaflet(sentence))


def test_a_citation_in_a_document_without_references_is_a_problem():
    document = parse("Heading\n\nIt helps [1].")
    assert "no references" in document.problems[0].sentence


def test_a_heading_cannot_cite():
    text = "Heading\n\nText.\n\nOil [1]\n\nMore.\n\nReferences\n\nBook, 1999."
    assert "“[1]”" in parse(text).problems[0].sentence
    assert not parse(text, not_citations=[Settled(5, "[1]")]).problems


def test_a_reference_that_nothing_cites_is_a_notice():
    document = parse(leaflet("One.1-11"))
    assert [one.sentence for one in document.notices] == ["Reference 12 is cited nowhere."]


@pytest.mark.parametrize("label", ["{}. ", "[{}] ", "{}) ", "({}) "])
def test_the_documents_own_numbering_is_taken_off(label):
    listed = "\n\n".join(label.format(n) + f"Book {n}, 1999." for n in (1, 2))
    document = parse(leaflet("Text.", references=listed))
    assert [source.text for source in document.references] == ["Book 1, 1999.", "Book 2, 1999."]
    assert not document.problems


def test_a_gap_in_the_documents_own_numbering_is_a_problem():
    document = parse(leaflet("Text.", references="1. Book, 1999.\n\n3. Map, 2001.\n\nAtlas, 2002."))
    assert [problem.line for problem in document.problems] == [13, 15]


def test_a_reference_without_year_is_a_problem_until_it_is_named():
    text = leaflet("Text.", references="A booklet about chains.")
    assert "has no year" in parse(text).problems[0].sentence
    assert not parse(text, undated_references=[11]).problems


def test_a_references_parts_are_read_whatever_the_spaces():
    text = (
        "Onofrio BM,  Yaksh TL. A Long-Term\u00a0Title?\u00a0 J Neuro\u00a0 1990; 72 (3): 200-209."
    )
    assert reference_parts(text) == {
        "authors": "Onofrio BM, Yaksh TL",
        "title": "A Long-Term Title?",
        "journal": "J Neuro",
        "year": "1990",
        "volume": "72",
        "issue": "3",
        "pages": "200-209",
    }


@pytest.mark.parametrize(
    "text",
    [
        "The Society of Menders. A booklet. 1998.",
        "Ham Q. One title. Its subtitle. J Test 2001; 1: 2.",
        "Ham Q. Title. J. Test. 2001; 1: 2.",
        "Ham Q. Title. J Test, in press.",
        "",
    ],
)
def test_a_references_parts_are_never_guessed(text):
    assert reference_parts(text) == {}


def source(number, text):
    return Source(0, number, text, **reference_parts(text))


def test_keys_are_made_of_surname_and_year_without_accents():
    texts = ["Nuñez-Ørsted T, Ham Q. T. J 1990; 1: 2.", "Ham Q. T. J 1990; 1: 2."]
    texts += [
        "Ham Q. U. J 1990; 3: 4.",
        "Society of Menders. Book, 1998.",
        "Undated leaflet",
        "Ж 2",
    ]
    keys = reference_keys(source(number, text) for number, text in enumerate(texts, 1))
    assert keys == (
        "nunez-orsted-1990",
        "ham-1990a",
        "ham-1990b",
        "society-of-menders-1998",
        "undated-leaflet",
        "2",
    )


def test_a_key_that_is_already_taken_counts_as_the_first():
    sources = [
        source(number, f"Ham Q. {title}. J 1990; 1: 2.") for number, title in enumerate("TU")
    ]
    assert reference_keys(sources, ["ham-1990", "ham-1990b"]) == ("ham-1990c", "ham-1990d")
    assert reference_keys(sources[:1], ["ham-1990"]) == ("ham-1990b",)


def test_a_slug_holds_latin_letters_digits_and_hyphens():
    assert slug("  Crème brûlée & the rider’s Ærø (2nd)  ") == "creme-brulee-the-riders-aero-2nd"


LINES = [
    "A heading",
    "REFERENCES",
    "References",
    "What is this?",
    "A paragraph. It has two sentences.",
    "goes on in lower case.",
    "\u00a0 It cites.\u00a0 1-3",
    "It is used. 2 Other. And more,1 or [2, 3] or (1) or x² or m²¹.",
    "Ham Q. Title. J Test 1990; 1: 2-3.",
    "2. Ham Q. Title. J Test 1991; 1: 2-3.",
    "1-3",
    "[1]",
    "***",
    "• a list",
    "It breaks. Off here",
    "[7] cites nothing.",
    "\x0bÉtude \u2028 \ufeff \x85 end\u200b",
    "",
    "",
    "\u00a0",
]


@pytest.mark.parametrize("seed", range(40))
def test_every_character_of_any_document_is_kept(seed):
    chance = random.Random(seed)
    for _ in range(50):
        lines = chance.choices(LINES, k=chance.randrange(14))
        numbers = chance.sample(range(1, 15), 4)
        text = "\n".join(lines)
        document = parse(
            text,
            disclaimer_line=numbers[0],
            headings=numbers[1:2],
            paragraphs=numbers[2:3],
            restored={numbers[3]: "Restored"},
        )
        assert kept(document) == characters(text), lines
        assert {line.line for line in document.unplaced} <= {p.line for p in document.problems}


def test_every_word_of_a_document_without_problems_is_in_its_place():
    document = parse(leaflet("One. 1 Two.", "Three.2"))
    assert list(chain.from_iterable(p.parts for p in document.sections[0].paragraphs)) == [
        "One.",
        Cited((1,), "1"),
        " Two.",
        "Three.",
        Cited((2,), "2"),
    ]
