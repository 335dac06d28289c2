"""Whose benefit starts on another day than was known is told that day once, by their own contact, and whom to call."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

from lifecert.application.office.correct_start import RightStart
from lifecert.bootstrap import notices, office
from lifecert.domain.amendment import AmendGround
from lifecert.domain.ledger import LedgerEntry, LedgerEvent
from lifecert.domain.notice import NoticeChannel, NoticeKind
from lifecert.domain.published import published_events
from lifecert.domain.review import Proposal, ReviewKind
from lifecert.domain.status import EndCause
from tests.support.builders import CLERK, an_id
from tests.support.wiring.functions import Context, event, function
from tests.support.wiring.people import REMINDED
from tests.support.wiring.world import World

ANOTHER_CLERK = replace(CLERK, user_id="clerk-8")


def begun(world: World) -> LedgerEntry:
    """Two clerks put the start of their benefit right; the entry of it."""
    person, today = world.store.beneficiaries[REMINDED.id], world.clock.today()
    known = replace(person.benefits[0], start=today - timedelta(days=100))
    world.store.beneficiaries[REMINDED.id] = person.with_benefits([known])
    right = RightStart("1", today - timedelta(days=130), AmendGround.REDETERMINED)
    proposed = office.propose_start()(REMINDED.id, right, an_id(), CLERK)
    office.confirm_proposal()(proposed.review_id, ANOTHER_CLERK, confirm=True)
    return world.store.entries[REMINDED.id][-1]


def delivered(entry: LedgerEntry) -> Any:
    """The event comes out of the queue of notices; what the function answers."""
    [message] = [one for one in published_events(entry) if one.type == "StartCorrectedNoticeDue"]
    asked = event("send_notice/start_corrected")
    asked["Records"][0]["attributes"]["SentTimestamp"] = str(int(entry.at.timestamp() * 1000))
    told = json.loads(asked["Records"][0]["body"])
    asked["Records"][0]["body"] = json.dumps({**told, "detail": dict(message.detail)})
    return function("send_notice").handler(asked, Context())


def test_they_are_told_the_day_once_and_it_counts_for_no_hold(world: World) -> None:
    entry = begun(world)
    assert entry.event is LedgerEvent.START_CORRECTED
    assert delivered(entry) == delivered(entry) == {"batchItemFailures": []}
    [(channel, _, text)] = world.sender.sent
    assert channel is NoticeChannel.SMS
    for word in ("郑*兰", (world.clock.today() - timedelta(days=130)).isoformat(), "010-12333", "银行卡"):
        assert word in text
    assert REMINDED.name not in text
    assert world.store.sent_notices["message-1"].kind is NoticeKind.START_CORRECTED
    assert not notices.note_delivery()("message-1")
    assert world.store.beneficiaries[REMINDED.id].notice_delivered_on is None


def test_nobody_is_told_anything_between_an_end_and_its_correction(world: World) -> None:
    entry = begun(world)
    end = Proposal(ReviewKind.END, world.clock.today(), EndCause.DECEASED)
    proposed = office.propose()(REMINDED.id, end, an_id(), CLERK)
    office.confirm_proposal()(proposed.review_id, ANOTHER_CLERK, confirm=True)
    assert delivered(entry) == {"batchItemFailures": []}
    assert world.sender.sent == []
