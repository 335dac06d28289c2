"""What a client must know before anybody signs in."""

from dataclasses import dataclass
from enum import StrEnum

from lifecert.domain.consent import ConsentTexts
from lifecert.domain.help_lines import HelpLines
from lifecert.domain.number_schemes import NumberSchemes
from lifecert.domain.policy import Policy


class SignInKind(StrEnum):
    """Who signs people in."""

    USER_POOL = "user_pool"
    OTHER_ISSUER = "other_issuer"


@dataclass(frozen=True, slots=True)
class SignIn:
    """Where people sign in. `endpoint` is where a user pool takes its calls; None with another issuer."""

    kind: SignInKind
    issuer: str
    discovery: str
    endpoint: str | None
    client_id: str
    scopes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ClientConfig:
    """All of it. Holds no secret: a client id is none."""

    consent: ConsentTexts
    help_lines: HelpLines
    policy: Policy
    numbers: NumberSchemes
    sign_in: SignIn
