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
    """A resident ID number of 18 characters (GB 11643-1999): district, birth date, order, check character."""

    value: str

    @staticmethod
    def parse(text: str) -> "IdNumber":
        """Normalise width, case and spaces and check form, birth date and check character.

        Raises ValueError, without repeating the number, when it cannot be a resident ID number.
        """
        value = re.sub(r"\s", "", unicodedata.normalize("NFKC", text)).upper()
        if not re.fullmatch(r"[0-9]{17}[0-9X]", value):
            raise ValueError("an ID number has 17 digits and a check character")
        check = sum(int(digit) * weight for digit, weight in zip(value, _WEIGHTS, strict=False)) % 11
        if _CHECK_CHARACTERS[check] != value[-1]:
            raise ValueError("the ID number's check character does not fit")
        number = IdNumber(value)
        number.birth_date  # noqa: B018 - raises when the date does not exist
        return number

    @property
    def birth_date(self) -> date:
        """The birth date inside the number."""
        try:
            return date(int(self.value[6:10]), int(self.value[10:12]), int(self.value[12:14]))
        except ValueError:
            raise ValueError("the ID number's birth date does not exist") from None

    @property
    def is_male(self) -> bool:
        """The sex inside the number: the digit before the last is odd for men."""
        return int(self.value[16]) % 2 == 1

    def age_on(self, day: date) -> int:
        """Completed years of age on `day`."""
        born = self.birth_date
        return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


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
