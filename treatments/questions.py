"""Questions to take to a visit. A clinician signs this file off; see docs/sign-off.md.

They are about the conversation and claim nothing. An id stands in addresses that people keep, so
it never changes and is never given to another question.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Question:
    id: str
    words: str


@dataclass(frozen=True)
class Group:
    """Questions that stand under one heading."""

    heading: str
    questions: tuple[Question, ...]


INTRODUCTION = "Tick what you want to ask your care team. Then take the list with you on paper."

GROUPS = (
    Group(
        "My pain and the choices",
        (
            Question("cause", "What do you think causes my pain?"),
            Question("suit", "Which of these could suit my pain?"),
            Question("unsuited", "Which of these would not suit me, and why?"),
            Question("first", "What would you try first, and why?"),
            Question("wait", "What if I wait, or choose none of them?"),
        ),
    ),
    Group(
        "One treatment",
        (
            Question("done", "How is it done, and where?"),
            Question("help", "How much could it help my pain?"),
            Question("soon", "How soon would I know if it helps?"),
            Question("problems", "What problems could it cause?"),
            Question("stop", "Can I stop it if I change my mind?"),
            Question("cost", "What would I have to pay?"),
        ),
    ),
    Group(
        "Every day",
        (
            Question("day", "What would change in my day?"),
            Question("active", "Could I still work, drive and travel?"),
            Question("home", "What help would I need at home?"),
        ),
    ),
    Group(
        "After the visit",
        (
            Question("call", "Whom do I call with a question, by day or by night?"),
            Question("next", "What happens next, and when?"),
        ),
    ),
)
ALL = tuple(question for group in GROUPS for question in group.questions)
