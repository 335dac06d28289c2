"""Protected templates: comparable within a deployment, worthless outside it, and after a new secret."""

from array import array
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import boto3
import pytest

from lifecert.adapters.kms.protected_references import ProtectedReferences
from lifecert.adapters.kms.template_protection import KmsTemplateProtection
from lifecert.domain.errors import Unreadable
from lifecert.domain.evidence import Template
from lifecert.domain.imprint import KnownPhotos
from lifecert.domain.ledger import LedgerEvent
from local.aws import Aws
from tests.support.builders import MODEL, a_change, a_reference, an_enrolment, face, registration
from tests.support.engines import DynamoTables

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient

# Gives the protection of the nth deployment under a version of its secret.
Make = Callable[[int, str], KmsTemplateProtection]


@pytest.fixture(params=["moto", "local"])
def make(request: pytest.FixtureRequest) -> Make:
    client: KMSClient
    if request.param == "moto":
        session: boto3.Session = request.getfixturevalue("moto_session")
        client = session.client("kms")
    else:
        aws: Aws = request.getfixturevalue("aws")
        client = aws.kms()
    keys: dict[int, str] = {}

    def protection(deployment: int, version: str) -> KmsTemplateProtection:
        if deployment not in keys:
            made = client.create_key(KeySpec="HMAC_256", KeyUsage="GENERATE_VERIFY_MAC")
            keys[deployment] = made["KeyMetadata"]["KeyId"]
        return KmsTemplateProtection(client, keys[deployment], version)

    return protection


def alike(one: Template, other: Template) -> float:
    return sum(x * y for x, y in zip(array("f", one.vector), array("f", other.vector), strict=True))


def test_what_is_protected_is_revealed_again_in_any_process(make: Make) -> None:
    stored = make(1, "1").protect("person", face(0))
    assert (stored.protection, stored.model_version) == ("1", MODEL)
    revealed = make(1, "2").reveal("person", {"r": stored})["r"]
    assert revealed.protection == ""
    assert revealed.similarity(face(0)) == pytest.approx(1, abs=1e-6)


def test_a_stored_template_says_nothing_under_another_key_person_or_version(make: Make) -> None:
    """Linking, and revoking: the same face stored anew is as unlike as a stranger's."""
    stored = make(1, "1").protect("person", face(0))
    others = [make(2, "1").protect("person", face(0)), make(1, "1").protect("other", face(0)), face(0)]
    others.append(make(1, "2").protect("person", face(0)))
    assert max(abs(alike(stored, other)) for other in others) < 0.4


def test_two_references_of_a_person_keep_their_similarity(make: Make) -> None:
    one, other = face(0), face(1, like=0, similarity=0.6)
    protection = make(1, "1")
    stored = {"a": protection.protect("person", one), "b": protection.protect("person", other)}
    revealed = protection.reveal("person", stored)
    assert revealed["a"].similarity(revealed["b"]) == pytest.approx(0.6, abs=1e-6)
    assert alike(stored["a"], stored["b"]) == pytest.approx(0.6, abs=1e-6)


@dataclass
class CountingKms:
    calls: list[bytes] = field(default_factory=list)

    def generate_mac(self, **call: Any) -> dict[str, bytes]:
        self.calls.append(call["Message"])
        return {"Mac": b"m" * 32}


@pytest.mark.parametrize(
    ("versions", "calls"),
    [(["1"] * 5, 1), ([], 0), ([""], 0), (["1", "2", "1"], 2)],
    ids=["five", "none", "plain", "two"],
)
def test_one_request_for_a_person_however_many_references(versions: Sequence[str], calls: int) -> None:
    kms = CountingKms()
    stored = {f"{n}": Template(face(0).vector, MODEL, version) for n, version in enumerate(versions)}
    revealed = KmsTemplateProtection(kms, "key", "9").reveal("person", stored)  # type: ignore[arg-type]
    assert len(kms.calls) == calls
    assert revealed.keys() == stored.keys()


PLAIN = KnownPhotos((b"\1reference", b"\1second"), (b"\1frame",), (b"\1recent",))


def sealed(protection: KmsTemplateProtection, person: str, photos: KnownPhotos = PLAIN) -> KnownPhotos:
    return KnownPhotos(*(protection.seal(person, each) for each in (photos.references, photos.frames, photos.recent)))


def test_imprints_are_sealed_for_their_person_and_plain_again_whatever_the_newest_version(make: Make) -> None:
    stored = sealed(make(1, "1"), "person")
    assert make(1, "2").unseal("person", stored) == PLAIN
    for other, person in ((make(2, "1"), "person"), (make(1, "1"), "other")):
        with pytest.raises(Unreadable):
            other.unseal(person, stored)
    everything = b"".join((*stored.references, *stored.frames, *stored.recent))
    assert not any(plain[1:] in everything for plain in PLAIN.references + PLAIN.frames + PLAIN.recent)


def test_a_verification_asks_for_one_secret_whatever_is_stored() -> None:
    kms = CountingKms()
    protection = KmsTemplateProtection(kms, "key", "1")  # type: ignore[arg-type]
    stored, templates = sealed(protection, "person"), {"r": Template(face(0).vector, MODEL, "1")}
    kms.calls.clear()
    protection = KmsTemplateProtection(kms, "key", "1")  # type: ignore[arg-type]
    protection.reveal("person", templates)
    protection.unseal("person", stored)
    protection.seal("person", (b"\1new",))
    assert len(kms.calls) == 1
    protection.reveal("other", templates)
    protection.reveal("person", templates)
    assert len(kms.calls) == 3, "another person's secrets are not kept beside"


def test_nothing_is_asked_where_nothing_is_sealed() -> None:
    kms = CountingKms()
    protection = KmsTemplateProtection(kms, "key", "1")  # type: ignore[arg-type]
    assert protection.seal("person", ()) == ()
    assert protection.unseal("person", PLAIN) == PLAIN, "stored before they were sealed"
    assert kms.calls == []


def test_a_damaged_template_is_named_by_its_id() -> None:
    protection = KmsTemplateProtection(CountingKms(), "key", "1")  # type: ignore[arg-type]
    with pytest.raises(Unreadable, match="reference-7"):
        protection.reveal("person", {"reference-7": Template(b"\0" * 500, MODEL, "1")})


def test_references_are_protected_in_the_table_and_plain_when_read(tables: DynamoTables, make: Make) -> None:
    stores, protection = tables.stores(), make(1, "1")
    references = ProtectedReferences(stores.references, protection)
    stores.register.commit(change := registration())
    beneficiary_id = change.after.beneficiary_id
    enrolment = an_enrolment(change.after)
    references.begin(enrolment)
    assert references.begun(beneficiary_id, enrolment.reference_id) == enrolment
    reference = a_reference(enrolment, template=protection.protect(beneficiary_id, face(0)))
    stores.register.commit(a_change(change.after, LedgerEvent.REFERENCE_ENROLLED, reference=reference))
    item = tables.item("References", beneficiary_id=beneficiary_id, reference_id=enrolment.reference_id)
    assert bytes(item["template"]) != face(0).vector
    (found,) = references.templates(beneficiary_id, MODEL).values()
    assert found.similarity(face(0)) == pytest.approx(1, abs=1e-6)
