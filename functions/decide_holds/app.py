"""GET the batches of people whose payment may be held, GET one with its candidates, POST a decision on it."""

from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.logging import correlation_paths
from aws_lambda_powertools.utilities.typing import LambdaContext

from lifecert.bootstrap import office as bootstrap_office
from lifecert.bootstrap import phone as bootstrap
from lifecert.domain.errors import HoldBatchNotFound
from lifecert.entry.http.api import Api, an_id
from lifecert.entry.http.bodies.holds import (
    CandidatesQuery,
    DecideHoldsBody,
    HoldBatchDetails,
    HoldBatchesQuery,
    HoldBatchesShown,
    HoldBatchShown,
)
from lifecert.entry.log import LogCode, done, logger, metrics, traced

api = Api()
bootstrap.at_start(bootstrap_office.list_hold_batches, bootstrap_office.get_hold_batch, bootstrap_office.decide_holds)


@api.get("/staff/hold-batches")
def listed() -> Response[str]:
    asked = api.query(HoldBatchesQuery)
    page = bootstrap_office.list_hold_batches()(asked.state, asked.limit, asked.after)
    done(LogCode.HOLD_BATCHES_LISTED, "HoldBatchesListed", found=len(page.items))
    return api.answer(HoldBatchesShown.of(page, bootstrap.clock().today()))


@api.get("/staff/hold-batches/<batch_id>")
def batch(batch_id: str) -> Response[str]:
    asked = api.query(CandidatesQuery)
    view = bootstrap_office.get_hold_batch()(an_id(batch_id, HoldBatchNotFound), asked.limit, asked.after)
    done(LogCode.HOLD_BATCH_READ, "HoldBatchesRead", batch_id=batch_id, actor_id=api.user.user_id)
    return api.answer(HoldBatchDetails.of(view, bootstrap.clock().today()))


@api.post("/staff/hold-batches/<batch_id>/decision")
def decision(batch_id: str) -> Response[str]:
    body = api.body(DecideHoldsBody)
    decided = bootstrap_office.decide_holds()(an_id(batch_id, HoldBatchNotFound), body.to_domain(), api.user)
    done(LogCode.HOLD_BATCH_DECIDED, "HoldBatchesDecided", {"choice": body.choice.value}, batch_id=batch_id)
    return api.answer(HoldBatchShown.of(decided, bootstrap.clock().today()))


@logger.inject_lambda_context(correlation_id_path=correlation_paths.API_GATEWAY_REST)
@traced
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    return api.resolve(event, context)
