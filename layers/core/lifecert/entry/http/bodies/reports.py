"""Reports of deaths by families."""

from datetime import date
from typing import Annotated

from pydantic import Field

from lifecert.application.office.report_death import NamedPerson
from lifecert.entry.http.bodies.fields import Person
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
