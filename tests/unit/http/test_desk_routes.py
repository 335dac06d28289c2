"""Every route of the API that staff may call is called by the desk, or it says here why not; and no other is."""

import re

from tests.support.openapi import api
from tests.support.templates import ROOT
from tests.unit.http.test_scope import AS_ANYBODY, FOR_NO_DISTRICT, OUTSIDE

DESK = ROOT / "web" / "desk"
# Called by staff, and not from the desk.
NOT_AT_THE_DESK = {
    # By name and ID number, for whoever has no record before them: staff find the person and report it there.
    "POST /reports",
    # People's own: as a person or a helper, not as one of the staff.
    *(route for route in AS_ANYBODY if route != "POST /reports"),
}
# What the desk calls besides: for anybody.
FOR_ANYBODY = {"GET /config", "GET /certificates/{}", "GET /.well-known/jwks.json"}
# A path as it stands in a script: `staff/reviews/${id}`, "config". What begins a query ends it.
PATH = (
    r"(?<!href: )(?P<quote>[`\"])"
    r"(?P<path>config|reports|(?:staff|beneficiaries|certificates|\.well-known)/[^`\"]*)(?P=quote)"
)


def placed(path: str) -> str:
    """A path with its places empty, and without a query."""
    return re.sub(r"\$\{[^}]*\}|\{[^}]*\}", "{}", re.sub(r"\$\{query\(.*|\?.*", "", path))


def called(text: str) -> set[str]:
    """The routes that a script calls. A form (`acting`) posts, where it says no other method."""
    routes = set()
    # Of words of one word only what is asked for is a path.
    found = [one for one in re.finditer(PATH, text) if "/" in one["path"] or text[: one.start()].endswith(", ")]
    for number, one in enumerate(found):
        before = re.search(r"ask\((?:\"(?P<method>[A-Z]+)\", )?$", text[: one.start()])
        all_of = re.search(r"askAll\($", text[: one.start()])
        until = found[number + 1].start() if number + 1 < len(found) else len(text)
        rest = text[one.end() : until].partition("acting(")[0]
        said = re.search(r'method: "([A-Z]+)"', rest)
        method = "GET" if all_of else before["method"] if before else said[1] if said else "POST"
        routes.add(f"{method} /{placed(one['path'])}")
    return routes


def calls_of_the_desk() -> set[str]:
    scripts = [path for path in DESK.glob("*.js") if not re.search(r"\.(?:en|zh-CN)\.js$", path.name)]
    return set().union(*(called(path.read_text(encoding="utf-8")) for path in scripts))


def routes_of_the_api() -> set[str]:
    return {
        f"{method.upper()} {placed(path)}"
        for path, methods in api()["paths"].items()
        for method in methods
        if method in ("get", "post", "put", "delete")
    }


def for_staff() -> set[str]:
    """By `tests/unit/http/test_scope.py`, which knows of each route whether staff reach anybody by it."""
    return {
        " /".join((route.split()[0], placed(route.split()[1]).lstrip("/")))
        for route in {*OUTSIDE, *FOR_NO_DISTRICT, *AS_ANYBODY} - NOT_AT_THE_DESK
    }


def test_every_route_for_staff_can_be_reached_by_a_person() -> None:
    assert all(one in for_staff() for one in routes_of_the_api() if " /staff/" in one)
    assert for_staff() - calls_of_the_desk() == set()


def test_the_desk_calls_what_there_is_and_is_for_it() -> None:
    assert calls_of_the_desk() - routes_of_the_api() == set()
    assert calls_of_the_desk() - for_staff() == FOR_ANYBODY


def test_what_is_left_out_is_there_and_not_called() -> None:
    known = {placed(one) for one in NOT_AT_THE_DESK}
    assert known <= routes_of_the_api()
    assert not known & calls_of_the_desk()


def test_a_call_is_read_as_it_stands() -> None:
    text = """
      ask("GET", `staff/lists/${encodeURIComponent(name)}${query({district})}`); ask("POST", "staff/imports", body);
      askAll(`staff/beneficiaries/${id}/accesses?limit=50`, "accesses");
      acting("contact", [], say("x"), `staff/beneficiaries/${id}/contact`, (values) => ({}), {id, method: "PUT"}),
      acting("end", [], say("x"), `staff/beneficiaries/${id}/end`, (values) => ({}), {id}),
      acting("no", [], say("x"), `staff/beneficiaries/${id}/invitations/${other}`, () => undefined, {method: "DELETE"}),
    """
    assert called(text) == {
        "GET /staff/lists/{}",
        "POST /staff/imports",
        "GET /staff/beneficiaries/{}/accesses",
        "PUT /staff/beneficiaries/{}/contact",
        "POST /staff/beneficiaries/{}/end",
        "DELETE /staff/beneficiaries/{}/invitations/{}",
    }
