"""Every request of docs/ehr.md is sent, and answered as the document says."""

import json
import re
from xml.etree import ElementTree

import pytest
import time_machine
from django.conf import settings
from django.core.management import call_command

pytestmark = pytest.mark.django_db

MANUAL = settings.BASE_DIR / "docs" / "ehr.md"
MOMENT = "2026-12-01T09:00:00Z"  # at which the document was asked
FORM = "application/x-www-form-urlencoded"
_EXAMPLE = re.compile(r"```http\n(.*?)```\n\n```(\w+)\n(.*?)```", re.DOTALL)
_ID = re.compile(r"urn:uuid:[0-9a-f-]{36}")  # made of a page's number, which databases give
EXAMPLES = _EXAMPLE.findall(MANUAL.read_text(encoding="utf-8"))


def ask(client, request):
    head, _, form = request.partition("\n\n")
    method, _, address = head.strip().partition(" ")
    if method == "POST":
        return client.post(address, form.strip(), content_type=FORM)
    return client.get(address)


def answered(kind, answer):
    """What came, in the form in which it is compared with what the document says."""
    if kind == "answer":
        return f"{answer.status_code} {answer.get('Location', answer['Content-Type'])}"
    assert answer.status_code == 200
    return compared(kind, answer.content.decode())


def compared(kind, text):
    text = _ID.sub("urn:uuid:…", text)
    if kind == "xml":
        return ElementTree.canonicalize(text, strip_text=True)
    return json.loads(text) if kind == "json" else text.strip()


def test_the_document_has_an_example_of_each_kind():
    assert {kind for _, kind, _ in EXAMPLES} == {"answer", "xml", "json", "javascript"}


@pytest.mark.parametrize(("request_", "kind", "said"), EXAMPLES)
@time_machine.travel(MOMENT, tick=False)
def test_the_answer_is_what_the_document_says(client, settings, request_, kind, said):
    settings.SITE_URL = "https://education.example.org"
    settings.HOSPITAL_NAME = "Example Hospital"
    call_command("loaddata", "cancer_pain", verbosity=0)
    answer = ask(client, request_)
    assert answered(kind, answer) == (compared(kind, said) if kind != "answer" else said.strip())
