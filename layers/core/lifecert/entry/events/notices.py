"""Messages of the notices' queue, and receipts as the channel's log has them."""

import base64
import gzip
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from lifecert.application.notices.send_notice import NoticeOutcome, SendNotice
from lifecert.domain.errors import NoticeMustWait, NoticeRefused
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
    """What of either event is needed (infra/schemas/ReminderDue.json, CertifyAgainDue.json)."""

    beneficiary_id: Annotated[str, Field(pattern=r"^[0-9a-f-]{36}$")]
    seq: Annotated[int, Field(ge=1)]


class DueMessage(_FromAws):
    """The event as the bus puts it into the queue."""

    detail_type: Literal["ReminderDue", "CertifyAgainDue"] = Field(alias="detail-type")
    detail: DueDetail


class EachNotice:
    """Sends the notices of one batch."""

    def __init__(self, send: SendNotice, wait: Callable[[str, int], None]) -> None:
        """`wait` hides a message until it is to come again."""
        self._send = send
        self._wait = wait

    def __call__(self, record: SQSRecord) -> None:
        """Send one. Raises what went wrong, so that it comes again; one that is refused for good does not."""
        try:
            message = DueMessage.model_validate_json(record.body)
            detail = message.detail
            told = {"beneficiary_id": detail.beneficiary_id, "seq": detail.seq}
            send = self._send if message.detail_type == "ReminderDue" else self._send.certify_again
            sent = datetime.fromtimestamp(int(record.attributes.sent_timestamp) / 1000, UTC)
            outcome = send(detail.beneficiary_id, detail.seq, sent)
        except NoticeRefused as error:
            logger.warning(LogCode.NOTICE_REFUSED, extra={**told, "cause": str(error)})
            count("NoticesRefused")
            return
        except NoticeMustWait as error:
            self._wait(record.receipt_handle, error.seconds)
            raise
        except Exception as error:
            tries = int(record.attributes.approximate_receive_count)
            logger.error(LogCode.NOTICE_NOT_SENT, extra={"error": type(error).__name__, "tries": tries})
            self._wait(record.receipt_handle, comes_again(tries))
            raise
        logger.info(LogCode.NOTICE_DONE, extra={**told, "outcome": outcome})
        count("NoticesSent", outcome is NoticeOutcome.SENT)


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
