"""Work lists as they are kept and read: whatever comes late, twice or out of order, they say what the register says."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from itertools import permutations
from typing import Any

import pytest

from lifecert.application.office.get_lists import GetMonth, ListPeople, SizeLists
from lifecert.application.office.keep_lists import KeepLists, RebuildLists
from lifecert.domain.actor import Group, User
from lifecert.domain.beneficiary import Beneficiary
from lifecert.domain.change import Change
from lifecert.domain.errors import NotAllowed, VersionConflict
from lifecert.domain.ledger import LedgerEvent
from lifecert.domain.notice import NoticeChannel
from lifecert.domain.page import Position
from lifecert.domain.review import AtLeast, Ground, ReviewDecision, ReviewOutcome
from lifecert.domain.work_list import Count, Listed, WorkList, rows_of
from tests.support.builders import CLERK, HELPER, NOW, VALID_UNTIL, a_change, a_review, registration
from tests.support.fakes.clock import FixedClock
from tests.support.fakes.lists import MemoryWorkLists
from tests.support.fakes.store import MemoryStore

DISTRICT = "110101"
AUDITOR = User("auditor-1", frozenset({Group.AUDITOR}))
NEXT_YEAR = date(2027, 3, 1)


@dataclass
class Office:
    store: MemoryStore = field(default_factory=MemoryStore)
    lists: MemoryWorkLists = field(default_factory=MemoryWorkLists)
    clock: FixedClock = field(default_factory=lambda: FixedClock(NOW))

    def registered(self, **fields: Any) -> Beneficiary:
        return self.commit(registration(**{"contact_channel": NoticeChannel.SMS, **fields}))

    def commit(self, change: Change) -> Beneficiary:
        self.store.register.commit(change)
        return change.after

    def keep(self, before: Beneficiary | None, after: Beneficiary) -> bool:
        return KeepLists(self.lists, self.store.ledger, self.store.reviews_port, self.clock)(before, after)

    def listed(self, wanted: WorkList, user: User = CLERK, **more: Any) -> list[str]:
        page = ListPeople(self.lists, self.store.register, self.clock)(DISTRICT, wanted, user, 50, **more)
        return [one.beneficiary.beneficiary_id for one in page.items]

    def sizes(self) -> dict[WorkList, int]:
        found = SizeLists(self.lists, self.clock)(DISTRICT, CLERK)
        return {wanted: size.number for wanted, size in found.items() if size.number}

    @property
    def counts(self) -> list[tuple[str, str]]:
        return [(one.figure.value, one.by) for one in self.lists.counts]


def a_year(office: Office, **fields: Any) -> list[tuple[Beneficiary | None, Beneficiary]]:
    """Registered, lapsed, tried in vain, certified: each change with the record before it."""
    first = office.registered(valid_until=date(2026, 2, 28), **fields)
    steps: list[tuple[Beneficiary | None, Beneficiary]] = [(None, first)]
    for event, changed, details in (
        (LedgerEvent.LAPSED, {"lapsed": True}, {}),
        (LedgerEvent.VERIFICATION_FAILED, {}, {"outcome": "retry", "reason": "too_dark"}),
        (LedgerEvent.CERTIFIED, {"lapsed": False, "valid_until": NEXT_YEAR}, {"method": "face_self"}),
    ):
        before = steps[-1][1]
        steps.append((before, office.commit(a_change(before, event, changed=changed, details=details))))
    return steps


OF_THE_YEAR = [("year", "lapsed"), ("retry", "too_dark"), ("certified", "face_self"), ("year", "late")]


def test_each_change_moves_a_person_and_is_counted_once() -> None:
    office = Office()
    (_, first), lapsed, tried, certified = a_year(office)
    assert office.keep(None, first)
    assert office.sizes() == {WorkList.DUE: 1}
    assert office.keep(*lapsed)
    assert office.sizes() == {WorkList.LAPSED: 1, WorkList.LAPSED_UNTOLD: 1}
    assert office.keep(*tried)
    assert office.keep(*certified)
    assert office.sizes() == {}, "due a year ahead"
    assert office.counts == OF_THE_YEAR


def test_what_comes_again_in_order_changes_nothing() -> None:
    office = Office()
    steps = a_year(office)
    for step in steps:
        office.keep(*step)
    kept, counts = dict(office.lists.people), list(office.lists.counts)
    for step in (*steps[1:], steps[2], steps[3]):
        assert not office.keep(*step)
    assert (office.lists.people, office.lists.counts) == (kept, counts)


@pytest.mark.parametrize("order", [*permutations(range(4))], ids=str)
def test_in_whichever_order_the_last_state_is_what_the_lists_have(order: Sequence[int]) -> None:
    """Which the stream never does: what was lost, and is handed over by hand, must not put anybody back."""
    office = Office()
    steps = a_year(office)
    for number in order:
        office.keep(*steps[number])
    last = steps[-1][1]
    assert office.lists.known(last.beneficiary_id).rows == rows_of(last)
    assert len(office.counts) == len(set(office.counts)), "nothing is counted twice"


def test_a_change_that_moves_nobody_and_counts_nothing_writes_nothing() -> None:
    office = Office()
    person = office.registered()
    office.keep(None, person)
    kept = office.lists.people[person.beneficiary_id]
    sent = office.commit(a_change(person, LedgerEvent.NOTICE_SENT, details={}))
    assert not office.keep(person, sent)
    assert office.lists.people[person.beneficiary_id] == kept


def test_a_record_that_is_brought_up_without_an_entry_is_counted_no_second_time() -> None:
    """Hashes under a new secret, a migration: another write of the same version."""
    office = Office()
    steps = a_year(office)
    for step in steps:
        office.keep(*step)
    last = steps[-1][1]
    moved = replace(last, has_reference=False)
    assert office.keep(last, moved)
    assert office.counts == OF_THE_YEAR
    assert office.lists.known(last.beneficiary_id).rows == rows_of(moved)


def test_a_decided_case_is_counted_by_the_entry_that_decided_it_and_no_other() -> None:
    office = Office()
    person = office.registered()
    decision = ReviewDecision(ReviewOutcome.ACCEPT, Ground.CONFIRMED, "clerk-2", NOW)
    case = replace(a_review(person, opened_at=NOW - timedelta(days=2)), decision=decision)
    office.store.reviews[case.review_id] = case
    told = {"review_id": case.review_id}
    earlier = office.commit(a_change(person, LedgerEvent.REVIEW_OPENED, details=told, at=NOW - timedelta(days=2)))
    office.keep(person, earlier)
    assert office.counts == []
    office.keep(earlier, office.commit(a_change(earlier, LedgerEvent.REVIEW_DECIDED, details=told)))
    assert office.counts == [("decided", "within_3_days")]


@dataclass(slots=True)
class Contended(MemoryWorkLists):
    """Somebody else is quicker, so many times."""

    others: int = 1

    def move(self, before: Listed, after: Listed, counts: Sequence[Count] = ()) -> None:
        if self.others:
            self.others -= 1
            raise VersionConflict
        MemoryWorkLists.move(self, before, after, counts)


@pytest.mark.parametrize("others", [1, 3])
def test_whoever_comes_in_between_is_read_and_nothing_is_lost(others: int) -> None:
    office = Office(lists=Contended(others=others))
    person = office.registered()
    assert office.keep(None, person)
    assert office.lists.known(person.beneficiary_id).rows == rows_of(person)


def test_too_many_collisions_are_an_error() -> None:
    office = Office(lists=Contended(others=99))
    with pytest.raises(VersionConflict):
        office.keep(None, office.registered())


def test_the_lists_are_made_anew_of_the_register_and_older_changes_that_come_then_are_counted_but_move_nobody() -> None:
    office = Office()
    steps = a_year(office)
    last = steps[-1][1]
    rebuild = RebuildLists(office.lists)
    assert rebuild(last)
    assert not rebuild(last)
    assert not rebuild(steps[0][1]), "an older reading puts nobody back"
    for step in steps:
        office.keep(*step)
    assert office.lists.known(last.beneficiary_id).rows == rows_of(last)
    assert office.counts == OF_THE_YEAR


def test_lists_hold_what_following_every_change_and_rebuilding_both_come_to() -> None:
    followed, rebuilt = Office(), Office()
    people = [a_year(followed, has_reference=bool(n % 2), reference_on=date(2020, 1, n + 1)) for n in range(4)]
    for steps in people:
        for step in steps:
            followed.keep(*step)
        RebuildLists(rebuilt.lists)(steps[-1][1])
    assert {one: known.rows for one, known in followed.lists.people.items()} == {
        one: known.rows for one, known in rebuilt.lists.people.items()
    }


# --- reading -------------------------------------------------------------------------------------------------------


def test_whoever_is_due_soon_comes_by_day_and_nobody_later() -> None:
    office = Office()
    ends = [NOW.date() + timedelta(days=days) for days in (61, 60, -1, 5)]
    people = [office.registered(valid_until=end) for end in ends]
    for person in people:
        office.keep(None, person)
    later, last, over, soon = (one.beneficiary_id for one in people)
    # Whom the night has not lapsed yet, as while a proof waits for a human, is due more than anybody.
    assert office.listed(WorkList.DUE) == [over, soon, last]
    assert office.listed(WorkList.DUE, due_days=5) == [over, soon]
    assert office.listed(WorkList.DUE, due_days=61) == [over, soon, last, later]
    office.clock.move(days=1)
    assert office.listed(WorkList.DUE) == [over, soon, last, later], "nothing was written for that"


def test_a_photo_is_old_from_a_day_on_that_nobody_writes_down() -> None:
    office = Office()
    person = office.registered(reference_on=NOW.date() - timedelta(days=5 * 365))
    office.keep(None, person)
    assert office.listed(WorkList.OLD_REFERENCE) == []
    office.clock.move(days=2)
    assert office.listed(WorkList.OLD_REFERENCE) == [person.beneficiary_id]


def test_a_list_shows_nobody_of_whom_it_is_not_so_any_more_and_shows_them_as_they_are() -> None:
    """Whatever the stream is late with."""
    office = Office()
    stays, goes = (office.registered(contact_channel=None) for _ in range(2))
    for person in (stays, goes):
        office.keep(None, person)
    office.commit(a_change(goes, LedgerEvent.CONTACT_CHANGED, changed={"contact_channel": NoticeChannel.SMS}))
    office.commit(a_change(stays, LedgerEvent.AMENDED, changed={"masked_name": "李*"}))
    page = ListPeople(office.lists, office.store.register, office.clock)(DISTRICT, WorkList.NO_CONTACT, CLERK, 9)
    assert [(one.beneficiary.masked_name, one.day) for one in page.items] == [("李*", VALID_UNTIL)]
    newest = office.store.beneficiaries[stays.beneficiary_id]
    moved = office.commit(a_change(newest, LedgerEvent.AMENDED, changed={"district": "310101"}))
    assert office.listed(WorkList.NO_CONTACT) == [], "another office's by now"
    office.keep(stays, moved)
    assert office.lists.known(stays.beneficiary_id).rows == rows_of(moved)


def pages(office: Office, limit: int) -> Iterator[list[str]]:
    use_case, after = ListPeople(office.lists, office.store.register, office.clock), None
    while True:
        page = use_case(DISTRICT, WorkList.NO_CONTACT, CLERK, limit, after)
        yield [one.beneficiary.beneficiary_id for one in page.items]
        after = page.after
        if after is None:
            return


def test_everybody_is_on_one_page_and_on_one_alone() -> None:
    office = Office()
    people = [
        office.registered(contact_channel=None, valid_until=VALID_UNTIL + timedelta(days=n % 3)) for n in range(7)
    ]
    for person in people:
        office.keep(None, person)
    found = list(pages(office, 3))
    assert [len(page) for page in found] == [3, 3, 1]
    whole = [one for page in found for one in page]
    assert whole == [one.beneficiary_id for one in sorted(people, key=lambda p: (p.valid_until, p.beneficiary_id))]


def test_more_people_than_are_read_at_once() -> None:
    office = Office()
    for _ in range(130):
        office.keep(None, office.registered(contact_channel=None))
    assert [len(page) for page in pages(office, 200)] == [130]


@pytest.mark.parametrize("user", [CLERK, AUDITOR])
def test_staff_may_read(user: User) -> None:
    office = Office()
    assert office.listed(WorkList.DUE, user) == []
    assert SizeLists(office.lists, office.clock)(DISTRICT, user) == dict.fromkeys(WorkList, AtLeast(0))
    assert GetMonth(office.lists)(DISTRICT, "2026-03", user).numbers == {}


def test_nobody_else_may() -> None:
    office = Office()
    place: Position | None = None
    with pytest.raises(NotAllowed):
        ListPeople(office.lists, office.store.register, office.clock)(DISTRICT, WorkList.DUE, HELPER, 9, place)
    with pytest.raises(NotAllowed):
        SizeLists(office.lists, office.clock)(DISTRICT, HELPER)
    with pytest.raises(NotAllowed):
        GetMonth(office.lists)(DISTRICT, "2026-03", HELPER)


def test_a_month_is_a_district_s_own() -> None:
    office = Office()
    for steps in (a_year(office), a_year(office)):
        for step in steps:
            office.keep(*step)
    figures = GetMonth(office.lists)(DISTRICT, "2026-03", CLERK).numbers
    assert figures == {"certified": {"face_self": 2}, "retry": {"too_dark": 2}}
    assert GetMonth(office.lists)(DISTRICT, "2026-02", CLERK).numbers == {"year": {"lapsed": 2, "late": 2}}
    assert GetMonth(office.lists)("310101", "2026-03", CLERK).numbers == {}
