"""What phones get: response models and their mapping from the domain. Never a score, never an ID number."""

from collections.abc import Mapping
from datetime import date, datetime

from lifecert.application.certify.get_certificate import CertificateView
from lifecert.application.certify.get_status import BeneficiaryView
from lifecert.application.certify.start_session import StartedSession
from lifecert.domain.category import Category
from lifecert.domain.certificate import CertificateState
from lifecert.domain.challenge import Step
from lifecert.domain.help_lines import HelpLines
from lifecert.domain.ledger import Detail, LedgerEntry, LedgerEvent
from lifecert.domain.policy import Outcome
from lifecert.domain.review import ReviewDecision, ReviewOutcome
from lifecert.domain.session import Session
from lifecert.domain.status import Standing, Status
from lifecert.entry.http.problems import reason_members
from lifecert.entry.http.texts import Language, text
from lifecert.entry.models import Response

# What of a ledger entry concerns the person and their helpers; staff see all of it.
_FOR_EVERYBODY = frozenset(
    {
        "arrears_first_day",
        "arrears_last_day",
        "certificate_id",
        "held_since",
        "method",
        "on_behalf",
        "outcome",
        "payment_was_held",
        "reason",
        "status",
        "status_before",
        "valid_until",
    }
)
# Entries that only staff see: to know of a suspicion is to be warned.
_FOR_STAFF = frozenset({LedgerEvent.REVIEW_OPENED, LedgerEvent.REVIEW_DECIDED})


class Slot(Response):
    """Where one frame goes: send `fields` and then the file, as multipart/form-data, to `url`."""

    number: int
    step: Step
    instruction: str
    url: str
    fields: Mapping[str, str]


class SessionStarted(Response):
    """A session and its upload slots."""

    session_id: str
    attempt: int
    deadline: datetime
    challenge: tuple[Step, ...]
    slots: tuple[Slot, ...]
    notice: str
    help_line: str

    @staticmethod
    def of(started: StartedSession, language: Language) -> "SessionStarted":
        """The answer in a language."""
        session = started.session
        slots = tuple(
            Slot(
                number=number,
                step=step,
                instruction=text(language, "steps", step),
                url=slot.url,
                fields=slot.fields,
            )
            for number, (step, slot) in enumerate(zip(session.challenge, started.slots, strict=True), start=1)
        )
        return SessionStarted(
            session_id=session.session_id,
            attempt=session.attempt,
            deadline=session.deadline,
            challenge=session.challenge,
            slots=slots,
            notice=text(language, "notes", "notice"),
            help_line=session.help_line,
        )


class CertificateIssued(Response):
    """What an accepted verification brings."""

    certificate_id: str
    beneficiary_id: str
    valid_until: date


class CertificateShown(Response):
    """A certificate for whoever holds its id: what it is worth today, and the signed statement itself."""

    certificate_id: str
    state: CertificateState
    revoked_at: datetime | None
    valid_until: date
    statement: str

    @staticmethod
    def of(view: CertificateView) -> "CertificateShown":
        """The answer."""
        certificate = view.certificate
        return CertificateShown(
            certificate_id=certificate.certificate_id,
            state=view.state,
            revoked_at=certificate.revoked_at,
            valid_until=certificate.valid_until,
            statement=certificate.statement,
        )


class KeySet(Response):
    """The public keys of the statements: a JSON Web Key Set (RFC 7517)."""

    keys: tuple[Mapping[str, str], ...]


class ReasonTold(Response):
    """Why not accepted, and the one thing to do about it."""

    code: str
    instruction: str


class Reviewed(Response):
    """How the office decided what the machine left open; `certificate_id` when that certified."""

    outcome: ReviewOutcome
    decided_at: datetime
    certificate_id: str | None
    reason: ReasonTold

    @staticmethod
    def of(decision: ReviewDecision, language: Language) -> "Reviewed":
        """The answer in a language."""
        return Reviewed(
            outcome=decision.outcome,
            decided_at=decision.decided_at,
            certificate_id=decision.certificate_id,
            reason=ReasonTold(code=decision.ground, instruction=text(language, "grounds", decision.ground)),
        )


class SessionView(Response):
    """A session's state; `outcome` and what follows from it once decided, and `reviewed` once a clerk said so."""

    session_id: str
    state: str
    attempt: int
    deadline: datetime
    challenge: tuple[Step, ...]
    outcome: Outcome | None
    certificate: CertificateIssued | None
    reason: ReasonTold | None
    reviewed: Reviewed | None
    help_line: str
    other_ways: str

    @staticmethod
    def of(
        session: Session, now: datetime, language: Language, reviewed: ReviewDecision | None = None
    ) -> "SessionView":
        """The answer in a language, as of `now`."""
        result = session.result
        certificate, reason = None, None
        if result and result.certificate_id and result.valid_until:
            certificate = CertificateIssued(
                certificate_id=result.certificate_id,
                beneficiary_id=session.beneficiary_id,
                valid_until=result.valid_until,
            )
        if result and result.decision.reason:
            reason = ReasonTold(**reason_members(result.decision.reason, language))
        return SessionView(
            session_id=session.session_id,
            state="expired" if session.expired_at(now) else session.state.value,
            attempt=session.attempt,
            deadline=session.deadline,
            challenge=session.challenge,
            outcome=result.decision.outcome if result else None,
            certificate=certificate,
            reason=reason,
            reviewed=Reviewed.of(reviewed, language) if reviewed else None,
            help_line=session.help_line,
            other_ways=text(language, "notes", "other_ways"),
        )


class HistoryActor(Response):
    """Who made an entry; `actor_id` for staff only."""

    role: str
    actor_id: str | None


class HistoryEntry(Response):
    """One ledger entry."""

    seq: int
    event: LedgerEvent
    at: datetime
    actor: HistoryActor
    details: Mapping[str, Detail]

    @staticmethod
    def of(entry: LedgerEntry, *, for_staff: bool) -> "HistoryEntry":
        """The entry, without what concerns only staff unless it is for them."""
        return HistoryEntry(
            seq=entry.seq,
            event=entry.event,
            at=entry.at,
            actor=HistoryActor(role=entry.actor.role, actor_id=entry.actor.actor_id if for_staff else None),
            details={name: value for name, value in entry.details.items() if for_staff or name in _FOR_EVERYBODY},
        )


class BeneficiaryStanding(Response):
    """A beneficiary's standing. `days_left` counts the covered days after today, `what_to_do` is for who lapsed."""

    beneficiary_id: str
    masked_name: str
    category: Category
    district: str
    status: Status
    valid_until: date
    days_left: int
    payment_held: bool
    held_since: date | None
    what_to_do: str | None
    help_line: str
    history: tuple[HistoryEntry, ...]

    @staticmethod
    def of(
        view: BeneficiaryView, today: date, help_lines: HelpLines, language: Language, *, for_staff: bool
    ) -> "BeneficiaryStanding":
        """The answer as of `today`, in a language."""
        beneficiary = view.beneficiary
        standing = beneficiary.standing
        return BeneficiaryStanding(
            beneficiary_id=beneficiary.beneficiary_id,
            masked_name=beneficiary.masked_name,
            category=beneficiary.category,
            district=beneficiary.district,
            status=standing.status,
            valid_until=standing.valid_until,
            days_left=max(0, (standing.valid_until - today).days),
            payment_held=standing.held_since is not None,
            held_since=standing.held_since,
            what_to_do=_what_to_do(standing, language),
            help_line=help_lines.find(beneficiary.category, beneficiary.district),
            history=tuple(
                HistoryEntry.of(entry, for_staff=for_staff)
                for entry in view.history
                if for_staff or entry.event not in _FOR_STAFF
            ),
        )


def _what_to_do(standing: Standing, language: Language) -> str | None:
    if standing.status is not Status.LAPSED:
        return None
    return text(language, "notes", "held" if standing.held_since else "lapsed")
