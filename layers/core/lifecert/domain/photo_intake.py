"""A list of photos that an office has of people who are registered: what each line says (adr/0053)."""

import uuid
from dataclasses import dataclass
from datetime import date

from lifecert.domain.person import IdNumber


@dataclass(frozen=True, slots=True)
class ByPayerReference:
    """Whoever draws a benefit of this payer under this reference."""

    payer: str
    reference: str


@dataclass(frozen=True, slots=True)
class ByLineKey:
    """Whom the import of a register brought under this key of a line."""

    source: str
    line_key: str


@dataclass(frozen=True, slots=True)
class PaperConsent:
    """A consent from before LifeCert, or beside it: to which version of the text, on which day, and where that can be
    looked up, by a code; whether a guardian gave it."""

    version: str
    on: date
    source: str
    guardian: bool = False


@dataclass(frozen=True, slots=True)
class PhotoRow:
    """What a line says: whose photo it is, by their number, a payer's reference or the line that brought them, and, if
    the line has it, by their name too; where the file lies, below `photos/`; when it was taken; and by which consent it
    is kept."""

    person: IdNumber | ByPayerReference | ByLineKey
    photo: str
    captured_on: date
    consent: PaperConsent
    name: str | None = None


def reference_id_of(source: str, key: str, beneficiary_id: str) -> str:
    """The one id that the photo of a line can have: a second import of it finds the first."""
    return str(uuid.uuid5(uuid.NAMESPACE_OID, f"photo\n{source}\n{key}\n{beneficiary_id}"))
