"""Invitation: a code on a letter that starts sessions for one person, without an account."""

import hashlib
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime

from lifecert.domain.errors import CodeMistyped

# Crockford's Base32: no letter that is read as a digit, and none that makes words.
_LETTERS = "0123456789abcdefghjkmnpqrstvwxyz"
_TEXT_LENGTH = 21  # 105 bits, and never as long as the digits
_NUMBER_LENGTH = 18  # 59.8 bits, before two check digits
_READ_AS = str.maketrans("oil", "011")
_BETWEEN = re.compile(r"[\s\-\u2010-\u2015\u00b7.]+")
# Whom a session that an invitation started belongs to, and who is in the ledger.
_USER = "invitation-"


@dataclass(frozen=True, slots=True)
class InvitationCode:
    """What somebody showed: 20 digits, and the text of the QR code unless the digits were typed.

    The digits follow from the text by a hash, so that one code is on the letter in two forms: either finds the
    invitation, and the text says besides that it is the letter's own.
    """

    digits: str
    text: str | None = None

    @staticmethod
    def parse(shown: str) -> "InvitationCode":
        """Read either form, whatever its width, case, blanks and dashes.

        Raises ValueError, without repeating it, for what is not even a code, and CodeMistyped where the check digits
        do not fit.
        """
        plain = _BETWEEN.sub("", unicodedata.normalize("NFKC", shown)).casefold()
        if re.fullmatch(r"[0-9]{20}", plain):
            if plain != _checked(plain[:_NUMBER_LENGTH]):
                raise CodeMistyped
            return InvitationCode(plain)
        text = plain.translate(_READ_AS)
        if len(text) != _TEXT_LENGTH or not set(text) <= set(_LETTERS):
            raise ValueError("not the code of an invitation")
        return InvitationCode(digits_of(text), text)

    @property
    def grouped(self) -> str:
        """The digits in fives, as they are printed and typed."""
        return " ".join(self.digits[start : start + 5] for start in range(0, len(self.digits), 5))


def draw_code(below: Callable[[int], int]) -> InvitationCode:
    """A new code; `below` draws a number from 0 to under its argument that nobody can foresee."""
    text = "".join(_LETTERS[below(len(_LETTERS))] for _ in range(_TEXT_LENGTH))
    return InvitationCode(digits_of(text), text)


def digits_of(text: str) -> str:
    """The digits to type that belong to a QR code's text: 18 of its hash, and two check digits by ISO/IEC 7064,
    MOD 97-10, which show every wrong digit and every two that changed places."""
    digest = hashlib.sha256(f"lifecert invitation {text}".encode()).digest()
    return _checked(f"{int.from_bytes(digest, 'big') % 10**_NUMBER_LENGTH:0{_NUMBER_LENGTH}}")


def _checked(number: str) -> str:
    # The two digits that make all of them, as one number, leave 1 when divided by 97.
    return f"{number}{98 - int(number) * 100 % 97:02}"


@dataclass(frozen=True, slots=True)
class Invitation:
    """One person's newest invitation. `digits_key` and `text_key` are keyed hashes of its code's two forms, under the
    secret of version `secret`; `guardian` is whether a guardian must consent, for somebody under 14."""

    invitation_id: str
    beneficiary_id: str
    digits_key: str
    text_key: str
    secret: str
    guardian: bool
    issued_at: datetime
    expires_on: date
    withdrawn_at: datetime | None = None

    @property
    def user_id(self) -> str:
        """The invitation is the user, wherever users are counted."""
        return user_of(self.invitation_id)

    def open_on(self, day: date) -> bool:
        """Whether it starts sessions: neither withdrawn nor expired. The last day still counts."""
        return self.withdrawn_at is None and day <= self.expires_on

    def withdrawn(self, at: datetime) -> "Invitation":
        """The same, of no more use: no code finds it any more."""
        return replace(self, withdrawn_at=at, digits_key="", text_key="")


def user_of(invitation_id: str) -> str:
    """The user that an invitation is."""
    return f"{_USER}{invitation_id}"


def is_invited(user_id: str) -> bool:
    """Whether a session's user is an invitation, and nobody signed in."""
    return user_id.startswith(_USER)
