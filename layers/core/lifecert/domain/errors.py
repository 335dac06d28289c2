"""What can go wrong, in the words of the domain. `entry.problems` maps each class to an HTTP problem."""

from datetime import datetime, timedelta


class LifeCertError(Exception):
    """Anything LifeCert refuses. Messages are for logs and hold no personal data.

    `help_line` is whom the person may call about it, when the refusal is met by a person.
    """

    help_line: str | None = None


class BeneficiaryNotFound(LifeCertError):
    """Nobody is registered under this id, or the name and the ID number do not belong together."""


class AlreadyRegistered(LifeCertError):
    """The person is registered already, under `beneficiary_id` where it is told."""

    def __init__(self, beneficiary_id: str = "") -> None:
        super().__init__(beneficiary_id)
        self.beneficiary_id = beneficiary_id


class ReferenceMissing(LifeCertError):
    """No reference photo is enrolled, so the camera cannot be used yet."""


class ReferenceNotFound(LifeCertError):
    """No such enrolment was begun for this beneficiary, or it has expired."""


class PhotoMissing(LifeCertError):
    """The reference photo has not been uploaded yet."""


class PhotoUnsuitable(LifeCertError):
    """The reference photo failed a check; `reason` says which."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class ConsentMissing(LifeCertError):
    """The consent text in force, of version `wanted`, was not agreed to, or a guardian's consent is needed."""

    def __init__(self, wanted: str) -> None:
        super().__init__(f"wanted: {wanted}")
        self.wanted = wanted


class ConsentWithdrawn(LifeCertError):
    """The person's consent to the use of their face was withdrawn; other ways stay open."""


class CameraPaused(LifeCertError):
    """Too many failed verifications; the camera channel opens again at `until`."""

    def __init__(self, until: datetime) -> None:
        super().__init__("camera channel paused")
        self.until = until


class CameraUnavailable(LifeCertError):
    """The camera cannot be used for this person, and why is not for this user to hear; the message, for the log, is."""


class LimitReached(LifeCertError):
    """Too many starts in a short time, by one user or for one person; the next may come at `until`."""

    def __init__(self, until: datetime) -> None:
        super().__init__("limit reached")
        self.until = until


class EntitlementEnded(LifeCertError):
    """The beneficiary's entitlement is terminated; only an office can correct that."""


class CertificateNotFound(LifeCertError):
    """No certificate was issued under this id."""


class ReferenceMismatch(LifeCertError):
    """A new reference does not match the person's first one, and no clerk's reason stands for it."""


class SessionNotFound(LifeCertError):
    """No such session for this user."""


class SessionExpired(LifeCertError):
    """The session's deadline has passed."""


class SessionBusy(LifeCertError):
    """The session is being decided by another request."""


class FramesMissing(LifeCertError):
    """Not every frame of the challenge is uploaded; `numbers` are the missing slots, from 1."""

    def __init__(self, numbers: tuple[int, ...]) -> None:
        super().__init__(f"{len(numbers)} frames missing")
        self.numbers = numbers


class IdempotencyKeyReused(LifeCertError):
    """The Idempotency-Key was used before with another request."""


class InvitationUnknown(LifeCertError):
    """No such invitation, or none that is in force: never issued, withdrawn, expired, or of another code."""


class CodeMistyped(LifeCertError):
    """The check digits of an invitation's code do not fit the others."""


class InvitationNotFound(LifeCertError):
    """No such invitation of this beneficiary, or another was issued since."""


class NotAllowed(LifeCertError):
    """The signed-in user may not do this."""


class DistrictOutside(LifeCertError):
    """What is named lies in none of the clerk's districts. Said only of what they named themself, or can see."""


class TokenRefused(LifeCertError):
    """A token is not genuine, not for us, or not valid now; the message is a code."""


class TransitionRefused(LifeCertError):
    """The status table has no such change, or its condition is not met."""


class BrokenLedger(LifeCertError):
    """A ledger does not link: an entry is missing, altered or out of order."""


class VersionConflict(LifeCertError):
    """Somebody else changed the beneficiary since it was read. Read again and retry."""


class OnlyAtTheCounter(LifeCertError):
    """A clerk does this for whoever stands before them, and nobody else does it."""


class GalleryFileChanged(LifeCertError):
    """Somebody else wrote, or deleted, a file of the gallery since it was read. List again and retry."""


class SessionAlreadyDecided(LifeCertError):
    """The session was decided by another request in the meantime."""


class FrameSeenBefore(LifeCertError):
    """One of the frames was used in an earlier verification."""


class ReviewNotFound(LifeCertError):
    """No such review."""


class BenefitNotFound(LifeCertError):
    """The person draws no such benefit."""


class DeathEndsAll(LifeCertError):
    """A death cannot end one benefit, or be corrected for one, and leave another."""


class NothingToAmend(LifeCertError):
    """The record says already what it is to say."""


class MessageRefused(LifeCertError):
    """A register's message as a whole cannot be taken. `code` is one of the DCI standard, such as `err.request.bad`,
    and `why` says it in words."""

    def __init__(self, code: str, why: str) -> None:
        super().__init__(code)
        self.code, self.why = code, why


class IdNumberDiffers(LifeCertError):
    """A proposed ID number is confirmed by giving it once more, and this is not it, or none was given."""


class TooManyBenefits(LifeCertError):
    """A person has as many benefits as one record takes."""


class PayerUnknown(LifeCertError):
    """No payer has this code here."""


class PayerNotFound(LifeCertError):
    """There is no payer of this code to look at."""


class ProposalNotFound(LifeCertError):
    """No such proposal."""


class ProposalExpired(LifeCertError):
    """The time to confirm the proposal is over; it can only be rejected, and made anew."""


class ActedInCase(LifeCertError):
    """Who opened a case, or acted in a session that it is about, must not decide it."""


class SecondClerkNeeded(LifeCertError):
    """Who proposed something must not confirm it."""


class GroundUnsuitable(LifeCertError):
    """The ground does not belong to the outcome, or not to a case of this kind."""


class GoodTryUnseen(LifeCertError):
    """Another try joined the case, which the machine would have accepted: look at it before the case is refused."""


class FaceNotCompared(LifeCertError):
    """In no frame of the session was a face found that could be compared, so nobody was certified by their face."""


class DoubtedElsewhere(LifeCertError):
    """Something else speaks against the person, so that a clerk alone cannot certify them by a try that the machine
    would not have accepted either."""


class FramesGone(LifeCertError):
    """The frames that a case is judged by are not kept any more, so nobody can say who is on them."""


class CasesUnfinished(LifeCertError):
    """A run left cases open that can no longer be judged: it ran out of time, or single ones failed."""


class NotLapsed(LifeCertError):
    """Whose year still runs is not told that it is over."""


class DayTooEarly(LifeCertError):
    """A notice is said to be of a day before the person lapsed, or to have come back before it was posted."""


class PublicNoticeTooEarly(LifeCertError):
    """A public notice is for whom two other ways did not reach."""


class TooManyNotices(LifeCertError):
    """So many notices of one year are written down already."""


class OfficeNoticeNotFound(LifeCertError):
    """The person has no notice by a letter, a visit or in public with this id."""


class OfficeNoticeFailed(LifeCertError):
    """It is written down already that this notice told nobody."""


class DayInFuture(LifeCertError):
    """Something is said to have happened on a day that has not come yet."""


class MandateNotFound(LifeCertError):
    """The person has no such mandate, or it has ended."""


class MandateUnsuitable(LifeCertError):
    """A mandate for too long, from another day than soon, for nothing, to the person themself or to whoever gives it;
    or without the ground and paper that a clerk gives, and nobody else."""


class TooManyMandates(LifeCertError):
    """A person has as many mandates as stand beside each other."""


class DeviceNotFound(LifeCertError):
    """No such device was registered, or it is none of the clerk's districts."""


class DeviceRegisteredBefore(LifeCertError):
    """A device with this key is registered already, as something else or by somebody else."""


class DeviceEndUnsuitable(LifeCertError):
    """The last day of a device has come, or is too far ahead."""


class DeviceNotProven(LifeCertError):
    """What came with a start does not show that a registered device made it; the message says why, in a word."""


class PaperUsedBefore(LifeCertError):
    """This paper has certified the person already, for another day: one appearance is one proof."""


class EarlierPapers(LifeCertError):
    """Earlier papers certified the person, and whoever confirms this one has neither given their copies nor said that
    they cannot be found."""


class SeenTooLongAgo(LifeCertError):
    """Somebody was seen, or a paper is of a day, further back than its method allows."""


class DayImpossible(LifeCertError):
    """Something is said of a day on which it cannot have been: before the person was born, or in years to come."""


class StartUnlikely(LifeCertError):
    """A benefit is said to start on a day so far from today that it may be a slip: to be looked at once more."""


class ImportNotFound(LifeCertError):
    """No such file is there to be imported."""


class RegisterImportNotFound(LifeCertError):
    """No such import of a register."""


class ImportFileMissing(LifeCertError):
    """The file of an import has not been uploaded, or is not where it was said to be."""


class ImportFileChanged(LifeCertError):
    """The file of an import is another than the one that was looked at, or gone."""


class PrintHouseKeyUnfit(LifeCertError):
    """No public key of a print house is set, or what is set is none to which letters may be encrypted."""


class ImportNotReady(LifeCertError):
    """An import is not in the state for this; the message is its state."""


class ImportDigestDiffers(LifeCertError):
    """What is released is not the very file that the dry run looked at, or that dry run is too old."""


class ImportPartUnfinished(LifeCertError):
    """A part of an import is not done yet: the worker was out of time, or the store refused."""


class ReviewOpenedBefore(LifeCertError):
    """A review with this id was opened before."""


class ReviewClaimed(LifeCertError):
    """Another clerk works on this review at the moment."""


class ReviewDecidedBefore(LifeCertError):
    """The review was decided by somebody else, or otherwise, in the meantime."""


class HoldBatchNotFound(LifeCertError):
    """No such batch of people whose payment may be held."""


class HoldBatchDecided(LifeCertError):
    """The batch was decided by somebody else, or otherwise, in the meantime."""


class HoldCandidatesUnknown(LifeCertError):
    """A decision names people who are not in the batch: `ids`."""

    def __init__(self, ids: tuple[str, ...]) -> None:
        super().__init__(f"{len(ids)} not in the batch")
        self.ids = ids


class Unreadable(LifeCertError):
    """A stored item cannot be understood; the message is its id."""


class NoticeMustWait(LifeCertError):
    """It is a quiet hour; nobody is disturbed for so many seconds more."""

    def __init__(self, wait: timedelta) -> None:
        super().__init__("quiet hours")
        self.seconds = int(wait.total_seconds()) + 1


class NoticeRefused(LifeCertError):
    """The channel will never take this notice; the message is the channel's code, and never the address."""


class SweepUnfinished(LifeCertError):
    """A sweep left something undone: it ran out of time, or single beneficiaries failed."""


class PurgeUnfinished(LifeCertError):
    """A purge left somebody's faces where they are: it ran out of time, or single people failed."""


class ChangeFilesUnfinished(LifeCertError):
    """Changes still wait to be written into a file: the run was out of time."""


class SnapshotUnfinished(LifeCertError):
    """A snapshot is not whole yet: the run was out of time."""


class AnchorsUnfinished(LifeCertError):
    """A day of the ledger has no anchor yet: the run was out of time."""


class ChangeFileMissing(LifeCertError):
    """A change file that a snapshot needs is not there, or is not the one it should be; the message says which."""


class StoreUnavailable(LifeCertError):
    """The store or another service did not answer in time, or refused for its own reasons. Try again."""
