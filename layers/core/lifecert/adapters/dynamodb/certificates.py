"""Certificates in DynamoDB, to read; one is written with its certification."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from lifecert.adapters.aws_errors import translated
from lifecert.adapters.dynamodb.values import as_moment, moment, optional_moment, plain, typed
from lifecert.domain.category import Category
from lifecert.domain.certificate import BY_CAMERA, Certificate, Method, RevocationCause
from lifecert.domain.page import Page, Position
from lifecert.domain.proof_channel import ProofChannel

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


BY_USER = "by_user"


@dataclass(frozen=True, slots=True)
class DynamoCertificates:
    """The certificates table."""

    client: "DynamoDBClient"
    table: str

    def get(self, certificate_id: str) -> Certificate | None:
        """A certificate, once it is issued."""
        with translated():
            answer = self.client.get_item(
                TableName=self.table, Key=typed({"certificate_id": certificate_id}), ConsistentRead=True
            )
        return certificate_of(plain(answer["Item"])) if "Item" in answer else None

    def by_user(self, user_id: str, limit: int, after: Position | None = None) -> Page[str, Position]:
        """Whom a user certified by camera, newest certificate first, as the sparse index knows it."""
        asked: dict[str, Any] = {}
        if after:
            start = {"user_id": user_id, "issued_at": moment(after.opened_at), "certificate_id": after.id}
            asked["ExclusiveStartKey"] = typed(start)
        with translated():
            page = self.client.query(
                TableName=self.table,
                IndexName=BY_USER,
                KeyConditionExpression="user_id = :user",
                ExpressionAttributeValues=typed({":user": user_id}),
                ScanIndexForward=False,
                Limit=limit,
                **asked,
            )
        last = plain(page.get("LastEvaluatedKey", {}))
        place = Position(datetime.fromisoformat(last["issued_at"]), last["certificate_id"]) if last else None
        return Page(tuple(plain(item)["beneficiary_id"] for item in page["Items"]), place)


def certificate_item(certificate: Certificate) -> dict[str, Any]:
    """Item of the certificates table. `user_id`, key of the sparse index by_user, is there when a camera was used: what
    clerks and other registers certify, by the thousand, is nobody's list."""
    return {
        "certificate_id": certificate.certificate_id,
        "beneficiary_id": certificate.beneficiary_id,
        "masked_name": certificate.masked_name,
        "category": str(certificate.category),
        "district": certificate.district,
        "method": str(certificate.method),
        "actor_id": certificate.actor_id,
        "user_id": certificate.actor_id if certificate.method in BY_CAMERA else None,
        "certified_on": certificate.certified_on.isoformat(),
        "valid_until": certificate.valid_until.isoformat(),
        "issued_at": moment(certificate.issued_at),
        "policy_version": certificate.policy_version,
        "calibration_version": certificate.calibration_version or None,
        "model_version": certificate.model_version,
        "evidence_digest": certificate.evidence_digest,
        "statement": certificate.statement,
        "revoked_at": optional_moment(certificate.revoked_at),
        "revoked_for": certificate.revoked_for and str(certificate.revoked_for),
        "source": certificate.source or None,
        "mandate": certificate.mandate or None,
        "proof_channel": certificate.proof_channel and str(certificate.proof_channel),
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
        revoked_for=RevocationCause(item["revoked_for"]) if item.get("revoked_for") else None,
        source=item.get("source", ""),
        mandate=item.get("mandate", ""),
        proof_channel=ProofChannel(item["proof_channel"]) if item.get("proof_channel") else None,
    )
