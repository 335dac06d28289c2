"""Take a file of data matches: `{"name": "..."}`, called again until it says that the file is finished."""

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from lifecert.bootstrap import proofs
from lifecert.entry.events.imports import ImportEvent, import_report
from lifecert.entry.log import LogCode, count, logger, serving

# Enough to end the part in hand.
RESERVE_MS = 60_000


@serving(proofs.import_data_match)
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    count("DataMatchImports")
    order = ImportEvent.model_validate(event)
    done = proofs.import_data_match()(order.name, lambda: context.get_remaining_time_in_millis() < RESERVE_MS)
    report = import_report(done)
    logger.info(LogCode.DATA_MATCHED, extra={"report": report})
    count("DataMatchFilesFinished", done.finished)
    return report
