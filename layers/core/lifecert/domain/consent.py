"""The texts that people agree to before the camera opens."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

# Years of age under which a guardian consents (PIPL art. 31).
GUARDIAN_AGE = 14
# After a withdrawal no face is used; so long it may yet be somebody else's doing, and is told and undone.
KEPT_AFTER_WITHDRAWAL = timedelta(days=7)
# Somebody whom a clerk has before them may wish it at once. The night after the next midnight: whatever began to write
# a photo before the withdrawal has ended by then.
KEPT_AT_ONCE = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class FaceConsent:
    """To which version of the text it was consented that a face is kept, when, which clerk recorded it, and whether a
    guardian gave it."""

    version: str
    given_at: datetime
    recorded_by: str
    guardian: bool


def guardian_until(born: date, today: date) -> date | None:
    """The day from which somebody born then consents by themselves; None when that day has come."""
    year = born.year + GUARDIAN_AGE
    # 14 years after a leap year there is no 29 February.
    of_age = date(year, 3, 1) if (born.month, born.day) == (2, 29) else born.replace(year=year)
    return of_age if today < of_age else None


@dataclass(frozen=True, slots=True)
class ConsentSection:
    """One thing that is told: why, how long, how to withdraw."""

    heading: str
    text: str


@dataclass(frozen=True, slots=True)
class ConsentText:
    """One version in one language (BCP 47). `agree` is what stands on the button."""

    version: str
    language: str
    title: str
    sections: tuple[ConsentSection, ...]
    agree: str


@dataclass(frozen=True, slots=True)
class ConsentTexts:
    """All texts, past ones too: whoever agreed to one may read it again. `in_force` is the version to agree to."""

    in_force: str
    texts: tuple[ConsentText, ...]
