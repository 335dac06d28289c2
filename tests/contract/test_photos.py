"""Photos: what may be uploaded, and what is read and kept."""

import base64
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import boto3
import pytest
import requests
from botocore.exceptions import ClientError

from lifecert.adapters.s3.photos import S3Photos, client_config
from lifecert.adapters.s3.review_photos import S3ReviewPhotos
from lifecert.domain.session import ImageType
from lifecert.ports.photos import Photos, UploadSlot
from local.aws import REGION, Aws
from tests.support.builders import an_id
from tests.support.fakes.photos import MemoryPhotos
from tests.support.patience import PATIENCE_SECONDS

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

JPEG = b"\xff\xd8\xff" + bytes(range(256)) * 8


@dataclass(frozen=True, slots=True)
class Engine:
    """Photos, and a way past them: `put` as if uploaded, `kept` to read what was kept."""

    photos: Photos
    put: Callable[[str, bytes], None]
    kept: Callable[[str], bytes]


@dataclass(frozen=True, slots=True)
class Buckets:
    client: "S3Client"
    frames: str
    references: str

    def put(self, key: str, content: bytes) -> None:
        self.client.put_object(Bucket=self.frames, Key=key, Body=content)

    def kept(self, key: str) -> bytes:
        bucket = self.references if key.startswith("references/") else self.frames
        return self.client.get_object(Bucket=bucket, Key=key)["Body"].read()

    def photos(self) -> S3Photos:
        return S3Photos(self.client, self.frames, self.references)


def buckets(client: "S3Client") -> Buckets:
    made = Buckets(client, f"frames-{an_id()}", f"references-{an_id()}")
    client.create_bucket(Bucket=made.frames)
    client.create_bucket(Bucket=made.references)
    return made


@pytest.fixture
def moto_buckets(moto_session: boto3.Session) -> Buckets:
    return buckets(moto_session.client("s3", config=client_config()))


@pytest.fixture
def local_buckets(aws: Aws) -> Iterator[Buckets]:
    made = buckets(aws.session().client("s3", endpoint_url=aws.endpoint, config=client_config()))
    yield made
    for bucket in (made.frames, made.references):
        for item in made.client.list_objects_v2(Bucket=bucket).get("Contents", []):
            made.client.delete_object(Bucket=bucket, Key=item["Key"])
        made.client.delete_bucket(Bucket=bucket)


@pytest.fixture(params=["memory", "moto", "local"])
def engine(request: pytest.FixtureRequest) -> Engine:
    if request.param == "memory":
        photos = MemoryPhotos()
        return Engine(photos, photos.upload, lambda key: photos.kept[key])
    made: Buckets = request.getfixturevalue(f"{request.param}_buckets")
    return Engine(made.photos(), made.put, made.kept)


def test_what_was_not_uploaded_is_none(engine: Engine) -> None:
    engine.put("frames/x/1", JPEG)
    assert engine.photos.read_upload("frames/x/2", 1000) is None


@pytest.mark.parametrize("size", [1, 999, 1000, 1001, 1002, 50_000])
def test_no_more_is_read_than_is_needed_to_see_that_it_is_too_large(engine: Engine, size: int) -> None:
    content = (JPEG * 30)[:size]
    engine.put("frames/x/1", content)
    upload = engine.photos.read_upload("frames/x/1", 1000)
    assert upload
    assert upload.content == content[:1001]


@pytest.mark.parametrize("name", ["moto_buckets", "local_buckets"])
def test_when_an_upload_arrived_is_known_to_the_second(request: pytest.FixtureRequest, name: str) -> None:
    made: Buckets = request.getfixturevalue(name)
    before = datetime.now(UTC)
    made.put("frames/x/1", JPEG)
    upload = made.photos().read_upload("frames/x/1", 1000)
    second, after = timedelta(seconds=1), datetime.now(UTC)
    moved = replace(made.photos(), ahead=timedelta(days=2)).read_upload("frames/x/1", 1000)
    assert upload
    assert moved
    assert before - second <= upload.at <= after + second
    assert moved.at - upload.at == timedelta(days=2)


def test_what_is_kept_is_kept(engine: Engine) -> None:
    engine.put("frames/x/1", JPEG)
    read = engine.photos.read_upload("frames/x/1", 1000)
    assert read
    assert engine.photos.keep_for_review("frames/x/1", read.etag, "review/x/1")
    engine.photos.keep_reference("references/b/r", JPEG[:7])
    assert engine.kept("review/x/1") == JPEG
    assert engine.kept("references/b/r") == JPEG[:7]


@pytest.mark.parametrize("name", ["memory", "local"])
def test_what_was_put_over_a_frame_is_not_kept_in_its_place(request: pytest.FixtureRequest, name: str) -> None:
    """Moto copies whatever is there."""
    if name == "memory":
        memory = MemoryPhotos()
        photos: Photos = memory
        put: Callable[[str, bytes], None] = memory.upload
    else:
        made: Buckets = request.getfixturevalue("local_buckets")
        photos, put = made.photos(), made.put
    put("frames/x/1", JPEG)
    read = photos.read_upload("frames/x/1", 1000)
    assert read
    put("frames/x/1", JPEG + b"another")
    assert not photos.keep_for_review("frames/x/1", read.etag, "review/x/1")
    assert not photos.keep_for_review("frames/x/2", read.etag, "review/x/2")


def test_which_frames_are_there(engine: Engine) -> None:
    engine.put("frames/x/1", JPEG)
    engine.put("frames/x/3", JPEG)
    assert engine.photos.are_there(["frames/x/1", "frames/x/2", "frames/x/3"]) == {"frames/x/1", "frames/x/3"}


def test_one_persons_photos_are_deleted_and_nobody_elses(engine: Engine) -> None:
    for number in range(3):
        engine.photos.keep_reference(f"references/b/{number}", JPEG)
    engine.photos.keep_reference("references/b2/0", JPEG)
    engine.put("frames/x/1", JPEG)
    frame = engine.photos.read_upload("frames/x/1", 1000)
    assert frame
    for kept_as in ("review/b/session/1", "review/b2/session/1"):
        assert engine.photos.keep_for_review("frames/x/1", frame.etag, kept_as)
    assert engine.photos.delete_photos("b") == 4
    for gone in ("references/b/1", "review/b/session/1"):
        with pytest.raises((KeyError, ClientError)):
            engine.kept(gone)
    assert engine.kept("references/b2/0") == engine.kept("review/b2/session/1") == JPEG
    assert engine.photos.delete_photos("b") == 0


@pytest.mark.parametrize("image_type", list(ImageType))
def test_every_engine_names_key_and_type_in_the_form(engine: Engine, image_type: ImageType) -> None:
    fields = engine.photos.upload_slot("frames/x/3", image_type, 1000, 60).fields
    assert fields["key"] == "frames/x/3"
    assert fields["Content-Type"] == image_type


def test_the_signed_policy_allows_one_file_and_nothing_else() -> None:
    # Signing makes no request.
    client = boto3.client(
        "s3", region_name="ap-east-1", aws_access_key_id="k", aws_secret_access_key="s", config=client_config()
    )
    before = datetime.now(UTC)
    slot = S3Photos(client, "frames-bucket").upload_slot("frames/x/1", ImageType.PNG, 8_388_608, 600)
    assert slot.url == "https://frames-bucket.s3.ap-east-1.amazonaws.com/"
    policy = json.loads(base64.b64decode(slot.fields["policy"]))
    expires = datetime.fromisoformat(policy["expiration"])
    assert before - timedelta(seconds=1) <= expires - timedelta(seconds=600) <= datetime.now(UTC)
    unsigned = [condition for condition in policy["conditions"] if not str(condition).startswith("{'x-amz-")]
    assert sorted(unsigned, key=str) == sorted(
        [
            {"bucket": "frames-bucket"},
            {"key": "frames/x/1"},
            {"Content-Type": "image/png"},
            ["content-length-range", 1, 8_388_608],
        ],
        key=str,
    )
    assert slot.fields["x-amz-algorithm"] == "AWS4-HMAC-SHA256"


def send(slot: UploadSlot, content: bytes, **changed: str) -> int:
    fields = {**slot.fields, **{name.replace("_", "-"): value for name, value in changed.items()}}
    return requests.post(slot.url, data=fields, files={"file": content}, timeout=PATIENCE_SECONDS).status_code


def test_a_phone_uploads_by_the_form(local_buckets: Buckets) -> None:
    photos = local_buckets.photos()
    slot = photos.upload_slot("frames/x/1", ImageType.JPEG, len(JPEG), 60)
    assert send(slot, JPEG) == 204
    upload = photos.read_upload("frames/x/1", len(JPEG))
    assert upload
    assert upload.content == JPEG


@pytest.mark.parametrize(
    ("fault", "content", "changed"),
    [
        ("another key", JPEG, {"key": "frames/y/1"}),
        ("a key below", JPEG, {"key": "frames/x/1/2"}),
        ("another type", JPEG, {"Content_Type": "text/html"}),
        ("no signature", JPEG, {"x_amz_signature": "0" * 64}),
        ("too large", JPEG + b"0", {}),
        ("empty", b"", {}),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_the_form_takes_nothing_else(
    local_buckets: Buckets, fault: str, content: bytes, changed: dict[str, str]
) -> None:
    slot = local_buckets.photos().upload_slot("frames/x/1", ImageType.JPEG, len(JPEG), 60)
    assert send(slot, content, **changed) in {400, 403}, fault
    assert local_buckets.client.list_objects_v2(Bucket=local_buckets.frames)["KeyCount"] == 0


def test_a_form_that_expired_takes_nothing(local_buckets: Buckets) -> None:
    slot = local_buckets.photos().upload_slot("frames/x/1", ImageType.JPEG, len(JPEG), -1)
    assert send(slot, JPEG) in {400, 403}
    assert local_buckets.photos().read_upload("frames/x/1", 1000) is None


def test_the_region_of_these_tests_signs_for_itself(aws: Aws) -> None:
    client = aws.session().client("s3", endpoint_url=aws.endpoint, config=client_config())
    slot = S3Photos(client, "frames-bucket").upload_slot("frames/x/1", ImageType.JPEG, 10, 60)
    assert slot.url == f"{aws.endpoint}/frames-bucket"
    assert f"/{REGION}/s3/" in slot.fields["x-amz-credential"]


@pytest.mark.parametrize("name", ["moto_buckets", "local_buckets"])
def test_a_reviewer_sees_the_kept_frames_in_order_until_the_case_is_decided(
    request: pytest.FixtureRequest, name: str
) -> None:
    made: Buckets = request.getfixturevalue(name)
    photos = S3ReviewPhotos(made.client, made.frames, made.references)
    for key in ("review/p/one/2", "review/p/one/3", "review/p/one/1", "review/p/other/1"):
        made.put(key, JPEG)
    assert photos.review_frames("p", "one") == ("review/p/one/1", "review/p/one/2", "review/p/one/3")
    assert photos.review_frames("p", "none") == ()
    photos.delete_review_frames("p", "one")
    assert (photos.review_frames("p", "one"), photos.review_frames("p", "other")) == ((), ("review/p/other/1",))


def test_a_reviewers_links_last_for_minutes_and_tell_the_browser_to_keep_nothing(moto_buckets: Buckets) -> None:
    photos = S3ReviewPhotos(moto_buckets.client, moto_buckets.frames, moto_buckets.references)
    for link, bucket, key in (
        (photos.frame_link("review/one/1", 300), moto_buckets.frames, "review/one/1"),
        (photos.reference_link("references/b/r", 300), moto_buckets.references, "references/b/r"),
    ):
        address = urlsplit(link)
        assert f"{address.netloc}{address.path}".count(bucket) == 1
        assert address.path.endswith(key)
        told = parse_qs(address.query)
        assert (told["response-cache-control"], told["X-Amz-Expires"]) == (["no-store"], ["300"])
