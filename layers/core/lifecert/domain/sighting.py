"""Sightings: by what a clerk knows that somebody was alive on a day, where no machine looked (design.md §3 rule 11).

Each way is a method with facts of its own. They are codes and digests: what is written freely about a person would stay
in the ledger for ever.
"""

import hashlib
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import date, timedelta
from enum import StrEnum
from typing import ClassVar

from lifecert.domain.certificate import Method

_SET_APART = re.compile(r"[\W_]+")
# What says that a number follows, and is none of it: before the digits, and around them in Chinese and Japanese.
_NUMBER_WORD = re.compile(
    r"^(?:n(?=°)|n\.?o|nr|nro|num|núm|number|nummer|numer|numero|número|numéro|номер|编|編|番|رقم)[\W_]*(?=\d)"
)
_BETWEEN_DIGITS = re.compile(r"(?<=\d)[\W_]+(?=\d)")
_COUNTERS = str.maketrans("第号號", "---")
_LEADING_ZEROS = re.compile(r"(?<!\d)0+(?=\d)")

# So many days ago may somebody have been seen without a word of why that is told only now.
SEEN_LATELY = timedelta(days=7)


class Document(StrEnum):
    """What the clerk checked. Its number is written down nowhere."""

    ID_CARD = "id_card"
    SOCIAL_SECURITY_CARD = "social_security_card"
    PASSPORT = "passport"
    HOUSEHOLD_REGISTER = "household_register"
    KNOWN_PERSONALLY = "known_personally"


class PresenceGround(StrEnum):
    """Why somebody was seen without a document, or is told of only days later."""

    HOME_VISIT = "home_visit"
    INSTITUTION = "institution"  # in a hospital, a home or a prison
    DOCUMENTS_LOST = "documents_lost"
    PAPERS_CAME_LATE = "papers_came_late"


class VisitPlace(StrEnum):
    """Where an officer saw many people in one go."""

    NURSING_HOME = "nursing_home"
    VILLAGE = "village"
    HOSPITAL = "hospital"
    PRISON = "prison"


class VideoCheck(StrEnum):
    """What the clerk asked for on the spot, so that no recording answers."""

    WORDS_SAID = "words_said"  # words or numbers that the clerk made up
    MOVED_AS_ASKED = "moved_as_asked"
    PAPER_WRITTEN = "paper_written"  # wrote down and held up what the clerk dictated


class Attester(StrEnum):
    """Before whom the person appeared."""

    EMBASSY = "embassy"  # or a consulate
    NOTARY = "notary"
    AUTHORITY = "authority"  # a public office of the country where the person lives


class Witness(StrEnum):
    """Who signed a paper form beside the person."""

    VILLAGE_COMMITTEE = "village_committee"  # or a neighbourhood's
    INSTITUTION = "institution"
    DOCTOR = "doctor"
    POLICE = "police"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """That somebody was alive on the day `seen_on`. `ground` is why that is told late, or nothing was checked."""

    method: ClassVar[Method]
    # Whether one of the office saw the person. A paper is somebody else's word: it takes two clerks, and settles
    # nothing that is open against the person.
    by_the_office: ClassVar[bool] = True

    seen_on: date
    ground: PresenceGround | None = None

    def lacks_ground(self, today: date) -> bool:
        """Whether a ground must be given, and is not."""
        return self.ground is None and today - self.seen_on > SEEN_LATELY

    def facts(self) -> dict[str, str]:
        """What the evidence is made of beside the day: all that is stated but the ground. Empty ones are left out."""
        names = (one.name for one in fields(self) if one.name not in ("seen_on", "ground"))
        return {name: str(value) for name in names if (value := getattr(self, name))}


@dataclass(frozen=True, slots=True, kw_only=True)
class AtTheCounter(Sighting):
    """Seen at the office."""

    method = Method.IN_PERSON
    document: Document

    def lacks_ground(self, today: date) -> bool:
        """Also where nothing was checked."""
        unchecked = self.document is Document.KNOWN_PERSONALLY and self.ground is None
        return unchecked or Sighting.lacks_ground(self, today)


@dataclass(frozen=True, slots=True, kw_only=True)
class HomeVisit(Sighting):
    """An officer saw the person at home (上门认证). `scan` is the SHA-256 of the visit sheet, if the office has one."""

    method = Method.HOME_VISIT
    document: Document
    scan: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupVisit(Sighting):
    """An officer saw the person among others of a list, in a home, a village, a hospital or a prison."""

    method = Method.GROUP_VISIT
    document: Document
    place: VisitPlace
    scan: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class VideoCall(Sighting):
    """A clerk saw the person by video, who held a document up and did what they were asked for on the spot. Raises
    ValueError where nothing was held up: whom a clerk knows a picture made by a machine can look like."""

    method = Method.VIDEO
    document: Document
    asked: VideoCheck

    def __post_init__(self) -> None:
        if self.document is Document.KNOWN_PERSONALLY:
            raise ValueError("a document must be held up")

    def lacks_ground(self, today: date) -> bool:
        """Never: it is written down soon, or not at all."""
        return False


@dataclass(frozen=True, slots=True, kw_only=True)
class Attestation(Sighting):
    """An embassy, a notary or an authority attests that the person appeared before it on the day.

    `country` is where, by two letters (ISO 3166-1); `paper` is a digest of the attestation's number (`paper_digest`)
    and `scan` the SHA-256 of the office's copy of it.
    """

    method = Method.ATTESTATION
    by_the_office = False
    attester: Attester
    country: str
    paper: str
    scan: str

    def lacks_ground(self, today: date) -> bool:
        """Never: papers come late."""
        return False


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperForm(Sighting):
    """The person signed a form on the day, with a witness, and the code of their letter is on it. `letter` is that
    invitation's id and `scan` the SHA-256 of the office's copy of the form."""

    method = Method.PAPER_FORM
    by_the_office = False
    witness: Witness
    letter: str
    scan: str

    def lacks_ground(self, today: date) -> bool:
        """Never: papers come late."""
        return False


def number_on_paper(number: str) -> str:
    """The letters and digits of a number, so that two clerks who read it from the paper mean the same: digits of any
    script as 0 to 9, without leading zeros, and without what only says before them that it is a number (`No.`,
    `№`) or stands around it (`第204号`). By what letters and digits are set apart says nothing; that two groups of
    digits are, is part of them."""
    plain = unicodedata.normalize("NFKC", number).casefold().translate(_COUNTERS)
    plain = "".join(str(unicodedata.digit(one, one)) for one in plain).strip()
    plain = _LEADING_ZEROS.sub("", _NUMBER_WORD.sub("", plain))
    return "-".join(_SET_APART.sub("", part) for part in _BETWEEN_DIGITS.split(plain))


def paper_digest(beneficiary_id: str, number: str) -> str:
    """SHA-256 (hex) by which an attestation's number is known again by whoever has the paper, and by nobody else. Of
    the same number for two people there are two: one attestation may name a couple. Not of the country: of a consulate
    one clerk says where it stands, and another whose it is."""
    return hashlib.sha256(f"{beneficiary_id}\n{number_on_paper(number)}".encode()).hexdigest()


# By which method a clerk certifies, and by none of the others.
BY_CLERKS: Mapping[Method, type[Sighting]] = {
    kind.method: kind for kind in (AtTheCounter, HomeVisit, GroupVisit, VideoCall, Attestation, PaperForm)
}

# Those by which nobody of the office saw the person.
PAPERS = frozenset(method for method, kind in BY_CLERKS.items() if not kind.by_the_office)


@dataclass(frozen=True, slots=True)
class ProofLimits:
    """Of one method: how many days ago somebody may have been seen (`days_back`), and which share (0 to 1) of its
    certificates another clerk looks at again (`audit`)."""

    days_back: int
    audit: float


@dataclass(frozen=True, slots=True)
class Proofs:
    """The limits of each method by which clerks certify."""

    by_method: Mapping[Method, ProofLimits] = field(default_factory=dict)

    def of(self, method: Method) -> ProofLimits:
        """Those of one method. Raises KeyError for one that is no clerk's."""
        return self.by_method[method]

    def too_long_ago(self, sighting: Sighting, today: date) -> bool:
        """Whether the day is further back than its method allows."""
        return today - sighting.seen_on > timedelta(days=self.of(sighting.method).days_back)
