"""A death that a register tells of somebody whose benefits had ended is kept, and a case once something is due again
(adr/0067)."""

from datetime import date, timedelta

import pytest

from lifecert.application.certify.get_status import BeneficiaryView
from lifecert.application.office.get_reviews import GetReview, ReviewView
from lifecert.application.office.noted_deaths import MOST_NOTED
from lifecert.application.office.signal_death import MOST_DAYS, SignalDeath
from lifecert.domain.actor import User
from lifecert.domain.data_match import MatchLine, Said, Taken
from lifecert.domain.errors import DoubtedElsewhere
from lifecert.domain.help_lines import HelpLines
from lifecert.domain.ledger import LedgerEvent
from lifecert.domain.person import IdNumber
from lifecert.domain.review import Ground, Review, ReviewKind, ReviewOutcome
from lifecert.domain.status import EndCause, Status
from lifecert.entry.http.bodies.beneficiaries import BeneficiaryStanding
from lifecert.entry.http.texts import Language
from ops.verify_ledger import LedgerCheck
from tests.support.builders import CLERK, TRUSTED, a_change
from tests.support.entitled import SECOND, Person
from tests.support.fakes.access import noting
from tests.support.fakes.notices import FakeSeal
from tests.support.fakes.photos import MemoryPhotos
from tests.support.open_cases import THIRD, TODAY, Office
from tests.support.verifying import review_decider

NUMBER = IdNumber.parse("11010519491231002X")


class Ended(Person):
    """Somebody whose benefits two clerks ended by mistake, five days ago."""

    def __init__(self, cause: EndCause = EndCause.MOVED) -> None:
        super().__init__(-100)
        self.end(cause, days_ago=5)

    def told(self, days_ago: int, source: str = "civil_register") -> Taken:
        line = MatchLine(NUMBER, Said.DEAD, self.clock.today() - timedelta(days=days_ago), source)
        return SignalDeath(self.store.register, self.store.ledger, self.clock)(self.now, line)

    def entries(self, event: LedgerEvent) -> list[str]:
        return [str(one.details["day"]) for one in self.store.entries[self.who] if one.event is event]

    def open(self, kind: ReviewKind) -> list[Review]:
        return [one for one in self.store.reviews.values() if one.kind is kind and one.decision is None]

    def look(self, review_id: str, user: User = SECOND) -> ReviewView:
        store = self.store
        stores = (store.register, store.reviews_port, store.sessions, store.references, store.ledger)
        return GetReview(*stores, MemoryPhotos(), FakeSeal(), noting(store, self.clock))(review_id, user)

    def decides(self, outcome: ReviewOutcome, ground: Ground) -> None:
        (case,) = self.open(ReviewKind.DATA_SIGNAL)
        review_decider(self.store, MemoryPhotos(), self.clock)(case.review_id, outcome, ground, SECOND)

    def day(self, days_ago: int) -> date:
        return self.clock.today() - timedelta(days=days_ago)

    def agrees(self) -> bool:
        return LedgerCheck(self.store.register, self.store.ledger)(self.who) is None


@pytest.mark.parametrize("cause", [EndCause.MOVED, EndCause.OTHER, EndCause.DECEASED])
def test_a_death_told_after_an_end_is_kept_once_and_nobodys_case(cause: EndCause) -> None:
    person = Ended(cause)
    assert [person.told(2), person.told(2), person.told(1)] == [Taken.KNOWN] * 3
    assert person.entries(LedgerEvent.DEATH_NOTED) == [person.day(2).isoformat(), person.day(1).isoformat()]
    assert not person.open(ReviewKind.DATA_SIGNAL)
    assert not person.now.open_cases
    assert person.agrees()


def test_it_is_a_case_the_moment_the_end_is_corrected_and_both_clerks_were_told_before() -> None:
    """The end was a mistake, the person died meanwhile, and the register tells each death once."""
    person = Ended()
    person.told(2)
    person.told(1, "hospital")
    proposed = person.propose(ReviewKind.CORRECTION)
    told = person.look(proposed.review_id).reports
    assert [(one.by, one.day, one.believed) for one in told] == [
        ("data_match:civil_register", person.day(2), True),
        ("data_match:hospital", person.day(1), True),
    ]
    person.confirm(proposed)
    assert person.now.status is not Status.TERMINATED
    (case,) = person.open(ReviewKind.DATA_SIGNAL)
    assert (case.day, case.related_id, case.cause) == (person.day(2), "civil_register", EndCause.DECEASED)
    assert case.district == person.now.district
    assert [one.day for one in person.look(case.review_id).reports] == [person.day(1)]
    (doubt,) = person.now.doubts
    assert (doubt.review_id, doubt.by) == (case.review_id, ("data_match:civil_register", "data_match:hospital"))
    assert [person.told(2), person.told(1, "hospital"), person.told(0)] == [Taken.KNOWN, Taken.KNOWN, Taken.JOINED]
    assert person.agrees()
    # What a clerk has looked into is over: the same word again, after another end too, is no other case.
    person.decides(ReviewOutcome.REFUSE, Ground.UNFOUNDED)
    assert person.told(2) is Taken.KNOWN
    person.end(EndCause.MOVED)
    assert person.told(2) is Taken.KNOWN
    person.take_back()
    assert not person.now.doubts
    assert person.agrees()


@pytest.mark.parametrize(
    ("outcome", "ground", "doubted"),
    [
        (None, None, True),
        (ReviewOutcome.REFUSE, Ground.UNFOUNDED, False),
        (ReviewOutcome.ACCEPT, Ground.CONFIRMED, True),
    ],
)
def test_what_is_kept_and_told_again_as_a_case_is_no_second_one(
    outcome: ReviewOutcome | None, ground: Ground | None, doubted: bool
) -> None:
    """Kept under the id of the case that the same word made later, it left nobody able to correct the end."""
    person = Ended(EndCause.MOVED)  # five days ago
    person.end(EndCause.DECEASED, days_ago=20)
    assert person.told(10) is Taken.KNOWN
    person.take_back()  # no death: the end before it stands, and the word is of a day that was paid
    assert person.told(10) is Taken.CASE_OPENED
    if outcome and ground:
        person.decides(outcome, ground)
    person.take_back()
    assert person.now.status is Status.ACTIVE
    assert bool(person.now.doubts) is doubted
    assert len([one for one in person.store.reviews.values() if one.kind is ReviewKind.DATA_SIGNAL]) == 1
    assert person.agrees()


def test_what_was_kept_beside_a_word_that_was_told_again_is_a_case_of_its_own() -> None:
    """Both were kept as one case; the one that was told again is another by now."""
    person = Ended(EndCause.MOVED)
    person.end(EndCause.DECEASED, days_ago=20)
    assert [person.told(10), person.told(12)] == [Taken.KNOWN] * 2
    person.take_back()
    assert person.told(10) is Taken.CASE_OPENED
    person.take_back()
    assert person.now.status is Status.ACTIVE
    assert [one.day for one in person.open(ReviewKind.DATA_SIGNAL)] == [person.day(10), person.day(12)]
    assert person.agrees()


def test_a_correction_that_nobody_told_anything_against_opens_no_case() -> None:
    person = Ended()
    proposed = person.propose(ReviewKind.CORRECTION)
    assert person.look(proposed.review_id).reports == ()
    person.confirm(proposed)
    assert not person.now.open_cases
    assert "signal_id" not in person.store.entries[person.who][-1].details


def test_what_was_a_case_before_the_end_is_no_other_after_it() -> None:
    """The register's own word led to the end: two clerks who correct that have dealt with it."""
    person = Person(-100)
    line = MatchLine(NUMBER, Said.DEAD, person.clock.today() - timedelta(days=5), "civil_register")
    signal = SignalDeath(person.store.register, person.store.ledger, person.clock)
    assert signal(person.now, line) is Taken.CASE_OPENED
    (case,) = [one for one in person.store.reviews.values() if one.kind is ReviewKind.DATA_SIGNAL]
    decide = review_decider(person.store, MemoryPhotos(), person.clock)
    decide(case.review_id, ReviewOutcome.ACCEPT, Ground.CONFIRMED, SECOND)
    person.end(EndCause.DECEASED, days_ago=5)
    assert signal(person.now, line) is Taken.KNOWN
    person.take_back()
    assert not person.now.open_cases


def test_it_is_a_case_when_a_benefit_is_added_and_that_waits_for_it() -> None:
    person = Ended()
    person.told(2)
    person.also(0)
    (case,) = person.open(ReviewKind.DATA_SIGNAL)
    (due,) = person.open(ReviewKind.REGISTRATION)
    assert {one.review_id for one in person.now.doubts} == {case.review_id, due.review_id}
    assert [one.review_id for one in person.look(due.review_id).other_cases] == [case.review_id]
    assert person.agrees()
    decide = review_decider(person.store, MemoryPhotos(), person.clock)
    with pytest.raises(DoubtedElsewhere):
        decide(due.review_id, ReviewOutcome.ACCEPT, Ground.CONFIRMED, SECOND)
    person.decides(ReviewOutcome.REFUSE, Ground.UNFOUNDED)
    assert person.agrees()


def test_more_days_than_a_register_can_mean_are_not_kept() -> None:
    person = Ended()
    for days_ago in range(4, 4 - MOST_NOTED - 5, -1):
        person.clock.move(days=1)
        person.told(days_ago if days_ago > 0 else 0)
    assert len(person.entries(LedgerEvent.DEATH_NOTED)) == MOST_NOTED
    person.take_back()
    assert len(person.open(ReviewKind.DATA_SIGNAL)) == 1, "and the case is there, whatever is one too many"


def test_a_death_before_the_end_is_a_case_at_once_and_a_case_that_is_open_is_joined() -> None:
    person = Ended()
    assert person.told(20) is Taken.CASE_OPENED
    assert person.told(2) is Taken.JOINED, "somebody is looking at that register's word already"
    assert not person.entries(LedgerEvent.DEATH_NOTED)


def test_a_word_told_while_the_correction_is_confirmed_is_a_case_of_its_own() -> None:
    person = Ended()
    found = person.now
    person.take_back()
    line = MatchLine(NUMBER, Said.DEAD, person.day(2), "civil_register")
    signal = SignalDeath(person.store.register, person.store.ledger, person.clock)
    assert signal(found, line) is Taken.CASE_OPENED


# --- a case that was found true --------------------------------------------------------------------------------------


def test_a_further_day_after_a_death_was_found_true_stands_with_that_case() -> None:
    office = Office()
    signal = SignalDeath(office.store.register, office.store.ledger, office.clock)

    def told(days_ago: int) -> Taken:
        return signal(office.beneficiary, MatchLine(NUMBER, Said.DEAD, TODAY - timedelta(days=days_ago), "civil"))

    assert told(300) is Taken.CASE_OPENED
    (case,) = office.beneficiary.open_cases
    office.decide(case.review_id, ReviewOutcome.ACCEPT, Ground.CONFIRMED, CLERK)
    assert [told(10), told(10), told(300)] == [Taken.JOINED, Taken.KNOWN, Taken.KNOWN]
    (one,) = office.look(case.review_id, SECOND).reports
    assert one.day == TODAY - timedelta(days=10)
    assert office.beneficiary.open_cases[0].upheld
    for days_ago in range(11, 11 + MOST_DAYS):
        told(days_ago)
    assert len(office.look(case.review_id, SECOND).reports) < MOST_DAYS
    # Two clerks see the person, later than all that: it is put away with the case, and no list brings it again.
    office.clock.move(days=1)
    proposal = office.seen(CLERK)
    assert isinstance(proposal, Review)
    office.confirm(proposal.review_id, THIRD, confirm=True)
    assert not office.beneficiary.doubts
    assert {told(days_ago) for days_ago in (10, 11, 12, 300)} == {Taken.KNOWN}


# --- a list that a register sends whole, month after month -----------------------------------------------------------


def test_no_word_that_a_clerk_has_looked_into_is_another_case_when_it_is_sent_again() -> None:
    """The second that was kept, the second of a case, and one that joined: each was in the case that was decided."""
    person = Ended()
    person.told(2)
    person.told(1, "hospital")
    person.told(3)
    person.take_back()
    person.told(4)
    person.clock.move(days=1)
    person.decides(ReviewOutcome.REFUSE, Ground.UNFOUNDED)
    said = [(3, "civil_register"), (2, "hospital"), (4, "civil_register"), (5, "civil_register")]
    assert [person.told(*one) for one in said] == [Taken.KNOWN] * 4
    person.end(EndCause.MOVED)
    assert [person.told(*one) for one in said] == [Taken.KNOWN] * 4
    assert len(person.entries(LedgerEvent.DEATH_NOTED)) == 3
    person.take_back()
    assert not person.now.doubts
    assert person.told(2) is Taken.CASE_OPENED, "what nobody has looked into"
    assert [person.told(*one) for one in said] == [Taken.KNOWN] * 4, "nor does any of it join that case"


def test_a_word_that_joined_as_its_case_was_decided_is_one_when_it_is_told_again() -> None:
    """Whoever decided had the case before them, and not this day."""
    person = Person(-100)
    signal = SignalDeath(person.store.register, person.store.ledger, person.clock)

    def told(days_ago: int) -> Taken:
        line = MatchLine(NUMBER, Said.DEAD, TODAY - timedelta(days=days_ago), "civil_register")
        return signal(person.now, line)

    assert [told(9), told(8)] == [Taken.CASE_OPENED, Taken.JOINED]
    (case,) = person.now.open_cases
    decide = review_decider(person.store, MemoryPhotos(), person.clock)
    decide(case.review_id, ReviewOutcome.REFUSE, Ground.UNFOUNDED, SECOND)
    assert told(9) is Taken.KNOWN
    assert told(8) is Taken.CASE_OPENED


def test_what_was_kept_is_a_case_of_its_own_beside_one_for_a_day_before_the_end() -> None:
    """One is about days that were paid, the other about a person who is back: each is decided by itself."""
    person = Ended()
    person.told(2)
    person.told(1, "hospital")
    assert person.told(20) is Taken.CASE_OPENED
    person.take_back()
    assert person.agrees()
    kept, before = sorted(person.open(ReviewKind.DATA_SIGNAL), key=lambda one: str(one.day), reverse=True)
    decide = review_decider(person.store, MemoryPhotos(), person.clock)
    decide(before.review_id, ReviewOutcome.REFUSE, Ground.UNFOUNDED, SECOND)
    (doubt,) = person.now.doubts
    assert (doubt.review_id, doubt.by) == (kept.review_id, ("data_match:civil_register", "data_match:hospital"))
    assert person.told(0, "hospital") is Taken.JOINED
    assert person.agrees()


def test_the_numbers_of_what_helpers_read_say_nothing_of_what_they_do_not() -> None:
    """A number that was left out was a suspicion that somebody had."""

    def shown(person: Person, *, for_staff: bool) -> list[tuple[int, str]]:
        view = BeneficiaryView(person.now, tuple(person.store.entries[person.who]), for_staff=for_staff)
        answer = BeneficiaryStanding.of(
            view, TODAY, HelpLines("12333", {}), TRUSTED, Language.ENGLISH, user_id="helper", for_staff=for_staff
        )
        return [(one.seq, one.event.value) for one in answer.history]

    untold, told = Ended(), Ended()
    told.told(2)
    told.told(1)
    for person in (untold, told):
        person.take_back()
    assert told.told(0) is Taken.JOINED
    not_met = a_change(told.now, LedgerEvent.VISIT_NOTED, details={"outcome": "not_seen"})
    told.store.register.commit(not_met)
    assert shown(untold, for_staff=False) == shown(told, for_staff=False)
    assert [number for number, _ in shown(told, for_staff=False)] == [1, 2, 3]
    assert [number for number, _ in shown(told, for_staff=True)] == [one.seq for one in told.store.entries[told.who]]
