"""Opening a review of a beneficiary, and closing it: what that writes when the entitlement stays as it is."""

import uuid
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date

from lifecert.application.shared.changing import change_newest
from lifecert.domain.actor import Actor, Role
from lifecert.domain.beneficiary import Beneficiary, Change, record
from lifecert.domain.errors import ReviewOpenedBefore
from lifecert.domain.ledger import PROOFS, Detail, LedgerEntry, LedgerEvent
from lifecert.domain.review import Review, ReviewDecision, ReviewKind
from lifecert.domain.status import EndCause
from lifecert.ports.clock import Clock
from lifecert.ports.register import ChangingRegister


@dataclass(frozen=True, slots=True)
class OpenReview:
    """Opens a review together with the ledger entry that says so."""

    register: ChangingRegister
    clock: Clock

    def __call__(
        self,
        beneficiary_id: str,
        kind: ReviewKind,
        actor: Actor,
        *,
        session_id: str | None = None,
        related_id: str | None = None,
        day: date | None = None,
        cause: EndCause | None = None,
        only_once: str | None = None,
    ) -> str:
        """Open a review and return its id.

        Of all calls with the same `only_once` (any text, for one beneficiary and kind) the first opens the review,
        and every other returns the same id and writes nothing. Raises BeneficiaryNotFound.
        """
        review_id = str(uuid.uuid4())
        if only_once is not None:
            review_id = review_id_of(beneficiary_id, kind, only_once)
        review = Review(
            review_id=review_id,
            beneficiary_id=beneficiary_id,
            kind=kind,
            opened_at=self.clock.now(),
            opened_by=actor,
            session_id=session_id,
            related_id=related_id,
            day=day,
            cause=cause,
        )
        with suppress(ReviewOpenedBefore):
            change_newest(self.register, beneficiary_id, lambda newest: opening(newest, review))
        return review_id


def review_id_of(beneficiary_id: str, kind: ReviewKind, only_once: str) -> str:
    """The id of the one review of this kind that is opened for `only_once`."""
    return str(uuid.uuid5(uuid.NAMESPACE_OID, f"{beneficiary_id}\n{kind}\n{only_once}"))


def against_themselves(
    person: Beneficiary, entries: Iterable[LedgerEntry], review: Review, opened_on: date
) -> set[str]:
    """Who is no judge of what a case says of somebody's death: whose photo, or whose certificate of a day since then,
    would be wrong if it were true. What two clerks certified together is nobody's own: where they did so since the case
    was opened, for a day since the death or `opened_on`, either may say that the person lives."""
    known = tuple(entries)

    def seen_by_two(entry: LedgerEntry) -> bool:
        since = str(entry.details.get("certified_on") or "") >= (review.day or opened_on).isoformat()
        return "proposed_by" in entry.details and since and entry.at >= review.opened_at

    if any(one.event in PROOFS and seen_by_two(one) for one in known):
        return set()

    def speaks(entry: LedgerEntry) -> bool:
        alone = entry.event is LedgerEvent.CERTIFIED and "proposed_by" not in entry.details
        since = review.day is not None and str(entry.details.get("certified_on") or "") >= review.day.isoformat()
        return alone and (since or entry.at >= review.opened_at)

    return {*person.enrolled_by, *(one.actor.actor_id for one in known if speaks(one))}


def opening(beneficiary: Beneficiary, review: Review, *, spared_from: date | None = None, **more: Detail) -> Change:
    """The change that opens a review and does nothing else; `spared_from` is today where somebody's proof waits for
    what is decided. `more` goes into the ledger besides."""
    if spared_from:
        beneficiary = beneficiary.waiting(spared_from)
        more["spared_until"] = beneficiary.spared_until.isoformat() if beneficiary.spared_until else None
    review = replace(review, district=beneficiary.district_of(review.benefit_id))
    after, entry = record(
        beneficiary.with_case(review),
        LedgerEvent.REVIEW_OPENED,
        review.opened_by,
        review.opened_at,
        {
            "review_id": review.review_id,
            "kind": review.kind,
            "session_id": review.session_id,
            "related_id": review.related_id,
            "day": review.day.isoformat() if review.day else None,
            "cause": review.cause,
            **more,
        },
    )
    return Change(beneficiary.version, after, entry, review=review)


def recorded(
    newest: Beneficiary,
    review: Review,
    decision: ReviewDecision,
    role: Role = Role.CLERK,
    event: LedgerEvent = LedgerEvent.REVIEW_DECIDED,
    **more: Detail,
) -> Change:
    """The change that a decision makes which touches no entitlement; the decided review is not in it yet."""
    after, entry = record(
        newest.with_decided(review, decision),
        event,
        Actor(decision.decided_by, role),
        decision.decided_at,
        {
            "review_id": review.review_id,
            "kind": review.kind,
            "outcome": decision.outcome,
            "ground": decision.ground,
            "session_id": review.session_id,
            # Whose certificate it was: of an audit no earlier entry says so.
            **({"opened_by": review.opened_by.actor_id} if review.kind is ReviewKind.AUDIT else {}),
            **more,
        },
    )
    return Change(newest.version, after, entry)
