"""The package of a Word document (ECMA-376): a zip that anybody may have made, opened with care.

Nothing is unpacked to disk, so the names in it lead nowhere. Its parts are parsed once here,
without any declared entity; what reads them after that gets a package of our own making.
"""

import io
import posixpath
import xml.etree.ElementTree as ET
import zipfile
import zlib
from xml.parsers import expat

from treatments.intake import limits
from treatments.intake.document import Refused

DAMAGED = "This file is damaged. Open it in Word, save it under another name, and choose that one."
NOT_WORD = "This is no Word document. Open the text in Word, and save it as .docx."
_TYPES = "[Content_Types].xml"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
# Word's “strict” documents use other names for the same things.
_STRICT = {
    b"http://purl.oclc.org/ooxml/wordprocessingml/main": (
        b"http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    ),
    b"http://purl.oclc.org/ooxml/officeDocument/relationships": _OFFICE.encode(),
    b"http://purl.oclc.org/ooxml/officeDocument/math": (
        b"http://schemas.openxmlformats.org/officeDocument/2006/math"
    ),
    b"http://purl.oclc.org/ooxml/drawingml/wordprocessingDrawing": (
        b"http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"
    ),
    b"http://purl.oclc.org/ooxml/drawingml/main": (
        b"http://schemas.openxmlformats.org/drawingml/2006/main"
    ),
}
_RELATION = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"
_BAD = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    NotImplementedError,
    OSError,
    ValueError,
    RuntimeError,
    UnicodeError,
)


class Package:
    """The parts of a Word document, by the names that Word's own relationships give them."""

    def __init__(self, data: bytes):
        self._left = limits.LARGEST_PARTS
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
        except _BAD:
            raise Refused(DAMAGED) from None
        self._check_members()
        self.main = self._main()
        self._relations = self.relations(self.main)

    def part(self, name: str) -> bytes | None:
        """The bytes of a part, None where there is none."""
        try:
            info = self._zip.getinfo(name)
        except KeyError:
            return None
        self._left -= info.file_size
        if info.file_size > limits.LARGEST_PART or self._left < 0:
            raise Refused(
                "The text of this file is too large unpacked. Split it, and bring in each part."
            )
        packed = max(info.compress_size, 1)
        if info.file_size > limits.PACKED_ENOUGH and (info.file_size / packed > limits.MOST_PACKED):
            raise Refused(
                "This file is packed in a way that no word processor packs. Open it in Word, and "
                "save it under another name."
            )
        try:
            with self._zip.open(info) as member:
                found = member.read(info.file_size + 1)
        except _BAD:
            raise Refused(DAMAGED) from None
        for strict, usual in _STRICT.items():
            found = found.replace(strict, usual)
        return found

    def xml(self, name: str) -> ET.Element | None:
        """The root of a part's XML, None where there is no such part."""
        found = self.part(name)
        return None if found is None else _checked(found)

    def of_type(self, kind: str) -> list[str]:
        """The names of the parts that the main one relates to as `kind`: "styles", "footnotes"."""
        return [
            target
            for relation, target, _ in self._relations.values()
            if relation == f"{_OFFICE}/{kind}"
        ]

    def links(self, name: str) -> dict[str, str]:
        """{number of a relationship of the part: the address outside that it leads to}"""
        return {
            number: target
            for number, (relation, target, outside) in self.relations(name).items()
            if relation == f"{_OFFICE}/hyperlink" and outside
        }

    def relations(self, name: str) -> dict[str, tuple[str, str, bool]]:
        """{number: (kind, part or address, whether it is outside)} of what a part relates to."""
        folder, base = posixpath.split(name)
        root = self.xml(posixpath.join(folder, "_rels", f"{base}.rels"))
        found = {}
        for relation in [] if root is None else root.iter(_RELATION):
            target, outside = relation.get("Target", ""), relation.get("TargetMode") == "External"
            if not outside:
                target = posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/")
            found[relation.get("Id", "")] = (relation.get("Type", ""), target, outside)
        return found

    def _check_members(self):
        members = self._zip.infolist()
        names = [member.filename for member in members]
        if len(members) > limits.MOST_MEMBERS:
            raise Refused("This file holds more files than any Word document. " + NOT_WORD)
        if any(member.flag_bits & 1 for member in members):
            raise Refused(
                "This file is protected by a password. Open it, take the password off, and save it."
            )
        if len(set(names)) != len(names):
            raise Refused(DAMAGED)

    def _main(self):
        self._refuse_others(set(self._zip.namelist()))
        types = self.part(_TYPES) or b""
        relations = self.relations("").values()
        main = next(
            (part for kind, part, _ in relations if kind == f"{_OFFICE}/officeDocument"), ""
        )
        if not main and "word/document.xml" in self._zip.namelist():
            main = "word/document.xml"
        if not main or b"wordprocessingml" not in types:
            raise Refused(NOT_WORD)
        if b"macroEnabled" in types or b"vbaProject" in types:
            raise Refused(
                "This Word file holds macros (.docm), which are programs. Save it as .docx in "
                "Word, which leaves them out."
            )
        return main

    def _refuse_others(self, names):
        if "mimetype" in names and b"opendocument" in (self.part("mimetype") or b""):
            raise Refused(
                "This is an OpenDocument file (.odt or the like). Save it as .docx in LibreOffice "
                "or Word, and choose that file."
            )
        others = {"xl/workbook.xml": "an Excel file", "ppt/presentation.xml": "a PowerPoint file"}
        for name, said in others.items():
            if name in names:
                raise Refused(f"This is {said}. Copy its text into a Word document.")
        if "Index/Document.iwa" in names or "index.xml" in names:
            raise Refused("This is a file of Pages. Export it as a Word document there.")
        if _TYPES not in names:
            raise Refused("This is a packed file. Unpack it, and choose the document in it.")


def _checked(data: bytes) -> ET.Element:
    """The root of an XML text that declares nothing, and is neither too deep nor too large."""
    depth = count = 0

    def begin(name, given):
        nonlocal depth, count
        depth, count = depth + 1, count + 1
        if depth > limits.DEEPEST or count > limits.MOST_ELEMENTS:
            raise Refused(TOO_MUCH)

    def end(name):
        nonlocal depth
        depth -= 1

    def declare(*given):
        raise Refused(
            "This file declares things that no word processor writes, such as text from "
            "elsewhere. Open it in Word, and save it under another name."
        )

    parser = expat.ParserCreate()
    parser.StartElementHandler, parser.EndElementHandler = begin, end
    parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = declare
    try:
        parser.Parse(data, True)
        return ET.fromstring(data)  # noqa: S314 - the same bytes, which declare nothing
    except (expat.ExpatError, ET.ParseError, ValueError, LookupError):
        raise Refused(DAMAGED) from None


TOO_MUCH = "This file has more markup than can be read. Copy its text into a new file."
