"""What each public page of the seed weighs on the wire, and what packing it costs.

Run it on an empty database of its own:

    DATA_DIR=$(mktemp -d) .venv/bin/python bench/on_the_wire.py

The first table has the bytes of each page's body by content coding, and how many requests a browser
makes for it beside the favicon. The second weighs time against bytes: all the pages packed at
each quality, in milliseconds a page and in bytes as a share of what they are unpacked.
"""

import gzip
import os
import re
import statistics
import sys
import time
from pathlib import Path

import brotli
import django

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "eduportal.settings")
django.setup()

from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.test import Client  # noqa: E402

from eduportal import compression, inlined  # noqa: E402
from treatments import surfaces  # noqa: E402
from treatments.models import Page  # noqa: E402

CODINGS = ["identity", "gzip", "br"]
LOADED = re.compile(r"<(?:img|script|iframe|source|video|audio)\b[^>]*\ssrc=|<link[^>]*stylesheet")
RUNS = 15


def bodies(client, address):
    """{content coding: the body as it is sent}."""
    found = {}
    for coding in CODINGS:
        answer = client.get(address, headers={"Accept-Encoding": coding})
        found[coding] = answer.content
    return found


def _is_a_page(answer):
    return answer.get("Content-Type", "").startswith("text/html") and bool(answer.content)


def packers():
    for level in (1, 6, 9):
        yield f"gzip {level}", lambda body, level=level: gzip.compress(body, level, mtime=0)
    for quality in (1, 4, 5, 6, 9, 11):
        yield (
            f"brotli {quality}",
            lambda body, quality=quality: brotli.compress(
                body, mode=brotli.MODE_TEXT, quality=quality
            ),
        )


def milliseconds(pack, pages):
    """Median over the runs, of one page."""
    times = []
    for _ in range(RUNS):
        start = time.perf_counter()
        for body in pages:
            pack(body)
        times.append(time.perf_counter() - start)
    return statistics.median(times) * 1000 / len(pages)


def main():
    call_command("migrate", verbosity=0, skip_checks=True)
    if Page.objects.exists():
        sys.exit("This database has pages. Give the measurement an empty one of its own.")
    call_command("loaddata", "cancer_pain", verbosity=0)
    client = Client(HTTP_HOST="localhost")
    found = (a for page in Page.objects.order_by("pk") for a in surfaces.addresses(page))
    addresses = [a for a in dict.fromkeys(found) if _is_a_page(client.get(a))]
    weighed = {address: bodies(client, address) for address in [*addresses, "/nowhere/"]}
    print(f"{'address':<58}{'identity':>9}{'gzip':>8}{'brotli':>8}{'requests':>10}")
    for address, found in weighed.items():
        sizes = [len(found[coding]) for coding in CODINGS]
        requests = 1 + len(LOADED.findall(found["identity"].decode()))
        print(f"{address:<58}{sizes[0]:>9,}{sizes[1]:>8,}{sizes[2]:>8,}{requests:>10}")
    inside = {"stylesheet": settings.STYLESHEET, "script": inlined.text("site/page.js")}
    for name, text in inside.items():
        packed = len(compression.PACKED["br"](text.encode()))
        print(f"{'the ' + name + ', alone':<58}{len(text.encode()):>9,}{'':>8}{packed:>8,}")
    pages = [found["identity"] for found in weighed.values()]
    whole = sum(map(len, pages))
    print(
        f"\n{'packed by':<12}{'ms a page':>10}{'share':>8}   ({len(pages)} pages, {whole:,} bytes)"
    )
    for name, pack in packers():
        share = sum(len(pack(body)) for body in pages) / whole
        print(f"{name:<12}{milliseconds(pack, pages):>10.2f}{share:>8.1%}")


if __name__ == "__main__":
    main()
