"""At the desk nobody judges a death of which more was told than is shown."""

from collections.abc import Callable

from playwright.sync_api import expect

from local.demo.cast import JIANGUO
from local.demo.phone import Phone
from tests.support.deployed import Known, today
from tests.support.desk import SignedIn

COUNTY = "542628"  # of this module alone


def test_what_is_told_while_somebody_looks_is_shown_before_they_decide(
    at: SignedIn, in_county: Callable[..., Known], clerk: Phone, phone: Phone
) -> None:
    known = in_county(JIANGUO, COUNTY)
    told = {"beneficiary": {"name": known.name, "id_number": known.id_number}, "died_on": today().isoformat()}
    case = phone.expect(201, "POST", "/reports", told)["report_id"]
    somebody = at("other", "en")
    page = somebody.page
    somebody.go("case", case)
    reports = page.get_by_role("region", name="Who else reported it")
    expect(reports).to_have_count(0)
    assert clerk.expect(201, "POST", "/reports", told)["report_id"] == case
    page.locator("[data-option=refuse]").check()
    send = page.locator(f"#decide-{case}-send")
    send.click()
    expect(reports.get_by_role("row")).to_have_count(2)
    expect(page.locator(".told")).to_contain_text("More was told of this death")
    assert clerk.expect(200, "GET", f"/staff/reviews/{case}")["review"]["decision"] is None
    page.locator("[data-option=refuse]").check()
    send.click()
    expect(page.locator(f"#decide-{case}-send")).to_have_count(0)
    assert clerk.expect(200, "GET", f"/staff/reviews/{case}")["review"]["decision"]["outcome"] == "refuse"
