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


# All that a program may call, a payer's and another register's; `entry.access` says the same at the routes.
PAYERS_ROUTE = "GET/feed"
REGISTERS_ROUTE = "POST/registry/notify"


def allowed(bearer: Bearer, method_arn: str) -> dict[str, Any]:
    """Let somebody in, and tell the functions who it is. The answer is kept for other routes too, so it names all of
    them: who may call which is `entry.access`'s to say. A program gets no further than to what is for programs."""
    api, stage, *_ = method_arn.split("/")
    reach = PAYERS_ROUTE if bearer.payer else REGISTERS_ROUTE if bearer.register else "*"
    statement = {"Action": "execute-api:Invoke", "Effect": "Allow", "Resource": f"{api}/{stage}/{reach}"}
    context = {"sub": bearer.subject, "groups": ",".join(bearer.groups)}
    more = {"payer": bearer.payer, "register": bearer.register, "number": bearer.number}
    return {
        "principalId": bearer.subject,
        "policyDocument": {"Version": "2012-10-17", "Statement": [statement]},
        "context": context | {name: value for name, value in more.items() if value},
    }
