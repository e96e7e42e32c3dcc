"""Settings as an installation writes them in its environment."""

import ipaddress
import os
import re
import string
import unicodedata
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import SplitResult, unquote, urlsplit
from zoneinfo import ZoneInfo

import dj_database_url
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.core.validators import validate_email

from eduportal import contrast

LOOPBACK_NAMES = ["localhost", "127.0.0.1", "[::1]"]
ANY_ADDRESS = ("0.0.0.0", "::")
SYSTEM_ZONES = Path("/usr/share/zoneinfo")
_HOST = re.compile(r"[a-z0-9-]{1,63}(\.[a-z0-9-]{1,63})*")
_UNFIT_FOR_LINKS = re.compile(r"[\s\"<>]")
_PHONE = re.compile(
    r"(?P<number>[+(]?[0-9][0-9 ().\-/]+)(?: ?(?:ext\.?|x) ?(?P<extension>[0-9]+))?"
)
# What a phone's screen holds of a hospital's name and lines, and the page still begins on it.
LONGEST_NAME = 60
MOST_LINES, LONGEST_LABEL, LONGEST_NUMBER = 6, 60, 40
_COLOUR = re.compile(r"#[0-9a-f]{6}")
# Line ends, controls, and characters of no meaning; and what turns the words around it about.
_UNPRINTABLE = {"Cc", "Cs", "Co", "Cn", "Zl", "Zp"}
_TURNING = re.compile(r"[\u202a-\u202e\u2066-\u2069]")
_BLANK = "\u115f\u1160\u3164\uffa0"  # letters of Hangul that show nothing
_TOWER = 4  # marks over one letter; a living language needs three
_LONG_SECRET = 50  # what `check --deploy` asks for (security.W009)
_WIDEST_NETWORKS = {4: 8, 6: 16}  # bits; a wider one is half the internet, not a proxy


Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class Wrong(ValueError):
    """What is wrong with a setting and what to write: a sentence that its name begins."""


class Environment:
    """One reading of the environment, which gathers what is wrong until all of it is read."""

    def __init__(self, values: Mapping[str, str]):
        self._values = values
        self.known: set[str] = set()
        self.refusals: list[str] = []

    def text(self, name: str, default: str = "") -> str:
        """The setting as written, less the spaces around it; empty counts as unset."""
        self.known.add(name)
        return self._values.get(name, "").strip() or default

    def read(self, name: str, convert: Callable[[str], Any], default: Any = None) -> Any:
        """What `convert` makes of the setting; `default` where it is unset or wrong."""
        written = self.text(name)
        try:
            return convert(written) if written else default
        except Wrong as wrong:
            self.refuse(name, str(wrong))
            return default

    def refuse(self, name: str, sentence: str) -> None:
        self.refusals.append(f"{name} {sentence}")

    def stop_if_refused(self) -> None:
        """Raise ImproperlyConfigured with every refusal, one a line, if there is any."""
        if self.refusals:
            raise ImproperlyConfigured("\n".join(self.refusals))


class PhoneLine(NamedTuple):
    """A telephone line that patients may ring."""

    label: str
    number: str

    @property
    def link(self) -> str:
        """The address of a link that dials (RFC 3966)."""
        parts = _PHONE.fullmatch(self.number)
        extension = f";ext={parts['extension']}" if parts["extension"] else ""
        return "tel:" + re.sub(r"[^0-9+]", "", parts["number"]) + extension


def flag(written: str) -> bool:
    words = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}
    if written.lower() not in words:
        raise Wrong(f"is {written!r}. Write yes or no.")
    return words[written.lower()]


def port(written: str) -> int:
    if not (written.isascii() and written.isdigit() and 1 <= int(written) <= 65535):
        raise Wrong(f"is {written!r}. Write a port number from 1 to 65535, such as 8000.")
    return int(written)


def ports(written: str) -> list[int]:
    return [port(one.strip()) for one in written.split(",")]


def count(written: str) -> int:
    if not (written.isascii() and written.isdigit() and 1 <= int(written) <= 1_000_000):
        raise Wrong(f"is {written!r}. Write a number from 1 to 1000000, or leave it unset.")
    return int(written)


def address(written: str) -> str:
    """An address to listen at, as ipaddress writes it."""
    try:
        found = ipaddress.ip_address("127.0.0.1" if written == "localhost" else written)
    except ValueError:
        raise Wrong(
            f"is {written!r}, which is no IP address. Write the address to listen at: "
            "127.0.0.1 for this machine alone, 0.0.0.0 for every network it is on."
        ) from None
    if found.is_multicast or str(found) == "255.255.255.255":
        raise Wrong(f"is {written!r}, which many machines share. Write this machine's own address.")
    return str(found)


def origin(written: str, example: str = "https://education.example.org") -> str:
    """A web address of scheme, host and perhaps port, in lower case, without the last slash."""
    parts = _split(written)
    if parts is None or parts.scheme not in ("http", "https") or not _is_host(parts.hostname):
        raise Wrong(
            f"is {_shown(written)}, which is no web address. "
            f"Write it in full, such as {_in_ascii(parts) or example}"
        )
    if parts.hostname in ANY_ADDRESS:
        raise Wrong(f"is {_shown(written)}, which is no machine's address. Write one, or {example}")
    if parts.path.strip("/") or parts.query or parts.fragment or "@" in parts.netloc:
        raise Wrong(
            f"is {_shown(written)}. Write the scheme and the host alone, "
            f"such as {parts.scheme}://{parts.hostname}"
        )
    return _origin_of(parts)


def _split(written: str) -> SplitResult | None:
    try:
        parts = urlsplit(written.lower())
        return parts if parts.port != 0 else None
    except ValueError:
        return None


def _in_ascii(parts: SplitResult | None) -> str:
    """The address with a host of other letters in the form that browsers send, xn--…; else ""."""
    if parts is None or parts.scheme not in ("http", "https") or not parts.hostname:
        return ""
    try:
        host = parts.hostname.encode("idna").decode("ascii")
    except UnicodeError:
        return ""
    changed = host != parts.hostname and _is_host(host)
    return _origin_of(parts._replace(netloc=host + _port_of(parts))) if changed else ""


def _port_of(parts: SplitResult) -> str:
    return f":{parts.port}" if parts.port else ""


def _shown(written: str) -> str:
    """The address as written, less a password."""
    return repr(re.sub(r"//[^/]*@", "//…@", written))


def _is_host(name: str | None) -> bool:
    if not name or ":" not in name:
        return bool(name and _HOST.fullmatch(name))
    try:
        return ipaddress.ip_address(name).version == 6
    except ValueError:
        return False


def _origin_of(parts: SplitResult) -> str:
    usual = {"http": 80, "https": 443}[parts.scheme]
    return own_address(parts.hostname, parts.port or usual, parts.scheme)


def own_address(host: str, at: int, scheme: str = "http") -> str:
    """The origin of a server that listens at `host` and port `at`."""
    bracketed = f"[{host}]" if ":" in host else host
    usual = {"http": 80, "https": 443}[scheme]
    return f"{scheme}://{bracketed}" + ("" if at == usual else f":{at}")


def host_of(site: str) -> str:
    """The host of an origin, as ALLOWED_HOSTS writes it: IPv6 in brackets, no port."""
    name = urlsplit(site).hostname
    return f"[{name}]" if ":" in name else name


def is_loopback(host: str) -> bool:
    """Whether a host name or address is this machine itself."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def hosts(written: str) -> list[str]:
    """Host names as Django's ALLOWED_HOSTS takes them; a leading dot means subdomains too."""
    names = _listed(written.lower())
    for name in names:
        if "*" in name:
            raise Wrong("has a *, which would answer to any name. Write each host name.")
        if not _is_host(name.removeprefix(".").strip("[]")):
            raise Wrong(
                f"has {name!r}, which is no host name. Write names without scheme, port or "
                "path, with commas between, such as education.example.org"
            )
    return names


def _listed(written: str) -> list[str]:
    return [part for part in re.split(r"[,\s]+", written) if part]


def networks(written: str) -> list[Network]:
    """Addresses and networks of proxies, one or more."""
    found = clients(written)
    for network in found:
        if network.prefixlen < _WIDEST_NETWORKS[network.version]:
            raise Wrong(
                f"has {str(network)!r}, which would believe strangers. Write the proxy's own "
                "address."
            )
    return found


def clients(written: str) -> list[Network]:
    """Addresses and networks, one or more."""
    found = [_network(part) for part in _listed(written)]
    if not found:
        raise Wrong("names no address. Write one, or leave it unset.")
    return found


def _network(part: str) -> Network:
    try:
        return ipaddress.ip_network(part)
    except ValueError:
        raise Wrong(
            f"has {part!r}, which is no address or network. Write for example 10.0.0.5 or "
            "10.0.0.0/24, with commas between."
        ) from None


def frame_ancestors(written: str) -> list[str]:
    """Origins that may show public pages in a frame."""
    origins = [origin(part, "https://ehr.example.org") for part in _listed(written)]
    for each in origins:
        if each.startswith("http:") and not is_loopback(host_of(each)):
            raise Wrong(f"has {each!r}, which is not encrypted. Write it with https://")
    return origins


def timezone(written: str) -> str:
    """A name of the time zone database that Python and this machine both know."""
    try:
        ZoneInfo(written)
        # Django asks the machine's own list, where it has one, as well as Python's.
        known = not SYSTEM_ZONES.exists() or (SYSTEM_ZONES / written).is_file()
    except (ValueError, KeyError, OSError):
        known = False
    if not known:
        raise Wrong(f"is {written!r}, which is no time zone. Write for example Europe/Zurich.")
    return written


def paper(written: str) -> str:
    if written.lower() not in ("a4", "letter"):
        raise Wrong(f"is {written!r}. Write a4 or letter.")
    return written.lower()


def hospital_name(written: str) -> str:
    """A name that fits the head of a page."""
    if fault := _unfit_for_a_line(written):
        raise Wrong(f"holds {fault}. Write the name as plain text in one line.")
    if not any(character.isalnum() and character not in _BLANK for character in written):
        raise Wrong("has nothing that can be read. Write the name that patients know.")
    if len(written) > LONGEST_NAME:
        raise Wrong(
            f"has {len(written)} characters, which would push each page's heading down a phone's "
            f"screen. Write {LONGEST_NAME} at most: the short name that patients use."
        )
    return written


def _unfit_for_a_line(words: str) -> str:
    """What it is that would break a line of text, or cover what stands near it; "" if nothing."""
    marks = 0
    for character in words:
        kind = unicodedata.category(character)
        if kind in _UNPRINTABLE:
            return f"U+{ord(character):04X}, a character that cannot be printed"
        if _TURNING.match(character):
            return f"U+{ord(character):04X}, a character that turns the words about it round"
        marks = marks + 1 if kind in ("Mn", "Me") else 0
        if marks == _TOWER:
            return f"{_TOWER} marks over one letter"
    return ""


def colour(written: str, grounds: Collection[str]) -> str:
    """A colour, #rrggbb, in which text can be read on each of these light grounds."""
    found = written.lower()
    if not _COLOUR.fullmatch(found):
        raise Wrong(
            f"is {written!r}. Write # and six digits from 0 to 9 and a to f, such as #0c4650"
        )
    if (seen := contrast.lowest(found, grounds)) < contrast.ENOUGH:
        raise Wrong(
            # Cut, not rounded: 6.97 is no 7.
            f"is {written!r}, which is too pale: its contrast with the page is "
            f"{int(seen * 10) / 10} to 1, and text needs {contrast.ENOUGH}. Write a darker "
            f"colour, such as {contrast.nearest(found, grounds)}"
        )
    return found


def phone_lines(written: str) -> list[PhoneLine]:
    """Lines written as `Pain clinic=555 0100; Night nurse=555 0199`, in that order."""
    parts = [part.strip() for part in written.split(";") if part.strip()]
    lines = [_phone_line(part) for part in parts]
    if len(lines) > MOST_LINES:
        raise Wrong(
            f"has {len(lines)} lines, too many to choose from in need. Write {MOST_LINES} at most."
        )
    return lines


def _phone_line(part: str) -> PhoneLine:
    label, _, number = (piece.strip() for piece in part.partition("="))
    if fault := _unfit_for_a_line(label):
        raise Wrong(f"holds {fault}. Write each line's name as plain text.")
    if len(label) > LONGEST_LABEL or len(number) > LONGEST_NUMBER:
        raise Wrong(
            f"has {part!r}, which is too long. Write a name of {LONGEST_LABEL} characters and a "
            f"number of {LONGEST_NUMBER} at most."
        )
    if not label or not _PHONE.fullmatch(number) or sum(map(str.isdigit, number)) < 3:
        raise Wrong(
            f"has {part!r}. Write each line as a name, = and a number, with ; between: "
            "Pain clinic=555 0100; Night nurse=555 0199"
        )
    return PhoneLine(label, number)


def feedback_address(written: str) -> str:
    """An e-mail address, or the https address of a page, as a link can hold it."""
    if _UNFIT_FOR_LINKS.search(written):
        raise Wrong(f"is {_shown(written)}. Write it without spaces, quotation marks, < or >.")
    parts = _split(written)
    if parts and parts.scheme == "https" and _is_host(parts.hostname) and "@" not in parts.netloc:
        return written
    return email(written, "an e-mail address or an address that begins with https://")


def email(written: str, wanted: str = "an e-mail address such as editor@example.org") -> str:
    try:
        validate_email(written)
    except ValidationError:
        raise Wrong(f"is {_shown(written)}. Write {wanted}.") from None
    return written


class MailServer(NamedTuple):
    """Where mail is handed over, under the names of Django's settings less their EMAIL_."""

    HOST: str
    PORT: int
    HOST_USER: str
    HOST_PASSWORD: str
    USE_TLS: bool
    USE_SSL: bool


# {scheme: its usual port}; smtp+tls begins in the open and is encrypted before anything is said.
_MAIL = {"smtp": 25, "smtp+tls": 587, "smtps": 465}


def mail_server(written: str) -> MailServer:
    """A mail server, as smtp+tls://user:password@host:port; the password is never repeated."""
    wanted = "Write smtp+tls://user:password@mail.example.org, or smtps:// where TLS comes first."
    try:
        parts = urlsplit(written)
        port = parts.port or _MAIL.get(parts.scheme, 0)
    except ValueError:
        raise Wrong(f"cannot be read; a password may need %-escapes. {wanted}") from None
    if parts.scheme not in _MAIL:
        raise Wrong(f"begins with neither smtp+tls://, smtps:// nor smtp://. {wanted}")
    if not _is_host(parts.hostname) or parts.path.strip("/") or parts.query or parts.fragment:
        raise Wrong(f"names no mail server. {wanted}")
    if parts.password and parts.scheme == "smtp" and not is_loopback(parts.hostname):
        raise Wrong(f"would send the password unencrypted. {wanted}")
    return MailServer(
        HOST=parts.hostname,
        PORT=port,
        HOST_USER=unquote(parts.username or ""),
        HOST_PASSWORD=unquote(parts.password or ""),
        USE_TLS=parts.scheme == "smtp+tls",
        USE_SSL=parts.scheme == "smtps",
    )


def secret(written: str) -> str:
    """A key that nobody guesses, by the measure of Django's deployment check."""
    weak = len(written) < _LONG_SECRET or len(set(written)) < 5
    if weak or written.startswith("django-insecure-"):
        raise Wrong(
            f"is too weak. Write at least {_LONG_SECRET} random characters, such as what "
            "`openssl rand -base64 48` prints."
        )
    return written


def database(written: str) -> dict[str, Any]:
    """Django's settings of a PostgreSQL database; neither address nor password is repeated."""
    wanted = "Write postgresql://user:password@host/name, or leave it unset for the built-in one."
    if written.split(":")[0] not in ("postgres", "postgresql"):
        raise Wrong(f"does not begin with postgresql://, the one database it may name. {wanted}")
    try:
        found = dj_database_url.parse(written, conn_max_age=None, conn_health_checks=True)
    except ValueError:
        raise Wrong(f"cannot be read; a password may need %-escapes. {wanted}") from None
    if not found["NAME"] or not set(found["NAME"]) <= set(string.printable):
        raise Wrong(f"names no database after the host. {wanted}")
    return found


def folder(written: str, start: Path) -> Path:
    """The folder as written: from `start`, from the user's own one (~), or from the top (/)."""
    try:
        return (start / Path(written).expanduser()).resolve()
    except RuntimeError:
        raise Wrong(f"is {written!r}, and there is no such user's folder. {_FOLDER}") from None


def writable_folder(path: Path) -> None:
    """Make the folder, for its owner alone, where it is not there; raise Wrong if it cannot be."""
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise Wrong(f"is {path}, which cannot be made: {error.strerror}. {_FOLDER}") from None
    if not os.access(path, os.W_OK | os.X_OK):
        raise Wrong(f"is {path}, where this user may not write. {_FOLDER}")


def log_file(written: str, start: Path) -> Path:
    """The path of a file that can be appended to, or made: from `start`, or as in `folder`."""
    path = folder(written, start)
    if path.is_dir():
        raise Wrong(f"is {path}, which is a folder. Write the path of a file in it.")
    if not path.parent.is_dir():
        raise Wrong(f"is {path}, and there is no folder {path.parent}. Make it first.")
    if not os.access(path if path.exists() else path.parent, os.W_OK):
        raise Wrong(f"is {path}, which this user may not write. Change its owner, or the path.")
    return path


_FOLDER = "Write a folder that the portal's user may write to, such as /var/lib/eduportal"
