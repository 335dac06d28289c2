"""Whether somebody lapsed has been told so: what a list of those who cannot be told is made of."""

from datetime import date
from enum import StrEnum

from lifecert.domain.beneficiary import Beneficiary
from lifecert.domain.status import Status


class Telling(StrEnum):
    """How far it is with telling somebody that their year is over. Nobody is held before it is `told`."""

    TOLD = "told"  # something that counts arrived
    COUNTS_LATER = "counts_later"  # a letter or a public notice counts from a day to come
    SENT = "sent"  # a message is on its way, or failed: the ledger's `notice_failed` tells
    NOT_TOLD = "not_told"  # nothing was sent yet, or what was recorded does not count
    NO_CONTACT = "no_contact"  # and there is no way to send a message: a letter, or a visit


def telling(person: Beneficiary, today: date) -> Telling | None:
    """How far it is on a day; None for whom there is nothing to tell, since they have not lapsed.

    Who is held and `not_told` or worse was told by what came back later.
    """
    if person.status is not Status.LAPSED:
        return None
    if person.told:
        return Telling.TOLD if person.told.on <= today else Telling.COUNTS_LATER
    if person.contact_channel is None:
        return Telling.NO_CONTACT
    return Telling.SENT if person.current_notice and person.current_notice.sent else Telling.NOT_TOLD
