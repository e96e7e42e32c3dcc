"""granian, told how to serve the portal: `python -m eduportal.server HOST PORT SITE_URL`.

The parent process imports no Django, so it stays small, and SIGHUP starts workers on new code.
"""

import ctypes
import http.client
import importlib
import signal
import sys
import threading
import time

from granian import Granian

APPLICATION = "eduportal.wsgi"
WORKERS = 2
# Threads of one worker share one core: more would only queue. Four let pages go on while one
# thread waits for the database's write lock.
THREADS = 4
GRACE = 10  # seconds that a worker has to finish its answers
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


def announce(host, port, site):
    """Print the site's address once the server answers: the last line of a start."""
    while not answers(host, port):
        time.sleep(0.05)
    print(f"The portal is ready: {site}/", flush=True)


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


def main(host, port, site):
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
    threading.Thread(target=announce, args=(host, port, site), daemon=True).start()
    server.serve(target_loader=load)
    print("The portal has stopped.", flush=True)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), sys.argv[3])
