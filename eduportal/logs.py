"""Log lines that hold no query string, since a patient may have typed it, and no opening address.

Whoever has the address of a shared preview or an invitation gets in by it.
"""

import logging
import re
import traceback

_QUERY = re.compile(r"\?\S+")
# What opens stands in the address, behind one of these names; what treatments.sharing signs is
# known by its look too, wherever a wrong address has it.
# In two steps, since an address may be long: one pattern's time would grow with the square of it.
_OF_STAFF = re.compile(r"/admin/.*", re.IGNORECASE)
_OPENING = re.compile(r"(?<=/)(shared|invitation)/\s*\S+", re.IGNORECASE)
_SIGNED = re.compile(r"(?<!\d)\d+:[\w-]{43}(?![\w-])")


class WithoutQueries(logging.Formatter):
    """Time, level, logger and message; of an error, where it came from.

    An exception's own words may repeat what somebody typed, in whatever form the code had made of
    it. So for a request that has a query or a body they are left out: the types of the exceptions
    and the lines of code that they came through remain.
    """

    def __init__(self):
        super().__init__("%(asctime)s %(levelname)s %(name)s %(message)s")

    def format(self, record):
        shown = logging.makeLogRecord(record.__dict__)
        shown.msg, shown.args = _message(record), None
        shown.exc_info, shown.exc_text = None, None
        text = super().format(shown)
        error = _error(record)
        return text if error is None else f"{text}\n{_trace(error, typed=_typed(record))}"


class WarningInOneLine(logging.Filter):
    """Lets a record pass as a warning, without the lines of code that it came through."""

    def filter(self, record):
        record.levelno, record.levelname = logging.WARNING, "WARNING"
        record.exc_info = record.exc_text = None
        return True


def _error(record):
    return record.exc_info[1] if record.exc_info else None


def _message(record):
    message, error = record.getMessage(), _error(record)
    if error is not None and _typed(record) and str(error):
        message = message.replace(str(error), type(error).__name__)
    return _private(message)


def _typed(record):
    """Whether the record is of a request that holds what somebody typed."""
    meta = getattr(getattr(record, "request", None), "META", {})
    reads = meta.get("REQUEST_METHOD", "GET") in ("GET", "HEAD")
    return bool(meta.get("QUERY_STRING")) or not reads


def _trace(error, *, typed):
    if typed:
        lines = [_place(each) for each in reversed(_chain(error))]
    else:
        lines = traceback.format_exception(error)
    return _private("".join(lines).rstrip())


def _private(text):
    """The text without queries and without what opens an address."""
    text = _SIGNED.sub("…", _QUERY.sub("?…", text))
    return _OF_STAFF.sub(lambda found: _OPENING.sub(r"\1/…", found[0]), text)


def _chain(error):
    """The exception, what it was raised from, and so on."""
    found = []
    while error is not None and error not in found:
        found.append(error)
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return found


def _place(error):
    return "".join(traceback.format_tb(error.__traceback__)) + f"{type(error).__qualname__}\n"
