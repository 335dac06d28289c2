"""Requests and answers of families' reports, and of files of data matches."""

from datetime import date
from typing import Annotated, Any

from pydantic import Field

from lifecert.application.office.report_death import NamedPerson
from lifecert.domain.data_match import Import
from lifecert.entry.http.bodies.requests import Person
from lifecert.entry.http.texts import Language, text
from lifecert.entry.models import Incoming, Response


class DeathReportBody(Incoming):
    """POST /beneficiaries/{beneficiary_id}/reports."""

    died_on: Annotated[date, Field(ge=date(1949, 10, 1), le=date(2099, 12, 31))] | None = None


class NamedDeathReportBody(DeathReportBody):
    """POST /reports."""

    beneficiary: Person

    def to_domain(self) -> NamedPerson:
        """Who is meant."""
        return NamedPerson(self.beneficiary.name, self.beneficiary.id_number)


class DeathReported(Response):
    """A report that the office will look at; nothing else has changed."""

    report_id: str
    note: str

    @staticmethod
    def of(report_id: str, language: Language) -> "DeathReported":
        """The answer in a language."""
        return DeathReported(report_id=report_id, note=text(language, "notes", "reported"))


class ImportEvent(Incoming):
    """`name` of a file under `incoming/` of the imports bucket."""

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$")]


def import_report(done: Import) -> dict[str, Any]:
    """How far a file is taken, as JSON: counts only."""
    return {
        "lines": done.lines,
        "taken": dict(sorted(done.taken.items())),
        "rejected": dict(sorted(done.rejected.items())),
        "finished": done.finished,
    }
