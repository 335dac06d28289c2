"""Three made-up beneficiaries with public-domain portraits, and how they come into a fresh register."""

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from lifecert.domain.year import add_months
from local.demo.phone import Phone
from local.stack import BUILD

PORTRAITS = BUILD / "portraits"


@dataclass(frozen=True, slots=True)
class Person:
    """Name and ID number are invented. `reference` and `face` are portraits: the enrolled one, and today's."""

    name: str
    id_number: str
    category: str
    reference: str
    face: str
    days_left: int

    def benefit_start(self, today: date) -> date:
        """The start that leaves `days_left` days of the first year."""
        return add_months(today + timedelta(days=self.days_left), -12)


MING = Person("李志明", "330106195108043719", "resident_pension", "obama.jpg", "obama.jpg", 150)
JIANGUO = Person("王建国", "33010619421120335X", "employee_pension", "biden.jpg", "biden.jpg", 90)
XIULAN = Person("陈秀兰", "330106195611192842", "survivor_allowance", "astronaut.png", "astronaut.png", 20)
PEOPLE = (MING, JIANGUO, XIULAN)
DISTRICT = "330106"


def portrait(name: str) -> bytes:
    """A packaged portrait."""
    return Path(PORTRAITS / name).read_bytes()


def register(clerk: Phone, person: Person, today: date, second: Phone) -> str:
    """Register a person, whom a second clerk confirms, and enrol their reference photo: the beneficiary's id."""
    start = person.benefit_start(today).isoformat()
    beneficiary_id = clerk.register(person.name, person.id_number, person.category, DISTRICT, start)
    image_type = "image/png" if person.reference.endswith(".png") else "image/jpeg"
    second.vouch(beneficiary_id)
    clerk.enrol(beneficiary_id, portrait(person.reference), image_type)
    return beneficiary_id
