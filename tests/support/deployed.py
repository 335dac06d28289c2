"""What end-to-end tests talk about: a registered person, how they stand, and unsuitable pictures."""

import itertools
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import cv2
import numpy as np

from lifecert.domain.person import IdNumber
from local.demo.cast import Person, portrait
from local.demo.phone import Camera, Phone
from local.demo.sweeping import sweep
from local.deploy import Deployment
from tests.support.hostile import COLOUR_SCAN, TABLES, frame_header

ENTITLEMENT = ("status", "valid_until", "payment_held")
_ORDER = itertools.count(1)


def another_id_number() -> str:
    """A made-up ID number that no test used before."""
    digits = f"3301061950{1 + next(_ORDER) % 12:02d}01{next(_ORDER):03d}"
    for check in "0123456789X":
        try:
            return IdNumber.parse(digits + check).value
        except ValueError:
            continue
    raise AssertionError("one of the eleven must fit")


def today() -> date:
    """The day that the deployed functions have, as long as no test moved their clock."""
    return datetime.now(ZoneInfo("Asia/Shanghai")).date()


def swept(deployed: Deployment) -> dict[str, Any]:
    """The report of a sweep that reaches back to today, wherever another test's sweeps had taken the clock: by itself
    it goes on after the latest day that was swept."""
    return sweep(deployed, since=today().isoformat())


@dataclass(frozen=True)
class Known:
    """A registered person with a reference, and a camera in front of them."""

    person: Person
    beneficiary_id: str
    camera: Camera

    @property
    def name(self) -> str:
        return self.person.name

    @property
    def id_number(self) -> str:
        return self.person.id_number


def standing(clerk: Phone, known: Known) -> dict[str, Any]:
    """All that staff see of a beneficiary."""
    return clerk.expect(200, "GET", f"/beneficiaries/{known.beneficiary_id}")


def history(clerk: Phone, known: Known) -> list[dict[str, Any]]:
    """The ledger as staff see it, without the cases opened about one face under several people: the cast is small,
    and the search finds it again under every new name."""
    return [entry for entry in standing(clerk, known)["history"] if entry["event"] != "review_opened"]


def entitlement(clerk: Phone, known: Known) -> dict[str, Any]:
    """What no failed check may change."""
    return {name: value for name, value in standing(clerk, known).items() if name in ENTITLEMENT}


def empty_room(seed: int = 0) -> bytes:
    """A JPEG with nobody in it; every seed gives other bytes."""
    noise = np.random.default_rng(seed).integers(90, 160, (640, 480, 3), dtype=np.uint8)
    return cv2.imencode(".jpg", noise)[1].tobytes()


def two_people(left: str, right: str) -> bytes:
    """A JPEG with two faces of the same size."""
    photos = [cv2.imdecode(np.frombuffer(portrait(name), np.uint8), cv2.IMREAD_COLOR) for name in (left, right)]
    halves = [cv2.resize(np.asarray(photo), (640, 960)) for photo in photos]
    return cv2.imencode(".jpg", np.hstack(halves))[1].tobytes()


def decompression_bomb() -> bytes:
    """A JPEG of a few hundred bytes whose header promises 60,000 x 60,000 pixels."""
    return b"\xff\xd8" + TABLES + frame_header(60_000, 60_000) + COLOUR_SCAN + b"\xff\xd9"
