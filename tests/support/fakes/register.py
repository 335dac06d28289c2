"""The register, the ledger and the certificates in memory."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any

from lifecert.domain.beneficiary import Beneficiary
from lifecert.domain.certificate import BY_CAMERA, Certificate, Revocation, RevocationCause
from lifecert.domain.change import Change
from lifecert.domain.errors import (
    AlreadyRegistered,
    FrameSeenBefore,
    ReferenceNotFound,
    ReviewDecidedBefore,
    ReviewOpenedBefore,
    SessionAlreadyDecided,
    VersionConflict,
)
from lifecert.domain.imprint import SESSIONS_REMEMBERED
from lifecert.domain.ledger import LedgerEntry
from lifecert.domain.number import NumberClaim
from lifecert.domain.page import Page, Position
from lifecert.domain.reference import Reference
from lifecert.domain.review import Review
from lifecert.domain.session import SessionState
from lifecert.domain.sweep import Among, Partition, ending_partition_of, partition_of, shard_of
from lifecert.ports.register import ChangingRegister

if TYPE_CHECKING:
    from tests.support.fakes.store import MemoryStore


@dataclass(frozen=True, slots=True)
class MemoryRegister:
    store: "MemoryStore"

    def get(self, beneficiary_id: str) -> Beneficiary | None:
        return self.store.beneficiaries.get(beneficiary_id)

    def at_place(self, place: str) -> Beneficiary | NumberClaim | None:
        return self.get(place) or self.store.number_claims.get(place)

    def get_several(self, beneficiary_ids: Sequence[str]) -> tuple[Beneficiary, ...]:
        known = self.store.beneficiaries
        return tuple(known[one] for one in dict.fromkeys(beneficiary_ids) if one in known)

    def find_by_person(self, person_keys: Sequence[str]) -> Beneficiary | None:
        return next((one for one in self.store.beneficiaries.values() if one.person_key in person_keys), None)

    def due(self, partition: Partition, after: str | None = None) -> Iterator[str]:
        for beneficiary_id, one in sorted(self.store.beneficiaries.items()):
            stands = ending_partition_of if partition.among is Among.ENDING else partition_of
            if stands(one, self.store.shards) == partition and beneficiary_id > (after or ""):
                yield beneficiary_id

    def faces_due(self, shard: int, today: date) -> Iterator[str]:
        for beneficiary_id, one in sorted(self.store.beneficiaries.items()):
            if one.purge_due_on and one.purge_due_on <= today and shard_of(beneficiary_id, self.store.shards) == shard:
                yield beneficiary_id

    def has_due(self, partition: Partition) -> bool:
        return any(True for _ in self.due(partition))

    def commit(self, change: Change) -> None:
        with self.store.lock:
            self._check(change)
            self._write(change)

    def _check(self, change: Change) -> None:
        store, after = self.store, change.after
        if change.session:
            stored = store.sessions_by_id.get(change.session.session_id)
            if stored is None or stored.state is SessionState.DECIDED:
                raise SessionAlreadyDecided
        for review in filter(None, (change.review, change.also_opened)):
            self._check_review(review)
        self._check_reference(change.reference, is_new=change.reference_is_new)
        if store.digests.intersection(change.frame_digests):
            raise FrameSeenBefore
        self._check_certificates(change.certificate, change.revocation)
        before = store.beneficiaries.get(after.beneficiary_id)
        if change.before_version == 0 and not self._is_free(after.beneficiary_id):
            raise AlreadyRegistered
        if change.before_version != (before.version if before else 0) or _rehashed(before, change):
            raise VersionConflict
        self._check_number(change)
        named = (*change.deleted_references, *([change.frame_imprints.reference_id] if change.frame_imprints else []))
        if any((after.beneficiary_id, one) not in store.references_by_id for one in named):
            raise VersionConflict
        self._check_hold(change)
        if any(entry.seq == change.entry.seq for entry in store.entries.get(after.beneficiary_id, [])):
            raise VersionConflict

    def _is_free(self, place: str) -> bool:
        here = self.at_place(place)
        return here is None or (isinstance(here, NumberClaim) and here.holder is None)

    def _check_number(self, change: Change) -> None:
        if move := change.number:
            left = move.left and self.store.number_claims.get(move.left.place)
            if not self._is_free(move.taken.place) or (move.left and (not left or left.holder != move.taken.holder)):
                raise VersionConflict

    def _check_reference(self, reference: Reference | None, *, is_new: bool) -> None:
        if reference is None:
            return
        key, store = _reference_key(reference), self.store
        if is_new == (key in store.enrolments) or (is_new and key in store.references_by_id):
            raise ReferenceNotFound

    def _check_certificates(self, issued: Certificate | None, revocation: Revocation | None) -> None:
        known = self.store.certificates
        if issued and issued.certificate_id in known:
            raise VersionConflict
        if revocation:
            revoked = known.get(revocation.certificate_id)
            ends = revocation.cause is RevocationCause.ENTITLEMENT_ENDED
            if revoked is None or (revocation.at and revoked.revoked_at and not ends):
                raise VersionConflict

    def _check_hold(self, change: Change) -> None:
        stored, settled = self.store.hold_batches.by_person, change.hold_outcome
        if any((new.batch_id, new.beneficiary_id) in stored for new in change.hold_candidates):
            raise VersionConflict
        if settled:
            candidate = stored.get((settled.batch_id, settled.beneficiary_id))
            if candidate is None or candidate.outcome:
                raise VersionConflict

    def _check_review(self, review: Review) -> None:
        stored = self.store.reviews.get(review.review_id)
        if review.decision and (stored is None or stored.decision):
            raise ReviewDecidedBefore
        if review.decision is None and stored:
            raise ReviewOpenedBefore

    def _write(self, change: Change) -> None:
        store, after = self.store, change.after
        store.beneficiaries[after.beneficiary_id] = after
        store.number_claims.pop(after.beneficiary_id, None)
        store.entries.setdefault(change.entry.beneficiary_id, []).append(change.entry)
        if change.certificate:
            store.certificates[change.certificate.certificate_id] = change.certificate
        if change.revocation:
            revoked = store.certificates[change.revocation.certificate_id]
            if not (change.revocation.at and revoked.revoked_at):
                store.certificates[revoked.certificate_id] = replace(
                    revoked, revoked_at=change.revocation.at, revoked_for=change.revocation.cause
                )
        if change.session:
            store.sessions_by_id[change.session.session_id] = change.session
        store.reviews.update({one.review_id: one for one in change.reviews})
        if change.reference:
            store.enrolments.pop(_reference_key(change.reference), None)
            store.references_by_id[_reference_key(change.reference)] = change.reference
        store.digests.update(change.frame_digests)
        if change.contact:
            store.contacts[change.contact.beneficiary_id] = change.contact
        if change.forgets_contact:
            store.contacts.pop(change.after.beneficiary_id, None)
        if change.invitation:
            store.invitations[change.invitation.beneficiary_id] = change.invitation
        if change.sent_notice:
            store.sent_notices[change.sent_notice.message_id] = change.sent_notice
        self._write_number(change)
        self._write_hold(change)
        self._write_faces(change)
        store.faces += change.faces

    def _write_number(self, change: Change) -> None:
        moved = (change.number.taken, change.number.left) if change.number else ()
        self.store.number_claims.update({claim.place: claim for claim in moved if claim})

    def _write_hold(self, change: Change) -> None:
        holds = self.store.hold_batches.by_person
        for new in change.hold_candidates:
            holds[new.batch_id, new.beneficiary_id] = new
        if settled := change.hold_outcome:
            key = (settled.batch_id, settled.beneficiary_id)
            holds[key] = replace(holds[key], outcome=settled.outcome)

    def _write_faces(self, change: Change) -> None:
        store, person = self.store, change.after.beneficiary_id
        if kept := change.frame_imprints:
            store.frame_imprints[person, kept.reference_id, kept.slot] = kept
        for reference_id in change.deleted_references:
            del store.references_by_id[person, reference_id]
            for slot in range(SESSIONS_REMEMBERED):
                store.frame_imprints.pop((person, reference_id, slot), None)


@dataclass(frozen=True, slots=True)
class MemoryLedger:
    store: "MemoryStore"

    def entries(self, beneficiary_id: str) -> Iterator[LedgerEntry]:
        yield from sorted(self.store.entries.get(beneficiary_id, []), key=lambda entry: entry.seq)

    def entry(self, beneficiary_id: str, seq: int) -> LedgerEntry | None:
        return next((one for one in self.entries(beneficiary_id) if one.seq == seq), None)


@dataclass(frozen=True, slots=True)
class MemoryCertificates:
    store: "MemoryStore"

    def get(self, certificate_id: str) -> Certificate | None:
        return self.store.certificates.get(certificate_id)

    def by_user(self, user_id: str, limit: int, after: Position | None = None) -> Page[str, Position]:
        mine = [
            (Position(one.issued_at, one.certificate_id), one.beneficiary_id)
            for one in self.store.certificates.values()
            if one.actor_id == user_id and one.method in BY_CAMERA
        ]
        found = [one for one in sorted(mine, reverse=True) if after is None or one[0] < after]
        place = found[limit - 1][0] if len(found) > limit else None
        return Page(tuple(beneficiary_id for _, beneficiary_id in found[:limit]), place)


def _rehashed(before: Beneficiary | None, change: Change) -> bool:
    known = change.number.key_before if change.number else change.after.person_key
    return before is not None and before.person_key != known


def _reference_key(reference: Reference) -> tuple[str, str]:
    return reference.beneficiary_id, reference.reference_id


@dataclass(slots=True)
class _Watched:
    register: ChangingRegister
    before: Callable[[int], object]
    commits: int = 0

    def commit(self, change: Change) -> None:
        self.commits += 1
        self.before(self.commits - 1)
        self.register.commit(change)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.register, name)


def watched(register: ChangingRegister, before: Callable[[int], object]) -> Any:
    """The same register. `before` is called before each commit with how many there were; it may be quicker or raise."""
    return _Watched(register, before)
