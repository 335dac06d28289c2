"""Benefits: what a person draws, from whom, and how each of them is being paid (design.md §2, design.md §3 rule 4).

Life proof, its year, lapsing, notices and faces are the person's. Whether a benefit is paid, since when it is not, and
the approval that a hold needs are each benefit's own: one payer may hold while another pays.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from lifecert.domain.category import Category
from lifecert.domain.hold import HoldProposal
from lifecert.domain.ledger import Fact
from lifecert.domain.status import EndCause, Standing, Transition

MOST_BENEFITS = 8
FIRST_BENEFIT = "1"
# Whose payments they were before benefits had payers.
FIRST_PAYER = "fund"


@dataclass(frozen=True, slots=True)
class Office:
    """Who decides about holds: the office of one payer in one district."""

    payer: str
    district: str

    def __str__(self) -> str:
        return f"{self.payer}/{self.district}"


@dataclass(frozen=True, slots=True)
class BenefitEnd:
    """That a benefit is not due any more, `on` its first such day and after. `by` is the proposal that said so; None
    where it was planned. `before` is the end that stood until a death before it came to light: it stands again if that
    death was a mistake."""

    on: date
    cause: EndCause
    by: str | None = None
    before: "BenefitEnd | None" = None


@dataclass(frozen=True, slots=True)
class Benefit:
    """One benefit of a person, by its number in their list.

    `payer_reference` is the payer's own name for it (a pension account). `start` is unknown for records from before
    benefits were kept. `held_since` is the day since which the payment is held, kept over an end, so that a correction
    brings the hold back. `unpaid_since` is the first day that nobody has paid or announced as arrears: every day before
    it is settled. `hold_proposal` is the last batch in which it stood to be held, and `grace_from` the day from which
    its own grace days count, where the office rejected that.
    """

    benefit_id: str
    category: Category
    district: str
    payer: str = FIRST_PAYER
    payer_reference: str | None = None
    start: date | None = None
    planned_end: date | None = None
    injury_grade: int | None = None
    held_since: date | None = None
    unpaid_since: date | None = None
    end: BenefitEnd | None = None
    hold_proposal: HoldProposal | None = None
    grace_from: date | None = None

    @property
    def office(self) -> Office:
        """Whose hold batches it stands in."""
        return Office(self.payer, self.district)

    @property
    def is_held(self) -> bool:
        """Whether its payment is held today."""
        return self.held_since is not None and self.end is None

    def facts(self) -> dict[str, Fact]:
        """What the ledger says of a benefit that is new."""
        return {
            **self.named(),
            "category": self.category,
            "district": self.district,
            "start": self.start.isoformat() if self.start else None,
            "planned_end": self.planned_end.isoformat() if self.planned_end else None,
            "injury_grade": self.injury_grade,
        }

    def named(self) -> dict[str, Fact]:
        """How payers and the ledger know it."""
        return {"benefit": self.benefit_id, "payer": self.payer, "payer_reference": self.payer_reference}


def amended_facts(before: Benefit, after: Benefit, standing: Standing) -> dict[str, Fact]:
    """What the ledger says of a benefit that was put right: all of it as it is now, and what was another before."""
    return {
        **after.facts(),
        "category_before": before.category,
        "district_before": before.district,
        "payer_reference_before": before.payer_reference,
        "injury_grade_before": before.injury_grade,
        "status": standing.status,
        "payment_held": standing.is_held,
        "held_since": standing.held_since.isoformat() if standing.held_since and standing.is_held else None,
        "unpaid_since": standing.unpaid_since.isoformat() if standing.unpaid_since else None,
    }


def started_facts(before: Benefit, after: Benefit, standing: Standing, moved: Transition) -> dict[str, Fact]:
    """What the ledger says of a benefit whose start was put right, `standing` as it was: how it is now and was, and
    what is to be paid for that. Of the person's others, whose year came nearer by it, that they start as before."""
    return {
        **moved_facts(after, standing, moved),
        "start": after.start.isoformat() if after.start else None,
        "start_before": before.start.isoformat() if before.start else None,
    }


def moved_facts(benefit: Benefit, before: Standing, moved: Transition) -> Mapping[str, Fact]:
    """What the ledger says of a benefit whose standing changed, and what is to be paid for that."""
    after, arrears, reclaim = moved.standing, moved.arrears, moved.reclaim
    return {
        **benefit.named(),
        "status_before": before.status,
        "status": after.status,
        "payment_was_held": before.is_held,
        "payment_held": after.is_held,
        "held_since": after.held_since.isoformat() if after.held_since and after.is_held else None,
        "unpaid_since": after.unpaid_since.isoformat() if after.unpaid_since else None,
        "ended_on": after.ended_on.isoformat() if after.ended_on else None,
        "arrears_first_day": arrears.first_day.isoformat() if arrears else None,
        "arrears_last_day": arrears.last_day.isoformat() if arrears else None,
        "reclaim_first_day": reclaim.first_day.isoformat() if reclaim else None,
        "reclaim_last_day": reclaim.last_day.isoformat() if reclaim else None,
    }
