from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from hypothesis import given

from engine.rule_schema import MAX_CONDITIONS, MAX_DELAY_S, event_types_of, validate_rule
from engine.rules import RuleRow, compile_rule
from tests.unit.rule_builders import SESSION, any_json, rule, sending

LEAF = {"field": "order_value", "op": "greater", "value": 50}


def fields(definition: object) -> list[str]:
    return [problem["field"] for problem in validate_rule(definition)]


def nested(depth: int) -> dict[str, Any]:
    node: dict[str, Any] = LEAF
    for _ in range(depth):
        node = {"all": [node]}
    return node


@pytest.mark.parametrize(
    "definition",
    [
        rule(),
        rule(trigger={"event_type": ["pix_created", "order.paid"], "source": "grapfy"}, when=LEAF),
        rule(trigger={"event_type": "*"}, when={}, delay_s=0, cancel_on=["order_approved"], caps={"per_order": 1}),
        rule(when=nested(8), delay_s=MAX_DELAY_S),
        rule(when={"all": [LEAF] * MAX_CONDITIONS}),
        rule(when={"field": "pix_code", "op": "exists"}),
        rule(action=sending(template_id=str(SESSION), to="{{$.seller.phone}}")),
        rule(
            id=str(SESSION), version=3, created_at="x", active=False, when=None, delay_s=None, cancel_on=None, caps=None
        ),
    ],
)
def test_good_rules_have_no_problem_and_compile(definition: dict[str, Any]) -> None:
    assert validate_rule(definition) == []
    compile_rule(RuleRow(UUID(int=1), "r", True, 1, definition))


@pytest.mark.parametrize(
    ("definition", "field"),
    [
        ([], ""),
        (rule(name=""), "name"),
        (rule(name="x" * 201), "name"),
        (rule(active="yes"), "active"),
        (rule(whne=LEAF), "whne"),
        (rule(trigger="pix_created"), "trigger"),
        (rule(trigger={}), "trigger.event_type"),
        (rule(trigger={"event_type": "!!"}), "trigger.event_type"),
        (rule(trigger={"event_type": []}), "trigger.event_type"),
        (rule(trigger={"event_type": ["pix_created", 1]}), "trigger.event_type[1]"),
        (rule(trigger={"event_type": "pix_created", "source": ""}), "trigger.source"),
        (rule(trigger={"event_type": "pix_created", "type": "x"}), "trigger.type"),
        (rule(when=[LEAF]), "when"),
        (rule(when="order_value > 3"), "when"),
        (rule(when={"all": [LEAF], "any": [LEAF]}), "when"),
        (rule(when={"all": []}), "when.all"),
        (rule(when={"all": LEAF}), "when.all"),
        (rule(when={"all": [LEAF, LEAF | {"op": "biger"}]}), "when.all[1].op"),
        (rule(when={"any": [{"not": [LEAF | {"field": "valor"}]}]}), "when.any[0].not[0].field"),
        (rule(when=LEAF | {"value": "muito"}), "when.value"),
        (rule(when={"field": "order_value", "op": "equals"}), "when.value"),
        (rule(when=LEAF | {"vlaue": 1}), "when.vlaue"),
        (rule(when=nested(9)), "when" + ".all[0]" * 8),
        (rule(when={"all": [LEAF] * (MAX_CONDITIONS + 50)}), "when"),
        (rule(when=LEAF | {"op": "equals", "value": "a\0"}), "when.value"),
        (rule(when=LEAF | {"op": "matches", "value": "a\0"}), "when.value"),
        (rule(when=LEAF | {"field": "$.a\0"}), "when.field"),
        (rule(cancel_on=["order\0approved"]), "cancel_on[0]"),
        (rule(delay_s=-1), "delay_s"),
        (rule(delay_s=MAX_DELAY_S + 1), "delay_s"),
        (rule(delay_s=True), "delay_s"),
        (rule(delay_s=1.5), "delay_s"),
        (rule(cancel_on="order_approved"), "cancel_on"),
        (rule(cancel_on=["*", ""]), "cancel_on[1]"),
        (rule(action={}), "action.send"),
        (rule(action=sending()), "action.send"),
        (rule(action=sending(text="a", template_id=str(SESSION))), "action.send"),
        (rule(action=sending(text="{{nome}}")), "action.send.text"),
        (rule(action=sending(template_id="pix_criado")), "action.send.template_id"),
        (rule(action=sending(text="a", to="ninguém")), "action.send.to"),
        (rule(action={"send": {"session_id": 1, "text": "a"}}), "action.send.session_id"),
        (rule(caps={"per_order": 0}), "caps.per_order"),
        (rule(caps={"per_day": 1}), "caps.per_day"),
        (rule(caps=1), "caps"),
    ],
)
def test_each_problem_is_named_by_its_path(definition: object, field: str) -> None:
    assert field in fields(definition)
    assert len(fields(definition)) <= 2


def test_all_problems_come_at_once_and_nearly_right_names_get_a_suggestion() -> None:
    wrong = rule(
        name="",
        when={"all": [{"field": "custmer_name", "op": "contians", "value": 1}]},
        delay_s="1h",
        caps={"per_ordr": 1},
    )
    problems = {problem["field"]: problem["reason"] for problem in validate_rule(wrong)}
    assert list(problems) == ["name", "when.all[0].field", "when.all[0].op", "delay_s", "caps.per_ordr"]
    assert "did you mean 'customer_name'" in problems["when.all[0].field"]
    assert "did you mean 'contains'" in problems["when.all[0].op"]
    assert "did you mean 'per_order'" in problems["caps.per_ordr"]


def test_event_types_are_the_parsers_own_and_named_once() -> None:
    assert event_types_of(["order.paid", "Purchase Approved", "lead.created"]) == ("order_approved", "lead_created")
    assert event_types_of("*") == ("*",)


@given(value=any_json)
def test_no_definition_raises_and_what_passes_compiles(value: object) -> None:
    assert validate_rule(value)
    for key in ("name", "active", "trigger", "when", "delay_s", "cancel_on", "action", "caps", "other"):
        definition = rule(**{key: value})
        if not validate_rule(definition):
            compile_rule(RuleRow(UUID(int=1), "r", True, 1, definition))
    validate_rule(rule(when={"all": [value, {"field": value, "op": value, "value": value}]}))
    validate_rule(rule(action={"send": value}, trigger={"event_type": value, "source": value}))
