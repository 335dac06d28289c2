"""Holds: people whose payment the sweep proposes to hold, in a batch of each office, and what an office user decides.

A lapsed person is proposed when the grace days are over and a notice was delivered; nothing is held before somebody of
the office approved, and then from the newest state.

A batch takes candidates until a run that ends shows it to the office. So a run that died leaves its candidates to the
next one's batch.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum

from lifecert.domain.category import Category
from lifecert.domain.office_notice import NoticeWay
from lifecert.domain.page import Position

# So long is nobody lapsed or held whose proof of life waits for a human.
REPRIEVE = timedelta(days=30)


class HoldState(StrEnum):
    """How far a batch is. Applied: every candidate has an outcome."""

    OPEN = "open"
    DECIDED = "decided"
    APPLIED = "applied"


class HoldChoice(StrEnum):
    """Whose payment is to be held: everybody's, everybody's but those named, only theirs, or nobody's."""

    ALL = "all"
    ALL_BUT = "all_but"
    ONLY = "only"
    NONE = "none"


class HoldGround(StrEnum):
    """Why an office user decided so; with anything but ALL, why some are spared."""

    NOT_HEARD_OF = "not_heard_of"
    KNOWN_ALIVE = "known_alive"
    CANNOT_COME = "cannot_come"
    NOTICE_DOUBTED = "notice_doubted"
    OTHER = "other"


_SPARING = frozenset(HoldGround) - {HoldGround.NOT_HEARD_OF}
HOLD_GROUNDS: Mapping[HoldChoice, frozenset[HoldGround]] = {
    HoldChoice.ALL: frozenset({HoldGround.NOT_HEARD_OF}),
    HoldChoice.ALL_BUT: _SPARING,
    HoldChoice.ONLY: _SPARING,
    HoldChoice.NONE: _SPARING,
}


class HoldOutcome(StrEnum):
    """What became of a candidate. All but the first leave the payment as it is."""

    HELD = "held"
    REJECTED = "rejected"  # by the office: the grace days begin anew
    CERTIFIED = "certified"  # active again
    TERMINATED = "terminated"
    HELD_BEFORE = "held_before"
    NOT_TOLD = "not_told"  # the notice does not count any more
    GRACE_RUNS = "grace_runs"  # the grace days were made longer meanwhile
    NOT_SHOWN = "not_shown"  # came in after the batch was shown to the office: proposed again the next night
    OWN_NOTICE = "own_notice"  # told by the word of the clerk who decided alone: proposed again for another to decide
    # Lapsed anew, for another year; another office judges, since they moved there; or what they were told by came back.
    SUPERSEDED = "superseded"


@dataclass(frozen=True, slots=True)
class Reprieve:
    """That somebody, in the year that ends on `valid_until`, is neither lapsed nor held up to the day `until`."""

    until: date
    valid_until: date


@dataclass(frozen=True, slots=True)
class HoldProposal:
    """That a person is a candidate of a batch, for the year that ended on `valid_until`."""

    batch_id: str
    valid_until: date
    proposed_at: datetime


@dataclass(frozen=True, slots=True)
class HoldCandidate:
    """A person in a batch of an office, with those of their benefits that are its: what was known of them when they
    were proposed, and later what became of it. `notice_way` is by which way they were told, None by a message, and
    `notice_recorded_by` the clerk who says so."""

    batch_id: str
    beneficiary_id: str
    masked_name: str
    benefits: tuple[str, ...]
    category: Category
    district: str
    valid_until: date
    notice_delivered_on: date
    proposed_at: datetime
    outcome: HoldOutcome | None = None
    notice_way: NoticeWay | None = None
    notice_recorded_by: str | None = None


@dataclass(frozen=True, slots=True)
class CandidateOutcome:
    """What became of one candidate."""

    batch_id: str
    beneficiary_id: str
    outcome: HoldOutcome


@dataclass(frozen=True, slots=True)
class HoldDecision:
    """What an office user decided, once. `ids` are in order; none with ALL and NONE."""

    choice: HoldChoice
    ground: HoldGround
    decided_by: str
    decided_at: datetime
    ids: tuple[str, ...] = ()

    def approves(self, beneficiary_id: str) -> bool:
        """Whether this person's payment is to be held."""
        match self.choice:
            case HoldChoice.ALL:
                return True
            case HoldChoice.NONE:
                return False
            case HoldChoice.ALL_BUT:
                return beneficiary_id not in self.ids
        return beneficiary_id in self.ids

    def same_as(self, other: "HoldDecision") -> bool:
        """Whether it is the same user's same decision, at whatever time."""
        mine, theirs = ((one.choice, one.ground, one.decided_by, one.ids) for one in (self, other))
        return mine == theirs


@dataclass(frozen=True, slots=True)
class HoldBatch:
    """A batch of one office without its candidates: how many, by which run it was opened, what was decided and what
    came of it."""

    batch_id: str
    payer: str
    district: str
    run_id: str
    opened_at: datetime
    candidates: int
    decision: HoldDecision | None = None
    outcomes: Mapping[HoldOutcome, int] = field(default_factory=dict)
    applied_at: datetime | None = None

    @property
    def state(self) -> HoldState:
        """Open until it is decided, decided until the sweep has applied it to everybody."""
        if self.applied_at:
            return HoldState.APPLIED
        return HoldState.DECIDED if self.decision else HoldState.OPEN

    @property
    def position(self) -> Position:
        """Its place in the list of the batches of one state."""
        return Position(self.opened_at, self.batch_id, self.district)

    def days_open(self, now: datetime) -> int:
        """For how many whole days the office has had the batch before it."""
        return (now - self.opened_at).days

    def showed(self, proposal: HoldProposal) -> bool:
        """Whether the office saw this proposal: it came in before the batch was opened."""
        return proposal.proposed_at <= self.opened_at
