"""A part of a register's file: which of its lines belong to it, joined to people, and what a survey tells of it.

A part is of bytes, so that a file of any size is read in as many pieces as one likes, at once and each again. Lines of
one person stand together; they belong to the part in which the first of them begins, and whoever reads that part reads
a few lines on. So each line is read by one part alone, wherever the parts were cut.
"""

import hashlib
from collections.abc import Iterator

from lifecert.adapters.files.import_lines import header_of, read_line
from lifecert.adapters.files.register_lines import BOM, Layout, person_of_fragment
from lifecert.domain.benefit import MOST_BENEFITS
from lifecert.domain.intake import MOST_OF_A_LINE, Encoding, FileFormat, ImportKind, Part, PartSurvey, ReadLine
from lifecert.domain.intake_faults import RowFault

# How much is read before and after a part: the ninth line of a person shows that there are too many.
AROUND = (MOST_BENEFITS + 2) * (MOST_OF_A_LINE + 2)


def around(part: Part, size: int) -> tuple[int, int]:
    """The first byte to read for a part's lines, and the one after the last."""
    return max(0, part.start - AROUND), min(size, part.start + part.size + AROUND)


def survey(content: bytes, before: bytes, part: Part, size: int, kind: ImportKind = ImportKind.REGISTER) -> PartSurvey:
    """What a part's own bytes tell; `before` is the byte before them, if there is one."""
    begun = (before + content)[:-1] if content else b""
    lines = begun.count(b"\n") + (part.start == 0 and size > 0)
    # What is cut off at either end says nothing of how the file is written.
    whole = content.split(b"\n")[part.start > 0 : -1]
    wide = [] if content.isascii() else [line for line in whole if not line.isascii()]
    return PartSurvey(
        digest=hashlib.sha256(content).hexdigest(),
        lines=lines,
        wide=len(wide),
        not_utf_8=sum(not _is_text(line, Encoding.UTF_8) for line in wide),
        not_gb18030=sum(not _is_text(line, Encoding.GB18030) for line in wide),
        has_zeros=b"\0" in content,
        header=header_of(content[: MOST_OF_A_LINE + 1].split(b"\n")[0].rstrip(b"\r"), kind)
        if part.start == 0
        else None,
    )


def people_of(content: bytes, part: Part, size: int, layout: Layout) -> Iterator[tuple[ReadLine, ...]]:
    """The lines that belong to a part, each person's together. `content` is what `around` says.

    More lines than a person may have benefits come one by one, refused, after the first nine.
    """
    end = part.start + part.size
    together: list[ReadLine] = []
    before, run = None, 0
    for start, line in _lines(content, part, size, layout):
        person = line.person if line else None
        run = run + 1 if person is not None and person == before else 0
        before, alone = person, run > MOST_BENEFITS
        if run == 0 or alone:
            if together:
                yield tuple(together)
                together = []
            if start >= end:
                return
            if line and start >= part.start:
                fault = RowFault.TOO_MANY_BENEFITS
                together = [ReadLine(line.number, fault, person, line.key) if alone else line]
        elif line and together:
            together.append(line)
    if together:
        yield tuple(together)


def _lines(content: bytes, part: Part, size: int, layout: Layout) -> Iterator[tuple[int, ReadLine | None]]:
    """Lines with the byte at which each begins, from the first whole one; None for one that says nothing."""
    offset = max(0, part.start - AROUND)
    place = 0 if offset == 0 else content.find(b"\n") + 1
    if offset and place == 0:
        return
    number = part.first_line
    if offset + place < part.start:
        number -= 1 + content.count(b"\n", place, part.start - offset - 1)
    while place < len(content):
        found = content.find(b"\n", place)
        begins, this = offset + place, number
        line = content[place : found if found >= 0 else len(content)]
        place, number = (found + 1 if found >= 0 else len(content)), number + 1
        if begins == 0:
            line = line.removeprefix(BOM)
        if found < 0 and len(line) <= MOST_OF_A_LINE and offset + len(content) < size:
            return  # it begins beyond what is read for this part
        is_header = begins == 0 and layout.format is FileFormat.CSV
        yield begins, None if is_header or not line.strip() else _read(line, this, layout, ends=found >= 0)


def _read(line: bytes, number: int, layout: Layout, *, ends: bool) -> ReadLine:
    if len(line) > MOST_OF_A_LINE:
        return ReadLine(number, RowFault.TOO_LONG)
    if not ends:
        return ReadLine(number, RowFault.CUT_OFF, person_of_fragment(line, layout))
    return read_line(line, number, layout)


def _is_text(line: bytes, encoding: Encoding) -> bool:
    try:
        line.decode(encoding)
    except ValueError:
        return False
    return True
