"""Each function: its log, its layers, what it is told and exactly what it may do."""

import re
from typing import Any

import pytest

from lifecert.domain.limits import looks
from tests.support.builders import a_session
from tests.support.design import ALLOWED, MANAGED, SCHEMA
from tests.support.templates import FUNCTIONS, as_list, child, expanded, holds, of_type, parent, text


def test_exactly_the_functions_of_the_design() -> None:
    assert set(FUNCTIONS) == set(ALLOWED)


@pytest.mark.parametrize("name", ALLOWED)
def test_function_has_a_log_group_with_an_end_and_is_traced(name: str) -> None:
    function = FUNCTIONS[name]["Properties"]
    assert function["LoggingConfig"] == {"LogGroup": {"Ref": f"{name}Logs"}}
    log_group = parent()["Resources"][f"{name}Logs"]
    assert log_group["Type"] == "AWS::Logs::LogGroup"
    assert log_group["Properties"] == {"RetentionInDays": {"Ref": "LogRetentionDays"}}
    shared = parent()["Globals"]["Function"]
    assert shared["Tracing"] == "Active"
    assert shared["Handler"] == "app.handler"
    assert shared["Runtime"] == {"Ref": "PythonRuntime"}
    assert not {"Tracing", "Handler", "Runtime"} & set(function)
    folder = re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()
    assert function["CodeUri"] == f"functions/{folder}/"


def _short(resource: str) -> str:
    """`Data.Outputs.LedgerArn` as `Ledger`, `Storage.Outputs.FramesArn/frames/*` as `Frames/frames/*`."""
    resource = re.sub(r"^(Data|Storage|Events)\.Outputs\.", "", resource)
    return re.sub(r"^(\w+?)(\.Arn|Arn)(?=/|$)", r"\1", resource)


def _statements(role: dict[str, Any]) -> list[dict[str, Any]]:
    return [s for policy in role["Properties"].get("Policies", []) for s in policy["PolicyDocument"]["Statement"]]


@pytest.mark.parametrize("name", ALLOWED)
def test_function_may_do_exactly_what_it_needs(name: str) -> None:
    role = expanded()["Resources"][f"{name}Role"]
    assert all(statement["Effect"] == "Allow" for statement in _statements(role))
    assert ALLOWED[name] == {
        f"{action} {_short(text(resource))}"
        for statement in _statements(role)
        for action in as_list(statement["Action"])
        for resource in as_list(statement["Resource"])
    }
    assert set(role["Properties"].get("ManagedPolicyArns", [])) <= MANAGED


def test_the_gallery_is_one_functions() -> None:
    """Nobody else may open its key or its bucket, and the key is for nothing else; with a vector index the same
    function has that too."""
    for name, role in of_type(expanded(), "AWS::IAM::Role").items():
        reached = {
            f"{action} {_short(text(resource))}"
            for statement in _statements(role)
            for action in as_list(statement["Action"])
            for resource in as_list(statement["Resource"])
            if re.match(r"Gallery", _short(text(resource)))
        }
        assert bool(reached) is (name == "FindDuplicatesRole"), name
    buckets = of_type(child("storage"), "AWS::S3::Bucket")
    encrypted = [name for name, bucket in buckets.items() if "GalleryKeyArn" in str(bucket)]
    assert encrypted == ["Gallery"]
    (statement,) = child("data")["Resources"]["GalleryKey"]["Properties"]["KeyPolicy"]["Statement"]
    assert text(statement["Principal"]["AWS"]).endswith(":root"), "no service, and nobody by way of one"


def test_a_vector_index_is_used_when_it_is_named() -> None:
    policy = parent()["Resources"]["FindDuplicatesVectors"]
    assert policy["Condition"] == "SearchVectors"
    condition = parent()["Conditions"]["SearchVectors"]
    assert not holds(condition, GalleryIndexArn=parent()["Parameters"]["GalleryIndexArn"]["Default"])
    assert holds(condition, GalleryIndexArn="arn:aws:s3vectors:eu-west-1:123456789012:bucket/b/index/i")
    properties = policy["Properties"]
    assert properties["Roles"] == [{"Ref": "FindDuplicatesRole"}]
    may = {
        f"{action} {_short(text(statement['Resource']))}"
        for statement in properties["PolicyDocument"]["Statement"]
        for action in as_list(statement["Action"])
    }
    index = {f"s3vectors:{action}Vectors Ref GalleryIndexArn" for action in ("Put", "Query", "Delete")}
    assert may == index | {"dynamodb:Query Ledger"}


def test_no_role_allows_any_action_or_every_resource() -> None:
    """Also the roles that SAM makes. A star is the last part of an object's key, or before a manifest's name, or is
    in the list above."""
    roles = of_type(expanded(), "AWS::IAM::Role")
    assert len(roles) == len(FUNCTIONS) + 7  # the schedules', and API Gateway's for its logs
    for name, role in roles.items():
        for statement in _statements(role):
            for action in as_list(statement["Action"]):
                assert "*" not in action, name
                for resource in map(text, as_list(statement["Resource"])):
                    if "*" in resource and f"{action} *" not in set().union(*ALLOWED.values()):
                        assert re.fullmatch(r"Storage\.Outputs\.\w+Arn/[a-z]+/\*([./]manifest\.json)?", resource), name


def test_only_the_service_itself_takes_on_a_role() -> None:
    for role in of_type(expanded(), "AWS::IAM::Role").values():
        (statement,) = role["Properties"]["AssumeRolePolicyDocument"]["Statement"]
        (service,) = as_list(statement["Principal"]["Service"])
        assert service in {"lambda.amazonaws.com", "scheduler.amazonaws.com", "apigateway.amazonaws.com"}


@pytest.mark.parametrize("name", ALLOWED)
def test_function_is_told_the_tables_buckets_and_key_that_it_may_use_and_no_others(name: str) -> None:
    used = {entry.split()[1].split("/")[0] for entry in ALLOWED[name]}
    variables = FUNCTIONS[name]["Properties"].get("Environment", {}).get("Variables", {})
    names = re.compile("TABLE|BUCKET|KEY|BUS")
    told = {text(value).rsplit(".", 1)[-1] for key, value in variables.items() if names.search(key)}
    told.discard("Ref PrintHouseKey")  # somebody else's, and public
    kinds = {
        **{f"{table}Table": table for table in SCHEMA},
        "FramesBucket": "Frames",
        "ReferencesBucket": "References",
        "GalleryBucket": "Gallery",
        "ReportsBucket": "Reports",
        "ImportsBucket": "Imports",
        "ChangeFilesBucket": "ChangeFiles",
        "AnchorsBucket": "Anchors",
        "PersonKeyId": "PersonKey",
        "TemplateKeyId": "TemplateKey",
        "CertificateKeyId": "CertificateKey",
        "ContactKeyId": "ContactKey",
        "InvitationKeyId": "InvitationKey",
        "HelperKeyId": "HelperKey",
        "AnchorKeyId": "AnchorKey",
        "CertificateKeyOldId": "CertificateKeyOld",
        "EventBusName": "EventBus",
    }
    assert {kinds[output] for output in told} == used & set(kinds.values())
    shared = parent()["Globals"]["Function"]["Environment"]["Variables"]
    assert shared["CLOCK_SHIFT_DAYS"] == {"Ref": "ClockShiftDays"}


@pytest.mark.parametrize("name", ALLOWED)
def test_function_has_the_vision_layer_if_it_looks_at_photos(name: str) -> None:
    function = FUNCTIONS[name]["Properties"]
    vision = name in ("VerifyFace", "EnrolReference", "ImportReferences", "FindDuplicates")
    more = (
        ["VisionLayer"] * vision
        + ["TokensLayer"] * (name in ("Authorise", "ImportRegister", "StartSession", "UseInvitation"))
        + ["WebLayer"] * (name in ("Page", "GetCertificate"))
    )
    assert function.get("Layers", []) == [{"Ref": layer} for layer in more]
    assert parent()["Globals"]["Function"]["Layers"] == [{"Ref": "CoreLayer"}]
    if vision:
        assert function["MemorySize"] == 1769  # one core
        # API Gateway's own limit; for the search, and for an import, nobody waits.
        assert function["Timeout"] < 29 or name in ("FindDuplicates", "ImportReferences")
        variables = function["Environment"]["Variables"]
        assert variables["OPENBLAS_NUM_THREADS"] == variables["OMP_NUM_THREADS"] == "1"


def test_layers_are_built_by_their_makefiles() -> None:
    layers = of_type(parent(), "AWS::Serverless::LayerVersion")
    assert {layer["Properties"]["ContentUri"] for layer in layers.values()} == {
        "layers/core",
        "layers/tokens",
        "layers/vision",
        "web",
    }
    assert all(layer["Metadata"] == {"BuildMethod": "makefile"} for layer in layers.values())


def test_what_looks_at_photos_may_claim_a_session_and_write_nothing_else_of_it() -> None:
    statements = _statements(expanded()["Resources"]["VerifyFaceRole"])
    writes = [one for one in statements if "dynamodb:UpdateItem" in as_list(one["Action"])]
    assert {text(one["Resource"]): one["Condition"] for one in writes} == {
        "Data.Outputs.SessionsArn": {
            "ForAllValues:StringEquals": {"dynamodb:Attributes": ["session_id", "state", "claimed_until"]}
        },
        # Each count has the name of what it counts: a session's looks, and not the tries of a user or a person.
        "Data.Outputs.LimitsArn": {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["look#*"]}},
    }
    assert looks(a_session(), 5).name.startswith("look#")


def test_who_reads_photos_of_the_public_holds_no_key_that_signs() -> None:
    vision = {name for name, allowed in ALLOWED.items() if "s3:GetObject Frames/frames/*" in allowed}
    signs = {name for name, allowed in ALLOWED.items() if "kms:Sign CertificateKey" in allowed}
    # It sees that they are there, and decodes none: it has no vision layer.
    assert vision & signs == {"DecideSession"}
    assert signs == {"DecideSession", "ReviewCases", "ImportDataMatch", "CertifyInPerson", "ChangeEntitlement"}
