"""What was recognised in a file, as it travels: from the reader to the screen, and in its form."""

import json
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field

from treatments import richtext
from treatments.intake import limits
from treatments.intake.findings import SENTENCES

KEY = "source-{}"  # what a citation's marker says before its reference has a key
_MARKER = re.compile(r'<cite data-reference="([^"]*)">')
_FILE_NAME = re.compile(r"[^\w .,()&+–-]")


class Refused(Exception):
    """The file cannot be brought in; the message says why, and what to do."""


@dataclass(frozen=True)
class Finding:
    """What a person has to know of the file: a code of `findings.SENTENCES`, how often, where.

    `samples` are words: those that were left out, or those by which the place is found.
    """

    code: str
    count: int = 1
    samples: tuple[str, ...] = ()

    def sentence(self) -> str:
        one, many = SENTENCES[self.code][1:]
        return (one if self.count == 1 else many).format(self.count)

    def group(self) -> str:
        return SENTENCES[self.code][0]


@dataclass(frozen=True)
class Source:
    """A reference as the file has it, without its own number; identifiers where it has some."""

    text: str
    doi: str = ""
    pmid: str = ""
    url: str = ""


@dataclass(frozen=True)
class Document:
    """A file's text as a page would have it.

    `body` is clean HTML, in which `<cite data-reference="source-2">` stands for the second of
    the `references`. `form` is what kind of file it was.
    """

    name: str
    form: str
    title: str = ""
    body: str = ""
    references: tuple[Source, ...] = ()
    findings: tuple[Finding, ...] = field(default=())

    def of_group(self, group: str) -> list[Finding]:
        return [finding for finding in self.findings if finding.group() == group]

    def cited(self) -> list[int]:
        """The numbers of the references that the body cites, in order of first appearance."""
        keys = dict.fromkeys(_MARKER.findall(self.body))
        places = {KEY.format(place): place for place in range(1, len(self.references) + 1)}
        return [places[key] for key in keys if key in places]

    def counts(self) -> Counter:
        """How many elements of each name the body has, and how many lists."""
        found = Counter(re.findall(r"<([a-z0-9]+)", self.body))
        found["list"] = found["ul"] + found["ol"]
        return found

    def dumps(self) -> str:
        """The document as one line of JSON. Raises Refused where it is more than a page."""
        text = json.dumps(asdict(self), ensure_ascii=False, separators=(",", ":"))
        too_long = len(self.body) > limits.LONGEST_BODY
        if too_long or len(text.encode(errors="replace")) > limits.LONGEST_CARRIED:
            raise Refused(TOO_LONG)
        return text


TOO_LONG = "This text is too long for one page. Split the file, and bring in each part."


def refuse_long(words: str) -> None:
    """Raise Refused where the words alone are more than a page, before time is spent on them."""
    if len(words) > limits.LONGEST_BODY:
        raise Refused(TOO_LONG)


def file_name(name: str) -> str:
    """A file's name without its folders and without characters that a sentence cannot hold."""
    last = re.split(r"[\\/]", richtext.typed(name))[-1]
    return " ".join(_FILE_NAME.sub(" ", last).split())[-100:].strip() or "file"


# Back from the form: what somebody sent us, which need not be what we sent them


LOST = "What was recognised did not come back as it was sent. Choose the file again."


def loads(text: str) -> Document:
    """The Document of a line of JSON, cleaned and within its limits. Raises Refused."""
    if len(text.encode(errors="replace")) > limits.LONGEST_CARRIED:
        raise Refused(LOST)
    try:
        given = json.loads(text)
    except (ValueError, RecursionError):
        raise Refused(LOST) from None
    if not isinstance(given, dict):
        raise Refused(LOST)
    body = _words(given, "body", limits.LONGEST_BODY)
    return Document(
        name=file_name(_words(given, "name", 200)),
        form=richtext.typed(_words(given, "form", 40)),
        title=richtext.typed(_words(given, "title", limits.LONGEST_TITLE * 5)),
        body=richtext.clean(body),
        references=tuple(map(_source, _listed(given, "references", limits.MOST_REFERENCES))),
        findings=tuple(map(_finding, _listed(given, "findings", limits.MOST_FINDINGS))),
    )


def _source(given) -> Source:
    words = {
        name: richtext.typed(_words(given, name, limits.LONGEST_REFERENCE))
        for name in ("text", "doi", "pmid", "url")
    }
    if not words["text"]:
        raise Refused(LOST)
    return Source(**words)


def _finding(given) -> Finding:
    code, count = _words(given, "code", 40), given.get("count")
    if code not in SENTENCES or type(count) is not int or not 0 < count < 10_000_000:
        raise Refused(LOST)
    samples = given.get("samples")
    if not isinstance(samples, list) or len(samples) > limits.MOST_SAMPLES:
        raise Refused(LOST)
    if not all(isinstance(s, str) and len(s) <= limits.LONGEST_SAMPLE for s in samples):
        raise Refused(LOST)
    return Finding(code, count, tuple(map(richtext.typed, samples)))


def _words(given, name: str, longest: int) -> str:
    found = given.get(name) if isinstance(given, dict) else None
    if not isinstance(found, str) or len(found) > longest:
        raise Refused(LOST)
    return found


def _listed(given: dict, name: str, most: int) -> list:
    found = given.get(name)
    if not isinstance(found, list) or len(found) > most:
        raise Refused(LOST)
    return found


# While a file is read


class Ledger:
    """What is to be told of a file, and where each of its words went that is not in the text."""

    def __init__(self):
        self._found: dict[str, tuple[int, list[str]]] = {}
        self.gone: list[str] = []  # words that were left out
        self.turned: list[str] = []  # signs and numbers that became structure
        self.added: list[str] = []  # signs that stand in their place in the text

    def note(self, code: str, words: str | Iterable[str] = (), count: int = 1) -> None:
        """Tell of something whose words stay in the text, or that has none."""
        assert code in SENTENCES, code
        times, samples = self._found.get(code, (0, []))
        words = [words] if isinstance(words, str) else words
        samples += [one for one in (" ".join(each.split()) for each in words) if one]
        self._found[code] = times + count, samples

    def leave_out(self, code: str, words: str, count: int = 1) -> None:
        """Tell of something whose words do not come into the text."""
        self.gone.append(words)
        self.note(code, words, count)

    def turn(self, words: str) -> None:
        """Remember a sign before an item, or a number of a citation."""
        self.turned.append(words)

    def findings(self) -> tuple[Finding, ...]:
        order = list(SENTENCES)
        return tuple(
            Finding(code, count, _within(samples))
            for code, (count, samples) in sorted(
                self._found.items(), key=lambda found: order.index(found[0])
            )
        )


def _within(samples: list[str]) -> tuple[str, ...]:
    longest = limits.LONGEST_SAMPLE
    shorter = (one if len(one) <= longest else one[: longest - 2] + " …" for one in samples)
    return tuple(list(shorter)[: limits.MOST_SAMPLES])
