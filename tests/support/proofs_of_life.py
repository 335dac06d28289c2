"""Made-up proofs of life without a camera, one of each method, and the office that takes them."""

from datetime import date

from lifecert.application.office.take_visit_list import TakeVisitList, Visit, VisitLine, VisitOutcome
from lifecert.domain.actor import User
from lifecert.domain.certificate import Certificate, Method
from lifecert.domain.review import Review, ReviewKind
from lifecert.domain.sighting import (
    Attestation,
    Attester,
    Document,
    GroupVisit,
    HomeVisit,
    PaperForm,
    PresenceGround,
    Sighting,
    VideoCall,
    VideoCheck,
    VisitPlace,
    Witness,
    paper_digest,
)
from tests.support.builders import (
    CLERK,
    at_the_counter,
    start_limits,
)
from tests.support.open_cases import TODAY, Office

SCAN = "5" * 64
KNOWN = Document.KNOWN_PERSONALLY
LATE = PresenceGround.PAPERS_CAME_LATE


def sighting(method: Method, on: date = TODAY, ground: PresenceGround | None = None) -> Sighting:
    card = Document.ID_CARD
    made: dict[Method, Sighting] = {
        Method.IN_PERSON: at_the_counter(on, ground=ground),
        Method.HOME_VISIT: HomeVisit(seen_on=on, document=KNOWN, scan=SCAN, ground=ground),
        Method.GROUP_VISIT: GroupVisit(seen_on=on, document=card, place=VisitPlace.VILLAGE, ground=ground),
        Method.VIDEO: VideoCall(seen_on=on, document=card, asked=VideoCheck.WORDS_SAID),
        Method.ATTESTATION: Attestation(
            seen_on=on, attester=Attester.EMBASSY, country="DE", paper=paper_digest("p", "7"), scan=SCAN
        ),
        Method.PAPER_FORM: PaperForm(seen_on=on, witness=Witness.DOCTOR, letter="letter-1", scan=SCAN),
    }
    return made[method]


SEEN = (Method.HOME_VISIT, Method.GROUP_VISIT, Method.VIDEO)
PAPERS = (Method.ATTESTATION, Method.PAPER_FORM)


def state(office: Office, what: Sighting, user: User = CLERK, key: str = "key-1") -> Certificate | Review:
    return office.in_person(office.id, what, user, key)


def audits(office: Office) -> list[Review]:
    return [one for one in office.store.reviews.values() if one.kind is ReviewKind.AUDIT]


class Round:
    """An officer's round, and the office."""

    def __init__(self) -> None:
        self.office = Office()
        use_case, store = self.office.in_person, self.office.store
        self.take = TakeVisitList(
            *(use_case, store.register, store.ledger, self.office.clock, store.limits), start_limits(by_user=3)
        )

    def line(self, outcome: VisitOutcome, number: int = 1, **fields: object) -> VisitLine:
        return VisitLine(number, self.office.id, outcome, **fields)  # type: ignore[arg-type]

    def done(self, *lines: VisitLine, visit: Visit | None = None, user: User = CLERK, key: str = "round-1") -> list:  # type: ignore[type-arg]
        return list(self.take(visit or Visit(TODAY, VisitPlace.NURSING_HOME), lines, user, key))
