"""Nobody of the staff is told of a person, on whichever route, without a row that was in the access log before."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from lifecert.domain.access import Access, AccessAction
from lifecert.domain.errors import StoreUnavailable
from tests.support.event_answers import ANSWERS, FIRST
from tests.support.fakes.access import MemoryAccessLog
from tests.support.wiring.functions import event, run
from tests.support.wiring.world import World

# Lists of work: ids and masked names of many, of which nobody is opened.
LISTS = {"GET /staff/hold-batches/{batch_id}", "GET /staff/lists/{name}"}
# What only a record says, or links to a face.
OF_A_RECORD = {"masked_name", "birth_year", "history", "link", "frames"}


def by_staff(case: str) -> bool:
    authorizer = event(case)["requestContext"].get("authorizer") or {}
    return bool(authorizer.get("claims", {}).get("cognito:groups") or authorizer.get("groups"))


def route_of(case: str) -> str:
    return f"{event(case)['httpMethod']} {event(case)['resource']}"


def members(node: Any) -> Iterator[tuple[str, Any]]:
    for one in node if isinstance(node, list) else []:
        yield from members(one)
    for name, value in node.items() if isinstance(node, dict) else []:
        yield name, value
        yield from members(value)


def told_of(answer: dict[str, Any]) -> set[str]:
    """Of whom an answer tells what only a record says; and of whom `already_registered` says that there is one."""
    if not answer["body"] or "json" not in answer["multiValueHeaders"]["Content-Type"][0]:
        return set()
    said = list(members(json.loads(answer["body"])))
    ids = {value for name, value in said if name == "beneficiary_id"}
    refused = answer["statusCode"] == 409
    return ids if refused or OF_A_RECORD & {name for name, _ in said} else set()


def asked(case: str) -> dict[str, Any]:
    if case in FIRST:
        run(FIRST[case])
    answer: dict[str, Any] = run(case)
    return answer


CASES = sorted(case for case in ANSWERS if by_staff(case) and route_of(case) not in LISTS)


@pytest.mark.parametrize("case", CASES)
def test_of_whom_staff_are_told_there_is_a_row(world: World, case: str) -> None:
    told = told_of(asked(case))
    rows = world.store.accesses
    assert told <= {one.beneficiary_id for one in rows}
    authorizer = event(case)["requestContext"]["authorizer"]
    assert {one.actor_id for one in rows} <= {authorizer.get("claims", authorizer).get("sub")}


@pytest.mark.parametrize("case", CASES)
def test_while_no_row_can_be_written_nobody_is_told_of(
    world: World, case: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_self: MemoryAccessLog, _access: Access) -> None:
        raise StoreUnavailable("dynamodb")

    monkeypatch.setattr(MemoryAccessLog, "note", broken)
    answer = asked(case)
    assert told_of(answer) == set()
    status, code = ANSWERS[case]
    assert answer["statusCode"] in (status, 503), code


def test_these_cases_open_records_in_every_way_there_is(world: World) -> None:
    """So that the two above have something to look at."""
    opened: dict[AccessAction, set[str]] = {}
    for case in CASES:
        if case in FIRST:
            run(FIRST[case])
        world.store.accesses.clear()
        run(case)
        for one in world.store.accesses:
            opened.setdefault(one.action, set()).add(route_of(case))
    assert opened == {
        AccessAction.FOUND: {"POST /staff/beneficiaries/find"},
        AccessAction.READ: {
            "GET /beneficiaries/{beneficiary_id}",
            "GET /staff/beneficiaries/{beneficiary_id}/ledger",
        },
        AccessAction.CASE: {"GET /staff/reviews/{review_id}"},
        AccessAction.REGISTERED_AGAIN: {"POST /staff/beneficiaries"},
    }


def test_what_a_phone_calls_writes_no_row(world: World) -> None:
    for case in (one for one in ANSWERS if not by_staff(one)):
        asked(case)
    assert world.store.accesses == []
