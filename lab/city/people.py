"""The people of a made-up city: who they are, what their register says of them, and what is true of them.

Names, ID numbers, telephone numbers and payers' references are drawn from a seed. An ID number has the check character
of its digits, and is nobody's but by chance.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from random import Random

from lifecert.domain.person import IdNumber

# The first holds whom its offices approve; the second never holds anybody.
HOLDING, NEVER_HOLDING = "fund", "bureau"
PAYERS = (HOLDING, NEVER_HOLDING)
DISTRICTS = ("330102", "330105", "330106", "330108", "330109", "330110")
# A register that is believed when it says that somebody lives, and one that tells deaths.
HOSPITAL, CIVIL_REGISTER = "hospital", "civil_register"
SOURCES = (HOSPITAL, CIVIL_REGISTER)
COLUMNS = (
    *("line_key", "name", "id_number", "category", "district", "benefit_start", "payer", "payer_reference"),
    *("last_certified_on", "last_certified_by", "phone"),
)
_SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗"
_GIVEN = "秀英桂兰淑珍玉华建国志明春梅德福金凤永和文德素芳世昌"
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CATEGORIES = ("resident_pension", "employee_pension")


class Habit(StrEnum):
    """How somebody takes the year's proof of life."""

    PROMPT = "prompt"  # in the last two months, most once they are reminded
    LATE = "late"  # once they have lapsed
    NEVER = "never"  # not by themselves: somebody has to look for them
    ABSENT = "absent"  # lives, and cannot be found for most of the year


class Channel(StrEnum):
    """How they prove it."""

    FACE = "face"
    HELPER = "helper"  # a relative's telephone
    COUNTER = "counter"
    REGISTER = "register"  # a hospital sees them


@dataclass(slots=True)
class Drawn:
    """A benefit as the file of the register has it."""

    category: str
    start: date
    payer: str
    reference: str


@dataclass(slots=True)
class Citizen:
    """Somebody of the city. `beneficiary_id` once they are registered; the rest is how things are, and what the office
    has been told, whatever the register says of it."""

    number: int
    name: str
    id_number: str
    district: str
    benefits: list[Drawn]
    phone: str
    last_proof: date | None
    habit: Habit = Habit.PROMPT
    channel: Channel = Channel.COUNTER
    portrait: str = ""
    beneficiary_id: str = ""
    enrolled: bool = False
    reachable: bool = True
    died_on: date | None = None
    # On which day the office was told of their death, and on which two clerks began to put a wrong one right.
    reported_on: date | None = None
    wrong_end: date | None = None
    corrected_on: date | None = None
    right_number: str = ""
    story: list[str] = field(default_factory=list)

    @property
    def alive(self) -> bool:
        """Whether they live."""
        return self.died_on is None

    def lines(self) -> Iterator[str]:
        """Their lines of the file, one for each benefit."""
        proof = (self.last_proof.isoformat(), "village") if self.last_proof else ("", "")
        for number, one in enumerate(self.benefits, start=1):
            yield ",".join(
                (
                    *(f"L-{self.number:07d}-{number}", self.name, self.id_number, one.category, self.district),
                    *(one.start.isoformat(), one.payer, one.reference, *proof, self.phone),
                )
            )


def citizens(people: int, living: int, today: date, seed: int, days: int = 365) -> list[Citizen]:
    """The city; the first `living` of them live through so many `days` to come, in which most years end. The same for
    the same seed and day."""
    chance = Random(seed)  # noqa: S311 - to be drawn again
    return [_citizen(number, chance, today, days, lives=number < living) for number in range(people)]


def id_number_of(number: int, born: date, area: str = "330106") -> str:
    """A made-up ID number, for each number another, with its check character."""
    body = f"{area}{born:%Y%m%d}{number % 1000:03d}"
    check = "10X98765432"[sum(int(digit) * weight for digit, weight in zip(body, _WEIGHTS, strict=True)) % 11]
    return IdNumber.parse(body + check).value


def born_of(number: int) -> date:
    """Whoever shares the last three digits of a number is born on another day: so no two have one ID number."""
    return date(1936, 1, 1) + timedelta(days=(number // 1000 * 73 + number % 1000 * 8) % 8_003)


def name_of(chance: Random) -> str:
    """A made-up name of three characters."""
    return chance.choice(_SURNAMES) + chance.choice(_GIVEN) + chance.choice(_GIVEN)


def _citizen(number: int, chance: Random, today: date, days: int, *, lives: bool) -> Citizen:
    district = chance.choice(DISTRICTS)
    benefits = [_benefit(number, 1, chance, today)]
    if chance.random() < 0.12:
        second = _benefit(number, 2, chance, today)
        second.category = "survivor_allowance"
        second.payer = chance.choice(PAYERS)
        benefits.append(second)
    # Two in three have a proof of the last year on record, and so a last covered day that follows from it.
    last = today - timedelta(days=chance.randrange(max(1, 360 - days), 360)) if chance.random() < 0.66 else None
    phone = f"138{number:08d}" if chance.random() < 0.85 else ""
    area = chance.choice(("330102", "330106", "330122"))
    born = born_of(number)
    one = Citizen(number, name_of(chance), id_number_of(number, born, area), district, benefits, phone, last)
    if lives:
        habits, weights = (Habit.PROMPT, Habit.LATE, Habit.NEVER, Habit.ABSENT), (78, 12, 6, 4)
        one.habit = chance.choices(habits, weights)[0]
        channels, weights = (Channel.FACE, Channel.HELPER, Channel.COUNTER, Channel.REGISTER), (45, 20, 25, 10)
        one.channel = chance.choices(channels, weights)[0]
        # A number that was given up: what is sent to it arrives nowhere.
        one.reachable = chance.random() < 0.9
    return one


def _benefit(number: int, which: int, chance: Random, today: date) -> Drawn:
    start = today - timedelta(days=chance.randrange(400, 4_300))
    payer = HOLDING if chance.random() < 0.7 else NEVER_HOLDING
    return Drawn(chance.choice(_CATEGORIES), start, payer, f"P{which}-{number:08d}")
