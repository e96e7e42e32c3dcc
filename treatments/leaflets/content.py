"""What a leaflet says, and what it is made of."""

import functools
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import formats, timezone

from treatments import reading, wording
from treatments.leaflets.sheets import Sheet

MOST_PICTURES = 6_000_000  # bytes in one leaflet: about thirty photographs
LINES = range(4)  # to write questions on, twice: a sheet may end between
# What turns a document into a PDF; a new release of any may set a line differently.
PACKAGES = (
    "weasyprint", "pydyf", "tinycss2", "tinyhtml5", "cssselect2", "fonttools", "segno", "pillow",
)  # fmt: skip


@dataclass(frozen=True)
class Leaflet:
    """All that the renderer is given, and so all that the PDF depends on."""

    html: str
    address: str
    sheet: Sheet
    pictures: Mapping[str, bytes] = field(default_factory=dict)  # {address in `html`: WebP}

    @functools.cached_property
    def digest(self) -> str:
        """32 hexadecimal digits that differ where any input does: words, settings, sheet, release.

        Whatever prints stands in `html`, so nothing that prints can be forgotten here.
        """
        inputs = [self.html, self.address, self.sheet.style(), release()]
        inputs += [hashlib.sha256(self.pictures[name]).hexdigest() for name in self.pictures]
        return hashlib.sha256(json.dumps(inputs).encode()).hexdigest()[:32]


@functools.cache
def release() -> str:
    """A digest of the renderer: its packages' versions, its code, stylesheet and fonts."""
    digest = hashlib.sha256()
    for package in PACKAGES:
        digest.update(f"{package} {metadata.version(package)}\n".encode())
    for path in sorted(Path(__file__).parent.rglob("*")):
        if path.suffix in (".css", ".py", ".woff2"):
            digest.update(path.read_bytes())
    return digest.hexdigest()


def leaflet(lead, below, sheet) -> Leaflet:
    """The leaflet of an edition, with those that stand below it; all come from `reading.live`."""
    carried = reading.Carried(MOST_PICTURES)
    text, texts, references = reading.read(lead, below, terms=[], files=carried)
    address = settings.SITE_URL + lead.page.get_absolute_url()
    context = {"text": text, "texts": texts, "references": references}
    context |= {"address": address, "footer": footer(lead, below), "lines": LINES}
    html = render_to_string("leaflet.html", context)
    return Leaflet(html, address, sheet, carried.contents)


def record(*, title, footer, address, sheet, told, pictures) -> Leaflet:
    """A document for proof of what patients read at a moment; `told` is what its template says.

    The day on which it is made is no part of it: the same moment gives the same bytes.
    """
    context = told | {"title": title, "footer": footer, "address": address}
    return Leaflet(render_to_string("record.html", context), address, sheet, pictures)


def footer(lead, below) -> str:
    """The number of the first edition, and how all of them stand together: the least of them."""
    editions = [lead, *below]
    return f"Edition {lead.number}. {_standing_together(editions)}"


def _standing_together(editions):
    reviewed = [edition for edition in editions if edition.reviewed_at]
    if not reviewed:
        return wording.NOT_REVIEWED
    if len(reviewed) < len(editions):
        return wording.PARTLY_REVIEWED
    soonest = min(editions, key=lambda edition: edition.due_by)
    if late := reading.standing(soonest):
        return late[0]
    first = min(timezone.localdate(edition.reviewed_at) for edition in editions)
    return f"Last reviewed {formats.date_format(first, 'j F Y')}."
