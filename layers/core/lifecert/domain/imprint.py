"""Imprints: small pictures of faces, by which a copy of a photo that was used before is known. They turn back into
faces, so they are stored sealed (`sealed_imprint`)."""

from dataclasses import dataclass
from datetime import datetime

# Of one person, the newest sessions that gave a certificate: about as many years. Nothing else moves this ring.
ACCEPTED_REMEMBERED = 4
# And the newest that a human decides, or that came again on the day of a certificate: they push out no accepted one.
OTHERS_REMEMBERED = 2
SESSIONS_REMEMBERED = ACCEPTED_REMEMBERED + OTHERS_REMEMBERED


@dataclass(frozen=True, slots=True)
class KnownPhotos:
    """The imprints of one person's photos: of all references, also replaced ones, and of earlier sessions' frames.

    `recent` are those of either that are so new that the person may sit before the same camera still: what is as like
    them as a new photo then is, is no copy.
    """

    references: tuple[bytes, ...] = ()
    frames: tuple[bytes, ...] = ()
    recent: tuple[bytes, ...] = ()


NO_PHOTOS = KnownPhotos()


def slot_of_accepted(before: int) -> int:
    """Where the next accepted session's imprints go, after so many that were kept."""
    return before % ACCEPTED_REMEMBERED


def slot_of_another(version: int) -> int:
    """Where those of any other session go, by the version of the person that it met."""
    return ACCEPTED_REMEMBERED + version % OTHERS_REMEMBERED


@dataclass(frozen=True, slots=True)
class FrameImprints:
    """The imprints of one session's frames, kept in place `slot` (from 0) of a reference: they go when it goes. `at` is
    when they were seen."""

    reference_id: str
    slot: int
    imprints: tuple[bytes, ...]
    at: datetime
