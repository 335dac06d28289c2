"""Deploy the built template into the local AWS: what `sam deploy` does, without its waiting.

The template is the real one. Only its local paths become addresses in a bucket of the local AWS, as
`sam package` would do it; the layers' archives are kept in `.build/packages` by their content, so that a
second run need not make them again.
"""

import hashlib
import os
import sys
import time
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from botocore.exceptions import ClientError, WaiterError
from ministack.services.cloudformation import language_extensions

from local.aws import REGION, Aws
from local.demo.people import ProgramPool, UserPool
from local.gateway import speak
from local.stack import BUILD, Say, StackError

STACK_NAME = "lifecert-local"
ARTEFACTS = "lifecert-artefacts"
CAPABILITIES: list[Any] = ["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"]
EVERY_FIFTH_OF_A_SECOND: Any = {"Delay": 0.2, "MaxAttempts": 900}
# Where a built template names a local file or folder, by resource type.
PATHS = {
    "AWS::Serverless::Function": "CodeUri",
    "AWS::Serverless::LayerVersion": "ContentUri",
    "AWS::CloudFormation::Stack": "TemplateURL",
}


@dataclass(frozen=True, slots=True)
class Deployment:
    """The deployed stack: its outputs, and how to reach it."""

    aws: Aws
    outputs: Mapping[str, str]

    @property
    def api_url(self) -> str:
        """Base address of the API, without a slash at the end, in the form that works locally."""
        return f"{self.aws.endpoint}/_aws/execute-api/{self.outputs['ApiId']}/local"

    @property
    def page_url(self) -> str:
        """Address of the phone page."""
        return f"{self.api_url}/phone"

    @property
    def desk_url(self) -> str:
        """Address of the desk."""
        return f"{self.api_url}/desk"

    @property
    def people(self) -> UserPool:
        """The user pool of those who certify and help."""
        return UserPool(self.aws, self.outputs["UserPoolId"], self.outputs["UserPoolClientId"])

    @property
    def staff(self) -> UserPool:
        """The user pool of the offices."""
        return UserPool(self.aws, self.outputs["StaffPoolId"], self.outputs["StaffPoolClientId"])

    @property
    def programs(self) -> ProgramPool:
        """The pool of payers' programs."""
        return ProgramPool(self.aws, self.outputs["ProgramsPoolId"])

    def new_user(self, email: str, password: str, group: str | None = None) -> str:
        """A member of the public, or of the staff if there is a group: the ID token."""
        return self.staff.new_staff(email, password, group) if group else self.people.new_user(email, password)

    def update(self, clock_shift_days: int) -> "Deployment":
        """Move every function's clock by a stack update: the way in which a demo lets time pass."""
        return self.with_parameter("ClockShiftDays", str(clock_shift_days))

    def with_parameter(self, name: str, value: str) -> "Deployment":
        """The same stack with another value for one of its parameters."""
        cloudformation = self.aws.cloudformation()
        kept = [
            {"ParameterKey": known["ParameterKey"], "UsePreviousValue": True}
            for known in cloudformation.describe_stacks(StackName=STACK_NAME)["Stacks"][0]["Parameters"]
            if known["ParameterKey"] != name
        ]
        changed = {"ParameterKey": name, "ParameterValue": value}
        try:
            cloudformation.update_stack(
                StackName=STACK_NAME,
                UsePreviousTemplate=True,
                Parameters=[*kept, changed],  # type: ignore[list-item]
                Capabilities=CAPABILITIES,
            )
        except ClientError as error:
            if "No updates are to be performed" in str(error):
                return self
            raise
        updated = Deployment(self.aws, _wait(self.aws, "stack_update_complete"))
        with_letters(updated)
        return updated


def deployed(aws: Aws) -> Deployment:
    """What was deployed into this local AWS before. Raises StackError when nothing was."""
    try:
        stack = aws.cloudformation().describe_stacks(StackName=STACK_NAME)["Stacks"][0]
    except ClientError as error:
        raise StackError(f"There is no stack {STACK_NAME} at {aws.endpoint}.") from error
    return Deployment(aws, {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", [])})


def search_for_no_duplicates(deployed: Deployment) -> None:
    """Let nobody be looked for under two names. Where one of three portraits is everybody's, each would be a case that
    no machine accepts against."""
    functions, searching = deployed.aws.functions(), deployed.outputs["FindDuplicatesFunction"]
    for mapping in functions.list_event_source_mappings()["EventSourceMappings"]:
        if searching in mapping["FunctionArn"]:
            functions.update_event_source_mapping(UUID=mapping["UUID"], Enabled=False)


def deploy(
    aws: Aws,
    say: Say = print,
    clock_shift_days: int = 0,
    build: Path = BUILD / "sam",
    more: Mapping[str, str] | None = None,
) -> Deployment:
    """Deploy `build`, the folder that `sam build` made, for the first time in this local AWS, with `more` parameters.

    Raises:
        StackError: there is no build, or the stack could not be made; with the resources that failed.
    """
    template_file = build / "template.yaml"
    if not template_file.exists():
        raise StackError("There is nothing to deploy: run `make build`.")
    began = time.monotonic()
    template = yaml.safe_load(template_file.read_text(encoding="utf-8"))
    aws.s3().create_bucket(Bucket=ARTEFACTS)
    without_alias(template)
    with_authorizer(template, (more or {}).get("Authorizer"))
    with_sign_in(template, aws.endpoint)
    with_programs(template, aws.endpoint)
    payers = (more or {}).get("Payers", template["Parameters"]["Payers"]["Default"])
    _upload_parts(aws, template, build, payers, say)
    address = _upload_template(aws, "template.yaml", yaml.safe_dump(template, sort_keys=False).encode())
    parameters = {
        "Stage": "local",
        "PythonRuntime": f"python{sys.version_info.major}.{sys.version_info.minor}",
        "ClockShiftDays": str(clock_shift_days),
        "LogLevel": "INFO",
        # The local AWS compares these bounds as text, and fails.
        "SweepWorkers": "0",
        "ImportWorkers": "0",
        # A demo or a test may run at any hour.
        "QuietHours": "0-0",
        "DataMatchSources": "hospital,civil_affairs",
        # One user of a demo or a test does what a village does.
        **dict.fromkeys(("StartsByUserHour", "UnknownByUserHour", "StartsForPersonHour", "UsualHelperDay"), "100000"),
        **dict.fromkeys(("FindsByStaffHour", "FindsByStaffDay"), "100000"),
        **(more or {}),
    }
    aws.cloudformation().create_stack(
        StackName=STACK_NAME,
        TemplateURL=address,
        Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()],
        Capabilities=CAPABILITIES,
        OnFailure="DO_NOTHING",
    )
    outputs = _wait(aws, "stack_create_complete")
    speak(aws, outputs["ApiId"], template["Resources"]["Api"], parameters.get("WebOrigin", ""))
    deployment = Deployment(aws, outputs)
    with_hosted_page(deployment)
    with_letters(deployment)
    say(f"Deployed in {time.monotonic() - began:.1f} s.")
    return deployment


def without_alias(template: dict[str, Any]) -> None:
    """Have verify_face called directly: the local AWS does not run SAM's transform again when a parameter changes, so
    an alias would stay with the version of the first deployment."""
    properties = template["Resources"].get("VerifyFace", {}).get("Properties", {})
    for name in ("AutoPublishAlias", "AutoPublishAliasAllProperties", "VersionDescription", "DeploymentPreference"):
        properties.pop(name, None)


def with_authorizer(template: dict[str, Any], name: str | None) -> None:
    """Write down who signs people in. SAM looks the parameter up; the local AWS takes the user pool for it whatever it
    says."""
    api = template["Resources"].get("Api")
    if name and api:
        api["Properties"]["Auth"]["DefaultAuthorizer"] = name


def with_sign_in(template: dict[str, Any], endpoint: str) -> None:
    """Have clients sent to the local AWS to sign in, if its own user pool signs people in, and let the phone page call
    it and send frames there. Its tokens name the issuer that they would name in the cloud."""
    page = template["Resources"].get("Page")
    if page:
        variables = page["Properties"]["Environment"]["Variables"]
        _, _, elsewhere = variables["SIGN_IN_ORIGINS"]["Fn::If"]
        variables["UPLOAD_ORIGIN"] = endpoint
        variables["SIGN_IN_ORIGINS"] = {"Fn::If": ["OwnUserPool", endpoint, elsewhere]}
        variables["DESK_ORIGINS"] = {"Fn::If": ["OwnUserPool", endpoint, {"Fn::Sub": f"{endpoint} ${{OidcIssuer}}"}]}
        variables["DESK_PHOTO_ORIGINS"] = endpoint
        discovery = f"{endpoint}/${{Identity.Outputs.StaffPoolId}}/.well-known/openid-configuration"
        _, _, elsewhere = variables["DESK_SIGN_IN_DISCOVERY"]["Fn::If"]
        variables["DESK_SIGN_IN_DISCOVERY"] = {"Fn::If": ["OwnUserPool", {"Fn::Sub": discovery}, elsewhere]}
    function = template["Resources"].get("GetConfig")
    if function:
        variables = function["Properties"]["Environment"]["Variables"]
        discovery = f"{endpoint}/${{Identity.Outputs.UserPoolId}}/.well-known/openid-configuration"
        _, _, elsewhere = variables["SIGN_IN_DISCOVERY"]["Fn::If"]
        variables["SIGN_IN_DISCOVERY"] = {"Fn::If": ["OwnUserPool", {"Fn::Sub": discovery}, elsewhere]}
        variables["SIGN_IN_ENDPOINT"] = f"{endpoint}/"


def with_programs(template: dict[str, Any], endpoint: str) -> None:
    """Have the keys of programs' tokens fetched here: the tokens name the issuer that they would name in the cloud."""
    function = template["Resources"].get("Authorise")
    if function:
        discovery = f"{endpoint}/${{Identity.Outputs.ProgramsPoolId}}/.well-known/openid-configuration"
        variables = function["Properties"]["Environment"]["Variables"]
        variables["OIDC_DISCOVERY"] = {"Fn::If": ["OwnUserPool", {"Fn::Sub": discovery}, ""]}


def with_hosted_page(deployment: Deployment) -> None:
    """Let the phone page and the desk sign people in, as the parameters PageUrl and DeskUrl do: the addresses are known
    only once the API is."""
    _hosted(deployment, deployment.people, deployment.page_url)
    _hosted(deployment, deployment.staff, deployment.desk_url)


def _hosted(deployment: Deployment, pool: UserPool, address: str) -> None:
    cognito = deployment.aws.cognito()
    known = cognito.describe_user_pool_client(UserPoolId=pool.pool_id, ClientId=pool.client_id)["UserPoolClient"]
    cognito.update_user_pool_client(
        UserPoolId=pool.pool_id,
        ClientId=pool.client_id,
        AllowedOAuthFlowsUserPoolClient=True,
        AllowedOAuthFlows=["code"],
        AllowedOAuthScopes=["openid"],
        SupportedIdentityProviders=["COGNITO"],
        CallbackURLs=[address],
        ExplicitAuthFlows=known["ExplicitAuthFlows"],
        PreventUserExistenceErrors=known["PreventUserExistenceErrors"],
        AccessTokenValidity=known["AccessTokenValidity"],
        IdTokenValidity=known["IdTokenValidity"],
        RefreshTokenValidity=known["RefreshTokenValidity"],
        TokenValidityUnits=known["TokenValidityUnits"],
    )


def with_letters(deployment: Deployment) -> None:
    """Have letters lead to the page as it is found here, unless the parameter PageUrl says where. The API is below a
    path of the local AWS, which it does not know of itself."""
    function = deployment.outputs.get("IssueInvitationFunction")
    if function is None:
        return
    functions = deployment.aws.functions()
    variables = functions.get_function_configuration(FunctionName=function)["Environment"]["Variables"]
    if not variables["INVITATION_PAGE_URL"]:
        told = {**variables, "INVITATION_PAGE_URL": deployment.page_url}
        functions.update_function_configuration(FunctionName=function, Environment={"Variables": told})


def without_loops(child: bytes, payers: str) -> bytes:
    """A nested stack's template with its loops run, by what runs them in the parent: the local AWS leaves out the
    transforms of nested stacks. The only list among their parameters is that of the payers."""
    template = yaml.safe_load(child)
    if template.pop("Transform", None) != language_extensions.TRANSFORM:
        return child
    return yaml.safe_dump(language_extensions.apply(template, {"Payers": payers}), sort_keys=False).encode()


def _wait(aws: Aws, waiter: Any) -> Mapping[str, str]:
    cloudformation = aws.cloudformation()
    try:
        cloudformation.get_waiter(waiter).wait(StackName=STACK_NAME, WaiterConfig=EVERY_FIFTH_OF_A_SECOND)
    except WaiterError as error:
        events = cloudformation.describe_stack_events(StackName=STACK_NAME)["StackEvents"]
        failed = [
            f"  {event['LogicalResourceId']} ({event['ResourceType']}): {event.get('ResourceStatusReason', '')}"
            for event in reversed(events)
            if event["ResourceStatus"].endswith("FAILED")
        ]
        raise StackError("The stack could not be deployed:\n" + "\n".join(failed)) from error
    stack = cloudformation.describe_stacks(StackName=STACK_NAME)["Stacks"][0]
    return {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}


def _upload_parts(aws: Aws, template: dict[str, Any], build: Path, payers: str, say: Say) -> None:
    for name, resource in template["Resources"].items():
        # A loop (Fn::ForEach) is a list, and none makes what has a file.
        attribute = PATHS.get(resource["Type"]) if isinstance(resource, dict) else None
        if attribute is None:
            continue
        path = build / resource["Properties"][attribute]
        if attribute == "TemplateURL":
            child = without_loops(path.read_bytes(), payers)
            resource["Properties"][attribute] = _upload_template(aws, f"{name}.yaml", child)
            continue
        archive = _archive(name, path, say)
        with archive.open("rb") as body:
            aws.s3().put_object(Bucket=ARTEFACTS, Key=archive.name, Body=body)
        resource["Properties"][attribute] = f"s3://{ARTEFACTS}/{archive.name}"


def _upload_template(aws: Aws, key: str, body: bytes) -> str:
    aws.s3().put_object(Bucket=ARTEFACTS, Key=key, Body=body)
    return f"https://s3.{REGION}.amazonaws.com/{ARTEFACTS}/{key}"


def _archive(name: str, folder: Path, say: Say) -> Path:
    """The folder as an archive named by its content, from the cache if it is there."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    if not files:
        raise StackError(f"{folder} is empty: run `make build`.")
    digest = hashlib.sha256()
    for path in files:
        digest.update(f"{path.relative_to(folder)}\0{path.stat().st_mode}\0".encode())
        with path.open("rb") as stream:
            digest.update(hashlib.file_digest(stream, "sha256").digest())
    packages = BUILD / "packages"
    archive = packages / f"{name}-{digest.hexdigest()[:16]}.zip"
    if archive.exists():
        return archive
    packages.mkdir(parents=True, exist_ok=True)
    for old in packages.glob(f"{name}-*.zip"):
        old.unlink(missing_ok=True)
    say(f"Packing {name}.")
    partial = archive.with_suffix(f".{os.getpid()}")
    with zipfile.ZipFile(partial, "w", zipfile.ZIP_STORED) as target:
        for path in files:
            target.write(path, path.relative_to(folder))
    partial.replace(archive)
    return archive
