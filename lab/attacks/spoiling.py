"""Spoil a good photo in one known way, to count how often the true cause is named: for tests and measuring only."""

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from lifecert.domain.reasons import Reason
from lifecert_vision.decode import Image
from lifecert_vision.landmarks import Face
from lifecert_vision.quality import OVAL
from local.camera.synthesis import render

_RIGHT_EYE, _LEFT_EYE = (33, 133), (362, 263)  # corners, outer and inner, as the picture shows them from left to right
_CHEEK_SKIN = (50, 101, 118, 280, 330, 347)
_CLOTH = ((214, 190, 120), (235, 235, 232), (40, 38, 38), (150, 175, 105))  # BGR: blue, white, black, green

_GAMMA = 2.2  # of pictures, nearly
_REST = 1.5  # how much a picture is enlarged of which about two thirds are left

Spoil = Callable[[Image, Face, np.random.Generator], Image]


@dataclass(frozen=True, slots=True)
class Fault:
    """One way to spoil a photo. `causes` are the reasons that name it; the first is the one to expect."""

    name: str
    spoil: Spoil
    causes: tuple[Reason, ...]


def _dark(image: Image, face: Face, chance: np.random.Generator) -> Image:
    """A dim room: all light scaled so that the face keeps a mean grey of 8 to 22, with the sensor's noise."""
    skin = _grey(image)[_oval(image, face)].mean()
    dimmed = image * (chance.uniform(8, 22) / max(skin, 1.0)) + chance.normal(0, 3, image.shape)
    return _pixels(dimmed)


def _bright(image: Image, face: Face, chance: np.random.Generator) -> Image:
    """Overexposed until most of the face is white."""
    skin = _grey(image)[_oval(image, face)]
    return _pixels(image * (chance.uniform(255, 330) / max(float(np.percentile(skin, 30)), 1.0)))


def _out_of_focus(image: Image, face: Face, chance: np.random.Generator) -> Image:
    return _pixels(cv2.GaussianBlur(image, (0, 0), face.eye_distance * chance.uniform(0.07, 0.12)))


def _moved(image: Image, face: Face, chance: np.random.Generator) -> Image:
    """The phone moved in a straight line, in any direction, by a third to a half of the eye distance."""
    length = max(3, round(face.eye_distance * chance.uniform(0.3, 0.5)))
    angle = chance.uniform(0, np.pi)
    trace = np.zeros((2 * length + 1, 2 * length + 1), np.float32)
    reach = length / 2 * np.array([np.cos(angle), np.sin(angle)])
    ends = [tuple(round(value * 16) for value in length + sign * reach) for sign in (-1, 1)]
    cv2.line(trace, ends[0], ends[1], 1.0, 1, cv2.LINE_AA, 4)
    return _pixels(cv2.filter2D(image, -1, trace / trace.sum(), borderType=cv2.BORDER_REPLICATE))


def _small(image: Image, face: Face, chance: np.random.Generator) -> Image:
    """The person far away: the picture on a canvas of the same size, so that the eyes are 12 to 22 px apart."""
    scale = chance.uniform(12, 22) / face.eye_distance
    if scale >= 1:
        return image
    height, width = image.shape[:2]
    little = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    rows, columns = little.shape[:2]
    canvas = np.full(image.shape, image.mean(axis=(0, 1)), np.float64) + chance.normal(0, 3, image.shape)
    top, left = (height - rows) // 2, (width - columns) // 2
    canvas[top : top + rows, left : left + columns] = little
    return _pixels(canvas)


def _cut_off(image: Image, face: Face, chance: np.random.Generator) -> Image:
    """A third of the face beyond one edge of the picture."""
    (left, top), (right, bottom) = face.points[:, :2].min(axis=0), face.points[:, :2].max(axis=0)
    third = np.array([right - left, bottom - top]) * chance.uniform(0.28, 0.38)
    side = chance.integers(3)
    if side == 0:
        image = image[:, max(0, int(left + third[0])) :]
    elif side == 1:
        image = image[:, : int(right - third[0])]
    else:
        image = image[: int(bottom - third[1])]
    # As large as before: a phone's picture has a fixed size.
    return _pixels(cv2.resize(image, None, fx=_REST, fy=_REST, interpolation=cv2.INTER_CUBIC))


def _turned_away(image: Image, face: Face, chance: np.random.Generator) -> Image:
    return render(image, face.points, yaw=float(chance.choice([-1, 1]) * chance.uniform(42, 50)) - face.pose.yaw)


def _second_face(image: Image, face: Face, chance: np.random.Generator) -> Image:
    """The same head again beside it, a little smaller."""
    (left, top), (right, bottom) = _head(image, face)
    head = image[top:bottom, left:right]
    scale = chance.uniform(0.7, 1.0)
    head = _pixels(cv2.resize(head[:, ::-1], None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA))
    beside = np.repeat(image[:, -1:], head.shape[1], axis=1)
    beside[top : top + head.shape[0]] = head[: image.shape[0] - top]
    return np.ascontiguousarray(np.hstack([image, beside]))


def _mask(image: Image, face: Face, chance: np.random.Generator) -> Image:
    """A medical mask from the bridge of the nose to below the chin, with the face's own light and three pleats."""
    points = face.points[:, :2]
    jaw = [points[index] for index in (234, 93, 132, 58, 172, 136, 150, 149, 176, 148, 152)]
    jaw += [points[index] for index in (377, 400, 378, 379, 365, 397, 288, 361, 323, 454)]
    chin = points[152] + 0.12 * face.eye_distance * _down(face)
    outline = [points[116], *jaw[2:10], chin, *jaw[11:-2], points[345], points[197]]
    colour = np.array(_CLOTH[chance.integers(len(_CLOTH))], np.float64)
    cloth = colour * _light_on(image, outline, face)
    for share in (0.35, 0.55, 0.75):
        start, end = (points[a] + share * (points[b] - points[a]) for a, b in ((116, 172), (345, 397)))
        line = np.zeros(image.shape[:2], np.uint8)
        cv2.line(line, _whole(start), _whole(end), 255, max(1, int(face.eye_distance / 40)))
        soft = cv2.GaussianBlur(line, (0, 0), max(0.6, face.eye_distance / 60))
        cloth = cloth * (1 - 0.15 * np.asarray(soft, np.float64) / 255)[..., None]
    return _laid_over(image, cloth + chance.normal(0, 2, image.shape), outline, face)


def _scarf(image: Image, face: Face, chance: np.random.Generator) -> Image:
    """A scarf or a shawl pulled up to below the nose, wider than the face: plain, striped, checked or knitted, in two
    colours drawn by chance."""
    points, unit, down = face.points[:, :2].astype(np.float64), face.eye_distance, _down(face)
    across = np.array([down[1], -down[0]])
    across = across if across @ (points[361] - points[132]) > 0 else -across
    top = points[2] + chance.uniform(-0.12, 0.08) * unit * down
    sides = [points[132] - 0.35 * unit * across, points[361] + 0.35 * unit * across]
    ends = [points[152] + 1.6 * unit * down + side * unit * across for side in (1.6, -1.6)]
    outline = [sides[0], (sides[0] + top) / 2 - 0.06 * unit * down, top, (sides[1] + top) / 2 - 0.06 * unit * down]
    outline += [sides[1], *ends]
    rows, columns = np.mgrid[: image.shape[0], : image.shape[1]]
    away = np.stack([columns - top[0], rows - top[1]], axis=-1)
    x, y = (away @ axis / unit for axis in (across, down))
    bands = chance.uniform(3, 9)
    woven = {
        "plain": np.zeros_like(x),
        "striped": np.sin(2 * np.pi * bands * y) > 0,
        "checked": (np.sin(2 * np.pi * bands * x) > 0) ^ (np.sin(2 * np.pi * bands * y) > 0),
        "knitted": 0.5 + 0.5 * np.sin(2 * np.pi * 2 * bands * x) * np.sin(2 * np.pi * 1.5 * bands * y + 3 * x),
    }[str(chance.choice(["plain", "striped", "checked", "knitted"]))].astype(np.float64)[..., None]
    one, other = chance.uniform(20, 235, (2, 3))
    folds = 1 - 0.18 * np.abs(np.sin(np.pi * chance.uniform(0.8, 1.6) * y + 0.6 * x))[..., None]
    cloth = (one * (1 - woven) + other * woven) * folds * _light_on(image, outline, face)
    return _laid_over(image, cloth + chance.normal(0, 3, image.shape), outline, face)


def _light_on(image: Image, outline: list[NDArray[np.floating]], face: Face) -> NDArray[np.float64]:
    """The face's own light on what is laid over it, as a factor for every pixel."""
    light = cv2.GaussianBlur(_grey(image).astype(np.float32), (0, 0), face.eye_distance * 0.3)
    middle = max(float(light[_filled(image, outline) > 0].mean()), 1.0)
    return np.asarray(np.clip(light / middle, 0.5, 1.3)[..., None] * min(1.15, 0.4 + middle / 200), np.float64)


def _sunglasses(image: Image, face: Face, chance: np.random.Generator) -> Image:
    """Dark lenses with a faint reflection."""
    tint = (
        np.array([18, 16, 16]) + chance.uniform(0, 18) + 0.08 * cv2.GaussianBlur(image, (0, 0), face.eye_distance / 8)
    )
    return _glasses(image, face, chance, tint)


def _mirrored_sunglasses(image: Image, face: Face, chance: np.random.Generator) -> Image:
    """Bluish lenses in which a bright horizon is reflected, which is as lively as an eye."""
    level = _down(face) @ np.indices(image.shape[:2])[::-1].reshape(2, -1)
    level = level.reshape(image.shape[:2]) - _down(face) @ face.points[[*_RIGHT_EYE, *_LEFT_EYE], :2].mean(axis=0)
    horizon = np.exp(-((level / (chance.uniform(0.05, 0.08) * face.eye_distance)) ** 2))[..., None]
    tint = np.array([70, 45, 35]) * chance.uniform(0.8, 1.2) + horizon * np.array([150, 140, 120])
    return _glasses(image, face, chance, tint)


def _glasses(image: Image, face: Face, chance: np.random.Generator, tint: NDArray[np.float64]) -> Image:
    """Two lenses of `tint`, a colour for every pixel, with a bridge and the arms."""
    mask = np.zeros(image.shape[:2], np.uint8)
    unit = face.eye_distance
    across = (face.points[263] - face.points[33])[:2]
    angle = float(np.degrees(np.arctan2(across[1], across[0])))
    size = unit * chance.uniform(0.40, 0.46), unit * chance.uniform(0.30, 0.38)
    middles = [face.points[list(eye), :2].mean(axis=0) + 0.05 * unit * _down(face) for eye in (_RIGHT_EYE, _LEFT_EYE)]
    for middle in middles:
        cv2.ellipse(mask, (tuple(map(float, middle)), (2 * size[0], 2 * size[1]), angle), 255, -1)
    thick = max(1, round(unit / 14))
    ends = [tuple(int(v) for v in middle) for middle in middles]
    cv2.line(mask, ends[0], ends[1], 255, thick)
    for end, ear in zip(ends, (127, 356), strict=True):
        cv2.line(mask, end, tuple(int(v) for v in face.points[ear, :2]), 255, thick)
    soft = cv2.GaussianBlur(mask, (0, 0), max(0.6, unit / 60))[..., None] / 255.0
    return _pixels(image * (1 - soft) + tint * soft)


def _hand_on_mouth(image: Image, face: Face, chance: np.random.Generator) -> Image:
    return _hand(image, face, chance, (face.points[13, :2] + face.points[14, :2]) / 2)


def _hand_on_eye(image: Image, face: Face, chance: np.random.Generator) -> Image:
    eye = (_RIGHT_EYE, _LEFT_EYE)[chance.integers(2)]
    return _hand(image, face, chance, face.points[list(eye), :2].mean(axis=0))


def _hand(image: Image, face: Face, chance: np.random.Generator, over: NDArray[np.floating]) -> Image:
    """Four fingers side by side in the person's own skin colour, with darker gaps, from one side over a place."""
    unit = face.eye_distance
    spots = face.points[list(_CHEEK_SKIN), :2].round().astype(int)
    rows, columns = image.shape[:2]
    patches = [image[min(max(y, 0), rows - 1), min(max(x, 0), columns - 1)] for x, y in spots]
    skin = np.median(np.array(patches, np.float64), axis=0) * chance.uniform(0.85, 1.1)
    away = np.radians(chance.uniform(-35, 35)) + (np.pi if over[0] < face.points[1, 0] else 0)
    along, beside = np.array([np.cos(away), np.sin(away)]), np.array([-np.sin(away), np.cos(away)])
    result = image.astype(np.float64)
    width = unit * 0.24
    for finger in range(-2, 2):
        start = over + (finger + 0.5) * width * beside - along * unit * chance.uniform(0.35, 0.5)
        mask = np.zeros(image.shape[:2], np.uint8)
        ends = [tuple(int(v) for v in place) for place in (start, start + along * unit * 2.2)]
        cv2.line(mask, ends[0], ends[1], 255, max(2, round(width * 1.04)), cv2.LINE_AA)
        depth = cv2.distanceTransform((mask > 127).astype(np.uint8), cv2.DIST_L2, 3) / (width / 2)
        shade = (0.62 + 0.38 * np.clip(depth * 1.6, 0, 1))[..., None]
        soft = cv2.GaussianBlur(mask, (0, 0), max(0.6, unit / 80))[..., None] / 255.0
        result = result * (1 - soft) + skin * shade * soft
    return _pixels(result + chance.normal(0, 1.5, image.shape))


def _one_sided(image: Image, face: Face, chance: np.random.Generator) -> Image:
    """Light from one side only: the other half of the face falls into the dark."""
    height, width = image.shape[:2]
    middle, reach = float(face.points[168, 0]), face.eye_distance * 0.35
    ramp = 1 / (1 + np.exp(-(np.arange(width) - middle) / reach * chance.choice([-1, 1])))
    return _pixels(image * (0.05 + 0.95 * np.broadcast_to(ramp, (height, width)))[..., None])


def _poor_jpeg(image: Image, face: Face, chance: np.random.Generator) -> Image:
    encoded = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, int(chance.integers(2, 5))])[1]
    return np.asarray(cv2.imdecode(encoded, cv2.IMREAD_COLOR), np.uint8)


FAULTS = (
    Fault("dark", _dark, (Reason.TOO_DARK,)),
    Fault("bright", _bright, (Reason.TOO_BRIGHT,)),
    Fault("out of focus", _out_of_focus, (Reason.BLURRED,)),
    Fault("moved", _moved, (Reason.BLURRED,)),
    Fault("small", _small, (Reason.FACE_TOO_SMALL,)),
    Fault("cut off", _cut_off, (Reason.FACE_CUT_OFF,)),
    Fault("turned away", _turned_away, (Reason.NOT_FACING_CAMERA,)),
    Fault("second face", _second_face, (Reason.SEVERAL_FACES,)),
    Fault("mask", _mask, (Reason.MASK_WORN,)),
    Fault("scarf", _scarf, (Reason.MASK_WORN, Reason.FACE_COVERED)),
    Fault("sunglasses", _sunglasses, (Reason.SUNGLASSES_WORN,)),
    Fault("hand on mouth", _hand_on_mouth, (Reason.FACE_COVERED, Reason.MASK_WORN)),
    Fault("hand on eye", _hand_on_eye, (Reason.FACE_COVERED,)),
    Fault("one-sided light", _one_sided, (Reason.TOO_DARK,)),
    Fault("poor JPEG", _poor_jpeg, (Reason.TOO_COMPRESSED,)),
    Fault("mirrored sunglasses", _mirrored_sunglasses, (Reason.SUNGLASSES_WORN,)),
)


def _in_linear_light(
    image: Image, light: NDArray[np.floating] | float, noise: float, chance: np.random.Generator
) -> Image:
    """The picture under another light (a factor for every pixel and colour), as a camera with noise takes it."""
    linear = (image / 255.0) ** _GAMMA * light
    return _pixels(255 * np.clip(linear, 0, 1) ** (1 / _GAMMA) + chance.normal(0, noise, image.shape))


def _evening_lamp(image: Image, _face: Face, chance: np.random.Generator) -> Image:
    """Lamps of 2,700 to 4,000 K before a camera that takes only some of their colour out."""
    return _in_linear_light(image, _colour(chance), 2, chance)


def _one_sided_room(image: Image, face: Face, chance: np.random.Generator) -> Image:
    """A window or a lamp at one side: the other half of the face has a tenth to two fifths of its light."""
    return _in_linear_light(image, _from_one_side(image, face, chance)[..., None], 2, chance)


def _dim_room(image: Image, face: Face, chance: np.random.Generator) -> Image:
    """So little light that the face keeps a mean grey of 25 to 50, with the sensor's noise."""
    return _in_linear_light(image, _dimmed(image, face, chance), 4, chance)


def _dim_evening(image: Image, face: Face, chance: np.random.Generator) -> Image:
    """All three: a weak, warm lamp at one side."""
    side = _from_one_side(image, face, chance)[..., None]
    return _in_linear_light(image, side * _colour(chance) * _dimmed(image, face, chance) ** 0.5, 4, chance)


def _before_a_window(image: Image, face: Face, chance: np.random.Generator) -> Image:
    """Light from behind: the face dark, and a veil of the window's light over all."""
    weak = _in_linear_light(image, _dimmed(image, face, chance) * 1.3, 2, chance)
    veil = chance.uniform(15, 45)
    return _pixels(weak * (1 - veil / 255) + veil)


def _colour(chance: np.random.Generator) -> NDArray[np.float64]:
    """Blue, green, red of a lamp against daylight, made weaker as a camera's white balance does."""
    kelvin = chance.uniform(2700, 4000)
    share = (1 / kelvin - 1 / 6500) / (1 / 2700 - 1 / 6500)
    # Planck's radiator of 2,700 K against one of 6,500 K in linear sRGB; between them by the reciprocal temperature.
    lamp = np.array([0.10, 0.40, 1.0]) ** share
    return np.asarray(lamp ** chance.uniform(0.3, 0.8), np.float64)


def _from_one_side(image: Image, face: Face, chance: np.random.Generator) -> NDArray[np.float64]:
    middle, reach = float(face.points[168, 0]), face.eye_distance * chance.uniform(0.3, 0.7)
    ramp = 1 / (1 + np.exp(-(np.arange(image.shape[1]) - middle) / reach * chance.choice([-1, 1])))
    least = chance.uniform(0.1, 0.4)
    return np.asarray(np.broadcast_to(least + (1 - least) * ramp, image.shape[:2]), np.float64)


def _dimmed(image: Image, face: Face, chance: np.random.Generator) -> float:
    """The factor, in linear light, that leaves the face a mean grey of 25 to 50."""
    skin = float(_grey(image)[_oval(image, face)].mean())
    return float(min(1.0, chance.uniform(25, 50) / max(skin, 1.0)) ** _GAMMA)


# Bad light in which people live. Nothing here is a fault: it is asked whether a refusal would keep an error away.
LIGHTS: tuple[tuple[str, Spoil], ...] = (
    ("evening lamp", _evening_lamp),
    ("light from one side", _one_sided_room),
    ("dim room", _dim_room),
    ("dim, warm, from one side", _dim_evening),
    ("before a window", _before_a_window),
)


def _grey(image: Image) -> NDArray[np.uint8]:
    return np.asarray(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY), np.uint8)


def _pixels(values: NDArray[np.generic]) -> Image:
    return np.ascontiguousarray(np.clip(values, 0, 255), np.uint8)


def _whole(place: NDArray[np.floating]) -> tuple[int, int]:
    return int(place[0]), int(place[1])


def _down(face: Face) -> NDArray[np.floating]:
    down = (face.points[152] - face.points[10])[:2]
    return np.asarray(down / np.linalg.norm(down))


def _filled(image: Image, outline: list[NDArray[np.floating]]) -> NDArray[np.uint8]:
    mask = np.zeros(image.shape[:2], np.uint8)
    cv2.fillPoly(mask, [np.round(np.array(outline)).astype(np.int32)], 255)
    return mask


def _oval(image: Image, face: Face) -> NDArray[np.bool_]:
    return _filled(image, list(face.points[list(OVAL), :2])) > 0


def _laid_over(image: Image, cloth: NDArray[np.floating], outline: list[NDArray[np.floating]], face: Face) -> Image:
    soft = cv2.GaussianBlur(_filled(image, outline), (0, 0), max(0.6, face.eye_distance / 60))[..., None] / 255.0
    return _pixels(image * (1 - soft) + cloth * soft)


def _head(image: Image, face: Face) -> tuple[tuple[int, int], tuple[int, int]]:
    """A box around face and hair."""
    low, high = face.points[:, :2].min(axis=0), face.points[:, :2].max(axis=0)
    size = high - low
    height, width = image.shape[:2]
    left, top = np.clip(low - size * (0.25, 0.4), 0, None).astype(int)
    right, bottom = np.clip(high + size * (0.25, 0.2), 0, (width, height)).astype(int)
    return (int(left), int(top)), (int(right), int(bottom))
