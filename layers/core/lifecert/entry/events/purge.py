"""What a purge reports."""

from typing import Any

from lifecert.application.faces.purge_faces import PurgeReport
from lifecert.application.office.end_cases import CasesReport
from lifecert.entry.log import LogCode, count, logger


def purge_report(report: PurgeReport) -> dict[str, Any]:
    """A run as JSON: counts only."""
    return {
        "today": report.today.isoformat(),
        "people": report.people,
        "contacts": report.contacts,
        "faces": report.faces,
        "photos": report.photos,
        "left_alone": report.left_alone,
        "people_with_faces": report.stored.people,
        "faces_stored": report.stored.faces,
    }


def cases_told(report: CasesReport) -> None:
    """Log and count what became of old cases, and what waits."""
    count("CasesEnded", report.ended)
    count("CasesOpen", report.open.number)
    count("CasesUndecidedDays", report.oldest_days)
    told = {"ended": report.ended, "open": report.open.number, "failed": report.failed[:20]}
    if report.unfinished:
        logger.error(LogCode.CASES_UNFINISHED, extra=told)
    else:
        logger.info(LogCode.CASES_ENDED, extra=told)
