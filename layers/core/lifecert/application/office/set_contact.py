"""Set a contact: the office says how a person can be reached."""

from dataclasses import dataclass, replace

from lifecert.application.shared.changing import change_newest
from lifecert.domain.actor import Actor, Role, User
from lifecert.domain.beneficiary import Beneficiary
from lifecert.domain.change import Change, record
from lifecert.domain.errors import EntitlementEnded, NotAllowed
from lifecert.domain.ledger import LedgerEvent
from lifecert.domain.notice import Contact, NoticeChannel
from lifecert.domain.status import Status
from lifecert.ports.clock import Clock
from lifecert.ports.notices import AddressSeal
from lifecert.ports.register import ChangingRegister


@dataclass(frozen=True, slots=True)
class NewContact:
    """A channel, and an address in the form of that channel."""

    channel: NoticeChannel
    address: str


@dataclass(frozen=True, slots=True)
class SetContact:
    """The use case."""

    register: ChangingRegister
    seal: AddressSeal
    clock: Clock

    def __call__(self, beneficiary_id: str, contact: NewContact, user: User) -> None:
        """Keep a contact instead of the one before. Raises NotAllowed, BeneficiaryNotFound and EntitlementEnded."""
        if not user.is_clerk:
            raise NotAllowed
        sealed = sealed_contact(self.seal, beneficiary_id, contact)
        actor = Actor(user.user_id, Role.CLERK)
        change_newest(self.register, beneficiary_id, lambda newest: self._change(newest, sealed, actor), by=user)

    def _change(self, beneficiary: Beneficiary, contact: Contact, actor: Actor) -> Change:
        if beneficiary.status is Status.TERMINATED:
            raise EntitlementEnded
        # Of a new way nothing has failed.
        notice = replace(beneficiary.notice, failed_on=None) if beneficiary.notice else None
        changed = replace(beneficiary, contact_channel=contact.channel, notice=notice)
        if beneficiary.status is Status.LAPSED and not beneficiary.notice_delivered_on:
            # Whom no notice could reach is given one by the next sweep, and then has all the grace days.
            changed = replace(changed, notice=None, grace_from=self.clock.today())
        after, entry = record(
            changed,
            LedgerEvent.CONTACT_CHANGED,
            actor,
            self.clock.now(),
            {"channel": contact.channel, "grace_from": changed.grace_from.isoformat() if changed.grace_from else None},
        )
        return Change(beneficiary.version, after, entry, contact=contact)


def sealed_contact(seal: AddressSeal, beneficiary_id: str, contact: NewContact) -> Contact:
    """A contact as it is stored."""
    return Contact(beneficiary_id, contact.channel, seal.seal(beneficiary_id, contact.address))
