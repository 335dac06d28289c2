"""What the end of benefits changes besides them: the certificate, once nothing is due to the person any more."""

from collections.abc import Mapping
from datetime import datetime

from lifecert.application.shared.moving import Moved
from lifecert.domain.actor import Actor
from lifecert.domain.certificate import Revocation, RevocationCause
from lifecert.domain.change import Change, record
from lifecert.domain.ledger import Detail, LedgerEvent
from lifecert.domain.status import EndCause, Status


def ending(
    step: Moved, actor: Actor, now: datetime, details: Mapping[str, Detail], *, by_two: EndCause | None
) -> Change:
    """The change that ends benefits. With the last of them the person's certificate does not count any more, and where
    two clerks ended it (`by_two` is why), what was said of that is done: a day that was planned settles nothing.

    The contact stays until the faces go, and nobody is told anything before: the end may be a mistake.
    """
    before, after = step.before, step.after
    if by_two:
        after = after.without_benefits_cases({str(one["benefit"]) for one in step.facts})
    if after.status is not Status.TERMINATED:
        ended, entry = record(after, LedgerEvent.BENEFIT_ENDED, actor, now, {**step.details, **details})
        return Change(before.version, ended, entry)
    ended, entry = record(
        after.ended(by_two) if by_two else after,
        LedgerEvent.TERMINATED,
        actor,
        now,
        {
            **step.details,
            "certificate_id": before.certificate_id,
            "contact_kept": before.contact_channel is not None,
            **details,
        },
    )
    revocation = None
    if before.certificate_id and before.status is not Status.TERMINATED:
        revocation = Revocation(before.certificate_id, now, RevocationCause.ENTITLEMENT_ENDED)
    return Change(before.version, ended, entry, revocation=revocation)
