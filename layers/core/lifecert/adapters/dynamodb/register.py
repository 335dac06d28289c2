"""Beneficiaries in DynamoDB, to read; they are changed by the one write of `transaction`."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from lifecert.adapters.aws_errors import translated
from lifecert.adapters.dynamodb.batches import read_items
from lifecert.adapters.dynamodb.benefits import benefit_map, benefits_of
from lifecert.adapters.dynamodb.office_notices import office_notice_map, office_notice_of
from lifecert.adapters.dynamodb.values import as_day, moment, optional_day, plain, typed
from lifecert.domain.acts import ActsOfDay
from lifecert.domain.beneficiary import Beneficiary
from lifecert.domain.camera import Camera, Failure, FailuresOfDay
from lifecert.domain.challenge import Ability, Excused
from lifecert.domain.consent import FaceConsent
from lifecert.domain.errors import Unreadable
from lifecert.domain.hold import Reprieve
from lifecert.domain.mandate import Mandate, MandateKind, MandateRight
from lifecert.domain.notice import Notice, NoticeChannel
from lifecert.domain.number import NumberClaim
from lifecert.domain.open_case import FormerHelper, OpenCase, Unfounded
from lifecert.domain.person import FIRST_SECRET
from lifecert.domain.review import ReviewKind
from lifecert.domain.status import Status
from lifecert.domain.sweep import Among, Partition, ending_partition_of, partition_of, shard_of

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

BY_PERSON = "by_person"
BY_DUE = "by_due"
BY_PLANNED_END = "by_planned_end"
BY_FACES_DUE = "by_faces_due"
# Whose a place of an ID number is that was given up.
NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class DynamoRegister:
    """The register, to read. `due` reads `page_size` ids per request."""

    client: "DynamoDBClient"
    table: str
    page_size: int = 1000

    def get(self, beneficiary_id: str) -> Beneficiary | None:
        """The newest state."""
        here = self.at_place(beneficiary_id)
        return here if isinstance(here, Beneficiary) else None

    def at_place(self, place: str) -> Beneficiary | NumberClaim | None:
        """Who stands, or has a claim, in one of the places of an ID number: which is where they stand at all."""
        with translated():
            answer = self.client.get_item(
                TableName=self.table,
                Key=typed({"beneficiary_id": place}),
                ConsistentRead=True,
            )
        if "Item" not in answer:
            return None
        item = plain(answer["Item"])
        return _claim_of(item) if _is_claim(item) else _read(item)

    def get_several(self, beneficiary_ids: Sequence[str]) -> tuple[Beneficiary, ...]:
        """The newest states of these, in their order, in one round trip."""
        items = read_items(self.client, self.table, "beneficiary_id", beneficiary_ids)
        return tuple(_read(item) for item in items if not _is_claim(item))

    def find_by_person(self, person_keys: Sequence[str]) -> Beneficiary | None:
        """The beneficiary with one of these keys, as the index knows it. Several are asked for at the same time, so
        that nobody waits longer, whoever is found."""
        if len(person_keys) == 1:
            return self._find_by_person(person_keys[0])
        from concurrent.futures import ThreadPoolExecutor

        with ThreadPoolExecutor(len(person_keys)) as threads:
            return next((found for found in list(threads.map(self._find_by_person, person_keys)) if found), None)

    def _find_by_person(self, person_key: str) -> Beneficiary | None:
        with translated():
            answer = self.client.query(
                TableName=self.table,
                IndexName=BY_PERSON,
                KeyConditionExpression="person_key = :person_key",
                ExpressionAttributeValues=typed({":person_key": person_key}),
                Limit=1,
            )
        return beneficiary_of(plain(answer["Items"][0])) if answer["Items"] else None

    def due(self, partition: Partition, after: str | None = None) -> Iterator[str]:
        """Ids in one partition, page by page. Those certified meanwhile may still come."""
        index, key = _index_of(partition)
        pages = self.client.get_paginator("query").paginate(
            TableName=self.table,
            IndexName=index,
            KeyConditionExpression=f"{key} = :bucket" + (" AND beneficiary_id > :after" if after else ""),
            ExpressionAttributeValues=typed({":bucket": partition.bucket, ":after": after}),
            PaginationConfig={"PageSize": self.page_size},
        )
        with translated():
            for page in pages:
                for item in page["Items"]:
                    yield plain(item)["beneficiary_id"]

    def faces_due(self, shard: int, today: date) -> Iterator[str]:
        """Ids of one shard in `by_faces_due` up to `today`. Whoever is done leaves the index a moment later."""
        pages = self.client.get_paginator("query").paginate(
            TableName=self.table,
            IndexName=BY_FACES_DUE,
            KeyConditionExpression="faces_shard = :shard AND faces_due <= :today",
            ExpressionAttributeValues=typed({":shard": shard, ":today": today.isoformat()}),
            PaginationConfig={"PageSize": self.page_size},
        )
        with translated():
            for page in pages:
                for item in page["Items"]:
                    yield plain(item)["beneficiary_id"]

    def has_due(self, partition: Partition) -> bool:
        """Whether anybody is in one partition: one read of one item."""
        index, key = _index_of(partition)
        with translated():
            answer = self.client.query(
                TableName=self.table,
                IndexName=index,
                KeyConditionExpression=f"{key} = :bucket",
                ExpressionAttributeValues=typed({":bucket": partition.bucket}),
                Limit=1,
            )
        return bool(answer["Items"])


def _index_of(partition: Partition) -> tuple[str, str]:
    """The index that a partition is of, and the name of its key."""
    return (BY_PLANNED_END, "ends_bucket") if partition.among is Among.ENDING else (BY_DUE, "due_bucket")


def claim_item(claim: NumberClaim) -> dict[str, Any]:
    """Item of the beneficiaries table that keeps a place and is nobody: in no index, and without a version."""
    return {"beneficiary_id": claim.place, "number_of": claim.holder or NOBODY}


def person_of(image: Mapping[str, Any]) -> Beneficiary | None:
    """Who an item is, in an image of the table's stream as well, once its values are plain; None for the place of an
    ID number. Raises Unreadable."""
    return None if _is_claim(image) else _read(image)


def _claim_of(item: Mapping[str, Any]) -> NumberClaim:
    return NumberClaim(item["beneficiary_id"], None if item["number_of"] == NOBODY else item["number_of"])


def _is_claim(item: Mapping[str, Any]) -> bool:
    return "number_of" in item


def _read(item: Mapping[str, Any]) -> Beneficiary:
    try:
        return beneficiary_of(item)
    except (KeyError, ValueError, TypeError) as error:
        raise Unreadable(item["beneficiary_id"]) from error


def beneficiary_item(beneficiary: Beneficiary, shards: int) -> dict[str, Any]:
    """Item of the beneficiaries table. `due_bucket` is the key of the sparse index (domain/sweep.py)."""
    due, ending = partition_of(beneficiary, shards), ending_partition_of(beneficiary, shards)
    purge_on = beneficiary.purge_due_on
    return {
        "beneficiary_id": beneficiary.beneficiary_id,
        "person_key": beneficiary.person_key,
        "name_key": beneficiary.name_key,
        "person_secret": beneficiary.person_secret,
        "masked_name": beneficiary.masked_name,
        "benefits": [benefit_map(one) for one in beneficiary.benefits],
        "valid_until": beneficiary.valid_until.isoformat(),
        "lapsed": beneficiary.lapsed,
        "due_bucket": due and due.bucket,
        # Key of the sparse index by_planned_end, there only while a benefit has a planned end.
        "ends_bucket": ending and ending.bucket,
        "version": beneficiary.version,
        "ledger_head": beneficiary.ledger_head,
        "has_reference": beneficiary.has_reference,
        "reference_ids": list(beneficiary.reference_ids),
        "reference_on": optional_day(beneficiary.reference_on),
        "camera_failures": [
            {"at": moment(one.at), "by": one.by, "face": one.face} for one in beneficiary.camera.failures
        ],
        "camera_day": _day_map(beneficiary.camera.of_day) if beneficiary.camera.of_day else None,
        "camera_faces_ever": beneficiary.camera.faces_ever or None,
        "certified_by": list(beneficiary.certified_by),
        "certificate_id": beneficiary.certificate_id,
        "certified_on": optional_day(beneficiary.certified_on),
        "open_cases": [_case_map(one) for one in beneficiary.open_cases] or None,
        "reprieve": _reprieve_map(beneficiary.reprieve) if beneficiary.reprieve else None,
        "registered_by": beneficiary.registered_by or None,
        "enrolled_by": list(beneficiary.enrolled_by) or None,
        "dispelled_by": list(beneficiary.dispelled_by) or None,
        "unfounded_reports": [{"by": one.by, "until": one.until.isoformat()} for one in beneficiary.unfounded_reports]
        or None,
        "former_helpers": [{"by": one.by, "until": one.until.isoformat()} for one in beneficiary.former_helpers]
        or None,
        "prepared_by": beneficiary.prepared_by or None,
        "excused": _excused_map(beneficiary.excused) if beneficiary.excused else None,
        "sessions_kept": beneficiary.sessions_kept or None,
        "clerk_acts": _acts_map(beneficiary.clerk_acts) if beneficiary.clerk_acts else None,
        "faces_were_deleted": beneficiary.faces_were_deleted or None,
        "counter_photo_on": optional_day(beneficiary.counter_photo_on),
        "consent": _consent_map(beneficiary.consent) if beneficiary.consent else None,
        "consent_withdrawn_on": optional_day(beneficiary.consent_withdrawn_on),
        "withdrawn_by": beneficiary.withdrawn_by or None,
        "faces_go_on": optional_day(beneficiary.faces_go_on),
        "own_account": beneficiary.own_account or None,
        "guardian_until": optional_day(beneficiary.guardian_until),
        "notice": _notice_item(beneficiary.notice) if beneficiary.notice else None,
        "contact_channel": beneficiary.contact_channel and str(beneficiary.contact_channel),
        "office_notices": [office_notice_map(one) for one in beneficiary.office_notices] or None,
        "grace_from": optional_day(beneficiary.grace_from),
        "invitation_id": beneficiary.invitation_id,
        "number_claim": beneficiary.number_claim,
        "former_name_keys": list(beneficiary.former_name_keys) or None,
        "mandates": list(map(_mandate_map, beneficiary.mandates)) or None,
        # Keys of the sparse index by_faces_due, there only while faces, or a contact, are stored that must go.
        "faces_shard": shard_of(beneficiary.beneficiary_id, shards) if purge_on else None,
        "faces_due": optional_day(purge_on),
    }


def beneficiary_of(item: Mapping[str, Any]) -> Beneficiary:
    """What `beneficiary_item` wrote."""
    return Beneficiary(
        beneficiary_id=item["beneficiary_id"],
        person_key=item["person_key"],
        name_key=item["name_key"],
        masked_name=item["masked_name"],
        benefits=benefits_of(item),
        valid_until=date.fromisoformat(item["valid_until"]),
        lapsed=item["lapsed"] if "lapsed" in item else item["status"] == Status.LAPSED,
        version=int(item["version"]),
        ledger_head=item["ledger_head"],
        has_reference=item["has_reference"],
        reference_ids=tuple(item["reference_ids"]),
        reference_on=as_day(item.get("reference_on")),
        camera=Camera(
            tuple(map(_failure_of, item["camera_failures"])),
            _day_of(item["camera_day"]) if "camera_day" in item else None,
            int(item.get("camera_faces_ever", 0)),
        ),
        certified_by=tuple(item["certified_by"]),
        certificate_id=item.get("certificate_id"),
        certified_on=as_day(item.get("certified_on")),
        open_cases=tuple(map(_case_of, item.get("open_cases", ()))),
        reprieve=_reprieve_of(item["reprieve"]) if "reprieve" in item else None,
        registered_by=item.get("registered_by", ""),
        enrolled_by=tuple(item.get("enrolled_by", ())),
        dispelled_by=tuple(item.get("dispelled_by", ())),
        unfounded_reports=tuple(
            Unfounded(one["by"], date.fromisoformat(one["until"])) for one in item.get("unfounded_reports", ())
        ),
        former_helpers=tuple(
            FormerHelper(one["by"], date.fromisoformat(one["until"])) for one in item.get("former_helpers", ())
        ),
        prepared_by=item.get("prepared_by", ""),
        excused=_excused_of(item["excused"]) if "excused" in item else None,
        sessions_kept=int(item.get("sessions_kept", 0)),
        clerk_acts=_acts_of(item["clerk_acts"]) if "clerk_acts" in item else None,
        faces_were_deleted=item.get("faces_were_deleted", False),
        counter_photo_on=as_day(item.get("counter_photo_on")),
        consent=_consent_of(item["consent"]) if "consent" in item else None,
        consent_withdrawn_on=as_day(item.get("consent_withdrawn_on")),
        withdrawn_by=item.get("withdrawn_by", ""),
        faces_go_on=as_day(item.get("faces_go_on")),
        own_account=item.get("own_account", ""),
        guardian_until=as_day(item.get("guardian_until")),
        notice=_notice_of(item["notice"]) if "notice" in item else None,
        contact_channel=NoticeChannel(item["contact_channel"]) if "contact_channel" in item else None,
        office_notices=tuple(map(office_notice_of, item.get("office_notices", ()))),
        person_secret=item.get("person_secret", FIRST_SECRET),
        grace_from=as_day(item.get("grace_from")),
        invitation_id=item.get("invitation_id"),
        number_claim=item.get("number_claim"),
        former_name_keys=tuple(item.get("former_name_keys", ())),
        mandates=tuple(map(_mandate_of, item.get("mandates", ()))),
    )


def _mandate_map(mandate: Mandate) -> dict[str, Any]:
    return {
        "mandate_id": mandate.mandate_id,
        "kind": str(mandate.kind),
        "holder": mandate.holder,
        "rights": [str(one) for one in mandate.rights],
        "start": mandate.start.isoformat(),
        "end": mandate.end.isoformat(),
        "by_office": mandate.by_office,
    }


def _mandate_of(item: Mapping[str, Any]) -> Mandate:
    return Mandate(
        item["mandate_id"],
        MandateKind(item["kind"]),
        item["holder"],
        tuple(map(MandateRight, item["rights"])),
        date.fromisoformat(item["start"]),
        date.fromisoformat(item["end"]),
        item["by_office"],
    )


def _notice_item(notice: Notice) -> dict[str, Any]:
    return {
        "valid_until": notice.valid_until.isoformat(),
        "days_before": notice.days_before,
        "reminder_seq": notice.reminder_seq,
        "sent": notice.sent,
        "delivered_on": optional_day(notice.delivered_on),
        # Seldom there: most notices arrive.
        **({"failed_on": notice.failed_on.isoformat()} if notice.failed_on else {}),
    }


def _notice_of(item: Mapping[str, Any]) -> Notice:
    return Notice(
        valid_until=date.fromisoformat(item["valid_until"]),
        days_before=int(item["days_before"]),
        reminder_seq=int(item["reminder_seq"]),
        sent=item["sent"],
        delivered_on=as_day(item.get("delivered_on")),
        failed_on=as_day(item.get("failed_on")),
    )


def _failure_of(stored: Any) -> Failure:
    # From before it was kept whose they were: nobody's, and so in nobody's way.
    if isinstance(stored, str):
        return Failure(datetime.fromisoformat(stored), "nobody", face=False)
    return Failure(datetime.fromisoformat(stored["at"]), stored["by"], face=stored["face"])


def _day_map(day: FailuresOfDay) -> dict[str, Any]:
    return {"since": moment(day.since), "by": [{"by": user, "failed": number} for user, number in day.by]}


def _day_of(item: Mapping[str, Any]) -> FailuresOfDay:
    by = tuple((one["by"], int(one["failed"])) for one in item["by"])
    return FailuresOfDay(datetime.fromisoformat(item["since"]), by)


def _acts_map(acts: ActsOfDay) -> dict[str, Any]:
    return {"on": acts.on.isoformat(), "by": [{"by": clerk, "acts": number} for clerk, number in acts.by]}


def _acts_of(item: Mapping[str, Any]) -> ActsOfDay:
    return ActsOfDay(date.fromisoformat(item["on"]), tuple((one["by"], int(one["acts"])) for one in item["by"]))


def _excused_map(excused: Excused) -> dict[str, Any]:
    return {"cannot": [str(one) for one in excused.cannot], "until": excused.until.isoformat()}


def _excused_of(item: Mapping[str, Any]) -> Excused:
    return Excused(tuple(map(Ability, item["cannot"])), date.fromisoformat(item["until"]))


def _consent_map(consent: FaceConsent) -> dict[str, Any]:
    return {
        "version": consent.version,
        "given_at": moment(consent.given_at),
        "recorded_by": consent.recorded_by,
        "guardian": consent.guardian,
    }


def _consent_of(item: Mapping[str, Any]) -> FaceConsent:
    given_at = datetime.fromisoformat(item["given_at"])
    return FaceConsent(item["version"], given_at, item["recorded_by"], item["guardian"])


def _case_map(case: OpenCase) -> dict[str, Any]:
    return {
        "review_id": case.review_id,
        "kind": str(case.kind),
        "by": list(case.by),
        "doubts": case.doubts,
        "upheld": case.upheld,
        **({"benefit_id": case.benefit_id} if case.benefit_id else {}),
    }


def _case_of(item: Mapping[str, Any]) -> OpenCase:
    kind, by = ReviewKind(item["kind"]), tuple(item["by"])
    of = item.get("benefit_id")
    return OpenCase(item["review_id"], kind, by, doubts=item["doubts"], upheld=item["upheld"], benefit_id=of)


def _reprieve_map(reprieve: Reprieve) -> dict[str, Any]:
    return {"until": reprieve.until.isoformat(), "valid_until": reprieve.valid_until.isoformat()}


def _reprieve_of(item: Mapping[str, Any]) -> Reprieve:
    return Reprieve(date.fromisoformat(item["until"]), date.fromisoformat(item["valid_until"]))
