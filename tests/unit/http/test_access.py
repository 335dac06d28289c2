"""The table of routes: whom a rule lets in, and that no handler runs for anybody else."""

import json
from typing import Any

import pytest

from lifecert.domain.actor import Group, Program, User
from lifecert.domain.errors import NotAllowed
from lifecert.entry.http.access import ANYONE, AUDITORS, CLERKS, PAYERS, REGISTERS, SIGNED_IN, STAFF, Rule
from lifecert.entry.http.authorising import PAYERS_ROUTE, REGISTERS_ROUTE, allowed
from lifecert.entry.http.problems import SignedOut
from lifecert.ports.tokens import Bearer
from tests.support.event_answers import ANSWERS
from tests.support.wiring.functions import event, function, rules, run
from tests.support.wiring.people import USER
from tests.support.wiring.world import World

_POOL = "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_"
PEOPLE_ISSUER, STAFF_ISSUER = _POOL + "people", _POOL + "staff"
NOBODY = None
SOMEBODY = User("somebody")
CLERK = User("clerk-1", frozenset({Group.CLERK}))
AUDITOR = User("auditor-1", frozenset({Group.AUDITOR}))
# One call of every route that a group is asked for, or a user, which would be answered for the right one.
CASES = {f"{event(case)['httpMethod']} {event(case)['resource']}": case for case in ANSWERS if ANSWERS[case][0] < 300}


@pytest.mark.parametrize(
    ("rule", "user", "refused"),
    [
        (ANYONE, NOBODY, None),
        (ANYONE, SOMEBODY, None),
        (SIGNED_IN, NOBODY, SignedOut),
        (SIGNED_IN, SOMEBODY, None),
        (CLERKS, NOBODY, SignedOut),
        (CLERKS, SOMEBODY, NotAllowed),
        (CLERKS, AUDITOR, NotAllowed),
        (CLERKS, CLERK, None),
        (CLERKS, User("both", frozenset(Group)), None),
        (AUDITORS, CLERK, NotAllowed),
        (AUDITORS, AUDITOR, None),
        (PAYERS, NOBODY, SignedOut),
        (PAYERS, SOMEBODY, NotAllowed),
        (PAYERS, User("both", frozenset(Group)), NotAllowed),
        (REGISTERS, NOBODY, SignedOut),
        (REGISTERS, CLERK, NotAllowed),
    ],
)
def test_whom_a_rule_lets_in(rule: Rule, user: User | None, refused: type[Exception] | None) -> None:
    if refused:
        with pytest.raises(refused):
            rule.check(user)
    else:
        rule.check(user)


def test_a_payers_program_is_let_in_where_programs_are_and_is_nobody_elsewhere() -> None:
    program = Program("fund")
    PAYERS.check(None, program)
    ANYONE.check(None, program)
    for rule in (SIGNED_IN, CLERKS, AUDITORS, STAFF):
        with pytest.raises(SignedOut):
            rule.check(None, program)
    of_register = Program(register="civil_register")
    REGISTERS.check(None, of_register)
    for rule, other in ((REGISTERS, program), (PAYERS, of_register)):
        with pytest.raises(NotAllowed):
            rule.check(None, other)


def as_caller(case: str, claims: dict[str, Any]) -> int:
    told = {"token_use": "id", "iss": STAFF_ISSUER, "aud": "staff-app", **claims}
    context = {**event(case)["requestContext"], "authorizer": {"claims": told}}
    return int(run(case, requestContext=context)["statusCode"])


@pytest.mark.parametrize("route", rules())
def test_every_group_and_nobody_on_every_route(world: World, route: str) -> None:
    rule, case = rules()[route], CASES[route]
    assert (as_caller(case, {}) == 401) is rule.signed_in
    for group in Group:
        refused = as_caller(case, {"sub": USER, "cognito:groups": str(group)}) == 403
        # Auditors change nothing: what is for whoever is signed in they only read.
        audits = group is Group.AUDITOR and rule.signed_in and not route.startswith("GET ") and not rule.groups
        assert refused is bool(rule.programs or audits or (rule.groups and group not in rule.groups)), group
    assert (as_caller(case, {"sub": USER}) == 403) is bool(rule.programs or rule.groups)


def as_told(case: str, **told: Any) -> int:
    """The status for whom our own authorizer names."""
    return int(run(case, requestContext={**event(case)["requestContext"], "authorizer": told})["statusCode"])


@pytest.mark.parametrize("route", rules())
@pytest.mark.parametrize("of", ["payer", "register"])
def test_a_program_is_signed_in_on_its_own_route_alone(world: World, route: str, of: str) -> None:
    rule, case = rules()[route], CASES[route]
    status = as_told(case, sub="a-client", groups="", **{of: {"payer": "fund", "register": "civil_register"}[of]})
    assert (status == 401) is (rule.signed_in and not rule.programs)
    if rule.programs:
        assert status == (200 if rule.registers is (of == "register") else 403)
    assert not rule.programs or as_told(case, sub="a", groups="", payer="fund", register="civil_register") == 401


@pytest.mark.parametrize("group", ["clerk", "auditor", "payer", "clerk,auditor"])
def test_who_is_told_to_be_a_program_and_in_a_group_is_neither(world: World, group: str) -> None:
    for route, rule in rules().items():
        if rule.signed_in:
            assert as_told(CASES[route], sub="a-client", groups=group, payer="fund") == 401, route
            assert as_told(CASES[route], sub="a-client", groups=group, register="civil_register") == 401, route


def test_what_a_pools_token_claims_of_a_payer_counts_for_nothing(world: World) -> None:
    """The claims of a pool's token and what our own authorizer tells are two things: none stands in for the other."""
    claims = {"token_use": "id", "iss": STAFF_ISSUER, "aud": "staff-app", "sub": USER}
    named = {"payer": "fund", "scope": "payers/fund/feed", "cognito:groups": "payers/fund/feed"}
    assert as_told("get_feed/own", claims={**claims, **named}) == 403
    assert as_told("get_feed/own", claims={**claims, **named}, sub="a-client", payer="fund") == 403
    assert as_told("get_feed/own", claims={**claims, "token_use": "access", **named}, payer="fund", sub="s") == 401


def test_an_authorised_program_reaches_the_routes_that_let_programs_in_and_no_others() -> None:
    reached = {}
    for name, bearer in {
        "payer": Bearer("a-client", (), "fund"),
        "register": Bearer("a-client", (), None, "civil_register"),
    }.items():
        answer = allowed(bearer, "arn:aws:execute-api:us-east-1:1:api/dev/POST/sessions")
        (statement,) = answer["policyDocument"]["Statement"]
        reached[name] = statement["Resource"].removeprefix("arn:aws:execute-api:us-east-1:1:api/dev/")
    assert reached == {"payer": PAYERS_ROUTE, "register": REGISTERS_ROUTE}
    ours = {route.replace(" ", ""): rule.registers for route, rule in rules().items() if rule.programs}
    assert ours == {PAYERS_ROUTE: False, REGISTERS_ROUTE: True}


@pytest.mark.parametrize(
    ("claims", "status"),
    [
        ({}, 201),
        ({"iss": PEOPLE_ISSUER, "aud": "people-app"}, 201),
        ({"aud": "another-app"}, 401),
        ({"aud": "people-app"}, 401),
        ({"iss": PEOPLE_ISSUER}, 401),
        ({"iss": "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_another"}, 401),
        ({"token_use": "access"}, 401),
        ({"token_use": None}, 401),
        ({"iss": None}, 401),
        ({"aud": None}, 401),
    ],
)
def test_only_an_id_token_for_our_own_apps_signs_in(world: World, claims: dict[str, Any], status: int) -> None:
    assert as_caller("start_session/self", {"sub": USER, **claims}) == status


def test_no_app_is_ours_when_none_is_named(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("USER_POOL_ISSUER", "USER_POOL_CLIENT_ID", "STAFF_POOL_ISSUER", "STAFF_POOL_CLIENT_ID"):
        monkeypatch.delenv(name, raising=False)
    assert as_caller("start_session/self", {"sub": USER, "iss": None, "aud": None}) == 401


@pytest.mark.parametrize("route", [route for route, rule in rules().items() if rule.groups])
def test_a_group_of_the_public_pool_counts_for_nothing(world: World, route: str) -> None:
    """Anybody signs up there, and may put themselves into a group where an administrator was careless."""
    public = {"iss": PEOPLE_ISSUER, "aud": "people-app"}
    assert as_caller(CASES[route], {"sub": USER, "cognito:groups": "clerk,auditor,payer", **public}) == 403


def test_a_route_without_a_rule_answers_nobody(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(function("start_session").api, "rules", {})
    answer = run("start_session/self")
    assert (answer["statusCode"], json.loads(answer["body"])["code"]) == (500, "internal_error")
    assert not world.photos.slots
