"""The table of what may happen to somebody in a year, and when it does. What is new is a function in `lives.py` and a
row here; what follows from something else, after so many days, is `City.later`'s."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from lab.city import lives
from lab.city.city import City, Happening
from lab.city.people import Channel, Citizen, Habit


@dataclass(frozen=True, slots=True)
class Row:
    """One event of a life: what it is, and how many of a thousand people it happens to in a year by chance. None for
    what follows from something else."""

    happens: Happening
    of_a_thousand: float | None = None


# The table: by its name, what happens, and to how many of a thousand people in a year.
HAPPENINGS: Mapping[str, Row] = {
    "enrol": Row(lives.enrol),
    "certify": Row(lives.certify),
    "at the counter": Row(lives.at_the_counter),
    "seen by a hospital": Row(lives.seen_by_a_hospital, 40),
    "die": Row(lives.die, 40),
    "death reported": Row(lives.death_reported),
    "death in a register": Row(lives.death_in_a_register),
    "false report": Row(lives.false_report, 5),
    "wrong end": Row(lives.wrong_end, 8),
    "end corrected": Row(lives.correct_end),
    "fraud": Row(lives.fraud, 10),
    "benefit": Row(lives.add_benefit, 30),
    "end of a benefit": Row(lives.end_benefit, 10),
    "arrival": Row(lives.arrive, 10),
    "move": Row(lives.move, 40),
    "name": Row(lives.rename, 10),
    "number": Row(lives.renumber, 5),
    "start": Row(lives.begin_anew, 20),
    "payer's reference": Row(lives.new_reference, 10),
    "contact": Row(lives.give_contact, 60),
    "number given up": Row(lives.lose_number, 40),
    "consent": Row(lives.withdraw_consent, 15),
    "withdrawal undone": Row(lives.undo_withdrawal),
}


def plan(city: City, first: date, days: int, often: float) -> None:
    """Draw what is to happen to whoever lives in the city, from a first day on for so many days; what happens by
    chance so many times as often as the table says."""
    for one in city.people:
        if one.beneficiary_id not in city.by_id:
            continue
        _plan_of(city, one, first, days, often)


def _plan_of(city: City, one: Citizen, first: date, days: int, often: float) -> None:
    chance, ends = city.chance, city.record(one).valid_until
    by_camera = one.channel in (Channel.FACE, Channel.HELPER)
    left = (ends - first).days
    if by_camera:
        city.on(first + timedelta(days=chance.randrange(0, max(1, min(30, left - 60)))), "enrol", one)
    day = {
        Habit.PROMPT: left - min(chance.randrange(0, 56), chance.randrange(0, 56)),
        Habit.LATE: left + chance.randrange(3, 220),
    }.get(one.habit)
    if day is not None:
        city.on(first + timedelta(days=max(1, day)), "certify", one)
    if one.habit is Habit.ABSENT and chance.random() < 0.5:
        # They are back one day, and come to the counter.
        city.on(first + timedelta(days=left + chance.randrange(100, 300)), "at the counter", one)
    for name, row in HAPPENINGS.items():
        if row.of_a_thousand is not None and chance.random() < often * row.of_a_thousand / 1000 * days / 365:
            city.on(first + timedelta(days=chance.randrange(1, days)), name, one)
