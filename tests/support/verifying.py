"""Verifications over the stores of a test, whatever they are."""

import json
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Protocol

from lifecert.adapters.kms.protected_references import ProtectedReferences
from lifecert.adapters.messages.deciding import answer_to, decided_of, looked_message
from lifecert.application.certify.decide_session import DecideSession
from lifecert.application.certify.verify_face import VerifyFace
from lifecert.application.office.decide_review import DecideReview
from lifecert.domain.beneficiary import Beneficiary
from lifecert.domain.session import Session
from lifecert.ports.clock import Clock
from lifecert.ports.deciding import Claims, Decided, Looked
from lifecert.ports.photos import Photos
from lifecert.ports.references import References
from lifecert.ports.register import ChangingRegister
from lifecert.ports.sessions import Limits, SeenFrames, Sessions
from lifecert.ports.vision import FaceAnalyser
from tests.support.builders import (
    NOW,
    a_change,
    a_policy,
    a_reference,
    a_session,
    an_enrolment,
    an_issuer,
    good_evidence,
    helper_volume,
    registration,
)
from tests.support.fakes.analysers import ScriptedAnalyser
from tests.support.fakes.clock import FixedClock
from tests.support.fakes.keys import PlainTemplates
from tests.support.fakes.photos import MemoryPhotos
from tests.support.fakes.store import MemoryStore


class Stores(Protocol):
    """What of a `MemoryStore`, or of the contract suite's stores, a verification needs."""

    @property
    def register(self) -> ChangingRegister: ...
    @property
    def sessions(self) -> Sessions: ...
    @property
    def references(self) -> References: ...
    @property
    def seen_frames(self) -> SeenFrames: ...
    @property
    def limits(self) -> Limits: ...
    @property
    def claims(self) -> Claims: ...


def verifier(stores: Stores, photos: Photos, analyser: FaceAnalyser, clock: Clock, **others: Any) -> VerifyFace:
    """The use case; `others` are ports to take instead."""
    both: dict[str, Any] = {"register": stores.register, "photos": photos, "clock": clock, "policy": a_policy()}
    looking: dict[str, Any] = {
        "sessions": stores.sessions,
        "references": ProtectedReferences(stores.references, PlainTemplates()),
        "seen_frames": stores.seen_frames,
        "analyser": analyser,
        "protection": PlainTemplates(),
    }
    deciding: dict[str, Any] = {
        "claims": stores.claims,
        "issuer": an_issuer(),
        "helper_volume": helper_volume(stores.limits, stores.register, clock),
    }
    for needed in (both, looking, deciding):
        needed.update({name: port for name, port in others.items() if name in needed})
    return VerifyFace(**both, **looking, decide=ByMessage(DecideSession(**both, **deciding)))


def review_decider(store: MemoryStore, photos: MemoryPhotos, clock: Clock) -> DecideReview:
    """Clerks' decisions of cases."""
    return DecideReview(
        register=store.register,
        reviews=store.reviews_port,
        sessions=store.sessions,
        ledger=store.ledger,
        photos=photos,
        clock=clock,
        issuer=an_issuer(),
        unlike_below=a_policy().match.review,
        audited_of_doubted=0.0,
    )


@dataclass(frozen=True, slots=True)
class ByMessage:
    """Has a session decided as verify_face does: what is said goes through JSON and back, both ways."""

    decide: DecideSession

    def __call__(self, looked: Looked) -> Decided:
        message = json.loads(json.dumps(looked_message(looked)))
        return decided_of(json.loads(json.dumps(answer_to(message, self.decide))))


def with_other(verify: VerifyFace, **ports: Any) -> VerifyFace:
    """The same with other ports, for what looks and for what decides."""
    assert isinstance(verify.decide, ByMessage)
    mine = {name: port for name, port in ports.items() if hasattr(verify, name)}
    others = {name: port for name, port in ports.items() if hasattr(verify.decide.decide, name)}
    return replace(verify, **mine, decide=ByMessage(replace(verify.decide.decide, **others)))


def enrolled(stores: Stores, person: Beneficiary) -> Beneficiary:
    """The same with a photo that counts, which is what an acceptance rests on."""
    enrolment = an_enrolment(person)
    stores.references.begin(enrolment)
    counted = {"reference_ids": (enrolment.reference_id,)}
    change = a_change(person, reference=a_reference(enrolment), changed=counted)
    stores.register.commit(change)
    return change.after


class VerifyWorld:
    """A beneficiary with a reference, and sessions whose frames are uploaded."""

    def __init__(self, **beneficiary: object) -> None:
        self.store, self.photos, self.clock = MemoryStore(), MemoryPhotos(), FixedClock(NOW)
        self.analyser = ScriptedAnalyser(good_evidence())
        registered = registration(**beneficiary)
        self.store.register.commit(registered)
        self.id = enrolled(self.store, registered.after).beneficiary_id
        self.verify = verifier(self.store, self.photos, self.analyser, self.clock)
        self._uploaded = 0

    @property
    def beneficiary(self) -> Beneficiary:
        found = self.store.register.get(self.id)
        assert found
        return found

    def session(self, upload: bool = True, **fields: object) -> Session:
        now = self.clock.now()
        session = a_session(
            **{"beneficiary_id": self.id, "opened_at": now, "deadline": now + timedelta(minutes=10), **fields}
        )
        self.store.sessions.open(session)
        for number in range(1, len(session.challenge) + 1) if upload else ():
            self._uploaded += 1
            self.photos.upload(session.frame_key(number), b"photo %d" % self._uploaded, now)
        return session

    def last_entry(self) -> dict[str, object]:
        return dict(self.store.entries[self.id][-1].details)
