"""Import a file of data matches: what confirms life certifies; what speaks of a death, or of life after an end, opens a
case."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import islice

from lifecert.application.office.signal_death import SignalDeath
from lifecert.application.shared.certifying import Proof, certifying, digest_of
from lifecert.application.shared.changing import change_newest
from lifecert.application.shared.finding import by_number
from lifecert.application.shared.issuing import Issuer
from lifecert.application.shared.reviewing import OpenReview, opening, review_id_of
from lifecert.domain.actor import Actor, Role
from lifecert.domain.beneficiary import Beneficiary
from lifecert.domain.certificate import Method
from lifecert.domain.change import Change
from lifecert.domain.data_match import Import, MatchLine, Rejected, Rejection, Said, Sources, Taken, Trust
from lifecert.domain.errors import LifeCertError, ReviewOpenedBefore, TransitionRefused
from lifecert.domain.review import Review, ReviewKind
from lifecert.domain.status import Status
from lifecert.domain.year import valid_until_after
from lifecert.ports.clock import Clock
from lifecert.ports.imports import Imports
from lifecert.ports.keys import PersonKeys
from lifecert.ports.register import ChangingRegister, Ledger
from lifecert.ports.reviews import Reviews
from lifecert.ports.sweep import Pace

# Progress is kept after so many lines.
CHUNK = 500
# So long before the year ends a clerk is told whom a register saw that certifies nobody.
LEADS_BEFORE = timedelta(days=60)
# Each line waits for the store some four times.
AT_ONCE = 8


@dataclass(frozen=True, slots=True)
class ImportDataMatch:
    """The use case. Nobody but the registers named in `sources` is believed, of life or of death, and of life as far as
    `trusted` says. `pace` bounds how many lines a second are looked up, each of which asks KMS."""

    register: ChangingRegister
    ledger: Ledger
    imports: Imports
    person_keys: PersonKeys
    clock: Clock
    issuer: Issuer
    reviews: Reviews
    sources: frozenset[str]
    pace: Pace
    trusted: Sources

    def __call__(self, name: str, out_of_time: Callable[[], bool] = lambda: False) -> Import:
        """Take a file line by line, going on where an earlier call stopped, and delete it after the last line.

        Each line is taken whole or not at all; the others are numbered in reject files. The same lines again change
        nothing. A call that runs out of time says that the file is not finished. Raises ImportNotFound.
        """
        done = self.imports.progress(name)
        lines = enumerate(self.imports.lines(name), start=1)
        for _ in islice(lines, done.lines):
            pass
        while chunk := list(islice(lines, CHUNK)):
            with ThreadPoolExecutor(AT_ONCE) as threads:
                outcomes = list(threads.map(self._take, self._paced(chunk)))
            numbered = [(number, outcome) for (number, _), outcome in zip(chunk, outcomes, strict=True)]
            for outcome in outcomes:
                done.count(outcome)
            done.lines = chunk[-1][0]
            rejections = [Rejection(number, why) for number, why in numbered if isinstance(why, Rejected)]
            # Rejects first: a crash between the two writes them again, and loses none.
            self.imports.keep_rejects(name, chunk[0][0], rejections)
            self.imports.keep_progress(name, done)
            if out_of_time():
                return done
        done.finished = True
        self.imports.delete(name)
        return done

    def _paced(self, chunk: list[tuple[int, MatchLine | Rejected]]) -> Iterator[MatchLine | Rejected]:
        """Handed out one after another, by whoever hands out: many threads would each keep a pace of their own."""
        for _, line in chunk:
            self.pace()
            yield line

    def _take(self, line: MatchLine | Rejected) -> Taken | Rejected:
        if isinstance(line, Rejected):
            return line
        if line.source not in self.sources:
            return Rejected.SOURCE_UNKNOWN
        if line.on > self.clock.today():
            return Rejected.DAY_IN_FUTURE
        if (born := line.id_number.birth_date) and line.on < born:
            return Rejected.BEFORE_BIRTH
        try:
            beneficiary = by_number(self.register, self.person_keys, line.id_number)
            if beneficiary is None:
                return Rejected.UNKNOWN_PERSON
            return (
                self._alive(beneficiary, line)
                if line.said is Said.ALIVE
                else SignalDeath(self.register, self.ledger, self.clock)(beneficiary, line)
            )
        except TransitionRefused:
            return Rejected.YEAR_OVER
        except LifeCertError:
            # Whatever it is, it concerns this line: the others are taken all the same.
            return Rejected.NOT_NOW

    def _alive(self, found: Beneficiary, line: MatchLine) -> Taken | Rejected:
        if found.status is Status.TERMINATED:
            return self._alive_after_the_end(found, line)
        source = self.trusted.of(line.source)
        if not source.is_fresh(line.on, self.clock.today()):
            return Rejected.YEAR_OVER if valid_until_after(line.on) < self.clock.today() else Rejected.NOT_FRESH
        actor = Actor(f"data_match:{line.source}", Role.DATA_MATCH)
        facts = {"beneficiary_id": found.beneficiary_id, "seen_on": line.on.isoformat(), "source": line.source}
        named = line.source if source.on_certificate else ""
        proof = Proof(Method.DATA_MATCH, line.on, actor.actor_id, digest_of(facts), source=named)

        def make(newest: Beneficiary) -> Change | None:
            if newest.status is Status.ACTIVE and valid_until_after(line.on) <= newest.valid_until:
                return None
            now, today = self.clock.now(), self.clock.today()
            if any(one.doubts_registers for one in newest.open_cases):
                return opening(newest, self._sign_of_life(newest, line, actor, now), spared_from=today)
            if source.trust is Trust.CASE_ONLY:
                return self._lead(newest, line, actor, now, today)
            change, _ = certifying(newest, proof, actor, now, today, {"source": line.source})
            return self.issuer.signed(change)

        try:
            change = change_newest(self.register, found.beneficiary_id, make)
        except ReviewOpenedBefore:
            return Taken.KNOWN
        if change is None:
            return Taken.KNOWN
        return Taken.CERTIFIED if change.certificate else Taken.CASE_OPENED

    def _lead(self, newest: Beneficiary, line: MatchLine, actor: Actor, now: datetime, today: date) -> Change | None:
        """The word of a register that certifies nobody: a case for whose year is nearly over, one in a year, so that a
        clerk looks for them. It spares nobody, or a weak word would keep the dead from lapsing."""
        if newest.status is Status.ACTIVE and newest.valid_until - today > LEADS_BEFORE:
            return None
        return opening(newest, self._sign_of_life(newest, line, actor, now, f"lead {newest.valid_until.isoformat()}"))

    def _sign_of_life(
        self, newest: Beneficiary, line: MatchLine, actor: Actor, now: datetime, once: str = ""
    ) -> Review:
        """Against what is open: once it is decided, the same line certifies."""
        only_once = f"{line.source} {once}" if once else f"while open {line.source} {line.on.isoformat()}"
        return Review(
            review_id=review_id_of(newest.beneficiary_id, ReviewKind.SIGN_OF_LIFE, only_once),
            beneficiary_id=newest.beneficiary_id,
            kind=ReviewKind.SIGN_OF_LIFE,
            opened_at=now,
            opened_by=actor,
            related_id=line.source,
            day=line.on,
        )

    def _alive_after_the_end(self, found: Beneficiary, line: MatchLine) -> Taken | Rejected:
        """A case for each register. What it says while the case is open belongs to it; what it saw after a case was
        decided is another."""
        after = found.ended_on
        while after and line.on > after:
            only_once = f"{line.source} {after.isoformat()}"
            before = self.reviews.get(review_id_of(found.beneficiary_id, ReviewKind.SIGN_OF_LIFE, only_once))
            if before and before.decision:
                after = self.clock.day_of(before.decision.decided_at)
                continue
            OpenReview(self.register, self.clock)(
                found.beneficiary_id,
                ReviewKind.SIGN_OF_LIFE,
                Actor(f"data_match:{line.source}", Role.DATA_MATCH),
                related_id=line.source,
                only_once=only_once,
                day=line.on,
            )
            return Taken.KNOWN if before else Taken.CASE_OPENED
        return Rejected.ENTITLEMENT_ENDED
