"""The checklists: their items, which answers fit together, their scores."""

import itertools
from collections import Counter

import pytest

from treatments import checklists
from treatments.checklists import ALL, CLEAR_COMMUNICATION, NA, NO, PEMAT_P, YES


def all_yes(checklist, **changed):
    """Answers that earn every point, with those changed that are given as `item_1="no"`."""
    found = {number: item.earns for number, item in checklist.items.items()}
    return found | {int(name.removeprefix("item_")): answer for name, answer in changed.items()}


def percents(checklist, answers):
    return {scale: score.percent for scale, score in checklists.scores(checklist, answers).items()}


# PEMAT-P


def test_pemat_has_the_items_of_its_printable_version():
    assert list(PEMAT_P.items) == [*range(1, 13), *range(15, 27)]
    actionable = [part for part in PEMAT_P.parts if part.scale == "Actionability"]
    assert [item.number for part in actionable for item in part.items] == [*range(20, 27)]


def test_pemat_lets_only_some_items_be_not_applicable():
    possible = [number for number, item in PEMAT_P.items.items() if NA in item.choices]
    assert possible == [6, 8, 9, 11, 16, 17, 18, 19, 24, 25]


def test_pemat_scores_its_two_scales_apart():
    """A text of 17 items for understanding and 7 for acting; points ÷ applicable × 100."""
    answers = all_yes(PEMAT_P, item_3=NO, item_11=NO, item_22=NO, item_23=NO, item_26=NO)
    answers |= dict.fromkeys((6, 16, 17, 18, 19, 24, 25), NA)
    scores = checklists.scores(PEMAT_P, answers)
    understood, acted = scores["Understandability"], scores["Actionability"]
    assert (understood.points, understood.applicable, understood.percent) == (10, 12, 83)
    assert (acted.points, acted.applicable, acted.percent) == (2, 5, 40)


def test_every_item_agreed_with_is_a_hundred():
    assert percents(PEMAT_P, all_yes(PEMAT_P)) == {"Understandability": 100, "Actionability": 100}
    assert percents(CLEAR_COMMUNICATION, all_yes(CLEAR_COMMUNICATION)) == {"Score": 100}


# The Clear Communication Index


def test_the_index_has_twenty_items_in_four_parts():
    assert list(CLEAR_COMMUNICATION.items) == [*range(1, 21)]
    parts = {
        letter: [item.number for part in parts for item in part.items]
        for letter, parts in itertools.groupby(
            CLEAR_COMMUNICATION.parts, lambda part: part.title[0]
        )
    }
    assert parts == {
        "A": [*range(1, 12)],
        "B": [12, 13, 14],
        "C": [15, 16, 17],
        "D": [18, 19, 20],
    }


def test_parts_that_do_not_apply_are_not_counted():
    answers = dict.fromkeys(range(1, 12), YES) | {12: NA, 15: NA, 18: NA}
    answers = checklists.completed(CLEAR_COMMUNICATION, answers)
    assert [number for number, answer in answers.items() if answer == NA] == [
        12, 15, 18, 13, 14, 19, 16, 17, 20,
    ]  # fmt: skip
    score = checklists.scores(CLEAR_COMMUNICATION, answers)["Score"]
    assert (score.points, score.applicable) == (11, 11)


def test_only_calculating_earns_its_point_by_a_no():
    assert [item.number for item in CLEAR_COMMUNICATION.items.values() if item.earns == NO] == [17]
    answers = all_yes(CLEAR_COMMUNICATION, item_17=YES)
    assert percents(CLEAR_COMMUNICATION, answers) == {"Score": 95}
    assert [item.number for item in checklists.missed(CLEAR_COMMUNICATION, answers)] == [17]


def test_without_a_main_message_all_that_is_asked_of_it_is_no():
    answers = all_yes(CLEAR_COMMUNICATION, item_1=NO)
    del answers[2], answers[3], answers[4], answers[6], answers[10]
    answers = checklists.completed(CLEAR_COMMUNICATION, answers)
    assert [item.number for item in checklists.missed(CLEAR_COMMUNICATION, answers)] == [
        1, 2, 3, 4, 6, 10,
    ]  # fmt: skip
    assert percents(CLEAR_COMMUNICATION, answers) == {"Score": 70}


@pytest.mark.parametrize(
    ("changed", "items"),
    [
        ({"item_1": NO}, [2, 3, 4, 6, 10]),
        ({"item_5": NO}, [6]),
        ({"item_12": NA}, [13, 14, 19]),
        ({"item_15": NA}, [16, 17]),
        ({"item_18": NA}, [19, 20]),
        ({"item_13": NA}, [13]),
        ({"item_14": NA}, [14]),
        ({"item_16": NA}, [16]),
        ({"item_17": NA}, [17]),
        ({"item_19": NA}, [19]),
        ({"item_12": NO}, [12]),
        ({"item_1": NA}, [1]),
        ({"item_20": NA}, []),
        ({"item_12": NA, "item_13": NA, "item_14": NA, "item_19": NA}, []),
        ({"item_18": NA, "item_19": NA, "item_20": NA}, []),
    ],
)
def test_answers_fit_together(changed, items):
    answers = all_yes(CLEAR_COMMUNICATION, **changed)
    assert sorted(checklists.problems(CLEAR_COMMUNICATION, answers)) == items


def test_a_contradiction_says_with_what():
    answers = all_yes(CLEAR_COMMUNICATION, item_5=NO)
    assert checklists.problems(CLEAR_COMMUNICATION, answers)[6] == (
        "Item 5 is answered “no”, so that this one is “no”."
    )
    answers = all_yes(CLEAR_COMMUNICATION, item_19=NA)
    assert checklists.problems(CLEAR_COMMUNICATION, answers)[19] == (
        "This is “not applicable” only where item 12 or item 18 is."
    )


# Both


@pytest.mark.parametrize("checklist", ALL.values(), ids=ALL.keys())
def test_what_is_missing_is_named(checklist):
    assert checklists.problems(checklist, {}) == dict.fromkeys(checklist.items, "Choose an answer.")


@pytest.mark.parametrize("checklist", ALL.values(), ids=ALL.keys())
@pytest.mark.parametrize("answers", [{99: YES}, {1: "perhaps"}, {1: NA}, {1: ""}])
def test_answers_that_cannot_be_are_not_scored(checklist, answers):
    answers = all_yes(checklist) | answers
    assert list(checklists.problems(checklist, answers)) == [
        number for number in answers if number == 99 or answers[number] not in (YES, NO)
    ]
    with pytest.raises(ValueError, match="do not fit together"):
        checklists.scores(checklist, answers)


@pytest.mark.parametrize("checklist", ALL.values(), ids=ALL.keys())
def test_no_score_is_rounded_up_to_the_mark(checklist):
    items = Counter(part.scale for part in checklist.parts for _ in part.items)
    for applicable in range(1, max(items.values()) + 1):
        for points in range(applicable + 1):
            reached = 100 * points >= checklist.mark * applicable
            assert (checklists.Score(points, applicable).percent >= checklist.mark) is reached


@pytest.mark.parametrize("checklist", ALL.values(), ids=ALL.keys())
def test_whatever_follows_from_an_answer_can_be_answered(checklist):
    for rule in checklist.follows:
        assert all(rule.then in checklist.items[number].choices for number in rule.others)
