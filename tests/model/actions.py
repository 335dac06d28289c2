"""What may happen next at a moment: each action has words for the story, and runs the real use cases."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

from lifecert.application.faces.consent import GiveConsent, UndoGround, WithdrawConsent
from lifecert.application.notices.note_delivery import NoteDelivery
from lifecert.application.notices.record_notice import NewNotice, RecordNotice, Voiding
from lifecert.application.office.certify_in_person import CertifyInPerson
from lifecert.application.office.confirm_proposal import ConfirmProposal
from lifecert.application.office.decide_holds import DecideHolds, HoldWish
from lifecert.application.office.import_data_match import ImportDataMatch
from lifecert.application.office.propose import Propose
from lifecert.application.office.report_death import ReportDeath
from lifecert.application.office.set_contact import NewContact, SetContact
from lifecert.domain.actor import User
from lifecert.domain.beneficiary import Beneficiary
from lifecert.domain.certificate import RevocationCause
from lifecert.domain.data_match import Taken
from lifecert.domain.errors import LifeCertError, TransitionRefused
from lifecert.domain.help_lines import HelpLines
from lifecert.domain.hold import HoldChoice, HoldGround, HoldState
from lifecert.domain.ledger import LedgerEvent
from lifecert.domain.notice import NoticeChannel
from lifecert.domain.office_notice import NoticeResult, NoticeRules, NoticeWay
from lifecert.domain.review import Proposal, ReviewKind
from lifecert.domain.sighting import PresenceGround
from lifecert.domain.status import EndCause, Status
from tests.model.world import FIRST_NIGHT, NAMES, World, id_number
from tests.support.builders import (
    CLERK,
    HELPER,
    PROOFS,
    TRUSTED,
    a_policy,
    a_session,
    an_id,
    at_the_counter,
    good_evidence,
    start_limits,
)
from tests.support.fakes.analysers import ScriptedAnalyser
from tests.support.fakes.imports import MemoryImports
from tests.support.fakes.keys import FakePersonKeys
from tests.support.fakes.notices import FakeSeal
from tests.support.fakes.photos import MemoryPhotos
from tests.support.fakes.sweep import NoPace
from tests.support.mortal import Killed, Life
from tests.support.verifying import verifier

SECOND_CLERK = replace(CLERK, user_id="clerk-2")
POLICY = a_policy()
NO_LINES = HelpLines("12333", {})
AGO = 2


class Wrong(Exception):
    """What an action found to be wrong by itself: a repeat that did something else."""


@dataclass(frozen=True, slots=True)
class Action:
    """`words` name it among all that may happen at one moment; `kind` is what it uses up of what may happen."""

    words: str
    do: Callable[[World], None]
    kind: str = ""

    def __call__(self, world: World) -> bool:
        """Do it, and whatever follows by itself; False when LifeCert refused, and changed nothing."""
        try:
            self.do(world)
        except LifeCertError:
            return False
        world.settle()
        if self.kind:
            world.left[self.kind] -= 1
        # Several things happen on one day, one after the other.
        world.clock.move(minutes=1)
        return True


def actions(world: World) -> Iterator[Action]:
    """Everything that may happen at a moment."""
    yield Action("the sweep runs the next night", next_night)
    if not world.sweep_is_over:
        yield Action("the sweep is started once more on the same day", sweep_again)
    if world.left.get("missed"):
        for days in (1, 5):
            yield Action(f"{days} nights go by without a sweep", _missed(days), "missed")
    if world.left.get("crash"):
        yield from _crashes(world)
    yield from _office(world)
    for person in world.people:
        yield from _of_person(world, person)


# --- nights --------------------------------------------------------------------------------------------------------


def next_night(world: World) -> None:
    """Plan and work on the next day's early morning."""
    _to_next_night(world)
    world.night()()


def sweep_again(world: World) -> None:
    """Plan and work today: what is open goes on."""
    world.night()()


def _to_next_night(world: World) -> None:
    clock = world.clock
    today = clock.today()
    clock.time = FIRST_NIGHT
    clock.time += timedelta(days=(today - clock.today()).days + 1)


def _missed(days: int) -> Callable[[World], None]:
    def pass_by(world: World) -> None:
        for _ in range(days):
            _to_next_night(world)

    return pass_by


def _crashes(world: World) -> Iterator[Action]:
    """The next night's sweep dies after each of its writes. What it had taken from the queue is given out again."""
    tried = World.of(world.moment(), world.calendar)
    life = Life()
    _to_next_night(tried)
    tried.night(life)()
    for number in range(1, life.writes):
        yield Action(f"the sweep of the next night dies after write {number}", _dies(number), "crash")


def _dies(number: int) -> Callable[[World], None]:
    def dies(world: World) -> None:
        _to_next_night(world)
        try:
            world.night(Life(number, took_effect=True))()
        except Killed:
            return
        raise Wrong(f"the sweep made fewer than {number} writes")

    return dies


# --- the office ----------------------------------------------------------------------------------------------------


def _office(world: World) -> Iterator[Action]:
    batches = world.store.hold_batches
    for batch in batches.listed(HoldState.OPEN, 100).items:
        people = sorted({one.beneficiary_id for one in batches.candidates(batch.batch_id, 100).items})
        named = f"the office of {batch.payer} decides its list of {_day(world, world.clock.day_of(batch.opened_at))}"
        for choice, ground in ((HoldChoice.ALL, HoldGround.NOT_HEARD_OF), (HoldChoice.NONE, HoldGround.CANNOT_COME)):
            wish = HoldWish(choice, ground)
            word = "hold everybody" if choice is HoldChoice.ALL else "hold nobody"
            yield Action(f"{named}: {word}", _decide(batch.batch_id, wish))
        for person in people if len(people) > 1 else ():
            wish = HoldWish(HoldChoice.ONLY, HoldGround.CANNOT_COME, (person,))
            yield Action(f"{named}: hold only {name_of(world, person)}", _decide(batch.batch_id, wish))


def _decide(batch_id: str, wish: HoldWish) -> Callable[[World], None]:
    def decide(world: World) -> None:
        use_case = DecideHolds(world.store.hold_batches, world.clock)
        first = use_case(batch_id, wish, SECOND_CLERK)
        if use_case(batch_id, wish, SECOND_CLERK).decision != first.decision:
            raise Wrong("the same decision again decided something else")
        candidates = world.store.hold_batches.candidates(batch_id, 100).items
        world.approved |= {
            (batch_id, one.beneficiary_id, benefit, one.valid_until)
            for one in candidates
            for benefit in one.benefits
            if wish.choice is HoldChoice.ALL or one.beneficiary_id in wish.ids
        }

    return decide


# --- people --------------------------------------------------------------------------------------------------------


def _of_person(world: World, person: Beneficiary) -> Iterator[Action]:
    yield from _proofs(world, person)
    yield from _notices(world, person)
    yield from _letters(world, person)
    yield from _revocations(world, person)
    yield from _ends(world, person)
    yield from _others(world, person)


def _proofs(world: World, person: Beneficiary) -> Iterator[Action]:
    if not world.left.get("proof") or person.status is Status.TERMINATED:
        return
    name, who = _name(world, person), person.beneficiary_id
    if "camera" in world.left:
        yield Action(f"{name} certifies by camera", _by_camera(who), "proof")
    for ago in (0, AGO):
        on = world.today - timedelta(days=ago)
        yield Action(f"a clerk certifies to have seen {name} on {_day(world, on)}", _in_person(who, on), "proof")
    on = world.today - timedelta(days=world.calendar.year - 1)
    if "match" in world.left:
        yield Action(
            f"a data match says that {name} lived on {_day(world, on)}", _data_match(world, person, on), "proof"
        )


def _in_person(who: str, on: date) -> Callable[[World], None]:
    def certify(world: World) -> None:
        store = world.store
        use_case = CertifyInPerson(
            *(store.register, store.certificates_port, store.reviews_port, store.ledger),
            *(world.clock, world.issuer, PROOFS),
        )
        key = an_id()
        seen = (who, at_the_counter(on, ground=PresenceGround.HOME_VISIT), CLERK, key)
        certificate = use_case(*seen)
        if "twice" in world.left and use_case(*seen) != certificate:
            raise Wrong("the same request gave two certificates")

    return certify


def _by_camera(who: str) -> Callable[[World], None]:
    def certify(world: World) -> None:
        """The phone asks, the answer is lost, and it asks again."""
        store, now = world.store, world.clock.now()
        person = store.beneficiaries[who]
        session = a_session(beneficiary_id=who, opened_at=now, deadline=now + timedelta(minutes=10))
        store.sessions_by_id[session.session_id] = session
        photos = MemoryPhotos()
        for number in range(1, len(session.challenge) + 1):
            photos.upload(session.frame_key(number), f"{session.session_id} {number}".encode(), now)
        verify = verifier(
            store, photos, ScriptedAnalyser(good_evidence()), world.clock, policy=POLICY, issuer=world.issuer
        )
        known = set(store.certificates)
        first, again = verify(session.session_id, HELPER), verify(session.session_id, HELPER)
        issued = set(store.certificates) - known
        # Against an open case it is one for a clerk, and nobody is certified.
        expected = set() if person.doubts else {first.result and first.result.certificate_id}
        if first.result is None or again.result != first.result or issued != expected:
            raise Wrong(f"one session gave {len(issued)} certificates")

    return certify


def _data_match(world: World, person: Beneficiary, on: date) -> Callable[[World], None]:
    place = tuple(world.store.beneficiaries).index(person.beneficiary_id)

    def certify(world: World) -> None:
        imports = MemoryImports(
            {"file": f"id_number,said,on,source\n{id_number(place).value},alive,{on.isoformat()},hospital\n".encode()}
        )
        importing = ImportDataMatch(
            world.store.register,
            world.store.ledger,
            imports,
            FakePersonKeys(),
            world.clock,
            world.issuer,
            world.store.reviews_port,
            frozenset({"hospital"}),
            NoPace(),
            TRUSTED,
        )
        doubted = bool(world.store.beneficiaries[person.beneficiary_id].doubts)
        taken = importing("file").taken
        if doubted and taken.get(Taken.CERTIFIED):
            raise Wrong("a line certified against an open case")
        if not taken.get(Taken.CASE_OPENED) and not taken.get(Taken.CERTIFIED):
            raise TransitionRefused("the line certified nobody")

    return certify


def _notices(world: World, person: Beneficiary) -> Iterator[Action]:
    notice = person.current_notice
    years = set()
    for message_id, sent in world.store.sent_notices.items():
        news = notice and notice.valid_until == sent.valid_until and not notice.delivered_on
        if sent.beneficiary_id == person.beneficiary_id and news and sent.valid_until not in years:
            years.add(sent.valid_until)
            words = f"a notice about the year until {_day(world, sent.valid_until)} reaches {_name(world, person)}"
            at = _day(world, world.clock.day_of(sent.sent_at))
            yield Action(f"{words}, sent on {at} as {message_id}", _arrives(message_id))


def _letters(world: World, person: Beneficiary) -> Iterator[Action]:
    name, who = _name(world, person), person.beneficiary_id
    if world.left.get("letter") and person.status is Status.LAPSED:
        for clerk in (CLERK, SECOND_CLERK):
            words = f"{clerk.user_id} writes down that a letter to {name} was posted today"
            yield Action(
                words,
                _written(who, NewNotice(NoticeWay.LETTER, NoticeResult.POSTED, world.today, "1"), clerk),
                "letter",
            )
        seen = NewNotice(NoticeWay.VISIT, NoticeResult.TOLD, world.today - timedelta(days=1), "1")
        yield Action(
            f"a clerk writes down that {name} was told at home yesterday", _written(who, seen, CLERK), "letter"
        )
    for number, one in enumerate(person.current_office_notices):
        if world.left.get("returned") and one.stands and one.way is NoticeWay.LETTER:
            words = f"letter {number + 1} of {_day(world, one.on)} to {name} comes back"
            yield Action(words, _comes_back(who, one.notice_id), "returned")


def _recording(world: World) -> RecordNotice:
    rules = NoticeRules(frozenset({NoticeWay.LETTER, NoticeWay.VISIT}), letter_days=1, public_notice_days=15)
    return RecordNotice(world.store.register, world.store.ledger, world.clock, rules)


def _written(who: str, new: NewNotice, clerk: User) -> Callable[[World], None]:
    def written(world: World) -> None:
        key = an_id()
        notice = _recording(world)(who, new, clerk, key)
        if _recording(world)(who, new, clerk, key) != notice:
            raise Wrong("the same request recorded two notices")
        if notice.counts_on:
            world.told.add((who, notice.valid_until, notice.counts_on))

    return written


def _comes_back(who: str, notice_id: str) -> Callable[[World], None]:
    def comes_back(world: World) -> None:
        before = world.store.beneficiaries[who]
        _recording(world).void(who, notice_id, Voiding(NoticeResult.RETURNED, world.today, "1"), CLERK, an_id())
        after = world.store.beneficiaries[who]
        # What is held stays so by a notice that was believed then; nothing is held by it from now on.
        if before.held_since is None:
            message = after.current_notice
            left = {one.counts_on for one in after.current_office_notices} | {message and message.delivered_on}
            world.told -= {one for one in world.told if one[:2] == (who, after.valid_until) and one[2] not in left}

    return comes_back


def _arrives(message_id: str) -> Callable[[World], None]:
    def arrives(world: World) -> None:
        sent = world.store.sent_notices[message_id]
        NoteDelivery(world.store.register, world.store.sent_notices_port, world.clock)(message_id)
        world.told.add((sent.beneficiary_id, sent.valid_until, world.today))
        # A receipt that comes twice changes nothing: the first of a message is enough.
        if NoteDelivery(world.store.register, world.store.sent_notices_port, world.clock)(message_id):
            raise Wrong("the same receipt was news twice")
        del world.store.sent_notices[message_id]

    return arrives


def _revocations(world: World, person: Beneficiary) -> Iterator[Action]:
    if not world.left.get("revocation"):
        return
    name = _name(world, person)
    issued = [one for one in world.store.entries[person.beneficiary_id] if one.event is LedgerEvent.CERTIFIED]
    revoked = {
        one.details["certificate_id"]
        for one in world.store.entries[person.beneficiary_id]
        if one.event is LedgerEvent.CERTIFICATE_REVOKED
    }
    for entry in issued:
        certificate_id = str(entry.details["certificate_id"])
        if certificate_id in revoked:
            continue
        counts = "the certificate that counts" if certificate_id == person.certificate_id else "an older certificate"
        words = f"two clerks revoke {counts} of {name}, number {entry.seq} of the ledger"
        yield Action(words, _revoke(certificate_id), "revocation")


def _revoke(certificate_id: str) -> Callable[[World], None]:
    def revoke(world: World) -> None:
        store, key = world.store, an_id()
        propose = Propose(store.register, store.reviews_port, store.certificates_port, world.clock)
        proposed = propose.revocation(certificate_id, RevocationCause.FRAUD, key, CLERK)
        _confirm(world, proposed.review_id)

    return revoke


def _ends(world: World, person: Beneficiary) -> Iterator[Action]:
    name, who = _name(world, person), person.beneficiary_id
    days = (world.today, world.today - timedelta(days=AGO))
    if world.left.get("end") and person.open_benefits:
        for on in days:
            words = f"two clerks agree that everything of {name} ended on {_day(world, on)}"
            proposal = Proposal(ReviewKind.END, on, EndCause.MOVED)
            yield Action(words, _agreed(who, proposal), "end")
        words = f"two clerks agree that {name} died on {_day(world, days[0])}"
        if world.left.get("benefit"):  # which a death forbids
            yield Action(words, _agreed(who, Proposal(ReviewKind.END, days[0], EndCause.DECEASED)), "end")
        for one in person.open_benefits if len(person.benefits) > 1 else ():
            for on in days:
                words = f"two clerks agree that benefit {one.benefit_id} of {name} ended on {_day(world, on)}"
                proposal = Proposal(ReviewKind.END, on, EndCause.OTHER, benefit_id=one.benefit_id)
                yield Action(words, _agreed(who, proposal), "end")
    ended = [one for one in person.benefits if one.end]
    if world.left.get("death"):
        words = f"two clerks agree that {name} died on {_day(world, days[1])}"
        yield Action(words, _agreed(who, Proposal(ReviewKind.END, days[1], EndCause.DECEASED)), "death")
    if world.left.get("correction") and ended:
        words = f"two clerks agree that the last end of {name} was a mistake"
        yield Action(words, _agreed(who, Proposal(ReviewKind.CORRECTION)), "correction")
        for one in ended if len(person.benefits) > 1 else ():
            words = f"two clerks agree that the end of benefit {one.benefit_id} of {name} was a mistake"
            proposal = Proposal(ReviewKind.CORRECTION, benefit_id=one.benefit_id)
            yield Action(words, _agreed(who, proposal), "correction")


def _agreed(who: str, proposal: Proposal) -> Callable[[World], None]:
    def agree(world: World) -> None:
        store, key = world.store, an_id()
        propose = Propose(store.register, store.reviews_port, store.certificates_port, world.clock)
        proposed = propose(who, proposal, key, CLERK)
        if "twice" in world.left and propose(who, proposal, key, CLERK).review_id != proposed.review_id:
            raise Wrong("the same request proposed twice")
        _confirm(world, proposed.review_id)

    return agree


def _confirm(world: World, review_id: str) -> None:
    store = world.store
    confirm = ConfirmProposal(store.register, store.reviews_port, store.ledger, world.clock, world.issuer, PROOFS)
    confirm(review_id, SECOND_CLERK, confirm=True)
    if "twice" not in world.left:
        return
    before = {one: len(entries) for one, entries in store.entries.items()}
    confirm(review_id, SECOND_CLERK, confirm=True)
    if before != {one: len(entries) for one, entries in store.entries.items()}:
        raise Wrong("the same confirmation wrote twice")


def _others(world: World, person: Beneficiary) -> Iterator[Action]:
    name, who = _name(world, person), person.beneficiary_id
    if world.left.get("benefit") and len(person.benefits) < 2:
        for payer, start, ends in (("bureau", 0, None), ("fund", -AGO, None), ("bureau", 0, 2)):
            planned = "" if ends is None else f" and ends {ends} days later"
            words = f"the office adds a benefit of {name}, of {payer}, that starts on "
            words += f"{_day(world, world.today + timedelta(days=start))}{planned}"
            yield Action(words, _add(who, payer, start, ends), "benefit")
    if world.left.get("consent"):
        if person.consent_withdrawn_on is None:
            withdraw = WithdrawConsent
            yield Action(
                f"{name} takes back the consent to the camera",
                lambda world: _ignore(withdraw(world.store.register, world.clock)(who, CLERK)),
                "consent",
            )
        else:
            yield Action(
                f"{name} gives consent to the camera anew",
                lambda world: _ignore(
                    GiveConsent(world.store.register, world.clock, "1")(who, "1", False, CLERK, UndoGround.CHANGED_MIND)
                ),
                "consent",
            )
    if world.left.get("report"):
        yield Action(
            f"the family reports that {name} died",
            lambda world: _ignore(
                ReportDeath(
                    world.store.register, FakePersonKeys(), world.clock, NO_LINES, world.store.limits, start_limits()
                ).of_known(who, None, CLERK)
            ),
            "report",
        )
    if world.left.get("contact"):
        yield Action(
            f"the office writes down a contact of {name}",
            lambda world: SetContact(world.store.register, FakeSeal(), world.clock)(
                who, NewContact(NoticeChannel.SMS, "13800000001"), CLERK
            ),
            "contact",
        )


def _add(who: str, payer: str, start: int, ends: int | None) -> Callable[[World], None]:
    def add(world: World) -> None:
        world.add_benefit(who, world.new_benefit(payer=payer, start=start, planned_end=ends))

    return add


def _ignore(_answer: object) -> None:
    pass


# --- words ---------------------------------------------------------------------------------------------------------


def name_of(world: World, who: str) -> str:
    """What the story calls a person."""
    return NAMES[tuple(world.store.beneficiaries).index(who)]


def _name(world: World, person: Beneficiary) -> str:
    return name_of(world, person.beneficiary_id)


def day_number(world_day: date) -> int:
    """Days are counted from the first, which is day 1."""
    first = date(2026, 3, 2)
    return (world_day - first).days + 1


def _day(_world: World, day: date) -> str:
    return f"day {day_number(day)}"
