"""The camera channel pauses after too many failures (design.md §3 rule 2)."""

from datetime import timedelta

from lifecert.domain.camera import Camera
from tests.support.builders import NOW, a_policy

LIMITS = a_policy().attempts


def test_five_failures_in_the_window_pause_the_channel_for_half_an_hour() -> None:
    camera, now = Camera(), NOW
    for number in range(1, 5):
        camera = camera.failed(now, LIMITS)
        assert camera.pause_at(now) is None
        assert camera.attempt_at(now, LIMITS) == number + 1
        now += timedelta(minutes=3)
    camera = camera.failed(now, LIMITS)
    assert camera.pause_at(now) == now + timedelta(minutes=30)
    assert camera.pause_at(now + timedelta(minutes=29, seconds=59))
    assert camera.pause_at(now + timedelta(minutes=30)) is None
    assert camera.attempt_at(now + timedelta(minutes=30), LIMITS) == 1


def test_failures_spread_wider_than_the_window_do_not() -> None:
    camera, now = Camera(), NOW
    for _ in range(20):
        camera = camera.failed(now, LIMITS)
        now += timedelta(minutes=4)
    assert camera.pause_at(now) is None
    assert len(camera.failures) <= 4
