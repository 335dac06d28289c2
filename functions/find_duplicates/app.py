"""Search for each face that was just enrolled among everybody's, and take out those that were deleted."""

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from lifecert.bootstrap import streams
from lifecert.entry.events.stream import inserted
from lifecert.entry.log import LogCode, count, logger, serving

# The stream's filter lets these through; whatever else comes is nobody's face.
EVENTS = {"reference_enrolled", "faces_deleted", "withdrawal_undone", "consent_given"}


@serving(streams.find_duplicates)
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, int]:
    count("DuplicateSearches")
    images = inserted(event, EVENTS)
    entries = [streams.ledger_entry(image) for image in images.values()]
    # Named after the first record: a batch that is handed over again writes the same file.
    segment = next(iter(images), "")
    searched = streams.find_duplicates()(entries, segment)
    counts = {"added": searched.added, "forgotten": searched.forgotten, "reviews": searched.reviews}
    logger.info(LogCode.DUPLICATES_SEARCHED, extra=counts)
    count("FacesSearched", searched.added)
    count("DuplicatesFound", searched.reviews)
    return counts
