"""That a notice failed: what the record keeps of it, and what the ledger says."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from lifecert.domain.actor import NOTICE_ACTOR
from lifecert.domain.beneficiary import Beneficiary
from lifecert.domain.change import record
from lifecert.domain.ledger import Detail, LedgerEntry, LedgerEvent
from lifecert.domain.notice import Notice
from lifecert.ports.clock import Clock


def failing(
    person: Beneficiary, notice: Notice | None, clock: Clock, told: Mapping[str, Detail]
) -> tuple[Beneficiary, LedgerEntry]:
    """The record, and its entry, once a notice has failed: `notice` where it was of this year, and none has arrived."""
    now: datetime = clock.now()
    failed = notice.failed(clock.today()) if notice else None
    if failed is None or failed.failed_on is None:
        return record(person, LedgerEvent.NOTICE_FAILED, NOTICE_ACTOR, now, told)
    more = {"failed_on": failed.failed_on.isoformat()}
    return record(replace(person, notice=failed), LedgerEvent.NOTICE_FAILED, NOTICE_ACTOR, now, {**told, **more})
