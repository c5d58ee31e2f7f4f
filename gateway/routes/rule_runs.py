"""Routes of what rules did: runs with the reason for each yes and no, cases with every step, one case called off."""

from __future__ import annotations

from starlette.responses import Response

from engine.errors import Conflict, NotFound
from engine.texts import stored_id
from gateway.calls import Call, json_response
from gateway.operations import PAGING, TIME_RANGE, Answer, Operation, Query, choice_query, ok, page_of, text_query
from gateway.problems import PROBLEM_TYPE
from gateway.routes.lists import large_page
from gateway.rule_views import case_view, run_view
from gateway.schema import ref, text
from storage.rule_runs import (
    CaseFilter,
    RunFilter,
    cancel_case,
    count_cases,
    count_runs,
    get_case,
    list_cases,
    list_runs,
)
from storage.rules import get_rule
from storage.searching import Row


async def _rule(call: Call) -> Row:
    row = await get_rule(call.services.pool, call.company_id, call.path_id("rule_id"))
    if row is None:
        raise NotFound
    return row


async def _runs(call: Call) -> Response:
    rule_id = (await _rule(call))["id"]
    wanted = RunFilter.of(rule_id, call.query.get("outcome"), call.query.get("reason"))
    return await large_page(call, wanted, list_runs, count_runs, lambda row: run_view(row, str(rule_id)))


async def _cases(call: Call) -> Response:
    rule_id = (await _rule(call))["id"]
    order_id = call.query.get("order_id")
    wanted = CaseFilter(
        rule_id,
        call.query.get("state"),
        call.query.get("reason"),
        None if order_id is None else stored_id(order_id) or order_id,
        call.query.get("phone"),
    )
    return await large_page(call, wanted, list_cases, count_cases, case_view)


async def _case(call: Call) -> Response:
    row = await get_case(call.services.pool, call.company_id, call.path_id("rule_id"), call.path_id("case_id"))
    if row is None:
        raise NotFound
    return json_response(case_view(row))


async def _cancel(call: Call) -> Response:
    pool, company_id = call.services.pool, call.company_id
    rule_id, case_id = call.path_id("rule_id"), call.path_id("case_id")
    done = await cancel_case(pool, company_id, rule_id, case_id, call.now())
    row = await get_case(pool, company_id, rule_id, case_id)
    if row is None:
        raise NotFound
    if not done:
        raise Conflict(f"the case is {row['state']}; only a running one can be called off")
    return json_response(case_view(row))


_TAG = "Rules"
_REASON = text_query("reason", "The reason's code; of one that names something, the part before the colon suffices.")

OPERATIONS = (
    Operation(
        name="listRuleRuns",
        method="GET",
        path="/rules/{rule_id}/runs",
        handler=_runs,
        summary="For which events a rule ran, for which not, and why",
        description="A page looks through a bounded number of events: it may be short, and `next_cursor` goes on.",
        tag=_TAG,
        answers=page_of("RuleRun"),
        query=(
            *TIME_RANGE,
            choice_query("outcome", "What came of it.", "fired", "held", "not_matched", "skipped", "error"),
            text_query("reason", "The reason's code."),
            *PAGING,
        ),
    ),
    Operation(
        name="listRuleCases",
        method="GET",
        path="/rules/{rule_id}/cases",
        handler=_cases,
        summary="The runs of a rule that go on later, each with its steps",
        tag=_TAG,
        answers=page_of("RuleCase"),
        query=(
            *TIME_RANGE,
            choice_query("state", "Where it stands.", "running", "done", "cancelled", "skipped", "failed"),
            _REASON,
            text_query("order_id", "The source's id of the order."),
            Query("phone", "phone", "The customer's phone; anything that can be read as one.", text(64)),
            *PAGING,
        ),
    ),
    Operation(
        name="getRuleCase",
        method="GET",
        path="/rules/{rule_id}/cases/{case_id}",
        handler=_case,
        summary="One case with its steps",
        tag=_TAG,
        answers=ok("RuleCase", "The case."),
    ),
    Operation(
        name="cancelRuleCase",
        method="POST",
        path="/rules/{rule_id}/cases/{case_id}/cancel",
        handler=_cancel,
        summary="Call a running case off",
        tag=_TAG,
        role="operator",
        answers={
            **ok("RuleCase", "It goes on no more."),
            409: Answer("It is over.", ref("Problem"), PROBLEM_TYPE),
        },
    ),
)
