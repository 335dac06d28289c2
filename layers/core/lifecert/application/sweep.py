"""The sweep: mark as lapsed whoever's year has ended, reading only what is due (design.md §8)."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta

from lifecert.application.changing import change_newest
from lifecert.domain.actor import SWEEP_ACTOR
from lifecert.domain.beneficiary import Beneficiary, Change, record
from lifecert.domain.errors import LifeCertError, SweepUnfinished
from lifecert.domain.ledger import LedgerEvent
from lifecert.domain.status import Status, YearEnded, transition
from lifecert.domain.sweep import Partition, SweepRun, partitions
from lifecert.domain.year import is_over
from lifecert.ports.clock import Clock
from lifecert.ports.stores import Register, SweepRuns

# Nobody is registered active with a year already over, so the first run need only reach back
# to the first registration.
FIRST_RUN_LOOKS_BACK = timedelta(days=31)
# Later runs read two days once more: somebody registered in the last second of a day may reach the index, or a sweep
# by hand just after midnight, too late to be seen by it.
LOOKS_BACK_AGAIN = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Sweep:
    """The use case."""

    register: Register
    runs: SweepRuns
    clock: Clock
    shards: int

    def __call__(
        self, *, since: date | None = None, dry_run: bool = False, out_of_time: Callable[[], bool] = lambda: False
    ) -> SweepRun:
        """Sweep every partition since the last finished run, or since the given day if that is earlier.

        Progress is saved after each partition; a run that died, or ran out of time, goes on when called again.
        A dry run writes nothing. Raises SweepUnfinished, after saving, when anything was left undone.
        """
        today = self.clock.today()
        run = self._run(today, since, dry_run)
        for partition in partitions(run.first_day, today, self.shards):
            if partition.bucket in run.done:
                continue
            failed_before = len(run.failed)
            through = self._sweep(partition, run, today, out_of_time)
            if through and len(run.failed) == failed_before:
                run.done.add(partition.bucket)
            if not dry_run:
                self.runs.save(run)
            if not through:
                raise SweepUnfinished("out of time; call again to go on")
        if run.failed:
            raise SweepUnfinished(f"{len(run.failed)} left undone: {', '.join(run.failed[:20])}")
        run.finished = True
        if not dry_run:
            self.runs.save(run)
        return run

    def _run(self, today: date, since: date | None, dry_run: bool) -> SweepRun:
        begun = None if dry_run else self.runs.get(today)
        if begun and not begun.finished and (since is None or begun.first_day <= since):
            return replace(begun, failed=[])
        last = self.runs.last_finished()
        first_day = last - LOOKS_BACK_AGAIN if last else today - FIRST_RUN_LOOKS_BACK
        # `since` only ever reaches further back: a later day would leave the days before it unswept for good.
        first_day = min(since, first_day) if since else first_day
        return SweepRun(today, first_day, dry_run)

    def _sweep(self, partition: Partition, run: SweepRun, today: date, out_of_time: Callable[[], bool]) -> bool:
        """Sweep one partition; False when time ran out before its end."""
        if out_of_time():
            return False
        for beneficiary_id in self.register.due(partition):
            if out_of_time():
                return False
            try:
                lapsed = self._lapse(beneficiary_id, today, run.dry_run)
            except LifeCertError:
                # One bad item must not keep the others waiting; the run still ends loudly.
                run.failed.append(beneficiary_id)
                continue
            if lapsed is None:
                run.left_alone += 1
            else:
                key = f"{lapsed.category}/{lapsed.district}"
                run.lapsed[key] = run.lapsed.get(key, 0) + 1
        return True

    def _lapse(self, beneficiary_id: str, today: date, dry_run: bool) -> Beneficiary | None:
        """Lapse one beneficiary; None when they are not due any more (certified a moment before)."""
        if dry_run:
            beneficiary = self.register.get(beneficiary_id)
            return beneficiary if beneficiary and _is_due(beneficiary, today) else None
        change = change_newest(self.register, beneficiary_id, lambda newest: self._change(newest, today))
        return change.after if change else None

    def _change(self, beneficiary: Beneficiary, today: date) -> Change | None:
        if not _is_due(beneficiary, today):
            return None
        moved = transition(beneficiary.standing, YearEnded(today), SWEEP_ACTOR.role)
        after, entry = record(
            replace(beneficiary, standing=moved.standing),
            LedgerEvent.LAPSED,
            SWEEP_ACTOR,
            self.clock.now(),
            {"status": moved.standing.status, "valid_until": moved.standing.valid_until.isoformat()},
        )
        return Change(beneficiary.version, after, entry)


def _is_due(beneficiary: Beneficiary, today: date) -> bool:
    standing = beneficiary.standing
    return standing.status is Status.ACTIVE and is_over(standing.valid_until, today)
