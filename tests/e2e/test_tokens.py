"""Forged, foreign, outlived and insufficient tokens on every route of the deployed stack: each is refused by name."""

import base64
import json
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from lifecert.domain.actor import Group
from local.demo.people import UserPool
from local.demo.phone import Answer, Phone
from local.deploy import Deployment
from tests.e2e.conftest import PASSWORD
from tests.support.wiring.functions import rules

SIGNED_IN = [route for route, rule in rules().items() if rule.signed_in and not rule.programs]
FOR_PROGRAMS = [route for route, rule in rules().items() if rule.programs]
FOR_GROUPS = [route for route, rule in rules().items() if rule.groups]
CLERK = "clerk@example.org"


@dataclass(frozen=True, slots=True)
class Refusal:
    """Who says no: the gateway, before any function runs, or a function, in the language that was asked for."""

    status: int
    code: str
    by_gateway: bool = False

    def fits(self, answer: Answer) -> bool:
        told = (answer.status, answer.body.get("code"), answer.body.get("title") == GATEWAYS_TITLE)
        return told == (self.status, self.code, self.by_gateway)


# The gateway says everything in both languages, and here English is asked for.
GATEWAYS_TITLE = "尚未登录 / Not signed in"
BY_GATEWAY = Refusal(401, "signed_out", by_gateway=True)
SIGNED_OUT = Refusal(401, "signed_out")
# The gateway knows pools only. That a token is one of ours for signing in, and no other, the functions look at.
REFUSALS = {
    "none": BY_GATEWAY,
    "no token at all": BY_GATEWAY,
    "unsigned": BY_GATEWAY,
    "another's claims": BY_GATEWAY,
    "expired": BY_GATEWAY,
    "other pool": BY_GATEWAY,
    "other audience": SIGNED_OUT,
    "access token": SIGNED_OUT,
}


def call(stack: Deployment, token: str | None, route: str) -> Answer:
    """One call of a route, with ids that nobody has."""
    method, path = route.split(" ")
    parts = [str(uuid.uuid4()) if part.startswith("{") else part for part in path.split("/")]
    return Phone(stack.api_url, token).call(method, "/".join(parts), {} if method != "GET" else None)


def reclaimed(token: str, header: dict[str, str] | None = None, **claims: object) -> str:
    """The token with other claims, and another header if one is given, in which case nobody signed it."""
    head, body, signature = token.split(".")
    said = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4))) | claims
    return ".".join((_part(header) if header else head, _part(said), "" if header else signature))


def _part(content: dict[str, object] | dict[str, str]) -> str:
    return base64.urlsafe_b64encode(json.dumps(content).encode()).rstrip(b"=").decode()


def another_client(pool: UserPool, seconds: int) -> UserPool:
    """The same people, signing in to another app, which gives ID tokens that last so long."""
    client = pool.aws.cognito().create_user_pool_client(
        UserPoolId=pool.pool_id,
        ClientName=f"another-{seconds}",
        ExplicitAuthFlows=["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
        IdTokenValidity=seconds,
        TokenValidityUnits={"IdToken": "seconds"},
    )
    return UserPool(pool.aws, pool.pool_id, client["UserPoolClient"]["ClientId"])


@pytest.fixture(scope="module")
def tokens(stack: Deployment, token_of: Callable[[str], str]) -> Iterator[dict[str, str | None]]:
    """A token of each kind that must not be taken; where it says anything, it says to be a clerk's."""
    genuine, cognito, ours = token_of(CLERK), stack.aws.cognito(), stack.staff
    other_pool = cognito.create_user_pool(PoolName="another")["UserPool"]["Id"]
    cognito.create_group(UserPoolId=other_pool, GroupName="clerk")
    stranger = another_client(UserPool(stack.aws, other_pool, ""), 3600)
    outlived = another_client(ours, 1).sign_in(CLERK, PASSWORD)
    signed_in = cognito.initiate_auth(
        ClientId=ours.client_id,
        AuthFlow="USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": CLERK, "PASSWORD": PASSWORD},
    )
    time.sleep(1.5)
    yield {
        "none": None,
        "no token at all": "nonsense",
        "unsigned": reclaimed(genuine, {"alg": "none", "typ": "JWT"}),
        "another's claims": reclaimed(token_of("daughter@example.org"), None, **{"cognito:groups": ["clerk"]}),
        "expired": outlived,
        "other pool": stranger.new_staff(CLERK, PASSWORD, "clerk"),
        "other audience": another_client(ours, 3600).sign_in(CLERK, PASSWORD),
        "access token": signed_in["AuthenticationResult"]["AccessToken"],
    }
    cognito.delete_user_pool(UserPoolId=other_pool)


@pytest.mark.parametrize("kind", REFUSALS)
def test_a_token_that_must_not_be_taken_is_not_on_any_route(
    stack: Deployment, tokens: dict[str, str | None], kind: str
) -> None:
    answers = {route: call(stack, tokens[kind], route) for route in SIGNED_IN}
    assert {route: answer for route, answer in answers.items() if not REFUSALS[kind].fits(answer)} == {}


def test_no_persons_token_is_taken_where_payers_programs_call(
    stack: Deployment, tokens: dict[str, str | None], token_of: Callable[[str], str]
) -> None:
    """There our own authorizer looks at the token: whatever is no program's is refused before any function runs."""
    every = {**tokens, "clerk": token_of(CLERK), "auditor": token_of("auditor@example.org")}
    answers = {(route, kind): call(stack, token, route) for route in FOR_PROGRAMS for kind, token in every.items()}
    assert answers
    assert {asked: answer for asked, answer in answers.items() if not BY_GATEWAY.fits(answer)} == {}


def test_the_genuine_one_is_taken_on_every_route(stack: Deployment, token_of: Callable[[str], str]) -> None:
    auditors = [route for route in FOR_GROUPS if Group.CLERK not in rules()[route].groups]
    who = {**dict.fromkeys(SIGNED_IN, CLERK), **dict.fromkeys(auditors, "auditor@example.org")}
    answers = {route: call(stack, token_of(email), route) for route, email in who.items()}
    assert {route: answer for route, answer in answers.items() if answer.status in {401, 403}} == {}
    refused = {route: call(stack, token_of(CLERK), route) for route in auditors}
    assert {route: answer for route, answer in refused.items() if answer.status != 403} == {}


def test_a_clerk_of_the_public_pool_is_nobody(stack: Deployment) -> None:
    """Whoever signs up by themselves gets no further by a group. That nobody signs up with the staff is held on the
    template: the local AWS lets them."""
    public, cognito = stack.people, stack.aws.cognito()
    cognito.create_group(UserPoolId=public.pool_id, GroupName="clerk")
    public.sign_up("climber@example.org", PASSWORD)
    cognito.admin_add_user_to_group(UserPoolId=public.pool_id, Username="climber@example.org", GroupName="clerk")
    token = public.sign_in("climber@example.org", PASSWORD)
    assert json.loads(base64.urlsafe_b64decode(token.split(".")[1] + "=="))["cognito:groups"] == ["clerk"]
    answers = {route: call(stack, token, route) for route in FOR_GROUPS}
    assert {route: answer for route, answer in answers.items() if answer.status != 403} == {}


@pytest.mark.parametrize("name", ["daughter", *(group.value for group in Group if group is not Group.CLERK)])
def test_a_wrong_group_is_not_let_in(stack: Deployment, token_of: Callable[[str], str], name: str) -> None:
    token, group = token_of(f"{name}@example.org"), name
    expected = Refusal(403, "not_allowed")
    answers = {route: call(stack, token, route) for route in FOR_GROUPS if group not in rules()[route].groups}
    assert answers
    assert {route: answer for route, answer in answers.items() if not expected.fits(answer)} == {}
