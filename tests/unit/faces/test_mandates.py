"""Mandates: who gives them, what they give, who ends them; and that they prove nobody's life (adr/0052)."""

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

import pytest

from lifecert.application.certify.get_status import GetBeneficiary
from lifecert.application.faces.consent import RemoveHelpers, UndoWithdrawal, WithdrawConsent
from lifecert.application.faces.mandates import EndMandate, GiveMandate, MandateWish
from lifecert.domain.actor import User
from lifecert.domain.beneficiary import Beneficiary
from lifecert.domain.errors import (
    BeneficiaryNotFound,
    EntitlementEnded,
    LimitReached,
    MandateNotFound,
    MandateUnsuitable,
    OnlyAtTheCounter,
    TooManyMandates,
)
from lifecert.domain.invitation import user_of
from lifecert.domain.ledger import LedgerEvent, verify_chain
from lifecert.domain.limits import FindLimits
from lifecert.domain.mandate import (
    GIVEN_WITHIN,
    LONGEST,
    MOST_GIVEN,
    MOST_MANDATES,
    Mandate,
    MandateGround,
    MandateKind,
    MandateRight,
)
from lifecert.domain.policy import Outcome
from lifecert.domain.review import ReviewKind
from lifecert.domain.scope import Scope
from lifecert.domain.status import Standing, Status
from ops.recorded import Recorded
from tests.support.builders import CLERK, NOW, a_change, good_evidence, helper_volume, registration
from tests.support.fakes.access import counting, noting
from tests.support.fakes.clock import FixedClock
from tests.support.fakes.store import MemoryStore
from tests.support.open_cases import Office, decision_of, opened
from tests.support.verifying import with_other

TODAY = date(2026, 3, 1)
OWN, HOLDER, OLD = User("own-account"), User("daughter"), User("helper-of-long-ago")
LETTER, STRANGER = User(user_of("letter")), User("stranger")
ALL = frozenset(MandateRight)
END = TODAY + timedelta(days=365)
WISH = MandateWish(HOLDER.user_id, ALL, END)
PAPER: dict[str, Any] = {"ground": MandateGround.COURT_ORDER, "scan": "5" * 64}
GUARDIAN = replace(WISH, kind=MandateKind.GUARDIAN, **PAPER)
INSTITUTION = replace(WISH, kind=MandateKind.INSTITUTION, ground=MandateGround.CARE_CONTRACT, scan="5" * 64)


@dataclass
class World:
    """A person with an account of their own, a helper of long ago and a letter."""

    store: MemoryStore = field(default_factory=MemoryStore)
    clock: FixedClock = field(default_factory=lambda: FixedClock(NOW))
    id: str = ""

    def __post_init__(self) -> None:
        change = registration(
            certified_by=(OLD.user_id, OWN.user_id), own_account=OWN.user_id, invitation_id="letter", has_reference=True
        )
        self.store.register.commit(change)
        self.id = change.after.beneficiary_id
        register, ledger = self.store.register, self.store.ledger
        self.give_it = GiveMandate(register, ledger, self.clock, counting(self.store, self.clock, FindLimits(60, 200)))
        self.end_it = EndMandate(register, self.clock)
        self.remove = RemoveHelpers(register, ledger, self.clock)
        self.withdraw = WithdrawConsent(register, self.clock)
        self.undo = UndoWithdrawal(register, self.clock, self.store.limits)
        self.look = GetBeneficiary(register, ledger, noting(self.store, self.clock), self.clock)

    @property
    def person(self) -> Beneficiary:
        return self.store.beneficiaries[self.id]

    def give(self, wish: MandateWish = WISH, by: User = OWN) -> Mandate:
        return self.give_it(self.id, by, wish)

    def agrees(self) -> bool:
        taken = Recorded()
        for entry in self.store.entries[self.id]:
            taken.take(entry)
        return "mandates" not in taken.differences(self.person)


# --- giving ----------------------------------------------------------------------------------------------------------


def test_the_persons_own_account_gives_a_helper_a_mandate_and_the_ledger_says_so() -> None:
    world = World()
    given = world.give()
    assert (given.kind, given.holder, given.start, given.end, given.by_office) == (
        MandateKind.HELPER,
        HOLDER.user_id,
        TODAY,
        END,
        False,
    )
    assert world.person.mandates == (given,)
    entry = world.store.entries[world.id][-1]
    assert (entry.event, entry.actor.actor_id, entry.details["rights"]) == (
        LedgerEvent.MANDATE_GIVEN,
        OWN.user_id,
        "certify,standing,consent",
    )
    assert world.agrees()
    assert verify_chain(world.store.entries[world.id]) == world.person.version


def test_the_same_again_is_the_one_that_was_given() -> None:
    world = World()
    assert world.give() == world.give()
    assert len(world.person.mandates) == 1


@pytest.mark.parametrize("wish", [GUARDIAN, INSTITUTION, replace(WISH, **PAPER)])
def test_a_clerk_gives_any_kind_with_ground_and_paper(wish: MandateWish) -> None:
    world = World()
    given = world.give(wish, CLERK)
    assert (given.kind, given.by_office) == (wish.kind, True)
    details = world.store.entries[world.id][-1].details
    assert (details["ground"], details["scan"]) == (wish.ground, wish.scan)


@pytest.mark.parametrize(
    ("wish", "by", "error"),
    [
        (replace(WISH, kind=MandateKind.GUARDIAN), OWN, OnlyAtTheCounter),
        (replace(WISH, kind=MandateKind.INSTITUTION), OWN, OnlyAtTheCounter),
        (WISH, OLD, OnlyAtTheCounter),
        (WISH, LETTER, OnlyAtTheCounter),  # whoever found it does not have the face
        (WISH, STRANGER, BeneficiaryNotFound),
        (WISH, HOLDER, BeneficiaryNotFound),
        (GUARDIAN, replace(CLERK, scope=Scope.of(["22"])), BeneficiaryNotFound),
        (WISH, CLERK, MandateUnsuitable),  # without ground and paper
        (replace(GUARDIAN, scan=""), CLERK, MandateUnsuitable),
        (replace(GUARDIAN, ground=None), CLERK, MandateUnsuitable),
        (replace(WISH, **PAPER), OWN, MandateUnsuitable),
        (replace(GUARDIAN, holder=CLERK.user_id), CLERK, MandateUnsuitable),
        (replace(WISH, holder=OWN.user_id), OWN, MandateUnsuitable),
        (replace(GUARDIAN, holder=OWN.user_id), CLERK, MandateUnsuitable),
        (replace(WISH, rights=frozenset()), OWN, MandateUnsuitable),
        (replace(WISH, start=TODAY - timedelta(days=1)), OWN, MandateUnsuitable),
        (replace(WISH, start=TODAY + timedelta(days=32)), OWN, MandateUnsuitable),
        (replace(WISH, end=TODAY - timedelta(days=1)), OWN, MandateUnsuitable),
        (replace(WISH, end=TODAY + LONGEST + timedelta(days=1)), OWN, MandateUnsuitable),
    ],
)
def test_who_gives_none_and_which_are_none(wish: MandateWish, by: User, error: type[Exception]) -> None:
    world = World()
    with pytest.raises(error):
        world.give(wish, by)
    assert world.person.mandates == ()


def test_a_letter_gives_one_once_it_has_certified_the_person_lately() -> None:
    world = World()
    details = {"certified_by": LETTER.user_id, "certificate_id": "c", "method": "face_self"}
    changed = {"certified_by": (*world.person.certified_by, LETTER.user_id)}
    world.store.register.commit(a_change(world.person, LedgerEvent.CERTIFIED, details=details, changed=changed))
    assert world.give(WISH, LETTER).kind is MandateKind.HELPER
    world.clock.move(days=31)
    with pytest.raises(OnlyAtTheCounter):
        world.give(replace(WISH, holder="somebody else"), LETTER)


def test_five_stand_beside_each_other_and_those_that_are_over_do_not_count() -> None:
    world = World()
    for number in range(MOST_MANDATES):
        world.give(replace(WISH, holder=f"helper-{number}", end=TODAY + timedelta(days=10)))
    with pytest.raises(TooManyMandates):
        world.give()
    world.clock.move(days=11)
    assert [one.holder for one in (world.give(), *world.person.mandates)] == [HOLDER.user_id] * 2
    assert world.agrees()


def test_giving_and_ending_over_and_over_fills_no_ledger_and_leaves_the_office_free() -> None:
    """Every decision about a person reads their whole ledger: filled without end, nobody could end what is paid."""
    world = World()
    for _ in range(MOST_GIVEN):
        world.end_it(world.id, world.give().mandate_id, OWN)
    before = world.person.version
    with pytest.raises(LimitReached) as reached:
        world.give()
    assert reached.value.until == NOW + GIVEN_WITHIN
    assert world.person.version == before
    world.give(GUARDIAN, CLERK)
    world.clock.move(days=GIVEN_WITHIN.days)
    assert world.give().holder == HOLDER.user_id


def test_a_clerk_s_mandate_counts_as_a_look_up_once_and_the_person_s_does_not() -> None:
    """A stolen account of a clerk would leave behind who reads everybody's records for three years."""
    worlds, first = [World() for _ in range(3)], World()
    for world in worlds:
        world.give_it = replace(world.give_it, counting=counting(first.store, world.clock, FindLimits(2, 9)))
        world.give()
    assert first.store.counted == {}
    for world in worlds[:2]:
        assert world.give(GUARDIAN, CLERK) == world.give(GUARDIAN, CLERK)
    with pytest.raises(LimitReached):
        worlds[2].give(GUARDIAN, CLERK)
    assert [one.kind for one in worlds[2].person.mandates] == [MandateKind.HELPER]
    worlds[2].give(GUARDIAN, replace(CLERK, user_id="clerk-2"))


def test_after_the_end_of_the_entitlement_none_is_given() -> None:
    world = World()
    ended = Standing(Status.TERMINATED, world.person.valid_until, ended_on=TODAY)
    world.store.register.commit(a_change(world.person, LedgerEvent.TERMINATED, changed={"standing": ended}))
    with pytest.raises(EntitlementEnded):
        world.give()


# --- ending ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("by", [OWN, CLERK, HOLDER])
@pytest.mark.parametrize(("wish", "given_by"), [(WISH, OWN), (GUARDIAN, CLERK)])
def test_person_office_and_holder_end_it_whoever_gave_it(by: User, wish: MandateWish, given_by: User) -> None:
    world = World()
    given = world.give(wish, given_by)
    assert world.end_it(world.id, given.mandate_id, by) == given
    assert world.person.mandates == ()
    entry = world.store.entries[world.id][-1]
    assert (entry.event, entry.actor.actor_id) == (LedgerEvent.MANDATE_ENDED, by.user_id)
    assert world.agrees()
    with pytest.raises((MandateNotFound, BeneficiaryNotFound)):
        world.end_it(world.id, given.mandate_id, by)


@pytest.mark.parametrize("by", [STRANGER, OLD, replace(CLERK, scope=Scope.of(["22"]))])
def test_nobody_else_ends_it(by: User) -> None:
    world = World()
    given = world.give()
    with pytest.raises(BeneficiaryNotFound):
        world.end_it(world.id, given.mandate_id, by)
    assert world.person.mandates == (given,)


def test_with_all_helpers_go_the_mandates_that_the_person_gave() -> None:
    world = World()
    world.give()
    office = world.give(replace(GUARDIAN, holder="guardian"), CLERK)
    world.remove(world.id, OWN)
    assert world.person.mandates == (office,)
    assert world.person.certified_by == (OWN.user_id,)
    assert world.agrees()


def test_an_account_that_is_removed_loses_its_mandate_too() -> None:
    world = World()
    world.give(replace(GUARDIAN, holder=OLD.user_id), CLERK)
    world.remove(world.id, CLERK, OLD.user_id)
    assert world.person.mandates == ()
    assert world.agrees()


# --- what it gives ---------------------------------------------------------------------------------------------------


def test_it_lets_the_holder_hear_how_the_person_stands_from_its_first_day_to_its_last() -> None:
    world = World()
    with pytest.raises(BeneficiaryNotFound):
        world.look(world.id, HOLDER)
    start = TODAY + timedelta(days=1)
    world.give(replace(WISH, start=start, end=start, rights=frozenset({MandateRight.STANDING})))
    seen = []
    for _ in range(3):
        try:
            seen.append(bool(world.look(world.id, HOLDER)))
        except BeneficiaryNotFound:
            seen.append(False)
        assert world.person.concerns(HOLDER.user_id, world.clock.today()) is seen[-1]
        world.clock.move(days=1)
    assert seen == [False, True, False]


@pytest.mark.parametrize("right", MandateRight)
def test_a_right_is_that_right_alone(right: MandateRight) -> None:
    world = World()
    world.give(replace(WISH, rights=frozenset({right})))
    tried = {}
    for name, act in (
        (MandateRight.STANDING, lambda: world.look(world.id, HOLDER)),
        (MandateRight.CONSENT, lambda: world.withdraw(world.id, HOLDER)),
    ):
        try:
            act()
            tried[name] = True
        except BeneficiaryNotFound:
            tried[name] = False
    assert tried == {name: name is right for name in tried}


def test_who_took_the_consent_back_by_a_mandate_gives_it_back_and_the_person_over_them() -> None:
    world = World()
    world.give()
    world.withdraw(world.id, HOLDER)
    assert world.person.withdrawn_by == HOLDER.user_id
    world.undo(world.id, HOLDER)
    assert world.person.consent_withdrawn_on is None
    world.withdraw(world.id, HOLDER)
    world.undo(world.id, OWN)
    assert world.person.mandates == (), "whoever withdrew against the person's wish acts for them no more"


def a_session(office: Office, on_behalf: bool = True) -> Any:
    opened_session = office.session(user_id=HOLDER.user_id, on_behalf=on_behalf)
    return office.verify(opened_session.session_id, HOLDER)


def mandated(office: Office, kind: MandateKind, *, by_office: bool = True, end: date = END) -> None:
    mandate = Mandate("mandate-1", kind, HOLDER.user_id, tuple(MandateRight), TODAY, end, by_office)
    details = {"mandate_id": "mandate-1"}
    change = a_change(office.beneficiary, LedgerEvent.MANDATE_GIVEN, details=details, changed={"mandates": (mandate,)})
    office.store.register.commit(change)


def test_the_certificate_says_that_there_was_a_mandate_and_its_kind_and_nobodys_name() -> None:
    office = Office()
    mandated(office, MandateKind.GUARDIAN)
    session = a_session(office)
    certificate = office.store.certificates[session.result.certificate_id]
    assert (certificate.mandate, certificate.claims("issuer")["mandate"]) == ("guardian", "guardian")
    assert HOLDER.user_id not in str(certificate.claims("issuer"))


@pytest.mark.parametrize("case", ["none", "over", "by themselves"])
def test_without_one_in_force_it_says_nothing(case: str) -> None:
    office = Office()
    if case != "none":
        mandated(office, MandateKind.HELPER, end=TODAY - timedelta(days=1) if case == "over" else END)
    session = a_session(office, on_behalf=case != "by themselves")
    assert "mandate" not in office.store.certificates[session.result.certificate_id].claims("issuer")


@pytest.mark.parametrize("kind", MandateKind)
def test_no_mandate_takes_the_place_of_the_face_or_of_an_open_case(kind: MandateKind) -> None:
    office = Office()
    mandated(office, kind)
    office.analyser.evidence = good_evidence(0.0)
    assert decision_of(a_session(office)).outcome is Outcome.RETRY
    office.analyser.evidence = good_evidence()
    opened(office, "a clerk's report")
    assert decision_of(a_session(office)).outcome is Outcome.REVIEW
    assert office.store.certificates == {}


@pytest.mark.parametrize(
    ("kind", "by_office", "looked_at"),
    [
        (MandateKind.INSTITUTION, True, 1),  # at every eighth
        (MandateKind.INSTITUTION, False, 4),
        (MandateKind.GUARDIAN, True, 4),
        (None, True, 4),
    ],
)
def test_whoever_acts_for_an_institution_has_a_larger_day_and_no_endless_one(
    kind: MandateKind | None, by_office: bool, looked_at: int
) -> None:
    office = Office(certified_by=(HOLDER.user_id,))
    volume = helper_volume(office.store.limits, office.store.register, office.clock, 2)
    office.verify = with_other(office.verify, helper_volume=volume)
    if kind:
        mandated(office, kind, by_office=by_office)
    for _ in range(8):
        assert decision_of(a_session(office)).outcome is Outcome.ACCEPTED
    found = [one for one in office.store.reviews.values() if one.kind is ReviewKind.UNUSUAL_VOLUME]
    assert len(found) == looked_at
