from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given

from engine.meta_components import check_components, compile_components, positional_text
from engine.problems import Problems
from engine.templates import Filling, compile_template
from engine.times import SAO_PAULO
from tests.unit.rule_builders import any_json, grapfy, grapfy_event

BODY = "Olá {{customer_name|first_name}}, {{order_value}} e {{customer_name|first_name}}."


def fill(components: list[dict[str, Any]], body: str = BODY, **event: Any) -> tuple[Any, tuple[str, ...]]:
    problems = Problems()
    check_components(problems, "components", components)
    assert problems.found == []
    filling = Filling(grapfy_event(**event), grapfy(), SAO_PAULO, one_line=True)
    return compile_components(components, compile_template(body)).fill(filling), tuple(filling.missing)


def test_without_components_the_bodys_expressions_are_its_parameters_each_once() -> None:
    filled, missing = fill([])
    assert filled == [
        {"type": "body", "parameters": [{"type": "text", "text": "Cliente"}, {"type": "text", "text": "R$ 97,00"}]}
    ]
    assert missing == ()


def test_metas_body_numbers_the_variables_as_the_parameters_stand() -> None:
    assert positional_text(BODY) == "Olá {{1}}, {{2}} e {{1}}."


def test_a_body_without_variables_has_no_components() -> None:
    assert fill([], "Olá!") == ([], ())


def test_every_kind_of_parameter_becomes_graphs_form() -> None:
    filled, _ = fill(
        [
            {"type": "header", "parameters": [{"type": "image", "image": {"link": "https://x.test/{{order_id}}.png"}}]},
            {"type": "body", "parameters": ["{{customer_name}}", {"type": "text", "text": "{{product_name}}"}]},
            {"type": "button", "sub_type": "url", "index": 0, "parameters": ["pedido/{{order_id}}"]},
            {"type": "button", "sub_type": "quick_reply", "index": "1", "parameters": ["SIM"]},
            {"type": "button", "sub_type": "copy_code", "index": "2", "parameters": ["{{pix_code}}"]},
        ]
    )
    order = "8f0c2a51-0000-4000-8000-000000000002"
    assert filled == [
        {"type": "header", "parameters": [{"type": "image", "image": {"link": f"https://x.test/{order}.png"}}]},
        {
            "type": "body",
            "parameters": [{"type": "text", "text": "Cliente Exemplo"}, {"type": "text", "text": "Produto Exemplo"}],
        },
        {
            "type": "button",
            "sub_type": "url",
            "index": "0",
            "parameters": [{"type": "text", "text": f"pedido/{order}"}],
        },
        {
            "type": "button",
            "sub_type": "quick_reply",
            "index": "1",
            "parameters": [{"type": "payload", "payload": "SIM"}],
        },
        {
            "type": "button",
            "sub_type": "copy_code",
            "index": "2",
            "parameters": [{"type": "coupon_code", "coupon_code": grapfy()["qrCode"]}],
        },
    ]


def test_named_parameters_carry_their_names() -> None:
    filled, _ = fill([{"type": "body", "parameters": [{"name": "pedido", "value": "{{order_value}}"}]}])
    parameter = {"type": "text", "parameter_name": "pedido", "text": "R$ 97,00"}
    assert filled == [{"type": "body", "parameters": [parameter]}]


def test_values_stand_on_one_line() -> None:
    filled, _ = fill([], "Oi {{customer_name}}!", customer_name="Ana\n\tMaria      Lima")
    assert filled[0]["parameters"][0]["text"] == "Ana Maria Lima"


def test_an_empty_parameter_counts_as_missing() -> None:
    _, missing = fill([{"type": "body", "parameters": ['{{$.cupomCode|default:""}}']}])
    assert missing == ("$.cupomCode",)


@pytest.mark.parametrize(
    ("components", "field"),
    [
        ("x", "c"),
        ([{}] * 13, "c"),
        ([{"type": "footer", "parameters": ["x"]}], "c[0]"),
        (["x"], "c[0]"),
        ([{"type": "body"}], "c[0].parameters"),
        ([{"type": "body", "parameters": []}], "c[0].parameters"),
        ([{"type": "body", "parameters": [1]}], "c[0].parameters[0]"),
        ([{"type": "body", "parameters": ["{{nome}}"]}], "c[0].parameters[0]"),
        ([{"type": "body", "parameters": [""]}], "c[0].parameters[0]"),
        ([{"type": "body", "parameters": [{"name": "a", "value": "{{nome}}"}]}], "c[0].parameters[0].value"),
        ([{"type": "body", "parameters": [{"type": "audio"}]}], "c[0].parameters[0].type"),
        ([{"type": "body", "parameters": [{"type": []}]}], "c[0].parameters[0].type"),
        (
            [{"type": "header", "parameters": [{"type": "image", "image": {"link": []}}]}],
            "c[0].parameters[0].image.link",
        ),
        ([{"type": "body", "parameters": ["a", {"name": "b", "value": "c"}]}], "c"),
        ([{"type": "button", "sub_type": "call", "index": "0", "parameters": ["x"]}], "c[0].sub_type"),
        ([{"type": "button", "sub_type": "url", "index": "10", "parameters": ["x"]}], "c[0].index"),
        ([{"type": "body", "paramters": 1, "parameters": ["a"]}], "c[0].paramters"),
    ],
)
def test_wrong_components_are_named(components: object, field: str) -> None:
    problems = Problems()
    check_components(problems, "c", components)
    assert [problem["field"] for problem in problems.found] == [field]


@given(value=any_json)
def test_no_definition_raises(value: object) -> None:
    problems = Problems()
    check_components(problems, "c", value)
    check_components(problems, "c", [{"type": "body", "parameters": [value, {"type": "image", "image": value}]}])
    check_components(problems, "c", [{"type": value, "parameters": value}, {"type": "button", "sub_type": value}])
    assert problems.found


def test_cards_offers_and_flows_are_filled_wherever_their_texts_stand() -> None:
    card = {
        "type": "carousel",
        "cards": [
            {
                "card_index": 0,
                "components": [
                    {"type": "header", "parameters": [{"type": "image", "image": {"link": "https://x.example/a.png"}}]},
                    {"type": "body", "parameters": ["{{customer_name|first_name}}"]},
                    {"type": "button", "sub_type": "url", "index": 0, "parameters": ["p/{{order_value}}"]},
                ],
            }
        ],
    }
    action = {"flow_token": "t", "flow_action_data": {"list": ["{{customer_name|first_name}}", 7, True]}}
    flow = {"type": "button", "sub_type": "flow", "index": "0", "parameters": [{"type": "action", "action": action}]}
    until = {"type": "limited_time_offer", "limited_time_offer": {"expiration_time_ms": 1_790_000_000_000}}
    offer = {"type": "limited_time_offer", "parameters": [until]}
    filled, missing = fill([card, offer, flow])
    assert filled[0]["cards"][0]["components"][1:] == [
        {"type": "body", "parameters": [{"type": "text", "text": "Cliente"}]},
        {
            "type": "button",
            "sub_type": "url",
            "index": "0",
            "parameters": [{"type": "text", "text": "p/R$ 97,00"}],
        },
    ]
    assert filled[1] == offer
    assert filled[2]["parameters"][0]["action"]["flow_action_data"] == {"list": ["Cliente", 7, True]}
    assert missing == ()


@pytest.mark.parametrize(
    ("component", "field"),
    [
        ({"type": "carousel", "cards": []}, "[0].cards"),
        ({"type": "carousel", "cards": [{"card_index": 10, "components": []}]}, "[0].cards[0].card_index"),
        (
            {"type": "carousel", "cards": [{"card_index": 0, "components": [{"type": "carousel"}]}]},
            "[0].cards[0].components[0]",
        ),
        ({"type": "button", "sub_type": "flow", "index": 0, "parameters": ["x"]}, "[0].parameters[0]"),
        ({"type": "limited_time_offer", "parameters": ["x"]}, "[0].parameters[0]"),
        (
            {
                "type": "button",
                "sub_type": "flow",
                "index": 0,
                "parameters": [{"type": "action", "action": {"a": [[[[[["deep"]]]]]]}}],
            },
            "[0].parameters[0].action.a[0][0][0][0][0]",
        ),
    ],
)
def test_what_is_wrong_with_cards_offers_and_flows_is_named(component: dict[str, Any], field: str) -> None:
    problems = Problems()
    check_components(problems, "c", [component])
    assert [problem["field"].removeprefix("c") for problem in problems.found] == [field]
