"""Work lists as they are told: to programs, and to a spreadsheet that must take no cell for a formula."""

import csv
import io
import json
from dataclasses import replace
from datetime import date, timedelta

import pytest

from lifecert.domain.notice import NoticeChannel
from lifecert.domain.work_list import WorkList, rows_of
from lifecert.entry.http.list_file import harmless
from tests.support.builders import VALID_UNTIL
from tests.support.wiring.functions import event, run
from tests.support.wiring.people import LAPSED, MUTE, UNSEEN, WANG
from tests.support.wiring.world import World

MARK = "\ufeff"


def table(body: str) -> list[list[str]]:
    assert body.startswith(MARK), "by which Excel knows that it is UTF-8"
    return list(csv.reader(io.StringIO(body.removeprefix(MARK))))


def test_the_page_shows_people_as_they_are_and_whole_names_nowhere(world: World) -> None:
    body = json.loads(run("get_work_lists/no_contact")["body"])
    shown = {one["beneficiary_id"]: one for one in body["people"]}
    expected = {
        one.beneficiary_id
        for one in world.store.beneficiaries.values()
        if any((row.wanted, row.district) == (WorkList.NO_CONTACT, "110101") for row in rows_of(one))
    }
    assert shown.keys() == expected
    assert shown[WANG.id]["masked_name"] == "王*明"
    assert shown[WANG.id]["day"] == shown[WANG.id]["valid_until"] == VALID_UNTIL.isoformat()
    assert "birth_year" not in shown[WANG.id], "it is stored nowhere"
    assert all(person.name not in json.dumps(body, ensure_ascii=False) for person in (WANG, LAPSED, MUTE, UNSEEN))


def test_pages_follow_each_other(world: World) -> None:
    whole = [one["beneficiary_id"] for one in json.loads(run("get_work_lists/no_contact")["body"])["people"]]
    found, query = [], event("get_work_lists/no_contact_first")["queryStringParameters"]
    while True:
        body = json.loads(run("get_work_lists/no_contact_first", queryStringParameters=query)["body"])
        found += [one["beneficiary_id"] for one in body["people"]]
        if body["after"] is None:
            break
        query = {**query, "after": body["after"]}
    assert (found, len(whole) > 2) == (whole, True)


def test_the_table_is_headed_in_the_language_and_says_where_to_go_on(world: World) -> None:
    answer = run("get_work_lists/no_contact_as_file")
    headers = answer["multiValueHeaders"]
    assert headers["Content-Type"] == ["text/csv; charset=utf-8"]
    assert headers["Content-Disposition"] == ['attachment; filename="no_contact-110101.csv"']
    [head, first] = table(answer["body"])
    assert head == [
        *("档案编号", "姓名（部分隐去）", "支付机构", "支付编号", "状态", "名单日期", "认证有效期至", "通知送达日期")
    ]
    [link] = headers["Link"]
    after = json.loads(run("get_work_lists/no_contact_first")["body"])["after"].replace("=", "%3D")
    base = "https://api.example.org/dev/staff/lists/no_contact"
    assert link == f'<{base}?district=110101&days=60&limit=1&after={after}>; rel="next"'
    english = run("get_work_lists/no_contact_as_file_in_english")
    assert "Link" not in english["multiValueHeaders"]
    rows = table(english["body"])
    assert rows[0][:4] == ["Record", "Name (masked)", "Paid by", "Payment reference"]
    assert first[0] == rows[1][0]
    assert {len(row) for row in rows} == {8}


def test_several_benefits_stand_in_one_row(world: World) -> None:
    person = world.store.beneficiaries[WANG.id]
    first = replace(person.benefits[0], payer_reference="P-1")
    more = replace(first, benefit_id="2", payer="mine", payer_reference=None)
    notice_day = date(2026, 2, 3)
    world.store.beneficiaries[WANG.id] = replace(person, benefits=(first, more))
    rows = {row[0]: row for row in table(run("get_work_lists/no_contact_as_file_in_english")["body"])}
    assert rows[WANG.id][2:5] == ["fund; mine", "P-1; ", "Active"]
    assert rows[WANG.id][7] == ""
    assert notice_day.isoformat() not in rows[WANG.id]


@pytest.mark.parametrize(
    "cell", ["=1+1", "+86", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1", "＝1", "＋1", "－1", "＠a", "|calc", "%0A"]
)
def test_a_cell_that_could_be_a_formula_is_text(cell: str, world: World) -> None:
    assert harmless(cell) == f"'{cell}"
    person = world.store.beneficiaries[WANG.id]
    world.store.beneficiaries[WANG.id] = replace(person, masked_name=cell)
    rows = {row[0]: row for row in table(run("get_work_lists/no_contact_as_file_in_english")["body"])}
    # As the reader of the file has it: the csv of Python keeps a line break within a cell.
    assert rows[WANG.id][1].replace("\r\n", "\n") == f"'{cell}".replace("\r\n", "\n")


@pytest.mark.parametrize("cell", ["王*明", "2026-06-30", "P-1", "", "0a1b-2"])
def test_what_is_none_is_left_as_it_is(cell: str) -> None:
    assert harmless(cell) == cell


@pytest.mark.parametrize(
    ("accept", "wanted"),
    [
        ("text/csv", True),
        ("Text/CSV; charset=utf-8, */*;q=0.1", True),
        ("application/json", False),
        ("application/json, text/csv", False),
        ("*/*", False),
        (None, False),
    ],
)
def test_a_table_is_for_whoever_asks_for_nothing_else(accept: str | None, wanted: bool, world: World) -> None:
    headers = {**event("get_work_lists/no_contact")["headers"], "Accept": accept}
    kind = run("get_work_lists/no_contact", headers=headers)["multiValueHeaders"]["Content-Type"]
    assert kind == ["text/csv; charset=utf-8" if wanted else "application/json"]


def test_a_list_never_shows_whom_the_register_does_not_know(world: World) -> None:
    del world.store.beneficiaries[WANG.id]
    assert WANG.id not in run("get_work_lists/no_contact")["body"]


def test_sizes_and_a_month(world: World) -> None:
    sizes = {one["list"]: one["people"] for one in json.loads(run("get_work_lists/sizes")["body"])["lists"]}
    assert sizes["no_contact"] == len(json.loads(run("get_work_lists/no_contact")["body"])["people"])
    world.clock.move(days=(VALID_UNTIL - world.clock.today()).days - 60)
    later = {one["list"]: one["people"] for one in json.loads(run("get_work_lists/sizes")["body"])["lists"]}
    assert later["due"] > sizes["due"] + 1, "those who end in sixty days"
    month = json.loads(run("get_work_lists/month")["body"])
    assert (month["certified"], month["retries"]) == ({"face_self": 1}, {"too_dark": 1})
    ended = json.loads(run("get_work_lists/month_by_auditor")["body"])["years_ended"]
    assert ended == {"in_time": 1, "lapsed": 1, "late": 0, "certified_in_time": 0.5, "certified_at_all": 0.5}


# --- the stream ----------------------------------------------------------------------------------------------------


def test_a_change_of_the_register_moves_a_person(world: World) -> None:
    world.lists.people.clear()
    run("write_work_lists/registered")
    assert WorkList.NO_CONTACT in {row.wanted for row in world.lists.known(WANG.id).rows}
    run("write_work_lists/changed")
    assert WorkList.NO_CONTACT not in {row.wanted for row in world.lists.known(WANG.id).rows}
    assert world.lists.known(WANG.id).version == 2


def test_after_one_of_a_person_s_failed_their_later_ones_wait_and_others_do_not(world: World) -> None:
    world.lists.people.clear()
    answer = run("write_work_lists/unreadable")
    failed = [one["itemIdentifier"] for one in answer["batchItemFailures"]]
    assert failed == ["10600000000000000000001", "10800000000000000000001"]
    assert set(world.lists.people) == {WANG.id}
    assert '"message":"lists_not_kept"' in world.log.getvalue()


def test_a_place_of_a_number_and_one_removed_by_hand_are_nobody_s_change(world: World) -> None:
    world.lists.people.clear()
    run("write_work_lists/place_of_a_number_and_removed")
    assert world.lists.people == {}


def test_a_phone_that_is_known_by_then_takes_somebody_off_the_list_at_once(world: World) -> None:
    """Whatever the stream is late with."""
    person = world.store.beneficiaries[WANG.id]
    world.store.beneficiaries[WANG.id] = replace(person, contact_channel=NoticeChannel.SMS)
    assert WANG.id not in run("get_work_lists/no_contact")["body"]
    world.store.beneficiaries[WANG.id] = replace(person, valid_until=VALID_UNTIL + timedelta(days=1))
    assert WANG.id not in run("get_work_lists/no_contact")["body"], "under another day by now"
