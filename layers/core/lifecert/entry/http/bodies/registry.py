"""What a civil registry's program is answered, in the form of the DCI standard (CRVS interface 1.0.0)."""

from datetime import datetime
from enum import StrEnum
from typing import Literal

from lifecert.application.office.take_deaths import DeathsRefused, DeathsTaken
from lifecert.entry.models import Moment, Response

# What is answered by `Acknowledged.refusing`.
REFUSED = DeathsRefused


class AckError(StrEnum):
    """Why a message, or some of its records, were not taken, by a code of the standard."""

    BAD = "err.request.bad"
    SENDER = "err.sender_id.invalid"
    ENCRYPTION = "err.encryption.invalid"


class AckFault(Response):
    """What is wrong: a code of the standard, and which records by their number and why."""

    code: AckError
    message: str


class Ack(Response):
    """Everything was taken."""

    ack_status: Literal["ACK"] = "ACK"
    timestamp: Moment
    correlation_id: str


class AckWithFaults(Response):
    """`ACK`: all but some records was taken. `ERR`: nothing was."""

    ack_status: Literal["ACK", "ERR"]
    timestamp: Moment
    correlation_id: str
    error: AckFault


class Acknowledged(Response):
    """POST /registry/notify."""

    message: Ack | AckWithFaults

    @staticmethod
    def of(taken: DeathsTaken, at: datetime) -> "Acknowledged":
        """The answer to a message that was read."""
        if not taken.rejected:
            return Acknowledged(message=Ack(timestamp=at, correlation_id=taken.correlation_id))
        # At most fifty of them, which is below the 999 characters of the standard.
        wrong = ", ".join(f"{one.line} {one.why}" for one in taken.rejected)
        return Acknowledged(
            message=AckWithFaults(
                ack_status="ERR" if len(taken.rejected) == taken.records else "ACK",
                timestamp=at,
                correlation_id=taken.correlation_id,
                error=AckFault(code=AckError.BAD, message=f"records not taken: {wrong}"),
            )
        )

    @staticmethod
    def refusing(refused: DeathsRefused, correlation_id: str, at: datetime) -> "Acknowledged":
        """The answer to what is no message, or another's."""
        fault = AckFault(code=AckError(refused.code), message=refused.why)
        told = AckWithFaults(ack_status="ERR", timestamp=at, correlation_id=correlation_id, error=fault)
        return Acknowledged(message=told)
