"""Reading Word documents (ECMA-376): the text that counts is written anew, and given to mammoth.

mammoth passes over in silence what it does not know, such as equations, simple fields and the
numbers of lists. So the document is gone through first: what is left out is told, and the rest is
written as a document of few elements, which mammoth makes HTML of.
"""

import io
import re
import xml.etree.ElementTree as ET
import zipfile

import mammoth

from treatments.intake import trees
from treatments.intake.document import Ledger
from treatments.intake.packages import Package
from treatments.intake.rough import Rough
from treatments.intake.word_survey import MARK, Survey

_R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_DC = "{http://purl.org/dc/elements/1.1/}"

# What a document of our own writing says, and what mammoth makes of it.
STYLE_MAP = "\n".join(
    [
        "p.Title => p.intake-title:fresh",
        "p.Quote => blockquote > p:fresh",
        "p.Caption => p.intake-caption:fresh",
        *(f"p.Heading{level} => h{level}:fresh" for level in range(1, 7)),
        "p => p:fresh",
    ]
)
_ITEM = re.compile(MARK.format(r"(\d)", "([nb])", r"(\d+)"))


def read(data: bytes, ledger: Ledger) -> Rough:
    """A Word document's text as HTML, before anything is recognised in it. Raises Refused."""
    package = Package(data)
    survey = Survey(package, ledger)
    survey.survey()
    html = mammoth.convert_to_html(
        io.BytesIO(_packed(survey)),
        style_map=STYLE_MAP,
        include_default_style_map=False,
        include_embedded_style_map=False,
    ).value
    root = trees.parsed(html)
    _mark_items(root)
    return Rough(root, source=survey.source, title=_title(package))


def _title(package):
    core = package.xml("docProps/core.xml")
    return "" if core is None else " ".join((core.findtext(f"{_DC}title") or "").split())


def _mark_items(root):
    """Write items of lists as Word's own HTML does, which the cleaner knows."""
    for anchor in root.all("a"):
        found = _ITEM.fullmatch(anchor.get("id"))
        paragraph = anchor.within("p")
        if not found or paragraph is None:
            continue
        anchor.remove()
        trees.make_item(
            paragraph, level=int(found[1]), sign=f"{found[3]}." if found[2] == "n" else "·"
        )


_TYPES = (
    '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/'
    'content-types"><Default Extension="xml" ContentType="application/xml"/></Types>'
)
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"


def _packed(survey):
    """A package that holds the document of a Survey and nothing else."""
    relations = ET.Element(f"{{{_RELATIONS}}}Relationships")
    for key, target in survey.addresses.items():
        given = {"Id": key, "Type": f"{_R}/hyperlink", "Target": target, "TargetMode": "External"}
        ET.SubElement(relations, f"{{{_RELATIONS}}}Relationship", given)
    main = {
        "Id": "rId1",
        "Type": f"{_R}/officeDocument",
        "Target": "word/document.xml",
    }
    package = ET.Element(f"{{{_RELATIONS}}}Relationships")
    ET.SubElement(package, f"{{{_RELATIONS}}}Relationship", main)
    parts = {
        "[Content_Types].xml": _TYPES.encode(),
        "_rels/.rels": ET.tostring(package),
        "word/_rels/document.xml.rels": ET.tostring(relations),
        "word/document.xml": ET.tostring(survey.document),
    } | {f"word/{kind}s.xml": ET.tostring(root) for kind, root in survey.notes.items() if len(root)}
    # The links of notes are looked up in relations of their own.
    for kind in survey.notes:
        parts[f"word/_rels/{kind}s.xml.rels"] = parts["word/_rels/document.xml.rels"]
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as package_file:
        for name, content in parts.items():
            package_file.writestr(name, content)
    return made.getvalue()
