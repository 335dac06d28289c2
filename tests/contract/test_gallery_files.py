"""The gallery's files: whoever writes on an older version than the newest hears it, on every engine."""

from collections.abc import Iterator

import boto3
import pytest

from lifecert.adapters.s3.gallery import gallery_files
from lifecert.domain.errors import GalleryFileChanged
from lifecert.ports.gallery import GalleryFiles
from local.aws import Aws
from tests.support.builders import an_id
from tests.support.fakes.faces import MemoryGalleryFiles


@pytest.fixture(params=["memory", "moto", "local"])
def files(request: pytest.FixtureRequest) -> Iterator[GalleryFiles]:
    if request.param == "memory":
        yield MemoryGalleryFiles()
        return
    if request.param == "moto":
        session: boto3.Session = request.getfixturevalue("moto_session")
        client = session.client("s3")
    else:
        aws: Aws = request.getfixturevalue("aws")
        client = aws.s3()
    bucket = f"references-{an_id()}"
    client.create_bucket(Bucket=bucket)
    yield gallery_files(client, bucket, "model/1", "1")


def test_a_file_is_there_as_it_was_written(files: GalleryFiles) -> None:
    tag = files.write("1", b"one")
    assert b"".join(files.read("1")) == b"".join(files.read("1", tag)) == b"one"
    (listed,) = files.listed().items()
    assert (listed[0], listed[1].size, listed[1].tag) == ("1", 3, tag)
    files.delete("1")
    assert (files.listed(), list(files.read("1")), list(files.read("1", tag))) == ({}, [], [])
    files.delete("1")


def test_a_version_that_is_not_the_newest_is_neither_read_nor_written_nor_deleted(files: GalleryFiles) -> None:
    first = files.write("1", b"one")
    second = files.write("1", b"two", first)
    assert second == files.listed()["1"].tag != first
    with pytest.raises(GalleryFileChanged):
        list(files.read("1", first))
    with pytest.raises(GalleryFileChanged):
        files.write("1", b"three", first)
    with pytest.raises(GalleryFileChanged):
        files.delete("1", first)
    assert b"".join(files.read("1")) == b"two"
    files.delete("1", second)
    assert files.listed() == {}


def test_what_is_gone_is_not_written_back(files: GalleryFiles) -> None:
    tag = files.write("1", b"one")
    files.delete("1")
    with pytest.raises(GalleryFileChanged):
        files.write("1", b"two", tag)
    files.delete("1", tag)
    assert files.listed() == {}
