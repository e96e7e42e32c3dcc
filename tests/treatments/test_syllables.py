"""How often the rules agree with a dictionary, and what they do with what is no plain word."""

from pathlib import Path

import pytest

from treatments import syllables

LIST = Path(__file__).parent.parent / "documents" / "syllables.txt"


def known():
    """[(word, its syllables)] of the list."""
    for line in LIST.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            number, _, words = line.partition(":")
            yield from ((word, int(number)) for word in words.split())


def test_the_list_is_long_and_names_no_word_twice():
    words = [word for word, _ in known()]
    assert len(words) == len(set(words)) > 800


def test_at_least_98_of_100_words_have_the_syllables_of_the_dictionary():
    right = [syllables.count(word) == number for word, number in known()]
    assert sum(right) / len(right) > 0.98


def test_at_least_99_of_100_words_are_rightly_long_or_short():
    right = [(syllables.count(word) >= 3) == (number >= 3) for word, number in known()]
    assert sum(right) / len(right) > 0.99


def test_what_is_miscounted_evens_out():
    counted = sum(syllables.count(word) for word, _ in known())
    assert counted == pytest.approx(sum(number for _, number in known()), rel=0.005)


@pytest.mark.parametrize(
    ("word", "number"),
    [
        ("", 1),
        ("53", 1),
        ("1.5", 1),
        ("5mg", 1),
        ("—", 1),
        ("I", 1),
        ("don’t", 1),
        ("didn't", 2),
        ("could've", 2),
        ("it'll", 2),
        ("bus's", 2),
        ("Brakes", 1),
        ("BRAKES", 1),
        ("wheel-maker", 3),
        ("well-oiled", 2),
        ("café", 2),
        ("naïve", 2),
        ("nai\u0308ve", 2),
        ("тормоз", 1),
        ("ブレーキ", 1),
        ("מעצור", 1),
    ],
)
def test_what_is_no_plain_word_is_counted_too(word, number):
    assert syllables.count(word) == number


def test_a_word_without_end_is_counted_in_one_go():
    assert syllables.count("spoke" * 20_000) >= 20_000
