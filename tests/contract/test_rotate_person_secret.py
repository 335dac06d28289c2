"""A new secret for the hashes of ID numbers and names: everybody is found before, during and after."""

import hashlib
import hmac
import threading
from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from lifecert.adapters.dynamodb.register import DynamoRegister
from lifecert.adapters.dynamodb.values import typed
from lifecert.adapters.kms.person_keys import KmsPersonKeys
from lifecert.application.office.register_beneficiary import NewBenefit, RegisterBeneficiary, Registration
from lifecert.application.shared.accessing import CountLookUps, LookUps, NoteAccess
from lifecert.application.shared.changing import change_newest
from lifecert.application.shared.finding import by_number, by_number_and_name
from lifecert.application.shared.referring import ReferencesOfPayers
from lifecert.domain.beneficiary import Beneficiary
from lifecert.domain.category import Category
from lifecert.domain.errors import AlreadyRegistered, VersionConflict
from lifecert.domain.ledger import verify_chain
from lifecert.domain.limits import FindLimits
from lifecert.domain.person import IdNumber
from ops.rotate_person_secret import PersonRotation, UnknownSecret
from tests.support.builders import CLERK, a_change, an_id
from tests.support.engines import DynamoTables, Stores
from tests.support.fakes.clock import FixedClock
from tests.support.fakes.notices import FakeSeal
from tests.support.patience import PATIENCE_SECONDS

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient

PEOPLE = {
    "王小明": IdNumber.parse("11010519491231002X"),
    "李志明": IdNumber.parse("330106195108043719"),
    "王建国": IdNumber.parse("33010619421120335X"),
}
NEWCOMER = ("陈秀兰", IdNumber.parse("330106195611192842"))


class Kms:
    """Answers GenerateMac under one key."""

    def generate_mac(self, KeyId: str, Message: bytes, MacAlgorithm: str) -> dict[str, bytes]:
        return {"Mac": hmac.new(KeyId.encode(), Message, hashlib.sha256).digest()}


@dataclass(slots=True)
class Office:
    """A register on a real engine whose deployment changes its secrets."""

    tables: DynamoTables
    stores: Stores
    keys: KmsPersonKeys

    @staticmethod
    def on(tables: DynamoTables) -> "Office":
        office = Office(tables, tables.stores(), keys_with("1"))
        for name, number in PEOPLE.items():
            office.register(name, number)
        return office

    def deploy(self, *secrets: str, moving: bool = False) -> None:
        self.keys = keys_with(*secrets, moving=moving)

    def register(self, name: str, number: IdNumber) -> Beneficiary:
        stores, payers, clock = self.stores, ("fund",), FixedClock()
        references = ReferencesOfPayers(self.keys, stores.payment_references)
        looks = LookUps(NoteAccess(stores.access_log, clock), CountLookUps(stores.limits, FindLimits(50, 200), clock))
        use_case = RegisterBeneficiary(
            stores.register, self.keys, FakeSeal(), clock, stores.ledger, payers, references, looks
        )
        benefit = NewBenefit(Category.RESIDENT_PENSION, "330106", date(2026, 1, 1))
        return use_case(Registration(name, number, benefit), CLERK, an_id())

    def rotate(self) -> Counter[str]:
        return PersonRotation(self.tables.client, self.tables.name("Beneficiaries"), self.keys)()

    def found(self, name: str, number: IdNumber) -> bool:
        found = by_number_and_name(self.stores.register, self.keys, number, name)
        assert by_number_and_name(self.stores.register, self.keys, number, "张三") is None
        assert found == by_number(self.stores.register, self.keys, number)
        return found is not None


def keys_with(*secrets: str, moving: bool = False) -> KmsPersonKeys:
    client: KMSClient = Kms()  # type: ignore[assignment]
    return KmsPersonKeys(client, "key", secrets, moving)


def test_everybody_is_found_before_during_and_after(tables: DynamoTables) -> None:
    office = Office.on(tables)
    office.deploy("1", "2", moving=True)
    newcomer = office.register(*NEWCOMER)
    everybody = {**PEOPLE, NEWCOMER[0]: NEWCOMER[1]}
    assert all(office.found(name, number) for name, number in everybody.items())
    before = office.stores.register.get(newcomer.beneficiary_id)
    assert office.rotate() == {"brought up": 3, "left alone": 1}
    assert office.rotate() == {"left alone": 4}
    assert all(office.found(name, number) for name, number in everybody.items())
    office.deploy("1", "2")
    assert all(office.found(name, number) for name, number in everybody.items())
    assert office.stores.register.get(newcomer.beneficiary_id) == before
    office.deploy("1")
    assert not any(office.found(name, number) for name, number in everybody.items()), "the old secret opens nothing"


def test_hashes_move_under_kms_and_digits_of_before_go(tables: DynamoTables) -> None:
    office = Office.on(tables)
    office.deploy("1", "kms", moving=True)
    person = by_number(office.stores.register, office.keys, PEOPLE["王小明"])
    assert person
    key = {"beneficiary_id": person.beneficiary_id}
    table = tables.name("Beneficiaries")
    tables.client.put_item(
        TableName=table, Item=typed({**tables.item("Beneficiaries", **key), "masked_id_number": "110*************2X"})
    )
    assert office.rotate() == {"brought up": 3}
    assert "masked_id_number" not in tables.item("Beneficiaries", **key)
    office.deploy("1", "kms")
    assert all(office.found(name, number) for name, number in PEOPLE.items())
    tables.client.put_item(
        TableName=table, Item=typed({**tables.item("Beneficiaries", **key), "masked_id_number": "110*************2X"})
    )
    assert office.rotate() == {"brought up": 1, "left alone": 2}, "also of whom is under the newest already"
    assert "masked_id_number" not in tables.item("Beneficiaries", **key)
    assert office.found("王小明", PEOPLE["王小明"])


def test_names_of_before_move_with_the_others(tables: DynamoTables) -> None:
    """By which a family still reports a death of somebody whose name a clerk replaced."""
    office = Office.on(tables)
    name, number = next(iter(PEOPLE.items()))
    person = by_number(office.stores.register, office.keys, number)
    assert person
    key = {"beneficiary_id": person.beneficiary_id}
    former = [office.keys.name_key(one) for one in ("王晓明", "王晓敏")]
    item = {**tables.item("Beneficiaries", **key), "former_name_keys": former}
    tables.client.put_item(TableName=tables.name("Beneficiaries"), Item=typed(item))
    for secrets in (("1", "2"), ("1", "2", "kms")):
        office.deploy(*secrets, moving=True)
        office.rotate()
        office.deploy(*secrets)
        for one in (name, "王晓明", "王晓敏"):
            assert by_number_and_name(office.stores.register, office.keys, number, one, former=True)
        assert by_number_and_name(office.stores.register, office.keys, number, "王晓明") is None
        assert by_number_and_name(office.stores.register, office.keys, number, "王晓红", former=True) is None


def test_nobody_is_registered_twice_whatever_the_secret(tables: DynamoTables) -> None:
    office, (name, number) = Office.on(tables), next(iter(PEOPLE.items()))
    for secrets, moving in ((("1",), False), (("1", "2"), True), (("1", "2"), False)):
        office.deploy(*secrets, moving=moving)
        with pytest.raises(AlreadyRegistered):
            office.register(name, number)
    office.rotate()
    with pytest.raises(AlreadyRegistered):
        office.register(name, number)


def test_a_change_made_meanwhile_does_not_put_old_hashes_back(tables: DynamoTables) -> None:
    office, number = Office.on(tables), PEOPLE["王小明"]
    office.deploy("1", "2", moving=True)
    read = by_number(office.stores.register, office.keys, number)
    assert read
    office.rotate()
    with pytest.raises(VersionConflict):
        office.stores.register.commit(a_change(read))
    after = change_newest(office.stores.register, read.beneficiary_id, a_change)
    assert after
    stored = office.stores.register.get(read.beneficiary_id)
    assert stored
    assert (stored.person_secret, stored.version) == ("2", read.version + 1)
    assert verify_chain(office.stores.ledger.entries(read.beneficiary_id)) == stored.version
    assert office.found("王小明", number)


def test_a_run_that_was_overtaken_says_so(moto_tables: DynamoTables) -> None:
    office = Office.on(moto_tables)
    office.deploy("1", "2", moving=True)

    def another_run() -> None:
        office.rotate()

    overtaken = PersonRotation(moto_tables.client, moto_tables.name("Beneficiaries"), office.keys, another_run)
    assert overtaken() == {"changed meanwhile": 3}
    assert office.rotate() == {"left alone": 3}


def test_a_secret_that_is_not_named_stops_it(moto_tables: DynamoTables) -> None:
    office = Office.on(moto_tables)
    office.deploy("1", "2", moving=True)
    office.rotate()
    office.deploy("1", "3", moving=True)
    with pytest.raises(UnknownSecret, match="2"):
        office.rotate()


def test_both_secrets_are_asked_for_at_the_same_time() -> None:
    together = threading.Barrier(2)

    class Waiting:
        def query(self, **_call: Any) -> dict[str, list[Any]]:
            together.wait(timeout=PATIENCE_SECONDS)
            return {"Items": []}

    register = DynamoRegister(Waiting(), "b")  # type: ignore[arg-type]
    assert register.find_by_person(["one", "another"]) is None
