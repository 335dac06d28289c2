"""Files of registers in S3, beside those of data matches: `registers/` as they came, read part by part; and `told/`,
what the office is told of their lines, without a name or an ID number."""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from lifecert.adapters.aws_errors import code_of, translated
from lifecert.adapters.files.register_lines import Layout
from lifecert.adapters.files.register_part import around, people_of, survey
from lifecert.domain.errors import ImportFileChanged, ImportNotReady
from lifecert.domain.intake import Part, PartSurvey, Phase, ReadLine, RegisterImport, Told
from lifecert.domain.intake_faults import Known
from lifecert.domain.number_schemes import NumberSchemes
from lifecert.ports.intake import StoredFile
from lifecert.ports.photos import UploadSlot

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

# What one form takes; a longer file comes in parts, by `ops.import_register` or any tool for S3.
MOST_OF_A_FORM = 5 * 1024**3
# S3 puts together pieces of this size and more.
PIECE_BYTES = 8 * 1024 * 1024
COLUMNS = ("line", "line_key", "outcome", "why")
_MISSING = {"NoSuchKey", "404"}
_CHANGED = {*_MISSING, "PreconditionFailed", "412", "InvalidRange", "416"}
_FORMULA = re.compile(r"[=+\-@\t\r]")


@dataclass(frozen=True, slots=True)
class S3RegisterFiles:
    """The imports bucket."""

    client: "S3Client"
    bucket: str
    numbers: NumberSchemes

    def upload_slot(self, file: str, seconds: int) -> UploadSlot:
        """A presigned POST for exactly this place. No request is made."""
        conditions: list[Any] = [["content-length-range", 1, MOST_OF_A_FORM]]
        post = self.client.generate_presigned_post(
            Bucket=self.bucket, Key=file, Conditions=conditions, ExpiresIn=seconds
        )
        return UploadSlot(post["url"], post["fields"])

    def write(self, file: str, content: bytes) -> None:
        """Write a file of the office's own."""
        self._put(file, content)

    def stored(self, file: str) -> StoredFile | None:
        """The file, if it is there."""
        with translated():
            try:
                answer = self.client.head_object(Bucket=self.bucket, Key=file)
            except ClientError as error:
                if code_of(error) in _MISSING:
                    return None
                raise
        return StoredFile(answer["ContentLength"], answer["ETag"])

    def survey(self, of: RegisterImport, part: Part) -> PartSurvey:
        """What a part's bytes tell, and the one before them. Raises ImportFileChanged."""
        first = max(0, part.start - 1)
        content = self._bytes(of, first, part.start + part.size)
        return survey(content[part.start - first :], content[: part.start - first], part, of.size, of.kind)

    def people(self, of: RegisterImport, part: Part) -> Iterator[tuple[ReadLine, ...]]:
        """A part's lines, each person's together. Raises ImportFileChanged."""
        if of.format is None or of.written is None:
            raise ImportNotReady(of.state)
        first, after = around(part, of.size)
        content = self._bytes(of, first, after)
        own = content[part.start - first : part.start - first + part.size]
        if survey(own, b"", part, of.size).digest != part.digest:
            raise ImportFileChanged
        return people_of(content, part, of.size, Layout(of.format, of.columns, of.written, of.kind, self.numbers))

    def keep_told(self, import_id: str, phase: Phase, part: int, told: Sequence[Told]) -> None:
        """One object for each part about which something is told, as lines of a table."""
        if told:
            text = io.StringIO(newline="")
            table = csv.writer(text)
            for one in told:
                outcome = one.why.value if isinstance(one.why, Known) else "refused"
                table.writerow([one.line, harmless(one.key), outcome, one.why.value])
            self._put(f"{_parts(import_id, phase)}{part:07}.csv", text.getvalue().encode())

    def join_told(self, import_id: str, phase: Phase) -> None:
        """One table of all parts, written in pieces: however long it is, one piece is in memory."""
        pieces = _Pieces(self.client, self.bucket, _whole(import_id, phase))
        # For whoever opens it with a spreadsheet, which takes a file without this mark for another encoding.
        pieces.add(b"\xef\xbb\xbf" + (",".join(COLUMNS) + "\r\n").encode())
        pages = self.client.get_paginator("list_objects_v2").paginate(
            Bucket=self.bucket, Prefix=_parts(import_id, phase)
        )
        with translated():
            for page in pages:
                for item in page.get("Contents", []):
                    pieces.add(self.client.get_object(Bucket=self.bucket, Key=item["Key"])["Body"].read())
            pieces.close()

    def told_link(self, import_id: str, phase: Phase, seconds: int) -> str:
        """An address from which the table can be read for so long."""
        asked = {"Bucket": self.bucket, "Key": _whole(import_id, phase)}
        return self.client.generate_presigned_url("get_object", Params=asked, ExpiresIn=seconds)

    def letter_links(self, batch_id: str, seconds: int) -> Sequence[str]:
        """Addresses from which a batch's files can be read for so long; they are encrypted to the print house."""
        with translated():
            answer = self.client.list_objects_v2(Bucket=self.bucket, Prefix=letters_of(batch_id))
        asked = [{"Bucket": self.bucket, "Key": item["Key"]} for item in answer.get("Contents", [])]
        return [self.client.generate_presigned_url("get_object", Params=one, ExpiresIn=seconds) for one in asked]

    def delete(self, file: str) -> None:
        """Delete the file."""
        with translated():
            self.client.delete_object(Bucket=self.bucket, Key=file)

    def _bytes(self, of: RegisterImport, first: int, after: int) -> bytes:
        asked: Any = {"Bucket": self.bucket, "Key": of.file, "Range": f"bytes={first}-{after - 1}", "IfMatch": of.etag}
        with translated():
            try:
                return self.client.get_object(**asked)["Body"].read()
            except ClientError as error:
                if code_of(error) in _CHANGED:
                    raise ImportFileChanged from None
                raise

    def _put(self, key: str, content: bytes) -> None:
        with translated():
            self.client.put_object(Bucket=self.bucket, Key=key, Body=content)


class _Pieces:
    """An object that is written as it grows."""

    def __init__(self, client: "S3Client", bucket: str, key: str) -> None:
        self._client = client
        self._where: Any = {"Bucket": bucket, "Key": key}
        self._upload: Any = None
        self._done: list[Any] = []
        self._rest = b""

    def add(self, content: bytes) -> None:
        """Add bytes to its end."""
        self._rest += content
        if len(self._rest) >= PIECE_BYTES:
            self._send()

    def close(self) -> None:
        """Nothing is added any more."""
        if self._upload is None:
            self._client.put_object(**self._where, Body=self._rest)
            return
        if self._rest:
            self._send()
        self._client.complete_multipart_upload(
            **self._where, UploadId=self._upload, MultipartUpload={"Parts": self._done}
        )

    def _send(self) -> None:
        if self._upload is None:
            self._upload = self._client.create_multipart_upload(**self._where)["UploadId"]
        number = len(self._done) + 1
        sent = self._client.upload_part(**self._where, UploadId=self._upload, PartNumber=number, Body=self._rest)
        self._done.append({"ETag": sent["ETag"], "PartNumber": number})
        self._rest = b""


def letters_of(batch_id: str) -> str:
    """Where the files of a batch of letters lie."""
    return f"letters/{batch_id}/"


def harmless(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if _FORMULA.match(cell) else cell


def _parts(import_id: str, phase: Phase) -> str:
    return f"told/{import_id}/{phase}/"


def _whole(import_id: str, phase: Phase) -> str:
    return f"told/{import_id}/{phase}.csv"
