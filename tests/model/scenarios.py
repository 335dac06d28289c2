"""Where searches begin, and what may happen in them."""

from collections.abc import Callable, Mapping

from tests.model.search import Scenario
from tests.model.world import World


def _one(start: int = 0) -> Callable[[World], None]:
    def begin(world: World) -> None:
        world.register(0, world.new_benefit(start=start))

    return begin


def _photographed(start: int = 0) -> Callable[[World], None]:
    def begin(world: World) -> None:
        world.enrol(world.register(0, world.new_benefit(start=start)))

    return begin


def _two(world: World) -> None:
    for number in range(2):
        world.register(number, world.new_benefit(start=-12))


def _drawing(*, start: int, also: tuple[str, int | None]) -> Callable[[World], None]:
    """Ann, who draws a pension of the fund since `start`, and another benefit of a payer that may end as planned."""

    def begin(world: World) -> None:
        who = world.register(0, world.new_benefit(start=start))
        payer, ends = also
        world.add_benefit(who, world.new_benefit(payer=payer, start=0, planned_end=ends))

    return begin


TODAY = "the office registers Ann, whose pension starts today"
LAPSED = "the office registers Ann, whose pension started 12 days ago"

SCENARIOS: Mapping[str, Scenario] = {
    "certificates": Scenario(
        "one person, one benefit: certificates and their revocation",
        {TODAY: _one(), LAPSED: _one(start=-12)},
        {"proof": 2, "revocation": 2},
    ),
    "once": Scenario(
        "one person, one benefit: each kind of thing once, until nothing is left to look at",
        {LAPSED: _one(start=-12)},
        {"proof": 1, "revocation": 1, "end": 1, "correction": 1},
    ),
    "one": Scenario(
        "one person, one benefit: certificates twice",
        {TODAY: _one(), LAPSED: _one(start=-12)},
        {"proof": 2, "revocation": 1, "end": 1, "correction": 1},
    ),
    "crash": Scenario(
        "one person, one benefit; a sweep dies, nights are missed",
        {TODAY: _one(), LAPSED: _one(start=-12)},
        {"proof": 1, "end": 1, "correction": 1, "crash": 1, "missed": 1},
    ),
    "payers": Scenario(
        "one person, two benefits of two payers",
        {f"{LAPSED}, and who draws a benefit of the bureau besides": _drawing(start=-12, also=("bureau", None))},
        {"proof": 1, "revocation": 1, "end": 1, "correction": 1},
    ),
    "planned": Scenario(
        "one person, two benefits, of which one ends as planned",
        {
            f"{LAPSED}, and who draws a benefit of the bureau for 4 days": _drawing(start=-12, also=("bureau", 4)),
            f"{TODAY}, and who draws a benefit of the fund for 4 days": _drawing(start=0, also=("fund", 4)),
        },
        {"proof": 1, "end": 1, "correction": 2, "missed": 1},
    ),
    "added": Scenario(
        "one person, one benefit; another is added",
        {TODAY: _one(), LAPSED: _one(start=-12)},
        {"proof": 1, "revocation": 1, "end": 1, "correction": 1, "benefit": 1},
    ),
    "died": Scenario(
        "one person, two benefits; a death comes to light, also before another end",
        {f"{LAPSED}, and who draws a benefit of the fund for 2 days": _drawing(start=-12, also=("fund", 2))},
        {"proof": 1, "end": 1, "death": 1, "correction": 2},
    ),
    "ahead": Scenario(
        "one person, whose benefit begins later",
        {"the office registers Ann, whose pension starts in 3 days": _one(start=3)},
        {"proof": 1, "revocation": 1, "end": 1, "correction": 1},
    ),
    "started": Scenario(
        "one person, whose benefit begins another day than was known",
        {
            LAPSED: _one(start=-12),
            "the office registers Ann, whose pension starts in 3 days": _one(start=3),
        },
        {"proof": 1, "revocation": 1, "end": 1, "correction": 1, "start": 2},
    ),
    "letters": Scenario(
        "one person, one benefit: letters and visits that a clerk writes down, and a letter that comes back",
        {LAPSED: _one(start=-12)},
        {"proof": 1, "letter": 2, "returned": 1},
    ),
    "people": Scenario(
        "two people, one benefit each, of one office; a sweep dies",
        {"the office registers Ann and Ben, whose pensions started 12 days ago": _two},
        {"proof": 1, "revocation": 1, "end": 1, "crash": 1},
    ),
    "papers": Scenario(
        "one person, one benefit: the camera, consent, a contact and a report of death; everything asked for twice",
        {TODAY: _photographed(), LAPSED: _photographed(start=-12)},
        {"proof": 1, "revocation": 1, "end": 1, "correction": 1, "consent": 2, "contact": 1, "report": 1}
        | {"camera": 1, "match": 1, "twice": 1},
    ),
}
