"""Clients of civil registries' programs: each is for one register that is believed, and may tell of deaths alone."""

import json
from typing import Any

import pytest

from lifecert.adapters.oidc_tokens import STAFF_SECONDS
from ops import programs, register_client
from tests.unit.ops import test_payer_client as payers

OUTPUTS = {**payers.OUTPUTS, "ApiUrl": "https://api.example.org/dev/"}


class Cognito(payers.Cognito):
    """A user pool service that has resource servers too."""

    class exceptions:
        class ResourceNotFoundException(Exception):
            pass

    def __init__(self) -> None:
        super().__init__()
        self.servers: dict[str, dict[str, Any]] = {}

    def describe_resource_server(self, **asked: str) -> dict[str, Any]:
        if asked["Identifier"] not in self.servers:
            raise self.exceptions.ResourceNotFoundException
        return {"ResourceServer": self.servers[asked["Identifier"]]}

    def create_resource_server(self, **asked: Any) -> None:
        assert asked["UserPoolId"] == "the-pool"
        assert asked["Identifier"] not in self.servers
        self.servers[asked["Identifier"]] = asked


@pytest.fixture
def cognito(monkeypatch: pytest.MonkeyPatch) -> Cognito:
    found = Cognito()
    monkeypatch.setattr(programs, "client", lambda *_: found)
    monkeypatch.setattr(programs, "outputs", lambda *_: OUTPUTS)
    monkeypatch.setattr(programs, "parameter", lambda *_: "hospital,civil_register")
    return found


def test_a_client_may_tell_of_deaths_for_one_register(cognito: Cognito, capsys: pytest.CaptureFixture[str]) -> None:
    assert register_client.main(["--stack", "lifecert-dev", "--source", "civil_register"]) == 0
    assert json.loads(capsys.readouterr().out) == {
        "source": "civil_register",
        "client_id": "client-1",
        "client_secret": "secret of client-1",
        "token_url": OUTPUTS["ProgramsTokenUrl"],
        "scope": "registers/civil_register/notify",
        "notify_url": "https://api.example.org/dev/registry/notify",
    }
    asked = cognito.made["client-1"]
    assert (asked["AllowedOAuthFlows"], asked["AllowedOAuthScopes"]) == (
        ["client_credentials"],
        ["registers/civil_register/notify"],
    )
    assert asked["AccessTokenValidity"] * 60 <= STAFF_SECONDS
    [server] = cognito.servers.values()
    assert (server["Identifier"], [one["ScopeName"] for one in server["Scopes"]]) == (
        "registers/civil_register",
        ["notify"],
    )


def test_a_second_client_beside_it_finds_the_scope_there(cognito: Cognito, capsys: pytest.CaptureFixture[str]) -> None:
    for _ in range(2):
        assert register_client.main(["--stack", "lifecert-dev", "--source", "hospital"]) == 0
    cognito.create_user_pool_client(
        UserPoolId="the-pool", ClientName="payer-mine", AllowedOAuthScopes=["payers/mine/feed"]
    )
    capsys.readouterr()
    assert register_client.main(["--stack", "lifecert-dev"]) == 0
    listed = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [one["client_id"] for one in listed] == ["client-1", "client-2"], "and none of a payer's"
    assert register_client.main(["--stack", "lifecert-dev", "--remove", "client-1"]) == 0
    assert list(cognito.made) == ["client-2", "client-3"]


def test_a_register_that_is_not_believed_gets_none(cognito: Cognito, capsys: pytest.CaptureFixture[str]) -> None:
    assert register_client.main(["--stack", "lifecert-dev", "--source", "stranger"]) == 2
    assert "hospital, civil_register" in capsys.readouterr().err
    assert not cognito.made
    assert not cognito.servers
