from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from hypothesis import given

from engine.aliases import FIELD_ALIASES, find_fields, locate_fields
from engine.canonical import canonicalise
from engine.events import CANONICAL_FIELDS
from engine.jsonpath import MAX_STEPS, compile_path
from engine.mapping import compile_mapping
from engine.mapping_preview import FieldFound, explain, unread
from engine.payload_shape import MAX_PATHS, leaves, shape_of
from tests.unit.test_bodies import JSON_VALUES

RECEIVED = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
GRAPFY: dict[str, Any] = {
    "eventId": "e-1",
    "eventType": "pix_created",
    "customer": {"name": "Ana", "phoneNumber": "11900000000"},
    "plan": {"name": "Ouro"},
    "total": 97,
    "createdAt": "2025-12-20T14:00:00.000Z",
    "approvedAt": None,
    "commissions": {"splits": [{"value": n} for n in range(5)]},
}


def told(
    value: dict[str, Any], mapping: dict[str, Any] | None = None, headers: Mapping[str, str] | None = None
) -> dict[str, FieldFound]:
    compiled = compile_mapping(mapping)
    event = canonicalise(value, headers=headers or {}, received_at=RECEIVED, single=True, mapping=compiled)
    assert event is not None
    return {entry.field: entry for entry in explain(event, value, compiled)}


@given(JSON_VALUES)
def test_each_field_is_located_where_the_parser_finds_it(value: object) -> None:
    if not isinstance(value, dict):
        return
    placed = locate_fields(value)
    for (name, _, _), hit in zip(FIELD_ALIASES, find_fields(value), strict=True):
        assert (name in placed) == (hit is not None)
        if name in placed:
            found = compile_path(placed[name]).get(value)
            assert hit == found or (isinstance(found, list) and hit == found[0])


@given(JSON_VALUES)
def test_every_leafs_path_leads_to_it_and_leaves_are_bounded(value: object) -> None:
    found = leaves(value)
    assert len(found) <= MAX_PATHS
    for leaf in found:
        try:
            path = compile_path(leaf.path)
        except ValueError:  # longer than a path may be, or of a key that holds both quotes
            assert len(leaf.path) > 500 or ("'" in leaf.path and '"' in leaf.path)
            continue
        there = path.get(value)
        if leaf.kind == "text" and isinstance(there, str):
            assert leaf.example == there.encode("utf-8", "replace").decode()[:200]
        elif leaf.kind == "null":
            assert there is None
        elif leaf.kind in ("object", "list"):
            assert there in ({}, []) or path.text.count(".") + path.text.count("[") >= MAX_STEPS


def test_a_field_tells_its_path_and_origin() -> None:
    fields = told(GRAPFY, headers={"webhook-id": "h"})
    assert list(fields) == list(CANONICAL_FIELDS)
    assert (fields["customer_phone"].value, fields["customer_phone"].path) == (
        "+5511900000000",
        "$.customer.phoneNumber",
    )
    assert (fields["plan_name"].path, fields["order_value"].value) == ("$.plan.name", "97.00")
    assert (fields["occurred_at"].origin, fields["occurred_at"].path) == ("alias", "$.createdAt")
    assert fields["pix_code"] == FieldFound("pix_code", None, None, None, None)
    wrapped = told({"data": GRAPFY | {"eventId": None}}, headers={"webhook-id": "h"})
    assert wrapped["customer_name"].path == "$.data.customer.name"
    assert (wrapped["external_id"].origin, wrapped["external_id"].value) == ("header", "h")


def test_an_unreadable_approval_leaves_the_time_to_the_next_name() -> None:
    fields = told(GRAPFY | {"approvedAt": "logo"})
    assert (fields["occurred_at"].path, fields["occurred_at"].problem) == ("$.createdAt", "unreadable")


def test_what_no_field_reads_is_told_with_short_paths_written_in_full() -> None:
    mapping = {"plan_name": ["nada", "plan.name"], "customer_name": {"value": "cliente"}, "order_id": "commissions.x"}
    fields = told(GRAPFY, mapping)
    assert (fields["plan_name"].path, fields["customer_name"].origin) == ("$.plan.name", "constant")
    assert (fields["order_id"].origin, fields["order_id"].path) == (None, None)
    rest = [leaf.path for leaf in unread(GRAPFY, list(fields.values()))]
    assert rest == [
        "$.customer.name",
        "$.approvedAt",
        *(f"$.commissions.splits[{position}].value" for position in range(3)),
    ]


def test_shapes_are_of_keys_and_not_of_values() -> None:
    assert shape_of({"a": 1, "b": [{"c": 1}]}) == shape_of({"b": [{"c": "x"}, {"c": None}], "a": "y"})
    different: list[object] = [{}, {"a": 1}, {"a": {"b": 1}}, {"a": [1]}]
    assert len({shape_of(value) for value in different}) == 4
    assert leaves({"x": "a" * 900})[0].example == "a" * 200
    assert [leaf.path for leaf in leaves({"um nome": {"a.b": 1}, "it's": 2})] == ["$['um nome']['a.b']", '$["it\'s"]']
