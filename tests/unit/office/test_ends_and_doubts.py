"""What an end settles: two clerks who end everything have looked, and a day that was planned has not."""

from lifecert.domain.review import ReviewKind
from lifecert.domain.status import EndCause, Status
from ops.verify_ledger import LedgerCheck
from tests.support.entitled import Person


def doubting(person: Person) -> list[ReviewKind]:
    return [case.kind for case in person.now.doubts]


def test_a_planned_end_does_not_vouch_for_whom_one_clerk_registered() -> None:
    """They would be ended by the night, and due again by a benefit that the same clerk adds."""
    person = Person(-100, ends=1, known_to_two=False)
    person.nights(2)
    assert person.now.status is Status.TERMINATED
    assert doubting(person) == [ReviewKind.REGISTRATION]
    person.also(begins=-10)
    assert doubting(person) == [ReviewKind.REGISTRATION] * 2
    assert LedgerCheck(person.store.register, person.store.ledger)(person.who) is None


def test_what_two_clerks_ended_one_alone_does_not_make_due_again() -> None:
    """The correction of an end takes two; so does a benefit that is added after it."""
    person = Person(-100)
    person.end(EndCause.MOVED)
    assert doubting(person) == []
    person.also(begins=-10)
    assert person.now.status is not Status.TERMINATED
    assert doubting(person) == [ReviewKind.REGISTRATION]
    (case,) = person.now.doubts
    assert (
        person.store.reviews[case.review_id].opened_by.actor_id == person.store.entries[person.who][-1].actor.actor_id
    )
    assert LedgerCheck(person.store.register, person.store.ledger)(person.who) is None


def test_what_two_clerks_ended_one_does_not_give_again_while_another_benefit_goes_on() -> None:
    person = Person(-100)
    person.also(begins=-50)
    person.end(EndCause.OTHER, benefit_id="2")
    person.also(begins=-10)
    assert doubting(person) == [ReviewKind.REGISTRATION]
    assert LedgerCheck(person.store.register, person.store.ledger)(person.who) is None


def test_another_benefit_of_somebody_to_whom_one_is_due_waits_for_nobody() -> None:
    person = Person(-100)
    before = doubting(person)
    person.also(begins=-10)
    assert doubting(person) == before
