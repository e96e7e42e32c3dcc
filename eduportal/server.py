"""granian, told how to serve: `python -m eduportal.server HOST PORT SITE_URL SQLITE_FILE`.

The parent process imports no Django, so it stays small, and SIGHUP starts workers on new code.
"""

import contextlib
import ctypes
import http.client
import importlib
import os
import signal
import sqlite3
import sys
import threading
import time
from pathlib import Path

from granian import Granian

APPLICATION = "eduportal.wsgi"
WORKERS = 2
# Threads of one worker share one core: more would only queue. Four let pages go on while one
# thread waits for the database's write lock.
THREADS = 4
GRACE = 5  # seconds that a worker has to finish its answers
PATIENCE = 60  # seconds that the workers have to begin
PARENT_DIED = 1  # PR_SET_PDEATHSIG of Linux's prctl(2)


def load(target):
    """Runs in each worker: leave the keyboard to the parent, follow it, then load Django."""
    # Ctrl-C reaches the whole group; the parent alone answers it, and ends its workers.
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    # Until granian's own handler is there, the one inherited from the parent would only note it.
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    follow_parent()
    return importlib.import_module(target).application


def follow_parent():
    """Have Linux end this worker when its parent is killed, so that it does not keep the port."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PARENT_DIED, signal.SIGTERM)


def announce(host, port, site, silent):
    """Print the site's address once the server answers: the last line of a start.

    Where it does not answer in time, set the event `silent` and end this process like a signal.
    """
    if begins(host, port):
        print(f"The portal is ready: {site}/", flush=True)
        return
    print(f"Nothing answers at HOST {host}, PORT {port}. Read the lines above.", flush=True)
    silent.set()
    os.kill(os.getpid(), signal.SIGTERM)


def begins(host, port):
    """Wait for the server: whether it answers in time."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if answers(host, port):
            return True
        time.sleep(0.05)
    return False


def answers(host, port):
    connection = http.client.HTTPConnection(reachable(host), port, timeout=2)
    try:
        connection.request("GET", "/livez")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def reachable(host):
    """An address at which this machine reaches a server that listens at `host`."""
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)


def put_away(path):
    """Move what SQLite keeps beside its file into it, so that a copy of the file alone is whole.

    `path` is the file, or empty where there is none.
    """
    if not path:
        return
    try:
        with contextlib.closing(sqlite3.connect(_existing(path), uri=True)) as database:
            database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    except sqlite3.Error as error:
        print(f"{path}: {error}. Copy it with {path}-wal, or not at all.", flush=True)


def _existing(path):
    """SQLite's address of a file that it must not make anew."""
    return f"{Path(path).as_uri()}?mode=rw"


def main(host, port, site, database):
    """Serve until a signal; the exit code: 0, or 1 if nothing ever answered."""
    server = Granian(
        APPLICATION,
        address=host,
        port=port,
        interface="wsgi",
        http="1",
        websockets=False,
        workers=WORKERS,
        blocking_threads=THREADS,
        respawn_failed_workers=True,
        workers_kill_timeout=GRACE,
        log_level="warning",
        log_access=False,  # its lines would be the one place that knows query strings
    )
    silent = threading.Event()
    threading.Thread(target=announce, args=(host, port, site, silent), daemon=True).start()
    server.serve(target_loader=load)
    put_away(database)
    print("The portal has stopped.", flush=True)
    return int(silent.is_set())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], int(sys.argv[2]), *sys.argv[3:]))
