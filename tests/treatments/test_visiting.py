"""Asking other sites: whom it never asks, how it asks, and what it makes of the answer.

The sites are a real server on this machine. Only the last step is led to it: names are looked up
in a table of ours, and what has passed as a public address is connected to this machine. An
address that did not pass never gets so far, and each test sees who was connected to.
"""

import contextlib
import socket
import ssl
import threading
import time
from collections import deque
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from treatments import visiting
from treatments.visiting import BROKEN, GOOD, WARNING, Finding, Visitor, is_public

CERTIFICATE = Path(__file__).parent.parent / "certificates" / "bicycle.example.pem"
PUBLIC = "93.184.216.34"
SITE = "http://bicycle.example"


class Site(BaseHTTPRequestHandler):
    """Answers /<status> with that status, /<status>/to/<address> with a redirect there."""

    def do_GET(self):
        self.server.asked.append((self.command, self.path, dict(self.headers)))
        first, _, place = self.path.lstrip("/").partition("/to/")
        if self.command in self.server.dropped:
            self.close_connection = True
            return
        if self.path.startswith("/slow"):
            self._drop_by_drop()
            return
        status = int(first[:3]) if first[:3].isdigit() else 200
        if self.command == "HEAD" and self.path.endswith("/no-head"):
            status = self.server.head_status
        self.send_response(status)
        if place:
            self.send_header("Location", place)
        self.send_header("Set-Cookie", "seen=1")
        self.send_header("Content-Length", str(10**9))
        self.end_headers()

    do_HEAD = do_GET

    def _drop_by_drop(self):
        with contextlib.suppress(OSError):
            self.wfile.write(b"HTTP/1.1 200 OK\r\nX: ")
            for _ in range(200):
                self.wfile.write(b"x")
                self.wfile.flush()
                time.sleep(0.05)

    def log_message(self, *args):
        pass


@contextlib.contextmanager
def serving(context=None):
    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    server.daemon_threads = True
    server.asked, server.dropped, server.head_status = [], set(), 405
    if context:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    server.handle_error = lambda *args: None  # a client that breaks a handshake off
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def server():
    with serving() as server:
        yield server


@pytest.fixture
def secure():
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE)
    with serving(context) as server:
        yield server


class Way:
    """A way out: what names lead to, whom it connected to, how long it slept."""

    def __init__(self, server=None, **names):
        self.server, self.names = server, {"bicycle.example": [PUBLIC], **names}
        self.looked_up, self.connected, self.slept, self.now = [], [], [], 0.0

    def look_up(self, host):
        self.looked_up.append(host)
        found = self.names.get(host, socket.gaierror(socket.EAI_NONAME, "unknown"))
        if isinstance(found, deque):  # another answer each time
            found = found.popleft()
        if isinstance(found, Exception):
            raise found
        return found

    def connect(self, place, timeout):
        self.connected.append(place)
        if self.server is None:
            raise AssertionError("nobody is to be asked")
        return socket.create_connection(self.server.server_address, timeout)

    def sleep(self, seconds):
        self.slept.append(seconds)
        self.now += seconds

    def visitor(self, **more):
        return Visitor(
            name="portal link check (+https://portal.example)",
            look_up=self.look_up,
            connect=self.connect,
            clock=lambda: self.now,
            sleep=self.sleep,
            **more,
        )


def found(server, path="/", **more):
    return Way(server).visitor(**more).visit(f"{SITE}{path}")


# Whom it never asks


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.8.8.8", "0.0.0.0", "10.0.0.1", "172.16.0.1", "192.168.1.1",
        "169.254.169.254", "100.64.0.1", "192.0.0.8", "192.0.2.1", "198.18.0.1", "198.51.100.1",
        "203.0.113.1", "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255",
        "192.88.99.1", "168.63.129.16", "100.100.100.200",
        "::", "::1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:93.184.216.34", "::ffff:0:7f00:1",
        "64:ff9b::7f00:1", "64:ff9b:1::a00:1", "100::1", "2001::1", "2001:db8::1", "2001:10::1",
        "2002:7f00:1::", "2002:c0a8:101::1", "3fff::1", "5f00::1", "fc00::1", "fd12:3456::1",
        "fe80::1", "fe80::1%eth0", "fd00:ec2::254", "fec0::1", "ff02::1", "ff0e::1",
    ],
)  # fmt: skip
def test_no_address_of_a_private_network_is_public(address):
    assert not is_public(address)
    way = Way(**{"inside.example": [address]})
    finding = way.visitor().visit("http://inside.example/")
    assert (finding.state, way.connected) == (WARNING, [])
    assert "private network" in finding.said


@pytest.mark.parametrize("address", [PUBLIC, "1.1.1.1", "2606:4700::1111", "2a00:1450:4001::1"])
def test_addresses_of_the_open_internet_are_public(address):
    assert is_public(address)


def test_one_private_address_among_public_ones_is_one_too_many():
    way = Way(**{"inside.example": [PUBLIC, "10.0.0.1"]})
    assert "private network" in way.visitor().visit("http://inside.example/").said
    assert way.connected == []


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "[::1]", "[::ffff:7f00:1]", "2130706433", "0x7f000001", "0177.0.0.1", "127.1",
     "localhost", "LOCALHOST.", "１２７.０.０.１"],
)  # fmt: skip
def test_no_spelling_of_this_machine_gets_through(host):
    way = Way()
    visitor = way.visitor()
    visitor.look_up = visiting.look_up  # the system's own, which knows them all
    finding = visitor.visit(f"http://{host}/")
    assert (finding.state, way.connected) == (WARNING, [])


def test_the_connection_goes_to_the_address_that_was_looked_at(server):
    """A name that leads to this machine when asked a second time is not asked a second time."""
    way = Way(server, **{"rebinding.example": deque([[PUBLIC], ["127.0.0.1"]])})
    assert way.visitor().visit("http://rebinding.example/").state == GOOD
    assert way.looked_up == ["rebinding.example"]
    assert way.connected == [(PUBLIC, 80)]


def test_each_redirect_is_looked_at_anew(server):
    way = Way(server, **{"inside.example": ["192.168.0.1"]})
    finding = way.visitor().visit(f"{SITE}/302/to/http://inside.example/")
    assert "private network" in finding.said
    assert way.connected == [(PUBLIC, 80)]


def test_a_redirect_to_a_name_that_changed_its_address_is_refused(server):
    way = Way(server, **{"rebinding.example": deque([[PUBLIC], ["127.0.0.1"]])})
    finding = way.visitor().visit("http://rebinding.example/302/to//again")
    assert "private network" in finding.said
    assert way.connected == [(PUBLIC, 80)]


@pytest.mark.parametrize(
    "place",
    ["file:///etc/passwd", "ftp://bicycle.example/", "gopher://bicycle.example/_x", "javascript:x",
     "data:text/html,x"],
)  # fmt: skip
def test_a_redirect_leads_to_the_web_alone(server, place):
    finding = found(server, f"/302/to/{place}")
    assert (finding.state, len(server.asked)) == (BROKEN, 1)
    assert "no page of the web" in finding.said


@pytest.mark.parametrize(
    "address", ["http://me@bicycle.example/", "https://me:secret@bicycle.example/", "http://@x/"]
)
def test_names_and_passwords_are_not_sent(address):
    way = Way()
    assert "Take it out" in way.visitor().visit(address).said
    assert way.looked_up == []


def test_only_usual_ports_are_asked_unless_more_are_allowed(server):
    way = Way(server)
    assert "port 6379" in way.visitor().visit("http://bicycle.example:6379/").said
    assert "port 8080" in way.visitor().visit(f"{SITE}/302/to/http://bicycle.example:8080/").said
    assert way.connected == [(PUBLIC, 80)]
    assert way.visitor(ports=[8080]).visit("http://bicycle.example:8080/").state == GOOD
    assert way.connected[1:] == [(PUBLIC, 8080)]
    assert server.asked[-1][2]["Host"] == "bicycle.example:8080"


@pytest.mark.parametrize(
    "address",
    ["http://", "http:///x", "http://[::1", "http://a..b/", "http://bicycle.example:x/",
     "http://bicycle.example:99999/", f"http://{'x' * 64}.example/", "http://\ud800.example/"],
)  # fmt: skip
def test_what_is_no_address_is_told_in_a_sentence(address):
    way = Way()
    assert way.visitor().visit(address).state == BROKEN
    assert way.connected == []


@pytest.mark.parametrize("place", ["http://[", "http://a..b/", "//", "http://bicycle.example:x/"])
def test_a_redirect_to_what_is_no_address_is_broken(server, place):
    assert found(server, f"/302/to/{place}").state == BROKEN


# How it asks


def test_it_says_who_asks_and_brings_nothing_else_along(server):
    way = Way(server)
    visitor = way.visitor()
    visitor.visit(f"{SITE}/302/to//there")
    visitor.visit(f"{SITE}/again")
    for method, _, headers in server.asked:
        assert method == "HEAD"
        assert headers == {
            "Host": "bicycle.example",
            "User-Agent": "portal link check (+https://portal.example)",
            "Accept": "text/html,*/*;q=0.8",
            "Accept-Encoding": "identity",
            "Connection": "close",
        }


@pytest.mark.parametrize("status", [400, 403, 404, 405, 500, 501])
def test_a_site_that_refuses_head_is_asked_by_get(server, status):
    server.head_status = status
    assert found(server, "/200/no-head") == Finding(GOOD, answered=True)
    assert [method for method, *_ in server.asked] == ["HEAD", "GET"]


def test_a_site_that_hangs_up_on_head_is_asked_by_get(server):
    server.dropped = {"HEAD"}
    assert found(server).state == GOOD
    assert [method for method, *_ in server.asked] == ["HEAD", "GET"]


def test_a_host_is_given_a_pause_between_questions_and_others_are_not_kept_waiting(server):
    way = Way(server, **{"other.example": [PUBLIC]})
    visitor = way.visitor(pause=2)
    visitor.visit(f"{SITE}/one")
    visitor.visit("http://other.example/")
    assert way.slept == []
    visitor.visit(f"{SITE}/two")
    assert way.slept == [2]
    visitor.visit("http://other.example/302/to//again")  # the pause has passed meanwhile
    assert way.slept == [2, 2]


def test_a_host_that_wants_a_rest_gets_one(server):
    way = Way(server)
    visitor = way.visitor()
    first = visitor.visit(f"{SITE}/429")
    assert (first.state, first.failed) == (WARNING, False)
    assert visitor.visit(f"{SITE}/ok") is None
    assert [method for method, *_ in server.asked] == ["HEAD"]


def test_the_path_is_sent_as_the_web_writes_it(server):
    found(server, "/caf\u00e9 au lait/%C3%A9?q=na\u00efve value#part")
    assert server.asked[0][1] == "/caf%C3%A9%20au%20lait/%C3%A9?q=na%C3%AFve%20value"


def test_no_header_can_be_smuggled_in_by_an_address(server):
    found(server, "/x HTTP/1.1\r\nX-Smuggled: 1\r\n\r\nGET /y")
    assert len(server.asked) == 1
    assert "X-Smuggled" not in server.asked[0][2]


def test_an_answer_that_comes_drop_by_drop_is_not_waited_for(server):
    """The socket alone would wait as long as there comes something now and then."""
    finding = found(server, "/slow", longest=0.3, patience=5)
    assert (finding.state, finding.failed) == (WARNING, True)
    assert "no answer within" in finding.said


def test_the_body_of_an_answer_is_not_read(server):
    server.head_status = 405  # the answer to GET says that a gigabyte follows
    assert found(server, "/200/no-head").state == GOOD


def test_no_more_than_three_addresses_of_a_host_are_tried():
    way = Way(**{"many.example": [f"93.184.216.{last}" for last in range(1, 9)]})
    tried = []

    def refuse(place, timeout):
        tried.append(place)
        raise ConnectionRefusedError(111, "Connection refused")

    visitor = way.visitor()
    visitor.connect = refuse
    finding = visitor.visit("http://many.example/")
    assert (len(tried), finding.failed) == (3, True)
    assert finding.said == "There was no connection: Connection refused."


# What it makes of the answer


@pytest.mark.parametrize(
    ("path", "state", "failed", "words"),
    [
        ("/200", GOOD, False, ""),
        ("/204", GOOD, False, ""),
        ("/404", BROKEN, False, "(404 Not Found)"),
        ("/410", BROKEN, False, "(410 Gone)"),
        ("/401", WARNING, False, "lets no program look"),
        ("/403", WARNING, False, "lets no program look"),
        ("/429", WARNING, False, "asked less often"),
        ("/451", WARNING, False, "lets no program look"),
        ("/418", WARNING, False, "answered 418"),
        ("/599", WARNING, True, "has a fault (599)"),
        ("/500", WARNING, True, "has a fault"),
        ("/503", WARNING, True, "has a fault"),
        ("/300", WARNING, False, "answered 300"),
        ("/302", WARNING, False, "answered 302"),  # and does not say where to
        ("/302/to//ok", GOOD, False, ""),
        ("/303/to//ok", GOOD, False, ""),
        ("/307/to//ok", GOOD, False, ""),
        ("/301/to//ok", WARNING, False, "moved for good, to http://bicycle.example/ok."),
        ("/308/to//ok", WARNING, False, "moved for good"),
        ("/302/to//404", BROKEN, False, "not there"),
        ("/301/to//404", BROKEN, False, "not there"),
        ("/302/to//", WARNING, False, "leads to a front page now"),
    ],
)
def test_errors_are_told_apart_from_warnings(server, path, state, failed, words):
    finding = found(server, path)
    assert (finding.state, finding.failed, finding.answered) == (state, failed, True)
    assert words in finding.said


def test_redirects_end_after_five(server):
    way = Way(server)
    five = "/302/to/" * 5
    assert way.visitor().visit(f"{SITE}{five}/ok").state == GOOD
    finding = way.visitor().visit(f"{SITE}/302/to/{five}/ok")
    assert (finding.state, "more than 5 times" in finding.said) == (BROKEN, True)


def test_what_a_site_sends_is_fit_for_a_terminal(server):
    finding = found(server, "/301/to//\x1b[31m\u202e" + "x" * 900)
    assert finding.said.isprintable()
    assert len(finding.said) < 300


@pytest.mark.parametrize(
    ("errno", "state", "failed"),
    [(socket.EAI_NONAME, BROKEN, False), (socket.EAI_AGAIN, WARNING, True)],
)
def test_a_host_that_there_is_not_is_told_from_one_that_cannot_be_looked_up(errno, state, failed):
    way = Way(**{"gone.example": socket.gaierror(errno, "x")})
    finding = way.visitor().visit("https://gone.example/")
    assert (finding.state, finding.failed, finding.answered) == (state, failed, False)
    assert "gone.example" in finding.said


def test_a_host_without_an_address_is_not_asked():
    assert Way(**{"empty.example": []}).visitor().visit("http://empty.example/").state == WARNING


def test_a_site_that_speaks_no_http_has_failed_this_time():
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def speak():
            for _ in range(2):
                caller, _ = listening.accept()
                with caller:
                    caller.sendall(b"220 bicycle.example ESMTP\r\n")

        threading.Thread(target=speak, daemon=True).start()
        way = Way()
        visitor = way.visitor()
        visitor.connect = lambda place, timeout: socket.create_connection(
            listening.getsockname(), timeout
        )
        finding = visitor.visit(f"{SITE}/")
    assert (finding.state, finding.failed) == (WARNING, True)


# Certificates


def trusting():
    return ssl.create_default_context(cafile=CERTIFICATE)


def test_a_certificate_is_held_against_the_name_and_not_the_address(secure):
    way = Way(secure, **{"other.example": [PUBLIC]})
    visitor = way.visitor(context=trusting())
    assert visitor.visit("https://bicycle.example/").state == GOOD
    finding = visitor.visit("https://other.example/")
    assert (finding.state, finding.failed) == (BROKEN, False)
    assert "Hostname mismatch" in finding.said


def test_a_certificate_that_nobody_vouches_for_is_not_valid(secure):
    finding = Way(secure).visitor().visit("https://bicycle.example/")
    assert (finding.state, finding.answered) == (BROKEN, False)
    assert "certificate is not valid" in finding.said
    assert secure.asked == []


def test_a_server_that_speaks_no_tls_is_broken(server):
    finding = Way(server).visitor().visit("https://bicycle.example/")
    assert finding == Finding(BROKEN, "There can be no secure connection (TLS) to it.")
