"""The gallery in S3 Vectors: every call as boto3's own model of the service has it (botocore's Stubber), and what moto
has of it. No local AWS answers a query: what the service itself finds was not tried."""

from array import array
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import ParamValidationError
from botocore.stub import Stubber

from lifecert.adapters.s3.vectors import S3VectorsGallery, enrolled_by_ledger
from lifecert.domain.errors import StoreUnavailable
from lifecert.domain.gallery import Alike, GalleryFace
from lifecert.domain.ledger import LedgerEvent
from lifecert.domain.rotation import Rotation
from tests.support.builders import a_change, a_reference, an_enrolment, an_id, face, registration
from tests.support.fakes.store import MemoryStore

INDEX = "arn:aws:s3vectors:eu-west-1:123456789012:bucket/lifecert/index/faces"
SECRET = b"s" * 32


@pytest.fixture
def client() -> Any:
    return boto3.client("s3vectors", region_name="eu-west-1", aws_access_key_id="x", aws_secret_access_key="y")


@pytest.fixture
def stub(client: Any) -> Iterator[Stubber]:
    with Stubber(client) as stubber:
        yield stubber
        stubber.assert_no_pending_responses()


def gallery(client: Any, enrolled: dict[str, list[str]] | None = None) -> S3VectorsGallery:
    return S3VectorsGallery(client, INDEX, lambda: SECRET, (enrolled or {}).__getitem__)


def faces(number: int) -> list[GalleryFace]:
    return [GalleryFace(an_id(), an_id(), face(n % 128)) for n in range(number)]


def rotated(one: GalleryFace) -> list[float]:
    return Rotation(SECRET).apply(array("f", one.template.vector))


def test_faces_are_kept_rotated_by_person_and_reference_at_most_500_at_once(client: Any, stub: Stubber) -> None:
    kept = faces(501)
    for some in (kept[:500], kept[500:]):
        vectors = [
            {"key": f"{one.beneficiary_id}/{one.reference_id}", "data": {"float32": rotated(one)}} for one in some
        ]
        stub.add_response("put_vectors", {}, {"indexArn": INDEX, "vectors": vectors})
    gallery(client).add("batch", kept)
    plain = array("f", kept[0].template.vector).tolist()
    assert rotated(kept[0]) != plain


def test_nothing_is_asked_for_nobody(client: Any, stub: Stubber) -> None:
    empty = gallery(client)
    empty.add("batch", [])
    assert empty.search([], 0.65, 3) == {}
    assert empty.forget(set()) == 0


def answer(*found: tuple[str, float], metric: str = "cosine") -> dict[str, Any]:
    return {"vectors": [{"key": key, "distance": distance} for key, distance in found], "distanceMetric": metric}


def test_others_are_found_the_most_alike_first_and_each_once(client: Any, stub: Stubber) -> None:
    (asked,) = faces(1)
    one, two, three, four = (f"00000000-0000-4000-8000-00000000000{n}" for n in range(4))
    found = answer(
        (f"{asked.beneficiary_id}/{asked.reference_id}", 0.0),
        (f"{two}/b", 0.2),
        (f"{one}/a", 0.1),
        (f"{one}/z", 0.3),
        (f"{three}/c", 0.25),
        (f"{four}/d", 0.36),
    )
    query = {"indexArn": INDEX, "topK": 100, "queryVector": {"float32": rotated(asked)}, "returnDistance": True}
    for _ in range(2):
        stub.add_response("query_vectors", found, query)
    expected = (Alike(one, "a", 0.9), Alike(two, "b", 0.8), Alike(three, "c", 0.75))
    assert gallery(client).search([asked], 0.65, 3) == {asked.reference_id: expected}
    assert gallery(client).search([asked], 0.65, 1) == {asked.reference_id: expected[:1]}


def test_an_index_that_measures_something_else_is_refused(client: Any, stub: Stubber) -> None:
    stub.add_response("query_vectors", answer(metric="euclidean"))
    with pytest.raises(ValueError, match="euclidean"):
        gallery(client).search(faces(1), 0.65, 3)


def test_whatever_a_person_ever_enrolled_is_forgotten(client: Any, stub: Stubber) -> None:
    stub.add_response("delete_vectors", {}, {"indexArn": INDEX, "keys": ["a/1", "a/2", "b/3"]})
    assert gallery(client, {"a": ["1", "2"], "b": ["3"], "c": []}).forget({"b", "a", "c"}) == 3


def test_what_was_enrolled_is_read_from_the_ledger() -> None:
    store = MemoryStore()
    store.register.commit(change := registration())
    person = change.after.beneficiary_id
    enrolled = []
    for _ in range(2):
        enrolment = an_enrolment(change.after)
        store.references.begin(enrolment)
        reference = a_reference(enrolment)
        details = {"reference_id": reference.reference_id}
        change = a_change(change.after, LedgerEvent.REFERENCE_ENROLLED, reference=reference, details=details)
        store.register.commit(change)
        enrolled.append(reference.reference_id)
    assert enrolled_by_ledger(store.ledger)(person) == enrolled


def test_a_service_that_is_busy_is_asked_again_later(client: Any, stub: Stubber) -> None:
    stub.add_client_error("put_vectors", "TooManyRequestsException", http_status_code=429)
    with pytest.raises(StoreUnavailable):
        gallery(client).add("batch", faces(1))


def test_the_stub_refuses_what_the_service_does_not_know(client: Any, stub: Stubber) -> None:
    """That the calls above would fail if a name were wrong."""
    stub.add_response("put_vectors", {})
    with pytest.raises(ParamValidationError):
        client.put_vectors(indexArn=INDEX, faces=[])
    client.put_vectors(indexArn=INDEX, vectors=[{"key": "a/1", "data": {"float32": [1.0]}}])


def test_moto_keeps_and_forgets_them(moto_session: boto3.Session) -> None:
    """Everything but the query, which moto does not have."""
    client: Any = moto_session.client("s3vectors")
    client.create_vector_bucket(vectorBucketName="lifecert")
    client.create_index(
        vectorBucketName="lifecert", indexName="faces", dataType="float32", dimension=128, distanceMetric="cosine"
    )
    index = client.get_index(vectorBucketName="lifecert", indexName="faces")["index"]["indexArn"]
    kept = faces(3)
    enrolled = {one.beneficiary_id: [one.reference_id] for one in kept}
    vectors = S3VectorsGallery(client, index, lambda: SECRET, enrolled.__getitem__)
    for _ in range(2):
        vectors.add("batch", kept)
    stored = client.list_vectors(indexArn=index, returnData=True)["vectors"]
    assert {one["key"] for one in stored} == {f"{one.beneficiary_id}/{one.reference_id}" for one in kept}
    assert {len(one["data"]["float32"]) for one in stored} == {128}
    assert vectors.forget({kept[0].beneficiary_id}) == 1
    assert len(client.list_vectors(indexArn=index)["vectors"]) == 2
