"""From a source document and its notes to a fixture, into the database and back."""

import json
import shutil
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction

from tests import factories
from treatments import citations, disclaimer, importing, publishing, richtext
from treatments.management.commands import build_fixture
from treatments.models import Code, Edition, Page, PageTag, Reference
from treatments.source_text import notes

ROOT = Path(__file__).resolve().parents[2]
SEED = ROOT / "fixtures" / "cancer_pain.json"
SEED_SOURCE = ROOT / build_fixture.SEED
LEAFLET = ROOT / "tests" / "documents" / "bicycle-leaflet.txt"
DUMPED = [model._meta.label for model in importing.MODELS]

TEXT = """Oiling

A little oil helps. 1

The chain

Oil each roller.

References

1. Ham Q. Dirt. J Test 2008; 11: 1-12.
"""
NOTES = """[[treatments]]
heading = "The chain"
kind = "non-drug"
"""


@pytest.fixture
def build(tmp_path, capsys):
    """Build a fixture from the two texts; what was printed, and the rows if any were written."""

    def build(text=TEXT, notes=NOTES, **options):
        (tmp_path / "leaflet.txt").write_text(text, encoding="utf-8")
        (tmp_path / "leaflet.toml").write_text(notes, encoding="utf-8")
        output = tmp_path / "leaflet.json"
        try:
            call_command("build_fixture", tmp_path / "leaflet.txt", output=output, **options)
        except CommandError as error:
            return "".join(capsys.readouterr()) + str(error), None
        return "".join(capsys.readouterr()), json.loads(output.read_text(encoding="utf-8"))

    return build


def of(rows, model):
    return [row["fields"] for row in rows if row["model"] == model]


def dumped():
    return [*DUMPED, "--natural-foreign", "--natural-primary", "--indent=2"]


def test_the_seeds_fixture_is_what_its_source_gives(capsys):
    call_command("build_fixture", check=True)
    assert "up to date" in capsys.readouterr().out


@pytest.mark.django_db
def test_dumpdata_of_the_loaded_seed_equals_the_fixture(tmp_path):
    call_command("loaddata", SEED, verbosity=0)
    call_command("dumpdata", *dumped(), output=tmp_path / "dump.json", verbosity=0)
    assert (tmp_path / "dump.json").read_text(encoding="utf-8") == SEED.read_text(encoding="utf-8")


@pytest.mark.django_db
def test_the_seed_can_be_loaded_twice():
    call_command("loaddata", SEED, verbosity=0)
    call_command("loaddata", SEED, verbosity=0)
    assert (Page.objects.count(), Edition.objects.count()) == (14, 14)
    assert (PageTag.objects.count(), Code.objects.count(), Reference.objects.count()) == (10, 4, 3)


@pytest.mark.django_db
def test_the_seeds_pages_are_public_and_not_yet_reviewed():
    call_command("loaddata", SEED, verbosity=0)
    assert Edition.objects.live().never_reviewed().count() == 14
    pages = Page.objects.filter(kind="treatment").order_by("position")
    assert [(page.slug, page.treatment_kind) for page in pages] == [
        ("non-drug-treatments", "non-drug"),
        ("nonopioid-oral-medications", "medications"),
        ("opioids", "medications"),
        ("external-drug-delivery", "drug-delivery"),
        ("drug-pump", "drug-delivery"),
        ("neurolytic-blocks", "nerve-procedures"),
        ("neuroablation", "nerve-procedures"),
    ]


def test_every_line_of_the_seeds_source_stands_in_its_fixture_in_order():
    rows = json.loads(SEED.read_text(encoding="utf-8"))
    restored = {"Opioids", "Neuroablation"}
    found = []
    for edition in of(rows, "treatments.edition"):
        if edition["page"][0] == "term":  # says again what the paragraphs say
            continue
        found += edition["overline"].splitlines()
        found += [edition["title"]] if edition["title"] not in restored else []
        found += [richtext.plain(paragraph) for paragraph in edition["body"].splitlines()]
    found += [reference["source_text"] for reference in of(rows, "treatments.reference")]
    source = SEED_SOURCE.read_text(encoding="utf-8").replace("\u00a01-3", "")
    lines = [" ".join(line.split()) for line in source.splitlines() if line.strip()]
    assert [*found, disclaimer.words()] == lines


def test_the_seed_explains_six_words_in_the_sources_own():
    rows = json.loads(SEED.read_text(encoding="utf-8"))
    editions = of(rows, "treatments.edition")
    terms = {row["title"]: row for row in editions if row["page"][0] == "term"}
    source = " ".join(SEED_SOURCE.read_text(encoding="utf-8").split())
    for word, row in terms.items():
        assert word in source
        assert row["summary"] in source.replace(f" ({word})", "")
        assert (row["body"], row["origin"], row["approver"]) == ("", "imported", None)
        assert len(row["summary"].split()) <= 25
    assert {word: row["page"][1] for word, row in terms.items()} == {
        "catheter": "catheter",
        "intrathecal space": "intrathecal-space",
        "intravenous": "intravenous",
        "endorphins": "endorphins",
        "Neurolytic blocks": "neurolytic-blocks",
        "neuroablation": "neuroablation",
    }


@pytest.mark.django_db
def test_loading_the_seed_again_brings_its_terms_and_changes_nothing_else(tmp_path):
    older = [row for row in json.loads(SEED.read_text(encoding="utf-8")) if not of_a_term(row)]
    (tmp_path / "older.json").write_text(json.dumps(older), encoding="utf-8")
    call_command("loaddata", tmp_path / "older.json", verbosity=0)
    before = {model: list(model.objects.order_by("pk").values()) for model in importing.MODELS}
    call_command("loaddata", SEED, verbosity=0)
    for model, rows in before.items():
        assert list(model.objects.order_by("pk").values())[: len(rows)] == rows
    assert Edition.objects.live().filter(page__kind="term").count() == 6


@pytest.mark.django_db
def test_loading_the_seed_again_over_a_text_taken_down_since_is_refused_whole(tmp_path):
    older = [row for row in json.loads(SEED.read_text(encoding="utf-8")) if not of_a_term(row)]
    (tmp_path / "older.json").write_text(json.dumps(older), encoding="utf-8")
    call_command("loaddata", tmp_path / "older.json", verbosity=0)
    opioids = Edition.objects.get(page__slug="opioids")
    publishing.withdraw(edition=opioids, by=factories.make_user(), reason="Wrong.")
    with pytest.raises(IntegrityError), transaction.atomic():
        call_command("loaddata", SEED, verbosity=0)
    assert not Page.objects.filter(kind="term").exists()


def of_a_term(row):
    fields = row["fields"]
    return fields.get("kind") == "term" or fields.get("page", [""])[0] == "term"


def test_the_drug_pumps_last_sentence_cites_the_three_references():
    rows = json.loads(SEED.read_text(encoding="utf-8"))
    bodies = {row["page"][1]: row["body"] for row in of(rows, "treatments.edition")}
    cited = {slug: citations.keys(body) for slug, body in bodies.items() if "<cite" in body}
    assert cited == {"drug-pump": ["onofrio-1990", "lamer-1994", "portenoy-1994"]}
    assert bodies["drug-pump"].endswith("1994</cite></p>")


def test_restored_headings_are_told_to_editors():
    rows = json.loads(SEED.read_text(encoding="utf-8"))
    notes = {row["title"]: row["note"] for row in of(rows, "treatments.edition")}
    told = {title for title, note in notes.items() if "was restored because" in note}
    assert told == {"Opioids", "Neuroablation", "Treatment Options for Chronic Pain Due to Cancer"}


@pytest.mark.django_db
def test_a_leaflet_of_another_subject_is_built_loaded_and_dumped(tmp_path):
    fixture = tmp_path / "leaflet.json"
    call_command("build_fixture", LEAFLET, output=fixture, verbosity=0)
    call_command("loaddata", fixture, verbosity=0)
    call_command("dumpdata", *dumped(), output=tmp_path / "dump.json", verbosity=0)
    assert (tmp_path / "dump.json").read_text(encoding="utf-8") == fixture.read_text(
        encoding="utf-8"
    )
    assert list(Edition.objects.live().order_by("pk").values_list("title", flat=True)) == [
        "Keeping a Bicycle in Order",
        "The tyres",
        "The chain",
        "Brakes & gears",
    ]


def test_the_leaflets_words_and_citations_are_whole(tmp_path):
    fixture = tmp_path / "leaflet.json"
    call_command("build_fixture", LEAFLET, output=fixture, verbosity=0)
    rows = json.loads(fixture.read_text(encoding="utf-8"))
    assert len(of(rows, "treatments.reference")) == 12
    brakes = of(rows, "treatments.edition")[-1]["body"].splitlines()
    assert richtext.plain(brakes[0]) == (
        "Worn pads squeal <and scratch>. Replace them in pairs and keep 4 cm² of the rim clean."
    )
    assert citations.keys("".join(brakes)) == [
        "van-der-aa-2011",
        "valeckova-2001",
        "odegard-2003",
        "ham-2004a",
        "ham-2012",
    ]


def test_slugs_keys_and_labels_have_defaults(build):
    _, rows = build()
    assert [page["slug"] for page in of(rows, "treatments.page")] == ["oiling", "the-chain"]
    assert of(rows, "treatments.edition")[0]["body"] == (
        '<p>A little oil helps.<cite data-reference="ham-2008">Ham Q 2008</cite></p>'
    )


@pytest.mark.parametrize(
    ("notes", "sentence"),
    [
        ("", "leaflet.txt:5: “The chain”: a kind is missing."),
        (NOTES.replace("non-drug", "oily"), "the kind “oily” is not known"),
        (NOTES.replace("The chain", "The chains"), "“The chains” is no heading of the text"),
        (NOTES + "colour = 3", "treatments[1].colour is not known here"),
        ("title = 'x'\n" + NOTES, "title is not known here. Known are: language,"),
        ("language = 3\n" + NOTES, "language has to be a text."),
        ("language = 'xx'\n" + NOTES, "language has to be one of en."),
        ("headings = 5\n" + NOTES, "headings has to be a list."),
        ("topic = 5\n" + NOTES, "topic has to be a table."),
        ("[[restored]]\nline = 4\nheading = 'x'\n" + NOTES, "restored[1].because is missing."),
        (NOTES + "slug = 'The Chain'", "“The Chain” is no slug"),
        (NOTES + f"slug = '{'x' * 81}'", "at most 80 characters"),
        (NOTES + "codes = [{system = 'XX', code = '1'}]", "'XX' is not a valid choice"),
        (NOTES + "tags = ['Oil', 'oil']", "Tags that differ in spelling only"),
        (NOTES + NOTES, "“The chain” has two entries under [[treatments]]. Keep one."),
        (NOTES + "line = 6", "“The chain” is no heading of the text in line 6."),
        (
            NOTES + "tags = ['oil', 'oil']",
            "2 rows would be the same page tag: treatment, the-chain",
        ),
        (NOTES + "tags = ['…']", "Tags that differ in spelling only, or without letters"),
        (NOTES + 2 * "[[references]]\nnumber = 1\n", "[[references]] number = 1 stands 2 times"),
        (NOTES + "[[references]]\nnumber = 2\nnote = 'x'", "the text has 1 references"),
        ("not toml", "This is not TOML"),
    ],
)
def test_notes_at_fault_are_refused_by_name(build, notes, sentence):
    printed, rows = build(notes=notes)
    assert sentence in printed
    assert rows is None


EXPLAINED = TEXT.replace(
    "Oil each roller.", "A roller (small wheel) is oiled (lubricated) each day."
)
TERM = '[[terms]]\nword = "roller"\nmeaning = "small wheel"\n'


def test_a_term_is_a_page_with_its_meaning_in_the_texts_words(build):
    more = 'spellings = ["rollers", "rolls"]\nslug = "wheel"\ntags = ["oil"]\n'
    _, rows = build(EXPLAINED, NOTES + TERM + more)
    (page,) = [page for page in of(rows, "treatments.page") if page["kind"] == "term"]
    assert (page["slug"], page["other_spellings"]) == ("wheel", "rollers\nrolls")
    edition = of(rows, "treatments.edition")[-1]
    assert (edition["title"], edition["summary"], edition["body"]) == ("roller", "small wheel", "")
    assert edition["note"] == "Imported from leaflet.txt, line 7."
    assert [tag["tag"] for tag in of(rows, "treatments.pagetag")] == [["oil"]]


def test_a_parenthesis_that_holds_the_word_alone_is_left_out_of_its_meaning(build):
    term = '[[terms]]\nword = "lubricated"\nmeaning = "oiled each day"\n'
    _, rows = build(EXPLAINED, NOTES + term)
    assert of(rows, "treatments.edition")[-1]["summary"] == "oiled each day"


@pytest.mark.parametrize(
    ("meaning", "word"),
    [
        ("little wheel", "roller"),  # not its words
        ("mall wheel", "roller"),  # half a word
        ("small", "oil"),  # its words, of another paragraph
        ("is oiled each", "roller"),  # leaves out what is not the word
        ("A little oil helps. A roller", "roller"),  # two paragraphs
    ],
)
def test_a_meaning_that_is_not_the_texts_words_is_a_problem(build, tmp_path, word, meaning):
    printed, rows = build(EXPLAINED, f'{NOTES}[[terms]]\nword = "{word}"\nmeaning = "{meaning}"\n')
    line = 3 if word == "oil" else 7
    assert f"{tmp_path / 'leaflet.txt'}:{line}: “{word}”: no paragraph with this word" in printed
    assert rows is None


@pytest.mark.parametrize(
    ("terms", "sentence"),
    [
        (TERM.replace("roller", "hub"), "[[terms]] word = “hub”: no paragraph of the text has"),
        (TERM.replace("roller", "Roller"), "[[terms]] word = “Roller”: no paragraph"),
        ('[[terms]]\nword = "roller"\n', "terms[1].meaning is missing."),
        (TERM + TERM, "2 rows would be the same page: term, roller"),
        (TERM + "slug = 'The Wheel'", "“The Wheel” is no slug"),
    ],
)
def test_terms_at_fault_are_refused_by_name(build, terms, sentence):
    printed, rows = build(EXPLAINED, NOTES + terms)
    assert sentence in printed
    assert rows is None


def test_two_treatments_under_the_same_heading_need_their_lines_and_slugs(build):
    text = TEXT.replace("References", "The chain\n\nWipe it.\n\nReferences")
    assert "“The chain” stands 2 times in the text" in build(text)[0]
    with_lines = f"{NOTES}line = 5\n{NOTES}line = 9\n"
    assert "2 rows would be the same page: treatment, the-chain" in build(text, with_lines)[0]
    _, rows = build(text, f"{with_lines}slug = 'chain-again'")
    assert [page["slug"] for page in of(rows, "treatments.page")][1:] == [
        "the-chain",
        "chain-again",
    ]


def test_a_problem_of_the_text_is_printed_with_file_and_line(build, tmp_path):
    printed, rows = build(TEXT.replace("helps. 1", "helps. [2]"))
    assert f"{tmp_path / 'leaflet.txt'}:3: “helps. [2]” cites 2" in printed
    assert "Nothing was written: mend 1 problem." in printed
    assert rows is None


def test_notices_are_printed_and_hinder_nothing(build):
    printed, rows = build(TEXT.replace("each roller", "roller (1)"))
    assert "leaflet.txt:7: “roller (1)”: 1 may be a citation" in printed
    assert rows


def test_a_disclaimer_that_differs_from_the_portals_is_told(build):
    printed, rows = build(TEXT + "\nAsk your mechanic.\n", "disclaimer_line = 13\n" + NOTES)
    assert "leaflet.txt:13: This disclaimer is not in the fixture" in printed
    assert "mechanic" not in json.dumps(rows)


def test_a_page_of_another_fixture_is_not_written_over(build, tmp_path):
    build()
    shutil.copy(tmp_path / "leaflet.json", tmp_path / "older.json")
    assert build()[1], "the same page and reference twice do no harm"
    printed, _ = build(TEXT.replace("Dirt", "Rags"))
    assert "The reference “ham-2008” stands in older.json too, and differs:" in printed


def test_other_files_beside_the_output_do_no_harm(build, tmp_path):
    for name, text in {"a": "not JSON", "b": "{}", "c": "[1]", "d": '[{"model": "x"}]'}.items():
        (tmp_path / f"{name}.json").write_text(text, encoding="utf-8")
    assert build()[1]


def test_a_text_that_the_cleaner_would_change_is_refused(build, monkeypatch):
    monkeypatch.setattr(richtext, "clean", str.upper)
    assert "The text of “Oiling” does not pass the cleaner unchanged." in build()[0]


def test_a_text_that_is_not_utf8_is_refused_with_its_line(tmp_path):
    (tmp_path / "leaflet.txt").write_bytes("one\ncaf\xe9".encode("latin-1"))
    (tmp_path / "leaflet.toml").touch()
    with pytest.raises(CommandError, match=r"leaflet\.txt:2: This is not UTF-8"):
        call_command("build_fixture", tmp_path / "leaflet.txt")


@pytest.mark.parametrize("missing", ["leaflet.txt", "leaflet.toml"])
def test_a_missing_file_is_named(tmp_path, missing):
    for name in {"leaflet.txt", "leaflet.toml"} - {missing}:
        (tmp_path / name).touch()
    with pytest.raises(CommandError, match=f"{missing} cannot be read"):
        call_command("build_fixture", tmp_path / "leaflet.txt")


def test_check_shows_where_the_fixture_differs_and_writes_nothing(build, tmp_path):
    build()
    output = tmp_path / "leaflet.json"
    output.write_text(output.read_text(encoding="utf-8").replace("A little", "Much"), "utf-8")
    printed, rows = build(check=True)
    assert '-    "body": "<p>Much oil' in printed
    assert "Run manage.py build_fixture" in printed
    assert rows is None
    assert "Much" in output.read_text(encoding="utf-8")


def test_check_fails_where_there_is_no_fixture(build):
    printed, rows = build(check=True)
    assert "leaflet.json cannot be read" in printed
    assert rows is None


def test_a_failed_write_leaves_the_older_fixture(build, tmp_path, monkeypatch):
    build()
    before = (tmp_path / "leaflet.json").read_bytes()

    def refuse(*paths):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.replace", refuse)
    printed, _ = build(TEXT.replace("Oil each", "Wipe each"))
    assert "cannot be written: No space left on device." in printed
    assert (tmp_path / "leaflet.json").read_bytes() == before


def test_the_example_in_the_manual_is_read_as_it_stands():
    manual = (ROOT / "docs" / "importing.md").read_text(encoding="utf-8")
    example = manual.split("```toml\n")[1].split("```")[0]
    names = {name for name in notes.Notes.__dataclass_fields__ if name in example}
    assert names == set(notes.Notes.__dataclass_fields__)
    assert notes.read(example).treatments[0].kind in Page.TreatmentKind.values


def test_the_dumpdata_command_in_the_manual_names_the_models_in_order():
    manual = (ROOT / "docs" / "importing.md").read_text(encoding="utf-8")
    assert " ".join(label.lower() for label in DUMPED) in " ".join(manual.lower().split())
