"""Files of data matches in S3: `incoming/` as they were sent, `progress/` and `rejects/` without personal data."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from lifecert.adapters.aws_errors import code_of, translated
from lifecert.adapters.files.match_lines import read_file
from lifecert.domain.data_match import Import, MatchLine, Rejected, Rejection
from lifecert.domain.errors import ImportNotFound
from lifecert.domain.number_schemes import NumberSchemes

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

PART_BYTES = 64 * 1024
_MISSING = {"NoSuchKey", "404"}


@dataclass(frozen=True, slots=True)
class S3Imports:
    """The imports bucket."""

    client: "S3Client"
    bucket: str
    numbers: NumberSchemes

    def lines(self, name: str) -> Iterator[MatchLine | Rejected]:
        """A file's lines, read as they are needed. Raises ImportNotFound."""
        with translated():
            try:
                answer = self.client.get_object(Bucket=self.bucket, Key=f"incoming/{name}")
            except ClientError as error:
                if code_of(error) in _MISSING:
                    raise ImportNotFound from None
                raise
            yield from read_file(name, answer["Body"].iter_chunks(PART_BYTES), self.numbers)

    def progress(self, name: str) -> Import:
        """How far the file with this very content is taken."""
        with translated():
            try:
                answer = self.client.get_object(Bucket=self.bucket, Key=f"progress/{name}.json")
            except ClientError as error:
                if code_of(error) in _MISSING:
                    return Import()
                raise
            kept = json.loads(answer["Body"].read())
        return Import(**kept["done"]) if kept["version"] == self._version(name) else Import()

    def keep_progress(self, name: str, done: Import) -> None:
        """Remember how far a file is taken."""
        body = {"version": self._version(name), "done": asdict(done)}
        self._put(f"progress/{name}.json", json.dumps(body))

    def keep_rejects(self, name: str, first_line: int, rejections: Sequence[Rejection]) -> None:
        """One object for each part of a file, as JSON Lines; none when nothing was rejected in it."""
        if rejections:
            lines = (json.dumps({"line": one.line, "why": one.why}) for one in rejections)
            self._put(f"rejects/{name}/{first_line:012}.jsonl", "\n".join(lines) + "\n")

    def delete(self, name: str) -> None:
        """Delete the file, and then how far it was taken: the same file again is read again."""
        for key in (f"incoming/{name}", f"progress/{name}.json"):
            with translated():
                self.client.delete_object(Bucket=self.bucket, Key=key)

    def _version(self, name: str) -> str:
        with translated():
            try:
                return self.client.head_object(Bucket=self.bucket, Key=f"incoming/{name}")["ETag"]
            except ClientError as error:
                if code_of(error) in _MISSING:
                    raise ImportNotFound from None
                raise

    def _put(self, key: str, text: str) -> None:
        with translated():
            self.client.put_object(Bucket=self.bucket, Key=key, Body=text.encode())
