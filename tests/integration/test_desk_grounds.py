"""Which grounds the desk offers for a decision, held against the rule: the page's own code, run by Node.js."""

from pathlib import Path

from lifecert.domain.review import GROUNDS, PROPOSALS, Ground, ReviewKind, ReviewOutcome
from tests.support.desk_code import answered, desk_module

AFTER = """
const asked = JSON.parse(require("fs").readFileSync(0, "utf8"));
process.stdout.write(JSON.stringify(asked.map(groundsFor)));
"""
FACES = {ReviewKind.VERIFICATION, ReviewKind.AUDIT, ReviewKind.OVERRIDE, ReviewKind.DUPLICATE_FACE}
OF_FACES = {Ground.SAME_PERSON, Ground.OTHER_PERSON, Ground.NOT_LIVE, Ground.NOT_RECOGNISABLE}


def test_what_is_offered_fits_the_decision_and_speaks_of_faces_where_there_are_some(tmp_path: Path) -> None:
    kinds = [kind for kind in ReviewKind if kind not in PROPOSALS]
    offered = answered(desk_module("grounds", tmp_path) + AFTER, kinds, tmp_path)
    for kind, grounds in zip(kinds, offered, strict=True):
        assert set(grounds) == set(ReviewOutcome), kind
        for outcome, given in grounds.items():
            assert given, (kind, outcome)
            assert {*given} <= GROUNDS[ReviewOutcome(outcome)]
            assert kind in FACES or not OF_FACES & {*given}, (kind, outcome)
    of_faces = dict(zip(kinds, offered, strict=True))
    assert of_faces[ReviewKind.VERIFICATION]["accept"] == [Ground.SAME_PERSON], "nothing less certifies"
    assert of_faces[ReviewKind.REGISTRATION]["accept"] == [Ground.CONFIRMED]
    together = {one for grounds in offered for given in grounds.values() for one in given}
    assert together == set().union(*GROUNDS.values()), "each ground can be given by the desk"
