"""What a text may hold: elements, attributes and their values, addresses, characters."""

import re

# Structure that patients need, and nothing that dresses, runs or loads.
TAGS = {
    "p", "br", "h2", "h3", "strong", "em", "sub", "sup", "a", "cite", "span",
    "ul", "ol", "li", "blockquote", "div",
    "table", "caption", "thead", "tbody", "tr", "th", "td",
    "figure", "img", "figcaption",
}  # fmt: skip
# What an editor can set apart from the running text: one class each, and nothing else of the look.
CLASSES = {
    "div": {"in-short", "urgent", "emergency", "callout", "details"},
    "ul": {"do", "do-not"},
    "ol": {"steps"},
    "table": {"comparison"},
}
ATTRIBUTES = {
    "*": {"lang", "dir"},
    "a": {"href"},
    "cite": {"data-reference"},
    "div": {"class"},
    "img": {"data-image", "alt"},
    "ol": {"class", "start"},
    "table": {"class"},
    "ul": {"class"},
    "th": {"colspan", "rowspan", "scope"},
    "td": {"colspan", "rowspan"},
}
SCHEMES = {"http", "https", "mailto", "tel"}
FORMS = {
    "data-reference": re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*"),
    "data-image": re.compile(r"[0-9a-f]{16}"),
    "lang": re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*"),
    "dir": re.compile(r"ltr|rtl|auto"),
    "scope": re.compile(r"(?:row|col)(?:group)?"),
    "colspan": re.compile(r"[1-9][0-9]?"),
    "rowspan": re.compile(r"[1-9][0-9]?"),
    "start": re.compile(r"[1-9][0-9]{0,2}"),
    # An address that looks like one of ours has to be one: no "//elsewhere", no "/\elsewhere",
    # no "https://ours@elsewhere". "#place" leads nowhere, since no id is kept.
    "href": re.compile(
        r"https?://[^\s\\/?#@]+(?:[/?#][^\s\\]*)?|mailto:[^\s\\]+|tel:[-+().;=%0-9a-z]+"
        r"|/(?:[^\s\\/][^\s\\]*)?",
        re.IGNORECASE,
    ),
}
# Controls and non-characters; overrides and isolates, which turn the order of letters round;
# zero widths (but the joiners, which scripts need); tag characters; private ones, such as bullets.
_UNSEEN = re.compile(
    "[\0-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u200b\u202a-\u202e\u2060-\u206f\ufdd0-\ufdef\ufeff"
    "\ufff9-\ufffb\ufffe\uffff\ud800-\udfff\ue000-\uf8ff\U000e0000-\U000e007f\U000f0000-\U0010ffff]"
)


def attributes(tag: str) -> set[str]:
    """The attributes that an element may have."""
    if tag in ("cite", "img"):  # and no others: they are found by this one spelling
        return ATTRIBUTES[tag]
    return ATTRIBUTES["*"] | ATTRIBUTES.get(tag, set())


def value(tag: str, attribute: str, given: str) -> str | None:
    """An attribute's value as it is kept, or None. nh3 asks of `rel` too, which it sets itself."""
    if attribute == "class":
        return given if given in CLASSES.get(tag, ()) else None
    if attribute == "href":  # as browsers do: line ends are left out, blanks written as %20
        given = re.sub(r"[\t\n\r]", "", given).strip().replace(" ", "%20")
    elif attribute in ("dir", "scope"):
        given = given.lower()
    elif attribute == "alt":
        given = " ".join(seen(given).split())
    form = FORMS.get(attribute)
    return given if form is None or form.fullmatch(given) else None


def seen(text: str) -> str:
    """The text without the characters that nobody sees, which no text of ours needs."""
    return _UNSEEN.sub("", text)
