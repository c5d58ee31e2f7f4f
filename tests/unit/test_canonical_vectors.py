"""Every case of vectors/webhooks.json, through the same call as the shard's."""

from __future__ import annotations

import base64
from datetime import UTC, datetime
from typing import Any

import pytest

from engine.bodies import count_events
from engine.events import CANONICAL_FIELDS, CanonicalEvent
from engine.ids import time_to_ms
from engine.money import cents_to_text
from engine.reading import ReadEvent, WebhookReader
from engine.texts import MAX_ID_LENGTH
from tests.unit.vectors import load

CASES: dict[str, dict[str, Any]] = {case["name"]: case for case in load("webhooks.json")}
RECEIVED_MS = time_to_ms(datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC))
WEBHOOK = bytes(range(16))


def body_of(case: dict[str, Any]) -> bytes:
    return base64.b64decode(case["body_base64"]) if "body_base64" in case else case["body"].encode()


def read(name: str) -> list[ReadEvent]:
    case = CASES[name]
    body = body_of(case)
    ids = [bytes([position]) * 16 for position in range(count_events(body, case["content_type"])[0])]
    return WebhookReader(WEBHOOK).read(body, case["content_type"], b"{}", RECEIVED_MS, ids)


def as_vector(event: CanonicalEvent, name: str) -> str | None:
    if name == "order_value":
        return None if event.order_value_cents is None else cents_to_text(event.order_value_cents)
    value = event.value(name)
    return value.isoformat().replace("+00:00", "Z") if isinstance(value, datetime) else value  # type: ignore[return-value]


@pytest.mark.parametrize("name", CASES)
def test_vector_gives_its_canonical_fields(name: str) -> None:
    expected = CASES[name]["canonical"]
    events = [entry.event for entry in read(name)]
    wanted = expected if isinstance(expected, list) else [expected]
    assert len(events) == len(wanted)
    for event, fields in zip(events, wanted, strict=True):
        if fields is None:
            assert event is None
            continue
        assert event is not None
        assert {key: as_vector(event, key) for key in fields} == fields
        assert set(fields) <= set(CANONICAL_FIELDS)


@pytest.mark.parametrize("name", [n for n, case in CASES.items() if case["canonical"] is None])
def test_unparsed_vector_says_why(name: str) -> None:
    [entry] = read(name)
    assert entry.item.value is None
    assert entry.item.reason in {"not_json", "json_too_deep"}


@pytest.mark.parametrize(
    ("name", "reason"),
    [("nul_escape", "payload_nul"), ("lone_surrogate", "payload_surrogate"), ("huge_number", "payload_number")],
)
def test_what_jsonb_cannot_hold_leaves_the_payload_empty_with_a_reason(name: str, reason: str) -> None:
    [entry] = read(name)
    assert entry.item.jsonb is None
    assert entry.item.reason == reason
    assert entry.event is not None


def test_huge_number_is_noted_as_a_problem() -> None:
    [entry] = read("huge_number")
    assert entry.event is not None
    assert entry.event.problems == [("order_value", "too_large")]


def test_long_id_fits_the_index_and_stays_distinct() -> None:
    [entry] = read("long_id")
    assert entry.event is not None
    assert entry.event.external_id is not None
    assert len(entry.event.external_id.encode()) <= MAX_ID_LENGTH * 4
    body = body_of(CASES["long_id"])
    other = body.replace(b"e" * 600, b"e" * 599 + b"f", 1)
    assert other != body
    [changed] = WebhookReader(WEBHOOK).read(other, "application/json", b"{}", RECEIVED_MS, [bytes(16)])
    assert changed.event is not None
    assert changed.event.external_id != entry.event.external_id
    assert changed.key != entry.key


def test_big_integers_are_two_events() -> None:
    first, second = read("big_integer_ids")
    assert first.key != second.key


def test_grapfy_body_is_kept_as_jsonb_word_for_word() -> None:
    [entry] = read("grapfy_pix_created")
    assert entry.item.jsonb == CASES["grapfy_pix_created"]["body"]
    assert entry.item.reason is None
    assert entry.event is not None
    assert entry.event.problems == []
