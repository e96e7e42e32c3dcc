"""Going through a Word document once: what counts is written anew, what is left out is told.

What is written has few elements, all of which mammoth knows: paragraphs of a handful of styles,
runs that are bold, slanted or raised, links, breaks, tables, marks of notes.
"""

import re
import xml.etree.ElementTree as ET

from mammoth.docx.dingbats import dingbats

from treatments.intake.document import Ledger, Refused, refuse_long
from treatments.intake.packages import NOT_WORD, Package
from treatments.intake.word_styles import (
    VAL,
    Numbers,
    Styles,
    look_of,
    numbering_of,
    outline_of,
    small,
    value_of,
    w,
)

_R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_M = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
USUAL_SIZE = 22  # half points, where nothing says another size
LONGEST_TITLE = 150
# A bookmark at the beginning of an item: its level, "n" or "b" for numbers or bullets, its number.
MARK = "intake-item-{}-{}-{}"

_HEADING_NAME = re.compile(
    r"(?:heading|überschrift|titre|título|titolo|rubrik|kop|overskrift|otsikko|nagłówek|nadpis)"
    r"\s?([1-9])",
    re.IGNORECASE,
)
_TITLES = {"title", "titel", "titre", "título", "titolo"}
_QUOTES = {"quote", "intense quote", "quotations", "zitat"}
_CAPTIONS = {"caption", "beschriftung", "légende", "table"}
_CONTENTS = re.compile(r"(?:toc|contents) ?(?:\d|heading)|table of figures", re.IGNORECASE)
_PLAIN_TABLES = {"", "table grid", "normal table", "table normal", "grid table light"}
_DRESS = {"color", "u", "highlight", "shd", "caps", "smallCaps", "sz", "rFonts", "effect"}
_THROUGH = {"smartTag", "customXml", "dir", "bdo", "fldSimple", "sdtContent"}
_NO_WORDS = {
    "pPr", "rPr", "sectPr", "proofErr", "bookmarkStart", "bookmarkEnd", "commentRangeStart",
    "commentRangeEnd", "commentReference", "annotationRef", "footnoteRef", "endnoteRef",
    "separator", "continuationSeparator", "lastRenderedPageBreak", "permStart", "permEnd",
    "moveFromRangeStart", "moveFromRangeEnd", "moveToRangeStart", "moveToRangeEnd", "delInstrText",
    "tblPr", "tblGrid", "trPr", "tcPr", "tblPrEx", "sdtPr", "sdtEndPr", "smartTagPr", "customXmlPr",
    "pgNum",
}  # fmt: skip


class Survey:
    """Goes through a document once, and writes what counts of it."""

    def __init__(self, package: Package, ledger: Ledger):
        self._package, self._ledger = package, ledger
        self._styles = Styles(self._part("styles"))
        self._numbers = Numbers(self._part("numbering"), self._styles)
        self._links = package.links(package.main)
        self._notes = {kind: self._notes_of(kind) for kind in ("footnote", "endnote")}
        self._cited: dict[str, list[str]] = {"footnote": [], "endnote": []}
        self._boxes: list[ET.Element] = []
        self._joined: list[ET.Element] = []  # runs of a paragraph whose end was deleted
        self._lists: set = set()
        self._sizes: list[tuple[int, ET.Element]] = []  # of letters, of each paragraph with words
        self._size = 0
        self._dressed = False
        self.document = ET.Element(w("document"))
        self.notes: dict[str, ET.Element] = {}  # {"footnote" or "endnote": those that are cited}
        self.addresses: dict[str, str] = {}  # of the links that are written, by their numbers
        self.source: list[str] = []

    def _part(self, kind):
        names = self._package.of_type(kind)
        return self._package.xml(names[0]) if names else None

    def _notes_of(self, kind):
        root = self._part(f"{kind}s")
        found = [] if root is None else root.findall(w(kind))
        return {
            note.get(w("id"), ""): note
            for note in found
            if note.get(w("type"), "normal") == "normal"
        }

    def survey(self) -> None:
        """Write the document and its notes anew; tell the ledger of what is left out."""
        root = self._package.xml(self._package.main)
        body = None if root is None else root.find(w("body"))
        if body is None:
            raise Refused(NOT_WORD)
        self.source.append(_all_words(body))
        refuse_long(self.source[0])
        ET.SubElement(self.document, w("body")).extend(self._blocks(body))
        self._find_title()
        self.notes = {kind: self._written_notes(kind) for kind in self._notes}
        self._leave_out_around()
        if self._dressed:
            self._ledger.note("formatting")

    def _find_title(self):
        """Without a title or a heading, a first line in larger letters than all others is one."""
        first, *others = self._sizes or [(0, None)]
        styled = any(style.get(VAL) for style in self.document.iter(w("pStyle")))
        if styled or not others or first[0] <= max(size for size, _ in others):
            return
        words = _all_words(first[1])
        if len(words) <= LONGEST_TITLE:
            given = ET.Element(w("pPr"))
            ET.SubElement(given, w("pStyle"), {VAL: "Title"})
            first[1].insert(0, given)
            self._ledger.note("large title", words)

    def _written_notes(self, kind):
        root, done = ET.Element(w(f"{kind}s")), set()
        for name in self._package.of_type(f"{kind}s")[:1]:
            self._links = self._package.links(name)
        while waiting := [key for key in self._cited[kind] if key not in done]:
            for key in waiting:
                done.add(key)
                note = self._notes[kind][key]
                self.source.append(_all_words(note))
                ET.SubElement(root, w(kind), {w("id"): key}).extend(self._blocks(note))
        return root

    def _leave_out_around(self):
        """What stands outside of the text: heads and feet of pages, reviewers' comments."""
        for kind, code in (("header", "page header"), ("footer", "page footer")):
            said = (self._package.xml(name) for name in self._package.of_type(kind))
            words = [_all_words(root) for root in said if root is not None]
            for one in dict.fromkeys(" ".join(text.split()) for text in words):
                if any(map(str.isalpha, one)):
                    self._leave_out(code, one)
                    self.source.append(one)
        comments = self._part("comments")
        for comment in [] if comments is None else comments.findall(w("comment")):
            words = _all_words(comment)
            self._leave_out("comment", words)
            self.source.append(words)

    def _leave_out(self, code, words, count=1):
        self._ledger.leave_out(code, words, count)

    # Blocks

    def _blocks(self, element) -> list[ET.Element]:
        found = []
        for child in element:
            name = _local(child)
            if name == "p":
                found += self._paragraph(child)
            elif name == "tbl":
                found.append(self._table(child))
            elif name == "sdt":
                found += self._control(child, self._blocks)
            elif name in _THROUGH or name in ("ins", "moveTo"):
                found += self._blocks(child)
            elif child.tag == f"{_MC}AlternateContent":
                found += self._blocks(_chosen(child))
            else:
                self._pass(child, name)
        if element.tag in (w("body"), w("tc"), w("txbxContent")) and self._joined:
            found.append(self._ended())
        return found

    def _ended(self):
        paragraph = ET.Element(w("p"))
        paragraph.extend(self._joined)
        self._joined = []
        return paragraph

    def _control(self, element, within):
        """A content control: what it holds, unless that is only a hint or a table of contents."""
        properties = element.find(w("sdtPr"))
        content = element.find(w("sdtContent"))
        if content is None:
            return []
        words = _all_words(content)
        gallery = [found.get(VAL, "") for found in element.iter(w("docPartGallery"))]
        if "Table of Contents" in gallery[:1]:
            self._leave_out("contents", words)
            return []
        if properties is not None and properties.find(w("showingPlcHdr")) is not None:
            self._leave_out("placeholder", words)
            return []
        return within(content)

    def _pass(self, child, name):
        """An element that holds no text of ours: say so, if it holds words at all."""
        if name in ("del", "moveFrom"):
            self._leave_out("deleted", _all_words(child))
        elif child.tag in (f"{_M}oMath", f"{_M}oMathPara"):
            self._leave_out("equation", _all_words(child))
        elif name in ("altChunk", "subDoc", "control"):
            self._ledger.note("object")
        elif name not in _NO_WORDS and (words := _all_words(child)).strip():
            self._leave_out("unread", words)

    def _paragraph(self, element) -> list[ET.Element]:
        properties = element.find(w("pPr"))
        styles = self._styles.chain(value_of(properties, "pStyle"))
        names = [style.name for style in styles]
        if names and _CONTENTS.match(names[0]):
            if (words := _all_words(element)).strip():
                self._leave_out("contents", words)
            return []
        kept_boxes, self._boxes = self._boxes, []
        heading = _heading_level(properties, styles)
        self._size = 0
        runs = self._joined + self._inlines(element, styles)
        size = self._size  # text boxes in it have letters of their own
        self._joined = []
        made = []
        if _is_deleted(properties):
            self._joined = runs
        else:
            made.append(self._dress(runs, properties, styles, heading))
            if _all_words(made[0]).strip():
                self._sizes.append((size, made[0]))
        boxes, self._boxes = self._boxes, kept_boxes
        return made + boxes

    def _dress(self, runs, properties, styles, heading):
        """A paragraph of these runs, in one of the few styles that we write."""
        paragraph = ET.Element(w("p"))
        style = heading or _other_style(styles)
        if style:
            given = ET.SubElement(paragraph, w("pPr"))
            ET.SubElement(given, w("pStyle"), {VAL: style})
        words = _all_words(_holding(runs)).strip()
        item = self._item(properties, styles)  # an empty one counts too
        if item and style.startswith(("Heading", "Title")):
            if item[1] is not None and words:
                self._ledger.note("numbers of heading", words)
        elif item and words:
            name = MARK.format(item[0], "b" if item[1] is None else "n", item[1] or 0)
            mark = {w("id"): "0", w("name"): name}
            ET.SubElement(paragraph, w("bookmarkStart"), mark)
        paragraph.extend(runs)
        return paragraph

    def _item(self, properties, styles):
        number, level = numbering_of(properties)
        for style in styles:
            number, level = number or style.number, level or style.level
        item = self._numbers.item(number, level or "0")
        if item is None:
            return None
        _, _, form, words = item
        key = (number, level)
        if key not in self._lists:
            self._lists.add(key)
            if form not in ("bullet", "decimal", "decimalZero"):
                self._ledger.note("numbers of list")
            if words:
                self._ledger.note("words of list", words)
        return item

    def _table(self, element) -> ET.Element:
        table = ET.Element(w("tbl"))
        rows = list(_rows(element))
        look = element.find(f"{w('tblPr')}/{w('tblLook')}")
        styles = self._styles.chain(value_of(element.find(w("tblPr")), "tblStyle"))
        first = look is not None and (
            look.get(w("firstRow")) in ("1", "true")
            or _hexadecimal(look.get(VAL, "")) & 0x20  # ECMA-376 17.4.56: the first row is special
        )
        for place, row in enumerate(rows):
            properties = row.find(w("trPr"))
            if properties is not None and properties.find(w("del")) is not None:
                self._leave_out("deleted", _all_words(row))
                continue
            if properties is not None and properties.find(w("ins")) is not None:
                self._ledger.note("inserted", _all_words(row))
            made = ET.SubElement(table, w("tr"))
            header = properties is not None and properties.find(w("tblHeader")) is not None
            dressed = bool(styles) and styles[0].name not in _PLAIN_TABLES
            if header or (place == 0 and first and dressed and len(rows) > 1):
                given = ET.SubElement(made, w("trPr"))
                ET.SubElement(given, w("tblHeader"))
                if not header:
                    self._ledger.note("header row", _all_words(row))
            made.extend(self._cell(cell) for cell in _cells(row))
        return table

    def _cell(self, element):
        cell = ET.Element(w("tc"))
        properties = element.find(w("tcPr"))
        given = ET.SubElement(cell, w("tcPr"))
        span = small(value_of(properties, "gridSpan"), 1)
        if 1 < span < 64:
            ET.SubElement(given, w("gridSpan"), {VAL: str(span)})
        merged = None if properties is None else properties.find(w("vMerge"))
        if merged is not None:
            ET.SubElement(given, w("vMerge"), {VAL: merged.get(VAL, "continue")})
        cell.extend(self._blocks(element))
        return cell

    # Within paragraphs

    def _inlines(self, element, styles) -> list[ET.Element]:
        found = []
        for child in element:
            name = _local(child)
            if name == "r":
                found += self._run(child, styles)
            elif name == "hyperlink":
                found += self._link(child, styles)
            elif name == "sdt":
                found += self._control(child, lambda content: self._inlines(content, styles))
            elif name in ("ins", "moveTo"):
                if (words := _all_words(child)).strip():
                    self._ledger.note("inserted", words)
                found += self._inlines(child, styles)
            elif name in _THROUGH:
                found += self._inlines(child, styles)
            elif child.tag == f"{_MC}AlternateContent":
                found += self._inlines(_chosen(child), styles)
            else:
                self._pass(child, name)
        return found

    def _link(self, element, styles):
        within = self._inlines(element, styles)
        target = self._links.get(element.get(f"{{{_R}}}id", ""))
        if target is None or not within:
            if within:
                self._ledger.note("dead link", _all_words(element))
            return within
        anchor, key = element.get(w("anchor")), f"rId{len(self.addresses) + 1}"
        self.addresses[key] = f"{target}#{anchor}" if anchor and "#" not in target else target
        made = ET.Element(w("hyperlink"), {f"{{{_R}}}id": key})
        made.extend(within)
        return [made]

    def _run(self, element, styles) -> list[ET.Element]:
        properties = element.find(w("rPr"))
        look = {}
        chains = self._styles.chain(value_of(properties, "rStyle")), styles
        for style in (style for chain in chains for style in chain):
            look = style.look | look
        look |= look_of(properties)
        for code, names in (("hidden", ("vanish",)), ("struck", ("strike", "dstrike"))):
            if any(look.get(name) for name in names):
                if (words := _all_words(element)).strip():
                    self._leave_out(code, words)
                return []
        if properties is not None and any(_local(one) in _DRESS for one in properties):
            self._dressed = True
        if _all_words(element).strip():
            self._size = max(self._size, small(look.get("sz", ""), USUAL_SIZE))
        return self._written_run(element, look, styles)

    def _written_run(self, element, look, styles):
        made = ET.Element(w("r"))
        given = ET.SubElement(made, w("rPr"))
        for name in ("b", "i"):
            if look.get(name):
                ET.SubElement(given, w(name))
        if look.get("vertAlign") in ("superscript", "subscript"):
            ET.SubElement(given, w("vertAlign"), {VAL: look["vertAlign"]})
        for child in element:
            self._piece(child, made, styles)
        return [made] if len(made) > 1 else []

    def _piece(self, child, made, styles):
        """One element within a run."""
        name = _local(child)
        if name == "t":
            ET.SubElement(made, w("t")).text = child.text
        elif name in ("tab", "ptab"):
            ET.SubElement(made, w("tab"))
        elif name in ("br", "cr"):
            kind = child.get(w("type"), "textWrapping")
            ET.SubElement(made, w("br" if kind == "textWrapping" else "tab"))
        elif name in ("noBreakHyphen", "softHyphen"):
            ET.SubElement(made, w("t")).text = _HYPHENS[name]
        elif name == "sym":
            self._symbol(child, made)
        elif name == "fldChar":
            kind = {w("fldCharType"): child.get(w("fldCharType"), "")}
            ET.SubElement(made, w("fldChar"), kind)
        elif name == "instrText":
            if re.match(r"\s*FORM(?:CHECKBOX|DROPDOWN)", child.text or ""):
                self._ledger.note("form")
            ET.SubElement(made, w("instrText")).text = child.text
        elif name in ("footnoteReference", "endnoteReference"):
            self._cite(name.removesuffix("Reference"), child.get(w("id"), ""), made)
        elif name == "ruby":
            self._ruby(child, made, styles)
        elif name in ("drawing", "pict", "object") or child.tag == f"{_MC}AlternateContent":
            self._drawing(child)
        else:
            self._pass(child, name)

    def _symbol(self, element, made):
        code = element.get(w("char"), "")
        known = [(element.get(w("font")), _hexadecimal(one)) for one in (code, code[2:])]
        if any(one in dingbats for one in known):
            ET.SubElement(made, w("sym"), dict(element.attrib))
        else:
            self._ledger.note("symbol")

    def _cite(self, kind, key, made):
        if key in self._notes[kind]:
            self._cited[kind].append(key)
            # mammoth numbers them through, whatever their kind.
            self.source.append(str(sum(map(len, self._cited.values()))))
            ET.SubElement(made, w(f"{kind}Reference"), {w("id"): key})

    def _ruby(self, element, made, styles):
        for part in element:
            if _local(part) == "rubyBase":
                for run in part.iter(w("r")):
                    for piece in run:
                        self._piece(piece, made, styles)
            elif _local(part) == "rt" and (words := _all_words(part)).strip():
                self._leave_out("ruby", words)

    def _drawing(self, element):
        """A picture, which is left out, or text boxes, whose text comes behind the paragraph."""
        chosen = _chosen(element) if element.tag == f"{_MC}AlternateContent" else element
        boxes = list(_outermost(chosen, w("txbxContent")))
        for box in boxes:
            self._ledger.note("text box", _all_words(box))
            joined, self._joined = self._joined, []
            self._boxes += self._blocks(box)
            self._joined = joined
        if boxes:
            return
        names = {_local(one) for one in chosen.iter()}
        if names & {"OLEObject", "chart", "relIds", "control"}:
            self._ledger.note("object")
        elif (words := _all_words(chosen)).strip():
            self._leave_out("unread", words)
        elif names & {"pic", "imagedata", "blip", "textpath", "wsp", "shape", "inline", "anchor"}:
            said = (one.get("descr") or one.get("string") or "" for one in chosen.iter())
            self._ledger.note("picture", " ".join(filter(None, said)))


_HYPHENS = {"noBreakHyphen": "\u2011", "softHyphen": "\u00ad"}


def _holding(runs):
    made = ET.Element(w("p"))
    made.extend(runs)
    return made


def _local(element):
    return element.tag.rpartition("}")[2]


def _hexadecimal(text):
    return int(text, 16) if re.fullmatch(r"[0-9a-fA-F]{1,8}", text) else 0


def _heading_level(properties, styles):
    """The style that we write for a title or heading, or ""."""
    if any(style.name in _TITLES for style in styles):
        return "Title"
    outline = outline_of(properties)
    for style in styles:
        named = _HEADING_NAME.fullmatch(style.name)
        if outline is None:
            outline = int(named[1]) - 1 if named else style.outline
    if outline is None or outline > 8:
        return ""
    return f"Heading{min(outline + 1, 6)}"


def _other_style(styles):
    for style in styles:
        if style.name in _QUOTES:
            return "Quote"
        if style.name in _CAPTIONS:
            return "Caption"
    return ""


def _is_deleted(properties):
    marks = None if properties is None else properties.find(w("rPr"))
    return marks is not None and marks.find(w("del")) is not None


def _rows(element):
    for child in element:
        if _local(child) == "tr":
            yield child
        elif _local(child) in ("sdt", "sdtContent", "customXml", "ins", "moveTo"):
            yield from _rows(child)


def _cells(row):
    for child in row:
        if _local(child) == "tc":
            yield child
        elif _local(child) in ("sdt", "sdtContent", "customXml", "ins", "moveTo"):
            yield from _cells(child)


def _chosen(alternatives):
    """Of two ways to say the same, the one for the Word of today; the other repeats its words."""
    choices = [one for one in alternatives if _local(one) == "Choice"]
    fallbacks = [one for one in alternatives if _local(one) == "Fallback"]
    return next(iter([*choices, *fallbacks]), ET.Element("none"))


def _outermost(element, tag):
    for child in element:
        if child.tag == tag:
            yield child
        elif child.tag == f"{_MC}AlternateContent":
            yield from _outermost(_chosen(child), tag)
        else:
            yield from _outermost(child, tag)


_PARTED = {w(name) for name in ("p", "tc", "tab", "br", "cr", "ptab", "tr")}
_SAID = {w("t"), w("delText"), f"{_M}t"}


def _all_words(element) -> str:
    """Every word within, whatever becomes of it; of two ways to say the same, one."""
    pieces: list[str] = []

    def gather(one):
        if one.tag in _SAID:
            pieces.append(one.text or "")
        elif one.tag in _PARTED:
            pieces.append(" ")
        for child in _chosen(one) if one.tag == f"{_MC}AlternateContent" else one:
            gather(child)
        if one.tag in _PARTED:
            pieces.append(" ")

    gather(element)
    return "".join(pieces)
