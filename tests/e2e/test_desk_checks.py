"""The desk in Chromium, on the deployed template: a ledger verified, a photo by its camera, files by keyboard."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import numpy as np
from playwright.sync_api import FilePayload, Route, expect

from lifecert.bootstrap.parts import consent_texts
from local.demo.cast import JIANGUO, XIULAN, portrait
from local.demo.phone import Phone
from local.deploy import Deployment
from tests.support.deployed import Known, history, today
from tests.support.desk import Clerk, SignedIn, look_at
from tests.support.phone_page import HEIGHT, WIDTH, FakeCamera

COUNTY = "542625"  # of this module alone
MOST_TABS = 60
KEY = {"Idempotency-Key": "of-this-test-alone"}


def test_an_auditor_s_browser_verifies_a_ledger_and_sees_where_it_was_changed(
    at: SignedIn, in_county: Callable[..., Known], clerk: Phone
) -> None:
    known = in_county(JIANGUO, COUNTY)
    body = {"method": "in_person", "seen_on": today().isoformat(), "document": "id_card"}
    clerk.expect(201, "POST", f"/staff/beneficiaries/{known.beneficiary_id}/certifications", body, **KEY)
    auditor = at("auditor")
    page = auditor.page
    auditor.go("person", known.beneficiary_id)
    page.get_by_role("link", name="Verify the ledger in this browser").press("Enter")
    auditor.sees("ledger")
    entries = len(history(clerk, known))
    expect(page.locator("#judged[data-whole=true]")).to_contain_text(f"whole: {entries} entries")
    expect(page.locator("[data-fault='']")).to_have_count(entries)
    expect(page.locator("[data-certificate=genuine]")).to_have_count(1)
    look_at(auditor, "ledger", narrow=True)
    # Whoever answers says another thing than what was written, or of another certificate.
    answers: dict[str, Callable[[Any], object]] = {
        "ledger": lambda chain: chain["entries"][1]["details"].update(status="terminated"),
        "certificates/*": lambda shown: shown.update(statement=shown["statement"][:-6] + "AAAAAA"),
    }

    def changed(change: Callable[[Any], object]) -> Callable[[Route], None]:
        def answer(route: Route) -> None:
            real = route.fetch()
            body = real.json()
            change(body)
            route.fulfill(response=real, body=json.dumps(body))

        return answer

    auditor.go("find")
    page.route("**/ledger", changed(answers["ledger"]))
    auditor.go("ledger", known.beneficiary_id)
    expect(page.locator("#judged[data-whole=false]")).to_contain_text("broken at number 2")
    expect(page.locator("[data-fault=altered]")).to_have_count(1)
    look_at(auditor, "ledger-broken")
    auditor.go("find")
    page.unroute("**/ledger")
    page.route("**/certificates/*", changed(answers["certificates/*"]))
    auditor.go("ledger", known.beneficiary_id)
    expect(page.locator("[data-certificate=forged]")).to_have_count(1)
    expect(page.locator("#judged[data-whole=false]")).to_contain_text("not what their entries say: 1")
    # A clerk is shown none of it, and the person can read that somebody looked.
    other = at("clerk")
    other.go("ledger", known.beneficiary_id)
    expect(other.page.locator("table")).to_have_count(0)


def test_a_photo_is_taken_by_the_desk_s_camera(
    at: SignedIn, in_county: Callable[..., Known], clerk: Phone, camera: FakeCamera
) -> None:
    known = in_county(XIULAN, COUNTY)
    somebody = at("clerk")
    page = somebody.page
    somebody.go("act", "photo", known.beneficiary_id)
    camera.show(np.full((HEIGHT, WIDTH, 3), 20, np.uint8))
    page.locator("#camera-open").press("Enter")
    expect(page.locator("#camera-take")).to_be_focused()
    expect(page.locator(".camera .hint")).to_contain_text("rather dark")
    look_at(somebody, "camera", narrow=True)
    # It may be taken all the same, and the API says what is wrong with it, with the phone page's pictures.
    page.locator("#camera-take").press("Enter")
    expect(page.locator("#photo-agrees")).to_be_focused()
    assert page.input_value("#photo-captured_on") == today().isoformat()
    somebody.keys("Space")
    page.locator("#photo-send").press("Enter")
    expect(page.locator(".preview .pair[data-reason] > svg")).to_have_count(2)
    look_at(somebody, "camera-refused")
    camera.show(portrait(known.person.face))
    page.locator("#camera-open").press("Enter")
    expect(page.locator(".camera .hint")).to_have_text("")
    page.wait_for_timeout(1000)  # until the camera shows it
    page.locator("#camera-take").press("Enter")
    expect(page.locator(".preview img")).to_be_visible()
    assert page.evaluate("document.querySelectorAll('video').length") == 0, "the camera is nobody's any more"
    page.locator("#photo-send").press("Enter")
    somebody.sees("person")
    enrolled = [one["details"]["counter_photo_on"] for one in history(clerk, known) if "enrolled" in one["event"]]
    assert enrolled[1:] in ([None], [today().isoformat()])
    # Left, or locked, the camera is closed.
    somebody.go("act", "photo", known.beneficiary_id)
    page.locator("#camera-open").press("Enter")
    expect(page.locator("#camera-take")).to_be_focused()
    kept = page.evaluate_handle("document.querySelector('video').srcObject")
    somebody.go("find")
    page.wait_for_function("stream => !stream.active", arg=kept)


def tab_to(somebody: Clerk, identifier: str) -> None:
    """As whoever has no mouse: from field to field."""
    for _ in range(MOST_TABS):
        if somebody.focused() == identifier:
            return
        somebody.keys("Tab")
    raise AssertionError(f"{identifier} cannot be reached by keyboard")


def choose(somebody: Clerk, identifier: str, file: FilePayload) -> None:
    tab_to(somebody, identifier)
    # On that very field, should something else have taken the focus meanwhile.
    with somebody.page.expect_file_chooser() as opened:
        somebody.page.locator(f"#{identifier}").press("Enter")
    opened.value.set_files(file)


def import_file(somebody: Clerk, kind: str, source: str, text: str) -> str:
    """What a clerk does with a file of a kind, without a mouse: the id of the import."""
    page = somebody.page
    somebody.keys("i")
    somebody.sees("imports")
    tab_to(somebody, "import-kind-register")
    for _ in range(["register", "references", "postings"].index(kind)):
        somebody.keys("ArrowDown")
    tab_to(somebody, "import-source")
    page.keyboard.type(source)
    choose(somebody, "import-file", {"name": f"{kind}.csv", "mimeType": "text/csv", "buffer": text.encode()})
    tab_to(somebody, "import-send")
    somebody.keys("Enter")
    somebody.sees("import")
    return page.url.rsplit("/", 1)[1]


def test_photos_by_a_list_letters_and_what_came_back_by_keyboard(
    at: SignedIn, in_county: Callable[..., Known], clerk: Phone, stack: Deployment
) -> None:
    known = in_county(JIANGUO, COUNTY)
    somebody, second = at("clerk"), at("other")
    page = somebody.page
    stack.aws.s3().put_object(
        Bucket=stack.outputs["ImportsBucket"], Key="photos/desk/one.png", Body=portrait(known.person.reference)
    )
    days = (today() - timedelta(days=30)).isoformat()
    lines = [
        "photo,captured_on,consent_version,consent_on,consent_source,id_number",
        f"desk/one.png,{days},{consent_texts().in_force},{days},paper-1,{known.id_number}",
        f"desk/none.png,{days},{consent_texts().in_force},{days},paper-2,{known.id_number}",
    ]
    photos = import_file(somebody, "references", "old-photos", "\n".join([*lines, ""]))
    expect(page.locator("#why-not")).to_contain_text("another clerk must release it")
    expect(page.locator("main")).to_contain_text("no such photo")
    look_at(somebody, "import-photos")
    second.go("import", photos)
    tab_to(second, "release")
    second.keys("Enter")
    expect(second.page.locator(".facts").first).to_contain_text("finished")
    before = [one["event"] for one in history(clerk, known)].count("reference_enrolled")
    assert before == 2
    # What a print house says of letters that nobody made is refused by line.
    letter = "6b1f0a52-7a10-4d5c-8f53-5a0d6f1f3a99"
    import_file(somebody, "postings", "print-house", f"letter_id,outcome,on\n{letter},posted,{today().isoformat()}\n")
    expect(page.locator("main")).to_contain_text("no such letter")
    look_at(somebody, "import-postings")
    tab_to(somebody, "stop")
    somebody.keys("Enter")
    expect(page.locator("#stop")).to_have_count(0)
    # Letters out of a work list: without a print house's key none is made, and it says so.
    somebody.go("lists", COUNTY, "no_contact")
    tab_to(somebody, "letters-send")
    somebody.keys("Enter")
    somebody.sees("import")
    expect(page.locator("main")).to_contain_text("What is wrong with the file")
    look_at(somebody, "import-letters")


def test_a_device_is_registered_by_the_number_that_it_shows_and_revoked(at: SignedIn) -> None:
    somebody, number = at(), f"NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs.{COUNTY}"
    page = somebody.page
    somebody.keys("k")
    somebody.sees("devices")
    expect(page.locator(".empty")).to_be_visible()
    page.fill("#device-device_id", "what it shows")
    page.fill("#device-name", "Service hall, window 3")
    page.fill("#device-ends_on", (today() + timedelta(days=90)).isoformat())
    page.locator("#device-channel-kiosk").check()
    page.locator("#device-name").press("Enter")
    expect(page.locator("#device-device_id")).to_be_focused()
    expect(page.locator("#device-device_id-wrong")).to_contain_text("43 letters")
    page.fill("#device-device_id", number)
    page.locator("#device-device_id").press("Enter")
    expect(page.locator("tbody tr")).to_contain_text("Service hall, window 3")
    expect(page.locator("tbody tr")).to_contain_text("in force")
    look_at(somebody, "devices")
    page.locator("tbody a").press("Enter")
    somebody.sees("revoke")
    # Of several one may not be taken for another: it is for good.
    expect(page.locator(".facts")).to_contain_text("Service hall, window 3")
    expect(page.locator("code")).to_have_text(number)
    look_at(somebody, "revoke")
    page.locator("#revoke-send").press("Enter")
    somebody.sees("devices")
    expect(page.locator(".empty")).to_be_visible()
    somebody.go("revoke", number)
    expect(page.locator("main")).to_contain_text("revoked already")


def test_a_screen_that_nobody_waited_for_touches_no_other(at: SignedIn) -> None:
    """An import that is being worked on is looked at again by itself; who had gone on meanwhile lost their place."""
    somebody, asked = at(), list[Route]()
    page = somebody.page
    page.clock.install()

    def hold(route: Route) -> None:
        asked.append(route)

    page.route("**/staff/imports/*", hold)
    with page.expect_request("**/staff/imports/*"):
        page.evaluate("location.hash = '#/import/7c9e6679-7425-40de-944b-e07fc1f90ae7'")
    somebody.go("find")
    page.locator("[data-screen=find]").evaluate("one => { one.dataset.mine = 'yes' }")
    nothing = ("letters", "fault", "checked_at", "ended_at", "format", "written", "digest")
    at_work: dict[str, Any] = dict.fromkeys(nothing)
    at_work |= {"same_as": None, "checked": None, "registered": None, "started_by": None, "prepared_by": "somebody"}
    at_work |= {"state": "checking", "source": "a list", "kind": "register", "prepared_at": "2026-11-30T04:00:00Z"}
    with page.expect_response("**/staff/imports/*"):
        asked[0].fulfill(json={"register_import": at_work, "letter_files": []})
    page.clock.run_for(60_000)
    expect(page.locator("[data-screen=find][data-mine=yes]")).to_be_visible()
    assert len(asked) == 1, "nor is it asked for again"
