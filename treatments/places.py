"""From where the deed that is under way is done, for the audit trail.

Whoever begins a deed says so once, at the edge; no verb passes it on.
"""

import os
import pwd
from contextlib import contextmanager
from contextvars import ContextVar

COMMAND_LINE = "command line"  # what no browser asked for, somebody at the server did

_place = ContextVar("place", default=COMMAND_LINE)


@contextmanager
def acting_from(place: str):
    """Let what this thread does inside be done from `place`: an IP address, or a command."""
    token = _place.set(place)
    try:
        yield
    finally:
        _place.reset(token)


def current() -> str:
    return _place.get()


def command_line(arguments: list[str]) -> str:
    """The place of a command: its name, and the user of the system who typed it."""
    command = next((word for word in arguments[1:] if not word.startswith("-")), "")
    return f"{COMMAND_LINE}: {command[:40]}, as {_user()[:40]}" if command else COMMAND_LINE


def _user():
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:  # a container may run as a mere number
        return str(os.getuid())
