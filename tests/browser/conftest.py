"""A live site that holds the source document."""

import pytest
from django.core.management import call_command

from tests import factories
from treatments import surfaces
from treatments.models import Page

EXPORT = "/export.html"  # a browser saves it, and shows it from there


@pytest.fixture
def seed(transactional_db):
    call_command("loaddata", "cancer_pain", verbosity=0)


@pytest.fixture
def pages_of_the_site(seed):
    """Every public address of the seed that answers with HTML, and one of each error page."""
    found = {}  # of addresses that differ in a value of their query alone, the first
    for page in Page.objects.all():
        for address in surfaces.addresses(page):
            found.setdefault(address.partition("=")[0], address)
    machines = {"/feed/", "/sitemap.xml", "/robots.txt"}
    machines |= {address for address in found if address.endswith((".pdf", ".webp", EXPORT))}
    # One leads straight to a page; what lists and what finds nothing is below.
    machines |= {address for address in found.values() if address.startswith("/connect/")}
    withdrawn = factories.make_withdrawn(
        factories.make_treatment(topic=Page.objects.get(kind="topic"), slug="withdrawn")
    )
    errors = [f"/fails/here/{status}/" for status in (400, 403, 404, 500)]
    errors += ["/nowhere/", "/treatments/?t=opioids", withdrawn.page.get_absolute_url()]
    errors += ["/search/?q=pain", "/search/?q=zeppelin", "/connect/application"]
    asked = "/connect/application?mainSearchCriteria.v.dn"
    errors += [f"{asked}=opioid&informationRecipient.languageCode.c=es", f"{asked}=zeppelin"]
    return [*(address for address in found.values() if address not in machines), *errors]


@pytest.fixture
def exports_of_the_site(seed):
    """The address of each text as one file."""
    found = (address for page in Page.objects.all() for address in surfaces.addresses(page))
    return [address for address in dict.fromkeys(found) if address.endswith(EXPORT)]
