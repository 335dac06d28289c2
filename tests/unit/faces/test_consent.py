"""Consent to a face: on record before there is a photo, taken back, undone by whom it concerns; and helpers who go."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

import pytest

from lifecert.application.faces.consent import (
    GiveConsent,
    LetterHolder,
    RemoveHelpers,
    UndoGround,
    UndoWithdrawal,
    WithdrawConsent,
    refuse_without_consent,
)
from lifecert.application.faces.enrol_reference import BeginEnrolment, ConsentShown
from lifecert.application.shared.changing import change_newest
from lifecert.application.shared.finding import ByCode
from lifecert.domain.actor import Actor, Group, Role, User
from lifecert.domain.beneficiary import Beneficiary
from lifecert.domain.change import Change, record
from lifecert.domain.consent import KEPT_AFTER_WITHDRAWAL, FaceConsent, guardian_until
from lifecert.domain.errors import (
    BeneficiaryNotFound,
    ConsentMissing,
    ConsentWithdrawn,
    GroundUnsuitable,
    InvitationUnknown,
    LimitReached,
    OnlyAtTheCounter,
)
from lifecert.domain.help_lines import HelpLines
from lifecert.domain.invitation import Invitation, InvitationCode, draw_code, user_of
from lifecert.domain.ledger import LedgerEvent, verify_chain
from lifecert.domain.notice import NoticeChannel
from lifecert.domain.published import published_events
from lifecert.domain.session import ImageType
from ops.recorded import Recorded
from tests.support.builders import CLERK, HELPER, NOW, a_change, a_policy, an_id, registration
from tests.support.fakes.clock import FixedClock
from tests.support.fakes.invitations import FakeInvitationKeys
from tests.support.fakes.photos import MemoryPhotos
from tests.support.fakes.store import MemoryStore

VERSION = "2026-1"
OWN, OLD = User("own-account"), User("helper-of-long-ago")
LETTER = User(user_of("letter"))
STRANGER, AUDITOR = User("stranger"), User("auditor", frozenset({Group.AUDITOR}))
NOT_THEM = UndoGround.NOT_THE_PERSON


@dataclass(slots=True)
class World:
    """A person with a photo, an account of their own, a helper of long ago, another helper and a letter."""

    store: MemoryStore = field(default_factory=MemoryStore)
    photos: MemoryPhotos = field(default_factory=MemoryPhotos)
    clock: FixedClock = field(default_factory=lambda: FixedClock(NOW))
    id: str = ""

    def __post_init__(self) -> None:
        change = registration(
            has_reference=True,
            reference_ids=("reference",),
            certified_by=(OLD.user_id, HELPER.user_id, OWN.user_id),
            own_account=OWN.user_id,
            invitation_id="letter",
            contact_channel=NoticeChannel.SMS,
            consent=FaceConsent(VERSION, NOW, CLERK.user_id, guardian=False),
        )
        self.store.register.commit(change)
        self.id = change.after.beneficiary_id

    @property
    def person(self) -> Beneficiary:
        return self.store.beneficiaries[self.id]

    @property
    def last(self) -> Any:
        return self.store.entries[self.id][-1]

    def change(self, **changed: Any) -> None:
        change_newest(self.store.register, self.id, lambda newest: a_change(newest, changed=changed))

    def withdraw(self, user: User, **how: Any) -> Beneficiary:
        return WithdrawConsent(self.store.register, self.clock)(self.id, user, **how)

    def undo(self, user: User, ground: UndoGround | None = None) -> Beneficiary:
        return UndoWithdrawal(self.store.register, self.clock, self.store.limits)(self.id, user, ground)

    def certified(self, by: User, *, days_ago: int = 0, clerk: bool = False) -> None:
        """By this account or letter; `clerk`: a clerk accepted its try."""
        at, who = NOW - timedelta(days=days_ago), CLERK.user_id if clerk else by.user_id
        actor, details = Actor(who, Role.CLERK if clerk else Role.USER), {"certified_by": by.user_id}
        changed = replace(self.person, certified_by=self.person.with_certifier(by.user_id))
        after, entry = record(changed, LedgerEvent.CERTIFIED, actor, at, details)
        self.store.register.commit(Change(self.person.version, after, entry))

    def remove(self, user: User, helper: str | None = None) -> Beneficiary:
        return RemoveHelpers(self.store.register, self.store.ledger, self.clock)(self.id, user, helper)

    def begin(self, version: str = VERSION, *, guardian: bool = False) -> str:
        references, photos, clock = self.store.references, self.photos, self.clock
        begin = BeginEnrolment(self.store.register, references, photos, clock, a_policy(), VERSION)
        shown = ConsentShown(version, guardian)
        return begin(self.id, "office", None, ImageType.JPEG, CLERK, shown).enrolment.reference_id


# --- on record before there is a photo -------------------------------------------------------------------------------


def test_nobody_gets_an_upload_slot_without_consent_to_the_text_in_force() -> None:
    world = World()
    world.change(consent=None)
    for version in ("", "2020-1"):
        with pytest.raises(ConsentMissing):
            world.begin(version)
    assert not world.photos.slots
    assert not world.person.consent
    assert world.begin()
    assert world.person.consent == FaceConsent(VERSION, NOW, CLERK.user_id, guardian=False)
    assert (world.last.event, world.last.actor.actor_id) == (LedgerEvent.CONSENT_GIVEN, CLERK.user_id)
    assert world.last.details == {"consent_version": VERSION, "guardian_consent": False}
    assert verify_chain(world.store.entries[world.id])


def test_the_same_consent_is_on_record_once_and_another_takes_its_place() -> None:
    world = World()
    version = world.person.version
    world.clock.move(days=1)
    world.begin()
    assert (world.person.version, world.person.consent) == (version, FaceConsent(VERSION, NOW, CLERK.user_id, False))
    world.begin(guardian=True)
    assert world.person.consent == FaceConsent(VERSION, world.clock.now(), CLERK.user_id, guardian=True)


def test_for_a_child_a_guardian_consents_until_the_birthday() -> None:
    world = World()
    world.change(consent=None, guardian_until=date(2026, 3, 2))
    give = GiveConsent(world.store.register, world.clock, VERSION)
    for refused in (world.begin, lambda: give(world.id, VERSION, False, CLERK)):
        with pytest.raises(ConsentMissing):
            refused()
    assert give(world.id, VERSION, True, CLERK).consent == FaceConsent(VERSION, NOW, CLERK.user_id, guardian=True)
    world.begin(guardian=True)
    world.clock.move(days=1)
    world.begin()


@pytest.mark.parametrize(
    ("born", "today", "until"),
    [
        (date(2012, 3, 2), date(2026, 3, 1), date(2026, 3, 2)),
        (date(2012, 3, 1), date(2026, 3, 1), None),
        (date(2012, 2, 29), date(2026, 2, 28), date(2026, 3, 1)),
        (date(1949, 12, 31), date(2026, 3, 1), None),
    ],
)
def test_under_age_is_who_has_not_had_their_fourteenth_birthday(born: date, today: date, until: date | None) -> None:
    assert guardian_until(born, today) == until


def test_an_enrolment_does_not_undo_a_withdrawal() -> None:
    world = World()
    world.withdraw(OWN)
    with pytest.raises(ConsentWithdrawn):
        world.begin()
    assert world.person.consent_withdrawn_on


# --- taken back ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("user", "by"), [(OWN, OWN.user_id), (OLD, OLD.user_id), (LETTER, LETTER.user_id), (CLERK, "")]
)
def test_no_face_is_used_from_that_moment_and_the_person_is_told(user: User, by: str) -> None:
    world = World()
    after = world.withdraw(user)
    with pytest.raises(ConsentWithdrawn):
        refuse_without_consent(after)
    assert (after.withdrawn_by, after.faces_go_on) == (by, world.clock.today() + timedelta(days=7))
    (told,) = published_events(world.last)
    assert (told.type, told.detail["channel"], told.detail["faces_go_on"]) == ("ConsentWithdrawn", "sms", "2026-03-08")


@pytest.mark.parametrize("user", [STRANGER, AUDITOR, User(user_of("an-earlier-letter"))])
def test_strangers_and_earlier_letters_do_nothing(user: User) -> None:
    world = World()
    version = world.person.version
    for act in (world.withdraw, world.undo, world.remove):
        with pytest.raises(BeneficiaryNotFound):
            act(user)
    assert world.person.version == version


def test_only_who_stands_before_a_clerk_has_it_deleted_at_once() -> None:
    world = World()
    for user in (OWN, LETTER, OLD):
        with pytest.raises(OnlyAtTheCounter):
            world.withdraw(user, at_once=True)
    after = world.withdraw(CLERK, at_once=True)
    assert after.faces_go_on == world.clock.today() + timedelta(days=2), "not the night that comes, which nobody sees"


def test_days_that_run_are_cut_short_at_the_counter_and_never_made_longer() -> None:
    world = World()
    world.withdraw(OWN)
    world.clock.move(days=2)
    assert world.withdraw(CLERK).faces_go_on == date(2026, 3, 8)
    after = world.withdraw(CLERK, at_once=True)
    assert (after.consent_withdrawn_on, after.faces_go_on) == (date(2026, 3, 1), date(2026, 3, 5))
    assert after.withdrawn_by == "", "what is said at the counter counts from now on"
    world.clock.move(days=1)
    assert world.withdraw(CLERK, at_once=True) == after


# --- undone ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("undoes", [OWN, LETTER, CLERK])
def test_what_a_helper_of_long_ago_withdrew_the_person_undoes_and_the_helper_helps_no_more(undoes: User) -> None:
    world = World()
    world.withdraw(OLD)
    world.clock.move(days=6)
    after = world.undo(undoes, NOT_THEM if undoes is CLERK else None)
    refuse_without_consent(after)
    assert (after.faces_go_on, after.withdrawn_by, after.faces_due) == (None, "", None)
    assert after.certified_by == (HELPER.user_id, OWN.user_id)
    assert after.consent == FaceConsent(VERSION, NOW, CLERK.user_id, guardian=False)
    with pytest.raises(BeneficiaryNotFound):
        world.withdraw(OLD)
    (told,) = published_events(world.last)
    assert (told.type, told.detail["channel"]) == ("WithdrawalUndone", "sms")


def test_who_thinks_better_of_it_undoes_their_own_and_goes_on_helping() -> None:
    world = World()
    world.withdraw(OLD)
    assert OLD.user_id in world.undo(OLD).certified_by
    world.withdraw(OWN)
    after = world.undo(CLERK, UndoGround.CHANGED_MIND)
    assert (after.own_account, after.consent_withdrawn_on) == (OWN.user_id, None)


def test_a_helper_undoes_nothing_that_the_person_withdrew() -> None:
    for person in (OWN, LETTER, CLERK):
        world = World()
        world.withdraw(person)
        with pytest.raises(OnlyAtTheCounter):
            world.undo(OLD)
        assert world.person.consent_withdrawn_on


@pytest.mark.parametrize("user", [OWN, LETTER, OLD])
def test_what_was_said_at_the_counter_only_a_clerk_undoes(user: User) -> None:
    world = World()
    world.withdraw(CLERK)
    with pytest.raises(OnlyAtTheCounter):
        world.undo(user)
    assert world.undo(CLERK, NOT_THEM).consent_withdrawn_on is None


def test_a_clerk_gives_a_ground_and_nobody_else_does() -> None:
    world = World()
    world.withdraw(OLD)
    for user, ground in ((CLERK, None), (OWN, NOT_THEM)):
        with pytest.raises(GroundUnsuitable):
            world.undo(user, ground)
    world.undo(CLERK, NOT_THEM)
    heard = {"heard_until": "2027-03-01"}
    assert world.last.details == {"ground": "not_the_person", "helpers": OLD.user_id, "channel": "sms", **heard}


def test_after_the_seven_days_there_is_nothing_left_to_undo() -> None:
    world = World()
    world.withdraw(OLD)
    world.clock.move(days=7)
    for user, ground in ((OWN, None), (CLERK, NOT_THEM)):
        with pytest.raises(ConsentWithdrawn):
            world.undo(user, ground)


def test_what_was_never_withdrawn_stays_as_it_is() -> None:
    world = World()
    before = world.person
    assert world.undo(OWN) == before
    assert world.undo(CLERK, NOT_THEM) == before


def test_messages_are_bounded_and_a_withdrawal_is_never_refused() -> None:
    world = World()
    for _ in range(2):
        world.withdraw(LETTER)
        world.undo(LETTER)
    world.withdraw(LETTER)
    with pytest.raises(LimitReached):
        world.undo(LETTER)
    assert world.person.consent_withdrawn_on
    world.undo(OWN)  # whose account it is has a count of their own: nobody uses it up for them
    world.withdraw(LETTER)
    world.clock.move(days=1)
    world.undo(LETTER)


def test_given_anew_within_the_days_the_faces_stay() -> None:
    world = World()
    world.withdraw(OWN)
    give = GiveConsent(world.store.register, world.clock, VERSION)
    with pytest.raises(GroundUnsuitable):
        give(world.id, VERSION, False, CLERK)
    after = give(world.id, VERSION, False, CLERK, UndoGround.CHANGED_MIND)
    assert (after.consent_withdrawn_on, after.faces_go_on, after.faces_due) == (None, None, None)
    assert after.consent


# --- helpers ---------------------------------------------------------------------------------------------------------


def test_the_person_removes_all_helpers_and_a_clerk_one() -> None:
    for user in (OWN, LETTER):
        world = World()
        world.certified(LETTER, days_ago=30, clerk=user is OWN)
        assert world.remove(user).certified_by == (OWN.user_id, LETTER.user_id)
        assert world.last.event is LedgerEvent.HELPERS_REMOVED
        version = world.person.version
        assert world.remove(user).version == version
    world = World()
    assert world.remove(CLERK, OLD.user_id).certified_by == (HELPER.user_id, OWN.user_id)
    after = world.remove(CLERK, OWN.user_id)
    assert (after.certified_by, after.own_account) == ((HELPER.user_id,), "")
    assert world.remove(CLERK).certified_by == ()


def test_a_helper_removes_nobody_and_only_a_clerk_names_one() -> None:
    world = World()
    for user, helper in ((OLD, None), (OLD, HELPER.user_id), (OWN, HELPER.user_id), (LETTER, OLD.user_id)):
        with pytest.raises(OnlyAtTheCounter):
            world.remove(user, helper)


def test_who_finds_a_letter_removes_nobody() -> None:
    """Whoever found one took the helpers away, who then were believed no more when they reported a death; and did so
    each year after somebody else had certified the person."""
    world = World()
    world.certified(LETTER, days_ago=31)
    world.certified(HELPER)
    world.certified(HELPER, clerk=True)
    before = world.person.certified_by
    with pytest.raises(OnlyAtTheCounter):
        world.remove(LETTER)
    assert world.person.certified_by == before
    world.certified(LETTER, clerk=True)
    # Until an audit that was refused, or a revocation for fraud, has taken that from it.
    world.change(certified_by=tuple(one for one in before if one != LETTER.user_id))
    with pytest.raises(OnlyAtTheCounter):
        world.remove(LETTER)
    world.change(certified_by=(*(one for one in before if one != LETTER.user_id), LETTER.user_id))
    assert world.remove(LETTER).certified_by == (OWN.user_id, LETTER.user_id)


def test_the_letter_by_which_somebody_certified_is_no_helper() -> None:
    world = World()
    world.change(certified_by=(LETTER.user_id, OLD.user_id))
    assert world.remove(CLERK).certified_by == (LETTER.user_id,)


def test_the_ledger_tells_all_of_it() -> None:
    world = World()
    steps: tuple[Callable[[], Beneficiary], ...] = (
        lambda: world.withdraw(OLD),
        lambda: world.withdraw(OWN),
        lambda: world.undo(OWN),
        lambda: world.withdraw(OLD),
        lambda: world.undo(OWN),
        lambda: world.remove(OWN),
        lambda: world.withdraw(CLERK, at_once=True),
    )
    for step in steps:
        step()
        recorded = Recorded()
        # What the person began with stands in no entry.
        recorded.take(world.store.entries[world.id][0])
        first = world.person
        recorded.fields.update(
            consent=first.consent,
            certified_by=(OLD.user_id, HELPER.user_id, OWN.user_id),
            own_account=OWN.user_id,
            reference_ids=first.reference_ids,
            has_reference=True,
            invitation_id="letter",
            contact_channel=NoticeChannel.SMS,
        )
        for entry in world.store.entries[world.id][1:]:
            recorded.take(entry)
        assert recorded.differences(world.person) == []


# --- by the letter ---------------------------------------------------------------------------------------------------


def test_the_code_of_the_letter_that_is_good_stands_for_the_person_and_no_other() -> None:
    world, keys = World(), FakeInvitationKeys()
    code, earlier = draw_code(lambda _: 7), draw_code(lambda _: 8)
    assert code.text

    def issued(shown: InvitationCode, **changed: Any) -> Invitation:
        ends = NOW.date() + timedelta(days=1)
        hashed = keys.digits_key(shown.digits, keys.newest), keys.text_key(shown.text or "", keys.newest)
        letter = Invitation("letter", world.id, *hashed, keys.newest, False, NOW, ends)
        return replace(letter, **changed)

    world.store.invitations[world.id] = issued(code)
    by_code = ByCode(world.store.invitations_port, world.store.register, keys)
    holder = LetterHolder(by_code, HelpLines("12333", {}), world.clock)
    assert holder(code) == (world.id, LETTER)
    assert world.withdraw(holder(code)[1]).withdrawn_by == LETTER.user_id
    with pytest.raises(InvitationUnknown) as refused:
        holder(earlier)
    assert refused.value.help_line == "12333"
    world.clock.move(days=2)
    with pytest.raises(InvitationUnknown):
        holder(code)


def test_ids_are_looked_up_before_anything_is_told() -> None:
    world = World()
    with pytest.raises(BeneficiaryNotFound):
        WithdrawConsent(world.store.register, world.clock)(an_id(), CLERK)


@pytest.mark.parametrize(
    ("first", "user"), [(OLD, CLERK), (OLD, OWN), (OLD, LETTER), (LETTER, OWN), (LETTER, CLERK), (OWN, CLERK)]
)
def test_what_another_withdrew_is_the_persons_once_they_say_so_too(first: User, user: User) -> None:
    """Else whoever withdrew first undoes what the person wants, whenever it suits them."""
    world = World()
    world.withdraw(first)
    world.clock.move(days=2)
    after = world.withdraw(user)
    assert after.withdrawn_by == ("" if user is CLERK else user.user_id)
    assert (after.consent_withdrawn_on, after.faces_go_on) == (NOW.date(), NOW.date() + KEPT_AFTER_WITHDRAWAL)
    entries = len(world.store.entries[world.id])
    for again in (user, first, HELPER):
        world.withdraw(again)
    assert len(world.store.entries[world.id]) == entries
    for helper in {OLD, HELPER, *(() if user is LETTER else (first,))}:
        with pytest.raises(OnlyAtTheCounter):
            world.undo(helper)
    assert world.undo(user, UndoGround.CHANGED_MIND if user is CLERK else None).consent_withdrawn_on is None


def test_a_letter_undoes_nothing_that_the_persons_own_account_withdrew() -> None:
    """Whoever found it would have the account put out, too."""
    world = World()
    world.withdraw(OWN)
    with pytest.raises(OnlyAtTheCounter):
        world.undo(LETTER)
    assert world.person.own_account == OWN.user_id
    assert world.undo(OWN).consent_withdrawn_on is None
