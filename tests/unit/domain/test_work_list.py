"""Who is in which work list, and what a change adds to a month's figures."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from lifecert.domain.beneficiary import Beneficiary
from lifecert.domain.ledger import LedgerEvent
from lifecert.domain.notice import Notice, NoticeChannel
from lifecert.domain.open_case import OpenCase
from lifecert.domain.review import Ground, ReviewDecision, ReviewKind, ReviewOutcome
from lifecert.domain.status import Status
from lifecert.domain.work_list import (
    Count,
    Figure,
    MonthFigures,
    Row,
    WorkList,
    counts_of,
    is_month,
    last_day_of,
    month_of,
    rows_of,
)
from tests.support.builders import NOW, VALID_UNTIL, a_beneficiary, a_benefit, a_change, a_review

DISTRICT = "110101"
PHOTO, FAILED, TOLD = date(2024, 2, 29), date(2026, 5, 3), date(2026, 5, 4)
AT_HAND: dict[str, Any] = {"contact_channel": NoticeChannel.SMS, "reference_on": PHOTO}


def notice(**fields: Any) -> Notice:
    return Notice(VALID_UNTIL, 30, 7, sent=True, **fields)


def lists(person: Beneficiary) -> dict[str, date]:
    found = rows_of(person)
    assert {row.district for row in found} <= {person.district}
    assert len({row.wanted for row in found}) == len(found), "once in a list"
    return {row.wanted.value: row.day for row in found}


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        (AT_HAND, {"due": VALID_UNTIL, "old_reference": PHOTO}),
        ({"has_reference": False, **AT_HAND}, {"due": VALID_UNTIL, "no_reference": VALID_UNTIL}),
        # Enrolled before the day was kept: nobody knows whether it is old.
        ({**AT_HAND, "reference_on": None}, {"due": VALID_UNTIL}),
        # Who wants no photo kept is asked for none.
        ({**AT_HAND, "consent_withdrawn_on": TOLD}, {"due": VALID_UNTIL}),
        ({**AT_HAND, "has_reference": False, "consent_withdrawn_on": TOLD}, {"due": VALID_UNTIL}),
        ({"reference_on": None}, {"due": VALID_UNTIL, "no_contact": VALID_UNTIL}),
        ({**AT_HAND, "reference_on": None, "notice": notice()}, {"due": VALID_UNTIL}),
        (
            {**AT_HAND, "reference_on": None, "notice": notice(failed_on=FAILED)},
            {"due": VALID_UNTIL, "notice_failed": FAILED},
        ),
        # Of a year that was certified since.
        (
            {**AT_HAND, "reference_on": None, "notice": replace(notice(failed_on=FAILED), valid_until=PHOTO)},
            {"due": VALID_UNTIL},
        ),
        # Whom nobody can reach is in one list of these, and not in two.
        (
            {"reference_on": None, "notice": notice(failed_on=FAILED)},
            {"due": VALID_UNTIL, "no_contact": VALID_UNTIL},
        ),
        (
            {**AT_HAND, "reference_on": None, "status": Status.LAPSED},
            {"lapsed": VALID_UNTIL, "lapsed_untold": VALID_UNTIL},
        ),
        (
            {**AT_HAND, "reference_on": None, "status": Status.LAPSED, "notice": notice(delivered_on=TOLD)},
            {"lapsed": VALID_UNTIL},
        ),
        ({"status": Status.TERMINATED}, {}),
    ],
)
def test_who_is_in_which_list(fields: dict[str, Any], expected: dict[str, date]) -> None:
    assert lists(a_beneficiary(**fields)) == expected


@pytest.mark.parametrize("upheld", [True, False])
@pytest.mark.parametrize("kind", list(ReviewKind))
def test_whose_death_was_found_true_is_listed_until_somebody_ends_it(kind: ReviewKind, upheld: bool) -> None:
    """Whoever puts a family's report away by saying that it is true, and proposes no end, has it in a list."""
    case = OpenCase("case", kind, ("daughter",), doubts=True, upheld=upheld)
    of_a_death = kind in (ReviewKind.DEATH_REPORT, ReviewKind.DATA_SIGNAL, ReviewKind.END)
    listed = "death_found" in lists(a_beneficiary(**AT_HAND, open_cases=(case,)))
    assert listed == (upheld and of_a_death)
    assert lists(a_beneficiary(status=Status.TERMINATED, open_cases=(case,))) == {}


def test_of_several_districts_it_is_that_of_the_main_benefit() -> None:
    here, there = a_benefit(district="310101"), a_benefit(benefit_id="2", district="330106")
    assert {row.district for row in rows_of(a_beneficiary(benefits=(here, there)))} == {"310101"}


def test_a_failure_is_forgotten_when_one_arrives_and_none_is_noted_after_that() -> None:
    assert notice().failed(FAILED).failed_on == FAILED
    assert notice(delivered_on=TOLD).failed(FAILED) == notice(delivered_on=TOLD)


def test_lists_that_hang_on_today_end_at_a_day() -> None:
    today = date(2028, 2, 29)
    assert last_day_of(WorkList.DUE, today) == today + timedelta(days=60)
    assert last_day_of(WorkList.DUE, today, 7) == today + timedelta(days=7)
    assert last_day_of(WorkList.OLD_REFERENCE, today) == date(2023, 2, 28)
    others = set(WorkList) - {WorkList.DUE, WorkList.OLD_REFERENCE}
    assert {last_day_of(one, today) for one in others} == {None}


def counted(before: Beneficiary, event: LedgerEvent, **parts: Any) -> list[tuple[str, str, str]]:
    change = a_change(before, event, **{"details": {}, **parts})
    found = counts_of(before, change.after, change.entry, NOW.date(), None)
    assert {one.district for one in found} <= {DISTRICT}
    return sorted((one.month, one.figure.value, one.by) for one in found)


def test_a_certification_counts_by_method_now_and_in_time_for_the_year_that_it_renews() -> None:
    told: dict[str, Any] = {"details": {"method": "face_self"}, "changed": {"valid_until": date(2027, 3, 1)}}
    by_method = ("2026-03", "certified", "face_self")
    assert counted(a_beneficiary(), LedgerEvent.CERTIFIED, **told) == [by_method, ("2026-06", "year", "in_time")]
    late = a_beneficiary(status=Status.LAPSED, valid_until=date(2026, 1, 31))
    assert counted(late, LedgerEvent.CERTIFIED, **told) == [("2026-01", "year", "late"), by_method]


def test_a_certification_counts_by_channel_too_and_one_through_none_by_none() -> None:
    told = counted(a_beneficiary(), LedgerEvent.CERTIFIED, details={"method": "face_self", "proof_channel": "kiosk"})
    assert told == [("2026-03", "certified", "face_self"), ("2026-03", "channel", "kiosk")]


def test_one_that_moves_no_day_renews_no_year() -> None:
    told = counted(a_beneficiary(), LedgerEvent.CERTIFIED, details={"method": "in_person"})
    assert told == [("2026-03", "certified", "in_person")]


def test_a_year_that_lapsed_counts_in_the_month_in_which_it_ended() -> None:
    lapsing = a_beneficiary(valid_until=date(2026, 2, 28))
    assert counted(lapsing, LedgerEvent.LAPSED, changed={"lapsed": True}) == [("2026-02", "year", "lapsed")]


@pytest.mark.parametrize(("outcome", "figure"), [("retry", "retry"), ("review", "review")])
def test_a_try_that_failed_counts_by_its_reason(outcome: str, figure: str) -> None:
    told = {"outcome": outcome, "reason": "too_dark"}
    assert counted(a_beneficiary(), LedgerEvent.VERIFICATION_FAILED, details=told) == [("2026-03", figure, "too_dark")]


@pytest.mark.parametrize("event", [LedgerEvent.REMINDER_DUE, LedgerEvent.ALREADY_CERTIFIED, LedgerEvent.REGISTERED])
def test_nothing_else_counts(event: LedgerEvent) -> None:
    assert counted(a_beneficiary(), event) == []


@pytest.mark.parametrize(
    ("waited", "by"),
    [
        (timedelta(days=1), "within_1_day"),
        (timedelta(days=1, seconds=1), "within_3_days"),
        (timedelta(days=7), "within_7_days"),
        (timedelta(days=14), "within_14_days"),
        (timedelta(days=15), "later"),
    ],
)
def test_a_case_that_is_decided_counts_by_how_long_it_waited(waited: timedelta, by: str) -> None:
    case = a_review(a_beneficiary(), kind=ReviewKind.AUDIT, opened_at=NOW - waited)
    decided = ReviewDecision(ReviewOutcome.ACCEPT, Ground.SAME_PERSON, "clerk-2", NOW)
    change = a_change(a_beneficiary(), LedgerEvent.REVIEW_DECIDED, details={"review_id": case.review_id})
    review = replace(case, decision=decided)
    (told,) = counts_of(None, change.after, change.entry, NOW.date(), review)
    assert told == Count(DISTRICT, "2026-03", Figure.DECIDED, by)


def test_shares_are_of_the_years_that_ended_and_none_of_none() -> None:
    figures = MonthFigures(DISTRICT, "2026-03", {Figure.YEAR: {"in_time": 6, "lapsed": 2, "late": 1}})
    assert (figures.certified_in_time, figures.certified_at_all) == (6 / 8, 7 / 8)
    # Who lapsed before this was counted, and certified since, makes no share above one.
    odd = MonthFigures(DISTRICT, "2026-03", {Figure.YEAR: {"in_time": 6, "late": 9}})
    assert odd.certified_at_all == 1
    none = MonthFigures(DISTRICT, "2026-03")
    assert (none.certified_in_time, none.certified_at_all) == (None, None)


@pytest.mark.parametrize(
    "text", ["2026-3", "2026-13", "2026-00", "0000-01", "2026/03", "２０２６-03", "", "2026-03-01"]
)
def test_what_is_no_month(text: str) -> None:
    assert not is_month(text)
    assert is_month(month_of(date(2026, 12, 31)))


def test_rows_tell_apart_whose_district_which_list_and_which_day() -> None:
    row = Row(DISTRICT, WorkList.DUE, VALID_UNTIL)
    assert row not in {replace(row, day=TOLD), replace(row, district="1"), replace(row, wanted=WorkList.LAPSED)}
