"""Messages of the notices' queue, and receipts as the channel's log has them."""

import base64
import gzip
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from typing import Annotated, Any, Literal

from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from lifecert.application.notices.send_notice import NoticeOutcome, SendNotice
from lifecert.domain.errors import NoticeMustWait, NoticeRefused
from lifecert.domain.notice import NoticeKind
from lifecert.entry.log import LogCode, count, logger

# A notice that could not be sent comes again after a minute, then two, and at last every quarter of an hour. The queue
# gives it up after 1,000 receives (infra/events.yaml): in ten days, before it would forget it.
COMES_AGAIN_SECONDS = 60
LONGEST_SECONDS = 900


def comes_again(tries: int) -> int:
    """After how many seconds a notice comes again that has been tried so often."""
    return min(COMES_AGAIN_SECONDS * tries, LONGEST_SECONDS)


class _FromAws(BaseModel):
    """What AWS wraps around ours has more members than we read."""

    model_config = ConfigDict(extra="ignore", frozen=True, hide_input_in_errors=True)


class DueDetail(_FromAws):
    """What of each event is needed (infra/schemas: ReminderDue and the others below)."""

    beneficiary_id: Annotated[str, Field(pattern=r"^[0-9a-f-]{36}$")]
    seq: Annotated[int, Field(ge=1)]


class DueMessage(_FromAws):
    """The event as the bus puts it into the queue."""

    detail_type: Literal[
        "ReminderDue",
        "CertifyAgainDue",
        "ConsentWithdrawn",
        "WithdrawalUndone",
        "CertifiedNoticeDue",
        "StartCorrectedNoticeDue",
    ] = Field(alias="detail-type")
    detail: DueDetail


KINDS = {
    "CertifyAgainDue": NoticeKind.CERTIFY_AGAIN,
    "ConsentWithdrawn": NoticeKind.CONSENT_WITHDRAWN,
    "WithdrawalUndone": NoticeKind.WITHDRAWAL_UNDONE,
    "CertifiedNoticeDue": NoticeKind.CERTIFIED,
    "StartCorrectedNoticeDue": NoticeKind.START_CORRECTED,
}


class EachNotice:
    """Sends the notices of one batch."""

    def __init__(self, send: SendNotice, wait: Callable[[str, int], None]) -> None:
        """`wait` hides a message until it is to come again."""
        self._send = send
        self._wait = wait

    def __call__(self, record: SQSRecord) -> None:
        """Send one. Raises what went wrong, so that it comes again; one that is refused for good does not."""
        sent = datetime.fromtimestamp(int(record.attributes.sent_timestamp) / 1000, UTC)
        try:
            message = DueMessage.model_validate_json(record.body)
            detail = message.detail
            told = {"beneficiary_id": detail.beneficiary_id, "seq": detail.seq}
            kind = KINDS.get(message.detail_type)
            send = partial(self._send.about, kind) if kind else self._send
            outcome = send(detail.beneficiary_id, detail.seq, sent)
        except NoticeRefused as error:
            logger.warning(LogCode.NOTICE_REFUSED, extra={**told, "cause": str(error)})
            count("NoticesRefused")
            return
        except NoticeMustWait as error:
            self._count_age(sent)
            self._wait(record.receipt_handle, error.seconds)
            raise
        except Exception as error:
            tries = int(record.attributes.approximate_receive_count)
            self._count_age(sent)
            logger.error(LogCode.NOTICE_NOT_SENT, extra={"error": type(error).__name__, "tries": tries})
            self._wait(record.receipt_handle, comes_again(tries))
            raise
        logger.info(LogCode.NOTICE_DONE, extra={**told, "outcome": outcome})
        count("NoticesSent", outcome is NoticeOutcome.SENT)

    def _count_age(self, sent: datetime) -> None:
        """Of a notice that is not sent yet: for how long it has waited. What an alarm sees the oldest by."""
        waited = self._send.clock.now() - sent
        count("NoticeAgeHours", max(0.0, waited.total_seconds() / 3600))


class _Notification(_FromAws):
    message_id: Annotated[str, Field(alias="messageId", min_length=1, max_length=100)]


class _Receipt(_FromAws):
    notification: _Notification
    status: Literal["SUCCESS", "FAILURE"]


def receipts(event: dict[str, Any]) -> Iterator[tuple[str, bool]]:
    """Message ids in a batch of SNS's delivery log, as CloudWatch Logs hands it over, with whether each arrived.

    The log has the address too: nothing else of it is read, kept or logged. Lines that are no receipts are counted.
    """
    data = json.loads(gzip.decompress(base64.b64decode(event["awslogs"]["data"])))
    if data.get("messageType") == "CONTROL_MESSAGE":
        return
    for line in data["logEvents"]:
        try:
            receipt = _Receipt.model_validate_json(line["message"])
        except ValidationError:
            logger.error(LogCode.RECEIPT_UNREADABLE)
            count("ReceiptsUnreadable")
            continue
        yield receipt.notification.message_id, receipt.status == "SUCCESS"
