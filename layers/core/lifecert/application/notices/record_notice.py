"""Record a notice: a clerk writes down that somebody was told by letter, by a visit or in public, or could not be, and
later that a letter came back."""

import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date

from lifecert.application.shared.changing import change_newest, request_of
from lifecert.domain.actor import Actor, Role, User
from lifecert.domain.beneficiary import Beneficiary
from lifecert.domain.change import Change, record
from lifecert.domain.errors import (
    DayInFuture,
    DayTooEarly,
    EntitlementEnded,
    GroundUnsuitable,
    NotAllowed,
    NotLapsed,
    OfficeNoticeFailed,
    OfficeNoticeNotFound,
    PublicNoticeTooEarly,
    TooManyNotices,
)
from lifecert.domain.ledger import Detail, Fact, LedgerEntry, LedgerEvent
from lifecert.domain.office_notice import (
    FAILED_BEFORE_PUBLIC,
    MOST_NOTICES,
    MOST_NOTICES_OF_ONE,
    NoticeResult,
    NoticeRules,
    NoticeWay,
    OfficeNotice,
    failed_ways,
    lapsed_anew,
)
from lifecert.domain.status import Status
from lifecert.ports.clock import Clock
from lifecert.ports.register import ChangingRegister, Ledger


@dataclass(frozen=True, slots=True)
class NewNotice:
    """What a clerk says of a notice. `proof` is where that can be looked up: a code, and nothing of the person."""

    way: NoticeWay
    result: NoticeResult
    on: date
    proof: str


@dataclass(frozen=True, slots=True)
class Voiding:
    """That a notice told nobody after all: it came back on a day (`returned`), or was found on it never to have been
    (`recorded_wrongly`)."""

    result: NoticeResult
    on: date
    proof: str


@dataclass(frozen=True, slots=True)
class RecordNotice:
    """The use case."""

    register: ChangingRegister
    ledger: Ledger
    clock: Clock
    rules: NoticeRules

    def __call__(
        self,
        beneficiary_id: str,
        new: NewNotice,
        user: User,
        idempotency_key: str,
        notice_id: str = "",
        **more: Detail,
    ) -> OfficeNotice:
        """Write down a notice to somebody lapsed, or that one failed. A repeat with the same key changes nothing more.
        `notice_id` is what it is called, where it has a name already; `more` goes into the ledger besides.

        Raises NotAllowed, BeneficiaryNotFound, EntitlementEnded, NotLapsed, DayInFuture, DayTooEarly,
        PublicNoticeTooEarly and TooManyNotices.
        """
        named = notice_id or str(uuid.uuid4())

        def change(newest: Beneficiary, entries: tuple[LedgerEntry, ...], request: str) -> tuple[Change, OfficeNotice]:
            notice = self._notice(named, newest, entries, new, user)
            kept = (*newest.current_office_notices, notice)
            details = {**_told(notice, request), "proof": new.proof, "counts_on": _iso(notice.counts_on), **more}
            return self._changed(
                replace(newest, office_notices=kept), LedgerEvent.NOTICE_RECORDED, user, details
            ), notice

        return self._once(beneficiary_id, LedgerEvent.NOTICE_RECORDED, user, idempotency_key, change)

    def check(self, person: Beneficiary, new: NewNotice, user: User) -> None:
        """Raise what writing this down would."""
        self._notice("", person, tuple(self.ledger.entries(person.beneficiary_id)), new, user)

    def void(
        self,
        beneficiary_id: str,
        notice_id: str,
        voiding: Voiding,
        user: User,
        idempotency_key: str,
        **more: Detail,
    ) -> OfficeNotice:
        """Write down that a notice told nobody. Whatever it counted for is off: a proposed hold too, and the grace days
        begin anew. A payment that is held already stays held. A repeat with the same key changes nothing more.

        Raises NotAllowed, BeneficiaryNotFound, OfficeNoticeNotFound, OfficeNoticeFailed, GroundUnsuitable (what is no
        letter does not come back), DayInFuture and DayTooEarly.
        """

        def change(newest: Beneficiary, _: tuple[LedgerEntry, ...], request: str) -> tuple[Change, OfficeNotice]:
            notice = self._voided(newest, notice_id, voiding)
            others = (notice if one.notice_id == notice_id else one for one in newest.office_notices)
            after, undone = self._untold(newest, replace(newest, office_notices=tuple(others)))
            details = {
                **_told(notice, request),
                "proof": voiding.proof,
                "failed_on": _iso(notice.failed_on),
                **undone,
                **more,
            }
            return self._changed(after, LedgerEvent.NOTICE_VOIDED, user, details), notice

        return self._once(beneficiary_id, LedgerEvent.NOTICE_VOIDED, user, idempotency_key, change)

    def _once(
        self,
        beneficiary_id: str,
        event: LedgerEvent,
        user: User,
        idempotency_key: str,
        change: Callable[[Beneficiary, tuple[LedgerEntry, ...], str], tuple[Change, OfficeNotice]],
    ) -> OfficeNotice:
        """Make a change unless the ledger says that this very request made it before."""
        if not user.is_clerk:
            raise NotAllowed
        request, made = request_of(user, idempotency_key), list[OfficeNotice]()

        def make(newest: Beneficiary) -> Change | None:
            entries = tuple(self.ledger.entries(beneficiary_id))
            if before := _made_before(entries, event, request):
                made[:] = [before]
                return None
            changed, notice = change(newest, entries, request)
            made[:] = [notice]
            return changed

        change_newest(self.register, beneficiary_id, make, by=user)
        return made[0]

    def _notice(
        self, notice_id: str, newest: Beneficiary, entries: tuple[LedgerEntry, ...], new: NewNotice, user: User
    ) -> OfficeNotice:
        if newest.status is Status.TERMINATED:
            raise EntitlementEnded
        if newest.status is not Status.LAPSED:
            raise NotLapsed
        today, anew = self.clock.today(), lapsed_anew(entries)
        if new.on > today:
            raise DayInFuture
        if new.on <= newest.valid_until or (anew and new.on < self.clock.day_of(anew.at)):
            raise DayTooEarly
        failed = failed_ways(newest.current_office_notices, entries, new.on)
        if new.way is NoticeWay.PUBLIC_NOTICE and len(failed) < FAILED_BEFORE_PUBLIC:
            raise PublicNoticeTooEarly
        theirs = [one for one in newest.current_office_notices if one.recorded_by == user.user_id]
        if len(newest.current_office_notices) >= MOST_NOTICES or len(theirs) >= MOST_NOTICES_OF_ONE:
            raise TooManyNotices
        counts_on = self.rules.counts_on(new.way, new.result, new.on, today)
        return OfficeNotice(notice_id, newest.valid_until, new.way, new.result, new.on, user.user_id, counts_on)

    def _voided(self, newest: Beneficiary, notice_id: str, voiding: Voiding) -> OfficeNotice:
        notice = next((one for one in newest.office_notices if one.notice_id == notice_id), None)
        if notice is None:
            raise OfficeNoticeNotFound
        if not notice.stands:
            raise OfficeNoticeFailed
        if voiding.result is NoticeResult.RETURNED and notice.way is not NoticeWay.LETTER:
            raise GroundUnsuitable
        if voiding.on > self.clock.today():
            raise DayInFuture
        if voiding.on < notice.on:
            raise DayTooEarly
        return notice.failed(voiding.result, voiding.on)

    def _untold(self, before: Beneficiary, after: Beneficiary) -> tuple[Beneficiary, Mapping[str, Detail]]:
        """Of somebody lapsed, what falls with a notice by which they counted as told, and what the ledger says of it.

        Proposals are off, and the grace days begin today, whatever else told them: so the sweep finds them again by
        that day. To whom no message was sent because they were told, one goes now.
        """
        if before.status is not Status.LAPSED or after.notice_delivered_on == before.notice_delivered_on:
            return after, {}
        today, message = self.clock.today(), after.current_notice
        dropped = [
            replace(one, hold_proposal=None, grace_from=today) for one in after.benefits if after.open_proposal(one)
        ]
        if message and not message.sent and after.contact_channel:
            message = None
        facts: list[Mapping[str, Fact]] = [
            {"benefit": one.benefit_id, "grace_from": today.isoformat()} for one in dropped
        ]
        untold = replace(after.with_benefits(dropped), grace_from=today, notice=message)
        anew = message is None and after.notice is not None
        return untold, {"grace_from": today.isoformat(), "told_anew": anew, "benefits": facts}

    def _changed(self, after: Beneficiary, event: LedgerEvent, user: User, details: Mapping[str, Detail]) -> Change:
        """`after` still has the version that was read."""
        recorded, entry = record(after, event, Actor(user.user_id, Role.CLERK), self.clock.now(), details)
        return Change(after.version, recorded, entry)


def _told(notice: OfficeNotice, request: str) -> dict[str, Detail]:
    return {
        "request": request,
        "notice_id": notice.notice_id,
        "year": notice.valid_until.isoformat(),
        "way": notice.way,
        "result": notice.result,
        "on": notice.on.isoformat(),
        "recorded_by": notice.recorded_by,
    }


def _made_before(entries: Iterable[LedgerEntry], event: LedgerEvent, request: str) -> OfficeNotice | None:
    """What this request wrote down, whose answer was lost."""
    for entry in entries:
        if entry.event is event and entry.details.get("request") == request:
            return notice_of(entry)
    return None


def notice_of(entry: LedgerEntry) -> OfficeNotice:
    """The notice that an entry tells of, as it was then."""
    told = {name: str(value) for name, value in entry.details.items() if value is not None}
    days = {name: date.fromisoformat(told[name]) for name in ("counts_on", "failed_on") if name in told}
    return OfficeNotice(
        notice_id=told["notice_id"],
        valid_until=date.fromisoformat(told["year"]),
        way=NoticeWay(told["way"]),
        result=NoticeResult(told["result"]),
        on=date.fromisoformat(told["on"]),
        recorded_by=told["recorded_by"],
        **days,
    )


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
