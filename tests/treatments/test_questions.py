"""The questions that patients may take along: few, plain, and questions."""

import re

import pytest

from treatments import questions


def words(question):
    return re.findall(r"[A-Za-z']+", question.words)


def syllables(word):
    """Groups of vowels, without a silent e at the end: near enough for plain words."""
    return max(1, len(re.findall(r"[aeiouy]+", re.sub(r"(?<=[^l])e\b", "", word.lower()))))


def grade(question):
    """Flesch and Kincaid's grade level (Kincaid and others, 1975) of one sentence."""
    found = words(question)
    return 0.39 * len(found) + 11.8 * sum(map(syllables, found)) / len(found) - 15.59


def test_there_are_few_enough_to_read():
    assert 12 <= len(questions.ALL) <= 16


def test_ids_are_unique_short_and_fit_an_address():
    ids = [question.id for question in questions.ALL]
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch(r"[a-z]{3,12}", id) for id in ids)


def test_ids_that_people_have_in_kept_addresses_stay():
    assert [question.id for question in questions.ALL] == [
        *("cause", "suit", "unsuited", "first", "wait"),
        *("done", "help", "soon", "problems", "stop", "cost"),
        *("day", "active", "home"),
        *("call", "next"),
    ]


@pytest.mark.parametrize("question", questions.ALL, ids=lambda question: question.id)
def test_each_is_a_short_plain_question(question):
    assert question.words.endswith("?")
    assert len(words(question)) <= 15
    assert grade(question) <= 6


def test_the_grade_tells_hard_words_from_plain_ones():
    hard = questions.Question("hard", "Is intermittent administration contraindicated?")
    assert grade(hard) > 6
