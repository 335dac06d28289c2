"""Mandates: given by the person or the office, ended by either or by whoever holds them."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime

from lifecert.application.faces.consent import is_the_person, letter_has_certified_lately
from lifecert.application.shared.changing import change_newest
from lifecert.domain.actor import Actor, Role, User
from lifecert.domain.beneficiary import Beneficiary
from lifecert.domain.change import Change, record
from lifecert.domain.errors import (
    BeneficiaryNotFound,
    EntitlementEnded,
    LimitReached,
    MandateNotFound,
    MandateUnsuitable,
    OnlyAtTheCounter,
    TooManyMandates,
)
from lifecert.domain.ledger import Detail, LedgerEvent
from lifecert.domain.mandate import (
    FURTHEST_AHEAD,
    GIVEN_WITHIN,
    LONGEST,
    MOST_GIVEN,
    MOST_MANDATES,
    Mandate,
    MandateGround,
    MandateKind,
    MandateRight,
    not_over,
)
from lifecert.domain.status import Status
from lifecert.ports.clock import Clock
from lifecert.ports.register import ChangingRegister, Ledger


@dataclass(frozen=True, slots=True)
class MandateWish:
    """What mandate is to be given. `ground` and `scan`, the SHA-256 of the paper that the office keeps, are for a clerk
    to give, and for nobody else."""

    holder: str
    rights: frozenset[MandateRight]
    end: date
    start: date | None = None
    kind: MandateKind = MandateKind.HELPER
    ground: MandateGround | None = None
    scan: str = ""


@dataclass(frozen=True, slots=True)
class GiveMandate:
    """The use case. `counting` takes a look-up of a clerk who gives one: it lets somebody else read the record."""

    register: ChangingRegister
    ledger: Ledger
    clock: Clock
    counting: Callable[[User], None]

    def __call__(self, beneficiary_id: str, caller: User, wish: MandateWish) -> Mandate:
        """Give a mandate; the same again is the one that was given.

        By the person: their own account, or a letter that certified them within 30 days; as a helper's alone. By a
        clerk: of any kind, with ground and paper, and not to themselves. Raises BeneficiaryNotFound (also for everybody
        else), OnlyAtTheCounter (a letter that did not certify, another kind), MandateUnsuitable (days, ground, holder),
        TooManyMandates, LimitReached (the person gave so many lately; of a clerk, of look-ups) and EntitlementEnded.
        """
        given: Mandate | None = None
        counted = False

        def make(newest: Beneficiary) -> Change | None:
            nonlocal given, counted
            user = caller.towards(newest.districts)
            self._check_may_give(newest, user, wish)
            today = self.clock.today()
            given = self._suitable(newest, wish, user, today)
            if newest.status is Status.TERMINATED:
                raise EntitlementEnded
            left = not_over(newest.mandates, today)
            for known in left:
                if known.says_as(given):
                    given = known
                    return None
            if len(left) >= MOST_MANDATES:
                raise TooManyMandates
            if not user.is_clerk:
                self._check_not_too_often(newest)
            elif not counted:
                self.counting(user)
                counted = True
            details: dict[str, Detail] = {
                "mandate_id": given.mandate_id,
                "kind": given.kind,
                "holder": given.holder,
                "rights": ",".join(given.rights),
                "start": given.start.isoformat(),
                "end": given.end.isoformat(),
                "by_office": given.by_office,
                "ground": wish.ground,
                "scan": wish.scan or None,
                "over": ",".join(one.mandate_id for one in newest.mandates if one not in left) or None,
            }
            return _recorded(replace(newest, mandates=(*left, given)), LedgerEvent.MANDATE_GIVEN, user, self, details)

        change_newest(self.register, beneficiary_id, make)
        if given is None:
            raise BeneficiaryNotFound
        return given

    def _check_may_give(self, newest: Beneficiary, user: User, wish: MandateWish) -> None:
        if user.is_clerk:
            return
        if not is_the_person(newest, user):
            raise OnlyAtTheCounter if user.user_id in newest.certified_by else BeneficiaryNotFound
        if wish.kind is not MandateKind.HELPER:
            raise OnlyAtTheCounter
        if not letter_has_certified_lately(newest, user, self.ledger, self.clock):
            raise OnlyAtTheCounter  # whoever found a letter does not have the face

    def _check_not_too_often(self, newest: Beneficiary) -> None:
        """Raises LimitReached where the person's ledger would grow without end, which every decision about them reads:
        whoever draws for the dead keeps the end from being confirmed that way."""
        since = self.clock.now() - GIVEN_WITHIN
        lately: list[datetime] = [
            one.at
            for one in self.ledger.entries(newest.beneficiary_id)
            if one.event is LedgerEvent.MANDATE_GIVEN and one.actor.role is Role.USER and one.at > since
        ]
        if len(lately) >= MOST_GIVEN:
            raise LimitReached(min(lately) + GIVEN_WITHIN)

    def _suitable(self, newest: Beneficiary, wish: MandateWish, user: User, today: date) -> Mandate:
        start = wish.start or today
        days = today <= start <= today + FURTHEST_AHEAD and start <= wish.end <= start + LONGEST
        paper = (wish.ground is not None, bool(wish.scan)) == (user.is_clerk, user.is_clerk)
        themselves = wish.holder in (user.user_id, newest.own_account)
        if not days or not paper or themselves or not wish.rights:
            raise MandateUnsuitable
        rights = tuple(one for one in MandateRight if one in wish.rights)
        return Mandate(str(uuid.uuid4()), wish.kind, wish.holder, rights, start, wish.end, user.is_clerk)


@dataclass(frozen=True, slots=True)
class EndMandate:
    """The use case."""

    register: ChangingRegister
    clock: Clock

    def __call__(self, beneficiary_id: str, mandate_id: str, caller: User) -> Mandate:
        """End a mandate, which is given back, by the person's own account, by a clerk, or by whoever holds it.

        Raises MandateNotFound (also for one that has ended) and BeneficiaryNotFound (also for everybody else).
        """
        ended: Mandate | None = None

        def make(newest: Beneficiary) -> Change | None:
            nonlocal ended
            user = caller.towards(newest.districts)
            held = next((one for one in newest.mandates if one.mandate_id == mandate_id), None)
            theirs = held is not None and user.user_id == held.holder
            if not (user.is_clerk or is_the_person(newest, user) or theirs):
                raise BeneficiaryNotFound
            if held is None:
                raise MandateNotFound
            ended = held
            left = tuple(one for one in newest.mandates if one is not held)
            details: dict[str, Detail] = {"mandate_id": mandate_id, "kind": held.kind}
            return _recorded(replace(newest, mandates=left), LedgerEvent.MANDATE_ENDED, user, self, details)

        change_newest(self.register, beneficiary_id, make)
        if ended is None:
            raise MandateNotFound
        return ended


def _recorded(
    changed: Beneficiary, event: LedgerEvent, user: User, use_case: GiveMandate | EndMandate, details: dict[str, Detail]
) -> Change:
    actor = Actor(user.user_id, Role.CLERK if user.is_clerk else Role.USER)
    after, entry = record(changed, event, actor, use_case.clock.now(), details)
    return Change(changed.version, after, entry)
