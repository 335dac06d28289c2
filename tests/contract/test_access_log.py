"""Records opened, and references of payers, on every engine."""

from lifecert.domain.access import ACCESS_KEPT, AccessAction
from tests.support.builders import NOW, an_access, an_id
from tests.support.engines import DynamoTables, Stores


def test_rows_come_newest_first_page_by_page_and_are_each_person_s_own(stores: Stores) -> None:
    person, other = an_id(), an_id()
    rows = [an_access(person, action, number) for number, action in enumerate(AccessAction)]
    for row in (rows[2], an_access(other), *rows[:2], *rows[3:]):
        stores.access_log.note(row)
    page = stores.access_log.listed(person, 2)
    found = list(page.items)
    while page.after:
        page = stores.access_log.listed(person, 2, page.after)
        found += page.items
    assert found == rows[::-1]
    assert stores.access_log.listed(an_id(), 2).items == ()


def test_the_same_twice_at_one_moment_is_two_rows(stores: Stores) -> None:
    person = an_id()
    for _ in range(2):
        stores.access_log.note(an_access(person))
    assert stores.access_log.listed(person, 9).items == (an_access(person),) * 2


def test_a_row_goes_by_itself_and_holds_nobody_s_name(tables: DynamoTables) -> None:
    person = an_id()
    tables.stores().access_log.note(an_access(person))
    [item] = tables.all("AccessLog", beneficiary_id=person)
    assert int(item.pop("expires_at")) == int((NOW + ACCESS_KEPT).timestamp())
    assert item.pop("opened").startswith(item["at"])
    at = "2026-03-01T01:00:00.000000+00:00"
    assert item == {"beneficiary_id": person, "actor_id": "clerk-1", "role": "clerk", "action": "read", "at": at}


def test_who_may_draw_under_a_reference_stands_once_and_in_order(stores: Stores) -> None:
    key, other, people = an_id(), an_id(), sorted(an_id() for _ in range(3))
    for person in (*reversed(people), people[0]):
        stores.payment_references.note([key, other, key], person)
    assert stores.payment_references.find(key, 9) == tuple(people)
    assert stores.payment_references.find(other, 2) == tuple(people[:2])
    assert stores.payment_references.find(an_id(), 9) == ()
