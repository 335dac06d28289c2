"""Certificates on the deployed template: anyone can look one up, and check it with the published keys."""

import json
import uuid
from datetime import timedelta
from pathlib import Path

import requests

from lifecert_verify import main
from local.demo.phone import Phone
from local.deploy import Deployment
from tests.support.deployed import Known, today
from tests.support.patience import PATIENCE_SECONDS


def test_anyone_can_check_a_certificate_and_see_it_superseded(
    stack: Deployment, clerk: Phone, phone: Phone, ming: Known, tmp_path: Path
) -> None:
    seen = {"seen_on": (today() - timedelta(days=1)).isoformat(), "document": "id_card"}
    path = f"/staff/beneficiaries/{ming.beneficiary_id}/certifications"
    first = clerk.expect(201, "POST", path, seen, Idempotency_Key=str(uuid.uuid4()))["certificate_id"]
    second, again = (
        phone.certify(ming.name, ming.id_number, ming.camera)["certificate"]["certificate_id"] for _ in range(2)
    )
    assert second == again, "two sessions of one day"
    anyone = Phone(stack.api_url, token=None)
    shown = anyone.expect(200, "GET", f"/certificates/{second}")
    assert shown["state"] == "valid"
    assert anyone.expect(200, "GET", f"/certificates/{first}")["state"] == "superseded"
    (tmp_path / "certificate.json").write_text(json.dumps(shown), encoding="utf-8")
    keys = anyone.expect(200, "GET", "/.well-known/jwks.json")
    (tmp_path / "jwks.json").write_text(json.dumps(keys), encoding="utf-8")
    check = [str(tmp_path / "certificate.json"), "--jwks", str(tmp_path / "jwks.json")]
    assert main([*check, "--on", shown["valid_until"]]) == 0


def test_a_browser_gets_the_page_with_its_own_policy(stack: Deployment, phone: Phone, ming: Known) -> None:
    issued = phone.certify(ming.name, ming.id_number, ming.camera)["certificate"]["certificate_id"]
    answer = requests.get(
        f"{stack.api_url}/certificates/{issued}",
        headers={"Accept": "text/html,*/*;q=0.8", "Accept-Language": "en"},
        timeout=PATIENCE_SECONDS,
    )
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert '<body data-state="valid">' in answer.text
    assert ming.name not in answer.text


def test_a_certificate_that_was_never_issued(stack: Deployment) -> None:
    anyone = Phone(stack.api_url, token=None)
    answer = anyone.call("GET", "/certificates/00000000-0000-4000-8000-000000000499")
    assert (answer.status, answer.body["code"]) == (404, "certificate_not_found")
