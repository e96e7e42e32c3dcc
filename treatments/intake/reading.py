"""A file's bytes in, the Document of it out."""

from treatments.intake import plain, recognising, shaping, web, word
from treatments.intake.document import Document, Ledger, file_name

_READERS = {
    recognising.WORD: word.read,
    recognising.PAGE: web.read,
    recognising.TEXT: plain.read,
}


def read(data: bytes, name: str) -> Document:
    """What was recognised in a file of this name. Raises Refused where it cannot be brought in.

    Call it in a process of its own: see `converting`.
    """
    form = recognising.kind(data)
    ledger = Ledger()
    rough = _READERS[form](data, ledger)
    return shaping.shaped(rough, ledger, name=file_name(name), form=form)
