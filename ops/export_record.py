"""Everything stored about one person, as JSON for that person: `python -m ops.export_record --help`.

Every attribute of every table is named here, shown or withheld; a test holds the lists against what is written.
Withheld are keys and templates (secrets by nature), the numbers of a measurement (nobody is told a score: design.md §3
rule 5) and accounts, which become `account-1`, `account-2`: who acted is told apart, and not named. That the record was
opened is noted in the access log first, and so stands in it.
"""

import argparse
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from lifecert.adapters.aws_errors import translated
from lifecert.adapters.dynamodb.access_log import DynamoAccessLog
from lifecert.adapters.dynamodb.face_counts import DynamoFaceCounts
from lifecert.adapters.dynamodb.references import IMPRINT_ATTRIBUTES
from lifecert.adapters.dynamodb.values import plain, typed
from lifecert.adapters.dynamodb.work_lists import place_of_person
from lifecert.domain.access import Access, AccessAction, AccessRole
from lifecert.domain.actor import PURGE_ACTOR, SWEEP_ACTOR
from lifecert.domain.errors import BeneficiaryNotFound
from ops.deployment import UNREACHABLE, add_arguments, dynamodb, output, outputs, parse, why
from ops.privacy_report import lines

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

# What a record says of the person until it has a list of benefits (ops/migrate_benefits.py).
OF_BEFORE = ("category", "district", "status", "held_since", "ended_on", "hold_proposal")
SHOWN: dict[str, frozenset[str]] = {
    "Beneficiaries": frozenset(
        [
            "beneficiary_id",
            "masked_name",
            "benefits",
            "lapsed",
            "valid_until",
            "version",
            "has_reference",
            "reference_ids",
            "reference_on",
            "camera_failures",
            "camera_day",
            "camera_faces_ever",
            "certified_by",
            "certificate_id",
            "certified_on",
            "open_cases",
            "reprieve",
            "counter_photo_on",
            "faces_were_deleted",
            "registered_by",
            "enrolled_by",
            "dispelled_by",
            "unfounded_reports",
            "former_helpers",
            "prepared_by",
            "excused",
            "sessions_kept",
            "clerk_acts",
            "consent",
            "consent_withdrawn_on",
            "withdrawn_by",
            "faces_go_on",
            "own_account",
            "mandates",
            "guardian_until",
            "notice",
            "contact_channel",
            "office_notices",
            "grace_from",
            "invitation_id",
            "faces_due",
            *OF_BEFORE,
        ]
    ),
    "References": frozenset(
        [
            "beneficiary_id",
            "reference_id",
            "of_reference",
            "model_version",
            "protection",
            "replacement",
            "photo_key",
            "source",
            "captured_on",
            "enrolled_at",
            "deadline",
            "upload_key",
            "expires_at",
        ]
    ),
    "Sessions": frozenset(
        [
            "session_id",
            "user_id",
            "beneficiary_id",
            "on_behalf",
            "channel",
            "consent",
            "challenge",
            "image_type",
            "attempt",
            "opened_at",
            "deadline",
            "state",
            "claimed_until",
            "result",
            "evidence",
            "help_line",
            "observations",
            "cannot",
            "proof_channel",
            "device_id",
            "expires_at",
        ]
    ),
    "Invitations": frozenset(
        ["beneficiary_id", "invitation_id", "guardian", "issued_at", "expires_on", "withdrawn_at", "expires_at"]
    ),
    "Certificates": frozenset(
        [
            "certificate_id",
            "beneficiary_id",
            "masked_name",
            "category",
            "district",
            "method",
            "actor_id",
            "certified_on",
            "valid_until",
            "issued_at",
            "policy_version",
            "calibration_version",
            "model_version",
            "evidence_digest",
            "statement",
            "revoked_at",
            "revoked_for",
            "source",
            "mandate",
            "proof_channel",
        ]
    ),
    "Reviews": frozenset(
        [
            "review_id",
            "beneficiary_id",
            "kind",
            "opened_at",
            "opened_by",
            "opened_by_role",
            "session_id",
            "reason",
            "day",
            "cause",
            "benefit_id",
            "expires_at",
            "state",
            "decision",
            "district",
            "stated",
        ]
    ),
    "Ledger": frozenset(
        ["beneficiary_id", "seq", "event", "at", "actor_id", "role", "details", "prev_hash", "hash", "correlation_id"]
    ),
    "AccessLog": frozenset(["beneficiary_id", "actor_id", "role", "action", "at", "expires_at"]),
    "WorkLists": frozenset(["version", "counted", "rows"]),
}
WITHHELD: dict[str, frozenset[str]] = {
    # Buckets repeat days, faces_shard is of no meaning; ledger_head is the hash of the last entry below.
    "Beneficiaries": frozenset(
        {"person_key", "name_key", "person_secret", "due_bucket", "ends_bucket", "faces_shard", "ledger_head"}
        # The place of an ID number is as much a hash as the others.
        | {"number_claim", "former_name_keys"}
    ),
    "References": frozenset({"template", "quality", *IMPRINT_ATTRIBUTES}),
    # The first is made from what was asked for; a helper's name is the helper's.
    "Sessions": frozenset({"request_digest", "secret_digest", "helper_name"}),
    "Invitations": frozenset({"digits_key", "text_key", "code_secret"}),
    "Certificates": frozenset({"user_id"}),  # repeats actor_id
    # The first may be another person; two repeat state, district and moment; two are which clerk looked at it.
    "Reviews": frozenset({"related_id", "queue", "queue_place", "claimed_by", "claimed_until"}),
    "AccessLog": frozenset({"opened"}),  # repeats the moment
    "WorkLists": frozenset({"list_key", "place"}),  # repeat the id
}
NOT_INCLUDED = (
    "keyed hashes of ID number, name, payment references and the code of an invitation",
    "what a helper said they are called",
    "face templates, and imprints of photos by which copies are known",
    "measured values and similarities",
    "the address for notices (its channel is shown)",
    "accounts of helpers and staff (told apart by number)",
    "photos: those of references and open reviews are handed over on request",
)
# As whom the access log knows it.
EXPORT_ACTOR = "export_record"
ACCOUNTS = ("user_id", "actor_id", "opened_by", "registered_by", "prepared_by", "withdrawn_by", "own_account")


@dataclass(frozen=True, slots=True)
class Record:
    """Reads one person's record, which is noted in the access log before. `tables` has the names by logical name."""

    client: "DynamoDBClient"
    tables: Mapping[str, str]
    _accounts: dict[str, str] = field(default_factory=dict)

    def __call__(self, beneficiary_id: str) -> dict[str, Any]:
        """The record. Raises BeneficiaryNotFound when nothing at all is stored under this id."""
        key = {"beneficiary_id": beneficiary_id}
        beneficiary = self._item("Beneficiaries", key)
        ledger = list(self._query("Ledger", beneficiary_id))
        references = list(self._query("References", beneficiary_id))
        # That index has keys only; an item that is gone meanwhile was past its time.
        keys = [{"session_id": one["session_id"]} for one in self._query("Sessions", beneficiary_id, "by_beneficiary")]
        sessions = [session for key in keys if (session := self._item("Sessions", key))]
        certificates = list(self._query("Certificates", beneficiary_id, "by_beneficiary"))
        invitation = self._item("Invitations", key)
        if not (beneficiary or ledger or references or sessions or certificates or invitation):
            raise BeneficiaryNotFound("nothing is stored under this id")
        # Who ran it is in the account's audit trail.
        opened = Access(beneficiary_id, EXPORT_ACTOR, AccessRole.OPERATOR, AccessAction.EXPORTED, datetime.now(UTC))
        DynamoAccessLog(self.client, self.tables["AccessLog"]).note(opened)
        reviews = [self._item("Reviews", {"review_id": one}) for one in _review_ids(beneficiary, ledger, sessions)]
        return {
            "beneficiary": self._shown("Beneficiaries", beneficiary),
            "references": [self._shown("References", item) for item in references],
            "sessions": [self._shown("Sessions", item) for item in sessions],
            "invitation": self._shown("Invitations", invitation),
            "certificates": [self._shown("Certificates", item) for item in certificates],
            "reviews": [self._shown("Reviews", item) for item in reviews if item],
            "ledger": [self._shown("Ledger", item) for item in ledger],
            "accesses": [self._shown("AccessLog", item) for item in self._query("AccessLog", beneficiary_id)],
            "work_lists": self._shown("WorkLists", self._item("WorkLists", place_of_person(beneficiary_id))),
            "not_included": list(NOT_INCLUDED),
        }

    def _item(self, table: str, key: Mapping[str, str]) -> dict[str, Any]:
        with translated():
            answer = self.client.get_item(TableName=self.tables[table], Key=typed(key), ConsistentRead=True)
        return plain(answer.get("Item", {}))

    def _query(self, table: str, beneficiary_id: str, index: str | None = None) -> Iterator[dict[str, Any]]:
        # An index cannot be read consistently: it may lag behind by a moment.
        where: dict[str, Any] = {"IndexName": index} if index else {"ConsistentRead": True}
        pages = self.client.get_paginator("query").paginate(
            TableName=self.tables[table],
            KeyConditionExpression="beneficiary_id = :beneficiary_id",
            ExpressionAttributeValues=typed({":beneficiary_id": beneficiary_id}),
            **where,
        )
        with translated():
            for page in pages:
                for item in page["Items"]:
                    yield plain(item)

    def _shown(self, table: str, item: Mapping[str, Any]) -> dict[str, Any]:
        shown = {name: _json(value) for name, value in sorted(item.items()) if name in SHOWN[table]}
        for name in ACCOUNTS:
            if name in shown:
                shown[name] = self._account(shown[name])
        for name in ("certified_by", "enrolled_by", "dispelled_by"):
            if name in shown:
                shown[name] = [self._account(one) for one in shown[name]]
        of_day = shown.get("camera_day", {}).get("by", [])
        told = ("open_cases", "camera_failures", "unfounded_reports", "former_helpers")
        for one in (*(one for name in told for one in shown.get(name, [])), *of_day):
            self._number_accounts(one)
        if "decision" in shown:
            shown["decision"]["decided_by"] = self._account(shown["decision"]["decided_by"])
        self._number_recorders(shown)
        self._number_helpers(shown.get("details", {}))
        if "observations" in shown:
            shown["observations"] = json.loads(shown["observations"])
        if "evidence" in shown:
            shown["evidence"] = _without_numbers(json.loads(shown["evidence"]))
        return shown

    def _number_recorders(self, shown: dict[str, Any]) -> None:
        for said in (shown.get("consent", {}), shown.get("details", {}), *shown.get("office_notices", [])):
            if "recorded_by" in said:
                said["recorded_by"] = self._account(said["recorded_by"])
        for mandate in (shown.get("details", {}), *shown.get("mandates", [])):
            if "holder" in mandate:
                mandate["holder"] = self._account(mandate["holder"])

    def _number_helpers(self, details: dict[str, Any]) -> None:
        details.pop("related_id", None)
        if helpers := details.get("helpers"):
            details["helpers"] = ",".join(map(self._account, helpers.split(",")))

    def _number_accounts(self, case_or_failure: dict[str, Any] | str) -> None:
        if isinstance(case_or_failure, dict):
            by = case_or_failure["by"]
            case_or_failure["by"] = self._account(by) if isinstance(by, str) else [self._account(one) for one in by]

    def _account(self, user_id: str) -> str:
        if user_id in (SWEEP_ACTOR.actor_id, PURGE_ACTOR.actor_id, EXPORT_ACTOR):
            return user_id
        return self._accounts.setdefault(user_id, f"account-{len(self._accounts) + 1}")


def _review_ids(
    beneficiary: Mapping[str, Any], ledger: Sequence[Mapping[str, Any]], sessions: Sequence[Mapping[str, Any]]
) -> list[str]:
    """Reviews have no index by beneficiary; whoever opened one wrote its id down."""
    found = [case["review_id"] for case in beneficiary.get("open_cases", [])]
    found += [entry["details"].get("review_id") for entry in ledger]
    found += [(session.get("result") or {}).get("review_id") for session in sessions]
    return sorted({one for one in found if one})


def _without_numbers(evidence: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "frames": [
            {"step": frame.get("step"), "measures": _verdicts(frame.get("measures", []))}
            for frame in evidence.get("frames", [])
        ],
        "across": _verdicts(evidence.get("across", [])),
        "compared_with": sorted(match["reference_id"] for match in evidence.get("matches", [])),
        "model_version": evidence.get("model_version"),
    }


def _verdicts(measures: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [{name: measure.get(name) for name in ("name", "verdict", "reason")} for measure in measures]


def _json(value: Any) -> Any:
    """Plain stored values as JSON has them."""
    if isinstance(value, Decimal):
        return int(value) if value == int(value) else float(value)
    if isinstance(value, Mapping):
        return {name: _json(one) for name, one in sorted(value.items())}
    if isinstance(value, list):
        return [_json(one) for one in value]
    return value


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit status: 0 exported, 1 nobody has this id, 2 the tables cannot be read."""
    parser = argparse.ArgumentParser(prog="python -m ops.export_record", description=(__doc__ or "").split("\n")[0])
    add_arguments(parser)
    parser.add_argument("--beneficiary", metavar="ID", required=True, help="whose record")
    parser.add_argument("--summary", action="store_true", help="what is stored and until when, in a dozen lines")
    asked = parse(parser, arguments)
    try:
        found = outputs(asked.stack, asked.endpoint_url)
        tables = {name: output(found, f"{name}Table") for name in SHOWN}
        client = dynamodb(asked.endpoint_url)
        record = Record(client, tables)(asked.beneficiary)
        text = json.dumps(record, ensure_ascii=False, indent=2)
        if asked.summary:
            stored = DynamoFaceCounts(client, output(found, "CountersTable")).total()
            text = "\n".join(lines(record, stored))
    except BeneficiaryNotFound as error:
        print(error, file=sys.stderr)
        return 1
    except UNREACHABLE as error:
        print(f"cannot read the record: {why(error)}", file=sys.stderr)
        return 2
    print(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
