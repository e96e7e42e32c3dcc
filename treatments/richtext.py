"""What markup a text may hold, and the one function that cleans it."""

import re

import nh3

# Structure that patients need, and nothing that dresses, runs or loads.
TAGS = {
    "p", "br", "h2", "h3", "strong", "em", "sub", "sup", "a", "cite", "span",
    "ul", "ol", "li", "blockquote",
    "table", "caption", "thead", "tbody", "tr", "th", "td",
}  # fmt: skip
ATTRIBUTES = {
    "*": {"lang", "dir"},
    "a": {"href"},
    "cite": {"data-reference"},
    "ol": {"start"},
    "th": {"colspan", "rowspan", "scope"},
    "td": {"colspan", "rowspan"},
}
SCHEMES = {"http", "https", "mailto", "tel"}
_FORMS = {
    "data-reference": re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*"),
    "lang": re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*"),
    "dir": re.compile(r"ltr|rtl|auto"),
    "scope": re.compile(r"(?:row|col)(?:group)?"),
    "colspan": re.compile(r"[1-9]\d?"),
    "rowspan": re.compile(r"[1-9]\d?"),
    "start": re.compile(r"[1-9]\d{0,2}"),
}


def _well_formed(tag, attribute, value):
    form = _FORMS.get(attribute)
    return value if form is None or form.fullmatch(value) else None


def clean(html: str) -> str:
    """Hostile or untidy HTML in, HTML of the short list above out; cleaning twice changes nothing.

    Scripts and styles go with what they hold; other unknown tags go and leave their text.
    """
    return nh3.clean(
        html,
        tags=TAGS,
        attributes=ATTRIBUTES,
        attribute_filter=_well_formed,
        url_schemes=SCHEMES,
        link_rel="noopener noreferrer",
    )


def plain(html: str) -> str:
    """The words of a cleaned text without its markup and citations, white space collapsed."""
    text = re.sub(r"<cite\b.*?</cite>", "", html, flags=re.DOTALL)
    text = re.sub(r"</(?:p|h2|h3|li|tr|caption|blockquote)>|<br>", " ", text)
    text = nh3.clean(text, tags=set())
    for entity, character in (("&lt;", "<"), ("&gt;", ">"), ("&nbsp;", " "), ("&amp;", "&")):
        text = text.replace(entity, character)
    return " ".join(text.split())


def first_sentence(html: str) -> str:
    """The first sentence of a cleaned text: up to a mark that a space and a capital follow."""
    text = plain(html)
    end = re.search(r"(?<=[.!?])[\"”’)]*(?=\s+[\"“‘(]*[A-Z])", text)
    return text[: end.end()] if end else text


def demoted(html: str) -> str:
    """A cleaned text one heading level lower, to stand under a heading of its own."""
    html = re.sub(r"<(/?)h3\b", r"<\1h4", html)
    return re.sub(r"<(/?)h2\b", r"<\1h3", html)
