"""A civil registry's program tells of deaths: cases for the office, nothing ended, and nothing told of anybody."""

import json
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from lifecert.adapters.files.dci_notices import DciMessages
from lifecert.application.office.signal_death import MOST_DAYS, SignalDeath
from lifecert.application.office.take_deaths import MOST_RECORDS, DeathsRefused, DeathsTaken, TakeDeaths
from lifecert.application.shared.changing import change_newest
from lifecert.application.shared.reviewing import OpenReview, recorded, reports_joined
from lifecert.domain.actor import Actor, Role
from lifecert.domain.benefit import BenefitEnd
from lifecert.domain.data_match import MatchLine, Rejected, Rejection, Said, Taken
from lifecert.domain.errors import LimitReached, NotAllowed, StoreUnavailable, VersionConflict
from lifecert.domain.ledger import verify_chain
from lifecert.domain.number_schemes import USUAL_SCHEMES
from lifecert.domain.person import IdNumber
from lifecert.domain.review import Ground, ReviewDecision, ReviewKind, ReviewOutcome
from lifecert.domain.status import EndCause, Status
from ops.recorded import Recorded
from tests.support.builders import CLERK
from tests.support.wiring.functions import run
from tests.support.wiring.world import World
from tests.unit.office.test_data_match import CHEN, LI, NOBODY, SOURCES, WANG, ZHAO, Office
from tests.unit.office.test_dci_notices import event, message, record

SOURCE = "civil_register"


class Registry:
    """A registry's program, and the office that it tells."""

    def __init__(self, most_a_day: int = 1000) -> None:
        self.office = Office()
        office, messages = self.office, DciMessages(USUAL_SCHEMES)
        self.take = TakeDeaths(
            *(office.store.register, office.store.ledger, office.keys, office.clock, messages),
            *(office.store.limits, SOURCES, most_a_day),
        )

    def tells(self, *numbers: str, source: str = SOURCE, **header: Any) -> DeathsTaken:
        return self.told(message(event(*map(record, numbers)), **header), source)

    def told(self, content: bytes, source: str = SOURCE) -> DeathsTaken:
        taken = self.take(content, source)
        assert isinstance(taken, DeathsTaken)
        return taken

    def refuses(self, content: bytes, source: str = SOURCE) -> str:
        taken = self.take(content, source)
        assert isinstance(taken, DeathsRefused)
        return taken.code


def test_a_death_opens_a_case_and_ends_nothing() -> None:
    registry = Registry()
    taken = registry.tells(WANG, LI, CHEN, NOBODY)
    assert (taken.records, taken.rejected) == (4, ())
    assert taken.outcomes == {"case_opened": 2, "known": 1, "unknown_person": 1}
    for number in (WANG, LI):
        [case] = registry.office.of(number).open_cases
        review = registry.office.store.reviews[case.review_id]
        assert (review.kind, review.related_id, review.opened_by.actor_id) == (
            ReviewKind.DATA_SIGNAL,
            SOURCE,
            f"data_match:{SOURCE}",
        )
    assert registry.office.of(WANG).status is Status.ACTIVE
    assert registry.office.of(LI).status is Status.LAPSED


def test_the_same_message_again_changes_nothing_and_has_the_same_name() -> None:
    registry = Registry()
    first = registry.tells(WANG)
    before, reviews = dict(registry.office.store.beneficiaries), dict(registry.office.store.reviews)
    again = registry.tells(WANG)
    assert (again.correlation_id, again.outcomes) == (first.correlation_id, {"known": 1})
    assert (registry.office.store.beneficiaries, registry.office.store.reviews) == (before, reviews)
    assert registry.tells(WANG, message_id="m-2").correlation_id != first.correlation_id


def test_what_a_clerk_found_unfounded_is_not_opened_by_the_same_word_again() -> None:
    registry = Registry()
    registry.tells(WANG)
    store = registry.office.store
    [review] = store.reviews.values()
    decision = ReviewDecision(ReviewOutcome.REFUSE, Ground.UNFOUNDED, CLERK.user_id, registry.office.clock.now())
    closed = replace(review, decision=decision)
    change_newest(
        store.register,
        review.beneficiary_id,
        lambda newest: replace(recorded(newest, review, decision), review=closed),
    )
    assert registry.office.of(WANG).open_cases == ()
    registry.tells(WANG, message_id="m-2")
    assert registry.office.of(WANG).open_cases == ()
    assert len(store.reviews) == 1


def refuse_open_signal(registry: Registry) -> None:
    store, (case,) = registry.office.store, registry.office.of(WANG).open_cases
    decision = ReviewDecision(ReviewOutcome.REFUSE, Ground.UNFOUNDED, CLERK.user_id, registry.office.clock.now())
    review = replace(store.reviews[case.review_id], decision=decision)
    change_newest(
        store.register, review.beneficiary_id, lambda newest: replace(recorded(newest, review, decision), review=review)
    )


def test_a_false_word_told_first_takes_no_true_one_with_it() -> None:
    """Whoever draws for the dead has a day told on which the person surely lived, before the registry tells the day."""
    registry, true = Registry(), "2026-02-11"
    assert registry.told(message(event(record(WANG, death_date="1999-01-01")))).outcomes == {"case_opened": 1}
    assert registry.told(message(event(record(WANG, death_date=true)), message_id="m-2")).outcomes == {"joined": 1}
    person, store = registry.office.of(WANG), registry.office.store
    (case,) = person.open_cases
    review = store.reviews[case.review_id]
    assert [
        (one.day, one.believed) for one in reports_joined(person, store.entries[person.beneficiary_id], review)
    ] == [(date(2026, 2, 11), True)]
    again = registry.told(message(event(record(WANG, death_date=true)), message_id="m-3"))
    assert again.outcomes == {"known": 1}
    assert verify_chain(store.entries[person.beneficiary_id]) == registry.office.of(WANG).version
    taken = Recorded()
    for entry in store.entries[person.beneficiary_id]:
        taken.take(entry)
    assert "open_cases" not in taken.differences(registry.office.of(WANG))


def test_words_that_are_told_side_by_side_are_one_case() -> None:
    """Both looked the person up before either was written: the second was said to have opened a case as well."""
    office = Office()
    store = office.store
    signal, found = SignalDeath(store.register, store.ledger, office.clock), office.of(WANG)
    first = MatchLine(IdNumber.parse(WANG), Said.DEAD, date(2026, 2, 11), SOURCE)
    told = [signal(found, replace(first, on=date(2026, 2, day))) for day in (11, 11, 12, 12)]
    assert told == [Taken.CASE_OPENED, Taken.KNOWN, Taken.JOINED, Taken.KNOWN]
    assert len(office.of(WANG).open_cases) == len(store.reviews) == 1


def test_a_register_s_word_of_life_hides_no_death_of_the_same_day() -> None:
    office = Office()
    store, found = office.store, office.of(WANG)
    alive = OpenReview(store.register, office.clock)
    alive(
        found.beneficiary_id,
        ReviewKind.SIGN_OF_LIFE,
        Actor(f"data_match:{SOURCE}", Role.DATA_MATCH),
        related_id=SOURCE,
        day=date(2026, 2, 20),
    )
    signal = SignalDeath(store.register, store.ledger, office.clock)
    first = MatchLine(IdNumber.parse(WANG), Said.DEAD, date(2026, 2, 1), SOURCE)
    assert signal(office.of(WANG), first) is Taken.CASE_OPENED
    assert signal(office.of(WANG), replace(first, on=date(2026, 2, 20))) is Taken.JOINED


def test_a_death_that_is_told_while_an_end_is_put_right_is_a_case() -> None:
    """It was judged by the record as it had been read, in which nothing was due any more."""
    office = Office()
    signal = SignalDeath(office.store.register, office.store.ledger, office.clock)
    now = office.of(WANG)
    end = BenefitEnd(date(2026, 2, 1), EndCause.MOVED)
    gone = replace(now, benefits=tuple(replace(one, end=end) for one in now.benefits))
    assert gone.status is Status.TERMINATED
    told = MatchLine(IdNumber.parse(WANG), Said.DEAD, date(2026, 2, 11), SOURCE)
    assert signal(gone, told) is Taken.CASE_OPENED


def test_a_word_that_fell_with_a_false_one_is_looked_at_when_it_is_told_again() -> None:
    registry, true = Registry(), record(WANG, death_date="2026-02-11")
    registry.told(message(event(record(WANG, death_date="1999-01-01"))))
    registry.told(message(event(true), message_id="m-2"))
    refuse_open_signal(registry)
    assert registry.told(message(event(true), message_id="m-3")).outcomes == {"case_opened": 1}
    refuse_open_signal(registry)
    assert registry.told(message(event(true), message_id="m-4")).outcomes == {"known": 1}
    registry.told(message(event(record(WANG, death_date="2026-02-20")), message_id="m-5"))
    assert registry.told(message(event(true), message_id="m-6")).outcomes == {"known": 1}, "it had a case of its own"


def test_no_secret_of_a_register_fills_a_ledger() -> None:
    registry = Registry()
    for number in range(MOST_DAYS + 5):
        day = date(2025, 1, 1) + timedelta(days=number)
        registry.told(message(event(record(WANG, death_date=day.isoformat())), message_id=f"m-{number}"))
    assert len(registry.office.store.entries[registry.office.of(WANG).beneficiary_id]) == 1 + MOST_DAYS
    assert len(registry.office.of(WANG).open_cases) == 1


def test_an_identifier_that_is_too_long_is_none() -> None:
    registry = Registry()
    assert registry.told(message(event(record(f"{WANG:<40}9")))).rejected == (Rejection(1, Rejected.ID_NUMBER),)


def test_a_file_and_a_call_of_one_register_are_one_word() -> None:
    registry = Registry()
    registry.office.imports.files["a.dci.jsonl"] = message(event(record(WANG)))
    assert registry.office.run("a.dci.jsonl").taken == {"case_opened": 1}
    assert registry.tells(WANG).outcomes == {"known": 1}


def test_wrong_records_are_named_by_number_and_the_others_taken() -> None:
    registry = Registry()
    records = [record(WANG), record("110105194912310021"), record(LI, death_date="2026-03-02"), record(ZHAO)]
    events = [event(one) for one in records]
    events += [event(record(LI), kind="x:Birth"), event(record(LI, death_date="1879-12-31"))]
    taken = registry.told(message(*events))
    assert taken.rejected == (
        Rejection(2, Rejected.ID_NUMBER),
        Rejection(3, Rejected.DAY_IN_FUTURE),
        Rejection(5, Rejected.SAID),
        Rejection(6, Rejected.BEFORE_BIRTH),
    )
    assert taken.outcomes == {"case_opened": 2}


def test_who_is_registered_is_not_told(world: World) -> None:
    """Whoever has a client must not learn by it whose pension it is, nor how they stand."""
    known, unknown = (json.loads(run(f"report_death/registry_{case}")["body"]) for case in ("death", "unknown_person"))
    assert known == unknown
    assert known["message"]["ack_status"] == "ACK"
    assert "error" not in known["message"]


def test_the_program_is_answered_in_the_form_of_the_standard(world: World) -> None:
    told = json.loads(run("report_death/registry_bad_records")["body"])["message"]
    assert told["error"] == {"code": "err.request.bad", "message": "records not taken: 2 id_number, 3 day_in_future"}
    assert told["ack_status"] == "ACK"
    for case, code in {
        "another_sender": "err.sender_id.invalid",
        "encrypted": "err.encryption.invalid",
        "no_message": "err.request.bad",
        "too_many": "err.request.bad",
    }.items():
        refused = json.loads(run(f"report_death/registry_{case}")["body"])["message"]
        assert (refused["ack_status"], refused["error"]["code"]) == ("ERR", code)
        assert "11010519491231002X" not in json.dumps(refused)
    assert "11010519491231002X" not in world.log.getvalue()


def test_a_register_speaks_for_itself_alone_and_while_it_is_believed() -> None:
    registry = Registry()
    assert registry.refuses(message(event(record(WANG))), "hospital") == "err.sender_id.invalid"
    with pytest.raises(NotAllowed):
        registry.tells(WANG, source="stranger", sender="stranger")
    assert not registry.office.store.reviews


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b"7", b"\xff", message(), message(event(record(WANG)), action="x")]
)
def test_what_is_no_message_is_refused_whole(content: bytes) -> None:
    assert Registry().refuses(content) == "err.request.bad"


@pytest.mark.parametrize("message_id", [None, "", 7, "a b", "x" * 101, "号"])
def test_a_message_has_an_id(message_id: object) -> None:
    assert Registry().refuses(message(event(record(WANG)), message_id=message_id)) == "err.request.bad"


def test_a_day_has_a_limit_for_each_register_and_what_is_beyond_it_is_not_half_taken() -> None:
    registry = Registry(most_a_day=3)
    registry.tells(WANG, NOBODY)
    before = dict(registry.office.store.beneficiaries)
    with pytest.raises(LimitReached):
        registry.tells(LI, ZHAO, message_id="m-2")
    assert registry.office.store.beneficiaries == before
    registry.tells(LI, message_id="m-3")
    registry.tells(ZHAO, source="civil", sender="civil")
    registry.office.clock.move(days=1)
    registry.tells(ZHAO, message_id="m-4")


def test_what_is_wrong_by_itself_uses_up_no_day() -> None:
    registry = Registry(most_a_day=1)
    registry.tells("110105194912310021")
    registry.tells(WANG)


def test_more_records_than_a_call_can_do_are_refused() -> None:
    registry = Registry()
    assert registry.refuses(message(*[event(record(WANG))] * (MOST_RECORDS + 1))) == "err.request.bad"
    assert registry.tells(*[NOBODY] * MOST_RECORDS).records == MOST_RECORDS


def test_what_could_not_be_written_is_sent_again_as_a_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    registry = Registry()

    def busy(*_: object) -> None:
        raise VersionConflict

    with monkeypatch.context() as broken:
        broken.setattr(type(registry.office.store.register), "commit", busy)
        with pytest.raises(StoreUnavailable):
            registry.tells(NOBODY, WANG)
    assert registry.tells(NOBODY, WANG).outcomes == {"unknown_person": 1, "case_opened": 1}
