"""From when a benefit may be drawn, so that a slip of the hand gives nobody a year that nothing can undo."""

from datetime import date, timedelta

from lifecert.domain.errors import DayImpossible, StartUnlikely
from lifecert.domain.year import MONTHS, add_months

# Beyond these a start is asked back: most are registered within weeks of it, and few after decades.
USUALLY_AHEAD = timedelta(days=92)
USUALLY_BACK = 40


def check_start(start: date, today: date, born: date | None, *, checked: bool) -> None:
    """Refuse a day on which no benefit starts that is registered `today`; `checked`: somebody looked at it again.

    Raises DayImpossible (before the birth, or more than 12 months ahead, whatever was checked) and StartUnlikely (more
    than 92 days ahead or 40 years back, and not checked).
    """
    if (born and start < born) or start > add_months(today, MONTHS):
        raise DayImpossible
    if not checked and not add_months(today, -12 * USUALLY_BACK) <= start <= today + USUALLY_AHEAD:
        raise StartUnlikely
