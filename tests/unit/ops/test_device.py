"""A device from the command line: what it signs is what a start takes."""

import io
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from lifecert.adapters.device_proofs import JwsDeviceProofs
from lifecert.domain.proof_channel import ProofChannel
from ops.device import main
from tests.support.fakes.clock import FixedClock

BODY = '{"name": "王小明"}'


def test_what_it_signs_shows_the_device_that_it_printed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "device.pem"
    assert main([str(file)]) == 0
    thumbprint = capsys.readouterr().out.strip()
    assert file.stat().st_mode & 0o777 == 0o600
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(BODY.encode())))
    assert main([str(file), "--channel", "kiosk", "--district", "110101", "--path", "/invitations/sessions"]) == 0
    text = capsys.readouterr().out.strip()
    proof = JwsDeviceProofs(FixedClock(datetime.now(UTC))).read(text, "/invitations/sessions", BODY)
    assert (proof.device_id, proof.channel) == (f"{thumbprint}.110101", ProofChannel.KIOSK)


def test_no_key_is_overwritten_and_none_is_no_key(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "device.pem"
    assert main([str(file), "--channel", "kiosk"]) == 1
    assert main([str(file)]) == 0
    before = file.read_bytes()
    assert main([str(file)]) == 1
    assert file.read_bytes() == before
    file.write_text("no key")
    assert main([str(file), "--channel", "kiosk"]) == 1
    assert capsys.readouterr().err.count("not done: ") == 3
