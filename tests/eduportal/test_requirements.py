"""What is installed: each package pinned once, and the same Debian packages wherever they stand."""

import re

from django.conf import settings

from treatments.leaflets import printing


def read(name):
    return (settings.BASE_DIR / name).read_text(encoding="utf-8")


def test_each_package_is_pinned_once():
    written = read("requirements.txt") + read("requirements-dev.txt")
    names = re.findall(r"^([\w.-]+)(?:\[\w+\])?==", written, re.MULTILINE)
    assert sorted(names) == sorted(set(names))


def test_what_leaflets_need_is_the_same_in_makefile_start_and_manual():
    (installed,) = re.findall(r"^LEAFLET_PACKAGES := (.*)$", read("Makefile"), re.MULTILINE)
    assert installed == printing.PACKAGES
    assert f"apt-get install {printing.PACKAGES}\n" in read("docs/operating.md")
