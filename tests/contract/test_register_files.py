"""Files of registers: read part by part while they are what they were, and what an office is told of their lines."""

import csv
import io
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import boto3
import pytest
from joserfc.jwk import RSAKey

from lifecert.adapters.s3.imported_photos import S3ImportedPhotos
from lifecert.adapters.s3.letter_files import S3LetterFiles
from lifecert.adapters.s3.photos import client_config
from lifecert.adapters.s3.register_files import S3RegisterFiles
from lifecert.domain.errors import ImportFileChanged
from lifecert.domain.intake import Encoding, FileFormat, Part, Phase, RegisterImport, Told, parts_of
from lifecert.domain.intake_faults import Known, RowFault
from lifecert.domain.number_schemes import USUAL_SCHEMES
from lifecert.ports.intake import ImportedPhotos, RegisterFiles
from local.aws import Aws
from tests.support.builders import NOW, an_id
from tests.support.fakes.intake import MemoryImportedPhotos, MemoryRegisterFiles

FILE = "registers/city.csv"
COLUMNS = ("name", "id_number", "category", "district", "benefit_start")
LINE = "王淑芬,11010519491231002X,resident_pension,110101,2010-01-01"
CONTENT = "\n".join([",".join(COLUMNS), *[LINE] * 3, "rubbish", LINE, ""]).encode()


@dataclass(frozen=True, slots=True)
class Engine:
    """The port, and a way past it: `put` as if uploaded."""

    files: RegisterFiles
    put: Callable[[str, bytes], Any]

    def import_of(self, content: bytes = CONTENT) -> RegisterImport:
        self.put(FILE, content)
        stored = self.files.stored(FILE)
        assert stored
        begun = RegisterImport(an_id(), "hr", FILE, "clerk-1", NOW, size=stored.size, etag=stored.etag)
        return replace(begun, format=FileFormat.CSV, columns=COLUMNS, written=Encoding.UTF_8)


def s3(client: Any) -> Engine:
    bucket = f"imports-{an_id()}"
    client.create_bucket(Bucket=bucket)
    return Engine(
        S3RegisterFiles(client, bucket, USUAL_SCHEMES),
        lambda key, content: client.put_object(Bucket=bucket, Key=key, Body=content),
    )


@pytest.fixture(params=["memory", "moto", "local"])
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    """The port on every engine."""
    if request.param == "memory":
        memory = MemoryRegisterFiles()
        yield Engine(memory, memory.files.__setitem__)
    elif request.param == "moto":
        session: boto3.Session = request.getfixturevalue("moto_session")
        yield s3(session.client("s3", config=client_config()))
    else:
        aws: Aws = request.getfixturevalue("aws")
        yield s3(aws.session().client("s3", endpoint_url=aws.endpoint, config=client_config()))


@pytest.mark.parametrize("part_bytes", [100, 2**21])
def test_a_file_is_surveyed_and_read_in_parts(engine: Engine, part_bytes: int) -> None:
    one, first_line, found = engine.import_of(), 1, []
    for part in parts_of(one.size, part_bytes):
        told = engine.files.survey(one, part)
        read = replace(part, first_line=first_line, digest=told.digest)
        found += [[line.number for line in lines] for lines in engine.files.people(one, read)]
        first_line += told.lines
    assert found == [[2, 3, 4], [5], [6]]
    assert first_line == 7


def test_nothing_is_read_of_a_file_that_changed_or_is_gone(engine: Engine) -> None:
    one = engine.import_of()
    part = Part(0, 0, one.size, 1)
    whole = replace(part, digest=engine.files.survey(one, part).digest)
    engine.put(FILE, CONTENT.replace(b"2010", b"2011"))
    with pytest.raises(ImportFileChanged):
        engine.files.survey(one, part)
    with pytest.raises(ImportFileChanged):
        engine.files.people(one, whole)
    engine.files.delete(FILE)
    assert engine.files.stored(FILE) is None
    with pytest.raises(ImportFileChanged):
        engine.files.survey(one, part)


def test_bytes_that_were_not_surveyed_are_not_read(engine: Engine) -> None:
    one = engine.import_of()
    with pytest.raises(ImportFileChanged):
        engine.files.people(one, Part(0, 0, one.size, 1, "0" * 64))


def joined(client: Any, files: S3RegisterFiles, import_id: str) -> list[list[str]]:
    files.join_told(import_id, Phase.CHECK)
    body = client.get_object(Bucket=files.bucket, Key=f"told/{import_id}/check.csv")["Body"].read()
    return list(csv.reader(io.StringIO(body.decode("utf-8-sig"), newline="")))


def test_what_is_told_is_one_table_that_no_spreadsheet_takes_for_formulas(moto_session: boto3.Session) -> None:
    client = moto_session.client("s3", config=client_config())
    client.create_bucket(Bucket="imports")
    files, one = S3RegisterFiles(client, "imports", USUAL_SCHEMES), an_id()
    assert joined(client, files, one) == [["line", "line_key", "outcome", "why"]]
    keys = ["=1+1", "+1", "-1", "@x", "\tx", "A-1", "a,b", '"x"']
    told = [Told(number, key, RowFault.NAME) for number, key in enumerate(keys, start=2)]
    files.keep_told(one, Phase.CHECK, 1, [Told(99, "", Known.ALREADY_REGISTERED)])
    for _ in range(2):
        files.keep_told(one, Phase.CHECK, 0, told)
    files.keep_told(one, Phase.CHECK, 2, [])
    files.keep_told(one, Phase.REGISTER, 0, told)
    rows = joined(client, files, one)[1:]
    assert [row[1] for row in rows] == ["'=1+1", "'+1", "'-1", "'@x", "'\tx", "A-1", "a,b", '"x"', ""]
    assert rows[0] == ["2", "'=1+1", "refused", "name"]
    assert rows[-1] == ["99", "", "already_registered", "already_registered"]


def test_a_long_table_is_put_together_of_pieces(moto_session: boto3.Session) -> None:
    client = moto_session.client("s3", config=client_config())
    client.create_bucket(Bucket="imports")
    files, one = S3RegisterFiles(client, "imports", USUAL_SCHEMES), an_id()
    told = [Told(number, "k" * 60, RowFault.NAME) for number in range(70_000)]
    for part in range(4):
        files.keep_told(one, Phase.CHECK, part, told)
    rows = joined(client, files, one)
    assert len(rows) == 1 + 4 * 70_000
    assert {len(row) for row in rows} == {4}


def test_a_link_and_a_slot_lead_to_the_file(aws: Aws) -> None:
    client = aws.session().client("s3", endpoint_url=aws.endpoint, config=client_config())
    bucket = f"imports-{an_id()}"
    client.create_bucket(Bucket=bucket)
    files, one = S3RegisterFiles(client, bucket, USUAL_SCHEMES), an_id()
    slot = files.upload_slot(FILE, 60)
    assert slot.fields["key"] == FILE
    files.join_told(one, Phase.CHECK)
    with urllib.request.urlopen(files.told_link(one, Phase.CHECK, 60)) as answer:
        assert answer.read().startswith(b"\xef\xbb\xbfline,")


def test_what_an_office_writes_itself_is_a_file_like_any_other(engine: Engine) -> None:
    engine.files.write(FILE, b"old")
    engine.files.write(FILE, CONTENT)
    stored = engine.files.stored(FILE)
    assert stored
    assert stored.size == len(CONTENT)


def test_the_letters_of_a_batch_are_linked_in_order_and_no_others(request: pytest.FixtureRequest) -> None:
    client = request.getfixturevalue("moto_session").client("s3", config=client_config())
    bucket = f"imports-{an_id()}"
    client.create_bucket(Bucket=bucket)
    key, one, other = RSAKey.generate_key(3072), an_id(), an_id()
    letters = S3LetterFiles(client, bucket, key.as_pem(private=False).decode())
    for batch, line in ((one, 101), (one, 1), (other, 1)):
        letters.keep(batch, line, [{"letter_id": f"{batch}-{line}"}])
    names = [
        link.split("?")[0].rpartition("letters/")[2]
        for link in S3RegisterFiles(client, bucket, USUAL_SCHEMES).letter_links(one, 60)
    ]
    assert names == [f"{one}/0000001.jwe", f"{one}/0000101.jwe"]


@pytest.mark.parametrize("kind", ["memory", "moto"])
def test_a_photo_is_read_no_further_than_it_may_be_long_and_is_gone_once_deleted(
    kind: str, request: pytest.FixtureRequest
) -> None:
    photos: ImportedPhotos
    if kind == "memory":
        photos = MemoryImportedPhotos({"a/1.jpg": b"photo"})
    else:
        client = request.getfixturevalue("moto_session").client("s3", config=client_config())
        bucket = f"imports-{an_id()}"
        client.create_bucket(Bucket=bucket)
        client.put_object(Bucket=bucket, Key="photos/a/1.jpg", Body=b"photo")
        photos = S3ImportedPhotos(client, bucket)
    assert photos.read("a/1.jpg", 100) == b"photo"
    assert photos.read("a/1.jpg", 2) == b"pho"
    photos.delete("a/1.jpg")
    photos.delete("a/1.jpg")
    assert photos.read("a/1.jpg", 100) is None
