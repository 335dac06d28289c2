"""What a purge reports."""

from typing import Any

from lifecert.application.faces.purge_faces import PurgeReport


def purge_report(report: PurgeReport) -> dict[str, Any]:
    """A run as JSON: counts only."""
    return {
        "today": report.today.isoformat(),
        "people": report.people,
        "faces": report.faces,
        "photos": report.photos,
        "left_alone": report.left_alone,
        "people_with_faces": report.stored.people,
        "faces_stored": report.stored.faces,
    }
