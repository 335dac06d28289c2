"""Letters for a print house: `letters/<batch>/` of the imports bucket, each file a JWE to the house's public key, for
seven days. Nothing of them is ever stored that others could read."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from joserfc import jwe

from lifecert.adapters.aws_errors import translated
from lifecert.adapters.files.print_house_key import parse_key
from lifecert.adapters.s3.register_files import letters_of

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


@dataclass(frozen=True, slots=True)
class S3LetterFiles:
    """The imports bucket, and the key to which is encrypted (RFC 7516: A256GCM, by a key of each file)."""

    client: "S3Client"
    bucket: str
    key_text: str

    def ready(self) -> None:
        """Raise PrintHouseKeyUnfit unless there is a key to encrypt to."""
        parse_key(self.key_text)

    def keep(self, batch_id: str, first_line: int, rows: Sequence[Mapping[str, str]]) -> None:
        """One file, named by the line of the batch with which it begins."""
        key = parse_key(self.key_text)
        header = {"alg": key.algorithm, "enc": "A256GCM", "cty": "application/jsonl", "kid": key.fingerprint}
        plain = "".join(f"{json.dumps(row, ensure_ascii=False)}\n" for row in rows).encode()
        content = jwe.encrypt_compact(header, plain, key.public, algorithms=[key.algorithm, "A256GCM"])
        with translated():
            self.client.put_object(Bucket=self.bucket, Key=f"{letters_of(batch_id)}{first_line:07}.jwe", Body=content)
