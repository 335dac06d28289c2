"""GET the batches of people whose payment may be held, GET one with its candidates, POST a decision on it."""

from aws_lambda_powertools.event_handler import Response

from lifecert.bootstrap import office
from lifecert.domain.errors import HoldBatchNotFound
from lifecert.entry.http.access import CLERKS, STAFF
from lifecert.entry.http.api import Api, an_id
from lifecert.entry.http.bodies.holds import (
    CandidatesQuery,
    DecideHoldsBody,
    HoldBatchDetails,
    HoldBatchesQuery,
    HoldBatchesShown,
    HoldBatchShown,
)
from lifecert.entry.log import LogCode, done

api = Api(office.list_hold_batches, office.get_hold_batch, office.decide_holds)


@api.on("GET /staff/hold-batches", STAFF)
def listed() -> Response[str]:
    query = api.query(HoldBatchesQuery)
    page = office.list_hold_batches()(query.state, query.limit, query.after, api.user, query.district)
    done(LogCode.HOLD_BATCHES_LISTED, "HoldBatchesListed", found=len(page.items))
    return api.answer(HoldBatchesShown.of(page, office.clock().today()))


@api.on("GET /staff/hold-batches/{batch_id}", STAFF)
def batch(batch_id: str) -> Response[str]:
    query = api.query(CandidatesQuery)
    view = office.get_hold_batch()(an_id(batch_id, HoldBatchNotFound), query.limit, query.after, api.user)
    done(LogCode.HOLD_BATCH_READ, "HoldBatchesRead", batch_id=batch_id, actor_id=api.user.user_id)
    return api.answer(HoldBatchDetails.of(view, office.clock().today()))


@api.on("POST /staff/hold-batches/{batch_id}/decision", CLERKS)
def decision(batch_id: str) -> Response[str]:
    body = api.body(DecideHoldsBody)
    decided = office.decide_holds()(an_id(batch_id, HoldBatchNotFound), body.to_domain(), api.user)
    done(LogCode.HOLD_BATCH_DECIDED, "HoldBatchesDecided", {"choice": body.choice.value}, batch_id=batch_id)
    return api.answer(HoldBatchShown.of(decided, office.clock().today()))


handler = api.handler
