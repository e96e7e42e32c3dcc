"""How long a sign-in waits after others that failed."""

import datetime
from concurrent.futures import ThreadPoolExecutor

import pytest
import time_machine
from django.db import connections

from eduportal import slowing
from eduportal.models import SignInRecord

pytestmark = pytest.mark.django_db
MORNING = datetime.datetime(2026, 5, 1, 8, 0, tzinfo=datetime.UTC)
HOSPITAL, HOME = "192.0.2.1", "198.51.100.7"


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(MORNING, tick=False) as traveller:
        yield traveller


def wait(name="ana", address=HOSPITAL):
    """Try with a wrong password: the seconds that are to be waited first, or 0."""
    try:
        slowing.begin(name, address)
    except slowing.TooSoon as refused:
        return refused.seconds
    return 0


def enter(name="ana", address=HOSPITAL):
    slowing.succeed(slowing.begin(name, address))


def strangers_guess(clock, name, times):
    """So many failures at one account, each from an address of its own, a minute apart."""
    for number in range(times):
        clock.shift(60)
        assert wait(name, f"203.0.113.{number}") == 0


def spray(times, address=HOSPITAL):
    for number in range(times):
        assert wait(f"guess-{number}", address) == 0


def test_five_failures_are_free_then_the_pause_doubles_to_a_minute(clock):
    assert [wait() for _ in range(5)] == [0] * 5
    pauses = []
    for _ in range(8):
        pauses.append(wait())
        clock.shift(pauses[-1])
        assert wait() == 0
    assert pauses == [2, 4, 8, 16, 32, 60, 60, 60]


def test_trying_during_the_pause_does_not_lengthen_it(clock):
    for _ in range(5):
        wait()
    clock.shift(1)
    assert [wait() for _ in range(3)] == [1, 1, 1]


def test_a_success_forgets_the_failures_of_this_account_here():
    for _ in range(4):
        wait()
    enter()
    assert [wait() for _ in range(6)] == [0, 0, 0, 0, 0, 2]


def test_failures_are_forgotten_after_a_day(clock):
    for _ in range(5):
        wait()
    clock.shift(24 * 60 * 60)
    assert [wait() for _ in range(6)] == [0, 0, 0, 0, 0, 2]


def test_nobody_else_behind_the_same_address_waits():
    for _ in range(6):
        wait("ana")
    assert wait("bo") == 0


def test_the_same_person_elsewhere_does_not_wait():
    for _ in range(6):
        wait(address=HOSPITAL)
    assert wait(address=HOME) == 0


def test_the_name_is_the_same_in_capitals():
    for _ in range(5):
        wait("ana")
    assert wait("ANA") == 2


def test_guessing_from_many_addresses_is_slowed_from_any_new_one(clock):
    strangers_guess(clock, "ana", 50)
    assert wait(address=HOME) == 2


def test_guessing_from_elsewhere_keeps_nobody_out_where_they_work(clock):
    enter(address=HOSPITAL)
    strangers_guess(clock, "ana", 50)
    assert wait("ana", HOSPITAL) == 0


def test_trying_many_accounts_from_one_address_is_slowed():
    spray(100)
    assert wait("one-more") == 2


def test_many_accounts_tried_from_a_hospital_keep_nobody_out_who_works_there(clock):
    enter("ana")
    spray(100)
    assert wait("ana") == 0


def test_accounts_that_got_in_after_all_do_not_count():
    for number in range(100):
        wait(f"nurse-{number}")
        enter(f"nurse-{number}")
    assert wait("one-more") == 0


def test_a_place_is_familiar_for_ninety_days(clock):
    enter(address=HOSPITAL)
    clock.shift(90 * 24 * 60 * 60)
    strangers_guess(clock, "ana", 50)
    assert wait("ana", HOSPITAL) == 2


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2001:db8:1:2::3", "2001:db8:1:2:ffff::4", True),
        ("2001:db8:1:2::3", "2001:db8:1:3::3", False),
        ("::ffff:192.0.2.1", "192.0.2.1", True),
        ("::ffff:192.0.2.1", "::ffff:192.0.2.2", False),
        ("", "", True),
    ],
)
def test_an_address_is_a_house(one, other, same):
    for _ in range(5):
        wait(address=one)
    assert wait(address=other) == (2 if same else 0)


def test_nothing_that_was_typed_is_kept_as_it_was():
    wait("quiet harbour lamp 42", HOSPITAL)
    kept = str(SignInRecord.objects.values_list().get())
    assert "harbour" not in kept
    assert HOSPITAL not in kept


def test_a_try_that_is_refused_leaves_no_row():
    spray(100)
    wait("one-more")
    assert SignInRecord.objects.count() == 100


def test_old_rows_go_and_familiar_places_stay(clock):
    wait("a-typo")
    enter("ana")
    clock.shift(24 * 60 * 60)
    wait("bo")
    assert SignInRecord.objects.count() == 2
    clock.shift(90 * 24 * 60 * 60)
    wait("cy")
    assert SignInRecord.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_many_tries_at_once_only_the_free_ones_pass():
    def attempt(_):
        try:
            return wait()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as workers:
        waits = list(workers.map(attempt, range(20)))
    assert sorted(waits) == [0] * 5 + [2] * 15
