"""Whether a new reference shows the person whom the earlier ones show, so that a record cannot walk to another face."""

from collections.abc import Mapping
from dataclasses import dataclass

from lifecert.domain.beneficiary import Beneficiary
from lifecert.domain.errors import ReferenceMismatch
from lifecert.domain.evidence import Template
from lifecert.domain.reference import MOST_REFERENCES, Replacement


@dataclass(frozen=True, slots=True)
class Continuity:
    """Which references count from now on. `overridden`: a clerk put the new one in the place of others unlike it, or of
    others that are deleted, or it is the first of somebody doubted.
    `matched`: it is like the first one."""

    reference_ids: tuple[str, ...]
    overridden: bool = False
    matched: bool = False


def judge_continuity(
    beneficiary: Beneficiary,
    reference_id: str,
    template: Template,
    earlier: Mapping[str, Template],
    accept: float,
    replacement: Replacement | None,
    clerk: str,
) -> Continuity:
    """The references that count once `reference_id` is enrolled, the first one that still counts in front.

    A new photo is compared with that first one alone: each of many photos may be like the one before it, and the last
    a stranger to the first. Where it does not match, or nothing of its model version is there to compare, a clerk's
    reason starts anew with it. Raises ReferenceMismatch without such a reason.
    """
    known = beneficiary.reference_ids
    if not known:
        # There is nothing to compare with: where that is suspicious, a second clerk looks.
        return Continuity((reference_id,), overridden=beneficiary.first_face_waits(clerk))
    anchor = earlier.get(known[0])
    if anchor is not None and anchor.similarity(template) >= accept:
        # The first one stays, the newest come next; what is between goes when there are too many.
        return Continuity((known[0], *(*known[1:], reference_id)[1 - MOST_REFERENCES :]), matched=True)
    if replacement is None:
        raise ReferenceMismatch
    return Continuity((reference_id,), overridden=True)
