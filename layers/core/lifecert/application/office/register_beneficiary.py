"""Register a beneficiary: the office's first word about a person."""

import hashlib
from dataclasses import dataclass, replace
from datetime import date

from lifecert.application.office.set_contact import NewContact, sealed_contact
from lifecert.domain.actor import Actor, Role, User
from lifecert.domain.beneficiary import Beneficiary, Change, record
from lifecert.domain.benefit_start import check_start
from lifecert.domain.category import Category
from lifecert.domain.errors import AlreadyRegistered, IdempotencyKeyReused, NotAllowed
from lifecert.domain.ledger import LedgerEntry, LedgerEvent
from lifecert.domain.person import IdNumber, mask_name, normalise_name
from lifecert.domain.status import Standing, Status, status_by_valid_until
from lifecert.domain.year import valid_until_after
from lifecert.ports.clock import Clock
from lifecert.ports.keys import PersonKeys
from lifecert.ports.notices import AddressSeal
from lifecert.ports.register import ChangingRegister, Ledger

# What of an entry the request asked for; the rest follows from the day.
_ASKED = ("category", "district", "benefit_start", "channel")


@dataclass(frozen=True, slots=True)
class Registration:
    """What the office knows of a person. `start_checked`: somebody looked at a start far from today once more."""

    name: str
    id_number: IdNumber
    category: Category
    district: str
    benefit_start: date
    contact: NewContact | None = None
    start_checked: bool = False


@dataclass(frozen=True, slots=True)
class RegisterBeneficiary:
    """The use case."""

    register: ChangingRegister
    person_keys: PersonKeys
    seal: AddressSeal
    clock: Clock
    ledger: Ledger

    def __call__(self, registration: Registration, user: User, idempotency_key: str) -> Beneficiary:
        """Register a person. A repeat with the same key gives them as they were registered.

        Raises NotAllowed, DayImpossible, StartUnlikely, AlreadyRegistered and IdempotencyKeyReused.
        """
        if not user.is_clerk:
            raise NotAllowed
        today, start, born = self.clock.today(), registration.benefit_start, registration.id_number.birth_date
        check_start(start, today, born, checked=registration.start_checked)
        valid_until = valid_until_after(start)
        standing = Standing(status_by_valid_until(valid_until, today), valid_until)
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
                category=registration.category,
                district=registration.district,
                standing=standing,
                contact_channel=contact.channel if contact else None,
                person_secret=self.person_keys.newest,
                # Whose first year was over already is told so, and has all the grace days.
                grace_from=today,
            ),
            LedgerEvent.REGISTERED,
            Actor(user.user_id, Role.CLERK),
            self.clock.now(),
            {
                "category": registration.category,
                "district": registration.district,
                "benefit_start": registration.benefit_start.isoformat(),
                "status": standing.status,
                "valid_until": valid_until.isoformat(),
                "grace_from": today.isoformat(),
                "channel": contact.channel if contact else None,
                "request": hashlib.sha256(f"{user.user_id}\n{idempotency_key}".encode()).hexdigest(),
            },
        )
        try:
            self.register.commit(Change(0, after, entry, contact=contact))
        except AlreadyRegistered:
            return self._registered_before(after, entry)
        return after

    def _registered_before(self, after: Beneficiary, entry: LedgerEntry) -> Beneficiary:
        """The answer that was lost, if the stored entry is of this request. Raises AlreadyRegistered."""
        stored = next(iter(self.ledger.entries(after.beneficiary_id)), entry).details
        if stored.get("request") != entry.details["request"]:
            raise AlreadyRegistered
        if any(stored.get(name) != entry.details[name] for name in _ASKED):
            raise IdempotencyKeyReused
        # What it was on that day, and not what would be registered today.
        standing = Standing(Status(str(stored["status"])), date.fromisoformat(str(stored["valid_until"])))
        return replace(after, standing=standing)
