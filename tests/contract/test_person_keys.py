"""Keyed hashes of ID numbers and names."""

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING, Any

import boto3
import pytest

from lifecert.adapters.kms_person_keys import KmsPersonKeys
from lifecert.ports.keys import PersonKeys
from local.aws import Aws
from tests.fakes import FakePersonKeys

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient

ID_NUMBER = "11010519491231002X"
# Gives the keys of the nth deployment, every time as a new process would make them.
NewKeys = Callable[[int], PersonKeys]


def kms_keys(client: "KMSClient") -> NewKeys:
    made: dict[int, str] = {}

    def new(deployment: int) -> PersonKeys:
        if deployment not in made:
            key = client.create_key(KeySpec="HMAC_256", KeyUsage="GENERATE_VERIFY_MAC")
            made[deployment] = key["KeyMetadata"]["KeyId"]
        return KmsPersonKeys(client, made[deployment])

    return new


@pytest.fixture
def moto_keys(moto_session: boto3.Session) -> NewKeys:
    return kms_keys(moto_session.client("kms"))


@pytest.fixture
def local_keys(aws: Aws) -> NewKeys:
    return kms_keys(aws.kms())


@pytest.fixture(params=["memory", "moto", "local"])
def keys(request: pytest.FixtureRequest) -> NewKeys:
    if request.param == "memory":
        return lambda deployment: FakePersonKeys(b"deployment %d" % deployment)
    found: NewKeys = request.getfixturevalue(f"{request.param}_keys")
    return found


def test_the_same_in_every_process(keys: NewKeys) -> None:
    assert keys(1).person_key(ID_NUMBER) == keys(1).person_key(ID_NUMBER)
    assert keys(1).name_key("王小明") == keys(1).name_key("王小明")


def test_different_for_every_value_purpose_and_deployment(keys: NewKeys) -> None:
    one, two = keys(1), keys(2)
    values = [
        one.person_key(ID_NUMBER),
        one.person_key("110105194912310011"),
        one.person_key("王小明"),
        one.name_key("王小明"),
        one.name_key(ID_NUMBER),
        two.person_key(ID_NUMBER),
        two.name_key("王小明"),
    ]
    assert len(set(values)) == len(values)
    assert all(len(value) == 64 and int(value, 16) for value in values)


@dataclass(slots=True)
class CountingKms:
    """Answers GenerateMac, counting, with a secret that must not be seen anywhere."""

    calls: list[dict[str, Any]] = field(default_factory=list)
    numbers: "count[int]" = field(default_factory=count)

    def generate_mac(self, **call: Any) -> dict[str, bytes]:
        self.calls.append(call)
        return {"Mac": b"secret %d" % next(self.numbers)}


def test_kms_is_asked_once_and_not_before_the_first_use() -> None:
    kms = CountingKms()
    keys = KmsPersonKeys(kms, "key-1")  # type: ignore[arg-type]
    assert kms.calls == []
    hashes = {keys.person_key(ID_NUMBER) for _ in range(3)} | {keys.name_key("王小明") for _ in range(3)}
    assert len(hashes) == 2
    # The label and with it every stored hash must never change.
    assert kms.calls == [{"KeyId": "key-1", "Message": b"lifecert person keys 1", "MacAlgorithm": "HMAC_SHA_256"}]
    assert "secret" not in repr(keys)


def test_the_stored_form_never_changes() -> None:
    keys = KmsPersonKeys(CountingKms(), "key-1")  # type: ignore[arg-type]
    assert keys.person_key(ID_NUMBER) == "0645283b383340e6f2c4807298c836bd27c2e944210b62be1ac93bc82e4710f8"
    assert keys.name_key("王小明") == "a876cb905600eee4c03f2d4ebd3ed35cf4d56ec32d055b32d6046bf6808c867c"
