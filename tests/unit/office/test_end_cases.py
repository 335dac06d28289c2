"""Cases that wait too long: which end by themselves, who is told, and what is counted."""

import json
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from lifecert.adapters.files.notice_texts import load_notice_text
from lifecert.application.office import end_cases
from lifecert.bootstrap import notices, office, streams
from lifecert.domain.actor import PURGE_ACTOR
from lifecert.domain.beneficiary import Beneficiary
from lifecert.domain.benefit import BenefitEnd
from lifecert.domain.change import Change
from lifecert.domain.errors import CasesUnfinished, ReviewDecidedBefore, StoreUnavailable
from lifecert.domain.ledger import LedgerEntry, LedgerEvent, verify_chain
from lifecert.domain.notice import Contact, Notice, NoticeChannel, NoticeKind
from lifecert.domain.page import Page, Position
from lifecert.domain.published import published_events
from lifecert.domain.review import (
    FRAMES_LAST,
    PROPOSAL_LASTS,
    Ground,
    Review,
    ReviewKind,
    ReviewOutcome,
    ReviewState,
)
from lifecert.domain.status import EndCause, Standing, Status
from tests.support.builders import CLERK, NOW, a_benefit, a_change, an_id
from tests.support.fakes.notices import FakeSeal
from tests.support.fakes.register import MemoryRegister
from tests.support.fakes.reviews import MemoryReviews
from tests.support.wiring.functions import run
from tests.support.wiring.people import WANG, Person, world_id
from tests.support.wiring.world import World

DOUBTED = world_id(501)


class Night:
    """The world of the event files, with nothing open but one case of WANG's photos; and the nights over it."""

    def __init__(self, world: World, **person: Any) -> None:
        self.world = world
        for review_id in [one for one in world.store.reviews if one != DOUBTED]:
            del world.store.reviews[review_id]
        world.store.beneficiaries[WANG.id] = replace(self.person, certified_on=None, **person)

    @property
    def person(self) -> Beneficiary:
        return self.world.store.beneficiaries[WANG.id]

    @property
    def review(self) -> Review:
        return self.world.store.reviews[DOUBTED]

    @property
    def last(self) -> LedgerEntry:
        return self.world.store.entries[WANG.id][-1]

    def add(self, number: int, kind: ReviewKind, of: Person = WANG, **fields: Any) -> str:
        self.world.add_review(number, of, kind, "clerk-9", **fields)
        return world_id(number)

    def __call__(self, days: int) -> end_cases.CasesReport:
        self.world.clock.time = NOW + timedelta(days=days)
        report: end_cases.CasesReport = streams.end_cases()()
        return report


def reachable(world: World) -> dict[str, Any]:
    sealed = FakeSeal().seal(WANG.id, "+8613800000000")
    world.store.contacts[WANG.id] = Contact(WANG.id, NoticeChannel.SMS, sealed)
    return {"contact_channel": NoticeChannel.SMS}


def test_a_case_ends_with_its_photos_and_the_person_is_to_be_told(world: World) -> None:
    night = Night(world, **reachable(world))
    before = night.person
    assert (night(29).ended, night.person) == (0, before)
    report = night(30)
    assert (report.ended, report.failed, report.open.number, report.oldest_days) == (1, [], 0, 0)
    decision = night.review.decision
    assert decision
    assert (decision.outcome, decision.ground) == (ReviewOutcome.NEEDS_MORE, Ground.NOT_IN_TIME)
    assert (decision.decided_by, decision.certificate_id) == (PURGE_ACTOR.actor_id, None)
    after = night.person
    assert after == replace(before, open_cases=(), version=before.version + 1, ledger_head=night.last.hash)
    assert (night.last.event, night.last.actor) == (LedgerEvent.CERTIFY_AGAIN_DUE, PURGE_ACTOR)
    (announced,) = published_events(night.last)
    assert (announced.type, announced.detail["channel"]) == ("CertifyAgainDue", "sms")
    assert [key for key in world.photos.kept if key.startswith("review/") and world_id(230) in key] == []
    assert night(31).ended == 0
    assert verify_chain(world.store.ledger.entries(WANG.id)) == after.version


def test_the_session_tells_whoever_tried_what_to_do(world: World) -> None:
    night = Night(world)
    night(30)
    session = world.store.sessions_by_id[world_id(230)]
    assert session.result
    world.store.sessions_by_id[world_id(230)] = replace(session, result=replace(session.result, review_id=DOUBTED))
    there = {"pathParameters": {"session_id": world_id(230)}, "path": f"/sessions/{world_id(230)}"}
    told = json.loads(run("get_status/session_reviewed", **there)["body"])["reviewed"]["reason"]
    assert (told["code"], "certify again" in told["instruction"]) == ("not_in_time", True)


@pytest.mark.parametrize(
    "person",
    [
        {"certified_on": date(2026, 3, 20)},
        {"benefits": (a_benefit(end=BenefitEnd(date(2026, 3, 20), EndCause.MOVED)),)},
    ],
    ids=["certified since", "ended"],
)
def test_who_need_not_certify_again_is_not_asked_to(world: World, person: dict[str, Any]) -> None:
    night = Night(world)
    world.store.beneficiaries[WANG.id] = replace(night.person, **person)
    assert night(30).ended == 1
    assert night.last.event is LedgerEvent.REVIEW_DECIDED
    assert published_events(night.last) == ()


def test_an_audit_ends_with_its_photos_too_and_nobody_hears_of_it(world: World) -> None:
    night = Night(world)
    world.store.reviews.clear()
    audit = night.add(520, ReviewKind.AUDIT, session_id=world_id(230))
    assert night(30).ended == 1
    assert world.store.reviews[audit].state is ReviewState.DECIDED
    assert (night.last.event, published_events(night.last)) == (LedgerEvent.REVIEW_DECIDED, ())


def test_a_proposal_ends_once_nobody_can_confirm_it(world: World) -> None:
    night = Night(world)
    world.store.reviews.clear()
    proposal = night.add(521, ReviewKind.END, expires_at=NOW + PROPOSAL_LASTS)
    assert night(14).ended == 0
    assert night(15).ended == 1
    assert world.store.reviews[proposal].state is ReviewState.DECIDED
    with pytest.raises(ReviewDecidedBefore):
        office.confirm_proposal()(proposal, replace(CLERK, user_id="clerk-2"), confirm=True)


def test_what_can_still_be_judged_waits_however_old_and_is_counted(world: World) -> None:
    night = Night(world)
    waiting = [
        night.add(530 + number, kind)
        for number, kind in enumerate(set(ReviewKind) - {ReviewKind.VERIFICATION, ReviewKind.AUDIT})
    ]
    report = night(400)
    assert (report.ended, report.open.number, report.oldest_days) == (1, len(waiting), 400)
    assert all(world.store.reviews[one].state is ReviewState.OPEN for one in waiting)


def test_a_night_reads_what_is_old_and_no_more(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """By age, and so the same for ten young cases as for ten thousand."""
    monkeypatch.setattr(end_cases, "PAGE", 2)
    night, read = Night(world), 0
    for number in range(20):
        night.add(540 + number, ReviewKind.OVERRIDE, opened_at=NOW + timedelta(days=29))
    listed = MemoryReviews.listed

    def counting(self: MemoryReviews, *asked: Any) -> Page[Review, Position]:
        nonlocal read
        page = listed(self, *asked)
        read += len(page.items)
        return page

    monkeypatch.setattr(MemoryReviews, "listed", counting)
    assert night(30).ended == 1
    assert read == 2


def test_one_that_fails_keeps_no_other_and_the_run_ends_loudly(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    night = Night(world)
    world.store.reviews[DOUBTED] = replace(night.review, opened_at=NOW + timedelta(seconds=1))
    night.add(522, ReviewKind.AUDIT, session_id=an_id())
    commit = MemoryRegister.commit

    def refused(self: MemoryRegister, change: Change) -> None:
        if change.review and change.review.kind is ReviewKind.AUDIT:
            raise StoreUnavailable
        commit(self, change)

    monkeypatch.setattr(MemoryRegister, "commit", refused)
    world.clock.time = NOW + timedelta(days=31)
    with pytest.raises(CasesUnfinished):
        run("purge_faces/schedule")
    assert night.review.state is ReviewState.DECIDED
    assert '"message":"purge_finished"' in world.log.getvalue(), "the faces went all the same"
    assert world_id(522) in world.log.getvalue()


def test_a_clerk_who_was_quicker_has_decided(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    night = Night(world)
    commit = MemoryRegister.commit
    decide = office.decide_review()

    def late(self: MemoryRegister, change: Change) -> None:
        monkeypatch.setattr(MemoryRegister, "commit", commit)
        decide(DOUBTED, ReviewOutcome.REFUSE, Ground.NOT_LIVE, CLERK)
        commit(self, change)

    monkeypatch.setattr(MemoryRegister, "commit", late)
    night(30)
    decision = night.review.decision
    assert decision
    assert decision.ground is Ground.NOT_LIVE


def test_out_of_time_it_stops_and_says_so(world: World) -> None:
    Night(world)
    world.clock.time = NOW + timedelta(days=30)
    report = streams.end_cases()(lambda: True)
    assert (report.ended, report.unfinished) == (0, True)
    assert streams.end_cases()().ended == 1


def test_the_notice_is_sent_once_and_counts_for_no_hold(world: World) -> None:
    told = Notice(date(2026, 6, 30), 60, 1, sent=True)
    night = Night(world, notice=told, **reachable(world))
    night(30)
    world.clock.move(hours=2)
    send, due = notices.send_notice(), night.last.seq
    assert send.about(NoticeKind.CERTIFY_AGAIN, WANG.id, due) == "sent"
    [(_, _, text)] = world.sender.sent
    assert text == load_notice_text("zh-CN").again(night.person.masked_name, "010-12333")
    assert night.last.details["reminder_seq"] == due
    [(message_id, sent)] = [(one, of) for one, of in world.store.sent_notices.items() if of.beneficiary_id == WANG.id]
    assert sent.kind is NoticeKind.CERTIFY_AGAIN
    assert send.about(NoticeKind.CERTIFY_AGAIN, WANG.id, due) == "not_needed", "the queue gave it out twice"
    assert notices.note_delivery()(message_id) is False
    assert (night.person.notice, night.person.current_notice) == (told, told), "it says nothing of the year"


@pytest.mark.parametrize("since", [LedgerEvent.CERTIFIED, LedgerEvent.ALREADY_CERTIFIED, LedgerEvent.TERMINATED])
def test_who_certified_before_it_could_be_sent_is_spared_it(world: World, since: LedgerEvent) -> None:
    night = Night(world, **reachable(world))
    night(30)
    due = night.last.seq
    ended = {"standing": Standing(Status.TERMINATED, date(2026, 6, 30), ended_on=date(2026, 3, 31))}
    changed = ended if since is LedgerEvent.TERMINATED else {}
    world.store.register.commit(a_change(night.person, since, changed=changed))
    assert notices.send_notice().about(NoticeKind.CERTIFY_AGAIN, WANG.id, due) == "not_needed"
    assert world.sender.sent == []


def test_only_what_the_ledger_asks_for_is_sent(world: World) -> None:
    night = Night(world, **reachable(world))
    send = notices.send_notice()
    for seq in (1, 99):
        assert send.about(NoticeKind.CERTIFY_AGAIN, WANG.id, seq) == "not_needed"
    assert send.about(NoticeKind.CERTIFY_AGAIN, an_id(), 1) == "not_needed"
    del world.store.contacts[WANG.id]
    night(30)
    assert send.about(NoticeKind.CERTIFY_AGAIN, WANG.id, night.last.seq) == "no_contact"


def test_photos_are_kept_as_long_as_they_can_be_judged() -> None:
    assert FRAMES_LAST > PROPOSAL_LASTS
