"""Put an ID number right: one clerk proposes it, and another gives it once more from the document.

The number is stored nowhere, so the second clerk could not read what they confirm: they give it themselves, and it must
be the same. What hangs on the number moves in one transaction; the person's id, and the chain of their ledger, stay.
"""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import NoReturn

from lifecert.application.shared.accessing import LookUps
from lifecert.application.shared.changing import change_newest
from lifecert.application.shared.finding import has_number, moved_away
from lifecert.application.shared.proposing import proposal_by, same_proposal
from lifecert.application.shared.reviewing import opening
from lifecert.application.shared.scoping import case_within
from lifecert.domain.access import AccessAction
from lifecert.domain.actor import Actor, Role, User
from lifecert.domain.amendment import Amended, AmendGround, suits
from lifecert.domain.beneficiary import Beneficiary
from lifecert.domain.change import Change, record
from lifecert.domain.consent import guardian_until
from lifecert.domain.errors import (
    ActedInCase,
    AlreadyRegistered,
    DayImpossible,
    DoubtedElsewhere,
    GroundUnsuitable,
    IdNumberDiffers,
    NotAllowed,
    NothingToAmend,
    ProposalExpired,
    ProposalNotFound,
    ReviewDecidedBefore,
    ReviewOpenedBefore,
    SecondClerkNeeded,
)
from lifecert.domain.ledger import LedgerEvent
from lifecert.domain.number import MOST_PLACES, NumberClaim, NumberMove, place_of
from lifecert.domain.person import IdNumber
from lifecert.domain.review import Ground, Review, ReviewDecision, ReviewKind, ReviewOutcome
from lifecert.ports.clock import Clock
from lifecert.ports.keys import PersonKeys
from lifecert.ports.register import ChangingRegister, Ledger
from lifecert.ports.reviews import Reviews

# So long after a clerk gave somebody another name they do not propose another number too.
NAMED_LATELY = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class ProposeIdNumber:
    """The first clerk's half."""

    register: ChangingRegister
    reviews: Reviews
    clock: Clock
    person_keys: PersonKeys
    looking_up: LookUps

    def __call__(
        self, beneficiary_id: str, right: IdNumber, ground: AmendGround, user: User, idempotency_key: str
    ) -> Review:
        """Propose the right number; nothing is another yet. A repeat with the same key gives the same proposal.
        Any other counts as a look-up: it tells whether somebody has the number, and whose record it is.

        Raises NotAllowed, LimitReached, GroundUnsuitable, BeneficiaryNotFound, NothingToAmend, AlreadyRegistered (it is
        somebody else's, who is noted), DoubtedElsewhere (a case is open that speaks against the person, or says that
        they died), DayImpossible (a benefit would start before the birth) and IdempotencyKeyReused.
        """
        if not user.is_clerk:
            raise NotAllowed
        if not suits(ground, (Amended.ID_NUMBER,)):
            raise GroundUnsuitable
        review = proposal_by(
            *(user, idempotency_key, self.clock.now(), beneficiary_id, ReviewKind.ID_NUMBER),
            # A hash by KMS, by which the second clerk's number is known to be the same.
            related_id=self.person_keys.beneficiary_id(right.value),
            cause=ground,
        )
        if (stored := self.reviews.get(review.review_id)) is not None:
            return same_proposal(stored, review)
        self.looking_up.count(user)

        def make(newest: Beneficiary) -> Change:
            _check(newest, right)
            free_place(self.register, self.person_keys, newest, right)
            return opening(newest, review)

        try:
            change = change_newest(self.register, beneficiary_id, make, by=user)
        except ReviewOpenedBefore:
            return same_proposal(self.reviews.get(review.review_id) or review, review)
        except AlreadyRegistered as known:
            self._refuse_known(known.beneficiary_id, user)
        return (change and change.review) or review

    def _refuse_known(self, known: str, user: User) -> NoReturn:
        """Whose record it is, to a clerk in whose districts they are; else that there is one. Noted either way."""
        self.looking_up.told(known, user, AccessAction.REGISTERED_AGAIN)
        whose = self.register.get(known)
        if whose is None or not user.changes.covers_any(whose.districts):
            raise AlreadyRegistered from None
        raise AlreadyRegistered(known) from None


@dataclass(frozen=True, slots=True)
class ConfirmIdNumber:
    """The second clerk's half."""

    register: ChangingRegister
    reviews: Reviews
    ledger: Ledger
    clock: Clock
    person_keys: PersonKeys
    looking_up: LookUps

    def __call__(self, proposal_id: str, given: IdNumber, user: User) -> Review:
        """Confirm a proposal by giving its number, once. A repeat returns it again. Another number counts as a look-up.

        Raises NotAllowed, ProposalNotFound, ReviewDecidedBefore, SecondClerkNeeded, ActedInCase (by whoever proposed it
        and gave the person another name lately), ProposalExpired (also where the number was put right since),
        IdNumberDiffers, LimitReached, AlreadyRegistered, DoubtedElsewhere, DayImpossible and NothingToAmend; nothing is
        changed then.
        """
        if not user.is_clerk:
            raise NotAllowed
        review = self.reviews.get(proposal_id)
        if review is None or review.kind is not ReviewKind.ID_NUMBER:
            raise ProposalNotFound
        if not case_within(user.changes, review, self.register.get(review.beneficiary_id)):
            raise ProposalNotFound
        if review.decision is None:
            self._check_may_confirm(review, user)
        elif not _accepted_by(review, user):
            raise ReviewDecidedBefore
        if self.person_keys.beneficiary_id(given.value) != review.related_id:
            # It tells something of somebody's number: as a look-up does.
            self.looking_up.count(user)
            raise IdNumberDiffers
        if review.decision is None:
            review = self._confirmed(review, given, user)
        if not _accepted_by(review, user):
            raise ReviewDecidedBefore
        return review

    def _check_may_confirm(self, review: Review, user: User) -> None:
        if review.opened_by.actor_id == user.user_id:
            raise SecondClerkNeeded
        if review.expires_at and self.clock.now() > review.expires_at:
            raise ProposalExpired
        self._check_history(review)

    def _confirmed(self, review: Review, given: IdNumber, user: User) -> Review:
        decision = ReviewDecision(ReviewOutcome.ACCEPT, Ground.CONFIRMED, user.user_id, self.clock.now())
        decided = replace(review, decision=decision)

        def make(newest: Beneficiary) -> Change:
            _check(newest, given)
            self._check_history(review)  # of two numbers that are confirmed at once one counts
            return replace(self._change(newest, given, review, decision), review=decided)

        try:
            change_newest(self.register, review.beneficiary_id, make)
        except ReviewDecidedBefore:
            return self.reviews.get(review.review_id) or review
        except AlreadyRegistered:
            # Somebody has it since it was proposed. Who, a look-up tells.
            raise AlreadyRegistered from None
        return decided

    def _change(self, newest: Beneficiary, given: IdNumber, review: Review, decision: ReviewDecision) -> Change:
        place = free_place(self.register, self.person_keys, newest, given)
        left = NumberClaim(newest.number_claim, None) if newest.number_claim else None
        # Of somebody who is another by their number, and of whom nobody has seen a face.
        waits = newest.faces_were_deleted or not newest.reference_ids
        born = given.birth_date
        move = NumberMove(newest.person_key, NumberClaim(place, newest.beneficiary_id), left)
        after, entry = record(
            replace(
                newest,
                # Under the secret of the name, which is another's to bring up to date.
                person_key=self.person_keys.person_key(given.value, newest.person_secret),
                # A number without a birth date says nothing of when somebody comes of age: that stays as it was told.
                guardian_until=guardian_until(born, self.clock.today()) if born else newest.guardian_until,
                number_claim=place,
                faces_were_deleted=waits,
            ),
            LedgerEvent.AMENDED,
            Actor(decision.decided_by, Role.CLERK),
            decision.decided_at,
            {
                "ground": review.cause,
                "changed": Amended.ID_NUMBER,
                "status": newest.status,
                "valid_until": newest.valid_until.isoformat(),
                "benefits": [],
                "review_id": review.review_id,
                "proposed_by": review.opened_by.actor_id,
                "first_face_waits": waits,
            },
        )
        return Change(newest.version, after, entry, number=move)

    def _check_history(self, review: Review) -> None:
        """Raises ProposalExpired where another number was confirmed since this one was proposed, which was of the one
        before; and ActedInCase where whoever proposes it gave the person another name too, lately or since: one clerk's
        word may not make somebody wholly another, whose papers then fit."""
        proposed, lately = False, review.opened_at - NAMED_LATELY
        for entry in self.ledger.entries(review.beneficiary_id):
            proposed = proposed or entry.details.get("review_id") == review.review_id
            if entry.event is not LedgerEvent.AMENDED:
                continue
            changed = str(entry.details["changed"]).split(",")
            if proposed and Amended.ID_NUMBER in changed:
                raise ProposalExpired
            if Amended.NAME in changed and entry.at >= lately and entry.actor.actor_id == review.opened_by.actor_id:
                raise ActedInCase


def free_place(register: ChangingRegister, keys: PersonKeys, newest: Beneficiary, number: IdNumber) -> str:
    """The place of a number that somebody may take. Raises NothingToAmend when it is theirs, and AlreadyRegistered,
    which names whose it is, when it is somebody else's."""
    first = keys.beneficiary_id(number.value)
    if has_number(newest, keys, number):
        raise NothingToAmend
    for place in (place_of(first, n) for n in range(MOST_PLACES)):
        here = register.at_place(place)
        if here is None or (isinstance(here, NumberClaim) and here.holder is None):
            return place
        if not moved_away(here, keys, number):
            known = here.holder if isinstance(here, NumberClaim) else here.beneficiary_id
            raise AlreadyRegistered(known or "")
    raise AlreadyRegistered


def _check(newest: Beneficiary, number: IdNumber) -> None:
    """Whether somebody's number may be this one. Whom one clerk registered still waits for a second: a number that was
    mistyped then is put right first, and that case stays open. Whoever says that the person died, the office hears them
    first: under another number nobody finds the person any more."""
    doubting = any(one.upheld or one.kind is not ReviewKind.REGISTRATION for one in newest.doubts)
    if doubting or newest.open_case(ReviewKind.DEATH_REPORT):
        raise DoubtedElsewhere
    born = number.birth_date
    if born and any(one.start and one.start < born for one in newest.benefits):
        raise DayImpossible


def _accepted_by(review: Review, user: User) -> bool:
    decision = review.decision
    return decision is not None and (decision.outcome, decision.decided_by) == (ReviewOutcome.ACCEPT, user.user_id)
