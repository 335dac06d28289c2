"""The phone page from S3 and CloudFront: only when asked for, and then as the API itself would serve it."""

import re
from pathlib import Path
from typing import Any

import boto3
from moto import mock_aws

from lifecert.entry.http.web_headers import page_headers
from ops.publish_page import publish
from tests.support.templates import ROOT, child, parent

CONDITION = "UseCloudFront"


def distribution() -> dict[str, Any]:
    config: dict[str, Any] = child("web")["Resources"]["Distribution"]["Properties"]["DistributionConfig"]
    return config


def test_by_default_the_api_serves_the_page_and_nothing_else_is_made() -> None:
    template = parent()
    assert template["Parameters"]["PageFrom"]["Default"] == "Api"
    assert template["Conditions"][CONDITION] == {"Fn::Equals": [{"Ref": "PageFrom"}, "CloudFront"]}
    assert template["Resources"]["Web"]["Condition"] == CONDITION
    using = {name for name, output in template["Outputs"].items() if "Web.Outputs" in str(output["Value"])}
    assert using == {"WebPageUrl", "WebFilesBucket"} == {name for name in template["Outputs"] if name.startswith("Web")}
    assert all(template["Outputs"][name]["Condition"] == CONDITION for name in using)


def test_the_document_has_the_same_headers_as_from_the_api() -> None:
    config = child("web")["Resources"]["Headers"]["Properties"]["ResponseHeadersPolicyConfig"]
    security = config["SecurityHeadersConfig"]
    policy = security["ContentSecurityPolicy"]["ContentSecurityPolicy"]["Fn::Sub"]
    told = {one["Header"]: one["Value"] for one in config["CustomHeadersConfig"]["Items"]} | {
        "Content-Security-Policy": policy,
        "Referrer-Policy": security["ReferrerPolicy"]["ReferrerPolicy"],
        "X-Content-Type-Options": "nosniff" if "ContentTypeOptions" in security else "",
    }
    assert told == page_headers(("${UploadOrigin}", "${SignInOrigins}"), camera=True)


def test_the_page_is_of_one_origin_with_its_api() -> None:
    config = distribution()
    assert config["DefaultCacheBehavior"]["TargetOriginId"] == "api"
    assert "POST" in config["DefaultCacheBehavior"]["AllowedMethods"]
    assert [one["PathPattern"] for one in config["CacheBehaviors"]] == ["phone", "phone/*"]
    # What the bucket has not got comes from the API.
    (group,) = config["OriginGroups"]["Items"]
    assert [one["OriginId"] for one in group["Members"]["Items"]] == ["files", "api"]
    assert all(one["TargetOriginId"] == group["Id"] for one in config["CacheBehaviors"])
    by_id = {one["Id"]: one for one in config["Origins"]}
    assert by_id["api"]["OriginPath"] == {"Fn::Sub": "/${Stage}"}
    assert by_id["api"]["CustomOriginConfig"]["OriginProtocolPolicy"] == "https-only"


def test_the_bucket_is_read_by_its_distribution_alone() -> None:
    resources = child("web")["Resources"]
    assert all(resources["Files"]["Properties"]["PublicAccessBlockConfiguration"].values())
    allowed = [
        one for one in resources["FilesPolicy"]["Properties"]["PolicyDocument"]["Statement"] if one["Effect"] == "Allow"
    ]
    (reading,) = allowed
    assert reading["Principal"] == {"Service": "cloudfront.amazonaws.com"}
    assert reading["Action"] == "s3:GetObject"
    assert "distribution/${Distribution}" in str(reading["Condition"]["StringEquals"]["aws:SourceArn"])


@mock_aws
def test_what_is_published_is_what_the_document_names() -> None:
    s3 = boto3.client("s3", region_name="us-east-1")
    s3.create_bucket(Bucket="files")
    keys = publish(s3, "files", Path(ROOT / "web"))
    assert keys[-1] == "phone", "last: whoever opens it finds its files"
    document = s3.get_object(Bucket="files", Key="phone")
    assert (document["ContentType"], document["CacheControl"]) == ("text/html; charset=utf-8", "no-store")
    named = re.findall(r'(?:href|src)="(phone/[^"]+)"', document["Body"].read().decode())
    assert set(named) < set(keys)
    assert any(key.startswith("phone/certificate.") for key in keys)
    script = s3.get_object(Bucket="files", Key=next(key for key in named if key.endswith(".js")))
    assert script["CacheControl"] == "public, max-age=31536000, immutable"
    assert script["ContentType"] == "text/javascript; charset=utf-8"
