"""What the ledger by itself tells of a person's open cases, to hold the register against: see `ops.recorded`."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import Any, Final

from lifecert.domain.actor import Role
from lifecert.domain.beneficiary import REMEMBERED_HELPERS
from lifecert.domain.hold import Reprieve
from lifecert.domain.ledger import LedgerEntry, LedgerEvent, facts_of
from lifecert.domain.open_case import (
    DOUBTING,
    MOST_REPORTERS,
    MOST_TRIES,
    MOST_UNFOUNDED,
    UNFOUNDED_COUNTS,
    OpenCase,
    Unfounded,
)
from lifecert.domain.review import ReviewKind
from lifecert.domain.status import EndCause

_OPENS: Final = (
    *(LedgerEvent.VERIFICATION_FAILED, LedgerEvent.REVIEW_OPENED, LedgerEvent.REFERENCE_ENROLLED),
    *(LedgerEvent.REGISTERED, LedgerEvent.BENEFIT_ADDED),
)


def take_case(now: dict[str, Any], entry: LedgerEntry) -> None:
    """One more entry: it opens the case that it names, or closes it; and somebody may be spared by it."""
    details = entry.details
    review_id = details.get("review_id")
    if entry.event is LedgerEvent.REPORT_JOINED:
        now["open_cases"] = tuple(
            _with_reporter(now, entry, one) if one.review_id == review_id else one for one in now["open_cases"]
        )
    elif entry.event is LedgerEvent.VERIFICATION_FAILED and any(
        one.review_id == review_id for one in now["open_cases"]
    ):
        doubts = details.get("reason") in DOUBTING
        now["open_cases"] = tuple(
            _with_another(one, entry.actor.actor_id, doubts) if one.review_id == review_id else one
            for one in now["open_cases"]
        )
    elif review_id and entry.event not in (*_OPENS, LedgerEvent.DEATH_NOTED):
        _dispelled(now, entry, str(review_id))
        now["unfounded_reports"] = _unfounded(now, entry, str(review_id))
        now["open_cases"] = tuple(_closed(entry, now["open_cases"], str(review_id)))
        _found_by_audit(now, entry, str(review_id))
    elif review_id and entry.event in _OPENS and all(one.review_id != review_id for one in now["open_cases"]):
        _open(now, entry, details)
    _signalled(now, details)
    if entry.event in (LedgerEvent.TERMINATED, LedgerEvent.BENEFIT_ENDED) and review_id:
        _ended(now, entry)  # by two clerks, and not as planned
    if entry.event is LedgerEvent.CERTIFIED and not details.get("dispelled_stays"):
        now["dispelled_by"] = ()
    if entry.event is LedgerEvent.CERTIFIED and entry.actor.role is Role.CLERK and not review_id:
        vouched = (one for one in now["open_cases"] if one.kind is not ReviewKind.AUDIT or one.upheld)
        now["open_cases"] = tuple(vouched)  # somebody saw the person
    if entry.event is LedgerEvent.CERTIFICATE_REVOKED and details.get("cause") == "fraud":
        known = any(one.kind is ReviewKind.REVOCATION for one in now["open_cases"])
        fraud = OpenCase(str(review_id), ReviewKind.REVOCATION, (), doubts=True, upheld=True)
        now["open_cases"] = (*now["open_cases"], *(() if known else (fraud,)))
    reprieve = now.get("reprieve")
    if details.get("spared_until") and (reprieve is None or reprieve.valid_until != now["valid_until"]):
        now["reprieve"] = Reprieve(date.fromisoformat(str(details["spared_until"])), now["valid_until"])


def _signalled(now: dict[str, Any], details: Mapping[str, Any]) -> None:
    """What registers told of a death while nothing was due is a case with what makes something due again."""
    if signal_id := details.get("signal_id"):
        told_by = tuple(str(details["signal_by"]).split(","))
        now["open_cases"] += (OpenCase(str(signal_id), ReviewKind.DATA_SIGNAL, told_by, doubts=True),)


def _ended(now: dict[str, Any], entry: LedgerEntry) -> None:
    over = {str(facts["benefit"]) for facts in facts_of(entry)}
    left = [one for one in now["open_cases"] if one.benefit_id not in over]
    if entry.event is LedgerEvent.TERMINATED:
        died = entry.details.get("cause") == EndCause.DECEASED
        of_life = (ReviewKind.DEATH_REPORT, ReviewKind.DATA_SIGNAL)
        left = [
            one for one in left if not (died and (one.kind is ReviewKind.END or (one.upheld and one.kind in of_life)))
        ]
    now["open_cases"] = tuple(left)


def _open(now: dict[str, Any], entry: LedgerEntry, details: Mapping[str, Any]) -> None:
    match entry.event:
        case LedgerEvent.VERIFICATION_FAILED:
            kind, doubts = ReviewKind.VERIFICATION, details.get("reason") in DOUBTING
        case LedgerEvent.REFERENCE_ENROLLED:
            kind, doubts = ReviewKind.OVERRIDE, True
        case LedgerEvent.REGISTERED | LedgerEvent.BENEFIT_ADDED:
            kind, doubts = ReviewKind.REGISTRATION, True
        case _:
            kind = ReviewKind(details["kind"])
            doubts = _reported(now, entry, kind)
    if not doubts and kind not in (ReviewKind.VERIFICATION, ReviewKind.DEATH_REPORT):
        return
    cases = list(now["open_cases"])
    tries = [one for one in cases if one.kind is ReviewKind.VERIFICATION]
    if kind is ReviewKind.VERIFICATION and len(tries) >= MOST_TRIES:
        forgotten = [one for one in tries if not one.doubts][:1]
        if not forgotten:
            return
        cases.remove(forgotten[0])
    of = details.get("review_of")  # said since a benefit's case is told from a person's
    new = OpenCase(details["review_id"], kind, (entry.actor.actor_id,), doubts=doubts, benefit_id=of)
    now["open_cases"] = (*cases, new)


def _reported(now: Mapping[str, Any], entry: LedgerEntry, kind: ReviewKind) -> bool:
    if kind is ReviewKind.DEATH_REPORT:
        on, who = entry.at.date(), entry.actor.actor_id
        by_clerk = entry.actor.role is Role.CLERK
        return who not in _wrong(now, on) if by_clerk else who in _believed(now, on)
    if kind is ReviewKind.END:
        return bool(entry.details["cause"] == EndCause.DECEASED)
    return kind in (ReviewKind.OVERRIDE, ReviewKind.DUPLICATE_FACE, ReviewKind.DATA_SIGNAL)


def _wrong(now: Mapping[str, Any], on: date) -> list[str]:
    return [one.by for one in now["unfounded_reports"] if one.until >= on]


def _believed(now: Mapping[str, Any], on: date) -> list[str]:
    wrong = _wrong(now, on)
    former = [one.by for one in now["former_helpers"] if one.until >= on]
    return [one for one in (*now["certified_by"], *former) if one not in wrong]


def _unfounded(now: Mapping[str, Any], entry: LedgerEntry, review_id: str) -> tuple[Unfounded, ...]:
    known: tuple[Unfounded, ...] = now["unfounded_reports"]
    case = next((one for one in now["open_cases"] if one.review_id == review_id), None)
    refused = entry.details.get("kind") == ReviewKind.DEATH_REPORT and entry.details.get("outcome") == "refuse"
    if case is None or not case.doubts or not refused or entry.event is not LedgerEvent.REVIEW_DECIDED:
        return known
    on = entry.at.date()
    believed = _believed(now, on)
    left = [one for one in known if one.until >= on and one.by not in case.by]
    wrong = [Unfounded(one, on + UNFOUNDED_COUNTS) for one in case.by if one in believed]
    strangers = [Unfounded(one, on + UNFOUNDED_COUNTS) for one in case.by if one not in believed]
    return (*strangers, *left, *wrong)[-MOST_UNFOUNDED:]


def _dispelled(now: dict[str, Any], entry: LedgerEntry, review_id: str) -> None:
    kind, outcome, by = entry.details.get("kind"), entry.details.get("outcome"), entry.actor.actor_id
    unfounded = kind in ("death_report", "data_signal", "end") and outcome == "refuse"
    unfounded = unfounded or (kind in ("death_report", "data_signal") and outcome == "needs_more")
    remembered = any(one.review_id == review_id for one in now["open_cases"])
    if entry.event is LedgerEvent.REVIEW_DECIDED and unfounded and remembered and by not in now["dispelled_by"]:
        now["dispelled_by"] = (*now["dispelled_by"], by)[-REMEMBERED_HELPERS:]


def _found_by_audit(now: dict[str, Any], entry: LedgerEntry, review_id: str) -> None:
    details, cases = entry.details, now["open_cases"]
    if (
        entry.event is not LedgerEvent.REVIEW_DECIDED
        or details.get("kind") != "audit"
        or details["outcome"] == "accept"
    ):
        return
    refused = details["outcome"] == "refuse"
    known = [one.upheld for one in cases if one.kind is ReviewKind.AUDIT]
    if True in known or (known and not refused):
        return
    found = OpenCase(review_id, ReviewKind.AUDIT, (str(details["opened_by"]),), doubts=True, upheld=refused)
    now["open_cases"] = (*(one for one in cases if one.kind is not ReviewKind.AUDIT), found)


def _closed(entry: LedgerEntry, cases: tuple[OpenCase, ...], review_id: str) -> Iterator[OpenCase]:
    kind, outcome = entry.details.get("kind"), entry.details.get("outcome")
    found_true = (kind in ("death_report", "data_signal") and outcome == "accept") or (
        kind in ("duplicate_face", "registration") and outcome == "refuse"
    )
    asked = ("death_report", "data_signal", "end", "duplicate_face", "registration")
    left_open = kind in asked and outcome == "needs_more"
    stays = found_true or any(left_open and one.doubts for one in cases if one.review_id == review_id)
    stays = stays and entry.event is LedgerEvent.REVIEW_DECIDED
    there = any(one.review_id == review_id for one in cases)
    certified = entry.event in (LedgerEvent.CERTIFIED, LedgerEvent.ALREADY_CERTIFIED)
    # Two clerks and a paper have not seen the person.
    certified = certified and entry.details.get("method") not in ("attestation", "paper_form")
    two_clerks = certified and "proposed_by" in entry.details
    since = str(entry.details.get("found_since") or "").split(",")
    for case in cases:
        if case.benefit_id and case.review_id != review_id:
            yield case  # whether a benefit is due is another question than who the person is
        elif certified and case.kind in (ReviewKind.REGISTRATION, ReviewKind.AUDIT) and not case.upheld:
            continue  # by another clerk than the one who registered the person, or asked for the audit
        elif case.review_id != review_id and stays and there and case.upheld and case.kind == kind != "registration":
            continue  # of one kind the last that was found true is remembered
        elif case.review_id != review_id and not (two_clerks and case.upheld and case.review_id not in since):
            yield case
        elif case.review_id == review_id and stays:
            yield replace(case, doubts=True, upheld=True)


def _with_reporter(now: Mapping[str, Any], entry: LedgerEntry, case: OpenCase) -> OpenCase:
    return _with_another(case, entry.actor.actor_id, _reported(now, entry, ReviewKind.DEATH_REPORT))


def _with_another(case: OpenCase, who: str, counts: bool) -> OpenCase:
    by = case.by
    if who not in by and (counts or len(by) < MOST_REPORTERS):
        by = (*by[: MOST_REPORTERS - 1], who)
    return OpenCase(case.review_id, case.kind, by, doubts=case.doubts or counts, upheld=case.upheld)
