"""How often a start and a verification talk to S3 and KMS, beside their round trips to DynamoDB: stated, and held."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import boto3
import pytest

from lifecert.adapters.kms.person_keys import KmsPersonKeys
from lifecert.adapters.kms.protected_references import ProtectedReferences
from lifecert.adapters.kms.signing import KmsSigner
from lifecert.adapters.kms.template_protection import KmsTemplateProtection
from lifecert.adapters.s3.photos import S3Photos, client_config
from lifecert.application.shared.issuing import Issuer
from lifecert.domain.errors import BeneficiaryNotFound
from lifecert.domain.evidence import Evidence, Template
from lifecert.domain.imprint import NO_PHOTOS, KnownPhotos
from lifecert.domain.reasons import Reason
from lifecert.ports.photos import Upload
from lifecert.ports.references import References
from tests.contract.test_round_trips import REQUEST, known, start_session  # noqa: F401 - a fixture among them
from tests.support.builders import HELPER, MODEL, NOW, failed_evidence, good_evidence
from tests.support.engines import Stores
from tests.support.fakes.analysers import ScriptedAnalyser
from tests.support.fakes.clock import FixedClock
from tests.support.verifying import verifier

# Presigned forms are made without a request. KMS hashes the ID number; the secrets of names, and of what comes before
# and after that hash, are derived once for the life of the process.
START = {"kms.GenerateMac": 1}
# A person's templates and imprints are kept under a secret that KMS derives: one more MAC.
LOOK = {"s3.GetObject": 3, "kms.GenerateMac": 1}
# What decides looks whether the frames are there, and copies those that a human must see.
DECIDE = {**LOOK, "s3.HeadObject": 3}
ACCEPTED = {**DECIDE, "kms.Sign": 1}
RETRY = DECIDE
REVIEW = {**DECIDE, "s3.CopyObject": 3}


@dataclass(frozen=True, slots=True)
class _Kept:
    kept: Mapping[str, Template]

    def faces(self, *_: str) -> tuple[Mapping[str, Template], KnownPhotos]:
        return self.kept, NO_PHOTOS


class _UploadedNow(S3Photos):
    """moto dates uploads by the machine's clock, and the clock of this test stands still."""

    def read_upload(self, key: str, max_bytes: int) -> Upload | None:
        upload = super().read_upload(key, max_bytes)
        return upload and replace(upload, at=NOW)


class Office:
    """S3 and KMS of one test, whose calls are counted."""

    def __init__(self, session: boto3.Session, counted: Counter[str]) -> None:
        self.s3 = session.client("s3", config=client_config())
        self.kms = kms = session.client("kms")
        self.s3.create_bucket(Bucket="frames")
        key = kms.create_key(KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")["KeyMetadata"]["KeyId"]
        self.photos = _UploadedNow(self.s3, "frames")
        made = kms.create_key(KeySpec="HMAC_256", KeyUsage="GENERATE_VERIFY_MAC")
        self.secret = secret = made["KeyMetadata"]["KeyId"]
        self.protection = KmsTemplateProtection(kms, secret, "1")
        self.verifying = KmsTemplateProtection(kms, secret, "1")  # of a process that has not seen the person
        self.issuer = Issuer("office", KmsSigner(kms, key))
        self._counted = counted
        for client in (self.s3, kms):
            client.meta.events.register("before-call", self._count)

    def _count(self, model: Any, **_: object) -> None:
        self._counted[f"{model.service_model.service_name}.{model.name}"] += 1

    def protected(self, stored: References, beneficiary_id: str) -> References:
        """The references of a person, as they come out of the table today."""
        plain = stored.templates(beneficiary_id, MODEL)
        kept = {name: self.protection.protect(beneficiary_id, template) for name, template in plain.items()}
        assert kept
        self._counted.clear()
        return ProtectedReferences(_Kept(kept), self.verifying)  # type: ignore[arg-type]

    def upload(self, key: str, content: bytes) -> None:
        """As a phone does, so it is not counted."""
        before = Counter(self._counted)
        self.s3.put_object(Bucket="frames", Key=key, Body=content)
        self._counted.clear()
        self._counted.update(before)


@pytest.mark.parametrize("secrets", [("1", "kms"), ("1", "2", "kms", "3")])
def test_a_start_asks_kms_once_whoever_it_is_for(
    known: Stores,  # noqa: F811 - the fixture
    moto_session: boto3.Session,
    secrets: tuple[str, ...],
) -> None:
    requests: Counter[str] = Counter()
    office = Office(moto_session, requests)
    keys = KmsPersonKeys(office.kms, office.secret, secrets, moving=True)
    start = replace(start_session(known, office.photos), person_keys=keys)  # type: ignore[arg-type]
    for _ in range(2):
        requests.clear()
        with pytest.raises(BeneficiaryNotFound):
            start(REQUEST, HELPER)
    assert requests == START


@pytest.mark.parametrize(
    ("evidence", "made"),
    [
        (good_evidence(), ACCEPTED),
        (failed_evidence(Reason.TOO_DARK), RETRY),
        (good_evidence(similarity=0.4), REVIEW),
    ],
    ids=["accepted", "retry", "review"],
)
def test_requests_to_s3_and_kms(
    known: Stores,  # noqa: F811 - the fixture
    moto_session: boto3.Session,
    evidence: Evidence,
    made: dict[str, int],
) -> None:
    requests: Counter[str] = Counter()
    office = Office(moto_session, requests)
    session = start_session(known, office.photos)(REQUEST, HELPER).session  # type: ignore[arg-type]
    assert requests == {}
    for number in range(1, len(session.challenge) + 1):
        office.upload(session.frame_key(number), b"photo %d" % number)
    frames = tuple(replace(one, step=step) for one, step in zip(evidence.frames, session.challenge, strict=True))
    verify = verifier(
        known,
        office.photos,
        ScriptedAnalyser(replace(evidence, frames=frames), imprints=(b"\1imprint",)),
        FixedClock(NOW),
        protection=office.verifying,
        references=office.protected(known.references, session.beneficiary_id),
        issuer=office.issuer,
    )
    assert verify(session.session_id, HELPER).result
    assert requests == made
    verify(session.session_id, HELPER)
    assert requests == made, "a repeat looks at nothing again"
