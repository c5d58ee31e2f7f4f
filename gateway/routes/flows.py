"""Routes of ready-made flows: the catalogue, and the PIX automation with its figures and its table of orders."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from starlette.responses import Response

from engine.errors import FieldProblem, NotFound
from engine.metrics import Delta
from engine.money import cents_to_text
from engine.pagination import COUNT_CAP, Columns
from engine.pix_flow import (
    APPROVED,
    DEFAULTS,
    EXPIRED,
    KIND,
    NAMES,
    PARTS,
    REMINDER,
    complete,
    rules_of,
    validate_pix_flow,
)
from engine.rule_schema import validate_rule
from engine.texts import stored_id
from gateway.calls import Call, json_response
from gateway.operations import (
    PAGING,
    TIME_RANGE,
    Answer,
    Operation,
    Query,
    choice_query,
    nothing,
    ok,
    page_of,
    text_query,
)
from gateway.routes.lists import large_page
from gateway.rule_checks import strangers
from gateway.schema import items, record, ref, text
from gateway.views import time_text
from storage.flows import get_flow, list_flow_rules, put_flow, remove_flow
from storage.message_changes import Transition
from storage.message_changes import count as count_transitions
from storage.pix_book import OrderFilter, cancel_reminders, count_orders, list_orders, sum_orders
from storage.pool import Connection
from storage.rules import RuleChange
from storage.searching import Row

_DAYS = 30


async def _catalogue(call: Call) -> Response:
    flow = await get_flow(call.services.pool, call.company_id, KIND)
    parts = [{"part": part, "name": NAMES[part], "defaults": DEFAULTS[part]} for part in PARTS]
    pix = {
        "kind": KIND,
        "name": "PIX: código, lembrete, vencimento e confirmação",
        "name_en": "PIX: code, reminder, expiry and thanks",
        "event_types": ["pix_created", "order_approved"],
        "parts": parts,
        "in_use": flow is not None,
    }
    return json_response({"data": [pix]})


async def _flow(call: Call) -> Row:
    row = await get_flow(call.services.pool, call.company_id, KIND)
    if row is None:
        raise NotFound
    return row


async def _shown(call: Call, row: Row) -> dict[str, Any]:
    rules = await list_flow_rules(call.services.pool, call.company_id, row["id"])
    return {
        "id": row["id"],
        "kind": row["kind"],
        "active": row["active"],
        "settings": row["settings"],
        "rules": [
            {
                "part": rule["flow_part"],
                "rule_id": rule["id"],
                "name": rule["name"],
                "active": rule["active"],
                "version": rule["version"],
                "waiting": rule["waiting"],
            }
            for rule in rules
        ],
        "created_at": time_text(row["created_at"]),
        "updated_at": time_text(row["updated_at"]),
    }


async def _get(call: Call) -> Response:
    return json_response(await _shown(call, await _flow(call)))


async def _put(call: Call) -> Response:
    """Make the flow, or change it as one; the same request twice changes nothing."""
    present = await get_flow(call.services.pool, call.company_id, KIND)
    await _check(call, _merged(call.body, present))

    def change(row: Row | None) -> tuple[dict[str, Any], dict[str, RuleChange]]:
        settings = _merged(call.body, row)
        return settings, _rules(settings)

    services = call.services
    row, new = await put_flow(
        services.pool,
        call.company_id,
        KIND,
        change,
        lambda: services.ids.make_uuid(services.clock()),
        call.now(),
    )
    await services.announce("rules", call.company_id)
    return json_response(await _shown(call, row), 201 if new else 200)


def _merged(body: dict[str, Any], present: Row | None) -> dict[str, Any]:
    earlier = present["settings"] if present else None
    if earlier is not None:
        body = {"session_id": earlier["session_id"], **body}
    if errors := validate_pix_flow(body):
        raise FieldProblem(errors)
    return complete(body, earlier)


def _rules(settings: dict[str, Any]) -> dict[str, RuleChange]:
    made = {}
    for part, rule in rules_of(settings).items():
        if errors := validate_rule(rule):
            raise FieldProblem([{**one, "field": f"parts.{part}.{one['field']}"} for one in errors])
        definition = {name: value for name, value in rule.items() if name not in ("name", "active")}
        made[part] = RuleChange(rule["name"], rule["active"], definition)
    return made


async def _check(call: Call, settings: dict[str, Any]) -> None:
    """Refuse sessions and templates that are not this company's, under the settings' own paths."""
    errors: dict[str, str] = {}
    for part, change in _rules(settings).items():
        for one in await strangers(call, change.definition):
            session = one["field"].endswith("session_id")
            errors["session_id" if session else f"parts.{part}.template_id"] = one["reason"]
    if errors:
        raise FieldProblem([{"field": field, "reason": reason} for field, reason in errors.items()])


async def _remove(call: Call) -> Response:
    if not await remove_flow(call.services.pool, call.company_id, KIND):
        raise NotFound
    await call.services.announce("rules", call.company_id)
    return Response(status_code=204)


async def _reminders(call: Call, row: Row, *parts: str) -> tuple[UUID, ...]:
    rules = await list_flow_rules(call.services.pool, call.company_id, row["id"])
    return tuple(rule["id"] for rule in rules if rule["flow_part"] in parts)


async def _summary(call: Call) -> Response:
    flow = await _flow(call)
    until: datetime = call.query.get("to", call.now())
    since: datetime = call.query.get("from", until - timedelta(days=_DAYS))
    rules = await _reminders(call, flow, REMINDER)
    found = await sum_orders(call.services.pool, call.company_id, since, until, rules, COUNT_CAP)
    direct, assisted = (_sum(found, name) for name in ("direct", "assisted"))
    recovered = found["direct_cents"] + found["assisted_cents"]
    return json_response(
        {
            "from": time_text(since),
            "to": time_text(until),
            "generated": _sum(found, "generated"),
            "paid": _sum(found, "paid"),
            "paid_after_reminder": {
                "orders": found["direct"] + found["assisted"],
                "amount": cents_to_text(recovered),
                "direct": direct,
                "assisted": assisted,
            },
            "recovered_amount": cents_to_text(recovered),
            "paid_share": round(found["paid"] / found["generated"], 4) if found["generated"] else None,
            "count_capped": found["generated"] >= COUNT_CAP,
        }
    )


def _sum(row: Row, name: str) -> dict[str, Any]:
    return {"orders": row[name], "amount": cents_to_text(row[f"{name}_cents"])}


async def _orders(call: Call) -> Response:
    rules = await _reminders(call, await _flow(call), REMINDER)
    order_id = call.query.get("order_id")
    now = call.now()
    # The present is cut to the second, so that a page's count is found again.
    wanted = OrderFilter(
        call.query.get("state"),
        None if order_id is None else stored_id(order_id) or order_id,
        call.query.get("phone"),
        rules,
        now.replace(microsecond=0),
    )
    return await large_page(call, wanted, list_orders, count_orders, lambda row: _order_view(row, now))


def _order_view(row: Columns, now: datetime) -> dict[str, Any]:
    paid, expires = row["approved_at"], row["expires_at"]
    expired = expires is not None and expires < now
    reminder = None
    if row["case_id"] is not None:
        reminder = {"rule_id": row["rule_id"], "case_id": row["case_id"], "due_at": time_text(row["due_at"])}
    return {
        "order_id": row["order_id"],
        "customer": {"name": row["customer_name"], "phone": row["phone"]},
        "value": None if row["value_cents"] is None else cents_to_text(row["value_cents"]),
        "state": "paid" if paid is not None else "expired" if expired else "pending",
        "generated_at": time_text(row["generated_at"]),
        "expires_at": None if expires is None else time_text(expires),
        "paid_at": None if paid is None else time_text(paid),
        "paid_value": None if row["approved_cents"] is None else cents_to_text(row["approved_cents"]),
        "event_ids": row["event_ids"],
        "next_reminder": reminder,
    }


async def _cancel_reminder(call: Call) -> Response:
    rules = await _reminders(call, await _flow(call), REMINDER, EXPIRED)
    order_id = stored_id(call.body["order_id"]) or call.body["order_id"]

    async def work(connection: Connection, delta: Delta) -> tuple[int, list[Transition]] | None:
        done = await cancel_reminders(connection, call.company_id, order_id, rules, call.now())
        if done is not None:
            count_transitions(delta, done[1])
        return done

    done = await call.services.ledger.write(work)
    if done is None:
        raise FieldProblem([{"field": "order_id", "reason": "is no order with a PIX code of this company"}])
    cases, changed = done
    for session_id in {one.session_id for one in changed}:
        call.services.senders.cancelled(session_id, [one.message_id for one in changed if one.session_id == session_id])
    return json_response({"cases": cases, "messages": [one.message_id for one in changed]})


_TAG = "Flows"
_BODY_EXAMPLE = {
    "session_id": "0199f000-0000-7000-8000-000000000001",
    "source": "grapfy",
    "parts": {REMINDER: {"minutes_before": 15}, EXPIRED: {"active": True}, APPROVED: {"active": True}},
}
_PUT = "Fields that are left out stay as they are, at first as the catalogue has them."

OPERATIONS = (
    Operation(
        name="listFlows",
        method="GET",
        path="/flows",
        handler=_catalogue,
        summary="Ready-made flows, with the texts they begin with",
        tag=_TAG,
        answers={200: Answer("The catalogue.", record({"data": items(ref("FlowKind"), 100)}, ("data",)))},
    ),
    Operation(
        name="getPixFlow",
        method="GET",
        path="/flows/pix",
        handler=_get,
        summary="The PIX automation: settings, rules, how much waits",
        tag=_TAG,
        answers=ok("Flow", "The flow."),
    ),
    *(
        Operation(
            name=name,
            method=method,
            path="/flows/pix",
            handler=_put,
            summary="Make the PIX automation, or change it as one",
            description=f"Its rules are in force when this is answered. The same request twice is once. {_PUT}",
            tag=_TAG,
            role="operator",
            body=ref("PixFlowInput"),
            body_example=_BODY_EXAMPLE,
            answers={**ok("Flow", "The flow as it is now."), 201: Answer("The flow is made.", ref("Flow"))},
        )
        for name, method in (("putPixFlow", "POST"), ("updatePixFlow", "PATCH"))
    ),
    Operation(
        name="deletePixFlow",
        method="DELETE",
        path="/flows/pix",
        handler=_remove,
        summary="Take the PIX automation out of use; what waits ends",
        tag=_TAG,
        role="operator",
        answers=nothing(),
    ),
    Operation(
        name="getPixSummary",
        method="GET",
        path="/flows/pix/summary",
        handler=_summary,
        summary="PIX codes generated, paid, paid after a reminder, and the revenue recovered",
        description=(
            "Of codes generated in the range (30 days, if none is given). An order counts as recovered when it was "
            "approved after WhatsApp had accepted a reminder: `direct` within 24 hours, `assisted` within 7 days."
        ),
        tag=_TAG,
        answers=ok("PixSummary", "The figures."),
        query=TIME_RANGE,
    ),
    Operation(
        name="listPixOrders",
        method="GET",
        path="/flows/pix/orders",
        handler=_orders,
        summary="Orders with a PIX code, each with its next reminder",
        tag=_TAG,
        answers=page_of("PixOrder"),
        query=(
            *TIME_RANGE,
            choice_query("state", "Where it stands.", "pending", "paid", "expired"),
            text_query("order_id", "The source's id of the order."),
            Query("phone", "phone", "The customer's phone; anything that can be read as one.", text(64)),
            *PAGING,
        ),
    ),
    Operation(
        name="cancelPixReminder",
        method="POST",
        path="/flows/pix/orders/cancel-reminder",
        handler=_cancel_reminder,
        summary="Call off what an order would still be reminded of",
        tag=_TAG,
        role="operator",
        body=record({"order_id": text(200)}, ("order_id",)),
        body_example={"order_id": "8f0c2a51"},
        answers=ok("PixReminderCancelled", "It will not be reminded."),
    ),
)
