"""Purge: delete the photos and references of everybody whose entitlement ended long enough ago, or who withdrew
consent; of the former the contact too."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date

from lifecert.application.shared.changing import change_newest
from lifecert.domain.actor import PURGE_ACTOR
from lifecert.domain.beneficiary import Beneficiary
from lifecert.domain.change import Change, record
from lifecert.domain.errors import LifeCertError, PurgeUnfinished
from lifecert.domain.faces import FaceCount
from lifecert.domain.ledger import LedgerEvent
from lifecert.ports.clock import Clock
from lifecert.ports.photos import Photos
from lifecert.ports.references import FaceCounts, FacesDueIndex, References
from lifecert.ports.register import ChangingRegister

# Beside them in one transaction of ten: the beneficiary, the ledger entry and the count. Who has more gets a second.
AT_ONCE = 7


@dataclass(slots=True)
class PurgeReport:
    """What a run deleted, whom it found not due any more, and what is stored after it. `people` are those whose faces
    went."""

    today: date
    people: int = 0
    contacts: int = 0
    faces: int = 0
    photos: int = 0
    left_alone: int = 0
    failed: list[str] = field(default_factory=list)
    stored: FaceCount = field(default_factory=FaceCount)


@dataclass(frozen=True, slots=True)
class PurgeFaces:
    """The use case. It keeps no progress: whoever is done has left the index, and a missed night is caught up."""

    register: ChangingRegister
    index: FacesDueIndex
    references: References
    photos: Photos
    face_counts: FaceCounts
    clock: Clock
    shards: int

    def __call__(self, out_of_time: Callable[[], bool] = lambda: False) -> PurgeReport:
        """Delete whatever is due today.

        Raises PurgeUnfinished when anything was left undone, after everything else was done.
        """
        report = PurgeReport(self.clock.today())
        for shard in range(self.shards):
            for beneficiary_id in self.index.faces_due(shard, report.today):
                if out_of_time():
                    raise PurgeUnfinished("out of time; call again to go on")
                try:
                    self._purge(beneficiary_id, report)
                except LifeCertError:
                    # One person's trouble must not keep the others' faces; the run still ends loudly.
                    report.failed.append(beneficiary_id)
        if report.failed:
            raise PurgeUnfinished(f"{len(report.failed)} left undone: {', '.join(report.failed[:20])}")
        report.stored = self.face_counts.total()
        return report

    def _purge(self, beneficiary_id: str, report: PurgeReport) -> None:
        """Photos first, by what lies there: the references that remember them, and the person's place in the index, go
        last."""
        beneficiary = self.register.get(beneficiary_id)
        if beneficiary is None or not _is_due(beneficiary, report.today):
            report.left_alone += 1
            return
        if beneficiary.faces_due and beneficiary.faces_due.on <= report.today:
            report.photos += self.photos.delete_photos(beneficiary_id)
        while change := change_newest(self.register, beneficiary_id, lambda newest: self._change(newest, report.today)):
            report.faces -= change.faces.faces
            report.people -= change.faces.people
            report.contacts += change.forgets_contact

    def _change(self, beneficiary: Beneficiary, today: date) -> Change | None:
        due = beneficiary.faces_due
        if due is None or due.on > today:
            return self._without_contact(beneficiary, today)
        enrolled = self.references.enrolled(beneficiary.beneficiary_id)
        gone = tuple(enrolled[:AT_ONCE])
        last = len(gone) == len(enrolled)
        # A photo that was embedded again under another model version is two items, and one face.
        photos = {photo.reference_id for photo in self.references.photos(beneficiary.beneficiary_id)}
        faces = len(photos.intersection(gone))
        all_of_them = last and beneficiary.has_reference
        after, entry = record(
            replace(
                beneficiary,
                has_reference=not last,
                reference_on=None if last else beneficiary.reference_on,
                # Whoever comes back is asked anew.
                consent=None if last else beneficiary.consent,
                faces_were_deleted=all_of_them or beneficiary.faces_were_deleted,
                reference_ids=tuple(one for one in beneficiary.reference_ids if one not in gone),
            ),
            LedgerEvent.FACES_DELETED,
            PURGE_ACTOR,
            self.clock.now(),
            {"reason": due.reason, "due_on": due.on.isoformat(), "references": faces, "all": last},
        )
        counted = FaceCount(people=-1 if all_of_them else 0, faces=-faces)
        return Change(beneficiary.version, after, entry, deleted_references=gone, faces=counted)

    def _without_contact(self, beneficiary: Beneficiary, today: date) -> Change | None:
        due_on = beneficiary.contact_due_on
        if due_on is None or due_on > today:
            return None  # Done; or corrected, or consented anew, a moment ago.
        after, entry = record(
            replace(beneficiary, contact_channel=None),
            LedgerEvent.CONTACT_DELETED,
            PURGE_ACTOR,
            self.clock.now(),
            {"due_on": due_on.isoformat()},
        )
        return Change(beneficiary.version, after, entry, forgets_contact=True)


def _is_due(beneficiary: Beneficiary, today: date) -> bool:
    return beneficiary.purge_due_on is not None and beneficiary.purge_due_on <= today
