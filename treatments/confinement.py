"""A program of ours in a process of its own, within bounds: what others wrote is read there.

It is a new program, not a fork: other threads may hold any lock at this moment. What runs below
is called by the portal; the rest by the program, before it looks at what it was given.
"""

import ctypes
import os
import resource
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

BASE_DIR = Path(__file__).parent.parent
PARENT_DIED = 1  # PR_SET_PDEATHSIG of Linux's prctl(2)
# Audit events of what no such program does: speak to another machine, start a program.
FORBIDDEN = ("socket.", "subprocess.", "os.exec", "os.posix_spawn", "os.system", "os.fork")


def run(module: str, given: bytes, *, clock: int) -> subprocess.CompletedProcess:
    """`python -m module` with `given` as its standard input; its end, output and complaints.

    Raises subprocess.TimeoutExpired after `clock` seconds. Its folder goes with it.
    """
    with tempfile.TemporaryDirectory(prefix="portal-") as folder:
        return subprocess.run(  # noqa: S603 - a module of our own
            [sys.executable, "-m", module],
            input=given,
            capture_output=True,
            check=False,
            cwd=BASE_DIR,
            env=environment(folder),
            timeout=clock,
        )


def last_words(done: subprocess.CompletedProcess) -> str:
    """The last line of its complaints, "" where it made none."""
    said = done.stderr.decode(errors="replace").strip().splitlines()
    return said[-1] if said else ""


def environment(folder: str) -> dict[str, str]:
    """The program's: no secret of the portal, and a folder that goes with it."""
    return {
        "PATH": os.defpath,
        "TMPDIR": folder,
        "HOME": folder,
        "LANG": "C.UTF-8",
        "PYTHONHASHSEED": "0",
    }


def follow_parent() -> None:
    """Have Linux end this process when the one that waits for it is gone."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PARENT_DIED, signal.SIGKILL)


def bound(seconds: int, size: int) -> None:
    """Keep this process within its time and memory, behind others, and alone."""
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_AS, (size, size))
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.nice(5)
    sys.addaudithook(refuse)


def refuse(event: str, arguments: tuple) -> None:
    if event.startswith(FORBIDDEN):
        raise PermissionError(f"This program needs no {event}.")
