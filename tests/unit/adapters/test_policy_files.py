"""The policy and the help lines: what is wrong with a file is named, and never guessed at."""

import copy
import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from lifecert.adapters.files.policy import (
    HELP_LINES_FILE,
    POLICY_FILE,
    load_help_lines,
    load_policy,
    load_proofs,
    load_shadow_policy,
    load_sources,
)
from lifecert.adapters.files.strict import ConfigError
from lifecert.domain.category import Category, Scheme
from lifecert.domain.certificate import Method
from lifecert.domain.data_match import Trust
from lifecert.domain.policy import Audit
from lifecert.domain.proof_channel import ProofChannel
from lifecert.domain.sighting import BY_CLERKS

POLICY: dict[str, Any] = json.loads(POLICY_FILE.read_text())


def write(tmp_path: Path, content: Any, name: str = "policy.json") -> Path:
    path = tmp_path / name
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return path


def test_every_method_of_clerks_has_limits_and_every_register_words() -> None:
    proofs, sources = load_proofs(), load_sources()
    assert proofs.by_method.keys() == BY_CLERKS.keys()
    assert all(proofs.of(method).audit >= 0.02 for method in BY_CLERKS if method is not Method.IN_PERSON)
    assert (proofs.of(Method.VIDEO).days_back, proofs.of(Method.VIDEO).audit) == (7, 0.2)
    assert sources.of("nobody's") is sources.default
    assert not sources.of("hospital").on_certificate, "where somebody was ill is theirs to tell"
    assert sources.of("hospital").trust is Trust.CERTIFIES


def test_the_packaged_files_are_valid() -> None:
    policy = load_policy()
    assert policy.version == POLICY["version"]
    assert policy.match.calibration_version == POLICY["match"]["calibration"]
    # The least similarities known at which at most 0.15 % and 25 % of strangers match, in every group of sex and age.
    assert (policy.match.accept, policy.match.review, policy.match.same_person) == (0.56, 0.363, 0.363)
    assert policy.attempts.window == timedelta(minutes=POLICY["attempts"]["window_minutes"])
    assert policy.attempts.pause == timedelta(minutes=POLICY["attempts"]["pause_minutes"])
    # design.md §3 rule 2.
    assert (policy.attempts.before_pause, policy.attempts.window, policy.attempts.pause) == (
        5,
        timedelta(minutes=15),
        timedelta(minutes=30),
    )
    assert load_help_lines().find(Category.INJURY_CARE, "110101") == json.loads(HELP_LINES_FILE.read_text())["default"]


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        # Unknown
        ("match.accept", 0.4, "match.accept: Extra inputs are not permitted"),
        ("extra", {}, "extra: Extra inputs are not permitted"),
        # Wrong type: strict, nothing is converted
        ("match.accept_fmr", "0.5", "match.accept_fmr: Input should be a valid number"),
        ("challenge.steps", 2.0, "challenge.steps: Input should be a valid integer"),
        ("challenge.steps", True, "challenge.steps: Input should be a valid integer"),
        ("version", 3, "version: Input should be a valid string"),
        ("quality", None, "quality: Input should be"),
        # What clerks certify, and other registers
        ("proofs.video.days_back", 367, "proofs.video.days_back: Input should be less than or equal to 366"),
        ("proofs.video.audit", 0.01, "proofs.video.audit: Input should be greater than or equal to 0.02"),
        ("proofs.attestation.audit", 0, "proofs.attestation.audit: Input should be"),
        ("proofs.by_post", {}, "proofs.by_post: Extra inputs are not permitted"),
        ("sources.default.trust", "believes", "sources.default.trust: Input should be"),
        ("sources.default.fresh_days", 0, "sources.default.fresh_days: Input should be"),
        ("sources.default.place", {"en": "a place"}, "sources.default.place.zh-CN: Field required"),
        ("sources.default.event", {"en": "{name}", "zh-CN": "见到"}, "sources.default.event.en: String should match"),
        ("sources.default.place", {"en": "a://b", "zh-CN": "医院"}, "sources.default.place.en: String should match"),
        # Channels: never laxer than the policy, since whoever certifies chooses one
        ("channels.web.audit", 0.009, "channels.web.audit (0.009) must not be below audit.rate (0.01)"),
        ("channels.kiosk.audit", 0, "channels.kiosk.audit (0.0) must not be below audit.rate (0.01)"),
        ("channels.kiosk.min_steps", 0.44, "channels.kiosk.min_steps (0.44) must not be below match.min_steps (0.45)"),
        ("channels.kiosk.min_steps", 0.56, "channels.kiosk.min_steps (0.56) must be below what accepts (0.56)"),
        (
            "channels.registered_device.challenge_steps",
            1,
            "channels.registered_device.challenge_steps (1) must not be below challenge.steps (2)",
        ),
        ("channels.web.challenge_steps", 6, "channels.web.challenge_steps: Input should be less than or equal to 5"),
        (
            "channels.kiosk.min_accept",
            0.55,
            "channels.kiosk.min_accept (0.55) must not be below the accept threshold of shipped-2026-11-4 (0.56)",
        ),
        ("channels.office.min_accept", 0.6, "channels.office.min_accept: Extra inputs are not permitted"),
        ("channels.telephone", {"audit": 1}, "channels.telephone: Extra inputs are not permitted"),
        ("proofs.in_person.audit", 0.1, "channels.office.audit (0.0) must not be below proofs.in_person.audit (0.1)"),
        # Out of range
        ("match.accept_fmr", 0.5, "match.accept_fmr: Input should be less than 0.5"),
        ("match.review_fmr", 0, "match.review_fmr: Input should be greater than 0"),
        ("match.same_person_fmr", -0.1, "match.same_person_fmr: Input should be greater than 0"),
        ("challenge.steps", 0, "challenge.steps: Input should be greater than or equal to 1"),
        ("challenge.steps", 6, "challenge.steps: Input should be less than or equal to 5"),
        ("quality.max_dark_share", 35, "quality.max_dark_share: Input should be less than or equal to 1"),
        ("quality.max_roll_degrees", 120, "quality.max_roll_degrees: Input should be less than or equal to 90"),
        ("quality.min_upright", 0.9, "quality.min_upright: Input should be greater than or equal to 1"),
        ("challenge.min_depth", 0, "challenge.min_depth: Input should be greater than 0"),
        ("challenge.min_width_kept", 1.0, "challenge.min_width_kept: Input should be less than 1"),
        ("match.min_steps", 1.0, "match.min_steps: Input should be less than 1"),
        ("attempts.before_pause", 0, "attempts.before_pause: Input should be greater than or equal to 1"),
        ("version", "", "version: String should match pattern"),
        # Contradictions
        ("match.accept_fmr", 0.3, "match: Value error, accept_fmr (0.3) must not be above review_fmr (0.25)"),
        ("quality.min_eye_distance_px", 49, "min_eye_distance_px (49.0) must not be above warn_eye_distance_px"),
        ("quality.warn_brightness", 20, "min_brightness (28.0) must not be above warn_brightness"),
        ("attempts.before_review", 6, "before_review (6) must not be above before_pause (5)"),
        ("replay.max_alike", 0.96, "max_alike (0.96) must not be above max_alike_within (0.95)"),
        (
            "replay.clock_tolerance_seconds",
            0,
            "replay.clock_tolerance_seconds: Input should be greater than or equal to 1",
        ),
        ("reference.min_sharpness", 0.3, "reference.min_sharpness (0.3) must not be laxer than quality.min_sharpness"),
        ("reference.max_yaw_degrees", 26, "reference.max_yaw_degrees (26.0) must not be laxer than"),
        ("image.min_side_px", 1281, "min_side_px (1281) must not be above working_long_side_px (1280)"),
    ],
)
def test_a_wrong_policy_is_refused_with_file_field_and_fault(
    tmp_path: Path, field: str, value: object, said: str
) -> None:
    content = copy.deepcopy(POLICY)
    *parents, name = field.split(".")
    place = content
    for parent in parents:
        place = place[parent]
    place[name] = value
    with pytest.raises(ConfigError) as raised:
        load_policy(write(tmp_path, content))
    assert str(raised.value).startswith("policy.json: ")
    assert said in str(raised.value)


def test_a_channel_may_be_stricter_and_what_it_leaves_out_is_the_policys(tmp_path: Path) -> None:
    content = copy.deepcopy(POLICY)
    content["channels"]["web"] = {"audit": 0.2, "min_accept": 0.6, "min_steps": 0.5, "challenge_steps": 3}
    content["channels"]["kiosk"] = {"audit": 0.01}
    policy = load_policy(write(tmp_path, content))
    web, kiosk = policy.of(ProofChannel.WEB), policy.of(ProofChannel.KIOSK)
    assert (web.match.accept, web.match.steps, web.challenge.steps) == (0.6, 0.5, 3)
    assert web.audit == Audit(rate=0.2, by_invitation=0.2), "a letter's session is no less audited than its channel's"
    assert replace(kiosk, channels={}) == replace(load_policy(), channels={})
    assert policy.most_steps == 3
    assert policy.of(ProofChannel.OFFICE) == policy, "no camera, no limits of one"


def test_the_offices_channel_audits_no_method_less_than_it_says(tmp_path: Path) -> None:
    content = copy.deepcopy(POLICY)
    content["channels"]["office"]["audit"] = 0.06
    audits = {method: one.audit for method, one in load_proofs(write(tmp_path, content)).by_method.items()}
    assert (audits[Method.IN_PERSON], audits[Method.HOME_VISIT], audits[Method.VIDEO]) == (0.06, 0.06, 0.2)


def test_a_policy_on_trial_has_the_challenges_in_force(tmp_path: Path) -> None:
    content = copy.deepcopy(POLICY) | {"version": "trial"}
    content["channels"]["web"]["min_accept"] = 0.9
    write(tmp_path, content, "policy-trial.json")
    assert load_shadow_policy("trial", load_policy(), tmp_path).of(ProofChannel.WEB).match.accept == 0.9
    content["channels"]["kiosk"]["challenge_steps"] = 3
    write(tmp_path, content, "policy-trial.json")
    with pytest.raises(ConfigError, match=r"policy-trial.json: channels.kiosk.challenge_steps: must be as in force"):
        load_shadow_policy("trial", load_policy(), tmp_path)


def leaves(content: Any, above: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    if not isinstance(content, dict):
        return [above]
    return [path for name, value in content.items() for path in leaves(value, (*above, name))]


@pytest.mark.parametrize("path", leaves(POLICY), ids=".".join)
def test_nothing_has_a_default(tmp_path: Path, path: tuple[str, ...]) -> None:
    content = copy.deepcopy(POLICY)
    place = content
    for parent in path[:-1]:
        place = place[parent]
    del place[path[-1]]
    with pytest.raises(ConfigError, match=rf"policy\.json: {'.'.join(path)}: Field required"):
        load_policy(write(tmp_path, content))


def test_all_faults_are_named_at_once(tmp_path: Path) -> None:
    content = copy.deepcopy(POLICY)
    content["match"]["accept_fmr"], content["attempts"]["pause_minutes"] = "high", 0
    with pytest.raises(ConfigError, match=r"match\.accept_fmr: .*; attempts\.pause_minutes: "):
        load_policy(write(tmp_path, content))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "policy.json: line 1: "),
        ("", "policy.json: line 1: "),
        ("[]", "policy.json: file: "),
        ('{"version": "1", "version": "2"}', "policy.json: version: given 2 times"),
        (json.dumps(POLICY).replace('"smile": 0.25', '"smile": NaN'), "policy.json: "),
        (json.dumps(POLICY).replace('"smile": 0.25', '"smile": 0.3, "smile": 0.25'), "policy.json: smile: given 2"),
    ],
)
def test_what_is_no_proper_json_is_refused(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(ConfigError) as raised:
        load_policy(write(tmp_path, text))
    assert str(raised.value).startswith(said)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"nothing\.json: No such file"):
        load_policy(tmp_path / "nothing.json")


def test_help_lines_by_scheme_and_district(tmp_path: Path) -> None:
    content = {"default": "12333", "by_district": {"pension": {"11": "010-12333", "1101": "010-65000000"}}}
    lines = load_help_lines(write(tmp_path, content, "help_lines.json"))
    assert lines.by_district[Scheme.PENSION]["11"] == "010-12333"
    assert lines.find(Category.RESIDENT_PENSION, "110101") == "010-65000000"
    assert lines.find(Category.INJURY_CARE, "110101") == "12333"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ({"default": "12333"}, "by_district: Field required"),
        ({"default": "call us", "by_district": {}}, "default: String should match pattern"),
        ({"default": "12333", "by_district": {"pensions": {}}}, "by_district.pensions"),
        ({"default": "12333", "by_district": {"pension": {"Beijing": "12333"}}}, "by_district.pension.Beijing"),
        ({"default": "12333", "by_district": {"pension": {"11": 12333}}}, "by_district.pension.11: Input should be"),
        ({"default": "12333", "by_district": {}, "defualt": "1"}, "defualt: Extra inputs"),
    ],
)
def test_wrong_help_lines_are_refused(tmp_path: Path, content: object, said: str) -> None:
    with pytest.raises(ConfigError) as raised:
        load_help_lines(write(tmp_path, content, "help_lines.json"))
    assert str(raised.value).startswith("help_lines.json: ")
    assert said in str(raised.value)
