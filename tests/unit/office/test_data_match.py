"""Data matches: what other registers say confirms life by itself, ends nothing by itself, and is taken line by line."""

import json
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from lifecert.adapters.files.match_lines import MAX_LINE, read_lines, split_lines
from lifecert.application.office import import_data_match
from lifecert.application.office.import_data_match import ImportDataMatch
from lifecert.application.shared.changing import change_newest
from lifecert.application.shared.reviewing import opening, recorded
from lifecert.domain.beneficiary import Beneficiary
from lifecert.domain.certificate import Method
from lifecert.domain.data_match import Import, MatchLine, Rejected, Rejection, Said, Sources, Trust
from lifecert.domain.errors import ImportNotFound, StoreUnavailable
from lifecert.domain.ledger import LedgerEvent, facts_of, verify_chain
from lifecert.domain.number_schemes import USUAL_SCHEMES
from lifecert.domain.person import IdNumber
from lifecert.domain.reasons import Reason
from lifecert.domain.review import Ground, ReviewDecision, ReviewKind, ReviewOutcome
from lifecert.domain.status import Standing, Status
from tests.support.builders import (
    CLERK,
    TRUSTED,
    a_beneficiary,
    a_change,
    a_review,
    an_issuer,
    standing_of,
)
from tests.support.fakes.clock import FixedClock
from tests.support.fakes.imports import MemoryImports
from tests.support.fakes.keys import FakePersonKeys
from tests.support.fakes.store import MemoryStore
from tests.support.fakes.sweep import NoPace

SOURCES = frozenset({"a", "civil", "civil_register", "hospital", "vaccination"})
HEADER = "id_number,said,on,source"
WANG, LI, ZHAO, CHEN = "11010519491231002X", "440524188001010014", "110101194001010039", "110101194001010055"
NOBODY = "110101195005050032"


class Office:
    """WANG is active, LI lapsed and held, CHEN's entitlement has ended."""

    def __init__(self) -> None:
        self.store, self.clock, self.imports, self.keys = MemoryStore(), FixedClock(), MemoryImports(), FakePersonKeys()
        self.ids = {
            WANG: self.add(WANG, Standing(Status.ACTIVE, date(2026, 6, 30))),
            LI: self.add(LI, Standing(Status.LAPSED, date(2026, 1, 31), held_since=date(2026, 2, 20))),
            ZHAO: self.add(ZHAO, Standing(Status.ACTIVE, date(2026, 6, 30))),
            CHEN: self.add(CHEN, Standing(Status.TERMINATED, date(2026, 6, 30), ended_on=date(2026, 2, 1))),
        }
        register, reviews = self.store.register, self.store.reviews_port
        self.run = ImportDataMatch(
            *(register, self.store.ledger, self.imports, self.keys, self.clock, an_issuer()),
            *(reviews, SOURCES, NoPace(), TRUSTED),
        )

    def add(self, id_number: str, standing: Standing) -> str:
        fresh = a_beneficiary(person_key=self.keys.person_key(id_number), standing=standing)
        self.store.register.commit(a_change(fresh, LedgerEvent.REGISTERED))
        return fresh.beneficiary_id

    def of(self, id_number: str) -> Beneficiary:
        return self.store.beneficiaries[self.ids[id_number]]

    def take(self, *lines: str, header: str = HEADER, **arguments: Any) -> Import:
        self.imports.files["f.csv"] = "\n".join([header, *lines]).encode()
        return self.run("f.csv", **arguments)

    @property
    def rejected(self) -> list[tuple[int, str]]:
        parts = [part for _, part in sorted(self.imports.rejects.items())]
        return [(one.line, one.why.value) for part in parts for one in part]


def test_who_was_seen_alive_is_certified_as_of_that_day() -> None:
    office = Office()
    done = office.take(f"{WANG},alive,2026-02-20,hospital")
    assert (done.taken, done.rejected, done.finished) == ({"certified": 1}, {}, True)
    person = office.of(WANG)
    assert standing_of(person) == Standing(Status.ACTIVE, date(2027, 2, 20))
    certificate = office.store.certificates[str(person.certificate_id)]
    assert (certificate.method, certificate.certified_on) == (Method.DATA_MATCH, date(2026, 2, 20))
    assert certificate.statement.count(".") == 2
    entry = office.store.entries[person.beneficiary_id][-1]
    assert (entry.actor.actor_id, entry.actor.role) == ("data_match:hospital", "data_match")
    assert entry.details["source"] == "hospital"
    assert verify_chain(office.store.entries[person.beneficiary_id]) == person.version


def test_who_had_lapsed_and_was_held_is_restored_with_arrears() -> None:
    office = Office()
    office.take(f"{LI},alive,2026-02-25,vaccination")
    assert standing_of(office.of(LI)) == Standing(Status.ACTIVE, date(2027, 2, 25))
    (facts,) = facts_of(office.store.entries[office.ids[LI]][-1])
    assert facts["payment_was_held"] is True
    # The payment stood still until it became known, on the first of March, that she was seen in February.
    assert (facts["arrears_first_day"], facts["arrears_last_day"]) == ("2026-02-20", "2026-02-28")


def test_a_later_day_wins_and_an_earlier_one_shortens_nothing_in_any_order() -> None:
    for days in (["2026-02-20", "2025-09-01", "2026-02-28"], ["2026-02-28", "2026-02-20", "2025-09-01"]):
        office = Office()
        for day in days:
            office.take(f"{WANG},alive,{day},hospital")
        assert office.of(WANG).valid_until == date(2027, 2, 28)
        assert office.store.certificates[str(office.of(WANG).certificate_id)].certified_on == date(2026, 2, 28)


def test_the_same_file_again_changes_nothing() -> None:
    office = Office()
    lines = (f"{WANG},alive,2026-02-20,hospital", f"{LI},alive,2026-02-25,hospital", f"{ZHAO},dead,2026-02-25,civil")
    assert office.take(*lines).taken == {"certified": 2, "case_opened": 1}
    before, reviews = dict(office.store.beneficiaries), dict(office.store.reviews)
    again = office.take(*lines)
    assert again.taken == {"known": 3}
    assert (office.store.beneficiaries, office.store.reviews) == (before, reviews)


def test_a_death_opens_a_case_and_touches_nothing_else() -> None:
    office = Office()
    before = office.of(ZHAO)
    office.take(f"{ZHAO},dead,2026-02-25,civil_register", f"{CHEN},dead,2026-02-25,civil_register")
    after = office.of(ZHAO)
    told = {"version": after.version, "ledger_head": after.ledger_head, "open_cases": after.open_cases}
    assert after == replace(before, **told)  # type: ignore[arg-type]
    [review] = office.store.reviews.values()
    assert (review.kind, review.day, review.related_id) == (
        ReviewKind.DATA_SIGNAL,
        date(2026, 2, 25),
        "civil_register",
    )
    assert office.store.certificates == {}
    assert office.of(CHEN).status is Status.TERMINATED


def test_a_sign_of_life_after_the_end_opens_a_case_which_later_ones_join() -> None:
    office = Office()
    before = office.of(CHEN)
    done = office.take(f"{CHEN},alive,2026-02-20,hospital")
    assert (done.taken, done.rejected) == ({"case_opened": 1}, {})
    [review] = office.store.reviews.values()
    assert (review.kind, review.day, review.related_id) == (ReviewKind.SIGN_OF_LIFE, date(2026, 2, 20), "hospital")
    assert (review.opened_by.actor_id, review.cause) == ("data_match:hospital", None)
    after = office.of(CHEN)
    assert after == replace(before, version=after.version, ledger_head=after.ledger_head), "still ended"
    again = office.take(f"{CHEN},alive,2026-02-20,hospital", f"{CHEN},alive,2026-02-27,hospital")
    assert (again.taken, office.store.reviews) == ({"known": 2}, {review.review_id: review})
    assert office.take(f"{CHEN},alive,2026-02-20,vaccination").taken == {"case_opened": 1}, "another witness"
    assert office.store.certificates == {}


def test_what_a_register_saw_after_its_case_was_decided_is_another_case() -> None:
    office = Office()
    office.take(f"{CHEN},alive,2026-02-20,hospital")
    [review] = office.store.reviews.values()
    refused = ReviewDecision(ReviewOutcome.REFUSE, Ground.OTHER_PERSON, "clerk-1", office.clock.now())
    office.store.reviews[review.review_id] = replace(review, decision=refused)
    office.clock.move(days=10)
    done = office.take(f"{CHEN},alive,2026-02-20,hospital", f"{CHEN},alive,2026-03-01,hospital")
    assert done.rejected == {"entitlement_ended": 2}, "what the clerk looked into"
    assert office.take(f"{CHEN},alive,2026-03-02,hospital").taken == {"case_opened": 1}
    assert office.take(f"{CHEN},alive,2026-03-09,hospital").taken == {"known": 1}
    assert len(office.store.reviews) == 2


def test_lines_that_cannot_be_taken_are_numbered_and_the_others_are_taken() -> None:
    office = Office()
    done = office.take(
        f"{WANG},alive,2026-02-20,hospital",
        f"{WANG[:-1]}1,alive,2026-02-20,hospital",
        f"{ZHAO},alive,20.2.2026,hospital",
        f"{ZHAO},alive,2026-03-02,hospital",
        f"{ZHAO},asleep,2026-02-20,hospital",
        f"{ZHAO},alive,2026-02-20,the hospital",
        f"{ZHAO},alive,2026-02-20",
        f'{ZHAO},"alive,2026-02-20,hospital',
        "\ufffd" * (MAX_LINE + 1),
        "",
        f"{NOBODY},alive,2026-02-20,hospital",
        f"{CHEN},alive,2026-02-01,hospital",
        f"{LI},alive,2024-02-20,hospital",
        f"{ZHAO},alive,2026-02-20,hospital",
        f"{ZHAO},dead,1939-12-31,hospital",
    )
    assert office.rejected == [
        (2, "id_number"),
        (3, "day"),
        (4, "day_in_future"),
        (5, "said"),
        (6, "source"),
        (7, "columns"),
        (8, "unreadable"),
        (9, "unreadable"),
        (10, "unreadable"),
        (11, "unknown_person"),
        (12, "entitlement_ended"),
        (13, "year_over"),
        (15, "before_birth"),
    ]
    assert done.taken == {"certified": 2}
    assert done.lines == 15
    assert office.of(LI).held_since == date(2026, 2, 20)
    assert office.imports.files == {}, "personal data is deleted"


@pytest.mark.parametrize("header", ["number,said,on,source", "", "id_number,said,on,source,note", "\x00"])
def test_a_file_without_its_header_is_refused_line_by_line(header: str) -> None:
    office = Office()
    office.take(f"{WANG},alive,2026-02-20,hospital", header=header)
    assert office.rejected == [(1, "columns")]
    assert office.of(WANG).version == 1


def test_columns_come_in_any_order_and_as_json_lines_too() -> None:
    office = Office()
    office.take(f"hospital,2026-02-20,{WANG},alive", header="source,on,id_number,said")
    assert office.of(WANG).version == 2
    line = {"id_number": ZHAO, "said": "alive", "on": "2026-02-20", "source": "hospital"}
    wrong: list[Any] = [line, {**line, "note": ""}, {**line, "on": 20260220}, {**line, "source": None}, [], "x"]
    office.imports.files["f.jsonl"] = "\n".join([*map(json.dumps, wrong), "{"]).encode()
    office.run("f.jsonl")
    assert office.of(ZHAO).version == 2
    assert office.rejected == [
        (2, "columns"),
        (3, "day"),
        (4, "source"),
        (5, "unreadable"),
        (6, "unreadable"),
        (7, "unreadable"),
    ]


def test_out_of_time_it_stops_after_a_part_and_goes_on_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_data_match, "CHUNK", 2)
    office = Office()
    lines = [f"{WANG},alive,2026-02-{day},hospital" for day in range(10, 15)]
    done = office.take("rubbish", *lines, out_of_time=lambda: True)
    assert (done.lines, done.finished) == (2, False)
    assert office.imports.files
    done = office.run("f.csv")
    assert (done.lines, done.finished) == (6, True)
    assert done.taken["certified"] + done.taken.get("known", 0) == 5
    assert office.rejected == [(1, "columns")]
    assert office.of(WANG).valid_until == date(2027, 2, 14)


def test_a_crash_anywhere_is_made_good_by_the_next_call(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_data_match, "CHUNK", 2)
    lines = (f"{WANG},alive,2026-02-20,a", "rubbish", f"{LI},alive,2026-02-25,a", f"{ZHAO},dead,2026-02-20,a", "x")
    for step in ("keep_rejects", "keep_progress", "delete"):
        office = Office()
        broken = office.imports

        class Crash(MemoryImports):
            pass

        def crash(self: MemoryImports, *_: Any) -> None:
            raise StoreUnavailable

        monkeypatch.setattr(Crash, step, crash)
        crashing = Crash(broken.files, broken.kept, broken.rejects)
        office.imports.files["f.csv"] = "\n".join([HEADER, *lines]).encode()
        with pytest.raises(StoreUnavailable):
            replace(office.run, imports=crashing)("f.csv")
        office.run("f.csv")
        assert office.rejected == [(2, "columns"), (5, "columns")], step
        assert [office.of(who).version for who in (WANG, LI, ZHAO)] == [2, 2, 2], step
        assert office.imports.files == {}, step


def test_a_line_whose_write_fails_is_rejected_for_now_and_holds_up_nobody() -> None:
    office = Office()

    class Stuck:
        def __getattr__(self, name: str) -> Any:
            return getattr(office.store.register, name)

        def commit(self, change: Any) -> None:
            if change.after.beneficiary_id == office.ids[WANG]:
                raise StoreUnavailable
            office.store.register.commit(change)

    office.run = replace(office.run, register=Stuck())
    office.take(f"{WANG},alive,2026-02-20,hospital", f"{ZHAO},alive,2026-02-20,hospital")
    assert office.rejected == [(1, "not_now")]
    assert (office.of(WANG).version, office.of(ZHAO).version) == (1, 2)


def test_a_file_that_is_not_there_is_not_found() -> None:
    with pytest.raises(ImportNotFound):
        Office().run("f.csv")


def test_another_file_of_the_same_name_begins_anew() -> None:
    office = Office()
    office.imports.kept["f.csv"] = (b"other", Import(lines=1))
    assert office.take(f"{WANG},alive,2026-02-20,hospital").taken == {"certified": 1}


def test_lines_are_found_however_the_file_comes_in_parts() -> None:
    line = f"{WANG},alive,2026-02-20,hospital"
    content = f"\ufeff{HEADER}\r\n{line}\r\n{line}".encode()
    expected = [MatchLine(IdNumber.parse(WANG), Said.ALIVE, date(2026, 2, 20), "hospital")] * 2
    for size in (1, 7, 64, 1000):
        parts = [content[start : start + size] for start in range(0, len(content), size)]
        assert list(read_lines(split_lines(parts), USUAL_SCHEMES)) == expected
    endless = list(split_lines([b"x" * 700] * 10 + [b"\nshort\n"]))
    assert [len(one) > MAX_LINE for one in endless] == [True, False]
    assert len(endless[0]) < 3 * MAX_LINE
    assert Rejection(1, Rejected.UNREADABLE).why in list(read_lines([HEADER.encode(), endless[0]], USUAL_SCHEMES))


def test_days_are_counted_as_the_deployment_does() -> None:
    office = Office()
    office.clock.move(hours=15)  # past midnight in Shanghai
    assert office.take(f"{WANG},alive,2026-03-02,hospital").taken == {"certified": 1}
    assert office.clock.today() - timedelta(days=1) == date(2026, 3, 1)


def test_nobody_is_believed_whom_the_deployment_does_not_name() -> None:
    office = Office()
    done = office.take(f"{WANG},alive,2026-02-20,nobody-knows-me", f"{ZHAO},dead,2026-02-20,nobody-knows-me")
    assert (done.taken, done.rejected) == ({}, {"source_unknown": 2})
    assert (office.store.certificates, office.store.reviews) == ({}, {})


def test_one_register_has_one_open_case_of_a_person_however_many_days_it_names() -> None:
    office = Office()
    lines = [f"{WANG},dead,2026-02-{day},civil_register" for day in range(10, 20)]
    assert office.take(*lines[:1]).taken == {"case_opened": 1}
    assert office.take(*lines).taken == {"known": 1, "joined": 9}
    assert office.take(f"{WANG},dead,2026-02-19,hospital").taken == {"case_opened": 1}, "another's is another's"
    assert len(office.of(WANG).open_cases) == 2


def test_a_register_s_word_against_an_open_case_is_a_case_and_certifies_once_that_is_decided() -> None:
    office = Office()
    office.take(f"{WANG},dead,2026-02-19,civil_register")
    before = office.of(WANG).valid_until
    line = f"{WANG},alive,2026-02-20,hospital"
    assert office.take(line).taken == {"case_opened": 1}
    assert office.take(line).taken == {"known": 1}
    assert (office.store.certificates, office.of(WANG).valid_until) == ({}, before)
    signal, sign = office.store.reviews.values()
    assert (sign.kind, sign.related_id, sign.day) == (ReviewKind.SIGN_OF_LIFE, "hospital", date(2026, 2, 20))
    assert office.of(WANG).spared_until is None, "there are months to wait in anyway"
    store = office.store
    closed = ReviewDecision(ReviewOutcome.REFUSE, Ground.UNFOUNDED, CLERK.user_id, office.clock.now())
    change_newest(
        store.register,
        signal.beneficiary_id,
        lambda newest: replace(recorded(newest, signal, closed), review=replace(signal, decision=closed)),
    )
    assert office.take(line).taken == {"certified": 1}


def test_what_a_camera_saw_says_nothing_against_a_register() -> None:
    office = Office()
    person = office.of(WANG)
    review = a_review(person, reason=Reason.MATCH_UNCERTAIN)
    office.store.register.commit(opening(person, review))
    assert office.of(WANG).doubts
    assert office.take(f"{WANG},alive,2026-02-20,hospital").taken == {"certified": 1}


# --- how far a register is believed ---------------------------------------------------------------------------------


def believed(office: Office, **changed: Any) -> Office:
    hospital = replace(TRUSTED.default, **changed)
    office.run = replace(office.run, trusted=Sources(TRUSTED.default, {"hospital": hospital}))
    return office


def test_a_day_that_is_not_fresh_certifies_nobody_and_is_numbered() -> None:
    office = believed(Office(), fresh_days=30)
    done = office.take(f"{WANG},alive,2026-01-29,hospital", f"{ZHAO},alive,2026-01-30,hospital")
    assert (done.taken, office.rejected) == ({"certified": 1}, [(1, "not_fresh")])
    assert office.take(f"{WANG},alive,2026-01-29,vaccination").taken == {"certified": 1}, "of another register it does"


def test_a_death_is_a_case_whatever_the_register_is_believed_of_life() -> None:
    office = believed(Office(), trust=Trust.CASE_ONLY, fresh_days=1)
    assert office.take(f"{ZHAO},dead,2026-01-05,hospital").taken == {"case_opened": 1}


def test_a_register_that_certifies_nobody_is_a_case_once_a_year_for_whose_year_is_nearly_over() -> None:
    office = believed(Office(), trust=Trust.CASE_ONLY)
    assert office.take(f"{WANG},alive,2026-02-20,hospital").taken == {"known": 1}, "four months are left"
    assert office.take(f"{LI},alive,2026-02-20,hospital").taken == {"case_opened": 1}
    assert office.take(f"{LI},alive,2026-02-25,hospital").taken == {"known": 1}
    (case,) = office.store.reviews.values()
    assert (case.kind, case.related_id, case.day) == (ReviewKind.SIGN_OF_LIFE, "hospital", date(2026, 2, 20))
    assert office.of(LI).status is Status.LAPSED
    assert office.of(LI).spared_until is None, "a weak word spares nobody"
    office.clock.move(days=62)
    assert office.take(f"{WANG},alive,2026-04-20,hospital").taken == {"case_opened": 1}
    assert office.store.certificates == {}


@pytest.mark.parametrize("named", [True, False])
def test_a_certificate_names_the_register_only_where_that_is_wanted(named: bool) -> None:
    office = believed(Office(), on_certificate=named)
    office.take(f"{WANG},alive,2026-02-20,hospital")
    certificate = office.store.certificates[str(office.of(WANG).certificate_id)]
    assert certificate.claims("issuer").get("source") == ("hospital" if named else None)
    assert office.store.entries[office.ids[WANG]][-1].details["source"] == "hospital"


@pytest.mark.parametrize(
    ("language", "told"), [("en", "The clinic saw you on 3 May 2026"), ("zh-CN", "门诊于2026年5月3日见到您本人")]
)
def test_the_person_is_told_who_saw_them_and_when(language: str, told: str) -> None:
    place = {"en": "the clinic", "zh-CN": "门诊"}
    assert replace(TRUSTED.default, place=place).explained(date(2026, 5, 3), language) == told
