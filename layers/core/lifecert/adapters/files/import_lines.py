"""How the lines of each kind of file are read."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from lifecert.adapters.files import letter_lines, photo_lines, register_lines
from lifecert.adapters.files.register_lines import Layout
from lifecert.domain.intake import Header, ImportKind, ReadLine


@dataclass(frozen=True, slots=True)
class LineRules:
    """The columns that such a file may have and those it must, and what a line says."""

    known: tuple[str, ...]
    needed: tuple[str, ...]
    read: Callable[[bytes, int, Layout], ReadLine]


RULES: Mapping[ImportKind, LineRules] = {
    ImportKind.REGISTER: LineRules(register_lines.KNOWN, register_lines.ALL_NEEDED, register_lines.read_line),
    ImportKind.REFERENCES: LineRules(photo_lines.KNOWN, photo_lines.NEEDED, photo_lines.read_line),
    ImportKind.LETTERS: LineRules(letter_lines.OF_A_BATCH, letter_lines.OF_A_BATCH, letter_lines.read_letter),
    ImportKind.POSTINGS: LineRules(letter_lines.OF_A_POSTING, letter_lines.OF_A_POSTING, letter_lines.read_posting),
}


def header_of(first: bytes, kind: ImportKind = ImportKind.REGISTER) -> Header:
    """What the first line of a file of this kind says."""
    return register_lines.header_of(first, RULES[kind].known, RULES[kind].needed)


def read_line(line: bytes, number: int, layout: Layout) -> ReadLine:
    """One line without its end, by the rules of its file's kind."""
    return RULES[layout.kind].read(line, number, layout)
