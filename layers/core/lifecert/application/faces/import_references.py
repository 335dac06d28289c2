"""The lines of a list of photos: each through the checks of an enrolment, and enrolled by two people (adr/0053)."""

import hashlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time
from threading import Lock

from lifecert.application.faces.continuity import Continuity, judge_continuity
from lifecert.application.faces.enrol_reference import embed
from lifecert.application.shared.changing import change_newest
from lifecert.application.shared.finding import by_number, has_name
from lifecert.application.shared.referring import ReferencesOfPayers
from lifecert.domain.actor import Actor, Role
from lifecert.domain.beneficiary import Beneficiary
from lifecert.domain.change import Change, record
from lifecert.domain.consent import FaceConsent
from lifecert.domain.errors import PhotoUnsuitable, ReferenceMismatch, ReferenceNotFound
from lifecert.domain.evidence import EnrolmentEvidence, Template
from lifecert.domain.faces import FaceCount
from lifecert.domain.imprint import NO_PHOTOS
from lifecert.domain.intake import RELEASED_WITHIN, ImportTally, ReadLine, RegisterImport, Told
from lifecert.domain.intake_faults import Known, RowFault
from lifecert.domain.ledger import LedgerEvent
from lifecert.domain.person import IdNumber
from lifecert.domain.photo_intake import ByLineKey, PaperConsent, PhotoRow, reference_id_of
from lifecert.domain.policy import Policy
from lifecert.domain.reasons import Reason
from lifecert.domain.reference import MOST_REFERENCES, Reference, photos_of
from lifecert.domain.status import Status
from lifecert.ports.clock import Clock
from lifecert.ports.intake import ImportedPhotos, ImportRuns
from lifecert.ports.keys import PersonKeys
from lifecert.ports.photos import Photos
from lifecert.ports.protection import TemplateProtection
from lifecert.ports.references import References
from lifecert.ports.register import ChangingRegister, Ledger
from lifecert.ports.vision import ReferenceAnalyser

# Whom one reference of a payer finds; of several it is nobody's.
_FOUND = 2


class _Refused(Exception):
    """Why a line changes nothing."""

    def __init__(self, why: RowFault | Known | Reason) -> None:
        self.why = why

    @property
    def of_the_register(self) -> RowFault | Known | None:
        """Why, where it is not about a photo by itself."""
        return None if isinstance(self.why, Reason) else self.why

    @property
    def of_the_photo(self) -> RowFault | Reason | None:
        """Why, where it is nothing that is known already."""
        return None if isinstance(self.why, Known) else self.why


@dataclass(frozen=True, slots=True)
class _Judged:
    """A line that is right as everything stands now: whose photo it is, its bytes, and what was seen of it.
    `is_done`: it is enrolled already; `is_claimed`: the dry run of this import noted the person at this line."""

    line: ReadLine
    row: PhotoRow
    person: Beneficiary
    reference_id: str
    photo: bytes = b""
    template: Template | None = None
    evidence: EnrolmentEvidence | None = None
    is_done: bool = False
    is_claimed: bool = False


@dataclass(frozen=True, slots=True)
class _Seen:
    """A line that says what it must: whose it is, and what stands against enrolling it for them, if anything does; the
    SHA-256 of its photo, or what is wrong with that one, whoever's it is."""

    line: ReadLine
    person: Beneficiary | None
    why: RowFault | Known | None
    digest: str = ""
    fault: RowFault | Reason | None = None


@dataclass(frozen=True, slots=True)
class PhotoLines:
    """Lines of this kind. `references` gives plain templates; `consent_versions` are the texts that were ever in
    force here. One photo at a time is looked at, as an analyser wants it; what stands around that waits together."""

    register: ChangingRegister
    references: References
    uploads: ImportedPhotos
    photos: Photos
    analyser: ReferenceAnalyser
    runs: ImportRuns
    ledger: Ledger
    person_keys: PersonKeys
    found_by: ReferencesOfPayers
    protection: TemplateProtection
    clock: Clock
    policy: Policy
    consent_versions: frozenset[str]
    looking: Lock = field(default_factory=Lock)

    def check(
        self, of: RegisterImport, chunk: list[tuple[ReadLine, ...]], tally: ImportTally, threads: ThreadPoolExecutor
    ) -> list[Told]:
        """Look at every photo, and note which it was and for whom: the release takes these, and no others.

        What is wrong with a line or its photo, whoever's it is, is told of each. What the register says of the person
        is counted, and told of each by the release alone: one clerk would else learn by a file which of any numbers are
        registered, and by one photo in every line who that is (adr/0066). So a photo that is not there is missing in
        whichever line, and counts as enrolled where it was, and is deleted since (adr/0068).
        """

        def seen(line: ReadLine) -> _Seen | Told:
            try:
                return self._seen(of, line)
            except _Refused as refused:
                return Told(line.number, line.key, refused.why)

        # One after the other: of two lines for one person the first holds, whichever was looked at first.
        looked = threads.map(seen, [line for together in chunk for line in together])
        said = (one if isinstance(one, Told) else self._counted(of, one, tally) for one in looked)
        return [one for one in said if one]

    def apply(
        self, of: RegisterImport, chunk: list[tuple[ReadLine, ...]], tally: ImportTally, threads: ThreadPoolExecutor
    ) -> list[Told]:
        """Enrol what the dry run would have enrolled, if it still can be."""

        def fate(judged: _Judged) -> None:
            if judged.is_done and not judged.is_claimed:
                raise _Refused(Known.ALREADY_ENROLLED)
            if not judged.is_done:
                self._enrol(of, judged)
            self.uploads.delete(judged.row.photo)

        def told(line: ReadLine) -> Told | None:
            try:
                fate(self._judged(of, line))
            except _Refused as refused:
                return Told(line.number, line.key, refused.why)
            return None

        # A person's photos need not stand together: each line is by itself.
        outcomes = list(threads.map(told, [line for together in chunk for line in together]))
        tally.people += outcomes.count(None)  # enrolled
        return [one for one in outcomes if one]

    def _seen(self, of: RegisterImport, line: ReadLine) -> _Seen:
        """Raises _Refused for what is wrong whoever's photo it is: nothing hangs on the person there."""
        row, person = self._row(line), None
        self._check_paper(row.consent)
        why: RowFault | Known | None = None
        try:
            person = self._person(of, row)
            _refuse_whose_face_is_not_kept(person)
            if self._is_enrolled(person, reference_id_of(of.source, line.key or row.photo, person.beneficiary_id)):
                raise _Refused(Known.ALREADY_ENROLLED)
            self._check_consent(person, row.consent)
        except _Refused as refused:
            why = refused.of_the_register
        try:
            photo = self._read(row)
            template, _ = self._looked_at(photo)
        except _Refused as refused:
            return _Seen(line, person, why, fault=refused.of_the_photo)
        if person and not why:
            try:
                self._continuity(person, "", template, of)
            except _Refused as refused:
                why = refused.of_the_register
        return _Seen(line, person, why, hashlib.sha256(photo).hexdigest())

    def _counted(self, of: RegisterImport, one: _Seen, tally: ImportTally) -> Told | None:
        """What is told of a line that says what it must; what the register says of its person is counted alone."""
        line = one.line
        if one.fault:
            done = Known.ALREADY_ENROLLED if one.why is Known.ALREADY_ENROLLED else None
            return Told(line.number, line.key, one.fault, counts_as=done)
        why = self._fate(of, one)
        if why is RowFault.PHOTO_TWICE:
            return Told(line.number, line.key, why)
        if why:
            tally.tell([Told(line.number, line.key, why)])
        else:
            tally.people += 1
        return None

    def _fate(self, of: RegisterImport, one: _Seen) -> RowFault | Known | None:
        line, until = one.line.number, self.clock.now() + 2 * RELEASED_WITHIN
        # In this order: whoever dies between the two meets their own note of the photo.
        if not self.runs.claim(of.import_id, one.digest, line, until):
            return RowFault.PHOTO_TWICE
        # Also where the face differs: else the next photo of that person would tell of this one.
        if one.person is None or one.why not in (None, RowFault.FACE_DIFFERS):
            return one.why
        again = not self.runs.claim(of.import_id, one.person.beneficiary_id, line, until)
        return RowFault.PERSON_TWICE if again else one.why

    def _row(self, line: ReadLine) -> PhotoRow:
        row = line.row
        if not isinstance(row, PhotoRow):
            raise _Refused(row if isinstance(row, RowFault) else RowFault.COLUMNS)
        if row.captured_on > self.clock.today():
            raise _Refused(RowFault.CAPTURED_ON)
        return row

    def _read(self, row: PhotoRow) -> bytes:
        photo = self.uploads.read(row.photo, self.policy.image.max_bytes)
        if photo is None:
            raise _Refused(RowFault.PHOTO_MISSING)
        return photo

    def _is_enrolled(self, person: Beneficiary, reference_id: str) -> bool:
        return person.has_reference and reference_id in self.references.enrolled(person.beneficiary_id)

    def _judged(self, of: RegisterImport, line: ReadLine) -> _Judged:
        """Raises _Refused."""
        row = self._row(line)
        person = self._person(of, row)
        _refuse_whose_face_is_not_kept(person)
        whose = person.beneficiary_id
        # Of what was released the line at which the dry run noted the person.
        noted = self.runs.claims(of.import_id, [whose]).get(whose) if of.released_by else None
        if noted not in (None, line.number):
            raise _Refused(RowFault.PERSON_TWICE)
        claimed = noted == line.number
        reference_id = reference_id_of(of.source, line.key or row.photo, whose)
        if self._is_enrolled(person, reference_id):
            return _Judged(line, row, person, reference_id, is_done=True, is_claimed=claimed)
        self._check_consent(person, row.consent)
        photo = self._read(row)
        template, evidence = self._looked_at(photo)
        # Before it is compared: of another photo than the dry run saw nobody is told whom it is like.
        self._check_seen(of, line, photo)
        self._continuity(person, "", template, of)
        if not claimed:
            raise _Refused(RowFault.PHOTO_CHANGED)
        return _Judged(line, row, person, reference_id, photo, template, evidence, is_claimed=claimed)

    def _check_seen(self, of: RegisterImport, line: ReadLine, photo: bytes) -> None:
        """Raises _Refused unless the dry run noted this very photo at this line."""
        digest = hashlib.sha256(photo).hexdigest()
        noted = self.runs.claims(of.import_id, [digest]).get(digest)
        if noted != line.number:
            raise _Refused(RowFault.PHOTO_CHANGED if noted is None else RowFault.PHOTO_TWICE)

    def _looked_at(self, photo: bytes) -> tuple[Template, EnrolmentEvidence]:
        try:
            with self.looking:
                return embed(self.analyser, photo, NO_PHOTOS)
        except PhotoUnsuitable as unsuitable:
            raise _Refused(Reason(unsuitable.reason)) from None

    def _continuity(self, person: Beneficiary, reference_id: str, template: Template, of: RegisterImport) -> Continuity:
        """As of a photo that the clerk who prepared the import enrols, and gives no reason for another face."""
        match = self.policy.match
        earlier = self.references.templates(person.beneficiary_id, match.model_version) if person.reference_ids else {}
        try:
            continuity = judge_continuity(person, reference_id, template, earlier, match.accept, None, of.prepared_by)
        except ReferenceMismatch:
            raise _Refused(RowFault.FACE_DIFFERS) from None
        if continuity.overridden:
            raise _Refused(RowFault.SECOND_CLERK)
        return continuity

    def _person(self, of: RegisterImport, row: PhotoRow) -> Beneficiary:
        """Whose photo it is. Whoever is outside the districts of who prepared the import is nobody (adr/0045)."""
        found = [one for one in self._named(row) if of.scope.covers_any(one.districts)]
        if len(found) != 1:
            raise _Refused(RowFault.PERSON_UNCLEAR if found else RowFault.PERSON_UNKNOWN)
        if row.name and not has_name(found[0], self.person_keys, row.name):
            raise _Refused(RowFault.NAME_DIFFERS)
        return found[0]

    def _named(self, row: PhotoRow) -> list[Beneficiary]:
        named = row.person
        if isinstance(named, IdNumber):
            found = by_number(self.register, self.person_keys, named)
            return [found] if found else []
        if isinstance(named, ByLineKey):
            ids = self.found_by.find_line(named.source, named.line_key, _FOUND)
            return [one for one in map(self.register.get, ids) if one and self._came_by(one, named)]
        ids = self.found_by.find(named.payer, named.reference, _FOUND)
        people = [one for one in map(self.register.get, ids) if one]
        wanted = named.payer, named.reference
        return [one for one in people if any((b.payer, b.payer_reference) == wanted for b in one.benefits)]

    def _came_by(self, person: Beneficiary, line: ByLineKey) -> bool:
        # A hint is noted before anybody is registered: the first entry says by which line they were.
        first = next(iter(self.ledger.entries(person.beneficiary_id)), None)
        told = first.details if first else {}
        return (told.get("source"), told.get("line_key")) == (line.source, line.line_key)

    def _check_paper(self, consent: PaperConsent) -> None:
        if consent.version not in self.consent_versions:
            raise _Refused(RowFault.CONSENT_VERSION)
        if consent.on > self.clock.today():
            raise _Refused(RowFault.CONSENT_ON)

    def _check_consent(self, person: Beneficiary, consent: PaperConsent) -> None:
        self._check_paper(consent)
        if person.under_age_on(self.clock.today()) and not consent.guardian:
            raise _Refused(RowFault.GUARDIAN_MISSING)

    def _enrol(self, of: RegisterImport, judged: _Judged) -> None:
        """Commit the enrolment, once. Raises _Refused where the person changed since they were read."""
        template, evidence, whose = judged.template, judged.evidence, judged.person.beneficiary_id
        if template is None or evidence is None:
            raise _Refused(Reason.NOT_ASSESSED)
        (imprint,) = self.protection.seal(whose, [evidence.imprint]) if evidence.imprint else (b"",)
        reference = Reference(
            beneficiary_id=whose,
            reference_id=judged.reference_id,
            template=self.protection.protect(whose, template),
            photo_key=f"{photos_of(whose)}{judged.reference_id}",
            source=of.source,
            captured_on=judged.row.captured_on,
            quality=evidence.quality,
            enrolled_at=self.clock.now(),
            imprint=imprint,
        )

        def make(newest: Beneficiary) -> Change | None:
            if reference.reference_id in newest.reference_ids:
                return None  # another worker was quicker
            if not of.scope.covers_any(newest.districts):
                raise _Refused(RowFault.PERSON_UNKNOWN)
            _refuse_whose_face_is_not_kept(newest)
            self._check_consent(newest, judged.row.consent)
            continuity = self._continuity(newest, reference.reference_id, template, of)
            change = self._change(of, judged, newest, reference, continuity)
            # Not before it is known to be enrolled: what is refused leaves no photo behind.
            self.photos.keep_reference(reference.photo_key, judged.photo)
            return change

        try:
            change_newest(self.register, whose, make, judged.person)
        except ReferenceNotFound:
            return  # enrolled by another worker, and not the newest any more

    def _change(
        self,
        of: RegisterImport,
        judged: _Judged,
        newest: Beneficiary,
        reference: Reference,
        continuity: Continuity,
    ) -> Change:
        clerk, paper = Actor(of.prepared_by, Role.CLERK), judged.row.consent
        # What is on record is newer than any paper, and what the person was asked here.
        given = newest.consent or FaceConsent(
            paper.version, datetime.combine(paper.on, time(12), UTC), clerk.actor_id, paper.guardian
        )
        taken, others = judged.row.captured_on, newest.reference_on
        taken = max(taken, others) if others else taken
        known = (one for one in newest.enrolled_by if one not in (of.actor_id, clerk.actor_id))
        enrolled = replace(
            newest,
            has_reference=True,
            reference_ids=continuity.reference_ids,
            reference_on=taken,
            enrolled_by=(*known, of.actor_id, clerk.actor_id)[-MOST_REFERENCES:],
            consent=given,
        )
        after, entry = record(
            enrolled,
            LedgerEvent.REFERENCE_ENROLLED,
            clerk,
            reference.enrolled_at,
            {
                "reference_id": reference.reference_id,
                "consent_version": given.version,
                "consent_given_at": given.given_at.isoformat(),
                "guardian_consent": given.guardian,
                "consent_source": paper.source if newest.consent is None else None,
                "import_id": of.import_id,
                "released_by": of.released_by,
                "source": reference.source,
                "line_key": judged.line.key or str(judged.line.number),
                "replacement": None,
                "replaced": None,
                "reference_on": taken.isoformat(),
                "model_version": reference.template.model_version,
                "policy_version": self.policy.version,
                "calibration_version": self.policy.match.calibration_version,
            },
        )
        counted = FaceCount(people=0 if newest.has_reference else 1, faces=1)
        return Change(newest.version, after, entry, reference=reference, reference_is_new=True, faces=counted)


def _refuse_whose_face_is_not_kept(person: Beneficiary) -> None:
    if person.status is Status.TERMINATED:
        raise _Refused(RowFault.ENTITLEMENT_ENDED)
    # What somebody took back here no paper of before gives again.
    if person.consent_withdrawn_on:
        raise _Refused(RowFault.CONSENT_WITHDRAWN)
