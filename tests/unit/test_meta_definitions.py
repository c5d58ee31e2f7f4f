"""Templates as WhatsApp reviews them and as they are stored: what goes in passes a review, what comes is usable."""

from __future__ import annotations

from typing import Any

import pytest

from engine.drafts import MessageTemplate, TemplateRow
from engine.ids import IdMaker, ms_to_time
from engine.meta_definitions import definition_of, stored_from
from engine.meta_graph import GraphFault
from engine.meta_problems import template_problem
from engine.zones import zone_named
from gateway.stored_events import empty_event
from tests.rest_rig import NOW_MS
from whatsapp.simulator.template_review import check_new

BODY = "Olá, {{customer_name|first_name}}! Seu PIX de {{order_value|money}} vence, {{customer_name|first_name}}, tá?"


def stored(**more: Any) -> dict[str, Any]:
    row = {"name": "pix", "language": "pt_BR", "category": "utility", "body": BODY, "components": []}
    return {**row, **more}


def told(*components: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"name": "pix", "language": "pt_BR", "category": "UTILITY", "components": list(components), **more}


def filled(row: dict[str, Any], payload: dict[str, Any]) -> Any:
    template = MessageTemplate(TemplateRow(id=IdMaker().make_uuid(NOW_MS), **row, status="approved"))
    return template.fill(empty_event(ms_to_time(NOW_MS)), payload, zone_named("America/Sao_Paulo"), as_text=False)


def test_a_stored_body_becomes_what_a_review_takes() -> None:
    definition, problems = definition_of(stored(), ["Maria", "R$ 97,00"], None)
    assert problems == []
    check_new(definition)
    [body] = definition["components"]
    assert body["text"] == "Olá, {{1}}! Seu PIX de {{2}} vence, {{1}}, tá?"
    assert body["example"] == {"body_text": [["Maria", "R$ 97,00"]]}
    plain, problems = definition_of(stored(body="Sem variáveis."), [], None)
    check_new(plain)
    assert problems == []


def test_what_whatsapp_could_not_review_is_told_before() -> None:
    for row, examples, components, field in (
        (stored(), ["só um"], None, "examples"),
        (stored(components=[{"type": "header", "parameters": ["a"]}]), [], None, "components"),
        (stored(category="authentication"), ["1", "2"], None, "components"),
        (stored(), [], [], "components"),
        (stored(), [], [{"text": "a"}], "components[0]"),
    ):
        assert [one["field"] for one in definition_of(row, examples, components)[1]] == [field]


def test_named_parameters_are_told_with_own_components() -> None:
    row = stored(components=[{"type": "body", "parameters": [{"name": "nome", "value": "{{customer_name}}"}]}])
    part = {"type": "BODY", "text": "Oi {{nome}} e tal"}
    definition, problems = definition_of(row, [], [part])
    assert (problems, definition["parameter_format"], definition["components"]) == ([], "NAMED", [part])


def test_an_imported_template_holds_until_its_variables_are_known_and_then_sends_what_graph_wants() -> None:
    row, trouble = stored_from(told({"type": "BODY", "text": "Oi {{1}}, são {{2}} no total."}))
    assert (trouble, row["body"], row["components"]) == (None, "Oi {{$.p1}}, são {{$.p2}} no total.", [])
    assert filled(row, {}).missing == ("$.p1", "$.p2")
    content = filled(row, {"p1": "Ana", "p2": "R$ 5"})
    assert content.components == [
        {"type": "body", "parameters": [{"type": "text", "text": "Ana"}, {"type": "text", "text": "R$ 5"}]}
    ]


def test_every_part_of_a_template_comes_over() -> None:
    row, trouble = stored_from(
        told(
            {"type": "HEADER", "format": "IMAGE"},
            {"type": "BODY", "text": "Veja {{2}} e {{1}} agora."},
            {"type": "FOOTER", "text": "Loja"},
            {
                "type": "BUTTONS",
                "buttons": [
                    {"type": "QUICK_REPLY", "text": "Ok"},
                    {"type": "URL", "text": "Ver", "url": "https://x/{{1}}"},
                    {"type": "COPY_CODE"},
                ],
            },
        )
    )
    assert trouble is None
    values = {"p1": "um", "p2": "dois", "header_image": "https://x/a.png", "b1": "abc", "b2": "PROMO"}
    content = filled(row, values)
    assert content.missing == ()
    assert content.components == [
        {"type": "body", "parameters": [{"type": "text", "text": "um"}, {"type": "text", "text": "dois"}]},
        {"type": "header", "parameters": [{"type": "image", "image": {"link": "https://x/a.png"}}]},
        {"type": "button", "sub_type": "url", "index": "1", "parameters": [{"type": "text", "text": "abc"}]},
        {
            "type": "button",
            "sub_type": "copy_code",
            "index": "2",
            "parameters": [{"type": "coupon_code", "coupon_code": "PROMO"}],
        },
    ]


def test_named_variables_keep_their_names_and_known_ones_their_meaning() -> None:
    row, trouble = stored_from(told({"type": "BODY", "text": "Oi {{customer_name}}, pedido {{codigo}} saiu."}))
    assert trouble is None
    assert row["body"] == "Oi {{customer_name}}, pedido {{$.codigo}} saiu."
    names = [one["name"] for one in row["components"][0]["parameters"]]
    assert names == ["customer_name", "codigo"]


@pytest.mark.parametrize(
    "components",
    [
        [{"type": "BODY", "text": "Oi"}, {"type": "CAROUSEL", "cards": []}],
        [{"type": "BODY", "text": "Oi"}, {"type": "HEADER", "format": "LOCATION"}],
        [{"type": "BODY", "text": "Oi"}, {"type": "BUTTONS", "buttons": [{"type": "FLOW"}]}],
        [{"type": "BODY", "text": "{{1}} no começo"}],
        [{"type": "BODY", "text": "Oi {{a b}} e tal"}],
        [],
    ],
)
def test_what_cannot_be_kept_says_why(components: list[dict[str, Any]]) -> None:
    assert stored_from(told(*components))[1]


@pytest.mark.parametrize(
    ("code", "subcode", "title", "field"),
    [
        (100, 2388024, "Invalid parameter", "language"),
        (100, 2388299, "Invalid parameter", "components"),
        (100, 2593002, "Invalid parameter", "name"),
        (100, None, "(#100) Param name must contain only lowercase letters", "name"),
        (100, None, "(#100) The parameter category is required.", "category"),
        (2388293, None, "Too many variables", "components"),
        (100, 33, "Unsupported get request", "waba_id"),
        (190, 463, "expired", "token"),
        (200, None, "permission", "token"),
    ],
)
def test_a_refusal_names_its_field_in_both_languages(code: int, subcode: int | None, title: str, field: str) -> None:
    problem = template_problem(GraphFault(code, subcode, title, None, "o que a Meta diz"))
    assert problem is not None
    assert (problem.field, bool(problem.pt), bool(problem.en)) == (field, True, True)
    assert template_problem(GraphFault(80007, None, "limit", None)) is None
