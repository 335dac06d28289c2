"""Faces are found, their pose has the right sign, and nothing poisons the landmarker for good."""

import subprocess
import sys
import textwrap
from pathlib import Path

import cv2
import numpy as np
import pytest
from mediapipe.tasks.python.vision.core.image import Image as MediaPipeImage
from mediapipe.tasks.python.vision.core.image import ImageFormat
from numpy.typing import NDArray

from lifecert_vision.decode import Image
from lifecert_vision.landmarks import Face, Landmarker
from lifecert_vision.readout import found
from tests.support import pictures
from tests.support.patience import PATIENCE_SECONDS


@pytest.fixture(scope="module")
def landmarker() -> Landmarker:
    return Landmarker()


@pytest.fixture(scope="module")
def obama(portraits: Path) -> Image:
    return pictures.read((portraits / "obama.jpg").read_bytes())


def test_a_face_is_measured(landmarker: Landmarker, obama: Image) -> None:
    (face,) = landmarker.detect(obama)

    assert face.points.shape == (478, 3)
    assert face.eye_distance == pytest.approx(106, abs=3)
    assert face.blendshapes["mouthSmileLeft"] > 0.8
    assert abs(face.pose.yaw) < 5
    assert abs(face.pose.roll) < 5


def test_a_face_is_read_as_mediapipe_reads_it(landmarker: Landmarker, obama: Image) -> None:
    beside = np.hstack([obama, cv2.flip(obama, 1)])
    picture = MediaPipeImage(image_format=ImageFormat.SRGB, data=np.ascontiguousarray(beside[:, :, ::-1]))
    theirs = landmarker._graph.detect(picture)
    ours = found(landmarker._graph, picture)

    assert len(ours) == len(theirs.face_landmarks) == 2
    for number, face in enumerate(ours):
        points = np.array([(p.x, p.y, p.z) for p in theirs.face_landmarks[number]], np.float32)
        np.testing.assert_array_equal(face.points, points)
        shapes = {shape.category_name: shape.score for shape in theirs.face_blendshapes[number]}
        assert face.blendshapes == shapes
        np.testing.assert_array_equal(face.matrix, theirs.facial_transformation_matrixes[number])


def test_the_largest_of_two_faces_comes_first(landmarker: Landmarker, obama: Image) -> None:
    large, small = obama[:600, 250:700], cv2.resize(obama[:600, 250:700], None, fx=0.7, fy=0.7)
    beside = np.zeros((600, 315, 3), np.uint8)
    beside[:420] = small

    first, second = landmarker.detect(np.hstack([beside, large]))

    assert second.area / first.area == pytest.approx(0.49, abs=0.08)


def test_yaw_has_the_same_sign_as_where_the_nose_points(landmarker: Landmarker, portraits: Path) -> None:
    # The speaker looks to the picture's left, which is his own right; mirrored, to his own left.
    speaker = pictures.read((portraits / "obama2.jpg").read_bytes())
    (face,) = landmarker.detect(speaker)
    (mirrored,) = landmarker.detect(np.ascontiguousarray(speaker[:, ::-1]))

    assert face.points[1, 0] < face.points[[33, 263], 0].mean()
    assert face.pose.yaw == pytest.approx(-15, abs=4)
    assert mirrored.pose.yaw == pytest.approx(15, abs=4)


def test_roll_is_towards_the_persons_own_left(landmarker: Landmarker, obama: Image) -> None:
    # Clockwise on the picture is towards the person's left shoulder.
    turn = cv2.getRotationMatrix2D((490, 270), -20, 1)
    (face,) = landmarker.detect(np.asarray(cv2.warpAffine(obama, turn, (910, 1137)), np.uint8))

    assert face.pose.roll == pytest.approx(20, abs=5)


def _posed(*, lean: float, yaw: float = 0, pitch: float = 0) -> Face:
    """A head that turned and nodded about its own axes, and then leant, before the camera."""
    rotation = _about(2, lean) @ _about(1, yaw) @ _about(0, -pitch)
    return Face(np.zeros((478, 3), np.float32), {}, rotation)


def _about(axis: int, degrees: float) -> NDArray[np.float64]:
    cos, sin = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    one, other = (axis + 1) % 3, (axis + 2) % 3
    turned = np.eye(3)
    turned[[one, one, other, other], [one, other, one, other]] = cos, -sin, sin, cos
    return turned


@pytest.mark.parametrize("lean", [-60, -30, 0, 30, 60])
def test_a_head_on_a_pillow_turns_as_far_as_one_upright(lean: float) -> None:
    neutral = _posed(lean=lean, yaw=3)
    assert _posed(lean=lean, yaw=18).turned_from(neutral) == pytest.approx(15)
    assert _posed(lean=lean, yaw=-12).turned_from(neutral) == pytest.approx(-15)
    # As the camera has it, less is left the more the head leans.
    seen = _posed(lean=lean, yaw=18).pose.yaw - neutral.pose.yaw
    assert seen == pytest.approx(15 * np.cos(np.radians(lean)), abs=0.5)


@pytest.mark.parametrize("lean", [-60, -30, 0, 30, 60])
def test_a_nod_on_a_pillow_is_no_turn(lean: float) -> None:
    neutral = _posed(lean=lean)
    for nod in (-25, 25):
        assert _posed(lean=lean, pitch=nod).turned_from(neutral) == pytest.approx(0, abs=1e-6)
    assert _posed(lean=lean, pitch=25).turned_from(_posed(lean=lean, pitch=5)) == pytest.approx(0, abs=1e-6)


def test_a_head_that_leans_between_the_frames_has_not_turned() -> None:
    assert _posed(lean=25).turned_from(_posed(lean=-5)) == pytest.approx(0, abs=1e-6)


def test_nothing_is_found_where_there_is_nothing(landmarker: Landmarker) -> None:
    noise = np.random.default_rng(1).integers(0, 256, (480, 640, 3), np.uint8)
    for picture in (np.zeros((480, 640, 3), np.uint8), noise, np.zeros((1, 1, 3), np.uint8)):
        assert landmarker.detect(picture) == ()


@pytest.mark.parametrize(
    "bad",
    [
        np.zeros((0, 0, 3), np.uint8),
        np.zeros((0, 10, 3), np.uint8),
        np.zeros((10, 10), np.uint8),
        np.zeros((10, 10, 4), np.uint8),
        np.zeros((10, 10, 3), np.float32),
    ],
    ids=["empty", "no rows", "grey", "alpha", "floats"],
)
def test_what_is_no_picture_is_refused_before_the_graph_sees_it(
    bad: Image, landmarker: Landmarker, obama: Image
) -> None:
    with pytest.raises(ValueError, match="picture"):
        landmarker.detect(bad)

    assert len(landmarker.detect(obama)) == 1


def test_a_picture_with_strides_is_read_as_it_looks(landmarker: Landmarker, obama: Image) -> None:
    wide = np.zeros((1137, 1820, 3), np.uint8)
    wide[:, ::2] = obama

    assert len(landmarker.detect(wide[:, ::2])) == 1


def test_a_broken_graph_is_replaced_and_the_process_still_ends(portraits: Path) -> None:
    script = """
        import sys
        import cv2
        import numpy as np
        from mediapipe.tasks.python.vision.core.image import Image, ImageFormat
        from lifecert_vision.landmarks import Face, Landmarker

        landmarker = Landmarker()
        empty = Image(image_format=ImageFormat.SRGB, data=np.zeros((0, 0, 3), np.uint8))
        for _ in range(2):  # poison the graph behind the landmarker's back
            try:
                landmarker._graph.detect(empty)
            except RuntimeError:
                pass
        print(len(landmarker.detect(cv2.imread(sys.argv[1]))), "face")
    """
    path = [part for part in sys.path if part]
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script), str(portraits / "obama.jpg")],
        env={"PYTHONPATH": ":".join(path)},
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )

    assert done.stdout == "1 face\n"
    assert done.returncode == 0
    assert "Traceback" not in done.stderr
