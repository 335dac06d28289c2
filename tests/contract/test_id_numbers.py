"""An ID number that is put right, on every engine: the person and the places of the number in one transaction."""

import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace

import pytest

from lifecert.application.office.id_number import ConfirmIdNumber, ProposeIdNumber
from lifecert.application.office.register_beneficiary import NewBenefit, RegisterBeneficiary, Registration
from lifecert.application.shared.accessing import CountLookUps, LookUps, NoteAccess
from lifecert.application.shared.finding import has_number
from lifecert.application.shared.referring import ReferencesOfPayers
from lifecert.domain.amendment import AmendGround
from lifecert.domain.beneficiary import Beneficiary
from lifecert.domain.category import Category
from lifecert.domain.change import Change
from lifecert.domain.errors import AlreadyRegistered, VersionConflict
from lifecert.domain.ledger import LedgerEvent
from lifecert.domain.limits import FindLimits
from lifecert.domain.number import MOST_PLACES, NumberClaim, NumberMove, place_of
from lifecert.domain.person import IdNumber
from ops.migrate_benefits import BenefitMigration
from ops.verify_ledger import LedgerCheck, WholeLedger
from tests.support.builders import CLERK, NOW, a_change, an_id, registration
from tests.support.engines import DynamoTables, Stores
from tests.support.fakes.clock import FixedClock
from tests.support.fakes.keys import FakePersonKeys
from tests.support.fakes.notices import FakeSeal
from tests.support.registering import registered


def moving(before: Beneficiary, key: str, place: str) -> Change:
    left = NumberClaim(before.number_claim, None) if before.number_claim else None
    move = NumberMove(before.person_key, NumberClaim(place, before.beneficiary_id), left)
    changed = {"person_key": key, "number_claim": place}
    return replace(a_change(before, LedgerEvent.AMENDED, changed=changed), number=move)


def test_who_moved_is_found_by_the_new_number_and_keeps_its_place(stores: Stores) -> None:
    before, place = registered(stores), an_id()
    change = moving(before, "a" * 64, place)
    stores.register.commit(change)
    assert stores.register.find_by_person(["a" * 64]) == change.after
    assert stores.register.find_by_person([before.person_key]) is None
    assert stores.register.at_place(before.beneficiary_id) == change.after
    assert stores.register.at_place(place) == NumberClaim(place, before.beneficiary_id)
    assert stores.register.at_place(an_id()) is None
    assert stores.register.get(place) is None, "what keeps a place is nobody"
    assert stores.register.get_several([place, before.beneficiary_id]) == (change.after,)
    with pytest.raises(AlreadyRegistered):
        stores.register.commit(registration(beneficiary_id=place))


def test_of_two_who_want_a_place_the_second_changes_nothing(stores: Stores) -> None:
    one, other, place = registered(stores), registered(stores), an_id()
    stores.register.commit(moving(one, "a" * 64, place))
    for wanted in (place, one.beneficiary_id):
        with pytest.raises(VersionConflict):
            stores.register.commit(moving(other, "b" * 64, wanted))
    assert stores.register.get(other.beneficiary_id) == other
    assert len(list(stores.ledger.entries(other.beneficiary_id))) == 1
    assert stores.register.at_place(place) == NumberClaim(place, one.beneficiary_id)


def test_hashes_that_were_brought_up_since_are_not_put_back(stores: Stores) -> None:
    before, place = registered(stores), an_id()
    stale = moving(replace(before, person_key="0" * 64), "a" * 64, place)
    with pytest.raises(VersionConflict):
        stores.register.commit(stale)
    assert stores.register.at_place(place) is None


def test_a_place_that_was_given_up_is_free(stores: Stores) -> None:
    before = registered(stores)
    first, second = place_of(an_id(), 1), an_id()
    stores.register.commit(change := moving(before, "a" * 64, first))
    stores.register.commit(moving(change.after, "b" * 64, second))
    assert stores.register.at_place(first) == NumberClaim(first, None)
    other = registered(stores)
    stores.register.commit(moving(other, "a" * 64, first))
    assert stores.register.at_place(first) == NumberClaim(first, other.beneficiary_id)
    # Somebody whose claim is another's now gives up nothing.
    with pytest.raises(VersionConflict):
        stores.register.commit(moving(change.after, "c" * 64, an_id()))
    somebody = registration(beneficiary_id=an_id())
    stores.register.commit(somebody)


def test_somebody_is_registered_in_a_place_that_was_given_up(stores: Stores) -> None:
    before, first = registered(stores), an_id()
    stores.register.commit(change := moving(before, "a" * 64, first))
    stores.register.commit(moving(change.after, "b" * 64, an_id()))
    new = registration(beneficiary_id=first)
    stores.register.commit(new)
    assert stores.register.get(first) == new.after


def test_what_keeps_a_place_is_in_no_walk_through_the_table(tables: DynamoTables) -> None:
    stores = tables.stores()
    stores.register.commit(moving(registered(stores), "a" * 64, an_id()))
    faults: list[str] = []
    names = (tables.name("Beneficiaries"), tables.name("Ledger"))
    walked = WholeLedger(tables.client, *names, segments=1)(faults.append, lambda _: None)
    assert (walked.people, [one for one in faults if "chain" in one]) == (1, [])
    done = BenefitMigration(tables.client, names[0], "fund")(dry_run=True)
    assert done.became.total() == 0


class Desk:
    """Clerks who register people, and put their numbers right."""

    def __init__(self, stores: Stores) -> None:
        clock, self.keys = FixedClock(NOW), FakePersonKeys(secret=an_id().encode())
        references = ReferencesOfPayers(self.keys, stores.payment_references)
        looks = LookUps(NoteAccess(stores.access_log, clock), CountLookUps(stores.limits, FindLimits(50, 200), clock))
        self.register = RegisterBeneficiary(
            stores.register, self.keys, FakeSeal(), clock, stores.ledger, ("fund",), references, looks
        )
        self.propose = ProposeIdNumber(stores.register, stores.reviews, clock, self.keys, looks)
        self.confirm = ConfirmIdNumber(stores.register, stores.reviews, stores.ledger, clock, self.keys, looks)

    def new(self, number: IdNumber) -> str:
        benefit = NewBenefit(Category.RESIDENT_PENSION, "110101", NOW.date())
        return self.register(Registration("王小明", number, benefit), CLERK, an_id()).beneficiary_id

    def proposed(self, number: IdNumber, who: str) -> Callable[[], object]:
        """What is left to do for a second clerk."""
        proposal = self.propose(who, number, AmendGround.MISTYPED, CLERK, an_id())
        return lambda: self.confirm(proposal.review_id, number, replace(CLERK, user_id="clerk-2"))


def at_once(asked: Sequence[Callable[[], object]]) -> int:
    """How many of these succeed, each tried again where somebody else was quicker."""
    done: list[object] = []

    def act(one: Callable[[], object]) -> None:
        for _ in range(3):
            with suppress(VersionConflict):
                with suppress(AlreadyRegistered):
                    done.append(one())
                return

    threads = [threading.Thread(target=act, args=(one,)) for one in asked]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return len(done)


def test_of_all_who_want_one_number_at_once_one_gets_it(racing: Stores) -> None:
    """It was mistyped for two people, and put right; then both have it back, a third one has it, and its owner is
    registered three times."""
    desk, number = Desk(racing), IdNumber.parse("11010519491231002X")
    others = [IdNumber.parse(text) for text in ("110101195005050032", "110101194001010039")]
    people = []
    for other in others:
        people.append(desk.new(number))
        desk.proposed(other, people[-1])()
    people.append(desk.new(IdNumber.parse("110101194001010055")))
    asked = [*(desk.proposed(number, who) for who in people), *[lambda: desk.new(number)] * 3]
    assert at_once(asked) == 1
    first = desk.keys.beneficiary_id(number.value)
    places = (racing.register.at_place(place_of(first, place)) for place in range(MOST_PLACES))
    ids = {*people, *(one.beneficiary_id for one in places if isinstance(one, Beneficiary))}
    assert sum(has_number(one, desk.keys, number) for one in racing.register.get_several(sorted(ids))) == 1
    assert not [one for one in ids if LedgerCheck(racing.register, racing.ledger)(one)]
