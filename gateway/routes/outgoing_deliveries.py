"""Routes of what was delivered to a company's own addresses: tried out, listed, looked at, sent again."""

from __future__ import annotations

from typing import Any

import orjson
from starlette.responses import Response

from engine.errors import Conflict, NotFound
from engine.outgoing_webhooks import TEST
from gateway.calls import Call, json_response
from gateway.operations import PAGING, Answer, Operation, choice_query, ok, page_of
from gateway.problems import PROBLEM_TYPE
from gateway.reasons import in_words
from gateway.routes.lists import small_page
from gateway.routes.outgoing import PATH, TAG, asked_webhook
from gateway.schema import ref
from gateway.views import stored_json, time_text
from storage.outgoing import (
    STATES,
    count_outgoing_deliveries,
    get_outgoing_delivery,
    insert_delivery,
    list_outgoing_deliveries,
    resend_delivery,
)
from storage.outgoing_webhooks import get_outgoing_webhook
from storage.searching import Row


async def _test(call: Call) -> Response:
    webhook = await asked_webhook(call)
    delivery_id = call.services.ids.make_uuid(call.services.clock())
    data = {"outgoing_webhook_id": str(webhook.id), "name": webhook.name}
    if not await insert_delivery(call.services.pool, call.company_id, webhook.id, TEST, data, delivery_id):
        raise NotFound
    return json_response({"id": delivery_id, "state": "pending"}, 202)


async def _deliveries(call: Call) -> Response:
    webhook, pool, state = await asked_webhook(call), call.services.pool, call.query.get("state")
    return await small_page(
        call,
        lambda before, limit: list_outgoing_deliveries(pool, call.company_id, webhook.id, before, limit, state),
        lambda: count_outgoing_deliveries(pool, call.company_id, webhook.id, state),
        _summary,
    )


def _summary(row: Row) -> dict[str, Any]:
    return {
        "id": row["id"],
        "outgoing_webhook_id": row["webhook_id"],
        "event_type": row["event_type"],
        "state": row["state"],
        "attempt": row["attempt"],
        "next_attempt_at": time_text(row["next_attempt_at"]),
        "status": row["last_status"],
        "reason": row["last_reason"],
        "reason_text": in_words(row["last_reason"]),
        "created_at": time_text(row["created_at"]),
        "finished_at": time_text(row["finished_at"]),
    }


async def _delivery(call: Call) -> Response:
    row = await get_outgoing_delivery(
        call.services.pool, call.company_id, call.path_id("outgoing_webhook_id"), call.path_id("delivery_id")
    )
    if row is None:
        raise NotFound
    attempts = [{**entry, "reason_text": in_words(entry["reason"])} for entry in orjson.loads(row["attempts"])]
    return json_response({**_summary(row), "payload": stored_json(row["payload"]), "attempts": attempts})


async def _resend(call: Call) -> Response:
    pool, company_id = call.services.pool, call.company_id
    webhook_id, delivery_id = call.path_id("outgoing_webhook_id"), call.path_id("delivery_id")
    webhook = await get_outgoing_webhook(pool, company_id, webhook_id)
    if webhook is None or await get_outgoing_delivery(pool, company_id, webhook_id, delivery_id) is None:
        raise NotFound
    if not webhook.active:
        raise Conflict("the outgoing webhook is out of use; enable it first")
    if not await resend_delivery(pool, company_id, webhook_id, delivery_id, call.now()):
        raise Conflict("this delivery is being attempted right now")
    return json_response({"id": delivery_id, "state": "pending"}, 202)


OPERATIONS = (
    Operation(
        name="testOutgoingWebhook",
        method="POST",
        path=PATH + "/test",
        handler=_test,
        summary="Send a delivery of type webhook.test, once, also while it is out of use",
        tag=TAG,
        role="operator",
        answers=ok("OutgoingQueued", "Look at the delivery for what the address said.", 202),
    ),
    Operation(
        name="listOutgoingDeliveries",
        method="GET",
        path=PATH + "/deliveries",
        handler=_deliveries,
        summary="What was delivered in the last 14 days, newest first",
        tag=TAG,
        answers=page_of("OutgoingDeliverySummary"),
        query=(choice_query("state", "Where it stands.", *STATES), *PAGING),
    ),
    Operation(
        name="getOutgoingDelivery",
        method="GET",
        path=PATH + "/deliveries/{delivery_id}",
        handler=_delivery,
        summary="One delivery: its body, and what was asked and answered at each attempt",
        tag=TAG,
        role="operator",
        answers=ok("OutgoingDelivery", "The delivery."),
    ),
    Operation(
        name="resendOutgoingDelivery",
        method="POST",
        path=PATH + "/deliveries/{delivery_id}/resend",
        handler=_resend,
        summary="Deliver it again, with the same id and body",
        tag=TAG,
        role="operator",
        answers={
            **ok("OutgoingQueued", "It is due.", 202),
            409: Answer("It is out of use, or on its way.", ref("Problem"), PROBLEM_TYPE),
        },
    ),
)
