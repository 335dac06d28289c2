"""The camera channel pauses after too many failures, for whose they are, and seldom for others: design.md §3 rule 2."""

from datetime import timedelta

import pytest

from lifecert.domain.camera import MANY_EVER, MOST_A_DAY, MOST_FAILURES, Camera, Failure
from tests.support.builders import NOW, a_policy

LIMITS = a_policy().attempts


def test_five_failures_in_the_window_pause_the_channel_for_half_an_hour() -> None:
    camera, now = Camera(), NOW
    for number in range(1, 5):
        camera = camera.failed(now, LIMITS, "a", face=False)
        assert camera.pause_at(now, LIMITS, "a", certified=True) is None
        assert camera.attempt_at(now, LIMITS, "a") == number + 1
        now += timedelta(minutes=3)
    camera = camera.failed(now, LIMITS, "a", face=False)
    assert camera.pause_at(now, LIMITS, "a", certified=True) == now + timedelta(minutes=30)
    assert camera.pause_at(now + timedelta(minutes=29, seconds=59), LIMITS, "a", certified=True)
    assert camera.pause_at(now + timedelta(minutes=30), LIMITS, "a", certified=True) is None
    assert camera.attempt_at(now + timedelta(minutes=30), LIMITS, "a") == 1


def test_failures_spread_wider_than_the_window_do_not() -> None:
    camera, now = Camera(), NOW
    for _ in range(MOST_A_DAY - 1):
        camera = camera.failed(now, LIMITS, "a", face=True)
        now += timedelta(minutes=4)
    assert camera.pause_at(now, LIMITS, "a", certified=False) is None
    for _ in range(20):
        camera = camera.failed(now, LIMITS, "a", face=True)
        now += timedelta(minutes=4)
    assert len(camera.failures) <= 12


@pytest.mark.parametrize("certified", [True, False])
def test_a_user_s_failures_for_a_person_have_a_budget_a_day(certified: bool) -> None:
    """Four in every quarter of an hour, for ever: one account tried 384 faces a day."""
    camera, now = Camera(), NOW
    for number in range(MOST_A_DAY):
        assert camera.pause_at(now, LIMITS, "a", certified=certified) is None, number
        camera = camera.failed(now, LIMITS, "a", face=number % 2 == 0)
        now += timedelta(minutes=20)
    assert camera.pause_at(now, LIMITS, "a", certified=certified) == NOW + timedelta(hours=24)
    assert camera.pause_at(now, LIMITS, "daughter", certified=certified) is None, "and nobody else's"
    tomorrow = NOW + timedelta(hours=24)
    assert camera.pause_at(tomorrow, LIMITS, "a", certified=certified) is None
    assert camera.failed(tomorrow, LIMITS, "a", face=True).pause_at(tomorrow, LIMITS, "a", certified=certified) is None
    assert camera.succeeded("a").pause_at(now, LIMITS, "a", certified=certified) is None
    assert camera.seen_by_a_clerk().pause_at(now, LIMITS, "a", certified=certified) is None


def test_however_many_accounts_fail_a_day_no_one_s_own_count_is_pushed_out() -> None:
    camera = Camera()
    for _ in range(MOST_A_DAY):
        camera = camera.failed(NOW, LIMITS, "thief", face=False)
    for number in range(3 * MOST_FAILURES):
        camera = camera.failed(NOW + timedelta(hours=2), LIMITS, f"account-{number}", face=False)
    assert camera.of_day
    assert len(camera.of_day.by) == MOST_FAILURES
    assert camera.pause_at(NOW + timedelta(hours=4), LIMITS, "thief", certified=True)


def test_a_letter_that_is_issued_anew_forgets_no_failure() -> None:
    camera = Camera()
    for _ in range(5):
        camera = camera.failed(NOW, LIMITS, "invitation-1", face=False)
    assert camera.pause_at(NOW, LIMITS, "invitation-2", certified=False)
    assert camera.attempt_at(NOW, LIMITS, "invitation-2") == 6
    assert camera.pause_at(NOW, LIMITS, "daughter", certified=False) is None


def test_a_lifetime_s_failures_are_told_of_at_every_hundredth_with_a_face() -> None:
    camera, told = Camera(), []
    for number in range(2 * MANY_EVER + 10):
        after = camera.failed(NOW + timedelta(days=number), LIMITS, "a", face=True)
        after = after.failed(NOW + timedelta(days=number), LIMITS, "a", face=False)
        if after.is_many(camera):
            told.append(number + 1)
        camera = after.seen_by_a_clerk() if number % 7 == 0 else after
    assert told == [MANY_EVER, 2 * MANY_EVER]


def test_pictures_of_nothing_pause_nobody_but_their_sender() -> None:
    """Five of them in ten seconds took the camera from everybody."""
    camera = Camera()
    for number in range(MOST_FAILURES):
        camera = camera.failed(NOW + timedelta(seconds=number), LIMITS, "stranger", face=False)
    later = NOW + timedelta(minutes=1)
    assert camera.pause_at(later, LIMITS, "stranger", certified=False)
    assert camera.pause_at(later, LIMITS, "daughter", certified=True) is None
    assert camera.pause_at(later, LIMITS, "another stranger", certified=False) is None
    assert camera.attempt_at(later, LIMITS, "daughter") == 1, "nor does anybody go to a human for them"


def test_many_faces_of_many_accounts_pause_strangers_and_not_who_certified_before() -> None:
    camera = Camera()
    for number in range(10):
        assert camera.pause_at(NOW, LIMITS, "one more", certified=False) is None
        camera = camera.failed(NOW, LIMITS, f"account-{number}", face=True)
    assert camera.pause_at(NOW, LIMITS, "one more", certified=False) == NOW + timedelta(minutes=30)
    assert camera.pause_at(NOW, LIMITS, "daughter", certified=True) is None


def test_a_success_forgets_a_users_own_failures_alone() -> None:
    camera = Camera().failed(NOW, LIMITS, "a", face=True).failed(NOW, LIMITS, "b", face=True)
    assert camera.succeeded("a").failures == (Failure(NOW, "b", face=True),)


def test_pictures_of_nothing_push_out_no_failure_with_a_face() -> None:
    camera = Camera()
    for number in range(9):
        camera = camera.failed(NOW, LIMITS, f"account-{number}", face=True)
    for _ in range(2 * MOST_FAILURES):
        camera = camera.failed(NOW, LIMITS, "stranger", face=False)
    assert len(camera.failures) == MOST_FAILURES
    camera = camera.failed(NOW, LIMITS, "account-9", face=True)
    assert camera.pause_at(NOW, LIMITS, "one more", certified=False)
