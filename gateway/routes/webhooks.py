"""Routes of webhooks: the addresses that shops are pointed at, and their secrets. What came in: webhook_activity.py."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from starlette.responses import Response

from engine.errors import NotFound
from engine.ids import id_time
from engine.pagination import COUNT_CAP, Position
from gateway.auth import Principal
from gateway.calls import Call, json_response, page_response
from gateway.counts import Count
from gateway.operations import PAGING, Answer, Operation, nothing, ok, page_of
from gateway.schema import record, ref, text, whole
from gateway.views import time_text
from gateway.webhook_activity import activity_of
from gateway.webhook_config import WebhookKeeper, check_settings
from storage.webhooks import (
    WebhookRecord,
    change_webhook,
    count_webhooks,
    delete_webhook,
    get_webhook,
    insert_webhook,
    list_webhooks,
)

_DEFAULT_GRACE_S = 86_400
_MAX_GRACE_S = 604_800


def keeper_of(call: Call) -> WebhookKeeper:
    """Return who opens and seals webhooks' secrets."""
    return WebhookKeeper(call.services.vault)


def _view(call: Call, webhook: WebhookRecord) -> dict[str, Any]:
    chain = keeper_of(call).chain(webhook)
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
    lately = await activity_of(call, [webhook.id for webhook in shown])
    views = [{**_view(call, webhook), "activity": lately[webhook.id]} for webhook in shown]
    return page_response(views, following, count)


async def webhook_of(call: Call) -> WebhookRecord:
    """Return the webhook that the path names.

    Raises:
        NotFound: the company has none of this id.
    """
    webhook = await get_webhook(call.services.pool, call.company_id, call.path_id("webhook_id"))
    if webhook is None:
        raise NotFound
    return webhook


async def _get(call: Call) -> Response:
    webhook = await webhook_of(call)
    lately = await activity_of(call, [webhook.id])
    return json_response({**_view(call, webhook), "activity": lately[webhook.id]})


async def _create(call: Call) -> Response:
    check_settings(call.body, "token")
    webhook_id = call.services.ids.make_uuid(call.services.clock())
    webhook, secret = keeper_of(call).make(webhook_id, call.company_id, call.body, id_time(webhook_id))
    await insert_webhook(call.services.pool, webhook)
    await call.services.announce("webhooks", call.company_id)
    location = {"location": f"/api/v1/webhooks/{webhook_id}"}
    return json_response({**_view(call, webhook), "secret": secret}, 201, location)


async def _update(call: Call) -> Response:
    present = await webhook_of(call)
    check_settings(call.body, present.auth["scheme"])
    return await _change(call, lambda webhook: keeper_of(call).change(webhook, call.body))


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
    return await _change(call, lambda webhook: keeper_of(call).change(webhook, {"active": True}))


async def _deactivate(call: Call) -> Response:
    return await _change(call, lambda webhook: keeper_of(call).change(webhook, {"active": False}))


async def _rotate_secret(call: Call) -> Response:
    grace_ms = call.body.get("grace_s", _DEFAULT_GRACE_S) * 1000
    now_ms = call.services.clock()
    given = call.body.get("secret")
    return await _change(call, lambda webhook: keeper_of(call).rotate(webhook, now_ms, grace_ms, given))


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
        answers=page_of("WebhookWithActivity"),
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
        answers=ok("WebhookWithActivity", "The webhook; its address with the token for owners only."),
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
)
