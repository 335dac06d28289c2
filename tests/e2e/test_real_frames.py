"""Frames of a real video: a person who really blinks and smiles, certified over HTTP."""

import cv2
import numpy as np
import pytest

from lifecert.domain.challenge import Step
from local.camera.synthesis import frame_for
from local.demo.cast import DISTRICT
from local.demo.phone import Phone
from local.stack import BUILD
from tests.support.deployed import another_id_number

# Read off the clip by eye.
FRAMES = {Step.NEUTRAL: 10, Step.CLOSE_EYES: 27, Step.SMILE: 45}
# The clip is two seconds long: a reference out of it would be as like its frames as a copy is.
REFERENCE, ANOTHER_DAY = 4, 1
NOT_ON_THE_CLIP = ["turn_head", "open_mouth"]


@pytest.fixture(scope="module")
def clip() -> dict[int, bytes]:
    path = BUILD / "clips" / "single_face.mp4"
    video = cv2.VideoCapture(str(path))
    frames = {}
    for number in range(max(FRAMES.values()) + 1):
        read, frame = video.read()
        assert read, f"{path} has no frame {number}: run `make setup`"
        frames[number] = cv2.imencode(".jpg", np.asarray(frame), [cv2.IMWRITE_JPEG_QUALITY, 95])[1].tobytes()
    return frames


def test_real_frames_are_certified(clerk: Phone, other_clerk: Phone, phone: Phone, clip: dict[int, bytes]) -> None:
    name, id_number = "赵一", another_id_number()
    beneficiary_id = clerk.register(name, id_number, "resident_pension", DISTRICT, "2026-06-01")
    clerk.enrol(beneficiary_id, frame_for(clip[REFERENCE], Step.NEUTRAL, ANOTHER_DAY))
    other_clerk.vouch(beneficiary_id)
    decided = phone.certify(name, id_number, lambda step: clip[FRAMES[step]], on_behalf=True, cannot=NOT_ON_THE_CLIP)
    # What somebody says they cannot do is all that sends these to a human: everything else was passed.
    assert (decided["outcome"], decided["reason"]["code"]) == ("review", "challenge_not_possible")


def test_neutral_frames_answer_no_step(clerk: Phone, phone: Phone, clip: dict[int, bytes]) -> None:
    name, id_number = "赵二", another_id_number()
    beneficiary_id = clerk.register(name, id_number, "resident_pension", DISTRICT, "2026-06-01")
    clerk.enrol(beneficiary_id, frame_for(clip[REFERENCE], Step.NEUTRAL, ANOTHER_DAY))
    still = iter([clip[7], clip[8], clip[9]])
    decided = phone.certify(name, id_number, lambda _: next(still), on_behalf=True, cannot=NOT_ON_THE_CLIP)
    assert decided["outcome"] == "retry"
    assert decided["reason"]["code"] in {"eyes_not_closed", "smile_not_seen"}
