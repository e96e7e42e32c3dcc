"""Asking other sites whether a page is there: politely, and never on a private network.

An editor can write any address into a text, and this asks it from inside the hospital's network
(server-side request forgery). So each host's name is looked up once, every address that comes
back has to be public, and the connection goes to that very address, whatever the name leads to a
moment later (DNS rebinding). Each redirect goes through all of it again.
"""

import contextlib
import http.client
import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import quote, urljoin, urlsplit

GOOD, WARNING, BROKEN = "good", "warning", "broken"
MOST_REDIRECTS = 5
MOST_ADDRESSES = 3  # of one host that are tried one after the other
PERMANENT = (301, 308)
REDIRECTS = (301, 302, 303, 307, 308)
LONGEST_SHOWN = 200  # characters of an address that another site sent

# Beside what Python counts as not global: addresses that hold another address, which could be
# a private one, and what registries have set apart since.
_HELD_BACK = [
    ipaddress.ip_network(network)
    for network in (
        "0.0.0.0/8",
        "100.64.0.0/10",
        "192.0.0.0/24",
        "192.88.99.0/24",
        "240.0.0.0/4",
        "::/96",
        "::ffff:0:0/96",
        "::ffff:0:0:0/96",
        "64:ff9b::/96",
        "64:ff9b:1::/48",
        "100::/64",
        "2001::/23",
        "2001:db8::/32",
        "2002::/16",
        "3fff::/20",
        "5f00::/16",
        "fec0::/10",
    )
]
# Public by number, and yet a cloud's own service for the machines that it runs. Those of others
# are link-local (169.254.169.254), private (fd00:ec2::254) or shared (100.100.100.200).
_OF_THE_MACHINE = {
    # https://learn.microsoft.com/azure/virtual-network/what-is-ip-address-168-63-129-16
    ipaddress.ip_address("168.63.129.16"),
}
_NO_SUCH_HOST = {socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME)}


@dataclass(frozen=True)
class Finding:
    """What was found at an address.

    `failed` says that there was no proper answer this time, which another time may bring;
    `answered` that a site spoke, so that the way out of this machine works; `unasked` that it was
    refused before anybody was asked.
    """

    state: str
    said: str = ""
    failed: bool = False
    answered: bool = False
    unasked: bool = False


class _Told(Exception):
    """Ends a visit with its Finding."""

    def __init__(self, state, said, *, failed=False, unasked=False):
        super().__init__(said)
        self.finding = Finding(state, said, failed, unasked=unasked)


@dataclass(frozen=True)
class _Target:
    """A web address taken apart: what to look up, to connect to and to ask for."""

    scheme: str
    host: str  # as names are looked up: ASCII, lower case
    port: int
    path: str

    @property
    def header(self):
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _USUAL[self.scheme] else f"{host}:{self.port}"


_USUAL = {"http": 80, "https": 443}


def is_public(address: str) -> bool:
    """Whether an IP address belongs to the open internet."""
    found = ipaddress.ip_address(address)
    return (
        found.is_global
        and not found.is_multicast
        and found not in _OF_THE_MACHINE
        and not any(found in network for network in _HELD_BACK if network.version == found.version)
    )


def look_up(host: str) -> list[str]:
    """The IP addresses of a host's name; raises socket.gaierror."""
    found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(address[0] for *_, address in found))


class Visitor:
    """Visits addresses one after the other, with a pause for each host.

    `name` says who asks (User-Agent), `ports` where it may. `look_up`, `connect` and `context` are
    the ways out, which tests lead to a server of their own; what `connect` gets is always an
    address that has passed `is_public`.
    """

    def __init__(
        self,
        *,
        name: str,
        ports: Collection[int] = (80, 443),
        pause: float = 2,
        patience: float = 10,
        longest: float = 30,
        look_up: Callable[[str], list[str]] = look_up,
        connect: Callable = socket.create_connection,
        context: ssl.SSLContext | None = None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ):
        self.name, self.ports = name, ports
        self.pause, self.patience, self.longest = pause, patience, longest
        self.look_up, self.connect = look_up, connect
        self.context = context or ssl.create_default_context()
        self.clock, self.sleep = clock, sleep
        self._ready_at: dict[str, float] = {}
        self._tired: set[str] = set()

    def visit(self, address: str) -> Finding | None:
        """What is at an http or https address; None where its host has asked for a rest."""
        first, moved = address, False
        try:
            for _ in range(MOST_REDIRECTS + 1):
                target = self._target(address)
                if target.host in self._tired:
                    return None
                status, place = self._answer(target)
                if status not in REDIRECTS or not place:
                    return _judged(status, first, address, moved)
                moved = moved or status in PERMANENT
                address = urljoin(address, place)
        except _Told as told:
            return told.finding
        except ValueError:  # of urlsplit and urljoin
            return Finding(BROKEN, "This is no web address, or leads on to none.")
        said = f"It leads on more than {MOST_REDIRECTS} times, perhaps for ever."
        return Finding(BROKEN, said, answered=True)

    def _target(self, address):
        parts = urlsplit(address)
        if parts.scheme not in _USUAL:
            raise _Told(
                BROKEN, f"It leads to {_shown(address)}, which is no page of the web.", unasked=True
            )
        if "@" in parts.netloc:
            raise _Told(BROKEN, "The address holds a name or password. Take it out.", unasked=True)
        try:
            host = _in_ascii(parts.hostname)
            port = parts.port or _USUAL[parts.scheme]
        except ValueError:
            raise _Told(BROKEN, "No host can have this name.", unasked=True) from None
        if port not in self.ports:
            raise _Told(
                WARNING, f"Not checked: port {port} is none that pages usually have.", unasked=True
            )
        path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._")
        if parts.query:
            path += "?" + quote(parts.query, safe="/?%:@!$&'()*+,;=~-._[]")
        return _Target(parts.scheme, host, port, path)

    def _answer(self, target):
        """(status, where it redirects to) of a HEAD, or of a GET where HEAD is not taken well."""
        try:
            status, place = self._ask("HEAD", target)
        except http.client.HTTPException:
            return self._ask("GET", target, last=True)
        if status >= 400 and status != HTTPStatus.TOO_MANY_REQUESTS:
            status, place = self._ask("GET", target, last=True)
        if status == HTTPStatus.TOO_MANY_REQUESTS:
            self._tired.add(target.host)
        return status, place

    def _ask(self, method, target, *, last=False):
        """One request, whose answer's body nobody reads."""
        self._wait(target.host)
        late = threading.Event()
        try:
            with self._connected(target, late) as connection:
                headers = {
                    "Host": target.header,
                    "User-Agent": self.name,
                    "Accept": "text/html,*/*;q=0.8",
                    "Accept-Encoding": "identity",
                    "Connection": "close",
                }
                connection.request(method, target.path, headers=headers)
                with connection.getresponse() as answer:
                    place = answer.headers.get("Location", "")
                if late.is_set():  # cut off, headers can look as if they had ended
                    raise TimeoutError
                # What HTTP calls Latin-1 is UTF-8 on the web of today.
                return answer.status, place.encode("latin-1", "replace").decode("utf-8", "replace")
        except ssl.SSLCertVerificationError as error:
            said = f"Its certificate is not valid: {error.verify_message}."
            raise _Told(BROKEN, said) from None
        except (OSError, http.client.HTTPException) as error:
            if late.is_set() or isinstance(error, TimeoutError):
                said = f"There was no answer within {self.longest:.0f} seconds."
                raise _Told(WARNING, said, failed=True) from None
            if isinstance(error, ssl.SSLEOFError | ssl.SSLZeroReturnError):
                raise _Told(WARNING, "The site broke the connection off.", failed=True) from None
            if isinstance(error, ssl.SSLError):
                said = "There can be no secure connection (TLS) to it."
                raise _Told(BROKEN, said) from None
            if isinstance(error, http.client.HTTPException) and not last:
                raise
            raise _Told(WARNING, _no_connection(error), failed=True) from None

    @contextlib.contextmanager
    def _connected(self, target, late):
        """A connection to a public address of the target, broken off when it takes too long."""
        plain = self._opened(target)
        with contextlib.ExitStack() as stack:
            stack.callback(plain.close)
            used = plain
            if target.scheme == "https":
                used = self.context.wrap_socket(
                    plain, server_hostname=target.host, do_handshake_on_connect=False
                )
                stack.callback(used.close)

            def break_off():
                late.set()
                with contextlib.suppress(OSError):
                    socket.socket.shutdown(used, socket.SHUT_RDWR)

            # A timeout of the socket is for each piece; drop by drop an answer could take days.
            timer = threading.Timer(self.longest, break_off)
            timer.daemon = True
            timer.start()
            stack.callback(timer.cancel)
            if target.scheme == "https":
                used.do_handshake()
            connection = http.client.HTTPConnection(target.host, target.port)
            connection.sock = used
            yield connection

    def _opened(self, target):
        """A socket to one of the host's addresses, all of which are public."""
        try:
            addresses = self.look_up(target.host)
        except socket.gaierror as error:
            if error.errno in _NO_SUCH_HOST:
                raise _Told(BROKEN, f"There is no such host: {target.host}.") from None
            said = f"The name {target.host} could not be looked up."
            raise _Told(WARNING, said, failed=True) from None
        except UnicodeError:
            raise _Told(BROKEN, "No host can have this name.", unasked=True) from None
        if not addresses or not all(map(is_public, addresses)):
            raise _Told(
                WARNING,
                f"Not checked: {target.host} is on a private network, which patients at home "
                "cannot reach.",
                unasked=True,
            )
        failed = None
        for address in addresses[:MOST_ADDRESSES]:
            try:
                return self.connect((address, target.port), self.patience)
            except OSError as error:
                failed = error
        raise failed

    def _wait(self, host):
        ready = self._ready_at.get(host, 0)
        if (left := ready - self.clock()) > 0:
            self.sleep(left)
        self._ready_at[host] = self.clock() + self.pause


def _judged(status, first, last, moved):
    """The Finding of an answer that leads no further."""

    def found(state, said="", **more):
        return Finding(state, said, answered=True, **more)

    told = f"{status} {_phrase(status)}".strip()
    if 200 <= status < 300:
        if _is_front_page(last) and not _is_front_page(first):
            return found(WARNING, f"It leads to a front page now, {_shown(last)}: see what it was.")
        return (
            found(WARNING, f"It has moved for good, to {_shown(last)}.") if moved else found(GOOD)
        )
    if status in (404, 410):
        return found(BROKEN, f"The page is not there ({told}).")
    if status >= 500:
        return found(WARNING, f"The site has a fault ({told}).", failed=True)
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return found(WARNING, f"The site wants to be asked less often ({told}).")
    if status in (401, 403, 407, 451):
        return found(WARNING, f"The site lets no program look ({told}). Open it yourself.")
    return found(WARNING, f"The site answered {told}. Open it yourself.")


def _phrase(status):
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""


def _is_front_page(address):
    parts = urlsplit(address)
    return parts.path in ("", "/") and not parts.query


def _in_ascii(host):
    """A host's name as it is looked up; raises ValueError where there can be none."""
    if not host:
        raise ValueError
    if ":" in host:
        return str(ipaddress.ip_address(host))
    return host.rstrip(".").encode("idna").decode("ascii").lower()


def _no_connection(error):
    reason = getattr(error, "strerror", None)
    return f"There was no connection: {reason}." if reason else "The site broke the connection off."


def _shown(address):
    """An address from outside, fit for a terminal and a list."""
    seen = "".join(letter for letter in address if letter.isprintable())
    return seen if len(seen) <= LONGEST_SHOWN else seen[:LONGEST_SHOWN] + "…"
