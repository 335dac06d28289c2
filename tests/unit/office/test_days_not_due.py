"""What is not due yet, or not any more, is neither owed nor paid by a change of something else."""

from datetime import timedelta

import pytest

from lifecert.application.shared.reviewing import opening, recorded
from lifecert.domain.actor import Actor, Role
from lifecert.domain.errors import DeathEndsAll, TransitionRefused
from lifecert.domain.hold import HoldChoice, HoldState
from lifecert.domain.review import Ground, ReviewDecision, ReviewKind, ReviewOutcome
from lifecert.domain.status import EndCause
from ops.verify_ledger import LedgerCheck
from tests.support.builders import a_review
from tests.support.entitled import Person


@pytest.mark.parametrize("begins", [-30, 0, 1, 30, 300])
def test_who_dies_before_a_benefit_begins_is_owed_nothing_for_the_days_before_it(begins: int) -> None:
    person = Person(begins)
    person.end(EndCause.DECEASED)
    assert person.wrong_days("1") == []
    person.clock.move(days=10)
    person.take_back()
    assert person.wrong_days("1") == []


def test_a_benefit_that_is_held_before_it_begins_owes_nothing_for_the_days_before_it() -> None:
    person = Person(-366)
    person.also(begins=300)
    person.nights(2)
    assert person.now.notice is not None
    person.deliver(person.who)
    person.nights(92)
    for batch in person.batches(HoldState.OPEN):
        person.decide(HoldChoice.ALL, batch_id=batch.batch_id)
    person.nights(1)
    assert person.now.held_since == person.clock.today()
    assert person.wrong_days("2") == []
    person.nights(30)
    person.certify(person.who)
    assert person.wrong_days("1") == person.wrong_days("2") == []


def test_while_a_death_stands_it_is_the_end_that_is_corrected() -> None:
    """A benefit that ended as planned after the day of the death, and before that was known, does not come back."""
    person = Person(-100)
    person.also(begins=-100, ends=20)
    person.nights(21)
    person.end(EndCause.DECEASED, days_ago=10)
    with pytest.raises(DeathEndsAll):
        person.propose(ReviewKind.CORRECTION, benefit_id="2")
    person.take_back()
    first, second = person.now.benefits
    assert first.end is None
    assert second.end is not None
    assert person.wrong_days("1") == person.wrong_days("2") == []


def test_a_correction_is_of_the_end_that_it_was_proposed_for() -> None:
    """Two clerks propose the same: the second one's, confirmed after the first, must not bring back an older end."""
    person = Person(-100)
    person.also(begins=-100)
    person.end(EndCause.IMPRISONED, days_ago=5, benefit_id="1")
    person.nights(2)
    person.end(EndCause.MOVED, benefit_id="2")
    person.nights(1)
    same, again = person.propose(ReviewKind.CORRECTION), person.propose(ReviewKind.CORRECTION)
    person.confirm(same)
    assert [one.end is None for one in person.now.benefits] == [False, True]
    with pytest.raises(TransitionRefused):
        person.confirm(again)
    assert [one.end is None for one in person.now.benefits] == [False, True]


def test_the_end_takes_with_it_what_was_found_true_before() -> None:
    """Or a death that was recorded by mistake, and corrected, would keep the camera from the living for ever."""
    person = Person(-100)
    report = a_review(person.now, kind=ReviewKind.DEATH_REPORT, opened_by=Actor("clerk-3", Role.CLERK))
    person.store.register.commit(opening(person.now, report))
    decision = ReviewDecision(ReviewOutcome.ACCEPT, Ground.CONFIRMED, "clerk-4", person.clock.now())
    person.store.register.commit(recorded(person.now, report, decision))
    assert [one.upheld for one in person.now.open_cases] == [True]
    person.end(EndCause.DECEASED)
    assert person.now.open_cases == ()
    assert LedgerCheck(person.store.register, person.store.ledger)(person.who) is None
    person.take_back()
    assert person.now.open_cases == ()


def test_a_death_before_a_recorded_end_takes_back_what_was_paid_in_between() -> None:
    """Nothing is due to the dead, whatever else had ended it meanwhile; a wrong death gives back just that."""
    person = Person(-100)
    person.also(begins=-100, ends=20)
    person.nights(21)
    planned = person.now.benefits[1].end
    assert planned is not None
    person.end(EndCause.DECEASED, days_ago=10)
    died = person.clock.today() - timedelta(days=10)
    assert [one.end.on for one in person.now.benefits if one.end] == [died, died]
    assert [one.unpaid_since for one in person.now.benefits] == [died, died]
    assert person.wrong_days("1") == person.wrong_days("2") == []
    person.take_back()
    first, second = person.now.benefits
    assert (first.end, second.end) == (None, planned)
    assert person.wrong_days("1") == person.wrong_days("2") == []


@pytest.mark.parametrize("cause", [EndCause.MOVED, EndCause.DECEASED])
def test_who_turns_out_to_have_died_before_everything_ended_is_ended_from_that_day(cause: EndCause) -> None:
    person = Person(-100)
    person.certify(person.who)
    certificate_id = person.now.certificate_id or ""
    person.end(cause, days_ago=5)
    first_end = person.now.benefits[0].end
    revoked_at = person.store.certificates[certificate_id].revoked_at
    assert revoked_at
    person.nights(3)
    person.end(EndCause.DECEASED, days_ago=20)
    assert person.now.ended_on == person.clock.today() - timedelta(days=20)
    assert person.wrong_days("1") == []
    # A certificate is revoked once.
    assert person.store.certificates[certificate_id].revoked_at == revoked_at
    # The earlier end stands again, and nothing is due yet.
    person.take_back()
    assert person.now.benefits[0].end == first_end
    assert person.store.certificates[certificate_id].revoked_at == revoked_at
    assert person.wrong_days("1") == []
    person.take_back()
    assert person.now.benefits[0].end is None
    assert person.store.certificates[certificate_id].revoked_at is None
    assert person.wrong_days("1") == []


def test_a_death_on_or_after_the_recorded_end_changes_nothing() -> None:
    person = Person(-100)
    person.end(EndCause.MOVED, days_ago=5)
    for days_ago in (0, 5):
        with pytest.raises(TransitionRefused):
            person.propose(ReviewKind.END, days_ago, cause=EndCause.DECEASED)
    # Only the dead are owed nothing whatever else was recorded.
    with pytest.raises(TransitionRefused):
        person.propose(ReviewKind.END, 20, cause=EndCause.IMPRISONED)


def test_an_end_proposed_before_another_was_recorded_is_refused_where_it_would_come_after() -> None:
    person = Person(-100)
    proposed = person.propose(ReviewKind.END, 0, cause=EndCause.DECEASED)
    person.end(EndCause.MOVED, days_ago=5)
    with pytest.raises(TransitionRefused):
        person.confirm(proposed)
