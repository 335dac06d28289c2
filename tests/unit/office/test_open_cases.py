"""While a case is open that speaks against it, no machine and no one person renews somebody's year (adr/0024)."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from lifecert.application.office.certify_in_person import CertifyInPerson, Document, PresenceGround
from lifecert.application.office.decide_review import DecideReview
from lifecert.application.office.end_cases import EndCases
from lifecert.application.office.entitlement import ConfirmProposal, Propose
from lifecert.application.office.report_death import ReportDeath
from lifecert.application.shared.reviewing import OpenReview
from lifecert.domain.actor import Actor, Role, User
from lifecert.domain.certificate import Certificate, Method
from lifecert.domain.errors import (
    ActedInCase,
    DoubtedElsewhere,
    EntitlementEnded,
    GoodTryUnseen,
    IdempotencyKeyReused,
    ProposalExpired,
    SecondClerkNeeded,
    TransitionRefused,
)
from lifecert.domain.help_lines import HelpLines
from lifecert.domain.hold import HoldChoice, HoldOutcome, HoldState
from lifecert.domain.ledger import LedgerEvent, verify_chain
from lifecert.domain.open_case import MOST_TRIES, MOST_WAITING
from lifecert.domain.policy import Decision, Outcome
from lifecert.domain.reasons import Reason
from lifecert.domain.review import Ground, Proposal, Review, ReviewKind, ReviewOutcome
from lifecert.domain.session import Session
from lifecert.domain.status import EndCause, Standing, Status
from ops.recorded import Recorded
from tests.support.builders import (
    CLERK,
    HELPER,
    a_change,
    a_review,
    an_id,
    an_issuer,
    failed_evidence,
    good_evidence,
    start_limits,
)
from tests.support.fakes.keys import FakePersonKeys
from tests.support.holding import HoldWorld
from tests.support.verifying import VerifyWorld

SECOND = replace(CLERK, user_id="clerk-2")
STRANGER = User("stranger")
TODAY = date(2026, 3, 1)


class Office(VerifyWorld):
    """A person whose face a machine would accept, and the office."""

    def __init__(self, **person: Any) -> None:
        super().__init__(**{"certified_by": (HELPER.user_id,), **person})
        store = self.store
        register, reviews, ledger = store.register, store.reviews_port, store.ledger
        certificates, issuer = store.certificates_port, an_issuer()
        self.in_person = CertifyInPerson(register, certificates, reviews, self.clock, issuer)
        self.confirm = ConfirmProposal(register, reviews, ledger, self.clock, issuer)
        self.propose = Propose(register, reviews, certificates, self.clock)
        self.decide = DecideReview(register, reviews, store.sessions, ledger, self.photos, self.clock, issuer)
        lines, limits = HelpLines("12333", {}), store.limits
        self.report = ReportDeath(register, FakePersonKeys(), self.clock, lines, limits, start_limits())
        self.night = EndCases(register, reviews, reviews, ledger, self.photos, self.clock)

    def open(self, kind: ReviewKind, **fields: Any) -> str:
        actor = fields.pop("actor", Actor("register", Role.SYSTEM))
        return OpenReview(self.store.register, self.clock)(self.id, kind, actor, **fields)

    def shows_face(self, user: User = HELPER) -> Session:
        return self.verify(self.session(user_id=user.user_id).session_id, user)

    def seen(self, user: User = CLERK, key: str = "key-1", on: date = TODAY) -> Certificate | Review:
        ground = None if on == self.clock.today() else PresenceGround.PAPERS_CAME_LATE
        return self.in_person(self.id, on, Document.ID_CARD, user, key, ground)


def decision_of(session: Session) -> Decision:
    assert session.result
    return session.result.decision


def opened(office: Office, what: str) -> str:
    """One of the cases that speak against somebody."""
    match what:
        case "a helper's report":
            return office.report.of_known(office.id, None, HELPER)
        case "a clerk's report":
            return office.report.of_known(office.id, None, SECOND)
        case "an end that a clerk proposes":
            proposal = Proposal(ReviewKind.END, TODAY, EndCause.DECEASED)
            return office.propose(office.id, proposal, an_id(), SECOND).review_id
        case "a try that looked like somebody else":
            office.analyser.evidence = good_evidence(0.4)
            session = office.shows_face()
            office.analyser.evidence = good_evidence()
            assert session.result
            return str(session.result.review_id)
    return office.open(ReviewKind(what), related_id=an_id())


AGAINST = (
    *("override", "registration", "duplicate_face", "data_signal", "a helper's report", "a clerk's report"),
    *("an end that a clerk proposes", "a try that looked like somebody else"),
)


@pytest.mark.parametrize("what", AGAINST)
def test_no_machine_accepts_a_face_while_a_case_is_open_against_it(what: str) -> None:
    office = Office()
    case = opened(office, what)
    before = office.beneficiary.valid_until
    tried = office.shows_face()
    assert decision_of(tried) == Decision(Outcome.REVIEW, Reason.OFFICE_DECIDES)
    assert (office.store.certificates, office.beneficiary.valid_until) == ({}, before)
    assert office.beneficiary.camera.failures == () or what.startswith("a try"), "the person did nothing wrong"
    if what.startswith("an end"):
        office.confirm(case, SECOND, confirm=False)
    else:
        nothing_wrong = what in ("duplicate_face", "registration")
        outcome = ReviewOutcome.ACCEPT if nothing_wrong else ReviewOutcome.REFUSE
        office.decide(case, outcome, Ground.CONFIRMED if nothing_wrong else Ground.UNFOUNDED, CLERK, tried.session_id)
    assert decision_of(office.shows_face()) == Decision(Outcome.ACCEPTED), "and once it is decided, it does"
    assert verify_chain(office.store.entries[office.id]) == office.beneficiary.version


def test_a_stranger_s_report_and_tries_that_only_ran_out_stop_nobody() -> None:
    office = Office()
    office.open(ReviewKind.DEATH_REPORT, actor=Actor(STRANGER.user_id, Role.USER))
    office.open(ReviewKind.UNUSUAL_VOLUME)
    office.analyser.evidence = failed_evidence(Reason.NO_FACE)
    for _ in range(3):
        office.shows_face()
    office.analyser.evidence = good_evidence()
    assert decision_of(office.shows_face()) == Decision(Outcome.ACCEPTED)


def test_a_clerk_may_still_accept_what_the_machine_left_to_them() -> None:
    office = Office()
    opened(office, "a helper's report")
    waits = office.shows_face()
    assert waits.result
    office.decide(str(waits.result.review_id), ReviewOutcome.ACCEPT, Ground.SAME_PERSON, CLERK, waits.session_id)
    assert office.beneficiary.valid_until == date(2027, 3, 1)


def agrees(office: Office) -> bool:
    """Whether the register has of cases what the ledger tells. Who certified the person before, no entry here says."""
    recorded = Recorded()
    for entry in office.store.entries[office.id]:
        recorded.take(entry)
        if entry.event is LedgerEvent.REGISTERED:
            recorded.fields["certified_by"] = (HELPER.user_id,)
    told, person = recorded.fields, office.beneficiary
    return (told["open_cases"], told["dispelled_by"]) == (person.open_cases, person.dispelled_by)


OF_LIFE = ("data_signal", "a helper's report", "a clerk's report", "an end that a clerk proposes")
THIRD = replace(CLERK, user_id="clerk-3")


def dispel(office: Office, case: str, clerk: User) -> None:
    """Somebody decides that a case is unfounded."""
    if office.store.reviews[case].kind is ReviewKind.END:
        office.confirm(case, clerk, confirm=False)
    else:
        office.decide(case, ReviewOutcome.REFUSE, Ground.UNFOUNDED, clerk)


@pytest.mark.parametrize("what", [one for one in AGAINST if not one.startswith("a try")])
def test_a_try_that_no_machine_would_have_accepted_is_accepted_by_no_clerk_against_another_case(what: str) -> None:
    office = Office()
    opened(office, what)
    office.analyser.evidence = good_evidence(0.4)
    tried = office.shows_face()
    assert tried.result
    # The machine says that it is unsure of the match, or leaves it to the office; a clerk is told what comes first.
    assert decision_of(tried).reason is Reason.MATCH_UNCERTAIN
    review = str(tried.result.review_id)
    with pytest.raises(DoubtedElsewhere):
        office.decide(review, ReviewOutcome.ACCEPT, Ground.SAME_PERSON, THIRD, tried.session_id)
    assert office.store.certificates == {}
    office.decide(review, ReviewOutcome.REFUSE, Ground.OTHER_PERSON, THIRD)


def test_a_strangers_tries_do_not_keep_a_clerk_from_accepting_the_daughters() -> None:
    office = Office()
    office.analyser.evidence = good_evidence(0.4)
    office.shows_face(STRANGER)
    tried = office.shows_face()
    assert tried.result
    office.decide(str(tried.result.review_id), ReviewOutcome.ACCEPT, Ground.SAME_PERSON, CLERK, tried.session_id)
    assert len(office.store.certificates) == 1


def test_against_a_death_that_was_found_true_no_clerk_accepts_a_face() -> None:
    office = Office()
    report = opened(office, "a helper's report")
    waits = office.shows_face()
    assert waits.result
    office.decide(report, ReviewOutcome.ACCEPT, Ground.CONFIRMED, THIRD)
    with pytest.raises(DoubtedElsewhere):
        office.decide(str(waits.result.review_id), ReviewOutcome.ACCEPT, Ground.SAME_PERSON, CLERK, waits.session_id)
    proposal = office.seen()
    assert isinstance(proposal, Review)
    office.confirm(proposal.review_id, THIRD, confirm=True)
    assert (len(office.store.certificates), office.beneficiary.doubts) == (1, ())
    assert agrees(office)


@pytest.mark.parametrize("what", OF_LIFE)
def test_who_says_that_a_doubt_of_a_life_is_unfounded_does_not_certify_them_alone(what: str) -> None:
    """Neither in person nor by accepting a try, and whichever comes first; until somebody else has certified them."""
    office = Office()
    case = opened(office, what)
    waits = office.shows_face()
    assert waits.result
    dispel(office, case, THIRD)
    assert agrees(office)
    with pytest.raises(ActedInCase):
        office.decide(str(waits.result.review_id), ReviewOutcome.ACCEPT, Ground.SAME_PERSON, THIRD, waits.session_id)
    proposal = office.seen(THIRD)
    assert isinstance(proposal, Review)
    assert isinstance(office.seen(CLERK), Certificate), "another clerk's word counts at once"
    assert (office.beneficiary.dispelled_by, agrees(office)) == ((), True)
    assert isinstance(office.seen(THIRD, "key-2"), Certificate)


def test_a_report_that_stops_no_machine_is_not_called_unfounded_by_whoever_then_certifies_alone() -> None:
    """A child who never certified the person may be right."""
    office = Office()
    case = office.open(ReviewKind.DEATH_REPORT, actor=Actor(STRANGER.user_id, Role.USER))
    assert not office.beneficiary.doubts
    office.decide(case, ReviewOutcome.REFUSE, Ground.UNFOUNDED, THIRD)
    assert isinstance(office.seen(THIRD), Review)
    assert agrees(office)
    assert isinstance(office.seen(CLERK), Certificate)


@pytest.mark.parametrize("dispelled_by", [CLERK, SECOND], ids=["by the one who saw them", "by another"])
def test_what_waits_for_a_second_clerk_waits_for_one_though_the_doubt_is_gone(dispelled_by: User) -> None:
    office = Office()
    case = opened(office, "a helper's report")
    proposal = office.seen()
    dispel(office, case, dispelled_by)
    assert office.seen() == proposal
    assert isinstance(proposal, Review)
    assert office.store.certificates == {}
    decided = office.confirm(proposal.review_id, THIRD, confirm=True)
    assert decided.review_id in office.store.certificates


def test_a_proposal_that_was_rejected_certifies_nobody_when_it_is_repeated() -> None:
    office = Office()
    case = opened(office, "a helper's report")
    proposal = office.seen()
    assert isinstance(proposal, Review)
    office.confirm(proposal.review_id, THIRD, confirm=False)
    dispel(office, case, SECOND)
    again = office.seen()
    assert isinstance(again, Review)
    assert again.decision is not None
    assert office.store.certificates == {}


@pytest.mark.parametrize("what", ["data_signal", "duplicate_face", "a helper's report"])
def test_asking_for_more_leaves_the_doubt(what: str) -> None:
    office = Office()
    office.decide(opened(office, what), ReviewOutcome.NEEDS_MORE, Ground.ASKED_BACK, THIRD)
    assert decision_of(office.shows_face()) == Decision(Outcome.REVIEW, Reason.OFFICE_DECIDES)
    assert isinstance(office.seen(), Review)
    assert agrees(office)


def test_asking_a_stranger_for_more_makes_no_doubt_of_their_report() -> None:
    office = Office()
    report = office.open(ReviewKind.DEATH_REPORT, actor=Actor(STRANGER.user_id, Role.USER))
    office.decide(report, ReviewOutcome.NEEDS_MORE, Ground.ASKED_BACK, THIRD)
    assert decision_of(office.shows_face()) == Decision(Outcome.ACCEPTED)
    assert agrees(office)


@pytest.mark.parametrize("what", AGAINST)
def test_whom_one_clerk_saw_against_an_open_case_a_second_confirms_as_of_that_day(what: str) -> None:
    office = Office()
    opened(office, what)
    proposal = office.seen()
    assert isinstance(proposal, Review)
    assert (proposal.kind, office.store.certificates) == (ReviewKind.PRESENCE, {})
    assert office.seen() == proposal, "asked again it is the same"
    with pytest.raises(SecondClerkNeeded):
        office.confirm(proposal.review_id, CLERK, confirm=True)
    office.clock.move(days=14)
    decided = office.confirm(proposal.review_id, replace(CLERK, user_id="clerk-3"), confirm=True)
    certificate = office.store.certificates[decided.review_id]
    assert (certificate.method, certificate.certified_on) == (Method.IN_PERSON, TODAY)
    assert certificate.actor_id == CLERK.user_id
    assert certificate.statement
    assert office.beneficiary.valid_until == date(2027, 3, 1)
    assert office.store.entries[office.id][-1].details["proposed_by"] == CLERK.user_id
    assert office.seen() == certificate, "and the first clerk's repeat meets the certificate"
    with pytest.raises(IdempotencyKeyReused):
        office.seen(on=date(2026, 2, 27))


def test_whose_doubt_it_is_does_not_dispel_it() -> None:
    office = Office()
    opened(office, "a clerk's report")
    proposal = office.seen()
    assert isinstance(proposal, Review)
    with pytest.raises(ActedInCase):
        office.confirm(proposal.review_id, SECOND, confirm=True)


def test_a_confirmation_comes_within_fourteen_days_and_before_the_end() -> None:
    office = Office()
    opened(office, "a helper's report")
    proposal = office.seen()
    assert isinstance(proposal, Review)
    ended = Standing(Status.TERMINATED, date(2026, 6, 30), ended_on=date(2026, 3, 2))
    with pytest.raises(IdempotencyKeyReused):
        office.seen(on=date(2026, 2, 27))
    office.clock.move(days=15)
    with pytest.raises(ProposalExpired):
        office.confirm(proposal.review_id, SECOND, confirm=True)
    later = office.seen(key="key-2", on=date(2026, 3, 16))
    assert isinstance(later, Review)
    assert office.night().ended == 1
    assert office.store.entries[office.id][-1].event is LedgerEvent.CERTIFY_AGAIN_DUE
    office.store.register.commit(a_change(office.beneficiary, LedgerEvent.TERMINATED, changed={"standing": ended}))
    with pytest.raises(EntitlementEnded):
        office.confirm(later.review_id, SECOND, confirm=True)


@pytest.mark.parametrize(
    ("what", "photo_on", "at_once"),
    [
        ("a helper's report", TODAY, True),
        ("data_signal", TODAY, True),
        ("a helper's report", date(2026, 2, 28), False),
        ("override", TODAY, False),
        ("duplicate_face", TODAY, False),
    ],
)
def test_a_photo_taken_at_the_counter_counts_at_once_unless_whose_face_it_is_is_doubted(
    what: str, photo_on: date, at_once: bool
) -> None:
    office = Office(counter_photo_on=photo_on)
    opened(office, what)
    assert isinstance(office.seen(), Certificate) is at_once


def test_somebody_is_remembered_as_doubted_however_many_strangers_try() -> None:
    office = Office()
    for number in range(MOST_TRIES + 5):
        review = a_review(
            office.beneficiary,
            opened_by=Actor(f"stranger-{number}", Role.USER),
            reason=Reason.MATCH_UNCERTAIN if number % 2 else Reason.NOT_ASSESSED,
        )
        after = office.beneficiary.with_case(review)
        office.store.register.commit(
            a_change(office.beneficiary, changed={"open_cases": after.open_cases}, review=review)
        )
    cases = office.beneficiary.open_cases
    assert len(cases) == MOST_TRIES
    assert sum(one.doubts for one in cases) == 12
    assert office.beneficiary.open_case(ReviewKind.VERIFICATION, "stranger-23")


def test_of_more_doubting_users_than_are_remembered_each_try_belongs_to_an_open_case() -> None:
    """The 21st user's doubt was in no item: once the 20 were decided, the machine accepted the next try of theirs."""
    office = Office()
    office.analyser.evidence = good_evidence(0.4)
    users = [User(f"stranger-{number}") for number in range(MOST_TRIES + 3)]
    opened = {}
    for user in users:
        opened[user] = case_of(office.shows_face(user))
        office.clock.move(hours=1)
    assert len(set(opened.values())) == MOST_TRIES
    assert set(opened.values()) == {one.review_id for one in office.beneficiary.open_cases}
    assert office.beneficiary.open_case(ReviewKind.VERIFICATION, users[-1].user_id), "and the last is known by it"
    office.analyser.evidence = good_evidence()
    last = users[-1]
    for case in {one for user, one in opened.items() if one != opened[last]}:
        office.decide(case, ReviewOutcome.REFUSE, Ground.OTHER_PERSON, CLERK)
    assert decision_of(office.shows_face(last)) == Decision(Outcome.REVIEW, Reason.OFFICE_DECIDES)
    assert told_by_the_ledger(office) == []


def test_a_doubted_try_in_a_case_of_used_up_tries_doubts_too() -> None:
    """Three pictures of nothing opened a case that doubts nobody, and look-alikes after them joined it unnoticed."""
    office = Office()
    office.analyser.evidence = failed_evidence(Reason.NO_FACE)
    for _ in range(3):
        office.shows_face()
    assert not office.beneficiary.doubts
    office.analyser.evidence = good_evidence(0.4)
    office.shows_face()
    office.analyser.evidence = good_evidence()
    assert decision_of(office.shows_face()) == Decision(Outcome.REVIEW, Reason.OFFICE_DECIDES)
    assert told_by_the_ledger(office) == []


@pytest.mark.parametrize(
    ("outcome", "ground"),
    [(ReviewOutcome.REFUSE, Ground.OTHER_PERSON), (ReviewOutcome.NEEDS_MORE, Ground.NOT_RECOGNISABLE)],
)
def test_a_good_try_that_joins_a_case_is_not_refused_without_being_seen(outcome: ReviewOutcome, ground: Ground) -> None:
    """The daughter's blurred photo opened a case, her good one joined it while a clerk looked at the first, and both
    were refused."""
    office = Office()
    office.analyser.evidence = good_evidence(0.4)
    case = case_of(doubted := office.shows_face())
    office.analyser.evidence = good_evidence()
    good = [office.shows_face() for _ in range(2)]
    assert {case_of(one) for one in good} == {case}
    for named in (None, doubted.session_id, good[0].session_id):
        with pytest.raises(GoodTryUnseen):
            office.decide(case, outcome, ground, CLERK, named)
    assert office.store.reviews[case].decision is None
    for _ in range(2):
        office.decide(case, outcome, ground, CLERK, good[1].session_id)
    assert office.store.reviews[case].decision


def test_a_case_that_a_good_try_opened_is_refused_as_any_other() -> None:
    office = Office()
    opened(office, "a helper's report")
    case = case_of(office.shows_face())
    office.decide(case, ReviewOutcome.REFUSE, Ground.OTHER_PERSON, CLERK)
    assert office.store.reviews[case].decision


# --- reports that were unfounded ---


def test_daily_reports_of_somebody_who_was_wrong_keep_nobody_in_cases() -> None:
    """A nephew who certified once reported a death each day: every face was a case, for as long as he liked."""
    office = Office()
    office.decide(office.report.of_known(office.id, None, HELPER), ReviewOutcome.REFUSE, Ground.UNFOUNDED, CLERK)
    for _ in range(3):
        office.clock.move(days=1)
        case = office.report.of_known(office.id, None, HELPER)
        assert office.store.reviews[case].decision is None, "the office still hears of each"
        assert decision_of(office.shows_face()) == Decision(Outcome.ACCEPTED)
        office.decide(case, ReviewOutcome.REFUSE, Ground.UNFOUNDED, CLERK)
    office.clock.move(days=1)
    case = office.report.of_known(office.id, None, HELPER)
    assert office.report.of_known(office.id, None, SECOND) == case
    assert decision_of(office.shows_face()).reason is Reason.OFFICE_DECIDES, "a clerk takes up what is true this time"


def test_a_year_after_an_unfounded_report_the_next_one_counts_again() -> None:
    office = Office(valid_until=date(2028, 1, 1))
    office.decide(office.report.of_known(office.id, None, HELPER), ReviewOutcome.REFUSE, Ground.UNFOUNDED, CLERK)
    office.clock.move(days=366)
    office.report.of_known(office.id, None, HELPER)
    assert office.beneficiary.doubts


def test_who_joined_a_report_that_was_unfounded_was_wrong_too_and_nobody_else() -> None:
    office = Office(certified_by=(HELPER.user_id, "son", "niece"))
    case = office.report.of_known(office.id, None, HELPER)
    office.report.of_known(office.id, None, User("son"))
    office.report.of_known(office.id, None, SECOND)
    office.decide(case, ReviewOutcome.REFUSE, Ground.UNFOUNDED, CLERK)
    assert [one.by for one in office.beneficiary.unfounded_reports] == [HELPER.user_id, "son"]
    office.clock.move(days=1)
    office.report.of_known(office.id, None, User("son"))
    assert not office.beneficiary.doubts
    office.report.of_known(office.id, None, User("niece"))
    assert office.beneficiary.doubts


# --- how many cases there may be ---


def test_a_clerk_fills_nobody_s_record_with_proposals_of_a_death() -> None:
    office = Office()
    proposal = Proposal(ReviewKind.END, TODAY, EndCause.DECEASED)
    proposals = [office.propose(office.id, proposal, an_id(), SECOND) for _ in range(MOST_WAITING)]
    with pytest.raises(TransitionRefused):
        office.propose(office.id, proposal, an_id(), SECOND)
    office.propose(office.id, Proposal(ReviewKind.END, TODAY, EndCause.MOVED), an_id(), SECOND)
    office.confirm(proposals[0].review_id, SECOND, confirm=False)
    office.propose(office.id, proposal, an_id(), CLERK)
    assert len(office.beneficiary.open_cases) == MOST_WAITING


def test_what_is_found_true_again_and_again_is_remembered_once() -> None:
    office = Office()
    for _ in range(5):
        office.clock.move(days=1)
        case = office.report.of_known(office.id, None, SECOND)
        office.decide(case, ReviewOutcome.ACCEPT, Ground.CONFIRMED, CLERK)
    assert [(one.kind, one.upheld) for one in office.beneficiary.open_cases] == [(ReviewKind.DEATH_REPORT, True)]
    assert differences(office) == set()


# --- what is over ---


def test_a_proposal_of_a_death_does_not_outlive_the_end_that_was_confirmed() -> None:
    """Of two proposals one was confirmed; the end was a mistake and corrected; the other still stood, and could end it
    once more."""
    office = Office()
    proposal = Proposal(ReviewKind.END, TODAY, EndCause.DECEASED)
    stale, confirmed = (office.propose(office.id, proposal, an_id(), SECOND).review_id for _ in range(2))
    office.confirm(confirmed, CLERK, confirm=True)
    assert office.beneficiary.open_cases == ()
    office.clock.move(days=1)
    office.confirm(
        office.propose(office.id, Proposal(ReviewKind.CORRECTION), an_id(), SECOND).review_id, CLERK, confirm=True
    )
    assert not office.beneficiary.doubts
    with pytest.raises(ProposalExpired):
        office.confirm(stale, CLERK, confirm=True)
    assert office.beneficiary.status is Status.ACTIVE
    anew = office.propose(office.id, proposal, an_id(), SECOND).review_id
    office.confirm(anew, CLERK, confirm=True)
    assert not office.beneficiary.open_benefits
    assert differences(office) == set()


@pytest.mark.parametrize("ground", [Ground.SAME_PERSON, Ground.CONFIRMED])
def test_an_audit_of_what_a_clerk_saw_is_decided_without_photos(ground: Ground) -> None:
    """`same_person` of it was answered with `session_not_found`: it has none."""
    office = Office(registered_by=CLERK.user_id, enrolled_by=(CLERK.user_id,))
    office.seen()
    (audit,) = [one for one in office.store.reviews.values() if one.kind is ReviewKind.AUDIT]
    office.clock.move(days=40)
    assert office.night().ended == 0, "no photos of it are gone"
    office.decide(audit.review_id, ReviewOutcome.ACCEPT, ground, SECOND)
    decision = office.store.reviews[audit.review_id].decision
    assert decision
    assert decision.ground is ground


def differences(office: Office) -> set[str]:
    taken = Recorded()
    for entry in office.store.entries[office.id]:
        taken.take(entry)
    # What the test gave the person, the ledger never said.
    return set(taken.differences(office.beneficiary)) & {"open_cases", "unfounded_reports", "dispelled_by"}


def case_of(session: Session) -> str:
    assert session.result
    return str(session.result.review_id)


def told_by_the_ledger(office: Office) -> list[str]:
    """What of the cases is not as the ledger says."""
    taken = Recorded()
    for entry in office.store.entries[office.id]:
        taken.take(entry)
    return [name for name in taken.differences(office.beneficiary) if name == "open_cases"]


# --- who waits is spared, once ---


def waits(world: HoldWorld, name: str) -> None:
    """A clerk saw them while a case is open against them."""
    store, clock = world.store, world.clock
    OpenReview(store.register, clock)(name, ReviewKind.DATA_SIGNAL, Actor("register", Role.SYSTEM))
    see = CertifyInPerson(store.register, store.certificates_port, store.reviews_port, clock, an_issuer())
    assert isinstance(see(name, clock.today(), Document.ID_CARD, CLERK, an_id()), Review)


def test_who_waits_does_not_lapse_for_thirty_days_and_once_a_year_only() -> None:
    world = HoldWorld()
    world.add("a", days_left=2)
    waits(world, "a")
    world.nights(20)
    waits(world, "a")
    world.nights(10)
    assert world.person("a").status is Status.ACTIVE
    world.nights()
    assert world.person("a").status is Status.LAPSED, "and the sweep finds whom it passed over"


@pytest.mark.parametrize(("days_left", "spared"), [(31, False), (30, False), (29, True), (0, True)])
def test_a_wait_that_is_over_before_the_year_spends_nothing(days_left: int, spared: bool) -> None:
    """Half a year ahead of its end the 30 days of the year were given, and used up when they would have helped."""
    world = HoldWorld()
    world.add("a", days_left=days_left)
    waits(world, "a")
    assert (world.person("a").spared_until is not None) is spared


def test_who_waits_hears_every_reminder_all_the_same() -> None:
    """Who was spared stood under another day in the sweep's index, where nobody looked for reminders."""
    world = HoldWorld()
    world.add("a", days_left=10)
    world.add("b", days_left=10)
    waits(world, "a")
    world.nights(12)
    told = {
        name: [one.details["days_before"] for one in world.store.entries[name] if one.event is LedgerEvent.REMINDER_DUE]
        for name in ("a", "b")
    }
    assert told["a"] == [30, 7, 1], "the first of these the night after"
    assert told["b"][:3] == [30, 7, 1]
    assert (world.person("a").status, world.person("b").status) == (Status.ACTIVE, Status.LAPSED)
    world.nights(30)
    assert world.person("a").status is Status.LAPSED


def test_missed_nights_lapse_who_was_spared_all_the_same() -> None:
    world = HoldWorld()
    world.add("a", days_left=1)
    world.clock.move(days=40)
    waits(world, "a")
    world.nights(3)
    assert world.person("a").status is Status.LAPSED


def test_who_waits_is_not_proposed_for_a_hold_for_thirty_days() -> None:
    world = HoldWorld()
    world.lapsed("a")
    world.nights(world.grace_days)
    waits(world, "a")
    world.nights(30)
    assert world.batches(HoldState.OPEN) == ()
    assert world.store.sweep_runs.newest().totals.get("propose", 0) == 0  # type: ignore[union-attr]
    world.nights()
    assert world.outcomes(world.the_batch().batch_id) == {"a": None}


def test_who_waits_is_not_held_by_what_was_approved_and_is_proposed_again_after_it() -> None:
    world = HoldWorld()
    world.proposed("a")
    waits(world, "a")
    batch_id = world.decide(HoldChoice.ALL)
    world.nights(30)
    assert world.standing("a").held_since is None
    assert world.outcomes(batch_id) == {"a": HoldOutcome.GRACE_RUNS}
    world.nights()
    assert world.outcomes(world.the_batch().batch_id) == {"a": None}


# --- what was found true stays ---


@pytest.mark.parametrize(
    ("what", "outcome", "ground"),
    [
        ("a helper's report", ReviewOutcome.ACCEPT, Ground.CONFIRMED),
        ("data_signal", ReviewOutcome.ACCEPT, Ground.CONFIRMED),
        ("duplicate_face", ReviewOutcome.REFUSE, Ground.OTHER_PERSON),
    ],
)
def test_between_a_clerks_word_that_it_is_true_and_the_end_no_machine_accepts(
    what: str, outcome: ReviewOutcome, ground: Ground
) -> None:
    office = Office()
    office.decide(opened(office, what), outcome, ground, SECOND)
    assert decision_of(office.shows_face()) == Decision(Outcome.REVIEW, Reason.OFFICE_DECIDES)
    proposal = office.seen()
    assert isinstance(proposal, Review), "nor does one clerk"
    office.confirm(proposal.review_id, replace(CLERK, user_id="clerk-3"), confirm=True)
    assert [case.kind for case in office.beneficiary.open_cases] == [ReviewKind.VERIFICATION], "two do, and dispel it"
    assert decision_of(office.shows_face()).outcome is Outcome.ACCEPTED


def test_a_strangers_report_counts_once_a_clerk_finds_it_true() -> None:
    office = Office()
    case = office.open(ReviewKind.DEATH_REPORT, actor=Actor(STRANGER.user_id, Role.USER))
    office.decide(case, ReviewOutcome.ACCEPT, Ground.CONFIRMED, CLERK)
    assert decision_of(office.shows_face()).reason is Reason.OFFICE_DECIDES


# --- one clerk does not do everything unseen ---


@pytest.mark.parametrize(
    ("person", "share"),
    [
        ({"registered_by": CLERK.user_id, "enrolled_by": (CLERK.user_id,)}, (200, 200)),
        ({"registered_by": SECOND.user_id, "enrolled_by": (CLERK.user_id,)}, (1, 25)),
        ({"registered_by": CLERK.user_id, "enrolled_by": (SECOND.user_id,)}, (0, 0)),
    ],
    ids=["registered, enrolled and saw", "enrolled and saw", "registered and saw"],
)
def test_who_saw_somebody_whose_face_they_enrolled_is_audited(person: dict[str, Any], share: tuple[int, int]) -> None:
    office = Office(beneficiary_id="p-1", **person)
    for number in range(200):
        assert isinstance(office.seen(key=f"key-{number}"), Certificate), "it counts at once"
    audits = [one for one in office.store.reviews.values() if one.kind is ReviewKind.AUDIT]
    assert share[0] <= len(audits) <= share[1]
    assert all(one.related_id in office.store.certificates for one in audits)
    for audit in audits[:1]:
        with pytest.raises(ActedInCase):
            office.decide(audit.review_id, ReviewOutcome.ACCEPT, Ground.CONFIRMED, CLERK)
        office.decide(audit.review_id, ReviewOutcome.ACCEPT, Ground.CONFIRMED, replace(CLERK, user_id="clerk-3"))
