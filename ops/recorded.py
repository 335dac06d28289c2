"""What the ledger by itself tells of a beneficiary, to hold the register against: `Recorded` takes entries in order.

Each function below says once more what one kind of entry does to the record, from the entry alone and not by the code
that wrote it: a fault there would otherwise be repeated here.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, Final

from lifecert.adapters.dynamodb.values import as_day
from lifecert.domain.actor import IMPORTED, Role
from lifecert.domain.amendment import Amended
from lifecert.domain.beneficiary import REMEMBERED_HELPERS, Beneficiary
from lifecert.domain.challenge import Ability, Excused
from lifecert.domain.consent import FaceConsent
from lifecert.domain.coverage import coverage_without
from lifecert.domain.invitation import is_invited
from lifecert.domain.ledger import PROOFS, LedgerEntry, LedgerEvent
from lifecert.domain.mandate import Mandate, MandateKind, MandateRight
from lifecert.domain.notice import AFTER_THE_END, Notice
from lifecert.domain.office_notice import NoticeResult, NoticeWay, OfficeNotice
from lifecert.domain.open_case import MOST_FORMER, FormerHelper
from lifecert.domain.reference import MOST_REFERENCES
from lifecert.domain.status import Status
from lifecert.domain.year import valid_until_after
from ops.recorded_benefits import UNTOLD, RecordedBenefits
from ops.recorded_cases import take_case

# What the ledger does not say: hashes, masked forms and birthdays (it has no personal data), and the pause of the
# camera, which follows from the policy of that hour and ends within it. Version and head are compared as the end of the
# chain; how many entries clerks added on their last day bounds that day alone.
NOT_TOLD: Final = (
    *("beneficiary_id", "person_key", "name_key", "person_secret", "masked_name", "camera"),
    *("version", "ledger_head", "guardian_until", "number_claim", "former_name_keys", "clerk_acts"),
)
_COVERAGE: Final = (
    *(LedgerEvent.REGISTERED, LedgerEvent.CERTIFIED, LedgerEvent.CERTIFICATE_REVOKED, LedgerEvent.START_CORRECTED),
)
_NEW_GRACE: Final = (
    *(LedgerEvent.REGISTERED, LedgerEvent.LAPSED, LedgerEvent.CERTIFICATE_REVOKED, LedgerEvent.CONTACT_CHANGED),
    # Where it told nobody any more; else it says nothing of grace days.
    LedgerEvent.NOTICE_VOIDED,
)


@dataclass(slots=True)
class Recorded:
    """The fields of one beneficiary by name; UNTOLD is one that an entry changed without saying to what."""

    fields: dict[str, Any] = field(default_factory=dict)
    _coverage: list[LedgerEntry] = field(default_factory=list)
    _benefits: RecordedBenefits = field(default_factory=RecordedBenefits)

    def take(self, entry: LedgerEntry) -> None:
        """One more entry. Raises what an entry raises that no version of LifeCert can have written."""
        now, details = self.fields, entry.details
        if entry.event in _TAKES:
            _TAKES[entry.event](now, entry, details)
        if entry.event is LedgerEvent.CERTIFICATE_REVOKED and now.get("certificate_id") == details["certificate_id"]:
            left = coverage_without(self._coverage, str(details["certificate_id"]))
            now.update(certificate_id=left and left.certificate_id, certified_on=left and left.certified_on)
        if entry.event is LedgerEvent.CERTIFICATE_REVOKED and details.get("helpers"):
            _helpers_removed(now, entry, details)
        if entry.event in _COVERAGE:
            self._coverage.append(entry)
        _seen(now, entry)
        take_case(now, entry)
        self._benefits.take(entry, now.get("valid_until"))
        moves = "valid_until" in details and now.get("valid_until") != _day(details, "valid_until")
        if {"status", "valid_until"} <= details.keys():
            now.update(status=details["status"], valid_until=_day(details, "valid_until"))
        if entry.event is LedgerEvent.CERTIFICATE_REVOKED and "benefits" in details and moves:
            now["notice"] = Notice(now["valid_until"], _number(details, "days_before"), entry.seq)
            now["office_notices"] = ()
        without_benefits = "benefits" not in details and entry.event is not LedgerEvent.NOTICE_VOIDED
        if entry.event in _NEW_GRACE and ("grace_from" in details or without_benefits):
            now["grace_from"] = _day(details, "grace_from")

    def differences(self, beneficiary: Beneficiary) -> list[str]:
        """The names of the fields in which the register has something else."""
        told = dict(self.fields)
        if beneficiary.certificate_id and not beneficiary.certified_on:
            del told["certified_on"]  # certified before the register kept that day
        wrong = [name for name, one in told.items() if one is not UNTOLD and one != getattr(beneficiary, name)]
        return wrong + self._benefits.differences(beneficiary)


def _seen(now: dict[str, Any], entry: LedgerEntry) -> None:
    """Whether a clerk has seen the person, or a photo of them, who did not prepare the import that brought them."""
    proof = entry.event in (*PROOFS, LedgerEvent.REFERENCE_ENROLLED)
    audit = entry.event is LedgerEvent.REVIEW_DECIDED and entry.details.get("kind") == "audit"
    if entry.actor.role is Role.CLERK and (proof or (audit and entry.details.get("outcome") == "accept")):
        saw = {entry.actor.actor_id, str(entry.details.get("proposed_by") or entry.actor.actor_id)}
        now["prepared_by"] = now["prepared_by"] if saw == {now["prepared_by"]} else ""


def _day(details: Mapping[str, Any], name: str) -> Any:
    return as_day(details[name]) if name in details else UNTOLD


def _number(details: Mapping[str, Any], name: str) -> int:
    return int(details[name]) if name in details else AFTER_THE_END


def _whole(details: Mapping[str, Any], name: str, otherwise: int) -> int:
    return int(details[name]) if name in details else otherwise


def _registered(now: dict[str, Any], _entry: LedgerEntry, details: Mapping[str, Any]) -> None:
    now.update(certificate_id=None, open_cases=(), consent_withdrawn_on=None, notice=None, office_notices=())
    now.update(certified_on=None, reprieve=None, counter_photo_on=None, invitation_id=None)
    now.update(faces_were_deleted=False, registered_by=details.get("registered_by", UNTOLD))
    now.update(enrolled_by=(), dispelled_by=(), excused=None, sessions_kept=0, unfounded_reports=())
    now.update(consent=None, withdrawn_by="", faces_go_on=None, own_account="", former_helpers=())
    # Since the register keeps it.
    now["prepared_by"] = str(details["prepared_by"]) if details.get("seen_by_another") is False else ""
    now.update(certified_by=(), reference_ids=(), has_reference=False, reference_on=None)
    now.update(contact_channel=details.get("channel", UNTOLD), mandates=())


def _enrolled(now: dict[str, Any], entry: LedgerEntry, details: Mapping[str, Any]) -> None:
    known, new, clerk = now["reference_ids"], details["reference_id"], entry.actor.actor_id
    if "replaced" in details:  # since the register keeps who enrolled
        brought = [f"{IMPORTED}{details['import_id']}"] if "import_id" in details else []
        known_by = (one for one in now["enrolled_by"] if one not in (*brought, clerk))
        now["enrolled_by"] = (*known_by, *brought, clerk)[-MOST_REFERENCES:]
    if details.get("consent_source"):  # no entry of its own: it came with the photo
        at = datetime.fromisoformat(str(details["consent_given_at"]))
        version, guardian = str(details["consent_version"]), bool(details["guardian_consent"])
        now["consent"] = FaceConsent(version, at, clerk, guardian)
    now["has_reference"] = True
    if details["replacement"] or not known:
        now["reference_ids"] = (new,)
    elif known is not UNTOLD:
        now["reference_ids"] = (known[0], *(*known[1:], new)[1 - MOST_REFERENCES :])
    now["reference_on"] = _day(details, "reference_on")
    if details.get("counter_photo_on"):
        now["counter_photo_on"] = _day(details, "counter_photo_on")


def _review_decided(now: dict[str, Any], entry: LedgerEntry, details: Mapping[str, Any]) -> None:
    if details.get("helpers"):
        _helpers_removed(now, entry, details)
    if (details.get("kind"), details.get("outcome")) == ("audit", "refuse"):
        now["excused"] = None
    if details.get("references") is not None:
        now["reference_ids"] = tuple(filter(None, str(details["references"]).split(",")))
        now["reference_on"] = _day(details, "reference_on")
    if details.get("kind") != "override":
        return
    if details.get("outcome") == "accept":
        now["faces_were_deleted"] = now["faces_were_deleted"] and not details.get("vouched", True)
    elif details.get("references") is not None:
        now["counter_photo_on"] = None
        now["faces_were_deleted"] = now["faces_were_deleted"] or not details["references"]


def _amended(now: dict[str, Any], _entry: LedgerEntry, details: Mapping[str, Any]) -> None:
    if details["changed"] == Amended.ID_NUMBER:
        now["faces_were_deleted"] = details.get("first_face_waits", now["faces_were_deleted"])


def _faces_deleted(now: dict[str, Any], _entry: LedgerEntry, details: Mapping[str, Any]) -> None:
    now["faces_were_deleted"] = (details["all"] and now["has_reference"]) or now["faces_were_deleted"]
    now["consent"] = None if details["all"] else now["consent"]
    now["has_reference"] = not details["all"]
    now["reference_ids"] = () if details["all"] else UNTOLD
    now["reference_on"] = None if details["all"] else now["reference_on"]


def _certified(now: dict[str, Any], entry: LedgerEntry, details: Mapping[str, Any]) -> None:
    # A proof of an earlier day than what is known gives a certificate that is not the newest.
    on, newest = _day(details, "certified_on"), now["certified_on"]
    if on is UNTOLD:
        now.update(certificate_id=UNTOLD, certified_on=UNTOLD)
    elif newest is None or (valid_until_after(on) >= now["valid_until"] if newest is UNTOLD else on >= newest):
        now.update(certificate_id=details["certificate_id"], certified_on=on)
    now["sessions_kept"] = _whole(details, "sessions_kept", now["sessions_kept"])
    _certified_again(now, entry, details)


def _faces_found_false(now: dict[str, Any], details: Mapping[str, Any]) -> None:
    if details.get("references") is not None:
        now.update(reference_ids=(), faces_were_deleted=True, counter_photo_on=None)


def _certified_again(now: dict[str, Any], entry: LedgerEntry, details: Mapping[str, Any]) -> None:
    _faces_found_false(now, details)
    if details.get("session_id"):
        # By a face, which a user showed; where a clerk decided that, the entry names the user.
        user = details.get("certified_by") or entry.actor.actor_id
        now["certified_by"] = (*(one for one in now["certified_by"] if one != user), user)[-REMEMBERED_HELPERS:]
        if not details.get("on_behalf", True) and not is_invited(user):
            now["own_account"] = user
    if details.get("excused_until"):
        cannot = tuple(Ability(one) for one in str(details["cannot"]).split(","))
        now["excused"] = Excused(cannot, date.fromisoformat(str(details["excused_until"])))


def _terminated(now: dict[str, Any], _entry: LedgerEntry, details: Mapping[str, Any]) -> None:
    if "contact_kept" not in details:  # the contact went with the end in those days
        now["contact_channel"] = None


def _contact_deleted(now: dict[str, Any], _entry: LedgerEntry, _details: Mapping[str, Any]) -> None:
    now["contact_channel"] = None


def _withdrawn(now: dict[str, Any], entry: LedgerEntry, details: Mapping[str, Any]) -> None:
    now["consent_withdrawn_on"] = _day(details, "withdrawn_on")
    now["faces_go_on"] = as_day(details.get("faces_go_on"))
    # Who withdrew was not kept with the person before there were days to undo it in.
    by_user = now["faces_go_on"] and entry.actor.role is Role.USER
    now["withdrawn_by"] = entry.actor.actor_id if by_user else ""


def _consented(now: dict[str, Any], entry: LedgerEntry, details: Mapping[str, Any]) -> None:
    now.update(consent_withdrawn_on=None, withdrawn_by="", faces_go_on=None)
    version, guardian = str(details["consent_version"]), bool(details["guardian_consent"])
    now["consent"] = FaceConsent(version, entry.at, entry.actor.actor_id, guardian)
    if details.get("helpers"):
        _helpers_removed(now, entry, details)


def _undone(now: dict[str, Any], entry: LedgerEntry, details: Mapping[str, Any]) -> None:
    now.update(consent_withdrawn_on=None, withdrawn_by="", faces_go_on=None)
    _helpers_removed(now, entry, details)


def _helpers_removed(now: dict[str, Any], entry: LedgerEntry, details: Mapping[str, Any]) -> None:
    removed = str(details["helpers"]).split(",")
    former = [one for one in now["former_helpers"] if one.by not in removed]
    if "heard_until" in details:
        until = date.fromisoformat(str(details["heard_until"]))
        former = [one for one in former if one.until >= entry.at.date()]
        former += [FormerHelper(one, until) for one in now["certified_by"] if one in removed]
    now["former_helpers"] = tuple(former[-MOST_FORMER:])
    now["certified_by"] = tuple(one for one in now["certified_by"] if one not in removed)
    now["own_account"] = "" if now["own_account"] in removed else now["own_account"]

    _mandates_of(now, removed)
    _mandates_ended(now, details.get("mandates"))


def _mandates_of(now: dict[str, Any], removed: Sequence[str]) -> None:
    now["mandates"] = tuple(one for one in now["mandates"] if one.holder not in removed)


def _mandates_ended(now: dict[str, Any], told: object) -> None:
    ended = str(told or "").split(",")
    now["mandates"] = tuple(one for one in now["mandates"] if one.mandate_id not in ended)


def _mandate_given(now: dict[str, Any], entry: LedgerEntry, details: Mapping[str, Any]) -> None:
    start, end = date.fromisoformat(details["start"]), date.fromisoformat(details["end"])
    rights = tuple(MandateRight(one) for one in details["rights"].split(","))
    given = Mandate(
        *(details["mandate_id"], MandateKind(details["kind"]), details["holder"], rights, start, end),
        by_office=entry.actor.role is Role.CLERK,
    )
    _mandates_ended(now, details["over"])
    now["mandates"] = (*now["mandates"], given)


def _mandate_ended(now: dict[str, Any], _entry: LedgerEntry, details: Mapping[str, Any]) -> None:
    _mandates_ended(now, details["mandate_id"])


def _invited(now: dict[str, Any], _entry: LedgerEntry, details: Mapping[str, Any]) -> None:
    now["invitation_id"] = details["invitation_id"]


def _uninvited(now: dict[str, Any], _entry: LedgerEntry, _details: Mapping[str, Any]) -> None:
    now["invitation_id"] = None


def _reminded(now: dict[str, Any], entry: LedgerEntry, details: Mapping[str, Any]) -> None:
    valid_until = date.fromisoformat(details["valid_until"])
    before = now["notice"] if now["notice"] and now["notice"].valid_until == now["valid_until"] else None
    arrived, failed = (before.delivered_on, before.failed_on) if before else (None, None)
    now["notice"] = Notice(valid_until, details["days_before"], entry.seq, delivered_on=arrived, failed_on=failed)


def _sent(now: dict[str, Any], _entry: LedgerEntry, details: Mapping[str, Any]) -> None:
    notice = now["notice"]
    if notice and notice.reminder_seq == details["reminder_seq"]:
        now["notice"] = replace(notice, sent=True)


def _delivered(now: dict[str, Any], _entry: LedgerEntry, details: Mapping[str, Any]) -> None:
    now["notice"] = replace(now["notice"], delivered_on=_day(details, "delivered_on"), failed_on=None)


def _failed(now: dict[str, Any], _entry: LedgerEntry, details: Mapping[str, Any]) -> None:
    if details.get("failed_on"):
        now["notice"] = replace(now["notice"], failed_on=_day(details, "failed_on"))


def _contact_changed(now: dict[str, Any], _entry: LedgerEntry, details: Mapping[str, Any]) -> None:
    now["contact_channel"] = details["channel"]
    if now["notice"]:
        now["notice"] = replace(now["notice"], failed_on=None)
    if now["status"] == Status.LAPSED and not _is_told(now):
        now["notice"] = None


def _is_told(now: Mapping[str, Any]) -> bool:
    notice: Notice | None = now["notice"]
    message = notice is not None and notice.valid_until == now["valid_until"] and notice.delivered_on is not None
    return message or any(one.valid_until == now["valid_until"] and one.counts_on for one in now["office_notices"])


def _notice_recorded(now: dict[str, Any], entry: LedgerEntry, details: Mapping[str, Any]) -> None:
    said = (NoticeWay(details["way"]), NoticeResult(details["result"]), date.fromisoformat(details["on"]))
    year, clerk = date.fromisoformat(details["year"]), entry.actor.actor_id
    notice = OfficeNotice(details["notice_id"], year, *said, clerk, as_day(details["counts_on"]))
    now["office_notices"] = (*(one for one in now["office_notices"] if one.valid_until == year), notice)


def _notice_voided(now: dict[str, Any], _entry: LedgerEntry, details: Mapping[str, Any]) -> None:
    gone, failed = details["notice_id"], {"counts_on": None, "failed_on": date.fromisoformat(details["failed_on"])}
    now["office_notices"] = tuple(
        replace(one, result=NoticeResult(details["result"]), **failed) if one.notice_id == gone else one
        for one in now["office_notices"]
    )
    if details.get("told_anew"):
        now["notice"] = None


_TAKES: Mapping[LedgerEvent, Callable[[dict[str, Any], LedgerEntry, Mapping[str, Any]], None]] = {
    LedgerEvent.REGISTERED: _registered,
    LedgerEvent.REFERENCE_ENROLLED: _enrolled,
    LedgerEvent.AMENDED: _amended,
    LedgerEvent.FACES_DELETED: _faces_deleted,
    LedgerEvent.CERTIFIED: _certified,
    LedgerEvent.ALREADY_CERTIFIED: _certified_again,
    LedgerEvent.REVIEW_DECIDED: _review_decided,
    LedgerEvent.TERMINATED: _terminated,
    LedgerEvent.CONSENT_WITHDRAWN: _withdrawn,
    LedgerEvent.CONSENT_GIVEN: _consented,
    LedgerEvent.WITHDRAWAL_UNDONE: _undone,
    LedgerEvent.HELPERS_REMOVED: _helpers_removed,
    LedgerEvent.MANDATE_GIVEN: _mandate_given,
    LedgerEvent.MANDATE_ENDED: _mandate_ended,
    LedgerEvent.INVITATION_ISSUED: _invited,
    LedgerEvent.INVITATION_WITHDRAWN: _uninvited,
    LedgerEvent.REMINDER_DUE: _reminded,
    LedgerEvent.NOTICE_SENT: _sent,
    LedgerEvent.NOTICE_DELIVERED: _delivered,
    LedgerEvent.NOTICE_RECORDED: _notice_recorded,
    LedgerEvent.NOTICE_VOIDED: _notice_voided,
    LedgerEvent.NOTICE_FAILED: _failed,
    LedgerEvent.CONTACT_CHANGED: _contact_changed,
    LedgerEvent.CONTACT_DELETED: _contact_deleted,
}
