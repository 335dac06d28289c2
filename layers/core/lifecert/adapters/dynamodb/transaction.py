"""The one write of the register: a change of a beneficiary with all that changes with it, or nothing."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from lifecert.adapters.aws_errors import translated
from lifecert.adapters.dynamodb.certificates import certificate_item
from lifecert.adapters.dynamodb.face_counts import face_count_update
from lifecert.adapters.dynamodb.holds import candidate_outcome_update, new_candidate_put
from lifecert.adapters.dynamodb.invitations import invitation_item
from lifecert.adapters.dynamodb.ledger import ledger_item
from lifecert.adapters.dynamodb.notices import contact_item, sent_notice_item
from lifecert.adapters.dynamodb.queues import queue_keys
from lifecert.adapters.dynamodb.references import frames_at_attribute, frames_attribute, reference_item
from lifecert.adapters.dynamodb.register import NOBODY, DynamoRegister, beneficiary_item, claim_item
from lifecert.adapters.dynamodb.reviews import decision_map, review_item
from lifecert.adapters.dynamodb.sessions import session_item
from lifecert.adapters.dynamodb.values import epoch, moment, typed
from lifecert.domain.certificate import Revocation, RevocationCause
from lifecert.domain.change import Change
from lifecert.domain.errors import (
    AlreadyRegistered,
    FrameSeenBefore,
    LifeCertError,
    ReferenceNotFound,
    ReviewDecidedBefore,
    ReviewOpenedBefore,
    SessionAlreadyDecided,
    VersionConflict,
)
from lifecert.domain.imprint import FrameImprints
from lifecert.domain.number import NumberMove
from lifecert.domain.review import Review, ReviewState
from lifecert.domain.session import Session

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import TransactWriteItemTypeDef

# A frame is remembered beyond the yearly certification that used it and the one after.
FRAME_REMEMBERED = timedelta(days=400)

# A place where nobody is, or whose claim was given up.
_FREE, _NOBODY = "attribute_not_exists(beneficiary_id) OR number_of = :nobody", {":nobody": NOBODY}


@dataclass(frozen=True, slots=True)
class ChangeTables:
    """Names of the tables a change may touch. One that a function never changes stays empty."""

    beneficiaries: str
    ledger: str = ""
    certificates: str = ""
    sessions: str = ""
    reviews: str = ""
    references: str = ""
    seen_frames: str = ""
    counters: str = ""
    contacts: str = ""
    notices: str = ""
    hold_batches: str = ""
    invitations: str = ""


@dataclass(frozen=True, slots=True)
class DynamoChangingRegister(DynamoRegister):
    """The register, to read and to change. `correlation` names the request at work, or is empty."""

    tables: ChangeTables = field(kw_only=True)
    shards: int = field(kw_only=True)
    correlation: Callable[[], str] = field(kw_only=True, default=str)

    def commit(self, change: Change) -> None:
        """Write a change in one transaction.

        Raises SessionAlreadyDecided, ReviewDecidedBefore, ReviewOpenedBefore, ReferenceNotFound (the enrolment is not
        there any more), FrameSeenBefore, AlreadyRegistered or VersionConflict, the first of these that holds; nothing
        is written then.
        """
        try:
            self._write(change)
        except VersionConflict:
            if change.before_version:
                raise
            # Two registrations collided. No version was read, so the same one can be tried once more.
            self._write(change)

    def _write(self, change: Change) -> None:
        noted = replace(change, entry=replace(change.entry, correlation_id=self.correlation()))
        parts = _parts(noted, self.tables, self.shards)
        with translated([part.error for part in parts]):
            self.client.transact_write_items(TransactItems=[part.write for part in parts])


def changing_register(
    client: "DynamoDBClient",
    tables: ChangeTables,
    shards: int,
    *,
    page_size: int = 1000,
    correlation: Callable[[], str] = str,
) -> DynamoChangingRegister:
    """The register over these tables."""
    return DynamoChangingRegister(
        client, tables.beneficiaries, page_size, tables=tables, shards=shards, correlation=correlation
    )


@dataclass(frozen=True, slots=True)
class _Part:
    """One item of the transaction, and what it means when its condition fails."""

    write: "TransactWriteItemTypeDef"
    error: type[LifeCertError] = VersionConflict


def _parts(change: Change, tables: ChangeTables, shards: int) -> list[_Part]:
    """At most ten, in the order in which failed conditions are worth telling."""
    parts = []
    if change.session:
        parts.append(_session_part(change.session, tables.sessions))
    parts += [_review_part(one, tables.reviews) for one in change.reviews]
    parts += _photo_parts(change, tables)
    parts.append(_beneficiary_part(change, tables.beneficiaries, shards))
    parts.append(_Part(_put(tables.ledger, ledger_item(change.entry), "attribute_not_exists(seq)")))
    if change.number:
        parts += _number_parts(change.number, tables.beneficiaries)
    if change.certificate:
        put = _put(tables.certificates, certificate_item(change.certificate), "attribute_not_exists(certificate_id)")
        parts.append(_Part(put))
    # Read with the version: one that is gone meanwhile was another change of the same person.
    parts += [_Part(_delete_reference(change, one, tables.references)) for one in change.deleted_references]
    parts += _notice_parts(change, tables)
    if change.faces:
        parts.append(_Part(face_count_update(tables.counters, change.after.beneficiary_id, change.faces)))
    if change.invitation:
        parts.append(_Part(_put(tables.invitations, invitation_item(change.invitation))))
    if change.revocation:
        parts.append(_revocation_part(change.revocation, tables.certificates))
    for candidate in change.hold_candidates:
        parts.append(_Part(new_candidate_put(tables.hold_batches, candidate, shards)))
    if change.hold_outcome:
        update = candidate_outcome_update(tables.hold_batches, change.hold_outcome, shards, change.entry.at)
        parts.append(_Part(update))
    return parts


def _photo_parts(change: Change, tables: ChangeTables) -> Iterator[_Part]:
    if change.reference:
        # It replaces the enrolment that was begun, and its expiry with it.
        begun = "attribute_not_exists(reference_id)" if change.reference_is_new else "attribute_exists(upload_key)"
        put = _put(tables.references, reference_item(change.reference), begun)
        yield _Part(put, ReferenceNotFound)
    for digest in change.frame_digests:
        item = {"digest": digest, "expires_at": epoch(change.entry.at + FRAME_REMEMBERED)}
        yield _Part(_put(tables.seen_frames, item, "attribute_not_exists(digest)"), FrameSeenBefore)
    if change.frame_imprints:
        yield _Part(_keep_imprints(change, change.frame_imprints, tables.references))


def _notice_parts(change: Change, tables: ChangeTables) -> Iterator[_Part]:
    if change.contact:
        yield _Part(_put(tables.contacts, contact_item(change.contact)))
    if change.forgets_contact:
        key = typed({"beneficiary_id": change.after.beneficiary_id})
        yield _Part({"Delete": {"TableName": tables.contacts, "Key": key}})
    if change.sent_notice:
        yield _Part(_put(tables.notices, sent_notice_item(change.sent_notice)))


def _beneficiary_part(change: Change, table: str, shards: int) -> _Part:
    item = beneficiary_item(change.after, shards)
    if change.before_version == 0:
        return _Part(_put(table, item, _FREE, _NOBODY), AlreadyRegistered)
    # The hashes too: those brought up to date since the person was read must not be put back.
    person_key = change.number.key_before if change.number else change.after.person_key
    values = {":before": change.before_version, ":person_key": person_key}
    condition = "#version = :before AND person_key = :person_key"
    return _Part(_put(table, item, condition, values, {"#version": "version"}))


def _number_parts(move: NumberMove, table: str) -> Iterator[_Part]:
    # Somebody who was quicker has the place: the next try finds them there.
    yield _Part(_put(table, claim_item(move.taken), _FREE, _NOBODY))
    if move.left:
        values = {":holder": move.taken.holder}
        yield _Part(_put(table, claim_item(move.left), "number_of = :holder", values))


def _revocation_part(revocation: Revocation, table: str) -> _Part:
    update: TransactWriteItemTypeDef = {
        "Update": {
            "TableName": table,
            "Key": typed({"certificate_id": revocation.certificate_id}),
            "UpdateExpression": "REMOVE revoked_at, revoked_for",
            "ConditionExpression": "attribute_exists(certificate_id)",
        }
    }
    if revocation.at:
        at, cause = ":at", ":cause"
        if revocation.cause is RevocationCause.ENTITLEMENT_ENDED:
            # Whoever ends what was added after the end before finds it revoked still, from then on.
            at, cause = "if_not_exists(revoked_at, :at)", "if_not_exists(revoked_for, :cause)"
        else:
            # Revoked once: the first moment counts.
            update["Update"]["ConditionExpression"] += " AND attribute_not_exists(revoked_at)"
        update["Update"]["UpdateExpression"] = f"SET revoked_at = {at}, revoked_for = {cause}"
        values = {":at": moment(revocation.at), ":cause": str(revocation.cause)}
        update["Update"]["ExpressionAttributeValues"] = typed(values)
    return _Part(update)


def _session_part(session: Session, table: str) -> _Part:
    # An update of what a decision changes, so that a function that decides need not be allowed to open sessions.
    item = session_item(session)
    told = ", observations = :observations" if session.observations else ""
    update: TransactWriteItemTypeDef = {
        "Update": {
            "TableName": table,
            "Key": typed({"session_id": session.session_id}),
            "UpdateExpression": "SET #state = :decided, #result = :result, evidence = :evidence"
            f"{told} REMOVE claimed_until",
            "ConditionExpression": "attribute_exists(session_id) AND #state <> :decided",
            "ExpressionAttributeNames": {"#state": "state", "#result": "result"},
            "ExpressionAttributeValues": typed(
                {
                    ":decided": item["state"],
                    ":result": item["result"],
                    ":evidence": session.evidence,
                    ":observations": item["observations"],
                }
            ),
        }
    }
    return _Part(update, SessionAlreadyDecided)


def _review_part(review: Review, table: str) -> _Part:
    if review.decision is None:
        return _Part(_put(table, review_item(review), "attribute_not_exists(review_id)"), ReviewOpenedBefore)
    keys = queue_keys(str(ReviewState.DECIDED), review.district, review.position)
    update: TransactWriteItemTypeDef = {
        "Update": {
            "TableName": table,
            "Key": typed({"review_id": review.review_id}),
            "UpdateExpression": "SET #state = :decided, decision = :decision, district = :district, #queue = :queue,"
            " queue_place = :queue_place",
            "ConditionExpression": "#state = :open",
            "ExpressionAttributeNames": {"#state": "state", "#queue": "queue"},
            "ExpressionAttributeValues": typed(
                {
                    ":open": str(ReviewState.OPEN),
                    ":decided": str(ReviewState.DECIDED),
                    ":decision": decision_map(review.decision),
                    ":district": review.district,
                    **{f":{name}": key for name, key in keys.items()},
                }
            ),
        }
    }
    return _Part(update, ReviewDecidedBefore)


def _keep_imprints(change: Change, kept: FrameImprints, table: str) -> "TransactWriteItemTypeDef":
    return {
        "Update": {
            "TableName": table,
            "Key": typed({"beneficiary_id": change.after.beneficiary_id, "reference_id": kept.reference_id}),
            "UpdateExpression": "SET #frames = :imprints, #at = :at",
            # Nothing of a face comes back that was deleted meanwhile.
            "ConditionExpression": "attribute_exists(template)",
            "ExpressionAttributeNames": {
                "#frames": frames_attribute(kept.slot),
                "#at": frames_at_attribute(kept.slot),
            },
            "ExpressionAttributeValues": typed({":imprints": list(kept.imprints), ":at": moment(kept.at)}),
        }
    }


def _delete_reference(change: Change, reference_id: str, table: str) -> "TransactWriteItemTypeDef":
    key = typed({"beneficiary_id": change.after.beneficiary_id, "reference_id": reference_id})
    return {"Delete": {"TableName": table, "Key": key, "ConditionExpression": "attribute_exists(template)"}}


def _put(
    table: str,
    item: Mapping[str, Any],
    condition: str = "",
    values: Mapping[str, Any] | None = None,
    names: Mapping[str, str] | None = None,
) -> "TransactWriteItemTypeDef":
    write: TransactWriteItemTypeDef = {"Put": {"TableName": table, "Item": typed(item)}}
    if condition:
        write["Put"]["ConditionExpression"] = condition
    if values:
        write["Put"]["ExpressionAttributeValues"] = typed(values)
    if names:
        write["Put"]["ExpressionAttributeNames"] = names
    return write
