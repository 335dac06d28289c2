"""Every tool for operators on the local stack, told its address and nothing else."""

import json
import re
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from lifecert.domain.anchor import part_of
from local.deploy import Deployment
from ops import (
    export_record,
    renew_templates,
    restore_drill,
    rotate_person_secret,
    verify_ledger,
    write_snapshots,
)
from tests.e2e.test_office import invoke
from tests.support.deployed import Known, today
from tests.support.patience import wait_for


@pytest.fixture(autouse=True)
def no_settings_of_aws(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_DEFAULT_REGION", "AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize(
    ("main", "said"),
    [
        (verify_ledger.main, "checked, 0 broken"),
        (rotate_person_secret.main, "left alone"),
        (renew_templates.main, "left alone"),
    ],
)
def test_the_address_alone_is_enough(
    stack: Deployment, ming: Known, main: Callable[..., int], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--endpoint-url", stack.aws.endpoint]) == 0
    assert said in capsys.readouterr().out


def test_the_address_alone_is_enough_for_a_drill(
    stack: Deployment, ming: Known, capsys: pytest.CaptureFixture[str]
) -> None:
    """A copy is not of one moment, as what AWS restores is: what follows an enrolment by itself may come in between."""
    drill = ["--endpoint-url", stack.aws.endpoint, "--by-copy"]
    wait_for(lambda: restore_drill.main(drill) == 0, "a copy of two tables between changes", every=1)
    assert "every chain is whole" in capsys.readouterr().out


def test_a_snapshot_by_hand(stack: Deployment, ming: Known, capsys: pytest.CaptureFixture[str]) -> None:
    place = ["--endpoint-url", stack.aws.endpoint]
    invoke(stack, "WriteChangeFileFunction")
    assert write_snapshots.main([*place, "--payer", "fund"]) == 0
    told = capsys.readouterr()
    assert "fund: after file " in told.out
    assert "fund: part 64 of 64" in told.err
    assert write_snapshots.main(place) == 0
    assert "fund: nothing new since the last one" in capsys.readouterr().out
    assert write_snapshots.main([*place, "--payer", "nobody"]) == 2
    assert "nobody is none of the payers fund" in capsys.readouterr().err
    assert write_snapshots.main(["--endpoint-url", "http://127.0.0.1:9"]) == 2
    assert "nothing answers at http://127.0.0.1:9" in capsys.readouterr().err


def test_a_night_is_anchored_from_what_the_stream_handed_over(
    stack: Deployment, ming: Known, capsys: pytest.CaptureFixture[str]
) -> None:
    """The day on which the test runs is not over: what the stream noted is moved to the day before."""
    dynamodb, table = stack.aws.dynamodb(), stack.outputs["HeadsTable"]

    def heads() -> list[Any]:
        pages = dynamodb.get_paginator("scan").paginate(TableName=table, ConsistentRead=True)
        return [item for page in pages for item in page["Items"]]

    def noted() -> Any:
        return next((one for one in heads() if one["beneficiary_id"]["S"] == ming.beneficiary_id), None)

    head = wait_for(noted, "a head from the stream", every=1)
    day_before = str(today() - timedelta(days=1))
    moved = f"{day_before}#{part_of(ming.beneficiary_id):02d}"
    dynamodb.put_item(TableName=table, Item={**head, "day_part": {"S": moved}})
    # More than this one, where midnight came while the tests ran.
    there = sum(one["day_part"]["S"].startswith(day_before) for one in heads())
    assert invoke(stack, "AnchorLedgerFunction")["days"][day_before] == there
    assert invoke(stack, "AnchorLedgerFunction") == {"anchors": 0, "days": {}}
    assert verify_ledger.main(["--endpoint-url", stack.aws.endpoint]) == 0
    told = re.search(rf"the last of {day_before}: (\d+) heads? compared, 0 faults", capsys.readouterr().out)
    assert told
    assert int(told[1]) == there


def test_one_person(stack: Deployment, ming: Known, capsys: pytest.CaptureFixture[str]) -> None:
    about = ["--endpoint-url", stack.aws.endpoint, "--beneficiary", ming.beneficiary_id]
    assert verify_ledger.main(about) == 0
    assert capsys.readouterr().out == f"whole: {ming.beneficiary_id}\n"
    assert export_record.main(about) == 0
    assert json.loads(capsys.readouterr().out)["beneficiary"]["beneficiary_id"] == ming.beneficiary_id
    assert export_record.main([*about, "--summary"]) == 0
    assert "faces         1 (photo and template each)" in capsys.readouterr().out


def test_an_id_that_nobody_has_is_neither_whole_nor_broken(
    stack: Deployment, capsys: pytest.CaptureFixture[str]
) -> None:
    mistyped = str(uuid.uuid4())
    about = ["--endpoint-url", stack.aws.endpoint, "--beneficiary", mistyped]
    assert verify_ledger.main(about) == 2
    assert export_record.main(about) == 1
    answer = capsys.readouterr()
    assert answer.out == ""
    assert answer.err.count("nothing is stored under this id") == 2


def test_a_secret_that_the_deployment_does_not_name_needs_a_word(
    stack: Deployment, ming: Known, capsys: pytest.CaptureFixture[str]
) -> None:
    place = ["--endpoint-url", stack.aws.endpoint]
    assert renew_templates.main([*place, "--secret-version", "abc"], ask=lambda _: "no") == 2
    assert "nothing was changed" in capsys.readouterr().err
    assert renew_templates.main([*place, "--secret-version", "abc", "--yes", "--per-second", "1000"]) == 0
    assert "protected" in capsys.readouterr().out
    assert renew_templates.main([*place, "--per-second", "1000"]) == 0
    assert "protected" in capsys.readouterr().out


def test_a_wrong_address_or_stack_is_told(stack: Deployment, capsys: pytest.CaptureFixture[str]) -> None:
    assert verify_ledger.main(["--endpoint-url", "http://127.0.0.1:9"]) == 2
    assert "nothing answers at http://127.0.0.1:9" in capsys.readouterr().err
    assert verify_ledger.main(["--endpoint-url", stack.aws.endpoint, "--stack", "nobodys"]) == 2
    assert "there is no stack nobodys" in capsys.readouterr().err
    assert verify_ledger.main(["--stack", "lifecert-dev"]) == 2
    assert "no region is set" in capsys.readouterr().err
