"""Register a beneficiary, the office's first word about a person; later, another benefit that they draw."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import NoReturn

from lifecert.application.office.noted_deaths import signal_again
from lifecert.application.office.set_contact import NewContact, sealed_contact
from lifecert.application.office.which_ends import is_for_two
from lifecert.application.shared.accessing import LookUps
from lifecert.application.shared.changing import change_newest, request_of
from lifecert.application.shared.finding import moved_away
from lifecert.application.shared.helping import naming_help_line
from lifecert.application.shared.referring import ReferencesOfPayers
from lifecert.application.shared.reviewing import review_id_of
from lifecert.application.shared.scoping import refuse_outside
from lifecert.domain.access import AccessAction
from lifecert.domain.actor import Actor, Role, User
from lifecert.domain.beneficiary import Beneficiary
from lifecert.domain.benefit import MOST_BENEFITS, Benefit
from lifecert.domain.benefit_start import check_start
from lifecert.domain.category import Category
from lifecert.domain.change import Change, record
from lifecert.domain.consent import guardian_until
from lifecert.domain.errors import (
    AlreadyRegistered,
    DoubtedElsewhere,
    IdempotencyKeyReused,
    NotAllowed,
    PayerUnknown,
    ReviewOpenedBefore,
    TooManyBenefits,
    TransitionRefused,
)
from lifecert.domain.help_lines import HelpLines
from lifecert.domain.ledger import Fact, LedgerEntry, LedgerEvent, facts_of
from lifecert.domain.number import MOST_PLACES, NumberClaim, place_of
from lifecert.domain.person import IdNumber, mask_name, normalise_name
from lifecert.domain.review import Review, ReviewKind
from lifecert.domain.status import Status, status_by_valid_until
from lifecert.domain.year import valid_until_after
from lifecert.ports.clock import Clock
from lifecert.ports.keys import PersonKeys
from lifecert.ports.notices import AddressSeal
from lifecert.ports.register import ChangingRegister, Ledger

# So many benefits may one clerk add to one person within a year.
MOST_BY_ONE_CLERK = 3


@dataclass(frozen=True, slots=True)
class NewBenefit:
    """What the office knows of a benefit, as `Benefit` has it. `start_checked`: somebody looked at a start far from
    today once more."""

    category: Category
    district: str
    start: date
    payer: str | None = None
    payer_reference: str | None = None
    planned_end: date | None = None
    injury_grade: int | None = None
    start_checked: bool = False

    def numbered(self, number: int, payers: Sequence[str]) -> Benefit:
        """The benefit under its number; the payer is the first of `payers` unless one is named. Raises PayerUnknown."""
        payer = self.payer or payers[0]
        if payer not in payers:
            raise PayerUnknown
        return Benefit(
            str(number),
            self.category,
            self.district,
            payer,
            self.payer_reference,
            self.start,
            self.planned_end,
            self.injury_grade,
        )


@dataclass(frozen=True, slots=True)
class Registration:
    """What the office knows of a person, and of the first benefit that they draw."""

    name: str
    id_number: IdNumber
    benefit: NewBenefit
    contact: NewContact | None = None
    birth_date: date | None = None

    @property
    def born(self) -> date:
        """The birth date: the number's, or, where it says none, that which was given. Raises ValueError for neither."""
        born = self.id_number.birth_date or self.birth_date
        if born is None:
            raise ValueError("an ID number without a birth date, and none given")
        return born


@dataclass(frozen=True, slots=True)
class RegisterBeneficiary:
    """The use case."""

    register: ChangingRegister
    person_keys: PersonKeys
    seal: AddressSeal
    clock: Clock
    ledger: Ledger
    payers: Sequence[str]
    references: ReferencesOfPayers
    looking_up: LookUps
    help_lines: HelpLines = field(default_factory=lambda: HelpLines("", {}))

    def __call__(self, registration: Registration, user: User, idempotency_key: str) -> Beneficiary:
        """Register a person. A repeat with the same key gives them as they were registered. One clerk's word is not
        enough: until another says that the person exists and draws this, their certificates are cases.

        Raises NotAllowed, DistrictOutside, DayImpossible, StartUnlikely, PayerUnknown, IdempotencyKeyReused,
        LimitReached (of look-ups) and AlreadyRegistered, which counts as a look-up and is noted as a record opened: it
        tells whose it is, or, of somebody outside the clerk's districts, the help line of the office that has them.
        """
        if not user.is_clerk:
            raise NotAllowed
        refuse_outside(user, registration.benefit.district)
        today, start, born = self.clock.today(), registration.benefit.start, registration.born
        check_start(start, today, born, checked=registration.benefit.start_checked)
        benefit = registration.benefit.numbered(1, self.payers)
        # One person, one id: registering the same person twice meets the same item, and so fails, even in a race.
        # Only where its number was put right since, the place is another's, and this person has the next.
        first = self.person_keys.beneficiary_id(registration.id_number.value)
        for place in (place_of(first, n) for n in range(MOST_PLACES)):
            change = self._change(place, registration, benefit, user, idempotency_key)
            self.references.note(place, change.after.benefits)
            try:
                self.register.commit(change)
            except (AlreadyRegistered, ReviewOpenedBefore):
                if before := self._registered_before(change.after, change.entry, registration.id_number, user):
                    return before
            else:
                return change.after
        raise AlreadyRegistered

    def _change(
        self, beneficiary_id: str, registration: Registration, benefit: Benefit, user: User, idempotency_key: str
    ) -> Change:
        today, start, born = self.clock.today(), registration.benefit.start, registration.born
        # Nobody has looked before today: a benefit that starts later makes no year longer.
        valid_until = valid_until_after(min(start, today))
        status = status_by_valid_until(valid_until, today)
        given = registration.contact
        contact = sealed_contact(self.seal, beneficiary_id, given) if given else None
        clerk, now = Actor(user.user_id, Role.CLERK), self.clock.now()
        review = _registration(beneficiary_id, "by hand", clerk, now)
        after, entry = record(
            Beneficiary(
                beneficiary_id=beneficiary_id,
                person_key=self.person_keys.person_key(registration.id_number.value),
                name_key=self.person_keys.name_key(normalise_name(registration.name)),
                masked_name=mask_name(registration.name),
                benefits=(benefit,),
                valid_until=valid_until,
                lapsed=status is Status.LAPSED,
                contact_channel=contact.channel if contact else None,
                person_secret=self.person_keys.newest,
                # Whose first year was over already is told so, and has all the grace days.
                grace_from=today,
                registered_by=user.user_id,
                guardian_until=guardian_until(born, today),
            ).with_case(review),
            LedgerEvent.REGISTERED,
            clerk,
            now,
            {
                "benefits": [_new_facts(benefit, status)],
                "status": status,
                "valid_until": valid_until.isoformat(),
                "grace_from": today.isoformat(),
                "channel": contact.channel if contact else None,
                "request": request_of(user, idempotency_key),
                "registered_by": user.user_id,
                "review_id": review.review_id,
            },
        )
        return Change(0, after, entry, contact=contact, review=review)

    def _registered_before(
        self, after: Beneficiary, entry: LedgerEntry, number: IdNumber, user: User
    ) -> Beneficiary | None:
        """The answer that was lost, if the stored entry is of this request; None where the place is somebody's who has
        another number since. Raises AlreadyRegistered."""
        stored = next(iter(self.ledger.entries(after.beneficiary_id)), None)
        if stored is None or stored.details.get("request") != entry.details["request"]:
            here = self.register.at_place(after.beneficiary_id)
            if moved_away(here, self.person_keys, number):
                return None
            known = (here.holder if isinstance(here, NumberClaim) else None) or after.beneficiary_id
            # The row first: that the limit is reached tells as much.
            self.looking_up.told(known, user, AccessAction.REGISTERED_AGAIN)
            self.looking_up.count(user)
            self._refuse_known(known, user)
        if _asked(stored) != _asked(entry):
            raise IdempotencyKeyReused
        # What it was on that day, and not what would be registered today.
        valid_until = date.fromisoformat(str(stored.details["valid_until"]))
        return replace(after, valid_until=valid_until, lapsed=stored.details["status"] == Status.LAPSED)

    def _refuse_known(self, beneficiary_id: str, user: User) -> NoReturn:
        person = self.register.get(beneficiary_id)
        if person is None or user.changes.covers_any(person.districts):
            raise AlreadyRegistered(beneficiary_id)
        # Whoever moved here is registered there: the clerk is told whom to call, and not who it is.
        with naming_help_line(self.help_lines.find(person.category, person.district)):
            raise AlreadyRegistered


@dataclass(frozen=True, slots=True)
class AddBenefit:
    """Another benefit of somebody who is registered. It does not move the day until which their life is covered.

    Nothing was due any more to somebody whose benefits had all ended, which took two clerks, or a day that was planned.
    So what makes something due again waits for a second clerk, as whom one alone registered does.
    """

    register: ChangingRegister
    ledger: Ledger
    clock: Clock
    payers: Sequence[str]
    references: ReferencesOfPayers

    def __call__(self, beneficiary_id: str, new: NewBenefit, user: User, idempotency_key: str) -> Benefit:
        """Add a benefit, in whichever district: who may send one there may as well begin one there. A repeat with the
        same key gives the same one.

        Raises NotAllowed, DayImpossible, StartUnlikely, PayerUnknown, BeneficiaryNotFound, TooManyBenefits, and
        TransitionRefused for somebody who is recorded as deceased or to whom this clerk gave so many within a year, and
        DoubtedElsewhere while a death is told that nobody has looked into: also one that was told after an end.
        """
        if not user.is_clerk:
            raise NotAllowed
        check_start(new.start, self.clock.today(), None, checked=new.start_checked)
        added: list[Benefit] = []
        request = request_of(user, idempotency_key)

        def make(newest: Beneficiary) -> Change | None:
            if before := self._added_before(newest, request):
                added[:] = [before]
                return None
            if newest.death_recorded:
                raise TransitionRefused("a death is recorded: correct it first")
            if newest.death_told:
                raise DoubtedElsewhere
            if len(newest.benefits) >= MOST_BENEFITS:
                raise TooManyBenefits
            self._check_not_filled(newest, user)
            today = self.clock.today()
            # Whose benefits had all ended was lapsed by no sweep.
            over = status_by_valid_until(newest.valid_until, today) is Status.LAPSED
            lapsed = newest.lapsed if newest.open_benefits else over
            # Nobody is held the next night for a benefit that is new.
            benefit = replace(new.numbered(len(newest.benefits) + 1, self.payers), grace_from=today)
            added[:] = [benefit]
            self.references.note(beneficiary_id, added)
            status = Status.LAPSED if lapsed else Status.ACTIVE
            clerk, now, review = Actor(user.user_id, Role.CLERK), self.clock.now(), None
            changed = replace(newest, benefits=(*newest.benefits, benefit), lapsed=lapsed)
            # What two clerks ended, or are about to, one does not give again; nor does one say that nobody died, and
            # then that more is due.
            entries = tuple(self.ledger.entries(newest.beneficiary_id))
            alone = user.user_id not in newest.dispelled_by and not is_for_two(newest, benefit.category, entries)
            if newest.status is Status.TERMINATED or not alone:
                of = f"benefit {benefit.benefit_id}"
                review = _registration(newest.beneficiary_id, of, clerk, now, benefit.benefit_id)
                changed = changed.with_case(review)
            # What a register told of their death while nothing was due is a case now, and this waits for it.
            again = signal_again(changed, entries, now) if newest.status is Status.TERMINATED else None
            after, entry = record(
                again.person if again else changed,
                LedgerEvent.BENEFIT_ADDED,
                clerk,
                now,
                {
                    "request": request,
                    "benefits": [_new_facts(benefit, status)],
                    "status_before": newest.status,
                    "status": status,
                    "valid_until": newest.valid_until.isoformat(),
                    "grace_from": today.isoformat(),
                    **({"review_id": review.review_id, "review_of": benefit.benefit_id} if review else {}),
                    **(again.details if again else {}),
                },
            )
            # What the end of everything else revoked counts again once a second clerk has said that this is due.
            return Change(newest.version, after, entry, review=review, also_opened=again.review if again else None)

        change_newest(self.register, beneficiary_id, make, by=user)
        return added[0]

    def _check_not_filled(self, newest: Beneficiary, user: User) -> None:
        """Raises TransitionRefused where one clerk would fill the places: what has ended keeps its own for good."""
        since = self.clock.now() - timedelta(days=365)
        added = [one for one in self.ledger.entries(newest.beneficiary_id) if one.event is LedgerEvent.BENEFIT_ADDED]
        if sum(one.actor.actor_id == user.user_id and one.at > since for one in added) >= MOST_BY_ONE_CLERK:
            raise TransitionRefused("this clerk added so many within a year already: another may")

    def _added_before(self, newest: Beneficiary, request: str) -> Benefit | None:
        """What this request added, whose answer was lost."""
        for entry in self.ledger.entries(newest.beneficiary_id):
            if entry.event is LedgerEvent.BENEFIT_ADDED and entry.details.get("request") == request:
                return newest.benefit(str(facts_of(entry)[0]["benefit"]))
        return None


def _registration(beneficiary_id: str, of: str, clerk: Actor, now: datetime, benefit_id: str | None = None) -> Review:
    """The case in which another clerk says that a person exists, and draws what one alone wrote down; or, where it is
    of a benefit, that this is due."""
    review_id = review_id_of(beneficiary_id, ReviewKind.REGISTRATION, of)
    return Review(
        review_id=review_id,
        beneficiary_id=beneficiary_id,
        kind=ReviewKind.REGISTRATION,
        opened_at=now,
        opened_by=clerk,
        related_id=benefit_id,
        benefit_id=benefit_id,
    )


def _new_facts(benefit: Benefit, status: Status) -> dict[str, Fact]:
    return {**benefit.facts(), "status": status, "payment_held": False}


def _asked(entry: LedgerEntry) -> tuple[object, ...]:
    """What of an entry the request asked for; the rest follows from the day."""
    benefits = [{name: value for name, value in facts.items() if name != "status"} for facts in facts_of(entry)]
    return benefits, entry.details.get("channel")
