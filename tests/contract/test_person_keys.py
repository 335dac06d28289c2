"""Keyed hashes of ID numbers and names."""

import hashlib
import hmac
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING, Any

import boto3
import pytest

from lifecert.adapters.kms.person_keys import KmsPersonKeys
from local.aws import Aws
from tests.support.fakes.keys import FakePersonKeys

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient

ID_NUMBER = "11010519491231002X"
AnyKeys = KmsPersonKeys | FakePersonKeys
# Gives the keys of the nth deployment with these secrets, every time as a new process would make them.
NewKeys = Callable[..., AnyKeys]


def kms_keys(client: "KMSClient") -> NewKeys:
    made: dict[int, str] = {}

    def new(deployment: int, *secrets: str, moving: bool = False) -> AnyKeys:
        if deployment not in made:
            key = client.create_key(KeySpec="HMAC_256", KeyUsage="GENERATE_VERIFY_MAC")
            made[deployment] = key["KeyMetadata"]["KeyId"]
        return KmsPersonKeys(client, made[deployment], secrets or ("1",), moving)

    return new


def memory_keys(deployment: int, *secrets: str, moving: bool = False) -> AnyKeys:
    return FakePersonKeys(b"deployment %d" % deployment, secrets or ("1",), moving)


@pytest.fixture
def moto_keys(moto_session: boto3.Session) -> NewKeys:
    return kms_keys(moto_session.client("kms"))


@pytest.fixture
def local_keys(aws: Aws) -> NewKeys:
    return kms_keys(aws.kms())


@pytest.fixture(params=["memory", "moto", "local"])
def keys(request: pytest.FixtureRequest) -> NewKeys:
    if request.param == "memory":
        return memory_keys
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
        keys(1, "1", "2").person_key(ID_NUMBER),
        keys(1, "1", "2").name_key("王小明"),
        keys(1, "1", "3").person_key(ID_NUMBER),
    ]
    assert len(set(values)) == len(values)
    assert all(len(value) == 64 and int(value, 16) for value in values)


def test_an_older_secret_is_still_there_and_a_newer_one_builds_on_it(keys: NewKeys) -> None:
    before, after = keys(1), keys(1, "1", "2")
    assert after.person_key(ID_NUMBER, "1") == before.person_key(ID_NUMBER)
    assert after.name_key("王小明", "1") == before.name_key("王小明")
    assert after.person_key(ID_NUMBER, "2") == after.person_key(ID_NUMBER)
    assert after.name_key("王小明", "2") == after.name_key("王小明")


def test_a_payer_s_reference_has_one_key_whatever_the_secret_and_none_like_another(keys: NewKeys) -> None:
    one = keys(1).reference_key("fund", "P-1")
    assert keys(1, "1", "2", moving=True).reference_key("fund", "P-1") == one
    others = [("mine", "P-1"), ("fund", "P-2"), ("fund", "P"), ("fun", "d P-1")]
    told = [one, keys(2).reference_key("fund", "P-1"), keys(1).name_key("fund P-1"), keys(1).person_key("fund P-1")]
    told += [keys(1).reference_key(*other) for other in others]
    assert len(set(told)) == len(told)


def test_people_are_looked_up_under_two_secrets_only_while_one_replaces_another(keys: NewKeys) -> None:
    assert [keys(1, moving=moving).looked_up for moving in (False, True)] == [("1",), ("1",)]
    assert keys(1, "1", "2", "3").looked_up == ("3",)
    assert keys(1, "1", "2", "3", moving=True).looked_up == ("3", "2")
    assert keys(1, "1", "2").newest == "2"


def test_a_person_has_one_id_whatever_the_secret(keys: NewKeys) -> None:
    one = keys(1).beneficiary_id(ID_NUMBER)
    assert str(uuid.UUID(one)) == one
    assert one == keys(1, "1", "2").beneficiary_id(ID_NUMBER)
    assert one != keys(1).beneficiary_id("110105194912310011")
    assert one != keys(2).beneficiary_id(ID_NUMBER)


@dataclass(slots=True)
class CountingKms:
    """Answers GenerateMac, counting, with a secret that must not be seen anywhere."""

    calls: list[dict[str, Any]] = field(default_factory=list)
    numbers: "count[int]" = field(default_factory=count)

    def generate_mac(self, **call: Any) -> dict[str, bytes]:
        self.calls.append(call)
        return {"Mac": (b"secret %d" % next(self.numbers)).ljust(32, b"\0")}


def test_kms_is_asked_once_and_not_before_the_first_use() -> None:
    kms = CountingKms()
    keys = KmsPersonKeys(kms, "key-1")  # type: ignore[arg-type]
    assert kms.calls == []
    hashes = {keys.person_key(ID_NUMBER) for _ in range(3)} | {keys.name_key("王小明") for _ in range(3)}
    assert len(hashes) == 2
    # The label and with it every stored hash must never change.
    assert kms.calls == [{"KeyId": "key-1", "Message": b"lifecert person keys 1", "MacAlgorithm": "HMAC_SHA_256"}]
    assert "secret 0" not in repr(keys)


def test_each_version_is_derived_once_and_an_id_is_made_by_kms_itself() -> None:
    kms = CountingKms()
    keys = KmsPersonKeys(kms, "key-1", ("1", "2"))  # type: ignore[arg-type]
    first = [keys.person_key(ID_NUMBER, "1"), keys.person_key(ID_NUMBER), keys.person_key(ID_NUMBER, "1")][0]
    keys.beneficiary_id(ID_NUMBER)
    said = [call["Message"].decode() for call in kms.calls]
    # The number itself is told to nobody, not even to KMS.
    assert said == ["lifecert person keys 1", "lifecert person keys 2", f"lifecert beneficiary id 1 {first}"]


def test_stored_hashes_are_brought_up_without_number_and_name() -> None:
    kms = CountingKms()
    keys = KmsPersonKeys(kms, "key-1", ("1", "2", "3"))  # type: ignore[arg-type]
    newest = (keys.person_key(ID_NUMBER), keys.name_key("王小明"))
    for secret in ("1", "2", "3"):
        stored = (keys.person_key(ID_NUMBER, secret), keys.name_key("王小明", secret))
        assert (stored == newest) is (secret == "3")
        assert keys.brought_up(*stored, secret) == newest
    with pytest.raises(ValueError, match="not in tuple"):
        keys.brought_up(*newest, "4")


def test_a_number_is_found_by_one_request_whatever_the_versions() -> None:
    """And known under all of them that are looked up; the secrets in memory are derived before, once each."""
    for secrets in (("1", "kms"), ("1", "kms", "2"), ("1", "2", "3", "kms-h7Kq", "4", "5")):
        for moving in (False, True):
            kms = CountingKms()
            keys = KmsPersonKeys(kms, "key-1", secrets, moving)  # type: ignore[arg-type]
            first, _ = keys.person_key(ID_NUMBER, "1"), keys.name_key("王小明")
            keys.looked_up_keys(ID_NUMBER)
            del kms.calls[:]
            found = keys.looked_up_keys(ID_NUMBER)
            assert len(found) == len(keys.looked_up)
            [call] = kms.calls
            assert ID_NUMBER not in str(call)
            if secrets == ("1", "kms"):
                assert call["Message"].decode() == f"lifecert id number kms {first}"
            keys.name_key("王小明")
            assert len(kms.calls) == 1, "names stay under the secrets in memory"


def test_what_a_function_holds_does_not_tell_a_number_that_kms_hashed(moto_session: boto3.Session) -> None:
    """Whoever has all of its memory, and a stored row, must ask KMS for each guess."""
    new = kms_keys(moto_session.client("kms"))
    keys = new(1, "1", "kms", "2")
    assert isinstance(keys, KmsPersonKeys)
    stored = keys.person_key(ID_NUMBER)

    class Dead:
        def generate_mac(self, **_call: Any) -> dict[str, bytes]:
            raise AssertionError("a guess that asks KMS")

    thief = KmsPersonKeys(Dead(), "key-1", ("1", "kms", "2"))  # type: ignore[arg-type]
    thief._derived.update(keys._derived)
    with pytest.raises(AssertionError, match="asks KMS"):
        thief.person_key(ID_NUMBER)
    without = KmsPersonKeys(Dead(), "key-1", ("1", "2"))  # type: ignore[arg-type]
    without._derived.update(keys._derived)
    assert without.person_key(ID_NUMBER) != stored, "the stage by KMS cannot be left out"


def test_keys_looked_up_are_the_same_as_those_one_by_one(keys: NewKeys) -> None:
    for secrets in (("1",), ("1", "kms"), ("1", "2", "kms"), ("1", "kms", "2")):
        for moving in (False, True):
            found = keys(1, *secrets, moving=moving)
            one_by_one = [found.person_key(ID_NUMBER, secret) for secret in found.looked_up]
            assert list(found.looked_up_keys(ID_NUMBER)) == one_by_one
            assert len(set(one_by_one)) == len(one_by_one)


def test_what_stands_under_a_secret_is_brought_under_kms_without_the_number(moto_session: boto3.Session) -> None:
    new = kms_keys(moto_session.client("kms"))
    before, after = new(1, "1"), new(1, "1", "kms", moving=True)
    assert isinstance(after, KmsPersonKeys)
    stored = before.person_key(ID_NUMBER), before.name_key("王小明")
    assert after.looked_up_keys(ID_NUMBER)[1] == stored[0], "found before the pass"
    assert after.brought_up(*stored, "1") == (after.person_key(ID_NUMBER), stored[1])
    assert new(1, "1", "kms").beneficiary_id(ID_NUMBER) == before.beneficiary_id(ID_NUMBER)


def test_the_stored_form_never_changes() -> None:
    keys = KmsPersonKeys(CountingKms(), "key-1")  # type: ignore[arg-type]
    assert keys.person_key(ID_NUMBER) == "0645283b383340e6f2c4807298c836bd27c2e944210b62be1ac93bc82e4710f8"
    assert keys.name_key("王小明") == "a876cb905600eee4c03f2d4ebd3ed35cf4d56ec32d055b32d6046bf6808c867c"
    newer = KmsPersonKeys(CountingKms(), "key-1", ("1", "2"))  # type: ignore[arg-type]
    by_hand = hmac.new(b"secret 1", f"id\0{keys.person_key(ID_NUMBER)}".encode(), hashlib.sha256).hexdigest()
    assert newer.person_key(ID_NUMBER) == by_hand
