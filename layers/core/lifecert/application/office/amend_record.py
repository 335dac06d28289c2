"""Amend a record: what an office wrote down wrongly, or what has changed since, is put right by one clerk."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta

from lifecert.application.office.which_ends import is_for_two
from lifecert.application.shared.changing import change_newest, request_of
from lifecert.application.shared.referring import ReferencesOfPayers
from lifecert.application.shared.scoping import refuse_benefit_outside
from lifecert.domain.actor import Actor, Role, User
from lifecert.domain.amendment import OF_BENEFITS, Amended, AmendGround, suits
from lifecert.domain.beneficiary import Beneficiary
from lifecert.domain.benefit import Benefit, amended_facts
from lifecert.domain.category import Category
from lifecert.domain.change import Change, record
from lifecert.domain.errors import (
    BenefitNotFound,
    EntitlementEnded,
    GroundUnsuitable,
    NotAllowed,
    NothingToAmend,
    TransitionRefused,
)
from lifecert.domain.ledger import Fact, LedgerEntry, LedgerEvent, facts_of
from lifecert.domain.person import mask_name, normalise_name
from lifecert.ports.clock import Clock
from lifecert.ports.keys import PersonKeys
from lifecert.ports.register import ChangingRegister, Ledger

MOST_NAMES_A_YEAR = 3


@dataclass(frozen=True, slots=True)
class RightRecord:
    """What is right: of the person, and of one of their benefits. None leaves it as it is; a reference can be given,
    and not taken away."""

    name: str | None = None
    benefit_id: str | None = None
    district: str | None = None
    category: Category | None = None
    payer_reference: str | None = None

    @property
    def parts(self) -> tuple[Amended, ...]:
        """What is to be put right."""
        return tuple(one for one in (Amended.NAME, *OF_BENEFITS) if getattr(self, one) is not None)

    def of(self, benefit: Benefit) -> Benefit:
        """The benefit put right. Only an injury's disability has a grade."""
        category = self.category or benefit.category
        graded = category is Category.INJURY_DISABILITY
        return replace(
            benefit,
            district=self.district or benefit.district,
            category=category,
            payer_reference=self.payer_reference or benefit.payer_reference,
            injury_grade=benefit.injury_grade if graded else None,
        )


@dataclass(frozen=True, slots=True)
class Amendment:
    """What became of a request: what of the record is another now, and of which benefit."""

    beneficiary_id: str
    benefit_id: str | None
    changed: tuple[Amended, ...]


@dataclass(frozen=True, slots=True)
class AmendRecord:
    """The use case. It moves no day and no payment, and closes no case: who is doubted stays so."""

    register: ChangingRegister
    ledger: Ledger
    clock: Clock
    person_keys: PersonKeys
    references: ReferencesOfPayers

    def __call__(
        self, beneficiary_id: str, right: RightRecord, ground: AmendGround, user: User, idempotency_key: str
    ) -> Amendment:
        """Put a record right. A repeat with the same key changes nothing more, and is answered the same.

        A benefit may be sent to any district from one of the clerk's: whoever moved away must be let go by those whom
        they leave, and nobody can be fetched. Raises NotAllowed, GroundUnsuitable, BeneficiaryNotFound,
        BenefitNotFound, DistrictOutside (of the benefit as it is), EntitlementEnded (of that benefit),
        TransitionRefused (two clerks ended one of this category) and NothingToAmend.
        """
        if not user.is_clerk:
            raise NotAllowed
        if not suits(ground, right.parts):
            raise GroundUnsuitable
        request, made = request_of(user, idempotency_key), list[Amendment]()

        def make(newest: Beneficiary) -> Change | None:
            if before := self._made_before(newest, request):
                made[:] = [before]
                return None
            refuse_benefit_outside(user, newest, right.benefit_id)
            self._check_names(newest, right, user)
            change, amendment = self._change(newest, right, ground, user, request)
            if Amended.PAYER_REFERENCE in amendment.changed:
                self.references.note(beneficiary_id, change.after.benefits)
            made[:] = [amendment]
            return change

        change_newest(self.register, beneficiary_id, make, by=user)
        return made[0]

    def _check_names(self, newest: Beneficiary, right: RightRecord, user: User) -> None:
        """Raises TransitionRefused for a further name within a year of so many by this clerk: by earlier names a
        reported death still finds the person, and there is room for a few. A colleague puts right what one clerk did
        wrong so often."""
        since = self.clock.now() - timedelta(days=365)
        entries = self.ledger.entries(newest.beneficiary_id)
        lately = (one for one in entries if one.at > since and one.actor.actor_id == user.user_id)
        named = [one for one in lately if Amended.NAME in str(one.details.get("changed") or "").split(",")]
        if right.name is not None and len(named) >= MOST_NAMES_A_YEAR:
            raise TransitionRefused("the name was amended so often this year already")

    def _change(
        self, newest: Beneficiary, right: RightRecord, ground: AmendGround, user: User, request: str
    ) -> tuple[Change, Amendment]:
        amended, facts, changed = self._named(newest, right), list[dict[str, Fact]](), set[Amended]()
        if (amended.name_key, amended.masked_name) != (newest.name_key, newest.masked_name):
            changed.add(Amended.NAME)
        if right.benefit_id:
            before = _open_benefit(newest, right.benefit_id)
            entries = tuple(self.ledger.entries(newest.beneficiary_id))
            after = _sent_on(newest, before, _graded(right.of(before), entries), self.clock.today())
            if after.category is not before.category and is_for_two(
                newest, after.category, entries, but=after.benefit_id
            ):
                raise TransitionRefused("two clerks ended a benefit of this category, or are about to: add it anew")
            amended = amended.with_benefits([after])
            if differing := _differing(before, after):
                changed |= differing
                facts.append(_facts(newest, before, after))
        if not changed:
            raise NothingToAmend
        made = Amendment(newest.beneficiary_id, right.benefit_id if facts else None, _in_order(changed))
        recorded, entry = record(
            amended,
            LedgerEvent.AMENDED,
            Actor(user.user_id, Role.CLERK),
            self.clock.now(),
            {
                "request": request,
                "ground": ground,
                "changed": ",".join(made.changed),
                "status": newest.status,
                "valid_until": newest.valid_until.isoformat(),
                "benefits": facts,
            },
        )
        return Change(newest.version, recorded, entry), made

    def _named(self, newest: Beneficiary, right: RightRecord) -> Beneficiary:
        """With the right name, under the secret by which the number is hashed too: both are brought up together."""
        if right.name is None:
            return newest
        name_key = self.person_keys.name_key(normalise_name(right.name), newest.person_secret)
        return newest.renamed(name_key, mask_name(right.name))

    def _made_before(self, newest: Beneficiary, request: str) -> Amendment | None:
        """What this request changed, whose answer was lost."""
        for entry in self.ledger.entries(newest.beneficiary_id):
            if entry.event is LedgerEvent.AMENDED and entry.details.get("request") == request:
                changed = tuple(map(Amended, str(entry.details["changed"]).split(",")))
                benefit_id = next((str(facts["benefit"]) for facts in facts_of(entry)), None)
                return Amendment(newest.beneficiary_id, benefit_id, changed)
        return None


def _open_benefit(newest: Beneficiary, benefit_id: str) -> Benefit:
    benefit = newest.benefit(benefit_id)
    if benefit is None:
        raise BenefitNotFound
    if benefit.end:
        raise EntitlementEnded
    return benefit


def _graded(benefit: Benefit, entries: Iterable[LedgerEntry]) -> Benefit:
    """With the grade that it had when it was of a disability last: an amendment there and back loses nothing."""
    if benefit.category is not Category.INJURY_DISABILITY or benefit.injury_grade is not None:
        return benefit
    grade: Fact = None
    for entry in entries:
        for facts in facts_of(entry) if entry.event is LedgerEvent.AMENDED else ():
            if facts["benefit"] == benefit.benefit_id:
                grade = facts.get("injury_grade_before") or grade
    return replace(benefit, injury_grade=int(grade) if grade is not None else None)


def _sent_on(newest: Beneficiary, before: Benefit, benefit: Benefit, today: date) -> Benefit:
    """Whose payment one office was asked to hold is for another to judge: with all the grace days, since there nobody
    has looked, and the sweep finds them by that day."""
    if benefit.office == before.office or not newest.open_proposal(before):
        return benefit
    return replace(benefit, hold_proposal=None, grace_from=today)


def _differing(before: Benefit, after: Benefit) -> set[Amended]:
    return {one for one in OF_BENEFITS if getattr(before, one) != getattr(after, one)}


def _in_order(changed: set[Amended]) -> tuple[Amended, ...]:
    return tuple(one for one in Amended if one in changed)


def _facts(newest: Beneficiary, before: Benefit, benefit: Benefit) -> dict[str, Fact]:
    facts = amended_facts(before, benefit, newest.standing_of(benefit))
    if benefit.hold_proposal != before.hold_proposal:
        facts["grace_from"] = benefit.grace_from.isoformat() if benefit.grace_from else None
    return facts
