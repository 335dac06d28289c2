"""Tables, keys and buckets as the design has them; the local AWS ignores most of this."""

import pytest

from tests.support.design import ALLOWED, SCHEMA
from tests.support.templates import child, holds, of_type, taken, text

TABLES = of_type(child("data"), "AWS::DynamoDB::Table")
BUCKETS = of_type(child("storage"), "AWS::S3::Bucket")
BUCKET_POLICIES = of_type(child("storage"), "AWS::S3::BucketPolicy")
KEPT_IN_PROD = {"Fn::If": ["IsProd", "Retain", "Delete"]}

# --- tables --------------------------------------------------------------------------------------------------------


def test_exactly_the_tables_of_the_design() -> None:
    assert set(TABLES) == set(SCHEMA)


@pytest.mark.parametrize("name", SCHEMA)
def test_table_keys_indexes_ttl_and_stream(name: str) -> None:
    table = TABLES[name]["Properties"]
    types = {a["AttributeName"]: a["AttributeType"] for a in table["AttributeDefinitions"]}

    def keys(schema: list[dict[str, str]]) -> list[str]:
        assert [key["KeyType"] for key in schema] == ["HASH", "RANGE"][: len(schema)]
        return [f"{key['AttributeName']}:{types[key['AttributeName']]}" for key in schema]

    indexes = {
        index["IndexName"]: (
            keys(index["KeySchema"]),
            " ".join([index["Projection"]["ProjectionType"], *index["Projection"].get("NonKeyAttributes", [])]),
        )
        for index in table.get("GlobalSecondaryIndexes", [])
    }
    time_to_live = table.get("TimeToLiveSpecification", {"AttributeName": None, "Enabled": True})
    stream = table.get("StreamSpecification", {"StreamViewType": None})
    assert time_to_live["Enabled"] is True
    assert SCHEMA[name] == (
        keys(table["KeySchema"]),
        indexes,
        time_to_live["AttributeName"],
        stream["StreamViewType"],
    )


@pytest.mark.parametrize("name", SCHEMA)
def test_table_is_on_demand_encrypted_restorable_and_kept_in_prod(name: str) -> None:
    table = TABLES[name]
    properties = table["Properties"]
    assert properties["BillingMode"] == "PAY_PER_REQUEST"
    assert properties["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    assert properties["SSESpecification"]["SSEEnabled"] is True
    assert properties["SSESpecification"]["SSEType"] == "KMS"
    assert text(properties["SSESpecification"]["KMSMasterKeyId"]) == "DataKey.Arn"
    assert properties["DeletionProtectionEnabled"] == {"Fn::If": ["IsProd", True, False]}
    assert table["DeletionPolicy"] == table["UpdateReplacePolicy"] == KEPT_IN_PROD


def test_keys_are_kept_in_prod_and_used_as_meant() -> None:
    keys = of_type(child("data"), "AWS::KMS::Key")
    hashing, sealing = (
        ("PersonKey", "TemplateKey", "InvitationKey"),
        ("DataKey", "ContactKey", "HelperKey", "GalleryKey"),
    )
    signing = ("CertificateKey", "CertificateKeyB", "AnchorKey")
    assert set(keys) == {*hashing, *sealing, *signing}
    for key in keys.values():
        assert key["DeletionPolicy"] == key["UpdateReplacePolicy"] == KEPT_IN_PROD
    for name in sealing:
        assert keys[name]["Properties"]["EnableKeyRotation"] is True
    for name in hashing:
        assert keys[name]["Properties"]["KeySpec"] == "HMAC_256"
        assert keys[name]["Properties"]["KeyUsage"] == "GENERATE_VERIFY_MAC"
    for name in signing:
        assert keys[name]["Properties"]["KeySpec"] == "ECC_NIST_P256"
        assert keys[name]["Properties"]["KeyUsage"] == "SIGN_VERIFY"


@pytest.mark.parametrize(
    ("chosen", "made", "signs", "other"),
    [("a", "A", "A", "A"), ("a-b", "AB", "B", "A"), ("b", "B", "B", "B"), ("b-a", "AB", "A", "B")],
)
def test_the_last_key_named_signs_and_the_one_before_is_still_published(
    chosen: str, made: str, signs: str, other: str
) -> None:
    template = child("data")
    assert template["Parameters"]["CertificateKeys"]["AllowedValues"] == ["a", "a-b", "b", "b-a"]
    conditions = {
        name: holds(template["Conditions"][name], CertificateKeys=chosen)
        for name in ("HasKeyA", "HasKeyB", "KeyASigns")
    }
    names = {"A": "CertificateKey", "B": "CertificateKeyB"}
    for letter, name in names.items():
        assert conditions[template["Resources"][name]["Condition"]] is (letter in made)
    for output, letter in (("CertificateKey", signs), ("CertificateKeyOld", other)):
        assert taken(template["Outputs"][f"{output}Id"]["Value"], conditions) == {"Ref": names[letter]}
        assert text(taken(template["Outputs"][f"{output}Arn"]["Value"], conditions)) == f"{names[letter]}.Arn"


def test_the_data_key_opens_nothing_by_itself() -> None:
    """Whoever is not the account's administrator uses it through DynamoDB, S3 or an alarm only."""
    for key in of_type(child("data"), "AWS::KMS::Key").values():
        for statement in key["Properties"]["KeyPolicy"]["Statement"]:
            principal = statement["Principal"]
            if principal == {"AWS": "*"}:
                condition = statement["Condition"]["StringEquals"]
                assert condition["kms:CallerAccount"] == {"Ref": "AWS::AccountId"}
                services = [text(service).split(".")[0] for service in condition["kms:ViaService"]]
                assert services == ["dynamodb", "s3"]
            elif "Service" in principal:
                assert statement["Condition"] == {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}}
            else:
                assert text(principal["AWS"]).endswith(":root")


# --- buckets -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["Frames", "References", "Gallery", "Reports", "Imports", "ChangeFiles", "Anchors"])
def test_bucket_is_private_encrypted_owned_and_kept_in_prod(name: str) -> None:
    bucket = BUCKETS[name]
    properties = bucket["Properties"]
    (encryption,) = properties["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    assert encryption["BucketKeyEnabled"] is True
    assert encryption["ServerSideEncryptionByDefault"] == {
        "SSEAlgorithm": "aws:kms",
        "KMSMasterKeyID": {"Ref": "GalleryKeyArn" if name == "Gallery" else "DataKeyArn"},
    }
    assert properties["PublicAccessBlockConfiguration"] == {
        "BlockPublicAcls": True,
        "BlockPublicPolicy": True,
        "IgnorePublicAcls": True,
        "RestrictPublicBuckets": True,
    }
    assert properties["OwnershipControls"] == {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}
    # A deleted photo must be gone, and an anchor never is.
    assert ("VersioningConfiguration" in properties) == (name == "Anchors")
    assert bucket["DeletionPolicy"] == bucket["UpdateReplacePolicy"] == KEPT_IN_PROD


@pytest.mark.parametrize("name", ["Frames", "References", "Gallery", "Reports", "Imports", "ChangeFiles", "Anchors"])
def test_bucket_speaks_tls_only(name: str) -> None:
    (policy,) = [p["Properties"] for p in BUCKET_POLICIES.values() if p["Properties"]["Bucket"] == {"Ref": name}]
    assert {
        "Sid": "TlsOnly",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [{"Fn::GetAtt": f"{name}.Arn"}, {"Fn::Sub": f"${{{name}.Arn}}/*"}],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    } in policy["PolicyDocument"]["Statement"]


def test_nobody_can_take_an_anchor_back_in_prod_and_elsewhere_a_teardown_can() -> None:
    properties = BUCKETS["Anchors"]["Properties"]
    assert properties["VersioningConfiguration"] == {"Status": "Enabled"}
    in_prod, elsewhere = {"IsProd": True}, {"IsProd": False}
    assert child("storage")["Conditions"]["IsProd"] == {"Fn::Equals": [{"Ref": "Stage"}, "prod"]}
    assert taken(properties["ObjectLockEnabled"], in_prod) is True
    assert taken(properties["ObjectLockConfiguration"], in_prod) == {
        "ObjectLockEnabled": "Enabled",
        "Rule": {"DefaultRetention": {"Mode": "COMPLIANCE", "Years": {"Ref": "AnchorYears"}}},
    }
    for name in ("ObjectLockEnabled", "ObjectLockConfiguration"):
        assert taken(properties[name], elsewhere) == {"Ref": "AWS::NoValue"}
    rules = properties["LifecycleConfiguration"]["Rules"]
    assert not [rule for rule in rules if {"ExpirationInDays", "NoncurrentVersionExpiration"} & set(rule)]


def test_an_entry_of_the_ledger_can_be_added_and_read_and_nothing_else() -> None:
    """No role may change, delete or batch: what is left, to put one over another, the stream tells (LedgerAltered)."""
    actions = {entry.split()[0] for entries in ALLOWED.values() for entry in entries if entry.split()[1] == "Ledger"}
    assert actions == {"dynamodb:PutItem", "dynamodb:Query", "dynamodb:GetItem"}


def test_frames_come_by_presigned_post_only() -> None:
    statements = BUCKET_POLICIES["FramesPolicy"]["Properties"]["PolicyDocument"]["Statement"]
    (rule,) = [statement for statement in statements if statement["Sid"] == "FramesByPresignedPostOnly"]
    assert (rule["Effect"], rule["Principal"], rule["Action"]) == ("Deny", "*", "s3:PutObject")
    assert text(rule["Resource"]) == "Frames.Arn/frames/*"
    assert rule["Condition"] == {"StringNotEquals": {"s3:authType": "POST"}}


def test_no_policy_of_a_bucket_allows_anything() -> None:
    for policy in BUCKET_POLICIES.values():
        for statement in policy["Properties"]["PolicyDocument"]["Statement"]:
            assert statement["Effect"] == "Deny"


def test_frames_are_gone_after_a_day_and_review_after_thirty() -> None:
    rules = BUCKETS["Frames"]["Properties"]["LifecycleConfiguration"]["Rules"]
    assert all(rule["Status"] == "Enabled" for rule in rules)
    assert {rule["Prefix"]: rule["ExpirationInDays"] for rule in rules if "ExpirationInDays" in rule} == {
        "frames/": 1,
        "review/": 30,
    }


def test_change_files_and_snapshots_are_kept_for_400_days() -> None:
    """A snapshot is kept no longer than the files after it, which are younger: with it they are there."""
    rules = BUCKETS["ChangeFiles"]["Properties"]["LifecycleConfiguration"]["Rules"]
    assert {rule["Prefix"]: rule["ExpirationInDays"] for rule in rules if "ExpirationInDays" in rule} == {
        "changes/": 400,
        "snapshots/": 400,
    }


def test_references_do_not_expire_by_themselves_and_broken_uploads_do() -> None:
    rules = BUCKETS["References"]["Properties"]["LifecycleConfiguration"]["Rules"]
    assert not [rule for rule in rules if "ExpirationInDays" in rule]
    for bucket in BUCKETS.values():
        rules = bucket["Properties"]["LifecycleConfiguration"]["Rules"]
        aborts = [rule["AbortIncompleteMultipartUpload"] for rule in rules if "AbortIncompleteMultipartUpload" in rule]
        assert aborts == [{"DaysAfterInitiation": 1}]


def test_browsers_may_upload_from_any_page_and_do_nothing_else() -> None:
    """What lets a frame in, or a register's file, is the signed form."""
    open_to_browsers = {name for name, bucket in BUCKETS.items() if "CorsConfiguration" in bucket["Properties"]}
    assert open_to_browsers == {"Frames", "Imports"}
    for name in open_to_browsers:
        (rule,) = BUCKETS[name]["Properties"]["CorsConfiguration"]["CorsRules"]
        assert (rule["AllowedOrigins"], rule["AllowedMethods"]) == (["*"], ["POST"])
