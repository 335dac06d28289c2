"""What the desk says that a decision will do, held against what the rules do: the page's own code, run by Node.js."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from lifecert.bootstrap import parts
from lifecert.domain.actor import Actor, Role
from lifecert.domain.benefit import moved_facts
from lifecert.domain.certificate import Method
from lifecert.domain.coverage import coverage_without, held_before
from lifecert.domain.ledger import LedgerEntry, LedgerEvent
from lifecert.domain.sighting import BY_CLERKS, PAPERS, Document, PresenceGround, Sighting
from lifecert.domain.status import (
    CertificateRevoked,
    Certified,
    EndCause,
    EndCorrected,
    EntitlementEnded,
    Standing,
    Status,
    Transition,
    transition,
)
from lifecert.domain.year import ArrearsPeriod, is_over, valid_until_after
from lifecert.entry.http.bodies.beneficiaries import HistoryEntry
from lifecert.entry.http.texts import Language
from tests.support.builders import a_benefit
from tests.support.desk_code import answered, desk_module

TODAY = date(2026, 11, 30)
BEFORE = """
globalThis.document = {documentElement: {dataset: {zone: "Asia/Shanghai"}}};
Date.now = () => Date.parse("2026-11-30T04:00:00Z");
"""
AFTER = """
desk.language = "en";
const asked = JSON.parse(require("fs").readFileSync(0, "utf8"));
const known = ({record, day, end}) => (end ? ofEnding(record, day) : ofCertifying(record, day));
const corrected = (one) => (one.corrected ? ofCorrecting(one.record) : known(one));
const undone = (one) => (one.revoked ? ofRevoking(one.record, one.revoked) : corrected(one));
const of = (one) => (one.stated ? ofSighting(one.record, one.stated) : undone(one));
const said = asked.map((one) => of(one).filter(Boolean).join(" "));
process.stdout.write(JSON.stringify(said));
"""


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)


STANDINGS = [
    Standing(Status.ACTIVE, ago(-65), begins=ago(2000)),
    Standing(Status.LAPSED, ago(30), begins=ago(2000)),
    Standing(Status.LAPSED, ago(200), held_since=ago(80), unpaid_since=ago(80), begins=ago(2000)),
    Standing(Status.LAPSED, ago(200), held_since=ago(0), unpaid_since=ago(0), begins=ago(2000)),
    Standing(Status.ACTIVE, date(2027, 2, 28), begins=ago(10)),
]
# When somebody was seen, or from when nothing is due.
DAYS = [ago(0), ago(1), ago(79), ago(80), ago(81), ago(150)]


def in_words(day: date) -> str:
    return f"{day.day} {day:%B} {day.year}"


def told(key: str, period: ArrearsPeriod | None) -> set[str]:
    if period is None:
        return set()
    days = (period.last_day - period.first_day).days + 1
    return {f"{key}: {days} days, from {in_words(period.first_day)} to {in_words(period.last_day)}."}


def record(standing: Standing) -> dict[str, Any]:
    """What the API tells of somebody who stands so."""
    unpaid = standing.unpaid_since and standing.unpaid_since.isoformat()
    benefit = {"benefit": "1", "category": "resident_pension", "status": standing.status, "unpaid_since": unpaid}
    started = standing.begins and standing.begins.isoformat()
    until = standing.valid_until.isoformat()
    return {"status": standing.status, "valid_until": until, "benefits": [{**benefit, "start": started}], "history": []}


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The module that says it, joined with what it needs, as a page is."""
    return desk_module("effects", tmp_path_factory.mktemp("web"))


def said(page: str, asked: list[dict[str, Any]], folder: Path) -> list[str]:
    """What the page says of each."""
    sentences: list[str] = answered(BEFORE + page + AFTER, asked, folder)
    return sentences


def test_days_owed_and_taken_back_are_those_of_the_rules(page: str, tmp_path: Path) -> None:
    asked: list[dict[str, Any]] = []
    expected: list[Transition] = []
    for standing in STANDINGS:
        for day in DAYS:
            if standing.begins and day < standing.begins:
                continue
            ended = EntitlementEnded(day, TODAY, EndCause.MOVED, "clerk-1", "clerk-2")
            asked.append({"record": record(standing), "day": day.isoformat(), "end": True})
            expected.append(transition(standing, ended, Role.CLERK))
            asked.append({"record": record(standing), "day": day.isoformat(), "end": False})
            expected.append(transition(standing, Certified(day, TODAY), Role.CLERK))
    assert any(one.arrears for one in expected)
    assert any(one.reclaim for one in expected)
    for one, sentence, right in zip(asked, said(page, asked, tmp_path), expected, strict=True):
        same_days(one, sentence, right)
        if not one["end"]:
            assert in_words(right.standing.valid_until) in sentence, (one, sentence, right)


def entry(event: LedgerEvent, **details: Any) -> LedgerEntry:
    return LedgerEntry("person", 1, event, datetime(2026, 11, 30, tzinfo=UTC), Actor("clerk-1", Role.CLERK), details)


def held(since: date, until: date) -> LedgerEntry:
    facts = {"benefit": "1", "held_since": since.isoformat(), "payment_held": True}
    return entry(LedgerEvent.PAYMENT_HELD, valid_until=until.isoformat(), benefits=[facts])


def certified(number: int, on: date) -> LedgerEntry:
    return entry(LedgerEvent.CERTIFIED, certificate_id=f"certificate-{number}", certified_on=on.isoformat())


def told_of(standing: Standing, entries: list[LedgerEntry]) -> dict[str, Any]:
    """What the API tells of somebody who stands so, to whom this happened."""
    shown = record(standing)
    if standing.ended_on:
        shown["benefits"][0] |= {"ended_on": standing.ended_on.isoformat(), "status": "terminated"}
    known = [HistoryEntry.of(one, one.seq, parts.sources(), Language.ENGLISH, for_staff=True) for one in entries]
    return {**shown, "history": [json.loads(one.model_dump_json()) for one in known]}


def same_days(one: object, sentence: str, right: Transition) -> None:
    sentences = told("Due after all", right.arrears) | told("To be taken back", right.reclaim)
    assert all(each in sentence for each in sentences), (one, sentence, right)
    assert sentence.count("Due after all") == bool(right.arrears), (one, sentence, right)
    assert sentence.count("To be taken back") == bool(right.reclaim), (one, sentence, right)


def test_days_of_a_correction_are_those_of_the_rules(page: str, tmp_path: Path) -> None:
    asked: list[dict[str, Any]] = []
    expected: list[Transition] = []
    for standing in STANDINGS:
        for day in DAYS:
            if standing.begins and day < standing.begins:
                continue
            ending = transition(
                standing, EntitlementEnded(day, TODAY, EndCause.MOVED, "clerk-1", "clerk-2"), Role.CLERK
            )
            before = [held(standing.held_since, standing.valid_until)] if standing.held_since else []
            facts = [moved_facts(a_benefit(), standing, ending)]
            before.append(entry(LedgerEvent.TERMINATED, benefits=facts))
            correction = EndCorrected(TODAY, "clerk-1", "clerk-2", is_over(standing.valid_until, TODAY))
            asked.append({"record": told_of(ending.standing, before), "corrected": True})
            expected.append(transition(ending.standing, correction, Role.CLERK))
            # Life was proven since, by another benefit that came later and has ended too.
            since = replace(ending.standing, held_since=None)
            asked.append({"record": told_of(since, [*before, certified(1, ago(400))]), "corrected": True})
            expected.append(transition(since, correction, Role.CLERK))
    assert len({one.arrears for one in expected}) > 3
    for one, sentence, right in zip(asked, said(page, asked, tmp_path), expected, strict=True):
        same_days(one, sentence, right)
        assert ("comes back as lapsed" in sentence) == (right.standing.status is Status.LAPSED)


def test_days_of_a_revocation_are_those_of_the_rules(page: str, tmp_path: Path) -> None:
    began, year = ago(2000), timedelta(days=365)
    registered = entry(LedgerEvent.REGISTERED, valid_until=ago(300).isoformat())
    revoked = entry(LedgerEvent.CERTIFICATE_REVOKED, certificate_id="certificate-1")
    active, lapsed = Standing(Status.ACTIVE, TODAY, begins=began), Standing(Status.LAPSED, ago(30), begins=began)
    late = valid_until_after(ago(500))
    unpaid = Standing(Status.LAPSED, ago(30), held_since=ago(9), unpaid_since=ago(9), begins=began)
    # Who stands how, what happened to them, and which certificate does not count.
    cases: list[tuple[Standing, list[LedgerEntry], int]] = [
        (replace(active, valid_until=valid_until_after(ago(10))), [registered, certified(1, ago(10))], 1),
        (replace(active, valid_until=valid_until_after(ago(10))), [certified(1, ago(500)), certified(2, ago(10))], 1),
        (replace(active, valid_until=valid_until_after(ago(10))), [certified(1, ago(500)), certified(2, ago(10))], 2),
        (replace(active, valid_until=valid_until_after(ago(10))), [certified(1, ago(100)), certified(2, ago(10))], 2),
        (
            replace(active, valid_until=valid_until_after(ago(10))),
            [certified(1, ago(100)), certified(2, ago(500)), revoked, certified(3, ago(10))],
            3,
        ),
        (
            replace(active, valid_until=valid_until_after(ago(10))),
            [certified(1, ago(500)), held(ago(40), late), certified(2, ago(10))],
            2,
        ),
        (
            replace(active, valid_until=valid_until_after(ago(10)), begins=ago(20)),
            [certified(1, ago(500)), held(ago(40), late), certified(2, ago(10))],
            2,
        ),
        (unpaid, [certified(1, ago(30) - year), held(ago(9), ago(30))], 1),
        (unpaid, [registered, certified(1, ago(30) - year), held(ago(9), ago(30))], 1),
        (
            unpaid,
            [certified(1, ago(500)), held(ago(100), late), certified(2, ago(30) - year), held(ago(9), ago(30))],
            2,
        ),
        (lapsed, [registered, certified(1, ago(30) - year)], 1),
    ]
    expected = []
    for standing, entries, number in cases:
        left = coverage_without(entries, f"certificate-{number}")
        until = left.valid_until if left else standing.valid_until
        since = held_before(entries, "1", until) if until < standing.valid_until else standing.held_since
        event = CertificateRevoked(until, TODAY, "clerk-1", "clerk-2", since)
        expected.append(transition(standing, event, Role.CLERK))
    asked = [{"record": told_of(one, entries), "revoked": f"certificate-{n}"} for one, entries, n in cases]
    assert {bool(one.reclaim) for one in expected} == {bool(one.arrears) for one in expected} == {True, False}
    for case, sentence, right in zip(cases, said(page, asked, tmp_path), expected, strict=True):
        same_days(case, sentence, right)
        assert in_words(right.standing.valid_until) in sentence, (case, sentence, right)
        moves = right.standing.valid_until < case[0].valid_until
        assert ("lapsed at once" in sentence) == (moves and right.standing.status is Status.LAPSED), (case, sentence)
        assert ("held again" in sentence) == (moves and right.standing.is_held), (case, sentence, right)


@pytest.mark.parametrize("day", [date(2027, 2, 28), date(2028, 2, 29), date(2026, 12, 31), date(2027, 1, 1)])
def test_a_year_has_twelve_calendar_months(page: str, tmp_path: Path, day: date) -> None:
    standing = Standing(Status.ACTIVE, ago(-1))
    [sentence] = said(page, [{"record": record(standing), "day": day.isoformat(), "end": False}], tmp_path)
    assert in_words(valid_until_after(day)) in sentence


FACTS: dict[Method, dict[str, str]] = {
    Method.IN_PERSON: {},
    Method.HOME_VISIT: {},
    Method.GROUP_VISIT: {"place": "village"},
    Method.VIDEO: {"asked": "words_said"},
    Method.ATTESTATION: {"attester": "embassy", "country": "DE", "paper": "1", "scan": "1"},
    Method.PAPER_FORM: {"witness": "doctor", "letter": "1", "scan": "1"},
}


def test_a_ground_is_asked_for_where_the_rules_ask_for_one_and_a_paper_waits(page: str, tmp_path: Path) -> None:
    assert set(FACTS) == set(BY_CLERKS)
    asked: list[dict[str, Any]] = []
    sightings: list[Sighting] = []
    for method, facts in FACTS.items():
        documents = [None] if method in PAPERS else list(Document)
        for document in documents:
            for day in (ago(0), ago(7), ago(8)):
                for ground in (None, PresenceGround.HOME_VISIT):
                    if method is Method.VIDEO and document is Document.KNOWN_PERSONALLY:
                        continue
                    stated = {"method": method, "seen_on": day.isoformat(), "document": document, "ground": ground}
                    asked.append({"record": record(STANDINGS[0]), "stated": stated})
                    more = {"document": document} if document else {}
                    sightings.append(BY_CLERKS[method](seen_on=day, ground=ground, **facts, **more))
    for one, sentence, sighting in zip(asked, said(page, asked, tmp_path), sightings, strict=True):
        assert ("needs a reason" in sentence) == sighting.lacks_ground(TODAY), (one, sentence)
        assert ("waits for a second clerk" in sentence) == (sighting.method in PAPERS), (one, sentence)
        assert ("another clerk confirms it first" in sentence) == sighting.by_the_office, (one, sentence)


def test_who_brings_a_paper_is_told_of_the_earlier_ones(page: str, tmp_path: Path) -> None:
    """Of whichever kind, and neither of one that was an error nor of the same day nor of a visit."""

    def certified(number: int, method: Method, on: date) -> dict[str, Any]:
        details = {"certificate_id": str(number), "method": method, "certified_on": on.isoformat()}
        return {"event": "certified", "details": details}

    form, other, seen = Method.PAPER_FORM, Method.ATTESTATION, Method.HOME_VISIT
    past = [certified(1, form, ago(700)), certified(2, other, ago(400)), certified(3, seen, ago(300))]
    revoked = {"event": "certificate_revoked", "details": {"certificate_id": "1", "cause": "error"}}
    known = {**record(STANDINGS[0]), "history": [*past, revoked]}
    asked = [
        {"record": known, "stated": {"method": method, "seen_on": on.isoformat()}}
        for method, on in ((form, ago(0)), (form, ago(400)), (seen, ago(0)))
    ]
    first, same_day, visit = said(page, asked, tmp_path)
    assert f"Earlier papers certified this person: {ago(400).day} {ago(400):%B %Y}. Lay" in first
    assert "Earlier papers" not in same_day + visit


def test_who_corrects_an_end_is_told_what_a_register_said_since(page: str, tmp_path: Path) -> None:
    ended = {**record(STANDINGS[0]), "status": "terminated"}
    noted = {"event": "death_noted", "details": {"review_id": "1", "day": ago(3).isoformat()}, "benefits": []}
    a_case = {"event": "corrected", "details": {"signal_id": "1"}, "benefits": []}
    asked = [{"corrected": True, "record": {**ended, "history": past}} for past in ([noted], [noted, a_case], [])]
    told, dealt_with, nothing = said(page, asked, tmp_path)
    assert f"a register said that this person died: {ago(3).day} {ago(3):%B %Y}." in told
    assert "register" not in dealt_with + nothing
