"""Districts of a clerk: prefixes of the division code."""

import pytest

from lifecert.domain.actor import Group, User
from lifecert.domain.scope import EVERYWHERE, NOWHERE, Scope, is_prefix

LIAOCHENG, SHEN, JINAN, BEIJING = "371502", "371522", "370102", "110101"
CLERK, AUDITOR = frozenset({Group.CLERK}), frozenset({Group.AUDITOR})


@pytest.mark.parametrize("text", ["37", "3715", "371502"])
def test_what_is_a_prefix(text: str) -> None:
    assert is_prefix(text)


@pytest.mark.parametrize(
    "text", ["", "3", "371", "37150", "3715021", "371502001", "37 ", " 37", "３７", "3a", "*", "37\n"]
)
def test_what_is_none(text: str) -> None:
    assert not is_prefix(text)
    with pytest.raises(ValueError, match="prefix"):
        Scope.of([text])


def test_a_district_lies_within_what_begins_as_it_does() -> None:
    for prefix in ("37", "3715", LIAOCHENG):
        assert Scope.of([prefix]).covers(LIAOCHENG)
        assert not Scope.of([prefix]).covers(BEIJING)
    assert not Scope.of(["3715"]).covers(JINAN)
    assert not Scope.of([LIAOCHENG]).covers(SHEN)
    # A prefecture is none of its counties.
    assert not Scope.of([LIAOCHENG]).covers("3715")


def test_everywhere_and_nowhere() -> None:
    for district in (LIAOCHENG, ""):
        assert EVERYWHERE.covers(district)
        assert not NOWHERE.covers(district)
    assert (EVERYWHERE.is_everywhere, NOWHERE.is_everywhere, Scope.of([]).is_everywhere) == (True, False, False)
    assert EVERYWHERE.covers_any([])
    assert not NOWHERE.covers_any([LIAOCHENG])
    # What has no district, such as a batch from before there were offices.
    assert not Scope.of(["37"]).covers("")


def test_several_are_in_order_and_none_is_inside_another() -> None:
    assert Scope.of(["3715", "11", LIAOCHENG, "3701", "3715"]).prefixes == ("11", "3701", "3715")


def test_one_scope_in_another() -> None:
    prefecture, county = Scope.of(["3715"]), Scope.of([LIAOCHENG, SHEN])
    assert prefecture.covers_all_of(county)
    assert not county.covers_all_of(prefecture)
    assert not prefecture.covers_all_of(Scope.of([LIAOCHENG, JINAN]))
    assert EVERYWHERE.covers_all_of(EVERYWHERE)
    assert not prefecture.covers_all_of(EVERYWHERE)


@pytest.mark.parametrize(
    ("mine", "asked", "left"),
    [
        (["3715"], None, ("3715",)),
        (["3715"], LIAOCHENG, (LIAOCHENG,)),
        (["3715", "11"], "37", ("3715",)),
        (["3715"], "3701", ()),
        (["3715"], "37", ("3715",)),
    ],
)
def test_what_is_asked_for_is_cut_to_what_is_ones_own(
    mine: list[str], asked: str | None, left: tuple[str, ...]
) -> None:
    assert Scope.of(mine).within(asked).prefixes == left


def test_everywhere_is_cut_to_what_is_asked_for() -> None:
    assert EVERYWHERE.within(None) == EVERYWHERE
    assert EVERYWHERE.within("37") == Scope.of(["37"])


def test_who_reads_and_changes_where() -> None:
    here = Scope.of(["3715"])
    clerk, auditor, both = (User("one", groups, here) for groups in (CLERK, AUDITOR, CLERK | AUDITOR))
    assert (clerk.reads, clerk.changes) == (here, here)
    assert (auditor.reads, auditor.changes) == (EVERYWHERE, NOWHERE)
    assert (both.reads, both.changes) == (EVERYWHERE, here)
    assert (User("one").reads, User("one").changes) == (NOWHERE, NOWHERE)


def test_to_whom_is_outside_a_clerk_is_anybody_and_an_auditor_stays_one() -> None:
    both = User("one", CLERK | AUDITOR, Scope.of(["3715"]))
    assert both.towards([JINAN, LIAOCHENG]) == both
    outside = both.towards([JINAN])
    assert (outside.is_clerk, outside.is_auditor, outside.user_id) == (False, True, "one")
    assert User("one").towards([JINAN]) == User("one")
