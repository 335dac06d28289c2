"""One session, and a hundred requests that want it decided at the same moment: one certificate, one ledger entry.

On every engine that threads can share. The deployed stack is raced with six (tests/e2e/test_way_through.py), because
each request there is a process with its own models.
"""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from lifecert.domain.errors import LifeCertError, SessionBusy, StoreUnavailable
from lifecert.domain.ledger import LedgerEvent, verify_chain
from lifecert.domain.session import Session
from tests.support.builders import HELPER, a_session, an_id, good_evidence, registration
from tests.support.engines import Stores
from tests.support.fakes.analysers import ScriptedAnalyser
from tests.support.fakes.clock import FixedClock
from tests.support.fakes.photos import MemoryPhotos
from tests.support.patience import PATIENCE_SECONDS
from tests.support.verifying import enrolled, verifier

AT_ONCE = 100


def test_a_hundred_at_once_make_one_certificate(racing: Stores) -> None:
    change = registration(person_key=an_id())
    racing.register.commit(change)
    enrolled(racing, change.after)
    session = a_session(beneficiary_id=change.after.beneficiary_id)
    racing.sessions.open(session)
    photos = MemoryPhotos()
    for number in range(1, len(session.challenge) + 1):
        photos.upload(session.frame_key(number), an_id().encode())
    verify = verifier(racing, photos, ScriptedAnalyser(good_evidence()), FixedClock())
    together = Barrier(AT_ONCE)

    def one(_: int) -> Session | type[LifeCertError]:
        together.wait(timeout=PATIENCE_SECONDS)
        try:
            return verify(session.session_id, HELPER)
        except LifeCertError as refused:
            return type(refused)

    with ThreadPoolExecutor(AT_ONCE) as threads:
        answers = list(threads.map(one, range(AT_ONCE)))

    refused = Counter(answer for answer in answers if isinstance(answer, type))
    assert set(refused) <= {SessionBusy, StoreUnavailable}
    decided = [answer for answer in answers if isinstance(answer, Session)]
    assert decided
    assert {answer.result and answer.result.certificate_id for answer in decided} == {
        decided[0].result and decided[0].result.certificate_id
    }
    entries = list(racing.ledger.entries(change.after.beneficiary_id))
    assert [entry.event for entry in entries].count(LedgerEvent.CERTIFIED) == 1
    assert verify_chain(entries) == 3
    again = verify(session.session_id, HELPER)
    assert again.result == decided[0].result
