"""`make dev` as its clients use it: files, output, the other targets, pages elsewhere, `sam local`, Ctrl-C."""

import json
import os
import signal
import subprocess
import sys
import time
import uuid
from pathlib import Path
from typing import Any

import pytest
import requests
from joserfc import jwe
from joserfc.jwk import ECKey

from lifecert.domain.challenge import Step
from local.demo.phone import Phone
from local.dev import docker_check, running
from local.dev.running import Running, find, folder_for
from local.dev.sam import command, fault_in
from local.stack import BUILD, ROOT, StackError
from tests.support.dev import HOST, LAYERS, ORIGIN, STOP_SECONDS, Dev
from tests.support.patience import wait_for

MOST_TRIES = 5

pytestmark = pytest.mark.skipif(not (BUILD / "sam").is_dir(), reason="nothing built: make build")


def test_a_client_is_told_everything_in_one_file(dev: Dev) -> None:
    told = dev.client
    assert told["api"].startswith(told["endpoint"] + "/")
    assert told["endpoint"].startswith(f"http://{HOST}:")
    assert (told["region"], told["stack"], told["web_origin"]) == ("us-east-1", "lifecert-local", ORIGIN)
    assert {one["group"] for one in told["users"]} == {None, "clerk", "auditor"}
    assert len(told["people"]) == 3
    page, _, code = told["invitation"]["url"].partition("#")
    assert page == told["phone_page"] == f"{told['api']}/phone"
    assert told["desk"] == f"{told['api']}/desk"
    for shown in (code, told["invitation"]["digits"]):
        answer = requests.post(f"{told['api']}/invitations/person", json={"code": shown}, timeout=60)
        assert (answer.status_code, answer.json()["references"]) == (200, "present")
    found = requests.get(told["openid_configuration"], timeout=30).json()
    assert found["issuer"] == told["issuer"]
    assert requests.get(told["keys"], timeout=30).json() == json.loads((dev.folder / "jwks.json").read_text("utf-8"))
    for value in (told["api"], told["issuer"], told["client_id"], told["users"][0]["password"]):
        assert value in dev.printed


def test_the_desk_has_a_days_work_that_the_clerk_may_do(dev: Dev) -> None:
    clerk, second, day = dev.phone("clerk"), dev.phone("second-clerk"), dev.client["first_day"]
    cases = clerk.expect(200, "GET", f"/staff/reviews?district={day['district']}")["reviews"]
    taken = set()
    for one in cases:
        path = f"/staff/reviews/{one['review_id']}/claim"
        # Of whom the calls above were tried on, too, there are cases: the clerk's own.
        if clerk.call("POST", path, {"take": True}).status == 200:
            taken.add(one["kind"])
            assert clerk.expect(200, "POST", path, {"take": False})["claim"] is None
    assert taken == {"registration", "verification"}
    begun = clerk.call("POST", "/staff/imports", {"source": "office"}, {"Idempotency-Key": str(uuid.uuid4())}).body
    assert clerk.upload(begun["slot"], Path(day["register"]).read_bytes()) == 204
    assert import_once(clerk, begun, "checked")["checked"]["people"] == 2
    # Letters can be made, which takes a print house's key.
    letters = {"list": "no_contact", "district": day["district"], "new_codes": False}
    asked = {"source": "print-house", "kind": "letters", "letters": letters}
    begun = clerk.call("POST", "/staff/imports", asked, {"Idempotency-Key": str(uuid.uuid4())}).body
    checked = import_once(clerk, begun, "checked")
    path = f"/staff/imports/{checked['import_id']}"
    assert second.expect(202, "POST", f"{path}/release", {"digest": checked["digest"]})
    assert import_once(clerk, begun, "finished")["registered"]["people"] >= 1
    house = ECKey.import_key(Path(day["print_house_key"]).read_text("ascii"))
    sealed = requests.get(clerk.expect(200, "GET", path)["letter_files"][0], timeout=60).text
    assert jwe.decrypt_compact(sealed, house, algorithms=["ECDH-ES+A256KW", "A256GCM"]).plaintext
    for told in (dev.client["desk"], "print-house.pem", "second-clerk@example.org", "make holds"):
        assert told in dev.printed.split("A day at the office's desk")[1]


def import_once(clerk: Phone, begun: dict[str, Any], state: str) -> dict[str, Any]:
    """An import, once it has come so far; its dry run is asked for first."""
    path = f"/staff/imports/{begun['register_import']['import_id']}"
    if state == "checked":
        clerk.expect(202, "POST", f"{path}/dry-run")
    wait_for(lambda: clerk.expect(200, "GET", path)["register_import"]["state"] == state, f"that it is {state}")
    shown: dict[str, Any] = clerk.expect(200, "GET", path)["register_import"]
    return shown


def test_what_a_host_opens_is_said(dev: Dev) -> None:
    assert f"HOST={HOST} OPENS THIS STACK" in dev.printed
    assert "no live camera over plain http" in dev.printed


@pytest.mark.parametrize("user", ["user", "clerk", "second-clerk@example.org", "auditor"])
def test_every_user_gets_a_token(dev: Dev, user: str) -> None:
    assert dev.phone(user).call("GET", "/sessions/7f9c24e8-3b1a-4c55-9d53-0e7c6a1f2b3d").status in {403, 404}
    assert dev.phone(user).call("GET", "/staff/statistics").status == (403 if user == "user" else 200)


def test_nobody_else_does(dev: Dev) -> None:
    answer = dev.call("token", "nobody")
    assert (answer.returncode, answer.stdout) == (2, "")
    assert "There is no user nobody. There are: user@example.org," in answer.stderr


def test_a_page_elsewhere_may_ask_and_read(dev: Dev) -> None:
    api, asks = dev.client["api"], {"Origin": ORIGIN, "Access-Control-Request-Method": "POST"}
    for route in ("/sessions", "/sessions/7f9c24e8-3b1a-4c55-9d53-0e7c6a1f2b3d/verify", "/certificates/x"):
        preflight = requests.options(api + route, headers=asks, timeout=30)
        assert preflight.status_code == 200
        assert preflight.headers["Access-Control-Allow-Origin"] == ORIGIN
        assert "POST" in preflight.headers["Access-Control-Allow-Methods"].split(",")
        assert "Authorization" in preflight.headers["Access-Control-Allow-Headers"].split(",")
    for answer in (
        requests.post(f"{api}/sessions", headers={"Origin": ORIGIN}, timeout=30),
        requests.get(f"{api}/nothing", headers={"Origin": ORIGIN}, timeout=30),
    ):
        assert answer.headers["Access-Control-Allow-Origin"] == ORIGIN
        assert answer.json()["code"] in {"signed_out", "route_not_found"}


def test_frames_are_new_at_each_call(dev: Dev) -> None:
    phone, person = dev.phone("user"), dev.client["people"][1]
    told: list[tuple[str, str | None]] = []
    # A drawn face may come out hardly like the person's, who then tries again, as anybody does.
    while sum(outcome == "accepted" for outcome, _ in told) < len(("first", "second")):
        assert len(told) < MOST_TRIES, told
        session = phone.start(person["name"], person["id_number"], on_behalf=True)
        drawn = dev.call("frames", "--session", session["session_id"]).stdout.split()
        names = [f"{slot['number']}-{slot['step']}.jpg" for slot in session["slots"]]
        assert [Path(path).name for path in drawn] == names
        for slot, path in zip(session["slots"], drawn, strict=True):
            assert slot["url"].startswith(f"http://{HOST}:")
            assert phone.upload(slot, (ROOT / path).read_bytes()) == 204
        decided = phone.verify(session["session_id"])
        told.append((decided["outcome"], decided["reason"] and decided["reason"]["code"]))


def test_frames_for_steps_of_anybody(dev: Dev, tmp_path: Path) -> None:
    person = dev.client["people"][2]["name"]
    answer = dev.call("frames", "--steps", "neutral, smile", "--person", person, "--out", str(tmp_path))
    assert answer.stdout.split() == [str(tmp_path / "1-neutral.jpg"), str(tmp_path / "2-smile.jpg")]
    assert answer.stderr == ""
    assert (tmp_path / "2-smile.jpg").read_bytes().startswith(b"\xff\xd8")


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (["--steps", "grin"], "There is no step grin. There are: " + ", ".join(Step)),
        (["--steps", ","], "No step is named."),
        (["--session", "nobodys"], "There is no session nobodys"),
        (["--steps", "smile", "--person", "nobody"], "Nobody of nobody is registered."),
    ],
)
def test_frames_that_cannot_be_drawn(dev: Dev, asked: list[str], said: str) -> None:
    answer = dev.call("frames", *asked)
    assert (answer.returncode, answer.stdout) == (2, "")
    assert said in answer.stderr


def sam_local(*told: str) -> subprocess.CompletedProcess[str]:
    """SAM's command line, with the runtime interface client in the place of a container."""
    line = [sys.executable, "-m", "tests.support.sam_local", *told]
    return subprocess.run(line, cwd=ROOT, env=os.environ | LAYERS, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(("function", "status"), [("VerifyFace", 200), ("StartSession", 201)])
def test_sam_local_runs_a_function_on_a_live_session(dev: Dev, function: str, status: int) -> None:
    printed = dev.call("event").stdout.splitlines()
    [line] = [line for line in printed if f" {function} " in line]
    done = sam_local(*line.split()[1:])
    assert fault_in(done.stdout) is None, done.stderr
    answer = json.loads(done.stdout)
    assert answer["statusCode"] == status
    if function == "VerifyFace":
        assert json.loads(answer["body"])["outcome"] == "accepted"


def test_a_function_that_fails_is_noticed_though_sam_ends_with_0(dev: Dev) -> None:
    told = command("VerifyFace", Path("events/verify_face/not_an_id.json"), dev.folder)
    without = told.index("--env-vars")
    done = sam_local(*told[:without], *told[without + 2 :])
    assert done.returncode == 0
    assert (fault_in(done.stdout) or "").startswith("ValueError: ")


@pytest.mark.parametrize(
    ("answer", "fault"),
    [
        ("", "the function gave no answer"),
        ("START\nEND", "what the function answered is not JSON"),
        ('{"errorMessage": "no", "errorType": "SettingsError"}', "SettingsError: no"),
        ('{"statusCode": 502}', "the function answered 502"),
        ('{"statusCode": 404}\n', None),
        ("null", None),
    ],
)
def test_what_sam_printed_is_read(answer: str, fault: str | None) -> None:
    assert fault_in(answer) == fault


def test_docker_check_reads_the_answer(
    dev: Dev, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(docker_check, "SAM", [sys.executable, "-m", "tests.support.sam_local"])
    stack = Running(dev.folder, dev.client)
    assert docker_check.fault_of(stack, "VerifyFace", None) is None
    assert "accepted" in capsys.readouterr().out
    (tmp_path / "event.json").write_text("{}", encoding="utf-8")
    assert "Error" in (docker_check.fault_of(stack, "VerifyFace", tmp_path / "event.json") or "")
    assert docker_check.fault_of(stack, "NoFunction", tmp_path / "event.json") == "sam ended with 1"
    with pytest.raises(StackError, match="no live event for GetStatus"):
        docker_check.fault_of(stack, "GetStatus", None)


def test_docker_check_needs_docker(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.setattr(sys, "argv", ["docker-check", "--build", str(BUILD / "sam")])
    assert docker_check.main() == 3
    assert "docker" in capsys.readouterr().err


def test_runs_side_by_side_keep_their_own_folders(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(running, "FOLDER", tmp_path)
    monkeypatch.setattr(running, "answers", lambda _: True)
    one, other = "http://127.0.0.1:4566", "http://127.0.0.1:4567"

    def described(folder: Path, endpoint: str) -> None:
        (folder / "client.json").write_text(json.dumps({"endpoint": endpoint}), encoding="utf-8")

    with folder_for(one) as first:
        described(first, one)
        with folder_for(other) as second:
            described(second, other)
            assert first != second
            assert find().client["endpoint"] == other
            assert (find(one).folder, find(other).folder) == (first, second)
        assert find().client["endpoint"] == one
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(StackError, match="No stack of make dev is running"):
        find()


@pytest.mark.parametrize(
    "asked", [["--web-origin", "localhost:3000"], ["--web-origin", "http://a/b"], ["--host", "::"]]
)
def test_what_cannot_be_meant_is_refused_at_once(asked: list[str]) -> None:
    line = [sys.executable, "-m", "local.dev", *asked]
    done = subprocess.run(line, cwd=ROOT, env=os.environ | LAYERS, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert asked[0].removeprefix("--").replace("-", "_").upper() in done.stderr


def test_an_address_of_another_machine_is_refused() -> None:
    line = [sys.executable, "-m", "local.dev", "--host", "192.0.2.1"]
    done = subprocess.run(line, cwd=ROOT, env=os.environ | LAYERS, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "192.0.2.1 is not an address of this machine" in done.stderr


def test_ctrl_c_says_at_once_what_it_does(dev: Dev) -> None:
    dev.process.send_signal(signal.SIGINT)
    until = time.monotonic() + 2
    while "Stopping: the functions and the local AWS are ended" not in dev.printed and time.monotonic() < until:
        time.sleep(0.05)
    assert "Stopping: the functions and the local AWS are ended" in dev.printed
    assert dev.process.wait(STOP_SECONDS) == 0
    assert dev.printed.endswith("Stopped. Nothing is left running.\n")
    assert not dev.folder.exists()
