"""Routes of webhooks: the addresses that shops are pointed at, their secrets, and what came in by them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import orjson
from starlette.responses import Response

from engine.errors import NotFound
from engine.ids import id_time
from engine.pagination import COUNT_CAP, Position
from engine.sharding import bucket_of
from engine.wire import FLAG_INACTIVE, KIND_WEBHOOK, Intake
from gateway.auth import Principal
from gateway.calls import Call, json_response, page_response
from gateway.counts import Count
from gateway.operations import PAGING, Answer, Operation, Query, nothing, ok, page_of
from gateway.reasons import in_words
from gateway.samples import sample_payload
from gateway.schema import anything, record, ref, text, whole
from gateway.views import stored_json, time_text
from gateway.webhook_config import WebhookKeeper, check_settings
from storage.events import list_captures, list_deliveries, list_refusals
from storage.searching import Row
from storage.webhooks import (
    WebhookRecord,
    change_webhook,
    count_webhooks,
    delete_webhook,
    get_webhook,
    insert_webhook,
    list_webhooks,
)

_CAPTURES = 20
_REFUSALS = timedelta(days=7)
_DEFAULT_GRACE_S = 86_400
_MAX_GRACE_S = 604_800


def _keeper(call: Call) -> WebhookKeeper:
    return WebhookKeeper(call.services.vault)


def _view(call: Call, webhook: WebhookRecord) -> dict[str, Any]:
    chain = _keeper(call).chain(webhook)
    now_ms = call.services.clock()
    old = [item.until_ms for item in chain if item.until_ms is not None and item.until_ms > now_ms]
    token = next((item.secret for item in chain if item.kind == "token" and item.until_ms is None), None)
    return {
        "id": webhook.id,
        "name": webhook.name,
        "source": webhook.source,
        "active": webhook.active,
        "auth": webhook.auth,
        "token": token is not None,
        "mapping": webhook.mapping,
        "dedupe": webhook.dedupe,
        "url": _url(call, webhook.company_id, token),
        "old_secret_until": time_text(id_time(UUID(int=max(old) << 80))) if old else None,
        "created_at": time_text(webhook.created_at),
        "updated_at": time_text(webhook.updated_at),
    }


def _url(call: Call, company_id: UUID, token: str | None) -> str | None:
    """Return a webhook's address; one with a token is for owners alone, because the token is its secret."""
    base = f"{call.services.settings.public_url.rstrip('/')}/api/v1/webhooks/incoming/{company_id}"
    if token is None:
        return base
    owner = isinstance(call.principal, Principal) and call.principal.may("owner")
    return f"{base}/{token}" if owner else None


async def _list(call: Call) -> Response:
    within = call.range
    rows = await list_webhooks(call.services.pool, call.company_id, within.before, within.limit + 1)
    shown = rows[: within.limit]
    following = Position(shown[-1].created_at, shown[-1].id) if len(rows) > within.limit else None
    number = await count_webhooks(call.services.pool, call.company_id)
    count = Count(min(number, COUNT_CAP), number > COUNT_CAP)
    return page_response([_view(call, webhook) for webhook in shown], following, count)


async def _webhook(call: Call) -> WebhookRecord:
    webhook = await get_webhook(call.services.pool, call.company_id, call.path_id("webhook_id"))
    if webhook is None:
        raise NotFound
    return webhook


async def _get(call: Call) -> Response:
    return json_response(_view(call, await _webhook(call)))


async def _create(call: Call) -> Response:
    check_settings(call.body, "token")
    webhook_id = call.services.ids.make_uuid(call.services.clock())
    webhook, secret = _keeper(call).make(webhook_id, call.company_id, call.body, id_time(webhook_id))
    await insert_webhook(call.services.pool, webhook)
    await call.services.announce("webhooks", call.company_id)
    location = {"location": f"/api/v1/webhooks/{webhook_id}"}
    return json_response({**_view(call, webhook), "secret": secret}, 201, location)


async def _update(call: Call) -> Response:
    present = await _webhook(call)
    check_settings(call.body, present.auth["scheme"])
    return await _change(call, lambda webhook: _keeper(call).change(webhook, call.body))


async def _change(call: Call, change: Any) -> Response:
    """Store a change, have it in force everywhere, and show a secret that came of it this once."""
    secrets: list[str | None] = []

    def apply(webhook: WebhookRecord) -> WebhookRecord:
        changed, secret = change(webhook)
        secrets.append(secret)
        result: WebhookRecord = changed
        return result

    webhook = await change_webhook(call.services.pool, call.company_id, call.path_id("webhook_id"), apply)
    if webhook is None:
        raise NotFound
    await call.services.announce("webhooks", call.company_id)
    return json_response({**_view(call, webhook), "secret": secrets[-1]})


async def _delete(call: Call) -> Response:
    if not await delete_webhook(call.services.pool, call.company_id, call.path_id("webhook_id")):
        raise NotFound
    await call.services.announce("webhooks", call.company_id)
    return Response(status_code=204)


async def _activate(call: Call) -> Response:
    return await _change(call, lambda webhook: _keeper(call).change(webhook, {"active": True}))


async def _deactivate(call: Call) -> Response:
    return await _change(call, lambda webhook: _keeper(call).change(webhook, {"active": False}))


async def _rotate_secret(call: Call) -> Response:
    grace_ms = call.body.get("grace_s", _DEFAULT_GRACE_S) * 1000
    now_ms = call.services.clock()
    given = call.body.get("secret")
    return await _change(call, lambda webhook: _keeper(call).rotate(webhook, now_ms, grace_ms, given))


async def _test(call: Call) -> Response:
    """Send an event through the same pipeline as a delivery at the door, without the signature check."""
    webhook = await _webhook(call)
    services = call.services
    now_ms = services.clock()
    event_id = services.ids.make(now_ms)
    payload = call.body.get("payload") or sample_payload(call.body.get("event_type", "pix_created"), event_id, now_ms)
    intake = Intake(
        kind=KIND_WEBHOOK,
        company_id=webhook.company_id.bytes,
        webhook_id=webhook.id.bytes,
        delivery_id=event_id,
        received_ms=now_ms,
        event_ids=[event_id],
        signature="unsigned",
        headers=b'{"content-type":"application/json","x-masteria-test":"true"}',
        content_type="application/json",
        body=orjson.dumps(payload),
        flags=0 if webhook.active else FLAG_INACTIVE,
    )
    answer = await services.intake.take(bucket_of(webhook.company_id.bytes), intake)
    duplicate = answer.duplicates[0]
    body = {"id": UUID(bytes=answer.first_ids[0]), "duplicate": duplicate, "payload": payload}
    return json_response(body, 200 if duplicate else 202)


async def _deliveries(call: Call) -> Response:
    webhook, within, pool = await _webhook(call), call.range, call.services.pool
    rows = await list_deliveries(pool, call.company_id, webhook.id, within.before, within.limit + 1)
    shown = rows[: within.limit]
    refused = await list_refusals(pool, call.company_id, webhook.id, call.now() - _REFUSALS)
    following = Position(shown[-1]["created_at"], shown[-1]["id"]) if len(rows) > within.limit else None
    return json_response(
        {
            **orjson.loads(
                page_response(
                    [_delivery(row) for row in shown], following, Count(len(shown), following is not None)
                ).body
            ),
            "refused": [_refusal(row) for row in refused],
        }
    )


def _delivery(row: Row) -> dict[str, Any]:
    return {
        "id": row["id"],
        "event_id": row["event_id"],
        "duplicate": row["duplicate"],
        "signature": row["signature"],
        "content_type": row["content_type"],
        "bytes": row["size"],
        "created_at": time_text(row["created_at"]),
    }


def _refusal(row: Row) -> dict[str, Any]:
    return {
        "reason": row["reason"],
        "reason_text": in_words(row["reason"]),
        "count": row["count"],
        "last_at": time_text(row["last_at"]),
    }


async def _captures(call: Call) -> Response:
    webhook = await _webhook(call)
    rows = await list_captures(call.services.pool, call.company_id, webhook.id, call.query.get("limit", _CAPTURES))
    return json_response({"data": [_capture(row) for row in rows]})


def _capture(row: Row) -> dict[str, Any]:
    return {
        "id": row["id"],
        "event_id": row["event_id"],
        "content_type": row["content_type"],
        "headers": stored_json(row["headers"]),
        "body": row["raw_body"].decode("utf-8", "replace"),
        "created_at": time_text(row["created_at"]),
    }


_TAG = "Webhooks"
_PATH = "/webhooks/{webhook_id}"
_CONFLICT = {
    409: Answer("Another webhook without a token has this source.", ref("Problem"), "application/problem+json")
}
_SHOWN = "A signing secret is shown in this answer and never again."
_EXAMPLE = {"name": "Loja principal", "source": "grapfy", "auth": {"scheme": "token"}}

OPERATIONS = (
    Operation(
        name="listWebhooks",
        method="GET",
        path="/webhooks",
        handler=_list,
        summary="Webhooks, newest first",
        tag=_TAG,
        answers=page_of("Webhook"),
        query=PAGING,
    ),
    Operation(
        name="createWebhook",
        method="POST",
        path="/webhooks",
        handler=_create,
        summary="Make a webhook",
        description=(
            "Without `auth` it gets a token in its address. A signed webhook whose sender cannot set "
            "`x-webhook-source` takes a token as well (`token: true`). " + _SHOWN
        ),
        tag=_TAG,
        role="owner",
        body=ref("WebhookInput"),
        body_example=_EXAMPLE,
        answers={**ok("WebhookWithSecret", "The webhook.", 201), **_CONFLICT},
    ),
    Operation(
        name="getWebhook",
        method="GET",
        path=_PATH,
        handler=_get,
        summary="One webhook",
        tag=_TAG,
        answers=ok("Webhook", "The webhook; its address with the token for owners only."),
    ),
    *(
        Operation(
            name=name,
            method=method,
            path=_PATH,
            handler=_update,
            summary="Change a webhook",
            description="Fields that are left out stay as they are. " + _SHOWN,
            tag=_TAG,
            role="owner",
            body=ref("WebhookChange"),
            body_example={"name": "Loja principal"},
            answers={**ok("WebhookWithSecret", "The webhook as it is now."), **_CONFLICT},
        )
        for name, method in (("updateWebhook", "PATCH"), ("replaceWebhook", "PUT"))
    ),
    Operation(
        name="deleteWebhook",
        method="DELETE",
        path=_PATH,
        handler=_delete,
        summary="Take a webhook out of use; its events stay",
        tag=_TAG,
        role="owner",
        answers=nothing(),
    ),
    Operation(
        name="activateWebhook",
        method="POST",
        path=_PATH + "/activate",
        handler=_activate,
        summary="Let rules run for its events",
        tag=_TAG,
        role="operator",
        answers=ok("WebhookWithSecret", "It is active everywhere."),
    ),
    Operation(
        name="deactivateWebhook",
        method="POST",
        path=_PATH + "/deactivate",
        handler=_deactivate,
        summary="Store its events, but run no rules",
        tag=_TAG,
        role="operator",
        answers=ok("WebhookWithSecret", "It is inactive everywhere."),
    ),
    Operation(
        name="rotateWebhookSecret",
        method="POST",
        path=_PATH + "/rotate-secret",
        handler=_rotate_secret,
        summary="Another secret, or another token; the old one is accepted for a while",
        description=_SHOWN,
        tag=_TAG,
        role="owner",
        body=record(
            {
                "grace_s": whole(0, _MAX_GRACE_S, default=_DEFAULT_GRACE_S, description="Seconds."),
                "secret": text(500, description="The sender's own secret, where it is made there."),
            }
        ),
        body_optional=True,
        body_example={"grace_s": 3600},
        answers=ok("WebhookWithSecret", "The new secret, or the address with the new token."),
    ),
    Operation(
        name="testWebhook",
        method="POST",
        path=_PATH + "/test",
        handler=_test,
        summary="Send an event through the whole pipeline",
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
        name="listWebhookDeliveries",
        method="GET",
        path=_PATH + "/deliveries",
        handler=_deliveries,
        summary="What came in by a webhook, and what was refused in the last seven days",
        tag=_TAG,
        answers=ok("DeliveryPage", "The last deliveries, newest first."),
        query=PAGING,
    ),
    Operation(
        name="listWebhookCaptures",
        method="GET",
        path=_PATH + "/captures",
        handler=_captures,
        summary="The last bodies as text, to make a mapping from",
        description="Not for viewers.",
        tag=_TAG,
        role="operator",
        answers=ok("Captures", "The last bodies, newest first."),
        query=(Query("limit", "whole", "How many.", whole(1, 100, default=_CAPTURES)),),
    ),
)
