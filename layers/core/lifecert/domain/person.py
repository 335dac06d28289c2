"""Names and ID numbers: how they are compared and checked, and names masked. The plain values are never stored, and of
numbers no digit."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date

# Version of the secret under which the first people of a deployment are hashed.
FIRST_SECRET = "1"  # noqa: S105 (a name, and no secret)
MOST_OF_A_NAME = 100
# A version of this name, or one that begins with it and a dash, is no secret that a function holds: KMS itself hashes.
_BY_KMS = "kms"
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK_CHARACTERS = "10X98765432"
_NOT_IN_NAMES = re.compile(r"[\s\u00b7\u2022\u2027\u30fb\uff0e.]+")


def by_kms(version: str) -> bool:
    """Whether what stands under this version of the secret was hashed by KMS itself."""
    return version.split("-", maxsplit=1)[0] == _BY_KMS


@dataclass(frozen=True, slots=True)
class IdNumber:
    """Somebody's number in its one spelling, which is what is hashed, and what it says of them: `birth_date` and
    `is_male` are None where it says neither, and `born_as` is the birth date (YYMMDD) of one that leaves out the
    century. Which numbers there are is the deployment's (`domain/number_schemes.py`)."""

    value: str
    birth_date: date | None = None
    is_male: bool | None = None
    born_as: str = ""

    @staticmethod
    def parse(text: str) -> "IdNumber":
        """A resident ID number (GB 11643-1999), whatever is chosen: for tests and tools alone. Raises ValueError."""
        return resident_number(re.sub(r"\s", "", unicodedata.normalize("NFKC", text)).upper())

    @property
    def is_on_a_calendar(self) -> bool:
        """Whether the birth date that it gives without a century is a day in one of two."""
        return any(_is_day(century + self.born_as) for century in ("19", "20"))

    def fits_birth(self, day: date) -> bool:
        """Whether somebody with this number can be born on `day`."""
        if self.birth_date:
            return self.birth_date == day
        return not self.born_as or self.born_as == f"{day:%y%m%d}"


def resident_number(value: str) -> IdNumber:
    """A number of 18 characters (GB 11643-1999), out of its one spelling: district, birth date, order, check character.

    Raises ValueError, without repeating the number, when it cannot be one.
    """
    if not re.fullmatch(r"[0-9]{17}[0-9X]", value):
        raise ValueError("an ID number has 17 digits and a check character")
    if check_character(value[:17]) != value[-1]:
        raise ValueError("the ID number's check character does not fit")
    if not _is_day(value[6:14]):
        raise ValueError("the ID number's birth date does not exist")
    born = date(int(value[6:10]), int(value[10:12]), int(value[12:14]))
    # The digit before the last is odd for men.
    return IdNumber(value, born, int(value[16]) % 2 == 1)


def check_character(digits: str) -> str:
    """The check character of 17 digits (ISO 7064, MOD 11-2)."""
    return _CHECK_CHARACTERS[sum(int(digit) * weight for digit, weight in zip(digits, _WEIGHTS, strict=True)) % 11]


def age_on(born: date, day: date) -> int:
    """Completed years of age on `day`."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def _is_day(text: str) -> bool:
    """Whether YYYYMMDD is a day."""
    try:
        date(int(text[:4]), int(text[4:6]), int(text[6:8]))
    except ValueError:
        return False
    return True


def checked_name(text: str) -> str:
    """A name without the spaces around it. Raises ValueError, without repeating it, for what is no name."""
    name = text.strip()
    if not 1 <= len(name) <= MOST_OF_A_NAME or not name.isprintable() or not normalise_name(name):
        raise ValueError("not a name")
    return name


def normalise_name(name: str) -> str:
    """One spelling for comparing: width, case, spaces and the middle dots of transliterated names removed."""
    return _NOT_IN_NAMES.sub("", unicodedata.normalize("NFKC", name)).casefold()


def mask_name(name: str) -> str:
    """First character of every word, the rest hidden; a three-character or longer Chinese name keeps its last."""
    words = unicodedata.normalize("NFKC", name).split()
    return " ".join(_mask_word(word) for word in words)


def _mask_word(word: str) -> str:
    if word.isascii() or len(word) < 3:
        return word[0] + "*" * max(1, len(word) - 1)
    return word[0] + "*" * (len(word) - 2) + word[-1]
