"""Whether the time of an answer tells who is registered: `make probe` measures it on the local stack.

A stranger asks by turns for somebody who is not registered and for somebody who is, under another name. Body and status
are the same (tests/e2e/test_bad_input.py); here it is the time. Asking by turns, in an order drawn for each pair, gives
both the same neighbours, so what the machine does meanwhile falls on both alike.
"""

import argparse
import random
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from lifecert.bootstrap.parts import consent_texts
from local.demo.cast import JIANGUO, MING, register
from local.demo.phone import Phone
from local.deploy import deploy
from local.stack import run

PASSWORD = "Only-for-this-measurement-2026"  # noqa: S105 (of users who live as long as this stack)
WARM_UP = 10
RESAMPLED = 2000


@dataclass(frozen=True, slots=True)
class Probe:
    """Times in milliseconds of the two kinds of question, pair by pair."""

    unknown: Sequence[float]
    wrong_name: Sequence[float]

    @property
    def differences(self) -> list[float]:
        """How much longer an unknown person took, pair by pair."""
        return [one - other for one, other in zip(self.unknown, self.wrong_name, strict=True)]

    def interval(self, share: float = 0.99, seed: int = 1) -> tuple[float, float]:
        """Bootstrap interval of the median difference, in milliseconds."""
        chosen, found = random.Random(seed), self.differences  # noqa: S311 (statistics)
        medians = sorted(statistics.median(chosen.choices(found, k=len(found))) for _ in range(RESAMPLED))
        outside = int(RESAMPLED * (1 - share) / 2)
        return medians[outside], medians[-1 - outside]

    def __str__(self) -> str:
        low, high = self.interval()
        return (
            f"{len(self.unknown):,} pairs: unknown person {statistics.median(self.unknown):.2f} ms, wrong name "
            f"{statistics.median(self.wrong_name):.2f} ms (medians); median difference "
            f"{statistics.median(self.differences):+.3f} ms, 99 % interval {low:+.3f} to {high:+.3f} ms"
        )


def probe(ask: Callable[[str, str], None], registered: str, unregistered: str, pairs: int, seed: int = 1) -> Probe:
    """Time `ask(name, id_number)` for both kinds, after a warm-up that does not count."""
    order = random.Random(seed)  # noqa: S311 (statistics)
    times: dict[str, list[float]] = {registered: [], unregistered: []}
    for number in range(WARM_UP + pairs):
        for id_number in order.sample([registered, unregistered], 2):
            began = time.perf_counter()
            ask("张三", id_number)
            if number >= WARM_UP:
                times[id_number].append(1000 * (time.perf_counter() - began))
    return Probe(times[unregistered], times[registered])


def starting(phone: Phone) -> Callable[[str, str], None]:
    """Ask by starting a session, which must end as for a person who cannot be found."""

    def ask(name: str, id_number: str) -> None:
        body = {
            "beneficiary": {"name": name, "id_number": id_number},
            "consent": {"version": consent_texts().in_force},
            "on_behalf": True,
        }
        phone.expect(404, "POST", "/sessions", body)

    return ask


def main() -> None:
    """Measure on a stack of its own, and print."""
    parser = argparse.ArgumentParser(prog="python -m lab.speed.probing", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--pairs", type=int, default=1000, help="pairs of questions (%(default)s)")
    pairs = parser.parse_args().pairs
    with run() as stack:
        deployed = deploy(stack.aws)
        clerk = Phone(deployed.api_url, deployed.new_user("clerk@example.org", PASSWORD, "clerk"))
        second = Phone(deployed.api_url, deployed.new_user("second-clerk@example.org", PASSWORD, "clerk"))
        register(clerk, MING, datetime.now(ZoneInfo("Asia/Shanghai")).date(), second)
        stranger = Phone(deployed.api_url, deployed.new_user("stranger@example.org", PASSWORD))
        print(probe(starting(stranger), MING.id_number, JIANGUO.id_number, pairs))


if __name__ == "__main__":
    main()
