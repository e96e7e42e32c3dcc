"""Reading source documents: values in, values out, and no word of any document known here."""

from treatments.source_text.document import (
    Cited,
    Document,
    Line,
    Paragraph,
    Problem,
    Section,
    Settled,
    Unreadable,
    decode,
    explains,
    holds,
    parse,
)
from treatments.source_text.references import (
    YEAR,
    Source,
    collapsed,
    reference_keys,
    reference_parts,
    slug,
)

__all__ = [
    "YEAR",
    "Cited",
    "Document",
    "Line",
    "Paragraph",
    "Problem",
    "Section",
    "Settled",
    "Source",
    "Unreadable",
    "collapsed",
    "decode",
    "explains",
    "holds",
    "parse",
    "reference_keys",
    "reference_parts",
    "slug",
]
