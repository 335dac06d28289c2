"""The register's objects to stored items and back, attribute by attribute. Items here are plain values."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from lifecert.adapters.dynamodb.values import as_day, as_moment, epoch, moment, optional_day, optional_moment
from lifecert.domain.actor import Actor, Role
from lifecert.domain.beneficiary import Beneficiary
from lifecert.domain.camera import Camera
from lifecert.domain.category import Category
from lifecert.domain.certificate import Certificate, Method
from lifecert.domain.evidence import Template
from lifecert.domain.hold import HoldProposal
from lifecert.domain.imprint import SESSIONS_REMEMBERED, KnownPhotos
from lifecert.domain.ledger import LedgerEntry, LedgerEvent
from lifecert.domain.notice import Notice, NoticeChannel
from lifecert.domain.person import FIRST_SECRET
from lifecert.domain.reference import Enrolment, Reference, ReferencePhoto, Replacement
from lifecert.domain.status import Standing, Status
from lifecert.domain.sweep import partition_of, shard_of

# An unfinished enrolment outlives its deadline a little, so that one finished at the last second is still there.
ENROLMENT_KEPT = timedelta(days=1)


def beneficiary_item(beneficiary: Beneficiary, shards: int) -> dict[str, Any]:
    """Item of the beneficiaries table. `due_bucket` is the key of the sparse index (domain/sweep.py)."""
    standing = beneficiary.standing
    due = partition_of(beneficiary, shards)
    return {
        "beneficiary_id": beneficiary.beneficiary_id,
        "person_key": beneficiary.person_key,
        "name_key": beneficiary.name_key,
        "person_secret": beneficiary.person_secret,
        "masked_name": beneficiary.masked_name,
        "masked_id_number": beneficiary.masked_id_number,
        "category": str(beneficiary.category),
        "district": beneficiary.district,
        "status": str(standing.status),
        "valid_until": standing.valid_until.isoformat(),
        "held_since": optional_day(standing.held_since),
        "ended_on": optional_day(standing.ended_on),
        "due_bucket": due and due.bucket,
        "version": beneficiary.version,
        "ledger_head": beneficiary.ledger_head,
        "has_reference": beneficiary.has_reference,
        "reference_ids": list(beneficiary.reference_ids),
        "camera_failures": [moment(at) for at in beneficiary.camera.failures],
        "camera_paused_until": optional_moment(beneficiary.camera.paused_until),
        "certified_by": list(beneficiary.certified_by),
        "certificate_id": beneficiary.certificate_id,
        "open_review_id": beneficiary.open_review_id,
        "consent_withdrawn_on": optional_day(beneficiary.consent_withdrawn_on),
        "notice": _notice_item(beneficiary.notice) if beneficiary.notice else None,
        "contact_channel": beneficiary.contact_channel and str(beneficiary.contact_channel),
        "grace_from": optional_day(beneficiary.grace_from),
        "hold_proposal": _proposal_item(beneficiary.hold_proposal) if beneficiary.hold_proposal else None,
        # Keys of the sparse index by_faces_due, there only while faces are stored that must go.
        "faces_shard": shard_of(beneficiary.beneficiary_id, shards) if beneficiary.faces_due else None,
        "faces_due": beneficiary.faces_due.on.isoformat() if beneficiary.faces_due else None,
    }


def beneficiary_of(item: Mapping[str, Any]) -> Beneficiary:
    """What `beneficiary_item` wrote."""
    return Beneficiary(
        beneficiary_id=item["beneficiary_id"],
        person_key=item["person_key"],
        name_key=item["name_key"],
        masked_name=item["masked_name"],
        masked_id_number=item["masked_id_number"],
        category=Category(item["category"]),
        district=item["district"],
        standing=Standing(
            status=Status(item["status"]),
            valid_until=date.fromisoformat(item["valid_until"]),
            held_since=as_day(item.get("held_since")),
            ended_on=as_day(item.get("ended_on")),
        ),
        version=int(item["version"]),
        ledger_head=item["ledger_head"],
        has_reference=item["has_reference"],
        reference_ids=tuple(item["reference_ids"]),
        camera=Camera(
            failures=tuple(datetime.fromisoformat(at) for at in item["camera_failures"]),
            paused_until=as_moment(item.get("camera_paused_until")),
        ),
        certified_by=tuple(item["certified_by"]),
        certificate_id=item.get("certificate_id"),
        open_review_id=item.get("open_review_id"),
        consent_withdrawn_on=as_day(item.get("consent_withdrawn_on")),
        notice=_notice_of(item["notice"]) if "notice" in item else None,
        contact_channel=NoticeChannel(item["contact_channel"]) if "contact_channel" in item else None,
        person_secret=item.get("person_secret", FIRST_SECRET),
        grace_from=as_day(item.get("grace_from")),
        hold_proposal=_proposal_of(item["hold_proposal"]) if "hold_proposal" in item else None,
    )


def _notice_item(notice: Notice) -> dict[str, Any]:
    return {
        "valid_until": notice.valid_until.isoformat(),
        "days_before": notice.days_before,
        "reminder_seq": notice.reminder_seq,
        "sent": notice.sent,
        "delivered_on": optional_day(notice.delivered_on),
    }


def _notice_of(item: Mapping[str, Any]) -> Notice:
    return Notice(
        valid_until=date.fromisoformat(item["valid_until"]),
        days_before=int(item["days_before"]),
        reminder_seq=int(item["reminder_seq"]),
        sent=item["sent"],
        delivered_on=as_day(item.get("delivered_on")),
    )


def _proposal_item(proposal: HoldProposal) -> dict[str, Any]:
    return {
        "batch_id": proposal.batch_id,
        "valid_until": proposal.valid_until.isoformat(),
        "proposed_at": moment(proposal.proposed_at),
    }


def _proposal_of(item: Mapping[str, Any]) -> HoldProposal:
    return HoldProposal(
        batch_id=item["batch_id"],
        valid_until=date.fromisoformat(item["valid_until"]),
        proposed_at=datetime.fromisoformat(item["proposed_at"]),
    )


def ledger_item(entry: LedgerEntry) -> dict[str, Any]:
    """Item of the ledger table."""
    return {
        "beneficiary_id": entry.beneficiary_id,
        "seq": entry.seq,
        "event": str(entry.event),
        "at": moment(entry.at),
        "actor_id": entry.actor.actor_id,
        "role": str(entry.actor.role),
        # Enumerations among the details are stored, and read back, as the texts they are.
        "details": {name: str(value) if isinstance(value, str) else value for name, value in entry.details.items()},
        "prev_hash": entry.prev_hash,
        "hash": entry.hash,
        "correlation_id": entry.correlation_id or None,
    }


def ledger_entry_of(item: Mapping[str, Any]) -> LedgerEntry:
    """What `ledger_item` wrote; also a new image of the ledger's stream, once its values are plain.

    Raises KeyError, ValueError or TypeError for an item that it cannot have written.
    """
    return LedgerEntry(
        beneficiary_id=item["beneficiary_id"],
        seq=_whole(item["seq"]),
        event=LedgerEvent(item["event"]),
        at=datetime.fromisoformat(item["at"]),
        actor=Actor(item["actor_id"], Role(item["role"])),
        details={
            name: _whole(value) if isinstance(value, Decimal) else value for name, value in item["details"].items()
        },
        prev_hash=item["prev_hash"],
        hash=item["hash"],
        correlation_id=item.get("correlation_id", ""),
    )


def _whole(number: Decimal) -> int:
    # Cutting off a fraction would hide an alteration from the hash.
    if number != int(number):
        raise ValueError("not a whole number")
    return int(number)


def certificate_item(certificate: Certificate) -> dict[str, Any]:
    """Item of the certificates table."""
    return {
        "certificate_id": certificate.certificate_id,
        "beneficiary_id": certificate.beneficiary_id,
        "masked_name": certificate.masked_name,
        "category": str(certificate.category),
        "district": certificate.district,
        "method": str(certificate.method),
        "actor_id": certificate.actor_id,
        "certified_on": certificate.certified_on.isoformat(),
        "valid_until": certificate.valid_until.isoformat(),
        "issued_at": moment(certificate.issued_at),
        "policy_version": certificate.policy_version,
        "calibration_version": certificate.calibration_version or None,
        "model_version": certificate.model_version,
        "evidence_digest": certificate.evidence_digest,
        "statement": certificate.statement,
        "revoked_at": optional_moment(certificate.revoked_at),
    }


def certificate_of(item: Mapping[str, Any]) -> Certificate:
    """What `certificate_item` wrote."""
    return Certificate(
        certificate_id=item["certificate_id"],
        beneficiary_id=item["beneficiary_id"],
        masked_name=item["masked_name"],
        category=Category(item["category"]),
        district=item["district"],
        method=Method(item["method"]),
        actor_id=item["actor_id"],
        certified_on=date.fromisoformat(item["certified_on"]),
        valid_until=date.fromisoformat(item["valid_until"]),
        issued_at=datetime.fromisoformat(item["issued_at"]),
        policy_version=item["policy_version"],
        calibration_version=item.get("calibration_version", ""),
        model_version=item["model_version"],
        evidence_digest=item["evidence_digest"],
        statement=item["statement"],
        revoked_at=as_moment(item.get("revoked_at")),
    )


def reference_item(reference: Reference) -> dict[str, Any]:
    """Item of the references table: an enrolled reference, which never expires."""
    return {
        "beneficiary_id": reference.beneficiary_id,
        "reference_id": reference.reference_id,
        "template": reference.template.vector,
        "model_version": reference.template.model_version,
        "protection": reference.template.protection or None,
        "imprint": reference.imprint or None,
        "photo_key": reference.photo_key,
        "source": reference.source,
        **_captured_on(reference.captured_on),
        "quality": str(reference.quality),
        "enrolled_at": moment(reference.enrolled_at),
    }


def _captured_on(day: date | None) -> dict[str, str]:
    return {"captured_on": day.isoformat()} if day else {}


def frames_attribute(slot: int) -> str:
    """Where the imprints of one session's frames are, among a reference's attributes."""
    return f"frames_{slot}"


TEMPLATE_ATTRIBUTES = ("reference_id", "of_reference", "template", "model_version", "protection")
IMPRINT_ATTRIBUTES = ("imprint", *map(frames_attribute, range(SESSIONS_REMEMBERED)))


def known_photos_of(items: Sequence[Mapping[str, Any]]) -> KnownPhotos:
    """The imprints in items of one person's references."""
    own, *frames = IMPRINT_ATTRIBUTES
    return KnownPhotos(
        tuple(bytes(item[own]) for item in items if own in item),
        tuple(bytes(imprint) for item in items for name in frames for imprint in item.get(name, [])),
    )


def template_of(item: Mapping[str, Any]) -> Template:
    """The template of what `reference_item` wrote."""
    return Template(bytes(item["template"]), item["model_version"], item.get("protection", ""))


def reference_photo_of(item: Mapping[str, Any]) -> ReferencePhoto:
    """What a reviewer needs of what `reference_item` wrote."""
    return ReferencePhoto(
        reference_id=item["reference_id"],
        photo_key=item["photo_key"],
        source=item["source"],
        captured_on=as_day(item.get("captured_on")),
        enrolled_at=datetime.fromisoformat(item["enrolled_at"]),
    )


def enrolment_item(enrolment: Enrolment) -> dict[str, Any]:
    """Item of the references table: an enrolment begun, which the reference replaces or TTL removes."""
    return {
        "beneficiary_id": enrolment.beneficiary_id,
        "reference_id": enrolment.reference_id,
        "upload_key": enrolment.upload_key,
        "source": enrolment.source,
        **_captured_on(enrolment.captured_on),
        "replacement": enrolment.replacement and str(enrolment.replacement),
        "deadline": moment(enrolment.deadline),
        "expires_at": epoch(enrolment.deadline + ENROLMENT_KEPT),
    }


def enrolment_of(item: Mapping[str, Any]) -> Enrolment:
    """What `enrolment_item` wrote."""
    return Enrolment(
        beneficiary_id=item["beneficiary_id"],
        reference_id=item["reference_id"],
        upload_key=item["upload_key"],
        source=item["source"],
        captured_on=date.fromisoformat(item["captured_on"]) if "captured_on" in item else None,
        deadline=datetime.fromisoformat(item["deadline"]),
        replacement=Replacement(item["replacement"]) if "replacement" in item else None,
    )
