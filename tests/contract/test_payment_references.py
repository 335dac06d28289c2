"""People of before can be found by payment reference after a pass, which may stop anywhere and be started again."""

from collections import Counter
from dataclasses import replace

import pytest

from ops.index_payment_references import PaymentReferenceIndex
from tests.support.builders import a_benefit, registration
from tests.support.engines import DynamoTables
from tests.support.fakes.keys import FakePersonKeys

KEYS = FakePersonKeys()


class Stopped(Exception):
    """The operator pressed the keys."""


def the_pass(tables: DynamoTables) -> PaymentReferenceIndex:
    return PaymentReferenceIndex(tables.client, tables.name("Beneficiaries"), tables.name("PaymentReferences"), KEYS)


def test_whoever_was_registered_before_is_found_by_each_reference(tables: DynamoTables) -> None:
    stores = tables.stores()
    several = (a_benefit(payer_reference="P-1"), a_benefit(benefit_id="2", payer="mine", payer_reference="S-1"))
    first, second, third = registration(benefits=several), registration(benefits=several[:1]), registration()
    for one in (first, second, third):
        stores.register.commit(one)
    assert the_pass(tables)() == Counter({"noted": 2, "without a reference": 1})
    assert the_pass(tables)() == Counter({"noted": 2, "without a reference": 1})

    def found(payer: str, reference: str) -> set[str]:
        return set(stores.payment_references.find(KEYS.reference_key(payer, reference), 9))

    assert found("fund", "P-1") == {one.after.beneficiary_id for one in (first, second)}
    assert found("mine", "S-1") == {first.after.beneficiary_id}
    assert tables.count()["PaymentReferences"] == 3


def test_a_pass_that_was_stopped_is_started_again(tables: DynamoTables) -> None:
    stores = tables.stores()
    for _ in range(3):
        stores.register.commit(registration(benefits=(a_benefit(payer_reference="P-1"),)))
    waited: list[int] = []

    def stop_at_the_second() -> None:
        waited.append(1)
        if len(waited) == 2:
            raise Stopped

    with pytest.raises(Stopped):
        replace(the_pass(tables), wait=stop_at_the_second)()
    assert tables.count()["PaymentReferences"] == 1
    assert the_pass(tables)()["noted"] == 3
    assert tables.count()["PaymentReferences"] == 3
