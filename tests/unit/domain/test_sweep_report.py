"""What a run of the sweep did, in parts that can be read."""

from datetime import UTC, date, datetime

from lifecert.domain.sweep import SweepRun
from lifecert.domain.sweep_report import IDS_IN_A_PART, SweepReport, document, failed_parts

RUN = SweepRun("2026-02-28.1", date(2026, 2, 28), date(2026, 2, 28), datetime(2026, 2, 28, 16, 30, tzinfo=UTC))


def test_everybody_left_undone_is_in_one_part_and_the_report_names_the_first() -> None:
    ids = [f"b-{number:05}" for number in range(2 * IDS_IN_A_PART + 1)]
    report = SweepReport(RUN, {}, failed={"lapse#2026-02-28#0": tuple(reversed(ids)), "notice#2026-02-28#0": (ids[0],)})
    assert failed_parts(report) == [ids[:IDS_IN_A_PART], ids[IDS_IN_A_PART : 2 * IDS_IN_A_PART], ids[-1:]]
    told = document(report)
    assert (told["failed_total"], told["failed"]) == (len(ids), ids[:IDS_IN_A_PART])
    assert failed_parts(SweepReport(RUN, {})) == []
