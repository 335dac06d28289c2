"""Notices by other ways, as they stand inside their person's item."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from lifecert.adapters.dynamodb.values import as_day, optional_day
from lifecert.domain.office_notice import NoticeResult, NoticeWay, OfficeNotice


def office_notice_map(notice: OfficeNotice) -> dict[str, Any]:
    """A notice inside its person's item. What is None is left out."""
    every = {
        "notice_id": notice.notice_id,
        "valid_until": notice.valid_until.isoformat(),
        "way": str(notice.way),
        "result": str(notice.result),
        "on": notice.on.isoformat(),
        "recorded_by": notice.recorded_by,
        "counts_on": optional_day(notice.counts_on),
        "failed_on": optional_day(notice.failed_on),
    }
    return {name: value for name, value in every.items() if value is not None}


def office_notice_of(item: Mapping[str, Any]) -> OfficeNotice:
    """What `office_notice_map` wrote."""
    return OfficeNotice(
        notice_id=item["notice_id"],
        valid_until=date.fromisoformat(item["valid_until"]),
        way=NoticeWay(item["way"]),
        result=NoticeResult(item["result"]),
        on=date.fromisoformat(item["on"]),
        recorded_by=item["recorded_by"],
        counts_on=as_day(item.get("counts_on")),
        failed_on=as_day(item.get("failed_on")),
    )
