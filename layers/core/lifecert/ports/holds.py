"""What holds need beside the register: the batches of candidates, and what was decided about them."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from lifecert.domain.benefit import Office
from lifecert.domain.hold import (
    HoldBatch,
    HoldCandidate,
    HoldDecision,
    HoldOutcome,
    HoldState,
)
from lifecert.domain.page import Page, Position
from lifecert.domain.scope import EVERYWHERE, Scope


class HoldBatches(Protocol):
    """Batches. A candidate comes in, and gets its outcome, with a change of the person (`Change.hold_candidate`)."""

    def get(self, batch_id: str) -> HoldBatch | None:
        """A batch, as it is now; None until it is opened."""
        ...

    def listed(
        self, state: HoldState, limit: int, after: Position | None = None, scope: Scope = EVERYWHERE
    ) -> Page[HoldBatch, Position]:
        """At most `limit` batches in one state, oldest first, after a position; where not everywhere is meant, by
        district, and oldest first in each. May lag behind by a moment."""
        ...

    def candidates(self, batch_id: str, limit: int, after: str | None = None) -> Page[HoldCandidate, str]:
        """At most `limit` candidates, in one order for good, after an id."""
        ...

    def gathering(self, office: Office, new_id: str) -> str:
        """Id of the batch that takes an office's candidates now: `new_id` if there is none."""
        ...

    def gathered(self) -> Mapping[Office, str]:
        """Ids of the batches that take candidates now, by office."""
        ...

    def count(self, batch_id: str) -> int:
        """How many candidates there are, before the batch is opened too."""
        ...

    def unknown(self, batch_id: str, ids: Sequence[str]) -> tuple[str, ...]:
        """Those of `ids` who are no candidates."""
        ...

    def open(self, batch: HoldBatch) -> None:
        """Show the batch that takes candidates to its office: it takes no more. One that is open stays as it is."""
        ...

    def decide(self, batch_id: str, decision: HoldDecision) -> bool:
        """Store what was decided; False when the batch was decided before."""
        ...

    def decided(self) -> Iterator[HoldBatch]:
        """Those decided and not yet applied, oldest first. May lag behind a decision by a moment."""
        ...

    def waiting(self, batch_id: str, shard: int, after: str | None = None) -> Iterator[str]:
        """Ids of the candidates of one shard without an outcome, in order; those after an id only."""
        ...

    def any_waiting(self, batch_id: str) -> bool:
        """Whether any candidate has no outcome."""
        ...

    def leave(self, batch_id: str, beneficiary_id: str, outcome: HoldOutcome, at: datetime) -> None:
        """Note why a candidate is left alone; an outcome that is there stays."""
        ...

    def outcomes(self, batch_id: str) -> Mapping[HoldOutcome, int]:
        """How many candidates have which outcome."""
        ...

    def settle(self, batch_id: str, outcomes: Mapping[HoldOutcome, int], at: datetime) -> None:
        """Say that a decided batch is applied, and what came of it; once."""
        ...
