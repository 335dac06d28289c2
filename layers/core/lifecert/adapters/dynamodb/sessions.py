"""Sessions in DynamoDB."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, cast

from botocore.exceptions import ClientError

from lifecert.adapters.aws_errors import code_of, translated
from lifecert.adapters.dynamodb.batches import read_items
from lifecert.adapters.dynamodb.devices import in_force
from lifecert.adapters.dynamodb.limits import again, limit_writes
from lifecert.adapters.dynamodb.values import (
    as_day,
    as_moment,
    epoch,
    moment,
    optional_day,
    optional_moment,
    plain,
    typed,
)
from lifecert.domain.challenge import Ability, Step
from lifecert.domain.device import DeviceProof
from lifecert.domain.errors import DeviceNotProven, LifeCertError, StoreUnavailable
from lifecert.domain.limits import Count, proof_used
from lifecert.domain.policy import Decision, Outcome
from lifecert.domain.proof_channel import ProofChannel
from lifecert.domain.reasons import Reason
from lifecert.domain.session import Channel, Consent, ImageType, Result, Session, SessionState

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef, TransactWriteItemTypeDef

# Past the next certification, so that an auditor can read the evidence behind every digest of the running year.
SESSION_KEPT = timedelta(days=400)
BY_USER = "by_user"
CONDITION_FAILED = "ConditionalCheckFailedException"
# The item is part of a transaction that is under way: somebody is deciding the session this moment.
COLLISION = "TransactionConflictException"


class _OpenedBefore(LifeCertError):
    """A session with this id is there; `item` is it, if the engine returned it."""

    def __init__(self, item: "Mapping[str, AttributeValueTypeDef] | None" = None) -> None:
        super().__init__("session opened before")
        self.item = item


@dataclass(frozen=True, slots=True)
class DynamoSessions:
    """The sessions table."""

    client: "DynamoDBClient"
    table: str
    limits_table: str = ""
    devices_table: str = ""

    def open(self, session: Session, counts: Sequence[Count] = (), proof: DeviceProof | None = None) -> Session:
        """Store a new session with its counts, or return the one that is there, mostly in the same round trip; that a
        device is in force is a condition of the same write.

        Raises LimitReached and DeviceNotProven; nothing is stored then.
        """
        try:
            again(lambda: self._open(session, counts, proof))
        except _OpenedBefore as before:
            # Not every engine returns the old item.
            stored = session_of(plain(before.item)) if before.item else self.get(session.session_id)
            if stored is None:
                raise StoreUnavailable("the session vanished while it was opened again") from before
            return stored
        return session

    def _open(self, session: Session, counts: Sequence[Count], proof: DeviceProof | None) -> None:
        writes, limits = limit_writes(self.limits_table, counts)
        errors: list[Callable[[], LifeCertError]] = [*limits]
        if proof:
            used, _ = limit_writes(self.limits_table, (proof_used(proof),))
            writes = [*writes, in_force(self.devices_table, proof), *used]
            errors += [partial(DeviceNotProven, "not_registered"), partial(DeviceNotProven, "used_before")]
        put: TransactWriteItemTypeDef = {
            "Put": {
                "TableName": self.table,
                "Item": typed(session_item(session)),
                "ConditionExpression": "attribute_not_exists(session_id)",
                "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
            }
        }
        with translated([_OpenedBefore, *errors]):
            try:
                self.client.transact_write_items(TransactItems=[put, *writes])
            except ClientError as error:
                reasons = cast("list[dict[str, Any]]", error.response.get("CancellationReasons") or [{}])
                if reasons[0].get("Code") == "ConditionalCheckFailed":
                    raise _OpenedBefore(reasons[0].get("Item")) from error
                raise

    def get(self, session_id: str) -> Session | None:
        """The newest state."""
        with translated():
            answer = self.client.get_item(
                TableName=self.table, Key=typed({"session_id": session_id}), ConsistentRead=True
            )
        return session_of(plain(answer["Item"])) if "Item" in answer else None

    def by_user(self, user_id: str, limit: int) -> tuple[Session, ...]:
        """A user's last sessions, newest first. The index has keys only: a decision need not be written twice."""
        with translated():
            page = self.client.query(
                TableName=self.table,
                IndexName=BY_USER,
                KeyConditionExpression="user_id = :user",
                ExpressionAttributeValues=typed({":user": user_id}),
                ScanIndexForward=False,
                Limit=limit,
            )
        ids = [plain(item)["session_id"] for item in page["Items"]]
        return tuple(session_of(item) for item in read_items(self.client, self.table, "session_id", ids))

    def claim(self, session_id: str, now: datetime, until: datetime) -> Session | None:
        """Claim an undecided session until `until`; None while another request holds it or when it is decided."""
        with translated():
            try:
                answer = self.client.update_item(
                    TableName=self.table,
                    Key=typed({"session_id": session_id}),
                    UpdateExpression="SET #state = :deciding, claimed_until = :until",
                    ConditionExpression="#state = :open OR (#state = :deciding AND claimed_until < :now)",
                    ExpressionAttributeNames={"#state": "state"},
                    ExpressionAttributeValues=typed(
                        {
                            ":open": str(SessionState.OPEN),
                            ":deciding": str(SessionState.DECIDING),
                            ":now": moment(now),
                            ":until": moment(until),
                        }
                    ),
                    ReturnValues="ALL_NEW",
                )
            except ClientError as error:
                if code_of(error) in {CONDITION_FAILED, COLLISION}:
                    return None
                raise
        return session_of(plain(answer["Attributes"]))


def session_item(session: Session) -> dict[str, Any]:
    """Item of the sessions table; TTL removes it some time after the deadline."""
    return {
        "session_id": session.session_id,
        "user_id": session.user_id,
        "beneficiary_id": session.beneficiary_id,
        "on_behalf": session.on_behalf,
        "channel": str(session.channel),
        "consent": {
            "version": session.consent.version,
            "given_at": moment(session.consent.given_at),
            "guardian": session.consent.guardian,
        },
        "challenge": [str(step) for step in session.challenge],
        "image_type": str(session.image_type),
        "attempt": session.attempt,
        "opened_at": moment(session.opened_at),
        "deadline": moment(session.deadline),
        "request_digest": session.request_digest,
        "state": str(session.state),
        "claimed_until": optional_moment(session.claimed_until),
        "result": session.result and result_map(session.result),
        "evidence": session.evidence or None,
        "help_line": session.help_line or None,
        "secret_digest": session.secret_digest or None,
        "helper_name": session.helper_name,
        "observations": session.observations or None,
        "cannot": [str(one) for one in session.cannot] or None,
        "proof_channel": str(session.proof_channel),
        "device_id": session.device_id or None,
        "expires_at": epoch(session.deadline + SESSION_KEPT),
    }


def session_of(item: Mapping[str, Any]) -> Session:
    """What `session_item` wrote."""
    consent, result = item["consent"], item.get("result")
    return Session(
        session_id=item["session_id"],
        user_id=item["user_id"],
        beneficiary_id=item["beneficiary_id"],
        on_behalf=item["on_behalf"],
        channel=Channel(item["channel"]),
        consent=Consent(consent["version"], datetime.fromisoformat(consent["given_at"]), consent["guardian"]),
        challenge=tuple(Step(step) for step in item["challenge"]),
        image_type=ImageType(item["image_type"]),
        attempt=int(item["attempt"]),
        opened_at=datetime.fromisoformat(item["opened_at"]),
        deadline=datetime.fromisoformat(item["deadline"]),
        request_digest=item["request_digest"],
        state=SessionState(item["state"]),
        claimed_until=as_moment(item.get("claimed_until")),
        result=result_of(result) if result else None,
        evidence=item.get("evidence", ""),
        help_line=item.get("help_line", ""),
        secret_digest=item.get("secret_digest", ""),
        helper_name=bytes(item["helper_name"]) if "helper_name" in item else None,
        observations=item.get("observations", ""),
        cannot=tuple(map(Ability, item.get("cannot", ()))),
        proof_channel=ProofChannel(item.get("proof_channel", ProofChannel.WEB)),
        device_id=item.get("device_id", ""),
    )


def result_map(result: Result) -> dict[str, Any]:
    """A result in plain values."""
    return {
        "outcome": str(result.decision.outcome),
        "reason": result.decision.reason and str(result.decision.reason),
        "decided_at": moment(result.decided_at),
        "certificate_id": result.certificate_id,
        "review_id": result.review_id,
        "valid_until": optional_day(result.valid_until),
    }


def result_of(stored: Mapping[str, Any]) -> Result:
    """What `result_map` wrote."""
    reason = stored["reason"]
    return Result(
        decision=Decision(Outcome(stored["outcome"]), Reason(reason) if reason else None),
        decided_at=datetime.fromisoformat(stored["decided_at"]),
        certificate_id=stored["certificate_id"],
        review_id=stored["review_id"],
        valid_until=as_day(stored["valid_until"]),
    )
