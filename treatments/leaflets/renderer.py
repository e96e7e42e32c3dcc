"""A leaflet's PDF, made in a process of its own: `python -m treatments.leaflets.renderer`.

Standard input is a JSON object: `html`, the document; `style`, CSS to stand before the common
stylesheet; `address`, what its links are relative to and its QR code leads to; `identifier`, 32
hexadecimal digits; `pictures`, WebP in base64 by the address that `html` has for each; `seconds`
and `bytes`, the processor time and the memory it may take.
Standard output is the PDF. The exit code is 0, or another one where there is none.

The portal never imports this module: it needs Pango, and what it reads was written by others.
"""

import base64
import io
import json
import logging
import sys
from pathlib import Path

import segno
from PIL import Image
from weasyprint import CSS, HTML
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import URLFetcher, URLFetcherResponse

from treatments import confinement

FOLDER = Path(__file__).parent
QR_CODE = "leaflet:qr-code"
FONTS = "leaflet:fonts/"


class Shipped(URLFetcher):
    """Gives the fonts of this folder, the QR code and the pictures; refuses any other address."""

    def __init__(self, qr_code, pictures):
        super().__init__(allowed_protocols=())
        self._made = {QR_CODE: (qr_code, "image/svg+xml")} | {
            FONTS + path.name: (path.read_bytes(), "font/woff2") for path in FOLDER.glob("fonts/*")
        }
        self._made |= {name: repacked(content) for name, content in pictures.items()}

    def fetch(self, url, headers=None):
        if url not in self._made:
            raise ValueError("Leaflets load nothing.")
        body, kind = self._made[url]
        return URLFetcherResponse(url, body, {"Content-Type": kind})


class Complaints(logging.Handler):
    """Keeps what WeasyPrint warns of."""

    def __init__(self):
        super().__init__(logging.WARNING)
        self.said = []

    def emit(self, record):
        self.said.append(record.getMessage())


def qr_code(address):
    """The address as a QR code: a square SVG of modules with the quiet zone of ISO/IEC 18004."""
    drawn = io.BytesIO()
    segno.make(address, error="m", micro=False).save(drawn, kind="svg", border=4, omitsize=True)
    return drawn.getvalue()


def repacked(content):
    """A WebP picture as PDF can hold it: (JPEG or PNG, whichever is smaller, its media type)."""
    with Image.open(io.BytesIO(content), formats=["WEBP"]) as opened:
        picture = opened.convert("RGB")
    packed = {}
    for kind, how in (("jpeg", {"quality": 85}), ("png", {"optimize": True})):
        file = io.BytesIO()
        picture.save(file, kind, **how)
        packed[kind] = file.getvalue()
    kind = min(packed, key=lambda kind: len(packed[kind]))
    return packed[kind], f"image/{kind}"


def pdf(html, style, address, identifier, pictures):
    """The document as a tagged PDF. Its bytes depend on the arguments alone, not on the clock."""
    pictures = {name: base64.b64decode(packed) for name, packed in pictures.items()}
    fetcher, fonts = Shipped(qr_code(address), pictures), FontConfiguration()
    common = (FOLDER / "leaflet.css").read_text(encoding="utf-8")
    sheet = CSS(string=style + common, base_url=address, url_fetcher=fetcher, font_config=fonts)
    document = HTML(string=html, base_url=address, url_fetcher=fetcher)
    return document.write_pdf(
        stylesheets=[sheet],
        font_config=fonts,
        pdf_variant="pdf/ua-1",
        pdf_identifier=bytes.fromhex(identifier),
    )


def main():
    confinement.follow_parent()
    asked = json.load(sys.stdin)
    confinement.bound(asked.pop("seconds"), asked.pop("bytes"))
    complaints = Complaints()
    logging.getLogger("weasyprint").addHandler(complaints)
    made = pdf(**asked)
    # WeasyPrint goes on with another font where memory does not suffice for ours.
    if any(said.startswith("Font-face") for said in complaints.said):
        sys.exit("; ".join(complaints.said))
    sys.stdout.buffer.write(made)


if __name__ == "__main__":
    main()
