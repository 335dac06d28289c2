"""Stories that a search found, told once more: each ended badly before the rule was mended."""

import pytest

from tests.model.actions import actions
from tests.model.scenarios import LAPSED, SCENARIOS, TODAY
from tests.model.search import begun, did
from tests.model.world import World, years_of

NIGHT = "the sweep runs the next night"
MISSED = "5 nights go by without a sweep"
MISTAKE = "two clerks agree that the last end of Ann was a mistake"
WITH_ANOTHER = f"{LAPSED}, and who draws a benefit of the bureau for 4 days"
ARRIVES = "a notice about the year until day -6 reaches Ann, sent on day 2 as m1"

FOUND = {
    "an end before the benefit began took back days that nobody had paid": (
        "one",
        (TODAY, "two clerks agree that everything of Ann ended on day -1"),
    ),
    "a benefit was covered by a certificate that the end of everything else had revoked": (
        "added",
        (
            LAPSED,
            "a clerk certifies to have seen Ann on day 1",
            "two clerks agree that everything of Ann ended on day 1",
            "the office adds a benefit of Ann, of bureau, that starts on day 1",
        ),
    ),
    "who was told of a revocation while the year ran was not told when it ended": (
        "certificates",
        (
            LAPSED,
            "a clerk certifies to have seen Ann on day 1",
            "a clerk certifies to have seen Ann on day -1",
            *(NIGHT,) * 3,
            "two clerks revoke the certificate that counts of Ann, number 3 of the ledger",
            *(NIGHT,) * 6,
        ),
    ),
    "a correction lapsed another payer's benefit and did not tell that payer": (
        "planned",
        (
            WITH_ANOTHER,
            "a clerk certifies to have seen Ann on day -1",
            MISSED,
            "two clerks agree that benefit 1 of Ann ended on day 6",
            MISTAKE,
        ),
    ),
    "a planned end that was a mistake came back, and no night saw it": (
        "planned",
        (WITH_ANOTHER, NIGHT, MISSED, NIGHT, MISTAKE, NIGHT),
    ),
    "who moved among days while missed nights were made good was looked at no more": (
        "planned",
        (
            WITH_ANOTHER,
            NIGHT,
            ARRIVES,
            NIGHT,
            "two clerks agree that benefit 1 of Ann ended on day 3",
            MISTAKE,
            MISSED,
            NIGHT,
            NIGHT,
        ),
    ),
}


@pytest.mark.parametrize(("name", "steps"), FOUND.values(), ids=FOUND)
def test_a_story_that_once_ended_badly_ends_well(name: str, steps: tuple[str, ...]) -> None:
    scenario = SCENARIOS[name]
    with years_of(scenario.calendar.year):
        world = begun(scenario, scenario.begin[steps[0]])
        for words in steps[1:]:
            moment = world.moment()
            world = World.of(moment, scenario.calendar)
            action = next(one for one in actions(world) if one.words == words)
            assert did(action, world, moment) == (True, None)
