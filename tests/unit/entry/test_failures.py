"""A function that could not do its work says so in its log, by a code of its own, and fails: somebody is told."""

import json
from typing import Any

import pytest

from lifecert.application.feed.write_change_files import WriteChangeFiles
from lifecert.bootstrap import streams
from lifecert.domain.errors import ChangeFilesUnfinished, PurgeUnfinished, StoreUnavailable
from tests.support.fakes.keys import FakeTokens
from tests.support.wiring.functions import Context, event, function
from tests.support.wiring.world import World

IN_A_MOMENT = Context(remaining_ms=1000)


def handled(case: str, context: Context) -> Any:
    return function(case.partition("/")[0]).handler(event(case), context)


def logged(world: World) -> list[dict[str, Any]]:
    return [json.loads(line) for line in world.log.getvalue().splitlines() if line.startswith("{")]


def test_a_purge_out_of_time_fails_so_that_it_is_repeated(world: World) -> None:
    with pytest.raises(PurgeUnfinished):
        handled("purge_faces/schedule", IN_A_MOMENT)
    [line] = [line for line in logged(world) if line["message"] == "purge_unfinished"]
    assert (line["level"], "out of time" in line["cause"]) == ("ERROR", True)


def test_change_files_that_are_not_all_written_fail_so_that_the_rest_is(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    handled("publish_events/registered", Context())
    one_a_file = WriteChangeFiles(world.changes, world.change_files, world.clock, ["fund"], lines=1)
    monkeypatch.setattr(streams, "write_change_files", lambda: one_a_file)
    with pytest.raises(ChangeFilesUnfinished):
        handled("write_change_file/schedule", IN_A_MOMENT)
    [line] = [line for line in logged(world) if line["message"] == "change_files_unfinished"]
    assert line["level"] == "ERROR"


def test_an_issuer_that_cannot_be_reached_is_our_error_and_no_refusal(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unreachable(self: FakeTokens, token: str) -> None:
        raise StoreUnavailable("ConnectTimeoutError")

    monkeypatch.setattr(FakeTokens, "bearer", unreachable)
    with pytest.raises(StoreUnavailable):
        handled("authorise/taken", Context())
    [line] = [line for line in logged(world) if line["message"] == "issuer_unreachable"]
    assert (line["level"], line["cause"]) == ("ERROR", "ConnectTimeoutError")
