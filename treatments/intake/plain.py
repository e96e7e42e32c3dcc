"""Reading plain texts of the shape that `source_text` knows: headings are lines of their own."""

import html
import itertools
import re

from treatments import citations, source_text
from treatments.intake import recognising, trees
from treatments.intake.document import KEY, Ledger, Refused, refuse_long
from treatments.intake.rough import Rough

_END = re.compile(r"[.!?:;…][\"'”’»)\]]*$")
_BEGINS_ANEW = re.compile(r"\s*(?:[-–—•·◦▪*]\s|\(?\d{1,3}[.)]\s|\[\d{1,3}\])")
LONG_HEADING = 12  # words from which a heading may be a paragraph
_WRAPPED = 45  # characters from which a line may have been broken by the width of a window
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f]")
_NAMES = re.compile(
    r"\s*(?:references?|reference list|sources?|literature|bibliography|works cited)\s*:?\s*",
    re.IGNORECASE,
)


def read(data: bytes, ledger: Ledger) -> Rough:
    """A plain text as HTML, before citations are recognised in it. Raises Refused."""
    text, guessed = recognising.decoded(data, page=False)
    if guessed:
        ledger.note("encoding")
    refuse_long(text)
    if len(_CONTROL.findall(text)) > len(text) // 200:
        raise Refused("This is no text that can be read. Open it in Word, and save it as .docx.")
    lines = _unwrapped(_CONTROL.sub("", text))
    heading = next((line for line in reversed(lines) if _NAMES.fullmatch(line)), "References")
    found = source_text.parse(
        "\n".join(lines),
        references_heading=heading,
        paragraphs=[number for number, line in enumerate(lines, 1) if _BEGINS_ANEW.match(line)],
    )
    _tell(found, ledger)
    return Rough(trees.parsed("".join(_html(found, ledger, text))), source=[text])


def _unwrapped(text):
    """The lines of a text, with those joined that a program broke at the edge of its window."""
    lines: list[str] = []
    for line in re.split(r"\r\n?|\n|\f", text.removeprefix("\ufeff")):
        before = lines[-1] if lines else ""
        goes_on = len(before) >= _WRAPPED and not _END.search(before.rstrip())
        if goes_on and line.strip() and not _BEGINS_ANEW.match(line):
            lines[-1] = f"{before.rstrip()} {line.strip()}"
        else:
            lines.append(line.strip())
    return lines


def _tell(found, ledger):
    for line in found.navigation:
        ledger.leave_out("navigation", line.text)
    for line in found.unplaced:
        ledger.leave_out("unread", line.text)


def _html(found, ledger, raw):
    """The parts of a document in turn, with the citations that are certain."""
    if found.heading:
        yield f"<h1>{html.escape(found.heading.text)}</h1>"
    yield from (_paragraph(paragraph, ledger, raw) for paragraph in found.introduction)
    for section in found.sections:
        if len(section.heading.split()) > LONG_HEADING:
            ledger.note("unclear line", section.heading)
        yield f"<h2>{html.escape(section.heading)}</h2>"
        yield from (_paragraph(paragraph, ledger, raw) for paragraph in section.paragraphs)
    if found.references:
        heading = found.references_heading.text if found.references_heading else "References"
        yield f"<h2>{html.escape(heading)}</h2>"
        for source in found.references:
            yield f'<p class="intake-reference">{html.escape(source.text)}</p>'
            ledger.turn(source.label)


def _paragraph(paragraph, ledger, raw):
    said, before = [], ""
    for part, behind in itertools.zip_longest(paragraph.parts, paragraph.parts[1:], fillvalue=""):
        if isinstance(part, str):
            said.append(html.escape(part))
            before = part
        elif _may_be_a_dose(part.written, before, behind, raw):
            said.append(f" {html.escape(part.written)}")
        else:
            ledger.turn(part.written)
            said += [citations.marker(KEY.format(n), str(n)) for n in part.numbers]
    return f"<p>{''.join(said)}</p>"


def _may_be_a_dose(written, before, behind, raw):
    """A number without brackets that stands by itself before other words: “at night. 2 Tablets”."""
    if written[0] not in "0123456789" or not isinstance(behind, str) or not behind.strip():
        return False
    glued = f"{before.split()[-1]}{written}" if before.split() else ""
    return not glued or glued not in raw
