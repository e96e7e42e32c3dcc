"""Moments as people write them, and the hours in which clocks are put forward or back."""

import contextlib
import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from treatments import moments

BERLIN, CHICAGO = ZoneInfo("Europe/Berlin"), ZoneInfo("America/Chicago")


def universal(written, zone=BERLIN):
    return moments.read(written, zone).at.astimezone(datetime.UTC).isoformat()[:19]


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("2026-03-03T14:05", "2026-03-03T13:05:00"),
        ("2026-03-03T14:05:09", "2026-03-03T13:05:09"),
        ("2026-03-03 14:05:09.000", "2026-03-03T13:05:09"),
        ("2026-07-03T14:05", "2026-07-03T12:05:00"),
        ("2026-03-03T14:05:00+05:00", "2026-03-03T09:05:00"),
        ("2026-03-03T14:05:00Z", "2026-03-03T14:05:00"),
    ],
)
def test_a_moment_is_on_the_clocks_of_its_zone(written, expected):
    assert universal(written) == expected


def test_a_time_that_came_twice_is_the_first_and_names_the_second():
    found = moments.read("2026-10-25T02:30", BERLIN)
    assert found.at.isoformat() == "2026-10-25T02:30:00+02:00"
    assert found.other.isoformat() == "2026-10-25T02:30:00+01:00"
    assert moments.read("2026-10-25T03:00", BERLIN).other is None
    second = moments.read(found.other.isoformat(), BERLIN)
    assert (second.at, second.other) == (found.other, None)


def test_a_time_that_clocks_skipped_did_not_come():
    with pytest.raises(moments.Nonsense, match="put forward"):
        moments.read("2026-03-29T02:30", BERLIN)
    assert universal("2026-03-29T02:30", CHICAGO) == "2026-03-29T07:30:00"


@pytest.mark.parametrize(
    "written",
    ["", "yesterday", "2026-02-30T10:00", "2026-03-03", "2026-03-03T25:00", "0000-01-01T00:00"]
    + ["0001-01-01T00:00", "٢٠٢٦-03-03T14:05", "2026-03-03T14:05\0", "2026-03-03T14:05:00+99:00"],
)
def test_nonsense_is_refused_in_a_sentence(written):
    with pytest.raises(moments.Nonsense, match="Write a date and a time"):
        moments.read(written, BERLIN)


def test_a_year_too_late_for_any_clock_is_refused():
    with pytest.raises(moments.Nonsense):
        moments.read("9999-12-31T23:59", CHICAGO)


@given(st.text(max_size=30))
def test_whatever_is_written_is_a_moment_or_refused(written):
    with contextlib.suppress(moments.Nonsense):
        assert moments.read(written, BERLIN).at.tzinfo


@given(st.integers(0, 4_000_000_000))
def test_a_moment_written_by_its_own_offset_is_that_moment(seconds):
    at = datetime.datetime.fromtimestamp(seconds, BERLIN)
    assert moments.read(at.isoformat(), BERLIN).at == at
