"""Register a beneficiary, the office's first word about a person; later, another benefit that they draw."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from lifecert.application.office.set_contact import NewContact, sealed_contact
from lifecert.application.shared.changing import change_newest
from lifecert.domain.actor import Actor, Role, User
from lifecert.domain.beneficiary import Beneficiary, Change, record
from lifecert.domain.benefit import MOST_BENEFITS, Benefit
from lifecert.domain.benefit_start import check_start
from lifecert.domain.category import Category
from lifecert.domain.certificate import Revocation
from lifecert.domain.errors import NotAllowed, PayerUnknown, TooManyBenefits, TransitionRefused
from lifecert.domain.ledger import Fact, LedgerEvent
from lifecert.domain.person import IdNumber, mask_name, normalise_name
from lifecert.domain.status import EndCause, Status, status_by_valid_until
from lifecert.domain.year import valid_until_after
from lifecert.ports.clock import Clock
from lifecert.ports.keys import PersonKeys
from lifecert.ports.notices import AddressSeal
from lifecert.ports.register import ChangingRegister


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


@dataclass(frozen=True, slots=True)
class RegisterBeneficiary:
    """The use case."""

    register: ChangingRegister
    person_keys: PersonKeys
    seal: AddressSeal
    clock: Clock
    payers: Sequence[str]

    def __call__(self, registration: Registration, user: User) -> Beneficiary:
        """Register a person. Raises NotAllowed, PayerUnknown, DayImpossible, StartUnlikely and AlreadyRegistered."""
        if not user.is_clerk:
            raise NotAllowed
        today, start, born = self.clock.today(), registration.benefit.start, registration.id_number.birth_date
        check_start(start, today, born, checked=registration.benefit.start_checked)
        benefit = registration.benefit.numbered(1, self.payers)
        valid_until = valid_until_after(start)
        status = status_by_valid_until(valid_until, today)
        # One person, one id: registering the same person twice meets the same item, and so fails, even in a race.
        beneficiary_id = self.person_keys.beneficiary_id(registration.id_number.value)
        given = registration.contact
        contact = sealed_contact(self.seal, beneficiary_id, given) if given else None
        after, entry = record(
            Beneficiary(
                beneficiary_id=beneficiary_id,
                person_key=self.person_keys.person_key(registration.id_number.value),
                name_key=self.person_keys.name_key(normalise_name(registration.name)),
                masked_name=mask_name(registration.name),
                masked_id_number=registration.id_number.masked,
                benefits=(benefit,),
                valid_until=valid_until,
                lapsed=status is Status.LAPSED,
                contact_channel=contact.channel if contact else None,
                person_secret=self.person_keys.newest,
                # Whose first year was over already is told so, and has all the grace days.
                grace_from=today,
            ),
            LedgerEvent.REGISTERED,
            Actor(user.user_id, Role.CLERK),
            self.clock.now(),
            {
                "benefits": [_new_facts(benefit, status)],
                "status": status,
                "valid_until": valid_until.isoformat(),
                "grace_from": today.isoformat(),
                "channel": contact.channel if contact else None,
            },
        )
        self.register.commit(Change(0, after, entry, contact=contact))
        return after


@dataclass(frozen=True, slots=True)
class AddBenefit:
    """Another benefit of somebody who is registered. It does not move the day until which their life is covered."""

    register: ChangingRegister
    clock: Clock
    payers: Sequence[str]

    def __call__(self, beneficiary_id: str, new: NewBenefit, request_id: str, user: User) -> Benefit:
        """Add a benefit; the same request again gives the same one.

        `request_id` is of the caller's Idempotency-Key. Raises NotAllowed, DayImpossible, StartUnlikely, PayerUnknown,
        BeneficiaryNotFound, TooManyBenefits, and TransitionRefused for somebody who is recorded as deceased.
        """
        if not user.is_clerk:
            raise NotAllowed
        check_start(new.start, self.clock.today(), None, checked=new.start_checked)
        added: list[Benefit] = []

        def make(newest: Beneficiary) -> Change:
            if any(one.end and one.end.cause is EndCause.DECEASED for one in newest.benefits):
                raise TransitionRefused("a death is recorded: correct it first")
            if len(newest.benefits) >= MOST_BENEFITS:
                raise TooManyBenefits
            today = self.clock.today()
            # Whose benefits had all ended was lapsed by no sweep.
            over = status_by_valid_until(newest.valid_until, today) is Status.LAPSED
            lapsed = newest.lapsed if newest.open_benefits else over
            # Nobody is held the next night for a benefit that is new.
            benefit = replace(new.numbered(len(newest.benefits) + 1, self.payers), grace_from=today)
            added[:] = [benefit]
            status = Status.LAPSED if lapsed else Status.ACTIVE
            after, entry = record(
                replace(newest, benefits=(*newest.benefits, benefit), lapsed=lapsed),
                LedgerEvent.BENEFIT_ADDED,
                Actor(user.user_id, Role.CLERK),
                self.clock.now(),
                {
                    "request_id": request_id,
                    "benefits": [_new_facts(benefit, status)],
                    "status_before": newest.status,
                    "status": status,
                    "valid_until": newest.valid_until.isoformat(),
                    "grace_from": today.isoformat(),
                },
            )
            revocation = None
            if newest.status is Status.TERMINATED and newest.certificate_id:
                # The end of everything else revoked it; as far as it reaches it covers what is new.
                revocation = Revocation(newest.certificate_id, None)
            return Change(newest.version, after, entry, revocation=revocation)

        change_newest(self.register, beneficiary_id, make)
        return added[0]


def _new_facts(benefit: Benefit, status: Status) -> dict[str, Fact]:
    return {**benefit.facts(), "status": status, "payment_held": False}
