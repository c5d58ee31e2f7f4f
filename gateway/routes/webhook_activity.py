"""Routes of what came in by a webhook: deliveries, activity, captures, a mapping's preview, a test through the door."""

from __future__ import annotations

import asyncio
from datetime import timedelta, tzinfo
from typing import Any
from uuid import UUID

import orjson
from starlette.responses import Response

from engine.aliases import FIELD_ALIASES
from engine.errors import FieldProblem, NotFound
from engine.event_types import EVENT_TYPES
from engine.events import CANONICAL_FIELDS
from engine.mapping import validate_mapping
from engine.pagination import NEWEST, Position
from engine.zones import zone_named
from gateway.calls import Call, json_response, page_response
from gateway.captures import distinct_captures, pasted, preview
from gateway.counts import Count
from gateway.operations import PAGING, Answer, Operation, Query, ok
from gateway.problems import PROBLEM_TYPE
from gateway.routes.webhooks import keeper_of, webhook_of
from gateway.samples import sample_payload
from gateway.schema import anything, record, ref, text, whole
from gateway.testing_door import knock
from gateway.webhook_activity import (
    activity_of,
    by_hour,
    delivery_view,
    first_hour,
    last_error,
    refusal_view,
)
from storage.companies import get_company
from storage.events import get_delivery, get_event, list_captures, list_deliveries, list_refusals
from storage.searching import Row
from storage.webhook_activity import find_unparsed, sum_hours

_CAPTURES = 20
_CAPTURES_LOOKED_AT = 200
_CAPTURE_BYTES = 1_048_576
_LAST = 10
_REFUSALS = timedelta(days=7)


async def _test(call: Call) -> Response:
    """Deliver a sample by the webhook's own door, signed as its sender would sign it."""
    webhook = await webhook_of(call)
    services = call.services
    now_ms = services.clock()
    event_id = services.ids.make(now_ms)
    payload = call.body.get("payload") or sample_payload(call.body.get("event_type", "pix_created"), event_id, now_ms)
    chain = keeper_of(call).chain(webhook)
    answer = await knock(
        services.webhook_door, webhook, chain, orjson.dumps(payload), services.clock(), UUID(bytes=event_id)
    )
    if answer.status >= 400:
        return Response(answer.body, answer.status, media_type=PROBLEM_TYPE)
    return json_response({**orjson.loads(answer.body), "payload": payload}, answer.status)


async def _deliveries(call: Call) -> Response:
    webhook, within, pool = await webhook_of(call), call.range, call.services.pool
    rows = await list_deliveries(pool, call.company_id, webhook.id, within.before, within.limit + 1)
    shown = rows[: within.limit]
    refused = await list_refusals(pool, call.company_id, webhook.id, call.now() - _REFUSALS)
    following = Position(shown[-1]["created_at"], shown[-1]["id"]) if len(rows) > within.limit else None
    page = page_response([delivery_view(row) for row in shown], following, Count(len(shown), following is not None))
    return json_response({**orjson.loads(page.body), "refused": [refusal_view(row) for row in refused]})


async def _activity(call: Call) -> Response:
    webhook, pool, company_id = await webhook_of(call), call.services.pool, call.company_id
    first = first_hour(call.now())
    summary = (await activity_of(call, [webhook.id]))[webhook.id]
    refused = await list_refusals(pool, company_id, webhook.id, call.now() - _REFUSALS)
    unparsed = await find_unparsed(pool, company_id, webhook.id)
    last = await list_deliveries(pool, company_id, webhook.id, NEWEST, _LAST)
    return json_response(
        {
            "last_delivery_at": summary["last_delivery_at"],
            "last_24h": summary["last_24h"],
            "hours": by_hour(await sum_hours(pool, company_id, webhook.id, first), first),
            "refused": [refusal_view(row) for row in refused],
            "last_error": last_error(refused, unparsed),
            "deliveries": [delivery_view(row) for row in last],
        }
    )


async def _captures(call: Call) -> Response:
    webhook, zone = await webhook_of(call), await _zone(call)
    rows = await list_captures(call.services.pool, call.company_id, webhook.id, _CAPTURES_LOOKED_AT, _CAPTURE_BYTES)
    most = call.query.get("limit", _CAPTURES)
    found = await asyncio.to_thread(distinct_captures, webhook, zone, rows, most)
    return json_response({"data": found, "looked_at": len(rows)})


async def _zone(call: Call) -> tzinfo:
    company = await get_company(call.services.pool, call.company_id)
    if company is None:
        raise NotFound
    return zone_named(company["time_zone"])


async def _preview(call: Call) -> Response:
    webhook, zone = await webhook_of(call), await _zone(call)
    mapping: dict[str, Any] = call.body.get("mapping", webhook.mapping)
    if errors := validate_mapping(mapping):
        raise FieldProblem(errors)
    row, position = await _previewed(call, webhook.id)
    return json_response(await asyncio.to_thread(preview, webhook, mapping, zone, row, position))


async def _previewed(call: Call, webhook_id: UUID) -> tuple[Row, int]:
    """Return the delivery that a preview is about, and the event's place in it.

    Raises:
        FieldProblem: not exactly one is named, or it is not there.
    """
    given = [name for name in ("capture_id", "event_id", "payload") if name in call.body]
    if len(given) != 1:
        reason = "exactly one of capture_id, event_id and payload is needed"
        raise FieldProblem([{"field": given[1] if given else "payload", "reason": reason}])
    name = given[0]
    if name == "payload":
        return pasted(call.body["payload"], call.now()), 0
    pool, company_id, position = call.services.pool, call.company_id, 0
    delivery_id = UUID(call.body[name])
    if name == "event_id":
        event = await get_event(pool, company_id, delivery_id)
        delivery_id, position = (event["delivery_id"], event["position"]) if event else (UUID(int=0), 0)
    delivery = await get_delivery(pool, company_id, delivery_id)
    if delivery is not None and delivery["raw_body"] is None and delivery["event_id"] is not None:
        delivery = await _first_delivery(call, delivery["event_id"])
    if delivery is None or (name == "capture_id" and delivery["webhook_id"] != webhook_id):
        raise FieldProblem([{"field": name, "reason": "there is no such delivery with its bytes"}])
    return delivery, position


async def _first_delivery(call: Call, event_id: UUID) -> Row | None:
    """Return the delivery that holds the bytes which a repetition did not keep."""
    event = await get_event(call.services.pool, call.company_id, event_id)
    delivery = await get_delivery(call.services.pool, call.company_id, event["delivery_id"]) if event else None
    return delivery if delivery and delivery["raw_body"] is not None else None


async def _catalogue(call: Call) -> Response:
    types = [
        {"name": name, "label": {"pt": note.pt, "en": note.en}, "synonyms": list(note.synonyms)}
        for name, note in EVENT_TYPES.items()
    ]
    aliases = {
        name: [".".join(part for part in alias if part) for alias in spellings] for name, _, spellings in FIELD_ALIASES
    }
    aliases["occurred_at"] = [one for name in ("approved_at", "created_at", "timestamp") for one in aliases[name]]
    fields = [
        {"name": name, "kind": note.kind, "label": {"pt": note.pt, "en": note.en}, "aliases": aliases[name]}
        for name, note in CANONICAL_FIELDS.items()
    ]
    return json_response({"event_types": types, "fields": fields})


_TAG = "Webhooks"
_PATH = "/webhooks/{webhook_id}"

OPERATIONS = (
    Operation(
        name="getCatalogue",
        method="GET",
        path="/catalogue",
        handler=_catalogue,
        summary="Canonical event types and fields, with the names that sources use for them",
        description="Any other type is kept in snake case and triggers rules just the same.",
        tag=_TAG,
        answers=ok("Catalogue", "The one list that parser, rules and templates share."),
    ),
    Operation(
        name="testWebhook",
        method="POST",
        path=_PATH + "/test",
        handler=_test,
        summary="Send an event through the webhook's own door, signed as its sender would",
        description="Rules run and messages are sent as for a real one.",
        tag=_TAG,
        role="operator",
        body=record({"event_type": text(100, default="pix_created"), "payload": anything()}),
        body_optional=True,
        body_example={"event_type": "pix_created"},
        answers={
            **ok("TestedEvent", "Stored.", 202),
            200: Answer("A known event; nothing new came of it.", ref("TestedEvent")),
        },
    ),
    Operation(
        name="getWebhookActivity",
        method="GET",
        path=_PATH + "/activity",
        handler=_activity,
        summary="Rate by hour, last deliveries, refusals by reason, last error",
        tag=_TAG,
        answers=ok("WebhookActivity", "The last 24 hours; refusals of seven days."),
    ),
    Operation(
        name="listWebhookDeliveries",
        method="GET",
        path=_PATH + "/deliveries",
        handler=_deliveries,
        summary="What came in by a webhook and what became of it, and what was refused in the last seven days",
        tag=_TAG,
        answers=ok("DeliveryPage", "The last deliveries, newest first."),
        query=PAGING,
    ),
    Operation(
        name="listWebhookCaptures",
        method="GET",
        path=_PATH + "/captures",
        handler=_captures,
        summary="The last distinct payload shapes of each event type, with example values by path",
        description=(
            "Made of the last 200 deliveries (as far as those are no more than 1 MiB): what a mapping or a rule is "
            "made from. Not for viewers."
        ),
        tag=_TAG,
        role="operator",
        answers=ok("Captures", "One capture per event type and shape, newest first."),
        query=(Query("limit", "whole", "How many.", whole(1, 100, default=_CAPTURES)),),
    ),
    Operation(
        name="previewMapping",
        method="POST",
        path=_PATH + "/mapping/preview",
        handler=_preview,
        summary="What a mapping makes of a stored delivery or a pasted payload",
        description=(
            "Each canonical field with its value, the path it comes from and what is wrong with it, and the values "
            "that nobody reads. Nothing is changed. A mapping that makes no sense is refused with its fields."
        ),
        tag=_TAG,
        role="operator",
        body=ref("MappingPreviewInput"),
        body_example={
            "mapping": {"event_type": "$.evento", "types": {"VENDA_OK": "order_approved"}},
            "payload": {"evento": "VENDA_OK"},
        },
        answers=ok("MappingPreview", "What would be read."),
    ),
)
