"""Lists of visits: each line is read, and refused, by itself."""

import json
from collections.abc import Iterable
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from lifecert.application.office.take_visit_list import (
    MOST_LINES,
    LineResult,
    LineTaken,
    Visit,
    VisitLine,
    VisitOutcome,
)
from lifecert.domain.sighting import Document, PresenceGround, VisitPlace
from lifecert.entry.http.bodies.fields import PastDay, Scan
from lifecert.entry.http.parsing import parse
from lifecert.entry.http.problems import INTERNAL, TABLE, Code, InvalidRequest
from lifecert.entry.models import Incoming, Response

_ID = r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"


class VisitLineBody(Incoming):
    """One line: `document` of whoever was seen, and `died_on` of whoever is said to have died."""

    beneficiary_id: Annotated[str, Field(pattern=_ID)]
    outcome: VisitOutcome
    document: Document | None = None
    ground: PresenceGround | None = None
    died_on: PastDay | None = None

    def to_domain(self, number: int) -> VisitLine:
        """What the use case takes."""
        checked = self.document or Document.KNOWN_PERSONALLY
        return VisitLine(number, self.beneficiary_id, self.outcome, checked, self.ground, self.died_on)

    @model_validator(mode="after")
    def _is_of_its_outcome(self) -> "VisitLineBody":
        seen, died = self.outcome is VisitOutcome.SEEN, self.outcome is VisitOutcome.DIED
        if seen != (self.document is not None) or (self.ground and not seen) or (self.died_on and not died):
            raise PydanticCustomError("outcome", "what is stated does not fit the outcome")
        return self


class LineShown(Response):
    """What became of a line: the id of its certificate, proposal or case; or `reason`, a problem's code."""

    line: int
    beneficiary_id: str | None
    result: LineResult
    id: str | None
    reason: Code | None

    @staticmethod
    def of(taken: LineTaken) -> "LineShown":
        """The answer."""
        reason = TABLE.get(type(taken.refused), INTERNAL).code if taken.refused else None
        return LineShown(
            line=taken.number,
            beneficiary_id=taken.beneficiary_id,
            result=taken.result,
            id=taken.id,
            reason=reason,
        )

    @staticmethod
    def unread(number: int) -> "LineShown":
        """The answer to a line that cannot be read, or names somebody of whom another line is."""
        refused = LineResult.REFUSED
        return LineShown(line=number, beneficiary_id=None, result=refused, id=None, reason=Code.INVALID_REQUEST)


class VisitListBody(Incoming):
    """POST /staff/certifications."""

    visited_on: PastDay
    place: Literal["home", "nursing_home", "village", "hospital", "prison"]
    scan: Scan | None = None
    lines: Annotated[list[dict[str, Any]], Field(min_length=1, max_length=MOST_LINES)]

    def visit(self) -> Visit:
        """When and where it was."""
        place = None if self.place == "home" else VisitPlace(self.place)
        return Visit(self.visited_on, place, self.scan or "")

    def read(self) -> tuple[list[VisitLine], list[LineShown]]:
        """The lines that can be taken, and those that cannot be read. Of two about one person neither can: they may say
        different things."""
        good: dict[int, VisitLineBody] = {}
        for number, line in enumerate(self.lines, start=1):
            try:
                good[number] = parse(VisitLineBody, json.dumps(line))
            except InvalidRequest:
                continue
        named = [one.beneficiary_id for one in good.values()]
        lines = [one.to_domain(number) for number, one in good.items() if named.count(one.beneficiary_id) == 1]
        taken = {one.number for one in lines}
        return lines, [LineShown.unread(number) for number in range(1, len(self.lines) + 1) if number not in taken]


class VisitListTaken(Response):
    """What became of each line, in their order."""

    lines: tuple[LineShown, ...]
    refused: int

    @staticmethod
    def of(taken: Iterable[LineTaken], unread: Iterable[LineShown]) -> "VisitListTaken":
        """The answer."""
        lines = sorted((*map(LineShown.of, taken), *unread), key=lambda one: one.line)
        refused = sum(one.result is LineResult.REFUSED for one in lines)
        return VisitListTaken(lines=tuple(lines), refused=refused)
