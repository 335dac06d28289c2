"""Letters in batches: whom a work list names, printed and posted by a print house (adr/0054)."""

import uuid
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from lifecert.domain.work_list import WorkList

# In one batch: what a clerk can look through, and an office answer the calls about.
MOST_LETTERS = 2000
# Nobody has a second one within so many days, whatever lists they are in.
LETTERS_APART = timedelta(days=28)
# So long what becomes of a letter can be brought back.
LETTER_KEPT = timedelta(days=400)
# Of which lists letters are made.
LISTS = frozenset({WorkList.DUE, WorkList.LAPSED_UNTOLD, WorkList.NO_CONTACT, WorkList.NOTICE_FAILED})


@dataclass(frozen=True, slots=True)
class LetterOrder:
    """To whom a batch goes: a work list of a district. `new_codes`: everybody has a new invitation, and the one before
    it is of no more use; otherwise only who has none in force."""

    wanted: WorkList
    district: str
    new_codes: bool = False


@dataclass(frozen=True, slots=True)
class LetterRow:
    """A line of a batch: whom it is for."""

    beneficiary_id: str


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter that a batch made. By its id the print house says what became of it."""

    letter_id: str
    beneficiary_id: str
    batch_id: str
    made_at: datetime


class LetterOutcome(StrEnum):
    """What became of a letter."""

    POSTED = "posted"
    RETURNED = "returned"


@dataclass(frozen=True, slots=True)
class PostingRow:
    """A line of what a print house brings back."""

    letter_id: str
    outcome: LetterOutcome
    on: date


def letter_id_of(batch_id: str, beneficiary_id: str) -> str:
    """The one id that a person's letter of a batch can have."""
    return str(uuid.uuid5(uuid.NAMESPACE_OID, f"letter\n{batch_id}\n{beneficiary_id}"))
