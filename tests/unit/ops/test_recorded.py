"""What the ledger alone tells of a person is what the register has, through a life in which everything happens once."""

from collections.abc import Iterator
from dataclasses import fields, replace
from datetime import date, timedelta
from typing import Any

import pytest

from lifecert.application.office.certify_in_person import Document
from lifecert.application.office.decide_holds import HoldWish
from lifecert.application.office.register_beneficiary import Registration
from lifecert.application.office.set_contact import NewContact
from lifecert.domain.beneficiary import Beneficiary
from lifecert.domain.category import Category
from lifecert.domain.hold import HoldChoice, HoldGround, HoldProposal, HoldState
from lifecert.domain.ledger import LedgerEvent
from lifecert.domain.notice import Notice, NoticeChannel
from lifecert.domain.person import IdNumber
from lifecert.domain.reference import Replacement
from lifecert.domain.review import Ground, Proposal, ReviewKind, ReviewOutcome
from lifecert.domain.session import ImageType
from lifecert.domain.status import EndCause, Standing, Status
from ops.recorded import NOT_TOLD, Recorded
from ops.verify_ledger import LedgerCheck
from tests.support.builders import CLERK, HELPER, NOW, a_session, an_id
from tests.support.sweeping import GRACE_DAYS
from tests.support.wiring.factories import use_cases
from tests.support.wiring.world import World

SECOND_CLERK = replace(CLERK, user_id="clerk-2")
BY_SMS = NewContact(NoticeChannel.SMS, "+8613800000000")
PERSON = Registration(
    "王小明", IdNumber.parse("11010519491231002X"), Category.RESIDENT_PENSION, "330106", date(2025, 6, 1), BY_SMS
)


class Life:
    """One person, the office, phones and nights."""

    def __init__(self) -> None:
        self.world = World()
        self.do = use_cases(self.world)
        self.id = self.do["register_beneficiary"](PERSON, CLERK).beneficiary_id

    @property
    def person(self) -> Beneficiary:
        return self.world.store.beneficiaries[self.id]

    def nights(self, number: int) -> None:
        for _ in range(number):
            self.world.clock.move(days=1)
            self.world.night()

    def shown(self, photo: str) -> None:
        """A session of the helper's is decided by this face."""
        now = self.world.clock.now()
        session = a_session(beneficiary_id=self.id, opened_at=now, deadline=now + timedelta(minutes=10))
        self.world.store.sessions.open(session)
        for step in range(1, 4):
            self.world.photos.upload(session.frame_key(step), f"{photo}-{session.session_id}-{step}".encode(), now)
        self.do["verify_face"](session.session_id, HELPER)

    def enrolled(self, photo: str, replacement: Replacement | None = None) -> None:
        begun = self.do["begin_enrolment"](self.id, "office", None, ImageType.JPEG, CLERK, replacement).enrolment
        self.world.photos.upload(begun.upload_key, photo.encode())
        self.do["finish_enrolment"](self.id, begun.reference_id, CLERK)

    def told(self) -> None:
        """The newest notice is sent, and arrives."""
        assert self.person.notice
        self.do["send_notice"](self.id, self.person.notice.reminder_seq)
        self.do["note_delivery"](list(self.world.store.sent_notices)[-1])

    def agreed(self, kind: ReviewKind, **about: Any) -> None:
        proposal = self.do["propose"](self.id, Proposal(kind, **about), an_id(), CLERK)
        self.do["confirm_proposal"](proposal.review_id, SECOND_CLERK, confirm=True)

    def decided(self, choice: HoldChoice, ground: HoldGround) -> None:
        (batch,) = self.world.store.hold_batches.listed(HoldState.OPEN, 10).items
        self.do["decide_holds"](batch.batch_id, HoldWish(choice, ground), CLERK)


def a_life() -> Iterator[tuple[str, Life]]:
    life = Life()
    do, today = life.do, life.world.clock.today
    yield "registered", life
    life.enrolled("good")
    life.enrolled("good")
    yield "two references", life
    life.shown("uncertain")
    life.shown("uncertain")
    yield "a case is open", life
    do["decide_review"](life.person.open_review_id, ReviewOutcome.ACCEPT, Ground.SAME_PERSON, SECOND_CLERK)
    yield "the case is decided", life
    life.shown("uncertain")
    do["decide_review"](life.person.open_review_id, ReviewOutcome.REFUSE, Ground.OTHER_PERSON, SECOND_CLERK)
    yield "a case is refused", life
    life.world.clock.move(hours=1)
    life.shown("good")
    assert life.person.certified_by == (HELPER.user_id,)
    yield "certified by face", life
    newest = life.person.certificate_id
    do["certify_in_person"](life.id, today() - timedelta(days=40), Document.ID_CARD, CLERK)
    assert life.person.certificate_id == newest
    yield "and for an earlier day", life
    life.agreed(ReviewKind.REVOCATION, certificate_id=newest)
    assert life.person.certificate_id not in (None, newest)
    yield "revoked", life
    life.enrolled("stranger", Replacement.FACE_CHANGED)
    yield "another face by a clerk's word", life
    do["withdraw_consent"](life.id, HELPER)
    yield "consent withdrawn", life
    do["purge_faces"]()
    yield "faces deleted", life
    do["give_consent"](life.id, "2026-1", False, CLERK)
    yield "consent given anew", life
    life.nights((life.person.standing.valid_until - today()).days - 20)
    life.told()
    life.nights(14)
    assert life.person.notice_delivered_on
    yield "reminded again after a notice that arrived", life
    do["certify_in_person"](life.id, today(), Document.ID_CARD, CLERK)
    life.nights((life.person.standing.valid_until - today()).days + 2)
    yield "lapsed and due to be told", life
    do["set_contact"](life.id, BY_SMS, CLERK)
    yield "reachable", life
    issued = do["issue_invitation"](life.id, guardian=False, user=CLERK)
    do["withdraw_invitation"](life.id, issued.invitation.invitation_id, CLERK)
    yield "invited, and no more", life
    life.nights(1)
    life.told()
    yield "told", life
    life.nights(GRACE_DAYS + 1)
    yield "proposed", life
    life.decided(HoldChoice.NONE, HoldGround.OTHER)
    life.nights(1)
    yield "spared", life
    life.nights(GRACE_DAYS + 1)
    life.decided(HoldChoice.ALL, HoldGround.NOT_HEARD_OF)
    life.nights(1)
    yield "held", life
    life.agreed(ReviewKind.END, day=today(), cause=EndCause.MOVED)
    yield "ended", life
    life.agreed(ReviewKind.CORRECTION)
    yield "corrected", life
    do["certify_in_person"](life.id, today(), Document.ID_CARD, CLERK)
    yield "certified again", life


def check(life: Life, person: Beneficiary | None = None) -> str | None:
    if person:
        life.world.store.beneficiaries[life.id] = person
    return LedgerCheck(life.world.store.register, life.world.store.ledger)(life.id)


def test_nothing_that_the_use_cases_write_differs() -> None:
    for stage, life in a_life():
        assert check(life) is None, stage
    assert {entry.event for entry in life.world.store.entries[life.id]} == set(LedgerEvent)


def test_every_field_is_told_or_said_not_to_be() -> None:
    told = Recorded()
    _, life = next(a_life())
    for entry in life.world.store.entries[life.id]:
        told.take(entry)
    kept = {one.name for one in (*fields(Beneficiary), *fields(Standing))} - {"standing"}
    assert kept == {*told.fields, *NOT_TOLD}
    assert told.fields.keys().isdisjoint(NOT_TOLD)


DAY = date(2026, 1, 1)
OTHERS: dict[str, Any] = {
    "category": Category.INJURY_CARE,
    "district": "110101",
    "status": Status.TERMINATED,
    "valid_until": date(2030, 1, 1),
    "held_since": DAY,
    "ended_on": DAY,
    "certificate_id": "another",
    "certified_by": ("somebody", HELPER.user_id),
    "open_review_id": "another",
    "consent_withdrawn_on": DAY,
    "notice": Notice(DAY, 7, 1, delivered_on=DAY),
    "contact_channel": NoticeChannel.PUSH,
    "grace_from": DAY,
    "hold_proposal": HoldProposal("another", DAY, NOW),
    "has_reference": None,
    "reference_ids": ("another",),
}
# What is taken away is damage too, and some of these default to nothing.
EMPTY: dict[str, Any] = {name: () if name in ("certified_by", "reference_ids") else None for name in OTHERS}


@pytest.mark.parametrize("values", [OTHERS, EMPTY], ids=["another", "none"])
def test_a_field_edited_behind_the_ledgers_back_is_named_at_every_stage(values: dict[str, Any]) -> None:
    found = set()
    in_standing = {one.name for one in fields(Standing)}
    for stage, life in a_life():
        before = life.person
        for name, value in values.items():
            if getattr(before.standing if name in in_standing else before, name) == value:
                continue
            one = {name: value}
            edited = {"standing": replace(before.standing, **one)} if name in in_standing else one
            named = f"{name} not as the ledger recorded last: {life.id}"
            assert check(life, replace(before, **edited)) == named, stage
            found.add(name)
        life.world.store.beneficiaries[life.id] = before
    assert found == values.keys()
