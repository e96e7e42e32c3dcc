"""Files that are hostile, damaged or of another kind: a sentence each, in bounds, no network."""

import io
import json
import socket
import zipfile

import pytest

from tests.intake.word_files import document, link, paragraph, parts, run, table
from tests.intake.word_files import packed as package
from treatments import confinement
from treatments.intake import converter, converting, limits, reading
from treatments.intake import document as documents
from treatments.intake.document import Document, Finding, Refused, Source, loads

TITLE = paragraph("Brakes", style="Title")
LEAFLET = parts(TITLE, paragraph("Oil."))


def with_part(name, content):
    return package(LEAFLET | {name: content})


def entities(declared, used):
    text = LEAFLET["word/document.xml"].replace("Oil.", used)
    return text.replace('encoding="UTF-8"?>', f'encoding="UTF-8"?><!DOCTYPE x [{declared}]>')


LAUGHS = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10 if n else "ha"}">' for n in range(10))
NESTED = "<w:smartTag>" * 5000 + run("x") + "</w:smartTag>" * 5000
WIDE = LEAFLET["word/document.xml"].replace("Oil.", "Oil. " * 3_000_000)

REFUSED = {
    "nothing": (b"", "nothing in this file"),
    "only blanks": (b" \n\t\0", "nothing in this file"),
    "an old Word file": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 600, r"older Word \(\.doc\)"),
    "an encrypted Word file": (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"),
        "protected by a password",
    ),
    "a Rich Text file": (b"{\\rtf1\\ansi brakes}", "Rich Text"),
    "a PDF": (b"%PDF-1.7\n...", "PDF"),
    "a picture": (b"\x89PNG\r\n\x1a\n....", "picture"),
    "a packed file": (b"\x1f\x8b\x08....", "Unpack it"),
    "a web archive": (b"MIME-Version: 1.0\r\nContent-Type: multipart/related", "web archive"),
    "an OpenDocument file": (
        package({"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": "x"}),
        "OpenDocument",
    ),
    "an Excel file": (package({"xl/workbook.xml": "x"}), "Excel"),
    "a PowerPoint file": (package({"ppt/presentation.xml": "x"}), "PowerPoint"),
    "a zip of other things": (package({"a": "x"}), "packed file"),
    "a broken zip": (document(TITLE)[:300], "damaged"),
    "a zip without its end": (b"PK\x03\x04" + b"x" * 50, "damaged"),
    "no XML": (with_part("word/document.xml", "<w:document"), "damaged"),
    "XML of another kind": (with_part("word/document.xml", "<html/>"), "no Word document"),
    "macros": (
        with_part(
            "[Content_Types].xml",
            LEAFLET["[Content_Types].xml"].replace(
                "vnd.openxmlformats-officedocument.wordprocessingml.document.main",
                "vnd.ms-word.document.macroEnabled.main",
            )
            + "<!-- wordprocessingml -->",
        ),
        "macros",
    ),
    "a bomb of one part": (with_part("word/document.xml", WIDE), "too large unpacked"),
    "a bomb that is small": (
        with_part("word/styles.xml", "<x>" + " " * 5_000_000 + "</x>"),
        "no word processor packs",
    ),
    "too many parts": (
        package(LEAFLET | {f"word/media/{n}": "" for n in range(limits.MOST_MEMBERS + 1)}),
        "more files than any Word document",
    ),
    "a billion laughs": (
        with_part("word/document.xml", entities(LAUGHS, "&a9;")),
        "declares things",
    ),
    "an external entity": (
        with_part("word/document.xml", entities('<!ENTITY a SYSTEM "file:///etc/passwd">', "&a;")),
        "declares things",
    ),
    "a declaration in a part beside": (
        with_part("word/numbering.xml", '<!DOCTYPE x SYSTEM "http://127.0.0.1/x.dtd"><x/>'),
        "declares things",
    ),
    "deep XML": (document(TITLE, paragraph(NESTED)), "more markup"),
    "deep HTML": (b"<p>" + b"<b>" * 100_000 + b"x", "nested too deeply"),
    "HTML that is deep and closed": (
        b"<!doctype html>" + b"<div>" * 300 + b"x" + b"</div>" * 300,
        "nested too deeply",
    ),
    "much HTML": (b"<!doctype html>" + b"<br>" * 300_000, "more markup"),
    "many attributes": (
        b"<p><a %s>x</a>" % b" ".join(b"a%d" % n for n in range(limits.MOST_ATTRIBUTES + 1)),
        "more markup",
    ),
    "many attributes of an end": (
        b"<p>x</p %s>" % b" ".join(b"a%d" % n for n in range(300_000)),
        "more markup",
    ),
    "a table for many pages": (document(TITLE, table(*[["a"] * 5] * 1200)), "too long for one"),
    "a page of letters that are none": (b"<p>brakes\0\0</p>", "no text that can be read"),
    "a text with empty bytes": (b"brakes\0 and chains, and a wheel", "no text that can be read"),
    "a text of controls": (b"\x01\x02\x03\x04brakes" * 20, "no text that can be read"),
    "20 MB of text": (b"brakes " * 3_000_000, "larger than"),
    "3 MB of text": (b"brakes " * 430_000, "more text than a leaflet has"),
    "a text for many pages": (b"Brakes wear. " * 40_000, "too long for one page"),
    "many references": (
        b"Brakes\n\nOil.\n\nReferences\n\n"
        + "".join(f"{n}. Ham Q. Dirt. 2001.\n\n" for n in range(1, 300)).encode(),
        "references; a page has",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_brought_in_gets_a_sentence(case):
    data, sentence = REFUSED[case]
    with pytest.raises(Refused, match=sentence):
        reading.read(data, "leaflet.docx").dumps()


def test_names_and_declared_types_decide_nothing():
    assert reading.read(document(TITLE, paragraph("Oil.")), "leaflet.pdf").form == "Word document"
    assert reading.read(b"<!doctype html><p>Oil.</p>", "leaflet.docx").form == "Web page"
    assert reading.read(b"Brakes\n\nOil them.", "leaflet.html").form == "Plain text"


def test_paths_in_the_package_lead_nowhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    evil = {"../../evil.xml": "x", "/etc/evil": "x", "C:\\evil": "x", "word/../../e.xml": "x"}
    assert reading.read(package(LEAFLET | evil), "x.docx").body == "<p>Oil.</p>"
    assert list(tmp_path.iterdir()) == []


def test_a_part_that_says_that_it_is_smaller_is_not_read_on():
    made = io.BytesIO(document(TITLE, paragraph("Oil. " * 1000)))
    with zipfile.ZipFile(made) as whole:
        info = whole.getinfo("word/document.xml")
    data = made.getvalue()
    size = info.file_size.to_bytes(4, "little")
    with pytest.raises(Refused):
        reading.read(data.replace(size, (100).to_bytes(4, "little")), "x.docx")


# In a process of its own


@pytest.fixture
def stranger():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.2)
        yield listener


def test_nothing_is_fetched(stranger):
    there = f"http://127.0.0.1:{stranger.getsockname()[1]}/x"
    template = LEAFLET["word/_rels/document.xml.rels"].replace(
        "</Relationships>",
        '<Relationship Id="t" Type="http://schemas.openxmlformats.org/officeDocument/2006/'
        f'relationships/attachedTemplate" Target="{there}.dotm" TargetMode="External"/>'
        '<Relationship Id="p" Type="http://schemas.openxmlformats.org/officeDocument/2006/'
        f'relationships/image" Target="{there}.png" TargetMode="External"/></Relationships>',
    )
    picture = '<w:r><w:drawing><a:blip r:link="p"/></w:drawing></w:r>'
    body = parts(TITLE, paragraph("Oil.", picture))["word/document.xml"]
    made = with_part("word/_rels/document.xml.rels", template)
    made = package(LEAFLET | {"word/_rels/document.xml.rels": template, "word/document.xml": body})
    assert converting.read(made, "x.docx").body == "<p>Oil.</p>"
    markup = f'<link rel=stylesheet href="{there}"><p>Oil.<img src="{there}"><iframe src="{there}">'
    assert converting.read(f"<!doctype html>{markup}".encode(), "x.html").body == "<p>Oil.</p>"
    with pytest.raises(TimeoutError):
        stranger.accept()


def test_the_reader_has_no_network_and_starts_no_program():
    for event in ("socket.connect", "subprocess.Popen", "os.system"):
        with pytest.raises(PermissionError):
            confinement.refuse(event, ())


def test_the_portal_itself_does_not_load_what_reads_files():
    import_only = "import sys, treatments.admin.bringing_in\nprint('mammoth' in sys.modules)"
    assert "converter" not in import_only  # the line below runs it as Django does
    done = confinement.subprocess.run(
        [confinement.sys.executable, "-c", f"import django; django.setup()\n{import_only}"],
        capture_output=True,
        text=True,
        cwd=confinement.BASE_DIR,
        env=confinement.environment("/nowhere") | {"DJANGO_SETTINGS_MODULE": "tests.settings"},
    )
    assert done.stdout.strip() == "False", done.stderr


@pytest.mark.parametrize(("bound", "little"), [("PROCESSOR", 1), ("MEMORY", 100 * 1024**2)])
def test_what_takes_too_much_gets_a_sentence(monkeypatch, bound, little):
    monkeypatch.setattr(limits, bound, little)
    many = [table(*[["Part", "Every"]] * 200) for _ in range(60)]
    with pytest.raises(Refused, match="too long or too much memory"):
        converting.read(document(TITLE, *many), "x.docx")


def test_tables_in_tables_are_read_to_the_depth_that_is_allowed():
    made = paragraph("Oil.")
    for _ in range(40):
        made = table([made + paragraph("x")])
    assert "Oil." in converting.read(document(TITLE, made), "x.docx").body


def test_a_busy_machine_is_not_the_fault_of_the_file(monkeypatch):
    monkeypatch.setattr(limits, "CLOCK", 0.01)
    with pytest.raises(converting.Busy, match="Try again"):
        converting.read(document(TITLE), "x.docx")


def test_one_file_is_read_at_a_time():
    with converting._place, pytest.raises(converting.Busy, match="Somebody else"):
        converting.read(document(TITLE), "x.docx")
    assert converting.read(document(TITLE, paragraph("Oil.")), "x.docx").title == "Brakes"


def test_what_breaks_the_rules_in_an_unforeseen_way_is_called_damaged(monkeypatch, capsys):
    def stumble(data, name):
        raise KeyError("Oil your chain")

    given = io.TextIOWrapper(io.BytesIO(b'{"name": "x", "seconds": 1, "bytes": 1}\nPK'))
    monkeypatch.setattr(converter.sys, "stdin", given)
    monkeypatch.setattr(converter.sys, "setrecursionlimit", lambda frames: None)
    monkeypatch.setattr(converter.confinement, "bound", lambda seconds, size: None)
    monkeypatch.setattr(converter.confinement, "follow_parent", lambda: None)
    monkeypatch.setattr(converter.reading, "read", stumble)
    converter.main()
    said = capsys.readouterr()
    assert "This file is damaged" in json.loads(said.out)["refused"]
    assert said.err.startswith("KeyError, ")
    assert "chain" not in said.err


def test_a_reader_that_fails_is_no_500(caplog, monkeypatch):
    monkeypatch.setattr(limits, "PROCESSOR", "x")  # our own mistake, which is none of the file's
    with pytest.raises(Refused, match="too long or too much memory"):
        converting.read(document(TITLE), "x.docx")
    assert "A leaflet was not read" in caplog.text


# What comes back from the form


def carried(**fields):
    sent = Document("a.docx", "Word document", "T", "<p>B</p>", (Source("S 2001"),), ())
    return json.dumps(json.loads(sent.dumps()) | fields)


def test_what_was_recognised_comes_back_as_it_was():
    found = reading.read(
        document(TITLE, paragraph("Oil ", link("r", "here"), "."), header="Head"), "a.docx"
    )
    assert loads(found.dumps()) == found


@pytest.mark.parametrize(
    "sent",
    [
        "",
        "[]",
        "null",
        "{}",
        "[" * 100_000,
        carried(body=1),
        carried(body="x" * (limits.LONGEST_BODY + 1)),
        carried(references="x"),
        carried(references=[1]),
        carried(references=[{"text": ""}]),
        carried(references=[{"text": "a", "doi": "", "pmid": "", "url": ""}] * 201),
        carried(findings=[{"code": "unheard of", "count": 1, "samples": []}]),
        carried(findings=[{"code": "lost", "count": "1", "samples": []}]),
        carried(findings=[{"code": "lost", "count": True, "samples": []}]),
        carried(findings=[{"code": "lost", "count": 1, "samples": [1]}]),
        carried(findings=[{"code": "lost", "count": 1, "samples": ["x" * 2001]}]),
    ],
)
def test_what_comes_back_otherwise_is_refused(sent):
    with pytest.raises(Refused, match="did not come back"):
        loads(sent)


def test_what_comes_back_is_cleaned():
    sent = carried(body='<p onclick="x()">B<script>y()</script></p>', name="../../x<y>.docx")
    found = loads(sent)
    assert (found.body, found.name) == ("<p>B</p>", "x y .docx")


def test_every_finding_has_a_sentence_for_one_and_for_many():
    for code in documents.SENTENCES:
        for count in (1, 2):
            sentence = Finding(code, count).sentence()
            assert "{" not in sentence
            assert sentence[0].isupper() or sentence[0].isdigit()
