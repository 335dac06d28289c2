"""GET /config: what it says is what the functions go by, it may be kept, and nothing secret is in it."""

import json
from typing import Any

import pytest

from lifecert.application.certify.opening import SESSION_DURATION
from lifecert.bootstrap import phone
from lifecert.bootstrap.phone import GetConfigSettings
from lifecert.domain.challenge import draw
from lifecert.entry.settings import Common, SettingsError
from tests.support.builders import a_policy
from tests.support.fakes.sessions import FirstSteps
from tests.support.wiring.environment import environment_of
from tests.support.wiring.functions import event, run
from tests.support.wiring.world import World


def body(case: str, **changes: Any) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(run(case, **changes)["body"])
    return told


def header(answer: dict[str, Any], name: str) -> str:
    [value] = answer["multiValueHeaders"][name]
    return str(value)


def asking(**headers: str) -> dict[str, Any]:
    return {**event("get_config/told")["headers"], **headers}


def test_a_client_that_goes_by_it_is_taken(world: World) -> None:
    told = body("get_config/told")
    start = json.loads(event("start_session/self")["body"]) | {"consent": {"version": told["consent"]["version"]}}
    opened = json.loads(run("start_session/self", body=json.dumps(start))["body"])
    assert told["channels"][0] == "app"
    assert (
        len(opened["slots"])
        <= told["sessions"]["max_frames"]
        == len(draw((), a_policy().challenge.steps, FirstSteps()))
    )
    assert told["sessions"]["minutes"] * 60 == SESSION_DURATION.total_seconds()
    image, attempts = a_policy().image, a_policy().attempts
    assert told["images"] == {
        "types": ["image/jpeg"],
        "mirrored": False,
        "min_side": image.min_side_px,
        "max_pixels": image.max_pixels,
        "max_bytes": image.max_bytes,
    }
    assert told["sessions"]["tries_before_review"] == attempts.before_review
    assert told["sessions"]["tries_before_pause"] == attempts.before_pause
    assert told["languages"] == ["zh-CN", "en"]
    assert told["help_lines"] == {
        "default": "12333",
        "districts": [{"scheme": "pension", "district": "11", "number": "010-12333"}],
    }


def test_a_refused_consent_names_the_version_whose_text_is_there(world: World) -> None:
    told = body("get_config/told")["consent"]
    for case in ("start_session/old_consent", "start_session/no_consent", "change_consent/give_old_text"):
        refused = body(case)
        assert (refused["code"], refused["consent_version"]) == ("consent_missing", told["version"])
    shown = [text for text in told["texts"] if text["version"] == told["version"]]
    assert [text["language"] for text in shown] == ["zh-CN", "en"]
    # The version is right: what is missing is a guardian.
    assert body("start_session/child_without_guardian")["consent_version"] == told["version"]


def test_it_may_be_kept_for_minutes_and_is_known_by_its_tag(world: World) -> None:
    first = run("get_config/told")
    assert header(first, "Cache-Control") == "public, max-age=300"
    tag = header(first, "ETag")
    for known in (tag, f'"another", {tag}', f"W/{tag}", "*"):
        again = run("get_config/told", headers=asking(**{"If-None-Match": known}))
        assert (again["statusCode"], again["body"], header(again, "ETag")) == (304, "", tag)
    assert run("get_config/told", headers=asking(**{"If-None-Match": '"another"'}))["statusCode"] == 200


def test_its_tag_changes_with_what_it_says(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    before = header(run("get_config/told"), "ETag")
    phone.client_config.cache_clear()
    other = GetConfigSettings.load().model_copy(update={"sign_in_client_id": "another"})
    monkeypatch.setattr(GetConfigSettings, "load", lambda: other)
    assert header(run("get_config/told"), "ETag") != before


def test_nothing_is_in_it_that_is_not_meant_for_everybody(world: World) -> None:
    """All settings of the function that are no part of how people sign in stay inside."""
    told = run("get_config/told")["body"]
    for name, value in environment_of(GetConfigSettings).items():
        if not name.startswith("SIGN_IN"):
            assert value in ("", "0", "prod", "Asia/Shanghai") or value not in told, name


def settings(**changes: str) -> dict[str, str]:
    return environment_of(GetConfigSettings) | changes


def test_another_issuer_has_no_endpoint_and_its_own_scopes(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    other = GetConfigSettings.model_validate(
        {
            name.lower(): value
            for name, value in settings(
                SIGN_IN_WITH="OtherIssuer", SIGN_IN_ISSUER="https://login.example.org", SIGN_IN_SCOPES="openid groups"
            ).items()
        }
    )
    monkeypatch.setattr(GetConfigSettings, "load", lambda: other)
    told = body("get_config/told")["sign_in"]
    assert (told["kind"], told["issuer"], told["endpoint"]) == ("other_issuer", "https://login.example.org", None)
    assert told["scopes"] == ["openid", "groups"]


@pytest.mark.parametrize("wrong", [{"SIGN_IN_ISSUER": "login"}, {"SIGN_IN_WITH": "Nobody"}, {"SIGN_IN_TYPO": "x"}])
def test_a_wrong_setting_is_named(wrong: dict[str, str]) -> None:
    with pytest.raises(SettingsError, match=next(iter(wrong))):
        Common.load.__func__(GetConfigSettings, settings(**wrong))  # type: ignore[attr-defined]
