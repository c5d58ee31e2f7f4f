"""Checks of rules that take a look into Postgres: what they refer to must be their company's."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

from engine.rule_references import refers_to, varying
from gateway.calls import Call
from storage.contact_lists import get_contact_list
from storage.outgoing_webhooks import get_outgoing_webhook
from storage.pool import Pool
from storage.sessions import get_session
from storage.templates import get_template

NO_VARIANTS = "belongs to plain templates: the text of one of Meta's was approved by WhatsApp"
_KNOWN: dict[str, tuple[Callable[[Pool, UUID, UUID], Awaitable[object | None]], str]] = {
    "session_id": (get_session, "session"),
    "template_id": (get_template, "template"),
    "list_id": (get_contact_list, "list"),
    "webhook_id": (get_outgoing_webhook, "outgoing webhook"),
}


async def strangers(call: Call, definition: dict[str, Any]) -> list[dict[str, str]]:
    """Return what a checked rule refers to and is not this company's, each named once under its first place."""
    errors = []
    for (kind, value), path in refers_to(definition).items():
        find, what = _KNOWN[kind]
        if await find(call.services.pool, call.company_id, value) is None:
            errors.append({"field": path, "reason": f"is no {what} of this company"})
    for path, template_id in varying(definition).items():
        template = await get_template(call.services.pool, call.company_id, template_id)
        if template is not None and template["kind"] != "plain":
            errors.append({"field": f"{path}.variants", "reason": NO_VARIANTS})
    return errors
