"""Any order of days, deaths of the sweep, notices, certifications, ends and decisions: nobody is held who must not be,
nobody is forgotten, and whoever comes back gets the right arrears."""

from datetime import date, timedelta
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from lifecert.domain.errors import TransitionRefused
from lifecert.domain.hold import HoldChoice, HoldState
from lifecert.domain.ledger import LedgerEntry, LedgerEvent, facts_of
from lifecert.domain.notice import AFTER_THE_END
from lifecert.domain.status import Status
from ops.verify_ledger import LedgerCheck
from tests.support.builders import proposal_of
from tests.support.holding import HoldWorld
from tests.support.mortal import Killed, Life, mortal_night

GRACE = 14
NAMES = ("ada", "ben", "cleo", "dora")
names = st.sampled_from(NAMES)


class Years(RuleBasedStateMachine):
    """Four people, over some months."""

    @initialize(days=st.lists(st.integers(0, 20), min_size=len(NAMES), max_size=len(NAMES)))
    def begin(self, days: list[int]) -> None:
        self.world = HoldWorld(grace_days=GRACE)
        self.world.night()
        for name, left in zip(NAMES, days, strict=True):
            self.world.add(name, days_left=left)
        # Of each year, which comes back when the certificate after it was got by fraud.
        self.approved: set[tuple[str, date, str]] = set()
        self.delivered: dict[tuple[str, date], date] = {}

    @rule(number=st.integers(1, GRACE + 2))
    def nights_pass(self, number: int) -> None:
        self.world.nights(number)
        self.nobody_is_forgotten()

    @rule()
    def the_grace_days_pass(self) -> None:
        self.nights_pass(GRACE + 1)

    @rule(days=st.integers(1, 8), writes=st.integers(1, 25), took_effect=st.booleans())
    def nights_are_missed_and_a_sweep_dies(self, days: int, writes: int, took_effect: bool) -> None:
        self.world.clock.move(days=days)
        try:
            mortal_night(self.world, Life(writes, took_effect))()
        except Killed:
            if took_effect:
                self.world.queue.waiting.clear()

    @rule()
    def a_second_sweep_of_the_day(self) -> None:
        self.world.night()

    @rule(whose=st.sampled_from([NAMES, NAMES, NAMES[:1], NAMES[1:2]]))
    def notices_arrive(self, whose: tuple[str, ...]) -> None:
        for name in whose:
            if self.world.deliver(name):
                self.delivered[name, self.world.standing(name).valid_until] = self.world.clock.today()

    @rule(name=names, ago=st.sampled_from([0, 0, 0, 5, 30]))
    def life_is_proven(self, name: str, ago: int) -> None:
        before, today = self.world.standing(name), self.world.clock.today()
        on = today - timedelta(days=ago)
        try:
            self.world.certify(name, on)
        except TransitionRefused:
            return
        (said,) = facts_of(self.world.entry(name, LedgerEvent.CERTIFIED))
        assert (said["arrears_first_day"], said["arrears_last_day"]) == self._owed(before.unpaid_since, today)
        assert said["payment_was_held"] is (before.held_since is not None)

    @staticmethod
    def _owed(since: date | None, today: date) -> tuple[str | None, str | None]:
        """Each day that nobody paid, before today; whoever lapsed and was not held has been paid all the time."""
        owed = [since + timedelta(days=n) for n in range((today - since).days)] if since else []
        return (owed[0].isoformat(), owed[-1].isoformat()) if owed else (None, None)

    @precondition(lambda self: self.world.batches(HoldState.OPEN))
    @rule(choice=st.sampled_from(HoldChoice), data=st.data())
    def the_office_decides(self, choice: HoldChoice, data: Any) -> None:
        batch = self.world.batches(HoldState.OPEN)[0]
        candidates = sorted(self.world.outcomes(batch.batch_id))
        named: list[str] = []
        if choice in (HoldChoice.ALL_BUT, HoldChoice.ONLY):
            named = data.draw(st.lists(st.sampled_from(candidates), min_size=1, unique=True))
        self.world.decide(choice, *named, batch_id=batch.batch_id)
        chosen = {
            HoldChoice.ALL: set(candidates),
            HoldChoice.NONE: set(),
            HoldChoice.ONLY: set(named),
            HoldChoice.ALL_BUT: set(candidates) - set(named),
        }[choice]
        for name in chosen:
            self.approved.add((name, self.world.standing(name).valid_until, batch.batch_id))

    @rule(name=st.just(NAMES[-1]))
    def an_entitlement_ends_or_the_end_was_a_mistake(self, name: str) -> None:
        if self.world.standing(name).status is Status.TERMINATED:
            self.world.correct(name)
        else:
            self.world.terminate(name)

    @rule(name=st.just(NAMES[-2]))
    def a_certificate_turns_out_to_be_got_by_fraud(self, name: str) -> None:
        person = self.world.person(name)
        if person.certificate_id and person.status is not Status.TERMINATED:
            self.world.revoke(name)

    @invariant()
    def nobody_is_held_without_approval_a_notice_and_the_grace_days_over(self) -> None:
        for name in NAMES:
            standing = self.world.standing(name)
            if not standing.held_since or standing.status is Status.TERMINATED:
                continue
            assert standing.status is Status.LAPSED
            entry = self._hold(name, standing.held_since)
            told_on = self.delivered[name, standing.valid_until]
            assert (name, standing.valid_until, entry.details["batch_id"]) in self.approved
            assert told_on.isoformat() == entry.details["notice_delivered_on"]
            assert (standing.held_since - max(told_on, standing.valid_until)).days > GRACE

    def _hold(self, name: str, since: date) -> LedgerEntry:
        """The entry that a hold began with: it comes back with its year, or when an end was a mistake."""
        holds = (one for one in self.world.store.entries[name] if one.event is LedgerEvent.PAYMENT_HELD)
        [entry] = (one for one in holds if facts_of(one)[0]["held_since"] == since.isoformat())
        return entry

    @invariant()
    def every_chain_is_whole(self) -> None:
        check = LedgerCheck(self.world.store.register, self.world.store.ledger)
        assert [check(name) for name in NAMES] == [None] * len(NAMES)

    @invariant()
    def nobody_waits_in_two_batches(self) -> None:
        waiting = [
            name
            for state in (HoldState.OPEN, HoldState.DECIDED)
            for batch in self.world.batches(state)
            for name, outcome in self.world.outcomes(batch.batch_id).items()
            if outcome is None and self._stands_in(name, batch.batch_id)
        ]
        assert len(waiting) == len(set(waiting))

    def _stands_in(self, name: str, batch_id: str) -> bool:
        proposal = proposal_of(self.world.person(name))
        return proposal is not None and proposal.batch_id == batch_id

    def nobody_is_forgotten(self) -> None:
        """After a night that went through: who is told and out of grace stands in a batch that is shown or decided,
        and who lapsed before the last night was told so."""
        today = self.world.clock.today()
        for name in NAMES:
            person, standing = self.world.person(name), self.world.standing(name)
            assert standing.status is not Status.ACTIVE or standing.valid_until >= today
            if standing.status is not Status.LAPSED or standing.held_since:
                continue
            over = (today - person.grace_begins_on(person.main_benefit)).days > GRACE
            if over and person.notice_delivered_on:
                proposal = proposal_of(person)
                assert proposal
                batch = self.world.store.hold_batches.get(proposal.batch_id)
                assert batch
                assert batch.state in (HoldState.OPEN, HoldState.DECIDED)
            lapsed = [one for one in self.world.store.entries[name] if one.details.get("status") == Status.LAPSED]
            if lapsed[-1].at < self.world.clock.now():
                assert person.current_notice
                assert person.current_notice.days_before == AFTER_THE_END


Years.TestCase.settings = settings(
    max_examples=40,
    stateful_step_count=40,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)
TestYears = Years.TestCase
