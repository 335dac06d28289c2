"""Which numbers people are known by: one scheme for each kind, and those that a deployment has chosen (adr/0055).

A scheme says how its numbers look, checks their check character, and tells what a number says of whoever has it. It
gives one spelling for one number, since it is this spelling that is hashed: a number of the first generation and the
one of 18 characters that took its place are one person's. No two of these schemes read the same text.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from lifecert.domain.person import IdNumber, check_character, resident_number

# Longer is no number of anybody's, spaces and all.
MOST_OF_A_NUMBER = 40
_NOT_IN_NUMBERS = re.compile(r"[\s-]")


class Checksum(StrEnum):
    """How the check character of a number is made, by a name that clients know too (`GET /config`)."""

    MOD_11_2 = "mod_11_2"  # ISO 7064, over the digits before it; X is ten
    ICAO_731 = "icao_731"  # ICAO Doc 9303-3, section 4.9, over all before it, A is ten and Z 35
    MOD_23_LETTER = "mod_23_letter"  # the letter for the remainder by 23; X, Y, Z in front are 0, 1, 2
    NONE = "none"


class NumberScheme(Protocol):
    """One kind of number."""

    @property
    def code(self) -> str:
        """How settings and clients name it."""

    @property
    def form(self) -> str:
        """A regular expression for the whole of a normalised number, in what Python and browsers both understand."""

    @property
    def checksum(self) -> Checksum:
        """How its check character is made."""

    def read(self, value: str) -> IdNumber:
        """A number out of a normalised text of its form. Raises ValueError, without repeating it, when it cannot be
        one."""


def icao_digit(text: str) -> str:
    """The check digit of letters and digits, weighted by 7, 3 and 1 in turn (ICAO Doc 9303-3, section 4.9)."""
    return str(sum(int(one, 36) * (7, 3, 1)[place % 3] for place, one in enumerate(text)) % 10)


@dataclass(frozen=True, slots=True)
class _Resident:
    """The number of citizens, and of the residence permits of Hong Kong, Macao and Taiwan (81 to 83): GB 11643-1999."""

    code: str = "gb11643"
    form: str = r"[1-8][0-9]{16}[0-9X]"
    checksum: Checksum = Checksum.MOD_11_2

    def read(self, value: str) -> IdNumber:
        """As the standard has it."""
        return resident_number(value)


@dataclass(frozen=True, slots=True)
class _FirstGeneration:
    """The citizens' number of 15 digits, before 1999 (GB 11643-1989): a year of two digits, and no check digit. Where
    both are known, it is the one of 18 characters: the century goes before the year, and the check character behind.
    The last orders (996 to 999) were for people over a hundred, whose century is not 19: of these there are none."""

    code: str = "gb11643_1989"
    form: str = r"[1-8][0-9]{14}"
    checksum: Checksum = Checksum.NONE

    def read(self, value: str) -> IdNumber:
        """The number of 18 characters that took its place."""
        if value[12:] >= "996":
            raise ValueError("an ID number of somebody born before 1900")
        seventeen = f"{value[:6]}19{value[6:]}"
        return resident_number(seventeen + check_character(seventeen))


@dataclass(frozen=True, slots=True)
class _PermanentResidence:
    """The number of foreigners' permanent residence cards since December 2023 (National Immigration Administration):
    9, province, nationality in digits (ISO 3166-1), birth date, order, and the check character of GB 11643."""

    code: str = "permanent_residence"
    form: str = r"9[0-9]{16}[0-9X]"
    checksum: Checksum = Checksum.MOD_11_2

    def read(self, value: str) -> IdNumber:
        """Built as a resident's number is."""
        return resident_number(value)


@dataclass(frozen=True, slots=True)
class _PermanentResidence2004:
    """The number of such cards before that, which stay valid: nationality in letters, place of application, birth
    date with a year of two digits, sex, check digit. It does not become one of 18 characters by itself, whose order has
    three digits: whoever has a new card has another number."""

    code: str = "permanent_residence_2004"
    form: str = r"[A-Z]{3}[0-9]{12}"
    checksum: Checksum = Checksum.ICAO_731

    def read(self, value: str) -> IdNumber:
        """What it says of its holder; the century is not told."""
        if icao_digit(value[:-1]) != value[-1]:
            raise ValueError("the ID number's check digit does not fit")
        number = IdNumber(value, None, int(value[13]) % 2 == 1, value[7:13])
        if not number.is_on_a_calendar:
            raise ValueError("the ID number's birth date does not exist")
        return number


@dataclass(frozen=True, slots=True)
class _Spain:
    """Spain's DNI (Real Decreto 1553/2005, art. 11) and NIE (Real Decreto 557/2011, art. 206): digits and a letter for
    the remainder of their division by 23, as the Ministerio del Interior publishes it. It says nothing of a person."""

    code: str = "es_dni_nie"
    form: str = r"[0-9XYZ][0-9]{7}[A-Z]"
    checksum: Checksum = Checksum.MOD_23_LETTER

    def read(self, value: str) -> IdNumber:
        """The number, as it is."""
        digits = str("XYZ".find(value[0])) + value[1:8] if value[0] in "XYZ" else value[:8]
        if "TRWAGMYFPDXBNJZSQVHLCKE"[int(digits) % 23] != value[-1]:
            raise ValueError("the ID number's letter does not fit")
        return IdNumber(value)


# Another country's is one class here and a place in this list.
SCHEMES: tuple[NumberScheme, ...] = (
    _Resident(),
    _FirstGeneration(),
    _PermanentResidence(),
    _PermanentResidence2004(),
    _Spain(),
)


@dataclass(frozen=True, slots=True)
class NumberSchemes:
    """The schemes that a deployment has chosen: a number of any other kind is none."""

    chosen: tuple[NumberScheme, ...]

    @staticmethod
    def named(codes: Iterable[str]) -> "NumberSchemes":
        """The schemes with these codes, in this order. Raises ValueError for none, for one that is not known and for
        one that is named twice."""
        known = {one.code: one for one in SCHEMES}
        named = list(codes)
        if not named or len(set(named)) < len(named) or not set(named) <= set(known):
            raise ValueError(f"of {', '.join(known)}, each once")
        return NumberSchemes(tuple(known[code] for code in named))

    def parse(self, text: str) -> IdNumber:
        """Normalise width, case, spaces and hyphens, and read the number by the scheme whose form it has. Raises
        ValueError, without repeating it, when it cannot be one."""
        value = _normalised(text[:MOST_OF_A_NUMBER]) if len(text) <= MOST_OF_A_NUMBER else ""
        for one in self.chosen:
            if re.fullmatch(one.form, value):
                return one.read(value)
        raise ValueError("an ID number of no kind that is known here")

    def stands_in(self, text: str) -> bool:
        """Whether a number stands anywhere in a text that must hold none."""
        return any(True for _ in self._found(text))

    def _found(self, text: str) -> Iterator[IdNumber]:
        value = unicodedata.normalize("NFKC", text).upper()
        for one in self.chosen:
            # Looked for at every place: one that cannot be a number may overlap one that is.
            for match in re.finditer(f"(?=({one.form}))", value):
                try:
                    yield one.read(match[1])
                except ValueError:
                    continue


def _normalised(text: str) -> str:
    return _NOT_IN_NUMBERS.sub("", unicodedata.normalize("NFKC", text)).upper()


# What a deployment has that names none: every number of 18 characters that is given out in China.
USUAL_SCHEMES = NumberSchemes.named(["gb11643", "permanent_residence"])
