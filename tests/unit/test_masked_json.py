"""What viewers see: that there is a phone or a document, and not which; everything else as it was."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from engine.masked_json import masked_json

_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(alphabet="abc é-"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(alphabet="abc", min_size=1), inner, max_size=3),
    max_leaves=20,
)


def _shown(value: object) -> object:
    return json.loads(masked_json(json.dumps(value).encode()))


def test_phones_and_documents_are_masked_by_their_fields() -> None:
    event = {
        "customer": {"name": "Ana", "phone": "+5511987654321", "document": "123.456.789-09"},
        "order_id": "11987654321",
    }
    assert _shown(event) == {
        "customer": {"name": "Ana", "phone": "+5511*******21", "document": "************09"},
        "order_id": "11987654321",
    }


def test_times_and_dates_stay() -> None:
    period = {"from": "2026-01-31T12:00:00.000Z", "to": "2026-01-31", "payload": {"at": "2026-01-31 12:00"}}
    assert _shown(period) == period


def test_what_others_wrote_is_masked_wherever_it_stands() -> None:
    payload = {"lead": {"celular": "(11) 98765-4321"}, "nota": "ligar 11987654321 hoje", "n": 5511987654321}
    shown = json.dumps(_shown({"payload": payload}))
    assert "98765" not in shown
    assert "ligar" in shown


def test_texts_of_messages_are_masked_inside_and_ids_are_not() -> None:
    text = "Ana (123.456.789-09), seu PIX foi pago. Dúvidas: +55 (11) 98765-4321 ou ana.silva@loja.test, pedido 7788"
    shown = str(_shown({"text": text})["text"])  # type: ignore[index]
    assert not any(secret in shown for secret in ("123.456", "98765", "ana.silva"))
    assert "a***@loja.test" in shown
    assert shown.startswith("Ana (")
    assert shown.endswith("pedido 7788")
    ours = {"content": {"template_id": "01990000-0000-7000-8000-000000000001", "at": "2026-01-31T12:00:00.000Z"}}
    assert _shown(ours) == ours


def test_addresses_are_masked_by_their_field() -> None:
    assert _shown({"email": "ana@loja.test", "note": "x"}) == {"email": "a***@loja.test", "note": "x"}
    assert _shown({"email": None}) == {"email": None}


def test_numbers_beyond_64_bits_stay_what_they_are() -> None:
    assert masked_json(b'{"payload":{"id":123456789012345678901234567890}}').endswith(
        b"123456789012345678901234567890}}"
    )


@given(_JSON)
def test_whatever_names_nobody_stays(value: object) -> None:
    assert _shown(value) == value
