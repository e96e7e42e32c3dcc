"""How entries are sealed, and what a walk along them finds."""

import hashlib
import json
from datetime import UTC, datetime, timedelta, timezone

import pytest

from treatments import audit_chain
from treatments.audit_chain import FIRST, Check, Sealed

BELL = "\x00\x07\x1b\x7f\r\n\x85\u2028\u2029\ufeff"


def make_entry(number=1, previous=FIRST, **fields):
    entry = dict.fromkeys(audit_chain.COLUMNS, "")
    moment = audit_chain.moment(datetime(2026, 5, 1, 8, number % 60, tzinfo=UTC))
    return (
        entry
        | {"id": number, "at": moment, "before": {}, "after": {}}
        | fields
        | {"previous": previous}
    )


def sealed(entry):
    text = audit_chain.canonical(entry)
    return Sealed(entry["id"], text, entry["previous"], audit_chain.digest_of(text))


def chain(length):
    found, previous = [], FIRST
    for number in range(1, length + 1):
        found.append(sealed(make_entry(number, previous)))
        previous = found[-1].digest
    return found


def forged(entry, **fields):
    """The same row with other words, and the digest that it had."""
    other = json.loads(entry.text) | fields
    return Sealed(other["id"], audit_chain.canonical(other), other["previous"], entry.digest)


def said(entries, **behind):
    return list(Check(**behind).breaks(entries))


def test_the_digest_is_made_as_the_manual_says():
    entry = make_entry(7, after={"reason": "ünfit \U0001f6b2", "a": [1, None, True]})
    told = json.dumps(entry, sort_keys=True, separators=(",", ":"))
    assert audit_chain.digest(entry) == hashlib.sha256(told.encode()).hexdigest()


def test_a_moment_is_utc_to_the_millionth_of_a_second():
    east = timezone(timedelta(hours=2))
    assert audit_chain.moment(datetime(2026, 5, 1, 8, tzinfo=east)) == "2026-05-01T06:00:00.000000Z"


def test_a_chain_that_nobody_touched_is_whole():
    entries = chain(5)
    check = Check()
    assert list(check.breaks(entries)) == []
    assert (check.count, check.newest) == (5, entries[-1].digest)


def test_an_empty_chain_is_whole():
    check = Check()
    assert list(check.breaks([])) == []
    assert (check.count, check.newest) == (0, FIRST)


@pytest.mark.parametrize("place", [0, 2, 4])
def test_an_altered_entry_is_named_and_no_other(place):
    entries = chain(5)
    entries[place] = forged(entries[place], actor="eve")
    assert said(entries) == [f"Entry {place + 1} was altered: its columns do not give its digest."]


def test_a_digest_that_was_altered_is_named_and_no_other():
    entries = chain(5)
    first, other = entries[2], "a" * 64
    entries[2] = Sealed(first.id, first.text, first.previous, other)
    assert said(entries) == ["Entry 3 was altered: its columns do not give its digest."]


def test_an_entry_that_cannot_be_read_is_named_and_no_other():
    entries = chain(5)
    entries[2] = Sealed(3, None, "", "")
    assert said(entries) == ["Entry 3 was altered: its columns do not give its digest."]


def test_a_removed_entry_leaves_a_gap():
    entries = chain(5)
    del entries[2]
    assert said(entries) == [
        "Between entries 2 and 4 something was removed, or entry 2 was altered and sealed anew."
    ]


def test_a_removed_beginning_is_missed():
    assert said(chain(5)[2:]) == ["Before entry 3 entries were removed: it is not the first."]


def test_an_entry_that_was_sealed_anew_does_not_fit_the_next():
    entries = chain(5)
    entries[2] = sealed(json.loads(entries[2].text) | {"actor": "eve"})
    assert said(entries) == ["Entry 3 was altered and sealed anew: entry 4 follows what it was."]


def test_an_entry_that_was_put_in_is_named():
    entries = chain(5)
    entries.insert(3, sealed(make_entry(3, entries[2].digest)))
    assert said(entries)[0] == "Entry 3 was put in: entry 4 follows the one before it."


def test_what_is_cut_off_the_end_shows_against_a_digest_noted_elsewhere_alone():
    assert said(chain(5)[:3]) == []


def test_a_walk_may_begin_behind_an_entry_that_is_known():
    entries = chain(5)
    assert said(entries[3:], behind=entries[2]) == []
    assert said(entries[4:], behind=entries[2])[0].startswith("Between entries 3 and 5")


def test_a_line_is_one_line_whatever_is_in_it():
    entry = make_entry(subject=BELL, reason=BELL, after={BELL: [BELL]})
    for line in (audit_chain.log_line(entry, FIRST), audit_chain.whole_line(entry, FIRST)):
        assert line.isascii()
        assert line.isprintable()
        assert json.loads(line)["subject"] == BELL


def test_the_whole_line_gives_the_digest_again():
    entry = make_entry(subject=BELL, after={"body": "x" * 5000})
    line = json.loads(audit_chain.whole_line(entry, audit_chain.digest(entry)))
    assert (
        audit_chain.digest({name: line[name] for name in line if name != "digest"})
        == (line["digest"])
    )


def test_the_log_tells_the_digest_of_what_is_long():
    text = "ü" * (audit_chain.LONG + 1)
    short = text[1:]
    told = json.loads(
        audit_chain.log_line(make_entry(before={"a": text, "b": short}, reason=text), FIRST)
    )
    long = {"sha256": hashlib.sha256(text.encode()).hexdigest(), "length": len(text)}
    assert told["before"] == {"a": long, "b": short}
    assert told["reason"] == long
