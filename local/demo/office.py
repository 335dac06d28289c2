"""The demo's chapter on an office's first day: its register comes in as a file, and a clerk finds somebody in it."""

import time
import uuid
from typing import Any

import requests

from local.demo.cast import DISTRICT, XIULAN
from local.demo.phone import TIMEOUT_SECONDS, Phone
from local.demo.story import Story, day

SECONDS = 300  # only ever reached by what never ends
HEADER = "name,id_number,category,district,benefit_start,last_certified_on,last_certified_by,phone,line_key"
# Invented, as everybody here. The third has two digits the wrong way round; the fourth is registered already.
WUFANG = "330106193902143224"
LINES = (
    f"吴芳,{WUFANG},resident_pension,{DISTRICT},1999-03-01,1999-05-01,village,,A-1",
    f"赵国强,330106194609071211,employee_pension,{DISTRICT},2006-10-01,2026-06-30,office,+8613800138000,A-2",
    f"孙玉梅,330106195305304421,resident_pension,{DISTRICT},2008-06-01,2026-09-12,office,,A-3",
    f"{XIULAN.name},{XIULAN.id_number},{XIULAN.category},{DISTRICT},2012-01-01,,,,A-4",
)


def bring_register(story: Story, clerk: Phone, second: Phone) -> None:
    """From a file on a clerk's machine to people whom a clerk finds by their number and in the work lists."""
    story.chapter("An office brings the register that it has: checked line by line, released by a second clerk")
    headers = {"Idempotency-Key": str(uuid.uuid4())}
    begun = clerk.call("POST", "/staff/imports", {"source": "demo-office"}, headers).body
    path = f"/staff/imports/{begun['register_import']['import_id']}"
    clerk.upload(begun["slot"], "\n".join([HEADER, *LINES, ""]).encode("gb18030"))
    clerk.expect(202, "POST", f"{path}/dry-run")
    checked = _once(clerk, path, "checked")
    shown = checked["register_import"]
    story.tell(f"{shown['lines'] - 1} lines in {shown['written']}; what the dry run refuses:")
    _tell_lines(story, checked["checked_lines"])
    story.check(
        shown["checked"]["people"] == 2 and shown["checked"]["known"] == {"already_registered": 1},
        "two people would come in, one is registered already (not which: that is no look-up); nothing is written yet",
    )
    release = {"digest": shown["digest"]}
    alone = clerk.call("POST", f"{path}/release", release).body
    story.check(alone.get("code") == "second_clerk_needed", "who prepared it cannot release it")
    second.expect(202, "POST", f"{path}/release", release)
    finished = _once(clerk, path, "finished")
    done = finished["register_import"]
    story.check(done["registered"] == shown["checked"], "released by the second clerk, and exactly that came in; not:")
    _tell_lines(story, finished["registered_lines"])

    (found,) = clerk.expect(200, "POST", "/staff/beneficiaries/find", {"id_number": WUFANG})["people"]
    standing = clerk.standing(found["beneficiary_id"])
    story.check(
        standing["status"] == "active",
        f"{standing['masked_name']}, last certified in 1999, is active: her first year ends on "
        f"{day(standing['valid_until'])}, drawn so that not everybody comes on one day",
    )
    unreached = _listed(clerk, "no_contact", found["beneficiary_id"])
    story.check(
        bool(unreached), "she has no telephone: she is in the work list of those whom only a letter or a visit reaches"
    )


def _tell_lines(story: Story, address: str) -> None:
    """What is told of single lines, as a table of four columns."""
    table = requests.get(address, timeout=TIMEOUT_SECONDS).content.decode("utf-8-sig")
    for row in table.splitlines()[1:]:
        line, key, outcome, why = row.split(",")
        story.tell(f"   line {line} ({key})  {outcome}: {why}")


def _once(clerk: Phone, path: str, state: str) -> dict[str, Any]:
    """The import once it has come so far."""
    until = time.monotonic() + SECONDS
    while time.monotonic() < until:
        shown = clerk.expect(200, "GET", path)
        if shown["register_import"]["state"] == state:
            return shown
        time.sleep(0.2)
    raise AssertionError(f"the import was not {state} within {SECONDS} s")


def _listed(clerk: Phone, name: str, beneficiary_id: str) -> bool:
    """Whether somebody comes into a work list of the district, which is written from the register's stream."""
    until = time.monotonic() + SECONDS
    while time.monotonic() < until:
        people = clerk.expect(200, "GET", f"/staff/lists/{name}?district={DISTRICT}&limit=200")["people"]
        if any(person["beneficiary_id"] == beneficiary_id for person in people):
            return True
        time.sleep(0.2)
    return False
