"""Problem documents (RFC 9457): the one table from what went wrong to what a client is told."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email.utils import format_datetime
from enum import StrEnum
from http import HTTPStatus
from typing import Any

from lifecert.domain import errors
from lifecert.domain.reasons import Reason
from lifecert.entry.http.texts import Language, text
from lifecert.entry.models import utc_text

CONTENT_TYPE = "application/problem+json"


class Code(StrEnum):
    """The stable `code` of a problem."""

    ALREADY_REGISTERED = "already_registered"
    BENEFICIARY_NOT_FOUND = "beneficiary_not_found"
    CAMERA_PAUSED = "camera_paused"
    CAMERA_UNAVAILABLE = "camera_unavailable"
    CERTIFICATE_NOT_FOUND = "certificate_not_found"
    CHANGED_MEANWHILE = "changed_meanwhile"
    CODE_MISTYPED = "code_mistyped"
    CONSENT_MISSING = "consent_missing"
    CONSENT_WITHDRAWN = "consent_withdrawn"
    DISTRICT_OUTSIDE = "district_outside"
    ENTITLEMENT_ENDED = "entitlement_ended"
    FACE_NOT_COMPARED = "face_not_compared"
    GOOD_TRY_UNSEEN = "good_try_unseen"
    DOUBTED_ELSEWHERE = "doubted_elsewhere"
    FRAMES_GONE = "frames_gone"
    FRAMES_MISSING = "frames_missing"
    HOLD_BATCH_DECIDED = "hold_batch_decided"
    BENEFIT_NOT_FOUND = "benefit_not_found"
    TOO_MANY_BENEFITS = "too_many_benefits"
    HOLD_BATCH_NOT_FOUND = "hold_batch_not_found"
    HOLD_CANDIDATES_UNKNOWN = "hold_candidates_unknown"
    IDEMPOTENCY_KEY_INVALID = "idempotency_key_invalid"
    IDEMPOTENCY_KEY_REUSED = "idempotency_key_reused"
    IMPORT_DIGEST_DIFFERS = "import_digest_differs"
    IMPORT_FILE_MISSING = "import_file_missing"
    IMPORT_NOT_FOUND = "import_not_found"
    IMPORT_NOT_READY = "import_not_ready"
    INTERNAL_ERROR = "internal_error"
    INVALID_JSON = "invalid_json"
    INVALID_REQUEST = "invalid_request"
    INVITATION_NOT_FOUND = "invitation_not_found"
    INVITATION_UNKNOWN = "invitation_unknown"
    LIMIT_REACHED = "limit_reached"
    NOT_ALLOWED = "not_allowed"
    ONLY_AT_THE_COUNTER = "only_at_the_counter"
    PHOTO_MISSING = "photo_missing"
    PHOTO_UNSUITABLE = "photo_unsuitable"
    REFERENCE_MISMATCH = "reference_mismatch"
    REFERENCE_MISSING = "reference_missing"
    REFERENCE_NOT_FOUND = "reference_not_found"
    REQUEST_BLOCKED = "request_blocked"
    REQUEST_IN_PROGRESS = "request_in_progress"
    REQUEST_TOO_LARGE = "request_too_large"
    ROUTE_NOT_FOUND = "route_not_found"
    SESSION_BUSY = "session_busy"
    SESSION_EXPIRED = "session_expired"
    SESSION_NOT_FOUND = "session_not_found"
    SIGNED_OUT = "signed_out"
    UNAVAILABLE = "unavailable"
    ACTED_IN_CASE = "acted_in_case"
    DAY_IMPOSSIBLE = "day_impossible"
    DAY_IN_FUTURE = "day_in_future"
    DAY_TOO_EARLY = "day_too_early"
    PAPER_USED_BEFORE = "paper_used_before"
    EARLIER_PAPERS = "earlier_papers"
    SEEN_TOO_LONG_AGO = "seen_too_long_ago"
    DEVICE_END_UNSUITABLE = "device_end_unsuitable"
    DEVICE_NOT_FOUND = "device_not_found"
    DEVICE_REGISTERED_BEFORE = "device_registered_before"
    MANDATE_NOT_FOUND = "mandate_not_found"
    MANDATE_UNSUITABLE = "mandate_unsuitable"
    TOO_MANY_MANDATES = "too_many_mandates"
    NOT_LAPSED = "not_lapsed"
    PUBLIC_NOTICE_TOO_EARLY = "public_notice_too_early"
    TOO_MANY_NOTICES = "too_many_notices"
    NOTICE_NOT_FOUND = "notice_not_found"
    NOTICE_FAILED_BEFORE = "notice_failed_before"
    ID_NUMBER_DIFFERS = "id_number_differs"
    NOTHING_TO_AMEND = "nothing_to_amend"
    DEATH_ENDS_ALL = "death_ends_all"
    PAYER_NOT_FOUND = "payer_not_found"
    PAYER_UNKNOWN = "payer_unknown"
    GROUND_UNSUITABLE = "ground_unsuitable"
    PROPOSAL_EXPIRED = "proposal_expired"
    PROPOSAL_NOT_FOUND = "proposal_not_found"
    REVIEW_CLAIMED = "review_claimed"
    REVIEW_DECIDED = "review_decided"
    REVIEW_NOT_FOUND = "review_not_found"
    SECOND_CLERK_NEEDED = "second_clerk_needed"
    START_UNLIKELY = "start_unlikely"
    TRANSITION_REFUSED = "transition_refused"


class RequestError(Exception):
    """The request itself cannot be taken. Raised by the entry, before any use case."""


class SignedOut(RequestError):
    """Nobody is signed in."""


class InvalidJson(RequestError):
    """The body is not JSON."""


class IdempotencyKeyInvalid(RequestError):
    """The Idempotency-Key header is missing or malformed."""


class RequestInProgress(RequestError):
    """The same request is being worked on."""


class RequestBlocked(RequestError):
    """The firewall lets no such request through."""


class RequestTooLarge(RequestError):
    """More than the gateway takes."""


class RouteNotFound(RequestError):
    """There is no such route."""


class InvalidRequest(RequestError):
    """The body does not fit; `faults` are (field, key of the text that says what is wrong with it)."""

    def __init__(self, faults: tuple[tuple[str, str], ...]) -> None:
        super().__init__(f"{len(faults)} faults")
        self.faults = faults


Members = Callable[[Any, Language], Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Problem:
    """A row of the table: status, code, members beyond the usual ones, headers."""

    status: HTTPStatus
    code: Code
    members: Members = lambda _error, _language: {}
    headers: Callable[[Any], dict[str, str]] = lambda _error: {}


@dataclass(frozen=True, slots=True)
class Answer:
    """A problem document ready to send."""

    status: HTTPStatus
    code: Code
    body: Mapping[str, Any]
    headers: dict[str, str] = field(default_factory=dict)


def _faults(error: InvalidRequest, language: Language) -> Mapping[str, Any]:
    return {"errors": [{"field": name, "message": text(language, "fields", key)} for name, key in error.faults]}


def _photo_reason(error: errors.PhotoUnsuitable, language: Language) -> Mapping[str, Any]:
    return {"reason": reason_members(Reason(error.reason), language)}


def _soon(_error: Exception) -> dict[str, str]:
    return {"Retry-After": "2"}


def _when_open_again(error: errors.CameraPaused | errors.LimitReached) -> dict[str, str]:
    return {"Retry-After": format_datetime(error.until, usegmt=True)}


INTERNAL = Problem(HTTPStatus.INTERNAL_SERVER_ERROR, Code.INTERNAL_ERROR)

TABLE: dict[type[Exception], Problem] = {
    InvalidJson: Problem(HTTPStatus.BAD_REQUEST, Code.INVALID_JSON),
    IdempotencyKeyInvalid: Problem(HTTPStatus.BAD_REQUEST, Code.IDEMPOTENCY_KEY_INVALID),
    SignedOut: Problem(HTTPStatus.UNAUTHORIZED, Code.SIGNED_OUT),
    errors.NotAllowed: Problem(HTTPStatus.FORBIDDEN, Code.NOT_ALLOWED),
    errors.DistrictOutside: Problem(HTTPStatus.FORBIDDEN, Code.DISTRICT_OUTSIDE),
    errors.OnlyAtTheCounter: Problem(HTTPStatus.FORBIDDEN, Code.ONLY_AT_THE_COUNTER),
    # These two are the gateway's to say (template.yaml, GatewayResponses), in these words.
    RequestBlocked: Problem(HTTPStatus.FORBIDDEN, Code.REQUEST_BLOCKED),
    RequestTooLarge: Problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, Code.REQUEST_TOO_LARGE),
    RouteNotFound: Problem(HTTPStatus.NOT_FOUND, Code.ROUTE_NOT_FOUND),
    errors.BeneficiaryNotFound: Problem(HTTPStatus.NOT_FOUND, Code.BENEFICIARY_NOT_FOUND),
    errors.BenefitNotFound: Problem(HTTPStatus.NOT_FOUND, Code.BENEFIT_NOT_FOUND),
    errors.CertificateNotFound: Problem(HTTPStatus.NOT_FOUND, Code.CERTIFICATE_NOT_FOUND),
    errors.ReferenceNotFound: Problem(HTTPStatus.NOT_FOUND, Code.REFERENCE_NOT_FOUND),
    errors.InvitationNotFound: Problem(HTTPStatus.NOT_FOUND, Code.INVITATION_NOT_FOUND),
    errors.InvitationUnknown: Problem(HTTPStatus.NOT_FOUND, Code.INVITATION_UNKNOWN),
    errors.SessionNotFound: Problem(HTTPStatus.NOT_FOUND, Code.SESSION_NOT_FOUND),
    errors.ReviewNotFound: Problem(HTTPStatus.NOT_FOUND, Code.REVIEW_NOT_FOUND),
    errors.HoldBatchNotFound: Problem(HTTPStatus.NOT_FOUND, Code.HOLD_BATCH_NOT_FOUND),
    errors.RegisterImportNotFound: Problem(HTTPStatus.NOT_FOUND, Code.IMPORT_NOT_FOUND),
    errors.PayerNotFound: Problem(HTTPStatus.NOT_FOUND, Code.PAYER_NOT_FOUND),
    errors.ProposalNotFound: Problem(HTTPStatus.NOT_FOUND, Code.PROPOSAL_NOT_FOUND),
    errors.ActedInCase: Problem(HTTPStatus.FORBIDDEN, Code.ACTED_IN_CASE),
    errors.SecondClerkNeeded: Problem(HTTPStatus.FORBIDDEN, Code.SECOND_CLERK_NEEDED),
    errors.ReviewClaimed: Problem(HTTPStatus.CONFLICT, Code.REVIEW_CLAIMED),
    errors.ReviewDecidedBefore: Problem(HTTPStatus.CONFLICT, Code.REVIEW_DECIDED),
    errors.HoldBatchDecided: Problem(HTTPStatus.CONFLICT, Code.HOLD_BATCH_DECIDED),
    errors.ImportDigestDiffers: Problem(HTTPStatus.CONFLICT, Code.IMPORT_DIGEST_DIFFERS),
    errors.ImportFileMissing: Problem(HTTPStatus.CONFLICT, Code.IMPORT_FILE_MISSING),
    errors.ImportNotReady: Problem(
        HTTPStatus.CONFLICT, Code.IMPORT_NOT_READY, lambda error, _language: {"state": str(error)}
    ),
    errors.IdNumberDiffers: Problem(HTTPStatus.CONFLICT, Code.ID_NUMBER_DIFFERS),
    errors.NothingToAmend: Problem(HTTPStatus.CONFLICT, Code.NOTHING_TO_AMEND),
    errors.TooManyBenefits: Problem(HTTPStatus.CONFLICT, Code.TOO_MANY_BENEFITS),
    errors.TransitionRefused: Problem(HTTPStatus.CONFLICT, Code.TRANSITION_REFUSED),
    errors.DoubtedElsewhere: Problem(HTTPStatus.CONFLICT, Code.DOUBTED_ELSEWHERE),
    errors.FaceNotCompared: Problem(HTTPStatus.CONFLICT, Code.FACE_NOT_COMPARED),
    errors.GoodTryUnseen: Problem(HTTPStatus.CONFLICT, Code.GOOD_TRY_UNSEEN),
    errors.FramesGone: Problem(HTTPStatus.GONE, Code.FRAMES_GONE),
    errors.ProposalExpired: Problem(HTTPStatus.GONE, Code.PROPOSAL_EXPIRED),
    errors.GroundUnsuitable: Problem(HTTPStatus.UNPROCESSABLE_ENTITY, Code.GROUND_UNSUITABLE),
    errors.HoldCandidatesUnknown: Problem(
        HTTPStatus.UNPROCESSABLE_ENTITY,
        Code.HOLD_CANDIDATES_UNKNOWN,
        lambda error, _language: {"unknown": list(error.ids)},
    ),
    errors.DeathEndsAll: Problem(HTTPStatus.UNPROCESSABLE_ENTITY, Code.DEATH_ENDS_ALL),
    errors.PayerUnknown: Problem(HTTPStatus.UNPROCESSABLE_ENTITY, Code.PAYER_UNKNOWN),
    errors.DayTooEarly: Problem(HTTPStatus.UNPROCESSABLE_ENTITY, Code.DAY_TOO_EARLY),
    errors.NotLapsed: Problem(HTTPStatus.CONFLICT, Code.NOT_LAPSED),
    errors.PublicNoticeTooEarly: Problem(HTTPStatus.CONFLICT, Code.PUBLIC_NOTICE_TOO_EARLY),
    errors.TooManyNotices: Problem(HTTPStatus.CONFLICT, Code.TOO_MANY_NOTICES),
    errors.OfficeNoticeNotFound: Problem(HTTPStatus.NOT_FOUND, Code.NOTICE_NOT_FOUND),
    errors.OfficeNoticeFailed: Problem(HTTPStatus.CONFLICT, Code.NOTICE_FAILED_BEFORE),
    errors.DayInFuture: Problem(HTTPStatus.UNPROCESSABLE_ENTITY, Code.DAY_IN_FUTURE),
    errors.DeviceNotFound: Problem(HTTPStatus.NOT_FOUND, Code.DEVICE_NOT_FOUND),
    errors.DeviceRegisteredBefore: Problem(HTTPStatus.CONFLICT, Code.DEVICE_REGISTERED_BEFORE),
    errors.DeviceEndUnsuitable: Problem(HTTPStatus.UNPROCESSABLE_ENTITY, Code.DEVICE_END_UNSUITABLE),
    errors.MandateNotFound: Problem(HTTPStatus.NOT_FOUND, Code.MANDATE_NOT_FOUND),
    errors.MandateUnsuitable: Problem(HTTPStatus.UNPROCESSABLE_ENTITY, Code.MANDATE_UNSUITABLE),
    errors.TooManyMandates: Problem(HTTPStatus.CONFLICT, Code.TOO_MANY_MANDATES),
    errors.PaperUsedBefore: Problem(HTTPStatus.CONFLICT, Code.PAPER_USED_BEFORE),
    errors.EarlierPapers: Problem(HTTPStatus.CONFLICT, Code.EARLIER_PAPERS),
    errors.SeenTooLongAgo: Problem(HTTPStatus.UNPROCESSABLE_ENTITY, Code.SEEN_TOO_LONG_AGO),
    errors.DayImpossible: Problem(HTTPStatus.UNPROCESSABLE_ENTITY, Code.DAY_IMPOSSIBLE),
    errors.StartUnlikely: Problem(HTTPStatus.UNPROCESSABLE_ENTITY, Code.START_UNLIKELY),
    RequestInProgress: Problem(HTTPStatus.CONFLICT, Code.REQUEST_IN_PROGRESS, headers=_soon),
    errors.AlreadyRegistered: Problem(
        HTTPStatus.CONFLICT,
        Code.ALREADY_REGISTERED,
        lambda error, _language: {"beneficiary_id": error.beneficiary_id} if error.beneficiary_id else {},
    ),
    errors.CameraUnavailable: Problem(HTTPStatus.CONFLICT, Code.CAMERA_UNAVAILABLE),
    errors.ConsentWithdrawn: Problem(HTTPStatus.CONFLICT, Code.CONSENT_WITHDRAWN),
    errors.EntitlementEnded: Problem(HTTPStatus.CONFLICT, Code.ENTITLEMENT_ENDED),
    errors.FramesMissing: Problem(
        HTTPStatus.CONFLICT, Code.FRAMES_MISSING, lambda error, _language: {"missing": list(error.numbers)}
    ),
    errors.PhotoMissing: Problem(HTTPStatus.CONFLICT, Code.PHOTO_MISSING),
    errors.ReferenceMismatch: Problem(HTTPStatus.CONFLICT, Code.REFERENCE_MISMATCH),
    errors.ReferenceMissing: Problem(HTTPStatus.CONFLICT, Code.REFERENCE_MISSING),
    errors.SessionBusy: Problem(HTTPStatus.CONFLICT, Code.SESSION_BUSY, headers=_soon),
    errors.VersionConflict: Problem(HTTPStatus.CONFLICT, Code.CHANGED_MEANWHILE, headers=_soon),
    errors.SessionExpired: Problem(HTTPStatus.GONE, Code.SESSION_EXPIRED),
    InvalidRequest: Problem(HTTPStatus.UNPROCESSABLE_ENTITY, Code.INVALID_REQUEST, _faults),
    errors.CodeMistyped: Problem(HTTPStatus.UNPROCESSABLE_ENTITY, Code.CODE_MISTYPED),
    errors.ConsentMissing: Problem(
        HTTPStatus.UNPROCESSABLE_ENTITY,
        Code.CONSENT_MISSING,
        lambda error, _language: {"consent_version": error.wanted},
    ),
    errors.IdempotencyKeyReused: Problem(HTTPStatus.UNPROCESSABLE_ENTITY, Code.IDEMPOTENCY_KEY_REUSED),
    errors.PhotoUnsuitable: Problem(HTTPStatus.UNPROCESSABLE_ENTITY, Code.PHOTO_UNSUITABLE, _photo_reason),
    errors.CameraPaused: Problem(
        HTTPStatus.TOO_MANY_REQUESTS,
        Code.CAMERA_PAUSED,
        lambda error, _language: {"paused_until": utc_text(error.until)},
        _when_open_again,
    ),
    errors.LimitReached: Problem(HTTPStatus.TOO_MANY_REQUESTS, Code.LIMIT_REACHED, headers=_when_open_again),
    errors.StoreUnavailable: Problem(HTTPStatus.SERVICE_UNAVAILABLE, Code.UNAVAILABLE, headers=_soon),
}

# Never meant for a client: whoever meets one of these over HTTP has met a mistake of ours.
NOT_FOR_CLIENTS: tuple[type[errors.LifeCertError], ...] = (
    errors.BrokenLedger,
    errors.CasesUnfinished,
    errors.ChangeFileMissing,
    errors.DeviceNotProven,
    errors.SnapshotUnfinished,
    errors.FrameSeenBefore,
    errors.ImportFileChanged,
    errors.GalleryFileChanged,
    errors.ImportNotFound,
    errors.ImportPartUnfinished,
    errors.MessageRefused,
    errors.ReviewOpenedBefore,
    errors.NoticeMustWait,
    errors.NoticeRefused,
    errors.PrintHouseKeyUnfit,
    errors.ChangeFilesUnfinished,
    errors.AnchorsUnfinished,
    errors.PurgeUnfinished,
    errors.SessionAlreadyDecided,
    errors.SweepUnfinished,
    errors.TokenRefused,
    errors.Unreadable,
)


def reason_members(reason: Reason, language: Language) -> dict[str, str]:
    """A reason as clients get it: its code and one instruction."""
    return {"code": reason.value, "instruction": text(language, "reasons", reason)}


def answer_to(error: Exception, language: Language, request_id: str) -> Answer:
    """The problem document for an error; whatever is not in the table is an internal error."""
    problem = TABLE.get(type(error), INTERNAL)
    body = {
        "type": f"urn:lifecert:problem:{problem.code}",
        "title": text(language, "titles", str(problem.status.value)),
        "status": problem.status.value,
        "detail": text(language, "problems", problem.code),
        "code": problem.code.value,
        "request_id": request_id,
        **problem.members(error, language),
    }
    if isinstance(error, errors.LifeCertError) and error.help_line:
        body |= {"help_line": error.help_line, "other_ways": text(language, "notes", "other_ways")}
    return Answer(problem.status, problem.code, body, {"Content-Language": language.value, **problem.headers(error)})
