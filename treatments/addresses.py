"""The addresses that a text leads to: which there are, and which of them are the portal's own."""

import html
import re
from urllib.parse import urlsplit

_HREF = re.compile(r'<a\b[^<>]*?\shref="([^"]*)"')
_PORTS = {"http": 80, "https": 443}


def found_in(text: str) -> list[str]:
    """Where the links of a cleaned text lead, each once, in order."""
    return list(dict.fromkeys(map(html.unescape, _HREF.findall(text))))


def can_be_asked(address: str) -> bool:
    """Whether somebody can look where it leads: not so of telephone numbers and e-mail."""
    return address.startswith("/") or address.lower().startswith(("http:", "https:"))


def inside(address: str, site: str) -> str | None:
    """The path, query and fragment of an address of the portal at `site`; None of any other."""
    if address.startswith("/"):
        return address
    if _place(address) is None or _place(address) != _place(site):
        return None
    parts = urlsplit(address)
    return parts._replace(scheme="", netloc="", path=parts.path or "/").geturl()


def host(address: str) -> str:
    """The host that an address names, in lower case; "" where it names none."""
    try:
        return urlsplit(address).hostname or ""
    except ValueError:
        return ""


def _place(address):
    """(host, port), the same for http and https at their usual ports; None where it has none."""
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        return None
    if not parts.hostname or "@" in parts.netloc:
        return None
    return parts.hostname, None if port == _PORTS.get(parts.scheme) else port
