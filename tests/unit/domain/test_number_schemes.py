"""Kinds of ID numbers. The numbers are made up; only their check characters are right, or are published examples."""

import re
import string
from datetime import date

import pytest

from lifecert.domain.number_schemes import SCHEMES, USUAL_SCHEMES, NumberSchemes, icao_digit
from lifecert.domain.person import IdNumber
from tests.support.templates import ROOT, parent

ALL = NumberSchemes(SCHEMES)
# Of each kind one that is right, and what it says of the person.
RIGHT = {
    "gb11643": ("11010519491231002X", date(1949, 12, 31), False),
    "gb11643_1989": ("110105491231002", date(1949, 12, 31), False),
    "permanent_residence": ("911124198108030024", date(1981, 8, 3), False),
    "permanent_residence_2004": ("DEU110054010717", None, True),
    "es_dni_nie": ("12345678Z", None, None),
}


def last(seventeen: str) -> str:
    """A number of 18 characters with the character that fits, found by trying."""
    [fits] = [one for one in "0123456789X" if _reads(ALL, seventeen + one)]
    return seventeen + fits


def _reads(schemes: NumberSchemes, text: str) -> bool:
    try:
        schemes.parse(text)
    except ValueError:
        return False
    return True


@pytest.mark.parametrize("code", [one.code for one in SCHEMES])
def test_each_kind_is_read_where_it_is_chosen_and_nowhere_else(code: str) -> None:
    text, born, male = RIGHT[code]
    number = NumberSchemes.named([code]).parse(text)
    assert (number.birth_date, number.is_male) == (born, male)
    others = NumberSchemes.named([one.code for one in SCHEMES if one.code != code])
    assert not _reads(others, text)


@pytest.mark.parametrize("code", ["gb11643", "permanent_residence", "permanent_residence_2004", "es_dni_nie"])
def test_exactly_one_last_character_fits(code: str) -> None:
    text = RIGHT[code][0]
    fits = [one for one in string.digits + string.ascii_uppercase if _reads(ALL, text[:-1] + one)]
    assert fits == [text[-1]]


@pytest.mark.parametrize("code", [one.code for one in SCHEMES])
def test_width_case_spaces_and_hyphens_do_not_matter(code: str) -> None:
    text = RIGHT[code][0]
    wide = "".join(chr(ord(one) + 0xFEE0) for one in text)
    spaced = f" {text[:4].lower()} {text[4:8]}-{text[8:].lower()} "
    assert ALL.parse(text) == ALL.parse(wide) == ALL.parse(spaced)


def test_both_generations_of_a_citizens_number_are_one_persons() -> None:
    assert ALL.parse("110105491231002") == ALL.parse("11010519491231002X") == IdNumber.parse("11010519491231002X")


@pytest.mark.parametrize("text", ["110105491331002", "110105490230002", "110105491231996", "110105491231999"])
def test_a_number_of_the_first_generation_is_of_the_last_century(text: str) -> None:
    with pytest.raises(ValueError, match="ID number"):
        ALL.parse(text)


def test_foreigners_numbers_begin_with_nine_and_citizens_never_do() -> None:
    citizens, foreigners = NumberSchemes.named(["gb11643"]), NumberSchemes.named(["permanent_residence"])
    assert _reads(citizens, last("83000019800101001"))  # a resident of Taiwan
    assert not _reads(citizens, RIGHT["permanent_residence"][0])
    assert not _reads(foreigners, RIGHT["gb11643"][0])


def test_a_card_of_2004_leaves_out_the_century() -> None:
    number = ALL.parse("DEU110054010717")
    assert (number.birth_date, number.born_as) == (None, "540107")
    assert number.fits_birth(date(1954, 1, 7))
    assert not number.fits_birth(date(1954, 1, 8))
    with pytest.raises(ValueError, match="birth date"):
        ALL.parse("DEU110054023014")


def test_the_check_digit_is_that_of_passports() -> None:
    """The examples of ICAO Doc 9303-3, section 4.9."""
    assert (icao_digit("520727"), icao_digit("AB2134")) == ("3", "5")


@pytest.mark.parametrize("text", ["12345678Z", "00000000T", "X0000000T", "Y1234567X", "Z1234567R"])
def test_letters_of_spain(text: str) -> None:
    """The Ministerio del Interior's example is 12345678, remainder 14, Z."""
    number = ALL.parse(text)
    assert (number.value, number.birth_date, number.is_male) == (text, None, None)
    assert number.fits_birth(date(1950, 1, 1))


@pytest.mark.parametrize("text", ["", "1", "x" * 41, "1234567Z", "12345678", "DE1110054010715", "T1234567R", "9" * 40])
def test_what_is_no_number_is_refused_without_repeating_it(text: str) -> None:
    with pytest.raises(ValueError, match="ID number") as refused:
        ALL.parse(text)
    assert len(text) < 2 or text not in str(refused.value)


@pytest.mark.parametrize("codes", [[], ["gb11643", "gb11643"], ["gb11644"], [""], ["gb11643", "passport"]])
def test_a_choice_names_known_kinds_each_once(codes: list[str]) -> None:
    with pytest.raises(ValueError, match="each once"):
        NumberSchemes.named(codes)


@pytest.mark.parametrize("code", [one.code for one in SCHEMES])
def test_a_number_is_found_in_a_text_that_must_hold_none(code: str) -> None:
    text = RIGHT[code][0]
    for written in (text, f"a-{text}", f"7{text}", f"{text}.b", text.lower()):
        assert ALL.stands_in(written), written
    assert not ALL.stands_in("PS-2026/000123")
    assert not USUAL_SCHEMES.stands_in(RIGHT["es_dni_nie"][0])


def test_the_parameter_takes_what_there_is() -> None:
    parameter = parent()["Parameters"]["NumberSchemes"]
    pattern = re.compile(parameter["AllowedPattern"])
    assert NumberSchemes.named(parameter["Default"].split(",")) == USUAL_SCHEMES
    assert pattern.fullmatch(",".join(one.code for one in SCHEMES))
    for wrong in ("", "gb11643,", "gb1164", "gb11643 permanent_residence"):
        assert not pattern.fullmatch(wrong)


def test_no_other_code_reads_a_number_by_itself() -> None:
    """Whoever parses one asks the deployment's choice: `IdNumber.parse` is for tests and tools."""
    for folder in ("layers/core", "functions"):
        for file in (ROOT / folder).rglob("*.py"):
            assert "IdNumber.parse(" not in file.read_text(encoding="utf-8"), file
