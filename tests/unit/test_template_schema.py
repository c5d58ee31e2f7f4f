from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given

from engine.template_schema import validate_template
from tests.unit.rule_builders import any_json

META = {"name": "pix_criado", "kind": "meta", "body": "Olá {{customer_name}}, tudo bem?"}
PLAIN = {"name": "Aviso de envio", "body": "{{customer_name}}"}


def fields(definition: object) -> set[str]:
    return {problem["field"] for problem in validate_template(definition)}


@pytest.mark.parametrize("definition", [META, PLAIN, META | {"id": "x", "components": [], "defaults": {}}])
def test_good_templates_have_no_problem(definition: dict[str, Any]) -> None:
    assert validate_template(definition) == []


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": "Pix Criado"}, "name"),
        ({"name": ""}, "name"),
        ({"kind": "html"}, "kind"),
        ({"kind": []}, "kind"),
        ({"category": "promo"}, "category"),
        ({"language": "português"}, "language"),
        ({"body": "x" * 1025}, "body"),
        ({"body": "{{customer_name}} olá"}, "body"),
        ({"body": "olá {{customer_name}}"}, "body"),
        ({"body": "a {{customer_name}} {{order_id}} b"}, "body"),
        ({"body": "a {{nome}} b"}, "body"),
        ({"components": {}}, "components"),
        ({"defaults": {"nome": "x"}}, "defaults.nome"),
        ({"defaults": {"customer_name": ""}}, "defaults.customer_name"),
        ({"defaults": []}, "defaults"),
        ({"status": 1}, "status"),
        ({"bdoy": "x"}, "bdoy"),
    ],
)
def test_each_problem_is_named_by_its_field(changes: dict[str, Any], field: str) -> None:
    assert fields(META | changes) == {field}


def test_all_problems_come_at_once() -> None:
    assert fields({"name": "", "kind": "x", "body": "", "defaults": 1}) == {"name", "kind", "body", "defaults"}


def test_plain_templates_take_what_whatsapp_takes_but_no_components() -> None:
    assert fields(PLAIN | {"body": "x" * 4096}) == set()
    assert fields(PLAIN | {"components": [{"type": "body", "parameters": ["x"]}]}) == {"components"}


@given(definition=any_json)
def test_no_definition_raises(definition: object) -> None:
    assert validate_template(definition)
    for key in ("name", "kind", "language", "category", "body", "components", "defaults", "status"):
        validate_template(META | {key: definition})
