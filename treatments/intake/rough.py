"""A file's text as it was read, before anything is recognised in it."""

from dataclasses import dataclass, field

from treatments.intake.trees import Node


@dataclass
class Rough:
    """`root` is an HTML tree; `source` all words of the file, wherever they went; `title` what
    the file's properties say; `address` where the page stood, "" where it does not say.
    """

    root: Node
    source: list[str] = field(default_factory=list)
    title: str = ""
    address: str = ""
