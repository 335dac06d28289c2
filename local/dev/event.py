"""Make events of a live session, as API Gateway would hand them to functions. `make event`.

A session is opened on the dev stack and its frames are uploaded: `verify_face.json` has it decided, once, within ten
minutes. `start_session.json` opens another one. Beside the fixtures of events/, which name people that no stack has.
"""

import argparse
import base64
import json
import shlex
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from local.demo.cast import portrait
from local.demo.phone import Phone, camera_before
from local.dev.running import Running, find, short
from local.dev.sam import command
from local.stack import LOOPBACK, StackError


def main() -> int:
    """0 written, 2 no stack."""
    parser = argparse.ArgumentParser(prog="python -m local.dev.event", description=(__doc__ or "").split(". `")[0])
    parser.add_argument("--endpoint-url", metavar="URL", help="which stack, when several run (the latest)")
    asked = parser.parse_args()
    try:
        running = find(asked.endpoint_url)
        events = live(running)
    except StackError as error:
        print(f"event: {error}", file=sys.stderr)
        return 2
    for function, path in events.items():
        print(shlex.join([".venv/bin/sam", *command(function, short(path), short(running.folder))]))
    if urlsplit(running.client["endpoint"]).hostname == LOOPBACK:
        print(
            "A container cannot reach this stack: there 127.0.0.1 is the container itself. Start it on the address of\n"
            "Docker's bridge: make dev HOST=172.17.0.1 (docker network inspect bridge tells yours).",
            file=sys.stderr,
        )
    return 0


def live(running: Running) -> dict[str, Path]:
    """Open a session, upload its frames, write both events: their files by function."""
    person, token = running.person(None), running.token("user")
    phone = Phone(running.client["api"], token)
    session = phone.start(person["name"], person["id_number"])
    phone.show(session, camera_before(portrait(person["face"])))
    start = {
        "beneficiary": {"name": person["name"], "id_number": person["id_number"]},
        "consent": {"version": running.client["consent_version"]},
        "on_behalf": False,
    }
    session_id = session["session_id"]
    events = {
        "VerifyFace": ("verify_face", call(token, "/sessions/{session_id}/verify", {"session_id": session_id}, None)),
        "StartSession": ("start_session", call(token, "/sessions", {}, start)),
    }
    folder = running.folder / "events"
    folder.mkdir(exist_ok=True)
    written = {}
    for function, (name, event) in events.items():
        written[function] = folder / f"{name}.json"
        written[function].write_text(json.dumps(event, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    return written


def call(token: str, route: str, parts: dict[str, str], body: Any) -> dict[str, Any]:
    """A POST as API Gateway hands it on, with the claims that its authoriser reads out of the token."""
    claims = json.loads(base64.urlsafe_b64decode(token.split(".")[1] + "=="))
    if isinstance(groups := claims.get("cognito:groups"), list):
        claims["cognito:groups"] = ",".join(groups)
    headers = {"Accept": "application/json", "Content-Type": "application/json", "Host": "localhost"}
    path = route.format(**parts)
    return {
        "resource": route,
        "path": path,
        "httpMethod": "POST",
        "headers": headers,
        "multiValueHeaders": {name: [value] for name, value in headers.items()},
        "queryStringParameters": None,
        "multiValueQueryStringParameters": None,
        "pathParameters": parts or None,
        "stageVariables": None,
        "requestContext": {
            "accountId": "000000000000",
            "apiId": "local",
            "stage": "local",
            "resourcePath": route,
            "httpMethod": "POST",
            "path": f"/local{path}",
            "protocol": "HTTP/1.1",
            "requestId": "c6af9ac6-7b61-11e6-9a41-93e8deadbeef",
            "requestTimeEpoch": 1772326800000,
            "identity": {"sourceIp": "127.0.0.1", "userAgent": "make event"},
            "authorizer": {"claims": claims},
        },
        "body": None if body is None else json.dumps(body, ensure_ascii=False),
        "isBase64Encoded": False,
    }


if __name__ == "__main__":
    sys.exit(main())
