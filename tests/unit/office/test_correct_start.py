"""The start of a benefit is put right by two clerks: whatever happens, each day that is due is paid once, no other."""

import json
import random
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from lifecert.application.office.confirm_proposal import ConfirmProposal
from lifecert.application.office.correct_start import ProposeStart, RightStart
from lifecert.application.office.report_death import ReportDeath
from lifecert.domain.amendment import AmendGround
from lifecert.domain.errors import (
    BeneficiaryNotFound,
    BenefitNotFound,
    DayImpossible,
    DistrictOutside,
    DoubtedElsewhere,
    GroundUnsuitable,
    IdempotencyKeyReused,
    LifeCertError,
    NotAllowed,
    NothingToAmend,
    ProposalExpired,
    ReviewDecidedBefore,
    SecondClerkNeeded,
    StartUnlikely,
    TransitionRefused,
)
from lifecert.domain.help_lines import HelpLines
from lifecert.domain.hold import HoldChoice, HoldState
from lifecert.domain.ledger import LedgerEvent, facts_of
from lifecert.domain.notice import NoticeChannel
from lifecert.domain.published import published_events
from lifecert.domain.review import PROPOSAL_LASTS, ReviewKind
from lifecert.domain.scope import Scope
from lifecert.domain.status import EndCause, Status
from lifecert.domain.year import valid_until_after
from ops.verify_ledger import LedgerCheck
from tests.support.builders import CLERK, HELPER, PROOFS, an_id, an_issuer, start_limits
from tests.support.entitled import SECOND, Person
from tests.support.fakes.keys import FakePersonKeys
from tests.support.payer_example import payer_example

DAY = timedelta(days=1)


def confirming(person: Person) -> ConfirmProposal:
    store = person.store
    return ConfirmProposal(store.register, store.reviews_port, store.ledger, person.clock, an_issuer(), PROOFS)


def told(person: Person, benefit_id: str = "1") -> dict[str, Any]:
    """What the payer was told last."""
    events = [event for entry in person.store.entries[person.who] for event in published_events(entry) if event.payer]
    return dict([event.detail for event in events if event.detail["benefit"] == benefit_id][-1])


def spans(detail: dict[str, Any]) -> tuple[object, ...]:
    return tuple(detail[f"{name}_{end}_day"] for name in ("arrears", "reclaim") for end in ("first", "last"))


def iso(day: date) -> str:
    return day.isoformat()


def held(begins: int = -366) -> Person:
    """Somebody whose payment an office has held since today."""
    person = Person(begins)
    person.grace_days = 3
    person.nights(2)
    person.deliver(person.who)
    person.nights(5)
    for batch in person.batches(HoldState.OPEN):
        person.decide(HoldChoice.ALL, batch_id=batch.batch_id)
    person.nights(1)
    assert person.now.held_since == person.clock.today()
    return person


# --- days ------------------------------------------------------------------------------------------------------------


def test_an_earlier_start_makes_the_days_before_the_old_one_due() -> None:
    person = Person(-100)
    today, old = person.clock.today(), person.now.benefits[0].start
    assert old
    person.begin(old - timedelta(days=30))
    assert spans(told(person)) == (iso(old - timedelta(days=30)), iso(old - DAY), None, None)
    assert (told(person)["start"], told(person)["start_before"]) == (iso(old - timedelta(days=30)), iso(old))
    assert person.wrong_days("1") == []
    person.clock.move(days=3)
    assert person.wrong_days("1") == []
    assert person.clock.today() == today + timedelta(days=3)


def test_a_later_start_takes_back_what_was_paid_before_it() -> None:
    person = Person(-100)
    old = person.now.benefits[0].start
    assert old
    person.begin(old + timedelta(days=30))
    assert spans(told(person)) == (None, None, iso(old), iso(old + timedelta(days=29)))
    assert person.wrong_days("1") == []


@pytest.mark.parametrize(
    ("before", "after"), [(-30, 20), (20, -30), (20, 40), (40, 20), (0, 1), (1, 0), (0, -1), (-1, 0)]
)
def test_a_start_moves_over_today(before: int, after: int) -> None:
    person = Person(before)
    person.begin(person.clock.today() + timedelta(days=after))
    assert person.wrong_days("1") == []
    for _ in range(5):
        person.clock.move(days=11)
        assert person.wrong_days("1") == []


def test_what_comes_to_be_due_before_a_hold_is_paid_and_the_hold_stays() -> None:
    person = held()
    since, old = person.now.held_since, person.now.benefits[0].start
    assert since
    assert old
    person.nights(4)
    person.begin(old - timedelta(days=9))
    assert (person.now.held_since, person.now.benefits[0].unpaid_since) == (since, since)
    assert spans(told(person)) == (iso(old - timedelta(days=9)), iso(old - DAY), None, None)
    assert told(person)["payment_held"] is True
    assert person.wrong_days("1") == []
    person.certify(person.who)
    assert person.wrong_days("1") == []


def test_a_benefit_held_before_it_begins_owes_nothing_since_the_hold_by_an_earlier_start() -> None:
    person = Person(-366)
    person.grace_days = 3
    person.also(begins=60)
    person.nights(2)
    person.deliver(person.who)
    person.nights(5)
    for batch in person.batches(HoldState.OPEN):
        person.decide(HoldChoice.ALL, batch_id=batch.batch_id)
    person.nights(1)
    since = person.clock.today()
    assert [one.held_since for one in person.now.benefits] == [since, since]
    person.nights(20)
    person.begin(since - timedelta(days=3), "2")
    assert person.now.benefits[1].unpaid_since == since
    assert spans(told(person, "2")) == (iso(since - timedelta(days=3)), iso(since - DAY), None, None)
    person.begin(since + timedelta(days=30), "2")
    assert person.now.benefits[1].unpaid_since == since + timedelta(days=30)
    person.certify(person.who)
    assert person.wrong_days("1") == person.wrong_days("2") == []
    person.nights(15)
    assert person.wrong_days("2") == []


def test_of_what_has_ended_the_days_before_the_end_are_put_right() -> None:
    person = Person(-100)
    person.end(EndCause.MOVED, days_ago=10)
    end = person.now.benefits[0].end
    assert end
    person.begin(person.clock.today() - timedelta(days=130))
    assert spans(told(person))[2:] == (None, None)
    assert told(person)["status"] == "terminated"
    assert (person.now.benefits[0].end, person.wrong_days("1")) == (end, [])
    person.begin(end.on)
    assert person.wrong_days("1") == []
    with pytest.raises(DayImpossible):
        person.propose_start(end.on + DAY)
    person.take_back()
    assert person.wrong_days("1") == []


def test_who_died_before_a_benefit_began_is_owed_until_the_death_and_no_longer() -> None:
    """The end was on the day on which it was to begin: the true day of the death is in the ledger."""
    person = Person(-10)
    person.end(EndCause.DECEASED, days_ago=40)
    died = person.clock.today() - timedelta(days=40)
    assert person.now.ended_on == person.clock.today() - timedelta(days=10)
    person.begin(died - timedelta(days=5))
    assert person.now.ended_on == person.now.benefits[0].unpaid_since == died
    assert spans(told(person)) == (iso(died - timedelta(days=5)), iso(died - DAY), None, None)
    assert told(person)["ended_on"] == iso(died)
    assert person.wrong_days("1") == []


def test_and_is_owed_nothing_where_the_right_start_is_after_the_death_too() -> None:
    person = Person(-10)
    person.end(EndCause.DECEASED, days_ago=40)
    person.begin(person.clock.today() - timedelta(days=20))
    assert spans(told(person)) == (None, None, None, None)
    assert person.now.ended_on == person.clock.today() - timedelta(days=20)
    assert person.wrong_days("1") == []


def test_a_wrong_end_that_is_corrected_gives_back_what_the_right_start_makes_due() -> None:
    person = Person(-100)
    person.also(begins=-50)
    person.end(EndCause.DECEASED, days_ago=20)
    person.begin(person.clock.today() - timedelta(days=150))
    person.begin(person.clock.today() - timedelta(days=30), "2")
    person.nights(3)
    person.take_back()
    assert [one.end for one in person.now.benefits] == [None, None]
    assert person.wrong_days("1") == person.wrong_days("2") == []


def test_what_waits_to_be_held_still_does() -> None:
    person = Person(-366)
    person.grace_days = 3
    person.nights(2)
    person.deliver(person.who)
    person.nights(5)
    proposal = person.now.benefits[0].hold_proposal
    assert proposal
    person.begin(person.clock.today() - timedelta(days=390))
    assert person.now.open_proposal(person.now.benefits[0]) == proposal
    person.decide(HoldChoice.ALL)
    person.nights(1)
    assert person.now.held_since == person.clock.today()
    assert person.wrong_days("1") == []


class Chance(Person):
    """Whatever happens to somebody, at random; after each step every day must be right, of each benefit."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        super().__init__(-self.random.choice((366, 360, 200, 0, -20, -300)))
        self.grace_days = 3
        self.died: dict[str, date] = {}

    def step(self) -> str:
        chance = self.random
        what = chance.choice(
            ("nights", "nights", "told", "held", "certify", "end", "back", "revoke", "also", "start", "start")
        )
        getattr(self, f"_{what}")()
        return what

    def _nights(self) -> None:
        self.nights(self.random.choice((1, 1, 2, 5, 9)))

    def _told(self) -> None:
        if self.now.current_notice:
            self.deliver(self.who)

    def _held(self) -> None:
        for batch in self.batches(HoldState.OPEN):
            self.decide(HoldChoice.ALL, batch_id=batch.batch_id)

    def _certify(self) -> None:
        self.certify(self.who, self.clock.today() - timedelta(days=self.random.choice((0, 3, 300, 364))))

    def _end(self) -> None:
        cause = self.random.choice((EndCause.MOVED, EndCause.DECEASED))
        which = None if cause is EndCause.DECEASED else self.random.choice((None, "1", "2"))
        self.end(cause, self.random.choice((0, 2, 30)), benefit_id=which)

    def _back(self) -> None:
        self.take_back(benefit_id=self.random.choice((None, None, "1", "2")))

    def _revoke(self) -> None:
        self.revoke(self.who)

    def _also(self) -> None:
        self.also(self.random.choice((-60, 0, 25)), self.random.choice((None, 40)))

    def _start(self) -> None:
        before, benefit = self.now, self.random.choice(self.now.benefits)
        assert benefit.start
        near = self.random.choice((benefit.start, self.clock.today(), benefit.held_since or benefit.start))
        self.begin(near + timedelta(days=self.random.randint(-40, 40)), benefit.benefit_id)
        after = self.now
        assert after.valid_until <= before.valid_until
        assert (after.lapsed, after.held_since, after.open_cases) == (
            before.lapsed,
            before.held_since,
            before.open_cases,
        )
        kept = {"start", "unpaid_since", "end"}
        for one, other in zip(before.benefits, after.benefits, strict=True):
            assert all(getattr(one, name) == getattr(other, name) for name in set(one.__slots__) - kept)
            assert (one.end is None) is (other.end is None)
            assert one == other or one.benefit_id == benefit.benefit_id

    def right(self) -> None:
        """Each payer's account is right, and the payer was told last what the register has."""
        for one in self.now.benefits:
            assert self.wrong_days(one.benefit_id) == []
            last = told(self, one.benefit_id)
            standing = self.now.standing_of(one)
            assert (last["status"], last["payment_held"]) == (standing.status, standing.is_held)
            assert last["unpaid_since"] == (iso(one.unpaid_since) if one.unpaid_since else None)
            assert one.end or last["valid_until"] == iso(self.now.valid_until)
            assert (one.unpaid_since is None) is (not one.end and not one.is_held)
            assert one.end is None or one.unpaid_since == one.end.on
        assert LedgerCheck(self.store.register, self.store.ledger)(self.who) is None


@pytest.mark.parametrize("seed", range(40))
def test_whatever_happens_each_day_that_is_due_was_paid_once_and_no_other(seed: int) -> None:
    person, done = Chance(seed), set[str]()
    for _ in range(30):
        try:
            done.add(person.step())
        except LifeCertError:
            person.right()
            continue
        person.right()
    assert "start" in done


# --- the year --------------------------------------------------------------------------------------------------------


def test_nobody_has_a_longer_year_by_it() -> None:
    """Registered as if it began in ten months, and then drawn since today: that would be 22 months without a proof."""
    person = Person(300)
    today = person.clock.today()
    person.begin(today)
    assert person.now.valid_until == valid_until_after(today)
    assert told(person)["valid_until"] == iso(valid_until_after(today))
    person.begin(today + timedelta(days=300))
    assert person.now.valid_until == valid_until_after(today), "and by a later start it comes no later"


def test_whose_first_year_would_be_over_is_covered_that_day_and_told_by_the_next_nights() -> None:
    person = Person(-100)
    person.also(begins=-50)
    today = person.clock.today()
    person.begin(today - timedelta(days=500))
    assert (person.now.valid_until, person.now.status) == (today, Status.ACTIVE)
    assert told(person, "2")["valid_until"] == iso(today), "who pays the other benefit hears of it"
    assert told(person, "2")["start"] == told(person, "2")["start_before"]
    person.nights(2)
    assert person.now.status is Status.LAPSED
    assert person.now.current_notice
    assert person.now.current_notice.days_before == 0
    assert LedgerCheck(person.store.register, person.store.ledger)(person.who) is None


def test_a_certificate_covers_as_it_did_and_without_it_the_first_year_is_the_right_one() -> None:
    person = Person(-100)
    person.certify(person.who)
    covered, today = person.now.valid_until, person.clock.today()
    person.begin(today - timedelta(days=200))
    assert person.now.valid_until == covered
    person.revoke(person.who)
    assert person.now.valid_until == valid_until_after(today - timedelta(days=200))
    assert person.wrong_days("1") == []
    assert LedgerCheck(person.store.register, person.store.ledger)(person.who) is None


def test_a_benefit_that_was_added_moves_no_day() -> None:
    person = Person(-100)
    person.also(begins=-50)
    until = person.now.valid_until
    person.begin(person.clock.today() - timedelta(days=450), "2")
    assert person.now.valid_until == until
    assert [event for event in (told(person)["event_id"],) if ":1" in event]


@pytest.mark.parametrize("origin", ["imported", "drawn"])
def test_a_first_year_that_an_import_knew_or_drew_stays(origin: str) -> None:
    person = Person(-100)
    first = person.store.entries[person.who][0]
    person.store.entries[person.who][0] = replace(first, details={**first.details, "year_from": origin})
    proposed = person.propose_start(person.clock.today() - timedelta(days=300))
    until = person.now.valid_until
    confirming(person)(proposed.review_id, SECOND, confirm=True)
    assert person.now.valid_until == until


def test_what_an_import_knew_of_a_certification_covers_as_it_did() -> None:
    person = Person(-100)
    proven = person.clock.today() - timedelta(days=150)
    first = person.store.entries[person.who][0]
    known = {"year_from": "benefit_start", "last_certified_on": iso(proven)}
    person.store.entries[person.who][0] = replace(first, details={**first.details, **known})
    proposed = person.propose_start(person.clock.today() - timedelta(days=300))
    confirming(person)(proposed.review_id, SECOND, confirm=True)
    assert person.now.valid_until == valid_until_after(proven)


# --- bounds and people -----------------------------------------------------------------------------------------------


def test_a_start_is_within_what_a_registration_takes() -> None:
    person = Person(-100, ends=50)
    today = person.clock.today()
    for start in (today + timedelta(days=50), today + timedelta(days=370)):
        with pytest.raises(DayImpossible):
            person.propose_start(start)
    with pytest.raises(StartUnlikely):
        person.propose_start(today - timedelta(days=365 * 41), checked=False)
    with pytest.raises(NothingToAmend):
        person.propose_start(today - timedelta(days=100))
    with pytest.raises(BenefitNotFound):
        person.propose_start(today, "2")
    person.begin(today + timedelta(days=49))
    assert person.wrong_days("1") == []


def test_no_start_is_before_the_birth_where_the_register_knows_it() -> None:
    person = Person(-100)
    child = date(2026, 3, 1).replace(year=2030)
    person.store.beneficiaries[person.who] = replace(person.now, guardian_until=child)
    with pytest.raises(DayImpossible):
        person.propose_start(date(2016, 2, 29))
    assert person.propose_start(date(2016, 3, 1)).day == date(2016, 3, 1)


def test_what_is_not_on_record_is_not_put_right() -> None:
    person = Person(-100)
    unknown = replace(person.now.benefits[0], start=None)
    person.store.beneficiaries[person.who] = replace(person.now, benefits=(unknown,))
    with pytest.raises(TransitionRefused):
        person.propose_start(person.clock.today())


def test_two_clerks_put_a_start_right_with_a_ground_and_within_two_weeks() -> None:
    person = Person(-100)
    today, before = person.clock.today(), person.now.benefits
    proposal = person.propose_start(today - timedelta(days=120))
    assert person.now.benefits == before, "nothing is another yet"
    assert (proposal.kind, proposal.day) == (ReviewKind.BENEFIT_START, today - timedelta(days=120))
    assert (proposal.related_id, proposal.benefit_id) == (iso(today - timedelta(days=100)), "1")
    with pytest.raises(SecondClerkNeeded):
        confirming(person)(proposal.review_id, CLERK, confirm=True)
    with pytest.raises(NotAllowed):
        confirming(person)(proposal.review_id, HELPER, confirm=True)
    confirmed = confirming(person)(proposal.review_id, SECOND, confirm=True)
    entry = person.store.entries[person.who][-1]
    assert (entry.event, entry.actor.actor_id) == (LedgerEvent.START_CORRECTED, SECOND.user_id)
    assert (entry.details["ground"], entry.details["proposed_by"]) == (AmendGround.MISTYPED, CLERK.user_id)
    assert confirming(person)(proposal.review_id, SECOND, confirm=True) == confirmed
    assert len([one for one in person.store.entries[person.who] if one.event is LedgerEvent.START_CORRECTED]) == 1
    with pytest.raises(ReviewDecidedBefore):
        confirming(person)(proposal.review_id, SECOND, confirm=False)
    late = person.propose_start(today)
    person.clock.move(days=PROPOSAL_LASTS.days, minutes=1)
    with pytest.raises(ProposalExpired):
        confirming(person)(late.review_id, SECOND, confirm=True)


def test_a_rejected_proposal_moves_nothing() -> None:
    person = Person(-100)
    before = person.now.benefits
    confirming(person)(person.propose_start(person.clock.today()).review_id, SECOND, confirm=False)
    assert (person.now.benefits, person.wrong_days("1")) == (before, [])


def test_the_same_request_again_gives_the_same_proposal_also_once_it_was_confirmed() -> None:
    person = Person(-100)
    start = person.clock.today() - timedelta(days=10)
    proposal = person.propose_start(start, key="key-000001")
    assert person.propose_start(start, key="key-000001") == proposal
    with pytest.raises(IdempotencyKeyReused):
        person.propose_start(start + DAY, key="key-000001")
    person.confirm(proposal)
    assert person.propose_start(start, key="key-000001").decision
    openings = [one for one in person.store.entries[person.who] if one.details.get("review_id") == proposal.review_id]
    assert len(openings) == 2, "one opens it and one confirms it"


def test_of_two_proposals_one_counts() -> None:
    person = Person(-100)
    person.also(begins=-50)
    today = person.clock.today()
    first, second = person.propose_start(today - timedelta(days=120)), person.propose_start(today - timedelta(days=80))
    other = person.propose_start(today - timedelta(days=60), "2")
    person.confirm(first)
    with pytest.raises(ProposalExpired):
        person.confirm(second)
    person.confirm(other)
    assert person.wrong_days("1") == person.wrong_days("2") == []


def test_an_end_since_it_was_proposed_bounds_it_too() -> None:
    person = Person(-100)
    proposed = person.propose_start(person.clock.today() - timedelta(days=5))
    person.end(EndCause.MOVED, days_ago=20)
    with pytest.raises(DayImpossible):
        person.confirm(proposed)
    assert person.wrong_days("1") == []


def test_while_a_death_is_told_nothing_more_comes_to_be_due() -> None:
    person = Person(-100)
    today = person.clock.today()
    waits = person.propose_start(today - timedelta(days=120))
    report = ReportDeath(
        person.store.register,
        FakePersonKeys(),
        person.clock,
        HelpLines("12333", {}),
        person.store.limits,
        start_limits(),
    )
    report.of_known(person.who, None, CLERK)
    with pytest.raises(DoubtedElsewhere):
        person.propose_start(today - timedelta(days=130))
    with pytest.raises(DoubtedElsewhere):
        person.confirm(waits)
    person.begin(today - timedelta(days=90))
    assert person.wrong_days("1") == []


def test_only_a_clerk_of_the_benefits_district_proposes_and_confirms() -> None:
    person = Person(-100)
    propose = ProposeStart(person.store.register, person.store.reviews_port, person.clock)
    right = RightStart("1", person.clock.today(), AmendGround.MISTYPED)
    with pytest.raises(NotAllowed):
        propose(person.who, right, an_id(), HELPER)
    with pytest.raises(GroundUnsuitable):
        propose(person.who, replace(right, ground=AmendGround.RENAMED), an_id(), CLERK)
    elsewhere = replace(CLERK, scope=Scope(("5201",)))
    with pytest.raises(BeneficiaryNotFound):
        propose(person.who, right, an_id(), elsewhere)
    person.also(begins=-20)
    there = replace(person.now.benefits[1], district="520103")
    person.store.beneficiaries[person.who] = person.now.with_benefits([there])
    with pytest.raises(DistrictOutside):
        propose(person.who, right, an_id(), elsewhere)
    proposed = person.propose_start(person.clock.today())
    with pytest.raises(LifeCertError):
        confirming(person)(proposed.review_id, replace(elsewhere, user_id="clerk-5"), confirm=True)
    assert person.wrong_days("1") == []


def test_a_benefit_that_has_moved_away_since_is_for_the_clerks_there() -> None:
    person = Person(-100)
    person.also(begins=-20)
    proposed = person.propose_start(person.clock.today())
    there = replace(person.now.benefits[0], district="520103")
    person.store.beneficiaries[person.who] = person.now.with_benefits([there])
    here = replace(SECOND, scope=Scope(("1101",)))
    with pytest.raises(DistrictOutside):
        confirming(person)(proposed.review_id, here, confirm=True)
    assert person.wrong_days("1") == []


# --- who hears of it -------------------------------------------------------------------------------------------------


def test_the_payer_has_one_event_with_both_and_the_person_is_told() -> None:
    person = Person(-100)
    person.also(begins=-50)
    person.store.beneficiaries[person.who] = replace(person.now, contact_channel=NoticeChannel.SMS)
    proposed = person.propose_start(person.clock.today() - timedelta(days=90))
    confirming(person)(proposed.review_id, SECOND, confirm=True)
    entry = person.store.entries[person.who][-1]
    events = published_events(entry)
    assert [(event.type, event.payer) for event in events] == [
        ("BenefitStartCorrected", "fund"),
        ("StartCorrectedNoticeDue", ""),
    ]
    assert facts_of(entry)[0]["start"] == iso(person.clock.today() - timedelta(days=90))
    published = json.dumps([dict(event.detail) for event in events])
    assert CLERK.user_id not in published
    assert "mistyped" not in published


def test_the_account_is_the_same_in_whatever_order_a_payer_hears_of_it() -> None:
    person = Person(-100)
    for days in (150, 30, 200, -20, 60):
        person.begin(person.clock.today() - timedelta(days=days))
        person.clock.move(days=7)
    heard = [
        event.detail for entry in person.store.entries[person.who] for event in published_events(entry) if event.payer
    ]
    today = person.clock.today()
    right = payer_example().State()
    for detail in heard:
        right.apply(detail)
    for seed in range(5):
        state = payer_example().State()
        shuffled = random.Random(seed).sample(heard, len(heard))
        for detail in [*shuffled, *heard]:
            state.apply(detail)
        assert state.times_paid(person.who, "1", today) == right.times_paid(person.who, "1", today)
    assert person.wrong_days("1") == []
