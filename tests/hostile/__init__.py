"""Texts that try to harm a reader, by class, and clippings of other programs.

Each input calls `canary()` or asks for /canary if anything of it ever runs or loads.
"""

import tomllib
from pathlib import Path

FOLDER = Path(__file__).parent


def classes() -> dict[str, dict[str, str]]:
    """{class: {what the input tries: the input}}."""
    return {
        path.stem: tomllib.loads(path.read_text(encoding="utf-8"))
        for path in sorted(FOLDER.glob("*.toml"))
    }


def inputs() -> list[tuple[str, str]]:
    """Every input with a name: "css: a style attribute that loads"."""
    return [
        (f"{kind}: {name}", html)
        for kind, found in classes().items()
        for name, html in found.items()
    ]


def clippings() -> dict[str, tuple[str, str]]:
    """{program: (what it puts on the clipboard, what is to become of it)}."""
    return {
        path.stem: (
            path.read_text(encoding="utf-8"),
            path.with_suffix(".clean").read_text(encoding="utf-8").rstrip("\n"),
        )
        for path in sorted((FOLDER / "clippings").glob("*.html"))
    }
