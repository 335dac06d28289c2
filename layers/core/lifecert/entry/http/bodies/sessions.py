"""Sessions: what phones send, and what they get. Never a score, never an ID number."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Annotated

from pydantic import Field

from lifecert.application.certify.get_status import SessionFound
from lifecert.application.certify.start_session import StartedSession, StartRequest
from lifecert.domain.challenge import Ability, Step
from lifecert.domain.policy import Outcome
from lifecert.domain.review import ReviewDecision, ReviewOutcome
from lifecert.domain.session import Channel, ImageType, Session
from lifecert.entry.http.bodies.fields import ConsentGiven, Person
from lifecert.entry.http.problems import reason_members
from lifecert.entry.http.texts import Language, text
from lifecert.entry.models import Incoming, Moment, Response


class StartSessionBody(Incoming):
    """POST /sessions."""

    beneficiary: Person
    consent: ConsentGiven | None = None
    on_behalf: bool
    channel: Channel = Channel.APP
    # A list first: a set would count what is said again and again once.
    cannot: Annotated[list[Ability], Field(max_length=len(Ability))] = Field(default_factory=list)
    image_type: ImageType = ImageType.JPEG

    def to_domain(self, idempotency_key: str | None) -> StartRequest:
        """What the use case takes. No consent is consent to no version."""
        return StartRequest(
            name=self.beneficiary.name,
            id_number=self.beneficiary.id_number,
            on_behalf=self.on_behalf,
            channel=self.channel,
            consent_version=self.consent.version if self.consent else "",
            guardian_consent=bool(self.consent and self.consent.guardian),
            cannot=frozenset(self.cannot),
            image_type=self.image_type,
            idempotency_key=idempotency_key,
        )


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
    deadline: Moment
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


class ReasonTold(Response):
    """Why not accepted, and the one thing to do about it."""

    code: str
    instruction: str


class ReasonForRetry(ReasonTold):
    """The same, and the number of the slot whose frame it is about; none when it is about all of them."""

    frame: int | None


class Reviewed(Response):
    """How the office decided what the machine left open; `certificate_id` when that certified."""

    outcome: ReviewOutcome
    decided_at: Moment
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
    opened_at: Moment
    on_behalf: bool
    state: str
    attempt: int
    deadline: Moment
    challenge: tuple[Step, ...]
    outcome: Outcome | None
    certificate: CertificateIssued | None
    reason: ReasonForRetry | None
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
            told = reason_members(result.decision.reason, language)
            reason = ReasonForRetry(**told, frame=session.frame_to_mend)
        return SessionView(
            session_id=session.session_id,
            opened_at=session.opened_at,
            on_behalf=session.on_behalf,
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


class MySessionsQuery(Incoming):
    """GET /me/sessions."""

    limit: Annotated[int, Field(ge=1, le=20)] = 20


class MySessions(Response):
    """The caller's last sessions, newest first."""

    sessions: tuple[SessionView, ...]

    @staticmethod
    def of(found: Iterable[SessionFound], now: datetime, language: Language) -> "MySessions":
        """The answer in a language, as of `now`."""
        return MySessions(sessions=tuple(SessionView.of(one.session, now, language, one.reviewed) for one in found))
