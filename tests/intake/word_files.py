"""Word documents written part by part, as Word, LibreOffice and Google Docs write them."""

import io
import zipfile
from html import escape

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
NAMES = (
    f'xmlns:w="{W}" xmlns:r="{R}"'
    ' xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"'
    ' xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
    ' xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"'
    ' xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
    ' xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture"'
    ' xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"'
    ' xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office"'
)
TYPES = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="xml" ContentType="application/xml"/>'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships'
    '+xml"/><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-'
    'officedocument.wordprocessingml.document.main+xml"/></Types>'
)
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
BULLETS, NUMBERS, LETTERS, HEADINGS = "1", "2", "3", "4"
NUMBERING = (
    "".join(
        f'<w:abstractNum w:abstractNumId="{key}">'
        + "".join(
            f'<w:lvl w:ilvl="{level}"><w:start w:val="1"/><w:numFmt w:val="{form}"/>'
            f'<w:lvlText w:val="{text}"/></w:lvl>'
            for level in range(3)
        )
        + "</w:abstractNum>"
        for key, form, text in [
            (BULLETS, "bullet", "·"),
            (NUMBERS, "decimal", "%1."),
            (LETTERS, "lowerLetter", "%1)"),
            (HEADINGS, "decimal", "%1.%2"),
        ]
    )
    + "".join(
        f'<w:num w:numId="{key}"><w:abstractNumId w:val="{key}"/>{more}</w:num>'
        for key, more in [(BULLETS, ""), (NUMBERS, ""), (LETTERS, ""), (HEADINGS, "")]
    )
    + (
        f'<w:num w:numId="9"><w:abstractNumId w:val="{NUMBERS}"/>'
        '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/></w:lvlOverride></w:num>'
    )
)
OUTLINE = '<w:pPr><w:outlineLvl w:val="{}"/></w:pPr>'
# As Word writes them in English, German and French: the identifiers are translated, not the names.
STYLES = [
    ("Normal", "Normal", ""),
    ("Title", "Title", ""),
    *((f"Heading{n}", f"heading {n}", OUTLINE.format(n - 1)) for n in (1, 2, 3, 4)),
    *((f"berschrift{n}", f"heading {n}", OUTLINE.format(n - 1)) for n in (1, 2)),
    ("Titre1", "Titre 1", ""),
    ("Quote", "Quote", ""),
    ("Caption", "caption", ""),
    ("TOC1", "toc 1", ""),
    ("Subhead", "Our subhead", "<w:rPr><w:b/></w:rPr>"),
    ("Bulleted", "List Bullet", f'<w:pPr><w:numPr><w:numId w:val="{BULLETS}"/></w:numPr></w:pPr>'),
]  # fmt: skip


def run(words, *look):
    """A run; `look` are elements of its properties: "b", "i", 'vertAlign w:val="superscript"'."""
    properties = "".join(f"<w:{one}/>" for one in look)
    text = f'<w:t xml:space="preserve">{escape(words)}</w:t>' if words else ""
    return f"<w:r><w:rPr>{properties}</w:rPr>{text}</w:r>"


def raised(words):
    return run(words, 'vertAlign w:val="superscript"')


def paragraph(*inside, style="", item=None, properties=""):
    """A paragraph of runs, or of words; `item` is a list and a level: (BULLETS, 0)."""
    runs = "".join(one if one.startswith("<") else run(one) for one in inside)
    given = f'<w:pStyle w:val="{style}"/>' if style else ""
    if item:
        given += f'<w:numPr><w:ilvl w:val="{item[1]}"/><w:numId w:val="{item[0]}"/></w:numPr>'
    return f"<w:p><w:pPr>{given}{properties}</w:pPr>{runs}</w:p>"


def heading(words, level=1):
    return paragraph(words, style=f"Heading{level}")


def table(*rows, header=False, style="TableGrid", look="0000"):
    def written(place, cells):
        given = "<w:trPr><w:tblHeader/></w:trPr>" if header and place == 0 else ""
        columns = "".join(
            f"<w:tc>{cell if cell.startswith('<') else paragraph(cell)}</w:tc>" for cell in cells
        )
        return f"<w:tr>{given}{columns}</w:tr>"

    return (
        f'<w:tbl><w:tblPr><w:tblStyle w:val="{style}"/><w:tblLook w:val="{look}"/></w:tblPr>'
        + "".join(written(place, cells) for place, cells in enumerate(rows))
        + "</w:tbl>"
    )


def note(kind, key):
    look = '<w:rPr><w:vertAlign w:val="superscript"/></w:rPr>'
    return f'<w:r>{look}<w:{kind}Reference w:id="{key}"/></w:r>'


def link(key, words):
    return f'<w:hyperlink r:id="{key}">{run(words)}</w:hyperlink>'


def _part(name, inside):
    return f'<?xml version="1.0" encoding="UTF-8"?><w:{name} {NAMES}>{inside}</w:{name}>'


def _relations(*given):
    return f'<Relationships xmlns="{PACKAGE}">{"".join(given)}</Relationships>'


def _relation(key, kind, target, outside=False):
    mode = ' TargetMode="External"' if outside else ""
    return f'<Relationship Id="{key}" Type="{R}/{kind}" Target="{escape(target)}"{mode}/>'


def parts(*body, links=(), notes=(), endnotes=(), comments=(), header="", footer="", title=""):
    """{name of a part: its text} of a document of these paragraphs and tables."""
    styles = "".join(
        f'<w:style w:type="paragraph" w:styleId="{key}"><w:name w:val="{name}"/>{rest}</w:style>'
        for key, name, rest in STYLES
    ) + (
        '<w:style w:type="table" w:styleId="TableGrid"><w:name w:val="Table Grid"/></w:style>'
        '<w:style w:type="table" w:styleId="Fancy"><w:name w:val="Grid Table 4"/></w:style>'
    )
    relations = [
        _relation("rIdStyles", "styles", "styles.xml"),
        _relation("rIdNumbers", "numbering", "numbering.xml"),
        *(_relation(key, "hyperlink", target, outside=True) for key, target in links),
    ]
    found = {
        "[Content_Types].xml": TYPES,
        "_rels/.rels": _relations(_relation("rId1", "officeDocument", "word/document.xml")),
        "word/document.xml": _part("document", f"<w:body>{''.join(body)}<w:sectPr/></w:body>"),
        "word/styles.xml": _part("styles", styles),
        "word/numbering.xml": _part("numbering", NUMBERING),
    }
    for kind, said in (("footnote", notes), ("endnote", endnotes)):
        if said:
            sign = f"<w:r><w:{kind}Ref/></w:r>"
            inside = "".join(
                f'<w:{kind} w:id="{key}">{paragraph(sign, words)}</w:{kind}>'
                for key, words in enumerate(said, 1)
            )
            separator = f'<w:{kind} w:id="-1" w:type="separator">{paragraph("")}</w:{kind}>'
            found[f"word/{kind}s.xml"] = _part(f"{kind}s", separator + inside)
            relations.append(_relation(f"rId{kind}", f"{kind}s", f"{kind}s.xml"))
    if comments:
        inside = "".join(
            f'<w:comment w:id="{key}" w:author="Ana">{paragraph(words)}</w:comment>'
            for key, words in enumerate(comments)
        )
        found["word/comments.xml"] = _part("comments", inside)
        relations.append(_relation("rIdComments", "comments", "comments.xml"))
    for name, words, element in (("header", header, "hdr"), ("footer", footer, "ftr")):
        if words:
            found[f"word/{name}1.xml"] = _part(element, paragraph(words))
            relations.append(_relation(f"rId{name}", name, f"{name}1.xml"))
    if title:
        found["docProps/core.xml"] = (
            '<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/'
            'core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/">'
            f"<dc:title>{escape(title)}</dc:title></cp:coreProperties>"
        )
    found["word/_rels/document.xml.rels"] = _relations(*relations)
    return found


def packed(found, **more):
    """The bytes of a package of these parts."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in (found | more).items():
            package.writestr(name, content)
    return made.getvalue()


def document(*body, **more):
    """The bytes of a Word document of these paragraphs and tables; see `parts`."""
    return packed(parts(*body, **more))
