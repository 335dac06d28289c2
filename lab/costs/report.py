"""The sheet as Markdown, as plain values and as a picture."""

from dataclasses import asdict
from typing import Any

from lab.costs.inputs import Inputs
from lab.costs.model import VERIFY_MB, Bill, Costs
from lab.costs.year import campaign, invitations, managed_liveness, nights, sign_in, worker_rate, year
from lab.plot import Bar, Chart, bars

MILLION = 1_000_000
# What a year by invitation costs in the place of sign-in.
_BY_LETTER = {
    "in its place: letters handed over or enclosed, good for years": ("print", "calls"),
    "in its place: the same letters posted by themselves": ("print", "postage", "calls"),
}
SIZES = (10 * MILLION, 100 * MILLION, 300 * MILLION)


def sheet(inputs: Inputs) -> dict[str, Any]:
    """Every figure, in US dollars and plain counts, with stable keys."""
    costs = Costs(inputs)
    return {
        "region": inputs.prices.region,
        "prices_noted": inputs.prices.noted.isoformat(),
        "measured": inputs.measured.measured.isoformat(),
        "by_memory": [
            {
                "memory_mb": size,
                "verify_ms": costs.verify_ms(size),
                "verification_usd": costs.verification(size).total,
                "lambda_usd": costs.verification(size).lines["Lambda"],
                "million_certifications_usd": costs.certification(size).times(MILLION).total,
            }
            for size in costs.memory_sizes()
        ],
        "certification": dict(costs.certification().lines),
        "managed_liveness_million_usd": managed_liveness(inputs, MILLION),
        "years": [
            {
                "people": people,
                **year(costs, people).lines,
                "total": year(costs, people).total,
                "sign_in": sign_in(inputs, people),
                "invitations": dict(invitations(costs, people).lines),
                "managed_liveness": managed_liveness(inputs, people),
            }
            for people in SIZES
        ],
        "worker_people_a_second": worker_rate(inputs),
        "nights": [asdict(nights(inputs, people)) for people in SIZES],
        "campaign": asdict(campaign(costs)),
    }


def report(inputs: Inputs) -> str:
    """The tables of docs/cost.md."""
    costs = Costs(inputs)
    tables = [_by_memory(costs), _certification(costs), _years(costs), _nights(inputs), _campaign(costs)]
    return "\n\n".join(tables) + "\n"


def picture(inputs: Inputs) -> str:
    """SVG: a million certifications by memory, beside a managed service, and a year by what it is for."""
    costs = Costs(inputs)
    low, high = managed_liveness(inputs, MILLION)
    years = {people: year(costs, people) for people in SIZES}
    deployed = Bar(f"LifeCert, {VERIFY_MB:,} MB, all of it", [costs.certification().times(MILLION).total])
    return bars(
        [
            Chart(
                "A million certifications, by the memory of verify_face",
                "USD",
                [Bar(f"{size:,} MB", _in_two(costs.certification(size))) for size in costs.memory_sizes()],
                legend=("Lambda", "all else"),
            ),
            Chart(
                "A million, beside a managed service",
                "USD",
                [
                    deployed,
                    Bar("managed liveness alone, from", [low]),
                    Bar("managed liveness alone, to", [high]),
                ],
            ),
            Chart(
                "A year, without sign-in and messages",
                "USD",
                [
                    Bar(f"{people // MILLION} million people", list(bill.lines.values()))
                    for people, bill in years.items()
                ],
                legend=tuple(years[SIZES[0]].lines),
            ),
        ],
        "LifeCert: what it costs to run",
    )


def _in_two(bill: Bill) -> list[float]:
    computing = bill.lines["Lambda"] * MILLION
    return [computing, bill.total * MILLION - computing]


def _by_memory(costs: Costs) -> str:
    low, high = managed_liveness(costs.inputs, MILLION)
    rows = [
        [
            f"{size:,}",
            f"{costs.verify_ms(size):,.0f}",
            _usd(costs.verification(size).lines["Lambda"] * MILLION),
            _usd(costs.verification(size).total * MILLION),
            _usd(costs.certification(size).total * MILLION),
        ]
        for size in costs.memory_sizes()
    ]
    rows.append(["managed liveness", "", "", "", f"{_usd(low)} to {_usd(high)}"])
    heads = [
        "memory of verify_face (MB)",
        "warm (ms)",
        "Lambda, a million verifications",
        "all of it",
        "a million certifications",
    ]
    return _table(heads, rows)


def _certification(costs: Costs) -> str:
    bill = costs.certification().times(MILLION)
    rows = [[name, _usd(usd), f"{usd / bill.total:.0%}"] for name, usd in bill.lines.items()]
    return _table(["a million certifications (USD)", "", "share"], [*rows, ["together", _usd(bill.total), ""]])


def _years(costs: Costs) -> str:
    bills = {people: year(costs, people) for people in SIZES}
    rows = [[name, *(_usd(bill.lines[name]) for bill in bills.values())] for name in bills[SIZES[0]].lines]
    rows.append(["together", *(_usd(bill.total) for bill in bills.values())])
    rows.append(["a person", *(f"{bill.total / people:.5f}" for people, bill in bills.items())])
    rows.append(["beside it: sign-in by the stack's own pool", *(_usd(sign_in(costs.inputs, one)) for one in SIZES)])
    for name, lines in _BY_LETTER.items():
        letters = (invitations(costs, people).lines for people in SIZES)
        rows.append([name, *(_usd(sum(paid[line] for line in lines)) for paid in letters)])
    liveness = (managed_liveness(costs.inputs, people) for people in SIZES)
    rows.append(["compare: managed liveness alone", *(f"{_usd(low)} to {_usd(high)}" for low, high in liveness)])
    return _table(["a year (USD)", *_people()], rows)


def _nights(inputs: Inputs) -> str:
    found = [nights(inputs, people) for people in SIZES]
    rows = [
        ["due on an average day", *(f"{one.due:,}" for one in found)],
        ["due on the day with most", *(f"{one.due_most:,}" for one in found)],
        ["looked at in an average night", *(f"{one.looks:,}" for one in found)],
        ["hours of an average night, as deployed", *(f"{one.hours:.1f}" for one in found)],
        ["hours of the worst night, as deployed", *(f"{one.hours_most:.1f}" for one in found)],
        ["workers to be through it in time (`SweepWorkers`)", *(f"{one.workers:,}" for one in found)],
        ["shards to be through it in time (`DueShards`)", *(f"{one.shards:,}" for one in found)],
        ["write units a second of the busiest table then (`WarmWrites`)", *(_warm(one.warm_writes) for one in found)],
        ["minutes below which DynamoDB lets nobody, with these shards", *(f"{one.floor_minutes:.1f}" for one in found)],
        ["certified a second, if that many come on one day", *(f"{one.certified_a_second:.0f}" for one in found)],
        ["calls of the API a second then", *(f"{one.calls_a_second:.0f}" for one in found)],
        ["shards that these writes need", *(f"{one.hot_shards}" for one in found)],
    ]
    return _table(["nights and peaks", *_people()], rows)


def _warm(writes: int) -> str:
    return f"{writes:,}" if writes else "0: as made"


def _campaign(costs: Costs) -> str:
    one = campaign(costs)
    rows = [
        ["verifications", f"{one.verified:.0f}"],
        ["calls of the API, without pages and pictures", f"{one.calls:.0f}"],
        ["calls of the busiest route in a busy second (`ThrottleRate`)", f"{one.busiest_route:,}"],
        ["executions of verify_face at once in a busy second (`VisionConcurrency`)", f"{one.executions:,}"],
        ["signatures (KMS, ECC)", f"{one.signatures:.0f}"],
        ["derived secrets (KMS, HMAC), at most", f"{one.macs:.0f}"],
        ["uploads (S3)", f"{one.uploads:.0f}"],
        ["sign-ins, at most, with the stack's own pool", f"{one.sign_ins:.0f}"],
        ["write units, of all tables", f"{one.writes:,.0f}"],
        ["events on the bus", f"{one.events:.0f}"],
    ]
    return _table([f"a campaign of {one.certified:.0f} certifications a second", "in a second"], rows)


def _people() -> list[str]:
    return [f"{people // MILLION} million people" for people in SIZES]


def _usd(amount: float) -> str:
    return f"{amount:,.0f}" if amount >= 100 else f"{amount:,.2f}"


def _table(heads: list[str], rows: list[list[str]]) -> str:
    lines = [heads, ["---", *["---:"] * (len(heads) - 1)], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
