"""Lines about letters: whom a batch is for, and what a print house brings back."""

import re

from lifecert.adapters.files.register_lines import Layout, Wrong, day_of, must, text_of, values_of
from lifecert.domain.intake import ReadLine
from lifecert.domain.intake_faults import RowFault
from lifecert.domain.letter import LetterOutcome, LetterRow, PostingRow

OF_A_BATCH = ("beneficiary_id",)
OF_A_POSTING = ("letter_id", "outcome", "on")

_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def read_letter(line: bytes, number: int, layout: Layout) -> ReadLine:
    """One line of a batch."""
    values = values_of(line, layout, OF_A_BATCH)
    if isinstance(values, RowFault):
        return ReadLine(number, values)
    whose = text_of(values, "beneficiary_id")
    return ReadLine(number, LetterRow(whose) if _ID.fullmatch(whose) else RowFault.PERSON, key=str(number))


def read_posting(line: bytes, number: int, layout: Layout) -> ReadLine:
    """One line of what a print house brings back. Its key is the letter's id."""
    values = values_of(line, layout, OF_A_POSTING)
    if isinstance(values, RowFault):
        return ReadLine(number, values)
    letter_id, outcome = text_of(values, "letter_id").lower(), text_of(values, "outcome").lower()
    if not _ID.fullmatch(letter_id):
        return ReadLine(number, RowFault.LETTER_ID)
    try:
        must(outcome in list(LetterOutcome), RowFault.OUTCOME)
        on = day_of(values, "on", RowFault.POSTED_ON)
        if on is None:
            raise Wrong(RowFault.POSTED_ON)
    except Wrong as wrong:
        return ReadLine(number, wrong.fault, key=letter_id)
    return ReadLine(number, PostingRow(letter_id, LetterOutcome(outcome), on), key=letter_id)
