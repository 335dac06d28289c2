"""Imprints: small pictures of faces, by which a copy of a photo that was used before is known. They turn back into
faces, so they are stored sealed (`sealed_imprint`)."""

from dataclasses import dataclass
from datetime import datetime

# Of one person, the newest: about as many years.
SESSIONS_REMEMBERED = 4


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


@dataclass(frozen=True, slots=True)
class FrameImprints:
    """The imprints of one session's frames, kept in place `slot` (from 0) of a reference: they go when it goes. `at` is
    when they were seen."""

    reference_id: str
    slot: int
    imprints: tuple[bytes, ...]
    at: datetime
