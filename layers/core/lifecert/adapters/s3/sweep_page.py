"""A sweep's report as one page for people, which needs nothing beside it: no script, no style sheet, no picture.

Both languages are on it, and the reader chooses: the sweep does not know who will read.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from functools import cache
from html import escape
from pathlib import Path
from typing import Any, cast
from zoneinfo import ZoneInfo

from lifecert.domain.districts import DistrictNames
from lifecert.domain.sweep import Job, JobKind, SweepRun, Tally
from lifecert.domain.sweep_report import SweepReport, failed_parts

LANGUAGES = {"zh": "zh-CN", "en": "en"}
SHOWN_IDS = 100


def page(report: SweepReport, districts: DistrictNames, zone: ZoneInfo) -> str:
    """The page; times are those of `zone`."""
    titles = " ".join(texts(language)["title"] for language in LANGUAGES.values())
    chosen = (
        f'<input class="language" type="radio" name="language" id="{key}"{" checked" if number == 0 else ""}>'
        f'<label for="{key}" lang="{language}">{texts(language)["language"]}</label>'
        for number, (key, language) in enumerate(LANGUAGES.items())
    )
    return (
        '<!doctype html><html lang="zh-CN"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(f'{titles} {report.run.run_id}')}</title><style>{_part('css')}</style></head>"
        f'<body><div class="page">{"".join(chosen)}'
        + "".join(
            f'<article lang="{language}">{_Words(texts(language), districts).article(report, zone)}</article>'
            for language in LANGUAGES.values()
        )
        + "</div></body></html>\n"
    )


@cache
def texts(language: str) -> Mapping[str, Any]:
    """The page's words in a language."""
    return cast("Mapping[str, Any]", json.loads(_part(f"{language}.json")))


@cache
def _part(kind: str) -> str:
    return Path(__file__).with_name(f"sweep_page.{kind}").read_text(encoding="utf-8")


class _Words:
    """The report in the words of one language."""

    def __init__(self, words: Mapping[str, Any], districts: DistrictNames) -> None:
        self._words = words
        self._districts = districts

    def article(self, report: SweepReport, zone: ZoneInfo) -> str:
        return "".join(self._parts(report, zone))

    def _parts(self, report: SweepReport, zone: ZoneInfo) -> Iterator[str]:
        run, words = report.run, self._words
        yield f"<h1>{escape(words['title'])} <span>{self._date(run.run_date)}</span></h1>{self._state(run)}"
        if not report.failed and not any(tally.total for tally in report.tallies.values()):
            yield f"<p><strong>{escape(words['empty'])}</strong></p>"
        yield self._summary(report.tallies)
        yield from self._failed(report)
        for kind, tally in report.tallies.items():
            nights = [*((one, one.totals.get(kind, 0)) for one in reversed(report.before)), (run, tally.total)]
            # What nobody was due for, now or before, is told by the summary.
            if any(number for _, number in nights):
                told = words["kinds"][kind]
                yield f"<h2>{escape(told['name'])}</h2>"
                yield f"<p>{escape(told['meaning'] if tally.total else told['none'])}</p>"
                yield self._trend(nights) + self._groups(tally)
        yield f'<p class="small">{self._run(run, zone)}</p>'

    def _state(self, run: SweepRun) -> str:
        meaning = self._words["meanings"][run.state].format(people=self._people(run.failed))
        return (
            f'<div class="state" data-state="{run.state}"><strong>{escape(self._words["states"][run.state])}</strong>'
            f"<p>{escape(meaning)}</p></div>"
        )

    def _run(self, run: SweepRun, zone: ZoneInfo) -> str:
        began = run.planned_at.astimezone(zone)
        told = self._words["planned"].format(
            date=self._date(began.date()), time=f"{began:%H:%M}", zone=zone.key, run=run.run_id
        )
        first, last = (run.first_day + timedelta(days=1), run.run_date - timedelta(days=1))
        if first <= last:
            days = {"first": self._date(first), "last": self._date(last)}
            between = self._words["range"].format(**days) if first < last else days["first"]
            told += f" {self._words['makes_good'].format(days=between)}"
        return escape(told)

    def _summary(self, tallies: Mapping[JobKind, Tally]) -> str:
        rows = (
            f"<tr><th scope=row>{escape(self._words['kinds'][kind]['name'])}"
            f"<td class=n>{tally.total:,}<td class=n>{tally.left_alone:,}"
            for kind, tally in tallies.items()
        )
        return self._table("summary", ("kind", "changed", "left_alone"), rows, numbers=2)

    def _trend(self, nights: Sequence[tuple[SweepRun, int]]) -> str:
        """A bar for each night, the oldest first; the last one is this run."""
        most = max(number for _, number in nights)
        rows = [
            f"<tr{' class=now' if run is nights[-1][0] else ''}><th scope=row>{escape(self._night(run))}"
            f'<td><svg aria-hidden="true"><rect width="{number / most:.1%}" height="100%"/></svg>'
            f"<td class=n>{number:,}"
            for run, number in nights
        ]
        return f"<table class=trend><caption>{escape(self._words['trend'])}</caption>{''.join(rows)}</table>"

    def _groups(self, tally: Tally) -> str:
        if not tally.changed:
            return ""
        by_category: dict[str, dict[str, int]] = {}
        for key, number in sorted(tally.changed.items()):
            category, _, district = key.partition("/")
            by_category.setdefault(category, {})[district] = number
        rows = []
        for category, districts in by_category.items():
            named = escape(self._words["category"].get(category, category))
            rows.append(f"<tr class=all><th scope=rowgroup>{named}<td class=n>{sum(districts.values()):,}")
            for district, number in districts.items():
                rows.append(f"<tr><td>{escape(self._districts.of(district))}<td class=n>{number:,}")
        return self._table("by_group", ("group", "people"), rows, numbers=1)

    def _failed(self, report: SweepReport) -> Iterator[str]:
        parts, words = failed_parts(report), self._words["failed"]
        if not parts:
            return
        jobs = (f"<li>{escape(self._job(key, len(ids)))}" for key, ids in report.failed.items())
        files = " ".join(f"failed-{number:04d}.json" for number in range(1, len(parts) + 1))
        yield f"<h2>{escape(words['title'].format(people=self._people(report.run.failed)))}</h2>"
        yield f"<p>{escape(words['what'])}</p><ul>{''.join(jobs)}</ul>"
        yield f"<p>{escape(words['lists'].format(files=files))}</p>"
        yield f"<p>{escape(words['first'].format(most=SHOWN_IDS))}</p>"
        yield f"<ul class=ids>{''.join(f'<li>{escape(one)}' for one in parts[0][:SHOWN_IDS])}</ul>"

    def _job(self, key: str, people: int) -> str:
        job = Job.of(key)
        return str(
            self._words["failed"]["job"].format(
                kind=self._words["kinds"][job.kind]["name"],
                day=self._date(job.day),
                shard=job.shard + 1,
                people=self._people(people),
            )
        )

    def _table(self, caption: str, columns: Sequence[str], rows: Iterator[str] | Sequence[str], *, numbers: int) -> str:
        kinds = [""] * (len(columns) - numbers) + [" class=n"] * numbers
        heads = "".join(
            f"<th scope=col{kind}>{escape(self._words['columns'][name])}"
            for name, kind in zip(columns, kinds, strict=True)
        )
        told = escape(self._words[caption])
        return f"<table><caption>{told}</caption><thead><tr>{heads}</thead><tbody>{''.join(rows)}</tbody></table>"

    def _people(self, number: int) -> str:
        return str(self._words["one"] if number == 1 else self._words["number"].format(number=f"{number:,}"))

    def _date(self, day: date) -> str:
        return str(self._words["date"].format(year=day.year, month=self._words["months"][day.month - 1], day=day.day))

    def _night(self, run: SweepRun) -> str:
        month = self._words["short_months"][run.run_date.month - 1]
        day = self._words["day"].format(month=month, day=run.run_date.day)
        number = run.run_id.rpartition(".")[2]
        return str(day if number == "1" else self._words["again"].format(day=day, number=number))
