"""One person's record in a dozen lines: how much is stored, how many faces, under which consent, and until when."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from lifecert.domain.consent import KEPT_AFTER_WITHDRAWAL
from lifecert.domain.faces import KEPT_AFTER_THE_END, FaceCount
from ops.words import counted, people

NO_END = "kept: no end is set"


def lines(record: Mapping[str, Any], stored: FaceCount) -> Iterator[str]:
    """The report on what `ops.export_record` found; `stored` is the number of faces in the whole deployment."""
    person = record["beneficiary"]
    faces = [one for one in record["references"] if "enrolled_at" in one and "of_reference" not in one]
    yield f"person        {person.get('beneficiary_id', '?')}, {person.get('masked_name', 'deleted')}"
    yield f"standing      {person.get('status', '?')}, valid until {person.get('valid_until', '?')}. {NO_END}"
    yield f"consent       {_consent(record)}"
    yield f"faces         {len(faces)} (photo and template each). {_faces_until(person, faces)}"
    waiting = sum("enrolled_at" not in one for one in record["references"])
    yield f"enrolments    {waiting} begun and not finished{_until(record['references'])}"
    yield f"sessions      {len(record['sessions'])}{_until(record['sessions'])}"
    if invitation := record.get("invitation"):
        state = "withdrawn" if "withdrawn_at" in invitation else f"good until {invitation['expires_on']}"
        yield f"invitation    {state}, its code kept as keyed hashes{_until([invitation])}"
    opened = [one for one in record["reviews"] if one.get("state") == "open"]
    yield f"reviews       {len(record['reviews'])}, of which {len(opened)} open (its photos: 30 days at most). {NO_END}"
    yield f"certificates  {len(record['certificates'])}. {NO_END}"
    yield f"ledger        {counted(len(record['ledger']), 'entry', 'entries')}. {NO_END}"
    yield f"opened        {counted(len(record['accesses']), 'time', 'times')} by the office{_until(record['accesses'])}"
    for entry in record["ledger"]:
        if entry["event"] == "faces_deleted":
            details = entry["details"]
            yield f"deleted       {_faces(details['references'])} on {entry['at'][:10]}: {details['reason']}"
    verb = "is" if stored.faces == 1 else "are"
    yield f"in all        {_faces(stored.faces)} of {people(stored.people)} {verb} stored in this deployment"


def _faces(count: int) -> str:
    return counted(count, "face", "faces")


def _consent(record: Mapping[str, Any]) -> str:
    """To the faces that are kept, then of the newest session."""
    if withdrawn := record["beneficiary"].get("consent_withdrawn_on"):
        return f"withdrawn on {withdrawn}: no face is used"
    kept = record["beneficiary"].get("consent")
    given = [one["consent"] for one in record["sessions"]]
    told = [f"to keep faces {_given(kept)}"] if kept else []
    told += [f"to a session {_given(max(given, key=lambda consent: str(consent['given_at'])))}"] if given else []
    return "; ".join(told) or "none on record"


def _given(consent: Mapping[str, Any]) -> str:
    guardian = " by a guardian" if consent["guardian"] else ""
    return f"version {consent['version']}, given{guardian} on {consent['given_at'][:10]}"


def _faces_until(person: Mapping[str, Any], faces: Sequence[Any]) -> str:
    if not faces:
        return "Nothing to delete"
    if due := person.get("faces_due"):
        return f"Deleted in the first night from {due} on"
    return (
        f"Deleted {KEPT_AFTER_THE_END.days} days after the entitlement ends, or {KEPT_AFTER_WITHDRAWAL.days} after the "
        "consent is withdrawn"
    )


def _until(items: Sequence[Mapping[str, Any]]) -> str:
    """The first and the last day on which some of these expire."""
    days = sorted(datetime.fromtimestamp(one["expires_at"], UTC).date() for one in items if "expires_at" in one)
    return f". Deleted from {days[0]} to {days[-1]}" if days else ""
