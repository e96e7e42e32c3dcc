"""Numbers in a sentence that may be citations, as a saved web page leaves them."""

import re
from dataclasses import dataclass

OPENING = "\"'“‘«([{"
CLOSING = r"[\"'”’»)\]]*"
_NUMBER = r"[1-9]\d{0,2}"
_LIST = rf"{_NUMBER}(?:\s?[-–]\s?{_NUMBER}|\s?,\s?{_NUMBER})*"
_RAISED_DIGITS = "⁰¹²³⁴⁵⁶⁷⁸⁹"
_LOWERED = str.maketrans(_RAISED_DIGITS + "⁻˒", "0123456789-,")
_RAISED = rf"[{_RAISED_DIGITS}]+(?:[⁻–-][{_RAISED_DIGITS}]+|\s?[,˒]\s?[{_RAISED_DIGITS}]+)*"
# Whatever may be a citation, with the white space before it. A bare number is none
# inside a larger one: 1,000, 2.5, 10:30, 1990, 3%.
_MARK = re.compile(
    rf"\s*\[\s*(?P<bracket>{_LIST})\s*\]"
    rf"|\s*(?P<raised>{_RAISED})(?![⁺⁻])"
    rf"|\s*\(\s*(?P<round>{_LIST})\s*\)"
    rf"|(?P<space>\s+|(?<!\d)(?<!\d[.,:/–-]))(?P<bare>{_LIST})(?![-–,.:/]?\d)(?![%‰°])"
)
_SENTENCE = re.compile(rf"[.!?…]{CLOSING}$")
_GLUED = re.compile(rf"[^\W\d_]{CLOSING}[.,;!?]{CLOSING}$")
_ABBREVIATION = re.compile(
    r"\b(?:[^\W\d_]|figs?|nos?|nr|vols?|chap|chs?|pp|tabs?|eqs?|secs?|approx|ca|vs|dr|mr|mrs|st)"
    r"\.$",
    re.IGNORECASE,
)
_UNIT = re.compile(r"(?:\d|(?:^|[\s/\d(])(?:[mckdnµμ]?m|ft|yd|mi)|\d\s?in)$")
_COUNTS = re.compile(r"[-–][^\W_]|[^\W\d_A-Z]")  # 5mg, 5-year
_SIGN = re.compile(r"[$€£¥#&/+<>=~@_^*\-–]$")


@dataclass(frozen=True)
class Mark:
    """Something in a block that may be a citation, from `start` to `end` of its raw text."""

    start: int
    end: int
    figures: tuple[int, int]  # where its numbers stand
    written: str
    likely: str  # "yes", "perhaps" or "no"
    form: str

    @property
    def numbers(self) -> tuple[int, ...]:
        """The numbers with ranges filled up; none where a range runs backwards."""
        found: dict[int, None] = {}
        for span in re.split(r"\s*,\s*", self.written.translate(_LOWERED)):
            first, *last = (int(number) for number in re.split(r"\s*[-–]\s*", span))
            spread = range(first, (last[-1] if last else first) + 1)
            if not spread:
                return ()
            found.update(dict.fromkeys(spread))
        return tuple(found)


def marks(raw: str) -> list[Mark]:
    """Every number of a raw text that may be a citation, in order, with how likely it is one.

    Certain are brackets, raised digits, a number after the end of a sentence or glued to a mark
    behind a word, and one behind the double space that a saved page leaves. Of the rest "perhaps"
    are those that only a reader can tell.
    """
    return [_read(raw, match) for match in _MARK.finditer(raw)]


def _read(raw: str, match: re.Match) -> Mark:
    form = next(f for f in ("bracket", "raised", "round", "bare") if match[f])
    before, after = raw[: match.start()], raw[match.end() :]
    if form == "raised":
        likely = _likely_raised(before)
    elif form == "bare":
        form = _bare_form(before, match["space"], match["bare"], after)
        likely = {"number": "no", "unclear": "perhaps"}.get(form, "yes")
    else:
        likely = "yes" if form == "bracket" else "perhaps"
    figures = match.span(match.lastgroup)
    return Mark(match.start(), match.end(), figures, match[match.lastgroup], likely, form)


def _likely_raised(before: str) -> str:
    """A raised number is a power behind a digit or unit (m²), unclear behind one letter (x²)."""
    if _UNIT.search(before):
        return "no"
    return "perhaps" if re.search(r"(?<![^\W_])[^\W\d_]$", before) else "yes"


def _bare_form(before: str, space: str, numbers: str, after: str) -> str:
    """How a number without brackets stands in its sentence: which form of citation, if any."""
    if not before.strip() or _COUNTS.match(after):
        return "number"
    if _ABBREVIATION.search(before) or after[:1].isalnum():
        return "unclear"
    if not space:
        return _glued_form(before, numbers)
    if _SENTENCE.search(before):
        return "after a sentence" if _sentence_begins(after) else "unclear"
    if "\u00a0" in space and before[-1] not in OPENING and not before[-1].isdigit():
        # A saved web page leaves "relief\u00a0 2". One alone may be good typography: "Type\u00a02".
        listed = re.fullmatch(r"\d+(?:,\d+)+", numbers)
        return "after a space" if len(space) > 1 or listed else "unclear"
    return "unclear"


def _glued_form(before: str, numbers: str) -> str:
    if _GLUED.search(before) and not re.search(r"\s", numbers):
        return "glued"
    return "number" if _SIGN.search(before) else "unclear"


def _sentence_begins(after: str) -> bool:
    rest = after.lstrip().lstrip(OPENING)
    return not rest or after[0].isspace() and rest[0].isupper()
