"""How long the portal takes to answer: the first start on an empty folder, and a second one.

.venv/bin/python bench/start.py
"""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def free_port():
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


def seconds_to_answer(folder):
    """Start `manage.py serve`, wait for the line that it is ready, and stop it."""
    environment = os.environ | {"DATA_DIR": folder, "PORT": str(free_port())}
    begin = time.perf_counter()
    command = [sys.executable, "manage.py", "serve"]
    with subprocess.Popen(  # noqa: S603 – our own command
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True
    ) as portal:
        for line in portal.stdout:
            if line.startswith("The portal is ready"):
                break
        taken = time.perf_counter() - begin
        portal.send_signal(signal.SIGTERM)
        portal.stdout.read()
    return taken


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        first, *later = [seconds_to_answer(folder) for _ in range(6)]
    print(f"first start {first:.1f} s, later starts {min(later):.1f} to {max(later):.1f} s")
