"""Leaflets as bytes: one renderer at a time, within bounds, beside the requests for pages.

A worker has four threads. At most two of them are ever here, one rendering and one waiting; who
comes then is told to come again, so that pages always find a thread.
"""

import base64
import contextlib
import ctypes.util
import functools
import json
import logging
import signal
import subprocess
import threading
import time
from collections import OrderedDict

from treatments import confinement

logger = logging.getLogger(__name__)

# By the names that dlopen knows; Debian brings them all with the packages below.
LIBRARIES = ("gobject-2.0", "pango-1.0", "pangoft2-1.0", "harfbuzz", "fontconfig")
PACKAGES = "libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"

RENDERER = "treatments.leaflets.renderer"
PROCESSOR = 20  # seconds of the processor that one rendering may take
CLOCK = 45  # seconds after which it is given up, since the machine is too busy
MEMORY = 1024**3  # bytes of address space that it may take
PATIENCE = 10  # seconds that the one who waits waits
LONGEST = 2_000_000  # characters of a document
KEPT = 16 * 1024**2  # bytes of finished leaflets that a worker keeps
MEANWHILE = 600  # seconds in which what was too much is not tried again


class NotPrinted(Exception):
    """There is no leaflet; `retry_after` says in how many seconds there may be one."""

    retry_after = MEANWHILE


class NotInstalled(NotPrinted):
    """This machine lacks what renders."""


class TooMuch(NotPrinted):
    """The text is more than a rendering may take."""


class Busy(NotPrinted):
    """Others are having theirs rendered."""

    retry_after = 15


@functools.cache
def is_installed() -> bool:
    """Whether this machine has what renders; without it, the portal does all else."""
    return all(map(ctypes.util.find_library, LIBRARIES))


class Printer:
    """Renders one leaflet at a time, and keeps the finished ones by their digests.

    Whoever asks has looked into the database first: a leaflet that is kept here is
    found by nothing but the words it holds, so a withdrawn text finds none.
    """

    def __init__(self):
        self._places = threading.BoundedSemaphore(2)
        self._turn = threading.Lock()
        self._kept = OrderedDict()  # {digest: bytes}, the least used first
        self._refused = {}  # {digest: when it may be tried again}
        self._memory = threading.Lock()

    def pdf(self, leaflet) -> bytes:
        """The leaflet's PDF. Raises NotInstalled, TooMuch or Busy."""
        if not is_installed():
            raise NotInstalled
        if len(leaflet.html) > LONGEST:
            raise TooMuch
        if found := self._known(leaflet.digest):
            return found
        with self._place(), self._in_turn():
            # Whoever stood before may have asked for the same.
            return self._known(leaflet.digest) or self._made(leaflet)

    def _known(self, digest):
        with self._memory:
            if self._refused.get(digest, 0) > time.monotonic():
                raise TooMuch
            if digest in self._kept:
                self._kept.move_to_end(digest)
            return self._kept.get(digest)

    @contextlib.contextmanager
    def _place(self):
        if not self._places.acquire(blocking=False):
            raise Busy
        try:
            yield
        finally:
            self._places.release()

    @contextlib.contextmanager
    def _in_turn(self):
        if not self._turn.acquire(timeout=PATIENCE):
            raise Busy
        try:
            yield
        finally:
            self._turn.release()

    def _made(self, leaflet):
        try:
            made = render(leaflet)
        except TooMuch:
            with self._memory:
                now = time.monotonic()
                later = {key: until for key, until in self._refused.items() if until > now}
                self._refused = later | {leaflet.digest: now + MEANWHILE}
            raise
        with self._memory:
            self._kept[leaflet.digest] = made
            while sum(map(len, self._kept.values())) > KEPT:
                self._kept.popitem(last=False)
        return made


def render(leaflet) -> bytes:
    """The leaflet's PDF, from a process of its own; TooMuch or Busy where there is none."""
    asked = {
        "html": leaflet.html,
        "style": leaflet.sheet.style(),
        "address": leaflet.address,
        "identifier": leaflet.digest,
        "pictures": {
            name: base64.b64encode(content).decode() for name, content in leaflet.pictures.items()
        },
        "seconds": PROCESSOR,
        "bytes": MEMORY,
    }
    try:
        done = confinement.run(RENDERER, json.dumps(asked).encode(), clock=CLOCK)
        if done.returncode == -signal.SIGSEGV:  # seen once in some thousand, of any leaflet
            logger.warning("The renderer crashed, and is started again: %s", leaflet.address)
            done = confinement.run(RENDERER, json.dumps(asked).encode(), clock=CLOCK)
    except subprocess.TimeoutExpired:
        logger.warning("No leaflet within %s seconds: %s", CLOCK, leaflet.address)
        raise Busy from None
    if done.returncode or not done.stdout.startswith(b"%PDF-"):
        said = confinement.last_words(done)
        logger.warning("No leaflet (%s): %s %s", done.returncode, leaflet.address, said)
        raise TooMuch
    return done.stdout


printer = Printer()
