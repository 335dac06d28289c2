"""Benefits as they stand inside their person's item."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from lifecert.adapters.dynamodb.values import as_day, moment, optional_day
from lifecert.domain.benefit import FIRST_BENEFIT, FIRST_PAYER, Benefit, BenefitEnd
from lifecert.domain.category import Category
from lifecert.domain.hold import HoldProposal
from lifecert.domain.status import EndCause


def benefit_map(benefit: Benefit) -> dict[str, Any]:
    """A benefit inside its person's item. What is None is left out."""
    every = {
        "benefit_id": benefit.benefit_id,
        "category": str(benefit.category),
        "district": benefit.district,
        "payer": benefit.payer,
        "payer_reference": benefit.payer_reference,
        "start": optional_day(benefit.start),
        "planned_end": optional_day(benefit.planned_end),
        "injury_grade": benefit.injury_grade,
        "held_since": optional_day(benefit.held_since),
        "unpaid_since": optional_day(benefit.unpaid_since),
        **(_end_item(benefit.end) if benefit.end else {}),
        "hold_proposal": _proposal_item(benefit.hold_proposal) if benefit.hold_proposal else None,
        "grace_from": optional_day(benefit.grace_from),
    }
    return {name: value for name, value in every.items() if value is not None}


def _end_item(end: BenefitEnd) -> dict[str, Any]:
    every = {
        "ended_on": end.on.isoformat(),
        "end_cause": str(end.cause),
        "ended_by": end.by,
        "end_before": _end_item(end.before) if end.before else None,
    }
    return {name: value for name, value in every.items() if value is not None}


def _end_of(item: Mapping[str, Any]) -> BenefitEnd | None:
    ended_on = as_day(item.get("ended_on"))
    if ended_on is None:
        return None
    return BenefitEnd(ended_on, EndCause(item["end_cause"]), item.get("ended_by"), _end_of(item.get("end_before", {})))


def benefits_of(item: Mapping[str, Any]) -> tuple[Benefit, ...]:
    """A person's benefits, also out of an item from before there were several (`ops.migrate_benefits`)."""
    if "benefits" in item:
        return tuple(map(_benefit_of, item["benefits"]))
    held_since, ended_on = item.get("held_since"), item.get("ended_on")
    return (
        _benefit_of(
            {
                "benefit_id": FIRST_BENEFIT,
                "category": item["category"],
                "district": item["district"],
                "payer": FIRST_PAYER,
                "held_since": held_since,
                # Every day before a hold or an end was paid, and none after it.
                "unpaid_since": ended_on or held_since,
                "ended_on": ended_on,
                "end_cause": EndCause.OTHER if ended_on else None,
                **({"hold_proposal": item["hold_proposal"]} if "hold_proposal" in item else {}),
            }
        ),
    )


def _benefit_of(item: Mapping[str, Any]) -> Benefit:
    grade = item.get("injury_grade")
    return Benefit(
        benefit_id=item["benefit_id"],
        category=Category(item["category"]),
        district=item["district"],
        payer=item["payer"],
        payer_reference=item.get("payer_reference"),
        start=as_day(item.get("start")),
        planned_end=as_day(item.get("planned_end")),
        injury_grade=None if grade is None else int(grade),
        held_since=as_day(item.get("held_since")),
        unpaid_since=as_day(item.get("unpaid_since")),
        end=_end_of(item),
        hold_proposal=_proposal_of(item["hold_proposal"]) if "hold_proposal" in item else None,
        grace_from=as_day(item.get("grace_from")),
    )


def _proposal_item(proposal: HoldProposal) -> dict[str, Any]:
    return {
        "batch_id": proposal.batch_id,
        "valid_until": proposal.valid_until.isoformat(),
        "proposed_at": moment(proposal.proposed_at),
    }


def _proposal_of(item: Mapping[str, Any]) -> HoldProposal:
    return HoldProposal(
        batch_id=item["batch_id"],
        valid_until=date.fromisoformat(item["valid_until"]),
        proposed_at=datetime.fromisoformat(item["proposed_at"]),
    )
