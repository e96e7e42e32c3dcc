"""The words of the glossary: where a text uses them first, and their order from A to Z."""

import functools
import html
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

# Thai, Lao, Burmese, Khmer, kana, Chinese characters: no space stands between their words.
_UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
    "\U00020000-\U0003ffff"
)
# Marks belong to the letter before them: no word ends between the two.
MARKS = "".join(c for c in map(chr, range(0x300, 0x10000)) if unicodedata.category(c)[0] == "M")
# Text is compared piece by piece, so no pattern is ever made of what somebody typed.
_PIECE = re.compile(
    rf'(?P<tag><(?P<end>/?)(?P<name>[a-z][a-z0-9]*)[^<>"]*(?:"[^"]*"[^<>"]*)*>)'
    rf"|(?P<space>(?:\s|&nbsp;)+)"
    rf"|[^\W{_UNSPACED}]+(?:[{MARKS}]+[^\W{_UNSPACED}]*)*"
    rf"|&\w+;"
    rf"|.[{MARKS}]*",
    re.DOTALL,
)
# Where no word is linked: headings, links, captions, what the page prints of citations, labels.
_CLOSED = {
    "h1", "h2", "h3", "h4", "h5", "h6", "a", "cite", "sup", "caption", "figcaption", "th",
    "summary",
}  # fmt: skip
_LABEL = re.compile(r'\sclass="(?:[^"]*\s)?label[\s"]')
_SAME = {"’": "'", "ʼ": "'", "‐": "-", "‑": "-"}
_SHORTEST = 3  # letters of a singular; "gas" is not the plural of "ga"


@dataclass(frozen=True)
class Term:
    """A word of the glossary, its other spellings, its meaning, and what is told of its review."""

    slug: str
    word: str
    meaning: str = ""
    spellings: tuple[str, ...] = ()
    standing: tuple[str, ...] = ()


Names = tuple[tuple[str, tuple[str, ...]], ...]


def names(terms: Iterable[Term]) -> Names:
    """All on which it depends what a text uses: two equal values find the same."""
    return tuple((term.slug, (term.word, *term.spellings)) for term in terms)


def anchor(slug: str) -> str:
    """The place of a term on the glossary's page."""
    return f"term-{slug}"


def linked(bodies: Iterable[str], terms: Iterable[Term], address: str) -> list[str]:
    """The cleaned texts of one page, in order, with the first use of each term as a link.

    The link leads to the term's place at `address`, and carries in `data-meaning` a line with its
    meaning, and one for each sentence of its standing. Found are words whole, in any case,
    with other spellings, plurals, singulars and possessives; of two that begin at the same
    place, the longer one.
    """
    terms = {term.slug: term for term in terms}
    forms = _forms(names(terms.values()))
    written = []
    for body in bodies:
        pieces, parts, place = list(_PIECE.finditer(body)), [], 0
        for first, after, slug in _uses(pieces, forms):
            if slug in terms:
                begin, end = pieces[first].start(), pieces[after - 1].end()
                opening = _opening(terms.pop(slug), address)
                parts += [body[place:begin], opening, body[begin:end], "</a>"]
                place = end
        written.append("".join([*parts, body[place:]]))
    return written


def used(body: str, names: Names) -> frozenset[str]:
    """The slugs of the terms that `linked` would link in this text, were it alone on a page."""
    folded = body.casefold()
    # Most texts use few of the words, and to look for their beginnings is quick.
    begun = {first: forms for first, forms in _forms(names).items() if _begins(first, folded)}
    if not begun:
        return frozenset()
    return frozenset(slug for _, _, slug in _uses(list(_PIECE.finditer(body)), begun))


def without(body: str, names: Names, sign: str) -> str:
    """The text with a sign in place of every use of a term that `linked` could link."""
    pieces, parts, place = list(_PIECE.finditer(body)), [], 0
    for first, after, _ in _uses(pieces, _forms(names)):
        parts += [body[place : pieces[first].start()], sign]
        place = pieces[after - 1].end()
    return "".join([*parts, body[place:]])


def letter(word: str) -> str:
    """The letter under which the word stands; "" where it begins with none of an alphabet."""
    first = next((c for c in unicodedata.normalize("NFKD", word) if c.isalnum()), "")
    if not first.isalpha() or re.match(f"[{_UNSPACED}]", first):
        return ""
    return first.upper()[0]


def place(word: str) -> tuple:
    """What words are sorted by: A to Z, with accented letters among the plain ones."""
    plain = [c for c in unicodedata.normalize("NFKD", word) if not unicodedata.combining(c)]
    return letter(word) == "", letter(word), "".join(plain).casefold(), word


def _opening(term: Term, address: str) -> str:
    to = html.escape(f"{address}#{anchor(term.slug)}")
    meaning = html.escape("\n".join([term.meaning, *term.standing]))
    return f'<a class="term" href="{to}" data-meaning="{meaning}">'


def _uses(pieces: list[re.Match], forms: dict) -> Iterator[tuple[int, int, str]]:
    """(first piece, piece after the last, slug) of each use of a term that can be linked."""
    keys = [_key(piece) for piece in pieces]
    closed, depth, here = "", 0, 0
    while here < len(pieces):
        piece, step = pieces[here], 1
        if piece.lastgroup == "tag":
            if not closed and not piece["end"] and _closes(piece):
                closed, depth = piece["name"], 1
            elif piece["name"] == closed:
                depth += -1 if piece["end"] else 1
                closed = closed if depth else ""
        elif not closed and keys[here] in forms:
            for form, slug in forms[keys[here]]:
                if tuple(keys[here : here + len(form)]) == form:
                    step = len(form)
                    yield here, here + step, slug
                    break
        here += step


def _begins(first: str, folded: str) -> bool:
    return first in folded or first in _SAME.values()


def _closes(piece: re.Match) -> bool:
    return piece["name"] in _CLOSED or bool(_LABEL.search(piece["tag"]))


def _key(piece: re.Match) -> str:
    return " " if piece.lastgroup == "space" else _SAME.get(piece[0]) or piece[0].casefold()


@functools.lru_cache(maxsize=4)
def _forms(names: Names) -> dict[str, list[tuple[tuple[str, ...], str]]]:
    """{first key: [(keys of a form, slug)], the longest first}.

    Where two terms share a form, it belongs to the one that is spelled so, then to the
    one listed first.
    """
    spelled = [(slug, _pieces(text)) for slug, texts in names for text in texts]
    slugs: dict[tuple[str, ...], str] = {}
    for slug, pieces in spelled:
        slugs.setdefault(tuple(map(_key, pieces)), slug)
    for slug, pieces in spelled:
        for form in _inflected(pieces):
            slugs.setdefault(form, slug)
    slugs.pop((), None)
    found: dict[str, list] = {}
    for form in sorted(slugs, key=len, reverse=True):
        found.setdefault(form[0], []).append((form, slugs[form]))
    return found


def _pieces(text: str) -> list[re.Match]:
    """A word as it would stand in a cleaned text, where "&" and "<" are written as entities."""
    return list(_PIECE.finditer(html.escape(" ".join(text.split()), quote=False)))


def _inflected(pieces: list[re.Match]) -> Iterator[tuple[str, ...]]:
    """The other regular forms of an English word: its last piece in plural, singular, genitive."""
    if not pieces or not re.fullmatch(r"\w{2,}[A-Za-z]", pieces[-1][0]):
        return
    *before, last = map(_key, pieces)
    forms = [last, *_plurals(last)]
    if not pieces[-1][0].isupper():  # AIDS is one word
        forms += [one for one in _singulars(last) if len(one) >= _SHORTEST]
    for form in forms:
        yield (*before, form)
        yield (*before, form, "'", "s")


def _plurals(word: str) -> Iterator[str]:
    if re.search(r"[^aeiou]y$", word):
        yield word[:-1] + "ies"
    elif re.search(r"(?:s|x|z|ch|sh)$", word):
        yield word + "es"
    else:
        yield word + "s"


def _singulars(word: str) -> Iterator[str]:
    if word.endswith("ies"):
        yield word[:-3] + "y"
    if re.search(r"(?:s|x|z|ch|sh)es$", word):
        yield word[:-2]
    if re.search(r"[^sui]s$", word):
        yield word[:-1]
