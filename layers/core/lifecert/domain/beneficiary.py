"""A person drawing benefits, as the register has them. Whatever changes makes a new value: `lifecert.domain.change`."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from lifecert.domain.actor import Actor, Role, is_import
from lifecert.domain.acts import ActsOfDay
from lifecert.domain.benefit import Benefit
from lifecert.domain.camera import Camera
from lifecert.domain.category import Category
from lifecert.domain.challenge import Excused
from lifecert.domain.consent import FaceConsent
from lifecert.domain.faces import FacesDue, contact_due, faces_due
from lifecert.domain.hold import REPRIEVE, HoldProposal, Reprieve
from lifecert.domain.invitation import is_invited
from lifecert.domain.ledger import GENESIS
from lifecert.domain.mandate import Mandate, MandateRight
from lifecert.domain.notice import Notice, NoticeChannel
from lifecert.domain.office_notice import OfficeNotice, Told, first_told
from lifecert.domain.open_case import (
    FACE_FALSE,
    FORMER_HEARD,
    MOST_FORMER,
    FormerHelper,
    OpenCase,
    Unfounded,
    after_audit,
    after_fraud,
    crowded,
    decided,
    dispels_a_death,
    joined,
    remembered,
    were_unfounded,
)
from lifecert.domain.person import FIRST_SECRET
from lifecert.domain.review import Review, ReviewDecision, ReviewKind
from lifecert.domain.status import EndCause, Standing, Status

REMEMBERED_HELPERS = 20
# Of so many names before theirs was put right.
FORMER_NAMES = 8


@dataclass(frozen=True, slots=True)
class Beneficiary:
    """A person drawing one benefit or several.

    `person_key` and `name_key` are keyed hashes of ID number and name, under the secret of version `person_secret`.
    `valid_until` is the last day on which the person's life is covered, and `lapsed` whether the sweep, or whatever
    else moved that day, found it past. `benefits` are in the order of their numbers, those that have ended among them.
    `version` is the number of the last
    ledger entry and `ledger_head` its hash. `reference_ids` are the references that count, the first enrolled in front.
    `reference_on` is the day on which the newest of them was taken, or else enrolled; None where that is not known.
    `certificate_id` is the certificate that counts and `certified_on` the day of its proof.
    `certified_by` are the users who certified this person, newest last.
    `open_cases` are those that keep machines from accepting, or to which later tries and reports belong. `reprieve` is
    given, once a year, to whoever's proof waits for a human.
    `consent` is that under which faces are kept, until they are deleted. `consent_withdrawn_on` is the day since which
    no face may be used, until consent is given anew or the withdrawal is undone; `withdrawn_by` the account or
    invitation whose doing that was, empty for a clerk's, and `faces_go_on` the day from which faces are deleted then.
    `own_account` is the account that certified last as the person themself, and `guardian_until` the day from which
    somebody who is under age consents by themselves. `notice` is the
    last that the person was told by message, `contact_channel` how they can be, and `office_notices` what the office
    told them, or tried to, by other ways. `grace_from` is the day from which the grace
    days before a hold count, where that is later than the last covered day. `counter_photo_on` is the day of the newest
    photo that was enrolled on the day it was taken, and matched the earlier ones. `faces_were_deleted`: all that were
    enrolled once are gone, or there were none when their ID number was put right, and no second clerk has confirmed
    another since. `registered_by` and `enrolled_by` are the
    clerks who did that, the latter of the last few photos. `dispelled_by` are the clerks who, since the person was
    certified last, decided that a doubt of their life is unfounded. `unfounded_reports` are the users whose last
    report of a death was, and `former_helpers` those whose word on one counts though they were removed. `prepared_by`
    is the clerk whose import brought the person, until another has seen them. `excused` is what a human accepted that
    they cannot do. `sessions_kept` is how many accepted sessions' imprints were kept so far. `invitation_id` is the
    invitation that is open, if there is one: what any other started is stopped. `number_claim` is the place of their ID
    number, where that was put right. `former_name_keys` are the hashes of the names that they had before theirs was put
    right, the first in front.
    `mandates` are those that were given and not ended, those that are over among them until another is given.
    `clerk_acts` are the entries that clerks added on the last day on which one did.
    """

    beneficiary_id: str
    person_key: str
    name_key: str
    masked_name: str
    benefits: tuple[Benefit, ...]
    valid_until: date
    lapsed: bool = False
    version: int = 0
    ledger_head: str = GENESIS
    has_reference: bool = False
    reference_ids: tuple[str, ...] = ()
    reference_on: date | None = None
    camera: Camera = field(default_factory=Camera)
    certified_by: tuple[str, ...] = ()
    certificate_id: str | None = None
    certified_on: date | None = None
    open_cases: tuple[OpenCase, ...] = ()
    consent: FaceConsent | None = None
    consent_withdrawn_on: date | None = None
    withdrawn_by: str = ""
    faces_go_on: date | None = None
    own_account: str = ""
    guardian_until: date | None = None
    notice: Notice | None = None
    contact_channel: NoticeChannel | None = None
    office_notices: tuple[OfficeNotice, ...] = ()
    person_secret: str = FIRST_SECRET
    grace_from: date | None = None
    reprieve: Reprieve | None = None
    counter_photo_on: date | None = None
    faces_were_deleted: bool = False
    registered_by: str = ""
    enrolled_by: tuple[str, ...] = ()
    dispelled_by: tuple[str, ...] = ()
    unfounded_reports: tuple[Unfounded, ...] = ()
    former_helpers: tuple[FormerHelper, ...] = ()
    prepared_by: str = ""
    excused: Excused | None = None
    sessions_kept: int = 0
    invitation_id: str | None = None
    number_claim: str | None = None
    former_name_keys: tuple[str, ...] = ()
    mandates: tuple[Mandate, ...] = ()
    # It bounds a day, and makes nobody another.
    clerk_acts: ActsOfDay | None = field(default=None, compare=False)

    def concerns(self, user_id: str, today: date) -> bool:
        """Whether this user has to do with the person, and so may hear how they stand: who certified them, took their
        consent back, or has a mandate for it. Name and number alone are no ground."""
        known = user_id in (*self.certified_by, self.own_account, self.withdrawn_by)
        return known or self.mandate_of(user_id, MandateRight.STANDING, today) is not None

    def mandate_of(self, user_id: str, right: MandateRight, day: date) -> Mandate | None:
        """The mandate by which this user has a right on a day."""
        return next((one for one in self.mandates if one.holder == user_id and one.gives(right, day)), None)

    def helped_as(self, user_id: str, day: date, *, on_behalf: bool) -> str:
        """The kind of mandate under which this user helped to certify; empty where there was none."""
        mandate = self.mandate_of(user_id, MandateRight.CERTIFY, day) if on_behalf else None
        return mandate.kind.value if mandate else ""

    @property
    def open_benefits(self) -> tuple[Benefit, ...]:
        """Those that have not ended."""
        return tuple(one for one in self.benefits if one.end is None)

    @property
    def main_benefit(self) -> Benefit:
        """The one that speaks for the person where one must, as on a certificate: the first that has not ended."""
        return next(iter(self.open_benefits), self.benefits[0])

    @property
    def category(self) -> Category:
        """The category of the main benefit."""
        return self.main_benefit.category

    @property
    def district(self) -> str:
        """The district of the main benefit."""
        return self.main_benefit.district

    @property
    def districts(self) -> tuple[str, ...]:
        """Of all benefits, also those that have ended: each office sees whom it pays, or paid."""
        return tuple(one.district for one in self.benefits)

    def district_of(self, benefit_id: str | None) -> str:
        """The district of a benefit; of the main one where none is named, or there is none of this number."""
        named = self.benefit(benefit_id) if benefit_id else None
        return (named or self.main_benefit).district

    @property
    def status(self) -> Status:
        """Where the person stands: terminated once every benefit has ended."""
        if not self.open_benefits:
            return Status.TERMINATED
        return Status.LAPSED if self.lapsed else Status.ACTIVE

    @property
    def held_since(self) -> date | None:
        """Since when a payment is held: of several the first day."""
        return min((one.held_since for one in self.benefits if one.is_held and one.held_since), default=None)

    @property
    def ended_on(self) -> date | None:
        """Since when nothing is due any more; None while anything is."""
        return max((one.end.on for one in self.benefits if one.end), default=None) if not self.open_benefits else None

    def standing_of(self, benefit: Benefit) -> Standing:
        """How one of the benefits stands."""
        life = Status.LAPSED if self.lapsed else Status.ACTIVE
        status, ended_on = (Status.TERMINATED, benefit.end.on) if benefit.end else (life, None)
        return Standing(status, self.valid_until, benefit.held_since, ended_on, benefit.unpaid_since, benefit.start)

    @property
    def current_notice(self) -> Notice | None:
        """What the person was told about this certification year; a certification since makes it the last year's."""
        return self.notice if self.notice and self.notice.valid_until == self.valid_until else None

    @property
    def current_office_notices(self) -> tuple[OfficeNotice, ...]:
        """What the office told them of this certification year by other ways, or tried to."""
        return tuple(one for one in self.office_notices if one.valid_until == self.valid_until)

    @property
    def told(self) -> Told | None:
        """What of all that they were told of this certification year counts first; it may count from a day to come."""
        return first_told(self.current_notice, self.current_office_notices)

    @property
    def notice_delivered_on(self) -> date | None:
        """The day on which a notice about this certification year first arrived; what a hold asks for."""
        return self.told.on if self.told else None

    def without_word_of(self, clerk: str) -> "Beneficiary":
        """As if this clerk had recorded no notice."""
        left = tuple(one for one in self.office_notices if one.recorded_by != clerk)
        return replace(self, office_notices=left)

    def grace_begins_on(self, benefit: Benefit) -> date:
        """The day from which the grace days before a hold of this benefit count: the last covered day, that on which
        a notice first arrived or that of a `grace_from`, whichever is latest. Nobody who is told late has less time
        than others."""
        days = (self.valid_until, self.grace_from, benefit.grace_from, self.notice_delivered_on)
        return max(day for day in days if day)

    def open_proposal(self, benefit: Benefit) -> HoldProposal | None:
        """The proposal to hold a benefit's payment, while neither a decision nor another standing has ended it."""
        proposal = benefit.hold_proposal
        waits = self.lapsed and benefit.end is None and not benefit.is_held
        return proposal if proposal and waits and proposal.valid_until == self.valid_until else None

    @property
    def can_be_held(self) -> tuple[Benefit, ...]:
        """The benefits of somebody lapsed that are neither held nor proposed to be."""
        if not self.lapsed:
            return ()
        return tuple(one for one in self.open_benefits if not one.is_held and not self.open_proposal(one))

    @property
    def next_planned_end(self) -> date | None:
        """The first day on which one of the benefits ends as planned."""
        return min((one.planned_end for one in self.open_benefits if one.planned_end), default=None)

    @property
    def faces_due(self) -> FacesDue | None:
        """When the photos and references of this person must be deleted; None when there are none, or not yet.

        Who never consented to one, and has none, has no photo either. Of everybody else there may be one of which the
        register knows nothing: put by an enrolment that came to nothing.
        """
        if not self.has_reference and self.consent is None:
            return None
        return faces_due(self.ended_on, self.faces_go_on or self.consent_withdrawn_on)

    @property
    def contact_due_on(self) -> date | None:
        """The day from which the contact must be deleted; None when there is none, or not yet."""
        return contact_due(self.ended_on) if self.contact_channel else None

    @property
    def purge_due_on(self) -> date | None:
        """The day from which the purge has something to delete."""
        days = (self.faces_due.on if self.faces_due else None, self.contact_due_on)
        return min((day for day in days if day), default=None)

    @property
    def face_is_unproven(self) -> bool:
        """Whether an import brought a photo of them, and no session was ever accepted by which somebody looked like it:
        nobody of the office need have seen them with it."""
        return self.sessions_kept == 0 and any(map(is_import, self.enrolled_by))

    @property
    def doubts(self) -> tuple[OpenCase, ...]:
        """The open cases while which no machine accepts a proof of this person's life."""
        return tuple(one for one in self.open_cases if one.doubts)

    def believed_on(self, on: date) -> tuple[str, ...]:
        """Whose report of a death stops machines: those who certified the person, also if somebody removed them since,
        and have not lately been wrong."""
        wrong = self._lately_wrong(on)
        return tuple(one for one in self.heard_on(on) if one not in wrong)

    def believes(self, actor: Actor, on: date) -> bool:
        """Whether a report of a death keeps machines from accepting: a clerk's own, who so takes up what others
        reported, or that of somebody who is believed, as they certified the person before. Whoever was lately wrong,
        clerk or not, waits for a clerk, as a stranger does: else one report a day were enough to keep the camera from
        somebody for ever."""
        if actor.role is Role.CLERK:
            return actor.actor_id not in self._lately_wrong(on)
        return actor.actor_id in self.believed_on(on)

    def _lately_wrong(self, on: date) -> set[str]:
        return {one.by for one in self.unfounded_reports if on <= one.until}

    @property
    def death_told(self) -> bool:
        """Whether somebody says that the person died, and nobody has called it unfounded: then no one clerk makes more
        due to them. While something is due a stranger's word alone is nothing."""
        ended = self.status is Status.TERMINATED
        return any(one.of_a_death and (one.doubts or ended) for one in self.open_cases)

    @property
    def death_recorded(self) -> bool:
        """Whether two clerks ended anything because the person died."""
        return any(one.end and one.end.cause is EndCause.DECEASED for one in self.benefits)

    @property
    def helpers_ever(self) -> tuple[str, ...]:
        """Who certified the person, and whoever of them was removed."""
        return self.heard_on(date.min)

    def heard_on(self, on: date) -> tuple[str, ...]:
        """Who certified the person, and helps them, or did within the last year."""
        former = (one.by for one in self.former_helpers if on <= one.until and one.by not in self.certified_by)
        return (*self.certified_by, *former)

    def first_face_waits(self, clerk: str) -> bool:
        """Whether the first face that this clerk enrols counts for nothing until a second clerk has looked: the earlier
        ones were deleted, or the person is doubted, or somebody says that they died, whoever, or this clerk put that
        away. Whom one clerk registered is doubted anyway until another has said that they exist; a try that looked like
        somebody else anybody can send."""
        others = (ReviewKind.REGISTRATION, ReviewKind.VERIFICATION)
        doubted = any(
            one.kind not in others and (one.doubts or one.kind is ReviewKind.DEATH_REPORT) for one in self.open_cases
        )
        return self.faces_were_deleted or doubted or clerk in self.dispelled_by

    def under_age_on(self, day: date) -> bool:
        """Whether a guardian consents for this person on a day, as far as the register knows."""
        return self.guardian_until is not None and day < self.guardian_until

    def with_case(self, review: Review, by: tuple[str, ...] = ()) -> "Beneficiary":
        """With a case that is being opened; `by` are all whose word it is, where they are several."""
        believed = self.believes(review.opened_by, review.opened_at.date())
        cases = remembered(self.open_cases, review, believed=believed)
        told = (replace(one, by=by) if by and one.review_id == review.review_id else one for one in cases)
        return replace(self, open_cases=tuple(told))

    def without_case(self, review_id: str) -> "Beneficiary":
        """With a case that is being closed."""
        return replace(self, open_cases=tuple(one for one in self.open_cases if one.review_id != review_id))

    def with_decided(self, review: Review, decision: ReviewDecision) -> "Beneficiary":
        """With a case that is being decided."""
        case = (self.open_cases, review.review_id, review.kind, decision.outcome)
        by = self.dispelled_by
        if dispels_a_death(*case) and decision.decided_by not in by:
            by = (*by, decision.decided_by)[-REMEMBERED_HELPERS:]
        on, wrong = decision.decided_at.date(), self.unfounded_reports
        for one in self.open_cases:
            if one.review_id == review.review_id:
                wrong = were_unfounded(wrong, one, decision.outcome, self.believed_on(on), on)
        left = decided(*case)
        if review.kind is ReviewKind.AUDIT:
            left = after_audit(left, review, decision.outcome)
        return replace(self, open_cases=left, dispelled_by=by, unfounded_reports=wrong)

    def ended(self, cause: EndCause) -> "Beneficiary":
        """Whose entitlement two clerks have ended: with a death whatever was proposed and found true of one is done.
        What else speaks against the person stays, and a death that somebody proposed does after another end: an end may
        be a mistake, or called one.
        """
        if cause is not EndCause.DECEASED:
            return self
        return replace(self, open_cases=tuple(one for one in self.open_cases if not one.ends_with_a_death))

    def without_benefits_cases(self, benefit_ids: Collection[str]) -> "Beneficiary":
        """Whose benefits two clerks ended: whether one was due that one clerk added is settled."""
        left = (one for one in self.open_cases if not (one.of_a_benefit and one.benefit_id in benefit_ids))
        return replace(self, open_cases=tuple(left))

    def seen_by_two(self, but: Collection[str] = ()) -> "Beneficiary":
        """Whom two clerks certify is not doubted any more for what was found true, nor for being registered by one
        clerk; save for those cases (`but`) that were found true since they saw the person.

        Where it was the face that was found false, none that is enrolled counts any more: they have seen the person,
        and not whose face it is.
        """
        left = self.without_upheld(but).vouched_for()
        if not any(one.upheld and one.kind in FACE_FALSE for one in self.open_cases if one not in left.open_cases):
            return left
        return replace(left, reference_ids=(), faces_were_deleted=True, counter_photo_on=None)

    def defrauded(self, review_id: str) -> "Beneficiary":
        """Whose certificate two clerks found to be got by fraud."""
        return replace(self, open_cases=after_fraud(self.open_cases, review_id))

    def vouched_for(self) -> "Beneficiary":
        """Whom another clerk has certified than the one who registered them, or whose certificate nobody looked at. Who
        they are, and that they live, does not say that a benefit is due which one clerk added again."""
        vouched = (ReviewKind.REGISTRATION, ReviewKind.AUDIT)
        left = (one for one in self.open_cases if one.kind not in vouched or one.upheld or one.of_a_benefit)
        return replace(self, open_cases=tuple(left))

    def seen_by(self, clerk: str) -> "Beneficiary":
        """Whom this clerk has seen, or a photo of them: who prepared the import that brought them is not the only one
        any more who says that they exist."""
        return self if clerk == self.prepared_by else replace(self, prepared_by="")

    def waiting_of(self, kind: ReviewKind) -> int:
        """How many open cases of a kind are remembered."""
        return sum(one.kind is kind and not one.upheld for one in self.open_cases)

    def without_upheld(self, but: Collection[str] = ()) -> "Beneficiary":
        """With what is still to be decided alone, and these cases."""
        left = (one for one in self.open_cases if not one.upheld or one.review_id in but or one.of_a_benefit)
        return replace(self, open_cases=tuple(left))

    def open_case(self, kind: ReviewKind, user_id: str | None = None) -> OpenCase | None:
        """The open case of a kind that is remembered, and is this user's, if one is named. One that was found true is
        decided: what is said later is looked at anew."""
        of_kind = (one for one in self.open_cases if one.kind is kind and not one.upheld)
        return next((one for one in of_kind if user_id is None or user_id in one.by), None)

    def reported_death(self, actor: Actor, today: date) -> OpenCase | None:
        """The open case that a report belongs to. The word of a user that counts joins none that is made of strangers'
        alone: what these said of the death is nothing to judge it by. Theirs joins any, and a clerk takes up any."""
        counts = actor.role is Role.USER and self.believes(actor, today)
        cases = [one for one in self.open_cases if one.kind is ReviewKind.DEATH_REPORT and not one.upheld]
        return next((one for one in cases if one.doubts or not counts), None)

    def case_of_try(self, user_id: str) -> OpenCase | None:
        """The open case that a user's try belongs to: their own, or, of more than are remembered, the last."""
        return self.open_case(ReviewKind.VERIFICATION, user_id) or crowded(self.open_cases)

    def with_joined(self, case: OpenCase, user_id: str, *, doubts: bool) -> "Beneficiary":
        """With one more report or try in an open case."""
        cases = (joined(one, user_id, doubts=doubts) if one is case else one for one in self.open_cases)
        return replace(self, open_cases=tuple(cases))

    @property
    def spared_until(self) -> date | None:
        """The last day on which this year's waiting proof keeps the person from lapsing, and from a hold."""
        return self.reprieve.until if self.reprieve and self.reprieve.valid_until == self.valid_until else None

    def waiting(self, today: date) -> "Beneficiary":
        """Spared from today on, since a proof waits for a human; of one year only the first such wait counts. One that
        would be over before the year is is not spent."""
        until = today + REPRIEVE
        if not self.lapsed:
            # Also whom missed nights have not lapsed yet: the sweep looks back so far and no further.
            until = min(until, self.valid_until + REPRIEVE)
        if self.spared_until or until <= self.valid_until:
            return self
        return replace(self, reprieve=Reprieve(until, self.valid_until))

    def with_benefits(self, changed: Iterable[Benefit]) -> "Beneficiary":
        """With these instead of those that have their numbers."""
        by_id = {one.benefit_id: one for one in changed}
        return replace(self, benefits=tuple(by_id.get(one.benefit_id, one) for one in self.benefits))

    def renamed(self, name_key: str, masked_name: str) -> "Beneficiary":
        """With another name. By the one before they are still found when somebody reports their death: of too many the
        first stay, so that no number of new names hides the true one."""
        former = self.former_name_keys
        if name_key != self.name_key and self.name_key not in former:
            former = (*former, self.name_key)[:FORMER_NAMES]
        return replace(self, name_key=name_key, masked_name=masked_name, former_name_keys=former)

    def benefit(self, benefit_id: str) -> Benefit | None:
        """The benefit of this number."""
        return next((one for one in self.benefits if one.benefit_id == benefit_id), None)

    def without_helpers(self, removed: Collection[str], *, heard_from: date | None = None) -> "Beneficiary":
        """Without these accounts among those who certified this person, whoever's they are, and without their
        mandates. From a day on, if one is
        given, their word on a death counts all the same for a year; it never does of whoever was found false."""
        if not removed:
            return self
        left = tuple(one for one in self.certified_by if one not in removed)
        own = "" if self.own_account in removed else self.own_account
        mandates = tuple(one for one in self.mandates if one.holder not in removed)
        former = tuple(one for one in self.former_helpers if one.by not in removed)
        if heard_from:
            former = tuple(one for one in former if heard_from <= one.until)
            gone = (FormerHelper(one, heard_from + FORMER_HEARD) for one in self.certified_by if one in removed)
            former = (*former, *gone)[-MOST_FORMER:]
        return replace(self, certified_by=left, own_account=own, former_helpers=former, mandates=mandates)

    def certified_as(self, user_id: str, *, on_behalf: bool) -> dict[str, Any]:
        """What a proof of life by a face, which this account or invitation showed, changes of the known accounts."""
        own = self.own_account if on_behalf or is_invited(user_id) else user_id
        return {"certified_by": self.with_certifier(user_id), "own_account": own}

    def with_certifier(self, user_id: str) -> tuple[str, ...]:
        """`certified_by` with this user as the newest."""
        return (*(known for known in self.certified_by if known != user_id), user_id)[-REMEMBERED_HELPERS:]
