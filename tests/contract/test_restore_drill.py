"""The drill restores, verifies what it restored, and leaves nothing behind."""

import pytest

from ops.restore_drill import Restore, by_copy, drill, main, to_moment
from tests.contract.test_verify_ledger import Vandal, with_chain
from tests.support.engines import DynamoTables


def run(tables: DynamoTables, restore: Restore) -> tuple[bool, str]:
    told: list[str] = []
    whole = drill(tables.client, tables.name("Beneficiaries"), tables.name("Ledger"), restore, told.append)
    return whole, "\n".join(told)


def names(tables: DynamoTables) -> list[str]:
    return sorted(tables.client.list_tables()["TableNames"])


def test_what_was_restored_is_whole_and_is_cleaned_up(tables: DynamoTables) -> None:
    before = names(tables)
    for _ in range(3):
        with_chain(tables)
    whole, told = run(tables, by_copy)
    assert whole
    assert "3 people verified" in told
    assert "every chain is whole" in told
    assert names(tables) == before


def test_by_point_in_time_recovery(moto_tables: DynamoTables) -> None:
    for table in ("Beneficiaries", "Ledger"):
        moto_tables.client.update_continuous_backups(
            TableName=moto_tables.name(table),
            PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True},
        )
    before = names(moto_tables)
    with_chain(moto_tables)
    whole, told = run(moto_tables, to_moment(None))
    assert whole, told
    assert names(moto_tables) == before


def test_damage_shows_in_the_copy(moto_tables: DynamoTables) -> None:
    victim = with_chain(moto_tables)
    Vandal(moto_tables, victim).edit(2, actor_id="somebody-else")
    whole, told = run(moto_tables, by_copy)
    assert not whole
    assert "1 broken" in told
    assert victim.beneficiary_id in told


def test_an_empty_restore_is_no_success(moto_tables: DynamoTables) -> None:
    whole, told = run(moto_tables, by_copy)
    assert not whole
    assert "NOTHING was restored" in told


def test_a_restore_that_fails_half_way_leaves_nothing(moto_tables: DynamoTables) -> None:
    before = names(moto_tables)

    def second_fails(client: object, source: str, target: str) -> None:
        if source == moto_tables.name("Ledger"):
            raise RuntimeError("no backup")
        by_copy(moto_tables.client, source, target)

    with pytest.raises(RuntimeError, match="no backup"):
        run(moto_tables, second_fails)
    assert names(moto_tables) == before


def test_a_moment_needs_its_zone(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--stack", "s", "--at", "2026-11-25T08:00:00"])
    assert "needs a time zone" in capsys.readouterr().err
