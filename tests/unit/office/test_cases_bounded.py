"""How many cases there may be about a person, which reports count among them, and which are over (adr/0033)."""

from contextlib import nullcontext
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from lifecert.application.office.signal_death import SignalDeath
from lifecert.domain.actor import Actor, Role, User
from lifecert.domain.certificate import Certificate, RevocationCause
from lifecert.domain.data_match import MatchLine, Said
from lifecert.domain.errors import (
    ActedInCase,
    ProposalExpired,
    TransitionRefused,
)
from lifecert.domain.open_case import MOST_WAITING
from lifecert.domain.person import IdNumber
from lifecert.domain.policy import Decision, Outcome
from lifecert.domain.reasons import Reason
from lifecert.domain.review import GROUNDS, Ground, Proposal, Review, ReviewKind, ReviewOutcome
from lifecert.domain.status import EndCause, Status
from tests.support.builders import (
    CLERK,
    HELPER,
    a_change,
    an_id,
    at_the_counter,
)
from tests.support.fakes.register import watched
from tests.support.open_cases import (
    SECOND,
    THIRD,
    TODAY,
    Office,
    case_of,
    decision_of,
    differences,
    opened,
    told_by_the_ledger,
)

# Who never certified their parent.
CHILD = Actor("child", Role.USER)


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
    wrong = {one.by for one in office.beneficiary.unfounded_reports}
    assert wrong == {HELPER.user_id, "son", SECOND.user_id}
    office.clock.move(days=1)
    office.report.of_known(office.id, None, User("son"))
    assert not office.beneficiary.doubts
    office.report.of_known(office.id, None, User("niece"))
    assert office.beneficiary.doubts


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


@pytest.mark.parametrize("kind", [ReviewKind.DEATH_REPORT, ReviewKind.DATA_SIGNAL])
def test_of_two_words_that_were_found_true_the_later_outlives_a_sight_of_before_it(kind: ReviewKind) -> None:
    """The first is remembered, the person is seen, dies, and a second is found true: it went with the first."""
    office = Office(certified_by=(HELPER.user_id, "daughter"))

    def found_true(by: str) -> str:
        if kind is ReviewKind.DEATH_REPORT:
            office.report.of_known(office.id, office.clock.today(), User(by))
        else:
            line = MatchLine(IdNumber.parse("11010519491231002X"), Said.DEAD, office.clock.today(), by)
            SignalDeath(office.store.register, office.store.ledger, office.clock)(office.beneficiary, line)
        case = next(one for one in office.store.reviews.values() if one.kind is kind and one.decision is None)
        office.decide(case.review_id, ReviewOutcome.ACCEPT, Ground.CONFIRMED, THIRD)
        return case.review_id

    found_true(HELPER.user_id)
    office.clock.move(days=4)
    seen = office.seen(CLERK, on=office.clock.today())
    assert isinstance(seen, Review)
    office.clock.move(days=2)
    later = found_true("daughter")
    assert [one.review_id for one in office.beneficiary.open_cases if one.upheld] == [later]
    office.clock.move(days=1)
    office.confirm(seen.review_id, SECOND, confirm=True)
    assert [one.review_id for one in office.beneficiary.doubts] == [later]
    assert office.last_entry()["found_since"] == later
    assert differences(office) == set()


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


def test_a_proposal_of_a_death_outlives_an_end_for_something_else() -> None:
    """Ended as moved away, which was then called a mistake, and nobody heard any more of the death."""
    office = Office()
    death = office.propose(office.id, Proposal(ReviewKind.END, TODAY, EndCause.DECEASED), an_id(), SECOND).review_id
    for proposal in (Proposal(ReviewKind.END, TODAY, EndCause.MOVED), Proposal(ReviewKind.CORRECTION)):
        proposed = office.propose(office.id, proposal, an_id(), CLERK).review_id
        if proposal.kind is ReviewKind.CORRECTION:
            assert [one.review_id for one in office.look(proposed, THIRD).other_cases] == [death]
        office.confirm(proposed, THIRD, confirm=True)
        assert [one.review_id for one in office.beneficiary.doubts] == [death]
        office.clock.move(days=1)
    assert office.beneficiary.status is Status.ACTIVE
    assert differences(office) == set()
    office.confirm(death, THIRD, confirm=True)
    assert office.beneficiary.death_recorded


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


# --- what one clerk, or waiting, does not put away -------------------------------------------------------------------


@pytest.mark.parametrize("case", ["data_signal", "a helper's report", "a clerk's report"])
def test_who_enrolled_the_face_neither_calls_a_death_unfounded_nor_accepts_a_try_against_it(case: str) -> None:
    """A clerk enrolled a face of their own making while nothing was open, and let a private account show it later."""
    office = Office(enrolled_by=(CLERK.user_id,))
    against = opened(office, case)
    with pytest.raises(ActedInCase):
        office.decide(against, ReviewOutcome.REFUSE, Ground.UNFOUNDED, CLERK)
    tried = office.shows_face()
    assert decision_of(tried).reason is Reason.OFFICE_DECIDES
    for clerk, refused in ((CLERK, True), (THIRD, False)):
        with pytest.raises(ActedInCase) if refused else nullcontext():
            office.decide(case_of(tried), ReviewOutcome.ACCEPT, Ground.SAME_PERSON, clerk, tried.session_id)


@pytest.mark.parametrize("outcome", [ReviewOutcome.REFUSE, ReviewOutcome.NEEDS_MORE])
def test_who_puts_a_report_away_in_whatever_words_certifies_nobody_alone(outcome: ReviewOutcome) -> None:
    """Of a child who never certified it stops no machine: `needs_more` was the word that left no trace."""
    office = Office()
    report = office.open(ReviewKind.DEATH_REPORT, actor=CHILD)
    office.decide(report, outcome, min(GROUNDS[outcome]), CLERK)
    assert isinstance(office.seen(), Review)
    assert told_by_the_ledger(office) == []
    assert differences(office) == set()


def test_who_certified_the_person_meanwhile_does_not_put_a_report_away() -> None:
    office = Office()
    report = office.open(ReviewKind.DEATH_REPORT, actor=CHILD)
    assert isinstance(office.seen(), Certificate)
    with pytest.raises(ActedInCase):
        office.decide(report, ReviewOutcome.REFUSE, Ground.UNFOUNDED, CLERK)
    office.decide(report, ReviewOutcome.REFUSE, Ground.UNFOUNDED, SECOND)


@pytest.mark.parametrize("person", [{"enrolled_by": (CLERK.user_id,)}, {}], ids=["enrolled", "certified since"])
def test_who_would_be_wrong_rejects_no_death_that_another_proposes(person: dict[str, Any]) -> None:
    """Who enrolled an impostor, or certified after the day of death, put it away, and the machine accepted."""
    office = Office(**person)
    if not person:
        assert isinstance(office.seen(), Certificate)
        office.clock.move(days=1)
    end = office.propose(office.id, Proposal(ReviewKind.END, TODAY, EndCause.DECEASED), an_id(), SECOND).review_id
    with pytest.raises(ActedInCase):
        office.confirm(end, CLERK, confirm=False)
    office.confirm(end, THIRD, confirm=False)


def test_what_two_certified_together_is_nobodys_own() -> None:
    """In an office of two, one of whom enrolled everybody, a false report could be closed by neither."""
    office = Office(enrolled_by=(CLERK.user_id,))
    report = office.open(ReviewKind.DEATH_REPORT, actor=Actor(HELPER.user_id, Role.USER))
    seen = office.seen()
    assert isinstance(seen, Review)
    office.confirm(seen.review_id, SECOND, confirm=True)
    office.decide(report, ReviewOutcome.REFUSE, Ground.UNFOUNDED, SECOND)
    assert not office.beneficiary.doubts


def test_an_older_proof_says_nothing_of_what_was_put_away_since() -> None:
    office = Office(certified_by=())
    report = office.open(ReviewKind.DEATH_REPORT, actor=CHILD)
    office.decide(report, ReviewOutcome.REFUSE, Ground.UNFOUNDED, CLERK)
    for days in (3, 0):
        assert isinstance(office.seen(), Review)
        on = office.clock.today() - timedelta(days=days)
        assert isinstance(office.in_person(office.id, at_the_counter(on), SECOND, an_id()), Certificate)
        assert office.beneficiary.dispelled_by == ((CLERK.user_id,) if days else ())
        assert differences(office) == set()


def test_who_enrolled_the_face_decides_no_audit_of_it() -> None:
    office = Office(enrolled_by=(CLERK.user_id,))
    audit = office.open(ReviewKind.AUDIT, actor=Actor(HELPER.user_id, Role.USER))
    with pytest.raises(ActedInCase):
        office.decide(audit, ReviewOutcome.ACCEPT, Ground.CONFIRMED, CLERK)
    office.decide(audit, ReviewOutcome.ACCEPT, Ground.CONFIRMED, SECOND)


def test_whose_certificate_was_got_by_fraud_is_certified_by_no_machine_and_no_single_clerk() -> None:
    """The same account had a new one the same day."""
    office = Office()
    session = office.shows_face()
    assert session.result
    proposal = Proposal(
        ReviewKind.REVOCATION, cause=RevocationCause.FRAUD, certificate_id=session.result.certificate_id
    )
    office.confirm(office.propose(office.id, proposal, an_id(), SECOND).review_id, THIRD, confirm=True)
    assert HELPER.user_id not in office.beneficiary.certified_by
    assert decision_of(office.shows_face()).reason is Reason.OFFICE_DECIDES
    seen = office.seen(SECOND)
    assert isinstance(seen, Review)
    assert differences(office) == set()
    office.confirm(seen.review_id, THIRD, confirm=True)
    assert not office.beneficiary.doubts
    assert differences(office) == set()


def test_an_audit_that_nobody_judged_is_answered_by_another_clerk_who_sees_the_person() -> None:
    office = Office()
    audit = office.open(ReviewKind.AUDIT, actor=Actor(CLERK.user_id, Role.CLERK))
    office.decide(audit, ReviewOutcome.NEEDS_MORE, Ground.ASKED_BACK, THIRD)
    assert isinstance(office.seen(CLERK), Review)
    assert isinstance(office.seen(SECOND), Certificate)
    assert not office.beneficiary.doubts
    assert differences(office) == set()


def test_who_certifies_the_person_at_the_same_moment_does_not_put_a_report_away() -> None:
    office = Office()
    report = office.open(ReviewKind.DEATH_REPORT, actor=CHILD)
    register = office.store.register
    decide = replace(office.decide, register=watched(register, lambda before: before or office.seen()))
    with pytest.raises(ActedInCase):
        decide(report, ReviewOutcome.REFUSE, Ground.UNFOUNDED, CLERK)
    proposal = Proposal(ReviewKind.END, TODAY, EndCause.DECEASED)
    end = office.propose(office.id, proposal, an_id(), SECOND).review_id
    assert office.store.reviews[end].decision is None
    enrolling = a_change(office.beneficiary, changed={"enrolled_by": (THIRD.user_id,)})

    def enrol(before: int) -> None:
        if not before:
            register.commit(enrolling)

    confirm = replace(office.confirm, register=watched(register, enrol))
    with pytest.raises(ActedInCase):
        confirm(end, THIRD, confirm=False)


def test_a_death_that_nobody_confirmed_in_time_stays_a_doubt() -> None:
    """Whoever wanted the pension to go on had but to wait for fourteen days."""
    office = Office(valid_until=date(2028, 1, 1))
    office.propose(office.id, Proposal(ReviewKind.END, TODAY, EndCause.DECEASED), an_id(), SECOND)
    office.clock.move(days=15)
    office.night()
    assert [one.kind for one in office.beneficiary.doubts] == [ReviewKind.END]
    assert isinstance(office.seen(on=office.clock.today()), Review)
    assert differences(office) == set()


def test_of_two_cases_of_one_kind_the_register_and_the_ledger_keep_the_same() -> None:
    for first, later in ((0, 1), (1, 0)):
        office = Office()
        cases = [office.open(ReviewKind.DUPLICATE_FACE, related_id=an_id()) for _ in range(2)]
        for one in (cases[first], cases[later]):
            office.decide(one, ReviewOutcome.REFUSE, Ground.OTHER_PERSON, CLERK)
        (kept,) = office.beneficiary.doubts
        assert kept.review_id == cases[later], "the last that was found true"
        assert told_by_the_ledger(office) == []
