"""What the privacy report says of faces and consent, in every state they can be in."""

from datetime import UTC, datetime
from typing import Any

from lifecert.domain.faces import FaceCount
from ops.privacy_report import lines


def report(beneficiary: dict[str, Any], **parts: Any) -> str:
    lists = ("references", "sessions", "reviews", "certificates", "ledger", "accesses")
    empty: dict[str, Any] = {name: [] for name in lists}
    return "\n".join(lines({"beneficiary": beneficiary, **empty, **parts}, FaceCount(people=3, faces=5)))


def test_faces_that_must_go_are_told_with_their_day() -> None:
    face = {"reference_id": "r", "enrolled_at": "2026-03-01T00:00:00+00:00"}
    text = report({"faces_due": "2026-05-30", "status": "terminated"}, references=[face, face])
    assert "faces         2 (photo and template each). Deleted in the first night from 2026-05-30 on" in text
    assert "5 faces of 3 people are stored in this deployment" in text


def test_faces_that_went_are_told_with_reason() -> None:
    deleted = {"event": "faces_deleted", "at": "2026-06-01T02:30:00+00:00"}
    details = {"references": 2, "reason": "consent_withdrawn"}
    text = report({"consent_withdrawn_on": "2026-05-31"}, ledger=[{**deleted, "details": details}])
    assert "deleted       2 faces on 2026-06-01: consent_withdrawn" in text
    assert "consent       withdrawn on 2026-05-31: no face is used" in text
    assert "faces         0 (photo and template each). Nothing to delete" in text


def test_a_guardians_consent_is_told_and_none_too() -> None:
    consent = {"version": "2026-1", "given_at": "2026-03-01T01:00:00+00:00", "guardian": True}
    session = {"consent": consent, "expires_at": 1_800_000_000}
    assert "version 2026-1, given by a guardian on 2026-03-01" in report({}, sessions=[session])
    assert "consent       none on record" in report({})


def test_an_invitation_is_told_with_its_end() -> None:
    invitation: Any = {"expires_on": "2031-03-01", "expires_at": int(datetime(2031, 3, 31, tzinfo=UTC).timestamp())}
    text = report({}, invitation=invitation)
    assert "invitation    good until 2031-03-01, its code kept as keyed hashes. Deleted from 2031-03-31 to" in text
    assert "invitation    withdrawn," in report({}, invitation={**invitation, "withdrawn_at": "2026-03-01"})
    assert "invitation" not in report({})


def test_what_is_left_of_a_deleted_person_is_told() -> None:
    assert "person        ?, deleted" in report({})
