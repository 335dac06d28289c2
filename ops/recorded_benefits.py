"""What the ledger by itself tells of a person's benefits, to hold the register against: see `ops.recorded`."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from typing import Any, Final

from lifecert.adapters.dynamodb.values import as_day
from lifecert.domain.beneficiary import Beneficiary
from lifecert.domain.benefit import Benefit, BenefitEnd
from lifecert.domain.hold import HoldProposal
from lifecert.domain.ledger import LedgerEntry, LedgerEvent, facts_of

UNTOLD: Final = object()
_NAMES: Final = tuple(one.name for one in fields(Benefit) if one.name != "end")
_END: Final = ("ended_on", "end_cause", "ended_by", "end_before")
_ENDS: Final = (LedgerEvent.BENEFIT_ENDED, LedgerEvent.TERMINATED)
_AMENDED: Final = ("category", "district", "payer_reference", "injury_grade")
_NEW: Final = (LedgerEvent.REGISTERED, LedgerEvent.BENEFIT_ADDED)
_MOVES: Final = (
    *(LedgerEvent.CERTIFIED, LedgerEvent.LAPSED, LedgerEvent.PAYMENT_HELD, LedgerEvent.CORRECTED),
    *(LedgerEvent.CERTIFICATE_REVOKED, *_ENDS),
)


@dataclass(slots=True)
class RecordedBenefits:
    """The fields of each benefit, by its number; UNTOLD is one that an entry does not say."""

    known: dict[str, dict[str, Any]] = field(default_factory=dict)
    # Since when each was held, by benefit and the last day of the year that was over.
    _holds: dict[tuple[str, str], Any] = field(default_factory=dict)

    def take(self, entry: LedgerEntry, valid_until: Any) -> None:
        """One more entry; `valid_until` is the last covered day before it."""
        details = entry.details
        if entry.event in _NEW:
            self._add(entry)
        elif entry.event is LedgerEvent.AMENDED:
            self._amend(entry)
        elif entry.event is LedgerEvent.START_CORRECTED:
            self._begin(entry)
        elif entry.event in _MOVES:
            moves = details.get("valid_until") != (valid_until.isoformat() if isinstance(valid_until, date) else None)
            if entry.event is not LedgerEvent.CERTIFICATE_REVOKED or moves or "benefits" not in details:
                self._move(entry)
        elif entry.event is LedgerEvent.HOLD_PROPOSED:
            for facts in facts_of(entry):
                proposal = HoldProposal(str(facts["batch_id"]), valid_until, entry.at)
                self.known[str(facts["benefit"])]["hold_proposal"] = proposal
        elif entry.event in (LedgerEvent.HOLD_DROPPED, LedgerEvent.NOTICE_VOIDED):
            for facts in facts_of(entry):
                grace_from = _day(facts, "grace_from")
                self.known[str(facts["benefit"])].update(hold_proposal=None, grace_from=grace_from)

    def differences(self, beneficiary: Beneficiary) -> list[str]:
        """The fields in which the register has something else, as `benefit 1: held_since`."""
        stored = {one.benefit_id: _flat(one) for one in beneficiary.benefits}
        wrong = [f"benefit {number}" for number in sorted(stored.keys() ^ self.known.keys())]
        for number in sorted(stored.keys() & self.known.keys()):
            told = self.known[number].items()
            wrong += [f"benefit {number}: {name}" for name, one in told if one not in (UNTOLD, stored[number][name])]
        return wrong

    def _add(self, entry: LedgerEntry) -> None:
        for facts in facts_of(entry):
            told = {name: facts.get(name) for name in _NAMES} | dict.fromkeys(_END)
            told |= {name: _day(facts, name) for name in ("start", "planned_end")}
            told |= {"benefit_id": facts["benefit"]}
            if "payer" not in facts:
                # From before benefits were kept: the entry says these of the person.
                told |= {name: entry.details.get(name, UNTOLD) for name in ("category", "district")}
                told |= {"payer": UNTOLD, "start": UNTOLD}
            if entry.event is LedgerEvent.BENEFIT_ADDED:
                told["grace_from"] = _day(entry.details, "grace_from")
            self.known[str(facts["benefit"])] = told

    def _amend(self, entry: LedgerEntry) -> None:
        for facts in facts_of(entry):
            told = self.known[str(facts["benefit"])]
            told.update({name: facts[name] for name in _AMENDED})
            if "grace_from" in facts:
                # What was proposed to one office is not for another.
                told.update(hold_proposal=None, grace_from=_day(facts, "grace_from"))

    def _begin(self, entry: LedgerEntry) -> None:
        """Another start: of one that has ended the day of that may be another too."""
        for facts in facts_of(entry):
            told = self.known[str(facts["benefit"])]
            told.update({name: _day(facts, name) for name in ("start", "unpaid_since", "ended_on")})

    def _move(self, entry: LedgerEntry) -> None:
        details = entry.details
        for facts in facts_of(entry):
            number = str(facts["benefit"])
            told, held_since = self.known[number], _day(facts, "held_since")
            told.update(hold_proposal=None, grace_from=None, payer=facts.get("payer", told["payer"]))
            if "unpaid_since" in facts:
                told["unpaid_since"] = _day(facts, "unpaid_since")
            else:
                told["unpaid_since"] = UNTOLD
            if entry.event is LedgerEvent.PAYMENT_HELD:
                self._holds.setdefault((number, str(details["valid_until"])), held_since)
            if entry.event in _ENDS:
                _end(told, facts, details)
            elif entry.event is LedgerEvent.CORRECTED and facts.get("ended_on"):
                # The end that stood before a wrong death stands again.
                before = told["end_before"]
                told.update(before if isinstance(before, dict) else dict.fromkeys(_END, UNTOLD))
            else:
                told.update(dict.fromkeys(_END))
                told["held_since"] = None if entry.event is LedgerEvent.CERTIFIED else held_since
            if entry.event is LedgerEvent.CORRECTED and not told["ended_on"]:
                _correct(told, facts, details)
        for number, told in self.known.items():
            if told["ended_on"] and entry.event is LedgerEvent.CERTIFIED:
                told["held_since"] = None
            if told["ended_on"] and entry.event is LedgerEvent.CERTIFICATE_REVOKED:
                told["held_since"] = self._holds.get((number, str(details["valid_until"])))


def _end(told: dict[str, Any], facts: Mapping[str, Any], details: Mapping[str, Any]) -> None:
    told["end_before"] = _end_so_far(told)
    told["ended_on"] = _day({**details, **facts}, "ended_on")
    told.update(end_cause=details.get("cause"), ended_by=details.get("review_id"))
    if "payer" not in facts:
        told.update(held_since=None, end_cause=UNTOLD, ended_by=UNTOLD)


def _end_so_far(told: Mapping[str, Any]) -> Any:
    end = {name: told[name] for name in _END}
    if end["ended_on"] is None:
        return None
    return UNTOLD if UNTOLD in end.values() else end


def _correct(told: dict[str, Any], facts: Mapping[str, Any], details: Mapping[str, Any]) -> None:
    if "planned_end" in facts:
        told["planned_end"] = _day(facts, "planned_end")
    if not told["held_since"]:
        told["grace_from"] = _day(details, "grace_from") if "payer" in facts else None


def _flat(benefit: Benefit) -> dict[str, Any]:
    ended = _flat_end(benefit.end) or dict.fromkeys(_END)
    return {**{name: getattr(benefit, name) for name in _NAMES}, **ended}


def _flat_end(end: BenefitEnd | None) -> dict[str, Any] | None:
    if end is None:
        return None
    return dict(zip(_END, (end.on, end.cause, end.by, _flat_end(end.before)), strict=True))


def _day(facts: Mapping[str, Any], name: str) -> Any:
    return as_day(facts.get(name))
