"""Staff find people: what is told, what is counted, and that nothing is told that is not written down."""

from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import pytest

from lifecert.application.certify.get_status import GetBeneficiary
from lifecert.application.office.find_people import MOST_FOUND, ByNumber, ByReference, FindPeople
from lifecert.application.office.register_beneficiary import AddBenefit, NewBenefit, RegisterBeneficiary, Registration
from lifecert.application.shared.accessing import LookUps, NoteAccess
from lifecert.domain.access import Access, AccessAction, AccessRole
from lifecert.domain.actor import Group, User
from lifecert.domain.beneficiary import Beneficiary
from lifecert.domain.category import Category
from lifecert.domain.errors import AlreadyRegistered, LimitReached, NotAllowed, StoreUnavailable, TooManyBenefits
from lifecert.domain.limits import FindLimits
from lifecert.domain.person import IdNumber
from tests.support.builders import CLERK, HELPER, NOW, an_id
from tests.support.fakes.access import MemoryAccessLog, counting, looking_up, noting, references_of_payers
from tests.support.fakes.clock import FixedClock
from tests.support.fakes.keys import FakePersonKeys
from tests.support.fakes.notices import FakeSeal
from tests.support.fakes.store import MemoryStore

WANG = IdNumber.parse("11010519491231002X")
LI = IdNumber.parse("440524188001010014")
AUDITOR = User("auditor-1", frozenset({Group.AUDITOR}))
NEW = NewBenefit(Category.RESIDENT_PENSION, "110101", date(2025, 6, 1), "fund", "P-1")


@dataclass(frozen=True, slots=True)
class BrokenLog:
    """The table of the access log does not answer."""

    def note(self, access: Access) -> None:
        raise StoreUnavailable("dynamodb")

    listed = MemoryAccessLog.listed


@dataclass
class Desk:
    store: MemoryStore = field(default_factory=MemoryStore)
    clock: FixedClock = field(default_factory=lambda: FixedClock(NOW))
    keys: FakePersonKeys = field(default_factory=FakePersonKeys)
    limits: FindLimits = field(default_factory=lambda: FindLimits(5, 8))

    def find_with(self, note: NoteAccess) -> FindPeople:
        store = self.store
        references = references_of_payers(store)
        looks = LookUps(note, counting(store, self.clock, self.limits))
        return FindPeople(store.register, self.keys, references, looks)

    def find(self, wanted: ByNumber | ByReference, user: User = CLERK) -> list[tuple[str, int | None]]:
        found = self.find_with(noting(self.store, self.clock))(wanted, user)
        return [(one.beneficiary.beneficiary_id, one.birth_year) for one in found]

    def register(self, number: IdNumber = WANG, name: str = "王小明", **benefit: Any) -> Beneficiary:
        store, told = self.store, looking_up(self.store, self.clock, self.limits)
        references = references_of_payers(store)
        use_case = RegisterBeneficiary(
            store.register, self.keys, FakeSeal(), self.clock, store.ledger, ("fund", "mine"), references, told
        )
        return use_case(Registration(name, number, replace(NEW, **benefit)), CLERK, an_id())

    def add_benefit(self, beneficiary_id: str, new: NewBenefit, clerk: User = CLERK) -> None:
        store = self.store
        add = AddBenefit(store.register, store.ledger, self.clock, ("fund", "mine"), references_of_payers(store))
        add(beneficiary_id, new, clerk, an_id())

    @property
    def rows(self) -> list[tuple[str, str, AccessRole, AccessAction]]:
        return [(one.beneficiary_id, one.actor_id, one.role, one.action) for one in self.store.accesses]


@pytest.mark.parametrize("name", [None, "王小明", " 王小明 "])
def test_by_number_with_the_name_or_without(name: str | None) -> None:
    desk = Desk()
    person = desk.register().beneficiary_id
    assert desk.find(ByNumber(WANG, name)) == [(person, 1949)]
    assert desk.rows == [(person, CLERK.user_id, AccessRole.CLERK, AccessAction.FOUND)]
    assert [one.at for one in desk.store.accesses] == [NOW]


@pytest.mark.parametrize("wanted", [ByNumber(LI), ByNumber(WANG, "王大明"), ByReference("fund", "P-2")])
def test_nobody_is_an_empty_list_and_no_row_and_counts(wanted: ByNumber | ByReference) -> None:
    desk = Desk()
    desk.register()
    assert desk.find(wanted) == []
    assert desk.rows == []
    assert sorted(desk.store.counted.values()) == [1, 1]


def test_somebody_is_found_while_hashes_move_to_another_secret() -> None:
    desk = Desk()
    person = desk.register().beneficiary_id
    desk.keys = FakePersonKeys(secrets=("1", "2"), moving=True)
    assert desk.find(ByNumber(WANG, "王小明")) == [(person, 1949)]
    assert desk.find(ByReference("fund", "P-1")) == [(person, None)]


def test_by_a_payer_s_reference_of_any_benefit_and_of_no_other_payer() -> None:
    desk = Desk()
    person = desk.register().beneficiary_id
    desk.add_benefit(person, replace(NEW, payer="mine", payer_reference="S-9"))
    desk.add_benefit(person, replace(NEW, payer_reference=None))
    for payer, reference in (("fund", "P-1"), ("mine", "S-9")):
        assert desk.find(ByReference(payer, reference)) == [(person, None)]
    for payer, reference in (("mine", "P-1"), ("fund", "S-9")):
        assert desk.find(ByReference(payer, reference)) == []


def test_everybody_with_one_reference_is_found_and_noted_up_to_a_bound() -> None:
    desk = Desk()
    both = {desk.register().beneficiary_id, desk.register(LI, "李四").beneficiary_id}
    assert {one for one, _ in desk.find(ByReference("fund", "P-1"))} == both
    assert {row[0] for row in desk.rows} == both
    key = desk.keys.reference_key("fund", "P-1")
    desk.store.payment_references.note([key], "0")
    assert len(desk.store.payment_references.find(key, MOST_FOUND)) == 3
    assert desk.store.payment_references.find(key, 2) == ("0", min(both))


def test_a_hint_to_a_benefit_that_never_came_finds_nobody() -> None:
    desk = Desk()
    person = desk.register().beneficiary_id
    for number in range(7):
        desk.add_benefit(person, NEW, replace(CLERK, user_id=f"clerk-{number // 3}"))
    with pytest.raises(TooManyBenefits):
        desk.add_benefit(person, replace(NEW, payer_reference="P-9"))
    for one in (person, an_id()):
        desk.store.payment_references.note([desk.keys.reference_key("fund", "P-9")], one)
    assert desk.find(ByReference("fund", "P-9")) == []


def test_nobody_is_told_anything_while_it_cannot_be_written_down() -> None:
    desk = Desk()
    person = desk.register().beneficiary_id
    broken = NoteAccess(BrokenLog(), desk.clock)
    for wanted in (ByNumber(WANG), ByReference("fund", "P-1")):
        with pytest.raises(StoreUnavailable):
            desk.find_with(broken)(wanted, CLERK)
    with pytest.raises(StoreUnavailable):
        GetBeneficiary(desk.store.register, desk.store.ledger, broken, desk.clock)(person, AUDITOR)


def test_an_hour_s_and_a_day_s_look_ups_are_bounded_for_each() -> None:
    desk = Desk()
    desk.register()
    for _ in range(5):
        desk.find(ByNumber(LI))
    for wanted in (ByNumber(LI), ByNumber(WANG), ByReference("fund", "P-1")):
        with pytest.raises(LimitReached):
            desk.find(wanted)
    assert desk.find(ByNumber(WANG), AUDITOR)
    desk.clock.move(hours=1)
    for _ in range(3):
        assert desk.find(ByNumber(WANG))
    desk.clock.move(hours=1)
    with pytest.raises(LimitReached):
        desk.find(ByNumber(WANG))
    assert len(desk.rows) == 4
    desk.clock.move(days=1)
    assert desk.find(ByNumber(WANG))


def test_nobody_else_finds_anybody_or_stands_in_the_log() -> None:
    desk = Desk()
    person = desk.register()
    with pytest.raises(NotAllowed):
        desk.find(ByNumber(WANG), HELPER)
    with pytest.raises(NotAllowed):
        noting(desk.store, desk.clock)(person.beneficiary_id, HELPER, AccessAction.READ)
    assert (desk.rows, desk.store.counted) == ([], {})


def test_a_record_read_by_staff_is_a_row_and_by_who_certified_the_person_is_none() -> None:
    desk = Desk()
    person = desk.register().beneficiary_id
    certified = replace(desk.store.beneficiaries[person], certified_by=(HELPER.user_id,))
    desk.store.beneficiaries[person] = certified
    look = GetBeneficiary(desk.store.register, desk.store.ledger, noting(desk.store, desk.clock), desk.clock)
    both = User("both", frozenset({Group.AUDITOR, Group.CLERK}))
    for user in (HELPER, AUDITOR, both):
        look(person, user)
    assert desk.rows == [
        (person, AUDITOR.user_id, AccessRole.AUDITOR, AccessAction.READ),
        (person, "both", AccessRole.CLERK, AccessAction.READ),
    ]


def test_who_is_registered_already_is_named_to_the_clerk_and_that_is_a_row() -> None:
    desk = Desk()
    person = desk.register().beneficiary_id
    with pytest.raises(AlreadyRegistered) as refused:
        desk.register(name="Somebody Else", payer_reference="P-2")
    assert refused.value.beneficiary_id == person
    assert desk.rows == [(person, CLERK.user_id, AccessRole.CLERK, AccessAction.REGISTERED_AGAIN)]
    assert desk.find(ByReference("fund", "P-2")) == []
