"""Leaflets: what they say, how they are set, and what they may take."""

import io
import os
import re
import shutil
import socket
import subprocess
import threading
import time

import pytest
import time_machine
from django.core.management import call_command
from django.test import Client
from pypdf import PdfReader

from tests import factories
from treatments import arranging, confinement, disclaimer, publishing, reading, richtext, wording
from treatments.leaflets import content, printing, sheets
from treatments.leaflets.sheets import Sheet
from treatments.views import treatments_of

pytestmark = pytest.mark.django_db
needs_pango = pytest.mark.leaflets
SHEETS = [Sheet(size, paper) for size in sheets.SIZES for paper in sheets.PAPERS]
POINTS = {"a4": (595.28, 841.89), "letter": (612, 792)}


def leaflet_of(edition, sheet=None):
    found = reading.live().get(pk=edition.pk)
    below = list(treatments_of(found)) if found.page.kind == "topic" else []
    return content.leaflet(found, below, sheet or Sheet())


def printed(edition, sheet=None):
    return printing.render(leaflet_of(edition, sheet))


def read(pdf):
    return PdfReader(io.BytesIO(pdf))


def words(pdf, *options):
    """The text as poppler reads it, with single spaces."""
    done = subprocess.run(
        ["pdftotext", *options, "-", "-"], input=pdf, capture_output=True, check=True
    )
    return " ".join(done.stdout.decode().split())


def pages(pdf):
    return [words(pdf, "-f", str(n), "-l", str(n)) for n in range(1, len(read(pdf).pages) + 1)]


def sizes(page):
    """{points: characters set in them} of a sheet, from its operators."""
    found = {}

    def see(text, matrix, text_matrix, font, size):
        if text.strip():
            # The matrix turns the page's own pixels, 96 an inch, into points.
            points = round(abs(size * text_matrix[3] * matrix[3]), 1)
            found[points] = found.get(points, 0) + len(text.strip())

    page.extract_text(visitor_text=see)
    return found


@pytest.fixture
def seed(db):
    call_command("loaddata", "cancer_pain", verbosity=0)
    return reading.live("topic").get()


@pytest.fixture
def printer(monkeypatch):
    """A printer of its own, which keeps nothing of other tests."""
    fresh = printing.Printer()
    monkeypatch.setattr(printing, "printer", fresh)
    return fresh


@pytest.fixture
def no_pango(monkeypatch):
    monkeypatch.setattr(printing, "is_installed", lambda: False)


# What it says


@needs_pango
def test_the_topics_leaflet_holds_every_sentence_of_the_seed_in_order(seed):
    text = words(printed(seed), "-raw").replace("- ", "-")
    place = 0
    for edition in [seed, *treatments_of(seed)]:
        assert edition.title in text
        for sentence in re.split(r"(?<=[.!?:]) ", richtext.plain(edition.body)):
            found = text.find(sentence.replace("- ", "-")[-40:], place)
            assert found >= place, sentence
            place = found


@needs_pango
@pytest.mark.parametrize("sheet", SHEETS)
def test_every_sheet_has_disclaimer_number_and_standing(seed, sheet):
    found = pages(printed(seed, sheet))
    for number, text in enumerate(found, 1):
        assert disclaimer.words() in text
        assert f"Edition 1. {wording.NOT_REVIEWED} Page {number} of {len(found)}." in text
    assert found[0].count(disclaimer.words()) == 2


@needs_pango
def test_the_disclaimer_stands_directly_behind_the_title(seed):
    assert f"{seed.title} {disclaimer.words()}" in words(printed(seed))


@needs_pango
def test_references_and_retraction_are_printed(client):
    reference = factories.make_reference(
        "spoke-2001", source_text="Spoke B. Brakes.", url="https://example.org/brakes"
    )
    body = '<p>Squeeze.<cite data-reference="spoke-2001">S</cite></p>'
    edition = factories.make_live(body=body)
    text = words(printed(edition))
    assert "Spoke B. Brakes. Read the source: https://example.org/brakes" in text
    assert wording.RETRACTED not in text
    type(reference).objects.filter(pk=reference.pk).update(retracted=True)
    assert wording.RETRACTED in words(printed(edition))


@needs_pango
def test_a_reviewed_text_names_people_and_dates_and_imported_text_none():
    with time_machine.travel("2026-05-01T12:00:00Z"):
        text = words(printed(factories.make_live()))
    assert "Last reviewed 1 May 2026" in text
    assert "Next review due by 1 January 2100" in text
    assert "Edition 1. Last reviewed 1 May 2026. Page 1" in text
    assert "1970" not in words(printed(factories.make_imported()))


def test_the_footer_says_the_least_that_holds_for_all_texts():
    topic = factories.make_topic()
    lead = reading.live().get(pk=factories.make_live(topic).pk)
    imported = factories.make_imported(factories.make_treatment(topic=topic))
    below = list(reading.live().filter(pk=imported.pk))
    assert content.footer(lead, below) == f"Edition 1. {wording.PARTLY_REVIEWED}"
    with time_machine.travel("2101-01-01T12:00:00Z"):
        assert "was due by 1 January 2100" in content.footer(lead, [])


@needs_pango
def test_blocks_that_fold_on_a_page_are_printed_open(printer):
    leaflet = leaflet_of(factories.make_live(body="<p>Fold</p>"))
    folded = "<details><summary>More</summary><p>Behind the fold.</p></details>"
    html = leaflet.html.replace("<p>Fold</p>", folded)
    text = words(printing.render(content.Leaflet(html, leaflet.address, leaflet.sheet)))
    assert "More Behind the fold." in text


# How it is set


@needs_pango
def test_a_table_of_many_columns_stays_on_the_sheet(tmp_path):
    cells = "".join(f"<td>Handlebar{n}</td>" for n in range(8))
    body = f"<table><tbody><tr>{cells}</tr></tbody></table>"
    (tmp_path / "a.pdf").write_bytes(printed(factories.make_live(body=body), Sheet("large")))
    command = ["pdftotext", "-bbox", tmp_path / "a.pdf", "-"]
    found = subprocess.run(command, capture_output=True, check=True, text=True).stdout
    assert max(map(float, re.findall(r'xMax="([\d.]+)"', found))) < POINTS["a4"][0] - 50


@needs_pango
def test_what_to_do_and_what_not_to_do_have_drawn_signs_of_their_own():
    lists = '<ul class="do"><li>Squeeze</li></ul><ul class="do-not"><li>Do not pull</li></ul>'
    text = words(printed(factories.make_live(body=lists)))
    assert "Do Squeeze Do not Do not pull" in text  # no bullets, and drawn signs are not read out


@needs_pango
@pytest.mark.parametrize("sheet", SHEETS)
def test_type_and_paper_are_as_large_as_was_asked(seed, sheet):
    text, footer, _ = sheets.SIZES[sheet.size]
    for page in read(printed(seed, sheet)).pages:
        assert [float(side) for side in page.mediabox[2:]] == pytest.approx(
            POINTS[sheet.paper], abs=0.1
        )
        found = sizes(page)
        small = {points for points in found if points < text}
        # Superscripts alone are smaller than the footer.
        assert {points for points in small if points >= footer} == {footer}
        assert sum(count for points, count in found.items() if points < footer) <= 6


@needs_pango
@pytest.mark.parametrize("sheet", SHEETS)
def test_nothing_is_cut_and_headings_are_not_left_behind(seed, sheet, tmp_path):
    (tmp_path / "a.pdf").write_bytes(printed(seed, sheet))
    done = subprocess.run(
        ["pdftotext", "-bbox-layout", tmp_path / "a.pdf", "-"],
        capture_output=True,
        check=True,
        text=True,
    )
    width, height = POINTS[sheet.paper]
    edges = re.findall(
        r'<line xMin="([\d.]+)" yMin="([\d.]+)" xMax="([\d.]+)" yMax="([\d.]+)">', done.stdout
    )
    assert edges
    for left, top, right, bottom in (map(float, edge) for edge in edges):
        assert left > 50
        assert top > 15
        assert right < width - 50
        assert bottom < height - 15
    titles = [edition.title for edition in treatments_of(seed)]
    for text in pages(printed(seed, sheet)):
        before, _, _ = text.rpartition(disclaimer.words())
        assert not before.strip().endswith(tuple(titles))


@needs_pango
def test_fonts_are_ours_alone_and_embedded_in_part(seed):
    found = set()
    for page in read(printed(seed)).pages:
        for font in page["/Resources"]["/Font"].values():
            (descendant,) = font.get_object()["/DescendantFonts"]
            assert "/FontFile2" in descendant.get_object()["/FontDescriptor"]
            found.add(font.get_object()["/BaseFont"])
    assert {re.fullmatch(r"/[A-Z]{6}\+(.*)", name)[1] for name in found} == {
        "Atkinson",
        "Atkinson-Bold",
    }


@needs_pango
def test_the_file_is_tagged_and_says_its_title_and_language(seed):
    found = read(printed(seed))
    root = found.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "en"
    assert "/StructTreeRoot" in root
    assert found.metadata.title == f"{seed.title} – This hospital"
    assert found.metadata.creation_date is None
    text = str(found.xmp_metadata.stream.get_data() if found.xmp_metadata else "")
    assert "pdfuaid" in text


@needs_pango
def test_the_sheet_has_a_qr_code(seed, tmp_path):
    (tmp_path / "a.pdf").write_bytes(printed(seed))
    last = str(len(read((tmp_path / "a.pdf").read_bytes()).pages))
    command = ["pdftoppm", "-gray", "-r", "100", "-f", last, "-l", last, tmp_path / "a.pdf"]
    picture = subprocess.run(command, capture_output=True, check=True).stdout
    # Its three corners are the only black squares of their size on the sheet.
    assert picture.count(b"\x00" * 15) > 20


@needs_pango
@pytest.mark.parametrize(
    "words_of", ["مرحبا بكم", "中文文本", "Łódź ≥ 3 µg 👍", "\u0301\u0301a\u200d"]
)
def test_other_scripts_do_not_stop_a_leaflet(words_of):
    assert printed(factories.make_live(body=f"<p>{words_of} end.</p>")).startswith(b"%PDF-")


# The same inputs give the same bytes


@needs_pango
def test_the_same_inputs_give_the_same_bytes_from_any_process_on_any_day(seed):
    first = printed(seed)
    with time_machine.travel("2040-01-01T00:00:00Z"):
        assert printed(seed) == first


def test_any_input_changes_the_digest(settings):
    reference = factories.make_reference("spoke-2001")
    body = '<p>A<cite data-reference="spoke-2001">S</cite></p>'
    edition = factories.make_imported()
    edition = factories.make_live(edition.page, body=body)
    digests = [leaflet_of(edition).digest]

    def differs():
        digests.append(leaflet_of(edition).digest)
        return len(set(digests)) == len(digests)

    assert leaflet_of(edition).digest == digests[0]
    assert leaflet_of(edition, Sheet("large")).digest != leaflet_of(edition).digest
    assert leaflet_of(edition, Sheet(paper="letter")).digest != leaflet_of(edition).digest
    settings.HOSPITAL_NAME = "Another hospital"
    assert differs()
    settings.SITE_URL = "https://education.example.org"
    assert differs()
    settings.PHONE_LINES = [type("Line", (), {"label": "Desk", "number": "555 0100"})]
    assert differs()
    type(reference).objects.update(retracted=True)
    assert differs()
    with time_machine.travel("2101-01-01T12:00:00Z"):
        assert differs()
    publishing.review_unchanged(
        edition=edition, by=factories.make_user(), evidence_checked=True, due_by=factories.LATER
    )
    assert differs()


@needs_pango
def test_who_has_the_leaflet_is_told_so_without_rendering(client, printer, monkeypatch):
    address = factories.make_live().page.get_absolute_url() + "leaflet.pdf"
    first = client.get(address)
    assert first["Content-Type"] == "application/pdf"
    assert first["X-Robots-Tag"] == "noindex"
    monkeypatch.setattr(printing.Printer, "pdf", None)
    again = client.get(address, headers={"if-none-match": first["ETag"]})
    assert (again.status_code, again["ETag"], again.content) == (304, first["ETag"], b"")


@needs_pango
def test_a_finished_leaflet_is_kept_until_its_text_changes(client, printer, monkeypatch):
    page = factories.make_live().page
    address = page.get_absolute_url() + "leaflet.pdf"
    first = client.get(address)
    assert client.head(address)["Content-Length"] == str(len(first.content))
    monkeypatch.setattr(printing, "render", lambda leaflet: b"rendered anew")
    assert client.get(address).content == first.content
    newest = factories.make_live(page)
    assert client.get(address).content == b"rendered anew"
    publishing.withdraw(edition=newest, by=factories.make_user(), reason="Wrong.")
    assert client.get(address).status_code == 410


@pytest.mark.parametrize("name", ["treatment", "topic"])
@pytest.mark.parametrize("deed", ["withdraw", "replace"])
def test_a_text_that_goes_while_its_leaflet_is_made_is_not_sent(
    client, printer, monkeypatch, name, deed
):
    monkeypatch.setattr(printing, "is_installed", lambda: True)
    topic = factories.make_live(factories.make_topic()).page
    gone = factories.make_live(factories.make_treatment(topic=topic))
    asked = gone.page if name == "treatment" else topic
    address = asked.get_absolute_url() + "leaflet.pdf?size=large"

    def render(leaflet):
        if deed == "withdraw":
            publishing.withdraw(edition=gone, by=factories.make_user(), reason="Wrong.")
        else:
            factories.make_live(gone.page)
        return b"%PDF- as it stood before"

    monkeypatch.setattr(printing, "render", render)
    answer = client.get(address)
    assert (answer.status_code, answer["Location"]) == (302, address)
    assert b"as it stood" not in answer.content
    monkeypatch.setattr(printing, "render", lambda leaflet: b"%PDF- as it stands")
    again = client.get(address)
    if (name, deed) == ("treatment", "withdraw"):
        assert again.status_code == 410
    else:
        assert again.content == b"%PDF- as it stands"


def test_the_kept_leaflets_are_bounded(printer, monkeypatch):
    monkeypatch.setattr(printing, "is_installed", lambda: True)
    monkeypatch.setattr(printing, "KEPT", 10)
    monkeypatch.setattr(printing, "render", lambda leaflet: b"12345678")
    for _ in range(3):
        printer.pdf(leaflet_of(factories.make_live()))
    assert len(printer._kept) == 1


# Addresses


@pytest.mark.parametrize(
    "query",
    [
        "size=huge",
        "size=",
        "size=LARGE",
        "size=clear&size=large",
        "paper=a3",
        "paper=../../etc/passwd",
        "paper=%00",
        "size=" + "x" * 5000,
        "size=%3Cscript%3E",
        "size=14pt%7D@import",
    ],
)
def test_a_size_or_paper_that_is_none_gets_a_sentence(client, query):
    edition = factories.make_live()
    answer = client.get(f"{edition.page.get_absolute_url()}leaflet.pdf?{query}")
    assert answer.status_code == 400
    text = answer.content.decode()
    assert re.search("“(size)” can be “clear” or “large”|“(paper)” can be “a4” or “letter”", text)
    assert edition.title in text


def test_links_lead_to_the_paper_that_the_hospital_uses(client, printer, monkeypatch, settings):
    settings.LEAFLET_PAPER = "letter"
    monkeypatch.setattr(printing, "is_installed", lambda: True)
    monkeypatch.setattr(printing, "render", lambda leaflet: leaflet.sheet.paper.encode())
    address = factories.make_live().page.get_absolute_url() + "leaflet.pdf"
    assert client.get(address).content == b"letter"
    assert client.get(address + "?paper=a4").content == b"a4"


def test_an_old_address_leads_to_the_leaflet_and_keeps_the_choice(client):
    page = factories.make_live(factories.make_treatment(slug="a")).page
    arranging.change_slug(page=page, by=factories.make_user(), slug="b")
    answer = client.get("/treatments/a/leaflet.pdf?size=large&q=private")
    assert (answer.status_code, answer["Location"]) == (301, "/treatments/b/leaflet.pdf?size=large")


@pytest.mark.parametrize("kind", ["topics", "treatments"])
@pytest.mark.parametrize("name", ["leaflet.pdf", "export.html"])
def test_what_is_nowhere_has_no_copy(client, kind, name):
    assert client.get(f"/{kind}/nowhere/{name}").status_code == 404


def test_pages_offer_leaflets_where_they_can_be_made(client, monkeypatch):
    monkeypatch.setattr(printing, "is_installed", lambda: True)
    page = factories.make_live().page
    text = client.get(page.get_absolute_url()).content.decode()
    assert f'href="{page.get_absolute_url()}leaflet.pdf"' in text
    assert f'href="{page.get_absolute_url()}leaflet.pdf?size=large"' in text


def test_without_pango_pages_and_addresses_advise_to_print(client, no_pango):
    page = factories.make_live().page
    text = client.get(page.get_absolute_url()).content.decode()
    assert "leaflet.pdf" not in text
    assert "print this page" in text
    answer = client.get(page.get_absolute_url() + "leaflet.pdf")
    assert answer.status_code == 503
    assert answer["Retry-After"]
    assert "open the page and print it" in answer.content.decode()


def test_what_is_missing_breaks_neither_checks_nor_pages(no_pango):
    call_command("check")


# Bounds


def paragraphs(number):
    return "".join(
        f"<h2>Part {n}</h2><p>{'Squeeze the brake lever gently. ' * 10}</p>" for n in range(number)
    )


@needs_pango
def test_five_thousand_words_are_printed(printer):
    pdf = printer.pdf(leaflet_of(factories.make_live(body=paragraphs(100)), Sheet("large")))
    assert f"of {len(read(pdf).pages)}." in pages(pdf)[-1]


@needs_pango
@pytest.mark.parametrize("bound", ["PROCESSOR", "MEMORY", "LONGEST"])
def test_what_is_too_much_gets_a_sentence_once_and_leaves_the_site(
    client, printer, monkeypatch, bound
):
    little = {"PROCESSOR": 1, "MEMORY": 150 * 1024**2, "LONGEST": 9}
    monkeypatch.setattr(printing, bound, little[bound])
    page = factories.make_live(body=paragraphs(400)).page
    for _ in range(2):
        answer = client.get(page.get_absolute_url() + "leaflet.pdf")
        assert answer.status_code == 503
        assert answer["Retry-After"] == "600"
        assert "No leaflet can be made of this text now." in answer.content.decode()
        monkeypatch.setattr(printing, "render", None)
    assert client.get(page.get_absolute_url()).status_code == 200


@needs_pango
def test_a_rendering_that_was_given_up_leaves_no_process_and_no_file(monkeypatch, tmp_path):
    monkeypatch.setattr(printing, "CLOCK", 1)
    monkeypatch.setattr(confinement.tempfile, "tempdir", str(tmp_path))
    with pytest.raises(printing.Busy):
        printed(factories.make_live(body=paragraphs(400)))
    assert list(tmp_path.iterdir()) == []
    own = ["ps", "-o", "args=", "--ppid", str(os.getpid())]
    assert "leaflets.renderer" not in subprocess.run(own, capture_output=True, text=True).stdout


def test_a_topic_with_too_many_treatments_has_no_copy(client, monkeypatch):
    monkeypatch.setattr("treatments.copies.LONGEST_LIST", 2)
    topic = factories.make_live(factories.make_topic()).page
    for _ in range(3):
        factories.make_imported(factories.make_treatment(topic=topic))
    for name in ("leaflet.pdf", "export.html"):
        assert client.get(topic.get_absolute_url() + name).status_code == 503


def test_two_are_served_or_wait_and_the_third_is_told_to_come_again(printer, monkeypatch):
    monkeypatch.setattr(printing, "is_installed", lambda: True)
    leaflets = [leaflet_of(factories.make_live()) for _ in range(3)]
    rendering, done = threading.Event(), threading.Event()

    def render(leaflet):
        rendering.set()
        done.wait(30)
        return b"%PDF-"

    monkeypatch.setattr(printing, "render", render)
    waiting = [threading.Thread(target=printer.pdf, args=[one]) for one in leaflets[:2]]
    for thread in waiting:
        thread.start()
    rendering.wait(30)
    while printer._places._value:
        time.sleep(0.01)
    with pytest.raises(printing.Busy):
        printer.pdf(leaflets[2])
    done.set()
    for thread in waiting:
        thread.join()
    assert printer.pdf(leaflets[2]) == b"%PDF-"


def test_a_leaflet_that_a_busy_machine_gave_up_is_tried_again(printer, monkeypatch):
    monkeypatch.setattr(printing, "is_installed", lambda: True)
    leaflet = leaflet_of(factories.make_live())

    def give_up(leaflet):
        raise printing.Busy

    monkeypatch.setattr(printing, "render", give_up)
    with pytest.raises(printing.Busy):
        printer.pdf(leaflet)
    monkeypatch.setattr(printing, "render", lambda leaflet: b"%PDF-")
    assert printer.pdf(leaflet) == b"%PDF-"


def test_who_waits_too_long_is_told_to_come_again(printer, monkeypatch):
    monkeypatch.setattr(printing, "is_installed", lambda: True)
    monkeypatch.setattr(printing, "PATIENCE", 0.01)
    with printer._turn, pytest.raises(printing.Busy):
        printer.pdf(leaflet_of(factories.make_live()))


# Nothing from elsewhere


@pytest.fixture
def stranger():
    """A server that notes who comes."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.2)
        yield listener


@needs_pango
def test_a_hostile_document_loads_nothing(stranger, tmp_path):
    secret = tmp_path / "secret.png"
    shutil.copy(content.settings.BASE_DIR / "docs" / "pictures" / "pages.png", secret)
    there = f"http://127.0.0.1:{stranger.getsockname()[1]}/x"
    hostile = (
        f'<img src="{there}.png"><img src="file://{secret}"><link rel="stylesheet" href="{there}">'
        f'<link rel="attachment" href="file:///etc/passwd"><object data="{there}"></object>'
        f"<style>@import url({there}); p {{ background: url({there}) }}</style>"
        f'<svg><image href="{there}"/><use href="{there}#a"/></svg>'
    )
    leaflet = leaflet_of(factories.make_live(body="<p>Here</p>"))
    html = leaflet.html.replace("<p>Here</p>", hostile)
    found = read(printing.render(content.Leaflet(html, leaflet.address, leaflet.sheet)))
    with pytest.raises(TimeoutError):
        stranger.accept()
    assert "/Names" not in found.trailer["/Root"] or "/EmbeddedFiles" not in str(
        found.trailer["/Root"]["/Names"]
    )
    assert not [image for page in found.pages for image in page.images]


def test_the_renderer_knows_no_secret():
    assert set(confinement.environment("/folder")) == {
        "PATH",
        "TMPDIR",
        "HOME",
        "LANG",
        "PYTHONHASHSEED",
    }


@needs_pango
def test_a_renderer_that_is_killed_is_no_500(client, printer, monkeypatch):
    monkeypatch.setattr(confinement.sys, "executable", shutil.which("false"))
    address = factories.make_live().page.get_absolute_url() + "leaflet.pdf"
    answer = Client(raise_request_exception=True).get(address)
    assert answer.status_code == 503
    assert "too long" not in answer.content.decode()  # the text may be short, and Pango too old
