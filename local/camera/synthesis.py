"""Make the frames of a challenge from one portrait, by re-drawing it through its own face mesh.

For demo, tests and training only. It works because a server alone cannot tell such a picture from a photo taken
by a camera, so it is also an attack on this system, and listed as one.
"""

from functools import cache, lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from lifecert.domain.challenge import Step
from lifecert_vision.align import align
from lifecert_vision.decode import Image
from lifecert_vision.embed import Embedder, Vector
from lifecert_vision.landmarks import Face, Landmarker
from lifecert_vision.match import cosine
from lifecert_vision.quiet import native_logs_hidden
from local.camera.mesh import EYE_HOLES, EYES, INNER_LIPS, LOWER_LIP, MOUTH_HOLE, OVAL, UPPER_LIP, rings, skin

Points = NDArray[np.float64]  # N x 3 (x, y, z) in pixels, z away from the camera

_WIDTH, _HEIGHT = 960, 1280  # a phone's front camera, upright
_EYES_APART = 150  # px, as at arm's length
_MOUTH_CORNERS = (61, 291)
_CHEEKS = (205, 425)
_CLOSED = 1e-3  # square pixels: a triangle of a closed opening
_RINGS = ((1.12, 0.85), (1.3, 0.5), (1.65, 0.0))  # size against the face outline, share of its movement
_CHANGE, _REACH = 0.045, 0.5  # eye distances: how far a face changes between moments, and over what distance
_CLOSED_BY = 0.28  # score: the policy asks for 0.20
_LIKE = 0.68  # cosine: the policy accepts from 0.56
_MOUTH_BACK, _MOUTH_FRONT = (26, 18, 44), (46, 36, 84)  # BGR


def render(
    image_bgr: Image,
    landmarks: NDArray[np.float32],
    *,
    yaw: float = 0,
    pitch: float = 0,
    blink: float = 0,
    jaw: float = 0,
    smile: float = 0,
) -> Image:
    """The picture with its face turned or moved.

    `landmarks` are the 478 x 3 points of `lifecert_vision.landmarks.Face`. `yaw` and `pitch` are degrees added to
    the pose, positive to the person's own left and up; `blink` (-1 to 1) closes the eyes or
    opens them wider, `jaw` (-1 to 1) opens or
    closes the mouth, `smile` (-1 to 1) draws the corners of the mouth apart and up, or together and down.
    """
    source = landmarks[:468].astype(np.float64)
    unit = float(np.linalg.norm(source[263] - source[33]))
    resting = _smiled(source, smile, unit)
    moved = _blinked(_opened(resting, jaw, unit), blink)
    centre = (source[234] + source[454]) / 2  # between the ears, about where the neck turns
    turn = _rotation(yaw, pitch)
    source, resting, moved = (_with_rings(points) for points in (source, resting, moved))
    still = len(landmarks[:468])
    target = _turned(moved, centre, turn, still)
    teeth = _turned(resting, centre, turn, still)

    rows, columns = image_bgr.shape[:2]
    labels = np.full((rows, columns), -1, np.int32)
    drawn: list[NDArray[np.float64]] = []

    def draw(corners: list[tuple[int, int, int]], places: Points) -> None:
        # Far triangles first, so that the nose covers the cheek behind it.
        for corner in sorted(corners, key=lambda corner: -places[list(corner), 2].mean()):
            to, back = places[list(corner), :2], source[list(corner), :2]
            if abs(np.linalg.det([to[1] - to[0], to[2] - to[0]])) < _CLOSED:
                continue
            cv2.fillConvexPoly(labels, np.round(to * 16).astype(np.int32), len(drawn), cv2.LINE_8, 4)
            drawn.append(np.asarray(cv2.getAffineTransform(to.astype(np.float32), back.astype(np.float32)), np.float64))

    draw(rings(), target)
    draw(EYE_HOLES, target)
    mouth = np.round(target[INNER_LIPS, :2]).astype(np.int32)
    draw(MOUTH_HOLE, teeth if jaw > 0 else target)  # teeth stay with the skull
    draw(skin(), target)

    x, y = np.meshgrid(np.arange(columns, dtype=np.float32), np.arange(rows, dtype=np.float32))
    inside = labels >= 0
    map_x, map_y = x.copy(), y.copy()
    matrices = np.array(drawn)[labels[inside]]
    place = np.stack([x[inside], y[inside], np.ones_like(x[inside])], axis=1)
    map_x[inside], map_y[inside] = np.einsum("nij,nj->in", matrices, place)
    remapped = cv2.remap(image_bgr, map_x, map_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    result = np.ascontiguousarray(remapped, np.uint8)
    if jaw > 0:
        result = _darken_mouth(result, mouth, teeth[INNER_LIPS, :2])
    return result


def frame_for(portrait: bytes, step: Step, moment: int | None = None) -> bytes:
    """A JPEG of 960 x 1280 in which the person of the portrait shows `step`.

    Frames of one portrait belong together: a portrait that smiles or looks aside or up already does so less in all of
    them, so that the step is a change. At another `moment` the face is a little different all over, as no two photos
    of a person are the same: without that, each would be a copy of the last. Raises ValueError when the portrait shows
    no face.
    """
    image, face = _subject(portrait, moment)
    shapes = face.blendshapes
    smiling = min(shapes["mouthSmileLeft"], shapes["mouthSmileRight"])
    squinting = max(shapes["eyeBlinkLeft"], shapes["eyeBlinkRight"])
    aside = -0.5 * face.pose.yaw
    relaxed = {
        "yaw": aside,
        "pitch": -0.5 * face.pose.pitch,
        "smile": -0.9 * smiling,
        "jaw": -0.8 * shapes["jawOpen"],
        "blink": -0.6 * squinting,
    }
    asked: dict[Step, dict[str, float]] = {
        Step.NEUTRAL: {},
        Step.TURN_LEFT: {"yaw": aside + 22},
        Step.TURN_RIGHT: {"yaw": aside - 22},
        Step.OPEN_MOUTH: {"jaw": 1.0, "smile": -0.9 * smiling - 0.6},
        # Who closes their eyes moves their head a little; else this frame is hardly another picture than a smile.
        Step.CLOSE_EYES: {"blink": 1.0, "yaw": aside + 4},
        Step.SMILE: {"smile": 1 - 0.8 * smiling},
    }
    settings = relaxed | asked[step]
    drawn = render(image, face.points, **settings)
    return bytes(cv2.imencode(".jpg", drawn, [cv2.IMWRITE_JPEG_QUALITY, 92])[1])


def will_do(portrait: bytes, moment: int) -> bool:
    """Whether at a moment closed eyes can be told from open ones, and the person looks like the portrait, both with
    something to spare for a camera's noise. The likeness of the neutral frame decides that of the steps: with 0.68 the
    mean of no three frames fell below 0.63."""
    try:
        (neutral, face), (_, closed) = [_shown(portrait, step, moment) for step in (Step.NEUTRAL, Step.CLOSE_EYES)]
    except ValueError:  # no face is found on what is drawn
        return False
    eyes = ("eyeBlinkLeft", "eyeBlinkRight")
    if min(closed.blendshapes[eye] - face.blendshapes[eye] for eye in eyes) < _CLOSED_BY:
        return False
    return cosine(_embedder().embed(align(neutral, face)).vector, _likeness(portrait)) >= _LIKE


def _shown(portrait: bytes, step: Step, moment: int) -> tuple[Image, Face]:
    drawn = np.frombuffer(frame_for(portrait, step, moment), np.uint8)
    image = np.asarray(cv2.imdecode(drawn, cv2.IMREAD_COLOR), np.uint8)
    return image, _face_in(image)


@lru_cache(maxsize=8)
def _likeness(portrait: bytes) -> Vector:
    return _embedder().embed(align(*_subject(portrait, None)), both_sides=True).vector


@cache
def _embedder() -> Embedder:
    return Embedder()


@cache
def _landmarker() -> Landmarker:
    with native_logs_hidden():
        landmarker = Landmarker()
        landmarker.detect(np.zeros((64, 64, 3), np.uint8))
    return landmarker


@lru_cache(maxsize=8)
def _subject(portrait: bytes, moment: int | None) -> tuple[Image, Face]:
    """The portrait cropped and scaled as a phone at arm's length would see it, at a moment, and its face."""
    decoded = cv2.imdecode(np.frombuffer(portrait, np.uint8), cv2.IMREAD_COLOR)
    if decoded is None:
        raise ValueError("the portrait cannot be read")
    found = _face_in(np.asarray(decoded, np.uint8))
    height, width = decoded.shape[:2]
    # At least so large that the portrait covers the frame, then moved until it does.
    scale = max(_EYES_APART / found.eye_distance, _WIDTH / width, _HEIGHT / height)
    size = max(_WIDTH, round(width * scale)), max(_HEIGHT, round(height * scale))
    x, y = found.points[:, :2].mean(axis=0) * scale
    left = int(np.clip(x - _WIDTH / 2, 0, size[0] - _WIDTH))
    top = int(np.clip(y - _HEIGHT * 0.45, 0, size[1] - _HEIGHT))
    scaled = cv2.resize(decoded, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC)
    framed = np.ascontiguousarray(scaled[top : top + _HEIGHT, left : left + _WIDTH], np.uint8)
    face = _face_in(framed)
    if moment is None:
        return framed, face
    changed = _changed(framed, face.eye_distance, np.random.default_rng(moment))
    return changed, _face_in(changed)


def _face_in(image: Image) -> Face:
    faces = _landmarker().detect(image)
    if not faces:
        raise ValueError("the portrait shows no face")
    return faces[0]


def _changed(image: Image, unit: float, chance: np.random.Generator) -> Image:
    """The picture drawn a little out of shape, smoothly, in every direction."""
    rows, columns = image.shape[:2]
    spots = max(2, round(rows / (_REACH * unit))), max(2, round(columns / (_REACH * unit)))
    place = np.meshgrid(np.arange(columns, dtype=np.float32), np.arange(rows, dtype=np.float32))
    moved = [
        axis + cv2.resize(chance.normal(0, _CHANGE * unit, spots), (columns, rows), interpolation=cv2.INTER_CUBIC)
        for axis in place
    ]
    across, down = (np.asarray(axis, np.float32) for axis in moved)
    return np.asarray(cv2.remap(image, across, down, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE), np.uint8)


def _rotation(yaw: float, pitch: float) -> NDArray[np.float64]:
    """Turn the head by `yaw` to its own left (the picture's right) and `pitch` up; y points down, z away."""
    a, b = np.radians(yaw), np.radians(pitch)
    about_y = np.array([[np.cos(a), 0, -np.sin(a)], [0, 1, 0], [np.sin(a), 0, np.cos(a)]])
    about_x = np.array([[1, 0, 0], [0, np.cos(b), np.sin(b)], [0, -np.sin(b), np.cos(b)]])
    return np.asarray(about_y @ about_x, np.float64)


def _turned(points: Points, centre: NDArray[np.float64], turn: NDArray[np.float64], still: int) -> Points:
    """Points turned about `centre`; each ring beyond the face follows its outline by the ring's share."""
    turned = (points - centre) @ turn.T + centre
    movement = (turned - points)[OVAL]
    for index, (_, share) in enumerate(_RINGS):
        ring = slice(still + index * len(OVAL), still + (index + 1) * len(OVAL))
        turned[ring] = points[ring] + share * movement
    return turned


def _with_rings(points: Points) -> Points:
    """The points with three rings around the outline, which carry hair, ears and background along."""
    outline = points[OVAL]
    middle = outline.mean(axis=0)
    rings = [middle + (outline - middle) * size for size, _ in _RINGS]
    for ring in rings:
        ring[:, 2] = points[:, 2].max() + 1
    return np.concatenate([points, *rings])


def _near(points: Points, index: int, reach: float) -> NDArray[np.float64]:
    """A weight of 1 at a point, falling smoothly to 0 around it."""
    distance = np.linalg.norm(points[:, :2] - points[index, :2], axis=1)
    return np.asarray(np.exp(-((distance / reach) ** 2)), np.float64)


def _smiled(points: Points, smile: float, unit: float) -> Points:
    moved = points.copy()
    across = (points[263] - points[33]) / unit
    up = (points[10] - points[152]) / np.linalg.norm(points[10] - points[152])
    for side, corner, cheek in zip((-1, 1), _MOUTH_CORNERS, _CHEEKS, strict=True):
        pull = side * across * 0.11 + up * 0.13
        moved += smile * unit * _near(points, corner, 0.24 * unit)[:, None] * pull
        moved += smile * unit * _near(points, cheek, 0.22 * unit)[:, None] * up * 0.06
    return moved


def _opened(points: Points, jaw: float, unit: float) -> Points:
    """Lower the jaw: everything below the line between the lips, most at the middle of the chin."""
    moved = points.copy()
    down = (points[152] - points[10]) / np.linalg.norm(points[152] - points[10])
    line = (points[13] + points[14]) / 2
    across = (points[291] - points[61]) / 2
    half = np.linalg.norm(across)
    below = np.clip((points - line) @ down / (0.05 * unit), 0, 1)
    below[list(LOWER_LIP)], below[list(UPPER_LIP)] = 1, 0
    aside = (points - line) @ (across / half) / half
    corners = np.clip((np.abs(aside) - 0.75) / 0.2, 0, 1) * _lip_end(points)
    weight = below * np.exp(-((aside / 1.15) ** 2)) * (1 - corners)
    return np.asarray(moved + jaw * 0.3 * unit * weight[:, None] * down, np.float64)


def _lip_end(points: Points) -> NDArray[np.float64]:
    """1 near the corners of the mouth, which stay where they are."""
    reach = 0.15 * float(np.linalg.norm(points[263] - points[33]))
    return np.asarray(np.maximum(_near(points, 61, reach), _near(points, 291, reach)), np.float64)


def _blinked(points: Points, blink: float) -> Points:
    moved = points.copy()
    for upper, lower, above in EYES:
        for top, bottom, fold in zip(upper, lower, above, strict=True):
            moved[top] += 0.97 * blink * (points[bottom] - points[top])
            moved[fold] += 0.7 * blink * (points[bottom] - points[top])
    return moved


def _darken_mouth(image: Image, mouth: NDArray[np.int32], teeth: NDArray[np.float64]) -> Image:
    """Fill what the lowered lip has uncovered with the dark of a mouth; what was seen before stays."""
    mask = np.zeros(image.shape[:2], np.uint8)
    cv2.fillPoly(mask, [mouth], 255)
    height, width = float(np.ptp(teeth[:, 1])), float(np.ptp(teeth[:, 0]))
    if height > 0.08 * width:  # the mouth was open before
        cv2.fillPoly(mask, [np.round(teeth).astype(np.int32)], 0)
    soft = cv2.GaussianBlur(mask, (0, 0), 1.5)[..., None] / 255.0
    top, bottom = int(mouth[:, 1].min()), int(mouth[:, 1].max())
    ramp = np.clip((np.arange(image.shape[0]) - top) / max(1, bottom - top), 0, 1)[:, None, None]
    inner = np.array(_MOUTH_BACK) * (1 - ramp) + np.array(_MOUTH_FRONT) * ramp
    return np.asarray(image * (1 - soft) + inner * soft, np.uint8)
