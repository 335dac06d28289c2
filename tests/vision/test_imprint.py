"""Imprints: a copy of a photo is known however it was saved, and a new photo of the same person is not one."""

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

from lab.attacks.imprints import turned_back
from lifecert.domain.challenge import Step
from lifecert.domain.imprint import KnownPhotos
from lifecert.domain.policy import Decision, Outcome, Policy, decide
from lifecert.domain.reasons import Reason
from lifecert.domain.sealed_imprint import ImprintSeal
from lifecert.ports.vision import Frame
from lifecert_vision import imprint
from lifecert_vision.analyser import VisionAnalyser
from lifecert_vision.decode import Image
from lifecert_vision.embed import Embedder, from_template
from local.camera.synthesis import frame_for
from tests.support import pictures
from tests.vision.conftest import Frames

ASKED = (Step.NEUTRAL, Step.TURN_LEFT, Step.OPEN_MOUTH)


def _scaled(image: Image, share: float) -> Image:
    return np.asarray(cv2.resize(image, None, fx=share, fy=share, interpolation=cv2.INTER_AREA), np.uint8)


def _leaning(image: Image) -> Image:
    height, width = image.shape[:2]
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), 4, 1.1)
    return np.asarray(cv2.warpAffine(image, turn, (width, height), borderMode=cv2.BORDER_REPLICATE), np.uint8)


COPIES: dict[str, Callable[[Image], bytes]] = {
    "saved anew": pictures.frame,
    "poor JPEG": lambda image: pictures.encode(image, ".jpg", cv2.IMWRITE_JPEG_QUALITY, 40),
    "half the size": lambda image: pictures.encode(_scaled(image, 0.5)),
    "cropped": lambda image: pictures.encode(image[60:-40, 70:-30]),
    "brightened": lambda image: pictures.encode(np.clip(image * 1.2 + 5, 0, 255).astype(np.uint8)),
    "leaning": lambda image: pictures.encode(_leaning(image)),
    "mirrored": lambda image: pictures.encode(np.ascontiguousarray(image[:, ::-1])),
    "softened": lambda image: pictures.encode(np.asarray(cv2.GaussianBlur(image, (0, 0), 1.2), np.uint8)),
}


def _imprint(analyser: VisionAnalyser, content: bytes) -> bytes:
    [found] = analyser.analyse([Frame(Step.NEUTRAL, content)], {}).imprints
    return found


@pytest.mark.parametrize("way", COPIES)
@pytest.mark.parametrize("name", ["obama2.jpg", "biden.jpg", "astronaut.png"])
def test_a_copy_is_known(name: str, way: str, analyser: VisionAnalyser, portraits: Path, policy: Policy) -> None:
    image = pictures.read((portraits / name).read_bytes())
    first, copy = pictures.encode(image), COPIES[way](image)

    [alike] = imprint.alike(_imprint(analyser, copy), [_imprint(analyser, first)])
    assert alike > policy.replay.max_alike


def test_other_photos_of_the_same_person_are_new(analyser: VisionAnalyser, portraits: Path, policy: Policy) -> None:
    first, *others = (_imprint(analyser, (portraits / f"obama{n}.jpg").read_bytes()) for n in ("", 2, 3))
    assert max(imprint.alike(first, others)) < policy.replay.max_alike - 0.3


def test_steps_of_a_real_person_within_a_second_are_no_copies_of_each_other(
    analyser: VisionAnalyser, clip: list[Image], policy: Policy
) -> None:
    neutral, closed, smiling = (_imprint(analyser, pictures.frame(clip[n])) for n in (10, 27, 60))
    assert imprint.alike(neutral, [closed, smiling]) < [policy.replay.max_alike_within] * 2
    assert imprint.alike(closed, [smiling]) < [policy.replay.max_alike_within]


def test_imprints_are_small_and_alike_only_within_their_version(analyser: VisionAnalyser, frames: Frames) -> None:
    one = _imprint(analyser, frames.content("obama.jpg", Step.NEUTRAL))
    assert len(one) == 1 + imprint.SIDE**2 // 2
    assert imprint.alike(one, [one]) == [pytest.approx(1, abs=1e-4)]
    assert imprint.alike(one, [bytes([2]) + one[1:], one]) == [pytest.approx(1, abs=1e-4)]
    assert imprint.alike(bytes([2]) + one[1:], [one]) == []
    even = bytes([1]) + bytes([136]) * (len(one) - 1)
    assert imprint.alike(even, [one, even]) == [0, 0]


def test_an_imprint_turns_back_into_the_face_and_what_is_stored_of_it_does_not(
    analyser: VisionAnalyser, portraits: Path, policy: Policy
) -> None:
    """`make imprints` in small: one portrait's imprint inverted, and compared with other portraits of the person."""
    photo, *others = ((portraits / f"obama{n}.jpg").read_bytes() for n in ("", 2, 3))
    enrolled = analyser.enrol(photo)
    vectors = [from_template(found) for other in others if (found := analyser.enrol(other).template)]
    assert len(vectors) == 2

    def likeness(taken: bytes) -> list[float]:
        inverted = Embedder().embed(turned_back(taken), both_sides=True).vector
        return [float(inverted @ vector) for vector in vectors]

    assert min(likeness(enrolled.imprint)) > policy.match.review + 0.1, "without a seal the table would hold a face"
    stored = [ImprintSeal(bytes([number]) * 32, "1").close(enrolled.imprint) for number in range(8)]
    assert max(max(likeness(one)) for one in stored) < policy.match.review - 0.05
    assert {ImprintSeal(b"\0" * 32, "1").open(stored[0])} == {enrolled.imprint}, "and copies are known as before"


@pytest.mark.parametrize(
    ("known", "measure"),
    [("reference", "alike_reference"), ("earlier", "alike_earlier"), ("nothing", None)],
)
def test_a_challenge_with_a_copy_in_it_is_refused(
    known: str, measure: str | None, analyser: VisionAnalyser, portraits: Path, frames: Frames, policy: Policy
) -> None:
    photo = (portraits / "obama2.jpg").read_bytes()
    reference = analyser.enrol(photo)
    assert reference.template
    assert reference.imprint
    drawn = analyser.analyse(frames("obama2.jpg", *ASKED), {"r": reference.template})
    seen = {
        "reference": KnownPhotos((reference.imprint,), ()),
        "earlier": KnownPhotos((), drawn.imprints),
        "nothing": KnownPhotos(),
    }[known]
    # The reference itself as neutral frame, or all frames of an earlier session: saved anew, no byte is the same.
    again = [Frame(step, pictures.frame(pictures.read(frames.content("obama2.jpg", step)))) for step in ASKED]
    if known == "reference":
        again[0] = Frame(Step.NEUTRAL, pictures.encode(_scaled(pictures.read(photo), 0.9)))

    evidence = analyser.analyse(again, {"r": reference.template}, seen).evidence
    failed = [one.name for one in evidence.across if one.reason is Reason.FRAME_SEEN_BEFORE]
    assert failed == ([measure] if measure else [])
    if measure:
        assert decide(evidence, policy, ASKED, 1) == Decision(Outcome.RETRY, Reason.FRAME_SEEN_BEFORE)


def test_a_photo_is_enrolled_twice_and_known_to_be_the_same(analyser: VisionAnalyser, portraits: Path) -> None:
    first, again, another = (
        pictures.read((portraits / name).read_bytes()) for name in ("obama2.jpg",) * 2 + ("obama3.jpg",)
    )
    known = KnownPhotos((analyser.enrol(pictures.encode(first)).imprint,))
    saved_anew, other = analyser.enrol(pictures.encode(again), known), analyser.enrol(pictures.encode(another), known)
    assert saved_anew.template
    assert saved_anew.copy
    assert not other.copy


def test_the_same_person_before_the_same_camera_is_no_copy_of_photos_just_taken(
    analyser: VisionAnalyser, clip: list[Image], policy: Policy
) -> None:
    """Frames of one clip stand for a session and the one before it, minutes apart."""
    before, now = (pictures.encode(clip[number]) for number in (20, 55))
    known = analyser.analyse([Frame(Step.NEUTRAL, before)], {}).imprints
    [like] = imprint.alike(analyser.analyse([Frame(Step.NEUTRAL, now)], {}).imprints[0], known)
    assert policy.replay.max_alike + 0.02 < like < policy.replay.max_alike_recent - 0.02

    def told(content: bytes, photos: KnownPhotos) -> Reason | None:
        evidence = analyser.analyse([Frame(Step.NEUTRAL, content)], {}, photos).evidence
        return next((one.reason for one in evidence.across if one.name.startswith("alike")), None)

    assert told(now, KnownPhotos(frames=known)) is Reason.FRAME_SEEN_BEFORE
    assert told(now, KnownPhotos(recent=known)) is None
    saved_anew = pictures.encode(pictures.read(before), ".jpg", cv2.IMWRITE_JPEG_QUALITY, 95)
    assert told(saved_anew, KnownPhotos(recent=known)) is Reason.FRAME_SEEN_BEFORE


def test_one_picture_for_two_steps_is_refused(analyser: VisionAnalyser, frames: Frames) -> None:
    smile = pictures.read(frames.content("biden.jpg", Step.SMILE))
    asked = [
        Frame(Step.NEUTRAL, frames.content("biden.jpg", Step.NEUTRAL)),
        Frame(Step.SMILE, pictures.encode(smile)),
        Frame(Step.CLOSE_EYES, pictures.encode(smile, ".jpg", cv2.IMWRITE_JPEG_QUALITY, 80)),
    ]
    [within] = [one for one in analyser.analyse(asked, {}).evidence.across if one.name == "alike_within"]
    assert within.reason is Reason.FLAT_FACE


def test_the_camera_of_the_demo_takes_new_photos_at_every_moment(
    analyser: VisionAnalyser, portraits: Path, policy: Policy
) -> None:
    portrait = (portraits / "astronaut.png").read_bytes()
    today, tomorrow = (
        analyser.analyse([Frame(step, frame_for(portrait, step, moment)) for step in ASKED], {}) for moment in (1, 2)
    )
    for one in today.imprints:
        assert max(imprint.alike(one, tomorrow.imprints)) < policy.replay.max_alike
