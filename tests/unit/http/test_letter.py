"""The letter of an invitation: what stands on it in each language, what a camera reads, and that it is for paper."""

import json
import re
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from lifecert.domain.invitation import InvitationCode
from lifecert.entry.http import letter as module
from lifecert.entry.http.letter import letter, letter_headers, letter_texts
from lifecert.entry.http.texts import Language
from tests.support.wiring.functions import event, function, run
from tests.support.wiring.world import World
from tests.unit.certify.test_invited import World as Office

URL = "https://lifecert.example.org/dev/phone"


def drawn(svg: str) -> NDArray[np.uint8]:
    """A QR code's drawing as a picture: segno draws each row of dark modules as one stroke."""
    size = int(re.search(r'viewBox="0 0 (\d+) \d+"', svg)[1])  # type: ignore[index]
    dark = np.zeros((size, size), bool)
    x = y = 0.0
    for command, numbers in re.findall(r"([Mmh])([-\d. ]+)", re.search(r' d="([^"]+)"', svg)[1]):  # type: ignore[index]
        moved = [float(one) for one in re.findall(r"-?[\d.]+", numbers)]
        if command == "h":
            dark[int(y), int(x) : int(x + moved[0])] = True
            x += moved[0]
        elif command == "M":
            x, y = moved
        else:
            x, y = x + moved[0], y + moved[1]
    return np.kron(np.where(dark, 0, 255), np.ones((8, 8))).astype(np.uint8)


@pytest.mark.parametrize("language", Language)
def test_a_camera_reads_the_code_from_the_sheet_and_a_person_the_same_one(language: Language) -> None:
    issued = Office().issue()
    sheet = letter(issued, URL, language)
    [svg] = re.findall(r"<svg.*?</svg>", sheet, re.DOTALL)
    read = cv2.QRCodeDetector().detectAndDecode(drawn(svg))[0]
    address, _, code = read.partition("#")
    assert address == URL
    assert InvitationCode.parse(code) == issued.code
    [groups] = re.findall(r'<p class="digits">(.*?)</p>', sheet)
    assert InvitationCode.parse(re.sub("<[^>]+>", " ", groups)).digits == issued.code.digits
    assert issued.code.text
    assert issued.code.text not in sheet, "only in the drawing"


@pytest.mark.parametrize("language", Language)
def test_it_says_whose_until_when_whom_to_call_and_nothing_else_of_the_person(language: Language) -> None:
    office = Office(masked_name="王*明 <b>")
    issued = office.issue()
    sheet = letter(issued, URL, language)
    assert f'<html lang="{language}">' in sheet
    for told in ("王*明 &lt;b&gt;", "2031-03-01", "010-12333", issued.invitation.invitation_id):
        assert told in sheet
    words = letter_texts(language)
    assert words["guardian"] not in sheet
    assert words["guardian"] in letter(
        replace(issued, invitation=office.issue(guardian=True).invitation), URL, language
    )


def test_both_languages_tell_the_same() -> None:
    chinese, english = (letter_texts(language) for language in Language)
    assert list(chinese) == list(english)
    for name, text in english.items():
        assert re.findall(r"{\w+}", text) == re.findall(r"{\w+}", chinese[name])
        assert re.search("[\u4e00-\u9fff]", chinese[name])


def test_it_runs_nothing_asks_nobody_and_fits_its_policy() -> None:
    sheet = letter(Office().issue(), URL, Language.ENGLISH)
    assert "<script" not in sheet
    assert not re.findall(r"(?:src|href)=", sheet)
    assert not re.findall(r' style="', sheet)
    policy = letter_headers()["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    style = Path(module.__file__).with_name("letter.css").read_text(encoding="utf-8")
    assert style in sheet
    assert "@page { size: A4" in style


def test_a_clerks_browser_gets_the_sheet_and_refusals_stay_json(world: World) -> None:
    asked = event("issue_invitation/issued")
    headers = {**asked["headers"], "Accept": "text/html", "Accept-Language": "en"}
    answer = run("issue_invitation/issued", headers=headers)
    told = {name: values[0] for name, values in answer["multiValueHeaders"].items() if values}
    assert (answer["statusCode"], told["Content-Type"]) == (201, "text/html; charset=utf-8")
    assert (told["Cache-Control"], told["Content-Language"]) == ("no-store", "en")
    assert told["Content-Security-Policy"] == letter_headers()["Content-Security-Policy"]
    assert "Your yearly life certificate" in answer["body"]
    assert "https://api.example.org/dev/phone" in answer["body"]
    refused = run("issue_invitation/issue_unknown", headers=headers)
    assert json.loads(refused["body"])["code"] == "beneficiary_not_found"


@pytest.mark.parametrize("domain", ["", "life.example.org"])
def test_what_is_printed_names_the_deployments_own_domain_whoever_was_called(
    world: World, monkeypatch: pytest.MonkeyPatch, domain: str
) -> None:
    """A printed code is good for years, longer than the address that an API happens to have."""
    monkeypatch.setenv("DOMAIN_NAME", domain)
    printed = json.loads(run("issue_invitation/issued")["body"])["url"]
    assert printed.startswith("https://life.example.org/phone#") is bool(domain)
    run("get_certificate/page")  # whose QR code is this address
    address = function("get_certificate").api.address
    assert address.startswith("https://life.example.org/certificates/") is bool(domain)
