"""Routes of rules: kept in versions, checked as a whole, tried against stored events before they send anything."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from engine.errors import FieldProblem, NotFound
from engine.ids import id_time
from engine.pagination import DEFAULT_LIMIT
from engine.rule_schema import validate_rule
from engine.rules import RuleRow
from gateway.calls import Call, json_response, page_response
from gateway.counts import Count
from gateway.operations import PAGING, Operation, Query, nothing, ok, page_of
from gateway.routes.lists import small_page
from gateway.rule_checks import strangers
from gateway.rule_trials import MOST_SENDS, MOST_VERDICTS, try_rule
from gateway.schema import record, ref, whole
from gateway.views import rule_view, time_text
from storage.rules import (
    RuleChange,
    change_rule,
    count_rules,
    delete_rule,
    get_rule,
    insert_rule,
    list_rules,
    list_versions,
)
from storage.searching import Row

_UNNAMED = "-"
_OWN = ("id", "name", "active", "version", "created_at", "updated_at", "company_id")


async def _list(call: Call) -> Response:
    pool, company = call.services.pool, call.company_id
    return await small_page(
        call,
        lambda before, limit: list_rules(pool, company, before, limit),
        lambda: count_rules(pool, company),
        rule_view,
    )


async def _get(call: Call) -> Response:
    row = await get_rule(call.services.pool, call.company_id, call.path_id("rule_id"))
    if row is None:
        raise NotFound
    return json_response(rule_view(row))


async def _check(call: Call, definition: dict[str, Any]) -> RuleChange:
    """Check a whole rule, and that what it refers to is this company's.

    Raises:
        FieldProblem: names everything that is wrong.
    """
    errors = validate_rule(definition)
    if "name" not in definition:
        errors.append({"field": "name", "reason": "is needed"})
    if not errors:
        errors = await strangers(call, definition)
    if errors:
        raise FieldProblem(errors)
    kept = {name: value for name, value in definition.items() if name not in _OWN}
    return RuleChange(definition["name"], definition.get("active", True), kept)


async def _create(call: Call) -> Response:
    new = await _check(call, call.body)
    rule_id = call.services.ids.make_uuid(call.services.clock())
    await insert_rule(call.services.pool, call.company_id, rule_id, new, id_time(rule_id))
    await call.services.announce("rules", call.company_id)
    row = await get_rule(call.services.pool, call.company_id, rule_id)
    if row is None:
        raise NotFound
    return json_response(rule_view(row), 201, {"location": f"/api/v1/rules/{rule_id}"})


async def _update(call: Call) -> Response:
    company_id, rule_id = call.company_id, call.path_id("rule_id")
    present = await get_rule(call.services.pool, company_id, rule_id)
    if present is None:
        raise NotFound
    await _check(call, _merged(present, call.body))

    def change(row: Row) -> RuleChange:
        merged = _merged(row, call.body)
        if errors := validate_rule(merged):  # somebody else changed it since it was checked
            raise FieldProblem(errors)
        kept = {name: value for name, value in merged.items() if name not in _OWN}
        return RuleChange(merged["name"], merged["active"], kept)

    row = await change_rule(call.services.pool, company_id, rule_id, change)
    if row is None:
        raise NotFound
    await call.services.announce("rules", company_id)
    return json_response(rule_view(row))


def _merged(row: Row, body: dict[str, Any]) -> dict[str, Any]:
    """Return a rule with the fields given in their new form; null takes an optional one away."""
    merged = {**row["definition"], "name": row["name"], "active": row["active"], **body}
    return {name: value for name, value in merged.items() if value is not None}


async def _delete(call: Call) -> Response:
    if not await delete_rule(call.services.pool, call.company_id, call.path_id("rule_id")):
        raise NotFound
    await call.services.announce("rules", call.company_id)
    return Response(status_code=204)


async def _versions(call: Call) -> Response:
    rule_id = call.path_id("rule_id")
    rule = await get_rule(call.services.pool, call.company_id, rule_id)
    if rule is None:
        raise NotFound
    limit = call.query.get("limit", DEFAULT_LIMIT)
    rows = await list_versions(
        call.services.pool, call.company_id, rule_id, call.query.get("before", rule["version"] + 1), limit
    )
    data = [
        {"version": row["version"], "definition": row["definition"], "created_at": time_text(row["created_at"])}
        for row in rows
    ]
    return page_response(data, None, Count(rule["version"], False))


async def _dry_run(call: Call) -> Response:
    """Run a rule, stored or as the body would have it, over the newest stored events; nothing is sent or stored."""
    row = await get_rule(call.services.pool, call.company_id, call.path_id("rule_id"))
    if row is None:
        raise NotFound
    if call.body.get("rule"):
        call.takes_operator("a rule as you would have it takes the role operator")
    definition = _merged(row, call.body.get("rule", {}))
    await _check(call, definition)
    return json_response(await try_rule(call, RuleRow(row["id"], row["name"], True, row["version"], definition)))


async def _try(call: Call) -> Response:
    """Run a rule that is not stored yet over the newest stored events."""
    definition = {"name": _UNNAMED, **{name: value for name, value in call.body["rule"].items() if value is not None}}
    try:
        await _check(call, definition)
    except FieldProblem as problem:
        raise FieldProblem([{**one, "field": f"rule.{one['field']}"} for one in problem.errors]) from None
    rule_id = call.services.ids.make_uuid(call.services.clock())
    return json_response(await try_rule(call, RuleRow(rule_id, definition["name"], True, 1, definition)))


_TAG = "Rules"
_BODY = {**ref("RuleInput")}
_BEFORE = Query("before", "whole", "Only versions below this one.", whole(1, 999_999_999))
_EXAMPLE = {
    "name": "PIX criado: envia o código",
    "trigger": {"event_type": "pix_created", "source": "grapfy"},
    "when": {"all": [{"field": "order_value", "op": "greater", "value": 50}]},
    "action": {
        "send": {
            "session_id": "0199f000-0000-7000-8000-000000000001",
            "text": "Olá, {{customer_name|first_name}}! Seu PIX: {{pix_code}}",
        }
    },
}

_TRIED = {
    "days": whole(1, 90, default=7),
    "events": whole(1, 5_000, default=1_000, description="How many of the newest events are looked at."),
    "sends": whole(0, MOST_SENDS, default=100, description="How many of the messages are shown."),
    "verdicts": whole(
        0, MOST_VERDICTS, default=0, description="Of how many events of its types it is shown whether it ran, and why."
    ),
}

OPERATIONS = (
    Operation(
        name="listRules",
        method="GET",
        path="/rules",
        handler=_list,
        summary="Rules, newest first",
        tag=_TAG,
        answers=page_of("Rule"),
        query=PAGING,
    ),
    Operation(
        name="createRule",
        method="POST",
        path="/rules",
        handler=_create,
        summary="Make a rule; it is in force when this is answered",
        tag=_TAG,
        role="operator",
        body=_BODY,
        body_example=_EXAMPLE,
        answers=ok("Rule", "The rule, version 1.", 201),
    ),
    Operation(
        name="getRule",
        method="GET",
        path="/rules/{rule_id}",
        handler=_get,
        summary="One rule",
        tag=_TAG,
        answers=ok("Rule", "The rule."),
    ),
    *(
        Operation(
            name=name,
            method=method,
            path="/rules/{rule_id}",
            handler=_update,
            summary="Change a rule; another definition is another version",
            description="Fields that are left out stay as they are; null takes an optional one away.",
            tag=_TAG,
            role="operator",
            body=_BODY,
            body_example={"active": False},
            answers=ok("Rule", "The rule as it is now."),
        )
        for name, method in (("updateRule", "PATCH"), ("replaceRule", "PUT"))
    ),
    Operation(
        name="deleteRule",
        method="DELETE",
        path="/rules/{rule_id}",
        handler=_delete,
        summary="Take a rule out of use",
        tag=_TAG,
        role="operator",
        answers=nothing(),
    ),
    Operation(
        name="listRuleVersions",
        method="GET",
        path="/rules/{rule_id}/versions",
        handler=_versions,
        summary="Every version a rule has had, newest first",
        tag=_TAG,
        answers=page_of("RuleVersion"),
        query=(PAGING[0], _BEFORE),
    ),
    Operation(
        name="dryRunRule",
        method="POST",
        path="/rules/{rule_id}/dry-run",
        handler=_dry_run,
        summary="What would this rule have sent?",
        description=(
            "Runs the rule, with the changes of `rule` if there are any, over the newest stored events: waits, caps, "
            "schedule and what calls it off included, each in the time that was. `sends` are the messages that it "
            "would have made, newest first. Nothing is sent or stored."
        ),
        tag=_TAG,
        body=record({**_TRIED, "rule": ref("RuleInput")}),
        body_optional=True,
        body_example={"days": 7},
        answers=ok("DryRun", "What it would have done."),
    ),
    Operation(
        name="tryRule",
        method="POST",
        path="/rules/dry-run",
        handler=_try,
        summary="What would a rule have sent that is not stored yet?",
        description="As the dry run of a stored rule; a name is not needed. Nothing is sent or stored.",
        tag=_TAG,
        role="operator",
        body=record({**_TRIED, "rule": ref("RuleInput")}, ("rule",)),
        body_example={"days": 7, "verdicts": 50, "rule": _EXAMPLE},
        answers=ok("DryRun", "What it would have done."),
    ),
)
