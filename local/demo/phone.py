"""A phone: what an app does over HTTP, and nothing an app could not do.

Its camera draws the frames that a challenge asks for from one portrait (`local.camera.synthesis`).
"""

import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import requests

from lifecert.bootstrap.parts import consent_texts
from lifecert.domain.challenge import Step
from local.camera.synthesis import frame_for, will_do

# Ten times what API Gateway waits: several functions that start at once on a busy laptop take longer than in the cloud.
TIMEOUT_SECONDS = 300

MOMENTS = 64
BUSY = 503
BUSY_PAUSES = (1, 3, 9)  # seconds

Camera = Callable[[Step], bytes]


def camera_before(portrait: bytes, noise: np.random.Generator | None = None) -> Camera:
    """A camera in front of the person of a portrait. No two of its frames are the same, as with a real one's noise, and
    with each neutral frame a new moment begins."""
    noise = noise or np.random.default_rng()
    moment = 0

    def shoot(step: Step) -> bytes:
        nonlocal moment
        if step == Step.NEUTRAL or not moment:
            # A moment that draws the eyes too narrow to be seen to close, or a face hardly like the person's, is let
            # pass, as a person would open them and look up.
            moments = (int(noise.integers(1, 2**31)) for _ in range(MOMENTS))
            moment = next((one for one in moments if will_do(portrait, one)), 1)
        frame = np.asarray(cv2.imdecode(np.frombuffer(frame_for(portrait, step, moment), np.uint8), cv2.IMREAD_COLOR))
        grain = noise.normal(0, 1.5, frame.shape)
        noisy = np.clip(frame + grain, 0, 255).astype(np.uint8)
        return cv2.imencode(".jpg", noisy, [cv2.IMWRITE_JPEG_QUALITY, 90])[1].tobytes()

    return shoot


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer: status and JSON body."""

    status: int
    body: dict[str, Any]


class Refused(RuntimeError):
    """The API answered with a problem document where the caller wanted a success."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(f"{answer.status} {answer.body.get('code')}: {answer.body.get('detail')}")
        self.answer = answer


class Phone:
    """Calls the API at `api_url` with an ID token, or what gives one for each call (staff's live ten minutes), in one
    language ("en" or "zh-CN")."""

    def __init__(self, api_url: str, token: str | Callable[[], str] | None, language: str = "en") -> None:
        self._api_url = api_url
        self._http = requests.Session()
        # The local stack is on loopback: a proxy from the environment could not reach it.
        self._http.trust_env = False
        self._http.headers["Accept-Language"] = language
        self._token = token

    def call(self, method: str, path: str, body: object = None, headers: dict[str, str] | None = None) -> Answer:
        """One call, whatever its answer. A body of text is sent as it is."""
        token = self._token() if callable(self._token) else self._token
        authorization = {"Authorization": token} if token else {}
        answer = self._http.request(
            method,
            self._api_url + path,
            headers={**authorization, **(headers or {})},
            data=body.encode() if isinstance(body, str) else None,
            json=None if isinstance(body, str) else body,
            timeout=TIMEOUT_SECONDS,
        )
        return Answer(answer.status_code, answer.json() if answer.content else {})

    def expect(self, status: int, method: str, path: str, body: object = None, **headers: str) -> dict[str, Any]:
        """One call that must answer with `status`: its body. One that is busy (503) is made again, as every client
        does, where that does nothing twice. Raises Refused."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        repeatable = method in {"GET", "PUT"} or "Idempotency-Key" in named or path.endswith("/verify")
        for pause in (*BUSY_PAUSES, None) if repeatable else (None,):
            answer = self.call(method, path, body, named)
            if answer.status != BUSY or status == BUSY or pause is None:
                break
            time.sleep(pause)
        if answer.status != status:
            raise Refused(answer)
        return answer.body

    def start(
        self, name: str, id_number: str, *, on_behalf: bool = False, cannot: Sequence[str] = ()
    ) -> dict[str, Any]:
        """Open a session."""
        return self.expect(
            201,
            "POST",
            "/sessions",
            {
                "beneficiary": {"name": name, "id_number": id_number},
                "consent": {"version": consent_texts().in_force},
                "on_behalf": on_behalf,
                "cannot": list(cannot),
            },
            Idempotency_Key=str(uuid.uuid4()),
        )

    def upload(self, slot: dict[str, Any], content: bytes) -> int:
        """Upload one file to its slot by presigned POST: the status that S3 answers with."""
        answer = self._http.post(
            slot["url"], data=slot["fields"], files={"file": ("frame", content)}, timeout=TIMEOUT_SECONDS
        )
        return answer.status_code

    def show(self, session: dict[str, Any], camera: Camera) -> None:
        """Answer the whole challenge: one frame for each slot."""
        for slot in session["slots"]:
            status = self.upload(slot, camera(Step(slot["step"])))
            if status not in {200, 201, 204}:
                raise RuntimeError(f"the upload was refused with status {status}")

    def verify(self, session_id: str) -> dict[str, Any]:
        """Have a session decided."""
        return self.expect(200, "POST", f"/sessions/{session_id}/verify")

    def certify(
        self, name: str, id_number: str, camera: Camera, *, on_behalf: bool = False, cannot: Sequence[str] = ()
    ) -> dict[str, Any]:
        """The whole way: start, show, verify."""
        session = self.start(name, id_number, on_behalf=on_behalf, cannot=cannot)
        self.show(session, camera)
        return self.verify(session["session_id"])

    def register(self, name: str, id_number: str, category: str, district: str, benefit_start: str, **more: str) -> str:
        """As a clerk, register a person, with whatever `more` is to be said of them: the beneficiary's id."""
        body = {
            "name": name,
            "id_number": id_number,
            "category": category,
            "district": district,
            "benefit_start": benefit_start,
            **more,
        }
        answer = self.expect(201, "POST", "/staff/beneficiaries", body, Idempotency_Key=str(uuid.uuid4()))
        return str(answer["beneficiary_id"])

    def vouch(self, beneficiary_id: str) -> None:
        """As another clerk than the one who registered a person, say that they exist and draw their benefit."""
        after = ""
        while True:
            page = self.expect(200, "GET", f"/staff/reviews?kind=registration{after}")
            for review in page["reviews"]:
                if review["beneficiary_id"] == beneficiary_id:
                    body = {"outcome": "accept", "ground": "confirmed"}
                    self.expect(200, "POST", f"/staff/reviews/{review['review_id']}/decision", body)
                    return
            after = f"&after={page['after']}" if page["after"] else ""
            if not after:
                raise RuntimeError("nobody is registered who waits for a second clerk")

    def standing(self, beneficiary_id: str) -> dict[str, Any]:
        """Where an entitlement stands, with its history, as this user may see it."""
        return self.expect(200, "GET", f"/beneficiaries/{beneficiary_id}")

    def enrol(self, beneficiary_id: str, photo: bytes, image_type: str = "image/jpeg") -> str:
        """As a clerk, enrol a reference photo: the reference's id."""
        path = f"/staff/beneficiaries/{beneficiary_id}/references"
        consent = {"version": consent_texts().in_force}
        begun = self.expect(201, "POST", path, {"consent": consent, "source": "office", "image_type": image_type})
        self.upload(begun["slot"], photo)
        enrolled = self.expect(200, "POST", f"{path}/{begun['reference_id']}/enrol")
        return str(enrolled["reference_id"])
