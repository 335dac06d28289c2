"""Somebody reads how they stand by a number that their issuer vouches for, and by nothing that they say themselves."""

import json
from typing import Any

import pytest

from lifecert.adapters.oidc_tokens import OidcTokens
from lifecert.entry.http.authorising import allowed
from lifecert.ports.tokens import Bearer
from tests.support.wiring.functions import event, run
from tests.support.wiring.world import World
from tests.unit.adapters.test_oidc_tokens import AUDIENCE, ISSUER, NOW, signed
from tests.unit.adapters.test_oidc_tokens import World as Issuer
from tests.unit.http.test_access import PEOPLE_ISSUER

WANG = "11010519491231002X"
ARN = "arn:aws:execute-api:us-east-1:1:api/dev/GET/me/standing"


def issuer(claim: str = "id_number") -> Issuer:
    world = Issuer()
    world.tokens = OidcTokens(ISSUER, AUDIENCE, "groups", world.fetch, lambda: world.time, number_claim=claim)
    return world


def asked(**told: Any) -> Any:
    return run("get_status/my_standing", requestContext={**event("get_status/my_standing")["requestContext"], **told})


def test_a_fresh_token_of_an_issuer_that_vouches_tells_the_number() -> None:
    assert issuer().tokens.bearer(signed(id_number=WANG)).number == WANG
    assert issuer("verified/number").tokens.bearer(signed(**{"verified/number": WANG})).number == WANG


@pytest.mark.parametrize(
    "claims",
    [
        {},
        {"id_number": ""},
        {"id_number": 7},
        {"id_number": [WANG]},
        {"id_number": "x" * 41},
        {"id_number": "a\nbcdefg"},
        {"number": WANG},
        {"id_number": WANG, "iat": NOW - 661},
        {"id_number": WANG, "iat": None},
    ],
)
def test_what_vouches_for_nothing_still_signs_in(claims: dict[str, Any]) -> None:
    told = issuer().tokens.bearer(signed(**{"groups": None, **claims}))
    assert (told.subject, told.number) == ("user-1", None)


def test_nothing_is_vouched_for_where_no_claim_is_named() -> None:
    assert issuer("").tokens.bearer(signed(**{"id_number": WANG, "": WANG})).number is None


def test_the_number_goes_to_the_functions_and_a_program_has_none() -> None:
    assert allowed(Bearer("a-person", (), number=WANG), ARN)["context"] == {
        "sub": "a-person",
        "groups": "",
        "number": WANG,
    }
    assert "number" not in allowed(Bearer("a-client", (), "fund"), ARN)["context"]


def test_whoever_is_vouched_for_reads_what_helpers_read(world: World) -> None:
    own = json.loads(asked()["body"])
    known = json.loads(run("get_status/beneficiary_by_helper")["body"])
    assert own.keys() == known.keys()
    assert own["masked_name"] == "王*明"
    assert own["telling"] is None
    assert all(entry["actor"].get("actor_id") is None for entry in own["history"])
    assert WANG not in world.log.getvalue()


def test_it_makes_the_account_no_helper_and_writes_nothing(world: World) -> None:
    before = (repr(world.store.beneficiaries), repr(world.store.entries), repr(world.store.accesses))
    shown = json.loads(asked()["body"])["beneficiary_id"]
    assert (repr(world.store.beneficiaries), repr(world.store.entries), repr(world.store.accesses)) == before
    authorizer = {"authorizer": {"sub": "a-person", "groups": "", "number": WANG}}
    for case in ("get_status/beneficiary_by_stranger", "change_consent/withdraw_by_stranger"):
        context, path = {**event(case)["requestContext"], **authorizer}, {"beneficiary_id": shown}
        assert run(case, requestContext=context, pathParameters=path)["statusCode"] == 404, case


@pytest.mark.parametrize(
    "authorizer",
    [
        {"sub": "a-person", "groups": ""},
        {"sub": "a-person", "groups": "", "number": "110105194912310021"},
        {"sub": "a-person", "groups": "", "number": "110101195005050032"},
        # In a user pool of our own people write their attributes themselves.
        {
            "number": WANG,
            "claims": {"token_use": "id", "iss": PEOPLE_ISSUER, "aud": "people-app", "sub": "a-person"}
            | {"number": WANG, "id_number": WANG, "custom:number": WANG},
        },
    ],
)
def test_nobody_else_is_shown_anything(world: World, authorizer: dict[str, Any]) -> None:
    refused = asked(authorizer=authorizer)
    assert (refused["statusCode"], json.loads(refused["body"])["code"]) == (404, "beneficiary_not_found")


@pytest.mark.parametrize("of", ["payer", "register"])
def test_a_program_with_a_number_is_nobody(world: World, of: str) -> None:
    assert asked(authorizer={"sub": "a", "groups": "", "number": WANG, of: "fund"})["statusCode"] == 401


def test_no_number_in_the_call_counts(world: World) -> None:
    given = {"queryStringParameters": {"number": WANG, "id_number": WANG}}
    context = {**event("get_status/my_standing")["requestContext"], "authorizer": {"sub": "a-person", "groups": ""}}
    assert run("get_status/my_standing", requestContext=context, **given)["statusCode"] == 404
