"""The workers' queue on SQS."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lifecert.adapters.aws_errors import translated
from lifecert.domain.sweep import Task

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

# SQS counts twelve hours from the moment at which the message was handed out.
LONGEST_WAIT = 11 * 3600


@dataclass(frozen=True, slots=True)
class SqsTasks:
    """One queue."""

    client: "SQSClient"
    queue_url: str

    def send(self, tasks: Iterable[Task]) -> None:
        """Hand tasks to the workers, one in a request: the local AWS knows no permission to send ten."""
        for task in tasks:
            with translated():
                self.client.send_message(QueueUrl=self.queue_url, MessageBody=_body(task))


@dataclass(frozen=True, slots=True)
class SqsWaiting:
    """Lets a message of one queue that is being handled, and is not going to succeed, come again later."""

    client: "SQSClient"
    queue_url: str

    def __call__(self, receipt: str, seconds: int) -> None:
        """Hide the message for so long from now, at most eleven hours."""
        with translated():
            self.client.change_message_visibility(
                QueueUrl=self.queue_url, ReceiptHandle=receipt, VisibilityTimeout=min(seconds, LONGEST_WAIT)
            )


def _body(task: Task) -> str:
    content = {"run_id": task.run_id, "job": task.job.key, "after": task.after, "again": list(task.again)}
    return json.dumps(content, separators=(",", ":"))
