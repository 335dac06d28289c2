"""Clients of payers' programs: each is for one payer, for ten minutes, by its secret and by nothing else."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from lifecert.adapters.oidc_tokens import STAFF_SECONDS
from ops import payer_client, programs

PARAMETERS = [{"ParameterKey": "Payers", "ParameterValue": "fund,mine"}]
OUTPUTS = {"ProgramsPoolId": "the-pool", "ProgramsTokenUrl": "https://tokens.example.org/oauth2/token"}


class Cognito:
    """A user pool service that remembers what it was asked."""

    def __init__(self) -> None:
        self.made: dict[str, dict[str, Any]] = {}

    def create_user_pool_client(self, **asked: Any) -> dict[str, Any]:
        client_id = f"client-{len(self.made) + 1}"
        self.made[client_id] = {**asked, "ClientId": client_id, "CreationDate": datetime(2026, 11, 29, tzinfo=UTC)}
        return {"UserPoolClient": {"ClientId": client_id, "ClientSecret": f"secret of {client_id}"}}

    def delete_user_pool_client(self, **asked: str) -> None:
        assert asked["UserPoolId"] == "the-pool"
        del self.made[asked["ClientId"]]

    def get_paginator(self, _name: str) -> "Cognito":
        return self

    def paginate(self, **_asked: str) -> list[dict[str, Any]]:
        return [{"UserPoolClients": [{"ClientId": client_id} for client_id in self.made]}]

    def describe_user_pool_client(self, **asked: str) -> dict[str, Any]:
        return {"UserPoolClient": self.made[asked["ClientId"]]}


@pytest.fixture
def cognito(monkeypatch: pytest.MonkeyPatch) -> Cognito:
    found = Cognito()
    monkeypatch.setattr(programs, "client", lambda *_: found)
    monkeypatch.setattr(programs, "outputs", lambda *_: OUTPUTS)
    monkeypatch.setattr(programs, "parameter", lambda *_: PARAMETERS[0]["ParameterValue"])
    return found


def test_a_client_is_for_one_payer_and_for_nothing_else(cognito: Cognito, capsys: pytest.CaptureFixture[str]) -> None:
    assert payer_client.main(["--stack", "lifecert-dev", "--payer", "mine"]) == 0
    assert json.loads(capsys.readouterr().out) == {
        "payer": "mine",
        "client_id": "client-1",
        "client_secret": "secret of client-1",
        "token_url": OUTPUTS["ProgramsTokenUrl"],
        "scope": "payers/mine/feed",
    }
    asked = cognito.made["client-1"]
    assert (asked["UserPoolId"], asked["GenerateSecret"]) == ("the-pool", True)
    assert asked["AllowedOAuthFlows"] == ["client_credentials"]
    assert asked["AllowedOAuthScopes"] == ["payers/mine/feed"]
    assert asked["ExplicitAuthFlows"] == ["ALLOW_REFRESH_TOKEN_AUTH"]
    # As long as a token of staff, and as long as one is taken.
    assert (asked["AccessTokenValidity"], asked["TokenValidityUnits"]) == (10, {"AccessToken": "minutes"})
    assert asked["AccessTokenValidity"] * 60 == STAFF_SECONDS


def test_a_payer_that_is_not_there_gets_none(cognito: Cognito, capsys: pytest.CaptureFixture[str]) -> None:
    assert payer_client.main(["--stack", "lifecert-dev", "--payer", "gone"]) == 2
    assert "gone is none of Payers: fund, mine" in capsys.readouterr().err
    assert not cognito.made


def test_they_are_listed_without_secrets_and_removed(cognito: Cognito, capsys: pytest.CaptureFixture[str]) -> None:
    for payer in ("fund", "fund"):
        payer_client.main(["--stack", "lifecert-dev", "--payer", payer])
    capsys.readouterr()
    assert payer_client.main(["--stack", "lifecert-dev"]) == 0
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [one["client_id"] for one in told] == ["client-1", "client-2"]
    assert told[0] == {
        "client_id": "client-1",
        "name": "payer-fund",
        "scopes": ["payers/fund/feed"],
        "made_on": "2026-11-29",
    }
    assert payer_client.main(["--stack", "lifecert-dev", "--remove", "client-1"]) == 0
    assert list(cognito.made) == ["client-2"]
