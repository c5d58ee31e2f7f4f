"""What docs/RULES.md shows is true: its examples pass the checks, its tables name every operator, filter and step."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from engine.operators import OPERATORS
from engine.pix_flow import PARTS, complete, rules_of, validate_pix_flow
from engine.rule_schema import validate_rule
from engine.rules import RuleRow
from engine.step_schema import TYPES
from engine.steps import compile_any
from engine.template_filters import FILTERS
from tests.unit.rule_builders import RULE, SESSION

PAGE = (Path(__file__).parents[2] / "docs" / "RULES.md").read_text(encoding="utf-8")
BLOCKS: list[dict[str, Any]] = [
    json.loads(block.replace('"…"', f'"{SESSION}"')) for block in re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)
]
RULES = [block for block in BLOCKS if "trigger" in block]
FLOWS = [block for block in BLOCKS if "parts" in block]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: str(rule["name"]))
def test_every_rule_shown_can_be_made(rule: dict[str, Any]) -> None:
    assert validate_rule(rule) == []
    assert compile_any(RuleRow(RULE, rule["name"], True, 1, rule)).event_types == ("pix_created",)


@pytest.mark.parametrize("flow", FLOWS)
def test_every_flow_shown_can_be_made(flow: dict[str, Any]) -> None:
    assert validate_pix_flow(flow) == []
    assert [validate_rule(rule) for rule in rules_of(complete(flow)).values()] == [[]] * (len(PARTS) + 1)


def test_there_is_an_example_of_each_form() -> None:
    assert (len(RULES), len(FLOWS)) == (2, 1)


def test_the_tables_name_every_operator_filter_step_and_part() -> None:
    named = set(re.findall(r"`([a-z_]+)(?::[^`]*)?`", PAGE))
    for known in (OPERATORS, FILTERS, set(TYPES) - {"record_pix"}, PARTS):
        assert set(known) - named == set()
