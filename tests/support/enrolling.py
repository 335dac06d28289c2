"""An office that registers people and enrols their photos, and clerks who replace them."""

from dataclasses import replace
from datetime import date

from lifecert.adapters.kms.protected_references import ProtectedReferences
from lifecert.application.faces.enrol_reference import BeginEnrolment, ConsentShown, FinishEnrolment
from lifecert.application.office.register_beneficiary import NewBenefit, RegisterBeneficiary, Registration
from lifecert.domain.actor import User
from lifecert.domain.category import Category
from lifecert.domain.evidence import EnrolmentEvidence, Measure, Template, Verdict
from lifecert.domain.person import IdNumber
from lifecert.domain.reference import Reference, Replacement
from lifecert.domain.review import GROUNDS, Ground, Review, ReviewKind, ReviewOutcome
from lifecert.domain.session import ImageType
from tests.support.builders import (
    CLERK,
    NOW,
    a_policy,
    a_template,
    an_id,
    face,
)
from tests.support.fakes.access import looking_up, references_of_payers
from tests.support.fakes.analysers import ScriptedAnalyser
from tests.support.fakes.clock import FixedClock
from tests.support.fakes.keys import BackwardsProtection, FakePersonKeys
from tests.support.fakes.notices import FakeSeal
from tests.support.fakes.photos import MemoryPhotos
from tests.support.fakes.store import MemoryStore
from tests.support.verifying import review_decider
from tests.support.vouching import vouched

PERSON = Registration(
    "王小明",
    IdNumber.parse("11010519491231002X"),
    NewBenefit(Category.RESIDENT_PENSION, "330106", date(2025, 6, 1)),
)
TAKEN = date(2019, 5, 1)
CONSENT = ConsentShown("1")
SECOND_CLERK = replace(CLERK, user_id="clerk-2")
PAYERS = ("fund", "injury")
PASSED = (Measure("decode", Verdict.PASSED), Measure("sharpness", Verdict.PASSED, 0.4, "share", 0.7))


class World:
    """An office."""

    def __init__(self) -> None:
        self.store, self.photos, self.clock = MemoryStore(), MemoryPhotos(), FixedClock(NOW)
        self.analyser = ScriptedAnalyser(enrolment=EnrolmentEvidence(PASSED, a_template(), b"imprint"))
        register, ledger = self.store.register, self.store.ledger
        references, told = references_of_payers(self.store), looking_up(self.store, self.clock)
        self.register = RegisterBeneficiary(
            register, FakePersonKeys(), FakeSeal(), self.clock, ledger, PAYERS, references, told
        )
        self.begin = BeginEnrolment(
            self.store.register, self.store.references, self.photos, self.clock, a_policy(), CONSENT.version
        )
        protection = BackwardsProtection()
        self.references = ProtectedReferences(self.store.references, protection)
        self.finish = FinishEnrolment(
            self.store.register,
            self.references,
            self.photos,
            self.analyser,
            self.clock,
            a_policy(),
            protection,
            CONSENT.version,
            self.store.limits,
        )


class Enrolling(World):
    """A person with one reference, and further photos of faces by number."""

    def __init__(self) -> None:
        super().__init__()
        registered = self.register(PERSON, CLERK, an_id())
        self.id = vouched(self.store.register, self.store.reviews_port, self.clock, registered.beneficiary_id)
        self.store.reviews.clear()
        self.first = self.enrol(face(0))

    def enrol(self, template: Template, replacement: Replacement | None = None) -> Reference:
        self.analyser.enrolment = EnrolmentEvidence(PASSED, template)
        begun = self.begin(self.id, "office", TAKEN, ImageType.JPEG, CLERK, CONSENT, replacement)
        self.photos.upload(begun.enrolment.upload_key, b"photo")
        return self.finish(self.id, begun.enrolment.reference_id, CLERK)


def decide(world: Enrolling, review: Review, outcome: ReviewOutcome, user: User) -> None:
    decide_review = review_decider(world.store, world.photos, world.clock)
    ground = Ground.CONFIRMED if outcome is ReviewOutcome.ACCEPT else min(GROUNDS[outcome])
    decide_review(review.review_id, outcome, ground, user)


def the_override(world: Enrolling) -> Review:
    return [one for one in world.store.reviews.values() if one.kind is ReviewKind.OVERRIDE][-1]
