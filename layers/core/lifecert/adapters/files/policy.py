"""The policy and the help lines from their files: strict, so that a misspelt or absurd value never decides a case."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Annotated

from pydantic import Field, model_validator

from lifecert.adapters.files.calibration import CALIBRATIONS, Version, Wanted, load_calibration
from lifecert.adapters.files.policy_channels import Channels
from lifecert.adapters.files.strict import ConfigError, Strict, load_strict
from lifecert.domain.category import Scheme
from lifecert.domain.challenge import NEEDS
from lifecert.domain.data_match import Source, Sources, Trust
from lifecert.domain.help_lines import HelpLines
from lifecert.domain.policy import (
    AttemptLimits,
    Audit,
    ChallengeLimits,
    ChannelLimits,
    DuplicateLimits,
    ImageLimits,
    MatchLimits,
    PassiveLimits,
    PassiveUse,
    Policy,
    QualityLimits,
    ReplayLimits,
)
from lifecert.domain.proof_channel import BY_SESSION, ProofChannel
from lifecert.domain.sighting import BY_CLERKS, ProofLimits, Proofs

POLICY_FILE = Path(__file__).parents[2] / "policy.json"
HELP_LINES_FILE = Path(__file__).parents[2] / "help_lines.json"

Share = Annotated[float, Field(ge=0, le=1)]
Positive = Annotated[float, Field(gt=0)]
Angle = Annotated[float, Field(gt=0, le=90)]
Cosine = Annotated[float, Field(gt=0, lt=1)]
Pixels = Annotated[int, Field(ge=1)]
Telephone = Annotated[str, Field(pattern=r"^\+?[0-9][0-9 -]{1,19}$")]
District = Annotated[str, Field(pattern=r"^[0-9]{1,12}$")]
SourceCode = Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{1,40}$")]
# Neither a brace nor what a link is made of.
_Words = Annotated[str, Field(min_length=2, max_length=40, pattern=r"^[^{}<>/:@]+$")]


class _Image(Strict):
    max_bytes: Annotated[int, Field(ge=10_000, le=20_000_000)]
    max_pixels: Annotated[int, Field(ge=100_000, le=50_000_000)]  # as many as the decoder makes
    min_side_px: Pixels
    working_long_side_px: Annotated[int, Field(ge=320, le=4096)]

    @model_validator(mode="after")
    def _fits(self) -> "_Image":
        self._ordered("min_side_px", "working_long_side_px")
        return self


class _Quality(Strict):
    min_eye_distance_px: Positive
    warn_eye_distance_px: Positive
    min_brightness: Annotated[float, Field(ge=0, le=255)]
    warn_brightness: Annotated[float, Field(ge=0, le=255)]
    max_brightness: Annotated[float, Field(ge=0, le=255)]
    max_dark_share: Share
    warn_bright_share: Share
    max_bright_share: Share
    min_evenness: Share
    warn_evenness: Share
    max_blockiness: Annotated[float, Field(ge=1, le=10)]
    warn_blockiness: Annotated[float, Field(ge=1, le=10)]
    min_sharpness: Share
    min_whole_sharpness: Share
    max_yaw_degrees: Angle
    max_pitch_degrees: Angle
    max_roll_degrees: Angle
    # Below 1 it would let pass what is more of a face upside down.
    min_upright: Annotated[float, Field(ge=1, le=2)]
    sure_strength: Positive
    max_second_face: Share
    min_face_in_frame: Share
    min_colour: Annotated[float, Field(ge=0, le=20)]
    max_sunglasses: Share
    max_hand_on_eye: Share
    max_mask: Share
    max_hand_on_mouth: Share
    warn_glare: Share
    max_glare: Share

    @model_validator(mode="after")
    def _fits(self) -> "_Quality":
        self._ordered("min_eye_distance_px", "warn_eye_distance_px")
        self._ordered("warn_bright_share", "max_bright_share")
        self._ordered("min_brightness", "warn_brightness")
        self._ordered("warn_brightness", "max_brightness")
        self._ordered("min_evenness", "warn_evenness")
        self._ordered("warn_blockiness", "max_blockiness")
        self._ordered("warn_glare", "max_glare")
        return self


class _Reference(Strict):
    """What a reference photo, by which a face is known for years, must keep to beyond the limits of a frame."""

    min_eye_distance_px: Positive
    min_brightness: Annotated[float, Field(ge=0, le=255)]
    max_brightness: Annotated[float, Field(ge=0, le=255)]
    max_dark_share: Share
    max_bright_share: Share
    min_evenness: Share
    max_blockiness: Annotated[float, Field(ge=1, le=10)]
    min_sharpness: Share
    max_yaw_degrees: Angle
    max_pitch_degrees: Angle
    max_roll_degrees: Angle
    max_glare: Share

    def limits(self, of_frames: _Quality) -> QualityLimits:
        """All limits of a reference photo. Raises ValueError where one is laxer than that of a frame."""
        stricter = self.model_dump()
        for name, value in stricter.items():
            frame = getattr(of_frames, name)
            if value < frame if name.startswith("min_") else value > frame:
                raise ValueError(f"reference.{name} ({value}) must not be laxer than quality.{name} ({frame})")
        return QualityLimits(**(of_frames.model_dump() | stricter))


class _Challenge(Strict):
    # At least one: a challenge without steps is a photo.
    steps: Annotated[int, Field(ge=1, le=len(NEEDS))]
    turn_degrees: Angle
    min_depth: Cosine
    min_width_kept: Cosine
    wide_turn_degrees: Angle
    wide_turn_depth: Cosine
    mouth_open: Cosine
    eyes_closed: Cosine
    max_eyes_open: Cosine
    smile: Cosine

    @model_validator(mode="after")
    def _fits(self) -> "_Challenge":
        self._ordered("turn_degrees", "wide_turn_degrees")
        self._ordered("min_depth", "wide_turn_depth")
        return self


class MatchFile(Strict):
    """Which calibration, and how many false matches may be among strangers: at acceptance, for a human to look at all,
    and between the frames of one session. `min_steps` is a similarity and no rate: a second look at frames that were
    compared already, placed where honest people hardly ever are."""

    model_version: Annotated[str, Field(min_length=1)]
    calibration: Version
    accept_fmr: Wanted
    review_fmr: Wanted
    same_person_fmr: Wanted
    min_steps: Cosine

    @model_validator(mode="after")
    def _fits(self) -> "MatchFile":
        self._ordered("accept_fmr", "review_fmr")
        return self

    def limits(self, calibrations: Path) -> MatchLimits:
        """The similarities that the calibration gives for the wanted rates. Raises ConfigError."""
        calibration = load_calibration(self.calibration, self.model_version, calibrations)
        thresholds: dict[str, float] = {}
        for use in ("accept", "review", "same_person"):
            fmr = getattr(self, f"{use}_fmr")
            threshold = calibration.threshold_at(fmr)
            if threshold is None:
                known = ", ".join(str(one.fmr) for one in calibration.thresholds)
                raise ConfigError(f"{self.calibration}.json: thresholds: none for {use}_fmr {fmr}, only for {known}")
            thresholds[use] = threshold
        # At or above the accept threshold it would be a second such threshold, and no look at the frames apart.
        if self.min_steps >= thresholds["accept"]:
            raise ConfigError(
                f"{self.calibration}.json: its accept threshold {thresholds['accept']} is not above match.min_steps "
                f"{self.min_steps}"
            )
        return MatchLimits(
            model_version=self.model_version, calibration_version=self.calibration, steps=self.min_steps, **thresholds
        )


class _Passive(Strict):
    # Strict models take no text for an enumeration.
    use: Annotated[PassiveUse, Field(strict=False)]
    min_live: Share
    min_live_frame: Share
    min_live_alone: Share


class _Replay(Strict):
    max_alike: Cosine
    max_alike_recent: Cosine
    max_alike_within: Cosine
    # A day is longer than anybody sits before one camera, and shorter than the time between two certifications.
    recent_hours: Annotated[int, Field(ge=1, le=48)]
    # More would hide that frames were there before their session.
    clock_tolerance_seconds: Annotated[int, Field(ge=1, le=60)]

    @model_validator(mode="after")
    def _fits(self) -> "_Replay":
        self._ordered("max_alike", "max_alike_within")
        self._ordered("max_alike", "max_alike_recent")
        return self

    def limits(self) -> ReplayLimits:
        return ReplayLimits(
            max_alike=self.max_alike,
            max_alike_recent=self.max_alike_recent,
            max_alike_within=self.max_alike_within,
            recent=timedelta(hours=self.recent_hours),
            clock_tolerance=timedelta(seconds=self.clock_tolerance_seconds),
        )


class _Audit(Strict):
    rate: Share
    by_invitation: Share


class _Attempts(Strict):
    before_review: Annotated[int, Field(ge=1, le=100)]
    before_pause: Annotated[int, Field(ge=1, le=100)]
    window_minutes: Annotated[int, Field(ge=1, le=1440)]
    pause_minutes: Annotated[int, Field(ge=1, le=1440)]

    @model_validator(mode="after")
    def _fits(self) -> "_Attempts":
        self._ordered("before_review", "before_pause")
        return self

    def limits(self) -> AttemptLimits:
        return AttemptLimits(
            before_review=self.before_review,
            before_pause=self.before_pause,
            window=timedelta(minutes=self.window_minutes),
            pause=timedelta(minutes=self.pause_minutes),
        )


class _Duplicates(Strict):
    similarity: Cosine
    most: Annotated[int, Field(ge=1, le=20)]


class _Proof(Strict):
    days_back: Annotated[int, Field(ge=0, le=366)]
    audit: Share


class _ProofElsewhere(_Proof):
    # Where nobody else of the office stands by, somebody looks again at some.
    audit: Annotated[float, Field(ge=0.02, le=1)]


class _Proofs(Strict):
    in_person: _Proof
    home_visit: _ProofElsewhere
    group_visit: _ProofElsewhere
    video: _ProofElsewhere
    attestation: _ProofElsewhere
    paper_form: _ProofElsewhere

    def limits(self, at_least: float) -> Proofs:
        """With no share that is audited below that of the office's channel."""
        limits = {method: ProofLimits(**getattr(self, method).model_dump()) for method in BY_CLERKS}
        return Proofs({method: replace(one, audit=max(one.audit, at_least)) for method, one in limits.items()})


class _InWords(Strict):
    """A few plain words in each language. No place to put anything in, and no link."""

    chinese: Annotated[_Words, Field(alias="zh-CN")]
    english: Annotated[_Words, Field(alias="en")]


class _Source(Strict):
    trust: Annotated[Trust, Field(strict=False)]
    # A year is what a proof covers: an older day certifies nobody.
    fresh_days: Annotated[int, Field(ge=1, le=366)]
    on_certificate: bool
    place: _InWords
    event: _InWords

    def source(self) -> Source:
        return Source(
            trust=self.trust,
            fresh_days=self.fresh_days,
            on_certificate=self.on_certificate,
            place=self.place.model_dump(by_alias=True),
            event=self.event.model_dump(by_alias=True),
        )


class _Sources(Strict):
    default: _Source
    by_code: dict[SourceCode, _Source]

    def sources(self) -> Sources:
        return Sources(self.default.source(), {code: one.source() for code, one in self.by_code.items()})


class PolicyFile(Strict):
    """policy.json as it is written: with the wanted rates, and not yet with the thresholds that give them."""

    version: Version
    image: _Image
    quality: _Quality
    reference: _Reference
    challenge: _Challenge
    match: MatchFile
    attempts: _Attempts
    passive: _Passive
    replay: _Replay
    audit: _Audit
    duplicates: _Duplicates
    proofs: _Proofs
    sources: _Sources
    channels: Channels

    @model_validator(mode="after")
    def _fits(self) -> "PolicyFile":
        self.reference.limits(self.quality)
        self.channels.refuse_laxer(self)
        return self

    def policy(self, match: MatchLimits, channels: Mapping[ProofChannel, ChannelLimits] | None = None) -> Policy:
        """The policy with these thresholds, and those of the channels."""
        return Policy(
            version=self.version,
            image=ImageLimits(**self.image.model_dump()),
            quality=QualityLimits(**self.quality.model_dump()),
            reference=self.reference.limits(self.quality),
            challenge=ChallengeLimits(**self.challenge.model_dump()),
            match=match,
            attempts=self.attempts.limits(),
            replay=self.replay.limits(),
            passive=PassiveLimits(**self.passive.model_dump()),
            audit=Audit(**self.audit.model_dump()),
            duplicates=DuplicateLimits(**self.duplicates.model_dump()),
            channels=channels or {},
        )


class _HelpLinesFile(Strict):
    default: Telephone
    by_district: dict[Scheme, dict[District, Telephone]]


def load_policy(path: Path = POLICY_FILE, calibrations: Path = CALIBRATIONS) -> Policy:
    """The policy of this deployment, with the thresholds of the calibration it names. Raises ConfigError."""
    file = load_policy_file(path)
    match = file.match.limits(calibrations)
    try:
        return file.policy(match, file.channels.limits(file, match))
    except ValueError as error:
        raise ConfigError(f"{path.name}: {error}") from error


def load_policy_file(path: Path = POLICY_FILE) -> PolicyFile:
    """The policy before its calibration is looked for, as the tool that makes one needs it. Raises ConfigError."""
    return load_strict(path, PolicyFile)


def load_shadow_policy(version: str, in_force: Policy, folder: Path = POLICY_FILE.parent) -> Policy:
    """The policy on trial from `policy-<version>.json` beside policy.json. Raises ConfigError, also where it cannot be
    tried on the evidence of the policy `in_force`: what was measured was judged by that one's limits."""
    name = f"policy-{version}.json"
    policy = load_policy(folder / name)
    if policy.version != version:
        raise ConfigError(f"{name}: version: it is {policy.version!r}, not the file's name")
    for part in ("image", "quality", "reference", "challenge", "replay"):
        if getattr(policy, part) != getattr(in_force, part):
            raise ConfigError(f"{name}: {part}: must be as in force; only match can be tried on the same evidence")
    for channel in BY_SESSION:
        if policy.of(channel).challenge != in_force.of(channel).challenge:
            raise ConfigError(f"{name}: channels.{channel}.challenge_steps: must be as in force")
    if policy.match.model_version != in_force.match.model_version:
        raise ConfigError(f"{name}: match.model_version: must be {in_force.match.model_version}, as in force")
    return policy


def load_sources(path: Path = POLICY_FILE) -> Sources:
    """How far other registers are believed, without the calibration that the whole policy needs. Raises ConfigError."""
    return load_policy_file(path).sources.sources()


def load_proofs(path: Path = POLICY_FILE) -> Proofs:
    """The limits of what clerks certify. Raises ConfigError."""
    file = load_policy_file(path)
    return file.proofs.limits(at_least=file.channels.office.audit)


def load_help_lines(path: Path = HELP_LINES_FILE) -> HelpLines:
    """The help lines of this deployment. Raises ConfigError."""
    file = load_strict(path, _HelpLinesFile)
    return HelpLines(file.default, file.by_district)
