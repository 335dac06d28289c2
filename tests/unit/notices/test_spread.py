"""A big night's notices over the day: none is lost, however little the channel takes in a second."""

import hashlib
import heapq
from collections import Counter
from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import pytest

from lifecert.adapters.messages.tasks import LONGEST_WAIT
from lifecert.bootstrap import notices
from lifecert.domain.notice import QuietHours, due, share_of
from lifecert.entry.events.notices import comes_again
from tests.support.templates import child, parent
from tests.support.wiring.functions import Context, event, function
from tests.support.wiring.people import REMINDED
from tests.support.wiring.world import World

SHANGHAI = ZoneInfo("Asia/Shanghai")
MIDNIGHT = datetime(2026, 11, 1, 0, 30, tzinfo=SHANGHAI)
QUIET = QuietHours(21, 8)
SPREAD = timedelta(hours=int(parent()["Parameters"]["NoticeSpreadHours"]["Default"]))
RECEIVES = child("events")["Resources"]["NoticeQueue"]["Properties"]["RedrivePolicy"]["maxReceiveCount"]
NOTICES = 110_000
SNS_A_SECOND = 20


@cache
def _quiet(minute: int) -> float:
    """For how many seconds a notice waits that is looked at in this minute of the night and what follows."""
    return (QUIET.wait(MIDNIGHT + timedelta(minutes=minute)) or timedelta()).total_seconds()


def night(
    spread: timedelta, receives: int, notices: int, taken_a_second: int, closed_seconds: int = 0
) -> tuple[int, Counter[int]]:
    """What comes of a night: how many are lost, and how many are sent in each hour of the day.

    As hard as can be: Lambda takes whatever is visible at once, and what the channel does not take in that second is a
    try. For the first `closed_seconds` it takes nothing.
    """
    arrivals = [3600 * number / notices for number in range(notices)]
    moments = [
        (due(MIDNIGHT + timedelta(seconds=at), share_of(f"person-{number}"), QUIET, spread) - MIDNIGHT).total_seconds()
        for number, at in enumerate(arrivals)
    ]
    queue = [(at, number, 0) for number, at in enumerate(arrivals)]
    heapq.heapify(queue)
    lost, sent, taken = 0, Counter[int](), Counter[int]()
    while queue:
        at, number, tries = heapq.heappop(queue)
        if tries == receives:
            lost += 1
            continue
        wait = max(moments[number] - at, _quiet(int(at // 60)))
        if wait <= 0:
            second = int(at)
            if second >= closed_seconds and taken[second] < taken_a_second:
                taken[second] += 1
                sent[(MIDNIGHT + timedelta(seconds=at)).hour] += 1
                continue
            wait = comes_again(tries + 1)
        heapq.heappush(queue, (at + min(wait + 1, LONGEST_WAIT), number, tries + 1))
    return lost, sent


def test_a_night_of_110_000_loses_none_and_is_spread_over_the_day() -> None:
    lost, sent = night(SPREAD, RECEIVES, NOTICES, SNS_A_SECOND)
    assert (lost, sent.total()) == (0, NOTICES)
    busiest = max(sent.values())
    assert busiest < 1.1 * NOTICES / (SPREAD / timedelta(hours=1)), "as even as chance lets it be"
    assert not any(QUIET.wait(MIDNIGHT.replace(hour=hour)) for hour in sent)


def test_all_at_eight_and_eight_receives_lost_most_of_them() -> None:
    """What it was like before: the simulation sees it."""
    lost, _ = night(timedelta(0), 8, NOTICES, SNS_A_SECOND)
    assert lost > 0.75 * NOTICES


def test_a_channel_that_is_closed_for_a_day_loses_none() -> None:
    """Tries are counted in days and not in minutes."""
    lost, sent = night(SPREAD, RECEIVES, 2000, 1, closed_seconds=33 * 3600)
    assert (lost, sent.total()) == (0, 2000)


def test_tries_last_for_ten_days_and_end_before_the_queue_forgets() -> None:
    queue = child("events")["Resources"]["NoticeQueue"]["Properties"]
    lasts = sum(comes_again(tries) for tries in range(1, RECEIVES + 1))
    assert timedelta(days=10) < timedelta(seconds=lasts) < timedelta(seconds=queue["MessageRetentionPeriod"])


@pytest.mark.parametrize(
    ("arrived", "hour"),
    [(MIDNIGHT, 13), (MIDNIGHT.replace(hour=22), 13), (MIDNIGHT.replace(hour=8), 8), (MIDNIGHT.replace(hour=20), 20)],
)
def test_what_comes_by_night_has_its_own_moment_of_the_day_and_what_comes_by_day_is_sent_at_once(
    arrived: datetime, hour: int
) -> None:
    assert due(arrived, 0.5, QUIET, timedelta(hours=10)).hour == hour


def test_shares_are_even_and_stay_with_their_person() -> None:
    shares = [share_of(hashlib.sha256(bytes([number])).hexdigest()) for number in range(250)]
    assert share_of("somebody") == share_of("somebody")
    assert 0.4 < sum(shares) / len(shares) < 0.6
    assert 0 <= min(shares) < 0.05
    assert 0.95 < max(shares) < 1


def test_the_function_keeps_to_it(world: World) -> None:
    share = share_of(REMINDED.id)
    asked = event("send_notice/reminder")
    world.clock.time = datetime(2026, 11, 1, 4, 0, tzinfo=UTC)  # noon in Shanghai
    for record in asked["Records"]:
        record["attributes"]["SentTimestamp"] = str(int(MIDNIGHT.timestamp() * 1000))
    wanted = timedelta(hours=8 - 0.5 + 10 * share) - timedelta(hours=11.5)
    answer = function("send_notice").handler(asked, Context())
    assert bool(answer["batchItemFailures"]) is (wanted > timedelta(0))
    if wanted > timedelta(0):
        assert world.waits == [int(wanted.total_seconds()) + 1]
        world.clock.move(seconds=world.waits[0])
        assert function("send_notice").handler(asked, Context())["batchItemFailures"] == []
    assert len(world.sender.sent) == 1
    assert notices.send_notice().spread == timedelta(hours=10)
