"""Letters are for the print house alone: what is stored is opened by its private key, and by no other."""

import csv
import importlib.util
import io
import json
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OctKey, RSAKey

from lifecert.adapters.files.print_house_key import parse_key
from lifecert.adapters.s3.letter_files import S3LetterFiles
from lifecert.domain.errors import PrintHouseKeyUnfit
from ops import print_house_key

ROOT = Path(__file__).resolve().parents[3]
ROWS = [{"letter_id": "1", "payer_reference": "P-1", "name": "王*芬", "code": "12345 67890"}, {"letter_id": "2"}]


@pytest.fixture(scope="module")
def client() -> ModuleType:
    spec = importlib.util.spec_from_file_location("open_letters", ROOT / "clients/print_house/open_letters.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def rsa() -> RSAKey:
    return RSAKey.generate_key(3072)


class Bucket:
    def __init__(self) -> None:
        self.objects: dict[str, str] = {}

    def put_object(self, Bucket: str, Key: str, Body: Any) -> None:
        self.objects[Key] = Body if isinstance(Body, str) else Body.decode()


def written(key: RSAKey | ECKey, rows: list[dict[str, str]] = ROWS) -> str:
    bucket: Any = Bucket()
    S3LetterFiles(bucket, "imports", key.as_pem(private=False).decode()).keep("batch", 2, rows)
    ((name, content),) = bucket.objects.items()
    assert name == "letters/batch/0000002.jwe"
    return str(content)


def test_what_is_written_is_opened_by_the_house_and_by_nobody_else(client: ModuleType, rsa: RSAKey) -> None:
    keys: list[tuple[RSAKey | ECKey, RSAKey | ECKey]] = [
        (rsa, RSAKey.generate_key(3072)),
        (ECKey.generate_key("P-256"), ECKey.generate_key("P-256")),
        (ECKey.generate_key("P-521"), ECKey.generate_key("P-521")),
    ]
    for key, another in keys:
        content = written(key)
        assert not any(name in content for name in ("letter_id", "payer_reference", ROWS[0]["name"]))
        assert list(client.letters(content, key)) == ROWS
        with pytest.raises(JoseError):
            list(client.letters(content, another))


def test_a_file_that_was_changed_on_its_way_is_not_opened(client: ModuleType, rsa: RSAKey) -> None:
    head, key, nonce, text, tag = written(rsa).split(".")
    other = "B" if text[0] == "A" else "A"
    with pytest.raises(JoseError):
        list(client.letters(".".join([head, key, nonce, other + text[1:], tag]), rsa))


def test_the_example_writes_a_table(
    client: ModuleType, rsa: RSAKey, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "key.pem").write_bytes(rsa.as_pem(private=True))
    (tmp_path / "1.jwe").write_text(written(rsa, ROWS[:1]), encoding="ascii")
    (tmp_path / "2.jwe").write_text(written(rsa, [{**ROWS[0], "letter_id": "2"}]), encoding="ascii")
    files = [str(tmp_path / "1.jwe"), str(tmp_path / "2.jwe")]
    assert client.main(["--key", str(tmp_path / "key.pem"), *files]) == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert [(row["letter_id"], row["name"]) for row in rows] == [("1", "王*芬"), ("2", "王*芬")]
    (tmp_path / "other.pem").write_bytes(ECKey.generate_key("P-256").as_pem(private=True))
    assert client.main(["--key", str(tmp_path / "other.pem"), *files]) == 1
    (tmp_path / "public.pem").write_bytes(rsa.as_pem(private=False))
    assert client.main(["--key", str(tmp_path / "public.pem"), *files]) == 1


@pytest.mark.parametrize(
    "text",
    [
        "",
        "rubbish",
        "AAAA",
        RSAKey.generate_key(2048).as_pem(private=False).decode(),
        ECKey.generate_key("secp256k1").as_pem(private=False).decode(),
        ECKey.generate_key("P-256").as_pem(private=True).decode(),
        json.dumps(OctKey.generate_key(256).as_dict(private=True)),
    ],
    # By name: the keys are other ones in each of pytest's workers.
    ids=["none", "rubbish", "short", "rsa-2048", "secp256k1", "private", "symmetric"],
)
def test_a_key_that_is_not_fit_is_refused(text: str, tmp_path: Path) -> None:
    with pytest.raises(PrintHouseKeyUnfit):
        parse_key(text)
    with pytest.raises(PrintHouseKeyUnfit):
        S3LetterFiles(Bucket(), "imports", text).ready()  # type: ignore[arg-type]
    (tmp_path / "key.pem").write_text(text, encoding="ascii")
    assert print_house_key.main([str(tmp_path / "key.pem")]) == 1


def test_what_an_operator_deploys_is_the_key_of_the_file(
    rsa: RSAKey, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "key.pem").write_bytes(rsa.as_pem(private=False))
    assert print_house_key.main([str(tmp_path / "key.pem")]) == 0
    said = capsys.readouterr().out.splitlines()
    value = said[0].removeprefix("PrintHouseKey=")
    assert "\n" not in value
    assert parse_key(value).fingerprint == rsa.thumbprint()
    assert rsa.thumbprint() in said[1]
