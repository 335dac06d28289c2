"""The queues of those who work imports, on SQS."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from lifecert.adapters.aws_errors import translated
from lifecert.domain.intake import ImportKind, ImportTask

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient


@dataclass(frozen=True, slots=True)
class SqsImportTasks:
    """A queue for each kind of file whose workers are not those of all the others: `queue_url` is theirs."""

    client: "SQSClient"
    queue_url: str
    of_kind: Mapping[ImportKind, str] = field(default_factory=dict)

    def send(self, tasks: Iterable[ImportTask]) -> None:
        """Hand tasks to the workers, one in a request: the local AWS knows no permission to send ten."""
        for task in tasks:
            content = {"import_id": task.import_id, "phase": task.phase, "part": task.part}
            with translated():
                url = self.of_kind.get(task.kind, self.queue_url)
                self.client.send_message(QueueUrl=url, MessageBody=json.dumps(content))
