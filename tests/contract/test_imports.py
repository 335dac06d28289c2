"""Files of other registers: read as they come, gone when they are taken, their rejects kept by number."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import boto3
import pytest

from lifecert.adapters.s3.imports import S3Imports
from lifecert.adapters.s3.photos import client_config
from lifecert.domain.data_match import Import, MatchLine, Rejected, Rejection, Said
from lifecert.domain.errors import ImportNotFound
from lifecert.domain.number_schemes import USUAL_SCHEMES
from lifecert.domain.person import IdNumber
from lifecert.ports.imports import Imports
from local.aws import Aws
from tests.support.builders import an_id
from tests.support.fakes.imports import MemoryImports

WANG = "11010519491231002X"
FILE = f"id_number,said,on,source\n{WANG},alive,2026-02-20,hospital\nrubbish\n".encode()
LINES = [MatchLine(IdNumber.parse(WANG), Said.ALIVE, date(2026, 2, 20), "hospital"), Rejected.COLUMNS]


@dataclass(frozen=True, slots=True)
class Engine:
    """Imports, and a way past them: `put` as if sent."""

    imports: Imports
    put: Callable[[str, bytes], Any]


def engine(client: Any) -> Engine:
    bucket = f"imports-{an_id()}"
    client.create_bucket(Bucket=bucket)
    return Engine(
        S3Imports(client, bucket, USUAL_SCHEMES),
        lambda name, content: client.put_object(Bucket=bucket, Key=f"incoming/{name}", Body=content),
    )


def memory() -> Engine:
    imports = MemoryImports()
    return Engine(imports, imports.files.__setitem__)


@pytest.fixture(params=["memory", "moto", "local"])
def sent(request: pytest.FixtureRequest) -> Iterator[Engine]:
    """The port on every engine."""
    if request.param == "memory":
        yield memory()
    elif request.param == "moto":
        session: boto3.Session = request.getfixturevalue("moto_session")
        yield engine(session.client("s3", config=client_config()))
    else:
        aws: Aws = request.getfixturevalue("aws")
        yield engine(aws.session().client("s3", endpoint_url=aws.endpoint, config=client_config()))


def test_a_file_is_read_line_by_line_until_it_is_deleted(sent: Engine) -> None:
    sent.put("f.csv", FILE)
    assert list(sent.imports.lines("f.csv")) == LINES
    sent.imports.delete("f.csv")
    with pytest.raises(ImportNotFound):
        list(sent.imports.lines("f.csv"))
    assert sent.imports.progress("f.csv") == Import()


def test_a_file_longer_than_one_part_is_whole(sent: Engine) -> None:
    sent.put("long.csv", FILE + FILE.split(b"\n")[1].join([b"", b"\n"]) * 5000)
    found = list(sent.imports.lines("long.csv"))
    assert len(found) == 5002
    assert found[-1] == LINES[0]


def test_progress_is_that_of_the_very_file(sent: Engine) -> None:
    sent.put("f.csv", FILE)
    assert sent.imports.progress("f.csv") == Import()
    done = Import(2, {"certified": 1}, {"columns": 1})
    sent.imports.keep_progress("f.csv", done)
    assert sent.imports.progress("f.csv") == done
    sent.put("f.csv", FILE + b"x\n")
    assert sent.imports.progress("f.csv") == Import()
    sent.put("f.csv", FILE)
    sent.imports.delete("f.csv")
    sent.put("f.csv", FILE)
    assert sent.imports.progress("f.csv") == Import(), "the same file again is read again"


def test_rejects_are_kept_by_part_and_a_repeat_replaces_them(moto_session: boto3.Session) -> None:
    client = moto_session.client("s3", config=client_config())
    client.create_bucket(Bucket="imports")
    imports = S3Imports(client, "imports", USUAL_SCHEMES)
    imports.keep_rejects("f.csv", 1, [])
    for _ in range(2):
        rejections = [Rejection(2, Rejected.COLUMNS), Rejection(500, Rejected.ID_NUMBER)]
        imports.keep_rejects("f.csv", 1, rejections)
        imports.keep_rejects("f.csv", 501, [Rejection(501, Rejected.DAY)])
    keys = [one["Key"] for one in client.list_objects_v2(Bucket="imports")["Contents"]]
    assert keys == ["rejects/f.csv/000000000001.jsonl", "rejects/f.csv/000000000501.jsonl"]
    lines = client.get_object(Bucket="imports", Key=keys[0])["Body"].read().decode().splitlines()
    assert [json.loads(line) for line in lines] == [{"line": 2, "why": "columns"}, {"line": 500, "why": "id_number"}]
