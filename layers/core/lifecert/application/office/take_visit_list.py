"""Take the list of an officer who visited many people: each line by itself, whole or not at all."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from lifecert.application.office.certify_in_person import CertifyInPerson
from lifecert.application.office.report_death import report_known
from lifecert.application.shared.changing import change_newest, request_of
from lifecert.application.shared.scoping import refuse_whom_nobody_sees
from lifecert.domain.actor import Actor, Role, User
from lifecert.domain.beneficiary import Beneficiary
from lifecert.domain.certificate import Certificate
from lifecert.domain.change import Change, record
from lifecert.domain.errors import (
    DayInFuture,
    EntitlementEnded,
    IdempotencyKeyReused,
    LifeCertError,
    NotAllowed,
    SeenTooLongAgo,
    StoreUnavailable,
)
from lifecert.domain.ledger import Detail, LedgerEvent
from lifecert.domain.limits import StartLimits
from lifecert.domain.review import ReviewKind
from lifecert.domain.sighting import Document, GroupVisit, HomeVisit, PresenceGround, Sighting, VisitPlace
from lifecert.domain.status import Status
from lifecert.ports.clock import Clock
from lifecert.ports.register import ChangingRegister, Ledger
from lifecert.ports.sessions import Limits

# So many lines are taken well within the time that a request has.
MOST_LINES = 50


class VisitOutcome(StrEnum):
    """What an officer found of one person."""

    SEEN = "seen"
    NOT_SEEN = "not_seen"
    MOVED = "moved"  # as neighbours say: nothing is changed by it
    DIED = "died"  # as they say: a case, and no end


class LineResult(StrEnum):
    """What became of a line."""

    CERTIFIED = "certified"
    PROPOSED = "proposed"  # another clerk confirms it
    CASE_OPENED = "case_opened"
    NOTED = "noted"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Visit:
    """A round of visits: on which day, and where the people live; None is each at home. `scan` is the SHA-256 of the
    signed sheet, where the office keeps one."""

    on: date
    place: VisitPlace | None = None
    scan: str = ""

    def sighting(self, document: Document, ground: PresenceGround | None) -> Sighting:
        """That somebody was seen on it."""
        if self.place is None:
            return HomeVisit(seen_on=self.on, ground=ground, document=document, scan=self.scan)
        return GroupVisit(seen_on=self.on, ground=ground, document=document, place=self.place, scan=self.scan)


@dataclass(frozen=True, slots=True)
class VisitLine:
    """One person of the list. `document` is what was checked of whoever was seen."""

    number: int
    beneficiary_id: str
    outcome: VisitOutcome
    document: Document = Document.KNOWN_PERSONALLY
    ground: PresenceGround | None = None
    died_on: date | None = None


@dataclass(frozen=True, slots=True)
class LineTaken:
    """What became of a line: the id of its certificate, proposal or case; or why it was refused."""

    number: int
    beneficiary_id: str
    result: LineResult
    id: str | None = None
    refused: LifeCertError | None = None


@dataclass(frozen=True, slots=True)
class TakeVisitList:
    """The use case. Whoever was seen is certified by the same way as by a list of one."""

    certify: CertifyInPerson
    people: ChangingRegister
    ledger: Ledger
    clock: Clock
    limits: Limits
    start_limits: StartLimits

    def __call__(
        self,
        visit: Visit,
        lines: Iterable[VisitLine],
        user: User,
        idempotency_key: str,
        out_of_time: Callable[[], bool] = lambda: False,
    ) -> Iterator[LineTaken]:
        """Take line by line. The same list again with the same key changes nothing that was done, and takes what was
        refused. A line that there was no time for is refused with StoreUnavailable. Raises NotAllowed."""
        if not user.is_clerk:
            raise NotAllowed
        for line in lines:
            try:
                if out_of_time():
                    raise StoreUnavailable("no time is left for this line")
                yield self._take(visit, line, user, idempotency_key)
            except LifeCertError as refusal:
                yield LineTaken(line.number, line.beneficiary_id, LineResult.REFUSED, refused=refusal)

    def _take(self, visit: Visit, line: VisitLine, user: User, key: str) -> LineTaken:
        if line.outcome is VisitOutcome.SEEN:
            done = self.certify(line.beneficiary_id, visit.sighting(line.document, line.ground), user, key)
            if isinstance(done, Certificate):
                return LineTaken(line.number, line.beneficiary_id, LineResult.CERTIFIED, done.certificate_id)
            proposed = LineResult.PROPOSED if done.kind is ReviewKind.PRESENCE else LineResult.CASE_OPENED
            return LineTaken(line.number, line.beneficiary_id, proposed, done.review_id)
        self._check_day(visit)
        if line.outcome is VisitOutcome.DIED:
            return LineTaken(line.number, line.beneficiary_id, LineResult.CASE_OPENED, self._died(line, user))
        self._note(visit, line, user, key)
        return LineTaken(line.number, line.beneficiary_id, LineResult.NOTED)

    def _check_day(self, visit: Visit) -> None:
        today = self.clock.today()
        if visit.on > today:
            raise DayInFuture
        if self.certify.proofs.too_long_ago(visit.sighting(Document.ID_CARD, None), today):
            raise SeenTooLongAgo

    def _died(self, line: VisitLine, user: User) -> str:
        if line.died_on and line.died_on > self.clock.today():
            raise DayInFuture
        person = refuse_whom_nobody_sees(user, self.people.get(line.beneficiary_id))
        # As any report of theirs: each keeps the camera from somebody until another clerk has looked.
        self.limits.take(self.start_limits.refused(user.user_id, self.clock.now()))
        return report_known(self.people, self.clock, person, line.died_on, Actor(user.user_id, Role.CLERK))

    def _note(self, visit: Visit, line: VisitLine, user: User, key: str) -> None:
        request = request_of(user, key)
        details: dict[str, Detail] = {
            "visited_on": visit.on.isoformat(),
            "outcome": line.outcome,
            "place": visit.place,
            "request": request,
        }

        def make(newest: Beneficiary) -> Change | None:
            if newest.status is Status.TERMINATED:
                raise EntitlementEnded
            for entry in self.ledger.entries(newest.beneficiary_id):
                if entry.event is LedgerEvent.VISIT_NOTED and entry.details.get("request") == request:
                    if entry.details != details:
                        raise IdempotencyKeyReused
                    return None
            clerk = Actor(user.user_id, Role.CLERK)
            after, entry = record(newest, LedgerEvent.VISIT_NOTED, clerk, self.clock.now(), details)
            return Change(newest.version, after, entry)

        change_newest(self.people, line.beneficiary_id, make, by=user)
