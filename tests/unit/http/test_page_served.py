"""The phone page as it is served: what a browser is told that it may do, and for how long it may be kept."""

import json
import re
from typing import Any

import pytest

from lifecert.entry.http.web_headers import page_headers
from tests.support.wiring.functions import event, run
from tests.support.wiring.world import World


def served(case: str) -> tuple[str, dict[str, str]]:
    answer = run(case)
    assert answer["statusCode"] == 200
    return answer["body"], {name: values[0] for name, values in answer["multiValueHeaders"].items() if values}


def asset(name: str) -> Any:
    """The answer to whoever asks for a file."""
    return run("page/file", path=f"/phone/{name}", pathParameters={"asset": name})


def test_the_document_is_never_kept_and_its_files_for_good(world: World) -> None:
    html, headers = served("page/document")
    assert headers["Cache-Control"] == "no-store"
    assert headers["Content-Type"] == "text/html; charset=utf-8"
    name = event("page/file")["pathParameters"]["asset"]
    assert f'src="phone/{name}"' in html, "relative to the stage"
    script, told = served("page/file")
    assert told["Cache-Control"] == "public, max-age=31536000, immutable"
    assert told["Content-Type"] == "text/javascript; charset=utf-8"
    assert told["X-Content-Type-Options"] == headers["X-Content-Type-Options"] == "nosniff"
    assert "文字" in script


def test_it_may_run_its_own_files_and_call_its_own_places_alone(world: World) -> None:
    _, headers = served("page/document")
    policy = dict(part.split(" ", 1) for part in headers["Content-Security-Policy"].split("; "))
    assert policy == {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "img-src": "'self' blob:",
        "media-src": "blob:",
        "connect-src": "'self' https://the-frames.s3.us-east-1.amazonaws.com https://cognito-idp.us-east-1.amazonaws.com",
        "form-action": "'none'",
        "base-uri": "'none'",
        "frame-ancestors": "'none'",
        "require-trusted-types-for": "'script'",
        "trusted-types": "'none'",
    }
    assert headers["Permissions-Policy"] == "camera=(self), microphone=(), geolocation=()"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"


@pytest.mark.parametrize("others", [(), ("https://a.example",), ("https://a.example", "https://a.example")])
def test_a_place_is_named_once(others: tuple[str, ...]) -> None:
    policy = page_headers(others)["Content-Security-Policy"]
    [called] = re.findall("connect-src ([^;]+);", policy)
    assert called.split() == ["'self'", *sorted(set(others))]
    assert "unsafe" not in policy


def test_the_desk_says_where_the_staff_signs_in(world: World) -> None:
    html, headers = served("page/desk")
    assert headers["Cache-Control"] == "no-store"
    told = dict(re.findall(r'data-(\w+)="([^"]*)"', html))
    assert told["discovery"].endswith("/us-east-1_staff/.well-known/openid-configuration")
    assert (told["client"], told["scopes"]) == ("the-desk_sign_in_client_id", "openid")
    policy = dict(part.split(" ", 1) for part in headers["Content-Security-Policy"].split("; "))
    assert policy["img-src"] == (
        "'self' blob: https://the-frames.s3.us-east-1.amazonaws.com https://the-photos.s3.us-east-1.amazonaws.com"
    )
    assert policy["connect-src"] == (
        "'self' https://the-frames.s3.us-east-1.amazonaws.com https://cognito-idp.us-east-1.amazonaws.com"
    )
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["Permissions-Policy"] == "camera=(self), microphone=(), geolocation=()"
    # What districts are called: asked for by the page, and kept for good.
    answer = asset(told["districts"].removeprefix("phone/"))
    assert answer["multiValueHeaders"]["Content-Type"] == ["application/json; charset=utf-8"]
    assert answer["multiValueHeaders"]["Cache-Control"] == ["public, max-age=31536000, immutable"]
    assert json.loads(answer["body"])["330106"] == "西湖区"
    # Its files are served beside the phone page's.
    [name] = re.findall(r'src="phone/([^"]+)"', html)
    assert asset(name)["statusCode"] == 200
    assert asset(f"x{name}")["statusCode"] == 404
