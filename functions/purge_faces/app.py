"""Nightly: delete the faces that must go. A run that leaves anybody's where they are fails, so that it is repeated."""

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from lifecert.bootstrap import streams
from lifecert.domain.errors import PurgeUnfinished
from lifecert.entry.events.purge import purge_report
from lifecert.entry.log import LogCode, count, logger, serving

# Enough to finish the person in hand and report.
RESERVE_MS = 20_000


@serving(streams.purge_faces)
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    try:
        report = streams.purge_faces()(lambda: context.get_remaining_time_in_millis() < RESERVE_MS)
    except PurgeUnfinished as unfinished:
        logger.error(LogCode.PURGE_UNFINISHED, extra={"cause": str(unfinished)})
        count("PurgesUnfinished")
        raise
    answer = purge_report(report)
    logger.info(LogCode.PURGE_FINISHED, extra={"report": answer})
    count("FacesDeleted", report.faces)
    count("FacesStored", report.stored.faces)
    count("PeopleWithFaces", report.stored.people)
    count("PurgesFinished")
    return answer
