"""Where searches begin, and what may happen in them."""

from collections.abc import Callable, Mapping

from tests.model.search import Scenario
from tests.model.world import World


def _one(**benefit: int) -> Callable[[World], None]:
    def begin(world: World) -> None:
        world.register(0, world.new_benefit(**benefit))

    return begin


def _two(world: World) -> None:
    for number in range(2):
        world.register(number, world.new_benefit())


SCENARIOS: Mapping[str, Scenario] = {
    "certificates": Scenario(
        "one person, one benefit: certificates and their revocation",
        {
            "the office registers Ann, whose pension starts today": _one(),
            "the office registers Ann, whose pension started 12 days ago": _one(start=-12),
        },
        {"proof": 2, "revocation": 2},
    ),
    "one": Scenario(
        "one person, one benefit",
        {
            "the office registers Ann, whose pension starts today": _one(),
            "the office registers Ann, whose pension started 12 days ago": _one(start=-12),
        },
        {"proof": 2, "revocation": 1, "end": 1, "correction": 1},
    ),
    "crash": Scenario(
        "one person, one benefit; a sweep dies, nights are missed",
        {"the office registers Ann, whose pension starts today": _one()},
        {"proof": 1, "revocation": 1, "end": 1, "correction": 1, "crash": 1, "missed": 1},
    ),
    "benefits": Scenario(
        "one person, two benefits of two payers",
        {
            "the office registers Ann, whose pension starts today": _one(),
            "the office registers Ann, whose pension ends as planned in 10 days": _one(planned_end=10),
        },
        {"proof": 1, "revocation": 1, "end": 2, "correction": 2, "benefit": 1},
    ),
    "people": Scenario(
        "two people, one benefit each, of one office",
        {"the office registers Ann and Ben, whose pensions start today": _two},
        {"proof": 1, "revocation": 1, "end": 1, "correction": 1, "crash": 1},
    ),
    "papers": Scenario(
        "one person, one benefit: consent, contact and a report of death besides",
        {"the office registers Ann, whose pension starts today": _one()},
        {
            "proof": 1,
            "revocation": 1,
            "end": 1,
            "correction": 1,
            "consent": 2,
            "contact": 1,
            "report": 1,
            "camera": 1,
            "twice": 1,
        },
    ),
}
