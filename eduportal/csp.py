"""Content Security Policy, under the names Django 6 gives it in `django.utils.csp`."""

from collections.abc import Collection, Mapping
from enum import StrEnum


class CSP(StrEnum):
    """Source expressions; they stand in quotation marks in the header."""

    HEADER_ENFORCE = "Content-Security-Policy"
    NONE = "'none'"
    SELF = "'self'"
    UNSAFE_INLINE = "'unsafe-inline'"


def build_policy(config: Mapping[str, Collection[str]]) -> str:
    """The header's value for {directive: its sources}."""
    return "; ".join(f"{directive} {' '.join(sources)}" for directive, sources in config.items())
