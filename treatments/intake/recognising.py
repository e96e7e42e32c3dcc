"""What kind of file it is, by what stands in it: names and declared types are only said."""

import codecs
import re

import webencodings

from treatments.intake import limits
from treatments.intake.document import Refused

WORD, PAGE, TEXT = "Word document", "Web page", "Plain text"

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"II*\0", b"MM\0*", b"BM")
_ARCHIVES = (b"\x1f\x8b", b"7z\xbc\xaf", b"Rar!", b"BZh", b"\xfd7zXZ")
_SAVE_AS_WORD = "Save it as .docx in Word, and choose that file."
_PAGE_BEGINS = re.compile(
    rb"<(?:!doctype\s+html|html|head|body|title|meta|style|main|article|section|div|p|h[1-6]|ul"
    rb"|ol|table|center|span|b|strong|font)[\s>/]",
    re.IGNORECASE,
)
_XML = re.compile(rb"\s*<\?xml")


def kind(data: bytes) -> str:
    """WORD, PAGE or TEXT. Raises Refused for anything else, which says what to do."""
    if not data.strip(b"\0\t\n\r "):
        raise Refused("There is nothing in this file.")
    if len(data) > limits.LARGEST_FILE:
        raise Refused(
            f"This file is larger than {limits.LARGEST_FILE // limits.MB} MB. Take its pictures "
            "out, and save it anew."
        )
    _refuse_others(data)
    if data.startswith(b"PK\x03\x04") or data.startswith(b"PK\x05\x06"):
        return WORD
    found, largest = (PAGE, limits.LARGEST_PAGE) if _is_page(data) else (TEXT, limits.LARGEST_TEXT)
    if len(data) > largest:
        raise Refused(
            f"This file is larger than {largest // limits.MB} MB, which is more text than a "
            "leaflet has."
        )
    return found


def _refuse_others(data):
    start = data[:1024]
    if start.startswith(_OLE):
        if "EncryptedPackage".encode("utf-16-le") in data:
            raise Refused(
                "This file is protected by a password. Open it in Word, take the password off, "
                "and save it."
            )
        raise Refused(
            f"This is a file of an older Word (.doc) or of another program. {_SAVE_AS_WORD}"
        )
    if b"%PDF-" in start:
        raise Refused(
            "This is a PDF, which holds no headings and no order of words. Take the file that it "
            f"was made of, or open it in Word. {_SAVE_AS_WORD}"
        )
    if start.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{\\rtf"):
        raise Refused(f"This is a Rich Text file (.rtf). Open it in Word. {_SAVE_AS_WORD}")
    if start.startswith(_PICTURES) or start[:4] == b"RIFF":
        raise Refused("This is a picture. Choose the document itself.")
    if start.startswith(_ARCHIVES):
        raise Refused("This is a packed file. Unpack it, and choose the document in it.")
    if re.match(rb"(?:MIME-Version:|From: <?Saved by)", start, re.IGNORECASE):
        raise Refused(
            "This is a web archive (.mht). Save the page as “Web page, HTML only”, or "
            "“Web page, filtered” in Word."
        )


def _is_page(data):
    start = data[:4096]
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or b"\0" in start[:100]:
        start = start.replace(b"\0", b"")
    begun = start.lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    return begun.startswith(b"<") and bool(_PAGE_BEGINS.search(start))


def decoded(data: bytes, *, page: bool) -> tuple[str, bool]:
    """The text of a file, and whether its encoding had to be guessed. Raises Refused.

    A byte-order mark goes before what a page says of itself, that before UTF-8, and that before
    Windows-1252, as the HTML standard has it for pages that say nothing.
    """
    for encoding, certain in _encodings(data, page):
        try:
            text = data.decode(encoding)
        except (UnicodeDecodeError, LookupError):
            continue
        if "\0" in text:
            break
        return text.removeprefix("\ufeff"), not certain
    raise Refused("This is no text that can be read. Open it in Word, and save it as .docx.")


def _encodings(data, page):
    if data.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        yield "utf-32", True
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        yield "utf-16", True
    if data.startswith(codecs.BOM_UTF8):
        yield "utf-8", True
    if data[:4096].count(0) > len(data[:4096]) // 4:  # Latin letters are half empty in UTF-16
        odd, even = data[1:4096:2].count(0), data[:4096:2].count(0)
        yield ("utf-16-le" if odd > even else "utf-16-be"), True
    said = _said(data) if page else None
    if said:
        yield said, True
    yield "utf-8", True
    yield "cp1252", False
    yield "latin-1", False


_SAID = re.compile(
    rb"<meta[^>]+charset\s*=\s*[\"']?\s*([\w.:-]+)|<\?xml[^>]+encoding=[\"']([\w.-]+)"
)


def _said(data):
    """What a page says of its encoding, by the names that the standard for encodings knows."""
    found = _SAID.search(data[:4096].lower())
    known = found and webencodings.lookup((found[1] or found[2]).decode("ascii"))
    if known is None or known.name in ("utf-16le", "utf-16be", "x-user-defined", "replacement"):
        return None  # it was read as bytes, so it is none of these
    return known.codec_info.name
