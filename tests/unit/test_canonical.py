from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.aliases import FIELD_ALIASES
from engine.bodies import decode_body
from engine.canonical import canonicalise
from engine.event_types import EVENT_TYPES, TYPE_SYNONYMS, event_type_of
from engine.events import CANONICAL_FIELDS, CanonicalEvent
from engine.mapping import NO_MAPPING, FieldMapping, compile_mapping, validate_mapping
from engine.reading_reasons import FIELD
from engine.texts import MAX_ID_LENGTH, snake_case, stored_id
from tests.unit.test_bodies import BODIES, CONTENT_TYPES, JSON_VALUES

RECEIVED = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def event_of(
    value: Any, headers: Mapping[str, str] | None = None, *, single: bool = True, mapping: FieldMapping = NO_MAPPING
) -> CanonicalEvent:
    event = canonicalise(value, headers=headers or {}, received_at=RECEIVED, single=single, mapping=mapping)
    assert event is not None
    return event


@pytest.mark.parametrize("container", ["data", "payload", "body", "event"])
def test_each_container_is_looked_into(container: str) -> None:
    event = event_of({container: {"eventId": "e", "customer": {"name": "Ana"}, "order": {"id": 7}}})
    assert (event.external_id, event.customer_name, event.order_id) == ("e", "Ana", "7")


def test_nowhere_else() -> None:
    event = event_of({"plan": {"name": "Ouro"}, "data": {"inner": {"name": "x"}}, "metadata": {"phone": "11900000000"}})
    assert (event.customer_name, event.customer_phone, event.plan_name) == (None, None, "Ouro")


def test_an_earlier_alias_in_a_container_wins_over_a_later_one_at_the_root() -> None:
    event = event_of(
        {"type": "charge", "name": "raiz", "data": {"eventType": "pix_created", "customer": {"name": "Ana"}}}
    )
    assert (event.event_type, event.customer_name) == ("pix_created", "Ana")


def test_the_root_wins_over_the_containers_for_the_same_alias() -> None:
    assert event_of({"phone": "11900000001", "data": {"phone": "11900000002"}}).customer_phone == "+5511900000001"


def test_blank_and_null_are_no_hits() -> None:
    event = event_of({"orderId": " ", "order": {"id": None}, "order_id": "o", "customer": {"name": ""}, "name": "Ana"})
    assert (event.order_id, event.customer_name) == ("o", "Ana")


def test_a_bare_id_is_nobodys_event_id() -> None:
    assert event_of({"id": "pedido-1"}).external_id is None


@pytest.mark.parametrize("header", ["webhook-id", "x-event-id"])
def test_a_header_gives_the_id_of_a_single_event_only(header: str) -> None:
    assert event_of({}, {header: "h-1"}).external_id == "h-1"
    assert event_of({}, {header: "h-1"}, single=False).external_id is None
    assert event_of({"eventId": "b-1"}, {header: "h-1"}).external_id == "b-1"
    assert event_of({}, {"x-webhook-id": "endpoint"}).external_id is None


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("purchase_approved", "order_approved"),
        ("sale.approved", "order_approved"),
        ("PaymentApproved", "order_approved"),
        ("order.paid", "order_approved"),
        ("lead.created", "lead_created"),
        ("PURCHASE_OUT_OF_SHOPPING_CART", "cart_abandoned"),
        ("Compra Recusada", "order_refused"),
        ("refunded", "order_refunded"),
        ("ORDER.CHARGEBACK", "order_chargeback"),
        ("subscription-canceled", "subscription_cancelled"),
        ("payment_received", "payment_received"),
        ("Cobrança vencida", "cobranca_vencida"),
        ("pixCreated", "pix_created"),
        ("HTTPError", "http_error"),
        ("!!!", None),
    ],
)
def test_event_types_become_one_list(written: str, name: str | None) -> None:
    assert event_of({"event": written}).event_type == name
    assert event_type_of(written) == name


def test_every_type_has_words_and_a_synonym_means_one_type_only() -> None:
    assert {"pix_created", "order_refused", "order_refunded", "order_chargeback", "cart_abandoned"} <= set(EVENT_TYPES)
    synonyms = [synonym for note in EVENT_TYPES.values() for synonym in note.synonyms]
    assert len(synonyms) == len(set(synonyms)) == len(TYPE_SYNONYMS)
    for name, note in EVENT_TYPES.items():
        assert note.pt
        assert note.en
        assert snake_case(name) == event_type_of(name) == name
        assert all(snake_case(synonym) == synonym and synonym not in EVENT_TYPES for synonym in note.synonyms)


def test_a_webhooks_own_names_of_types_go_first() -> None:
    mapping = compile_mapping(
        {
            "event_type": "$.codigo",
            "types": {"VENDA_OK": "order.paid", " 3 ": "order_refunded", "refund": "minha_coisa"},
        }
    )
    assert event_of({"codigo": "VENDA_OK"}, mapping=mapping).event_type == "order_approved"
    assert event_of({"codigo": 3}, mapping=mapping).event_type == "order_refunded"
    assert event_of({"codigo": "refund"}, mapping=mapping).event_type == "minha_coisa"
    assert event_of({"codigo": "pix.gerado"}, mapping=mapping).event_type == "pix_created"
    only_types = compile_mapping({"types": {"VENDA_OK": "order_approved"}})
    assert event_of({"event": " VENDA_OK "}, mapping=only_types).event_type == "order_approved"


@pytest.mark.parametrize(
    "types", [[], "x", {"": "order_approved"}, {"a": ""}, {"a": 1}, {"a": "!!"}, {"a" * 201: "b"}, {"a\x00": "b"}]
)
def test_types_that_make_no_sense_are_named(types: object) -> None:
    [problem] = validate_mapping({"types": types})
    assert problem["field"].startswith("mapping.types")
    assert compile_mapping({"types": types}).types == {}


def test_occurred_at_prefers_the_approval_and_falls_back_to_the_receipt() -> None:
    assert event_of({"createdAt": "2025-01-01T00:00:00Z", "timestamp": 1}).occurred_at.year == 2025
    unreadable = event_of({"approvedAt": "logo", "createdAt": "2025-01-01T00:00:00Z"})
    assert unreadable.occurred_at.year == 2025
    assert unreadable.problems == [("occurred_at", "unreadable")]
    assert event_of({}).occurred_at == RECEIVED


@pytest.mark.parametrize(
    ("written", "kept"),
    [("000.000.000-00", "00000000000"), ("12.345.678/0001-95", "12345678000195"),
     ("12.ABC.345/01de-35", "12ABC34501DE35"), (12345678901, "12345678901"),
     ("PASS 12-3", "PASS 12-3"), ("\x00", None)],
)  # fmt: skip
def test_documents(written: object, kept: str | None) -> None:
    assert event_of({"customer": {"cpf": written}}).customer_document == kept


def test_unreadable_fields_are_empty_with_a_reason() -> None:
    event = event_of(
        {"phone": "abc", "total": "1,234.56", "pixExpirationAt": "amanhã", "customer": {"name": "x" * 301}}
    )
    assert (event.customer_phone, event.order_value_cents, event.pix_expires_at) == (None, None, None)
    assert len(event.customer_name or "") == 300
    assert set(event.problems) == {
        ("customer_phone", "unreadable"),
        ("order_value", "unreadable"),
        ("pix_expires_at", "unreadable"),
        ("customer_name", "shortened"),
    }


def test_a_pix_code_with_a_wrong_checksum_is_kept_and_noted() -> None:
    event = event_of({"qrCode": "00020126580014br.gov.bcb.pix6304FFFF"})
    assert event.pix_code == "00020126580014br.gov.bcb.pix6304FFFF"
    assert event.problems == [("pix_code", "checksum")]


def test_repeated_form_fields_count_once_but_ids_do_not() -> None:
    event = event_of(
        {"phone": ["11900000000", "11900000001"], "eventId": ["a", "b"], "orderId": ["a"], "name": [["x"]]}
    )
    assert (event.customer_phone, event.external_id, event.order_id, event.customer_name) == (
        "+5511900000000",
        None,
        None,
        None,
    )


def test_booleans_and_objects_are_no_values() -> None:
    event = event_of({"total": True, "phone": {"n": 1}, "eventId": False, "customer": 5, "value": {"x": 1}})
    assert all(event.value(name) is None for name in CANONICAL_FIELDS if name != "occurred_at")
    assert event.problems == []


def test_every_canonical_field_has_a_value_and_nothing_else_has() -> None:
    event = event_of({"total": "97"})
    assert event.value("order_value") == Decimal("97.00")
    assert str(event.value("order_value")) == "97.00"
    for name in CANONICAL_FIELDS:
        event.value(name)
    with pytest.raises(KeyError):
        event.value("problems")


def test_aliases_are_of_canonical_fields() -> None:
    assert [name for name, _, _ in FIELD_ALIASES[:13]] == list(CANONICAL_FIELDS)[:13]
    assert list(CANONICAL_FIELDS)[13:] == ["occurred_at"]


def test_mapping_overrides_the_aliases() -> None:
    mapping = compile_mapping(
        {
            "external_id": "$.id",
            "customer_phone": ["$.buyer.tel", "$.contacts[0].tel"],
            "event_type": {"path": "$.kind", "value": "lead_created"},
            "occurred_at": "$.when",
            "order_value": "$.cents",
        }
    )
    body = {"id": 5, "eventId": "e", "contacts": [{"tel": "11900000000"}], "phone": "11900000001", "total": 3,
            "when": "2025-01-01T00:00:00Z", "createdAt": "2024-01-01T00:00:00Z"}  # fmt: skip
    event = event_of(body, {"webhook-id": "h"}, mapping=mapping)
    assert event.external_id == "5"
    assert event.customer_phone == "+5511900000000"
    assert event.event_type == "lead_created"
    assert event.occurred_at.year == 2025
    assert event.order_value_cents is None
    assert event_of({"kind": "x"}, {"webhook-id": "h"}, mapping=mapping).external_id is None


def test_a_mapping_is_checked_entry_by_entry() -> None:
    wrong = {
        "name": "$.a",
        "order_id": "$..a",
        "plan_name": [],
        "product_name": {"x": 1},
        "external_id": {"value": "1"},
        "pix_code": {"value": ""},
        "event_type": 7,
        "customer_name": "$.ok",
    }
    assert [error["field"] for error in validate_mapping(wrong)] == [f"mapping.{name}" for name in list(wrong)[:-1]]
    assert list(compile_mapping(wrong).fields) == ["customer_name"]
    assert validate_mapping([]) != []
    assert validate_mapping({"event_type": {"value": "lead_created"}}) == []


def test_ids_are_stored_bounded_and_distinct() -> None:
    assert stored_id(" a\x00b ") == "ab"
    assert stored_id("\x00") is None
    assert stored_id("x" * MAX_ID_LENGTH) == "x" * MAX_ID_LENGTH
    first, second = stored_id("ção" * 300 + "1"), stored_id("ção" * 300 + "2")
    assert first is not None
    assert first != second
    assert len(first.encode()) < 2_000


@given(st.text(max_size=300))
def test_snake_case_is_stable(text: str) -> None:
    name = snake_case(text)
    assert name is None or (snake_case(name) == name and len(name) <= 100)


@given(st.text(st.characters(codec=None)))
def test_stored_ids_can_be_stored(text: str) -> None:
    kept = stored_id(text)
    assert kept is None or ("\x00" not in kept and len(kept.encode()) <= MAX_ID_LENGTH * 4)


ALIAS_PARTS = {part for _, _, aliases in FIELD_ALIASES for alias in aliases for part in alias if part}
FIELD_NAMES = st.sampled_from([*sorted(ALIAS_PARTS), "data", "payload", "body"])
LIKELY = st.recursive(
    JSON_VALUES | st.text("0123456789.,-+R$TZ: ", max_size=24),
    lambda inner: st.dictionaries(FIELD_NAMES, inner, max_size=6) | st.lists(inner, max_size=2),
    max_leaves=12,
)


def check(event: CanonicalEvent | None) -> None:
    if event is None:
        return
    assert event.occurred_at.tzinfo is UTC
    assert all(field in CANONICAL_FIELDS and code in FIELD for field, code in event.problems)
    for name in CANONICAL_FIELDS:
        value = event.value(name)
        if isinstance(value, str):
            assert value
            assert "\x00" not in value
            assert len(value.encode()) <= 8_000


@given(st.dictionaries(FIELD_NAMES, LIKELY, max_size=8), st.dictionaries(st.sampled_from(["webhook-id"]), st.text()))
def test_any_value_becomes_an_event(value: dict[str, object], headers: dict[str, str]) -> None:
    check(canonicalise(value, headers=headers, received_at=RECEIVED, single=True))


@given(JSON_VALUES)
def test_any_json_becomes_an_event_or_stays_unparsed(value: object) -> None:
    event = canonicalise(value, headers={}, received_at=RECEIVED, single=True)
    assert (event is None) == (type(value) is not dict)
    check(event)


@given(BODIES, CONTENT_TYPES)
def test_any_bytes_become_events_or_stay_unparsed(body: bytes, content_type: str | None) -> None:
    for item in decode_body(body, content_type):
        check(canonicalise(item.value, headers={}, received_at=RECEIVED, single=True))
