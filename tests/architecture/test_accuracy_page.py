"""The limits in docs/accuracy.md are those of the policy: what was measured by them holds for no others."""

from lifecert.adapters.files.policy import load_policy
from tests.support.templates import ROOT

PAGE = (ROOT / "docs/accuracy.md").read_text(encoding="utf-8")


def test_the_page_measures_turns_and_flatness_by_the_limits_in_force() -> None:
    limits = load_policy().challenge
    assert f"**A turn is seen from {limits.turn_degrees:g} degrees, with a depth of {limits.min_depth:g}**" in PAGE
    assert f"depth below {limits.min_depth:g} eye distances; or width below {limits.min_width_kept:.2f}" in PAGE
    # How far a limit is from what differs between processors.
    assert f"| turn | 0.006 degrees | {limits.turn_degrees:g} |" in PAGE
    assert f"| {limits.min_depth:g}, {limits.min_width_kept:.2f} |" in PAGE
    wide = f"{limits.wide_turn_degrees:g} degrees or more and the depth is {limits.wide_turn_depth:g}"
    assert f"unless the turn reads {wide}" in PAGE


def test_the_page_names_quality_limits_in_force() -> None:
    policy = load_policy()
    quality, match = policy.quality, policy.match
    for text in (
        f"below {quality.min_eye_distance_px:g} px (warned below {quality.warn_eye_distance_px:g})",
        f"below {quality.min_brightness:g}; above {quality.max_dark_share:.2f}",
        f"(brightness warned below {quality.warn_brightness:g})",
        f"above {quality.max_brightness:g}; above {quality.max_bright_share:.2f}",
        f"below {quality.min_evenness:.2f} (warned below {quality.warn_evenness:.2f})",
        f"above {quality.max_blockiness:g} (warned above {quality.warn_blockiness:g})",
        f"above {quality.max_yaw_degrees:g}, {quality.max_pitch_degrees:g}, {quality.max_roll_degrees:g} degrees",
        f"to {match.accept:.2f} a human decides",
    ):
        assert text in PAGE, text
