"""What a function makes anew when it begins from a picture of a start, and what it never keeps of one."""

import random
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.credentials import ContainerMetadataFetcher

from lifecert.bootstrap import parts
from lifecert.entry.log import at_start

Hooks = list[Callable[[], object]]


@pytest.fixture
def hooks(monkeypatch: pytest.MonkeyPatch) -> Hooks:
    """What is to be called after a restore."""
    found: Hooks = []
    monkeypatch.setitem(sys.modules, "snapshot_restore_py", SimpleNamespace(register_after_restore=found.append))
    monkeypatch.setenv("AWS_LAMBDA_FUNCTION_NAME", "verify_face")
    monkeypatch.setenv("AWS_LAMBDA_INITIALIZATION_TYPE", "snap-start")
    return found


def test_two_environments_of_one_picture_do_not_draw_the_same(hooks: Hooks) -> None:
    at_start()
    picture = random.getstate()
    drawn = []
    try:
        for _ in range(2):
            random.setstate(picture)
            for hook in hooks:
                hook()
            drawn.append(random.random())
    finally:
        random.setstate(picture)
    assert drawn[0] != drawn[1]


@pytest.mark.parametrize("how", ["on-demand", "provisioned-concurrency", None])
def test_who_starts_by_themselves_needs_nothing_of_lambda(
    how: str | None, hooks: Hooks, monkeypatch: pytest.MonkeyPatch
) -> None:
    if how:
        monkeypatch.setenv("AWS_LAMBDA_INITIALIZATION_TYPE", how)
    else:
        monkeypatch.delenv("AWS_LAMBDA_INITIALIZATION_TYPE")
    monkeypatch.setitem(sys.modules, "snapshot_restore_py", None)  # importing it fails
    at_start()
    assert not hooks


def test_a_client_that_was_built_before_signs_with_what_is_valid_now(monkeypatch: pytest.MonkeyPatch) -> None:
    """Restored environments are given credentials by address; those of the start have run out by then."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    monkeypatch.setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://localhost/credentials")
    given: list[str] = []

    def credentials(*_: Any, **__: Any) -> dict[str, str]:
        given.append(f"KEY{len(given)}")
        ends = datetime.now(UTC) + (timedelta(seconds=60) if len(given) == 1 else timedelta(hours=6))
        return {
            "AccessKeyId": given[-1],
            "SecretAccessKey": "secret",
            "Token": "token",
            "Expiration": ends.strftime("%Y-%m-%dT%H:%M:%SZ"),
        }

    monkeypatch.setattr(ContainerMetadataFetcher, "retrieve_full_uri", credentials)
    parts.client.cache_clear()
    try:
        monkeypatch.setattr("boto3.DEFAULT_SESSION", None)
        client = parts.client("dynamodb")
        assert given == ["KEY0"]
        signed = client._request_signer._credentials.get_frozen_credentials()
        assert signed.access_key == "KEY1"
    finally:
        parts.client.cache_clear()
        monkeypatch.setattr("boto3.DEFAULT_SESSION", None)
