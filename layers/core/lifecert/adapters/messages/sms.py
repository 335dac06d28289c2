"""Notices by SNS: text messages to telephone numbers, push notices to an app's endpoints."""

from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from lifecert.adapters.aws_errors import code_of, translated
from lifecert.domain.errors import NoticeRefused
from lifecert.domain.notice import NoticeChannel

# A number that is none or was opted out, an endpoint that is gone: it will be refused for ever.
_REFUSED = frozenset(
    {"InvalidParameter", "InvalidParameterException", "EndpointDisabled", "EndpointDisabledException", "OptedOut"}
)


@dataclass(frozen=True, slots=True)
class SnsSender:
    """Both channels."""

    client: Any

    def send(self, channel: NoticeChannel, address: str, text: str) -> str:
        """Publish; returns SNS's message id, which its delivery log names. Raises NoticeRefused."""
        with translated():
            try:
                if channel is NoticeChannel.SMS:
                    kind = {"AWS.SNS.SMS.SMSType": {"DataType": "String", "StringValue": "Transactional"}}
                    answer = self.client.publish(PhoneNumber=address, Message=text, MessageAttributes=kind)
                else:
                    answer = self.client.publish(TargetArn=address, Message=text)
            except ClientError as error:
                if code_of(error) in _REFUSED:
                    # From None: SNS repeats the number in its message.
                    raise NoticeRefused(code_of(error)) from None
                raise
        return str(answer["MessageId"])
