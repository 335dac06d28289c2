"""Why a line of an import changes nothing: what is wrong with it, or that it is known already."""

from enum import StrEnum


class RowFault(StrEnum):
    """Why a line is refused. The first that applies is the one given."""

    CUT_OFF = "cut_off"  # the last line does not end
    TOO_LONG = "too_long"
    UNREADABLE = "unreadable"
    COLUMNS = "columns"
    ID_NUMBER = "id_number"
    NAME = "name"
    BIRTH_DATE = "birth_date"  # not that of the ID number, or missing where the number does not say it
    SEX = "sex"
    LINE_KEY = "line_key"
    BENEFITS = "benefits"
    CATEGORY = "category"
    DISTRICT = "district"
    DISTRICT_OUTSIDE = "district_outside"  # of those of whoever prepared the import
    BENEFIT_START = "benefit_start"
    START_CHECKED = "start_checked"
    START_IMPOSSIBLE = "start_impossible"
    START_UNLIKELY = "start_unlikely"
    PAYER = "payer"
    PAYER_UNKNOWN = "payer_unknown"
    PAYER_REFERENCE = "payer_reference"
    PLANNED_END = "planned_end"
    INJURY_GRADE = "injury_grade"
    LAST_CERTIFIED_ON = "last_certified_on"
    LAST_CERTIFIED_BY = "last_certified_by"
    PHONE = "phone"
    LINES_DISAGREE = "lines_disagree"  # lines of one person say different things of the person
    TOO_MANY_BENEFITS = "too_many_benefits"
    PERSON_TWICE = "person_twice"  # the person stands elsewhere in the file too, and not beside this line
    OTHER_LINE = "other_line"  # nothing is wrong with this line, but with another of the same person
    # Of photos
    PERSON = "person"  # the line names nobody, or names somebody in two ways
    PERSON_UNKNOWN = "person_unknown"
    PERSON_UNCLEAR = "person_unclear"  # several people draw under this reference
    NAME_DIFFERS = "name_differs"
    ENTITLEMENT_ENDED = "entitlement_ended"
    PHOTO = "photo"
    PHOTO_MISSING = "photo_missing"
    PHOTO_TWICE = "photo_twice"  # the very same file stands at an earlier line, for somebody else
    PHOTO_CHANGED = "photo_changed"  # it is not the one that the dry run looked at
    CAPTURED_ON = "captured_on"
    CONSENT_VERSION = "consent_version"
    CONSENT_ON = "consent_on"
    CONSENT_SOURCE = "consent_source"
    GUARDIAN = "guardian"
    GUARDIAN_MISSING = "guardian_missing"  # somebody under age, without a guardian's consent
    CONSENT_WITHDRAWN = "consent_withdrawn"
    FACE_DIFFERS = "face_differs"  # from the photo that counts
    SECOND_CLERK = "second_clerk"  # a first photo on which a second clerk has to look: enrolled by hand alone
    # Of letters
    NOT_LISTED = "not_listed"  # not in that work list any more
    NO_REFERENCE = "no_reference"  # no payer's reference, by which the print house would know the address
    LETTER_LATELY = "letter_lately"  # another was made in the last weeks
    INVITATION_WITHDRAWN = "invitation_withdrawn"  # by a clerk, since the batch issued it
    LETTER_ID = "letter_id"
    LETTER_UNKNOWN = "letter_unknown"
    OUTCOME = "outcome"
    POSTED_ON = "posted_on"  # not a day, one in the future, or from before the letter was made
    NOTICE_REFUSED = "notice_refused"  # as by hand: too many in a year, or of a year that is over


class Known(StrEnum):
    """Why a line that is right changes nothing."""

    ALREADY_REGISTERED = "already_registered"
    ALREADY_RECORDED = "already_recorded"  # that letter was posted, or came back: so it says already
    NOT_LAPSED = "not_lapsed"  # certified since, or not due yet: there is no notice to record
    ALREADY_ENROLLED = "already_enrolled"  # the photo of this very source and line key
