"""``POST /messages``: from a checked body to a stored message, once per idempotency key."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import orjson

from engine.drafts import BULK, TRANSACTIONAL, Content, MessageTemplate, TemplateRow
from engine.errors import Conflict, FieldProblem
from engine.metrics import Delta
from engine.outgoing import Outgoing, read_content, reply_extra
from engine.outgoing_schema import CONTENT_TYPES, MESSAGE_ID_MAX, content_problems, reply_problems
from engine.stored_events import canonical_of
from engine.template_syntax import MAX_TEXT
from engine.times import parse_time
from engine.user_ids import is_user_id, read_address
from engine.zones import zone_named
from gateway.calls import Call
from gateway.known_phones import known_phones
from gateway.schema import anything, choice, identifier, moment, record, text
from gateway.stored_events import empty_event, with_variables
from storage.companies import get_company
from storage.countries import skip_barred
from storage.events import get_event
from storage.message_changes import Transition, born, count
from storage.message_rows import MessageRow, create_messages, direct_message, hand_over
from storage.messages import claim_idempotency_key
from storage.pool import Connection
from storage.searching import Row
from storage.sessions import get_session
from storage.suppressions import skip_suppressed
from storage.templates import evaluated, find_template, get_template
from storage.undeliverable import skip_undeliverable

_FURTHEST = timedelta(days=30)

SEND_SCHEMA = record(
    {
        "session_id": identifier(description="The WhatsApp number it goes through."),
        "to": text(160, description="A number, Brazilian unless it begins with `+`, or WhatsApp's id (BSUID)."),
        "text": text(MAX_TEXT, description="What to send as it stands. Either this, `template_id` or `content`."),
        "template_id": identifier(description="A template, filled from `event_id` and `variables`."),
        "content": anything(
            description=(
                "A message of any type, in the form of WhatsApp's Cloud API without its envelope: "
                '`{"type": "image", "image": {"link": "https://…", "caption": "…"}}`.'
            ),
            properties={"type": choice(*CONTENT_TYPES)},
            required=["type"],
            **{"x-checked-by": "engine/outgoing_schema.py"},
        ),
        "reply_to": text(MESSAGE_ID_MAX, description="WhatsApp's id (`wamid.…`) of the message that this one answers."),
        "variables": anything(
            description="Values by canonical name; they count before the event's.",
            additionalProperties=text(MAX_TEXT, 0),
        ),
        "event_id": identifier(description="An event whose values fill the template."),
        "lane": choice("transactional", "bulk", description="By default as the template's category says."),
        "send_at": moment(description="Send it then (at most 30 days ahead) and not at once."),
    },
    required=("session_id", "to"),
)


@dataclass(frozen=True, slots=True)
class _Request:
    """A checked body with everything it refers to; ``template`` is the stored one that it uses or names."""

    session: Row
    to_phone: str
    template: TemplateRow | None
    outgoing: Outgoing
    event_id: UUID | None
    event_ms: int | None
    due_at: datetime | None


async def send_message(
    call: Call, key: str | None, also: Callable[[Connection, MessageRow], Awaitable[list[Transition]]] | None = None
) -> tuple[UUID, bool]:
    """Store a message and hand it to its sender; return its id, and whether the key was used for it before.

    Args:
        call: the request, its body checked against ``SEND_SCHEMA``.
        key: its idempotency key.
        also: what else a message that is going to be sent means, in the same transaction; it returns what that
            changed about other messages.

    Raises:
        FieldProblem: names everything that is wrong.
        Conflict: the key was used for another request.
    """
    wanted = await _read(call)
    row = _row(call, wanted)
    digest = hashlib.sha256(orjson.dumps(call.body, option=orjson.OPT_SORT_KEYS)).digest()

    async def work(connection: Connection, delta: Delta) -> MessageRow | UUID:
        if key is not None:
            used = await claim_idempotency_key(connection, row.company_id, key, digest, row.id)
            if used is not None:
                if used[1] != digest:
                    raise Conflict("this idempotency key was used for another request")
                return used[0]
        wanted = await skip_undeliverable(connection, await skip_suppressed(connection, [row]))
        [stored] = await skip_barred(connection, wanted)
        await create_messages(connection, [stored])
        count(delta, [born(stored)])
        if stored.due_at is not None and also is not None:
            count(delta, await also(connection, stored))
        return stored

    stored = await call.services.ledger.write(work)
    if isinstance(stored, UUID):
        return stored, True
    if stored.status == "queued":
        components = wanted.outgoing.template[2] if wanted.outgoing.template else None
        call.services.senders.hand_over([hand_over(stored, wanted.event_ms, components)])
    return stored.id, False


async def _read(call: Call) -> _Request:
    body, errors = call.body, []
    session = await get_session(call.services.pool, call.company_id, UUID(body["session_id"]))
    if session is None:
        errors.append({"field": "session_id", "reason": "is no session of this company"})
    to_phone = read_address(body["to"])
    if to_phone is not None:
        [to_phone] = await known_phones(call, [to_phone])
    if to_phone is None:
        errors.append({"field": "to", "reason": "must be a phone number such as +5511900000000, or a WhatsApp user id"})
    elif is_user_id(to_phone) and session is not None and session["transport"] == "web":
        errors.append({"field": "to", "reason": "must be a phone number: a WhatsApp-Web session knows no user ids"})
    if sum(name in body for name in ("text", "template_id", "content")) != 1:
        errors.append({"field": "text", "reason": "is needed, or template_id, or content, and only one of them"})
    if "reply_to" in body:
        errors += reply_problems(body["reply_to"])
    if "content" in body:
        errors += content_problems(body["content"])
    due_at = _due_at(call, errors)
    template = await _template(call, errors)
    event = await _event(call, errors)
    outgoing, row = None, None
    if template is not None:
        content = await _fill(call, template, event, session, errors)
        outgoing, row = _filled(template.row, content, body.get("reply_to")), template.row
    elif not errors:
        plain = {"type": "text", "text": {"body": body.get("text", "")}}
        outgoing = read_content(body.get("content") or plain, body.get("reply_to"))
        row = await _named_template(call, outgoing, session, errors)
    if errors or session is None or to_phone is None or outgoing is None:
        raise FieldProblem(errors)
    event_ms = None if event is None else event["id"].int >> 80
    return _Request(session, to_phone, row, outgoing, event["id"] if event else None, event_ms, due_at)


def _filled(row: TemplateRow, content: Content, reply_to: str | None) -> Outgoing:
    extra = reply_extra(reply_to)
    if content.components is None:
        return Outgoing("text", content.text, None, extra)
    return Outgoing("template", content.text, (row.name, row.language, content.components), extra)


async def _named_template(
    call: Call, outgoing: Outgoing, session: Row | None, errors: list[dict[str, str]]
) -> TemplateRow | None:
    """Return the stored template that a content names, for its category; WhatsApp may know more than are stored."""
    if outgoing.template is None:
        return None
    if session is not None and session["transport"] == "web":
        errors.append({"field": "content.type", "reason": "must not be template: a WhatsApp-Web session has none"})
    name, language, _ = outgoing.template
    found = await find_template(call.services.pool, call.company_id, name, language)
    if found is None or found["kind"] != "meta":
        return None
    if found["status"].lower() != "approved":
        errors.append({"field": "content.template.name", "reason": f"is {found['status']}, not approved"})
    return evaluated(found)


def _due_at(call: Call, errors: list[dict[str, str]]) -> datetime | None:
    if "send_at" not in call.body:
        return None
    due_at = parse_time(call.body["send_at"])
    now = call.now()
    if due_at is None or due_at > now + _FURTHEST:
        errors.append({"field": "send_at", "reason": "must be at most 30 days ahead"})
        return None
    return due_at if due_at > now else None


async def _template(call: Call, errors: list[dict[str, str]]) -> MessageTemplate | None:
    if "template_id" not in call.body:
        return None
    row = await get_template(call.services.pool, call.company_id, UUID(call.body["template_id"]))
    if row is None:
        errors.append({"field": "template_id", "reason": "is no template of this company"})
        return None
    return message_template(row)


def message_template(row: Row) -> MessageTemplate:
    """Return a stored template, compiled."""
    return MessageTemplate(evaluated(row))


async def _event(call: Call, errors: list[dict[str, str]]) -> Row | None:
    if "event_id" not in call.body:
        return None
    row = await get_event(call.services.pool, call.company_id, UUID(call.body["event_id"]))
    if row is None:
        errors.append({"field": "event_id", "reason": "is no event of this company"})
    return row


async def _fill(
    call: Call, template: MessageTemplate, event_row: Row | None, session: Row | None, errors: list[dict[str, str]]
) -> Content:
    event, payload = canonical_of(event_row) if event_row else (empty_event(call.now()), None)
    errors += with_variables(event, call.body.get("variables", {}))
    company = await get_company(call.services.pool, call.company_id)
    zone = zone_named(company["time_zone"] if company else call.services.settings.time_zone)
    as_text = session is not None and session["transport"] == "web"
    content = template.fill(event, payload, zone, as_text)
    errors += [{"field": f"variables.{name}", "reason": "has no value"} for name in content.missing]
    if template.row.kind == "meta" and not as_text and template.row.status.lower() != "approved":
        errors.append({"field": "template_id", "reason": f"is {template.row.status}, not approved"})
    if content.components is None and not 1 <= len(content.text) <= MAX_TEXT:
        errors.append({"field": "variables", "reason": f"make a text that has not 1 to {MAX_TEXT} characters"})
    return content


def _row(call: Call, wanted: _Request) -> MessageRow:
    row, outgoing = wanted.template, wanted.outgoing
    name, language, components = outgoing.template or (None, None, None)
    plain = direct_message(
        call.services.ids.make_uuid(call.services.clock()),
        call.company_id,
        wanted.session["id"],
        wanted.to_phone,
        outgoing.text,
        wanted.due_at,
    )
    lane = BULK if row is not None and row.category == "marketing" else TRANSACTIONAL
    return plain._replace(
        event_id=wanted.event_id,
        lane=call.body.get("lane", lane),
        type=outgoing.type,
        template_id=row.id if row else None,
        template_name=name,
        template_language=language,
        components=None if components is None else orjson.dumps(components).decode(),
        category=row.category if row else None,
        content=None if outgoing.extra is None else orjson.dumps(outgoing.extra).decode(),
    )
