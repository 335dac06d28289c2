"""The policy: limits the vision stages judge by, and the pure decision over their evidence."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from enum import StrEnum

from lifecert.domain.challenge import Step, has_expression
from lifecert.domain.evidence import Evidence, Verdict, first_reason
from lifecert.domain.proof_channel import ProofChannel
from lifecert.domain.reasons import FOR_A_HUMAN, Reason

PASSIVE_MEASURE = "passive_live"
PASSIVE_LEAST = "passive_least"


@dataclass(frozen=True, slots=True)
class ImageLimits:
    """What may be decoded. Bytes and pixels are checked from the header, before decoding."""

    max_bytes: int
    max_pixels: int
    min_side_px: int
    working_long_side_px: int


@dataclass(frozen=True, slots=True)
class QualityLimits:
    """Per-frame limits, aligned with ISO/IEC 29794-5. A `warn_*` limit never refuses: a frame beyond it is looked at
    from both sides.

    Brightness is the mean grey value (0-255) of the face; `*_share` is a share of its pixels (0-1);
    `max_blockiness` is a ratio, of steps at the edges of JPEG's blocks to others;
    `*_evenness` is the darker side's brightness against the other's; `min_sharpness` is the re-blur measure (0-1) at
    64 px eye distance, `min_whole_sharpness` that of a picture without a face; `max_second_face` is an area ratio;
    `min_colour` is the mean difference between a pixel's strongest and weakest colour (0-255), which is 0 in a grey
    picture; `max_sunglasses`, `max_hand_on_eye`, `max_mask`, `max_hand_on_mouth` (how surely, 0-1) and `*_glare` are
    told at the vision layer's `covering`;
    `min_upright` is how much stronger the recogniser answers to the face as it was found than to it upside down;
    from an answer of `sure_strength` on, a frame's face is taken to be upright without that look.
    """

    min_eye_distance_px: float
    warn_eye_distance_px: float
    min_brightness: float
    warn_brightness: float
    max_brightness: float
    max_dark_share: float
    warn_bright_share: float
    max_bright_share: float
    min_evenness: float
    warn_evenness: float
    max_blockiness: float
    warn_blockiness: float
    min_sharpness: float
    min_whole_sharpness: float
    max_yaw_degrees: float
    max_pitch_degrees: float
    max_roll_degrees: float
    min_upright: float
    sure_strength: float
    max_second_face: float
    min_face_in_frame: float
    min_colour: float
    max_sunglasses: float
    max_hand_on_eye: float
    max_mask: float
    max_hand_on_mouth: float
    warn_glare: float
    max_glare: float


@dataclass(frozen=True, slots=True)
class ChallengeLimits:
    """How far a step's frame must differ from the person's own neutral frame.

    `turn_degrees` is about the head's own axis; `mouth_open`, `eyes_closed`, `smile` are changes of a blendshape score.
    `min_depth` (in eye distances) and `min_width_kept` (ratio) tell a head that turned from a sheet that was turned;
    how they are measured is in the vision layer's `flatness`. A turn read as `wide_turn_degrees` or more with a depth
    of `wide_turn_depth` is no sheet's, however narrow. Eyes also count as closed where no more than `max_eyes_open` is
    left of how far the neutral ones were open: of eyes that look half closed at rest the score hardly rises.
    """

    steps: int
    turn_degrees: float
    min_depth: float
    min_width_kept: float
    wide_turn_degrees: float
    wide_turn_depth: float
    mouth_open: float
    eyes_closed: float
    max_eyes_open: float
    smile: float


@dataclass(frozen=True, slots=True)
class MatchLimits:
    """Cosine similarities. `accept` and above is the person, below `review` is not, between is for a human.

    `same_person` is the least similarity of any frame to the neutral frame of the same session. All three come from
    the calibration of `calibration_version`, at the rates of false matches that the policy asks for. `steps` is the
    least of the frames that answer steps, without the neutral one: below it a human decides, since a photo of the
    person in the neutral frame's place lifts a look-alike's mean over `accept`.
    """

    model_version: str
    accept: float
    review: float
    same_person: float
    steps: float
    calibration_version: str


class PassiveUse(StrEnum):
    """What a build without the passive model, or a look by it that failed, means."""

    OFF = "off"  # nothing is looked at
    WHEN_BUILT = "when_built"  # a build without the model decides without it; a look that failed goes to a human
    REQUIRED = "required"  # a build without the model does not start


@dataclass(frozen=True, slots=True)
class PassiveLimits:
    """The passive cue against prints and screens. Of its scores (0-1) `min_live` is the least that the middle one of
    all frames may be, and `min_live_frame` the least that any may be, where three networks look; `min_live_alone` is
    for the middle one where a build has but the first of them.

    Below it a human decides. The cue never accepts anybody.
    """

    use: PassiveUse
    min_live: float
    min_live_frame: float
    min_live_alone: float


@dataclass(frozen=True, slots=True)
class ReplayLimits:
    """When a frame is a copy: `max_alike` (-1 to 1) is the most it may be like the person's references and the frames
    of earlier sessions, `max_alike_within` the most that two frames of one session may be like each other.

    Photos of the `recent` past may be of the person before the same camera still: the limit for those is
    `max_alike_recent`. `clock_tolerance` is how far outside its session an upload may seem to be, since two clocks are
    compared.
    """

    max_alike: float
    max_alike_recent: float
    max_alike_within: float
    recent: timedelta
    clock_tolerance: timedelta


@dataclass(frozen=True, slots=True)
class Audit:
    """`rate` (0-1) is the share of accepted sessions that a human looks at afterwards; of those that an invitation
    started, where nobody signed in, and of the first by a photo that an import brought, it is `by_invitation`."""

    rate: float
    by_invitation: float


@dataclass(frozen=True, slots=True)
class DuplicateLimits:
    """From which similarity on two beneficiaries' references open a review, and with how many others at the most.

    Much higher than `accept`: one face is compared with everybody's, and each comparison may err.
    """

    similarity: float
    most: int


@dataclass(frozen=True, slots=True)
class AttemptLimits:
    """When a retry becomes a review, and when the camera channel pauses (design.md §3 rule 2)."""

    before_review: int
    before_pause: int
    window: timedelta
    pause: timedelta


@dataclass(frozen=True, slots=True)
class ChannelLimits:
    """What one channel of sessions has of its own, each as strict as the policy's or stricter: the share that is
    audited (`audit`, 0 to 1), the similarities `accept` and `steps`, and how many steps a challenge has."""

    audit: float
    accept: float
    steps: float
    challenge_steps: int


@dataclass(frozen=True, slots=True)
class Policy:
    """One versioned set of limits; `version` is in every certificate and ledger entry decided by it.

    `reference` are the limits of reference photos: those of frames, with the stricter ones in their place. `channels`
    are what single channels have of their own; one that is not among them goes by the rest.
    """

    version: str
    image: ImageLimits
    quality: QualityLimits
    reference: QualityLimits
    challenge: ChallengeLimits
    passive: PassiveLimits
    replay: ReplayLimits
    match: MatchLimits
    attempts: AttemptLimits
    audit: Audit
    duplicates: DuplicateLimits
    channels: Mapping[ProofChannel, ChannelLimits] = field(default_factory=dict)

    def of(self, channel: ProofChannel) -> "Policy":
        """The policy by which a session of this channel is judged."""
        own = self.channels.get(channel)
        if own is None:
            return self
        # A letter's session is audited as letters are, or as its channel is, whichever is more.
        audit = Audit(own.audit, max(own.audit, self.audit.by_invitation))
        match = replace(self.match, accept=own.accept, steps=own.steps)
        return replace(self, match=match, audit=audit, challenge=replace(self.challenge, steps=own.challenge_steps))

    @property
    def most_steps(self) -> int:
        """How many steps the longest challenge of any channel has."""
        return max((self.challenge.steps, *(one.challenge_steps for one in self.channels.values())))

    def with_passive_cue(self) -> "Policy":
        """The same, where a build without the cue's model must not start."""
        required = self.passive.use is PassiveUse.WHEN_BUILT
        return replace(self, passive=replace(self.passive, use=PassiveUse.REQUIRED)) if required else self


class Outcome(StrEnum):
    """What a verification comes to."""

    ACCEPTED = "accepted"
    RETRY = "retry"
    REVIEW = "review"


@dataclass(frozen=True, slots=True)
class Decision:
    """The outcome and, unless accepted, the one reason to name."""

    outcome: Outcome
    reason: Reason | None = None


def decide(evidence: Evidence, policy: Policy, asked: tuple[Step, ...], attempt: int) -> Decision:
    """Decide one verification (design.md §3 rule 5).

    `asked` are the steps of the session's challenge, `attempt` counts from 1 within the policy's window.
    Nothing missing ever counts as passed: a measure not assessed, a step without a frame or a face without
    a reference to compare ends with a human.
    """
    decision = _decide_once(evidence, policy, asked)
    if decision.outcome is Outcome.RETRY and attempt >= policy.attempts.before_review:
        return Decision(Outcome.REVIEW, Reason.RETRIES_USED_UP)
    return decision


def _decide_once(evidence: Evidence, policy: Policy, asked: tuple[Step, ...]) -> Decision:
    reason = first_reason(evidence.measures())
    if reason and reason not in FOR_A_HUMAN:
        return Decision(Outcome.RETRY, reason)
    similarity = evidence.similarity
    if similarity is None or not _are_numbers(evidence) or not _assessed(evidence, policy, asked):
        return Decision(Outcome.REVIEW, Reason.NOT_ASSESSED)
    if similarity < policy.match.review:
        return Decision(Outcome.RETRY, Reason.NOT_MATCHING)
    if reason:
        return Decision(Outcome.REVIEW, reason)
    if similarity < policy.match.accept:
        return Decision(Outcome.REVIEW, Reason.MATCH_UNCERTAIN)
    if len(asked) < 1 + policy.challenge.steps or not has_expression(asked):
        return Decision(Outcome.REVIEW, Reason.CHALLENGE_NOT_POSSIBLE)
    if evidence.steps_similarity is None:
        return Decision(Outcome.REVIEW, Reason.NOT_ASSESSED)
    if evidence.steps_similarity < policy.match.steps:
        return Decision(Outcome.REVIEW, Reason.STEPS_UNCERTAIN)
    return Decision(Outcome.ACCEPTED)


def _are_numbers(evidence: Evidence) -> bool:
    """Whether every similarity is one: of something that is not, the greatest is whatever comes first."""
    found = (number for match in evidence.matches for number in (match.similarity, match.steps) if number is not None)
    return all(map(math.isfinite, found))


def _assessed(evidence: Evidence, policy: Policy, asked: tuple[Step, ...]) -> bool:
    """Whether every frame that was asked for was measured, in everything that the policy wants measured."""
    complete = tuple(frame.step for frame in evidence.frames) == asked
    measures = tuple(evidence.measures())
    cue = policy.passive.use is not PassiveUse.REQUIRED or PASSIVE_MEASURE in {one.name for one in measures}
    measured = all(measure.verdict is not Verdict.NOT_ASSESSED for measure in measures)
    return complete and measured and cue and evidence.model_version == policy.match.model_version
