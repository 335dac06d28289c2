"""Valid domain objects with defaults: a test names only what it is about."""

import hashlib
import uuid
from array import array
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from lifecert.application.certify.helper_volume import HelperVolume
from lifecert.application.shared.issuing import Issuer
from lifecert.application.shared.reviewing import OpenReview
from lifecert.domain.access import Access, AccessAction, AccessRole
from lifecert.domain.actor import Actor, Group, Role, User
from lifecert.domain.beneficiary import Beneficiary
from lifecert.domain.benefit import Benefit, BenefitEnd, Office
from lifecert.domain.camera import Camera, Failure
from lifecert.domain.category import Category
from lifecert.domain.certificate import Certificate, Method
from lifecert.domain.challenge import Step
from lifecert.domain.change import Change, record
from lifecert.domain.data_match import Source, Sources, Trust
from lifecert.domain.evidence import Evidence, FrameEvidence, Measure, ReferenceMatch, Template, Verdict
from lifecert.domain.hold import HoldCandidate, HoldProposal
from lifecert.domain.invitation import Invitation
from lifecert.domain.ledger import Detail, LedgerEvent
from lifecert.domain.limits import StartLimits
from lifecert.domain.policy import (
    AttemptLimits,
    Audit,
    ChallengeLimits,
    Decision,
    DuplicateLimits,
    ImageLimits,
    MatchLimits,
    Outcome,
    PassiveLimits,
    PassiveUse,
    Policy,
    QualityLimits,
    ReplayLimits,
)
from lifecert.domain.reasons import Reason
from lifecert.domain.reference import Enrolment, Reference
from lifecert.domain.review import Review, ReviewKind
from lifecert.domain.session import Channel, Consent, ImageType, Result, Session, SessionState
from lifecert.domain.sighting import AtTheCounter, Document, PresenceGround, ProofLimits, Proofs
from lifecert.domain.status import EndCause, Standing, Status
from lifecert.ports.clock import Clock
from lifecert.ports.register import ChangingRegister
from lifecert.ports.sessions import Limits
from tests.support.fakes.keys import FakeSigning

NOW = datetime(2026, 3, 1, 1, 0, tzinfo=UTC)
VALID_UNTIL = date(2026, 6, 30)
CHALLENGE = (Step.NEUTRAL, Step.TURN_LEFT, Step.OPEN_MOUTH)
MODEL = "model/1"
OFFICE = Office("fund", "110101")
CLERK = User("clerk-1", frozenset({Group.CLERK}))
HELPER = User("helper-1")
# As in the policy, but that nobody is drawn for an audit.
PROOFS = Proofs(
    {
        Method.IN_PERSON: ProofLimits(366, 0),
        Method.HOME_VISIT: ProofLimits(60, 0),
        Method.GROUP_VISIT: ProofLimits(60, 0),
        Method.VIDEO: ProofLimits(7, 0),
        Method.ATTESTATION: ProofLimits(180, 0),
        Method.PAPER_FORM: ProofLimits(90, 0),
    }
)
# Every register is believed for a year.
TRUSTED = Sources(
    Source(
        trust=Trust.CERTIFIES,
        fresh_days=366,
        on_certificate=False,
        place={"zh-CN": "某登记机构", "en": "a register"},
        event={"zh-CN": "见到您本人", "en": "saw you"},
    )
)
# What tests say of a person, and is each benefit's own.
OF_BENEFITS = ("category", "district", "hold_proposal")


def an_id() -> str:
    return str(uuid.uuid4())


def at_the_counter(
    on: date, document: Document = Document.ID_CARD, ground: PresenceGround | None = None
) -> AtTheCounter:
    return AtTheCounter(seen_on=on, document=document, ground=ground)


def paused(until: datetime, *users: str) -> Camera:
    """A camera channel that is paused for whoever never certified the person, and for these users."""
    at = until - a_policy().attempts.pause
    strangers = tuple(Failure(at, f"stranger-{number}", face=True) for number in range(10))
    return Camera((*strangers, *(Failure(at, user, face=False) for user in users for _ in range(5))))


def a_benefit(**fields: Any) -> Benefit:
    """The first of a person's, paid as it falls due."""
    return Benefit(
        **{"benefit_id": "1", "category": Category.RESIDENT_PENSION, "district": "110101", "payer": "fund", **fields}
    )


def standing_as(person: Beneficiary, standing: Standing) -> Beneficiary:
    """The person with every benefit standing so."""
    ended_on = standing.ended_on or (standing.valid_until if standing.status is Status.TERMINATED else None)
    end = BenefitEnd(ended_on, EndCause.OTHER) if ended_on else None
    unpaid_since = standing.unpaid_since or ended_on or standing.held_since
    benefits = tuple(
        replace(one, held_since=standing.held_since, unpaid_since=unpaid_since, end=end, hold_proposal=None)
        for one in person.benefits
    )
    lapsed = standing.status is Status.LAPSED
    return replace(person, valid_until=standing.valid_until, lapsed=lapsed, benefits=benefits)


def standing_of(person: Beneficiary) -> Standing:
    """How the person's main benefit stands."""
    return person.standing_of(person.main_benefit)


def proposal_of(person: Beneficiary) -> HoldProposal | None:
    """The open proposal to hold the payment of the person's main benefit."""
    return person.open_proposal(person.main_benefit)


def a_beneficiary(**fields: Any) -> Beneficiary:
    """Active until VALID_UNTIL, with a reference and one benefit: `status`, `valid_until` and `standing` say how it
    stands, `category`, `district` and `hold_proposal` are its own. Or with `benefits`."""
    given = Standing(fields.pop("status", Status.ACTIVE), fields.pop("valid_until", VALID_UNTIL))
    standing = fields.pop("standing", given)
    own = {name: fields.pop(name) for name in OF_BENEFITS if name in fields}
    several = fields.pop("benefits", None)
    beneficiary_id = fields.pop("beneficiary_id", None) or an_id()
    person = Beneficiary(
        **{
            "beneficiary_id": beneficiary_id,
            "person_key": hashlib.sha256(beneficiary_id.encode()).hexdigest(),
            "name_key": "n" * 64,
            "masked_name": "王*明",
            "benefits": several or (a_benefit(),),
            "valid_until": standing.valid_until,
            "has_reference": True,
            **fields,
        }
    )
    stood = person if several else standing_as(person, standing)
    return replace(stood, benefits=tuple(replace(one, **own) for one in stood.benefits))


def a_change(before: Beneficiary, event: LedgerEvent = LedgerEvent.VERIFICATION_FAILED, **parts: Any) -> Change:
    """The next change of `before`; `changed` replaces its fields and its benefits', and `standing` in it how it
    stands. `details` are the entry's, the rest goes along."""
    fields = dict(parts.pop("changed", {}))
    own = {name: fields.pop(name) for name in OF_BENEFITS if name in fields}
    stood = standing_as(before, fields.pop("standing")) if "standing" in fields else before
    benefits = tuple(replace(one, **own) for one in stood.benefits)
    changed = replace(stood, **{"benefits": benefits, **fields})
    details: dict[str, Detail] = parts.pop("details", {"on_behalf": True, "attempt": 2, "reason": None})
    after, entry = record(changed, event, Actor("helper-1", Role.USER), parts.pop("at", NOW), details)
    return Change(before.version, after, entry, **parts)


def registration(**fields: Any) -> Change:
    """The change that registers `a_beneficiary(**fields)`."""
    person = a_beneficiary(**fields)
    told = {
        "status": person.status,
        "valid_until": person.valid_until.isoformat(),
        "benefits": [one.facts() for one in person.benefits],
    }
    return a_change(person, LedgerEvent.REGISTERED, details=told)


def termination(person: Beneficiary) -> Change:
    """The change that ends every benefit of somebody on their last covered day."""
    on = person.valid_until
    day = on.isoformat()
    facts = [{**one.named(), "status": Status.TERMINATED, "unpaid_since": day} for one in person.benefits]
    return a_change(
        person,
        LedgerEvent.TERMINATED,
        changed={"standing": Standing(Status.TERMINATED, on, ended_on=on), "contact_channel": None},
        details={
            "status": Status.TERMINATED,
            "valid_until": day,
            "ended_on": day,
            "cause": EndCause.OTHER,
            "benefits": facts,
        },
    )


def a_session(**fields: Any) -> Session:
    return Session(
        **{
            "session_id": an_id(),
            "user_id": HELPER.user_id,
            "beneficiary_id": an_id(),
            "on_behalf": True,
            "channel": Channel.APP,
            "consent": Consent("2026-1", NOW, guardian=False),
            "challenge": CHALLENGE,
            "image_type": ImageType.JPEG,
            "attempt": 1,
            "opened_at": NOW,
            "deadline": NOW + timedelta(minutes=10),
            "request_digest": "d" * 64,
            "help_line": "12333",
            **fields,
        }
    )


def an_access(of: str, action: AccessAction = AccessAction.READ, seconds: int = 0, by: str = "clerk-1") -> Access:
    return Access(of, by, AccessRole.CLERK, action, NOW + timedelta(seconds=seconds))


def an_invitation(beneficiary_id: str, **fields: Any) -> Invitation:
    return Invitation(
        **{
            "invitation_id": an_id(),
            "beneficiary_id": beneficiary_id,
            "digits_key": "d" * 64,
            "text_key": "e" * 64,
            "secret": "1",
            "guardian": False,
            "issued_at": NOW,
            "expires_on": date(2031, 3, 1),
            **fields,
        }
    )


def decided(session: Session, outcome: Outcome = Outcome.ACCEPTED, reason: Reason | None = None) -> Session:
    return replace(
        session,
        state=SessionState.DECIDED,
        claimed_until=None,
        result=Result(Decision(outcome, reason), NOW, certificate_id=an_id(), valid_until=date(2027, 3, 1)),
        evidence='{"frames":[]}',
    )


def a_certificate(beneficiary: Beneficiary, **fields: Any) -> Certificate:
    return Certificate(
        **{
            "certificate_id": an_id(),
            "beneficiary_id": beneficiary.beneficiary_id,
            "masked_name": beneficiary.masked_name,
            "category": beneficiary.category,
            "district": beneficiary.district,
            "method": Method.FACE_SELF,
            "actor_id": HELPER.user_id,
            "certified_on": date(2026, 3, 1),
            "valid_until": date(2027, 3, 1),
            "issued_at": NOW,
            "policy_version": "test-1",
            "calibration_version": "test-calibration",
            "model_version": MODEL,
            "evidence_digest": "e" * 64,
            "statement": "header.claims.signature",
            **fields,
        }
    )


def a_review(beneficiary: Beneficiary, **fields: Any) -> Review:
    return Review(
        **{
            "review_id": an_id(),
            "beneficiary_id": beneficiary.beneficiary_id,
            "kind": ReviewKind.VERIFICATION,
            "opened_at": NOW,
            "opened_by": Actor(HELPER.user_id, Role.USER),
            "session_id": an_id(),
            "reason": Reason.MATCH_UNCERTAIN,
            "district": beneficiary.district_of(fields.get("benefit_id")),
            **fields,
        }
    )


def a_hold_candidate(beneficiary: Beneficiary, batch_id: str, **fields: Any) -> HoldCandidate:
    return HoldCandidate(
        **{
            "benefits": tuple(one.benefit_id for one in beneficiary.open_benefits),
            "batch_id": batch_id,
            "beneficiary_id": beneficiary.beneficiary_id,
            "masked_name": beneficiary.masked_name,
            "category": beneficiary.category,
            "district": beneficiary.district,
            "valid_until": beneficiary.valid_until,
            "notice_delivered_on": date(2026, 1, 20),
            "proposed_at": NOW,
            **fields,
        }
    )


def an_enrolment(beneficiary: Beneficiary, **fields: Any) -> Enrolment:
    reference_id = fields.pop("reference_id", None) or an_id()
    return Enrolment(
        **{
            "beneficiary_id": beneficiary.beneficiary_id,
            "reference_id": reference_id,
            "upload_key": f"frames/{reference_id}/1",
            "source": "office",
            "captured_on": date(2019, 5, 1),
            "deadline": NOW + timedelta(minutes=10),
            **fields,
        }
    )


def a_reference(enrolment: Enrolment, **fields: Any) -> Reference:
    return Reference(
        **{
            "beneficiary_id": enrolment.beneficiary_id,
            "reference_id": enrolment.reference_id,
            "template": a_template(),
            "photo_key": f"references/{enrolment.beneficiary_id}/{enrolment.reference_id}",
            "source": enrolment.source,
            "captured_on": enrolment.captured_on,
            "quality": 0.75,
            "enrolled_at": NOW,
            **fields,
        }
    )


def a_template(model_version: str = MODEL) -> Template:
    return Template(face(0).vector, model_version)


def face(number: int, like: int | None = None, similarity: float = 0.0) -> Template:
    """A made-up face: unlike every other, or as similar to one of another number as asked for."""
    values = [0.0] * 128
    values[number] = 1.0 if like is None else (1 - similarity**2) ** 0.5
    if like is not None:
        values[like] = similarity
    return Template(array("f", values).tobytes(), MODEL)


def good_evidence(similarity: float = 0.9, steps: tuple[Step, ...] = CHALLENGE, **fields: Any) -> Evidence:
    """Everything passed; the face is as similar to one reference as the test says."""
    passed = (Measure("decode", Verdict.PASSED, 1.0, "", 1.0),)
    return Evidence(
        **{
            "frames": tuple(FrameEvidence(step, passed) for step in steps),
            "across": (Measure("same_person", Verdict.PASSED, 0.9, "cosine", 0.95),),
            "matches": (ReferenceMatch("reference-1", similarity, similarity),),
            "model_version": MODEL,
            "timings_ms": {"decode": 12.5},
            **fields,
        }
    )


def uploaded_in_time(evidence: Evidence) -> Evidence:
    """The evidence as it is stored when all frames came in the moment their session opened."""
    times = Measure("upload_times", Verdict.PASSED, 0.0, "seconds", 1.0)
    return replace(evidence, across=(*evidence.across, times))


def failed_evidence(reason: Reason, steps: tuple[Step, ...] = CHALLENGE) -> Evidence:
    """One failed measure on every frame."""
    failed = (Measure("some_measure", Verdict.FAILED, reason=reason),)
    return Evidence(tuple(FrameEvidence(step, failed) for step in steps), model_version=MODEL)


QUALITY_LIMITS = QualityLimits(
    min_eye_distance_px=32,
    warn_eye_distance_px=48,
    min_brightness=35,
    warn_brightness=60,
    max_brightness=220,
    max_dark_share=0.35,
    warn_bright_share=0.35,
    max_bright_share=0.6,
    min_evenness=0.2,
    warn_evenness=0.5,
    max_blockiness=1.85,
    warn_blockiness=1.6,
    min_sharpness=0.34,
    min_whole_sharpness=0.42,
    max_yaw_degrees=25,
    max_pitch_degrees=20,
    max_roll_degrees=60,
    min_upright=1.1,
    sure_strength=11.5,
    max_second_face=0.25,
    min_face_in_frame=0.95,
    min_colour=1.0,
    max_sunglasses=0.5,
    max_hand_on_eye=0.5,
    max_mask=0.5,
    max_hand_on_mouth=0.5,
    warn_glare=0.45,
    max_glare=1.0,
)
REFERENCE_LIMITS = replace(QUALITY_LIMITS, min_eye_distance_px=40, max_yaw_degrees=16)


def a_policy(**parts: Any) -> Policy:
    return Policy(
        **{
            "version": "test-1",
            "image": ImageLimits(8_000_000, 50_000_000, 160, 1280),
            "quality": QUALITY_LIMITS,
            "reference": REFERENCE_LIMITS,
            "challenge": ChallengeLimits(2, 12, 0.12, 0.8, 30, 0.24, 0.25, 0.2, 0.55, 0.35),
            "match": MatchLimits(
                MODEL,
                accept=0.5,
                review=0.36,
                same_person=0.36,
                steps=0.45,
                calibration_version="test-calibration",
            ),
            "passive": PassiveLimits(PassiveUse.WHEN_BUILT, 0.5, 0.1, 0.3),
            "replay": ReplayLimits(0.75, 0.97, 0.95, timedelta(hours=24), timedelta(seconds=5)),
            "audit": Audit(0.0, 0.0),
            "duplicates": DuplicateLimits(0.7, 2),
            "attempts": AttemptLimits(3, 5, timedelta(minutes=15), timedelta(minutes=30)),
            **parts,
        }
    )


def start_limits(by_user: int = 1000, unknown_by_user: int = 1000, for_person: int = 1000) -> StartLimits:
    return StartLimits(by_user, unknown_by_user, for_person)


def helper_volume(limits: Limits, register: ChangingRegister, clock: Clock, usual: int = 1000) -> HelperVolume:
    return HelperVolume(limits, OpenReview(register, clock), clock, usual)


def an_issuer() -> Issuer:
    return Issuer("lifecert.example", FakeSigning())
