"""Confirm or reject what another clerk proposed: an end, its correction, a revocation, another start of a benefit, or
that somebody was seen against whom a case is open."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from lifecert.application.office.certify_in_person import (
    audit_of,
    certifying_presence,
    seen,
    stated_in,
)
from lifecert.application.office.correct_start import start_corrected
from lifecert.application.office.noted_deaths import signal_again
from lifecert.application.office.papers import (
    Copies,
    LaidBeside,
    earlier_papers,
    laid_beside,
    refuse_used_before,
    same_sheets,
)
from lifecert.application.office.which_ends import (
    benefits_concerned,
    end_before,
    ends_on,
    refuse_ends_outside,
    which_end,
)
from lifecert.application.shared.changing import change_newest
from lifecert.application.shared.ending import ending
from lifecert.application.shared.issuing import Issuer
from lifecert.application.shared.moving import moved
from lifecert.application.shared.reviewing import against_themselves, recorded
from lifecert.application.shared.scoping import case_within
from lifecert.domain.actor import Actor, Role, User
from lifecert.domain.beneficiary import Beneficiary
from lifecert.domain.benefit import Benefit, BenefitEnd
from lifecert.domain.certificate import Revocation, RevocationCause
from lifecert.domain.change import Change, record
from lifecert.domain.coverage import Coverage, coverage_without, held_before
from lifecert.domain.errors import (
    ActedInCase,
    DoubtedElsewhere,
    IdNumberDiffers,
    NotAllowed,
    ProposalExpired,
    ProposalNotFound,
    ReviewDecidedBefore,
    SecondClerkNeeded,
    TransitionRefused,
)
from lifecert.domain.errors import EntitlementEnded as AlreadyEnded
from lifecert.domain.ledger import PROOFS, Detail, LedgerEntry, LedgerEvent
from lifecert.domain.notice import AFTER_THE_END, Notice
from lifecert.domain.review import PROPOSALS, Ground, Review, ReviewDecision, ReviewKind, ReviewOutcome
from lifecert.domain.sighting import PAPERS, Proofs
from lifecert.domain.status import CertificateRevoked, EndCause, EndCorrected, EntitlementEnded, Status
from lifecert.domain.year import is_over
from lifecert.ports.clock import Clock
from lifecert.ports.register import ChangingRegister, Ledger
from lifecert.ports.reviews import Reviews

_NONE = Copies()
_ENDS = (LedgerEvent.TERMINATED, LedgerEvent.BENEFIT_ENDED)


class Missing(StrEnum):
    """What a corrected person lacks: without it no notice reaches them, or no camera can know them."""

    CONTACT = "contact"
    REFERENCE = "reference"


@dataclass(frozen=True, slots=True)
class ConfirmProposal:
    """The second clerk's half."""

    register: ChangingRegister
    reviews: Reviews
    ledger: Ledger
    clock: Clock
    issuer: Issuer
    proofs: Proofs

    def __call__(self, proposal_id: str, user: User, *, confirm: bool, copies: Copies = _NONE) -> Review:
        """Confirm or reject a proposal, once. A repeat of the same decision returns it again. Whoever confirms a paper
        has the earlier ones beside it (`copies`), or says that they cannot be found: then it is looked at once more.

        Whoever proposed may reject, which withdraws it, and never confirm. Raises NotAllowed, ProposalNotFound,
        DistrictOutside (of a benefit that it is about, and that may have moved since), SecondClerkNeeded, ActedInCase
        (of a presence: whose doubt is open, or who issued the letter whose code stands on a paper form; of a death that
        is rejected: whose photo or certificate speaks against it), DoubtedElsewhere (of a paper; of an earlier start,
        while a death is told), PaperUsedBefore, EarlierPapers (none is beside it), ProposalExpired, DayImpossible and
        NothingToAmend (of a start), IdNumberDiffers (of a number, which `ConfirmIdNumber` confirms), EntitlementEnded,
        TransitionRefused and ReviewDecidedBefore; nothing is changed then.
        """
        if not user.is_clerk:
            raise NotAllowed
        review = self.reviews.get(proposal_id)
        if review is None or review.kind not in PROPOSALS:
            raise ProposalNotFound
        if not case_within(user.changes, review, self.register.get(review.beneficiary_id)):
            raise ProposalNotFound
        if review.decision is None:
            if confirm:
                self._check_may_confirm(review, user)
            review = self._decide(review, user, copies, confirm=confirm)
        decision = review.decision
        wanted = ReviewOutcome.ACCEPT if confirm else ReviewOutcome.REFUSE
        if decision is None or (decision.outcome, decision.decided_by) != (wanted, user.user_id):
            raise ReviewDecidedBefore
        return review

    def missing(self, proposal: Review) -> tuple[Missing, ...]:
        """What must be set up anew after a correction that was confirmed: it was deleted since the end, or never there.
        Nothing after any other proposal."""
        confirmed = proposal.decision and proposal.decision.outcome is ReviewOutcome.ACCEPT
        corrected = confirmed and proposal.kind is ReviewKind.CORRECTION
        person = self.register.get(proposal.beneficiary_id) if corrected else None
        if person is None:
            return ()
        kept = {Missing.CONTACT: person.contact_channel is not None, Missing.REFERENCE: person.has_reference}
        return tuple(part for part, there in kept.items() if not there)

    def _check_may_confirm(self, review: Review, user: User) -> None:
        if review.opened_by.actor_id == user.user_id:
            raise SecondClerkNeeded
        if review.expires_at and self.clock.now() > review.expires_at:
            raise ProposalExpired
        if review.kind is ReviewKind.ID_NUMBER:
            raise IdNumberDiffers
        if review.kind is ReviewKind.END and self._corrected_since(review):
            raise ProposalExpired  # what it was about has ended, and that was a mistake: whoever still means it says so

    def _check_may_reject(self, newest: Beneficiary, review: Review, user: User) -> None:
        of_a_death = review.kind is ReviewKind.END and review.cause is EndCause.DECEASED
        of_fraud = review.kind is ReviewKind.REVOCATION and review.cause is RevocationCause.FRAUD
        if of_fraud and user.user_id in newest.enrolled_by and review.opened_by.actor_id != user.user_id:
            raise ActedInCase  # it was their photo that made the certificate possible
        if of_a_death and review.opened_by.actor_id != user.user_id:
            entries = tuple(self.ledger.entries(review.beneficiary_id))
            if user.user_id in against_themselves(newest, entries, review, self.clock.day_of):
                raise ActedInCase

    def _corrected_since(self, review: Review) -> bool:
        """Whether an end was a mistake, since this one was proposed; of a death, the end for one."""
        of_a_death = review.cause is EndCause.DECEASED
        proposed = ended = False
        for entry in self.ledger.entries(review.beneficiary_id):
            proposed = proposed or entry.details.get("review_id") == review.review_id
            died = entry.event in _ENDS and entry.details.get("cause") == EndCause.DECEASED
            ended = proposed and (ended or died or not of_a_death)
            if ended and entry.event is LedgerEvent.CORRECTED:
                return True
        return False

    def _decide(self, review: Review, user: User, copies: Copies, *, confirm: bool) -> Review:
        outcome, ground = ReviewOutcome.REFUSE, Ground.UNFOUNDED
        if confirm:
            outcome, ground = ReviewOutcome.ACCEPT, Ground.CONFIRMED
        decision = ReviewDecision(outcome, ground, user.user_id, self.clock.now())
        decided = replace(review, decision=decision)

        def make(newest: Beneficiary) -> Change:
            if confirm:
                refuse_ends_outside(user, newest, review, self.clock.today())
                closed = newest.without_case(review.review_id)
                return self.issuer.signed(replace(self._confirmed(closed, review, decision, copies), review=decided))
            self._check_may_reject(newest, review, user)
            return replace(recorded(newest, review, decision), review=decided)

        try:
            change_newest(self.register, review.beneficiary_id, make)
        except ReviewDecidedBefore:
            return self.reviews.get(review.review_id) or review
        return decided

    def _confirmed(self, newest: Beneficiary, proposal: Review, decision: ReviewDecision, copies: Copies) -> Change:
        match proposal.kind:
            case ReviewKind.END:
                return self._end(newest, proposal, decision)
            case ReviewKind.CORRECTION:
                return self._correct(newest, proposal, decision)
            case ReviewKind.PRESENCE:
                return self._see(newest, proposal, decision, copies)
            case ReviewKind.BENEFIT_START:
                entries = tuple(self.ledger.entries(newest.beneficiary_id))
                return start_corrected(newest, proposal, decision, entries, self.clock.today())
        return self._revoke(newest, proposal, decision)

    def _see(self, newest: Beneficiary, proposal: Review, decision: ReviewDecision, copies: Copies) -> Change:
        if newest.status is Status.TERMINATED:
            raise AlreadyEnded
        # One of two who acted in different cases sees the person as a third would: of one case both may not be.
        both = {decision.decided_by, proposal.opened_by.actor_id}
        if any(both <= {*one.by} for one in newest.doubts):
            raise ActedInCase
        today, stated = self.clock.today(), stated_in(proposal)
        day, clerk = proposal.day or today, proposal.opened_by.actor_id
        proof = seen(newest.beneficiary_id, day, stated, clerk, proposal.review_id)
        now, by = decision.decided_at, decision.decided_by
        if proof.method in PAPERS:
            beside = self._check_paper(newest, stated, day, by, copies)
            told = {**_proposed(proposal), **({"copies": beside.value} if beside else {})}
            change = certifying_presence(newest, proof, by, now, today, stated, **told)
            rate = 1.0 if beside is LaidBeside.MISSING else self.proofs.of(proof.method).audit
            return replace(change, also_opened=audit_of(newest, proof, (by, clerk), now, rate))
        left = self._found_since(newest, proposal, day)
        certified = newest.seen_by_two(left).seen_by(by).seen_by(clerk)
        details: dict[str, Detail] = {**_proposed(proposal), **({"found_since": ",".join(left)} if left else {})}
        # Without a photo, too, the face that comes next is one for two clerks.
        if (certified.reference_ids, certified.faces_were_deleted) != (newest.reference_ids, newest.faces_were_deleted):
            details["references"] = ""
        change = certifying_presence(certified, proof, by, now, today, stated, **details)
        again = "scan" in stated and same_sheets(self.ledger.entries(newest.beneficiary_id), stated, day)
        return replace(change, also_opened=audit_of(newest, proof, (by, clerk), now, 1.0)) if again else change

    def _check_paper(
        self, newest: Beneficiary, stated: Mapping[str, str], day: date, clerk: str, copies: Copies
    ) -> LaidBeside | None:
        """A paper settles nothing that speaks against the person, and proves one day, which whoever has those before
        beside it sees; and a letter passes through the hands of whoever issued it, who is no second word about a form
        with its code."""
        if any(one.doubts_papers for one in newest.open_cases):
            raise DoubtedElsewhere
        entries = tuple(self.ledger.entries(newest.beneficiary_id))
        refuse_used_before(entries, stated, day)
        for entry in entries if "letter" in stated else ():
            issued = entry.event is LedgerEvent.INVITATION_ISSUED
            if issued and entry.details["invitation_id"] == stated["letter"] and entry.actor.actor_id == clerk:
                raise ActedInCase
        return laid_beside(earlier_papers(entries, stated, day), copies)

    def _found_since(self, newest: Beneficiary, proposal: Review, day: date) -> tuple[str, ...]:
        """What was found true against the person after the day on which they were seen, or after that was said: a sight
        of before says nothing of it."""
        found: dict[str, datetime] = {}
        for entry in self.ledger.entries(newest.beneficiary_id):
            review_id = entry.details.get("review_id")
            if isinstance(review_id, str) and entry.event is not LedgerEvent.REVIEW_OPENED:
                found[review_id] = entry.at
        upheld = (one.review_id for one in newest.open_cases if one.upheld and one.review_id in found)
        return tuple(one for one in upheld if found[one] > proposal.opened_at or self.clock.day_of(found[one]) > day)

    def _end(self, newest: Beneficiary, proposal: Review, decision: ReviewDecision) -> Change:
        today = self.clock.today()
        cause = proposal.cause if isinstance(proposal.cause, EndCause) else EndCause.OTHER
        on = proposal.day or today
        proposed_by, confirmed_by = proposal.opened_by.actor_id, decision.decided_by

        step = moved(
            newest,
            benefits_concerned(newest, proposal, on),
            lambda one: EntitlementEnded(ends_on(one, on), today, cause, proposed_by, confirmed_by),
            Role.CLERK,
            lambda one: BenefitEnd(ends_on(one, on), cause, proposal.review_id, before=one.end),
        )
        details = {"ended_on": on.isoformat(), "cause": cause, **_proposed(proposal)}
        return ending(step, _confirmer(decision), decision.decided_at, details, by_two=cause)

    def _correct(self, newest: Beneficiary, proposal: Review, decision: ReviewDecision) -> Change:
        today = self.clock.today()
        lapsed = newest.lapsed if newest.open_benefits else is_over(newest.valid_until, today)
        concerned = benefits_concerned(newest, proposal, today)
        if proposal.related_id and proposal.related_id != which_end(concerned):
            raise TransitionRefused("the end that was proposed to be corrected is not the last one any more")
        proposed_by, confirmed_by = proposal.opened_by.actor_id, decision.decided_by

        def corrected_end(benefit: Benefit) -> EndCorrected:
            stands = end_before(benefit)
            return EndCorrected(today, proposed_by, confirmed_by, lapsed, stands.on if stands else None)

        step = moved(newest, concerned, corrected_end, Role.CLERK, end_before)
        returned = {one.benefit_id for one in concerned}
        back = [_back(one, today) for one in step.after.benefits if one.benefit_id in returned]
        after = step.after.with_benefits(back)
        revocation = None
        waits = any(one.kind is ReviewKind.REGISTRATION for one in newest.open_cases)
        counted_not = newest.status is Status.TERMINATED or waits
        if counted_not and after.status is not Status.TERMINATED and newest.certificate_id:
            # What the wrong end revoked counts again, also if somebody added a benefit meanwhile that waits.
            revocation = Revocation(newest.certificate_id, None)
        details = {
            **step.details,
            "benefits": [
                {**facts, "planned_end": one.planned_end.isoformat() if one.planned_end else None}
                for facts, one in zip(step.facts, back, strict=True)
            ],
            "certificate_id": newest.certificate_id,
            "grace_from": today.isoformat(),
            **_proposed(proposal),
        }
        again = None
        if newest.status is Status.TERMINATED and after.status is not Status.TERMINATED:
            # What a register told of their death meanwhile was nobody's case.
            again = signal_again(after, self.ledger.entries(newest.beneficiary_id), decision.decided_at)
        after, details = (again.person, {**details, **again.details}) if again else (after, details)
        corrected, entry = record(after, LedgerEvent.CORRECTED, _confirmer(decision), decision.decided_at, details)
        return Change(
            newest.version, corrected, entry, revocation=revocation, also_opened=again.review if again else None
        )

    def _revoke(self, newest: Beneficiary, proposal: Review, decision: ReviewDecision) -> Change:
        certificate_id = proposal.related_id or ""
        # What was proposed before a cause had to be given was fraud.
        cause = proposal.cause if isinstance(proposal.cause, RevocationCause) else RevocationCause.FRAUD
        # No entry beyond the version that this change is made of.
        entries = [entry for entry in self.ledger.entries(newest.beneficiary_id) if entry.seq <= newest.version]
        revoked_before = (one for one in entries if one.event is LedgerEvent.CERTIFICATE_REVOKED)
        if any(one.details["certificate_id"] == certificate_id for one in revoked_before):
            raise TransitionRefused("the certificate is revoked already")
        left = coverage_without(entries, certificate_id)
        today, valid_until = self.clock.today(), left.valid_until if left else newest.valid_until
        moves = valid_until < newest.valid_until

        def revoked(benefit: Benefit) -> CertificateRevoked:
            # What was in force before that certificate is again: of the year that is counted then, and no other.
            held_since = held_before(entries, benefit.benefit_id, valid_until) if moves else benefit.held_since
            return CertificateRevoked(valid_until, today, proposal.opened_by.actor_id, decision.decided_by, held_since)

        step = moved(newest, newest.open_benefits, revoked, Role.CLERK)
        after = newest
        if moves:
            # Who is lapsed by this, and not held as before, has all the grace days: they were told otherwise.
            after = replace(
                step.after.with_benefits(
                    replace(one, held_since=held_before(entries, one.benefit_id, valid_until))
                    for one in newest.benefits
                    if one.end
                ),
                grace_from=today,
                # What was said of that year by letter or a visit was before another came in force: it is said anew.
                office_notices=(),
                # Its number in the ledger is the revocation's own.
                notice=Notice(valid_until, _days_before(valid_until, today), newest.version + 1),
            )
        if newest.certificate_id == certificate_id:
            left = left or Coverage(valid_until)
            after = replace(after, certificate_id=left.certificate_id, certified_on=left.certified_on)
        gone: tuple[str, ...] = ()
        if cause is RevocationCause.FRAUD:
            certified = (one for one in entries if one.details.get("certificate_id") == certificate_id)
            # Also where a clerk accepted what an account had shown.
            by = {str(one.details.get("certified_by") or one.actor.actor_id) for one in certified if _by_face(one)}
            gone = tuple(one for one in newest.helpers_ever if one in by)
            after = after.without_helpers(gone).defrauded(proposal.review_id)
        details: dict[str, Detail] = {
            **step.details,
            "certificate_id": certificate_id,
            "cause": cause,
            "helpers": ",".join(gone) or None,
            **(_told(newest, valid_until, today) if moves else {}),
            **_proposed(proposal),
        }
        event = LedgerEvent.CERTIFICATE_REVOKED
        told, entry = record(after, event, _confirmer(decision), decision.decided_at, details)
        revocation = Revocation(certificate_id, decision.decided_at, cause)
        return Change(newest.version, told, entry, revocation=revocation)


def _by_face(entry: LedgerEntry) -> bool:
    of_a_user = entry.actor.role is Role.USER or "certified_by" in entry.details
    return entry.event in PROOFS and of_a_user


def _confirmer(decision: ReviewDecision) -> Actor:
    return Actor(decision.decided_by, Role.CLERK)


def _proposed(proposal: Review) -> dict[str, Detail]:
    return {"review_id": proposal.review_id, "proposed_by": proposal.opened_by.actor_id}


def _back(benefit: Benefit, today: date) -> Benefit:
    """A benefit whose end was a mistake, as it is due again from `today` on.

    An end that was planned, and has come, is off with it: the sweep would end it once more, or overlook it. Who is
    lapsed and not held as before has all the grace days before them, however long the year has been over. One that
    ended anyway, on a later day, stays as it was.
    """
    if benefit.end:
        return benefit
    planned_end = benefit.planned_end if benefit.planned_end and benefit.planned_end > today else None
    grace_from = benefit.grace_from if benefit.held_since else today
    return replace(benefit, planned_end=planned_end, grace_from=grace_from)


def _days_before(valid_until: date, today: date) -> int:
    """How far ahead of the end of the year the notice of a revocation comes. Where the year still runs it takes the
    place of no later reminder, and not of what is told after the end."""
    return AFTER_THE_END if is_over(valid_until, today) else max((valid_until - today).days, 1)


def _told(newest: Beneficiary, valid_until: date, today: date) -> dict[str, Detail]:
    """What makes a notice of a revocation, and the grace days that begin with it."""
    return {
        "days_before": _days_before(valid_until, today),
        "channel": newest.contact_channel,
        "grace_from": today.isoformat(),
    }
