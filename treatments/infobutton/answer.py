"""What an EHR is answered: a Feed in, XML, JSON or a script out.

Atom (RFC 4287) in the profile of HL7 Infobutton SOA R1 (2013), and the JSON that MedlinePlus
Connect makes of it: the text of an element is `_value`, attributes are plain properties.
"""

import datetime
import json as json_format
import re
from dataclasses import dataclass
from xml.etree import ElementTree

ATOM = "http://www.w3.org/2005/Atom"
XML = "http://www.w3.org/XML/1998/namespace"
XSI = "http://www.w3.org/2001/XMLSchema-instance"

# What XML 1.0 (fifth edition, 2.2) does not allow in a text.
_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# What would end a script, begin markup, or end a line of JavaScript before 2019.
_ESCAPED = str.maketrans({sign: f"\\u{ord(sign):04x}" for sign in "<>=&'\u2028\u2029"})


@dataclass(frozen=True)
class Link:
    """A link of an entry; `href` is absolute, `hreflang` the language of what it leads to."""

    href: str
    rel: str
    type: str
    hreflang: str
    title: str


@dataclass(frozen=True)
class Entry:
    """A page that answers.

    `title` is plain, `summary` HTML; `id` is a URI, the same for every edition of the page;
    `updated` is aware; `categories` are pairs (scheme, term).
    """

    title: str
    links: tuple[Link, ...]
    id: str
    updated: datetime.datetime
    author: str
    summary: str
    categories: tuple[tuple[str, str], ...]
    language: str


@dataclass(frozen=True)
class Feed:
    """The answer: who gives it (`author`, `author_uri`), when, and its entries, the best first.

    `title` and `subtitle` are plain; `id`, `link` and `base` are URIs, the last with a slash at its
    end; `categories` are pairs (scheme, term) of what was asked.
    """

    title: str
    subtitle: str
    author: str
    author_uri: str
    updated: datetime.datetime
    categories: tuple[tuple[str, str], ...]
    id: str
    link: str
    entries: tuple[Entry, ...]
    language: str
    base: str


def _moment(moment):
    """`YYYY-MM-DDThh:mm:ssZ`, without a fraction."""
    utc = moment.astimezone(datetime.UTC)
    return f"{utc.year:04}-{utc:%m-%dT%H:%M:%SZ}"


def _text(text):
    return _NO_XML.sub("", text)


# XML


def xml(feed: Feed) -> bytes:
    """The feed as an Atom document in UTF-8, its elements in the order of the profile."""
    root = ElementTree.Element(
        "feed",
        {
            "xmlns": ATOM,
            "xmlns:xsi": XSI,
            "xml:lang": _text(feed.language),
            "xml:base": _text(feed.base),
        },
    )
    _add(root, "title", feed.title, type="text")
    _add(root, "subtitle", feed.subtitle, type="text")
    _add_author(root, feed.author, feed.author_uri)
    _add(root, "updated", _moment(feed.updated))
    _add_categories(root, feed.categories)
    _add(root, "id", feed.id)
    _add(
        root,
        "link",
        href=feed.link,
        rel="self",
        type="text/xml",
        hreflang=feed.language,
        title=feed.title,
    )
    for entry in feed.entries:
        _add_entry(root, entry)
    return ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)


def _add_entry(root, entry):
    found = ElementTree.SubElement(root, "entry", {"xml:lang": _text(entry.language)})
    _add(found, "title", entry.title, type="text")
    for link in entry.links:
        _add(found, "link", **vars(link))
    _add(found, "id", entry.id)
    _add(found, "updated", _moment(entry.updated))
    _add_author(found, entry.author)
    _add(found, "summary", entry.summary, type="html")
    _add_categories(found, entry.categories)


def _add(parent, name, text=None, **attributes):
    kept = {key: _text(value) for key, value in attributes.items()}
    element = ElementTree.SubElement(parent, name, kept)
    if text is not None:
        element.text = _text(text)


def _add_author(parent, name, uri=""):
    author = ElementTree.SubElement(parent, "author")
    _add(author, "name", name)
    if uri:
        _add(author, "uri", uri)


def _add_categories(parent, categories):
    for scheme, term in categories:
        _add(parent, "category", scheme=scheme, term=term)


# JSON


def json(feed: Feed) -> bytes:
    """`{"feed": {…}}` in UTF-8, as clients of MedlinePlus Connect read it."""
    told = {"feed": _as_json(feed)}
    written = json_format.dumps(told, ensure_ascii=False, separators=(",", ":"))
    # Inside of strings alone, since no syntax of JSON has any of these signs.
    return written.translate(_ESCAPED).encode("utf-8", "replace")


def javascript(feed: Feed, callback: str) -> bytes:
    """A script that calls `callback`, a name that `request.read` let through, with the JSON."""
    # The comment keeps the name from being the first bytes of a file that is read as another kind.
    return b"/**/" + callback.encode("ascii") + b"(" + json(feed) + b");"


def _as_json(feed):
    return {
        "base": _text(feed.base),
        "lang": _text(feed.language),
        "xsi": XSI,
        "title": _valued(feed.title, type="text"),
        "updated": _valued(_moment(feed.updated)),
        "id": _valued(feed.id),
        "author": {"name": _valued(feed.author), "uri": _valued(feed.author_uri)},
        "subtitle": _valued(feed.subtitle, type="text"),
        "category": _categories(feed.categories),
        "entry": [_entry(entry) for entry in feed.entries],
    }


def _entry(entry):
    return {
        "lang": _text(entry.language),
        "title": _valued(entry.title, type="text"),
        "link": [{key: _text(value) for key, value in vars(link).items()} for link in entry.links],
        "id": _valued(entry.id),
        "summary": _valued(entry.summary, type="html"),
        "updated": _valued(_moment(entry.updated)),
        "category": _categories(entry.categories),
    }


def _valued(text, **attributes):
    return attributes | {"_value": _text(text)}


def _categories(categories):
    return [{"scheme": _text(scheme), "term": _text(term)} for scheme, term in categories]
