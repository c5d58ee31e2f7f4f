"""Changes over the API are written into the audit log ahead of being made, and finished behind it. Used by calls.py.

No change is made without its row: whatever ends the gateway in between leaves a row that says "unknown"
(docs/adr/0018-access.md). What a thing was and is, is what its GET route shows.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from uuid import UUID

import orjson
from starlette.requests import Request
from starlette.responses import Response

from engine.audit import FIELDS, NAMED, Changes, differences, noted
from engine.errors import MasteriaError
from engine.ids import id_time
from gateway.cookies import SAFE_METHODS
from gateway.operations import Operation
from gateway.problems import request_id
from storage.audit import Entry, drop_entry, finish_entry, write_entry
from storage.pool import AWAY

if TYPE_CHECKING:
    from gateway.calls import Call

log = logging.getLogger(__name__)
# They are POSTs because they have bodies; nothing is another thing after them.
NOTHING_CHANGED = frozenset(
    (
        *("dryRunRule", "dryRunCampaign", "previewTemplate", "previewMapping", "previewAlert", "previewContactImport"),
        *(
            "previewVariants",
            "askKnowledge",
            "suggestAnswers",
            "simulateAnswer",
            "proposeTemplates",
            "summariseConversation",
            "understandText",
            "checkSession",
            "markRead",
        ),
        *("readConversation", "readNotification", "readAllNotifications"),
        "proposeTotp",
    )
)
# People's data leave by these.
READS = frozenset(("exportPersonalData", "downloadExport", "getEventBytes"))
# Told of people only. Keys read every event whole and send all day: a message is its own record, and two commits more
# for each of them would be the dearest part of it.
OF_PEOPLE = frozenset(("getEventBytes", "sendMessage", "sendConversationMessage"))
_KINDS: Mapping[str, str] = {
    "alerts": "alert",
    "api-keys": "api_key",
    "auth": "sign_in",
    "campaigns": "campaign",
    "companies": "company",
    "company": "company",
    "contacts": "contact",
    "conversations": "conversation",
    "dead-letters": "dead_letter",
    "events": "event",
    "exports": "export",
    "flows": "flow",
    "installation": "retention",
    "invitations": "invitation",
    "jobs": "job",
    "lists": "list",
    "me": "user",
    "messages": "message",
    "opt-outs": "opt_out",
    "outgoing-webhooks": "outgoing_webhook",
    "queue": "lane",
    "quick-replies": "quick_reply",
    "retention": "retention",
    "rules": "rule",
    "schedules": "schedule",
    "sessions": "session",
    "syncs": "sync",
    "tags": "tag",
    "templates": "template",
    "users": "user",
    "webhooks": "webhook",
}
_AI_KINDS: Mapping[str, str] = {
    "agents": "agent",
    "off": "agent",
    "decisions": "ai_decision",
    "intents": "ai_intent",
    "knowledge": "knowledge",
}
# What their answers and bodies do not tell.
_SAID: Mapping[str, Changes] = {
    "changePassword": {"password": None},
    "confirmTotp": {"totp": [False, True]},
    "switchAiOff": {"active": [True, False]},
    "removeTotp": {"totp": [True, False]},
    "revealContact": {"phone": None, "name": None, "email": None, "document": None},
    "revealEvent": {"customer": None, "payload": None},
    "rotateWebhookSecret": {"secret": None},
    "rotateOutgoingWebhookSecret": {"secret": None},
}
_PARAMETER = re.compile(r"{(\w+)}")


def is_audited(operation: Operation) -> bool:
    """Tell whether a route's calls are in the log; open routes write their own entries."""
    if operation.access == "open" or operation.name in NOTHING_CHANGED:
        return False
    if operation.method in SAFE_METHODS:
        return operation.name in READS or operation.name.startswith("export")
    return True


def kind_of(operation: Operation) -> str | None:
    """Return what kind of thing a route changes."""
    parts = operation.path.split("/")[1:]
    if parts[:2] == ["contacts", "import"]:
        return "contact_import"
    if parts[0] == "templates" and "variants" in parts:
        return "template_variant"
    if parts[0] == "ai":
        return _AI_KINDS.get(parts[1])
    if parts == ["opt-outs", "policy"]:
        return "opt_out_policy"
    if parts[0] == "auth" and parts[1] in ("password", "totp"):
        return "user"
    return _KINDS.get(parts[0])


def reader_of(operation: Operation, operations: Iterable[Operation]) -> Operation | None:
    """Return the GET route that shows what a route changes: its own, that of what it makes, or of what holds it."""
    if kind_of(operation) not in FIELDS or operation.method in SAFE_METHODS:
        return None
    shown = {one.path: one for one in operations if one.method == "GET" and not _is_list(one)}
    made = [one for path, one in shown.items() if re.fullmatch(re.escape(operation.path) + r"/{\w+}", path)]
    if operation.method == "POST" and made:
        return made[0]
    path = operation.path
    while path:
        if path in shown and (path == operation.path or path.endswith("}")):
            return shown[path]
        path = path.rpartition("/")[0]
    return None


def _is_list(operation: Operation) -> bool:
    schema = getattr(operation.answers.get(200), "schema", None) or {}
    return "next_cursor" in schema.get("properties", {})


async def audited(call: Call, operation: Operation, reader: Operation | None) -> Response:
    """Answer a request whose effect is told in the log."""
    by_key = call.principal is not None and call.principal.person is None
    if (isinstance(call.body, dict) and call.body.get("preview") is True) or (by_key and operation.name in OF_PEOPLE):
        return await operation.handler(call)
    kind, ids = kind_of(operation), dict(call.request.path_params)
    before = await _shown(call, reader, ids)
    entry = begun(call, operation.name, (None,) if operation.access == "installation" else None)
    told = noted(kind or "", call.body) | _SAID.get(operation.name, {}) | dict.fromkeys(_asked(call))
    entry = replace(entry, object_kind=kind, object_id=_first_id(operation, ids), changes=told)
    entry = replace(entry, object_name=_name(kind, before))
    if kind == "user" and entry.object_id is None and call.principal is not None and call.principal.person is not None:
        entry = replace(entry, object_id=str(call.principal.person.user_id), object_name=call.principal.name)
    await write_entry(call.services.pool, entry, done=False)
    try:
        answer = await operation.handler(call)
    except MasteriaError as error:
        if error.status < 500:
            await _settle(drop_entry(call.services.pool, entry))
        raise
    await _settle(_finish(call, entry, answer, reader, ids, before))
    return answer


def _asked(call: Call) -> list[str]:
    """Return by which parameters a file of people's data was narrowed; their values may be people's."""
    return list(call.query) if call.request.method in SAFE_METHODS else []


async def _finish(
    call: Call,
    entry: Entry,
    answer: Response,
    reader: Operation | None,
    ids: dict[str, str],
    before: dict[str, Any] | None,
) -> None:
    said = _json_of(answer) if call.request.method not in SAFE_METHODS else {}
    kind, object_id, after = entry.object_kind, entry.object_id, None
    made = said.get("id")
    if answer.status_code == 202 and isinstance(made, str) and {"kind", "state", "done"} <= said.keys():
        kind, object_id = "job", made
    elif reader is not None:
        wanted = _PARAMETER.findall(reader.path)
        missing = [name for name in wanted if name not in ids]
        if len(missing) == 1 and isinstance(made, str):
            ids, object_id = {**ids, missing[0]: made}, made
        after = await _shown(call, reader, ids)
    elif object_id is None and isinstance(made, str):
        object_id = made
    if kind == "company" and call.principal is not None and call.principal.company_id is None and object_id:
        after = said  # a new one: nobody acts for it yet
    changes = {**differences(entry.object_kind or "", before, after), **entry.changes}
    name = entry.object_name or _name(entry.object_kind, after)
    done = replace(entry, object_kind=kind, object_id=object_id, object_name=name, changes=changes)
    await finish_entry(call.services.pool, done)


async def _settle(work: Any) -> None:
    """Write what is behind a change; where Postgres has gone, the entry stays as one whose outcome is unknown."""
    try:
        await work
    except AWAY as error:
        log.warning("an audit entry stays unfinished: %s", type(error).__name__, extra={"action": "audit"})


async def _shown(call: Call, reader: Operation | None, ids: Mapping[str, str]) -> dict[str, Any] | None:
    """Return a thing as its GET route shows it; None where it is not there."""
    if reader is None or any(name not in ids for name in _PARAMETER.findall(reader.path)):
        return None
    scope = {**call.request.scope, "method": "GET", "path_params": dict(ids), "query_string": b""}
    asked = replace(call, request=Request(scope), query={}, body=None)
    try:
        shown = _json_of(await reader.handler(asked))
    except MasteriaError as error:
        if error.status >= 500:
            raise
        return None
    return shown["user"] if isinstance(shown.get("user"), dict) else shown


def _json_of(answer: Response) -> dict[str, Any]:
    raw = bytes(getattr(answer, "body", b""))
    if not raw or answer.media_type != "application/json":
        return {}
    value = orjson.loads(raw)
    return value if isinstance(value, dict) else {}


def _first_id(operation: Operation, ids: Mapping[str, str]) -> str | None:
    names = _PARAMETER.findall(operation.path)
    if not names:
        return None
    return str(ids[names[-1 if kind_of(operation) == "template_variant" else 0]])[:100]


def _name(kind: str | None, shown: Mapping[str, Any] | None) -> str | None:
    if shown is None or kind not in NAMED:
        return None
    name = shown.get("email") if kind in ("user", "invitation") else shown.get("name")
    return name[:200] if isinstance(name, str) else None


def begun(call: Call, operation: str, companies: Iterable[UUID | None] | None = None) -> Entry:
    """Return an entry of who asks, for the company they act for: a person who acts for none, for all of theirs."""
    principal = call.principal
    if companies is None:
        companies = (None,)
        if principal is not None and principal.company_id is not None and not _is_personal(call):
            companies = (principal.company_id,)
        elif principal is not None and principal.person is not None:
            companies = tuple(principal.person.roles) or (None,)
    told = tuple(companies)
    ids = tuple(call.services.ids.make_uuid(call.services.clock()) for _ in told)
    person = None if principal is None else principal.person
    return Entry(
        ids=ids,
        companies=told,
        at=id_time(ids[0]),
        actor_kind="api_key" if principal is not None and person is None else "user",
        actor_id=person.user_id if person is not None else None if principal is None else principal.key_id,
        actor_name="" if principal is None else principal.name[:200],
        operation=operation,
        address=call.address,
        request_id=request_id(call.request.scope),
    )


def _is_personal(call: Call) -> bool:
    """What somebody does to their own account is of interest wherever they belong."""
    path = str(call.request.scope["path"])
    return path == "/api/v1/me" or path.startswith("/api/v1/auth/")


async def write_own(
    call: Call,
    connection: Any,
    operation: str,
    user: Mapping[str, Any],
    companies: Iterable[UUID],
    changes: Changes | None = None,
) -> None:
    """Write the entry of somebody whom an open route has come to know, in the transaction of what they do."""
    entry = begun(call, operation, tuple(companies) or (None,))
    entry = replace(
        entry,
        actor_kind="user",
        actor_id=user["id"],
        actor_name=user["email"],
        object_kind="user",
        object_id=str(user["id"]),
        object_name=user["email"],
        changes=changes or {},
    )
    await write_entry(connection, entry, done=True)
