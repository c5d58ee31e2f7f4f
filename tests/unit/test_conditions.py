from __future__ import annotations

from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.conditions import compile_condition
from tests.unit.rule_builders import any_json, grapfy, grapfy_event

TRUE = {"field": "payment_method", "op": "equals", "value": "pix"}
FALSE = {"field": "order_value", "op": "greater", "value": 100}
MISSING = {"field": "$.subscription.id", "op": "equals", "value": "s1"}


def holds(when: object) -> bool:
    return compile_condition(when).holds(grapfy_event(), grapfy())


def explain(when: object) -> dict[str, Any] | None:
    return compile_condition(when).explain(grapfy_event(), grapfy())


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        (None, True),
        ({}, True),
        (TRUE, True),
        (FALSE, False),
        ({"all": [TRUE, TRUE]}, True),
        ({"all": [TRUE, FALSE]}, False),
        ({"any": [FALSE, TRUE]}, True),
        ({"any": [FALSE, MISSING]}, False),
        ({"not": [FALSE]}, True),
        ({"not": FALSE}, True),
        ({"not": [FALSE, TRUE]}, False),
        ({"all": [{"any": [FALSE, {"not": [MISSING]}]}, {"not": [{"all": [TRUE, FALSE]}]}]}, True),
        ({"field": "$.metadata.deviceType", "op": "in", "value": ["Mobile", "tablet"]}, True),
        ({"field": "$.commissions.splits[0].value", "op": "between", "value": [91, 92]}, True),
        ({"field": "$.shipmentValue", "op": "equals", "value": 0}, True),
        ({"field": "order_value", "op": "equals", "value": "97,00"}, True),
        ({"field": "pix_expires_at", "op": "greater", "value": "2099-12-20T11:59:59"}, True),
        ({"field": "pix_expires_at", "op": "less", "value": "2099-12-20T12:00:01"}, True),
        ({"field": "$.cupomCode", "op": "exists", "value": False}, True),
        ({"field": "$.cupomCode", "op": "not_equals", "value": "X"}, True),
        ({"field": "pix_code", "op": "exists"}, True),
    ],
)
def test_conditions_over_the_grapfy_body(when: object, expected: bool) -> None:
    assert holds(when) is expected
    assert (explain(when) is None) is expected


def test_the_first_leaf_to_blame_is_told_with_what_was_wanted_and_found() -> None:
    assert explain({"all": [TRUE, {"any": [FALSE, MISSING]}]}) == {
        "reason": "condition_false",
        "path": "when.all[1].any[0]",
        "field": "order_value",
        "op": "greater",
        "wanted": 100,
        "found": "97.00",
        "alternatives": 2,
    }


@pytest.mark.parametrize(
    ("when", "reason"),
    [
        (MISSING, "field_missing"),
        ({"field": "customer_name", "op": ">", "value": 3}, "not_comparable"),
        ({"not": [TRUE]}, "negated_condition_true"),
        ({"not": [{"any": [FALSE, TRUE]}]}, "negated_condition_true"),
        ({"not": [{"not": [FALSE]}]}, "condition_false"),
    ],
)
def test_reasons(when: object, reason: str) -> None:
    explanation = explain(when)
    assert explanation is not None
    assert explanation["reason"] == reason


def test_an_explanation_shortens_what_it_found() -> None:
    explanation = explain({"field": "pix_code", "op": "equals", "value": "x" * 300})
    assert explanation is not None
    assert len(explanation["found"]) == len(explanation["wanted"]) == 80


leaves = st.fixed_dictionaries(
    {
        "field": st.sampled_from(["$.a", "$.a.b", "$.b[0]", "$['c'].a", "order_value", "customer_name"]),
        "op": st.sampled_from(["equals", "contains", "greater", "less", "matches", "not_equals", "starts_with"]),
        "value": st.sampled_from(["1", "97"]),
    }
)
trees = st.recursive(
    leaves,
    lambda inner: st.builds(
        lambda name, children: {name: children},
        st.sampled_from(["all", "any", "not"]),
        st.lists(inner, min_size=1, max_size=3),
    ),
    max_leaves=6,
)


@given(when=trees, payload=any_json)
def test_no_payload_raises_and_every_refusal_is_explained(when: dict[str, Any], payload: object) -> None:
    condition = compile_condition(when)
    event = grapfy_event()
    explanation = condition.explain(event, payload)
    assert (explanation is None) is condition.holds(event, payload)
    if explanation is not None:
        assert b"\\u0000" not in orjson.dumps(explanation)


@given(when=trees, payload=any_json)
def test_groups_mean_what_python_means(when: dict[str, Any], payload: object) -> None:
    event = grapfy_event()

    def meaning(node: dict[str, Any]) -> bool:
        if "all" in node:
            return all(map(meaning, node["all"]))
        if "any" in node:
            return any(map(meaning, node["any"]))
        if "not" in node:
            return not any(map(meaning, node["not"]))
        return compile_condition(node).holds(event, payload)

    assert compile_condition(when).holds(event, payload) is meaning(when)
