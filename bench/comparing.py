"""How many seconds of the processor comparing takes: `.venv/bin/python bench/comparing.py`."""

import random
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from treatments import comparison

LENGTH = 5_000  # words of a text


def prose(seed, most, per_paragraph=60):
    """Words out of `most` different ones, the first far more often, in paragraphs."""
    chance = random.Random(seed)  # noqa: S311
    weights = [1 / rank for rank in range(1, most + 1)]
    said = [f"w{n}" for n in chance.choices(range(most), weights, k=LENGTH)]
    return paragraphs(said, per_paragraph)


def paragraphs(said, per_paragraph):
    parts = (said[n : n + per_paragraph] for n in range(0, len(said), per_paragraph))
    return "".join(f"<p>{' '.join(part)}</p>" for part in parts)


PAIRS = {
    "one word changed": (prose(1, 2_000), prose(1, 2_000).replace("w17 ", "w18 ", 1)),
    "unrelated, alike in their words": (prose(1, 2_000), prose(2, 2_000)),
    "unrelated, of 30 words": (prose(1, 30), prose(2, 30)),
    "unrelated, one paragraph each": (prose(1, 2_000, LENGTH), prose(2, 2_000, LENGTH)),
    "one paragraph of 30 words": (prose(1, 30, LENGTH), prose(2, 30, LENGTH)),
    "two words in turn": (
        paragraphs(["a", "b"] * (LENGTH // 2), LENGTH),
        paragraphs(["b", "c", "a"] * (LENGTH // 3), LENGTH),
    ),
    "one word, ever again": (
        paragraphs(["a"] * LENGTH, 1),
        paragraphs(["a"] * (LENGTH - 1) + ["b"], 1),
    ),
    "paragraphs of two words in turn": (
        paragraphs(["a", "b"] * (LENGTH // 2), 1),
        paragraphs(["b", "c", "a"] * (LENGTH // 3), 1),
    ),
    "backwards": (
        paragraphs([f"w{n}" for n in range(LENGTH)], 5),
        paragraphs([f"w{n}" for n in reversed(range(LENGTH))], 5),
    ),
    "a table of many cells": tuple(
        "<table><tbody>"
        + "".join(f"<tr>{'<td>a</td>' * cells}</tr>" for _ in range(50))
        + "</tbody></table>"
        for cells in (99, 98)
    ),
}

for name, (old, new) in PAIRS.items():
    begun = time.process_time()
    found = comparison.texts(old, new)
    print(f"{name:35} {time.process_time() - begun:6.2f} s {len(found):6} blocks")
