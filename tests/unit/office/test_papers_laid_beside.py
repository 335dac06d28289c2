"""One paper is one paper, however it is scanned and its number written: earlier ones lie beside it (adr/0067)."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta

import pytest
from pydantic import ValidationError

from lifecert.application.office.papers import MOST_COMPARED, Copies
from lifecert.domain.actor import User
from lifecert.domain.certificate import Certificate, Method, RevocationCause
from lifecert.domain.errors import EarlierPapers, PaperUsedBefore
from lifecert.domain.review import Review, ReviewKind
from lifecert.domain.sighting import (
    Attestation,
    Attester,
    HomeVisit,
    PaperForm,
    Sighting,
    number_on_paper,
    paper_digest,
)
from lifecert.domain.status import EndCause, Standing, Status
from lifecert.entry.http.bodies.certifying import CertifyInPersonBody
from lifecert.entry.http.bodies.entitlement import ConfirmationBody
from tests.support.builders import CLERK, an_id
from tests.support.open_cases import SECOND, THIRD, TODAY, Office
from tests.support.proofs_of_life import PAPERS, audits, sighting, state

FIRST_SCAN, NEW_SCAN = "5" * 64, "7" * 64
LAST = TODAY - timedelta(days=80)


def attested(
    office: Office,
    number: str,
    on: date,
    scan: str = NEW_SCAN,
    country: str = "DE",
    attester: Attester = Attester.EMBASSY,
) -> Attestation:
    return Attestation(
        seen_on=on,
        attester=attester,
        country=country,
        paper=paper_digest(office.id, number),
        scan=scan,
    )


def once_certified(what: Sighting) -> Office:
    """Somebody whom two clerks certified by a paper."""
    office = Office(standing=Standing(Status.ACTIVE, TODAY + timedelta(days=20)))
    counted(office, what, "first")
    return office


def counted(office: Office, what: Sighting, key: str, user: User = CLERK, copies: Iterable[str] = ()) -> Review:
    proposal = state(office, what, user, key)
    assert isinstance(proposal, Review)
    return office.confirm(proposal.review_id, SECOND, confirm=True, copies=Copies(frozenset(copies)))


def anew(method: Method, on: date = TODAY) -> Sighting:
    """The same sheet on a scanner once more: no byte is the same."""
    what = sighting(method, on)
    if isinstance(what, Attestation):
        return replace(what, scan=NEW_SCAN, paper=NEW_SCAN)  # a digit was mistyped
    assert isinstance(what, PaperForm)
    return replace(what, scan=NEW_SCAN)


@pytest.mark.parametrize("method", PAPERS)
def test_a_sheet_that_is_scanned_anew_counts_once_the_one_before_lies_beside_it(method: Method) -> None:
    """An honest counter scans last year's form, on which the day is another now."""
    office = once_certified(sighting(method, LAST))
    proposal = state(office, anew(method), THIRD, "anew")
    assert isinstance(proposal, Review)
    for copies in (Copies(), Copies(frozenset({NEW_SCAN}))):
        with pytest.raises(EarlierPapers):
            office.confirm(proposal.review_id, SECOND, confirm=True, copies=copies)
    assert office.beneficiary.certified_on == LAST
    assert not audits(office)
    office.confirm(proposal.review_id, SECOND, confirm=True, copies=Copies(frozenset({FIRST_SCAN, "8" * 64})))
    assert office.beneficiary.certified_on == TODAY
    assert office.store.entries[office.id][-1].details["copies"] == "compared"
    assert not audits(office), "of those no more than any: one in ten, or twenty"


@pytest.mark.parametrize("method", PAPERS)
def test_nobody_is_sent_away_where_the_earlier_copy_is_lost_and_another_clerk_looks_again(method: Method) -> None:
    office = once_certified(sighting(method, LAST))
    proposal = state(office, anew(method), CLERK, "anew")
    assert isinstance(proposal, Review)
    office.confirm(proposal.review_id, SECOND, confirm=True, copies=Copies(missing=True))
    assert office.beneficiary.certified_on == TODAY
    assert office.store.entries[office.id][-1].details["copies"] == "missing"
    (audit,) = audits(office)
    assert audit.related_id == proposal.review_id
    shown = office.look(audit.review_id, THIRD)
    assert [one.scan for one in shown.papers] == [FIRST_SCAN], "and who looks again sees the same"


@pytest.mark.parametrize("method", PAPERS)
def test_whoever_decides_sees_which_papers_came_before(method: Method) -> None:
    office = once_certified(sighting(method, LAST))
    proposal = state(office, anew(method), THIRD, "anew")
    assert isinstance(proposal, Review)
    (before,) = office.look(proposal.review_id, SECOND).papers
    assert (before.seen_on, before.scan) == (LAST, FIRST_SCAN)
    assert (before.proposed_by, before.confirmed_by) == (CLERK.user_id, SECOND.user_id)
    assert before.certified_at == office.clock.now()
    assert before.same == (("letter", "witness") if method is Method.PAPER_FORM else ("attester", "country"))


def test_the_first_paper_needs_nothing_beside_it() -> None:
    office = Office(standing=Standing(Status.ACTIVE, TODAY + timedelta(days=20)))
    form = state(office, anew(Method.PAPER_FORM), CLERK, "form")
    assert isinstance(form, Review)
    assert office.look(form.review_id, SECOND).papers == ()
    office.confirm(form.review_id, SECOND, confirm=True)
    assert office.beneficiary.certified_on == TODAY
    assert "copies" not in office.store.entries[office.id][-1].details


@pytest.mark.parametrize("method", PAPERS)
def test_a_sheet_that_is_a_form_one_year_and_an_attestation_the_next_lies_beside_it(method: Method) -> None:
    """A consulate's sheet has the letter's code on it, and a stamp with a number."""
    office = once_certified(sighting(method, LAST))
    (other,) = set(PAPERS) - {method}
    proposal = state(office, anew(other), THIRD, "other")
    assert isinstance(proposal, Review)
    assert [one.scan for one in office.look(proposal.review_id, SECOND).papers] == [FIRST_SCAN]
    with pytest.raises(EarlierPapers):
        office.confirm(proposal.review_id, SECOND, confirm=True)
    with pytest.raises(PaperUsedBefore):
        state(office, replace(anew(other), scan=FIRST_SCAN), CLERK, "the very file")  # type: ignore[call-arg]


def test_a_second_copy_of_the_same_day_proves_nothing_more_and_needs_nothing() -> None:
    office = once_certified(sighting(Method.PAPER_FORM, LAST))
    again = state(office, anew(Method.PAPER_FORM, LAST), CLERK, "again")
    assert isinstance(again, Review)
    assert office.look(again.review_id, SECOND).papers == ()
    office.confirm(again.review_id, SECOND, confirm=True)
    assert office.beneficiary.certified_on == LAST


def test_a_proposal_that_is_rejected_needs_no_copy() -> None:
    office = once_certified(sighting(Method.PAPER_FORM, LAST))
    proposal = state(office, anew(Method.PAPER_FORM), CLERK, "anew")
    assert isinstance(proposal, Review)
    assert office.confirm(proposal.review_id, SECOND, confirm=False).decision


def test_what_was_confirmed_meanwhile_lies_beside_it_too() -> None:
    office = Office(standing=Standing(Status.ACTIVE, TODAY + timedelta(days=20)))
    waiting = state(office, anew(Method.PAPER_FORM), THIRD, "waiting")
    assert isinstance(waiting, Review)
    counted(office, sighting(Method.PAPER_FORM, LAST), "first")
    with pytest.raises(EarlierPapers):
        office.confirm(waiting.review_id, SECOND, confirm=True)


@pytest.mark.parametrize("cause", [RevocationCause.ERROR, RevocationCause.FRAUD])
def test_of_an_earlier_one_that_was_an_error_no_copy_is_asked_for_and_a_forged_one_is_looked_at(
    cause: RevocationCause,
) -> None:
    office = once_certified(sighting(Method.PAPER_FORM, LAST))
    (entry,) = [one for one in office.store.entries[office.id] if one.details.get("method") == Method.PAPER_FORM]
    revocation = office.propose.revocation(str(entry.details["certificate_id"]), cause, an_id(), CLERK)
    office.confirm(revocation.review_id, SECOND, confirm=True)
    proposal = state(office, anew(Method.PAPER_FORM), CLERK, "anew")
    assert isinstance(proposal, Review)
    (before,) = office.look(proposal.review_id, SECOND).papers
    assert (before.scan, before.mistaken) == (FIRST_SCAN, cause is RevocationCause.ERROR)
    if before.mistaken:
        office.confirm(proposal.review_id, SECOND, confirm=True)
        assert "copies" not in office.store.entries[office.id][-1].details


def test_of_many_years_the_last_few_are_compared() -> None:
    office = once_certified(sighting(Method.PAPER_FORM, TODAY - timedelta(days=89)))
    scans = [FIRST_SCAN]
    for number in range(MOST_COMPARED + 1):
        what = replace(sighting(Method.PAPER_FORM, TODAY - timedelta(days=60 - number)), scan=f"{number:064}")  # type: ignore[call-arg]
        counted(office, what, f"form-{number}", copies=scans[-MOST_COMPARED:])
        scans.append(f"{number:064}")
    assert len(scans) == MOST_COMPARED + 2


# --- numbers ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "number",
    [
        *("204/2026", " 204-2026 ", "２０４／２０２６", "٢٠٤/٢٠٢٦", "۲۰۴/۲۰۲۶", "२०४/२०२६", "②⓪④/2026", "0204/2026"),
        *("No. 204/2026", "NO.204/2026", "Nr 204/2026", "№204/2026", "Nº 204/2026", "N° 204/2026", "n.º 204/2026"),
        *(
            "Nro. 204/2026",
            "núm. 204/2026",
            "编号：204/2026",
            "رقم 204/2026",
            "Nr. 00204/2026",
            "Number 204/2026",
            "第204/2026号",
            "第０２０４／２０２６號",
            "204/2026号",
            "# 204/2026",
        ),
    ],
)
def test_a_number_is_the_same_however_it_is_written(number: str) -> None:
    assert number_on_paper(number) == "204-2026"
    assert paper_digest("p", number) == paper_digest("p", "204/2026")


def test_another_number_is_another_and_a_word_that_is_no_number_sign_stays() -> None:
    numbers = [
        "204/2026",
        "205/2026",
        "B 204/2026",
        "Nora 204/2026",
        "No",
        "204/2026-1",
        "2040/2026",
        "20/42026",
        "2号042026",
    ]
    assert len({number_on_paper(one) for one in numbers}) == len(numbers)
    assert paper_digest("p", "7") != paper_digest("q", "7"), "one attestation may name a couple"


@pytest.mark.parametrize("number", ["No. 204/2026", "０204-2026", "٢٠٤/٢٠٢٦"])
@pytest.mark.parametrize("country", ["DE", "CN"])
def test_a_paper_whose_number_two_clerks_write_differently_is_known_again(number: str, country: str) -> None:
    office = Office(standing=Standing(Status.ACTIVE, TODAY + timedelta(days=20)))
    counted(office, attested(office, "204/2026", LAST, FIRST_SCAN), "first")
    with pytest.raises(PaperUsedBefore):
        state(office, attested(office, number, TODAY, country=country), CLERK, "anew")


def test_the_same_number_by_somebody_else_is_looked_at_and_not_refused() -> None:
    """An embassy's 17 of one year and a notary's 17 of the next."""
    office = Office(standing=Standing(Status.ACTIVE, TODAY + timedelta(days=20)))
    counted(office, attested(office, "17", LAST, FIRST_SCAN), "first")
    proposal = state(office, attested(office, "17", TODAY, attester=Attester.NOTARY), CLERK, "notary")
    assert isinstance(proposal, Review)
    (before,) = office.look(proposal.review_id, SECOND).papers
    assert before.same == ("country", "paper")
    office.confirm(proposal.review_id, SECOND, confirm=True, copies=Copies(frozenset({FIRST_SCAN})))
    assert office.beneficiary.certified_on == TODAY


BODY = {"method": "attestation", "seen_on": "2026-02-01", "attester": "notary", "country": "CN", "scan": NEW_SCAN}


def _body(**more: object) -> CertifyInPersonBody:
    return CertifyInPersonBody.model_validate({**BODY, **more})


def test_a_number_is_taken_as_it_stands_on_the_paper() -> None:
    told = _body(number="（2026）沪东证字第0204号").sighting("p", lambda *_: "")
    assert isinstance(told, Attestation)
    assert told.paper == paper_digest("p", "2026 沪东证字 204")


@pytest.mark.parametrize("number", ["", "号", "./ -", "1" * 41, "20\n4", "20\u200b4", "\ud800", None])
def test_what_is_no_number_is_refused(number: str | None) -> None:
    with pytest.raises(ValidationError):
        _body(number=number)
    with pytest.raises(ValidationError):
        _body()


def test_digests_of_copies_are_digests_and_few() -> None:
    body = ConfirmationBody.model_validate({"confirm": True, "copies": [NEW_SCAN] * 20})
    assert body.beside() == Copies(frozenset({NEW_SCAN}))
    for wrong in (["7"], [NEW_SCAN] * 21):
        with pytest.raises(ValidationError):
            ConfirmationBody.model_validate({"confirm": True, "copies": wrong})


# --- sheets of visits ------------------------------------------------------------------------------------------------


def test_a_visit_sheet_that_certified_another_day_is_looked_at_again() -> None:
    office = Office(standing=Standing(Status.ACTIVE, TODAY + timedelta(days=20)))
    sheet = sighting(Method.HOME_VISIT, TODAY - timedelta(days=3))
    assert isinstance(sheet, HomeVisit)
    for key, on, looked_at in (("1", 3, 0), ("again", 3, 0), ("2", 2, 1), ("3", 1, 2)):
        made = state(office, replace(sheet, seen_on=TODAY - timedelta(days=on)), SECOND, key)
        assert isinstance(made, Certificate), "whom the office saw counts at once, all the same"
        assert len(audits(office)) == looked_at
    first, last = audits(office)
    assert [one.seen_on for one in office.look(first.review_id, THIRD).papers] == [TODAY - timedelta(days=3)] * 2
    days = [one.seen_on for one in office.look(last.review_id, THIRD).papers]
    assert days == [TODAY - timedelta(days=on) for on in (3, 3, 2)], "who looks again sees why"


def test_a_visit_sheet_of_another_day_is_looked_at_again_where_two_clerks_saw_the_person() -> None:
    office = Office(standing=Standing(Status.ACTIVE, TODAY + timedelta(days=20)))
    sheet = sighting(Method.HOME_VISIT, TODAY - timedelta(days=3))
    assert isinstance(sheet, HomeVisit)
    state(office, sheet, SECOND, "1")
    for scan, looked_at in (("8" * 64, 0), (sheet.scan, 1)):
        office.open(ReviewKind.DATA_SIGNAL, related_id=scan, day=TODAY, cause=EndCause.DECEASED)
        proposal = state(office, replace(sheet, seen_on=TODAY, scan=scan), CLERK, f"of {scan[0]}")
        assert isinstance(proposal, Review)
        assert len(office.look(proposal.review_id, THIRD).papers) == looked_at
        office.confirm(proposal.review_id, THIRD, confirm=True)
        assert office.beneficiary.certified_on == TODAY
        assert len(audits(office)) == looked_at


@pytest.mark.parametrize("method", PAPERS)
def test_the_copy_of_a_visit_sheet_is_no_paper_of_another_day(method: Method) -> None:
    office = Office(standing=Standing(Status.ACTIVE, TODAY + timedelta(days=20)))
    visit = sighting(Method.HOME_VISIT, TODAY - timedelta(days=3))
    assert isinstance(visit, HomeVisit)
    state(office, visit, SECOND, "visit")
    with pytest.raises(PaperUsedBefore):
        state(office, replace(sighting(method, TODAY), scan=visit.scan), CLERK, "paper")  # type: ignore[call-arg]


@pytest.mark.parametrize("method", PAPERS)
def test_a_paper_that_was_entered_by_mistake_is_shown_when_it_comes_again(method: Method) -> None:
    """With the day that it should have had it may; with one of this year it is last year's paper."""
    office = once_certified(sighting(method, LAST))
    certificate = office.beneficiary.certificate_id
    assert certificate
    mistake = office.propose.revocation(certificate, RevocationCause.ERROR, an_id(), CLERK)
    office.confirm(mistake.review_id, SECOND, confirm=True)
    proposal = state(office, sighting(method, TODAY), CLERK, "again")
    assert isinstance(proposal, Review)
    (before,) = office.look(proposal.review_id, THIRD).papers
    assert (before.certificate_id, before.seen_on, before.mistaken) == (certificate, LAST, True)
    office.confirm(proposal.review_id, THIRD, confirm=True)
    assert office.beneficiary.certified_on == TODAY
