"""What a parser that is not the cleaner's own finds in a text, measured by the list."""

from urllib.parse import urlsplit

from selectolax.lexbor import LexborHTMLParser

from treatments.richtext import SCHEMES, TAGS, allowed

SET_BY_THE_CLEANER = {("a", "rel", "noopener noreferrer")}


def off_the_list(html):
    """Everything in the text that the list does not allow, told in words."""
    parsed = LexborHTMLParser(html)
    found = [node.tag for node in parsed.head.traverse() if node.tag != "head"]
    for node in parsed.body.traverse(include_text=False):
        if node.tag == "body":
            found += node.attributes
        elif node.tag not in TAGS:
            found.append(node.tag)
        else:
            found += _attributes(node)
    return found + [f"unseen {ord(c):x}" for c in parsed.body.text() if not allowed.seen(c)]


def _attributes(node):
    for name, value in node.attributes.items():
        known = (
            name in allowed.attributes(node.tag) and allowed.value(node.tag, name, value) == value
        )
        if not known and (node.tag, name, value) not in SET_BY_THE_CLEANER:
            yield f"{node.tag} {name}={value}"
        elif name == "href" and not _leads_where_it_says(value):
            yield f"address {value}"


def _leads_where_it_says(address):
    parts = urlsplit(address)
    if not parts.scheme:
        return address.startswith("/") and not parts.netloc and "\\" not in address
    plain = parts.scheme in SCHEMES and "@" not in parts.netloc
    return plain and (bool(parts.netloc) or parts.scheme in ("mailto", "tel"))
