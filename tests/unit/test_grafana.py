"""Grafana's dashboard and Prometheus' rules name only what /metrics really tells, and say in which unit."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from actors.aggregating import Aggregating
from actors.scraping import prometheus
from gateway.prometheus import exposition

ROOT = Path(__file__).parents[2]
DASHBOARD: dict[str, Any] = json.loads((ROOT / "docs/grafana/dashboard.json").read_text(encoding="utf-8"))
RULES: list[dict[str, Any]] = [
    rule
    for group in yaml.safe_load((ROOT / "docs/grafana/alerts.yml").read_text(encoding="utf-8"))["groups"]
    for rule in group["rules"]
]
Told = dict[str, dict[str, set[str]]]  # metric → label → its values
PROMETHEUS_OWN: Told = {"up": {"job": set(), "instance": set()}}  # what Prometheus adds to every scrape
TARGET_LABELS = frozenset({"job", "instance"})
UNITS = frozenset({"none", "short", "s", "ms", "cps", "percentunit"})  # of Grafana: "cps" is a number a second
_WORDS = frozenset({"and", "or", "unless", "by", "without", "on", "ignoring", "bool", "offset", "group_left"})
_SELECTOR = re.compile(r"([A-Za-z_:][\w:]*)\s*(\{[^}]*\})?")
_MATCHER = re.compile(r'(\w+)\s*(=~|!~|!=|=)\s*"([^"]*)"')
_GROUPING = re.compile(r"\b(?:by|without|on|ignoring)\s*\(([^)]*)\)")


def told() -> Told:
    """Return what a scrape of a system tells that has done nothing yet."""
    counted = Aggregating(lambda: 0, "America/Sao_Paulo", lambda *_: None, lambda *_: None)
    text = exposition(orjson.loads(prometheus(counted, {"clients": 0}))).decode()
    found: Told = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            labels = found.setdefault(sample.name, {})
            for name, value in sample.labels.items():
                labels.setdefault(name, set()).add(value)
    return found


def named(expression: str) -> Iterator[tuple[str, list[tuple[str, str, str]]]]:
    """Yield the metrics of an expression with their matchers (label, operator, value)."""
    plain = _GROUPING.sub("", re.sub(r"\[[^\]]*\]", "", expression))
    for match in _SELECTOR.finditer(plain):
        name, matchers = match[1], match[2] or ""
        before, after = plain[: match.start()], plain[match.end() :].lstrip()
        is_number = before[-1:].isdigit() or before[-1:] == "."
        if name not in _WORDS and not after.startswith("(") and not is_number:
            yield name, _MATCHER.findall(matchers)


def unknown(expression: str, known: Told) -> list[str]:
    """Return everything that an expression names and no scrape tells."""
    wrong: list[str] = []
    labels_here: set[str] = set(TARGET_LABELS)
    metrics = list(named(expression))
    for name, matchers in metrics:
        if name not in known:
            wrong.append(name)
            continue
        labels_here |= set(known[name])
        for label, operator, value in matchers:
            if label in TARGET_LABELS:
                continue
            values = known[name].get(label)
            if values is None:
                wrong.append(f"{name}{{{label}}}")
            else:
                asked = value.split("|") if operator.endswith("~") else [value]
                wrong += [f'{name}{{{label}="{one}"}}' for one in asked if one not in values]
    for group in _GROUPING.findall(expression):
        wrong += [label for label in re.findall(r"\w+", group) if label not in labels_here]
    return wrong if metrics else ["no metric at all"]


def panels() -> list[dict[str, Any]]:
    return [panel for panel in DASHBOARD["panels"] if panel["type"] != "row"]


KNOWN: Told = told() | PROMETHEUS_OWN


@pytest.mark.parametrize("panel", panels(), ids=lambda panel: panel["title"])
def test_a_panel_asks_for_what_there_is_in_a_unit_from_the_chosen_prometheus(panel: dict[str, Any]) -> None:
    assert panel["targets"]
    for target in panel["targets"]:
        assert unknown(target["expr"], KNOWN) == []
        labels = {label for name, _ in named(target["expr"]) for label in KNOWN[name]}
        assert set(re.findall(r"{{(\w+)}}", target["legendFormat"])) <= labels
    assert panel["fieldConfig"]["defaults"]["unit"] in UNITS
    assert panel["description"]


def test_no_data_source_is_written_down() -> None:
    def uids(node: Any) -> Iterator[Any]:
        if isinstance(node, dict):
            if "datasource" in node:
                yield node["datasource"]
            for value in node.values():
                yield from uids(value)
        elif isinstance(node, list):
            for value in node:
                yield from uids(value)

    found = list(uids(DASHBOARD))
    assert found
    assert all(one == {"type": "prometheus", "uid": "${datasource}"} for one in found)
    variables = {one["name"]: one for one in DASHBOARD["templating"]["list"]}
    assert variables["datasource"]["type"] == "datasource"
    assert "http" not in json.dumps(DASHBOARD)


def test_the_variable_for_the_job_is_asked_of_a_metric_that_exists() -> None:
    (job,) = [one for one in DASHBOARD["templating"]["list"] if one["name"] == "job"]
    metric = re.fullmatch(r"label_values\((\w+), job\)", job["query"]["query"])
    assert metric is not None
    assert metric[1] in KNOWN


def test_panels_stand_beside_one_another_and_have_their_own_numbers() -> None:
    assert len({panel["id"] for panel in DASHBOARD["panels"]}) == len(DASHBOARD["panels"])
    taken: set[tuple[int, int]] = set()
    for panel in DASHBOARD["panels"]:
        at = panel["gridPos"]
        assert at["x"] + at["w"] <= 24
        cells = {(x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])}
        assert not cells & taken
        taken |= cells


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["alert"])
def test_a_rule_asks_for_what_there_is_and_says_what_to_do(rule: dict[str, Any]) -> None:
    assert unknown(rule["expr"], KNOWN) == []
    assert rule["labels"]["severity"] in ("warning", "critical")
    assert set(rule["annotations"]) == {"summary", "summary_en", "action"}


def test_every_metric_is_shown_or_watched_and_described() -> None:
    asked = " ".join([target["expr"] for panel in panels() for target in panel["targets"]] + [r["expr"] for r in RULES])
    families = {re.sub(r"_(bucket|sum|count)$", "", name) for name in told() if not name.endswith("_created")}
    assert [name for name in sorted(families) if name not in asked] == []
    operations = (ROOT / "docs/OPERATIONS.md").read_text(encoding="utf-8")
    assert [name for name in sorted(families) if f"`{name}" not in operations] == []


@pytest.mark.parametrize(
    ("expression", "wrong"),
    [
        ("max(masteria_queue_deepth)", ["masteria_queue_deepth"]),
        ('rate(masteria_events_total{state="lost"}[5m])', ['masteria_events_total{state="lost"}']),
        ('masteria_messages{status=~"failed|gone"}', ['masteria_messages{status="gone"}']),
        ('masteria_queue_depth{number="1"}', ["masteria_queue_depth{number}"]),
        ("sum by (company) (masteria_messages)", ["company"]),
        ("vector(1) > 0.5", ["no metric at all"]),
        ("histogram_quantile(0.9, max by (le) (rate(masteria_event_to_accepted_seconds_bucket[5m]))) > 1e3", []),
        ('max(up{job="masteria"}) == 0 or absent(up{job="masteria"})', []),
    ],
)
def test_what_no_scrape_tells_is_found(expression: str, wrong: list[str]) -> None:
    assert unknown(expression, KNOWN) == wrong
