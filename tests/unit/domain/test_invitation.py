"""The code of an invitation: how it is drawn, read and mistyped."""

import math
import random
from datetime import date

import pytest

from lifecert.domain.errors import CodeMistyped
from lifecert.domain.invitation import InvitationCode, digits_of, draw_code, is_invited
from tests.support.builders import NOW, an_invitation

BELOW = random.Random(1).randrange
CODES = [draw_code(BELOW) for _ in range(200)]


def test_a_code_has_the_bits_that_are_promised() -> None:
    drawn: list[int] = []

    def below(number: int) -> int:
        drawn.append(number)
        return BELOW(number)

    code = draw_code(below)
    assert sum(math.log2(number) for number in drawn) == 105
    assert len(code.digits) == 20
    assert math.log2(10**18) > 59.7, "what the digits hold beside the two check digits"


def test_both_forms_are_of_one_code() -> None:
    for code in CODES:
        assert code.text is not None
        assert InvitationCode.parse(code.text) == code
        assert InvitationCode.parse(code.digits) == InvitationCode(code.digits)
        assert digits_of(code.text) == code.digits
    assert len({code.digits for code in CODES}) == len(CODES)


def test_the_digits_are_spread_evenly() -> None:
    counts = [sum(code.digits[:18].count(digit) for code in CODES) for digit in "0123456789"]
    assert all(280 < count < 440 for count in counts), counts  # of 3,600; 360 each, by six deviations of 18


def test_the_check_digits_are_those_of_the_standard() -> None:
    """ISO/IEC 7064, MOD 97-10: the number with its check digits leaves 1, and they are never 00, 01 or 99."""
    for code in CODES:
        assert int(code.digits) % 97 == 1
        assert 2 <= int(code.digits[18:]) <= 98
    # The example of the standard is the number 794, whose check digits are 44.
    assert InvitationCode.parse("0" * 15 + "79444").digits.endswith("79444")


@pytest.mark.parametrize("code", CODES[:20], ids=lambda code: code.digits)
def test_every_wrong_digit_and_every_two_that_changed_places_are_told(code: InvitationCode) -> None:
    tried = 0
    for place in range(20):
        for digit in "0123456789":
            if digit != code.digits[place]:
                wrong = code.digits[:place] + digit + code.digits[place + 1 :]
                with pytest.raises(CodeMistyped):
                    InvitationCode.parse(wrong)
                tried += 1
        for other in range(place):
            swapped = list(code.digits)
            swapped[place], swapped[other] = swapped[other], swapped[place]
            if "".join(swapped) != code.digits:
                with pytest.raises(CodeMistyped):
                    InvitationCode.parse("".join(swapped))
                tried += 1
    assert tried > 180 + 100


@pytest.mark.parametrize(
    "shown",
    [
        lambda code: code.grouped,
        lambda code: "-".join(code.grouped.split()),
        lambda code: f"  {code.digits}\n",
        lambda code: code.digits.translate({48 + n: 0xFF10 + n for n in range(10)}),
        lambda code: "\u3000".join(code.grouped.split()),
        lambda code: " – ".join(code.grouped.split()),
    ],
)
def test_how_it_is_written_does_not_matter(shown: object) -> None:
    for code in CODES[:5]:
        assert InvitationCode.parse(shown(code)).digits == code.digits  # type: ignore[operator]


def test_letters_that_look_like_digits_are_read_as_these() -> None:
    text = "0123456789abcdefghjkm"
    code = InvitationCode.parse(text)
    assert InvitationCode.parse("OI23456789ABCDEFGHJKM") == code
    assert InvitationCode.parse("ol2345 6789a-bcdefghjkm") == code


@pytest.mark.parametrize("shown", ["", "1", "1" * 19, "1" * 22, "u" * 21, "0" * 20 + "!", "a" * 20, "٠" * 20])
def test_what_is_not_even_a_code(shown: str) -> None:
    with pytest.raises(ValueError, match="not the code") as error:
        InvitationCode.parse(shown)
    assert shown not in str(error.value) or not shown


def test_an_invitation_is_open_on_its_last_day_and_never_once_withdrawn() -> None:
    invitation = an_invitation("person-1", expires_on=date(2026, 3, 1))
    assert invitation.open_on(date(2026, 3, 1))
    assert not invitation.open_on(date(2026, 3, 2))
    withdrawn = invitation.withdrawn(NOW)
    assert not withdrawn.open_on(date(2026, 3, 1))
    assert (withdrawn.digits_key, withdrawn.text_key) == ("", "")


def test_its_user_is_nobody_who_signs_in() -> None:
    assert is_invited(an_invitation("person-1").user_id)
    assert not is_invited("0a1b2c3d-0000-4000-8000-00000000000a")
