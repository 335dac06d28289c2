"""What the ledger alone tells of a person is what the register has, through a life in which everything happens once."""

from collections.abc import Iterator
from dataclasses import fields, replace
from datetime import date, timedelta
from typing import Any

import pytest

from lifecert.application.faces.consent import UndoGround
from lifecert.application.faces.enrol_reference import ConsentShown
from lifecert.application.faces.mandates import MandateWish
from lifecert.application.notices.record_notice import NewNotice, Voiding
from lifecert.application.office.amend_record import RightRecord
from lifecert.application.office.correct_start import RightStart
from lifecert.application.office.decide_holds import HoldWish
from lifecert.application.office.register_beneficiary import NewBenefit, Registration
from lifecert.application.office.set_contact import NewContact
from lifecert.application.office.signal_death import SignalDeath
from lifecert.application.office.take_visit_list import Visit, VisitLine, VisitOutcome
from lifecert.domain.actor import User
from lifecert.domain.amendment import AmendGround
from lifecert.domain.beneficiary import Beneficiary
from lifecert.domain.benefit import BenefitEnd
from lifecert.domain.category import Category
from lifecert.domain.certificate import RevocationCause
from lifecert.domain.challenge import Ability, Excused
from lifecert.domain.consent import FaceConsent
from lifecert.domain.data_match import MatchLine, Said
from lifecert.domain.hold import HoldChoice, HoldGround, HoldProposal, HoldState, Reprieve
from lifecert.domain.ledger import LedgerEvent
from lifecert.domain.mandate import MandateGround, MandateKind, MandateRight
from lifecert.domain.notice import Notice, NoticeChannel, NoticeKind
from lifecert.domain.office_notice import NoticeResult, NoticeWay
from lifecert.domain.open_case import FormerHelper, OpenCase, Unfounded
from lifecert.domain.person import IdNumber
from lifecert.domain.reference import Replacement
from lifecert.domain.review import Ground, Proposal, ReviewKind, ReviewOutcome
from lifecert.domain.session import ImageType
from lifecert.domain.sighting import PresenceGround
from lifecert.domain.status import EndCause
from ops.recorded import NOT_TOLD, Recorded
from ops.verify_ledger import LedgerCheck
from tests.support.builders import (
    CLERK,
    HELPER,
    NOW,
    a_session,
    an_id,
    at_the_counter,
)
from tests.support.sweeping import GRACE_DAYS
from tests.support.wiring.factories import use_cases
from tests.support.wiring.world import World

SECOND_CLERK = replace(CLERK, user_id="clerk-2")
RIGHT_NUMBER = IdNumber.parse("110101195005050032")
BY_SMS = NewContact(NoticeChannel.SMS, "+8613800000000")
PERSON = Registration(
    "王小明",
    IdNumber.parse("11010519491231002X"),
    NewBenefit(Category.RESIDENT_PENSION, "330106", date(2025, 6, 1)),
    BY_SMS,
)


class Life:
    """One person, the office, phones and nights."""

    def __init__(self) -> None:
        self.world = World()
        self.do = use_cases(self.world)
        self.sessions: list[str] = []
        self.id = self.do["register_beneficiary"](PERSON, CLERK, an_id()).beneficiary_id

    @property
    def person(self) -> Beneficiary:
        return self.world.store.beneficiaries[self.id]

    def last(self) -> LedgerEvent:
        return self.world.store.entries[self.id][-1].event

    def nights(self, number: int) -> None:
        for _ in range(number):
            self.world.clock.move(days=1)
            self.world.night()

    def shown(self, photo: str, *cannot: Ability, on_behalf: bool = True) -> None:
        """A session of the helper's is decided by this face."""
        now = self.world.clock.now()
        deadline = now + timedelta(minutes=10)
        session = a_session(
            beneficiary_id=self.id, opened_at=now, deadline=deadline, cannot=cannot, on_behalf=on_behalf
        )
        self.world.store.sessions.open(session)
        for step in range(1, 4):
            self.world.photos.upload(session.frame_key(step), f"{photo}-{session.session_id}-{step}".encode(), now)
        self.do["verify_face"](session.session_id, HELPER)
        self.sessions.append(session.session_id)

    def enrolled(
        self,
        photo: str,
        replacement: Replacement | None = None,
        captured_on: date | None = None,
        clerk: User = CLERK,
    ) -> None:
        begin, consent = self.do["begin_enrolment"], ConsentShown("2026-1")
        begun = begin(self.id, "office", captured_on, ImageType.JPEG, clerk, consent, replacement).enrolment
        self.world.photos.upload(begun.upload_key, photo.encode())
        self.do["finish_enrolment"](self.id, begun.reference_id, clerk)

    @property
    def case(self) -> str:
        """The newest open one."""
        return self.person.open_cases[-1].review_id

    def told(self) -> None:
        """The newest notice is sent, and arrives."""
        assert self.person.notice
        self.do["send_notice"](self.id, self.person.notice.reminder_seq)
        self.do["note_delivery"](list(self.world.store.sent_notices)[-1])

    def proposed(self) -> bool:
        return self.person.benefits[0].hold_proposal is not None

    def told_by_other_ways(self) -> Iterator[tuple[str, "Life"]]:
        """Somebody lapsed whom a message has told: a letter besides; of the year after, letters alone."""
        today, posted = self.world.clock.today, (NoticeWay.LETTER, NoticeResult.POSTED)
        letter = self.do["record_notice"](self.id, NewNotice(*posted, today(), "XA1"), CLERK, an_id())
        yield "a letter besides", self
        came_back = Voiding(NoticeResult.RETURNED, today(), "XA1")
        self.do["record_notice"].void(self.id, letter.notice_id, came_back, CLERK, an_id())
        yield "which came back, and a message had told them anyway", self
        self.do["certify_in_person"](self.id, at_the_counter(today()), CLERK, an_id())
        # No message arrives this year.
        self.nights((self.person.valid_until - today()).days + 2)
        letter = self.do["record_notice"](self.id, NewNotice(*posted, today(), "XA2"), CLERK, an_id())
        assert self.person.office_notices == (letter,), "those of the year before are over"
        yield "a letter", self
        self.nights(7 + GRACE_DAYS + 1)
        assert self.proposed()
        yield "proposed since a letter counts", self
        came_back = Voiding(NoticeResult.RETURNED, today(), "XA2")
        self.do["record_notice"].void(self.id, letter.notice_id, came_back, SECOND_CLERK, an_id())
        assert not self.proposed()
        assert not self.person.notice
        yield "which came back, and the proposal with it", self
        self.nights(1)
        self.told()
        self.nights(GRACE_DAYS + 1)
        yield "a message told them", self

    def agreed(self, kind: ReviewKind, **about: Any) -> None:
        proposal = self.do["propose"](self.id, Proposal(kind, **about), an_id(), CLERK)
        self.do["confirm_proposal"](proposal.review_id, SECOND_CLERK, confirm=True)

    def begins(self, start: date) -> None:
        right = RightStart("1", start, AmendGround.REDETERMINED, checked=True)
        proposal = self.do["propose_start"](self.id, right, an_id(), CLERK)
        self.do["confirm_proposal"](proposal.review_id, SECOND_CLERK, confirm=True)

    def decided(self, choice: HoldChoice, ground: HoldGround) -> None:
        # The office of before has one too, of somebody who has moved away.
        *_, batch = self.world.store.hold_batches.listed(HoldState.OPEN, 10).items
        self.do["decide_holds"](batch.batch_id, HoldWish(choice, ground), CLERK)


def a_life() -> Iterator[tuple[str, Life]]:
    life = Life()
    do, today = life.do, life.world.clock.today
    yield "registered", life
    do["decide_review"](life.case, ReviewOutcome.REFUSE, Ground.UNFOUNDED, SECOND_CLERK)
    yield "nobody whom a second clerk knows", life
    seen = do["certify_in_person"](life.id, at_the_counter(today()), CLERK, an_id())
    do["confirm_proposal"](seen.review_id, replace(CLERK, user_id="clerk-3"), confirm=True)
    assert not life.person.open_cases
    yield "but two saw them", life
    life.world.clock.move(days=1)
    life.enrolled("good")
    life.enrolled("good")
    yield "two references", life
    life.shown("uncertain")
    life.shown("uncertain", Ability.SMILE)
    yield "a case is open", life
    do["decide_review"](life.case, ReviewOutcome.ACCEPT, Ground.SAME_PERSON, SECOND_CLERK, life.sessions[-1])
    yield "the case is decided", life
    life.shown("uncertain")
    do["decide_review"](life.case, ReviewOutcome.REFUSE, Ground.OTHER_PERSON, SECOND_CLERK)
    yield "a case is refused", life
    life.world.clock.move(days=1)
    life.shown("uncertain")
    life.world.clock.move(days=30)
    do["end_cases"]()
    assert (life.last(), life.person.open_cases) == (LedgerEvent.CERTIFY_AGAIN_DUE, ())
    yield "a case that nobody decided", life
    do["send_notice"].about(NoticeKind.CERTIFY_AGAIN, life.id, life.person.version)
    assert life.last() is LedgerEvent.NOTICE_SENT
    yield "told to certify again", life
    life.world.clock.move(days=1)
    life.shown("good")
    assert life.person.certified_by == (HELPER.user_id,)
    yield "certified by face", life
    life.shown("good")
    assert life.last() is LedgerEvent.ALREADY_CERTIFIED
    yield "and once more that day", life
    newest = life.person.certificate_id
    do["certify_in_person"](
        life.id, at_the_counter(today() - timedelta(days=40), ground=PresenceGround.HOME_VISIT), CLERK, an_id()
    )
    assert life.person.certificate_id == newest
    yield "and for an earlier day", life
    life.agreed(ReviewKind.REVOCATION, certificate_id=newest, cause=RevocationCause.ERROR)
    assert life.person.certificate_id not in (None, newest)
    yield "revoked", life
    life.enrolled("stranger", Replacement.FACE_CHANGED)
    yield "another face by a clerk's word", life
    seen = do["certify_in_person"](life.id, at_the_counter(today()), CLERK, an_id())
    yield "seen against an open case", life
    do["confirm_proposal"](seen.review_id, SECOND_CLERK, confirm=False)
    yield "and another clerk did not confirm it", life
    do["decide_review"](life.case, ReviewOutcome.ACCEPT, Ground.CONFIRMED, SECOND_CLERK)
    yield "the other face is taken", life
    life.enrolled("stranger", captured_on=today(), clerk=replace(CLERK, user_id="clerk-3"))
    assert life.person.counter_photo_on == today()
    yield "a photo at the counter", life
    life.world.clock.move(days=(life.person.valid_until - today()).days - 20)
    life.do["report_death"].of_known(life.id, None, HELPER)
    yield "a death is reported", life
    do["report_death"].of_known(life.id, None, CLERK)
    assert life.last() is LedgerEvent.REPORT_JOINED
    yield "and a clerk takes it up", life
    life.shown("good")
    assert life.person.spared_until
    yield "a face is shown against it", life
    for case in life.person.open_cases:
        do["decide_review"](case.review_id, ReviewOutcome.REFUSE, Ground.UNFOUNDED, replace(CLERK, user_id="clerk-4"))
    yield "which is unfounded", life
    true = do["report_death"].of_known(life.id, None, CLERK)
    do["decide_review"](true, ReviewOutcome.ACCEPT, Ground.CONFIRMED, replace(CLERK, user_id="clerk-4"))
    yield "which is found true", life
    seen = do["certify_in_person"](life.id, at_the_counter(today()), CLERK, an_id())
    do["confirm_proposal"](seen.review_id, SECOND_CLERK, confirm=True)
    assert life.person.open_cases == ()
    yield "and not by two clerks", life
    life.world.clock.move(days=1)
    life.shown("good", on_behalf=False)
    assert life.person.own_account == HELPER.user_id
    yield "certified by face for themself", life
    do["withdraw_consent"](life.id, HELPER)
    yield "consent withdrawn", life
    do["undo_withdrawal"](life.id, CLERK, UndoGround.NOT_THE_PERSON)
    undone = life.person
    assert not undone.certified_by
    assert not undone.own_account
    yield "which was somebody else's doing", life
    life.world.clock.move(days=1)
    life.shown("good")
    do["remove_helpers"](life.id, CLERK)
    assert life.last() is LedgerEvent.HELPERS_REMOVED
    assert HELPER.user_id not in life.person.certified_by
    yield "and helps no more", life
    paper: dict[str, Any] = {"kind": MandateKind.GUARDIAN, "ground": MandateGround.COURT_ORDER, "scan": "5" * 64}
    wish = MandateWish("guardian", frozenset(MandateRight), today() + timedelta(days=30), **paper)
    given = do["give_mandate"](life.id, CLERK, wish)
    yield "a guardian has a mandate", life
    do["end_mandate"](life.id, given.mandate_id, CLERK)
    yield "and has it no more", life
    line = VisitLine(1, life.id, VisitOutcome.NOT_SEEN)
    assert [one.refused for one in do["take_visit_list"](Visit(today()), [line], CLERK, an_id())] == [None]
    yield "visited in vain", life
    do["withdraw_consent"](life.id, CLERK, at_once=True)
    yield "consent withdrawn at once", life
    life.world.clock.move(days=2)
    do["purge_faces"]()
    yield "faces deleted", life
    do["give_consent"](life.id, "2026-1", False, CLERK, UndoGround.CHANGED_MIND)
    yield "consent given anew", life
    life.enrolled("good")
    do["decide_review"](life.case, ReviewOutcome.REFUSE, Ground.OTHER_PERSON, SECOND_CLERK)
    assert life.person.reference_ids == ()
    yield "a first face after a withdrawal, which a second clerk refuses", life
    life.nights((life.person.valid_until - today()).days - 20)
    life.told()
    life.nights(14)
    assert life.person.notice_delivered_on
    yield "reminded again after a notice that arrived", life
    do["certify_in_person"](life.id, at_the_counter(today()), CLERK, an_id())
    life.nights((life.person.valid_until - today()).days + 2)
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
    moved = RightRecord(None, "1", "110105")
    do["amend_record"](life.id, moved, AmendGround.MOVED_HOUSE, CLERK, an_id())
    yield "moved to another office meanwhile", life
    life.nights(GRACE_DAYS + 1)
    yield "and proposed there", life
    yield from life.told_by_other_ways()
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
    life.begins(today() - timedelta(days=600))
    yield "held, and another start", life
    message = list(life.world.store.sent_notices)[-1]
    assert do["note_delivery"].failed(message)
    yield "a notice failed", life
    life.agreed(ReviewKind.END, day=today(), cause=EndCause.OTHER)
    life.world.clock.move(days=90)
    do["purge_faces"]()
    assert life.person.contact_channel is None
    yield "the contact deleted", life
    store, clock = life.world.store, life.world.clock
    for source in ("civil_register", "hospital"):
        said = MatchLine(PERSON.id_number, Said.DEAD, today(), source)
        SignalDeath(store.register, store.ledger, clock)(life.person, said)
        yield "a register says that they died", life
    life.agreed(ReviewKind.CORRECTION)
    yield "corrected too late for it, and what the registers said is a case", life
    do["decide_review"](life.case, ReviewOutcome.REFUSE, Ground.UNFOUNDED, replace(CLERK, user_id="clerk-4"))
    yield "which is unfounded", life
    do["certify_in_person"](life.id, at_the_counter(today()), CLERK, an_id())
    yield "certified again", life
    more = NewBenefit(Category.SURVIVOR_ALLOWANCE, "330106", today(), planned_end=today() + timedelta(days=30))
    do["add_benefit"](life.id, more, CLERK, an_id())
    yield "another benefit", life
    to_another = RightRecord(None, "1", "310101", Category.EMPLOYEE_PENSION, "P-1")
    do["amend_record"](life.id, to_another, AmendGround.MISTYPED, CLERK, an_id())
    assert life.last() is LedgerEvent.AMENDED
    yield "a record put right", life
    proposal = do["propose_id_number"](life.id, RIGHT_NUMBER, AmendGround.MISTYPED, CLERK, an_id())
    yield "another number proposed", life
    do["confirm_id_number"](proposal.review_id, RIGHT_NUMBER, SECOND_CLERK)
    yield "and confirmed", life
    for start in (today() - timedelta(days=700), today() - timedelta(days=10)):
        life.begins(start)
        assert life.last() is LedgerEvent.START_CORRECTED
        yield "another start", life
    life.nights(30)
    assert life.last() is LedgerEvent.BENEFIT_ENDED
    yield "which ended as planned", life


def check(life: Life, person: Beneficiary | None = None) -> str | None:
    if person:
        life.world.store.beneficiaries[life.id] = person
    return LedgerCheck(life.world.store.register, life.world.store.ledger)(life.id)


def test_nothing_that_the_use_cases_write_differs() -> None:
    for stage, life in a_life():
        assert check(life) is None, stage
    assert {entry.event for entry in life.world.store.entries[life.id]} == set(LedgerEvent)


def test_a_fraud_upon_somebody_without_a_photo_leaves_the_register_as_the_ledger_tells_it() -> None:
    """A made-up city found it: a register's word was a fraud, two clerks saw them, and there was no photo to lose."""
    life, third = Life(), replace(CLERK, user_id="clerk-3")
    for cause in (None, RevocationCause.FRAUD):
        if cause:
            life.agreed(ReviewKind.REVOCATION, certificate_id=life.person.certificate_id, cause=cause)
            assert check(life) is None
        seen = life.do["certify_in_person"](life.id, at_the_counter(life.world.clock.today()), CLERK, an_id())
        life.do["confirm_proposal"](seen.review_id, third, confirm=True)
        assert (life.last(), life.person.reference_ids) == (LedgerEvent.CERTIFIED, ())
        assert check(life) is None
        life.world.clock.move(days=1)
    assert life.person.faces_were_deleted, "whose face comes next is looked at by two"


def test_every_field_is_told_or_said_not_to_be() -> None:
    told = Recorded()
    _, life = next(a_life())
    for entry in life.world.store.entries[life.id]:
        told.take(entry)
    # The ledger tells the status, which says whether somebody lapsed; benefits are told one by one.
    kept = {one.name for one in fields(Beneficiary)} - {"lapsed", "benefits"} | {"status"}
    assert kept == {*told.fields, *NOT_TOLD}
    assert told.fields.keys().isdisjoint(NOT_TOLD)


DAY = date(2026, 1, 1)
OTHERS: dict[str, Any] = {
    "lapsed": None,
    "valid_until": date(2030, 1, 1),
    "certificate_id": "another",
    "certified_on": DAY,
    "certified_by": ("somebody", HELPER.user_id),
    "open_cases": (OpenCase("another", ReviewKind.VERIFICATION, ("somebody",), doubts=True),),
    "reprieve": Reprieve(DAY, DAY),
    "counter_photo_on": DAY,
    "faces_were_deleted": None,
    "registered_by": "another",
    "enrolled_by": ("another",),
    "dispelled_by": ("another",),
    "excused": Excused((Ability.SMILE,), DAY),
    "sessions_kept": 99,
    "unfounded_reports": (Unfounded("another", DAY),),
    "former_helpers": (FormerHelper("another", DAY),),
    "prepared_by": "another",
    "consent": FaceConsent("another", NOW, "another", guardian=True),
    "consent_withdrawn_on": DAY,
    "withdrawn_by": "another",
    "faces_go_on": DAY,
    "own_account": "another",
    "notice": Notice(DAY, 7, 1, delivered_on=DAY),
    "contact_channel": NoticeChannel.PUSH,
    "grace_from": DAY,
    "has_reference": None,
    "reference_ids": ("another",),
    "reference_on": DAY,
}
TEXTS = ("withdrawn_by", "own_account")
# What is taken away is damage too, and some of these default to nothing. A day that is not there may never have been:
# people who were certified before the register kept it have none. Whom no import brought nobody prepared.
EMPTIED = (
    *("certified_by", "reference_ids", "open_cases", "enrolled_by", "dispelled_by"),
    *("unfounded_reports", "former_helpers"),
)
EMPTY: dict[str, Any] = {
    name: () if name in EMPTIED else "" if name in TEXTS else None
    for name in OTHERS
    if name not in ("certified_on", "prepared_by")
}


@pytest.mark.parametrize("values", [OTHERS, EMPTY], ids=["another", "none"])
def test_a_field_edited_behind_the_ledgers_back_is_named_at_every_stage(values: dict[str, Any]) -> None:
    found = set()
    for stage, life in a_life():
        before = life.person
        for name, value in values.items():
            # Whether somebody lapsed is told by the status, and by nothing once every benefit has ended.
            edited: Any = not before.lapsed if name == "lapsed" else value
            if getattr(before, name) == edited or (name == "lapsed" and not before.open_benefits):
                continue
            told = "status" if name == "lapsed" else name
            named = f"{told} not as the ledger recorded last: {life.id}"
            changed: Any = {name: edited}
            assert check(life, replace(before, **changed)) == named, stage
            found.add(name)
        life.world.store.beneficiaries[life.id] = before
    assert found == values.keys()


BENEFITS: dict[str, Any] = {
    "category": Category.INJURY_CARE,
    "district": "110101",
    "payer": "another",
    "payer_reference": "another",
    "start": DAY,
    "planned_end": DAY,
    "injury_grade": 3,
    "held_since": DAY,
    "unpaid_since": DAY,
    "end": BenefitEnd(DAY, EndCause.IMPRISONED, "another", BenefitEnd(DAY, EndCause.OTHER)),
    "hold_proposal": HoldProposal("another", DAY, NOW),
    "grace_from": DAY,
}


def test_a_benefit_edited_behind_the_ledgers_back_is_named_at_every_stage() -> None:
    found = set()
    for stage, life in a_life():
        before = life.person
        for name, value in BENEFITS.items():
            benefit = before.benefits[0]
            if getattr(benefit, name) == value:
                continue
            edited = replace(before, benefits=(replace(benefit, **{name: value}), *before.benefits[1:]))
            told = ("ended_on", "end_cause", "ended_by", "end_before") if name == "end" else (name,)
            named = check(life, edited)
            # With an end the status is another too.
            assert named, (stage, name)
            assert all(f"benefit 1: {one}" in named for one in told), (stage, named)
            found.add(name)
        life.world.store.beneficiaries[life.id] = before
    assert found == BENEFITS.keys()
