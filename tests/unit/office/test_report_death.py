"""A family reports a death: a case for the office, and nothing else."""

import uuid
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from lifecert.application.office.report_death import NamedPerson, ReportDeath
from lifecert.application.shared.reviewing import review_id_of
from lifecert.domain.actor import Role, User
from lifecert.domain.beneficiary import Beneficiary
from lifecert.domain.benefit import BenefitEnd
from lifecert.domain.errors import (
    BeneficiaryNotFound,
    DayImpossible,
    DayInFuture,
    EntitlementEnded,
    LifeCertError,
    LimitReached,
)
from lifecert.domain.help_lines import HelpLines
from lifecert.domain.ledger import LedgerEvent
from lifecert.domain.open_case import MOST_REPORTERS
from lifecert.domain.person import IdNumber, normalise_name
from lifecert.domain.review import Ground, ReviewDecision, ReviewKind, ReviewOutcome
from lifecert.domain.status import EndCause, Status
from tests.support.builders import CLERK, HELPER, a_beneficiary, a_change, an_id, start_limits
from tests.support.fakes.clock import FixedClock
from tests.support.fakes.keys import FakePersonKeys
from tests.support.fakes.store import MemoryStore
from tests.support.open_cases import SECOND
from tests.support.open_cases import Office as Cases

NAME, NUMBER = "王小明", IdNumber.parse("11010519491231002X")
DAY = date(2026, 2, 20)
STRANGER = replace(HELPER, user_id="stranger")


class Office:
    def __init__(self, **fields: Any) -> None:
        self.store, self.clock, keys = MemoryStore(), FixedClock(), FakePersonKeys()
        fresh = a_beneficiary(
            person_key=keys.person_key(NUMBER.value),
            name_key=keys.name_key(normalise_name(NAME)),
            certified_by=(HELPER.user_id,),
            **fields,
        )
        self.store.register.commit(a_change(fresh, LedgerEvent.REGISTERED))
        self.id = fresh.beneficiary_id
        lines, limits = HelpLines("12333", {}), start_limits(by_user=10, unknown_by_user=3)
        self.report = ReportDeath(self.store.register, keys, self.clock, lines, self.store.limits, limits)

    @property
    def person(self) -> Beneficiary:
        return self.store.beneficiaries[self.id]


@pytest.mark.parametrize("by_name", [True, False])
@pytest.mark.parametrize("status", [Status.ACTIVE, Status.LAPSED])
def test_a_report_opens_a_case_and_nothing_else(by_name: bool, status: Status) -> None:
    office = Office(status=status)
    before, due = office.store.beneficiaries[office.id], office.store.register
    if by_name:
        report_id = office.report.of_person(NamedPerson(NAME, NUMBER), DAY, STRANGER)
    else:
        report_id = office.report.of_known(office.id, DAY, HELPER)
    after = due.get(office.id)
    assert after
    assert after == replace(before, version=2, ledger_head=after.ledger_head, open_cases=after.open_cases)
    assert bool(after.doubts) is not by_name, "of a stranger it counts once a clerk takes it up"
    [review] = office.store.reviews.values()
    assert (review.review_id, review.kind, review.day) == (report_id, ReviewKind.DEATH_REPORT, DAY)
    assert review.cause is EndCause.DECEASED
    assert office.store.entries[office.id][-1].event is LedgerEvent.REVIEW_OPENED
    assert office.store.certificates == {}


def test_one_person_has_one_open_case_which_later_reports_join() -> None:
    office = Office()
    first = office.report.of_person(NamedPerson(NAME, NUMBER), None, STRANGER)
    assert office.report.of_person(NamedPerson(NAME, NUMBER), DAY, STRANGER) == first
    assert not office.person.doubts, "a stranger's word"
    assert office.report.of_person(NamedPerson(NAME, NUMBER), DAY, replace(STRANGER, user_id="other")) == first
    office.clock.move(days=1)
    assert office.report.of_known(office.id, DAY, CLERK) == first, "a clerk takes it up"
    assert office.report.of_known(office.id, DAY, HELPER) == first
    assert len(office.store.reviews) == 1
    assert [case.by for case in office.person.doubts] == [("stranger", "other", CLERK.user_id, HELPER.user_id)]
    told = [(entry.event, entry.actor.actor_id, entry.actor.role) for entry in office.store.entries[office.id][1:]]
    assert told == [
        (LedgerEvent.REVIEW_OPENED, "stranger", Role.USER),
        (LedgerEvent.REPORT_JOINED, "other", Role.USER),
        (LedgerEvent.REPORT_JOINED, CLERK.user_id, Role.CLERK),
        (LedgerEvent.REPORT_JOINED, HELPER.user_id, Role.USER),
    ]


def test_the_familys_word_is_no_part_of_what_strangers_said() -> None:
    """A stranger's absurd report came first, and a daughter's joined it: a clerk saw the one, and refused both."""
    office = Office()
    absurd = office.report.of_person(NamedPerson(NAME, NUMBER), date(2001, 1, 1), STRANGER)
    report = office.report.of_known(office.id, DAY, HELPER)
    assert report != absurd
    assert office.report.of_person(NamedPerson(NAME, NUMBER), None, replace(STRANGER, user_id="other")) == absurd
    assert [case.by for case in office.person.doubts] == [(HELPER.user_id,)]
    assert office.store.reviews[report].day == DAY


def test_a_case_that_was_found_true_takes_in_no_later_report() -> None:
    """It is decided: a report that joined it would be looked at by nobody."""
    office = Office()
    first = office.report.of_known(office.id, DAY, HELPER)
    true = ReviewDecision(ReviewOutcome.ACCEPT, Ground.CONFIRMED, "clerk-4", office.clock.now())
    upheld = office.person.with_decided(office.store.reviews[first], true)
    office.store.register.commit(a_change(office.person, changed={"open_cases": upheld.open_cases}))
    assert office.person.doubts
    office.clock.move(days=200)
    second = office.report.of_known(office.id, DAY, HELPER)
    assert second != first
    assert office.store.reviews[second].decision is None


def test_however_many_report_somebody_whose_word_counts_is_remembered() -> None:
    office = Office()
    for number in range(MOST_REPORTERS + 3):
        office.report.of_person(NamedPerson(NAME, NUMBER), None, replace(HELPER, user_id=f"stranger-{number}"))
    version = office.person.version
    assert version == 1 + MOST_REPORTERS
    office.report.of_known(office.id, None, CLERK)
    (case,) = office.person.doubts
    assert (len(case.by), case.by[-1]) == (MOST_REPORTERS, CLERK.user_id)


def test_wrong_names_are_counted_together_with_those_of_starts() -> None:
    """300 wrong names went through in 13 seconds, and each answer said whether somebody is registered."""
    office = Office()
    unknown = NamedPerson("x", IdNumber.parse("110101194001010055"))
    for _ in range(3):
        with pytest.raises(BeneficiaryNotFound):
            office.report.of_person(unknown, None, STRANGER)
    for person in (unknown, NamedPerson(NAME, NUMBER)):
        with pytest.raises(LimitReached) as refused:
            office.report.of_person(person, None, STRANGER)
        assert refused.value.help_line == "12333", "a known person and an unknown one hear the same"
    assert office.store.reviews == {}
    assert office.report.of_known(office.id, DAY, HELPER), "nobody else is refused for it"
    office.clock.move(hours=1)
    assert office.report.of_person(NamedPerson(NAME, NUMBER), DAY, STRANGER)


def test_reports_are_as_many_an_hour_as_starts() -> None:
    office = Office()
    for _ in range(10):
        office.report.of_known(office.id, DAY, HELPER)
    with pytest.raises(LimitReached):
        office.report.of_known(office.id, DAY, HELPER)


@pytest.mark.parametrize(
    ("name", "number"),
    [("王大明", NUMBER), (NAME, IdNumber.parse("110101194001010039")), ("x", IdNumber.parse("110101194001010055"))],
)
def test_unknown_persons_and_wrong_names_are_told_alike(name: str, number: IdNumber) -> None:
    office = Office()
    with pytest.raises(BeneficiaryNotFound) as refused:
        office.report.of_person(NamedPerson(name, number), DAY, HELPER)
    assert refused.value.help_line == "12333"
    assert office.store.reviews == {}


@pytest.mark.parametrize(
    ("beneficiary_id", "user", "day", "error"),
    [
        (None, STRANGER, DAY, BeneficiaryNotFound),
        ("unknown", HELPER, DAY, BeneficiaryNotFound),
        ("unknown", CLERK, DAY, BeneficiaryNotFound),
        (None, HELPER, date(2026, 3, 2), DayInFuture),
    ],
)
def test_who_may_not_report_and_what_not(
    beneficiary_id: str | None, user: Any, day: date, error: type[LifeCertError]
) -> None:
    office = Office()
    with pytest.raises(error):
        office.report.of_known(an_id() if beneficiary_id else office.id, day, user)
    assert office.store.reviews == {}


def test_nobody_dies_before_they_were_born() -> None:
    office = Office()
    with pytest.raises(DayImpossible) as refused:
        office.report.of_person(NamedPerson(NAME, NUMBER), date(1949, 12, 30), HELPER)
    assert refused.value.help_line == "12333"
    assert office.store.reviews == {}
    office.report.of_person(NamedPerson(NAME, NUMBER), date(1949, 12, 31), HELPER)
    assert len(office.store.reviews) == 1


def ended(office: Office, cause: EndCause) -> None:
    """Two clerks have ended everything."""
    benefits = tuple(replace(one, end=BenefitEnd(DAY, cause, an_id())) for one in office.person.benefits)
    office.store.register.commit(a_change(office.person, LedgerEvent.TERMINATED, changed={"benefits": benefits}))


def test_a_stranger_hears_of_a_death_what_they_hear_of_anybody() -> None:
    office, whom = Office(), NamedPerson(NAME, NUMBER)
    ended(office, EndCause.DECEASED)
    version = office.person.version
    ids = {office.report.of_person(whom, DAY, replace(HELPER, user_id=name)) for name in ("stranger-1", "stranger-2")}
    office.clock.move(days=1)
    ids.add(office.report.of_person(whom, None, replace(HELPER, user_id="stranger-1")))
    assert len(ids) == 1
    assert str(uuid.UUID(one := ids.pop())) == one
    assert (office.store.reviews, office.person.version) == ({}, version)
    for user in (HELPER, CLERK):
        with pytest.raises(EntitlementEnded):
            office.report.of_person(whom, DAY, user)


def test_what_the_office_knows_already_is_no_case() -> None:
    office = Office()
    ended(office, EndCause.DECEASED)
    with pytest.raises(EntitlementEnded):
        office.report.of_known(office.id, DAY, HELPER)
    assert office.store.reviews == {}


@pytest.mark.parametrize("user", [HELPER, STRANGER, CLERK])
def test_a_death_told_after_another_end_is_a_case_and_tells_nobody_of_the_end(user: User) -> None:
    office, whom = Office(), NamedPerson(NAME, NUMBER)
    ended(office, EndCause.MOVED)
    told = office.report.of_person(whom, DAY, user)
    assert office.report.of_person(whom, None, replace(STRANGER, user_id="another")) == told
    assert [one.review_id for one in office.person.open_cases] == [told]
    assert office.store.reviews[told].kind is ReviewKind.DEATH_REPORT


@pytest.mark.parametrize("user", [HELPER, CLERK])
def test_who_was_refused_for_a_mistyped_day_may_say_the_right_one_at_once(user: User) -> None:
    office = Cases()
    wrong = office.report.of_known(office.id, DAY.replace(year=2016), user)
    office.decide(wrong, ReviewOutcome.REFUSE, Ground.UNFOUNDED, SECOND)
    right = office.report.of_known(office.id, DAY, user)
    assert right != wrong
    assert office.store.reviews[right].day == DAY
    office.decide(right, ReviewOutcome.REFUSE, Ground.UNFOUNDED, SECOND)
    assert office.report.of_known(office.id, DAY, user) == right, "the same word of the same day is the same case"
    assert office.beneficiary.open_cases == ()


def test_nobody_works_out_from_the_id_whose_report_it_is() -> None:
    """Whoever knows the person's id, and whatever else of their own."""
    office = Office()
    told = office.report.of_known(office.id, DAY, HELPER)
    today, who = office.clock.today().isoformat(), HELPER.user_id
    for guessed in (f"{who} {today}", f"{who} {today} {DAY}", who):
        assert told != review_id_of(office.id, ReviewKind.DEATH_REPORT, guessed)
