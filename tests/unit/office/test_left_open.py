"""Doors that were named and left open once (adr/0050): each as a story of who would go through it."""

import uuid
from dataclasses import replace

import pytest

from lifecert.application.faces.consent import RemoveHelpers, UndoWithdrawal, WithdrawConsent
from lifecert.application.office.amend_record import RightRecord
from lifecert.application.office.register_beneficiary import MOST_BY_ONE_CLERK
from lifecert.application.office.report_death import NamedPerson
from lifecert.domain.actor import Actor, Role, User
from lifecert.domain.amendment import AmendGround
from lifecert.domain.audit import is_drawn
from lifecert.domain.category import Category
from lifecert.domain.certificate import Certificate, RevocationCause
from lifecert.domain.consent import FaceConsent
from lifecert.domain.errors import ActedInCase, DoubtedElsewhere, TransitionRefused
from lifecert.domain.open_case import FORMER_HEARD
from lifecert.domain.person import IdNumber, normalise_name
from lifecert.domain.policy import Outcome
from lifecert.domain.reasons import Reason
from lifecert.domain.review import Ground, Proposal, Review, ReviewKind, ReviewOutcome
from lifecert.domain.session import Session
from lifecert.domain.status import EndCause, Status
from ops.recorded import Recorded
from tests.support.builders import CLERK, HELPER, a_change, an_id
from tests.support.entitled import Person
from tests.support.fakes.keys import FakePersonKeys
from tests.support.open_cases import (
    SECOND,
    STRANGER,
    THIRD,
    TODAY,
    Office,
    agrees,
    case_of,
    decision_of,
    told_by_the_ledger,
)
from tests.unit.office.test_amend_record import amend

NAME, NUMBER = "王小明", IdNumber.parse("11010519491231002X")
OWN = User("own-account")
UNFOUNDED = (ReviewOutcome.REFUSE, Ground.UNFOUNDED)


def family(**person: object) -> Office:
    """A mother, whose daughter certified her once, and whose own account is in her son's hands."""
    keys = FakePersonKeys()
    named = {"person_key": keys.person_key(NUMBER.value), "name_key": keys.name_key(normalise_name(NAME))}
    helpers = {"certified_by": (HELPER.user_id, OWN.user_id), "own_account": OWN.user_id}
    return Office(**{**named, **helpers, **person})


def remove(office: Office, by: User, whom: str | None = None) -> None:
    RemoveHelpers(office.store.register, office.store.ledger, office.clock)(office.id, by, whom)


def differences(office: Office) -> list[str]:
    """What of helpers is not as the ledger says, beside what the test gave the person."""
    taken = Recorded()
    for entry in office.store.entries[office.id]:
        taken.take(entry)
        if entry.seq == 1:
            taken.fields.update(certified_by=(HELPER.user_id, OWN.user_id), own_account=OWN.user_id)
    told = ("certified_by", "former_helpers", "own_account", "open_cases", "prepared_by")
    return [name for name in taken.differences(office.beneficiary) if name in told]


# --- a helper who was removed ------------------------------------------------------------------------------------


@pytest.mark.parametrize("by", [OWN, CLERK])
def test_whoever_removes_the_helpers_first_does_not_silence_them(by: User) -> None:
    """The son, with his mother's account, or a clerk for him; then he draws for the dead."""
    office = family()
    remove(office, by, HELPER.user_id if by is CLERK else None)
    assert HELPER.user_id not in office.beneficiary.certified_by
    office.clock.move(days=300)
    # By name and number: the record is not theirs any more.
    case = office.report.of_person(NamedPerson(NAME, NUMBER), office.clock.today(), HELPER)
    assert [one.review_id for one in office.beneficiary.doubts] == [case]
    assert decision_of(office.shows_face(OWN)).reason is Reason.OFFICE_DECIDES
    assert differences(office) == []


def test_who_undoes_a_withdrawal_does_not_silence_whoever_withdrew() -> None:
    office = family(has_reference=True, consent=FaceConsent("1", Office().clock.now(), "c", guardian=False))
    WithdrawConsent(office.store.register, office.clock)(office.id, HELPER)
    UndoWithdrawal(office.store.register, office.clock, office.store.limits)(office.id, OWN)
    assert office.beneficiary.certified_by == (OWN.user_id,)
    office.open(ReviewKind.DEATH_REPORT, actor=Actor(HELPER.user_id, Role.USER))
    assert office.beneficiary.doubts
    assert differences(office) == []


def test_a_removed_helper_is_heard_for_a_year_and_wrong_once() -> None:
    """Nor does the quarrel that removed them go on for ever."""
    office = family()
    remove(office, OWN)
    first = office.open(ReviewKind.DEATH_REPORT, actor=Actor(HELPER.user_id, Role.USER))
    office.decide(first, *UNFOUNDED, THIRD)
    office.clock.move(days=1)
    office.open(ReviewKind.DEATH_REPORT, actor=Actor(HELPER.user_id, Role.USER))
    assert not office.beneficiary.doubts
    office = family()
    remove(office, OWN)
    office.clock.move(days=FORMER_HEARD.days + 1)
    office.open(ReviewKind.DEATH_REPORT, actor=Actor(HELPER.user_id, Role.USER))
    assert not office.beneficiary.doubts


def test_whose_face_was_found_false_is_not_heard_also_if_they_were_removed_before() -> None:
    office = family()
    office.shows_face(HELPER)
    certificate_id = str(office.beneficiary.certificate_id)
    remove(office, OWN)
    assert [one.by for one in office.beneficiary.former_helpers] == [HELPER.user_id]
    proposed = office.propose.revocation(certificate_id, RevocationCause.FRAUD, an_id(), SECOND)
    office.confirm(proposed.review_id, THIRD, confirm=True)
    assert office.beneficiary.former_helpers == ()
    assert differences(office) == []


def test_the_day_that_a_removed_helper_tells_makes_parties() -> None:
    office = family()
    remove(office, OWN)
    office.clock.move(days=10)
    assert isinstance(office.seen(CLERK, on=office.clock.today()), Certificate)
    office.clock.move(days=5)
    assert isinstance(office.seen(SECOND, "key-2", on=office.clock.today()), Certificate)
    report = office.open(ReviewKind.DEATH_REPORT, actor=Actor(HELPER.user_id, Role.USER), day=TODAY)
    with pytest.raises(ActedInCase):
        office.decide(report, *UNFOUNDED, CLERK)


def test_nor_does_a_clerk_keep_the_camera_from_somebody_by_a_report_a_day() -> None:
    """Their own, or one that they take up of an account of theirs; another clerk called it unfounded each time."""
    for stranger in (None, STRANGER):
        office = Office()
        for day in range(2):
            if stranger:
                office.open(ReviewKind.DEATH_REPORT, actor=Actor(STRANGER.user_id, Role.USER), only_once=str(day))
            case = office.report.of_known(office.id, None, CLERK)
            assert bool(office.beneficiary.doubts) == (day == 0)
            office.decide(case, *UNFOUNDED, SECOND)
            office.clock.move(days=1)
        office.report.of_known(office.id, None, THIRD)
        assert office.beneficiary.doubts, "another clerk's word counts"
        assert agrees(office)


# --- whom one clerk's file brought -------------------------------------------------------------------------------


def brought(enrolled_by: tuple[str, ...] = (CLERK.user_id,)) -> Office:
    # Of one id, by which audits are drawn: the same ones in every run.
    return Office(beneficiary_id="p-3", registered_by="import:1", prepared_by=CLERK.user_id, enrolled_by=enrolled_by)


def audits(office: Office) -> list[Review]:
    return [one for one in office.store.reviews.values() if one.kind is ReviewKind.AUDIT]


def test_who_prepared_the_import_and_enrolled_the_face_is_audited_until_another_has_seen_the_person() -> None:
    office = brought()
    assert isinstance(office.seen(CLERK), Certificate)
    [audit] = audits(office)
    with pytest.raises(ActedInCase):
        office.decide(audit.review_id, ReviewOutcome.ACCEPT, Ground.CONFIRMED, CLERK)
    office.decide(audit.review_id, ReviewOutcome.ACCEPT, Ground.CONFIRMED, SECOND)
    assert office.beneficiary.prepared_by == ""
    many = Office(beneficiary_id="p-1", registered_by="import:1", enrolled_by=(CLERK.user_id,))
    for number in range(20):
        many.clock.move(days=1)
        many.seen(CLERK, f"key-{number}", on=many.clock.today())
    assert len(audits(many)) < 10, "one in twenty, as whom anybody registered"


def accepted(office: Office, number: int) -> Session:
    """A session of a day of its own, which a machine accepts."""
    office.clock.move(days=1)
    session = office.session(session_id=str(uuid.UUID(int=number)), user_id=STRANGER.user_id)
    decided = office.verify(session.session_id, STRANGER)
    assert decision_of(decided).outcome is Outcome.ACCEPTED
    return decided


@pytest.mark.parametrize(("enrolled_by", "rate"), [(CLERK.user_id, 0.05), (SECOND.user_id, 0.0)])
def test_by_camera_one_in_twenty_is_looked_at_of_whom_nobody_else_has_seen(enrolled_by: str, rate: float) -> None:
    """Ten names in a file of a hundred thousand, and a friend's face for each."""
    office = brought((enrolled_by,))
    sessions = [accepted(office, number).session_id for number in range(150)]
    drawn = [one for one in sessions if is_drawn(one, office.beneficiary.person_key, rate)]
    assert [one.session_id for one in audits(office)] == drawn
    assert bool(drawn) == bool(rate)
    if drawn:
        office.decide(audits(office)[0].review_id, ReviewOutcome.REFUSE, Ground.OTHER_PERSON, SECOND)
        assert office.beneficiary.prepared_by == CLERK.user_id
        assert decision_of(office.shows_face(STRANGER)).reason is Reason.OFFICE_DECIDES


def test_who_prepared_the_import_is_audited_at_some_without_any_face() -> None:
    """Of a made-up person there may be nobody to photograph."""
    office = brought(enrolled_by=())
    drawn = []
    for number in range(120):
        office.clock.move(days=1)
        done = office.seen(CLERK, f"key-{number}", on=office.clock.today())
        assert isinstance(done, Certificate)
        drawn += [done.certificate_id] * is_drawn(done.certificate_id, office.beneficiary.person_key, 0.05)
    assert [one.related_id for one in audits(office)] == drawn
    assert drawn


@pytest.mark.parametrize("seen_by", ["certificate", "try"])
def test_another_clerk_who_sees_the_person_ends_it(seen_by: str) -> None:
    office = brought()
    if seen_by == "certificate":
        assert isinstance(office.seen(SECOND), Certificate)
    else:
        office.open(ReviewKind.DATA_SIGNAL, actor=Actor("civil", Role.DATA_MATCH))
        session = office.shows_face(STRANGER)
        office.decide(case_of(session), ReviewOutcome.ACCEPT, Ground.SAME_PERSON, SECOND, session.session_id)
    assert office.beneficiary.prepared_by == ""
    assert isinstance(office.seen(CLERK, "key-3"), (Certificate, Review))


# --- a death that is told after another end ----------------------------------------------------------------------


@pytest.mark.parametrize("decided", [None, (ReviewOutcome.ACCEPT, Ground.CONFIRMED)])
def test_nothing_is_given_again_to_whose_death_was_told_after_an_end(
    decided: tuple[ReviewOutcome, Ground] | None,
) -> None:
    office = Office()
    ends = office.propose(office.id, Proposal(ReviewKind.END, TODAY, EndCause.MOVED), an_id(), CLERK)
    office.confirm(ends.review_id, SECOND, confirm=True)
    report = office.report.of_known(office.id, TODAY, HELPER)
    if decided:
        office.decide(report, *decided, THIRD)
    with pytest.raises(DoubtedElsewhere):
        office.adds_benefit(CLERK)
    assert office.beneficiary.status is Status.TERMINATED
    assert agrees(office)


def test_once_a_clerk_called_it_unfounded_the_benefit_is_added_and_waits_for_another() -> None:
    office = Office()
    ends = office.propose(office.id, Proposal(ReviewKind.END, TODAY, EndCause.MOVED), an_id(), CLERK)
    office.confirm(ends.review_id, SECOND, confirm=True)
    report = office.report.of_known(office.id, TODAY, HELPER)
    office.decide(report, *UNFOUNDED, THIRD)
    office.adds_benefit(CLERK)
    assert [one.kind for one in office.beneficiary.doubts] == [ReviewKind.REGISTRATION]


def test_who_calls_a_report_unfounded_adds_no_benefit_alone() -> None:
    office = Office()
    report = office.report.of_known(office.id, TODAY, HELPER)
    office.decide(report, *UNFOUNDED, CLERK)
    office.adds_benefit(CLERK)
    assert [one.kind for one in office.beneficiary.doubts] == [ReviewKind.REGISTRATION]
    assert agrees(office)


def test_nor_is_it_confirmed_where_the_death_is_told_after_it_was_added() -> None:
    office = Office()
    ends = office.propose(office.id, Proposal(ReviewKind.END, TODAY, EndCause.MOVED), an_id(), CLERK)
    office.confirm(ends.review_id, SECOND, confirm=True)
    office.adds_benefit(CLERK)
    [case] = office.beneficiary.doubts
    report = office.report.of_known(office.id, TODAY, HELPER)
    confirmed = (case.review_id, ReviewOutcome.ACCEPT, Ground.CONFIRMED, SECOND)
    with pytest.raises(DoubtedElsewhere):
        office.decide(*confirmed)
    office.decide(report, *UNFOUNDED, THIRD)
    office.decide(*confirmed)
    assert not office.beneficiary.doubts


def test_while_something_is_due_a_strangers_word_keeps_no_benefit_away_and_a_daughters_does() -> None:
    office = Office()
    office.open(ReviewKind.DEATH_REPORT, actor=Actor(STRANGER.user_id, Role.USER))
    office.adds_benefit(CLERK)
    office.report.of_known(office.id, TODAY, HELPER)
    with pytest.raises(DoubtedElsewhere):
        office.adds_benefit(CLERK)


# --- who somebody is, and what is due to them --------------------------------------------------------------------


def again() -> Office:
    """Two clerks ended a benefit while another goes on, and one adds it again."""
    office = Office()
    office.adds_benefit(THIRD)
    ends = office.propose(office.id, Proposal(ReviewKind.END, TODAY, EndCause.OTHER, benefit_id="2"), an_id(), SECOND)
    office.confirm(ends.review_id, THIRD, confirm=True)
    office.adds_benefit(CLERK)
    return office


def waiting(office: Office) -> list[str | None]:
    return [one.benefit_id for one in office.beneficiary.doubts if one.kind is ReviewKind.REGISTRATION]


def test_a_try_that_is_the_persons_does_not_say_that_a_benefit_is_due() -> None:
    office = again()
    assert waiting(office) == ["3"]
    [case] = [one for one in office.beneficiary.doubts if one.kind is ReviewKind.REGISTRATION]
    assert office.store.reviews[case.review_id].related_id == "3", "who decides it sees which"
    session = office.shows_face(STRANGER)
    office.decide(case_of(session), ReviewOutcome.ACCEPT, Ground.SAME_PERSON, SECOND, session.session_id)
    assert office.beneficiary.certified_on == office.clock.today()
    assert waiting(office) == ["3"]
    assert told_by_the_ledger(office) == []


@pytest.mark.parametrize("refused", [True, False])
def test_nor_do_two_clerks_who_see_the_person(refused: bool) -> None:
    office = again()
    [case] = [one for one in office.beneficiary.doubts if one.kind is ReviewKind.REGISTRATION]
    if refused:
        office.decide(case.review_id, *UNFOUNDED, SECOND)
    proposal = office.seen(CLERK)
    assert isinstance(proposal, Review)
    office.confirm(proposal.review_id, THIRD, confirm=True)
    assert waiting(office) == ["3"]
    assert told_by_the_ledger(office) == []


@pytest.mark.parametrize("refused", [True, False])
def test_whether_a_benefit_is_due_is_settled_by_its_end_or_by_a_second_clerk(refused: bool) -> None:
    office = again()
    [case] = [one for one in office.beneficiary.doubts if one.kind is ReviewKind.REGISTRATION]
    if refused:
        office.decide(case.review_id, *UNFOUNDED, SECOND)
        ends = office.propose(
            office.id, Proposal(ReviewKind.END, TODAY, EndCause.OTHER, benefit_id="3"), an_id(), SECOND
        )
        office.confirm(ends.review_id, THIRD, confirm=True)
    else:
        office.decide(case.review_id, ReviewOutcome.ACCEPT, Ground.CONFIRMED, SECOND)
    assert waiting(office) == []
    assert told_by_the_ledger(office) == []
    assert decision_of(office.shows_face()).outcome is Outcome.ACCEPTED


# --- one clerk and the list of benefits --------------------------------------------------------------------------


def doubts(person: Person) -> list[ReviewKind]:
    return [one.kind for one in person.now.doubts]


@pytest.mark.parametrize("when", ["before it is proposed", "while it waits"])
def test_a_category_that_was_amended_away_before_the_end_is_not_added_by_one_clerk(when: str) -> None:
    person = Person(-100)
    person.also(-50)
    proposed = (
        None
        if when == "before it is proposed"
        else person.propose(ReviewKind.END, cause=EndCause.OTHER, benefit_id="2")
    )
    amend(person, RightRecord(benefit_id="2", category=Category.INJURY_DEPENDANT), AmendGround.RECLASSIFIED)
    person.confirm(proposed or person.propose(ReviewKind.END, cause=EndCause.OTHER, benefit_id="2"))
    assert doubts(person) == []
    person.also(-10)  # of the category that the ended one had
    assert doubts(person) == [ReviewKind.REGISTRATION]


def test_what_is_about_to_end_is_not_added_beside_it_by_one_clerk() -> None:
    person = Person(-100)
    proposed = person.propose(ReviewKind.END, cause=EndCause.OTHER, benefit_id="1")
    person.also(-10)
    assert doubts(person) == [ReviewKind.REGISTRATION]
    person.confirm(proposed)
    assert doubts(person) == [ReviewKind.REGISTRATION]


def test_once_an_end_was_rejected_a_benefit_is_added_as_ever() -> None:
    office = Office()
    proposed = office.propose(office.id, Proposal(ReviewKind.END, TODAY, EndCause.OTHER), an_id(), SECOND)
    office.confirm(proposed.review_id, THIRD, confirm=False)
    office.adds_benefit(CLERK)
    assert not office.beneficiary.doubts


def test_one_clerk_does_not_fill_the_places_of_somebodys_benefits() -> None:
    office = Office()
    for _ in range(MOST_BY_ONE_CLERK):
        office.adds_benefit(CLERK)
    with pytest.raises(TransitionRefused):
        office.adds_benefit(CLERK)
    office.adds_benefit(SECOND)
    office.clock.move(days=366)
    office.adds_benefit(CLERK)


def test_an_amendment_there_and_back_loses_no_grade() -> None:
    person = Person(-100)
    [benefit] = person.now.benefits
    graded = replace(benefit, category=Category.INJURY_DISABILITY, injury_grade=4)
    person.store.register.commit(a_change(person.now, changed={"benefits": (graded,)}))
    for category in (Category.INJURY_CARE, Category.INJURY_DISABILITY):
        amend(person, RightRecord(benefit_id="1", category=category), AmendGround.MISTYPED)
    assert person.now.benefits[0].injury_grade == 4
