"""A policy on trial: what it would have decided over the same evidence. Nothing follows from it."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from lifecert.domain.challenge import Step
from lifecert.domain.evidence import Evidence, Measure, Verdict
from lifecert.domain.policy import Decision, Policy, decide
from lifecert.domain.proof_channel import ProofChannel
from lifecert.domain.reasons import Reason


@dataclass(frozen=True, slots=True)
class Trial:
    """One verification decided twice: by the policy in force and by the one on trial, as if each try were the first."""

    policy_version: str
    decided: Decision
    would_decide: Decision

    @property
    def agrees(self) -> bool:
        """Whether both came to the same outcome, for whatever reason."""
        return self.decided.outcome is self.would_decide.outcome


@dataclass(frozen=True, slots=True)
class Shadow:
    """The policy on trial, and who is told how it fared."""

    policy: Policy
    tell: Callable[[Trial], None]

    def score(
        self,
        evidence: Evidence,
        asked: tuple[Step, ...],
        in_force: Policy,
        channel: ProofChannel = ProofChannel.WEB,
    ) -> None:
        """Judge the evidence of one decided verification, by what each policy has for its channel. Tries are not
        counted: how often somebody failed before was decided by the policy in force."""
        across = tuple(self._judged_again(measure) for measure in evidence.across)
        decided = decide(evidence, in_force.of(channel), asked, 1)
        would_decide = decide(replace(evidence, across=across), self.policy.of(channel), asked, 1)
        self.tell(Trial(self.policy.version, decided, would_decide))

    def _judged_again(self, measure: Measure) -> Measure:
        """The one measure whose limit belongs to the match, by the limit of the policy on trial."""
        if measure.name != "same_person" or measure.value is None:
            return measure
        if measure.value < self.policy.match.same_person:
            return replace(measure, verdict=Verdict.FAILED, reason=Reason.DIFFERENT_PEOPLE)
        return replace(measure, verdict=Verdict.PASSED, reason=None)
