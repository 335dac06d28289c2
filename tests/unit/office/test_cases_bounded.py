"""How many cases there may be about a person, which reports count among them, and which are over (adr/0033)."""

from datetime import date

import pytest

from lifecert.domain.actor import User
from lifecert.domain.errors import (
    ProposalExpired,
    TransitionRefused,
)
from lifecert.domain.open_case import MOST_WAITING
from lifecert.domain.policy import Decision, Outcome
from lifecert.domain.reasons import Reason
from lifecert.domain.review import Ground, Proposal, ReviewKind, ReviewOutcome
from lifecert.domain.status import EndCause, Status
from tests.support.builders import (
    CLERK,
    HELPER,
    an_id,
)
from tests.support.open_cases import (
    SECOND,
    TODAY,
    Office,
    decision_of,
    differences,
)


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
