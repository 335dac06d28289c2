"""The page of a certificate, without a browser: its words, its policy, and what it lets in."""

import base64
import json
import re
from dataclasses import replace
from html import unescape
from typing import Any

import pytest
import segno

from lifecert.bootstrap import phone
from lifecert.domain.category import Category
from lifecert.domain.certificate import CertificateState, Method, RevocationCause
from lifecert.domain.districts import DistrictNames
from lifecert.domain.mandate import MandateKind
from lifecert.domain.proof_channel import ProofChannel
from lifecert.entry.http.page import FACTS, SMALL, page_texts, prefers_page
from lifecert.entry.http.texts import Language
from lifecert.entry.http.web_headers import page_headers
from tests.support.builders import NOW
from tests.support.wiring.functions import event, run
from tests.support.wiring.people import WANG, world_id
from tests.support.wiring.world import World

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


def page(case: str = "page", **headers: str) -> tuple[str, dict[str, str]]:
    answer = run(f"get_certificate/{case}", headers={"Accept": BROWSER, "Host": "api.example.org", **headers})
    return answer["body"], {name: value for name, [value] in answer["multiValueHeaders"].items()}


@pytest.mark.parametrize(
    ("accept", "wanted"),
    [
        (BROWSER, True),
        ("text/html", True),
        ("application/json;q=0.5, text/html", True),
        ("text/html;q=0.5, application/json", False),
        ("text/html;q=0", False),
        ("text/html;q=x", False),
        ("application/json", False),
        ("*/*", False),
        ("", False),
        (None, False),
    ],
)
def test_who_prefers_a_page(accept: str | None, wanted: bool) -> None:
    assert prefers_page(accept) is wanted


def test_json_is_the_answer_to_whoever_does_not_ask(world: World) -> None:
    for headers in ({"Accept": "application/json"}, {"Accept": "*/*"}, {}):
        assert json.loads(run("get_certificate/valid", headers=headers)["body"])["state"] == "valid"


@pytest.mark.parametrize(
    ("case", "state"),
    [("valid", "valid"), ("expired", "expired"), ("superseded", "superseded"), ("revoked", "revoked")],
)
@pytest.mark.parametrize("language", Language)
def test_the_state_is_said_in_words(world: World, case: str, state: str, language: Language) -> None:
    html, headers = page(case, **{"Accept-Language": language})
    assert f'<html lang="{language}">' in html
    assert f'<body data-state="{state}">' in html
    assert page_texts(language)["states"][state] in html
    assert headers["Content-Language"] == language
    assert headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("language", Language)
def test_why_it_was_revoked_accuses_nobody(world: World, language: Language) -> None:
    """Not in words, and not by a difference: after a fraud the page reads as after any end of an entitlement."""
    certificates, told = world.store.certificates, {}
    for cause in RevocationCause:
        certificates[world_id(401)] = replace(certificates[world_id(401)], revoked_at=NOW, revoked_for=cause)
        told[cause], _ = page("page", **{"Accept-Language": language})
    assert told[RevocationCause.FRAUD] == told[RevocationCause.ENTITLEMENT_ENDED] != told[RevocationCause.ERROR]
    assert page_texts(language)["meanings"]["revoked_by_mistake"] in told[RevocationCause.ERROR]
    assert not any(word in html.lower() for html in told.values() for word in ("fraud", "骗", "欺诈", "冒用"))
    assert json.loads(run("get_certificate/valid")["body"])["revoked_for"] == "error"


def test_every_fact_of_the_statement_is_shown_and_nothing_else(world: World) -> None:
    html, _ = page()
    statement = unescape(re.findall(r'data-statement="([^"]+)"', html)[0])
    payload = statement.split(".")[1]
    claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    shown = {name: unescape(value) for name, value in re.findall(r'data-claim="(\w+)" data-value="([^"]*)"', html)}
    assert shown == {name: str(value) for name, value in claims.items() if name != "iat"}
    assert WANG.name not in html
    assert WANG.id_number[:6] + WANG.id_number[-4:] not in html


def test_the_district_has_its_name_beside_the_code_that_was_signed(world: World) -> None:
    html, _ = page()
    assert '<dd data-claim="district" data-value="110101">北京市东城区 110101</dd>' in html


def test_a_district_without_a_name_is_its_code(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(phone, "district_names", lambda: DistrictNames({}))
    html, _ = page()
    assert '<dd data-claim="district" data-value="110101">110101</dd>' in html


def test_only_the_pages_own_style_and_script_may_run(world: World) -> None:
    html, headers = page()
    # The policy of the phone page, but for the places and the camera, which this one does not need.
    assert headers.items() >= page_headers().items()
    policy = dict(part.split(" ", 1) for part in headers["Content-Security-Policy"].split("; "))
    assert policy["connect-src"] == policy["script-src"] == policy["style-src"] == "'self'"
    assert policy["trusted-types"] == policy["default-src"] == "'none'"
    assert headers["Permissions-Policy"] == "camera=(), microphone=(), geolocation=()"
    # Nothing is fetched from anywhere else, and nothing runs from the document itself.
    addresses = re.findall(r'(?:src|href|action)="([^"]*)"', html)
    assert len(addresses) == 3
    for address in addresses:
        up, _, name = address.rpartition("/")
        assert up == "../phone"
        told = run("page/file", pathParameters={"asset": name})
        assert told["statusCode"] == 200
        assert told["multiValueHeaders"]["Cache-Control"] == ["public, max-age=31536000, immutable"]
    assert not re.search(r"""\son\w+=|style=|<style|<script(?! type="module" src=)|@import|url\(""", html)


def test_what_was_signed_cannot_write_into_the_page(world: World) -> None:
    certificate = world.store.certificates["00000000-0000-4000-8000-000000000401"]
    signed: dict[str, Any] = {**certificate.claims("<script>alert(1)</script>"), "masked_name": '"><b>x'}
    object.__setattr__(certificate, "statement", world.signing.sign(signed))
    html, _ = page()
    assert "<script>alert" not in html
    assert "<b>x" not in html


def test_a_wrong_link_is_answered_with_a_page_too(world: World) -> None:
    answer = run("get_certificate/page_unknown", headers={**event("get_certificate/page_unknown")["headers"]})
    assert answer["statusCode"] == 404
    assert "没有找到" in answer["body"]
    assert "Content-Security-Policy" in answer["multiValueHeaders"]


def test_the_codes_hold_the_address_of_the_page_and_the_statement(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[str] = []

    def make_qr(content: str, **how: Any) -> segno.QRCode:
        drawn.append(content)
        return draw(content, **how)

    draw = segno.make_qr
    monkeypatch.setattr(segno, "make_qr", make_qr)
    page()
    assert drawn == [
        "https://api.example.org/dev/certificates/00000000-0000-4000-8000-000000000401",
        world.store.certificates["00000000-0000-4000-8000-000000000401"].statement,
    ]


@pytest.mark.parametrize("language", Language)
def test_nothing_lacks_a_word_and_no_word_is_left_over(language: Language) -> None:
    expected = {
        "page": {"title", "as_of", "free"},
        "states": {state.value for state in CertificateState},
        "meanings": {*(state.value for state in CertificateState), "revoked_by_mistake"},
        "facts": {*FACTS, *SMALL},
        "category": {category.value for category in Category},
        "method": {method.value for method in Method},
        "mandate": {kind.value for kind in MandateKind},
        "proof_channel": {channel.value for channel in ProofChannel},
        "check": {"running", "genuine", "forged", "unchecked", "by_hand"},
        "codes": {"address", "statement"},
    }
    assert {group: set(members) for group, members in page_texts(language).items()} == expected


def test_through_what_it_came_is_said_in_words_and_an_older_one_says_nothing(world: World) -> None:
    known = world_id(401)
    before, _ = page("valid")
    assert "proof_channel" not in before, "issued before channels were kept"
    certificate = replace(world.store.certificates[known], proof_channel=ProofChannel.KIOSK)
    payload = json.dumps(certificate.claims("issuer"), ensure_ascii=False).encode()
    statement = f"e30.{base64.urlsafe_b64encode(payload).decode().rstrip('=')}.c2ln"
    world.store.certificates[known] = replace(certificate, statement=statement)
    html, _ = page("valid", **{"Accept-Language": "zh-CN"})
    assert 'data-claim="proof_channel" data-value="kiosk">经办机构登记的自助终端<' in html


@pytest.mark.parametrize(("language", "called"), [("en", "the civil affairs office"), ("zh-CN", "民政部门")])
def test_a_register_and_a_mandate_that_it_names_are_said_in_words(world: World, language: str, called: str) -> None:
    known = world_id(401)
    certificate = replace(world.store.certificates[known], source="civil_affairs", mandate="guardian")
    payload = json.dumps(certificate.claims("issuer"), ensure_ascii=False).encode()
    statement = f"e30.{base64.urlsafe_b64encode(payload).decode().rstrip('=')}.c2ln"
    world.store.certificates[known] = replace(certificate, statement=statement)
    html, _ = page("valid", **{"Accept-Language": language})
    assert f'data-claim="source" data-value="civil_affairs">{called} civil_affairs<' in html
    assert f'data-value="guardian">{page_texts(Language(language))["mandate"]["guardian"]}<' in html
