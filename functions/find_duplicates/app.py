"""Search for each face that was just enrolled among everybody's, and take out those that were deleted."""

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from lifecert.bootstrap import phone as bootstrap
from lifecert.bootstrap import streams as bootstrap_streams
from lifecert.entry.events.stream import inserted
from lifecert.entry.log import LogCode, count, logger, metrics, traced

bootstrap.at_start(bootstrap_streams.find_duplicates)
# The stream's filter lets these through; whatever else comes is nobody's face.
EVENTS = {"reference_enrolled", "faces_deleted"}


@logger.inject_lambda_context
@traced
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, int]:
    count("DuplicateSearches")
    images = inserted(event, EVENTS)
    entries = [bootstrap_streams.ledger_entry(image) for image in images.values()]
    # Named after the first record: a batch that is handed over again writes the same file.
    segment = next(iter(images), "")
    searched = bootstrap_streams.find_duplicates()(entries, segment)
    counts = {"added": searched.added, "forgotten": searched.forgotten, "reviews": searched.reviews}
    logger.info(LogCode.DUPLICATES_SEARCHED, extra=counts)
    count("FacesSearched", searched.added)
    count("DuplicatesFound", searched.reviews)
    return counts
