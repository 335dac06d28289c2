"""Names and ID numbers. The numbers are made up; only their check characters are right."""

from datetime import date

import pytest

from lifecert.domain.person import IdNumber, age_on, mask_name, normalise_name


def _parses(text: str) -> bool:
    try:
        IdNumber.parse(text)
    except ValueError:
        return False
    return True


def test_exactly_one_check_character_fits() -> None:
    assert [check for check in "0123456789X" if _parses("11010519491231002" + check)] == ["X"]


@pytest.mark.parametrize(
    "text", ["11010519491231002x", " 110105 19491231 002X ", "１１０１０５１９４９１２３１００２Ｘ"]
)
def test_width_case_and_spaces_do_not_matter(text: str) -> None:
    assert IdNumber.parse(text).value == "11010519491231002X"


@pytest.mark.parametrize(
    "text", ["", "1101051949123100", "110105194912310021", "1101051949123100AX", "110105194913310020"]
)
def test_a_wrong_number_is_refused_without_repeating_it(text: str) -> None:
    with pytest.raises(ValueError, match="ID number") as refused:
        IdNumber.parse(text)
    assert not text or text not in str(refused.value)


def test_a_day_that_no_calendar_has_is_refused_though_the_check_character_fits() -> None:
    assert _parses("110105194902290029") is False
    with pytest.raises(ValueError, match=r"^the ID number's birth date does not exist$"):
        IdNumber.parse("110105194902300020")


def test_age_counts_completed_years() -> None:
    number = IdNumber.parse("11010519491231002X")
    assert number.birth_date == date(1949, 12, 31)
    assert age_on(number.birth_date, date(2026, 12, 30)) == 76
    assert age_on(number.birth_date, date(2026, 12, 31)) == 77


@pytest.mark.parametrize(
    ("name", "masked"),
    [("王明", "王*"), ("王小明", "王*明"), ("欧阳小明", "欧**明"), ("Eileen Collins", "E***** C******"), ("Li", "L*")],
)
def test_names_are_masked(name: str, masked: str) -> None:
    assert mask_name(name) == masked


@pytest.mark.parametrize("spelling", ["买买提·艾力", "买买提•艾力", "买买提 艾力", "买买提・艾力", "买买提．艾力"])
def test_one_name_has_one_spelling(spelling: str) -> None:
    assert normalise_name(spelling) == "买买提艾力"


def test_latin_names_are_compared_without_case() -> None:
    assert normalise_name("Eileen  COLLINS") == normalise_name("eileen collins")
