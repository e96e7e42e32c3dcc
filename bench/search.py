"""How long the search takes with ten thousand pages, while eight people read.

Run it on an empty database of its own, SQLite or PostgreSQL; it fills it, serves it, and asks:

    DATA_DIR=$(mktemp -d) .venv/bin/python bench/search.py
    DATA_DIR=$(mktemp -d) SECRET_KEY=$(openssl rand -base64 48) .ci/postgresql \\
        .venv/bin/python bench/search.py

First the searches alone, in this process. Then whole answers of the portal, as `manage.py serve`
gives them to eight readers: of each run milliseconds, answers a second, and the processor time
that one answer costs the portal's processes, PostgreSQL's and this client. The runs:

- closed: each reader asks again as soon as the answer is there, so that eight are waiting at any
  moment, and the milliseconds are eight times what one answer takes of the whole machine.
- thinking: each waits between two searches, a second on the average, which is still hasty.
- the same readers ask for a treatment's page, and for a file that costs next to nothing.

Each answer has a connection of its own: the kernel divides them among the portal's processes by
chance, and eight that were kept might all have come to the same one.

Where the machine is busy with other things, ratios and processor time say more than milliseconds.
`alone` as an argument leaves the readers out.
"""

import os
import random
import socket
import statistics
import subprocess
import sys
import threading
import time
from itertools import cycle
from pathlib import Path
from urllib.parse import urlencode

import django

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "eduportal.settings")
os.environ.setdefault("PORT", "8766")
django.setup()

from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402

from treatments import search  # noqa: E402
from treatments.models import Edition, Page, Topic  # noqa: E402

PAGES, READERS = int(os.environ.get("PAGES", "10000")), 8
SECONDS, WARMING = int(os.environ.get("SECONDS", "20")), 3
THINKING = 1.0  # seconds on the average
# {kind: searches}. Words of the seed stand in thousands of the pages made of it.
TYPED = {
    "one common word": ["pain", "opioids", "medications", "relief", "treatment"],
    "common words": ["drug pump", "non drug treatments", "pain medications", "oral pain relief"],
    "a rare word": ["w1234 pump", "w77", "opioids w2500"],
    "misspelt": [
        *("morfine pump", "intratechal catheter", "relaxtion excercise", "neurolitic blokcs"),
        *("medcations oppioids", "nondrug theraphy"),
    ],
    "a question": [
        "what can I take for the pain of cancer",
        "side effects of morphine",
        "how does the pump give the medicine to the spinal cord",
    ],
    "twelve words": [
        "pain relief medications opioids pump catheter spinal cord nerve block surgery doctor",
        "relaxtion excercise counselling oral medcation opiods intratechal catether morfine pumpp",
    ],
    "a phrase": ['"pain relief"', '"drug pump"', '"side effects" opioids'],
    "half nonsense": ["heat opioids", "zeppelin pain", "sprained ankle pump"],
    "nonsense": ["sprained ankle", "qqxyz vbnrt", "%$#@! ***", "ärmel ﷺ ☃"],
}
TREATMENT, NOTHING = "/treatments/drug-pump/", "/favicon.svg"


def fill():
    """The seed, and pages made of its sentences and of words that few of them have."""
    call_command("migrate", verbosity=0, skip_checks=True)
    call_command("loaddata", "cancer_pain", verbosity=0)
    chance = random.Random(6)  # noqa: S311
    topic = Topic.objects.get()
    seed = Edition.objects.exclude(page__kind="term")
    sentences = [s for body in seed.values_list("body", flat=True) for s in body.split(". ")]
    titles = list(seed.values_list("title", flat=True))
    have = Page.objects.count()
    pages = Page.objects.bulk_create(
        [
            Page(
                kind="treatment",
                slug=f"made-{n}",
                topic=topic,
                position=n + 100,
                treatment_kind="medications",
            )
            for n in range(PAGES - have)
        ],
        batch_size=500,
    )
    Edition.objects.bulk_create(
        [
            Edition(
                page=page,
                number=number,
                state="approved",
                origin="imported",
                publish_at=Edition.ALWAYS,
                title=f"{chance.choice(titles)} w{n % 3000}",
                body="".join(
                    f"<p>{'. '.join(chance.choices(sentences, k=3))} w{chance.randrange(9000)}.</p>"
                    for _ in range(5)
                ),
            )
            for n, page in enumerate(pages)
            for number in (1, 2)
        ],
        batch_size=500,
    )
    began = time.perf_counter()
    search.rebuild(connection)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
    print(f"{Edition.objects.count()} editions indexed in {time.perf_counter() - began:.0f} s")


def alone():
    """Processor time and queries of each search, without a page around it."""
    print(f"\n{'search alone':90} {'ms':>5} {'queries':>8} {'hits':>5}")
    for typed in (typed for kind in TYPED.values() for typed in kind):
        times = []
        for _ in range(7):
            began = time.process_time()
            found = search.answer(typed, language="en")
            times.append((time.process_time() - began) * 1000)
        with CaptureQueriesContext(connection) as queries:
            search.answer(typed, language="en")
        print(f"{typed:90} {statistics.median(times):5.1f} {len(queries):8} {len(found.hits):5}")


def among_readers():
    """Serve, and print what eight readers see of it."""
    server = subprocess.Popen(
        [sys.executable, "manage.py", "serve"],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
    )
    searches = [
        (kind, f"/search/?{urlencode({'q': typed})}") for kind in TYPED for typed in TYPED[kind]
    ]
    try:
        _wait()
        parents = [server.pid, *_database()]
        print(f"\n{READERS} readers, {os.cpu_count()} cores, {connection.vendor}")
        print(f"{'':36} {'answers':>7} {'/s':>6} {'p50':>6} {'p95':>6} {'p99':>6} ms", end="")
        print(f" {'portal':>7} {'database':>8} {'client':>6} ms each, load of the machine")
        closed = _run("searches, closed", searches, parents)
        _run("searches, thinking", searches, parents, thinking=THINKING)
        pages = _run("a treatment's page, closed", [("", TREATMENT)], parents)
        nothing = _run("a file, closed", [("", NOTHING)], parents)
    finally:
        server.terminate()
        server.wait()
    ratio = closed / pages
    print(f"95th percentile: {ratio:.2f} of the page's, {closed / nothing:.0f} times the file's")


def _database():
    """PostgreSQL's first process, where it runs on this machine."""
    if connection.vendor != "postgresql":
        return []
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return [_stat(cursor.fetchone()[0])[1]]


def _run(name, asked, parents, thinking=0.0):
    """Ask for SECONDS; print, also for each kind of search, and return the 95th percentile."""
    _readers(WARMING, asked, 0)
    before, own = [_processor(pid) for pid in parents], time.process_time()
    began = time.monotonic()
    times = _readers(SECONDS, asked, thinking)
    took = time.monotonic() - began
    every = [ms for found in times.values() for ms in found]
    spent = [_processor(pid) - was for pid, was in zip(parents, before, strict=True)]
    each = [1000 * s / len(every) for s in (spent + [0])[:2] + [time.process_time() - own]]
    print(
        f"{name:36} {len(every):7} {len(every) / took:6.0f} {_cuts(every)}    "
        f" {each[0]:6.1f} {each[1]:8.1f} {each[2]:6.2f}          {os.getloadavg()[0]:.1f}"
    )
    if len(times) > 1:
        for kind, found in times.items():
            cuts = _cuts(found) if len(found) > 1 else ""
            print(f"  {kind:34} {len(found):7} {'':6} {cuts}")
    return _cut(every, 95)


def _cuts(times):
    return " ".join(f"{_cut(times, percent):6.1f}" for percent in (50, 95, 99))


def _cut(times, percent):
    return statistics.quantiles(times, n=100, method="inclusive")[percent - 1]


def _readers(seconds, asked, thinking):
    """{kind: milliseconds of each answer}, of eight readers who ask in an order of their own."""
    end, times = time.monotonic() + seconds, {kind: [] for kind, _ in asked}
    readers = [
        threading.Thread(target=_read, args=(end, number, asked, thinking, times))
        for number in range(READERS)
    ]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join()
    return times


def _read(end, number, asked, thinking, times):
    chance = random.Random(number)  # noqa: S311
    order = list(asked)
    chance.shuffle(order)
    time.sleep(chance.random() * thinking)
    for kind, address in cycle(order):
        began = time.perf_counter()
        with Connection() as there:
            status = there.get(address)
        times[kind].append((time.perf_counter() - began) * 1000)
        assert status == 200, f"{status} {address}"
        if thinking:
            time.sleep(chance.uniform(0.5, 1.5) * thinking)
        if time.monotonic() > end:
            return


class Connection:
    """A connection for one answer or more. By hand: http.client takes a tenth of a core to ask."""

    def __enter__(self):
        self.socket = socket.create_connection(("127.0.0.1", settings.PORT))
        return self

    def __exit__(self, *error):
        self.socket.close()

    def get(self, address):
        """Read the whole answer, packed as a browser takes it; returns its status."""
        self.socket.sendall(
            f"GET {address} HTTP/1.1\r\nHost: 127.0.0.1\r\n"
            "Accept-Encoding: gzip, deflate, br\r\n\r\n".encode()
        )
        head, _, body = self._more().partition(b"\r\n\r\n")
        length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
        while len(body) < length:
            body += self._more()
        return int(head.split()[1])

    def _more(self):
        found = self.socket.recv(1 << 18)
        if not found:
            raise ConnectionError("The portal closed the connection.")
        return found


def _wait():
    for _ in range(600):
        try:
            with Connection() as there:
                if there.get(NOTHING) == 200:
                    return
        except OSError:
            time.sleep(0.2)
    raise SystemExit("The portal did not start.")


def _processor(parent):
    """Seconds of processor time of a process and its children, whether they are in it or ended."""
    pids = [int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit()]
    found = {}
    for pid in pids:
        try:
            found[pid] = _stat(pid)
        except OSError:  # ended in the meantime
            continue
    return sum(s for pid, (s, above) in found.items() if parent in (pid, above))


def _stat(pid):
    """(seconds of processor time with those of ended children, parent), of proc_pid_stat(5)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    ticks = sum(map(int, fields[11:15]))
    return ticks / os.sysconf("SC_CLK_TCK"), int(fields[1])


if __name__ == "__main__":
    if (
        not Edition.objects.exists()
        if "treatments_edition" in connection.introspection.table_names()
        else True
    ):
        fill()
    alone()
    if "alone" not in sys.argv:
        among_readers()
