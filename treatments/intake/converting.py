"""Having a file read within bounds: the portal's side.

A worker has four threads, of which leaflets may take two. At most one is ever here, so that pages
find a thread; who comes then is told to come again.
"""

import json
import logging
import subprocess
import threading

from treatments import confinement
from treatments.intake import document, limits
from treatments.intake.document import Document, Refused

logger = logging.getLogger(__name__)

CONVERTER = "treatments.intake.converter"
RETRY_AFTER = 15  # seconds
_place = threading.BoundedSemaphore(1)


class Busy(Exception):
    """Somebody else's file is being read, or the machine has too much to do."""


def read(data: bytes, name: str) -> Document:
    """What was recognised in a file of this name. Raises Refused, or Busy."""
    if len(data) > limits.LARGEST_FILE:
        raise Refused(
            f"This file is larger than {limits.LARGEST_FILE // limits.MB} MB. Take its pictures "
            "out, and save it anew."
        )
    if not _place.acquire(blocking=False):
        raise Busy(
            "Somebody else is bringing in a leaflet at this moment. Try again in a few seconds."
        )
    try:
        return document.loads(_said(data, name))
    finally:
        _place.release()


def _said(data, name):
    asked = {"name": name[-200:], "seconds": limits.PROCESSOR, "bytes": limits.MEMORY}
    given = json.dumps(asked).encode() + b"\n" + data
    try:
        done = confinement.run(CONVERTER, given, clock=limits.CLOCK)
    except subprocess.TimeoutExpired:
        logger.warning("No leaflet was read within %s seconds", limits.CLOCK)
        raise Busy("The portal has much to do at this moment. Try again in a minute.") from None
    complaint = confinement.last_words(done)
    if done.returncode or complaint:
        logger.warning("A leaflet was not read (%s): %s", done.returncode, complaint)
    if done.returncode:
        raise Refused(
            "This file takes too long or too much memory to read. Copy its text into a new "
            "file, or split it."
        )
    said = json.loads(done.stdout)
    if "refused" in said:
        raise Refused(said["refused"])
    return said["document"]
