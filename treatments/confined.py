"""How a process keeps itself within bounds before it reads what others wrote."""

import ctypes
import os
import resource
import signal
import sys

PARENT_DIED = 1  # PR_SET_PDEATHSIG of Linux's prctl(2)
# Audit events of what no such process does: speak to another machine, start a program.
FORBIDDEN = ("socket.", "subprocess.", "os.exec", "os.posix_spawn", "os.system", "os.fork")


def bound(seconds, size):
    """Keep this process within its time and memory, behind others, and alone."""
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_AS, (size, size))
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.nice(5)
    sys.addaudithook(refuse)


def follow_parent():
    """Have Linux end this process when the one that waits for it is gone."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PARENT_DIED, signal.SIGKILL)


def refuse(event, arguments):
    if event.startswith(FORBIDDEN):
        raise PermissionError(f"Nothing here needs {event}.")
