"""After every certification the person is told, where the office can reach them: whoever was certified by somebody
else's doing calls."""

import json
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from lifecert.adapters.files.notice_texts import LINKS, load_notice_text
from lifecert.application.office.set_contact import NewContact
from lifecert.application.shared.certifying import Proof, certifying
from lifecert.bootstrap import notices, office, proofs, records
from lifecert.domain.actor import Actor, Role
from lifecert.domain.certificate import Method
from lifecert.domain.ledger import LedgerEntry, LedgerEvent
from lifecert.domain.notice import NoticeChannel, NoticeKind
from lifecert.domain.published import PublishedEvent, published_events
from lifecert.domain.review import Proposal, ReviewKind
from lifecert.domain.status import EndCause
from tests.support.builders import (
    CLERK,
    HELPER,
    an_id,
    at_the_counter,
)
from tests.support.wiring.functions import Context, event, function
from tests.support.wiring.people import REMINDED, WANG
from tests.support.wiring.world import World

ADDRESS = "+8613800000000"
ANOTHER_CLERK = replace(CLERK, user_id="clerk-8")


def certify(world: World, who: str = REMINDED.id, on: date | None = None) -> LedgerEntry:
    """A clerk saw them; the entry of it."""
    proofs.certify_in_person()(who, at_the_counter(on or world.clock.today()), CLERK, an_id())
    return world.store.entries[who][-1]


def announced(entry: LedgerEntry) -> PublishedEvent | None:
    return next((one for one in published_events(entry) if one.type == "CertifiedNoticeDue"), None)


def delivered(entry: LedgerEntry) -> Any:
    """The event comes out of the queue of notices; what the function answers."""
    message = announced(entry)
    assert message
    asked = event("send_notice/certified")
    asked["Records"][0]["attributes"]["SentTimestamp"] = str(int(entry.at.timestamp() * 1000))
    told = json.loads(asked["Records"][0]["body"])
    asked["Records"][0]["body"] = json.dumps({**told, "detail-type": message.type, "detail": dict(message.detail)})
    return function("send_notice").handler(asked, Context())


def test_who_was_certified_is_told_once_by_their_own_contact(world: World) -> None:
    entry = certify(world)
    assert entry.event is LedgerEvent.CERTIFIED
    assert delivered(entry) == {"batchItemFailures": []}
    assert delivered(entry) == {"batchItemFailures": []}
    [(channel, address, text)] = world.sender.sent
    assert (channel, address) == (NoticeChannel.SMS, ADDRESS)
    for word in ("郑*兰", world.clock.today().isoformat(), "010-12333", "不是您本人", "银行卡"):
        assert word in text
    assert REMINDED.name not in text
    assert world.store.sent_notices["message-1"].kind is NoticeKind.CERTIFIED
    assert [one.event for one in world.store.entries[REMINDED.id][-2:]] == [
        LedgerEvent.CERTIFIED,
        LedgerEvent.NOTICE_SENT,
    ]


def test_that_it_arrives_counts_for_no_hold(world: World) -> None:
    delivered(certify(world))
    assert not notices.note_delivery()("message-1")
    assert world.store.beneficiaries[REMINDED.id].notice_delivered_on is None


def test_the_day_is_that_of_the_proof(world: World) -> None:
    seen = world.clock.today() - timedelta(days=3)
    delivered(certify(world, on=seen))
    assert seen.isoformat() in world.sender.sent[0][2]


def test_whom_the_office_cannot_reach_is_told_nothing_and_no_payer_hears_more(world: World) -> None:
    entry = certify(world, WANG.id)
    assert (entry.event, announced(entry)) == (LedgerEvent.CERTIFIED, None)
    events = published_events(certify(world))
    assert [one.payer for one in events if one.type != "CertifiedNoticeDue"] == ["fund"]
    assert [one.payer for one in events if one.type == "CertifiedNoticeDue"] == [""]


def test_a_contact_that_is_gone_meanwhile_is_no_error(world: World) -> None:
    entry = certify(world)
    del world.store.contacts[REMINDED.id]
    assert delivered(entry) == {"batchItemFailures": []}
    assert world.sender.sent == []


def test_another_contact_meanwhile_is_the_one(world: World) -> None:
    entry = certify(world)
    records.set_contact()(REMINDED.id, NewContact(NoticeChannel.SMS, "+8613911111111"), CLERK)
    delivered(entry)
    assert [address for _, address, _ in world.sender.sent] == ["+8613911111111"]


def test_not_by_night(world: World) -> None:
    world.clock.move(hours=-8, minutes=-30)  # half past midnight in Shanghai
    entry = certify(world)
    assert len(delivered(entry)["batchItemFailures"]) == 1
    assert world.sender.sent == []
    world.clock.move(seconds=world.waits[0])
    assert delivered(entry) == {"batchItemFailures": []}
    assert len(world.sender.sent) == 1


def agreed(proposed: str) -> None:
    office.confirm_proposal()(proposed, ANOTHER_CLERK, confirm=True)


def test_a_certificate_that_was_revoked_meanwhile_is_not_said_to_be_one(world: World) -> None:
    entry = certify(world)
    certificate_id = str(entry.details["certificate_id"])
    world.clock.move(days=1)
    again = certify(world)
    proposal = Proposal(ReviewKind.REVOCATION, certificate_id=certificate_id)
    agreed(office.propose()(REMINDED.id, proposal, an_id(), CLERK).review_id)
    delivered(entry)
    assert world.sender.sent == []
    delivered(again)
    assert len(world.sender.sent) == 1, "the other one stands"


def test_who_has_died_since_is_told_nothing(world: World) -> None:
    entry = certify(world)
    proposal = Proposal(ReviewKind.END, world.clock.today(), EndCause.DECEASED)
    agreed(office.propose()(REMINDED.id, proposal, an_id(), CLERK).review_id)
    delivered(entry)
    assert world.sender.sent == []


def test_a_message_about_what_was_no_certification_is_dropped(world: World) -> None:
    assert notices.send_notice().about(NoticeKind.CERTIFIED, REMINDED.id, 1) == "not_needed"
    assert notices.send_notice().about(NoticeKind.CERTIFIED, REMINDED.id, 99) == "not_needed"
    assert world.sender.sent == []


def test_what_issues_no_second_certificate_announces_none(world: World) -> None:
    entry = certify(world)
    assert announced(replace(entry, event=LedgerEvent.ALREADY_CERTIFIED)) is None


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_the_words_in_both_languages_name_the_help_line_and_no_link(language: str) -> None:
    text = load_notice_text(language).proven("王*明", date(2026, 3, 1), "12333")
    assert all(word in text for word in ("王*明", "2026-03-01", "12333"))
    assert not any(link in text.lower() for link in LINKS)
    assert HELPER.user_id not in text


def test_whom_another_register_saw_is_told_which_and_when(world: World) -> None:
    who = world.store.beneficiaries[REMINDED.id]
    proof = Proof(Method.DATA_MATCH, date(2026, 2, 20), "data_match:hospital", "digest")
    actor, today = Actor("data_match:hospital", Role.DATA_MATCH), world.clock.today()
    change, _ = certifying(who, proof, actor, world.clock.now(), today, {"source": "hospital"})
    world.store.register.commit(change)
    delivered(change.entry)
    [(_, _, text)] = world.sender.sent
    for word in ("郑*兰", "当地医院于2026年2月20日见到您本人", "010-12333", "银行卡"):
        assert word in text
