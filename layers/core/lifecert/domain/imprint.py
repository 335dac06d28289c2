"""Imprints: small pictures of faces, by which a copy of a photo that was used before is known."""

from dataclasses import dataclass

# Of one person, the newest: about as many years.
SESSIONS_REMEMBERED = 4


@dataclass(frozen=True, slots=True)
class KnownPhotos:
    """The imprints of one person's photos: of all references, also replaced ones, and of earlier sessions' frames."""

    references: tuple[bytes, ...] = ()
    frames: tuple[bytes, ...] = ()


NO_PHOTOS = KnownPhotos()


@dataclass(frozen=True, slots=True)
class FrameImprints:
    """The imprints of one session's frames, kept in place `slot` (from 0) of a reference: they go when it goes."""

    reference_id: str
    slot: int
    imprints: tuple[bytes, ...]
