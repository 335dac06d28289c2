"""From the function that looks to the one that decides: what was seen; and back: what was decided."""

import json
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from lifecert.adapters.aws_errors import translated
from lifecert.adapters.dynamodb.sessions import result_map, result_of
from lifecert.adapters.dynamodb.values import moment
from lifecert.domain import errors
from lifecert.domain.challenge import Step
from lifecert.domain.evidence import Evidence, FrameEvidence, Measure, ReferenceMatch, Verdict
from lifecert.domain.reasons import Reason
from lifecert.ports.deciding import Decided, Deciding, Looked

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient

# What is no fault, and told by its name. Whatever else is raised ends the function that decides with an error.
_REFUSALS: dict[str, type[errors.LifeCertError]] = {
    one.__name__: one
    for one in (
        errors.SessionNotFound,
        errors.SessionBusy,
        errors.SessionAlreadyDecided,
        errors.InvitationUnknown,
        errors.EntitlementEnded,
        errors.ConsentWithdrawn,
        errors.BeneficiaryNotFound,
        errors.VersionConflict,
        errors.StoreUnavailable,
    )
}


@dataclass(frozen=True, slots=True)
class LambdaDeciding:
    """Asks the function that decides, and waits for its answer."""

    client: "LambdaClient"
    function: str

    def __call__(self, looked: Looked) -> Decided:
        """As the port has it. A fault of the other function is StoreUnavailable here, and an alarm there."""
        with translated():
            answer = self.client.invoke(FunctionName=self.function, Payload=json.dumps(looked_message(looked)).encode())
            content = answer["Payload"].read()
        if answer.get("FunctionError"):
            raise errors.StoreUnavailable("the session could not be decided")
        return decided_of(json.loads(content))


def answer_to(message: Mapping[str, Any], decide: Deciding) -> dict[str, Any]:
    """What the function that decides answers to a message. Raises KeyError, ValueError or TypeError for one that
    `looked_message` cannot have written."""
    looked = looked_of(message)
    try:
        decided = decide(looked)
    except errors.FramesMissing as missing:
        return {"frames_missing": list(missing.numbers)}
    except errors.LifeCertError as refusal:
        if type(refusal).__name__ not in _REFUSALS:
            raise
        return {"refused": type(refusal).__name__}
    return {"result": result_map(decided.result), "evidence": decided.evidence}


def decided_of(answer: Mapping[str, Any]) -> Decided:
    """What `answer_to` answered. Raises the refusal that it tells."""
    if "frames_missing" in answer:
        raise errors.FramesMissing(tuple(answer["frames_missing"]))
    if "refused" in answer:
        raise _REFUSALS[answer["refused"]]()
    return Decided(result_of(answer["result"]), answer["evidence"])


def looked_message(looked: Looked) -> dict[str, Any]:
    """As JSON. No picture, no template; imprints as the table has them."""
    return {
        "session_id": looked.session_id,
        "beneficiary_id": looked.beneficiary_id,
        "claimed_until": moment(looked.claimed_until),
        "evidence": asdict(looked.evidence),
        "etags": list(looked.etags),
        "digests": list(looked.digests),
        "imprints": [b64encode(one).decode() for one in looked.imprints],
        "observations": looked.observations,
    }


def looked_of(message: Mapping[str, Any]) -> Looked:
    """What `looked_message` wrote. Raises KeyError, ValueError or TypeError for anything else."""
    return Looked(
        session_id=str(message["session_id"]),
        beneficiary_id=str(message["beneficiary_id"]),
        claimed_until=datetime.fromisoformat(message["claimed_until"]),
        evidence=_evidence_of(message["evidence"]),
        etags=tuple(map(str, message["etags"])),
        digests=tuple(map(str, message["digests"])),
        imprints=tuple(b64decode(one, validate=True) for one in message["imprints"]),
        observations=str(message["observations"]),
    )


def _evidence_of(told: Mapping[str, Any]) -> Evidence:
    return Evidence(
        frames=tuple(FrameEvidence(Step(one["step"]), _each(_measure_of, one["measures"])) for one in told["frames"]),
        across=_each(_measure_of, told["across"]),
        matches=_each(lambda one: ReferenceMatch(**one), told["matches"]),
        model_version=str(told["model_version"]),
        timings_ms=dict(told["timings_ms"]),
    )


def _measure_of(told: Mapping[str, Any]) -> Measure:
    reason = told["reason"]
    return Measure(**{**told, "verdict": Verdict(told["verdict"]), "reason": reason and Reason(reason)})


def _each(make: Callable[[Mapping[str, Any]], Any], told: list[Mapping[str, Any]]) -> tuple[Any, ...]:
    return tuple(make(one) for one in told)
