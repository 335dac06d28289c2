"""Whatever is in a configuration file, it is loaded as it says or refused by name."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lifecert.adapters.files.calibration import CALIBRATIONS, Calibration
from lifecert.adapters.files.policy import HELP_LINES_FILE, POLICY_FILE, load_help_lines, load_policy
from lifecert.adapters.files.strict import ConfigError, load_strict
from tests.support.mutations import JSON, spoilt_bytes, spoilt_json

FILES: dict[str, tuple[Path, Any]] = {
    "policy": (POLICY_FILE, load_policy),
    "help lines": (HELP_LINES_FILE, load_help_lines),
    "calibration": (next(CALIBRATIONS.glob("*.json")), lambda path: load_strict(path, Calibration)),
}


def refusal(load: Any, path: Path) -> str | None:
    """What is said against a file, or None when it is taken."""
    try:
        assert load(path)
    except ConfigError as refused:
        return str(refused)
    return None


@pytest.mark.parametrize("name", FILES)
def test_spoilt_files(name: str, tmp_path: Path) -> None:
    original, load = FILES[name]
    text = original.read_text(encoding="utf-8")
    target = tmp_path / original.name

    @settings(max_examples=150, deadline=None, derandomize=True, database=None)
    @given(
        st.one_of(
            spoilt_json(json.loads(text)).map(lambda value: json.dumps(value).encode()),
            spoilt_bytes(text.encode()),
            JSON.map(lambda value: json.dumps(value).encode()),
        )
    )
    def look(content: bytes) -> None:
        target.write_bytes(content)
        said = refusal(load, target)
        if said is None:
            # Whatever is taken is the same kind of document: no member of it was ignored or made up.
            assert set(json.loads(content)) == set(json.loads(text))
        else:
            assert ".json: " in said

    look()


@pytest.mark.parametrize(
    "content", [b"\xff\xfe{}", b"[" * 100_000, b'{"version": 1e999}', b"9" * 5000, b'{"version": "\\ud800"}']
)
@pytest.mark.parametrize("name", FILES)
def test_what_json_readers_stumble_over(name: str, content: bytes, tmp_path: Path) -> None:
    target = tmp_path / FILES[name][0].name
    target.write_bytes(content)
    said = refusal(FILES[name][1], target)
    assert said
    assert said.startswith(target.name)
