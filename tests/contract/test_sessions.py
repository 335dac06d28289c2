"""Sessions: opened once, claimed by one request at a time."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta

import pytest

from lifecert.domain.challenge import Ability, Step
from lifecert.domain.policy import Decision, Outcome
from lifecert.domain.proof_channel import ProofChannel
from lifecert.domain.reasons import Reason
from lifecert.domain.session import Channel, ImageType, Result, Session, SessionState
from tests.support.builders import NOW, a_change, a_session, an_id, decided, registration
from tests.support.engines import DynamoTables, Stores, left_at_default

UNTIL = NOW + timedelta(seconds=40)


def test_an_unknown_session(stores: Stores) -> None:
    assert stores.sessions.get(an_id()) is None
    assert stores.sessions.claim(an_id(), NOW, UNTIL) is None


def test_opening_again_gives_the_first(stores: Stores) -> None:
    first = a_session(image_type=ImageType.WEBP, channel=Channel.KIOSK, challenge=(Step.NEUTRAL, Step.SMILE))
    second = replace(a_session(user_id="somebody else"), session_id=first.session_id)
    assert stores.sessions.open(first) == first
    assert stores.sessions.open(second) == first
    assert stores.sessions.get(first.session_id) == first


def test_opening_again_gives_what_became_of_it(stores: Stores) -> None:
    session = stores.sessions.open(a_session())
    claimed = stores.sessions.claim(session.session_id, NOW, UNTIL)
    assert stores.sessions.open(session) == claimed


@pytest.mark.parametrize(
    "result",
    [
        Result(Decision(Outcome.ACCEPTED), NOW, certificate_id=an_id(), valid_until=date(2027, 3, 1)),
        Result(Decision(Outcome.RETRY, Reason.TOO_DARK), NOW + timedelta(microseconds=5)),
        Result(Decision(Outcome.REVIEW, Reason.MATCH_UNCERTAIN), NOW, review_id=an_id()),
    ],
    ids=lambda result: str(result.decision.outcome),
)
def test_a_decided_session_comes_back_whole(stores: Stores, result: Result) -> None:
    change = registration()
    stores.register.commit(change)
    invited = {
        "secret_digest": "5" * 64,
        "helper_name": b"sealed \x00 name",
        "help_line": "12333",
        "cannot": (Ability.SMILE,),
        "proof_channel": ProofChannel.KIOSK,
        "device_id": "k" * 43,
    }
    stores.sessions.open(session := a_session(beneficiary_id=change.after.beneficiary_id, **invited))
    claimed = stores.sessions.claim(session.session_id, NOW, UNTIL)
    assert claimed is not None
    closed = replace(decided(claimed), result=result, evidence='{"value":0.123456789012345678,"面":1}')
    closed = replace(closed, observations='{"camera":"front"}')
    assert left_at_default(closed) == {"claimed_until"}
    stores.register.commit(a_change(change.after, session=closed))
    assert stores.sessions.get(session.session_id) == closed
    assert stores.sessions.claim(session.session_id, NOW + timedelta(days=1), NOW + timedelta(days=2)) is None
    assert stores.sessions.open(session) == closed


def test_a_claim_is_held_until_it_ends(stores: Stores) -> None:
    session = stores.sessions.open(a_session())
    claimed = stores.sessions.claim(session.session_id, NOW, UNTIL)
    assert claimed == replace(session, state=SessionState.DECIDING, claimed_until=UNTIL)
    assert stores.sessions.get(session.session_id) == claimed
    assert stores.sessions.claim(session.session_id, NOW, UNTIL) is None
    assert stores.sessions.claim(session.session_id, UNTIL, UNTIL + timedelta(seconds=40)) is None
    assert stores.sessions.get(session.session_id) == claimed


@pytest.mark.parametrize("late", [timedelta(microseconds=1), timedelta(seconds=1), timedelta(days=400)])
def test_a_dead_requests_claim_is_taken_over(stores: Stores, late: timedelta) -> None:
    session = stores.sessions.open(a_session())
    assert stores.sessions.claim(session.session_id, NOW, UNTIL)
    taken = stores.sessions.claim(session.session_id, UNTIL + late, UNTIL + late + timedelta(seconds=40))
    assert taken is not None
    assert taken.claimed_until == UNTIL + late + timedelta(seconds=40)


def test_of_many_requests_at_once_one_claims(racing: Stores) -> None:
    session = racing.sessions.open(a_session())

    def claim(_: int) -> Session | None:
        return racing.sessions.claim(session.session_id, NOW, UNTIL)

    with ThreadPoolExecutor(8) as pool:
        claims = list(pool.map(claim, range(8)))
    assert len([one for one in claims if one]) == 1


def test_many_openings_at_once_give_one_session(racing: Stores) -> None:
    session_id = an_id()
    with ThreadPoolExecutor(6) as pool:
        opened = list(pool.map(lambda n: racing.sessions.open(a_session(session_id=session_id, attempt=n)), range(6)))
    assert len({one.attempt for one in opened}) == 1
    assert opened[0] == racing.sessions.get(session_id)


def test_a_session_is_stored_for_30_days_after_its_deadline(tables: DynamoTables) -> None:
    session = tables.stores().sessions.open(a_session())
    tables.stores().sessions.claim(session.session_id, NOW, UNTIL)
    item = tables.item("Sessions", session_id=session.session_id)
    assert item["expires_at"] == int((session.deadline + timedelta(days=400)).timestamp())


def test_sessions_are_found_by_beneficiary_in_order(tables: DynamoTables) -> None:
    sessions, beneficiary_id = tables.stores().sessions, an_id()
    later = sessions.open(a_session(beneficiary_id=beneficiary_id, opened_at=NOW + timedelta(microseconds=1)))
    first = sessions.open(a_session(beneficiary_id=beneficiary_id))
    found = tables.index("Sessions", "by_beneficiary", beneficiary_id=beneficiary_id)
    assert [item["session_id"] for item in found] == [first.session_id, later.session_id]


def test_a_users_last_sessions_newest_first(stores: Stores) -> None:
    user = an_id()
    opened = [a_session(user_id=user, opened_at=NOW + timedelta(minutes=number)) for number in range(4)]
    for session in (*opened, a_session()):
        stores.sessions.open(session)
    assert stores.sessions.by_user(user, 3) == tuple(reversed(opened[1:]))
    assert stores.sessions.by_user(user, 20) == tuple(reversed(opened))
    assert stores.sessions.by_user(an_id(), 20) == ()
