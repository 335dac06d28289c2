"""Districts on every route (adr/0045): a clerk of another district reads nothing and changes nothing, and is told
nothing that a clerk is not told of nobody; auditors read everything and change nothing."""

import json
from dataclasses import replace
from typing import Any

import pytest

from lifecert.domain.actor import Group
from lifecert.domain.scope import Scope
from tests.support.event_answers import ANSWERS, FIRST
from tests.support.openapi import api
from tests.support.wiring.functions import event, rules, run
from tests.support.wiring.people import DESK, USER, world_id
from tests.support.wiring.world import World

# Everybody in the world of the event files is in 110101.
HERE, PREFECTURE, ELSEWHERE = "110101", "1101", "2201"
STAFF = "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_staff"
NOWHERE_TO_BE_FOUND = world_id(999)
# Whoever calls is what the case needs: of a decision not whoever acted in it.
GOOD = {
    f"{event(case)['httpMethod']} {event(case)['resource']}": case
    # What repeats another would be given its answer once more.
    for case in sorted(ANSWERS, key=lambda case: case not in FIRST)
    if ANSWERS[case][0] < 300
} | {
    "GET /staff/reviews": "review_cases/listed",
    "GET /staff/hold-batches": "decide_holds/listed",
    "POST /staff/devices": "keep_devices/registered",
    "GET /staff/devices": "keep_devices/listed",
    "POST /staff/devices/{device_id}/revocation": "keep_devices/revoked",
    "GET /staff/hold-batches/{batch_id}": "decide_holds/batch",
    "GET /staff/statistics": "get_statistics/told",
    "POST /staff/beneficiaries/find": "find_beneficiaries/by_number",
    "POST /staff/proposals/{proposal_id}/confirmation": "change_entitlement/end_confirmed",
    "GET /beneficiaries/{beneficiary_id}": "get_status/beneficiary_by_auditor",
    "POST /staff/beneficiaries": "register_beneficiary/registered",
    "POST /beneficiaries/{beneficiary_id}/consent-withdrawal/undo": "change_consent/undone_by_clerk",
    "POST /staff/beneficiaries/{beneficiary_id}/certifications": "certify_in_person/certified",
    "POST /beneficiaries/{beneficiary_id}/mandates": "issue_invitation/mandate_by_clerk",
    "POST /beneficiaries/{beneficiary_id}/mandates/{mandate_id}/end": "issue_invitation/mandate_ended_by_clerk",
}
# Every route by which staff reach a person or what is theirs, and what a clerk of another district is answered: the
# status and code of nobody. Of lists and look-ups, which have no nobody, what is left of them.
PERSON, BENEFICIARY = (404, "beneficiary_not_found"), "/staff/beneficiaries/{beneficiary_id}"
OUTSIDE: dict[str, tuple[int, str]] = {
    "GET /beneficiaries/{beneficiary_id}": PERSON,
    "POST /beneficiaries/{beneficiary_id}/consent-withdrawal": PERSON,
    "POST /beneficiaries/{beneficiary_id}/consent-withdrawal/undo": PERSON,
    "POST /beneficiaries/{beneficiary_id}/helpers-removal": PERSON,
    "POST /beneficiaries/{beneficiary_id}/reports": PERSON,
    "POST /staff/beneficiaries": (403, "district_outside"),
    "POST /staff/beneficiaries/find": (200, "people"),
    f"POST {BENEFICIARY}/benefits": PERSON,
    f"POST {BENEFICIARY}/amendments": PERSON,
    f"POST {BENEFICIARY}/id-number": PERSON,
    f"PUT {BENEFICIARY}/contact": PERSON,
    f"POST {BENEFICIARY}/consent": PERSON,
    f"POST {BENEFICIARY}/invitations": PERSON,
    f"DELETE {BENEFICIARY}/invitations/{{invitation_id}}": PERSON,
    f"POST {BENEFICIARY}/references": PERSON,
    f"POST {BENEFICIARY}/references/{{reference_id}}/enrol": (404, "reference_not_found"),
    f"POST {BENEFICIARY}/certifications": PERSON,
    # Every line of it is refused, as of nobody.
    "POST /staff/certifications": (200, ""),
    "POST /beneficiaries/{beneficiary_id}/mandates": PERSON,
    "POST /beneficiaries/{beneficiary_id}/mandates/{mandate_id}/end": PERSON,
    f"POST {BENEFICIARY}/end": PERSON,
    f"POST {BENEFICIARY}/correction": PERSON,
    f"POST {BENEFICIARY}/benefit-start": PERSON,
    "POST /staff/certificates/{certificate_id}/revocation": (404, "certificate_not_found"),
    "POST /staff/proposals/{proposal_id}/confirmation": (404, "proposal_not_found"),
    "POST /staff/proposals/{proposal_id}/id-number": (404, "proposal_not_found"),
    "GET /staff/reviews": (200, "reviews"),
    "GET /staff/reviews/{review_id}": (404, "review_not_found"),
    "POST /staff/reviews/{review_id}/claim": (404, "review_not_found"),
    "POST /staff/reviews/{review_id}/decision": (404, "review_not_found"),
    "GET /staff/hold-batches": (200, "batches"),
    "GET /staff/hold-batches/{batch_id}": (404, "hold_batch_not_found"),
    "POST /staff/hold-batches/{batch_id}/decision": (404, "hold_batch_not_found"),
    "POST /staff/devices": (403, "district_outside"),
    "GET /staff/devices": (200, "devices"),
    "POST /staff/devices/{device_id}/revocation": (404, "device_not_found"),
    "GET /staff/imports": (200, "imports"),
    "GET /staff/imports/{import_id}": (404, "import_not_found"),
    "POST /staff/imports/{import_id}/dry-run": (404, "import_not_found"),
    "POST /staff/imports/{import_id}/release": (404, "import_not_found"),
    "POST /staff/imports/{import_id}/stop": (404, "import_not_found"),
    "GET /staff/statistics": (200, ""),
    "GET /staff/statistics/{month}": (403, "district_outside"),
    "GET /staff/lists": (403, "district_outside"),
    "GET /staff/lists/{name}": (403, "district_outside"),
    f"POST {BENEFICIARY}/notices": PERSON,
    f"POST {BENEFICIARY}/notices/{{notice_id}}/failure": PERSON,
}
# What is no clerk's, or of nobody's district: auditors' routes, and an import that is yet to be filled.
FOR_NO_DISTRICT = {
    f"GET {BENEFICIARY}/accesses",
    f"GET {BENEFICIARY}/ledger",
    "GET /staff/feeds/{payer}",
    "POST /staff/imports",
}
# What anybody signed in may do, a clerk of another district too, as anybody; `test_report_death.py` has the rest.
AS_ANYBODY = {
    "POST /sessions",
    "GET /sessions/{session_id}",
    "POST /sessions/{session_id}/look",
    "POST /sessions/{session_id}/verify",
    "GET /me/sessions",
    "GET /me/people",
    "GET /me/standing",
    "POST /reports",
}


def asked(case: str, *groups: str, **changes: Any) -> Any:
    """The answer to a clerk with these groups, who is otherwise who the case says."""
    given = event(case)
    staff = {"iss": STAFF, "aud": "staff-app", "cognito:groups": ",".join(groups)}
    told = given["requestContext"]["authorizer"]
    # Whom our own authorizer names has no claims.
    claims = {**told.get("claims", {"sub": "anybody", "token_use": "id"}), **staff}
    if claims["sub"] == USER:
        claims["sub"] = DESK
    return run(case, requestContext={**given["requestContext"], "authorizer": {"claims": claims}}, **changes)


def said(answer: Any) -> tuple[int, str]:
    body = json.loads(answer["body"] or "{}")
    return answer["statusCode"], body.get("code", "")


def stored(world: World) -> list[Any]:
    """All that a route may change, but how often somebody asked."""
    store = world.store
    batches = store.hold_batches
    kept = (
        store.beneficiaries,
        store.entries,
        store.reviews,
        store.certificates,
        store.contacts,
        store.invitations,
        store.devices,
        store.enrolments,
        store.references_by_id,
        batches.batches,
        batches.by_person,
        world.import_runs.runs,
        world.photos.slots,
    )
    return [repr(one) for one in (*kept, store.accesses)]


@pytest.fixture
def held(world: World) -> World:
    """The same world, whose imports are of 11."""
    runs = world.import_runs.runs
    runs.update({name: replace(one, scope=Scope.of(["11"])) for name, one in runs.items()})
    return world


def before(route: str) -> str:
    case = GOOD[route]
    if case in FIRST:
        run(FIRST[case])
    return case


def test_every_route_of_the_api_is_in_a_row_here() -> None:
    """Of the OpenAPI file: a new route fails until somebody says what another district's clerk is answered."""
    described = {
        f"{method.upper()} {path}" for path, item in api()["paths"].items() for method in item if method != "parameters"
    }
    of_users = {route for route in described if rules()[route].signed_in and not rules()[route].programs}
    assert of_users == OUTSIDE.keys() | FOR_NO_DISTRICT | AS_ANYBODY


@pytest.mark.parametrize("route", OUTSIDE)
def test_a_clerk_of_another_district_reads_and_changes_nothing(held: World, route: str) -> None:
    case, (status, word) = before(route), OUTSIDE[route]
    was = stored(held)
    answer = asked(case, "clerk", f"district:{ELSEWHERE}")
    assert stored(held) == was
    if status == 200:
        assert answer["statusCode"] == 200
        body = json.loads(answer["body"])
        assert not word or body[word] == []
        assert HERE not in answer["body"]
        return
    assert said(answer) == (status, word)


@pytest.mark.parametrize("route", [route for route, (status, _) in OUTSIDE.items() if status == 404])
def test_who_is_elsewhere_is_answered_as_nobody(held: World, route: str) -> None:
    """Word for word: not even that there is somebody."""
    case = before(route)
    elsewhere = asked(case, "clerk", f"district:{ELSEWHERE}")
    named = event(case)["pathParameters"]
    (first, *_), unknown = named, dict(named)
    unknown[first] = NOWHERE_TO_BE_FOUND
    nobody = asked(case, "clerk", f"district:{ELSEWHERE}", pathParameters=unknown, path=_path(case, unknown))
    assert elsewhere["body"] == nobody["body"]
    assert elsewhere["multiValueHeaders"] == nobody["multiValueHeaders"]


def _path(case: str, named: dict[str, str]) -> str:
    path = str(event(case)["resource"])
    for name, value in named.items():
        path = path.replace(f"{{{name}}}", value)
    return path


@pytest.mark.parametrize("prefix", [HERE, PREFECTURE, "11"])
@pytest.mark.parametrize("route", OUTSIDE)
def test_a_clerk_of_this_district_does_as_one_of_everywhere(held: World, route: str, prefix: str) -> None:
    case = GOOD[route]
    if route.startswith(("GET /staff/imports/", "POST /staff/imports/")):
        prefix = "11"  # whose they are: nobody of a part of it moves them
    if case in FIRST:
        first = FIRST[case]
        asked(first, "clerk", f"district:{prefix}")
    clerk = asked(case, "clerk", f"district:{prefix}")
    assert clerk["statusCode"] in (200, 201, 202), clerk["body"]
    if OUTSIDE[route][1] in ("people", "reviews", "batches"):
        assert json.loads(clerk["body"])[OUTSIDE[route][1]]


@pytest.mark.parametrize(
    "groups",
    [
        ("clerk", "district:"),
        ("clerk", "district:1"),
        ("clerk", "district:110"),
        ("clerk", "district:1101010"),
        ("clerk", "district:110101001"),
        ("clerk", "district:*"),
        ("clerk", "District:1101"),
        ("clerk", "district-1101"),
        ("clerk", "district:１１０１"),
        ("clerk", "district:11", "01"),  # what "district:11,01" comes to in a text
    ],
)
@pytest.mark.parametrize("route", ["GET /beneficiaries/{beneficiary_id}", f"PUT {BENEFICIARY}/contact"])
def test_a_malformed_district_admits_nothing_and_does_not_make_a_clerk_without_one(
    world: World, route: str, groups: tuple[str, ...]
) -> None:
    assert said(asked(GOOD[route], *groups)) == PERSON


def test_beside_a_malformed_district_another_counts(world: World) -> None:
    case = GOOD["GET /beneficiaries/{beneficiary_id}"]
    assert asked(case, "clerk", "district:x", f"district:{PREFECTURE}")["statusCode"] == 200


def test_a_clerk_without_a_district_works_where_the_deployment_says(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = GOOD["GET /beneficiaries/{beneficiary_id}"]
    assert asked(case, "clerk")["statusCode"] == 200
    for value in ("Nowhere", "everywhere", ""):
        monkeypatch.setenv("CLERKS_WITHOUT_DISTRICT", value)
        assert said(asked(case, "clerk")) == PERSON
        assert said(asked(GOOD["GET /staff/reviews"], "clerk")) == (403, "district_outside")
        assert asked(case, "clerk", f"district:{HERE}")["statusCode"] == 200
    monkeypatch.delenv("CLERKS_WITHOUT_DISTRICT")
    assert said(asked(case, "clerk")) == PERSON


READ = {route for route in OUTSIDE if route.startswith("GET ")} | {"POST /staff/beneficiaries/find"}


@pytest.mark.parametrize("route", sorted(OUTSIDE.keys() | FOR_NO_DISTRICT | AS_ANYBODY))
@pytest.mark.parametrize("district", ["", f"district:{ELSEWHERE}"])
def test_auditors_read_everything_and_change_nothing(held: World, route: str, district: str) -> None:
    case = before(route)
    was = stored(held)[:-1]
    answer = asked(case, *filter(None, [str(Group.AUDITOR), district]))
    assert stored(held)[:-1] == was
    own = route in AS_ANYBODY and route.startswith("GET ")  # sessions of their own: they have none
    reads = route in READ or (route in FOR_NO_DISTRICT and route.startswith("GET "))
    assert answer["statusCode"] == (200 if reads else 403) or (own and answer["statusCode"] in (200, 404)), answer[
        "body"
    ]


def test_who_reads_a_case_or_a_person_as_an_auditor_is_in_the_access_log(world: World) -> None:
    world.store.accesses.clear()
    asked(GOOD["GET /staff/reviews/{review_id}"], "auditor")
    assert {one.role for one in world.store.accesses} == {"auditor"}


def test_one_who_moved_here_is_told_of_by_a_help_line_and_by_no_id(world: World) -> None:
    run("register_beneficiary/registered")
    world.store.accesses.clear()
    answer = json.loads(run("register_beneficiary/already_registered_elsewhere")["body"])
    assert "beneficiary_id" not in answer
    assert answer["help_line"]
    # The person can read that somebody tried.
    assert [one.action for one in world.store.accesses] == ["registered_again"]


def test_nobody_found_is_noted_as_opened(world: World) -> None:
    world.store.accesses.clear()
    assert json.loads(run("find_beneficiaries/by_number_elsewhere")["body"])["people"] == []
    assert world.store.accesses == []
