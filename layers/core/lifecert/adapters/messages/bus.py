"""The event bus on EventBridge."""

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lifecert.adapters.aws_errors import translated
from lifecert.domain.errors import StoreUnavailable
from lifecert.domain.published import PublishedEvent

if TYPE_CHECKING:
    from mypy_boto3_events import EventBridgeClient

SOURCE = "lifecert"
# Beside the detail, which is the payer's: what to look for in the log.
CAUSE = "urn:lifecert:cause:"


@dataclass(frozen=True, slots=True)
class EventBridgeBus:
    """One bus."""

    client: "EventBridgeClient"
    bus_name: str

    def publish(self, event: PublishedEvent) -> None:
        """Hand one event over. Raises StoreUnavailable when the bus did not take it."""
        with translated():
            answer = self.client.put_events(
                Entries=[
                    {
                        "EventBusName": self.bus_name,
                        "Source": SOURCE,
                        "DetailType": event.type,
                        "Detail": json.dumps(dict(event.detail), ensure_ascii=False, separators=(",", ":")),
                        "Time": event.at,
                        "Resources": [f"{CAUSE}{event.correlation_id}"] if event.correlation_id else [],
                    }
                ]
            )
        if answer["FailedEntryCount"]:
            raise StoreUnavailable(answer["Entries"][0].get("ErrorCode", "event refused"))
