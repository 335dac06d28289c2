"""The queue of those who work an import, on SQS."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lifecert.adapters.aws_errors import translated
from lifecert.domain.intake import ImportTask

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient


@dataclass(frozen=True, slots=True)
class SqsImportTasks:
    """One queue."""

    client: "SQSClient"
    queue_url: str

    def send(self, tasks: Iterable[ImportTask]) -> None:
        """Hand tasks to the workers, one in a request: the local AWS knows no permission to send ten."""
        for task in tasks:
            content = {"import_id": task.import_id, "phase": task.phase, "part": task.part}
            with translated():
                self.client.send_message(QueueUrl=self.queue_url, MessageBody=json.dumps(content))
