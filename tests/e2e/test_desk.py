"""The desk in Chromium, on the deployed template: a clerk's day by keyboard, two clerks, a token that ends."""

import hashlib
import json
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import FilePayload, Route, expect

from local.demo.cast import JIANGUO, XIULAN
from local.demo.phone import Phone
from tests.e2e.conftest import DESK_COUNTY, PASSWORD, STAFF
from tests.support.deployed import Known, another_id_number, history, standing, today
from tests.support.desk import SignedIn, answer_sign_in, look_at
from tests.support.phone_page import PATIENCE_MS

# Counties of these tests alone: their queues have nobody else's cases.
COUNTY = DESK_COUNTY
OTHER_COUNTY, THIRD_COUNTY, FOURTH_COUNTY = "542622", "542623", "542624"
UNKNOWN = "7c9e6679-7425-40de-944b-e07fc1f90ae7"  # nobody's id
TOO_LITTLE = ["turn_head", "close_eyes", "open_mouth"]  # for a machine to decide


@pytest.fixture
def open_case(phone: Phone, clerk: Phone) -> Callable[[Known], str]:
    """A case of somebody whose photos show too little for a machine: its id."""

    def one(known: Known) -> str:
        sent = phone.certify(known.name, known.id_number, known.camera, on_behalf=True, cannot=TOO_LITTLE)
        assert sent["outcome"] == "review"
        found = clerk.expect(200, "GET", "/staff/reviews?kind=verification&district=54")["reviews"]
        return str(next(one["review_id"] for one in found if one["beneficiary_id"] == known.beneficiary_id))

    return one


def decisions(clerk: Phone, known: Known) -> list[dict[str, Any]]:
    """What was decided of face checks of somebody, as the ledger has it."""
    events = ("review_decided", "certified")
    return [one for one in history(clerk, known) if one["event"] in events and one["details"].get("review_id")][1:]


def test_a_case_is_taken_and_decided_with_keys_alone_and_the_next_one_has_the_focus(
    at: SignedIn, in_county: Callable[..., Known], open_case: Callable[[Known], str], clerk: Phone
) -> None:
    first, second = in_county(JIANGUO), in_county(XIULAN)
    cases = [open_case(first), open_case(second)]
    somebody = at()
    page = somebody.page
    somebody.go("queue", "verification", COUNTY)
    expect(page.locator("tbody tr")).to_have_count(2)
    look_at(somebody, "queue", narrow=True)
    somebody.keys("n")
    somebody.sees("case")
    expect(page).to_have_url(re.compile(cases[0]))
    expect(somebody.page.locator("#heading")).to_be_focused()
    expect(page.locator("img.photo")).to_have_count(2)
    page.wait_for_function("Array.from(document.images).every((one) => one.complete && one.naturalWidth > 0)")
    somebody.keys("+", "+")
    zoomed = page.evaluate("Array.from(document.querySelectorAll('.photo'), (one) => one.style.transform)")
    assert zoomed[0] == zoomed[1] != ""
    somebody.keys("0", "1")
    told = page.locator(".deciding .effects")
    until = standing(clerk, first)["valid_until"]
    expect(told).to_contain_text("covered until")
    look_at(somebody, "case", narrow=True)
    assert "score" not in page.content().lower()
    assert standing(clerk, first)["valid_until"] == until, "a preview changes nothing"
    somebody.keys("d")
    expect(page).to_have_url(re.compile(cases[1]))
    somebody.sees("case")
    expect(page.locator("#heading")).to_be_focused()
    [certified] = [one for one in history(clerk, first) if one["event"] == "certified"]
    assert certified["details"]["ground"] == "same_person"
    assert standing(clerk, first)["valid_until"] > until
    # What is typed about one person waits there for whoever comes back, and is shown of nobody else.
    for known, waits in ((first, ""), (second, ""), (first, "13800138000")):
        somebody.go("act", "contact", known.beneficiary_id)
        expect(page.locator("#contact-telephone")).to_have_value(waits)
        page.fill("#contact-telephone", "13800138000" if known is first else "")
    # Given back, it is anybody's again; and single keys can be switched off.
    somebody.go("case", cases[1])
    expect(page.locator(".deciding form")).to_be_visible()
    somebody.keys("b")
    somebody.sees("queue")
    assert clerk.expect(200, "GET", f"/staff/reviews/{cases[1]}")["review"]["claim"] is None
    page.locator("#shortcuts").focus()
    somebody.keys("Enter", "n")
    expect(page.locator("#shortcuts[aria-pressed=false]")).to_be_focused()
    somebody.sees("queue")
    assert clerk.expect(200, "GET", f"/staff/reviews/{cases[1]}")["review"]["state"] == "open"


def test_two_clerks_meet_on_one_case_and_it_is_decided_once(
    at: SignedIn, in_county: Callable[..., Known], open_case: Callable[[Known], str], clerk: Phone
) -> None:
    known = in_county(JIANGUO, OTHER_COUNTY)
    case = open_case(known)
    one, other = at("clerk"), at("other", "zh-CN")
    one.go("queue", "verification", OTHER_COUNTY)
    one.go("case", case)
    expect(one.page.locator(".deciding form")).to_be_visible()
    other.go("queue", "verification", OTHER_COUNTY)
    expect(other.page.locator("tbody tr")).to_contain_text("同事处理中")
    other.page.click("#take-next")
    expect(other.page.locator("#none-free")).to_be_visible()
    other.go("case", case)
    expect(other.page.locator("#why-not")).to_contain_text("另一位经办人员正在处理")
    expect(other.page.locator(".deciding form")).to_have_count(0)
    look_at(other, "claimed")
    # The first one goes to lunch and the second takes it; back again, the first decides all the same, then the second.
    clerk.expect(200, "POST", f"/staff/reviews/{case}/claim", {"take": False})
    other.page.reload()
    other.sees("welcome")
    other.page.click("#sign-in")
    answer_sign_in(other.page, STAFF["other"], PASSWORD)
    other.sees("case")
    other.keys("2")
    one.keys("1", "d")
    one.sees("queue")
    other.keys("d")
    expect(other.page.locator(".deciding .summary")).to_contain_text("已由他人作出决定")
    assert len([entry for entry in history(clerk, known) if entry["event"] == "certified"]) == 1


def test_a_token_that_ends_in_the_middle_of_a_decision_loses_nothing_and_does_nothing_twice(
    at: SignedIn, in_county: Callable[..., Known], open_case: Callable[[Known], str], clerk: Phone
) -> None:
    known = in_county(XIULAN, THIRD_COUNTY)
    case = open_case(known)
    somebody = at()
    page = somebody.page
    sent = []

    def with_a_dead_token(route: Route) -> None:
        sent.append(json.loads(str(route.request.post_data)))
        dead = {**route.request.headers, "authorization": "e30.e30.e30"}
        route.continue_(headers=dead) if len(sent) == 1 else route.continue_()

    page.route("**/decision", with_a_dead_token)
    somebody.go("queue", "verification", THIRD_COUNTY)
    somebody.go("case", case)
    somebody.keys("3")
    page.locator("[data-option=asked_back]").check()
    somebody.keys("d")
    expect(page.locator("#gate-title")).to_be_visible(timeout=PATIENCE_MS)
    expect(page.locator("#sign-in-again")).to_be_focused()
    expect(page.locator("[data-option=asked_back]"), "what was chosen stays").to_be_checked()
    with page.context.expect_page() as opened:
        somebody.keys("Enter")
    answer_sign_in(opened.value, STAFF["clerk"], PASSWORD)
    somebody.sees("queue")
    assert sent == [{"outcome": "needs_more", "ground": "asked_back", "session_id": sent[0]["session_id"]}] * 2
    [decided] = [
        one
        for one in history(clerk, known)
        if one["details"].get("review_id") == case and one["event"] == "review_decided"
    ]
    assert (decided["details"]["outcome"], decided["details"]["ground"]) == ("needs_more", "asked_back")
    # Nobody touches the page for a while: what is on it is hidden, and another account does not get to see it.
    somebody.go("find")
    page.fill("#find-number-name", "陈秀兰")
    page.evaluate("const later = Date.now() + 700000; Date.now = () => later")
    expect(page.locator("#gate-title")).to_be_visible(timeout=PATIENCE_MS)
    assert page.locator("main").is_hidden()
    with page.context.expect_page() as opened:
        page.locator("#sign-in-again").press("Enter")
    answer_sign_in(opened.value, STAFF["clerk"], PASSWORD)
    expect(page.locator("main")).to_be_visible()
    assert page.input_value("#find-number-name") == "陈秀兰"


def test_a_person_is_registered_and_gets_a_letter_and_what_is_wrong_is_said_beside_it(
    at: SignedIn, clerk: Phone
) -> None:
    somebody = at()
    page = somebody.page
    somebody.keys("r")
    somebody.sees("register")
    number = another_id_number()
    page.fill("#register-id_number", number[:17] + ("1" if number[17] != "1" else "2"))
    page.fill("#register-telephone", "12")
    somebody.keys("Enter")
    expect(page.locator("#register-name-wrong")).to_contain_text("fill this in")
    expect(page.locator("#register-id_number-wrong")).to_contain_text("every digit")
    expect(page.locator("#register-telephone-wrong")).to_contain_text("no telephone")
    expect(somebody.page.locator("#register-name")).to_be_focused()
    look_at(somebody, "register-wrong", narrow=True)
    page.fill("#register-name", "周桂英")
    page.fill("#register-id_number", number)
    page.select_option("#register-category", "employee_pension")
    page.fill("#register-district", COUNTY)
    page.fill("#register-benefit_start", (today() + timedelta(days=200)).isoformat())
    page.fill("#register-telephone", "138 0000 0000")
    page.click("#register-send")
    # Asked back, and what was typed is still there.
    expect(page.locator(".summary")).to_contain_text("far from today")
    expect(somebody.page.locator("#register-start_checked")).to_be_focused()
    somebody.keys("Space")
    page.click("#register-send")
    somebody.sees("registered")
    look_at(somebody, "registered")
    page.get_by_role("link", name="Print an invitation").click()
    somebody.sees("act")
    page.click("#invite-send")
    letter = page.locator(".letter")
    expect(letter).to_be_visible()
    expect(somebody.page.locator("#print-letter")).to_be_focused()
    digits = letter.locator(".digits").inner_text()
    person = clerk.expect(200, "POST", "/invitations/person", {"code": digits})
    assert person["masked_name"] in letter.inner_text()
    look_at(somebody, "letter", narrow=True)
    page.emulate_media(media="print")
    assert letter.is_visible()
    assert page.locator("header").is_hidden()
    assert page.locator("#invite-send").is_hidden()
    page.emulate_media(media="screen")
    # Registered again, the record that there is is named; and whoever is looked for is found.
    somebody.go("register")
    page.fill("#register-name", "周桂英")
    page.fill("#register-id_number", number)
    page.fill("#register-district", COUNTY)
    page.fill("#register-benefit_start", today().isoformat())
    page.click("#register-send")
    page.get_by_role("link", name="Open the record").click()
    somebody.sees("person")
    expect(page.locator("h1")).to_have_text(person["masked_name"])
    somebody.keys("f")
    page.fill("#find-number-id_number", number)
    somebody.keys("Enter")
    somebody.sees("person")
    assert page.evaluate("sessionStorage.length + localStorage.length") == 0


def test_a_day_of_the_office_end_to_end_in_chinese(
    at: SignedIn, in_county: Callable[..., Known], clerk: Phone, other_clerk: Phone
) -> None:
    known = in_county(XIULAN)
    somebody = at("clerk", "zh-CN")
    page = somebody.page
    somebody.go("person", known.beneficiary_id)
    look_at(somebody, "person", narrow=True)
    somebody.keys("c")
    somebody.sees("act")
    page.locator("[data-option=known_personally]").check()
    expect(page.locator(".effects")).to_contain_text("须填写理由")
    page.locator("[data-option=id_card]").check()
    expect(page.locator(".effects")).to_contain_text("有效期至")
    look_at(somebody, "certify")
    page.click("#certify-send")
    somebody.sees("person")
    assert [one["details"]["method"] for one in history(clerk, known) if one["event"] == "certified"] == ["in_person"]
    # An end is proposed by one and confirmed by another.
    somebody.go("act", "end", known.beneficiary_id)
    page.locator("[data-option=moved]").check()
    page.fill("#end-ended_on", today().isoformat())
    expect(page.locator(".effects")).to_contain_text("不再发放")
    look_at(somebody, "end")
    page.click("#end-send")
    somebody.sees("proposed")
    page.get_by_role("link", name="查看事项").click()
    somebody.sees("case")
    expect(page.locator("#why-not")).to_contain_text("由您提出")
    proposal = page.url.rsplit("/", 1)[1]
    second = at("other", "en")
    second.go("case", proposal)
    second.page.locator("[data-option=confirm]").check()
    expect(second.page.locator(".effects")).to_contain_text("first day that is not due")
    look_at(second, "confirm")
    second.keys("d")
    expect(second.page).not_to_have_url(re.compile(proposal))
    assert standing(clerk, known)["status"] == "terminated"
    for place in (("lists", COUNTY), ("lists", COUNTY, "no_contact"), ("statistics", COUNTY), ("imports",), ("holds",)):
        somebody.go(*place)
        look_at(somebody, "-".join(place[:1] + place[2:]), narrow=place[0] == "statistics")


def test_a_register_is_uploaded_checked_and_released_by_another(at: SignedIn) -> None:
    somebody = at("clerk", "zh-CN")
    page = somebody.page
    somebody.go("imports")
    page.fill("#import-source", "old-register")
    lines = [
        "name,id_number,category,district,benefit_start",
        f"周桂英,{another_id_number()},resident_pension,{COUNTY},2012-01-01",
        f"王淑芬,{another_id_number()},resident_pension,{COUNTY},2012-01-01",
        "=2+2,x",
        "",
    ]
    content = "\n".join(lines).encode("gb18030")
    page.set_input_files("#import-file", {"name": "register.csv", "mimeType": "text/csv", "buffer": content})
    page.click("#import-send")
    somebody.sees("import")
    # Followed until it is over, and then it says why who uploaded it cannot release it.
    expect(page.locator("#why-not")).to_contain_text("须由另一位经办人员放行")
    expect(page.locator("main")).to_contain_text("列数不符")
    look_at(somebody, "import")
    second = at("other", "zh-CN")
    second.go("import", page.url.rsplit("/", 1)[1])
    expect(second.page.locator(".effects")).to_contain_text("将登记 2 人")
    second.page.click("#release")
    expect(second.page.locator(".facts").first).to_contain_text("已完成")


# A batch as the API answers it. A real one takes ninety days of grace: tests/e2e/test_years.py.
BATCH = {
    "batch_id": "6b1f0a52-7a10-4d5c-8f53-5a0d6f1f3a10",
    "payer": "fund",
    "district": COUNTY,
    "state": "open",
    "run_id": "2026-11-29.1",
    "opened_at": "2026-11-29T18:00:00Z",
    "candidates": 3,
    "decision": None,
    "applied_on": None,
    "applied_at": None,
    "outcomes": {},
}


def candidates() -> list[dict[str, Any]]:
    ways = [None, "letter", "visit"]
    return [
        {
            "beneficiary_id": f"6b1f0a52-7a10-4d5c-8f53-5a0d6f1f3a2{number}",
            "masked_name": name,
            "benefits": ["1"],
            "category": "resident_pension",
            "district": COUNTY,
            "valid_until": "2026-07-31",
            "notice_delivered_on": "2026-08-14",
            "notice_way": ways[number],
            "notice_recorded_by": ways[number] and "another",
            "outcome": None,
        }
        for number, name in enumerate(("王*芬", "李*国", "陈*兰"))
    ]


def test_who_is_taken_out_of_a_batch_is_not_held(at: SignedIn) -> None:
    somebody = at("clerk", "zh-CN")
    page = somebody.page
    sent = []

    def decided(route: Route) -> None:
        sent.append(json.loads(str(route.request.post_data)))
        route.fulfill(json=BATCH)

    told = {"batch": BATCH, "candidates": candidates(), "after": None}
    page.route("**/hold-batches/*/decision", decided)
    page.route(f"**/hold-batches/{BATCH['batch_id']}", lambda route: route.fulfill(json=told))
    somebody.go("batch", str(BATCH["batch_id"]))
    expect(page.locator(".effects").first).to_contain_text("3 人中 3 人")
    page.locator("input[data-person]").nth(1).uncheck()
    expect(page.locator(".effects").first).to_contain_text("3 人中 2 人")
    page.locator("[data-option=not_heard_of]").check()
    look_at(somebody, "batch")
    page.click("#hold-send")
    expect(page.locator("input[data-person]").nth(1)).to_be_checked()
    ids = [str(one["beneficiary_id"]) for one in candidates()]
    assert sent == [{"choice": "all_but", "ground": "not_heard_of", "ids": [ids[1]]}]
    for kept in ([], [0], [0, 1, 2]):
        page.locator("[data-option=other]").check()
        for number in range(3):
            page.locator("input[data-person]").nth(number).set_checked(number in kept)
        page.click("#hold-send")
        expect(page.locator("input[data-person]:checked")).to_have_count(3)
    assert [(one["choice"], one["ids"]) for one in sent[1:]] == [("none", []), ("only", [ids[0]]), ("all", [])]


def test_an_auditor_reads_and_changes_nothing(at: SignedIn, in_county: Callable[..., Known]) -> None:
    known = in_county(JIANGUO)
    auditor = at("auditor")
    page = auditor.page
    expect(page.locator("#take-next")).to_have_count(0)
    auditor.go("person", known.beneficiary_id)
    expect(page.get_by_role("heading", name="Who opened this record")).to_be_visible()
    expect(page.locator(".actions")).to_have_count(0)
    look_at(auditor, "audited")
    auditor.go("act", "certify", known.beneficiary_id)
    expect(page.locator("form")).to_have_count(0)
    auditor.go("feeds", "fund")
    expect(page.get_by_role("heading", name="Newest change file")).to_be_visible()
    look_at(auditor, "feeds")


def test_a_paper_a_list_of_visits_a_mandate_and_what_is_taken_back(
    at: SignedIn, in_county: Callable[..., Known], clerk: Phone
) -> None:
    known = in_county(XIULAN, FOURTH_COUNTY)
    somebody = at("clerk", "en")
    page, person = somebody.page, known.beneficiary_id
    paper: FilePayload = {"name": "paper.pdf", "mimeType": "application/pdf", "buffer": b"a paper"}
    # A paper: its own fields and no others, the digest of its scan, and a second clerk who sees what it says.
    somebody.go("act", "certify", person)
    page.locator("[data-option=attestation]").check()
    expect(page.locator("[data-field=document]")).to_be_hidden()
    page.locator("[data-option=embassy]").check()
    page.fill("#certify-country", "de")
    page.fill("#certify-number", "B 204/2026")
    page.set_input_files("#certify-scan", paper)
    expect(page.locator(".effects")).to_contain_text(hashlib.sha256(b"a paper").hexdigest())
    expect(page.locator(".effects")).to_contain_text("waits for a second clerk")
    look_at(somebody, "attestation", narrow=True)
    page.click("#certify-send")
    somebody.sees("proposed")
    page.get_by_role("link", name="the case", exact=True).click()
    somebody.sees("case")
    expect(page.locator(".facts").first).to_contain_text("embassy or consulate")
    # A list: a line that nobody is known by stays, and is sent again.
    somebody.keys("v")
    somebody.sees("visits")
    page.locator("[data-option=village]").check()
    page.fill("#visits-lines", f"{person},not seen\n{another_id_number()},seen,id_card\n{UNKNOWN},seen,id_card")
    expect(page.locator(".effects")).to_contain_text("1 lines lack something")
    page.click("#visits-send")
    expect(page.locator("#visits-result")).to_contain_text("2 lines were refused")
    expect(page.locator("#visits-result")).to_contain_text("nobody known in your districts")
    look_at(somebody, "visits", narrow=True)
    page.fill("#visits-lines", f"{person},seen,id_card")
    page.click("#visits-send")
    expect(page.locator("#visits-result")).to_contain_text("All lines were taken")
    assert [one["event"] for one in history(clerk, known)].count("visit_noted") == 1
    # A mandate with its paper, given and ended.
    somebody.go("act", "mandate", person)
    page.locator("[data-option=guardian]").check()
    page.fill("#mandate-holder", "6d0c3c3e-7f4e-4f0a-9d53-1c5f0a7a2b11")
    page.locator("[data-option=standing]").check()
    page.fill("#mandate-end", (today() + timedelta(days=300)).isoformat())
    page.locator("[data-option=court_order]").check()
    page.set_input_files("#mandate-scan", paper)
    look_at(somebody, "mandate")
    page.click("#mandate-send")
    somebody.sees("person")
    look_at(somebody, "mandates", narrow=True)
    page.get_by_role("link", name="End the mandate").click()
    page.click("#endMandate-send")
    somebody.sees("person")
    expect(page.locator("main")).to_contain_text("Nobody has a mandate")
    # Consent taken back, and that undone; an invitation of no more use.
    page.get_by_role("link", name="Withdraw consent").click()
    page.click("#withdraw-send")
    somebody.sees("person")
    page.get_by_role("link", name="Undo the withdrawal").click()
    page.locator("[data-option=changed_mind]").check()
    clerk.expect(201, "POST", f"/staff/beneficiaries/{person}/invitations", {"guardian": False})
    page.click("#undo-send")
    somebody.sees("person")
    page.get_by_role("link", name="Withdraw the invitation").click()
    page.click("#uninvite-send")
    somebody.sees("person")
    told = [one["event"] for one in history(clerk, known)]
    events = ("mandate_given", "mandate_ended", "consent_withdrawn", "withdrawal_undone", "invitation_withdrawn")
    assert [one for one in told if one in events] == list(events)
