"""Whether what a clerk does lies in their districts (adr/0045).

To see a person, and to do what is the person's, one of their benefits must lie within; to change a benefit, that one.
Whoever lies outside is to a clerk as if nobody were there; `change_newest` says so too, by the newest state.
"""

from lifecert.domain.actor import User
from lifecert.domain.beneficiary import Beneficiary
from lifecert.domain.errors import BeneficiaryNotFound, DistrictOutside
from lifecert.domain.review import Review
from lifecert.domain.scope import Scope


def refuse_outside(user: User, *districts: str) -> None:
    """Raises DistrictOutside unless a clerk may change something in each of these districts."""
    if not all(map(user.changes.covers, districts)):
        raise DistrictOutside


def refuse_whom_nobody_sees(user: User, person: Beneficiary | None) -> Beneficiary:
    """The person, if they lie where a clerk may change something. Raises BeneficiaryNotFound."""
    if person is None or not user.changes.covers_any(person.districts):
        raise BeneficiaryNotFound
    return person


def refuse_benefit_outside(user: User, person: Beneficiary, benefit_id: str | None) -> None:
    """Raises DistrictOutside when somebody's benefit of this number lies outside, though the person lies within."""
    benefit = person.benefit(benefit_id) if benefit_id else None
    if benefit:
        refuse_outside(user, benefit.district)


def case_within(scope: Scope, review: Review, person: Beneficiary | None) -> bool:
    """Whether a case lies within: where it was opened, so that whoever moves leaves none behind that nobody can decide,
    or where the benefit that it is about is now, or any where it is about the person."""
    if scope.covers(review.district):
        return True
    if person is None:
        return False
    if review.benefit_id:
        return scope.covers(person.district_of(review.benefit_id))
    return scope.covers_any(person.districts)


def asked_for(scope: Scope, district: str | None) -> Scope:
    """What of a scope lies in a district that is asked for. Raises DistrictOutside when nothing does."""
    within = scope.within(district)
    if within.prefixes == ():
        raise DistrictOutside
    return within
