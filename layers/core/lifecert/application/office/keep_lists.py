"""Keep the work lists and the months' figures: after each change of a person, and anew of the register.

A change may come twice, late, or not at all while something is broken. What is older than what the lists have of the
person changes nothing, so what comes again is not counted again, and no list goes back.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from lifecert.application.shared.changing import ATTEMPTS
from lifecert.domain.beneficiary import Beneficiary
from lifecert.domain.errors import VersionConflict
from lifecert.domain.ledger import LedgerEntry
from lifecert.domain.review import Review
from lifecert.domain.work_list import Count, Listed, counts_of, rows_of
from lifecert.ports.clock import Clock
from lifecert.ports.register import Ledger
from lifecert.ports.reviews import Reviews
from lifecert.ports.work_lists import KeptLists


@dataclass(frozen=True, slots=True)
class KeepLists:
    """The use case, for the stream of changes."""

    lists: KeptLists
    ledger: Ledger
    reviews: Reviews
    clock: Clock

    def __call__(self, before: Beneficiary | None, after: Beneficiary) -> bool:
        """Take in one change of a person, who was as `before`; whether it changed anything.

        Raises StoreUnavailable, and VersionConflict after too many collisions.
        """
        counts = self._counts(before, after)
        if before and not counts and rows_of(before) == rows_of(after):
            return False
        return _moved(self.lists, after, counts, lambda known: known.version <= after.version)

    def _counts(self, before: Beneficiary | None, after: Beneficiary) -> tuple[Count, ...]:
        # Not every write of a record is an entry: hashes are brought up, and records migrated.
        entry = (
            None
            if before and before.version == after.version
            else self.ledger.entry(after.beneficiary_id, after.version)
        )
        if entry is None:
            return ()
        return counts_of(before, after, entry, self.clock.day_of(entry.at), self._decided(entry))

    def _decided(self, entry: LedgerEntry) -> Review | None:
        """The case that an entry decided, out of the same transaction."""
        review_id = entry.details.get("review_id")
        review = self.reviews.get(review_id) if isinstance(review_id, str) else None
        return review if review and review.decision and review.decision.decided_at == entry.at else None


@dataclass(frozen=True, slots=True)
class RebuildLists:
    """The same for somebody as they are, whatever came before; the figures are left alone."""

    lists: KeptLists

    def __call__(self, person: Beneficiary) -> bool:
        """Put one person right; whether anything was wrong. Raises StoreUnavailable and VersionConflict."""

        def is_news(known: Listed) -> bool:
            return known.version <= person.version and known.rows != rows_of(person)

        return _moved(self.lists, person, (), is_news)


def _moved(lists: KeptLists, person: Beneficiary, counts: Sequence[Count], is_news: Callable[[Listed], bool]) -> bool:
    for _ in range(ATTEMPTS):
        known = lists.known(person.beneficiary_id)
        after, uncounted = known, known.counted < person.version
        if is_news(known):
            after = replace(after, version=person.version, rows=rows_of(person))
        if counts and uncounted:
            after = replace(after, counted=person.version)
        if after == known:
            return False
        try:
            lists.move(known, after, counts if uncounted else ())
        except VersionConflict:
            continue
        return True
    raise VersionConflict
