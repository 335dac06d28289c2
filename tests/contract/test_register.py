"""The register, the ledger and the certificates: what is written comes back."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from lifecert.adapters.dynamodb.values import typed
from lifecert.domain.acts import ActsOfDay
from lifecert.domain.camera import Camera, Failure, FailuresOfDay
from lifecert.domain.category import Category
from lifecert.domain.certificate import Method, RevocationCause
from lifecert.domain.challenge import Ability, Excused
from lifecert.domain.consent import FaceConsent
from lifecert.domain.hold import HoldProposal, Reprieve
from lifecert.domain.ledger import GENESIS, LedgerEvent, verify_chain
from lifecert.domain.mandate import Mandate, MandateKind, MandateRight
from lifecert.domain.notice import Notice, NoticeChannel
from lifecert.domain.office_notice import NoticeResult, NoticeWay, OfficeNotice
from lifecert.domain.open_case import FormerHelper, OpenCase, Unfounded
from lifecert.domain.proof_channel import ProofChannel
from lifecert.domain.reasons import Reason
from lifecert.domain.review import ReviewKind
from lifecert.domain.status import Standing, Status
from tests.support.builders import (
    NOW,
    VALID_UNTIL,
    a_beneficiary,
    a_certificate,
    a_change,
    a_review,
    a_session,
    an_id,
    registration,
    standing_as,
)
from tests.support.engines import PAGE_SIZE, DynamoTables, Stores, left_at_default
from tests.support.registering import registered


def test_nobody_is_found_in_an_empty_register(stores: Stores) -> None:
    assert stores.register.get(an_id()) is None
    assert stores.register.find_by_person(["0" * 64]) is None
    assert list(stores.ledger.entries(an_id())) == []


@pytest.mark.parametrize("status", list(Status))
def test_every_field_comes_back(stores: Stores, status: Status) -> None:
    held = date(2026, 8, 1) if status is Status.LAPSED else None
    ended = date(2026, 8, 2) if status is Status.TERMINATED else None
    full = a_beneficiary(
        category=Category.INJURY_CARE,
        camera=Camera(
            (Failure(NOW, "helper-1", face=True), Failure(NOW + timedelta(microseconds=1), "helper-2", face=False)),
            FailuresOfDay(NOW, (("helper-1", 1), ("letter", 9))),
            57,
        ),
        certified_by=("helper-1", "helper-2"),
        reference_ids=(an_id(), an_id()),
        reference_on=date(2024, 2, 29),
        certificate_id=an_id(),
        certified_on=date(2026, 2, 27),
        open_cases=(
            OpenCase(an_id(), ReviewKind.VERIFICATION, ("helper-1",), doubts=True, upheld=True),
            OpenCase(an_id(), ReviewKind.REGISTRATION, ("clerk-1",), doubts=True, benefit_id="2"),
        ),
        reprieve=Reprieve(date(2026, 7, 30), VALID_UNTIL),
        counter_photo_on=date(2026, 2, 27),
        faces_were_deleted=True,
        registered_by="clerk-1",
        enrolled_by=("clerk-1", "clerk-2"),
        dispelled_by=("clerk-3",),
        excused=Excused((Ability.TURN_HEAD, Ability.SMILE), date(2029, 3, 1)),
        sessions_kept=3,
        clerk_acts=ActsOfDay(date(2026, 3, 1), (("clerk-1", 2), ("clerk-5", 49))),
        unfounded_reports=(Unfounded("helper-1", date(2027, 3, 1)),),
        former_helpers=(FormerHelper("helper-3", date(2027, 3, 1)),),
        prepared_by="clerk-4",
        invitation_id=an_id(),
        number_claim=an_id(),
        former_name_keys=("5" * 64, "6" * 64),
        mandates=(
            Mandate(
                *(an_id(), MandateKind.GUARDIAN, "helper-1", (MandateRight.CERTIFY, MandateRight.CONSENT)),
                *(date(2026, 3, 1), date(2028, 3, 1), True),
            ),
        ),
        masked_name="阿*** 买*提",
        person_secret="2",
        consent=FaceConsent("2026-1", NOW + timedelta(microseconds=2), "clerk-1", guardian=True),
        consent_withdrawn_on=date(2026, 8, 3),
        withdrawn_by="helper-2",
        faces_go_on=date(2026, 8, 10),
        own_account="helper-1",
        guardian_until=date(2031, 3, 1),
        notice=Notice(VALID_UNTIL, 30, 7, sent=True, delivered_on=date(2026, 6, 2), failed_on=date(2026, 6, 3)),
        contact_channel=NoticeChannel.SMS,
        office_notices=(
            OfficeNotice(
                *(an_id(), VALID_UNTIL, NoticeWay.LETTER, NoticeResult.RETURNED, date(2026, 7, 3), "clerk-1"),
                failed_on=date(2026, 7, 20),
            ),
            OfficeNotice(
                *(an_id(), VALID_UNTIL, NoticeWay.VISIT, NoticeResult.TOLD, date(2026, 7, 3), "clerk-2"),
                counts_on=date(2026, 7, 4),
            ),
        ),
        grace_from=date(2026, 7, 2),
        hold_proposal=HoldProposal(an_id(), VALID_UNTIL, NOW),
    )
    change = a_change(standing_as(full, Standing(status, VALID_UNTIL, held, ended)), LedgerEvent.REGISTERED)
    assert left_at_default(change.after) == (set() if status is Status.LAPSED else {"lapsed"})
    assert left_at_default(change.after.camera) == set()
    assert change.after.notice
    assert left_at_default(change.after.notice) == set()
    stores.register.commit(change)
    stored = stores.register.get(full.beneficiary_id)
    assert stored == change.after
    assert stored.clerk_acts == change.after.clerk_acts, "which compares equal"
    assert stores.register.find_by_person([full.person_key]) == change.after


def test_absent_fields_come_back_absent(stores: Stores) -> None:
    change = registration(has_reference=False)
    stores.register.commit(change)
    assert stores.register.get(change.after.beneficiary_id) == change.after
    assert change.after.certificate_id is None


@pytest.mark.parametrize(
    "at", [datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 3, 1, 1, 2, 3, 4, tzinfo=UTC)], ids=["whole", "micro"]
)
def test_a_ledger_entry_comes_back_with_the_hash_it_was_sealed_with(stores: Stores, at: datetime) -> None:
    details = {"n": -3, "big": 2**60, "yes": True, "no": False, "none": None, "text": "二月", "status": Status.ACTIVE}
    change = a_change(a_beneficiary(), LedgerEvent.REGISTERED, details=details, at=at)
    stores.register.commit(change)
    (entry,) = stores.ledger.entries(change.after.beneficiary_id)
    assert left_at_default(entry) == {"prev_hash", "correlation_id"}
    assert entry == change.entry
    assert entry.computed_hash() == change.entry.hash
    assert {name: type(value) for name, value in entry.details.items()}["yes"] is bool


def test_an_entry_knows_the_request_it_came_from_and_its_hash_does_not(tables: DynamoTables) -> None:
    stores = tables.stores()
    register = replace(stores.register, correlation=lambda: "request-1")  # type: ignore[type-var]
    register.commit(change := registration())
    (entry,) = stores.ledger.entries(change.after.beneficiary_id)
    assert entry.correlation_id == "request-1"
    assert entry.computed_hash() == entry.hash == change.entry.hash


def test_a_certificate_comes_back_as_it_was_issued(stores: Stores) -> None:
    before = registered(stores)
    revoked = {"revoked_at": NOW, "revoked_for": RevocationCause.ERROR}
    named = {"source": "civil_affairs", "mandate": "guardian", "proof_channel": ProofChannel.KIOSK}
    certificate = a_certificate(before, statement="header.payload.signature", **revoked, **named)
    assert stores.certificates.get(certificate.certificate_id) is None
    stores.register.commit(a_change(before, certificate=certificate))
    assert left_at_default(certificate) == set()
    assert stores.certificates.get(certificate.certificate_id) == certificate


def test_what_was_stored_before_channels_were_kept_is_of_none_and_its_session_of_the_web(tables: DynamoTables) -> None:
    stores = tables.stores()
    before = registered(stores)
    certificate, session = a_certificate(before), stores.sessions.open(a_session())
    stores.register.commit(a_change(before, certificate=certificate))
    assert "proof_channel" not in tables.item("Certificates", certificate_id=certificate.certificate_id)
    assert stores.certificates.get(certificate.certificate_id) == certificate
    tables.client.update_item(
        TableName=tables.name("Sessions"),
        Key=typed({"session_id": session.session_id}),
        UpdateExpression="REMOVE proof_channel",
    )
    assert stores.sessions.get(session.session_id) == session


def test_the_ledger_is_read_in_order_and_its_chain_holds(stores: Stores) -> None:
    newest = registered(stores)
    entries = 3 * PAGE_SIZE + 2
    for _ in range(entries - 1):
        change = a_change(newest)
        stores.register.commit(change)
        newest = change.after
    found = list(stores.ledger.entries(newest.beneficiary_id))
    assert [entry.seq for entry in found] == list(range(1, entries + 1))
    assert found[0].prev_hash == GENESIS
    assert verify_chain(found) == newest.version == entries
    assert found[-1].hash == newest.ledger_head


def test_open_reviews_are_found_oldest_first(tables: DynamoTables) -> None:
    stores = tables.stores()
    newest = registered(stores)
    reviews = [
        a_review(newest, opened_at=NOW + timedelta(seconds=2)),
        a_review(newest, opened_at=NOW, reason=None, stated={"method": "video", "document": "passport"}),
        a_review(newest, opened_at=NOW + timedelta(microseconds=1)),
    ]
    for review in reviews:
        change = a_change(newest, review=review)
        stores.register.commit(change)
        newest = change.after
    found = tables.index("Reviews", "by_state", state="open")
    assert [item["review_id"] for item in found] == [reviews[n].review_id for n in (1, 2, 0)]
    assert "reason" not in found[0]
    assert found[1]["reason"] == Reason.MATCH_UNCERTAIN


def test_seen_frames_are_forgotten_after_400_days(tables: DynamoTables) -> None:
    stores = tables.stores()
    stores.register.commit(a_change(registered(stores), frame_digests=("a" * 64,)))
    item = tables.item("SeenFrames", digest="a" * 64)
    assert item == {"digest": "a" * 64, "expires_at": int((NOW + timedelta(days=400)).timestamp())}


def test_a_time_that_is_not_utc_is_a_fault(tables: DynamoTables) -> None:
    local_time = datetime.fromisoformat("2026-03-01T09:00:00+08:00")
    with pytest.raises(ValueError, match="UTC"):
        tables.stores().register.commit(a_change(a_beneficiary(), at=local_time))


def test_whom_a_user_certified_by_camera_page_by_page_newest_first(stores: Stores) -> None:
    user = an_id()
    people = [registration() for _ in range(4)]
    methods = [Method.FACE_SELF, Method.FACE_ON_BEHALF, Method.FACE_SELF, Method.IN_PERSON]
    for number, (change, method) in enumerate(zip(people, methods, strict=True)):
        stores.register.commit(change)
        at = NOW + timedelta(seconds=number)
        certificate = a_certificate(change.after, actor_id=user, method=method, issued_at=at)
        stores.register.commit(a_change(change.after, certificate=certificate))
    ids = [change.after.beneficiary_id for change in people]
    first = stores.certificates.by_user(user, 2)
    assert first.items == (ids[2], ids[1])
    second = stores.certificates.by_user(user, 2, first.after)
    assert (second.items, second.after) == ((ids[0],), None)
    assert stores.certificates.by_user(an_id(), 2).items == ()
    found = stores.register.get_several([ids[3], an_id(), ids[0], ids[3]])
    assert [one.beneficiary_id for one in found] == [ids[3], ids[0]]
    assert found[1] == stores.register.get(ids[0])
    assert stores.register.get_several([]) == ()
