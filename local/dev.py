"""Keep the local stack running, with one person registered, until Ctrl-C. `make dev`."""

import sys
import threading
import time
from datetime import datetime
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from zoneinfo import ZoneInfo

from lifecert.bootstrap.parts import consent_texts
from lifecert.domain.challenge import Step
from local.demo.cast import MING, portrait, register
from local.demo.phone import Phone, camera_before
from local.deploy import Deployment, deploy
from local.stack import BUILD, StackError, run

PASSWORD = "Only-on-this-machine-2026"  # noqa: S105 (of users who live as long as this stack)
CLERK, USER = "clerk@example.org", "user@example.org"
FOLDER = BUILD / "dev"
REFERENCE = BUILD / "docs" / "api.html"


def main() -> int:
    """Run until interrupted."""
    try:
        with run() as stack:
            deployed = deploy(stack.aws)
            _explain(deployed, stack.log, _serve_reference())
            while True:
                time.sleep(3600)
    except StackError as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped. Nothing is left running.")
        return 0


def _serve_reference() -> str:
    """Serve the page that `make docs` built, for as long as this process runs: its address, or what to do."""
    if not REFERENCE.exists():
        return "(make docs builds it; then start anew)"
    pages = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quietly, directory=str(REFERENCE.parent)))
    threading.Thread(target=pages.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{pages.server_port}/{REFERENCE.name}"


class _Quietly(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


def _explain(deployed: Deployment, log: Path, reference: str) -> None:
    clerk_token = deployed.people.new_user(CLERK, PASSWORD, "clerk")
    user_token = deployed.people.new_user(USER, PASSWORD)
    today = datetime.now(ZoneInfo("Asia/Shanghai")).date()
    beneficiary_id = register(Phone(deployed.api_url, clerk_token), MING, today)
    FOLDER.mkdir(parents=True, exist_ok=True)
    camera = camera_before(portrait(MING.face))
    for step in Step:
        (FOLDER / f"{step}.jpg").write_bytes(camera(step))
    for name, token in (("clerk", clerk_token), ("user", user_token)):
        (FOLDER / f"{name}.token").write_text(token, encoding="utf-8")
    folder = FOLDER.relative_to(BUILD.parent)
    start = (
        f'{{"beneficiary": {{"name": "{MING.name}", "id_number": "{MING.id_number}"}}, '
        f'"consent": {{"version": "{consent_texts().in_force}"}}, "on_behalf": false}}'
    )
    upload = (
        "import json\n"
        f'for slot in json.load(open("{folder}/session.json"))["slots"]:\n'
        """    fields = " ".join(f"-F '{k}={v}'" for k, v in slot["fields"].items())\n"""
        f"""    print(f"curl -s {{fields}} -F file=@{folder}/{{slot['step']}}.jpg {{slot['url']}}")"""
    )
    # Samples stand at the left edge, ready to be pasted into a shell.
    print(f"""
The stack is up.

  API            {deployed.api_url}
  its reference  {reference}
  AWS endpoint   {deployed.aws.endpoint}   (access key and secret: test, region us-east-1)
  log            {log.relative_to(BUILD.parent)}
  users          {CLERK} (clerk), {USER}; password {PASSWORD}
  tokens         {folder}/clerk.token, {folder}/user.token (one hour)
  frames         {folder}/<step>.jpg: {MING.name}'s answers to every step of a challenge
  registered     {MING.name}, ID number {MING.id_number}, with a reference photo

--- With curl, in another terminal, from this folder ---

API={deployed.api_url}
TOKEN=$(cat {folder}/user.token)
# Start a session: every slot in the answer has a url, fields and a step.
curl -s -X POST $API/sessions -H "Authorization: $TOKEN" -H 'Accept-Language: en' \\
  -d '{start}' | tee {folder}/session.json
# Upload a frame to each slot.
python3 - <<'END' | sh
{upload}
END
# Have it decided.
ID=$(python3 -c 'import json; print(json.load(open("{folder}/session.json"))["session_id"])')
curl -s -X POST $API/sessions/$ID/verify -H "Authorization: $TOKEN" -H 'Accept-Language: en'
# How the beneficiary stands.
curl -s $API/beneficiaries/{beneficiary_id} -H "Authorization: $(cat {folder}/clerk.token)"

(These frames are good for one session: the next one refuses photos that were seen before.)

--- With Python, as often as you like ---

PYTHONPATH=layers/core:layers/vision .venv/bin/python -c '
from local.demo.cast import MING, portrait
from local.demo.phone import Phone, camera_before
phone = Phone("{deployed.api_url}", open("{folder}/user.token").read())
print(phone.certify(MING.name, MING.id_number, camera_before(portrait(MING.face))))'

Ctrl-C ends the stack and leaves nothing running.""")


if __name__ == "__main__":
    sys.exit(main())
