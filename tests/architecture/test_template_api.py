"""The template: the API, and who may come near it."""

import json
import tomllib

from lifecert.entry.http.access import ANYONE
from ops.payer_client import scope_of
from tests.support.templates import FUNCTIONS, ROOT, child, expanded, of_type, parent, taken, text, unrolled
from tests.support.wiring.functions import answered_by, rules


def test_the_gateway_has_exactly_the_routes_that_are_answered_and_lets_in_whom_their_rules_do() -> None:
    paths = expanded()["Resources"]["Api"]["Properties"]["Body"]["paths"]
    others = expanded("OtherIssuer")["Resources"]["Api"]["Properties"]["Body"]["paths"]
    routes = {}
    for path, methods in paths.items():
        for method, operation in methods.items():
            if method == "options":
                continue  # test_browsers.py
            uri = text(operation["x-amazon-apigateway-integration"]["uri"])
            function = uri.split("functions/")[1].split(".Arn")[0].split("Aliaslive")[0]
            route = f"{method.upper()} {path}"
            public = rules()[route] == ANYONE
            for authorizer, described in (("SignedIn", operation), ("OtherIssuer", others[path][method])):
                wanted = "NONE" if public else "Program" if rules()[route].programs else authorizer
                assert described.get("security") == [{wanted: []}], route
            routes[route] = function
    assert routes == {route: name.title().replace("_", "") for route, name in answered_by().items()}


def test_the_authorizer_is_the_user_pool_unless_another_issuer_is_named() -> None:
    auth = parent()["Resources"]["Api"]["Properties"]["Auth"]
    assert auth["DefaultAuthorizer"] == {"Ref": "Authorizer"}
    assert parent()["Parameters"]["Authorizer"]["Default"] == "SignedIn"
    pools = [text(arn) for arn in auth["Authorizers"]["SignedIn"]["UserPoolArn"]]
    assert pools == ["Identity.Outputs.UserPoolArn", "Identity.Outputs.StaffPoolArn"]
    other = auth["Authorizers"]["OtherIssuer"]
    assert (text(other["FunctionArn"]), other["FunctionPayloadType"]) == ("Authorise.Arn", "TOKEN")
    # A token is asked about again within a minute, so that its end is not overlooked for long.
    assert other["Identity"]["ReauthorizeEvery"] <= 60


def test_programs_tokens_are_checked_by_our_own_function_whoever_signs_people_in() -> None:
    """The gateway's own authorizer would take people's tokens there too."""
    program = parent()["Resources"]["Api"]["Properties"]["Auth"]["Authorizers"]["Program"]
    assert (text(program["FunctionArn"]), program["FunctionPayloadType"]) == ("Authorise.Arn", "TOKEN")
    assert program["Identity"]["ReauthorizeEvery"] <= 60
    told = FUNCTIONS["Authorise"]["Properties"]["Environment"]["Variables"]
    ours, others = ({name: taken(value, {"OwnUserPool": own}) for name, value in told.items()} for own in (True, False))
    # No audience: the function lets in programs and nobody else.
    assert {name: text(value) for name, value in ours.items()} == {
        "OIDC_ISSUER": "Identity.Outputs.ProgramsPoolIssuer",
        "OIDC_AUDIENCE": "",
        "OIDC_GROUPS_CLAIM": "cognito:groups",
        "OIDC_PAYER_CLAIM": "scope",
        # What people say of themselves in our own pool is vouched for by nobody.
        "OIDC_NUMBER_CLAIM": "",
        "OIDC_DISCOVERY": "",
    }
    assert others.pop("OIDC_DISCOVERY") == ""
    assert {name: value["Ref"] for name, value in others.items()} == {
        "OIDC_ISSUER": "OidcIssuer",
        "OIDC_AUDIENCE": "OidcAudience",
        "OIDC_GROUPS_CLAIM": "OidcGroupsClaim",
        "OIDC_PAYER_CLAIM": "OidcPayerClaim",
        "OIDC_NUMBER_CLAIM": "VerifiedNumberClaim",
    }


def test_payers_programs_have_a_pool_into_which_nobody_signs_up_or_in() -> None:
    resources = unrolled("identity", Payers="fund,mine")["Resources"]
    pool = resources["Programs"]["Properties"]
    assert pool["AdminCreateUserConfig"] == {"AllowAdminCreateUserOnly": True}
    assert pool["MfaConfiguration"] == "ON"
    assert pool["DeletionProtection"] == {"Fn::If": ["IsProd", "ACTIVE", "INACTIVE"]}
    in_it = {
        name: one
        for name, one in resources.items()
        if name != "Programs" and one["Properties"].get("UserPoolId") == {"Ref": "Programs"}
    }
    # No client and no group: an operator makes clients, each for one payer (ops/payer_client.py).
    assert set(in_it) == {"ProgramsDomain", "PayerfundFeed", "PayermineFeed"}
    scopes = {
        f"{text(one['Properties']['Identifier'])}/{scope['ScopeName']}"
        for name, one in in_it.items()
        if name.endswith("Feed")
        for scope in one["Properties"]["Scopes"]
    }
    assert scopes == {scope_of("fund"), scope_of("mine")}


def test_the_access_log_names_no_person() -> None:
    api = parent()["Resources"]["Api"]["Properties"]
    template = json.loads(api["AccessLogSetting"]["Format"])
    assert set(template.values()) == {
        "$context.requestId",
        "$context.requestTime",
        "$context.httpMethod",
        "$context.resourcePath",  # the route as declared, without anybody's id
        "$context.status",
        "$context.responseLatency",
        "$context.authorizer.error",
        "$context.integrationErrorMessage",
    }
    assert not any(settings["DataTraceEnabled"] for settings in api["MethodSettings"])
    settings = api["MethodSettings"][0]
    assert (settings["ResourcePath"], settings["HttpMethod"]) == ("/*", "*")
    assert settings["ThrottlingRateLimit"] == {"Ref": "ThrottleRate"}
    assert settings["ThrottlingBurstLimit"] == {"Ref": "ThrottleBurst"}
    assert api["TracingEnabled"] is True


def test_a_flood_of_what_anyone_may_ask_leaves_room_for_who_certifies() -> None:
    _, *public = parent()["Resources"]["Api"]["Properties"]["MethodSettings"]
    routes = {f"{one['HttpMethod']} {one['ResourcePath'][1:].replace('~1', '/')}" for one in public}
    # Whoever certifies by an invitation needs the others, and at 20 calls a second would meet an outage.
    assert routes == {"GET /certificates/{certificate_id}", "GET /.well-known/jwks.json"}
    assert routes < {route for route, rule in rules().items() if rule == ANYONE}
    assert all(one["ThrottlingRateLimit"] == {"Ref": "PublicThrottleRate"} for one in public)


def test_the_firewall_stands_before_the_api_when_it_is_on() -> None:
    stack = parent()["Resources"]["Waf"]
    assert stack["Condition"] == "UseFirewall"
    assert parent()["Conditions"]["UseFirewall"] == {"Fn::Equals": [{"Ref": "Firewall"}, "on"]}
    assert stack["Properties"]["Parameters"]["ApiStage"] == {"Ref": "Api.Stage"}
    association = child("waf")["Resources"]["Association"]["Properties"]
    assert text(association["ResourceArn"]).endswith(":apigateway:AWS::Region::/restapis/ApiId/stages/ApiStage")
    assert text(association["WebACLArn"]) == "Firewall.Arn"
    with (ROOT / "samconfig.toml").open("rb") as file:
        assert "Firewall=on" in tomllib.load(file)["prod"]["deploy"]["parameters"]["parameter_overrides"]


def test_the_firewall_limits_size_and_rate_knows_common_attacks_and_keeps_no_request() -> None:
    wall = child("waf")["Resources"]["Firewall"]["Properties"]
    assert wall["Scope"] == "REGIONAL"
    rules = {rule["Name"]: rule for rule in wall["Rules"]}
    assert [rule["Priority"] for rule in wall["Rules"]] == list(range(len(rules)))
    assert set(rules) == {"size", "starts", "rate", "reputation", "common", "bad-inputs"}
    for visible in (wall["VisibilityConfig"], *(rule["VisibilityConfig"] for rule in wall["Rules"])):
        assert visible["SampledRequestsEnabled"] is False  # a sample would hold the token
        assert visible["CloudWatchMetricsEnabled"] is True
    for name in ("size", "starts", "rate"):
        assert rules[name]["Action"] == {"Block": {}}
    assert rules["rate"]["Statement"]["RateBasedStatement"]["Limit"] == {"Ref": "RatePerAddress"}
    assert rules["starts"]["Statement"]["RateBasedStatement"]["Limit"] == {"Ref": "StartsPerAddress"}
    managed = {
        name: rule["Statement"]["ManagedRuleGroupStatement"]
        for name, rule in rules.items()
        if "ManagedRuleGroupStatement" in rule["Statement"]
    }
    assert {group["Name"] for group in managed.values()} == {
        "AWSManagedRulesAmazonIpReputationList",
        "AWSManagedRulesCommonRuleSet",
        "AWSManagedRulesKnownBadInputsRuleSet",
    }
    # Neither counts instead of blocking, but for the size of a body, which has a rule of its own.
    assert all(rules[name]["OverrideAction"] == {"None": {}} for name in managed)
    (only,) = [override for group in managed.values() for override in group.get("RuleActionOverrides", [])]
    assert only["Name"] == "SizeRestrictions_BODY"


TOKENS = ("AccessToken", "IdToken", "RefreshToken")


def test_passwords_are_strong_and_in_prod_never_sent() -> None:
    pool = child("identity")["Resources"]["Users"]["Properties"]
    policy = pool["Policies"]["PasswordPolicy"]
    assert policy["MinimumLength"] >= 12
    assert all(policy[f"Require{kind}"] for kind in ("Lowercase", "Uppercase", "Numbers", "Symbols"))
    assert pool["MfaConfiguration"] == "OPTIONAL"
    assert pool["DeletionProtection"] == {"Fn::If": ["IsProd", "ACTIVE", "INACTIVE"]}
    client = child("identity")["Resources"]["Client"]["Properties"]
    condition, in_prod, elsewhere = client["ExplicitAuthFlows"]["Fn::If"]
    assert condition == "IsProd"
    assert set(in_prod) == {"ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"}
    assert set(elsewhere) == {*in_prod, "ALLOW_USER_PASSWORD_AUTH"}
    assert client["PreventUserExistenceErrors"] == "ENABLED"


def test_staff_have_a_pool_of_their_own_that_asks_for_a_second_factor() -> None:
    """The local AWS admits a password alone where MfaConfiguration is ON: this is held here and nowhere else."""
    pool = child("identity")["Resources"]["Staff"]["Properties"]
    assert pool["MfaConfiguration"] == "ON"
    assert pool["EnabledMfas"] == ["SOFTWARE_TOKEN_MFA"]
    assert pool["AdminCreateUserConfig"] == {"AllowAdminCreateUserOnly": True}
    assert pool["AccountRecoverySetting"]["RecoveryMechanisms"] == [{"Name": "admin_only", "Priority": 1}]
    assert pool["Policies"]["PasswordPolicy"]["MinimumLength"] >= 12
    assert pool["DeletionProtection"] == {"Fn::If": ["IsProd", "ACTIVE", "INACTIVE"]}


def test_who_is_dismissed_is_out_in_ten_minutes() -> None:
    client = child("identity")["Resources"]["StaffClient"]["Properties"]
    assert client["UserPoolId"] == {"Ref": "Staff"}
    lives = {name: (client[name + "Validity"], client["TokenValidityUnits"][name]) for name in TOKENS}
    assert lives == {"AccessToken": (10, "minutes"), "IdToken": (10, "minutes"), "RefreshToken": (12, "hours")}
    assert client["EnableTokenRevocation"] is True
    condition, in_prod, _ = client["ExplicitAuthFlows"]["Fn::If"]
    assert (condition, set(in_prod)) == ("IsProd", {"ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"})


def test_the_groups_are_those_of_the_design_and_nobody_of_the_public_is_in_one() -> None:
    groups = of_type(child("identity"), "AWS::Cognito::UserPoolGroup").values()
    assert {group["Properties"]["GroupName"] for group in groups} == {"clerk", "auditor"}
    assert all(group["Properties"]["UserPoolId"] == {"Ref": "Staff"} for group in groups)


def test_a_domain_of_ones_own_leads_to_the_stage_and_is_tls_12() -> None:
    resources = parent()["Resources"]
    domain, mapping = resources["Domain"], resources["DomainLeadsHere"]
    assert (
        domain["Condition"] == mapping["Condition"] == parent()["Outputs"]["DomainTarget"]["Condition"] == "OwnDomain"
    )
    assert domain["Properties"]["SecurityPolicy"] == "TLS_1_2"
    assert domain["Properties"]["RegionalCertificateArn"] == {"Ref": "DomainCertificateArn"}
    assert "BasePath" not in mapping["Properties"], "the API's paths begin at the domain"
    assert mapping["Properties"]["RestApiId"] == {"Ref": "Api"}
