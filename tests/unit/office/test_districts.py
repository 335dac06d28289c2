"""Districts in the office (adr/0045): somebody with benefits in two, who moves, whose case waits, who is imported."""

from dataclasses import replace

import pytest

from lifecert.application.office.amend_record import RightRecord
from lifecert.application.office.confirm_proposal import ConfirmProposal
from lifecert.application.office.decide_review import DecideReview
from lifecert.application.office.get_reviews import ListReviews
from lifecert.application.office.get_statistics import GetStatistics
from lifecert.application.office.prepare_import import (
    GetImport,
    ListImports,
    NewImport,
    PrepareImport,
    ReleaseImport,
    StopImport,
)
from lifecert.application.office.propose import Propose
from lifecert.application.office.report_death import ReportDeath
from lifecert.application.shared.scoping import case_within
from lifecert.domain.actor import Group, User
from lifecert.domain.amendment import AmendGround
from lifecert.domain.errors import (
    BeneficiaryNotFound,
    DistrictOutside,
    ProposalNotFound,
    RegisterImportNotFound,
    ReviewNotFound,
)
from lifecert.domain.help_lines import HelpLines
from lifecert.domain.intake import ImportState
from lifecert.domain.intake_faults import RowFault
from lifecert.domain.limits import StartLimits
from lifecert.domain.review import Ground, Proposal, Review, ReviewFilter, ReviewKind, ReviewOutcome
from lifecert.domain.scope import NOWHERE, Scope
from lifecert.domain.status import EndCause, Status
from lifecert.domain.sweep import JobKind, RunState, SweepRun, Tally
from lifecert.domain.sweep_report import RunFigures, SweepReport, document
from tests.support.builders import (
    NOW,
    PROOFS,
    a_review,
    an_id,
    an_issuer,
)
from tests.support.entitled import Person
from tests.support.fakes.keys import FakePersonKeys
from tests.support.fakes.photos import MemoryPhotos
from tests.support.intake_world import Intake
from tests.unit.office.test_amend_record import amending

BEIJING, LIAOCHENG = "110101", "371502"
LIMITS = StartLimits(1000, 1000, 1000)


def clerk(*prefixes: str, who: str = "clerk-1") -> User:
    return User(who, frozenset({Group.CLERK}), Scope.of(prefixes))


def in_two() -> Person:
    """Somebody with benefit 1 in Beijing and benefit 2 in Liaocheng."""
    person = Person(-400)
    person.also(-300)
    newest = person.now
    first, second = newest.benefits
    person.store.beneficiaries[person.who] = replace(newest, benefits=(first, replace(second, district=LIAOCHENG)))
    return person


def proposing(person: Person, user: User, **what: object) -> Review:
    store = person.store
    propose = Propose(store.register, store.reviews_port, store.certificates_port, person.clock)
    given = {"kind": ReviewKind.END, "day": person.clock.today(), "cause": EndCause.OTHER, **what}
    return propose(person.who, Proposal(**given), an_id(), user)  # type: ignore[arg-type]


def confirming(person: Person, proposed: Review, user: User, *, confirm: bool = True) -> Review:
    store = person.store
    use_case = ConfirmProposal(store.register, store.reviews_port, store.ledger, person.clock, an_issuer(), PROOFS)
    return use_case(proposed.review_id, user, confirm=confirm)


def has_ended(person: Person) -> bool:
    return person.now.status is Status.TERMINATED


def test_one_benefit_is_amended_and_ended_by_those_of_its_district_alone() -> None:
    person = in_two()
    for user, own, other in ((clerk("1101"), "1", "2"), (clerk("3715"), "2", "1")):
        right = RightRecord(benefit_id=other, payer_reference="A-1")
        with pytest.raises(DistrictOutside):
            amending(person)(person.who, right, AmendGround.RENUMBERED, user, an_id())
        amending(person)(person.who, replace(right, benefit_id=own), AmendGround.RENUMBERED, user, an_id())
        with pytest.raises(DistrictOutside):
            proposing(person, user, benefit_id=other)
        assert proposing(person, user, benefit_id=own).benefit_id == own


def test_all_benefits_end_by_those_who_have_all_and_a_death_by_whoever_has_one() -> None:
    person = in_two()
    with pytest.raises(DistrictOutside):
        proposing(person, clerk("3715"))
    assert proposing(person, clerk("3715", "11")).benefit_id is None
    died = proposing(person, clerk("3715"), cause=EndCause.DECEASED)
    confirming(person, died, clerk("11", who="clerk-2"))
    assert has_ended(person)


def test_what_one_clerk_may_not_propose_another_of_the_district_does_not_confirm_for_them() -> None:
    person = in_two()
    proposed = proposing(person, clerk("3715", "11"))
    with pytest.raises(DistrictOutside):
        confirming(person, proposed, clerk("3715", who="clerk-2"))
    with pytest.raises(ProposalNotFound):
        confirming(person, proposed, clerk("44", who="clerk-2"))
    assert not has_ended(person)
    confirming(person, proposed, clerk("37", "1101", who="clerk-2"))
    assert has_ended(person)


def test_two_clerks_of_one_county_are_enough() -> None:
    person = Person(-400)
    confirming(person, proposing(person, clerk(BEIJING)), clerk(BEIJING, who="clerk-2"))
    assert has_ended(person)


def test_whoever_moves_is_let_go_and_not_fetched() -> None:
    person = Person(-400)
    moved = RightRecord(benefit_id="1", district=LIAOCHENG)
    with pytest.raises(BeneficiaryNotFound):
        amending(person)(person.who, moved, AmendGround.MOVED_HOUSE, clerk("3715"), an_id())
    amending(person)(person.who, moved, AmendGround.MOVED_HOUSE, clerk("1101"), an_id())
    assert person.now.district == LIAOCHENG
    # And is nobody's any more whom they left.
    back = RightRecord(benefit_id="1", district=BEIJING)
    with pytest.raises(BeneficiaryNotFound):
        amending(person)(person.who, back, AmendGround.MOVED_HOUSE, clerk("1101"), an_id())
    amending(person)(person.who, back, AmendGround.MOVED_HOUSE, clerk("3715"), an_id())


def test_a_case_is_decided_where_it_was_opened_or_where_the_person_is_now() -> None:
    person = Person(-400)
    here = a_review(person.now)
    person.store.beneficiaries[person.who] = replace(
        person.now, benefits=tuple(replace(one, district=LIAOCHENG) for one in person.now.benefits)
    )
    for scope, within in ((Scope.of(["1101"]), True), (Scope.of(["3715"]), True), (Scope.of(["44"]), False)):
        assert case_within(scope, here, person.now) is within
    assert not case_within(Scope.of(["44"]), replace(here, district=""), None)
    assert not case_within(NOWHERE, here, person.now)


def test_a_case_about_one_benefit_is_that_districts() -> None:
    person = in_two()
    proposed = proposing(person, clerk("3715"), benefit_id="2")
    assert proposed.district == LIAOCHENG
    for prefix, within in (("3715", True), ("11", False)):
        assert case_within(Scope.of([prefix]), proposed, person.now) is within


def test_another_district_decides_no_case() -> None:
    person = Person(-400)
    review = a_review(person.now, kind=ReviewKind.DEATH_REPORT, session_id=None, reason=None)
    store = person.store
    store.reviews[review.review_id] = review
    decide = DecideReview(
        store.register,
        store.reviews_port,
        store.sessions,
        store.ledger,
        MemoryPhotos(),
        person.clock,
        an_issuer(),
        unlike_below=0.3,
    )
    with pytest.raises(ReviewNotFound):
        decide(review.review_id, ReviewOutcome.REFUSE, Ground.UNFOUNDED, clerk("37", who="clerk-9"))
    assert store.reviews[review.review_id].decision is None
    assert decide(review.review_id, ReviewOutcome.REFUSE, Ground.UNFOUNDED, clerk("11", who="clerk-9")).decision


def test_a_list_is_cut_to_ones_districts_and_refused_outside_them() -> None:
    person = Person(-400)
    store = person.store
    cases = [a_review(person.now, district=district) for district in (BEIJING, LIAOCHENG)]
    store.reviews.clear()
    store.reviews.update({one.review_id: one for one in cases})

    def seen(user: User, district: str | None = None) -> set[str]:
        return {one.district for one in ListReviews(store.reviews_port)(ReviewFilter(), 50, None, user, district).items}

    everywhere, auditor = User("c", frozenset({Group.CLERK})), User("a", frozenset({Group.AUDITOR}), NOWHERE)
    for user in (everywhere, auditor):
        assert seen(user) == {BEIJING, LIAOCHENG}
        assert seen(user, "37") == {LIAOCHENG}
    assert seen(clerk("37")) == seen(clerk("37"), "3715") == seen(clerk("37", "44"), "37") == {LIAOCHENG}
    for user, district in ((clerk("37"), "11"), (clerk("3715"), "3701"), (clerk(), None)):
        with pytest.raises(DistrictOutside):
            seen(user, district)


def test_a_clerk_of_another_district_reports_a_death_as_anybody_does() -> None:
    """A clerk's report keeps machines from accepting: of whom they have no say in, it is anybody's."""
    person = Person(-400)
    lines = HelpLines("12333", {})
    report = ReportDeath(person.store.register, FakePersonKeys(), person.clock, lines, person.store.limits, LIMITS)
    with pytest.raises(BeneficiaryNotFound):
        report.of_known(person.who, None, clerk("37"))
    report.of_known(person.who, None, clerk("11"))
    assert person.now.open_case(ReviewKind.DEATH_REPORT)


def test_figures_are_of_ones_districts_and_what_is_counted_for_all_is_left_out() -> None:
    person = Person(-400)
    store = person.store
    run = SweepRun("2026-02-28.1", NOW.date(), NOW.date(), NOW, RunState.FINISHED)
    tally = Tally({f"resident_pension/{BEIJING}": 3, f"injury_care/{LIAOCHENG}": 2}, left_alone=7)

    class Reports:
        def figures(self, run_id: str) -> object:
            assert run_id == run.run_id
            return RunFigures.of(document(SweepReport(run, {JobKind.LAPSE: tally}, jobs=1)))

    store.sweep_runs.runs[run.run_id], store.sweep_runs.newest_id = run, run.run_id
    figures = GetStatistics(
        store.sweep_runs,
        Reports(),  # type: ignore[arg-type]
        store.reviews_port,
        store.hold_batches,
        store.face_counts,
    )
    everything = figures(1, User("c", frozenset({Group.CLERK})))
    assert (everything.runs[0].tallies[JobKind.LAPSE].total, everything.faces is None) == (5, False)
    own = figures(1, clerk("37"))
    assert own.runs[0].tallies[JobKind.LAPSE].changed == {f"injury_care/{LIAOCHENG}": 2}
    assert (own.runs[0].of_all, own.faces) == (False, None)
    with pytest.raises(DistrictOutside):
        figures(1, clerk("37"), "11")


PEOPLE = [
    ("王淑芬", "110101195503070028", BEIJING),
    ("李建国", "110101195208150017", LIAOCHENG),
]


def register(*people: tuple[str, str, str]) -> str:
    head = "name,id_number,category,district,benefit_start"
    return "\n".join(
        [head, *(f"{name},{number},resident_pension,{where},2025-09-01" for name, number, where in people), ""]
    )


def prepared(intake: Intake, user: User, content: str) -> str:
    begun = PrepareImport(intake.runs, intake.files, intake.clock)(NewImport("hr"), user, an_id()).register_import
    intake.files.files[begun.file] = content.encode()
    return begun.import_id


def test_an_import_brings_nobody_from_elsewhere_and_says_so_by_line() -> None:
    intake = Intake()
    import_id = prepared(intake, clerk("37"), register(*PEOPLE))
    intake.dry_run(import_id, clerk("37"))
    intake.queue.drain(intake.work)
    checked = intake.runs.runs[import_id]
    assert checked.state is ImportState.CHECKED
    assert checked.checked
    assert (checked.checked.people, checked.checked.refused) == (1, {RowFault.DISTRICT_OUTSIDE: 1})
    ReleaseImport(intake.runs, intake.files, intake.clock, intake.queue)(
        import_id, checked.digest, clerk("37", who="clerk-2")
    )
    intake.queue.drain(intake.work)
    assert {one.district for one in intake.store.beneficiaries.values()} == {LIAOCHENG}


def test_an_import_is_moved_and_seen_by_those_who_have_all_its_districts() -> None:
    intake = Intake()
    import_id = prepared(intake, clerk("3715", "11"), register())
    runs, files, queue = intake.runs, intake.files, intake.queue
    for user in (clerk("3715"), clerk("11"), clerk("44"), clerk(BEIJING, "3715")):
        assert ListImports(runs)(user) == ()
        for call in (
            lambda user=user: GetImport(runs, files)(import_id, user),
            lambda user=user: intake.dry_run(import_id, user),
            lambda user=user: ReleaseImport(runs, files, intake.clock, queue)(import_id, "d", user),
            lambda user=user: StopImport(runs, files, intake.clock)(import_id, user),
        ):
            with pytest.raises(RegisterImportNotFound):
                call()
    auditor = User("a", frozenset({Group.AUDITOR}), NOWHERE)
    for user in (clerk("37", "11"), auditor):
        assert [one.import_id for one in ListImports(runs)(user)] == [import_id]
    assert StopImport(runs, files, intake.clock)(import_id, clerk("37", "11", "44")).state is ImportState.STOPPED
    with pytest.raises(DistrictOutside):
        prepared(intake, clerk(), register())
