"""How often a use case talks to DynamoDB: stated in the design's budgets, and held so that it cannot creep."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

import pytest

from lifecert.application.certify.invited import Invited, InvitedRequest, ShowInvited, StartInvited
from lifecert.application.certify.look import LookAtFrame
from lifecert.application.certify.opening import SessionOpening
from lifecert.application.certify.start_session import StartRequest, StartSession
from lifecert.application.office.invite import IssueInvitation
from lifecert.application.shared.finding import ByCode
from lifecert.domain.device import DeviceProof
from lifecert.domain.errors import BeneficiaryNotFound, InvitationUnknown
from lifecert.domain.help_lines import HelpLines
from lifecert.domain.invitation import InvitationCode
from lifecert.domain.person import IdNumber, normalise_name
from lifecert.domain.session import Channel, ImageType
from lifecert.domain.sweep import RunState
from tests.support.builders import (
    CLERK,
    HELPER,
    NOW,
    a_policy,
    good_evidence,
    registration,
    start_limits,
)
from tests.support.devices import a_device
from tests.support.engines import DynamoTables, Stores
from tests.support.fakes.analysers import ScriptedAnalyser
from tests.support.fakes.clock import FixedClock
from tests.support.fakes.invitations import FakeInvitationKeys
from tests.support.fakes.keys import FakePersonKeys
from tests.support.fakes.notices import FakeSeal
from tests.support.fakes.photos import MemoryPhotos
from tests.support.sweeping import Night, finished_run, lapsed, report_of
from tests.support.verifying import enrolled, verifier

NAME, ID_NUMBER = "王小明", IdNumber.parse("11010519491231002X")
KEYS = FakePersonKeys()
REQUEST = StartRequest(NAME, ID_NUMBER, False, Channel.APP, "2026-1", False, frozenset(), ImageType.JPEG, "key-1")


@dataclass
class Counter:
    """The DynamoDB calls since the last look."""

    calls: list[str] = field(default_factory=list)

    def __call__(self, model: Any, **_: object) -> None:
        self.calls.append(model.name)

    def take(self) -> list[str]:
        taken, self.calls = self.calls, []
        return taken


@pytest.fixture
def counter(moto_tables: DynamoTables) -> Iterator[Counter]:
    counting = Counter()
    moto_tables.client.meta.events.register("before-call.dynamodb", counting)
    yield counting
    moto_tables.client.meta.events.unregister("before-call.dynamodb", counting)


@pytest.fixture
def known(moto_tables: DynamoTables) -> Stores:
    """A register with one person, who has a reference."""
    return with_one(moto_tables.stores())


def with_one(stores: Stores) -> Stores:
    """The same on any engine."""
    change = registration(
        person_key=KEYS.person_key(ID_NUMBER.value),
        name_key=KEYS.name_key(normalise_name(NAME)),
        valid_until=date(2026, 2, 27),
    )
    stores.register.commit(change)
    enrolled(stores, change.after)
    return stores


def start_session(stores: Stores, photos: MemoryPhotos) -> StartSession:
    return StartSession(
        stores.register,
        KEYS,
        "2026-1",
        opening(stores, photos),
    )


def opening(stores: Stores, photos: MemoryPhotos) -> SessionOpening:
    return SessionOpening(
        stores.sessions,
        photos,
        FixedClock(NOW),
        random.Random,
        a_policy(),
        HelpLines("12333", {}),
        stores.limits,
        start_limits(),
    )


def test_a_start_is_two_round_trips_and_a_repeat_too(known: Stores, counter: Counter) -> None:
    start = start_session(known, MemoryPhotos())
    start(REQUEST, HELPER)
    assert counter.take() == ["Query", "TransactWriteItems"]
    start(REQUEST, HELPER)
    assert len(counter.take()) <= 3  # moto does not give the old item back; AWS and the local AWS do


def test_a_device_in_force_adds_no_round_trip_and_one_that_is_not_costs_the_start_once_more(
    known: Stores, counter: Counter
) -> None:
    start, device = start_session(known, MemoryPhotos()), a_device()
    known.devices.register(device)
    counter.take()
    proof = DeviceProof(device.device_id, device.channel, "n" * 22, NOW.date(), NOW + timedelta(minutes=10))
    request = replace(REQUEST, idempotency_key=None)
    assert start(request, HELPER, proof).session.device_id == device.device_id
    assert counter.take() == ["Query", "TransactWriteItems"]
    assert start(request, HELPER, proof).session.device_id == ""
    assert counter.take() == ["Query", "TransactWriteItems"] * 2


def test_while_secrets_move_everybody_is_looked_up_twice_at_once(known: Stores, counter: Counter) -> None:
    moving = FakePersonKeys(secrets=("1", "2"), moving=True)
    start = replace(start_session(known, MemoryPhotos()), person_keys=moving)
    stranger = IdNumber.parse("330106195611192842")
    start(REQUEST, HELPER)
    assert counter.take() == ["Query", "Query", "TransactWriteItems"]
    for name, id_number in (("张三", ID_NUMBER), (NAME, stranger)):
        with pytest.raises(BeneficiaryNotFound):
            start(replace(REQUEST, name=name, id_number=id_number), HELPER)
        assert counter.take() == ["Query", "Query", "TransactWriteItems"]


def test_an_unknown_person_costs_as_much_as_a_wrong_name(known: Stores, counter: Counter) -> None:
    start = start_session(known, MemoryPhotos())
    stranger = IdNumber.parse("330106195611192842")
    for name, id_number in (("张三", ID_NUMBER), (NAME, stranger)):
        request = StartRequest(name, id_number, False, Channel.APP, "2026-1", False, frozenset(), ImageType.JPEG, None)
        with pytest.raises(BeneficiaryNotFound):
            start(request, HELPER)
        assert counter.take() == ["Query", "TransactWriteItems"]


def test_a_verification_is_eight_round_trips(known: Stores, counter: Counter) -> None:
    photos = MemoryPhotos()
    session = start_session(known, photos)(REQUEST, HELPER).session
    for number in (1, 2, 3):
        photos.upload(session.frame_key(number), b"photo %d" % number)
    verify = verifier(known, photos, ScriptedAnalyser(good_evidence(steps=session.challenge)), FixedClock(NOW))
    counter.take()
    assert verify(session.session_id, HELPER).result
    assert counter.take() == [
        "GetItem",  # the session
        "GetItem",  # the beneficiary
        "UpdateItem",  # claim the session
        "BatchGetItem",  # frames seen before
        "Query",  # references
        "BatchGetItem",  # session and beneficiary as they are now, by the function that decides
        "TransactWriteItems",
        "UpdateItem",  # how many people this user certified
    ]
    verify(session.session_id, HELPER)
    assert counter.take() == ["GetItem"]


def issuing(stores: Stores) -> IssueInvitation:
    return IssueInvitation(
        stores.register,
        stores.invitations,
        FakeInvitationKeys(),
        FixedClock(NOW),
        random.SystemRandom().randrange,
        HelpLines("12333", {}),
        5,
    )


def invited(stores: Stores, photos: MemoryPhotos) -> tuple[Invited, InvitationCode]:
    """The register's person has a letter."""
    person = stores.register.find_by_person([KEYS.person_key(ID_NUMBER.value)])
    assert person
    code = issuing(stores)(person.beneficiary_id, guardian=False, user=CLERK).code
    invitations, keys = stores.invitations, FakeInvitationKeys()
    return Invited(ByCode(invitations, stores.register, keys), opening(stores, photos), "2026-1", 20), code


def test_by_invitation_whose_it_is_and_a_start_are_three_round_trips(known: Stores, counter: Counter) -> None:
    finder, code = invited(known, MemoryPhotos())
    counter.take()
    ShowInvited(finder)(code)
    assert counter.take() == ["Query", "GetItem", "TransactWriteItems"]  # the last looks whether uses are left
    request = InvitedRequest(code, False, None, "2026-1", False, frozenset(), ImageType.JPEG, None)
    StartInvited(finder, FakeSeal())(request)
    assert counter.take() == ["Query", "GetItem", "TransactWriteItems"]


def test_a_code_that_is_nobodys_costs_one_look_whatever_the_matter(known: Stores, counter: Counter) -> None:
    finder, code = invited(known, MemoryPhotos())
    moved = replace(finder, opening=replace(finder.opening, clock=FixedClock(NOW + timedelta(days=6 * 366))))
    never = InvitationCode.parse("0" * 21)
    withdrawn = replace(
        finder, by_code=replace(finder.by_code, keys=FakeInvitationKeys(secrets=("another",)))
    )  # out of the index
    counter.take()
    for broken, shown in ((finder, never), (moved, code), (withdrawn, code)):
        with pytest.raises(InvitationUnknown):
            ShowInvited(broken)(shown)
        assert counter.take() == ["Query"]


def test_by_invitation_a_look_is_three_round_trips_and_a_verification_seven(known: Stores, counter: Counter) -> None:
    photos = MemoryPhotos()
    finder, code = invited(known, photos)
    request = InvitedRequest(code, False, None, "2026-1", False, frozenset(), ImageType.JPEG, None)
    started = StartInvited(finder, FakeSeal())(request)
    session = started.started.session
    for number in (1, 2, 3):
        photos.upload(session.frame_key(number), b"photo %d" % number)
    analyser, clock = ScriptedAnalyser(good_evidence(steps=session.challenge)), FixedClock(NOW)
    look = LookAtFrame(known.register, known.sessions, photos, known.limits, analyser, clock, a_policy())
    counter.take()
    look(session.session_id, started.secret)
    assert counter.take() == ["GetItem", "GetItem", "TransactWriteItems"]
    assert verifier(known, photos, analyser, clock)(session.session_id, started.secret, '{"camera":"front"}').result
    assert len(counter.take()) == 7  # a letter is one person's: nobody counts its people
    stored = known.sessions.get(session.session_id)
    assert stored
    assert stored.observations == '{"camera":"front"}'


def swept(stores: Stores, counter: Counter) -> Night:
    """A night planned, after one three days ago."""
    for number in range(20):
        stores.register.commit(registration(beneficiary_id=f"running {number}", valid_until=date(2026, 9, 1)))
    finished_run(stores.sweep_runs, NOW.date() - timedelta(days=3))
    night = Night(stores.register, stores.sweep_runs, FixedClock(NOW), shards=2, batches=stores.hold_batches)
    counter.take()
    night.plan()
    return night


def test_planning_looks_once_into_each_partition(known: Stores, counter: Counter) -> None:
    swept(known, counter)
    calls = counter.take()
    # To lapse, the days since and two more, and the 30 before them for who was spared; to remind, as many before each
    # reminder, from today on: 2 for the one of a day ahead, 5 for the others; to tell who lapsed, today too; to
    # propose holds, the days whose grace is over since; to end what was planned, today too. Of two shards; then the
    # batches that are decided, the jobs to send, and whether any is open.
    assert calls.count("Query") == (5 + 30 + 2 + 3 * 5 + 6 + 5 + 6) * 2 + 1 + 2
    # The run begun, and the one job that somebody is in.
    assert (calls.count("TransactWriteItems"), calls.count("PutItem"), calls.count("UpdateItem")) == (1, 1, 1)


def test_a_worker_reads_and_writes_what_is_due_and_nothing_else(known: Stores, counter: Counter) -> None:
    night = swept(known, counter)
    counter.take()
    night.queue.drain(night.work)
    assert counter.take() == [
        "GetItem",  # whether the job is open
        "Query",  # the partition
        "GetItem",  # the person
        "TransactWriteItems",  # the person and the ledger
        "PutItem",  # the page noted
        "TransactWriteItems",  # the job finished
        "Query",  # whether any is open: none
        "GetItem",  # the run
        "Query",  # the batches that took candidates
        "Query",  # batches that are decided
        "Query",  # jobs for the report
        "Query",  # pages for the report
        "GetItem",  # the run before it
        "GetItem",  # the run
        "UpdateItem",  # the pointer to it
        "UpdateItem",  # the end
    ]


def test_one_unreadable_person_keeps_nobody_waiting(known: Stores, moto_tables: DynamoTables) -> None:
    for number in range(4):
        known.register.commit(registration(beneficiary_id=f"over {number}", valid_until=date(2026, 2, 27)))
    moto_tables.client.update_item(
        TableName=moto_tables.name("Beneficiaries"),
        Key={"beneficiary_id": {"S": "over 1"}},
        UpdateExpression="SET benefits[0].category = :unknown",
        ExpressionAttributeValues={":unknown": {"S": "no such category"}},
    )
    night = Night(known.register, known.sweep_runs, FixedClock(NOW), shards=2)
    run = night()
    assert lapsed(run) == 3 + 1
    assert run.state is RunState.LEFT_UNDONE
    assert report_of(night).failed_ids == ["over 1"]
