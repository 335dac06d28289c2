"""Heads and anchors on real engines, and what verify_ledger finds by them that no look at the tables would show."""

import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.exceptions import ClientError

from lifecert.adapters.dynamodb.heads import DynamoHeads
from lifecert.adapters.dynamodb.ledger import ledger_item
from lifecert.adapters.dynamodb.values import typed
from lifecert.adapters.kms.signing import ANCHOR_TYPE, KmsPublicKeys, KmsSigner
from lifecert.adapters.s3.anchors import S3Anchors
from lifecert.application.feed.anchor_ledger import AnchorLedger
from lifecert.application.feed.publish import Publish
from lifecert.domain.actor import Actor, Role
from lifecert.domain.anchor import Head, anchor_content, anchor_in, digest_of, part_of
from lifecert.domain.beneficiary import Beneficiary
from lifecert.domain.errors import BrokenLedger
from lifecert.domain.ledger import GENESIS, chain_end
from lifecert.ports.anchors import Anchors, Heads
from local.aws import Aws
from local.tables import create, drop
from ops.anchored import AnchorCheck, Held, stored_hashes
from tests.support.builders import a_beneficiary, a_change, an_id
from tests.support.engines import DynamoTables
from tests.support.fakes.clock import FixedClock
from tests.support.fakes.feed import MemoryAnchors, MemoryBus, MemoryChanges, MemoryHeads

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_kms import KMSClient
    from mypy_boto3_s3 import S3Client

MONDAY = date(2026, 3, 2)
DAY = timedelta(days=1)


def a_head(seq: int = 1, beneficiary_id: str = "") -> Head:
    return Head(beneficiary_id or an_id(), seq, uuid.uuid4().hex * 2)


# An engine deletes what has run out.
TODAY = datetime.now(UTC).date()

# --- heads ---------------------------------------------------------------------------------------------------------


@pytest.fixture(params=["memory", "moto", "local", "amazon"])
def heads(request: pytest.FixtureRequest) -> Iterator[Heads]:
    client: DynamoDBClient
    if request.param == "memory":
        yield MemoryHeads()
        return
    if request.param == "moto":
        client = request.getfixturevalue("moto_session").client("dynamodb")
    elif request.param == "local":
        client = request.getfixturevalue("aws").dynamodb()
    else:
        client = request.getfixturevalue("dynamodb_local").client()
    prefix = f"t{an_id()[:8]}-"
    create(client, prefix, ["Heads"])
    yield DynamoHeads(client, f"{prefix}Heads")
    drop(client, prefix, ["Heads"])


def test_of_each_chain_and_day_the_last_head_stands_whatever_comes_again(heads: Heads) -> None:
    person = an_id()
    first, second, third = (a_head(seq, person) for seq in (9, 10, 11))
    for head in (second, first, third, second, first):
        heads.note(TODAY, head)
    heads.note(TODAY + DAY, second)
    assert list(heads.of(TODAY, first.part)) == [third]
    assert list(heads.of(TODAY + DAY, first.part)) == [second]
    assert list(heads.of(TODAY - DAY, first.part)) == []


def test_the_heads_of_a_part_come_in_the_order_of_their_ids(heads: Heads) -> None:
    made = [a_head() for _ in range(300)]
    for head in made:
        heads.note(TODAY, head)
    part = made[0].part
    assert list(heads.of(TODAY, part)) == sorted(
        (head for head in made if head.part == part), key=lambda head: head.beneficiary_id
    )


# --- anchors -------------------------------------------------------------------------------------------------------


def a_bucket(s3: "S3Client", *, locked: bool = False) -> str:
    """As infra/storage.yaml has it; the local AWS leaves the lock of a template out, and takes it by API."""
    name = f"anchors-{uuid.uuid4()}"
    s3.create_bucket(Bucket=name, ObjectLockEnabledForBucket=locked)
    s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    if locked:
        s3.put_object_lock_configuration(
            Bucket=name,
            ObjectLockConfiguration={
                "ObjectLockEnabled": "Enabled",
                "Rule": {"DefaultRetention": {"Mode": "COMPLIANCE", "Years": 10}},
            },
        )
    return name


@pytest.fixture(params=["moto", "local"])
def s3(request: pytest.FixtureRequest) -> "S3Client":
    if request.param == "moto":
        session: boto3.Session = request.getfixturevalue("moto_session")
        return session.client("s3")
    aws: Aws = request.getfixturevalue("aws")
    return aws.s3()


@pytest.fixture(params=["memory", "moto", "local"])
def anchors(request: pytest.FixtureRequest) -> Anchors:
    if request.param == "memory":
        return MemoryAnchors()
    client: S3Client = (
        request.getfixturevalue("moto_session").client("s3")
        if request.param == "moto"
        else request.getfixturevalue("aws").s3()
    )
    return S3Anchors(client, a_bucket(client))


def test_what_is_written_stays(anchors: Anchors) -> None:
    assert (anchors.days(), anchors.read(MONDAY), anchors.read_part(MONDAY, 7)) == ([], None, None)
    assert anchors.write(MONDAY + DAY, b"second")
    assert anchors.write(MONDAY, b"first")
    assert anchors.write_part(MONDAY, 7, b"heads")
    assert not anchors.write(MONDAY, b"another")
    assert not anchors.write_part(MONDAY, 7, b"others")
    assert anchors.days() == [MONDAY, MONDAY + DAY]
    assert (anchors.read(MONDAY), anchors.read_part(MONDAY, 7), anchors.read_part(MONDAY, 8)) == (
        b"first",
        b"heads",
        None,
    )


def test_the_first_version_counts_whatever_was_put_over_it(s3: "S3Client") -> None:
    anchors = S3Anchors(s3, a_bucket(s3))
    anchors.write(MONDAY, b"first")
    anchors.write_part(MONDAY, 7, b"heads")
    assert anchors.put_over() == []
    s3.put_object(Bucket=anchors.bucket, Key="anchors/2026-03-02.json", Body=b"forged")
    s3.delete_object(Bucket=anchors.bucket, Key="parts/2026-03-02/07.jsonl")
    assert (anchors.days(), anchors.read(MONDAY), anchors.read_part(MONDAY, 7)) == ([MONDAY], b"first", b"heads")
    assert anchors.put_over() == ["anchors/2026-03-02.json", "parts/2026-03-02/07.jsonl"]
    # With a mark of deletion on top the name looks free; what comes then is one more version.
    anchors.write_part(MONDAY, 7, b"others")
    assert anchors.read_part(MONDAY, 7) == b"heads"


def test_in_a_locked_bucket_nobody_deletes_an_anchor(s3: "S3Client") -> None:
    anchors = S3Anchors(s3, a_bucket(s3, locked=True))
    assert anchors.write(MONDAY, b"first")
    (version,) = s3.list_object_versions(Bucket=anchors.bucket)["Versions"]
    with pytest.raises(ClientError, match="AccessDenied"):
        s3.delete_object(Bucket=anchors.bucket, Key=version["Key"], VersionId=version["VersionId"])
    assert anchors.read(MONDAY) == b"first"


# --- what is found by them -----------------------------------------------------------------------------------------


@dataclass
class Anchored:
    """A register with two people, whose ledger was anchored on some nights."""

    tables: DynamoTables
    s3: "S3Client"
    kms: "KMSClient"
    clock: FixedClock = field(default_factory=lambda: FixedClock(datetime(2026, 3, 2, 4, tzinfo=UTC)))
    told: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.heads, self.anchors = MemoryHeads(), S3Anchors(self.s3, a_bucket(self.s3))
        self.key_id = self.kms.create_key(KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")["KeyMetadata"]["KeyId"]
        self.victim, self.other = (a_beneficiary(beneficiary_id=an_id(), version=0) for _ in range(2))

    @property
    def signer(self) -> KmsSigner:
        return KmsSigner(self.kms, self.key_id, ANCHOR_TYPE)

    def changed(self, person: Beneficiary) -> Beneficiary:
        """One more entry, which the stream hands over."""
        change = a_change(person)
        self.tables.stores().register.commit(change)
        Publish(MemoryBus(), MemoryChanges(), self.heads, self.clock)(change.entry)
        return change.after

    def night(self) -> None:
        self.clock.move(days=1)
        AnchorLedger(self.heads, self.anchors, self.signer, self.clock)()

    def check(self, **asked: Any) -> Held:
        self.told.clear()
        keys = KmsPublicKeys(self.kms, (self.key_id,))
        hashes = stored_hashes(self.tables.client, self.tables.name("Ledger"))
        return AnchorCheck(self.anchors, keys, hashes)(self.told.append, **asked)

    def rewrite(self, first: int) -> None:
        """Make the victim's entries from `first` on somebody else's doing, and everything in the tables fit to it."""
        person, tables = self.victim, self.tables
        entries = list(tables.stores().ledger.entries(person.beneficiary_id))
        head = entries[first - 2].hash if first > 1 else GENESIS
        for entry in entries[first - 1 :]:
            forged = replace(entry, actor=Actor("somebody-else", Role.CLERK), prev_hash=head).sealed()
            tables.client.put_item(TableName=tables.name("Ledger"), Item=typed(ledger_item(forged)))
            head = forged.hash
        self.point_at(person.version, head)

    def cut(self, last: int) -> None:
        """Take away the victim's entries after `last`, and make the beneficiary fit to it."""
        person, tables = self.victim, self.tables
        entries = list(tables.stores().ledger.entries(person.beneficiary_id))
        for entry in entries[last:]:
            key = typed({"beneficiary_id": person.beneficiary_id, "seq": entry.seq})
            tables.client.delete_item(TableName=tables.name("Ledger"), Key=key)
        self.point_at(last, entries[last - 1].hash)

    def point_at(self, version: int, head: str) -> None:
        item = self.tables.item("Beneficiaries", beneficiary_id=self.victim.beneficiary_id)
        made = typed({**item, "version": version, "ledger_head": head})
        self.tables.client.put_item(TableName=self.tables.name("Beneficiaries"), Item=made)

    def links_say(self) -> str | None:
        """What the links find, and the register that points at the last of them."""
        stores, victim = self.tables.stores(), self.victim.beneficiary_id
        try:
            end = chain_end(stores.ledger.entries(victim))
        except BrokenLedger as broken:
            return str(broken)
        stored = stores.register.get(victim)
        assert stored
        fits = (stored.version, stored.ledger_head) == (end.version, end.head)
        return None if fits else f"the register is at {stored.version}, and the chain ends at {end.version}"


@pytest.fixture
def anchored(moto_tables: DynamoTables, moto_session: boto3.Session) -> Anchored:
    """On Monday the victim's chain has two entries, on Tuesday three, and on Wednesday nothing happens."""
    made = Anchored(moto_tables, moto_session.client("s3"), moto_session.client("kms"))
    made.victim = made.changed(made.changed(made.victim))
    made.other = made.changed(made.other)
    made.night()
    made.victim = made.changed(made.victim)
    made.night()
    made.night()
    return made


def test_what_was_anchored_and_is_there_is_no_fault(anchored: Anchored) -> None:
    assert anchored.check() == Held(anchors=3, last=MONDAY + 2 * DAY, heads=3)
    anchored.victim = anchored.changed(anchored.victim)
    assert anchored.check().faults == 0
    assert anchored.told == []


def test_a_chain_that_was_rewritten_with_its_beneficiary_is_found_by_the_anchor_alone(anchored: Anchored) -> None:
    anchored.rewrite(2)
    assert anchored.links_say() is None, "or the links would have found it already"
    held = anchored.check()
    victim = anchored.victim.beneficiary_id
    assert (held.people, held.faults) == ({victim}, 1)
    assert anchored.told == [
        f"entry 2 of {victim} is not the one anchored on 2026-03-02: the chain was rewritten since"
    ]


def test_a_chain_that_was_cut_is_found_by_the_anchor_alone(anchored: Anchored) -> None:
    anchored.cut(2)
    assert anchored.links_say() is None
    anchored.check()
    assert anchored.told == [
        f"entry 3 of {anchored.victim.beneficiary_id} is gone, and was anchored on 2026-03-03: the chain was cut since"
    ]


def test_a_chain_that_was_rewritten_and_grew_again_does_not_hide_behind_its_newer_anchor(anchored: Anchored) -> None:
    anchored.rewrite(3)
    stored = anchored.tables.stores().register.get(anchored.victim.beneficiary_id)
    assert stored
    anchored.victim = anchored.changed(stored)
    anchored.night()
    assert anchored.check().people == {anchored.victim.beneficiary_id}
    assert anchored.check(since=MONDAY + 3 * DAY).people == set(), "the newest anchor has it as it is now"


def test_one_person_alone_is_looked_at(anchored: Anchored) -> None:
    anchored.rewrite(2)
    assert anchored.check(beneficiary_id=anchored.victim.beneficiary_id).faults == 1
    found = anchored.check(beneficiary_id=anchored.other.beneficiary_id)
    assert (found.heads, found.faults) == (1, 0)


def _missing(anchored: Anchored) -> str:
    key = "anchors/2026-03-03.json"
    (version,) = anchored.s3.list_object_versions(Bucket=anchored.anchors.bucket, Prefix=key)["Versions"]
    anchored.s3.delete_object(Bucket=anchored.anchors.bucket, Key=key, VersionId=version["VersionId"])
    return "the anchor of 2026-03-03 is missing"


def _put(anchored: Anchored, key: str, content: bytes) -> None:
    """In the place of what was there, as if nobody kept versions."""
    for version in anchored.s3.list_object_versions(Bucket=anchored.anchors.bucket, Prefix=key)["Versions"]:
        anchored.s3.delete_object(Bucket=anchored.anchors.bucket, Key=key, VersionId=version["VersionId"])
    anchored.s3.put_object(Bucket=anchored.anchors.bucket, Key=key, Body=content)


def _another_part(anchored: Anchored) -> str:
    part = part_of(anchored.victim.beneficiary_id)
    _put(anchored, f"parts/2026-03-03/{part:02d}.jsonl", b'["somebody",1,"hash"]\n')
    return f"part {part} of the anchor of 2026-03-03 is not what was signed"


def _fewer_heads(anchored: Anchored) -> str:
    anchor, statement = anchor_in(anchored.anchors.read(MONDAY + DAY) or b"")
    _put(anchored, "anchors/2026-03-03.json", anchor_content(replace(anchor, parts=()), statement))
    return "the anchor of 2026-03-03 is not what was signed"


def _of_another_day(anchored: Anchored) -> str:
    _put(anchored, "anchors/2026-03-03.json", anchored.anchors.read(MONDAY) or b"")
    return "the anchor of 2026-03-03 is not what was signed"


def _signed_by_another_key(anchored: Anchored) -> str:
    anchor, _ = anchor_in(anchored.anchors.read(MONDAY + DAY) or b"")
    key_id = anchored.kms.create_key(KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")["KeyMetadata"]["KeyId"]
    forged = KmsSigner(anchored.kms, key_id, ANCHOR_TYPE).sign(anchor.claims())
    _put(anchored, "anchors/2026-03-03.json", anchor_content(anchor, forged))
    return "the anchor of 2026-03-03 is not signed by the anchor key"


def _a_certificate(anchored: Anchored) -> str:
    anchor, _ = anchor_in(anchored.anchors.read(MONDAY + DAY) or b"")
    forged = KmsSigner(anchored.kms, anchored.key_id).sign(anchor.claims())
    _put(anchored, "anchors/2026-03-03.json", anchor_content(anchor, forged))
    return "the anchor of 2026-03-03 is not what was signed"


def _no_anchor_at_all(anchored: Anchored) -> str:
    _put(anchored, "anchors/2026-03-03.json", b"{}")
    return "the anchor of 2026-03-03 cannot be read"


def _another_first(anchored: Anchored) -> str:
    """Genuine by itself: who holds the key for an hour could sign a night anew."""
    anchor, _ = anchor_in(anchored.anchors.read(MONDAY + DAY) or b"")
    made = replace(anchor, previous=digest_of(b"another"))
    _put(anchored, "anchors/2026-03-03.json", anchor_content(made, anchored.signer.sign(made.claims())))
    return "the anchor of 2026-03-03 does not follow the one before it"


@pytest.mark.parametrize(
    "damage",
    [
        _missing,
        _another_part,
        _fewer_heads,
        _of_another_day,
        _signed_by_another_key,
        _a_certificate,
        _no_anchor_at_all,
        _another_first,
    ],
)
def test_an_anchor_that_is_not_what_was_written_is_found(anchored: Anchored, damage: Callable[[Anchored], str]) -> None:
    expected = damage(anchored)
    anchored.check()
    assert expected in anchored.told


def test_what_was_put_over_an_anchor_is_told_and_changes_nothing(anchored: Anchored) -> None:
    anchored.s3.put_object(Bucket=anchored.anchors.bucket, Key="anchors/2026-03-03.json", Body=b"{}")
    anchored.rewrite(2)
    anchored.check()
    assert len(anchored.told) == 2
    assert anchored.told[0].startswith("something was put over anchors/2026-03-03.json")
