"""Opening a review of a beneficiary, and closing it: what that writes when the entitlement stays as it is."""

import uuid
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, datetime

from lifecert.application.shared.changing import change_newest
from lifecert.domain.actor import Actor, Role
from lifecert.domain.beneficiary import Beneficiary
from lifecert.domain.change import Change, record
from lifecert.domain.errors import ReviewOpenedBefore
from lifecert.domain.ledger import PROOFS, Detail, LedgerEntry, LedgerEvent
from lifecert.domain.review import Review, ReviewDecision, ReviewKind
from lifecert.domain.sighting import PAPERS
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
    person: Beneficiary, entries: Iterable[LedgerEntry], review: Review, day_of: Callable[[datetime], date]
) -> set[str]:
    """Who is no judge of what a case says of somebody's death: whose photo, or whose certificate of a day since then,
    would be wrong if it were true. What two clerks certified together is nobody's own: where they did so since the case
    was opened, for a day since the death or the report of it, either may say that the person lives.

    Of the days that several tell each counts for what is against whoever decides. The word of somebody who is not
    believed makes nobody a party for more than the certificate that counts, and no earlier sight of the person enough.
    """
    known = tuple(entries)
    told = tuple(_told_of(person, known, review))
    counts = person.certified_on or day_of(review.opened_at)
    since = min((one.day or counts) if one.believed else max(one.day or counts, counts) for one in told)
    seen_since = max(one.day if one.day and one.believed else day_of(one.at) for one in told)

    def on_or_after(entry: LedgerEntry, day: date) -> bool:
        return str(entry.details.get("certified_on") or "") >= day.isoformat()

    def by_two(entry: LedgerEntry) -> bool:
        # By their own eyes: two clerks and a paper have not seen the person.
        by_sight = "proposed_by" in entry.details and entry.details.get("method") not in PAPERS
        seen = by_sight and on_or_after(entry, seen_since)
        return entry.event in PROOFS and seen and entry.at >= review.opened_at

    if any(map(by_two, known)):
        return set()

    def speaks(entry: LedgerEntry) -> bool:
        alone = entry.event is LedgerEvent.CERTIFIED and "proposed_by" not in entry.details
        return alone and (on_or_after(entry, since) or entry.at >= review.opened_at)

    return {*person.enrolled_by, *(one.actor.actor_id for one in known if speaks(one))}


@dataclass(frozen=True, slots=True)
class DeathTold:
    """One word that a case of somebody's death is made of: by whom, when, and for which day, if they said; and whether
    that stops machines."""

    by: str
    at: datetime
    day: date | None
    believed: bool


def _told_of(person: Beneficiary, entries: Iterable[LedgerEntry], review: Review) -> Iterator[DeathTold]:
    opener = review.opened_by
    believed = _is_believed(person, opener, review.opened_at)
    yield DeathTold(opener.actor_id, review.opened_at, review.day, believed)
    yield from reports_joined(person, entries, review)


def reports_joined(person: Beneficiary, entries: Iterable[LedgerEntry], review: Review) -> Iterator[DeathTold]:
    """What others told who reported the same death; of a register also what was kept before it was a case."""
    for entry in entries:
        kept, joined = entry.event is LedgerEvent.DEATH_NOTED, entry.event is LedgerEvent.REPORT_JOINED
        if (kept or joined) and entry.details.get("review_id") == review.review_id:
            day = entry.details.get("day")
            told = date.fromisoformat(str(day)) if day else None
            if kept and (entry.actor.actor_id, told) == (review.opened_by.actor_id, review.day):
                continue  # the case itself
            yield DeathTold(entry.actor.actor_id, entry.at, told, _is_believed(person, entry.actor, entry.at))


def _is_believed(person: Beneficiary, actor: Actor, at: datetime) -> bool:
    """Registers and clerks, and whoever certified the person before."""
    return actor.role is not Role.USER or actor.actor_id in person.heard_on(at.date())


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
