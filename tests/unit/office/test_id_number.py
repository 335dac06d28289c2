"""An ID number is put right by two clerks: the person's id and chain stay, and nobody ever has two people's number."""

import json
import threading
from contextlib import suppress
from dataclasses import replace
from datetime import date

import pytest

from lifecert.application.office.amend_record import AmendRecord, RightRecord
from lifecert.application.office.confirm_proposal import ConfirmProposal
from lifecert.application.office.id_number import ConfirmIdNumber, ProposeIdNumber
from lifecert.application.office.register_beneficiary import NewBenefit, RegisterBeneficiary, Registration
from lifecert.application.shared.finding import by_number_and_name
from lifecert.application.shared.reviewing import OpenReview
from lifecert.domain.access import AccessAction
from lifecert.domain.actor import Actor, Role
from lifecert.domain.amendment import AmendGround
from lifecert.domain.beneficiary import Beneficiary
from lifecert.domain.category import Category
from lifecert.domain.errors import (
    ActedInCase,
    AlreadyRegistered,
    BeneficiaryNotFound,
    DayImpossible,
    DoubtedElsewhere,
    GroundUnsuitable,
    IdempotencyKeyReused,
    IdNumberDiffers,
    LifeCertError,
    LimitReached,
    NotAllowed,
    NothingToAmend,
    ProposalExpired,
    ProposalNotFound,
    ReviewDecidedBefore,
    SecondClerkNeeded,
)
from lifecert.domain.ledger import LedgerEvent, verify_chain
from lifecert.domain.limits import FindLimits
from lifecert.domain.number import MOST_PLACES, place_of
from lifecert.domain.person import IdNumber
from lifecert.domain.published import published_events
from lifecert.domain.review import PROPOSAL_LASTS, Ground, Review, ReviewKind, ReviewOutcome
from lifecert.domain.status import EndCause
from ops.verify_ledger import LedgerCheck
from tests.support.builders import (
    CLERK,
    HELPER,
    PROOFS,
    an_id,
    an_issuer,
)
from tests.support.entitled import PAYERS, SECOND, Person
from tests.support.fakes.access import looking_up, references_of_payers
from tests.support.fakes.keys import FakePersonKeys
from tests.support.fakes.notices import FakeSeal
from tests.support.fakes.photos import MemoryPhotos
from tests.support.verifying import review_decider

# Which the person was registered under, what it should be, a child's, and one that is nobody's.
WRONG = IdNumber.parse("11010519491231002X")
RIGHT = IdNumber.parse("110101195005050032")
CHILD = IdNumber.parse("110101201801010013")
FREE = IdNumber.parse("110101194001010039")
THIRD = replace(CLERK, user_id="clerk-3")


class Desk(Person):
    """An office whose people's numbers are put right."""

    def __init__(self, begins: int = -100, *, known_to_two: bool = True) -> None:
        super().__init__(begins, known_to_two=known_to_two)
        self.keys, self.limits = FakePersonKeys(), FindLimits(50, 200)

    def proposal(self, number: IdNumber = RIGHT, who: str | None = None, key: str | None = None) -> Review:
        looks = looking_up(self.store, self.clock, self.limits)
        propose = ProposeIdNumber(self.store.register, self.store.reviews_port, self.clock, self.keys, looks)
        return propose(who or self.who, number, AmendGround.MISTYPED, CLERK, key or an_id())

    @property
    def confirming(self) -> ConfirmIdNumber:
        store = self.store
        looks = looking_up(store, self.clock, self.limits)
        return ConfirmIdNumber(store.register, store.reviews_port, store.ledger, self.clock, self.keys, looks)

    def put_right(self, number: IdNumber = RIGHT, who: str | None = None) -> None:
        self.confirming(self.proposal(number, who).review_id, number, SECOND)
        self.whole()

    def rejected(self, proposal: Review) -> None:
        store = self.store
        confirm = ConfirmProposal(store.register, store.reviews_port, store.ledger, self.clock, an_issuer(), PROOFS)
        confirm(proposal.review_id, SECOND, confirm=False)

    def whole(self) -> None:
        """Every chain is whole and says what the register has, and no number is two people's."""
        for who in self.store.beneficiaries:
            assert LedgerCheck(self.store.register, self.store.ledger)(who) is None
            verify_chain(self.store.entries[who])
        held = [one.person_key for one in self.store.beneficiaries.values()]
        assert len(held) == len(set(held))

    def registers(self, number: IdNumber, name: str = "李秀英", key: str | None = None) -> Beneficiary:
        store = self.store
        references, told = references_of_payers(store, self.keys), looking_up(store, self.clock, self.limits)
        register = RegisterBeneficiary(
            store.register, self.keys, FakeSeal(), self.clock, store.ledger, PAYERS, references, told
        )
        benefit = NewBenefit(Category.RESIDENT_PENSION, "110101", self.clock.today())
        return register(Registration(name, number, benefit), CLERK, key or an_id())

    def found(self, number: IdNumber, name: str = "王小明") -> str | None:
        one = by_number_and_name(self.store.register, self.keys, number, name)
        return one.beneficiary_id if one else None


def test_two_clerks_put_a_number_right_and_the_person_stays_who_they_are() -> None:
    desk = Desk()
    before = desk.now
    proposal = desk.proposal()
    assert desk.now.person_key == before.person_key, "nothing is another yet"
    confirmed = desk.confirming(proposal.review_id, RIGHT, SECOND)
    assert confirmed.decision
    assert (desk.found(RIGHT), desk.found(WRONG)) == (desk.who, None)
    kept = {"person_key", "version", "ledger_head", "number_claim", "faces_were_deleted", "clerk_acts"}
    assert {name: getattr(before, name) for name in before.__slots__ if name not in kept} == {
        name: getattr(desk.now, name) for name in before.__slots__ if name not in kept
    }
    entry = desk.store.entries[desk.who][-1]
    assert (entry.event, entry.details["changed"], entry.actor.actor_id) == (
        LedgerEvent.AMENDED,
        "id_number",
        "clerk-2",
    )
    assert (entry.details["proposed_by"], entry.details["ground"]) == (CLERK.user_id, AmendGround.MISTYPED)
    told = json.dumps([dict(one.details) for one in desk.store.entries[desk.who]])
    assert not any(one in told for one in (RIGHT.value, WRONG.value, desk.now.person_key, before.person_key))
    assert published_events(entry) == ()
    desk.whole()


def test_who_proposed_does_not_confirm_and_who_confirms_gives_the_number() -> None:
    desk = Desk()
    proposal = desk.proposal()
    before = desk.now
    with pytest.raises(SecondClerkNeeded):
        desk.confirming(proposal.review_id, RIGHT, CLERK)
    with pytest.raises(IdNumberDiffers):
        desk.confirming(proposal.review_id, CHILD, SECOND)
    with pytest.raises(NotAllowed):
        desk.confirming(proposal.review_id, RIGHT, HELPER)
    store = desk.store
    blind = ConfirmProposal(store.register, store.reviews_port, store.ledger, desk.clock, an_issuer(), PROOFS)
    with pytest.raises(IdNumberDiffers):
        blind(proposal.review_id, SECOND, confirm=True)
    assert desk.now == before
    blind(proposal.review_id, THIRD, confirm=False)
    with pytest.raises(ReviewDecidedBefore):
        desk.confirming(proposal.review_id, RIGHT, SECOND)
    with pytest.raises(ProposalNotFound):
        desk.confirming(an_id(), RIGHT, SECOND)
    end = desk.propose(ReviewKind.END, cause=EndCause.MOVED)
    with pytest.raises(ProposalNotFound):
        desk.confirming(end.review_id, RIGHT, SECOND)


def test_a_repeat_is_answered_the_same() -> None:
    desk = Desk()
    proposal = desk.proposal(key="key-1")
    assert desk.proposal(key="key-1") == proposal
    with pytest.raises(IdempotencyKeyReused):
        desk.proposal(CHILD, key="key-1")
    done = desk.confirming(proposal.review_id, RIGHT, SECOND)
    version = desk.now.version
    assert desk.confirming(proposal.review_id, RIGHT, SECOND) == done
    assert desk.proposal(key="key-1") == done
    assert desk.now.version == version
    with pytest.raises(ReviewDecidedBefore):
        desk.confirming(proposal.review_id, RIGHT, THIRD)


def test_what_is_refused() -> None:
    desk = Desk()
    desk.registers(RIGHT)
    with pytest.raises(AlreadyRegistered):
        desk.proposal(RIGHT)
    with pytest.raises(NothingToAmend):
        desk.proposal(WRONG)
    with pytest.raises(BeneficiaryNotFound):
        desk.proposal(CHILD, who=an_id())
    looks = looking_up(desk.store, desk.clock)
    propose = ProposeIdNumber(desk.store.register, desk.store.reviews_port, desk.clock, desk.keys, looks)
    with pytest.raises(GroundUnsuitable):
        propose(desk.who, CHILD, AmendGround.MOVED_HOUSE, CLERK, an_id())
    with pytest.raises(NotAllowed):
        propose(desk.who, CHILD, AmendGround.MISTYPED, HELPER, an_id())


def test_who_proposes_numbers_to_learn_whose_they_are_is_counted_and_written_down() -> None:
    desk = Desk()
    desk.limits = FindLimits(2, 2)
    other = desk.registers(RIGHT)
    with pytest.raises(AlreadyRegistered) as refused:
        desk.proposal(RIGHT)
    assert refused.value.beneficiary_id == other.beneficiary_id, "as a look-up tells it"
    [row] = desk.store.accesses
    assert (row.beneficiary_id, row.actor_id, row.action) == (
        other.beneficiary_id,
        CLERK.user_id,
        AccessAction.REGISTERED_AGAIN,
    )
    proposed = desk.proposal(FREE, key="key-1")
    assert desk.proposal(FREE, key="key-1") == proposed, "a repeat is no further look"
    with pytest.raises(LimitReached):
        desk.proposal(CHILD)


def test_who_registers_people_to_learn_whether_they_are_is_counted() -> None:
    desk = Desk()
    desk.limits = FindLimits(1, 1)
    with pytest.raises(AlreadyRegistered):
        desk.registers(WRONG)
    with pytest.raises(LimitReached):
        desk.registers(WRONG)
    assert len(desk.store.accesses) == 2, "that the limit is reached tells as much"
    assert desk.registers(RIGHT).version == 1, "whoever is new is registered, however many"


def test_who_confirms_cannot_guess_at_a_number_and_of_what_is_decided_learns_nothing() -> None:
    desk = Desk()
    desk.limits = FindLimits(3, 3)
    proposal = desk.proposal()
    for _ in range(3):
        with pytest.raises(IdNumberDiffers):
            desk.confirming(proposal.review_id, FREE, SECOND)
    with pytest.raises(LimitReached):
        desk.confirming(proposal.review_id, FREE, SECOND)
    desk.confirming(proposal.review_id, RIGHT, SECOND)
    for number in (RIGHT, FREE):
        with pytest.raises(ReviewDecidedBefore):
            desk.confirming(proposal.review_id, number, THIRD)


def test_who_gave_somebody_another_name_proposes_no_number_too() -> None:
    """One clerk alone made the record fit a living accomplice's papers, which the second then saw."""
    desk = Desk()
    name = RightRecord("李秀英")
    AmendRecord(desk.store.register, desk.store.ledger, desk.clock, desk.keys, desk.references)(
        desk.who, name, AmendGround.RENAMED, CLERK, an_id()
    )
    desk.clock.move(days=80)
    proposal = desk.proposal()
    with pytest.raises(ActedInCase):
        desk.confirming(proposal.review_id, RIGHT, SECOND)
    desk.clock.move(days=11)
    later = desk.proposal()
    desk.confirming(later.review_id, RIGHT, SECOND)


def test_the_first_face_after_another_number_waits_for_a_second_clerk() -> None:
    desk = Desk()
    assert not desk.now.first_face_waits(CLERK.user_id)
    desk.put_right()
    assert desk.now.first_face_waits(CLERK.user_id)
    assert desk.now.first_face_waits(THIRD.user_id)


def test_a_number_stays_while_anybody_says_that_the_person_died() -> None:
    """A child's report, which stops no machine: under another number a second one would find nobody."""
    desk = Desk()
    proposal = desk.proposal()
    report = OpenReview(desk.store.register, desk.clock)(desk.who, ReviewKind.DEATH_REPORT, Actor("child", Role.USER))
    assert not desk.now.doubts
    with pytest.raises(DoubtedElsewhere):
        desk.proposal(FREE)
    with pytest.raises(DoubtedElsewhere):
        desk.confirming(proposal.review_id, RIGHT, SECOND)
    decide = review_decider(desk.store, MemoryPhotos(), desk.clock)
    decide(report, ReviewOutcome.REFUSE, Ground.UNFOUNDED, THIRD)
    desk.confirming(proposal.review_id, RIGHT, SECOND)
    assert desk.found(RIGHT) == desk.who


def test_somebody_who_was_registered_meanwhile_keeps_their_number() -> None:
    desk = Desk()
    proposal = desk.proposal()
    other = desk.registers(RIGHT)
    with pytest.raises(AlreadyRegistered):
        desk.confirming(proposal.review_id, RIGHT, SECOND)
    assert desk.found(RIGHT, "李秀英") == other.beneficiary_id
    desk.whole()


def test_an_open_case_keeps_the_number_and_a_registration_that_waits_does_not() -> None:
    desk = Desk(known_to_two=False)
    (waits,) = desk.now.doubts
    proposal = desk.proposal()
    doubted = desk.propose(ReviewKind.END, cause=EndCause.DECEASED)
    assert {one.review_id for one in desk.now.doubts} == {waits.review_id, doubted.review_id}
    with pytest.raises(DoubtedElsewhere):
        desk.confirming(proposal.review_id, RIGHT, SECOND)
    with pytest.raises(DoubtedElsewhere):
        desk.proposal()
    desk.rejected(doubted)
    desk.confirming(proposal.review_id, RIGHT, SECOND)
    assert desk.now.doubts == (waits,), "they still wait for whoever says that they exist"
    desk.store.beneficiaries[desk.who] = replace(desk.now, open_cases=(replace(waits, upheld=True),))
    with pytest.raises(DoubtedElsewhere):
        desk.proposal(WRONG)


def test_a_proposal_waits_for_fourteen_days_and_outlives_no_other_number() -> None:
    desk = Desk()
    old, proposal = desk.proposal(FREE), desk.proposal()
    desk.confirming(proposal.review_id, RIGHT, SECOND)
    with pytest.raises(ProposalExpired):
        desk.confirming(old.review_id, FREE, SECOND)
    late = desk.proposal(FREE)
    desk.clock.move(days=PROPOSAL_LASTS.days + 1)
    with pytest.raises(ProposalExpired):
        desk.confirming(late.review_id, FREE, SECOND)


def test_what_hangs_on_the_birth_date_follows() -> None:
    desk = Desk()
    desk.put_right(CHILD)
    assert desk.now.guardian_until == date(2032, 1, 1)
    assert desk.now.under_age_on(desk.clock.today())
    desk.put_right(RIGHT)
    assert desk.now.guardian_until is None


def test_nobody_draws_a_benefit_from_before_they_were_born() -> None:
    desk = Desk(begins=-(date(2026, 3, 1) - date(2017, 1, 1)).days)
    with pytest.raises(DayImpossible):
        desk.proposal(CHILD)


def test_whose_number_it_was_can_be_registered_and_corrected_back() -> None:
    desk = Desk()
    desk.put_right(RIGHT)
    first = desk.keys.beneficiary_id(WRONG.value)
    assert first == desk.who
    owner = desk.registers(WRONG, key="once")
    assert owner.beneficiary_id == place_of(first, 1)
    assert desk.registers(WRONG, key="once").beneficiary_id == owner.beneficiary_id, "a repeat is the same person"
    assert desk.found(WRONG, "李秀英") == owner.beneficiary_id
    with pytest.raises(AlreadyRegistered):
        desk.registers(WRONG)
    with pytest.raises(AlreadyRegistered):
        desk.registers(RIGHT)
    with pytest.raises(AlreadyRegistered):
        desk.put_right(WRONG)
    # They had each other's: by a number that is nobody's, one after the other.
    desk.put_right(FREE)
    desk.put_right(RIGHT, owner.beneficiary_id)
    desk.put_right(WRONG)
    assert (desk.found(WRONG), desk.found(RIGHT, "李秀英")) == (desk.who, owner.beneficiary_id)
    with pytest.raises(AlreadyRegistered):
        desk.registers(WRONG)
    with pytest.raises(AlreadyRegistered):
        desk.registers(RIGHT)
    # And the one in between is free again.
    assert desk.registers(FREE, "钱大江").version == 1
    desk.whole()


def test_to_and_fro_takes_no_place_for_good() -> None:
    desk = Desk()
    for _ in range(MOST_PLACES):
        desk.put_right(RIGHT)
        desk.put_right(WRONG)
    desk.put_right(RIGHT)
    assert desk.registers(WRONG).version == 1
    desk.whole()


def test_a_number_has_so_many_places_and_no_more() -> None:
    desk = Desk()
    assert len({place_of(desk.who, number) for number in range(MOST_PLACES)}) == MOST_PLACES
    for number in range(MOST_PLACES):
        somebody = desk.registers(RIGHT).beneficiary_id
        desk.put_right(numbered(number), somebody)
    with pytest.raises(AlreadyRegistered):
        desk.registers(RIGHT)
    with pytest.raises(AlreadyRegistered):
        desk.proposal(RIGHT)


def numbered(order: int) -> IdNumber:
    """The number of somebody born in 1940."""
    for check in "0123456789X":
        with suppress(ValueError):
            return IdNumber.parse(f"11010119400101{order:03d}{check}")
    raise AssertionError


def test_who_stands_under_a_secret_that_nobody_looks_under_still_has_their_number() -> None:
    """A new secret is in force, and not everybody was brought up before the old one was looked under no more."""
    desk = Desk()
    desk.keys = FakePersonKeys(secrets=("1", "2"))
    assert desk.now.person_key not in desk.keys.looked_up_keys(WRONG.value)
    other = desk.registers(RIGHT)
    with pytest.raises(AlreadyRegistered):
        desk.registers(WRONG)
    with pytest.raises(AlreadyRegistered):
        desk.proposal(WRONG, other.beneficiary_id)
    with pytest.raises(NothingToAmend):
        desk.proposal(WRONG)
    desk.put_right(FREE)
    assert (desk.now.person_secret, desk.now.person_key) == ("1", desk.keys.person_key(FREE.value, "1"))
    assert desk.registers(WRONG).beneficiary_id == place_of(desk.who, 1)


@pytest.mark.parametrize("seed", range(4))
def test_of_many_who_want_one_number_at_once_one_gets_it(seed: int) -> None:
    desk = Desk()
    desk.put_right(RIGHT)
    others = [desk.registers(IdNumber.parse(text), "钱大江") for text in ("110101194001010055", "110101194001010071")]
    proposals = [desk.proposal(WRONG, one) for one in (desk.who, *(other.beneficiary_id for other in others))]
    done: list[str] = []

    def act(number: int) -> None:
        try:
            if number < len(proposals):
                desk.confirming(proposals[number].review_id, WRONG, SECOND)
            else:
                desk.registers(WRONG, key=f"key-{number}")
        except LifeCertError:
            return
        done.append(str(number))

    threads = [threading.Thread(target=act, args=(number,)) for number in range(5)]
    for thread in threads[seed:] + threads[:seed]:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(done) == 1
    desk.whole()
