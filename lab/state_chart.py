"""The state chart of a beneficiary, drawn from the status table, and written into the pages that show it.

`python -m lab.state_chart` rewrites what stands between the markers in each page of `PAGES`. What an event leads to is
not written down here: every row of `TABLE` is tried on standings and events of every sort that matters (year running or
over, payment held or not), and each change that it makes is drawn. Who may cause it is the row's own set of roles; that
two clerks, or the office, must agree is read off the event's members. Here are only the words.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import date, timedelta
from enum import StrEnum
from pathlib import Path

from lifecert.domain.actor import Role
from lifecert.domain.errors import TransitionRefused
from lifecert.domain.status import (
    TABLE,
    CertificateRevoked,
    Certified,
    EndCause,
    EndCorrected,
    EntitlementEnded,
    Event,
    HoldApproved,
    PlannedEndReached,
    Standing,
    Status,
    YearEnded,
    status_by_valid_until,
    transition,
)

ROOT = Path(__file__).resolve().parents[1]
BEGIN, END = "<!-- begin: state chart -->", "<!-- end: state chart -->"
# Page, and the language of its chart.
PAGES: Mapping[str, str] = {"docs/design.md": "en", "README.md": "en", "README.zh-CN.md": "zh-CN"}


class Place(StrEnum):
    """A box of the chart: a status, with the held apart from the other lapsed. Their order is that of the chart."""

    ACTIVE = "active"
    LAPSED = "lapsed"
    HELD = "held"
    TERMINATED = "terminated"


def place_of(standing: Standing) -> Place:
    """Where somebody who stands so is in the chart."""
    return Place.HELD if standing.is_held else Place(standing.status.value)


@dataclass(frozen=True, slots=True)
class Arrow:
    """One change of place, and who may cause it. `event` is None for the registration, which is not in the table."""

    start: Place | None
    end: Place
    event: type[Event] | None
    roles: frozenset[Role]


TODAY = date(2026, 8, 1)
OVER, RUNNING = TODAY - timedelta(days=200), TODAY + timedelta(days=100)
STANDINGS = (
    *(Standing(Status.ACTIVE, day) for day in (OVER, RUNNING)),
    Standing(Status.LAPSED, OVER),
    Standing(Status.LAPSED, OVER, held_since=TODAY),
    *(Standing(Status.TERMINATED, day, ended_on=TODAY) for day in (OVER, RUNNING)),
    Standing(Status.TERMINATED, OVER, held_since=TODAY, ended_on=TODAY),
)
EVENTS: tuple[Event, ...] = (
    Certified(TODAY, TODAY),
    YearEnded(TODAY),
    HoldApproved(TODAY, grace_days=90, notice_delivered_on=OVER, approved_by="office"),
    EntitlementEnded(TODAY, TODAY, EndCause.OTHER, "one", "another"),
    EntitlementEnded(OVER, TODAY, EndCause.DECEASED, "one", "another"),
    PlannedEndReached(TODAY, TODAY),
    *(EndCorrected(TODAY, "one", "another", lapsed=lapsed) for lapsed in (True, False)),
    EndCorrected(TODAY, "one", "another", lapsed=False, ended_on=RUNNING),
    *(CertificateRevoked(day, TODAY, "one", "another") for day in (OVER, RUNNING)),
    CertificateRevoked(OVER - timedelta(days=365), TODAY, "one", "another", held_since=OVER),
)


def arrows() -> list[Arrow]:
    """Every arrow there is, in the order of the places and then of the table.

    Raises ValueError when a row of the table led nowhere with all that was tried: the chart would leave it out.
    """
    found = [Arrow(None, Place(status_by_valid_until(day, TODAY).value), None, REGISTRARS) for day in (RUNNING, OVER)]
    for (status, kind), (roles, _) in TABLE.items():
        led = dict.fromkeys(_tried(status, kind, roles))
        if not led:
            raise ValueError(f"nothing tried shows what {kind.__name__} does while {status}")
        found += [Arrow(start, end, kind, roles) for start, end in led]
    places = [None, *Place]
    return sorted(dict.fromkeys(found), key=lambda arrow: places.index(arrow.start))


def _tried(status: Status, kind: type[Event], roles: frozenset[Role]) -> Iterator[tuple[Place, Place]]:
    for standing in STANDINGS:
        for event in EVENTS:
            if standing.status is not status or type(event) is not kind:
                continue
            try:
                moved = transition(standing, event, min(roles))
            except TransitionRefused:
                continue
            yield place_of(standing), place_of(moved.standing)


@dataclass(frozen=True, slots=True)
class Words:
    """The chart's words in one language. `events` are what stands on an arrow, and what it means."""

    places: Mapping[Place, tuple[str, str]]
    events: Mapping[type[Event] | None, tuple[str, str]]
    roles: Mapping[Role, str]
    headings: tuple[str, str, str]
    two_clerks: str
    approved: str
    comma: str


WORDS = {
    "en": Words(
        places={
            Place.ACTIVE: ("Active", "the year is running"),
            Place.LAPSED: ("Lapsed", "the year is over; the payment goes on"),
            Place.HELD: ("Payment held", "lapsed; nothing is paid until certified"),
            Place.TERMINATED: ("Terminated", "the entitlement has ended"),
        },
        events={
            None: (
                "registered",
                "the office registers somebody who draws a benefit; if the first year is over, as lapsed",
            ),
            Certified: ("certified", "life was proven: a new year begins, and what was missed falls due"),
            YearEnded: ("year over", "the last covered day has passed, and nobody certified"),
            HoldApproved: ("held", "the grace days are over, and a notice was delivered"),
            EntitlementEnded: (
                "ended",
                "the person died, is in prison, moved away or lost entitlement otherwise; a death moves a later end",
            ),
            PlannedEndReached: ("planned end", "the day has come that was known beforehand: a dependant comes of age"),
            EndCorrected: (
                "corrected",
                "the end was a mistake: active, lapsed or held as before; terminated if a later end stands",
            ),
            CertificateRevoked: (
                "revoked",
                "a certificate was got by fraud or issued by mistake; active only if an earlier one still covers today",
            ),
        },
        roles={
            Role.USER: "the pensioner or a relative, by phone",
            Role.CLERK: "a clerk",
            Role.DATA_MATCH: "another register",
            Role.SWEEP: "the nightly run",
        },
        headings=("on the arrow", "what happened", "who does it"),
        two_clerks="two clerks: one proposes, another confirms",
        approved="the nightly run, once the office has approved",
        comma="; ",
    ),
    "zh-CN": Words(
        places={
            Place.ACTIVE: ("正常领取", "认证在有效期内"),
            Place.LAPSED: ("逾期未认证", "待遇照常发放"),
            Place.HELD: ("暂停发放", "逾期未认证，认证后恢复并补发"),
            Place.TERMINATED: ("待遇终止", "领取资格已终止"),
        },
        events={
            None: ("登记", "经办机构登记待遇领取人员；首年已过的，登记为逾期未认证"),
            Certified: ("认证", "认证通过，有效期重新计算；未发部分予以补发"),
            YearEnded: ("到期", "有效期最后一天已过，无人认证"),
            HoldApproved: ("暂停", "宽限期已过，且通知已送达"),
            EntitlementEnded: (
                "终止",
                "死亡、服刑、迁出，或因其他原因丧失领取资格；死亡日期早于已登记终止日的，以死亡日期为准",
            ),
            PlannedEndReached: ("到期终止", "事先确定的终止日已到，如供养亲属已成年"),
            EndCorrected: (
                "更正",
                "终止有误；按有效期恢复为正常领取或逾期未认证，原已暂停的仍为暂停；另有终止事由的仍为待遇终止",
            ),
            CertificateRevoked: ("撤销", "认证证明系骗取或误发；仅当更早的证明仍在有效期内时为正常领取"),
        },
        roles={
            Role.USER: "本人或亲属用手机",
            Role.CLERK: "经办人员",
            Role.DATA_MATCH: "数据比对",
            Role.SWEEP: "夜间批处理",
        },
        headings=("箭头", "发生了什么", "由谁办理"),
        two_clerks="两名经办人员：一人提议，另一人确认",
        approved="经办机构批准后，由夜间批处理执行",
        comma="；",
    ),
}
# A clerk registers (application/office/register_beneficiary.py); the table begins after that.
REGISTRARS = frozenset({Role.CLERK})


def who(event: type[Event] | None, roles: frozenset[Role], words: Words) -> str:
    """Who brings an event about."""
    members = {member.name for member in fields(event)} if event else set()
    if {"proposed_by", "confirmed_by"} <= members:
        return words.two_clerks
    if "approved_by" in members:
        return words.approved
    return words.comma.join(words.roles[role] for role in Role if role in roles)


def chart(language: str) -> str:
    """The chart as Mermaid source, in a fence that GitHub draws, and a table of what its arrows mean."""
    words = WORDS[language]
    labels: dict[tuple[Place | None, Place], list[str]] = {}
    causes: dict[type[Event] | None, frozenset[Role]] = {}
    for arrow in arrows():
        labels.setdefault((arrow.start, arrow.end), []).append(words.events[arrow.event][0])
        causes[arrow.event] = causes.get(arrow.event, frozenset()) | arrow.roles
    boxes = [f'    state "{name}<br/>{means}" as {place}' for place, (name, means) in words.places.items()]
    lines = [f"    {start or '[*]'} --> {end}: {'<br/>'.join(texts)}" for (start, end), texts in labels.items()]
    rows = [(*words.events[event], who(event, roles, words)) for event, roles in causes.items()]
    table = [f"| {' | '.join(row)} |" for row in (words.headings, ("---",) * 3, *rows)]
    return "\n".join(["```mermaid", "stateDiagram-v2", *boxes, *lines, "```", "", *table])


def with_chart(page: str, language: str) -> str:
    """A page with the newest chart between its markers. Raises ValueError when it has not just one pair of them."""
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end or BEGIN in rest or END in after:
        raise ValueError("a page needs one pair of markers")
    return f"{before}{BEGIN}\n{chart(language)}\n{END}{after}"


def main() -> None:
    """Rewrite the pages."""
    for name, language in PAGES.items():
        path = ROOT / name
        path.write_text(with_chart(path.read_text(encoding="utf-8"), language), encoding="utf-8")


if __name__ == "__main__":
    main()
