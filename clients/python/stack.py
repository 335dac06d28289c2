"""The stack of `make dev`: how users of it sign in, and where drawn photos come from. An app has its own of both.

`lifecert_client` is what `make clients` generates from infra/openapi.yaml.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, TypeVar

import httpx

from lifecert_client import AuthenticatedClient, Client
from lifecert_client.api.clients import get_config
from lifecert_client.models import Config, Problem, Slot, UploadForm

ROOT = Path(__file__).resolve().parents[2]
_FILE = ROOT / os.environ.get("CLIENT_JSON", ".build/dev/latest/client.json")
STACK: dict[str, Any] = json.loads(_FILE.read_text(encoding="utf-8"))
ENGLISH = {"Accept-Language": "en"}
ANYBODY = Client(base_url=STACK["api"], headers=ENGLISH)

Answer = TypeVar("Answer")


def expected(answer: object, kind: type[Answer]) -> Answer:
    """The answer, if it is of the kind that a call gives when it succeeds. Every refusal is a Problem."""
    if isinstance(answer, Problem):
        sys.exit(f"{answer.status} {answer.code}: {answer.detail}")
    assert isinstance(answer, kind), answer
    return answer


def signed_in(email: str) -> AuthenticatedClient:
    """A client with a user's ID token, which stands in Authorization by itself, without `Bearer`."""
    sign_in = expected(get_config.sync(client=ANYBODY), Config).sign_in
    [user] = [user for user in STACK["users"] if user["email"] == email]
    answer = httpx.post(
        str(sign_in.endpoint),
        headers={
            "X-Amz-Target": "AWSCognitoIdentityProviderService.InitiateAuth",
            "Content-Type": "application/x-amz-json-1.1",
        },
        content=json.dumps(
            {
                "AuthFlow": "USER_PASSWORD_AUTH",
                # People's client is in /config; staff have a pool of their own.
                "ClientId": user["client_id"] if user["group"] else sign_in.client_id,
                "AuthParameters": {"USERNAME": email, "PASSWORD": user["password"]},
            }
        ),
    )
    token = answer.raise_for_status().json()["AuthenticationResult"]["IdToken"]
    return AuthenticatedClient(base_url=STACK["api"], token=token, prefix="", headers=ENGLISH)


def drawn(what: str) -> list[bytes]:
    """New frames, in place of a camera's: for `SESSION=id`, or for `STEPS=neutral,smile`."""
    command = ["make", "-s", "frames", what, f"ENDPOINT={STACK['endpoint']}"]
    paths = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout.split()
    return [(ROOT / path).read_bytes() for path in paths]


def upload(slot: Slot | UploadForm, photo: bytes) -> None:
    """Send a photo to its slot: a form for S3, without Authorization, the file last."""
    answer = httpx.post(slot.url, data=slot.fields.to_dict(), files={"file": photo})
    answer.raise_for_status()
