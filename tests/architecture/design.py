"""The tables, and who may do what. One test holds the template to these lists, another the deployed stack."""

# Table: partition key and sort key; indexes with their keys and projection; time to live; stream.
SCHEMA: dict[str, tuple[list[str], dict[str, tuple[list[str], str]], str | None, str | None]] = {
    "Beneficiaries": (
        ["beneficiary_id:S"],
        {
            "by_person": (["person_key:S"], "ALL"),
            "by_due": (["due_bucket:S", "beneficiary_id:S"], "KEYS_ONLY"),
            "by_faces_due": (["faces_shard:N", "faces_due:S"], "KEYS_ONLY"),
        },
        None,
        None,
    ),
    "References": (["beneficiary_id:S", "reference_id:S"], {}, "expires_at", None),
    "Counters": (["counter:S", "shard:N"], {}, None, None),
    "Sessions": (
        ["session_id:S"],
        {"by_beneficiary": (["beneficiary_id:S", "opened_at:S"], "ALL")},
        "expires_at",
        None,
    ),
    "Certificates": (
        ["certificate_id:S"],
        {"by_beneficiary": (["beneficiary_id:S", "issued_at:S"], "ALL")},
        None,
        None,
    ),
    "Ledger": (["beneficiary_id:S", "seq:N"], {}, None, "NEW_IMAGE"),
    "Reviews": (["review_id:S"], {"by_state": (["state:S", "opened_at:S"], "ALL")}, None, None),
    "SweepRuns": (["run_date:S"], {}, None, None),
    "SeenFrames": (["digest:S"], {}, "expires_at", None),
    "Idempotency": (["id:S"], {}, "expiration", None),
}

# What each function may do, and nothing else: action, and table, index, bucket prefix, key, queue, bus or log group.
ALLOWED = {
    "StartSession": {
        "dynamodb:Query Beneficiaries/index/by_person",
        "dynamodb:GetItem Sessions",
        "dynamodb:PutItem Sessions",
        "s3:PutObject Frames/frames/*",
        "kms:GenerateMac PersonKey",
    },
    "VerifyFace": {
        "dynamodb:GetItem Beneficiaries",
        "dynamodb:PutItem Beneficiaries",
        "dynamodb:Query References",
        "dynamodb:GetItem Sessions",
        "dynamodb:UpdateItem Sessions",
        "dynamodb:PutItem Certificates",
        "kms:Sign CertificateKey",
        "dynamodb:PutItem Ledger",
        "dynamodb:PutItem Reviews",
        "dynamodb:BatchGetItem SeenFrames",
        "dynamodb:PutItem SeenFrames",
        "s3:GetObject Frames/frames/*",
        "s3:ListBucket Frames",
        "s3:PutObject Frames/review/*",
    },
    "GetStatus": {"dynamodb:GetItem Sessions", "dynamodb:GetItem Beneficiaries", "dynamodb:Query Ledger"},
    "GetCertificate": {
        "dynamodb:GetItem Certificates",
        "dynamodb:GetItem Beneficiaries",
        "kms:GetPublicKey CertificateKey",
    },
    "RegisterBeneficiary": {
        "dynamodb:PutItem Beneficiaries",
        "dynamodb:PutItem Ledger",
        "dynamodb:GetItem Idempotency",
        "dynamodb:PutItem Idempotency",
        "dynamodb:UpdateItem Idempotency",
        "dynamodb:DeleteItem Idempotency",
        "kms:GenerateMac PersonKey",
    },
    "EnrolReference": {
        "dynamodb:GetItem Beneficiaries",
        "dynamodb:PutItem Beneficiaries",
        "dynamodb:GetItem References",
        "dynamodb:PutItem References",
        "dynamodb:PutItem Ledger",
        "s3:PutObject Frames/frames/*",
        "s3:GetObject Frames/frames/*",
        "s3:ListBucket Frames",
        "s3:PutObject References/references/*",
        "dynamodb:UpdateItem Counters",
    },
    "ChangeConsent": {
        "dynamodb:GetItem Beneficiaries",
        "dynamodb:PutItem Beneficiaries",
        "dynamodb:PutItem Ledger",
    },
    "PurgeFaces": {
        "dynamodb:Query Beneficiaries/index/by_faces_due",
        "dynamodb:GetItem Beneficiaries",
        "dynamodb:PutItem Beneficiaries",
        "dynamodb:Query References",
        "dynamodb:DeleteItem References",
        "dynamodb:PutItem Ledger",
        "dynamodb:UpdateItem Counters",
        "dynamodb:Query Counters",
        "s3:ListBucket References",
        "s3:DeleteObject References/references/*",
        "sqs:SendMessage PurgeFailures",  # added by SAM for the destination of failures
    },
    "ExpirySweep": {
        "dynamodb:Query Beneficiaries/index/by_due",
        "dynamodb:GetItem Beneficiaries",
        "dynamodb:PutItem Beneficiaries",
        "dynamodb:PutItem Ledger",
        "dynamodb:GetItem SweepRuns",
        "dynamodb:PutItem SweepRuns",
        "dynamodb:UpdateItem SweepRuns",
        "sqs:SendMessage SweepFailures",  # added by SAM for the destination of failures
    },
    "PublishEvents": {
        "dynamodb:DescribeStream LedgerStream",
        "dynamodb:GetRecords LedgerStream",
        "dynamodb:GetShardIterator LedgerStream",
        "events:PutEvents EventBus",
        "sqs:SendMessage PublishFailures",
        "logs:CreateLogStream PublishEventsLogs",
        "logs:PutLogEvents PublishEventsLogs",
        # These three know no resource.
        "dynamodb:ListStreams *",
        "xray:PutTraceSegments *",
        "xray:PutTelemetryRecords *",
    },
}
# Amazon's own policies that SAM attaches for logs and traces; they can only write.
MANAGED = {
    "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole",
    "arn:aws:iam::aws:policy/AWSXrayWriteOnlyAccess",
}
