"""A family reports a death: a case for the office, and nothing else."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from lifecert.application.office.report_death import NamedPerson, ReportDeath
from lifecert.domain.errors import BeneficiaryNotFound, DayImpossible, DayInFuture, EntitlementEnded, LifeCertError
from lifecert.domain.help_lines import HelpLines
from lifecert.domain.ledger import LedgerEvent
from lifecert.domain.person import IdNumber, normalise_name
from lifecert.domain.review import ReviewKind
from lifecert.domain.status import EndCause, Standing, Status
from tests.support.builders import CLERK, HELPER, a_beneficiary, a_change, an_id
from tests.support.fakes.clock import FixedClock
from tests.support.fakes.keys import FakePersonKeys
from tests.support.fakes.store import MemoryStore

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
        self.report = ReportDeath(self.store.register, keys, self.clock, HelpLines("12333", {}))


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


def test_the_same_report_again_is_the_same_case() -> None:
    office = Office()
    first = office.report.of_known(office.id, DAY, HELPER)
    assert office.report.of_person(NamedPerson(NAME, NUMBER), None, HELPER) == first
    assert office.report.of_person(NamedPerson(NAME, NUMBER), DAY, STRANGER) != first
    office.clock.move(days=1)
    assert office.report.of_known(office.id, DAY, HELPER) != first
    assert len(office.store.reviews) == 3


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


def test_what_the_office_knows_already_is_no_case() -> None:
    office = Office()
    ended = Standing(Status.TERMINATED, date(2026, 6, 30), ended_on=DAY)
    change = a_change(office.store.beneficiaries[office.id], LedgerEvent.TERMINATED, changed={"standing": ended})
    office.store.register.commit(change)
    with pytest.raises(EntitlementEnded):
        office.report.of_known(office.id, DAY, HELPER)
    assert office.store.reviews == {}
