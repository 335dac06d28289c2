"""The camera channel pauses after too many failures, for whose they are, and seldom for others: design.md §3 rule 2."""

from datetime import timedelta

from lifecert.domain.camera import MOST_FAILURES, Camera, Failure
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
    for _ in range(20):
        camera = camera.failed(now, LIMITS, "a", face=True)
        now += timedelta(minutes=4)
    assert camera.pause_at(now, LIMITS, "a", certified=False) is None
    assert len(camera.failures) <= 12


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
