"""Reports of the sweep in S3: JSON for machines, a page for people, and all who were left undone, in parts."""

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from botocore.exceptions import ClientError

from lifecert.adapters.aws_errors import code_of, translated
from lifecert.adapters.s3.sweep_page import page
from lifecert.domain.districts import DistrictNames
from lifecert.domain.sweep_report import RunFigures, SweepReport, document, failed_parts

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


@dataclass(frozen=True, slots=True)
class S3SweepReports:
    """The reports bucket: `sweeps/<run>/report.json`, `report.html` and `failed-0001.json`, ...

    For people, districts have their names and times are those of `zone`.
    """

    client: "S3Client"
    bucket: str
    districts: DistrictNames
    zone: ZoneInfo

    def write(self, report: SweepReport) -> None:
        """Keep a report; report.json comes last, so that where it is, all of it is."""
        folder = f"sweeps/{report.run.run_id}"
        for number, ids in enumerate(failed_parts(report), start=1):
            self._put(f"{folder}/failed-{number:04d}.json", _json(ids), "application/json")
        self._put(f"{folder}/report.html", page(report, self.districts, self.zone), "text/html; charset=utf-8")
        self._put(f"{folder}/report.json", _json(document(report)), "application/json")

    def _put(self, key: str, text: str, content_type: str) -> None:
        with translated():
            self.client.put_object(Bucket=self.bucket, Key=key, Body=text.encode(), ContentType=content_type)


@dataclass(frozen=True, slots=True)
class S3RunReports:
    """The same bucket, to read."""

    client: "S3Client"
    bucket: str

    def figures(self, run_id: str) -> RunFigures | None:
        """What report.json says of a run; None when there is none any more."""
        with translated():
            try:
                stored = self.client.get_object(Bucket=self.bucket, Key=f"sweeps/{run_id}/report.json")
                return RunFigures.of(json.loads(stored["Body"].read()))
            except ClientError as error:
                if code_of(error) != "NoSuchKey":
                    raise
                return None


def _json(content: Any) -> str:
    return json.dumps(content, ensure_ascii=False, indent=1)
