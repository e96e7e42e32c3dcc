"""Which words the search takes for one, and how far a slip may go."""

import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from treatments.search import ranking, words


def key(word):
    return words.key(words.folded(word))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("brake", "brakes"),
        ("Braking", "braked"),
        ("café", "CAFE"),
        ("rider’s", "riders"),
        ("colour", "color"),
        ("coloured", "colored"),
        ("tumour", "tumor"),
        ("anaesthetic", "anesthetic"),
        ("anaesthesia", "anesthesia"),
        ("oedema", "edema"),
        ("diarrhoea", "diarrhea"),
        ("haemorrhage", "hemorrhage"),
        ("counselling", "counseling"),
        ("counsellor", "counselor"),
        ("labelled", "labeled"),
        ("catheterisation", "catheterization"),
        ("paralysed", "paralyzed"),
        ("analysing", "analyzing"),
        ("centre", "center"),
        ("fibres", "fibers"),
        ("catalogue", "catalog"),
        ("programme", "program"),
        ("sulphate", "sulfate"),
        ("licence", "license"),
        ("paediatric", "pediatric"),
    ],
)
def test_forms_of_a_word_are_one(one, other):
    assert key(one) == key(other)


@pytest.mark.parametrize(
    ("one", "other"), [("wheel", "whale"), ("hour", "or"), ("does", "do"), ("four", "for")]
)
def test_different_words_stay_apart(one, other):
    assert key(one) != key(other)


def test_what_hyphens_tie_is_found_in_one_too():
    assert words.keys("A two-wheel bicycle") == ["two", "wheel", "bicycl"]
    assert words.joins("A two-wheel bicycle") == [key("twowheel")]
    assert words.joins("two wheel") == []


def test_marks_above_letters_of_any_script_do_not_part_a_word():
    (piece,) = words.pieces("vélo")
    assert piece.word == "velo"
    assert len(words.pieces("الدَّرّاجة")) == 1


@pytest.mark.parametrize(
    ("one", "other", "slips"),
    [("chain", "chain", 0), ("chian", "chain", 1), ("chan", "chain", 1), ("chainn", "chain", 1)],
)
def test_a_slip_is_a_letter_more_or_less_or_changed_or_swapped(one, other, slips):
    assert words.distance(one, other, 2) == slips


def test_what_is_too_far_is_not_measured():
    assert words.distance("chain", "bicycle", 1) == 2


@pytest.mark.parametrize(("letters", "slips"), [(3, 0), (4, 1), (5, 1), (9, 1), (10, 2), (20, 2)])
def test_there_is_a_slip_for_each_five_letters(letters, slips):
    assert words.slips(letters) == slips


LETTERS = st.text("abcdefgh", min_size=5, max_size=14)


@given(LETTERS, st.data())
def test_a_word_with_as_many_slips_as_it_may_have_shares_a_spelling_with_it(word, data):
    typed = word
    for _ in range(words.slips(len(word) - 2)):
        place = data.draw(st.integers(0, len(typed) - 2))
        typed = data.draw(
            st.sampled_from(
                [
                    typed[:place] + typed[place + 1 :],
                    typed[:place] + "x" + typed[place:],
                    typed[:place] + "x" + typed[place + 1 :],
                    typed[:place] + typed[place + 1] + typed[place] + typed[place + 2 :],
                ]
            )
        )
    if words.distance(typed, word, 2) <= words.slips(len(typed)):
        slips = words.slips(len(typed))
        assert words.shortened(typed, slips) & words.shortened(word, words.slips(len(word) + 1))


@given(st.text())
def test_any_text_is_cut_into_words_that_stand_in_it(text):
    for piece in words.pieces(text):
        assert 0 <= piece.start < piece.end <= len(text)
        assert piece.key
        assert piece.key.isalnum()


EXPANDING = st.sampled_from(
    [c for c in map(chr, range(0x30000)) if c.isalnum() and words.letters(c) > 1] + [" ", '"', "-"]
)


@given(st.text(EXPANDING | st.characters(), max_size=300))
@example("\ufdfa" * 200)
@example("x" + "\ufdfa" * 49)
@example("abcdefghijklmnopqrstuvwx " * 8)
def test_whatever_letters_become_words_and_what_answers_them_stay_few(typed):
    groups = ranking.read(typed)
    ranking.widen(groups, ranking.Known())
    asked = [one for group in groups for one in group.alternatives]
    keys = [key for one in asked for key in one.keys]
    assert len(asked) <= 180
    assert all(len(key) <= words.LONGEST for key in keys)
    assert sum(len(group.word) for group in groups) <= ranking.LONGEST


@given(st.text(EXPANDING | st.characters(), min_size=30))
def test_no_word_of_any_text_is_longer_than_what_is_compared(text):
    for word in [piece.word for piece in words.pieces(text)] + words.joined(text):
        assert len(words.key(word)) <= words.LONGEST
        assert all(len(form) <= words.LONGEST for form in words.forms(word))


def test_a_long_word_is_cut_alike_wherever_it_stands():
    long = "derailleur" * 5
    assert key(long) == key(long[:40]) == key(long + "s")
    assert words.folded("a" + "\u0301" * 10_000) == "a"


def test_long_words_are_not_kept_in_memory():
    before = words._folded.cache_info().currsize
    for n in range(100):
        words.folded("derailleur" * 50 + str(n))
    assert words._folded.cache_info().currsize == before


def test_a_word_is_read_as_two_where_it_is_short_enough_for_two():
    assert ("chain", "guard") in words.splits("chainguard")
    assert list(words.splits("chainguard" * 3)) == []


@given(st.text(max_size=300))
def test_whatever_is_typed_is_read_as_few_words(typed):
    groups = ranking.read(typed)
    assert len(groups) <= ranking.MOST_WORDS
    ranking.widen(groups, ranking.Known())
    assert ranking.rank(groups, [], typed).matches == []


def test_threads_that_compare_words_at_once_do_not_mix_them():
    typed = sorted(words.english())[:4000]
    words._key.cache_clear()
    alone = list(map(words.key, typed))
    words._key.cache_clear()
    switching = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        with ThreadPoolExecutor(8) as threads:
            assert list(threads.map(words.key, typed)) == alone
    finally:
        sys.setswitchinterval(switching)
        words._key.cache_clear()
