"""`make city`, tiny: a made-up city lives two months through the product, and its payers agree with it to the day."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest

from lab.city import checks
from lab.city.__main__ import main
from lab.city.books import payer_example
from lab.city.city import City
from lab.city.people import PAYERS, citizens
from lab.city.product import PREFIX
from lab.city.report import picture, table, taken
from lab.city.run import Outcome, Plan, live
from lifecert.domain.person import IdNumber
from local.dynamodb_local import Engine

# Of this seed two are held within the month, and it is all that a month can have.
PLAN = Plan(people=48, living=24, days=32, seed=235, faces=1, often=15, grace=14)


def fault_of(faults: Iterator[Any]) -> str:
    """The first of them, in words; nothing where there is none."""
    found = next(faults, "")
    return found if isinstance(found, str) else found[1]


@dataclass(frozen=True, slots=True)
class Somebody:
    """Whose record, book and ledger are broken: one benefit of somebody who draws it."""

    city: City
    who: str
    payer: str
    benefit: str

    @property
    def account(self) -> Any:
        return self.city.books.by_payer[self.payer].benefits[self.who, self.benefit]


def file_gone(one: Somebody) -> None:
    bucket = one.city.services.s3.buckets["the-change-files-bucket"]
    del bucket[next(key for key in bucket if key.startswith(f"changes/{PAYERS[1]}/") and key.endswith(".jsonl"))]


def not_approved(one: Somebody) -> None:
    one.city.approved.clear()


def paid_twice(one: Somebody) -> None:
    day = (one.city.today - timedelta(days=1)).isoformat()
    one.account.arrears["made-up"] = (day, day)


def told_otherwise(one: Somebody) -> None:
    del one.account.arrears["made-up"]
    one.account.standing = {**one.account.standing, "payment_held": not one.account.standing["payment_held"]}


def altered(one: Somebody) -> None:
    one.city.services.dynamodb.update_item(
        TableName=f"{PREFIX}Ledger",
        Key={"beneficiary_id": {"S": one.who}, "seq": {"N": "1"}},
        UpdateExpression="SET #at = :at",
        ExpressionAttributeNames={"#at": "at"},
        ExpressionAttributeValues={":at": {"S": "2026-01-01T00:00:00.000000+00:00"}},
    )


def not_listed(one: Somebody) -> None:
    client, table = one.city.services.dynamodb, f"{PREFIX}WorkLists"
    for row in client.scan(TableName=table)["Items"]:
        client.delete_item(TableName=table, Key={name: row[name] for name in ("list_key", "place")})


def files(city: City) -> Iterator[Any]:
    try:
        yield from checks.of_files(city)
    except payer_example().FeedError as error:
        yield str(error)


def books(city: City) -> Iterator[Any]:
    return checks.of_payers(city, city.by_id.values(), city.today)


# In this order: each is done to what the one before it left.
BREAKS: tuple[tuple[Callable[[Somebody], None], Callable[[City], Iterator[Any]]], ...] = (
    (file_gone, files),
    (not_approved, lambda city: checks.of_holds(city, city.books.held)),
    (paid_twice, books),
    (told_otherwise, books),
    (altered, lambda city: checks.of_chains(city, city.by_id.values())),
    (not_listed, checks.of_lists),
)


def broken(city: City) -> dict[str, str]:
    """Of each thing that may be wrong, what its check says once it is done to the city."""
    person = next(one for one in map(city.record, city.by_id.values()) if one.open_benefits)
    benefit = person.main_benefit
    one = Somebody(city, person.beneficiary_id, benefit.payer, benefit.benefit_id)
    seen: dict[str, str] = {}
    for do, check in BREAKS:
        do(one)
        seen[do.__name__] = fault_of(check(city))
    return seen


@pytest.fixture(scope="module")
def lived(dynamodb_local: Engine) -> tuple[Outcome, dict[str, str]]:
    seen: dict[str, str] = {}
    outcome = live(dynamodb_local, PLAN, lambda line: None, lambda city: seen.update(broken(city)))
    return outcome, seen


def test_no_wrong_is_done_to_anybody(lived: tuple[Outcome, Any]) -> None:
    assert lived[0].stories == []


def test_it_is_a_life(lived: tuple[Outcome, Any]) -> None:
    life = lived[0].figures["life"]
    happened = {name.partition(":")[0] for name, number in life["events"].items() if number}
    assert {"enrol", "certify", "notice", "looked for", "hold"} <= happened, life["events"]
    assert len(happened) >= 12, life["events"]
    heard = life["published"].keys()
    assert {"BeneficiaryCertified", "BeneficiaryLapsed", "PaymentHeld"} <= heard, life["published"]
    assert len(life["nights"]) == PLAN.days + 1
    assert lived[0].figures["looked_at"]["really"] >= 2


@pytest.mark.parametrize("wrong", [do.__name__ for do, _ in BREAKS])
def test_what_is_wrong_is_seen(lived: tuple[Any, dict[str, str]], wrong: str) -> None:
    """Where nothing is, nothing is seen: there are no stories."""
    assert lived[1][wrong]


def test_the_figures_are_shown(lived: tuple[Outcome, Any]) -> None:
    told = {"date": "2026-11-30", "machine": "", "python": "", "engine": "", **lived[0].figures, "stories": 0}
    kept = taken(told)
    assert "| 48, 24 |" in table(kept)
    heard = sum(kinds.get("BeneficiaryCertified", 0) for kinds in lived[0].figures["life"]["months"].values())
    assert f"certified: {heard:,}" in picture(kept)


def test_everybody_has_a_number_of_their_own() -> None:
    people = citizens(5_000, 10, PLAN.first, 1)
    assert len({IdNumber.parse(one.id_number).value for one in people}) == 5_000
    assert [one.id_number for one in people] == [one.id_number for one in citizens(5_000, 10, PLAN.first, 1)]
    assert replace(PLAN, seed=2) != PLAN


@pytest.mark.parametrize("wrong", [["--living", "11", "--people", "10"], ["--days", "0"], ["--faces", "-1"]])
def test_a_city_that_makes_no_sense_is_refused(wrong: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as refused:
        main(wrong)
    assert refused.value.code == 2
    assert "--" in capsys.readouterr().err
