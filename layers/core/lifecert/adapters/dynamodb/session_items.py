"""Sessions to stored items and back."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from lifecert.adapters.dynamodb.values import as_day, as_moment, epoch, moment, optional_day, optional_moment
from lifecert.domain.challenge import Step
from lifecert.domain.policy import Decision, Outcome
from lifecert.domain.reasons import Reason
from lifecert.domain.session import Channel, Consent, ImageType, Result, Session, SessionState

# Past the next certification, so that an auditor can read the evidence behind every digest of the running year.
SESSION_KEPT = timedelta(days=400)


def session_item(session: Session) -> dict[str, Any]:
    """Item of the sessions table; TTL removes it some time after the deadline."""
    return {
        "session_id": session.session_id,
        "user_id": session.user_id,
        "beneficiary_id": session.beneficiary_id,
        "on_behalf": session.on_behalf,
        "channel": str(session.channel),
        "consent": {
            "version": session.consent.version,
            "given_at": moment(session.consent.given_at),
            "guardian": session.consent.guardian,
        },
        "challenge": [str(step) for step in session.challenge],
        "image_type": str(session.image_type),
        "attempt": session.attempt,
        "opened_at": moment(session.opened_at),
        "deadline": moment(session.deadline),
        "request_digest": session.request_digest,
        "state": str(session.state),
        "claimed_until": optional_moment(session.claimed_until),
        "result": session.result and _result_map(session.result),
        "evidence": session.evidence or None,
        "help_line": session.help_line or None,
        "expires_at": epoch(session.deadline + SESSION_KEPT),
    }


def session_of(item: Mapping[str, Any]) -> Session:
    """What `session_item` wrote."""
    consent, result = item["consent"], item.get("result")
    return Session(
        session_id=item["session_id"],
        user_id=item["user_id"],
        beneficiary_id=item["beneficiary_id"],
        on_behalf=item["on_behalf"],
        channel=Channel(item["channel"]),
        consent=Consent(consent["version"], datetime.fromisoformat(consent["given_at"]), consent["guardian"]),
        challenge=tuple(Step(step) for step in item["challenge"]),
        image_type=ImageType(item["image_type"]),
        attempt=int(item["attempt"]),
        opened_at=datetime.fromisoformat(item["opened_at"]),
        deadline=datetime.fromisoformat(item["deadline"]),
        request_digest=item["request_digest"],
        state=SessionState(item["state"]),
        claimed_until=as_moment(item.get("claimed_until")),
        result=_result_of(result) if result else None,
        evidence=item.get("evidence", ""),
        help_line=item.get("help_line", ""),
    )


def _result_map(result: Result) -> dict[str, Any]:
    return {
        "outcome": str(result.decision.outcome),
        "reason": result.decision.reason and str(result.decision.reason),
        "decided_at": moment(result.decided_at),
        "certificate_id": result.certificate_id,
        "review_id": result.review_id,
        "valid_until": optional_day(result.valid_until),
    }


def _result_of(stored: Mapping[str, Any]) -> Result:
    reason = stored["reason"]
    return Result(
        decision=Decision(Outcome(stored["outcome"]), Reason(reason) if reason else None),
        decided_at=datetime.fromisoformat(stored["decided_at"]),
        certificate_id=stored["certificate_id"],
        review_id=stored["review_id"],
        valid_until=as_day(stored["valid_until"]),
    )
