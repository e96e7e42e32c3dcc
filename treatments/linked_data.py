"""What a page says of itself to machines: JSON-LD in the words of https://schema.org.

It says what a reader of the page can see, and the codes of its subject. It leaves out `expires`: a
review that is late makes no text expire.
"""

import datetime
import json
from collections.abc import Sequence

# What a code names, by its system. Of the other systems a code may name anything; beside the code
# of a condition it is that condition's.
_NAMED_BY = {
    "ICD-10-CM": "MedicalCondition",
    "ICD-9-CM": "MedicalCondition",
    "RxNorm": "Drug",
    "LOINC": "MedicalTest",
}
_ANYTHING = "MedicalEntity"
# So that no words of a text can end the element, or open a comment in it.
_ESCAPED = {ord(sign): f"\\u{ord(sign):04x}" for sign in "<>&"}


def of_text(
    *,
    address: str,
    title: str,
    language: str,
    version: int,
    publisher: str,
    above: Sequence[tuple[str, str]],
    codes: Sequence[tuple[str, str]] = (),
    modified: datetime.datetime | None = None,
    reviewed: datetime.date | None = None,
    reviewers: Sequence[str] = (),
) -> str:
    """JSON-LD of a page that shows a text, for inside `<script type="application/ld+json">`.

    `above` are (name, absolute address) of the pages that lead to it, `codes` are (system, code).
    What has no date has none here.
    """
    trail = f"{address}#breadcrumb"
    page = {
        "@type": "MedicalWebPage",
        "@id": address,
        "url": address,
        "name": title,
        "inLanguage": language,
        "version": version,
        "dateModified": modified and modified.isoformat(timespec="seconds"),
        "lastReviewed": reviewed and reviewed.isoformat(),
        "reviewedBy": [{"@type": "Person", "name": name} for name in reviewers],
        "publisher": _organization(publisher),
        "audience": {"@type": "Patient"},
        "about": _about(codes),
        "breadcrumb": {"@id": trail},
    }
    steps = [
        {"@type": "ListItem", "position": place, "name": name, "item": {"@id": where}}
        for place, (name, where) in enumerate([*above, (title, address)], 1)
    ]
    crumbs = {"@type": "BreadcrumbList", "@id": trail, "itemListElement": steps}
    return _written([page, crumbs])


def of_site(*, address: str, name: str, language: str, publisher: str) -> str:
    """JSON-LD of the site, for its first page."""
    site = {
        "@type": "WebSite",
        "@id": address,
        "url": address,
        "name": name,
        "inLanguage": language,
        "publisher": _organization(publisher),
    }
    return _written([site])


def _organization(name):
    return {"@type": "Organization", "name": name}


def _about(codes):
    """What the codes name: one entity of each kind, with all codes of its kind."""
    systems = {system for system, _ in codes}
    is_condition = any(_NAMED_BY.get(system) == "MedicalCondition" for system in systems)
    anything = "MedicalCondition" if is_condition else _ANYTHING
    named = {}
    for system, code in codes:
        value = {"@type": "MedicalCode", "codingSystem": system, "codeValue": code}
        named.setdefault(_NAMED_BY.get(system, anything), []).append(value)
    return [{"@type": kind, "code": values} for kind, values in named.items()]


def _written(nodes):
    said = [{name: value for name, value in node.items() if value} for node in nodes]
    data = {"@context": "https://schema.org", "@graph": said}
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")).translate(_ESCAPED)
