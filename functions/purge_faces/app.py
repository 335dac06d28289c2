"""Nightly: delete the faces that must go, and end the cases that nobody can judge any more.

A run that leaves anything where it is fails, so that it is repeated.
"""

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from lifecert.bootstrap import streams
from lifecert.domain.errors import CasesUnfinished, PurgeUnfinished
from lifecert.entry.events.purge import cases_told, purge_report
from lifecert.entry.log import LogCode, count, logger, serving

# Enough to finish the person in hand and report.
RESERVE_MS = 20_000


@serving(streams.purge_faces, streams.end_cases)
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    def late() -> bool:
        return context.get_remaining_time_in_millis() < RESERVE_MS

    try:
        report = streams.purge_faces()(late)
    except PurgeUnfinished as unfinished:
        logger.error(LogCode.PURGE_UNFINISHED, extra={"cause": str(unfinished)})
        count("PurgesUnfinished")
        raise
    finally:
        cases = streams.end_cases()(late)  # Whatever became of the faces.
        cases_told(cases)
    answer = purge_report(report)
    logger.info(LogCode.PURGE_FINISHED, extra={"report": answer})
    count("FacesDeleted", report.faces)
    count("FacesStored", report.stored.faces)
    count("PeopleWithFaces", report.stored.people)
    count("PurgesFinished")
    if cases.unfinished:
        raise CasesUnfinished(f"{len(cases.failed)} left undone")
    return answer
