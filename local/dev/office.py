"""What the desk of `make dev` finds on its first day: two cases that a clerk may decide, a register to bring in, and
the key of a print house, so that letters can be made.
"""

import base64
from datetime import date
from pathlib import Path
from typing import Any

from joserfc.jwk import ECKey

from local.demo.cast import DISTRICT, Person, portrait
from local.demo.office import HEADER, LINES
from local.demo.phone import Phone, camera_before

REGISTER, PRINT_HOUSE = "register.csv", "print-house.pem"
# Invented, as everybody here. She was registered by one clerk, and waits for the other.
WAITING = Person("周桂英", "330106194908174325", "resident_pension", "", "", 200)
# He can do none of the movements, so that a human looks at his photos.
STIFF = Person("何德福", "330106193804052214", "resident_pension", "obama.jpg", "obama.jpg", 60)
CANNOT = ("turn_head", "close_eyes", "open_mouth")


def print_house_key(folder: Path) -> str:
    """Make a print house's key: the private half goes into `folder`, the public one is what `PrintHouseKey` takes."""
    key = ECKey.generate_key("P-256")
    file = folder / PRINT_HOUSE
    file.touch(mode=0o600)
    file.write_bytes(key.as_pem(private=True))
    return base64.b64encode(key.as_der(private=False)).decode()


def first_day(folder: Path, clerk: Phone, second: Phone, helper: Phone, today: date) -> dict[str, Any]:
    """Open two cases of which `clerk` did nothing, and write a register as an office brings it: what client.json
    says."""
    _registered(second, WAITING, "P-1001", today)
    stiff = _registered(second, STIFF, "P-1002", today)
    clerk.vouch(stiff)
    second.enrol(stiff, portrait(STIFF.reference))
    helper.certify(STIFF.name, STIFF.id_number, camera_before(portrait(STIFF.face)), on_behalf=True, cannot=CANNOT)
    # As an old program of an office writes it.
    (folder / REGISTER).write_bytes("\n".join([HEADER, *LINES, ""]).encode("gb18030"))
    return {"district": DISTRICT, "register": str(folder / REGISTER), "print_house_key": str(folder / PRINT_HOUSE)}


def _registered(clerk: Phone, person: Person, reference: str, today: date) -> str:
    """Register somebody whom their payer can write to: the others here have no reference, and so get no print house's
    letter."""
    start = person.benefit_start(today).isoformat()
    return clerk.register(person.name, person.id_number, person.category, DISTRICT, start, payer_reference=reference)
