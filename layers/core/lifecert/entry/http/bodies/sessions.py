"""Sessions: what phones send, and what they get. Never a score, never an ID number."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, Field, ValidationError, ValidatorFunctionWrapHandler, WrapValidator

from lifecert.application.certify.get_status import SessionFound
from lifecert.application.certify.opening import StartedSession
from lifecert.application.certify.start_session import StartRequest
from lifecert.domain.challenge import Ability, Step
from lifecert.domain.policy import Outcome
from lifecert.domain.proof_channel import ProofChannel
from lifecert.domain.reasons import Reason
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
    image_type: Literal[ImageType.JPEG] = ImageType.JPEG  # of frames; an office's reference photos may be more

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
    """A session and its upload slots. `proof_channel` is the one that was proven, whatever the request says."""

    session_id: str
    proof_channel: ProofChannel
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
            proof_channel=session.proof_channel,
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


class LookShown(Response):
    """Whether the neutral frame's quality will do; if not, one reason and the one thing to do about it."""

    quality: Literal["good", "poor"]
    reason: str | None = None
    detail: str | None = None

    @staticmethod
    def of(reason: Reason | None, language: Language) -> "LookShown":
        """The answer in a language."""
        if reason is None:
            return LookShown(quality="good")
        return LookShown(quality="poor", reason=reason.value, detail=text(language, "reasons", reason))


def _or_none(value: Any, read: ValidatorFunctionWrapHandler) -> Any:
    try:
        return read(value)
    except ValidationError:
        return None


_Kept = TypeVar("_Kept")
_Lenient = Annotated[_Kept | None, WrapValidator(_or_none)]
_Whole = Annotated[int, Field(ge=0, le=100_000)]


class Observations(BaseModel):
    """What the phone's page tells of its camera, for a reviewer: the class of the camera's label and never the label,
    which way it was asked to face and faces, its size, milliseconds from one photo to the next, how many were taken
    again, seconds of countdown. What does not fit is left out: it refuses nobody."""

    layer: _Lenient[Literal["live", "file"]] = None
    camera: _Lenient[Literal["front", "back", "external", "virtual", "unknown"]] = None
    facing_asked: _Lenient[Literal["user", "environment"]] = None
    facing_got: _Lenient[Literal["user", "environment", "left", "right"]] = None
    width: _Lenient[_Whole] = None
    height: _Lenient[_Whole] = None
    frame_rate: _Lenient[_Whole] = None
    step_ms: _Lenient[Annotated[tuple[Annotated[int, Field(ge=0, le=3_600_000)], ...], Field(max_length=10)]] = None
    retaken: _Lenient[_Whole] = None
    countdown: _Lenient[_Whole] = None

    @staticmethod
    def told(body: str) -> str:
        """Those of a request's body as they are kept: JSON, or nothing where none fit."""
        try:
            kept = _Verify.model_validate_json(body).observations
        except ValidationError:
            return ""
        told = kept.model_dump_json(exclude_none=True) if kept else "{}"
        return "" if told == "{}" else told

    @staticmethod
    def kept(told: str) -> dict[str, Any] | None:
        """What `told` kept, without what was left out."""
        return Observations.model_validate_json(told).model_dump(exclude_none=True) if told else None


class _Verify(BaseModel):
    observations: _Lenient[Observations] = None


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
