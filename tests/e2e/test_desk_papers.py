"""At the desk a person's earlier papers lie beside the next one (adr/0067)."""

import hashlib
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import FilePayload, expect

from local.demo.cast import JIANGUO, XIULAN
from local.demo.phone import Phone
from tests.support.deployed import Known, history, today
from tests.support.desk import SignedIn, look_at
from tests.support.patience import wait_for

COUNTY = "542627"  # of this module alone


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


@pytest.fixture
def bring(clerk: Phone) -> Callable[[Known, int, str, bytes], str]:
    """A clerk brings an attestation: the proposal that it is."""

    def one(known: Known, days_ago: int, number: str, scan: bytes) -> str:
        on = (today() - timedelta(days=days_ago)).isoformat()
        paper = {"method": "attestation", "attester": "embassy", "country": "DE", "number": number}
        body = {**paper, "seen_on": on, "scan": _sha256(scan)}
        path, key = f"/staff/beneficiaries/{known.beneficiary_id}/certifications", f"{days_ago}-{known.beneficiary_id}"
        return str(clerk.expect(202, "POST", path, body, **{"Idempotency-Key": key})["proposal_id"])

    return one


def test_the_copies_of_earlier_papers_are_chosen_before_the_next_one_counts(
    at: SignedIn, in_county: Callable[..., Known], clerk: Phone, other_clerk: Phone, bring: Callable[..., str]
) -> None:
    known = in_county(JIANGUO, COUNTY)
    first = bring(known, 90, "（2025）第204号", b"of last year")
    other_clerk.expect(200, "POST", f"/staff/proposals/{first}/confirmation", {"confirm": True})
    proposal = bring(known, 2, "205/2026", b"the same sheet")
    somebody = at("other", "en")
    page = somebody.page
    somebody.go("case", proposal)
    expect(page.get_by_role("region", name="Earlier papers of this person")).to_contain_text(_sha256(b"of last year"))
    expect(page.locator("[data-field=copies]")).to_be_hidden()
    page.locator("[data-option=confirm]").check()
    look_at(somebody, "papers", narrow=True)
    send = page.locator(f"#confirm-{proposal}-send")
    send.click()
    expect(page.locator("[data-field=copies] .wrong")).not_to_be_empty()
    files: list[FilePayload] = [
        {"name": f"{number}.pdf", "mimeType": "application/pdf", "buffer": content}
        for number, content in enumerate((b"another", b"of last year"))
    ]
    page.set_input_files(f"#confirm-{proposal}-copies", files[:1])
    send.click()
    expect(page.locator(".summary")).to_contain_text("Earlier papers certified this person")
    page.set_input_files(f"#confirm-{proposal}-copies", files)
    send.click()

    def certified() -> list[dict[str, Any]]:
        return [one["details"] for one in history(clerk, known) if one["details"].get("certificate_id") == proposal]

    # What the desk shows next hangs on what else waits.
    wait_for(certified, "that the paper counts")
    (last,) = certified()
    assert last["copies"] == "compared"


def test_of_a_paper_that_was_entered_by_mistake_no_copy_is_asked_for(
    at: SignedIn, in_county: Callable[..., Known], clerk: Phone, other_clerk: Phone, bring: Callable[..., str]
) -> None:
    known = in_county(XIULAN, COUNTY)
    first = bring(known, 90, "（2025）第204号", b"the sheet")
    other_clerk.expect(200, "POST", f"/staff/proposals/{first}/confirmation", {"confirm": True})
    path = f"/staff/certificates/{first}/revocation"
    mistake = clerk.expect(201, "POST", path, {"cause": "error"}, **{"Idempotency-Key": "a-mistake"})["proposal_id"]
    other_clerk.expect(200, "POST", f"/staff/proposals/{mistake}/confirmation", {"confirm": True})
    proposal = bring(known, 2, "（2025）第204号", b"the sheet")
    somebody = at("other", "en")
    page = somebody.page
    somebody.go("case", proposal)
    expect(page.get_by_text("was entered by mistake, and revoked")).to_be_visible()
    expect(page.get_by_text("with another day on it: reject it")).to_have_count(0)
    page.locator("[data-option=confirm]").check()
    look_at(somebody, "papers-mistaken", narrow=True)
    expect(page.locator("[data-field=copies]")).to_have_count(0)
    page.locator(f"#confirm-{proposal}-send").click()
    wait_for(
        lambda: [one for one in history(clerk, known) if one["details"].get("certificate_id") == proposal],
        "that the paper counts",
    )
