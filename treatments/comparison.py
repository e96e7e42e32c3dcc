"""What differs between two texts, word by word."""

from difflib import SequenceMatcher


def words(yours: str, theirs: str) -> list[tuple[str, str]]:
    """Both texts in one: [("both" | "only yours" | "only theirs", words)], in order."""
    mine, other = yours.split(), theirs.split()
    found = []
    for tag, a, b, c, d in SequenceMatcher(None, mine, other, autojunk=False).get_opcodes():
        if tag == "equal":
            found.append(("both", " ".join(mine[a:b])))
            continue
        if a < b:
            found.append(("only yours", " ".join(mine[a:b])))
        if c < d:
            found.append(("only theirs", " ".join(other[c:d])))
    return found
