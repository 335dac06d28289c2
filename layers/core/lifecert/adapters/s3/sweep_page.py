"""A sweep's report as one page for people, which needs nothing beside it: no script, no style sheet, no picture."""

from collections.abc import Iterator, Sequence
from html import escape

from lifecert.domain.sweep import JobKind, RunState, SweepRun, Tally
from lifecert.domain.sweep_report import SweepReport, failed_parts

KINDS = {
    JobKind.LAPSE: ("逾期未认证", "lapsed"),
    JobKind.REMIND: ("提醒", "reminded"),
    JobKind.NOTICE: ("逾期告知", "told that they have lapsed"),
    JobKind.PROPOSE: ("拟暂停发放", "proposed for a hold"),
    JobKind.HOLD: ("暂停发放", "payments held"),
}
STATES = {
    RunState.FINISHED: ("全部完成", "finished, everybody was processed"),
    RunState.LEFT_UNDONE: ("有未处理的人员", "some people were not processed"),
}
WIDTH, HEIGHT, GAP = 640, 120, 4
STYLE = (
    "body{font:16px/1.5 sans-serif;max-width:52rem;margin:2rem auto;padding:0 1rem}"
    "table{border-collapse:collapse}td,th{border:1px solid #999;padding:.2rem .6rem;text-align:left}"
    "td.n{text-align:right}rect{fill:#36c}rect.now{fill:#c33}text{font:11px sans-serif}"
)


def page(report: SweepReport) -> str:
    """The page, in Chinese and English."""
    return "".join(_parts(report))


def _parts(report: SweepReport) -> Iterator[str]:
    run, title = report.run, f"LifeCert {report.run.run_id}"
    yield f'<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>{escape(title)}</title>'
    yield f"<style>{STYLE}</style><h1>夜间处理报告 Sweep of {run.run_date}</h1>"
    chinese, english = STATES.get(run.state, (str(run.state), str(run.state)))
    yield f"<p><strong>{chinese} {english}</strong>. {run.run_id}, {run.planned_at:%Y-%m-%d %H:%M} UTC, "
    yield f"{report.jobs} jobs, covers the days after {run.first_day}.</p>"
    for kind, tally in report.tallies.items():
        chinese, english = KINDS[kind]
        yield f"<h2>{chinese} {english}: {tally.total:,}</h2>"
        yield _trend([*(_total(one, kind) for one in reversed(report.before)), (run.run_id, tally.total)])
        yield _table(tally)
    yield from _failed(report)
    yield "</html>\n"


def _total(run: SweepRun, kind: JobKind) -> tuple[str, int]:
    return run.run_id, run.totals.get(kind, 0)


def _trend(runs: Sequence[tuple[str, int]]) -> str:
    """Bars, the oldest first; the last one is this run."""
    most = max(1, *(number for _, number in runs))
    step = WIDTH / len(runs)
    bars = []
    for place, (run_id, number) in enumerate(runs):
        high = round(number / most * HEIGHT, 1)
        x, y = round(place * step, 1), round(HEIGHT - high + 14, 1)
        now = ' class="now"' if place == len(runs) - 1 else ""
        bars.append(
            f'<g><title>{escape(run_id)}: {number:,}</title><rect{now} x="{x}" y="{y}" '
            f'width="{round(step - GAP, 1)}" height="{high}"/><text x="{x}" y="{round(y - 2, 1)}">{number:,}</text></g>'
        )
    label = f"本次及此前 {len(runs) - 1} 次 This run and the {len(runs) - 1} before it"
    return (
        f'<svg role="img" aria-label="{label}" viewBox="0 0 {WIDTH} {HEIGHT + 16}" width="{WIDTH}">'
        f"<title>{label}</title>{''.join(bars)}</svg>"
    )


def _table(tally: Tally) -> str:
    rows = []
    for key, number in sorted(tally.changed.items()):
        category, _, district = key.partition("/")
        rows.append(f"<tr><td>{escape(category)}<td>{escape(district)}<td class=n>{number:,}")
    head = "<tr><th>类别 category<th>地区 district<th>人数 people"
    table = f"<table>{head}{''.join(rows)}</table>" if rows else ""
    return f"{table}<p>无需处理 nothing to do: {tally.left_alone:,}</p>"


def _failed(report: SweepReport) -> Iterator[str]:
    parts = failed_parts(report)
    if not parts:
        return
    yield f"<h2>未处理 not processed: {report.run.failed:,}</h2>"
    yield "<p>下次运行将再次处理。 The next run tries them again.</p><ul>"
    yield "".join(f"<li>{escape(key)}: {len(ids):,}" for key, ids in report.failed.items())
    yield "</ul><p>" + "".join(
        f'<a href="failed-{n:04d}.json">failed-{n:04d}.json</a> ' for n in range(1, len(parts) + 1)
    )
    yield f"</p><pre>{escape(chr(10).join(parts[0][:100]))}</pre>"
