"""What belongs to a user: never more than they may see anyway."""

from datetime import timedelta

from lifecert.application.certify.get_mine import GetMyPeople, GetMySessions
from lifecert.domain.actor import User
from lifecert.domain.beneficiary import Beneficiary
from lifecert.domain.certificate import Method
from lifecert.domain.policy import Outcome
from lifecert.domain.reasons import Reason
from lifecert.domain.review import Ground, ReviewDecision, ReviewOutcome
from tests.support.builders import HELPER, NOW, a_certificate, a_change, a_review, a_session, decided, registration
from tests.support.fakes.store import MemoryStore

STRANGER = User("somebody else", frozenset())
DAY = timedelta(days=1)


def certified(store: MemoryStore, days_ago: int, **fields: object) -> Beneficiary:
    """Somebody registered, and certified by the helper's camera."""
    remembers = fields.pop("certified_by", (HELPER.user_id,))
    registered = registration(certified_by=remembers)
    store.register.commit(registered)
    certificate = a_certificate(registered.after, issued_at=NOW - days_ago * DAY, **fields)
    store.register.commit(a_change(registered.after, certificate=certificate))
    return store.beneficiaries[registered.after.beneficiary_id]


def test_those_whom_a_user_certified_newest_first_each_once() -> None:
    store = MemoryStore()
    older, newer = certified(store, 30), certified(store, 2)
    again = a_certificate(older, issued_at=NOW - 400 * DAY)
    store.register.commit(a_change(store.beneficiaries[older.beneficiary_id], certificate=again))
    page = GetMyPeople(store.certificates_port, store.register)(HELPER, 50, None)
    assert [one.beneficiary_id for one in page.items] == [newer.beneficiary_id, older.beneficiary_id]
    assert page.after is None


def test_nobody_is_listed_whose_standing_the_user_may_not_see() -> None:
    store = MemoryStore()
    certified(store, 1, certified_by=("twenty others since",))
    certified(store, 2, actor_id=STRANGER.user_id)
    certified(store, 3, method=Method.IN_PERSON)
    people = GetMyPeople(store.certificates_port, store.register)
    assert people(HELPER, 50, None).items == ()
    assert people(STRANGER, 50, None).items == (), "they certified, but the person does not remember them"


def test_a_page_leads_to_the_next_one_even_if_it_shows_nobody() -> None:
    store = MemoryStore()
    certified(store, 1, certified_by=())
    seen = certified(store, 2)
    people = GetMyPeople(store.certificates_port, store.register)
    first = people(HELPER, 1, None)
    assert first.items == ()
    assert first.after is not None
    assert people(HELPER, 1, first.after).items == (seen,)


def test_the_last_sessions_of_a_user_with_what_the_office_said() -> None:
    store = MemoryStore()
    opened = [a_session(opened_at=NOW - number * DAY) for number in range(4)]
    for session in (*opened, a_session(user_id=STRANGER.user_id)):
        store.sessions_by_id[session.session_id] = session
    registered = registration()
    store.register.commit(registered)
    said = ReviewDecision(ReviewOutcome.REFUSE, Ground.OTHER_PERSON, "clerk-1", NOW)
    review = a_review(registered.after, decision=said)
    store.reviews[review.review_id] = review
    sent = decided(opened[1], Outcome.REVIEW, Reason.MATCH_UNCERTAIN)
    assert sent.result
    object.__setattr__(sent.result, "review_id", review.review_id)
    store.sessions_by_id[sent.session_id] = sent
    found = GetMySessions(store.sessions, store.reviews_port)(HELPER, 3)
    assert [one.session.session_id for one in found] == [session.session_id for session in opened[:3]]
    assert [one.reviewed for one in found] == [None, said, None]
