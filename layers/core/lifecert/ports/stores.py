"""The stored state."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Protocol

from lifecert.domain.beneficiary import Beneficiary, Change
from lifecert.domain.certificate import Certificate
from lifecert.domain.evidence import Template
from lifecert.domain.faces import FaceCount
from lifecert.domain.imprint import KnownPhotos
from lifecert.domain.ledger import LedgerEntry
from lifecert.domain.limits import Count
from lifecert.domain.page import Page, Position
from lifecert.domain.reference import Enrolment, ReferencePhoto
from lifecert.domain.review import AtLeast, Review, ReviewFilter
from lifecert.domain.session import Session
from lifecert.domain.sweep import Partition


class Register(Protocol):
    """Beneficiaries, and the one way to change them."""

    def get(self, beneficiary_id: str) -> Beneficiary | None:
        """The newest state."""
        ...

    def find_by_person(self, person_keys: Sequence[str]) -> Beneficiary | None:
        """The beneficiary with one of these keys, which are of one ID number. May lag behind a change by a moment."""
        ...

    def due(self, partition: Partition, after: str | None = None) -> Iterator[str]:
        """Ids of the beneficiaries in one partition of the `by_due` index, in order; those after an id only."""
        ...

    def has_due(self, partition: Partition) -> bool:
        """Whether anybody is in one partition of the `by_due` index."""
        ...

    def commit(self, change: Change) -> None:
        """Write a change in one transaction.

        Raises VersionConflict (read again and retry), AlreadyRegistered (`before_version` 0),
        SessionAlreadyDecided, ReviewDecidedBefore, ReviewOpenedBefore, ReferenceNotFound (a new reference's
        enrolment is not waiting any more) or FrameSeenBefore; nothing is written then.
        """
        ...


class Certificates(Protocol):
    """Certificates, to read."""

    def get(self, certificate_id: str) -> Certificate | None:
        """A certificate, once it is issued."""
        ...


class Ledger(Protocol):
    """The ledger, to read."""

    def entries(self, beneficiary_id: str) -> Iterator[LedgerEntry]:
        """One beneficiary's entries, first to last."""
        ...


class References(Protocol):
    """References and enrolments begun."""

    def templates(self, beneficiary_id: str, model_version: str) -> Mapping[str, Template]:
        """Templates of one model version by reference id."""
        ...

    def faces(self, beneficiary_id: str, model_version: str) -> tuple[Mapping[str, Template], KnownPhotos]:
        """The same with the imprints of all the person's photos, in one request."""
        ...

    def enrolled(self, beneficiary_id: str) -> Sequence[str]:
        """Ids of the enrolled references."""
        ...

    def photos(self, beneficiary_id: str) -> tuple[ReferencePhoto, ...]:
        """The enrolled photos, newest first."""
        ...

    def begin(self, enrolment: Enrolment) -> None:
        """Remember an enrolment until its deadline."""
        ...

    def begun(self, beneficiary_id: str, reference_id: str) -> Enrolment | None:
        """An enrolment that waits for its photo; None when unknown or enrolled already."""
        ...


class FacesDueIndex(Protocol):
    """Beneficiaries whose references must be deleted, and no others."""

    def faces_due(self, shard: int, today: date) -> Iterator[str]:
        """Ids of those in one shard who are due by `today`."""
        ...


class FaceCounts(Protocol):
    """How many faces are stored, kept with every change of them."""

    def total(self) -> FaceCount:
        """The number at this moment."""
        ...


class Limits(Protocol):
    """Counts of what somebody did lately."""

    def take(self, counts: Sequence[Count]) -> None:
        """Count one more in each, all or nothing. Raises LimitReached for the first that is full."""
        ...

    def count(self, count: Count) -> int:
        """Count one more, whatever the limit: how many there are now."""
        ...


class Sessions(Protocol):
    """Sessions."""

    def open(self, session: Session, counts: Sequence[Count] = ()) -> Session:
        """Store a new session, and count it; if one with this id exists, do neither and return that one.

        Raises LimitReached for the first count that is full; nothing is stored then.
        """
        ...

    def get(self, session_id: str) -> Session | None:
        """The newest state."""
        ...

    def claim(self, session_id: str, now: datetime, until: datetime) -> Session | None:
        """Claim an undecided session for one request until `until`.

        Returns None when another request holds it, or has decided it.
        """
        ...


class Reviews(Protocol):
    """Reviews, to read; one is opened and decided with a change of its beneficiary."""

    def get(self, review_id: str) -> Review | None:
        """The newest state."""
        ...

    def listed(self, wanted: ReviewFilter, limit: int, after: Position | None = None) -> Page[Review, Position]:
        """At most `limit` reviews, oldest first, after a position; fewer does not mean the end."""
        ...


class OpenReviews(Protocol):
    """How many reviews wait."""

    def count_open(self) -> AtLeast:
        """How many are open, as far as one request tells. May lag behind by a moment."""
        ...


class SeenFrames(Protocol):
    """Digests of frames used before, anywhere."""

    def any_seen(self, digests: Sequence[str]) -> bool:
        """Whether one of these was used before."""
        ...
