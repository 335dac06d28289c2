"""A benefit that one clerk adds to somebody to whom nothing was due any more: what then counts again, and when."""

import pytest

from lifecert.application.certify.get_certificate import GetCertificate
from lifecert.application.office.certify_in_person import CertifyInPerson
from lifecert.domain.certificate import Certificate, CertificateState, RevocationCause
from lifecert.domain.review import Ground, ReviewKind, ReviewOutcome
from lifecert.domain.status import EndCause, Status
from tests.support.builders import (
    CLERK,
    PROOFS,
    an_issuer,
    at_the_counter,
)
from tests.support.entitled import SECOND, Person
from tests.support.fakes.photos import MemoryPhotos
from tests.support.verifying import review_decider


class Again(Person):
    """Somebody who was certified, whose benefits two clerks ended, and to whom one adds another."""

    def __init__(self) -> None:
        super().__init__(-100)
        store = self.store
        certify = CertifyInPerson(
            *(store.register, store.certificates_port, store.reviews_port, store.ledger),
            *(self.clock, an_issuer(), PROOFS),
        )
        certified = certify(self.who, at_the_counter(self.clock.today()), CLERK, "key-1")
        assert isinstance(certified, Certificate)
        self.certificate_id = certified.certificate_id
        self.end(EndCause.MOVED)
        assert self.state is CertificateState.REVOKED
        self.also(-1)

    @property
    def state(self) -> CertificateState:
        look = GetCertificate(self.store.certificates_port, self.store.register, self.clock)
        return look(self.certificate_id).state

    def decided(self, outcome: ReviewOutcome, ground: Ground) -> None:
        """The second clerk says whether the benefit is due."""
        waits = self.now.open_case(ReviewKind.REGISTRATION)
        assert waits
        decide = review_decider(self.store, MemoryPhotos(), self.clock)
        decide(waits.review_id, outcome, ground, SECOND)


def test_the_certificate_counts_again_once_a_second_clerk_confirms_the_benefit() -> None:
    """It counted at once, by the word of the one clerk who added the benefit."""
    person = Again()
    assert (person.now.status, person.state) == (Status.ACTIVE, CertificateState.REVOKED)
    person.decided(ReviewOutcome.ACCEPT, Ground.CONFIRMED)
    assert person.state is CertificateState.VALID
    assert person.store.certificates[person.certificate_id].revoked_for is None


@pytest.mark.parametrize("refused", [True, False])
def test_what_is_not_confirmed_revives_nothing_and_can_be_ended(refused: bool) -> None:
    person = Again()
    since = person.store.certificates[person.certificate_id].revoked_at
    if refused:
        person.decided(ReviewOutcome.REFUSE, Ground.UNFOUNDED)
    assert person.state is CertificateState.REVOKED
    person.clock.move(days=1)
    person.end(EndCause.OTHER)
    stored = person.store.certificates[person.certificate_id]
    assert (stored.revoked_at, stored.revoked_for) == (since, RevocationCause.ENTITLEMENT_ENDED), (
        "the first moment counts"
    )


@pytest.mark.parametrize("refused", [True, False])
def test_what_two_clerks_correct_counts_again_though_a_benefit_waits(refused: bool) -> None:
    person = Again()
    if refused:
        person.decided(ReviewOutcome.REFUSE, Ground.UNFOUNDED)
    person.take_back(benefit_id="1")
    assert person.state is CertificateState.VALID
