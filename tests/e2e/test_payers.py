"""Payers' programs by client credentials, on a stack of two payers: each sees where its own feed stands, no other's."""

import json
from collections.abc import Iterator

import pytest

from local.demo.cast import XIULAN, register
from local.demo.people import ProgramPool, UserPool
from local.demo.phone import Phone
from local.deploy import Deployment, deploy
from local.stack import run
from ops import payer_client
from tests.e2e.conftest import PASSWORD
from tests.e2e.test_office import invoke
from tests.e2e.test_tokens import BY_GATEWAY, call, reclaimed
from tests.support.deployed import today
from tests.support.patience import wait_for
from tests.support.wiring.functions import rules

PAYERS = ("fund", "mine")
FUND, MINE = (payer_client.scope_of(payer) for payer in PAYERS)


@pytest.fixture(scope="module")
def two() -> Iterator[Deployment]:
    """A stack with two payers, and somebody whose benefit `fund` pays."""
    with run() as local:
        stack = deploy(local.aws, more={"Payers": ",".join(PAYERS)})
        clerks = [Phone(stack.api_url, stack.new_user(f"{name}@example.org", PASSWORD, "clerk")) for name in "ab"]
        register(clerks[0], XIULAN, today(), clerks[1])
        yield stack


@pytest.fixture(scope="module")
def tokens(two: Deployment) -> dict[str, str]:
    """A token of each payer's program, whose client is made as the office makes one."""
    cognito, pool = two.aws.cognito(), two.outputs["ProgramsPoolId"]
    made = {payer: payer_client.add(cognito, pool, payer) for payer in PAYERS}
    return {payer: two.programs.token(*client) for payer, client in made.items()}


@pytest.fixture(scope="module")
def programs(two: Deployment, tokens: dict[str, str]) -> dict[str, Phone]:
    return {payer: Phone(two.api_url, token) for payer, token in tokens.items()}


@pytest.fixture(scope="module")
def auditor(two: Deployment) -> Phone:
    return Phone(two.api_url, two.new_user("auditor@example.org", PASSWORD, "auditor"))


def test_each_sees_where_its_own_feed_stands_and_an_auditor_any(
    two: Deployment, programs: dict[str, Phone], auditor: Phone
) -> None:
    fund = programs["fund"]
    before = wait_for(
        lambda: (feed := fund.expect(200, "GET", "/feed"))["events_waiting"] and feed, "an event that waits"
    )
    assert before == {
        "payer": "fund",
        "newest_file": None,
        "events_waiting": 1,
        "more_waiting": False,
        "newest_snapshot": None,
    }
    invoke(two, "WriteChangeFileFunction")
    invoke(two, "WriteSnapshotFunction")
    told = fund.expect(200, "GET", "/feed")
    key = "changes/fund/000000001.manifest.json"
    manifest = json.load(two.aws.s3().get_object(Bucket=two.outputs["ChangeFilesBucket"], Key=key)["Body"])
    assert {name: told["newest_file"][name] for name in ("number", "lines", "last_sequence", "sha256")} == {
        "number": 1,
        "lines": 1,
        "last_sequence": 1,
        "sha256": manifest["sha256"],
    }
    assert told["events_waiting"] == 0
    assert (told["newest_snapshot"]["number"], told["newest_snapshot"]["benefits"]) == (1, 1)
    other = programs["mine"].expect(200, "GET", "/feed")
    assert (other["payer"], other["newest_file"]["lines"]) == ("mine", 0)
    for payer, seen in (("fund", told), ("mine", other)):
        assert auditor.expect(200, "GET", f"/staff/feeds/{payer}") == seen
    assert auditor.call("GET", "/staff/feeds/gone").body["code"] == "payer_not_found"


def test_a_program_gets_nowhere_else(two: Deployment, tokens: dict[str, str], programs: dict[str, Phone]) -> None:
    """The other payer's feed it cannot even name; people's routes take tokens of other pools."""
    routes = [route for route, rule in rules().items() if rule.signed_in and not rule.programs]
    answers = {route: call(two, tokens["mine"], route) for route in routes}
    answers["of the other"] = programs["mine"].call("GET", "/staff/feeds/fund")
    assert {route: answer for route, answer in answers.items() if not BY_GATEWAY.fits(answer)} == {}
    asked = ("/feed?payer=fund", "/feed?scope=payers/fund/feed", "/feed?groups=auditor")
    assert {programs["mine"].expect(200, "GET", path)["payer"] for path in asked} == {"mine"}


def test_no_other_token_opens_a_feed(two: Deployment, tokens: dict[str, str]) -> None:
    cognito, pool = two.aws.cognito(), two.programs
    cognito.create_resource_server(
        UserPoolId=two.people.pool_id,
        Identifier="payers/fund",
        Name="forged",
        Scopes=[{"ScopeName": "feed", "ScopeDescription": "forged"}],
    )
    public = ProgramPool(two.aws, two.people.pool_id).new_client([FUND], "forged")
    two.people.sign_up("climber@example.org", PASSWORD)
    # Somebody who got into the programs' own pool, and signs in there.
    signing = cognito.create_user_pool_client(
        UserPoolId=pool.pool_id, ClientName="people", ExplicitAuthFlows=["ALLOW_USER_PASSWORD_AUTH"]
    )["UserPoolClient"]["ClientId"]
    cognito.create_group(UserPoolId=pool.pool_id, GroupName="clerk")
    inside = UserPool(two.aws, pool.pool_id, signing)
    inside.employ("inside@example.org", PASSWORD, "clerk")
    answer = cognito.initiate_auth(
        ClientId=signing,
        AuthFlow="USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": "inside@example.org", "PASSWORD": PASSWORD},
    )["AuthenticationResult"]
    refused = {
        "none": None,
        "nonsense": "nonsense",
        "another payer's scope over one's own signature": reclaimed(tokens["mine"], None, scope=FUND),
        "unsigned": reclaimed(tokens["mine"], {"alg": "none", "typ": "JWT"}, scope=FUND),
        "the scope by the public pool": pool.token(*public),
        "a user of the public pool": two.people.sign_in("climber@example.org", PASSWORD),
        "an auditor": two.staff.sign_in("auditor@example.org", PASSWORD),
        "a clerk": two.staff.sign_in("a@example.org", PASSWORD),
        "two payers": pool.token(*pool.new_client([FUND, MINE], "both")),
        "somebody in the programs' pool": answer["AccessToken"],
        "the ID token of the same": answer["IdToken"],
    }
    answers = {kind: Phone(two.api_url, token).call("GET", "/feed") for kind, token in refused.items()}
    assert {kind: answer for kind, answer in answers.items() if not BY_GATEWAY.fits(answer)} == {}
    # The same client names one payer when it asks for one.
    both = pool.new_client([FUND, MINE], "either")
    assert Phone(two.api_url, pool.token(*both, scope=MINE)).expect(200, "GET", "/feed")["payer"] == "mine"


def test_the_office_makes_lists_and_removes_a_client(two: Deployment, capsys: pytest.CaptureFixture[str]) -> None:
    here = ["--endpoint-url", two.aws.endpoint]
    assert payer_client.main([*here, "--payer", "fund"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["scope"], told["token_url"]) == (FUND, two.programs.token_url)
    token = two.programs.token(told["client_id"], told["client_secret"])
    assert Phone(two.api_url, token).expect(200, "GET", "/feed")["payer"] == "fund"
    assert payer_client.main(here) == 0
    listed = {one["client_id"]: one for one in map(json.loads, capsys.readouterr().out.splitlines())}
    assert listed[told["client_id"]]["scopes"] == [FUND]
    assert payer_client.main([*here, "--remove", told["client_id"]]) == 0
    with pytest.raises(OSError, match="400"):
        two.programs.token(told["client_id"], told["client_secret"])
