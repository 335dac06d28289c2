"""What the offices do of a day: cases and proposals, batches of holds, and once a week whoever stands in a work list.

A clerk knows what somebody who goes and looks would know: whether the person lives, and who they are.
"""

from collections.abc import Callable, Iterator, Mapping
from functools import partial

from lab.city.city import AUDITOR, City
from lab.city.people import DISTRICTS, HOLDING, Citizen, Habit
from lifecert.application.notices.record_notice import NewNotice, Voiding
from lifecert.application.office.decide_holds import HoldWish
from lifecert.bootstrap import notices, office, proofs, records
from lifecert.domain.actor import User
from lifecert.domain.beneficiary import Beneficiary
from lifecert.domain.errors import LifeCertError
from lifecert.domain.hold import HoldBatch, HoldCandidate, HoldChoice, HoldGround, HoldState
from lifecert.domain.office_notice import NoticeResult, NoticeWay
from lifecert.domain.person import IdNumber
from lifecert.domain.review import Ground, Proposal, Review, ReviewFilter, ReviewKind, ReviewOutcome
from lifecert.domain.sighting import Document, HomeVisit
from lifecert.domain.status import EndCause, Status
from lifecert.domain.work_list import WorkList

# On this day of the week an office looks through its lists.
LIST_DAY = 2
PAGE = 100
# Candidates whom an office that holds spares: it knows of them that they cannot come.
SPARED = 0.1
_SEEN = (ReviewOutcome.ACCEPT, Ground.SAME_PERSON)
_TRUE = (ReviewOutcome.ACCEPT, Ground.CONFIRMED)
_FALSE = (ReviewOutcome.REFUSE, Ground.UNFOUNDED)


def offices(city: City) -> None:
    """The afternoon of a day."""
    for review in list(_open_cases(city)):
        _tried(city, review)
    for batch in list(_open_batches(city)):
        _decide_holds(city, batch)
    if city.today.weekday() == LIST_DAY:
        for district in DISTRICTS:
            for wanted in (WorkList.LAPSED_UNTOLD, WorkList.NO_CONTACT):
                for citizen in list(listed(city, district, wanted)):
                    _look_for(city, citizen)


def listed(city: City, district: str, wanted: WorkList) -> Iterator[Citizen]:
    """Who of the living stands in a list of a district, as an auditor reads it."""
    after = None
    while True:
        page = records.list_people()(district, wanted, AUDITOR, PAGE, after)
        for one in page.items:
            if one.beneficiary.beneficiary_id in city.by_id:
                yield city.by_id[one.beneficiary.beneficiary_id]
        after = page.after
        if after is None:
            return


# --- cases -----------------------------------------------------------------------------------------------------------


def _open_cases(city: City) -> Iterator[Review]:
    after = None
    while True:
        page = office.list_reviews()(ReviewFilter(), PAGE, after, AUDITOR)
        yield from (one for one in page.items if one.beneficiary_id in city.by_id)
        after = page.after
        if after is None:
            return


def _tried(city: City, review: Review) -> None:
    """Decide one, unless it is a day too early or nobody here may."""
    citizen = city.by_id[review.beneficiary_id]
    if review.opened_at.date() == city.services.clock.now().date():
        return  # a case that came in today waits until tomorrow
    try:
        outcome = _CASES.get(review.kind, _unusual)(city, citizen, review)
    except LifeCertError as refusal:
        outcome = ""
        city.refused[f"case {review.kind}: {type(refusal).__name__}"] += 1
    except Exception as error:  # noqa: BLE001 - as in City.happens
        outcome = f"broke: {type(error).__name__}"
        city.broke(f"case {review.kind}", citizen, error)
    if outcome:
        city.happened[f"case {review.kind}: {outcome}"] += 1
        citizen.story.append(f"{city.today}: case {review.kind}: {outcome}")
    city.stream.drain()
    city.services.clock.pass_by(5)


def _other_clerk(city: City, review: Review) -> User:
    district = review.district or city.by_id[review.beneficiary_id].district
    return city.one_of_two(district, but=review.opened_by.actor_id)


def _verification(city: City, citizen: Citizen, review: Review) -> str:
    """Frames of whoever showed themselves: it was the person, who lives."""
    tries = office.get_review()(review.review_id, AUDITOR).attempts
    session_id = tries[-1].session.session_id if tries else review.session_id
    office.decide_review()(review.review_id, *_SEEN, _other_clerk(city, review), session_id)
    return "accepted"


def _audit(city: City, citizen: Citizen, review: Review) -> str:
    office.decide_review()(review.review_id, *_SEEN, _other_clerk(city, review))
    return "same person"


def _of_a_death(city: City, citizen: Citizen, review: Review) -> str:
    """Somebody goes and looks. Whoever is dead is proposed to be ended from the day of their death."""
    clerk = _other_clerk(city, review)
    office.decide_review()(review.review_id, *(_FALSE if citizen.alive else _TRUE), clerk)
    if citizen.alive:
        return "unfounded"
    city.stream.drain()
    propose_death(city, citizen, clerk)
    return "true: end proposed"


def propose_death(city: City, citizen: Citizen, clerk: User) -> None:
    """That somebody died is proposed, unless all has ended already."""
    record = city.record(citizen)
    if record.status is not Status.TERMINATED and citizen.died_on:
        proposal = Proposal(ReviewKind.END, citizen.died_on, EndCause.DECEASED)
        office.propose()(citizen.beneficiary_id, proposal, city.key(), clerk)


def _sign_of_life(city: City, citizen: Citizen, review: Review) -> str:
    office.decide_review()(review.review_id, *(_TRUE if citizen.alive else _FALSE), _other_clerk(city, review))
    return "true" if citizen.alive else "unfounded"


def _registration(city: City, citizen: Citizen, review: Review) -> str:
    office.decide_review()(review.review_id, *_TRUE, _other_clerk(city, review))
    return "vouched for"


def _proposal(city: City, citizen: Citizen, review: Review) -> str:
    office.confirm_proposal()(review.review_id, _other_clerk(city, review), confirm=True)
    if review.kind is ReviewKind.REVOCATION:
        # The year before counts again, and they are told of it anew.
        city.untell(citizen.beneficiary_id, city.record(citizen).valid_until)
    return "confirmed"


def _id_number(city: City, citizen: Citizen, review: Review) -> str:
    number = IdNumber.parse(citizen.right_number)
    records.confirm_id_number()(review.review_id, number, _other_clerk(city, review))
    citizen.id_number = citizen.right_number
    return "confirmed"


def _unusual(city: City, citizen: Citizen, review: Review) -> str:
    office.decide_review()(review.review_id, *_FALSE, _other_clerk(city, review))
    return "nothing wrong"


_CASES: Mapping[ReviewKind, Callable[[City, Citizen, Review], str]] = {
    ReviewKind.VERIFICATION: _verification,
    ReviewKind.AUDIT: _audit,
    ReviewKind.OVERRIDE: _audit,
    ReviewKind.DEATH_REPORT: _of_a_death,
    ReviewKind.DATA_SIGNAL: _of_a_death,
    ReviewKind.SIGN_OF_LIFE: _sign_of_life,
    ReviewKind.REGISTRATION: _registration,
    ReviewKind.END: _proposal,
    ReviewKind.CORRECTION: _proposal,
    ReviewKind.REVOCATION: _proposal,
    ReviewKind.PRESENCE: _proposal,
    ReviewKind.ID_NUMBER: _id_number,
    ReviewKind.BENEFIT_START: _proposal,
}


# --- holds -----------------------------------------------------------------------------------------------------------


def _open_batches(city: City) -> Iterator[HoldBatch]:
    after = None
    while True:
        page = office.list_hold_batches()(HoldState.OPEN, PAGE, after, AUDITOR)
        yield from page.items
        after = page.after
        if after is None:
            return


def _decide_holds(city: City, batch: HoldBatch) -> None:
    """The payer that holds lets its offices hold all, or all but some; the other one nobody."""
    people = list(_candidates(batch))
    if batch.payer != HOLDING:
        wish = HoldWish(HoldChoice.NONE, HoldGround.CANNOT_COME)
    else:
        spared = tuple(one.beneficiary_id for one in people if city.chance.random() < SPARED)
        choice = HoldChoice.ALL_BUT if spared else HoldChoice.ALL
        wish = HoldWish(choice, HoldGround.CANNOT_COME if spared else HoldGround.NOT_HEARD_OF, spared)
    decided = office.decide_holds()(batch.batch_id, wish, city.one_of_two(batch.district))
    for one in people:
        approved = decided.decision is not None and decided.decision.approves(one.beneficiary_id)
        city.happened[f"hold: {'approved' if approved else 'rejected'}"] += 1
        city.by_id[one.beneficiary_id].story.append(f"{city.today}: hold {'approved' if approved else 'rejected'}")
        if approved:
            city.approved |= {
                (batch.batch_id, one.beneficiary_id, benefit, one.valid_until) for benefit in one.benefits
            }


def _candidates(batch: HoldBatch) -> Iterator[HoldCandidate]:
    after = None
    while True:
        page = office.get_hold_batch()(batch.batch_id, PAGE, after, AUDITOR).page
        yield from page.items
        after = page.after
        if after is None:
            return


# --- whom nobody reached ---------------------------------------------------------------------------------------------


def _look_for(city: City, citizen: Citizen) -> None:
    """Somebody lapsed who was not told: a letter, then a visit, then a public notice."""
    try:
        record = city.record(citizen)
        outcome = _looked_for(city, citizen, record) if record.status is Status.LAPSED else ""
    except LifeCertError as refusal:
        outcome = ""
        city.refused[f"looked for: {type(refusal).__name__}"] += 1
    if outcome:
        city.happened[f"looked for: {outcome}"] += 1
        citizen.story.append(f"{city.today}: looked for: {outcome}")
    city.stream.drain()
    city.services.clock.pass_by(5)


def _looked_for(city: City, citizen: Citizen, record: Beneficiary) -> str:
    clerk, tried = city.one_of_two(citizen.district), record.current_office_notices
    if record.told:
        return ""
    ways = {one.way for one in tried}
    if NoticeWay.LETTER not in ways:
        return _letter(city, citizen, clerk)
    if NoticeWay.VISIT not in ways:
        return _visit(city, citizen, clerk)
    if NoticeWay.PUBLIC_NOTICE not in ways:
        _write_down(city, citizen, NoticeWay.PUBLIC_NOTICE, NoticeResult.PUBLISHED, clerk)
        return "public notice"
    return ""


def _letter(city: City, citizen: Citizen, clerk: User) -> str:
    notice_id = _write_down(city, citizen, NoticeWay.LETTER, NoticeResult.POSTED, clerk)
    comes_back = not citizen.alive or citizen.habit is Habit.ABSENT or city.chance.random() < 0.1
    if comes_back:
        city.later(10, "letter", citizen, partial(come_back, notice_id=notice_id))
    return "letter posted"


def come_back(city: City, citizen: Citizen, notice_id: str) -> str:
    """A letter that came back told nobody."""
    voiding = Voiding(NoticeResult.RETURNED, city.today, "mail")
    notices.record_notice().void(
        citizen.beneficiary_id, notice_id, voiding, city.one_of_two(citizen.district), city.key()
    )
    after = city.record(citizen)
    # By which something else counts; who is held stays so by what was believed then.
    message = after.current_notice
    left = {one.counts_on for one in after.current_office_notices} | {message.delivered_on if message else None}
    gone = {one for one in city.told if one[:2] == (citizen.beneficiary_id, after.valid_until) and one[2] not in left}
    city.undone |= gone
    if after.held_since is None:
        city.told -= gone
    return "returned"


def _visit(city: City, citizen: Citizen, clerk: User) -> str:
    if not citizen.alive:
        _write_down(city, citizen, NoticeWay.VISIT, NoticeResult.NOBODY_THERE, clerk)
        city.stream.drain()
        propose_death(city, citizen, clerk)
        return "found to be dead"
    if citizen.habit is Habit.ABSENT:
        _write_down(city, citizen, NoticeWay.VISIT, NoticeResult.NOBODY_THERE, clerk)
        return "nobody there"
    _write_down(city, citizen, NoticeWay.VISIT, NoticeResult.TOLD, clerk)
    if city.chance.random() < 0.5:
        visit = HomeVisit(seen_on=city.today, document=Document.ID_CARD)
        proofs.certify_in_person()(citizen.beneficiary_id, visit, clerk, city.key())
        return "certified at home"
    return "told at home"


def _write_down(city: City, citizen: Citizen, way: NoticeWay, result: NoticeResult, clerk: User) -> str:
    new = NewNotice(way, result, city.today, f"{way}-{citizen.number}-{city.today:%Y%m%d}")
    notice = notices.record_notice()(citizen.beneficiary_id, new, clerk, city.key())
    if notice.counts_on:
        city.tell(citizen.beneficiary_id, notice.valid_until, notice.counts_on)
    return notice.notice_id
