"""Checklists by which people rate a text: their items, which answers fit together, their scores.

Items are in short form; whoever rates has read the guide that the checklist names.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

YES, NO, NA = "yes", "no", "n/a"
Answers = Mapping[int, str]


@dataclass(frozen=True)
class Item:
    """One thing to judge.

    `na` says when it is not applicable, "" where it always is; `earns` is the answer that
    makes a point.
    """

    number: int
    text: str
    na: str = ""
    hint: str = ""
    earns: str = YES
    refused: tuple[str, ...] = ()

    @property
    def choices(self) -> tuple[str, ...]:
        possible = (YES, NO, NA) if self.na else (YES, NO)
        return tuple(answer for answer in possible if answer not in self.refused)


@dataclass(frozen=True)
class Part:
    """Items under one heading; they count for the score named `scale`."""

    title: str
    scale: str
    items: tuple[Item, ...]


@dataclass(frozen=True)
class Follows:
    """That where `item` has this answer, the others have `then`."""

    item: int
    answer: str
    others: tuple[int, ...]
    then: str


@dataclass(frozen=True)
class Checklist:
    """`mark` is the percentage from which a score is counted as good."""

    slug: str
    name: str
    version: str
    guide: str
    advice: str
    mark: int
    words: Mapping[str, str]  # {answer: what the checklist calls it}
    parts: tuple[Part, ...]
    follows: tuple[Follows, ...] = ()
    # {item: those of which one has to be not applicable where it is}
    na_with: Mapping[int, tuple[int, ...]] = field(default_factory=dict)

    @property
    def items(self) -> dict[int, Item]:
        return {item.number: item for part in self.parts for item in part.items}

    @property
    def scales(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(part.scale for part in self.parts))


@dataclass(frozen=True)
class Score:
    """Points of those that could be had."""

    points: int
    applicable: int

    @property
    def percent(self) -> int:
        """Points ÷ applicable × 100, in whole numbers.

        With so few items none that misses a mark of 70 or 90 is rounded up to it.
        """
        return (200 * self.points + self.applicable) // (2 * self.applicable)


def completed(checklist: Checklist, answers: Answers) -> dict[int, str]:
    """The answers, and those left open that follow from them."""
    found = {number: answer for number, answer in answers.items() if answer}
    for rule in checklist.follows:
        if found.get(rule.item) == rule.answer:
            for number in rule.others:
                found.setdefault(number, rule.then)
    return found


def problems(checklist: Checklist, answers: Answers) -> dict[int, str]:
    """{item: what to mend}, nothing where the answers are complete and fit together."""
    found = {}
    for number, item in checklist.items.items():
        if not answers.get(number):
            found[number] = "Choose an answer."
        elif answers[number] not in item.choices:
            found[number] = f"Item {number} cannot be answered so."
    found |= {number: f"There is no item {number}." for number in answers.keys() - checklist.items}
    for rule in checklist.follows:
        if answers.get(rule.item) == rule.answer:
            for number in rule.others:
                if answers.get(number) not in (rule.then, None, ""):
                    found.setdefault(number, _because(checklist, rule))
    for number, others in checklist.na_with.items():
        if answers.get(number) == NA and NA not in map(answers.get, others):
            found.setdefault(number, _needs(checklist, others))
    return found


def _because(checklist, rule):
    answer, then = checklist.words[rule.answer].lower(), checklist.words[rule.then].lower()
    return f"Item {rule.item} is answered “{answer}”, so that this one is “{then}”."


def _needs(checklist, others):
    named = " or ".join(f"item {number}" for number in others)
    return f"This is “{checklist.words[NA].lower()}” only where {named} is."


def scores(checklist: Checklist, answers: Answers) -> dict[str, Score]:
    """{scale: Score} of complete answers; raises ValueError where `problems` finds any."""
    if problems(checklist, answers):
        raise ValueError("These answers are not complete, or do not fit together.")
    found = {}
    for scale in checklist.scales:
        items = [item for part in checklist.parts if part.scale == scale for item in part.items]
        counted = [item for item in items if answers[item.number] != NA]
        points = sum(answers[item.number] == item.earns for item in counted)
        found[scale] = Score(points, len(counted))
    return found


def missed(checklist: Checklist, answers: Answers) -> list[Item]:
    """The items that apply and got no point."""
    return [
        item
        for number, item in checklist.items.items()
        if answers.get(number) not in (item.earns, NA, None)
    ]


_SHORT = "the text is very short"
_NO_VISUALS = "there are no pictures, diagrams or charts"

# The Patient Education Materials Assessment Tool for printable materials. Items 13 and 14 are of
# the version for sound and film alone. Items 15, 23 and 26 are never not applicable: how to answer
# them where nothing is lacking is told as Vishnevetsky et al. 2018 (Patient Educ Couns 101: 490)
# advise.
PEMAT_P = Checklist(
    slug="pemat-p",
    name="PEMAT-P",
    version="Version 1.0, AHRQ publication 14-0002-EF",
    guide="https://www.ahrq.gov/health-literacy/patient-education/pemat-p.html",
    advice="Judge as a patient who knows nothing of the subject. Agree only where it holds "
    "throughout the text. 70 or more is the usual mark.",
    mark=70,
    words={YES: "Agree", NO: "Disagree", NA: "Not applicable"},
    parts=(
        Part(
            "Content",
            "Understandability",
            (
                Item(1, "The purpose is evident at once."),
                Item(2, "Nothing distracts from the purpose."),
            ),
        ),
        Part(
            "Words and style",
            "Understandability",
            (
                Item(3, "The language is common and of every day."),
                Item(4, "Medical terms stand only where they are taught, and are defined."),
                Item(5, "The sentences use the active voice."),
            ),
        ),
        Part(
            "Numbers",
            "Understandability",
            (
                Item(6, "Numbers are clear and easy to understand.", na="there are no numbers"),
                Item(7, "The reader does not have to calculate."),
            ),
        ),
        Part(
            "Organization",
            "Understandability",
            (
                Item(8, "The text is broken into short sections.", na=_SHORT),
                Item(9, "The sections have informative headings.", na=_SHORT),
                Item(10, "The order is logical."),
                Item(11, "There is a summary.", na=_SHORT),
            ),
        ),
        Part(
            "Layout",
            "Understandability",
            (
                Item(
                    12,
                    "Visual cues draw attention to the key points.",
                    hint="Boxes, bullets, bold or larger type, arrows.",
                ),
            ),
        ),
        Part(
            "Visual aids",
            "Understandability",
            (
                Item(
                    15,
                    "Visual aids stand wherever they make something easier to understand.",
                    hint="Agree where none is there and none would help.",
                ),
                Item(16, "Visual aids reinforce the text and do not distract.", na=_NO_VISUALS),
                Item(17, "Visual aids have clear titles or captions.", na=_NO_VISUALS),
                Item(18, "Pictures are clear and uncluttered.", na=_NO_VISUALS),
                Item(
                    19,
                    "Tables are simple, with short and clear headings of rows and columns.",
                    na="there are no tables",
                ),
            ),
        ),
        Part(
            "What to do",
            "Actionability",
            (
                Item(20, "At least one thing that the reader can do is clearly named."),
                Item(21, "The reader is addressed directly."),
                Item(22, "What to do is broken into explicit steps that one can manage."),
                Item(
                    23,
                    "There is a tool wherever one could help the reader to act.",
                    hint="A checklist, a diary, a plan to fill in. Agree where none would help.",
                ),
                Item(
                    24,
                    "Calculations come with simple instructions or examples.",
                    na="there is nothing to calculate",
                ),
                Item(
                    25,
                    "It is explained how to use charts, graphs, tables or diagrams to act.",
                    na="there are none",
                ),
                Item(
                    26,
                    "Visual aids stand wherever they make it easier to act.",
                    hint="Agree where none is there and none would help.",
                ),
            ),
        ),
    ),
)

_NO_BEHAVIOUR = "item 12 is not applicable"
_NO_NUMBERS = "item 15 is not applicable"
_NO_RISK = "the text speaks of no risk"

# The full score sheet. Who answers no to the main message or the call to action cannot answer yes
# to what is asked of them; parts B, C and D count only where the text has what they are about.
CLEAR_COMMUNICATION = Checklist(
    slug="clear-communication",
    name="CDC Clear Communication Index",
    version="Full score sheet, with the user guide of May 2013",
    guide="https://www.cdc.gov/ccindex/",
    advice="Know first who reads the text, how well they read and handle numbers, what the text "
    "is for, and its main message. Answer yes only where it holds of all instances. 90 or more "
    "passes. Better that somebody rates who did not write, and that two do.",
    mark=90,
    words={YES: "Yes", NO: "No", NA: "Not applicable"},
    parts=(
        Part(
            "A: Main message and call to action",
            "Score",
            (
                Item(1, "Is there one main message?", hint="If not, 2, 3, 4, 6 and 10 are no."),
                Item(
                    2,
                    "Is the main message at the beginning?",
                    hint="In the first paragraph or section; on a screen, in sight at once.",
                ),
                Item(
                    3,
                    "Is the main message emphasized by visual cues?",
                    hint="Type, color, shapes, lines, arrows, headings.",
                ),
                Item(4, "Does at least one picture convey or support the main message?"),
                Item(
                    5,
                    "Is there a call to action for those whom the text is for?",
                    hint="If not, 6 is no.",
                ),
            ),
        ),
        Part(
            "A: Language",
            "Score",
            (
                Item(6, "Are both the main message and the call to action in the active voice?"),
                Item(7, "Are the words always those that these readers use?"),
            ),
        ),
        Part(
            "A: Information design",
            "Score",
            (
                Item(8, "Are there bulleted or numbered lists?"),
                Item(9, "Is the text organized in chunks with headings?"),
                Item(
                    10,
                    "Does the first paragraph or section sum up what these readers need most?",
                ),
            ),
        ),
        Part(
            "A: State of the science",
            "Score",
            (
                Item(
                    11,
                    "Does the text explain what authoritative sources know, and what they do not "
                    "know?",
                ),
            ),
        ),
        Part(
            "B: Behavioral recommendations",
            "Score",
            (
                Item(
                    12,
                    "Is there a behavioral recommendation for these readers?",
                    na="there is none; 13, 14 and 19 are not applicable then",
                    refused=(NO,),
                ),
                Item(
                    13,
                    "Does the text explain why the recommendation matters to these readers?",
                    na=_NO_BEHAVIOUR,
                ),
                Item(
                    14,
                    "Are there specific directions on how to follow the recommendation?",
                    na=_NO_BEHAVIOUR,
                ),
            ),
        ),
        Part(
            "C: Numbers",
            "Score",
            (
                Item(
                    15,
                    "Are the numbers always ones that these readers use?",
                    na="there are no numbers; 16 and 17 are not applicable then",
                ),
                Item(16, "Is it always explained what the numbers mean?", na=_NO_NUMBERS),
                Item(
                    17,
                    "Do these readers have to calculate?",
                    na=_NO_NUMBERS,
                    hint="Here the point is for no.",
                    earns=NO,
                ),
            ),
        ),
        Part(
            "D: Risk",
            "Score",
            (
                Item(
                    18,
                    "Does the text explain the nature of the risk?",
                    na=f"{_NO_RISK}; 19 and 20 are not applicable then",
                ),
                Item(
                    19,
                    "Does the text address both the risks and the benefits of what it recommends?",
                    na=f"{_NO_BEHAVIOUR}, or {_NO_RISK}",
                ),
                Item(
                    20,
                    "Is a probability in numbers also explained by words or a picture?",
                    na="there is no such number",
                ),
            ),
        ),
    ),
    follows=(
        Follows(12, NA, (13, 14, 19), NA),
        Follows(15, NA, (16, 17), NA),
        Follows(18, NA, (19, 20), NA),
        Follows(1, NO, (2, 3, 4, 6, 10), NO),
        Follows(5, NO, (6,), NO),
    ),
    na_with={13: (12,), 14: (12,), 16: (15,), 17: (15,), 19: (12, 18)},
)

ALL = {checklist.slug: checklist for checklist in (PEMAT_P, CLEAR_COMMUNICATION)}
