"""What references and pages were at an earlier moment, as the audit trail tells it.

A text keeps each of its editions. References, and what surrounds a page's text, have one row each,
which changes in place; the verbs that change one leave in the audit trail what stood there before.
So the present row, with all that was done since taken back, is the row of that moment. What was
changed by other means than the verbs left no line, and is not taken back.
"""

import copy
from collections.abc import Iterable

from treatments.models import AuditEntry, Page, Reference

# What a page prints of a reference that is not kept with the citation.
OF_REFERENCES = ("url", "doi", "pmid", "retracted")
# What is kept of a page, by the words of the audit trail.
OF_PAGES = {
    "position": "position",
    "treatment kind": "treatment_kind",
    "other spellings": "other_spellings",
}


def references(found: Iterable[Reference], at) -> dict[str, Reference]:
    """{key: the reference as it stood at the moment `at`}, with what it was merged into by then."""
    found = {reference.key: copy.copy(reference) for reference in found}
    merged = _merged_by(at)
    kept = {key: merged.get(key, reference.kept().key) for key, reference in found.items()}
    others = Reference.objects.filter(key__in=set(kept.values()) - found.keys())
    rows = found | {reference.key: reference for reference in others}
    done = AuditEntry.objects.filter(at__gt=at, subject__in=map(_name, rows)).order_by("-pk")
    by_name = {_name(key): reference for key, reference in rows.items()}
    for deed in done:
        for name in OF_REFERENCES:
            if name in deed.before:
                setattr(by_name[deed.subject], name, deed.before[name])
    for key, reference in found.items():
        reference.merged_into = rows[kept[key]] if kept[key] != key else None
    return found


def _name(key):
    return f"reference “{key}”"


def _merged_by(at):
    """{key of each reference that was ever merged: the key that stood for it at that moment}."""
    stood = {}
    for deed in AuditEntry.objects.filter(action="merge references").order_by("pk"):
        gone = deed.before["gone"]["key"]
        stood.setdefault(gone, gone)
        if deed.at <= at:
            kept = deed.subject.partition("“")[2].rstrip("”")
            for key, other in stood.items():
                if other == gone:
                    stood[key] = kept
    return stood


def pages(found: Iterable[Page], at) -> dict[int, Page]:
    """{number: the page as it stood at the moment `at`}: address, topic, position, spellings."""
    found = {page.pk: copy.copy(page) for page in found}
    deeds = AuditEntry.objects.filter(at__gt=at, action__in=["change address", "arrange"])
    deeds = list(deeds.order_by("-pk"))
    if not deeds:
        return found
    rows = found | {topic.pk: topic for topic in Page.objects.filter(kind=Page.Kind.TOPIC)}
    by_name = {_address(page): page for page in rows.values()}
    for deed in deeds:
        page = by_name.pop(deed.subject, None)
        if page is None:
            continue
        page.slug = deed.before.get("slug", page.slug)
        for word, name in OF_PAGES.items():
            if word in deed.before:
                setattr(page, name, deed.before[word])
        if "topic" in deed.before:
            topic = by_name.get(f"topic “{deed.before['topic']}”")
            page.topic_id = topic.pk if topic else None
        by_name[_address(page)] = page
    return found


def _address(page):
    """How the audit trail names a page."""
    return f"{page.kind} “{page.slug}”"
