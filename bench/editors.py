"""Twenty editors who save at the same moment, through the real forms of the real server.

    .venv/bin/python bench/editors.py

It starts `manage.py serve` on an empty folder (SQLite, two workers), signs people in, lets each of
them save a text of their own again and again, first one person alone and then twenty at once, and
looks in the database whether every save is there. It ends with 1 where one is lost or refused.
"""

import http.cookiejar
import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "bench"))

from start import free_port  # noqa: E402

EDITORS, SAVES = 20, 10
PASSWORD = "quiet harbour lamp 42"  # noqa: S105 – of a folder that is gone afterwards
PEOPLE = f"""
from django.contrib.auth.models import Group
from treatments import arranging
from treatments.models import Topic, Treatment, User
authors = Group.objects.get(name="Authors")
topic = Topic.objects.create(slug="bicycles")
for n in range({EDITORS}):
    user = User.objects.create_user(f"editor-{{n}}", password="{PASSWORD}", is_staff=True)
    user.groups.add(authors)
    page = arranging.open_page(
        model=Treatment, title=f"Brake {{n}}", by=user, topic=topic, treatment_kind="non-drug"
    )
    print("page", page.pk)
"""
SAVED = """
from treatments.models import Contributor, Edition
for edition in Edition.objects.working().order_by("page_id"):
    print("saved", edition.page_id, edition.version, edition.summary)
"""


class Editor:
    """A browser of somebody who has signed in; it follows redirects and keeps cookies."""

    def __init__(self, site, name):
        self.site = site
        jar = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self.browser = urllib.request.build_opener(jar)
        login = f"{site}/admin/login/?next=/admin/"
        form = self.open(login)
        self.open(login, token(form) | {"username": name, "password": PASSWORD})

    def open(self, address, data=None):
        body = urllib.parse.urlencode(data).encode() if data else None
        request = urllib.request.Request(address, body, {"Referer": address})  # noqa: S310
        with self.browser.open(request, timeout=60) as answer:
            return answer.read().decode()

    def save(self, page, times, taken, refused):
        """Save a text so many times; note what each save took, and what was refused."""
        address = f"{self.site}/admin/treatments/treatment/{page}/text/"
        form = self.open(address)
        for number in range(1, times + 1):
            words = {"title": "Brakes", "summary": f"Save {number}.", "note": ""}
            words["body"] = f"<p>{'Squeeze the lever. ' * 60}{number}</p>"
            version = re.search(r'name="version" value="(\d+)"', form)[1]
            sent = token(form) | words | {"version": version, "verb": "save"}
            begin = time.perf_counter()
            try:
                form = self.open(address, sent)
            except urllib.error.HTTPError as error:
                refused.append(error.code)
            taken.append(time.perf_counter() - begin)


def token(form):
    return {"csrfmiddlewaretoken": re.search(r'csrfmiddlewaretoken" value="(\w+)"', form)[1]}


def shell(environment, script):
    command = [sys.executable, "manage.py", "shell", "-v", "0", "-c", script]
    found = subprocess.run(  # noqa: S603 – our own command
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    return [line.split(" ", 3) for line in found.stdout.splitlines()]


def at_once(editors, pages, times):
    """Saves of all these editors at the same time: (saves/s, [seconds a save], [refusals])."""
    taken, refused = [], []
    threads = [
        threading.Thread(target=editor.save, args=(page, times, taken, refused))
        for editor, page in zip(editors, pages, strict=True)
    ]
    begin = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return len(taken) / (time.perf_counter() - begin), sorted(taken), refused


def measure(folder):
    port = free_port()
    environment = os.environ | {"DATA_DIR": folder, "PORT": str(port)}
    command = [sys.executable, "manage.py", "serve"]
    with subprocess.Popen(  # noqa: S603 – our own command
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True
    ) as portal:
        try:
            for line in portal.stdout:
                if line.startswith("The portal is ready"):
                    break
            # A log that nobody reads would stop the server.
            threading.Thread(target=portal.stdout.read, daemon=True).start()
            pages = [int(row[1]) for row in shell(environment, PEOPLE) if row[0] == "page"]
            site = f"http://127.0.0.1:{port}"
            editors = [Editor(site, f"editor-{n}") for n in range(EDITORS)]
            alone = at_once(editors[:1], pages[:1], SAVES)
            together = at_once(editors, pages, SAVES)
            rows = shell(environment, SAVED)
        finally:
            portal.send_signal(signal.SIGTERM)
            portal.wait()
    saved = {int(page): (int(version), summary) for _, page, version, summary in rows}
    return alone, together, [saved[page] for page in pages]


def main():
    with tempfile.TemporaryDirectory() as folder:
        alone, together, saved = measure(folder)
    for name, (speed, taken, refused) in (("one", alone), (str(EDITORS), together)):
        middle, late = taken[len(taken) // 2], taken[int(len(taken) * 0.99)]
        print(
            f"{name:>3} at once: {speed:.1f} saves/s, median {middle * 1000:.0f} ms, "
            f"p99 {late * 1000:.0f} ms, worst {taken[-1] * 1000:.0f} ms, refused {len(refused)}"
        )
    print(f"twenty against one: {together[0] / alone[0]:.1f} × the saves a second")
    # Opening the page was the first save; the first editor had saved alone before.
    wanted = [(1 + SAVES * (2 if n == 0 else 1), f"Save {SAVES}.") for n in range(EDITORS)]
    lost = sum(found != asked for found, asked in zip(saved, wanted, strict=True))
    print(f"texts whose last save or number of saves is not as sent: {lost} of {EDITORS}")
    sys.exit(1 if lost or alone[2] or together[2] else 0)


if __name__ == "__main__":
    main()
