"""Routes of outgoing webhooks: addresses of a company's own that are told of changes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

from starlette.responses import Response

from engine.addresses import Guard, read_url
from engine.credentials import WebhookSecret, make_signing_secret, open_webhook_secrets, rotate, seal_webhook_secrets
from engine.errors import Conflict, FieldProblem, NotFound
from engine.ids import id_time, ms_to_time
from engine.outgoing_webhooks import EVENT_TYPES
from engine.pagination import COUNT_CAP, Position
from engine.vault import SealBroken
from gateway.calls import Call, json_response, page_response
from gateway.counts import Count
from gateway.operations import PAGING, Answer, Operation, nothing, ok, page_of
from gateway.problems import PROBLEM_TYPE
from gateway.reasons import in_words
from gateway.schema import record, ref, whole
from gateway.views import time_text
from storage.outgoing_webhooks import (
    OutgoingWebhook,
    change_outgoing_webhook,
    count_outgoing_webhooks,
    delete_outgoing_webhook,
    get_outgoing_webhook,
    insert_outgoing_webhook,
    list_outgoing_webhooks,
)

_MOST = 100
_FIELDS = ("name", "url", "concurrency", "active")
_DEFAULT_GRACE_S, _MAX_GRACE_S = 86_400, 604_800
_KIND = "outgoing"


def _view(call: Call, webhook: OutgoingWebhook) -> dict[str, Any]:
    return {
        "id": webhook.id,
        "name": webhook.name,
        "url": webhook.url,
        "event_types": webhook.event_types,
        "concurrency": webhook.concurrency,
        "active": webhook.active,
        "disabled_reason": webhook.disabled_reason,
        "disabled_reason_text": in_words(webhook.disabled_reason),
        "disabled_at": time_text(webhook.disabled_at),
        "failing_since": time_text(webhook.failing_since),
        "last_success_at": time_text(webhook.last_success_at),
        "last_failure_at": time_text(webhook.last_failure_at),
        "old_secret_until": _old_until(call, webhook),
        "created_at": time_text(webhook.created_at),
        "updated_at": time_text(webhook.updated_at),
    }


def _old_until(call: Call, webhook: OutgoingWebhook) -> str | None:
    now_ms = call.services.clock()
    old = [item.until_ms for item in _chain(call, webhook) if item.until_ms is not None and item.until_ms > now_ms]
    return time_text(ms_to_time(max(old))) if old else None


def _chain(call: Call, webhook: OutgoingWebhook) -> tuple[WebhookSecret, ...]:
    """Return the signing secrets; none where they were sealed with a key that is lost: rotation makes another."""
    try:
        return open_webhook_secrets(call.services.vault, webhook.id, webhook.secrets_sealed)
    except SealBroken:
        return ()


def _sealed(call: Call, webhook_id: UUID, chain: tuple[WebhookSecret, ...]) -> bytes:
    return seal_webhook_secrets(call.services.vault, webhook_id, chain) or b""


def _check_url(call: Call) -> None:
    """Refuse at once what will never be called.

    Raises:
        FieldProblem: the URL is none, or leads into an internal network as it is written.
    """
    if "url" not in call.body:
        return
    try:
        target = read_url(call.body["url"])
    except ValueError as error:
        raise FieldProblem([{"field": "url", "reason": str(error)}]) from error
    if Guard(call.services.settings.outgoing_allow_private).refuses_as_written(target):
        reason = "leads into an internal network, which is not called (setting outgoing_allow_private)"
        raise FieldProblem([{"field": "url", "reason": reason, "reason_text": in_words("outgoing_address")}])


async def _list(call: Call) -> Response:
    within, pool = call.range, call.services.pool
    rows = await list_outgoing_webhooks(pool, call.company_id, within.before, within.limit + 1)
    shown = rows[: within.limit]
    following = Position(shown[-1].created_at, shown[-1].id) if len(rows) > within.limit else None
    number = await count_outgoing_webhooks(pool, call.company_id)
    return page_response(
        [_view(call, webhook) for webhook in shown], following, Count(min(number, COUNT_CAP), number > COUNT_CAP)
    )


async def asked_webhook(call: Call) -> OutgoingWebhook:
    """Return the webhook that the path names.

    Raises:
        NotFound: the company has none of that id.
    """
    found = await get_outgoing_webhook(call.services.pool, call.company_id, call.path_id("outgoing_webhook_id"))
    if found is None:
        raise NotFound
    return found


async def _get(call: Call) -> Response:
    return json_response(_view(call, await asked_webhook(call)))


async def _create(call: Call) -> Response:
    _check_url(call)
    services, body = call.services, call.body
    if await count_outgoing_webhooks(services.pool, call.company_id) >= _MOST:
        raise Conflict(f"a company has at most {_MOST} outgoing webhooks; delete one first")
    webhook_id = services.ids.make_uuid(services.clock())
    secret = make_signing_secret("standard")
    webhook = OutgoingWebhook(
        id=webhook_id,
        company_id=call.company_id,
        name=body["name"],
        url=body["url"],
        event_types=_types(body["event_types"]),
        concurrency=body.get("concurrency", 5),
        active=body.get("active", True),
        secrets_sealed=_sealed(call, webhook_id, (WebhookSecret(secret, "signing"),)),
        created_at=id_time(webhook_id),
        updated_at=id_time(webhook_id),
    )
    await insert_outgoing_webhook(services.pool, webhook)
    await services.announce(_KIND, call.company_id)
    location = {"location": f"/api/v1/outgoing-webhooks/{webhook_id}"}
    return json_response({**_view(call, webhook), "secret": secret}, 201, location)


def _types(named: list[str]) -> list[str]:
    """Return the types in their order, each once."""
    return [one for one in EVENT_TYPES if one in named]


async def _change(call: Call, change: Any) -> OutgoingWebhook:
    services = call.services
    webhook = await change_outgoing_webhook(
        services.pool, call.company_id, call.path_id("outgoing_webhook_id"), change, call.now()
    )
    if webhook is None:
        raise NotFound
    await services.announce(_KIND, call.company_id)
    return webhook


async def _update(call: Call) -> Response:
    _check_url(call)
    fields = {name: call.body[name] for name in _FIELDS if name in call.body}
    if "event_types" in call.body:
        fields["event_types"] = _types(call.body["event_types"])
    return json_response(_view(call, await _change(call, lambda webhook: replace(webhook, **fields))))


async def _enable(call: Call) -> Response:
    return json_response(_view(call, await _change(call, lambda webhook: replace(webhook, active=True))))


async def _disable(call: Call) -> Response:
    return json_response(_view(call, await _change(call, lambda webhook: replace(webhook, active=False))))


async def _rotate(call: Call) -> Response:
    secret = make_signing_secret("standard")
    grace_ms, now_ms = call.body.get("grace_s", _DEFAULT_GRACE_S) * 1000, call.services.clock()

    def change(webhook: OutgoingWebhook) -> OutgoingWebhook:
        chain = rotate(_chain(call, webhook), WebhookSecret(secret, "signing"), now_ms, grace_ms)
        return replace(webhook, secrets_sealed=_sealed(call, webhook.id, chain))

    return json_response({**_view(call, await _change(call, change)), "secret": secret})


async def _delete(call: Call) -> Response:
    found = await delete_outgoing_webhook(
        call.services.pool, call.company_id, call.path_id("outgoing_webhook_id"), call.now()
    )
    if not found:
        raise NotFound
    await call.services.announce(_KIND, call.company_id)
    return Response(status_code=204)


async def _event_types(call: Call) -> Response:
    return json_response({"data": list(EVENT_TYPES)})


TAG = "Outgoing webhooks"
PATH = "/outgoing-webhooks/{outgoing_webhook_id}"
_SIGNED = (
    "Deliveries are signed as Standard Webhooks says: `webhook-id`, `webhook-timestamp`, `webhook-signature: v1,…` "
    'over `id.timestamp.body`. The body is `{"type", "timestamp", "data"}`.'
)
_EXAMPLE = {
    "name": "ERP",
    "url": "https://erp.example.com/hooks/masteria",
    "event_types": ["event.processed", "message.failed"],
}


def _conflict(words: str) -> Answer:
    return Answer(words, ref("Problem"), PROBLEM_TYPE)


OPERATIONS = (
    Operation(
        name="listOutgoingWebhooks",
        method="GET",
        path="/outgoing-webhooks",
        handler=_list,
        summary="Addresses of the company's own that are told of changes, newest first",
        tag=TAG,
        answers=page_of("OutgoingWebhook"),
        query=PAGING,
    ),
    Operation(
        name="createOutgoingWebhook",
        method="POST",
        path="/outgoing-webhooks",
        handler=_create,
        summary="Have an address told of changes",
        description=(
            f"{_SIGNED} An answer of 2xx within 15 s means taken; everything else is repeated after 5 s, 5 min, "
            "30 min, 2, 5, 10 and 10 h at most, with the same `webhook-id`. Redirects are not followed and internal "
            "networks not called. An address that takes nothing for five days, or answers 410, is taken out of use."
        ),
        tag=TAG,
        role="owner",
        body=ref("OutgoingWebhookInput"),
        body_example=_EXAMPLE,
        answers={
            **ok("OutgoingWebhookWithSecret", "The webhook with its secret.", 201),
            409: _conflict(f"There are {_MOST} already."),
        },
    ),
    Operation(
        name="listOutgoingEventTypes",
        method="GET",
        path="/outgoing-webhooks/event-types",
        handler=_event_types,
        summary="What can be told",
        tag=TAG,
        answers=ok("OutgoingEventTypes", "The types."),
    ),
    Operation(
        name="getOutgoingWebhook",
        method="GET",
        path=PATH,
        handler=_get,
        summary="One outgoing webhook",
        tag=TAG,
        answers=ok("OutgoingWebhook", "The webhook; its secret is never shown again."),
    ),
    *(
        Operation(
            name=name,
            method=method,
            path=PATH,
            handler=_update,
            summary="Change an outgoing webhook",
            description="Fields that are left out stay as they are.",
            tag=TAG,
            role="owner",
            body=ref("OutgoingWebhookChange"),
            body_example={"event_types": ["event.processed"]},
            answers=ok("OutgoingWebhook", "The webhook as it is now."),
        )
        for name, method in (("updateOutgoingWebhook", "PATCH"), ("replaceOutgoingWebhook", "PUT"))
    ),
    Operation(
        name="deleteOutgoingWebhook",
        method="DELETE",
        path=PATH,
        handler=_delete,
        summary="Tell an address nothing any more; what still waited for it is given up",
        tag=TAG,
        role="owner",
        answers=nothing(),
    ),
    Operation(
        name="enableOutgoingWebhook",
        method="POST",
        path=PATH + "/enable",
        handler=_enable,
        summary="Put it into use again; what waits is delivered",
        tag=TAG,
        role="operator",
        answers=ok("OutgoingWebhook", "It is in use."),
    ),
    Operation(
        name="disableOutgoingWebhook",
        method="POST",
        path=PATH + "/disable",
        handler=_disable,
        summary="Take it out of use: changes are not noted for it, what waits goes on waiting",
        tag=TAG,
        role="operator",
        answers=ok("OutgoingWebhook", "It is out of use."),
    ),
    Operation(
        name="rotateOutgoingWebhookSecret",
        method="POST",
        path=PATH + "/rotate-secret",
        handler=_rotate,
        summary="Another signing secret; for a while deliveries are signed with both",
        tag=TAG,
        role="owner",
        body=record({"grace_s": whole(0, _MAX_GRACE_S, default=_DEFAULT_GRACE_S, description="Seconds.")}),
        body_optional=True,
        body_example={"grace_s": 3600},
        answers=ok("OutgoingWebhookWithSecret", "The new secret, shown this once."),
    ),
)
