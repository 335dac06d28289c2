"""Templates move to a new model and a new secret while both versions live."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import boto3
import pytest

from lifecert.adapters.dynamodb.references import DynamoReferences, imprints_of, reference_item
from lifecert.adapters.dynamodb.values import typed
from lifecert.adapters.kms.protected_references import ProtectedReferences
from lifecert.adapters.kms.template_protection import KmsTemplateProtection
from lifecert.adapters.s3.gallery import gallery_files, gallery_secret
from lifecert.domain.evidence import EnrolmentEvidence, Measure, Template, Verdict
from lifecert.domain.gallery import GalleryFace
from lifecert.domain.imprint import NO_PHOTOS, KnownPhotos
from lifecert.domain.reasons import Reason
from lifecert.domain.reference import Reference
from lifecert.domain.sealed_imprint import version_of
from lifecert_vision.gallery import PackedGallery
from ops.renew_templates import Renewal
from tests.support.builders import MODEL, a_beneficiary, a_reference, an_enrolment, face
from tests.support.engines import DynamoTables
from tests.support.fakes.analysers import ScriptedAnalyser

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

NEW = "model/2"
BUCKET = "references"


class Deployment:
    """A table, a bucket and a key with one reference under model 1 and secret 1."""

    def __init__(self, session: boto3.Session, tables: DynamoTables) -> None:
        kms: Any = session.client("kms")
        made = kms.create_key(KeySpec="HMAC_256", KeyUsage="GENERATE_VERIFY_MAC")
        self.kms, self.key = kms, made["KeyMetadata"]["KeyId"]
        self.s3: S3Client = session.client("s3")
        self.s3.create_bucket(Bucket=BUCKET)
        self.tables, self.table = tables, tables.name("References")
        self.analyser = ScriptedAnalyser(enrolment=EnrolmentEvidence((), replace(face(5), model_version=NEW)))
        self.reference = self.enrol(face(0))

    def protection(self, version: str) -> KmsTemplateProtection:
        return KmsTemplateProtection(self.kms, self.key, version)

    def enrol(self, template: Template) -> Reference:
        enrolment = an_enrolment(a_beneficiary())
        protected = self.protection("1").protect(enrolment.beneficiary_id, template)
        reference = a_reference(enrolment, template=protected)
        self.tables.client.put_item(TableName=self.table, Item=typed(reference_item(reference)))
        self.s3.put_object(Bucket=BUCKET, Key=reference.photo_key, Body=b"photo")
        return reference

    def renew(self, model: str = MODEL, secret: str = "1") -> Counter[str]:
        protection = self.protection(secret)
        return Renewal(self.tables.client, self.s3, self.table, BUCKET, protection, secret, self.analyser, model)()

    def plain(self, model: str) -> dict[str, Template]:
        stored = DynamoReferences(self.tables.client, self.table)
        references = ProtectedReferences(stored, self.protection("any"))
        return dict(references.templates(self.reference.beneficiary_id, model))


@pytest.fixture
def deployment(moto_session: boto3.Session, moto_tables: DynamoTables) -> Deployment:
    return Deployment(moto_session, moto_tables)


def test_what_is_up_to_date_is_left_alone(deployment: Deployment) -> None:
    assert deployment.renew() == {"left alone": 1}
    assert deployment.analyser.photos == []


def test_a_new_model_embeds_the_stored_photo_and_both_versions_live(deployment: Deployment) -> None:
    assert deployment.renew(model=NEW) == {"embedded": 1}
    assert deployment.analyser.photos == [b"photo"]
    reference_id = deployment.reference.reference_id
    assert deployment.plain(MODEL)[reference_id].similarity(face(0)) == pytest.approx(1, abs=1e-6)
    newer = deployment.plain(NEW)
    assert newer.keys() == {reference_id}
    assert newer[reference_id].similarity(replace(face(5), model_version=NEW)) == pytest.approx(1, abs=1e-6)
    assert deployment.renew(model=NEW) == {"left alone": 2}, "started again, it embeds nothing twice"


def test_a_photo_that_will_not_do_any_more_is_counted_and_keeps_its_old_template(deployment: Deployment) -> None:
    dark = Measure("brightness", Verdict.FAILED, reason=Reason.TOO_DARK)
    deployment.analyser.enrolment = EnrolmentEvidence((dark,), None)
    assert deployment.renew(model=NEW) == {"need a new photo": 1}
    assert deployment.plain(MODEL).keys() == {deployment.reference.reference_id}


def test_a_new_secret_stores_every_version_anew(deployment: Deployment) -> None:
    deployment.renew(model=NEW)
    key = {
        "beneficiary_id": deployment.reference.beneficiary_id,
        "reference_id": deployment.reference.reference_id,
    }
    leaked = bytes(deployment.tables.item("References", **key)["template"])
    assert deployment.renew(model=NEW, secret="2") == {"protected": 2}
    now = deployment.tables.item("References", **key)
    assert (now["protection"], bytes(now["template"]) == leaked) == ("2", False)
    for model, number in ((MODEL, 0), (NEW, 5)):
        (found,) = deployment.plain(model).values()
        assert found.similarity(replace(face(number), model_version=model)) == pytest.approx(1, abs=1e-6)


REFERENCE, FRAMES = b"\1of the photo", [b"\1of frame 1", b"\1of frame 2"]


def with_imprints(deployment: Deployment, secret: str | None = None) -> dict[str, Any]:
    """Put imprints into the reference's item, sealed under a version or as they were stored before; its key."""
    key = {
        "beneficiary_id": deployment.reference.beneficiary_id,
        "reference_id": deployment.reference.reference_id,
    }
    person = key["beneficiary_id"]

    def stored(imprints: list[bytes]) -> list[bytes]:
        return list(deployment.protection(secret).seal(person, imprints)) if secret else imprints

    item = deployment.tables.item("References", **key)
    item |= {"imprint": stored([REFERENCE])[0], "frames_2": stored(FRAMES), "frames_2_at": "2026-01-05T10:00:00+00:00"}
    deployment.tables.client.put_item(TableName=deployment.table, Item=typed(item))
    return key


def known_to(deployment: Deployment) -> KnownPhotos:
    references = ProtectedReferences(
        DynamoReferences(deployment.tables.client, deployment.table), deployment.protection("any")
    )
    return references.faces(deployment.reference.beneficiary_id, MODEL, datetime.max.replace(tzinfo=UTC))[1]


@pytest.mark.parametrize(("before", "after"), [(None, "1"), ("1", "2"), (None, "2")])
def test_imprints_move_with_the_templates_and_are_known_all_the_while(
    deployment: Deployment, before: str | None, after: str
) -> None:
    key = with_imprints(deployment, before)
    expected = KnownPhotos((REFERENCE,), tuple(FRAMES))
    assert known_to(deployment) == expected
    assert deployment.renew(secret=after) == {"protected": 1}
    now = deployment.tables.item("References", **key)
    assert {version_of(imprint) for imprint in imprints_of(now)} == {now["protection"]} == {after}
    assert known_to(deployment) == expected
    assert deployment.renew(secret=after) == {"left alone": 1}


def test_frames_of_a_session_that_ends_meanwhile_are_not_lost(deployment: Deployment) -> None:
    key = with_imprints(deployment)
    client, table = deployment.tables.client, deployment.table
    [newer] = deployment.protection("1").seal(key["beneficiary_id"], [b"\1newer"])

    def session_ends() -> None:
        client.update_item(
            TableName=table,
            Key=typed(key),
            UpdateExpression="SET frames_2 = :frames",
            ExpressionAttributeValues=typed({":frames": [newer]}),
        )

    waits: Iterator[Callable[[], None]] = iter([session_ends, lambda: None])

    def then() -> None:
        next(waits)()

    renewal = Renewal(
        client,
        deployment.s3,
        table,
        BUCKET,
        deployment.protection("2"),
        "2",
        deployment.analyser,
        MODEL,
        then,
    )
    assert renewal() == {"protected": 1}
    assert known_to(deployment) == KnownPhotos((REFERENCE,), (b"\1newer",))
    assert list(waits) == [], "looked at again, once"


def test_a_reference_embedded_anew_takes_no_imprints_with_it(deployment: Deployment) -> None:
    with_imprints(deployment, "1")
    deployment.renew(model=NEW)
    assert known_to(deployment) == KnownPhotos((REFERENCE,), tuple(FRAMES)), "each is stored once"


def test_a_reference_that_is_deleted_meanwhile_does_not_come_back(deployment: Deployment) -> None:
    client, table = deployment.tables.client, deployment.table
    key = typed(
        {
            "beneficiary_id": deployment.reference.beneficiary_id,
            "reference_id": deployment.reference.reference_id,
        }
    )

    class Deleting(ScriptedAnalyser):
        def enrol(self, photo: bytes, known: KnownPhotos = NO_PHOTOS) -> EnrolmentEvidence:
            client.delete_item(TableName=table, Key=key)
            return super().enrol(photo, known)

    deployment.analyser = Deleting(enrolment=deployment.analyser.enrolment)
    assert deployment.renew(model=NEW) == {"left alone": 1}
    assert client.scan(TableName=table)["Count"] == 0


def test_a_gallery_is_filled_with_the_newest_templates_and_found_by_their_references(deployment: Deployment) -> None:
    deployment.renew(model=NEW)
    twin = deployment.enrol(face(5))
    deployment.renew(model=NEW)
    files = gallery_files(deployment.s3, BUCKET, NEW, "1")
    gallery = PackedGallery(files, lambda: gallery_secret(deployment.kms, deployment.key, "1"))
    renewal = Renewal(
        deployment.tables.client,
        deployment.s3,
        deployment.table,
        BUCKET,
        deployment.protection("1"),
        "1",
        deployment.analyser,
        NEW,
    )
    assert renewal.fill(gallery) == 2
    asked = GalleryFace(twin.beneficiary_id, twin.reference_id, replace(face(5), model_version=NEW))
    (alike,) = gallery.search([asked], 0.9, 5)[twin.reference_id]
    assert (alike.beneficiary_id, alike.reference_id) == (
        deployment.reference.beneficiary_id,
        deployment.reference.reference_id,
    )
    assert gallery.forget({twin.beneficiary_id, deployment.reference.beneficiary_id}) == 2
    assert files.listed() == {}
    assert list(files.read("gone")) == []
