"""What API Gateway asks an authorizer, and what it wants to hear."""

from typing import Any

from lifecert.domain.errors import TokenRefused
from lifecert.ports.tokens import Bearer


class Unauthorized(Exception):
    """The gateway answers 401 to exactly this message, and 500 to every other."""

    def __init__(self) -> None:
        super().__init__("Unauthorized")


def token_of(event: dict[str, Any]) -> str:
    """The token of the Authorization header, with or without `Bearer`. Raises TokenRefused."""
    words = str(event.get("authorizationToken") or "").split()
    if words and words[0].lower() == "bearer":
        words = words[1:]
    if len(words) != 1:
        raise TokenRefused("no_token")
    return words[0]


def allowed(bearer: Bearer, method_arn: str) -> dict[str, Any]:
    """Let somebody in, and tell the functions who it is. The answer is kept for other routes too, so it names all of
    them: who may call which is `entry.access`'s to say."""
    api, stage, *_ = method_arn.split("/")
    statement = {"Action": "execute-api:Invoke", "Effect": "Allow", "Resource": f"{api}/{stage}/*"}
    return {
        "principalId": bearer.subject,
        "policyDocument": {"Version": "2012-10-17", "Statement": [statement]},
        "context": {"sub": bearer.subject, "groups": ",".join(bearer.groups)},
    }
