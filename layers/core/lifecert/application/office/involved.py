"""Who had a hand in a case, and so is no third party to it."""

from collections.abc import Iterable

from lifecert.application.shared.reviewing import against_themselves
from lifecert.domain.beneficiary import Beneficiary
from lifecert.domain.invitation import user_of
from lifecert.domain.ledger import LedgerEvent
from lifecert.domain.review import Review, ReviewKind
from lifecert.ports.clock import Clock
from lifecert.ports.register import Ledger

_ONE_WORD = frozenset({ReviewKind.REGISTRATION, ReviewKind.OVERRIDE})
_OF_TRIES = frozenset({ReviewKind.VERIFICATION, ReviewKind.AUDIT})


def involved_in(review: Review, person: Beneficiary, actors: Iterable[str], ledger: Ledger, clock: Clock) -> set[str]:
    """The users who may not decide a case, whatever they would decide: who opened it, the `actors` of its tries, and
    whoever had a hand in what it is about."""
    # Whoever has another case open about the same person is no third party to this one. But of two clerks each may
    # have written something down that the other is to confirm.
    word = _ONE_WORD if review.kind in _ONE_WORD else frozenset()
    others = (case for case in person.open_cases if case.kind not in word)
    involved = {review.opened_by.actor_id, *actors, *(one for case in others for one in case.by)}
    if review.kind is ReviewKind.DUPLICATE_FACE:
        # One of the two faces may be the enrolling clerk's own doing.
        for whose in filter(None, (review.beneficiary_id, review.related_id)):
            entries = ledger.entries(whose)
            involved |= {one.actor.actor_id for one in entries if one.event is LedgerEvent.REFERENCE_ENROLLED}
    if review.kind in (ReviewKind.DEATH_REPORT, ReviewKind.DATA_SIGNAL):
        involved |= against_themselves(person, ledger.entries(review.beneficiary_id), review, clock.day_of)
    if review.kind is ReviewKind.AUDIT:
        involved |= {*person.enrolled_by}  # the face that was compared is their doing
    if review.kind is ReviewKind.AUDIT and review.session_id is None:
        # Of a certificate that two clerks gave by a paper it is both their doing.
        entries = ledger.entries(review.beneficiary_id)
        given = [one for one in entries if one.details.get("certificate_id") == review.related_id]
        involved |= {str(one.details.get("proposed_by")) for one in given}
    if review.kind in _OF_TRIES:
        # A letter passes through the hands of whoever issued it: they may have used its code themself.
        involved |= {
            entry.actor.actor_id
            for entry in ledger.entries(review.beneficiary_id)
            if entry.event is LedgerEvent.INVITATION_ISSUED and user_of(str(entry.details["invitation_id"])) in involved
        }
    return involved
