"""Whose word on a death counts, what a sight of the person settles, and who judges what: what a reader of the rules got
past them, each as a story (adr/0049)."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from lifecert.application.office.import_data_match import ImportDataMatch
from lifecert.domain.actor import Actor, Role, User
from lifecert.domain.certificate import Certificate, RevocationCause
from lifecert.domain.errors import ActedInCase
from lifecert.domain.reasons import Reason
from lifecert.domain.review import Ground, Proposal, Review, ReviewKind, ReviewOutcome
from lifecert.domain.status import EndCause
from tests.support.builders import (
    CLERK,
    HELPER,
    TRUSTED,
    an_id,
    an_issuer,
    good_evidence,
)
from tests.support.fakes.imports import MemoryImports
from tests.support.fakes.keys import FakePersonKeys
from tests.support.fakes.sweep import NoPace
from tests.support.open_cases import (
    SECOND,
    THIRD,
    TODAY,
    Office,
    case_of,
    decision_of,
    differences,
)

PRIVATE = User("private-account-of-clerk-1")
CHILD = Actor("child", Role.USER)
END = Proposal(ReviewKind.END, TODAY, EndCause.OTHER)
UNFOUNDED = (ReviewOutcome.REFUSE, Ground.UNFOUNDED)
FOURTH = replace(CLERK, user_id="clerk-4")


@pytest.mark.parametrize("put_away", [UNFOUNDED, (ReviewOutcome.NEEDS_MORE, Ground.ASKED_BACK)])
def test_a_report_without_a_day_is_not_judged_by_whoever_gave_the_certificate(
    put_away: tuple[ReviewOutcome, Ground],
) -> None:
    office = Office()
    assert isinstance(office.seen(CLERK), Certificate)
    office.clock.move(days=1)
    report = office.open(ReviewKind.DEATH_REPORT, actor=CHILD)
    with pytest.raises(ActedInCase):
        office.decide(report, *put_away, CLERK)
    office.decide(report, *put_away, SECOND)


def test_a_day_that_somebody_told_first_hides_none_that_the_family_tells() -> None:
    """A clerk's private account, which certified the person once, reported first: "today"."""
    office = Office(certified_by=(HELPER.user_id, PRIVATE.user_id))
    office.clock.move(days=10)
    assert isinstance(office.seen(CLERK, on=office.clock.today()), Certificate)
    office.clock.move(days=5)
    report = office.report.of_known(office.id, office.clock.today(), PRIVATE)
    assert office.report.of_known(office.id, date(2026, 2, 1), HELPER) == report
    with pytest.raises(ActedInCase):
        office.decide(report, *UNFOUNDED, CLERK)


def test_an_absurd_day_makes_no_sight_of_before_the_death_enough() -> None:
    office = Office(enrolled_by=(CLERK.user_id,), certified_by=(HELPER.user_id, PRIVATE.user_id))
    office.clock.move(days=10)
    report = office.report.of_known(office.id, date(2020, 1, 1), PRIVATE)
    office.report.of_known(office.id, TODAY + timedelta(days=5), HELPER)
    proposal = office.seen(CLERK, "key-2", on=TODAY)
    assert isinstance(proposal, Review)
    office.confirm(proposal.review_id, SECOND, confirm=True)
    with pytest.raises(ActedInCase):
        office.decide(report, *UNFOUNDED, CLERK)


def test_a_strangers_absurd_day_makes_no_party_of_whoever_certified_years_ago() -> None:
    office = Office()
    assert isinstance(office.seen(CLERK), Certificate)
    office.clock.move(days=300)
    assert isinstance(office.seen(SECOND, "key-2", on=office.clock.today()), Certificate)
    report = office.open(ReviewKind.DEATH_REPORT, actor=CHILD, day=date(2015, 1, 1))
    with pytest.raises(ActedInCase):
        office.decide(report, *UNFOUNDED, SECOND)
    office.decide(report, *UNFOUNDED, CLERK)


@pytest.mark.parametrize("proposed_before", [True, False])
def test_a_sight_of_before_a_death_was_found_true_says_nothing_of_it(proposed_before: bool) -> None:
    office = Office(enrolled_by=(CLERK.user_id,))
    proposal: Review | Certificate | None = None
    if proposed_before:
        office.open(ReviewKind.REGISTRATION)
        proposal = office.seen(CLERK, on=TODAY)
    office.clock.move(days=3)
    report = office.report.of_known(office.id, TODAY + timedelta(days=1), HELPER)
    office.decide(report, ReviewOutcome.ACCEPT, Ground.CONFIRMED, THIRD)
    proposal = proposal or office.seen(CLERK, on=TODAY)
    assert isinstance(proposal, Review)
    office.confirm(proposal.review_id, SECOND, confirm=True)
    assert [one.review_id for one in office.beneficiary.doubts if one.upheld] == [report]
    assert differences(office) == set()
    assert decision_of(office.shows_face(PRIVATE)).reason is Reason.OFFICE_DECIDES
    today = office.seen(SECOND, "key-2", on=office.clock.today())
    assert isinstance(today, Review)
    office.clock.move(days=1)
    office.confirm(today.review_id, FOURTH, confirm=True)
    assert not office.beneficiary.doubts, "two who see the person then do settle it"


def test_a_sight_of_the_morning_says_nothing_of_what_was_found_true_at_noon() -> None:
    office = Office()
    office.open(ReviewKind.REGISTRATION)
    proposal = office.seen(CLERK)
    assert isinstance(proposal, Review)
    office.clock.move(hours=3)
    report = office.report.of_known(office.id, TODAY, HELPER)
    office.decide(report, ReviewOutcome.ACCEPT, Ground.CONFIRMED, THIRD)
    office.confirm(proposal.review_id, SECOND, confirm=True)
    assert [one.review_id for one in office.beneficiary.doubts if one.upheld] == [report]


@pytest.mark.parametrize("made_up", [True, False])
@pytest.mark.parametrize("cause", [EndCause.MOVED, EndCause.DECEASED])
def test_an_end_that_is_called_a_mistake_leaves_every_doubt_but_that_of_the_death(
    cause: EndCause, made_up: bool
) -> None:
    """What two clerks called "moved", and then a mistake: a made-up person and a refused audit were forgotten."""
    office = Office(registered_by=CLERK.user_id)
    if made_up:
        office.open(ReviewKind.REGISTRATION, actor=Actor(CLERK.user_id, Role.CLERK))
    audit = office.open(ReviewKind.AUDIT, actor=Actor(PRIVATE.user_id, Role.USER))
    office.decide(audit, ReviewOutcome.REFUSE, Ground.OTHER_PERSON, THIRD)
    report = office.report.of_known(office.id, TODAY, HELPER)
    office.decide(report, ReviewOutcome.ACCEPT, Ground.CONFIRMED, THIRD)
    ends = office.propose(office.id, Proposal(ReviewKind.END, TODAY, cause), an_id(), CLERK)
    office.confirm(ends.review_id, SECOND, confirm=True)
    assert made_up or differences(office) == set(), "a registration opens its case by itself"
    office.clock.move(days=30)
    mistake = office.propose(office.id, Proposal(ReviewKind.CORRECTION), an_id(), CLERK)
    office.confirm(mistake.review_id, SECOND, confirm=True)
    left = {ReviewKind.AUDIT, *([ReviewKind.REGISTRATION] if made_up else [])}
    if cause is EndCause.MOVED:
        left |= {ReviewKind.DEATH_REPORT}
    assert {one.kind for one in office.beneficiary.doubts} == left
    assert made_up or differences(office) == set(), "a registration opens its case by itself"
    assert decision_of(office.shows_face(PRIVATE)).reason is Reason.OFFICE_DECIDES


def test_a_photo_of_today_settles_one_word_and_no_more() -> None:
    office = Office(counter_photo_on=TODAY)
    office.report.of_known(office.id, None, HELPER)
    assert isinstance(office.seen(CLERK), Certificate)
    office = Office(counter_photo_on=TODAY)
    office.report.of_known(office.id, None, HELPER)
    office.open(ReviewKind.DATA_SIGNAL, actor=Actor("civil", Role.DATA_MATCH))
    assert isinstance(office.seen(CLERK), Review)
    office = Office(counter_photo_on=TODAY)
    office.propose(office.id, Proposal(ReviewKind.END, TODAY, EndCause.DECEASED), an_id(), SECOND)
    assert isinstance(office.seen(CLERK), Review)


def test_who_registered_somebody_does_not_accept_the_try_that_would_vouch_for_them() -> None:
    """A colleague photographed whoever came; what the registering clerk then accepted was to be the second word."""
    office = Office(registered_by=CLERK.user_id, enrolled_by=(SECOND.user_id,))
    office.open(ReviewKind.REGISTRATION, actor=Actor(CLERK.user_id, Role.CLERK))
    session = office.shows_face(PRIVATE)
    accept = (case_of(session), ReviewOutcome.ACCEPT, Ground.SAME_PERSON)
    with pytest.raises(ActedInCase):
        office.decide(*accept, CLERK, session.session_id)
    office.decide(*accept, THIRD, session.session_id)


def test_of_two_clerks_one_confirms_what_the_other_wrote_down_of_the_same_person() -> None:
    """One registered the person, and the other took the photo that waits: each decides the other's."""
    office = Office(registered_by=CLERK.user_id)
    registered = office.open(ReviewKind.REGISTRATION, actor=Actor(CLERK.user_id, Role.CLERK))
    photo = office.open(ReviewKind.OVERRIDE, actor=Actor(SECOND.user_id, Role.CLERK), related_id=an_id())
    for case, whose, other in ((registered, CLERK, SECOND), (photo, SECOND, CLERK)):
        with pytest.raises(ActedInCase):
            office.decide(case, ReviewOutcome.ACCEPT, Ground.CONFIRMED, whose)
        office.decide(case, ReviewOutcome.ACCEPT, Ground.CONFIRMED, other)


def test_who_enrolled_the_face_answers_no_audit_that_nobody_judged() -> None:
    office = Office(enrolled_by=(CLERK.user_id,))
    audit = office.open(ReviewKind.AUDIT, actor=Actor(PRIVATE.user_id, Role.USER))
    office.decide(audit, ReviewOutcome.NEEDS_MORE, Ground.NOT_RECOGNISABLE, SECOND)
    assert isinstance(office.seen(CLERK), Review)
    assert isinstance(office.seen(THIRD, "key-2"), Certificate)


@pytest.mark.parametrize("by_clerk", [True, False])
def test_whose_face_got_a_certificate_by_fraud_helps_no_more_whoever_accepted_it(by_clerk: bool) -> None:
    office = Office()
    if by_clerk:
        office.analyser.evidence = good_evidence(0.4)
    session = office.verify(office.session(user_id=PRIVATE.user_id, on_behalf=False).session_id, PRIVATE)
    if by_clerk:
        office.decide(case_of(session), ReviewOutcome.ACCEPT, Ground.SAME_PERSON, SECOND, session.session_id)
    certificate_id = str(office.beneficiary.certificate_id)
    assert office.beneficiary.own_account == PRIVATE.user_id
    proposed = office.propose.revocation(certificate_id, RevocationCause.FRAUD, an_id(), THIRD)
    office.confirm(proposed.review_id, FOURTH, confirm=True)
    assert (office.beneficiary.own_account, office.beneficiary.certified_by) == ("", (HELPER.user_id,))
    assert differences(office) == set()


def test_who_enrolled_the_face_does_not_reject_that_it_was_fraud() -> None:
    office = Office(enrolled_by=(CLERK.user_id,))
    office.shows_face(PRIVATE)
    certificate_id = str(office.beneficiary.certificate_id)
    fraud = office.propose.revocation(certificate_id, RevocationCause.FRAUD, an_id(), SECOND)
    with pytest.raises(ActedInCase):
        office.confirm(fraud.review_id, CLERK, confirm=False)
    office.confirm(fraud.review_id, THIRD, confirm=False)
    slip = office.propose.revocation(certificate_id, RevocationCause.ERROR, an_id(), SECOND)
    office.confirm(slip.review_id, CLERK, confirm=False)


def test_whom_a_second_clerk_does_not_know_no_register_renews() -> None:
    keys, number = FakePersonKeys(), "11010519491231002X"
    office = Office(person_key=keys.person_key(number), registered_by=CLERK.user_id)
    store, files = office.store, MemoryImports()
    case = office.open(ReviewKind.REGISTRATION, actor=Actor(CLERK.user_id, Role.CLERK))
    office.decide(case, *UNFOUNDED, SECOND)
    office.clock.move(days=300)
    believed = frozenset({"civil"})
    match = ImportDataMatch(
        *(store.register, store.ledger, files, keys, office.clock, an_issuer()),
        *(store.reviews_port, believed, NoPace(), TRUSTED),
    )
    files.files["a.csv"] = f"id_number,said,on,source\n{number},alive,{office.clock.today()},civil".encode()
    assert match("a.csv").taken == {"case_opened": 1}


def test_an_older_word_about_a_registration_is_none_about_the_benefit() -> None:
    office = Office()
    older = office.open(ReviewKind.REGISTRATION, actor=Actor(CLERK.user_id, Role.CLERK))
    proposal = office.seen(SECOND)
    assert isinstance(proposal, Review)
    office.confirm(proposal.review_id, THIRD, confirm=True)
    certificate_id = str(office.beneficiary.certificate_id)
    ends = office.propose(office.id, END, an_id(), SECOND)
    office.confirm(ends.review_id, THIRD, confirm=True)
    office.adds_benefit(CLERK)
    office.decide(older, ReviewOutcome.ACCEPT, Ground.CONFIRMED, THIRD)
    assert office.store.certificates[certificate_id].revoked_at
    [waits] = [one for one in office.beneficiary.open_cases if one.kind is ReviewKind.REGISTRATION]
    office.decide(waits.review_id, ReviewOutcome.ACCEPT, Ground.CONFIRMED, THIRD)
    assert office.store.certificates[certificate_id].revoked_at is None
