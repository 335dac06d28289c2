"""What the value of a setting may be. Each fault is told in words that say what is expected."""

from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator, Field, PlainValidator

from lifecert.domain.notice import QuietHours
from lifecert.domain.number_schemes import USUAL_SCHEMES, NumberSchemes
from lifecert.domain.office_notice import NoticeWay
from lifecert.domain.person import by_kms


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # ZoneInfoNotFoundError is a KeyError
        raise ValueError("unknown time zone") from None
    return name


def _days_before(text: str) -> tuple[int, ...]:
    """`60,30,7,1` as numbers."""
    try:
        found = tuple(int(part) for part in text.split(","))
    except ValueError:
        raise ValueError("whole numbers with commas between them") from None
    if len(set(found)) < len(found) or not all(1 <= days <= 180 for days in found):
        raise ValueError("each from 1 to 180, and none twice")
    return found


def _quiet_hours(text: str) -> QuietHours:
    """`21-8` as hours of the day."""
    first, _, until = text.partition("-")
    if not (first.isdecimal() and until.isdecimal() and max(int(first), int(until)) < 24):
        raise ValueError("two hours of the day with - between them")
    return QuietHours(int(first), int(until))


def _listed(text: str) -> tuple[str, ...]:
    """`1,2` as what is listed."""
    found = tuple(text.split(","))
    if len(set(found)) < len(found):
        raise ValueError("none twice")
    return found


def _versions(text: str) -> tuple[str, ...]:
    """Versions of the secret of ID numbers and names. KMS hashes once at most, and over a hash: what a function derives
    comes first, for names too."""
    found = _listed(text)
    if by_kms(found[0]) or sum(map(by_kms, found)) > 1:
        raise ValueError("one version by KMS at most, and not the first")
    return found


def schemes_of(text: str | None) -> NumberSchemes:
    """`gb11643,permanent_residence` as kinds of ID numbers; of nothing the usual ones. Raises ValueError."""
    return NumberSchemes.named(text.split(",")) if text else USUAL_SCHEMES


Name = Annotated[str, Field(min_length=1)]
Address = Annotated[str, Field(pattern=r"^https?://\S+$")]
SecretVersion = Annotated[str, Field(pattern=r"^[0-9A-Za-z_-]{1,40}$")]
Positive = Annotated[int, Field(ge=1)]
# Shorter, and a notice that is still on its way would come with the hold; longer, and a whole year passes without one.
GraceDays = Annotated[int, Field(ge=14, le=365)]
Shards = Annotated[int, Field(ge=1, le=64)]
TimeZone = Annotated[str, AfterValidator(_known_zone)]
# As a part of names, of queues and files.
PayerCode = Annotated[str, Field(pattern=r"^[a-z0-9]{2,24}$")]
SourceCode = Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{1,40}$")]
Payers = Annotated[tuple[PayerCode, ...], BeforeValidator(_listed), Field(min_length=1)]
# None of them: nobody's word is taken.
Sources = Annotated[tuple[SourceCode, ...], BeforeValidator(lambda text: _listed(text) if text else ())]
# None of them: no clerk's word that somebody was told counts for a hold.
NoticeWays = Annotated[tuple[NoticeWay, ...], BeforeValidator(lambda text: _listed(text) if text else ())]
SecretVersions = Annotated[tuple[SecretVersion, ...], BeforeValidator(_versions), Field(min_length=1)]
Schemes = Annotated[NumberSchemes, PlainValidator(schemes_of)]
ReminderDays = Annotated[tuple[int, ...], BeforeValidator(_days_before)]
Hours = Annotated[QuietHours, BeforeValidator(_quiet_hours)]
