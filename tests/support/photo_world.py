"""An office whose register came in by a file, and photos of these people by another."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from lifecert.adapters.kms.protected_references import ProtectedReferences
from lifecert.application.faces.import_references import PhotoLines
from lifecert.application.shared.importing import ImportLines
from lifecert.domain.beneficiary import Beneficiary
from lifecert.domain.evidence import EnrolmentEvidence, Measure, Verdict
from lifecert.domain.imprint import NO_PHOTOS, KnownPhotos
from lifecert.domain.intake import ImportKind, RegisterImport
from lifecert.domain.reasons import Reason
from tests.support.builders import a_policy, face
from tests.support.fakes.access import references_of_payers
from tests.support.fakes.intake import MemoryImportedPhotos
from tests.support.fakes.keys import BackwardsProtection
from tests.support.fakes.photos import MemoryPhotos
from tests.support.intake_world import HEADER, LI, WANG, Intake, line

PHOTOS = "photo,captured_on,consent_version,consent_on,consent_source,id_number,line_key"
CONSENT = "1,2024-03-05,paper_form"
# Of an import's list: who brought the people.
PEOPLE = (line("王淑芬", WANG, key="A-1"), line("李大山", LI, key="A-2"))


def photo(name: str, whose: str, key: str = "", taken: str = "2024-03-05") -> str:
    return f"{name},{taken},{CONSENT},{whose},{key}"


@dataclass(slots=True)
class FacesByContent:
    """Sees in `face-<number>` that face, in another photo the reason that it is."""

    looked: list[bytes] = field(default_factory=list)

    def enrol(self, content: bytes, known: KnownPhotos = NO_PHOTOS) -> EnrolmentEvidence:
        self.looked.append(content)
        kind, _, rest = content.decode().partition("-")
        if kind == "face":
            number = int(rest.partition("-")[0])
            return EnrolmentEvidence((Measure("decode", Verdict.PASSED, 1, "share", 0.8),), face(number), b"imprint")
        return EnrolmentEvidence((Measure("decode", Verdict.FAILED, reason=Reason(content.decode())),), None)


class PhotoIntake(Intake):
    """Wang and Li are registered; photos are put into the bucket by `bring`."""

    def __init__(self, part_bytes: int = 2**21) -> None:
        super().__init__(part_bytes)
        self.brought, self.photos, self.analyser = MemoryImportedPhotos(), MemoryPhotos(), FacesByContent()
        self.take(*PEOPLE, header=HEADER, key="register")

    def more_lines(self, ports: Mapping[str, Any]) -> Mapping[ImportKind, ImportLines]:
        protection = BackwardsProtection()
        lines = PhotoLines(
            register=ports.get("photo_register", self.store.register),
            references=ProtectedReferences(self.store.references, protection),
            uploads=ports.get("uploads", self.brought),
            photos=ports.get("photos", self.photos),
            analyser=self.analyser,
            runs=ports["runs"],
            ledger=self.store.ledger,
            person_keys=self.keys,
            found_by=references_of_payers(self.store, self.keys),
            protection=protection,
            clock=self.clock,
            policy=a_policy(),
            consent_versions=frozenset({"1", "2"}),
        )
        return {ImportKind.REFERENCES: lines}

    def bring(self, **photos: str) -> None:
        self.brought.photos |= {f"{name}.jpg": content.encode() for name, content in photos.items()}

    def look(self, *lines: str, header: str = PHOTOS, key: str = "photos-1") -> RegisterImport:
        return self.check("\n".join([header, *lines, ""]), key, kind=ImportKind.REFERENCES)

    def enrol(self, *lines: str, header: str = PHOTOS, key: str = "photos-1") -> RegisterImport:
        return self.release(self.look(*lines, header=header, key=key))

    def wang(self) -> Beneficiary:
        return self.of(WANG)
