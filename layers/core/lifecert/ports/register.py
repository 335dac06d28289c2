"""The register, its ledger and its certificates."""

from collections.abc import Iterator, Sequence
from typing import Protocol

from lifecert.domain.beneficiary import Beneficiary
from lifecert.domain.certificate import Certificate
from lifecert.domain.change import Change
from lifecert.domain.ledger import LedgerEntry
from lifecert.domain.number import NumberClaim
from lifecert.domain.page import Page, Position
from lifecert.domain.sweep import Partition


class Register(Protocol):
    """Beneficiaries, to read."""

    def get(self, beneficiary_id: str) -> Beneficiary | None:
        """The newest state."""
        ...

    def get_several(self, beneficiary_ids: Sequence[str]) -> tuple[Beneficiary, ...]:
        """The newest states of these, at most 100, in their order; whoever is not there is left out."""
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


class ChangingRegister(Register, Protocol):
    """Beneficiaries, and the one way to change them."""

    def at_place(self, place: str) -> Beneficiary | NumberClaim | None:
        """Who stands, or has a claim, in one of the places of an ID number."""
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

    def by_user(self, user_id: str, limit: int, after: Position | None = None) -> Page[str, Position]:
        """Whom a user certified by camera, newest certificate first: a beneficiary's id for each, and so the same one
        again for an earlier year. May lag behind a certification by a moment."""
        ...


class Ledger(Protocol):
    """The ledger, to read."""

    def entries(self, beneficiary_id: str) -> Iterator[LedgerEntry]:
        """One beneficiary's entries, first to last."""
        ...

    def entry(self, beneficiary_id: str, seq: int) -> LedgerEntry | None:
        """One of them, by its number."""
        ...
