"""Mandates: who may act for a person, for what and until when."""

from datetime import date
from typing import Annotated

from pydantic import Field, StringConstraints

from lifecert.application.faces.mandates import MandateWish
from lifecert.domain.mandate import Mandate, MandateGround, MandateKind, MandateRight
from lifecert.entry.http.bodies.fields import PastDay, Scan
from lifecert.entry.http.bodies.invitations import Code
from lifecert.entry.models import Incoming, Response

# An account, as its own list of people names it.
Account = Annotated[str, StringConstraints(pattern=r"^[^\s,]{1,200}$")]


class GiveMandateBody(Incoming):
    """POST /beneficiaries/{beneficiary_id}/mandates: `kind`, `ground` and `scan` are a clerk's to say."""

    holder: Account
    rights: Annotated[list[MandateRight], Field(min_length=1, max_length=len(MandateRight))]
    start: PastDay | None = None
    end: PastDay
    kind: MandateKind = MandateKind.HELPER
    ground: MandateGround | None = None
    scan: Scan | None = None

    def wish(self) -> MandateWish:
        """What the use case takes."""
        rights = frozenset(self.rights)
        return MandateWish(self.holder, rights, self.end, self.start, self.kind, self.ground, self.scan or "")


class GiveMandateByLetterBody(Incoming):
    """POST /invitations/mandates: a letter gives a helper's mandate alone."""

    code: Code
    holder: Account
    rights: Annotated[list[MandateRight], Field(min_length=1, max_length=len(MandateRight))]
    start: PastDay | None = None
    end: PastDay

    def wish(self) -> MandateWish:
        """What the use case takes."""
        return MandateWish(self.holder, frozenset(self.rights), self.end, self.start)


class MandateShown(Response):
    """One mandate. `holder` is told to staff, to whoever gave it, and to the holder alone."""

    mandate_id: str
    kind: MandateKind
    rights: tuple[MandateRight, ...]
    start: date
    end: date
    by_office: bool
    holder: str | None

    @staticmethod
    def of(mandate: Mandate, *, with_holder: bool) -> "MandateShown":
        """The answer."""
        return MandateShown(
            mandate_id=mandate.mandate_id,
            kind=mandate.kind,
            rights=mandate.rights,
            start=mandate.start,
            end=mandate.end,
            by_office=mandate.by_office,
            holder=mandate.holder if with_holder else None,
        )
