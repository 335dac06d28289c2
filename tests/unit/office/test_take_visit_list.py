"""An officer's round, line by line: who was seen is certified, and who was not is noted (adr/0051)."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from lifecert.application.office.take_visit_list import LineResult, Visit, VisitLine, VisitOutcome
from lifecert.domain.actor import User
from lifecert.domain.certificate import Method
from lifecert.domain.errors import (
    BeneficiaryNotFound,
    DayInFuture,
    EntitlementEnded,
    IdempotencyKeyReused,
    LifeCertError,
    NotAllowed,
    SeenTooLongAgo,
    StoreUnavailable,
)
from lifecert.domain.ledger import LedgerEvent
from lifecert.domain.review import Proposal, ReviewKind
from lifecert.domain.scope import Scope
from lifecert.domain.status import EndCause
from tests.support.builders import (
    CLERK,
    an_id,
    good_evidence,
)
from tests.support.open_cases import SECOND, TODAY, opened
from tests.support.proofs_of_life import LATE, Round


def test_a_list_certifies_whom_the_officer_saw_as_one_by_one_and_once() -> None:
    tour = Round()
    (first,) = tour.done(tour.line(VisitOutcome.SEEN))
    assert first.result is LineResult.CERTIFIED
    certificate = tour.office.store.certificates[first.id]
    assert (certificate.method, certificate.certified_on) == (Method.GROUP_VISIT, TODAY)
    assert tour.office.store.entries[tour.office.id][-1].details["place"] == "nursing_home"
    assert tour.done(tour.line(VisitOutcome.SEEN)) == [first]
    assert len(tour.office.store.certificates) == 1
    (home,) = tour.done(tour.line(VisitOutcome.SEEN), visit=Visit(TODAY), key="round-2")
    assert tour.office.store.certificates[home.id].method is Method.HOME_VISIT


@pytest.mark.parametrize("outcome", [VisitOutcome.NOT_SEEN, VisitOutcome.MOVED])
def test_who_was_not_met_is_noted_once_and_nothing_else_changes(outcome: VisitOutcome) -> None:
    tour = Round()
    before = tour.office.beneficiary
    for _ in range(2):
        (done,) = tour.done(tour.line(outcome))
        assert done.result is LineResult.NOTED
    after = tour.office.beneficiary
    assert replace(after, version=before.version, ledger_head=before.ledger_head) == before
    noted = [one for one in tour.office.store.entries[tour.office.id] if one.event is LedgerEvent.VISIT_NOTED]
    assert [one.details["outcome"] for one in noted] == [outcome]
    other = VisitOutcome.MOVED if outcome is VisitOutcome.NOT_SEEN else VisitOutcome.NOT_SEEN
    (reused,) = tour.done(tour.line(other))
    assert isinstance(reused.refused, IdempotencyKeyReused)


def test_who_is_said_to_have_died_is_a_case_that_ends_nothing_and_stops_machines() -> None:
    tour = Round()
    (done,) = tour.done(tour.line(VisitOutcome.DIED, died_on=TODAY - timedelta(days=3)))
    case = tour.office.store.reviews[done.id]
    assert (case.kind, case.day, case.opened_by.actor_id) == (
        ReviewKind.DEATH_REPORT,
        TODAY - timedelta(days=3),
        CLERK.user_id,
    )
    assert tour.office.beneficiary.open_benefits
    assert tour.office.beneficiary.doubts
    assert [one.id for one in tour.done(tour.line(VisitOutcome.DIED))] == [done.id]
    assert len(tour.office.store.reviews) == 1
    (seen,) = tour.done(tour.line(VisitOutcome.SEEN), key="round-2", user=SECOND)
    assert seen.result is LineResult.PROPOSED


def test_every_line_is_refused_by_itself_with_its_number() -> None:
    tour = Round()
    nobody = VisitLine(2, an_id(), VisitOutcome.SEEN)
    gone = VisitLine(3, an_id(), VisitOutcome.DIED)
    later = tour.line(VisitOutcome.DIED, 4, died_on=TODAY + timedelta(days=1))
    done = tour.done(tour.line(VisitOutcome.SEEN), nobody, gone, later)
    assert [(one.number, one.result) for one in done] == [
        (1, LineResult.CERTIFIED),
        (2, LineResult.REFUSED),
        (3, LineResult.REFUSED),
        (4, LineResult.REFUSED),
    ]
    assert [type(one.refused) for one in done[1:]] == [BeneficiaryNotFound, BeneficiaryNotFound, DayInFuture]


@pytest.mark.parametrize(
    ("on", "error"), [(TODAY + timedelta(days=1), DayInFuture), (TODAY - timedelta(days=61), SeenTooLongAgo)]
)
@pytest.mark.parametrize("outcome", VisitOutcome)
def test_a_round_of_an_impossible_day_does_nothing(outcome: VisitOutcome, on: date, error: type[LifeCertError]) -> None:
    tour = Round()
    before = dict(tour.office.store.beneficiaries)
    (done,) = tour.done(tour.line(outcome, ground=LATE if outcome is VisitOutcome.SEEN else None), visit=Visit(on))
    assert isinstance(done.refused, error)
    assert tour.office.store.beneficiaries == before


def test_whose_entitlement_has_ended_is_refused_on_every_line() -> None:
    tour = Round()
    office = tour.office
    end = office.propose(office.id, Proposal(ReviewKind.END, TODAY, EndCause.DECEASED), an_id(), CLERK)
    office.confirm(end.review_id, SECOND, confirm=True)
    for outcome in VisitOutcome:
        (done,) = tour.done(tour.line(outcome))
        assert isinstance(done.refused, EntitlementEnded), outcome


def test_lines_for_which_no_time_was_left_can_be_sent_again() -> None:
    tour = Round()
    late = list(tour.take(Visit(TODAY), [tour.line(VisitOutcome.SEEN)], CLERK, "round-1", lambda: True))
    assert isinstance(late[0].refused, StoreUnavailable)
    assert tour.office.store.certificates == {}
    (done,) = tour.done(tour.line(VisitOutcome.SEEN), visit=Visit(TODAY))
    assert done.result is LineResult.CERTIFIED


def test_a_list_is_a_clerks_and_of_their_districts() -> None:
    tour = Round()
    with pytest.raises(NotAllowed):
        tour.done(tour.line(VisitOutcome.SEEN), user=User("helper"))
    for outcome in VisitOutcome:
        (done,) = tour.done(tour.line(outcome), user=replace(CLERK, scope=Scope.of(["22"])))
        assert isinstance(done.refused, BeneficiaryNotFound)


def test_a_paper_against_an_open_case_on_a_list_there_is_none() -> None:
    """Whoever was seen on a round is proposed; a case of a sign of life is a paper's alone."""
    tour = Round()
    opened(tour.office, "a helper's report")
    (done,) = tour.done(tour.line(VisitOutcome.SEEN))
    assert (done.result, tour.office.store.reviews[done.id].kind) == (LineResult.PROPOSED, ReviewKind.PRESENCE)


def test_a_machine_accepts_after_a_round_that_met_nobody() -> None:
    tour = Round()
    tour.done(tour.line(VisitOutcome.NOT_SEEN))
    tour.office.analyser.evidence = good_evidence()
    session = tour.office.shows_face()
    assert session.result
    assert session.result.certificate_id
