"""A file read in a process of its own: `python -m treatments.intake.converter`.

Standard input is a line of JSON, {"name", "seconds", "bytes"}, and the file's bytes behind it.
Standard output is a line of JSON: {"document": …} as `document.loads` reads it, or {"refused":
a sentence}. The exit code is 0, or another one where the file was too much or our reading failed.

The portal never imports this module: what it reads was written by others.
"""

import json
import sys
import traceback

from treatments import confinement
from treatments.intake import packages, reading
from treatments.intake.document import Refused

FRAMES = 10_000  # mammoth takes half a dozen for each element in another, of `limits.DEEPEST`


def main():
    confinement.follow_parent()
    given = json.loads(sys.stdin.buffer.readline())
    confinement.bound(given["seconds"], given["bytes"])
    sys.setrecursionlimit(FRAMES)
    try:
        said = {"document": reading.read(sys.stdin.buffer.read(), given["name"]).dumps()}
    except Refused as refused:
        said = {"refused": str(refused)}
    except (KeyError, AttributeError, TypeError, ValueError, IndexError) as error:
        if _lacks_memory(error):
            raise
        # What others wrote breaks the rules of its format in a way that nobody foresaw.
        # Where it was is said, and not what: that may be the file's own words.
        place = traceback.extract_tb(error.__traceback__)[-1]
        print(f"{type(error).__name__}, {place.filename}:{place.lineno}", file=sys.stderr)
        said = {"refused": packages.DAMAGED}
    json.dump(said, sys.stdout)


def _lacks_memory(error):
    """Whether an error comes of too little memory: what is left half done makes others."""
    while error is not None and not isinstance(error, MemoryError):
        error = error.__context__
    return error is not None


if __name__ == "__main__":
    main()
