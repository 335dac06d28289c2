"""Logger, metrics and tracing, shared by a function's modules.

A log line carries one code of `LogCode` and ids: never a name, an ID number (masked or not), a photo, a template,
a score, an upload slot or a token.
"""

import os
from collections.abc import Callable
from enum import StrEnum
from typing import TYPE_CHECKING, Any, TypeVar, cast

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit, single_metric

from lifecert.entry.restored import renew_after_restore

if TYPE_CHECKING:
    from lifecert.application.certify.shadow import Trial


class LogCode(StrEnum):
    """What a log line is about."""

    SESSION_STARTED = "session_started"
    INVITED_PERSON_SHOWN = "invited_person_shown"
    INVITED_SESSION_STARTED = "invited_session_started"
    INVITATION_ISSUED = "invitation_issued"
    INVITATION_WITHDRAWN = "invitation_withdrawn"
    DEVICE_REGISTERED = "device_registered"
    DEVICE_REVOKED = "device_revoked"
    DEVICES_LISTED = "devices_listed"
    DEVICE_NOT_PROVEN = "device_not_proven"
    FRAME_LOOKED_AT = "frame_looked_at"
    PAGE_SHOWN = "page_shown"
    PAGE_FILE_SHOWN = "page_file_shown"
    SESSION_VERIFIED = "session_verified"
    SESSION_DECIDED = "session_decided"
    SHADOW_SCORED = "shadow_scored"
    MANY_FAILURES = "many_failures"
    SESSION_READ = "session_read"
    CERTIFICATE_READ = "certificate_read"
    KEYS_READ = "keys_read"
    BENEFICIARY_READ = "beneficiary_read"
    MY_SESSIONS_READ = "my_sessions_read"
    MY_PEOPLE_READ = "my_people_read"
    CONFIG_READ = "config_read"
    BENEFICIARY_REGISTERED = "beneficiary_registered"
    ACCESSES_LISTED = "accesses_listed"
    LEDGER_READ = "ledger_read"
    PEOPLE_FOUND = "people_found"
    BENEFIT_ADDED = "benefit_added"
    RECORD_AMENDED = "record_amended"
    OFFICE_NOTICE_RECORDED = "office_notice_recorded"
    OFFICE_NOTICE_VOIDED = "office_notice_voided"
    ENROLMENT_BEGUN = "enrolment_begun"
    REFERENCE_ENROLLED = "reference_enrolled"
    CONSENT_WITHDRAWN = "consent_withdrawn"
    CONSENT_GIVEN = "consent_given"
    WITHDRAWAL_UNDONE = "withdrawal_undone"
    HELPERS_REMOVED = "helpers_removed"
    MANDATE_GIVEN = "mandate_given"
    MANDATE_ENDED = "mandate_ended"
    PURGE_FINISHED = "purge_finished"
    PURGE_UNFINISHED = "purge_unfinished"
    CASES_ENDED = "cases_ended"
    CASES_UNFINISHED = "cases_unfinished"
    REVIEWS_LISTED = "reviews_listed"
    REVIEW_READ = "review_read"
    REVIEW_CLAIMED = "review_claimed"
    REVIEW_DECIDED = "review_decided"
    HOLD_BATCHES_LISTED = "hold_batches_listed"
    HOLD_BATCH_READ = "hold_batch_read"
    HOLD_BATCH_DECIDED = "hold_batch_decided"
    STATISTICS_READ = "statistics_read"
    FEED_READ = "feed_read"
    CERTIFIED_IN_PERSON = "certified_in_person"
    VISIT_LIST_TAKEN = "visit_list_taken"
    DEATH_REPORTED = "death_reported"
    DEATHS_TOLD = "deaths_told"
    DATA_MATCHED = "data_matched"
    IMPORT_PREPARED = "import_prepared"
    IMPORTS_LISTED = "imports_listed"
    IMPORT_READ = "import_read"
    IMPORT_CHECK_STARTED = "import_check_started"
    IMPORT_RELEASED = "import_released"
    IMPORT_STOPPED = "import_stopped"
    IMPORT_TASK_DONE = "import_task_done"
    IMPORT_TASK_FAILED = "import_task_failed"
    CHANGE_PROPOSED = "change_proposed"
    PROPOSAL_DECIDED = "proposal_decided"
    BEARER_TAKEN = "bearer_taken"
    ISSUER_UNREACHABLE = "issuer_unreachable"
    BEARER_REFUSED = "bearer_refused"
    REQUEST_REFUSED = "request_refused"
    SWEEP_ASKED = "sweep_asked"
    SWEEP_STARTED = "sweep_started"
    SWEEP_FINISHED = "sweep_finished"
    SWEEP_UNFINISHED = "sweep_unfinished"
    SWEEP_TASKS_DONE = "sweep_tasks_done"
    SWEEP_TASK_FAILED = "sweep_task_failed"
    CONTACT_SET = "contact_set"
    NOTICES_TAKEN = "notices_taken"
    NOTICE_DONE = "notice_done"
    NOTICE_REFUSED = "notice_refused"
    NOTICE_NOT_SENT = "notice_not_sent"
    RECEIPTS_NOTED = "receipts_noted"
    RECEIPT_UNREADABLE = "receipt_unreadable"
    CHANGE_FILES_WRITTEN = "change_files_written"
    CHANGE_FILES_UNFINISHED = "change_files_unfinished"
    SNAPSHOT_PART_WRITTEN = "snapshot_part_written"
    SNAPSHOT_UNFINISHED = "snapshot_unfinished"
    SNAPSHOTS_WRITTEN = "snapshots_written"
    DUPLICATES_SEARCHED = "duplicates_searched"
    EVENTS_PUBLISHED = "events_published"
    EVENT_NOT_PUBLISHED = "event_not_published"
    LEDGER_ALTERED = "ledger_altered"
    LISTS_KEPT = "lists_kept"
    LISTS_NOT_KEPT = "lists_not_kept"
    LIST_SIZES_READ = "list_sizes_read"
    LIST_READ = "list_read"
    MONTH_READ = "month_read"
    LEDGER_ANCHORED = "ledger_anchored"
    ANCHORS_UNFINISHED = "anchors_unfinished"
    UNEXPECTED = "unexpected"


logger = Logger()
metrics = Metrics(namespace=os.environ.get("POWERTOOLS_METRICS_NAMESPACE", "LifeCert"))
_Handler = TypeVar("_Handler", bound=Callable[..., Any])


def traced(handler: _Handler) -> _Handler:
    """Trace a handler with X-Ray, without what it answers and without the texts of errors, its own and those of the
    calls that it makes: SNS repeats a telephone number in them. POWERTOOLS_TRACE_DISABLED turns it off.

    The X-Ray library takes 130 ms of CPU to import, so that happens only where it is used.
    """
    off = os.environ.get("POWERTOOLS_TRACE_DISABLED", "").lower() in ("1", "true", "yes")
    if off or "LAMBDA_TASK_ROOT" not in os.environ:
        return handler
    from aws_lambda_powertools import Tracer
    from aws_xray_sdk.core.models import entity
    from aws_xray_sdk.core.models.throwable import Throwable

    class Nameless(Throwable):  # type: ignore[misc]
        """An error by its class and place."""

        def __init__(self, *about: Any, **more: Any) -> None:
            super().__init__(*about, **more)
            self.message = None

    # Every trace of an error is made by this name, also those of botocore's calls, before we could catch them.
    entity.Throwable = Nameless
    return cast("_Handler", Tracer().capture_lambda_handler(handler, capture_response=False, capture_error=False))


def observed(handler: _Handler, correlation_id_path: str | None = None) -> _Handler:
    """A handler whose calls are logged with Lambda's context, traced, and whose metrics are written at their end."""
    measured = metrics.log_metrics(traced(handler))
    return cast("_Handler", logger.inject_lambda_context(measured, correlation_id_path=correlation_id_path))


def serving(*needed: Callable[[], object]) -> Callable[[_Handler], _Handler]:
    """Decorate the handler of a queue, a stream or a schedule. `needed` are the factories of what it uses."""
    at_start(*needed)
    return observed


def at_start(*factories: Callable[[], object]) -> None:
    """Build now when this is Lambda: what the first request needs is then made while the function starts."""
    if "AWS_LAMBDA_FUNCTION_NAME" in os.environ:
        for factory in factories:
            factory()
        renew_after_restore()


def done(code: LogCode, metric: str, dimensions: dict[str, str] | None = None, **ids: Any) -> None:
    """Log that something was done, or refused, and count it once by `dimensions`."""
    logger.info(code, extra={**(dimensions or {}), **ids}, stacklevel=3)
    for name, value in (dimensions or {}).items():
        metrics.add_dimension(name, value)
    count(metric)


def correlation_id() -> str:
    """What every log line of this call or run carries: API Gateway's id of the request, or else Lambda's."""
    return logger.get_correlation_id() or str(logger.get_current_keys().get("function_request_id") or "")


def apart(metric: str, unit: MetricUnit, value: float, **dimensions: str) -> None:
    """Measure something under dimensions of its own, beside what the call counts."""
    with single_metric(name=metric, unit=unit, value=value, namespace=metrics.namespace) as one:
        for name, text in {"service": metrics.service, **dimensions}.items():
            one.add_dimension(name, text)


def shadow_scored(trial: "Trial") -> None:
    """Log and count what a policy on trial would have decided."""
    extra = {
        "shadow_policy": trial.policy_version,
        "outcome": trial.decided.outcome,
        "shadow_outcome": trial.would_decide.outcome,
        "shadow_reason": trial.would_decide.reason or "none",
    }
    logger.info(LogCode.SHADOW_SCORED, extra={**extra, "agrees": trial.agrees})
    count("ShadowAgreed" if trial.agrees else "ShadowDiffered")


def many_failed(beneficiary_id: str) -> None:
    """Log and count that the failures with a face of one person's lifetime have become many."""
    logger.warning(LogCode.MANY_FAILURES, extra={"beneficiary_id": beneficiary_id})
    apart("ManyFailures", MetricUnit.Count, 1)


def deaths_unheard(source: str) -> None:
    """Log and count that a register's program told of more deaths than are taken in a day. Counted apart: the refused
    call has a dimension, under which no alarm would look for it."""
    logger.warning(LogCode.DEATHS_TOLD, extra={"source": source, "cause": "limit_reached"})
    apart("DeathMessagesRefused", MetricUnit.Count, 1)


def device_not_proven(why: str, device_id: str | None = None) -> None:
    """Log and count that what came with a start shows no device in force; which one, where its signature was good."""
    logger.warning(LogCode.DEVICE_NOT_PROVEN, extra={"why": why, "device_id": device_id})
    apart("DevicesNotProven", MetricUnit.Count, 1, why=why)


def count(metric: str, number: float = 1) -> None:
    """Count something."""
    metrics.add_metric(name=metric, unit=MetricUnit.Count, value=number)


def unexpected(error: BaseException) -> None:
    """Log an error nobody foresaw by its class and place, and by AWS's code if it has one.

    Its message could quote personal data, so that is left out.
    """
    where = ""
    trace = error.__traceback__
    while trace:
        module = str(trace.tb_frame.f_globals.get("__name__"))
        if module.startswith(("lifecert", "functions", "app")):
            where = f"{module}:{trace.tb_lineno}"
        trace = trace.tb_next
    aws_code = getattr(error, "response", {}).get("Error", {}).get("Code")
    logger.error(LogCode.UNEXPECTED, extra={"error": type(error).__name__, "where": where, "aws_code": aws_code})
