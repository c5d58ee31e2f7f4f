from __future__ import annotations

from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.bodies import count_events
from engine.dedupe import DedupeKey, compile_dedupe, validate_dedupe
from engine.ids import IdMaker
from engine.reading import WebhookReader, id_headers
from tests.unit.test_bodies import BODIES, CONTENT_TYPES

MINUTE_MS = 60_000
START_MS = 1_766_200_000_000
WEBHOOK, OTHER_WEBHOOK = b"w" * 16, b"x" * 16
IDS = IdMaker()


def keys(
    body: Any,
    *,
    dedupe: dict[str, object] | None = None,
    headers: dict[str, str] | None = None,
    received_ms: int = START_MS,
    webhook: bytes = WEBHOOK,
    mapping: dict[str, object] | None = None,
) -> list[DedupeKey]:
    raw = body if isinstance(body, bytes) else orjson.dumps(body)
    reader = WebhookReader(webhook, mapping, dedupe)
    ids = [IDS.make(received_ms) for _ in range(count_events(raw, "application/json")[0])]
    return [e.key for e in reader.read(raw, "application/json", orjson.dumps(headers or {}), received_ms, ids)]


def key(body: Any, **options: Any) -> bytes:
    [only] = keys(body, **options)
    return only.key


def repeats(later: DedupeKey, earlier: DedupeKey, earlier_ms: int) -> bool:
    """Decide as the shard does: the claimed key is taken, or the look-back finds an event that is recent enough."""
    return later.key == earlier.key or (later.earlier == earlier.key and earlier_ms >= later.earlier_from_ms)


def test_the_providers_id_makes_the_key_whatever_else_differs() -> None:
    assert key({"eventId": "e", "a": 1}) == key({"eventId": "e", "a": 2}, received_ms=START_MS + 10**9)
    assert key({"eventId": "e"}) == key({"data": {"event_id": "e"}})


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (b'{"eventId":1}', b'{"eventId":"1"}'),
        (b'{"eventId":"a"}', b'{"eventId":"A"}'),
        (b'{"eventId":"a"}', b'{"eventId":"a "}'),
        (b'{"eventId":"a"}', b'{"eventId":"a\\u0000"}'),
        (b'{"eventId":"\\ud800"}', b'{"eventId":"\\ud801"}'),
        (b'{"eventId":1.10}', b'{"eventId":1.1}'),
        (b'{"eventId":1.0}', b'{"eventId":1}'),
        (b'{"eventId":18446744073709551617}', b'{"eventId":18446744073709551618}'),
        (b'{"eventId":1e400}', b'{"eventId":1e401}'),
        (b'{"eventId":12345678901234567.1}', b'{"eventId":12345678901234567.2}'),
        (b'{"eventId":"' + b"e" * 5000 + b'1"}', b'{"eventId":"' + b"e" * 5000 + b'2"}'),
    ],
)
def test_an_id_is_taken_as_it_was_written(one: bytes, other: bytes) -> None:
    assert key(one) != key(other)
    assert key(one) == key(one)


def test_another_webhooks_events_never_meet() -> None:
    for options in ({}, {"dedupe": {"path": "$.a"}}, {"dedupe": {"same_bytes_minutes": 5}}):
        body = {"a": 1} if options else {"eventId": "e"}
        assert key(body, **options) != key(body, webhook=OTHER_WEBHOOK, **options)


def test_an_event_without_an_id_keeps_its_own() -> None:
    first, second = key({"a": 1}), key({"a": 1})
    assert first != second
    assert first[6] >> 4 == 7


def test_a_digest_is_never_an_id() -> None:
    for options in ({}, {"dedupe": {"path": "$.a"}}, {"dedupe": {"same_bytes_minutes": 5}}):
        body = {"a": 1} if options else {"eventId": "e"}
        assert key(body, **options)[6] >> 4 == 8


def test_kinds_of_keys_never_meet() -> None:
    same = "abc"
    made = {
        key({"eventId": same}),
        key({}, headers={"webhook-id": same}),
        key({"k": same}, dedupe={"path": "$.k"}),
        key({"k": same}, dedupe={"path": "k"}),
        key({"k": same}, dedupe={"same_bytes_minutes": 1}),
        key({"k": same}, dedupe={"same_bytes_minutes": 2}),
    }
    assert len(made) == 6


def test_a_header_names_a_single_event_even_when_it_stays_unparsed() -> None:
    assert key(b"<xml>", headers={"webhook-id": "h"}) == key(b"<other>", headers={"webhook-id": "h"})
    first, second = keys([{}, {}], headers={"webhook-id": "h"})
    assert first != second


def test_the_key_path_counts_where_there_is_no_id() -> None:
    options = {"dedupe": {"path": "$.order.number"}}
    assert key({"order": {"number": 7}, "x": 1}, **options) == key({"order": {"number": 7}, "x": 2}, **options)
    assert key({"order": {"number": 7}}, **options) != key({"order": {"number": "7"}}, **options)
    assert key(b'{"order":{"number":1.10}}', **options) != key(b'{"order":{"number":1.1}}', **options)
    assert key({"eventId": "e", "order": {"number": 7}}, **options) == key({"eventId": "e"})
    for nothing in (None, "", " ", True, [1], {"a": 1}):
        body = {"order": {"number": nothing}}
        assert key(body, **options) != key(body, **options)


def test_a_mapped_id_is_an_id() -> None:
    assert key({"id": "e"}, mapping={"external_id": "$.id"}) == key({"eventId": "e"})


@given(st.integers(1, 60), st.integers(0, 10**7), st.integers(0, 3 * 60 * MINUTE_MS))
def test_same_bytes_merge_within_the_minutes_and_not_beyond(minutes: int, offset_ms: int, gap_ms: int) -> None:
    first_ms = START_MS + offset_ms
    options: dict[str, Any] = {"dedupe": {"same_bytes_minutes": minutes}}
    [first] = keys({"a": 1}, received_ms=first_ms, **options)
    [second] = keys({"a": 1}, received_ms=first_ms + gap_ms, **options)
    window_ms = minutes * MINUTE_MS
    if gap_ms != window_ms:
        assert repeats(second, first, first_ms) == (gap_ms < window_ms)


def test_same_bytes_are_the_bytes_of_this_delivery_and_place() -> None:
    options: dict[str, Any] = {"dedupe": {"same_bytes_minutes": 5}}
    assert key(b'{"a":1}', **options) != key(b'{"a": 1}', **options)
    first, second = keys([{"a": 1}, {"a": 1}], **options)
    assert first.key != second.key
    assert keys([{"a": 1}, {"a": 1}], **options) == [first, second]
    assert key(b"<xml>", **options) == key(b"<xml>", **options)


def test_settings_are_checked() -> None:
    assert validate_dedupe({}) == []
    assert validate_dedupe({"path": "$.a", "same_bytes_minutes": 5}) == []
    wrong = {"path": "$..", "same_bytes_minutes": 0, "x": 1}
    assert {error["field"] for error in validate_dedupe(wrong)} == {"dedupe." + name for name in wrong}
    assert validate_dedupe({"path": ["a"]}) != []
    assert validate_dedupe([]) != []
    assert compile_dedupe(wrong) == compile_dedupe(None)
    assert compile_dedupe({"same_bytes_minutes": True}).same_bytes_minutes == 0


def test_ids_that_were_allotted_are_all_answered() -> None:
    reader = WebhookReader(WEBHOOK)
    entries = reader.read(b'{"eventId":"e"}', None, b"{}", START_MS, [b"1" * 16, b"2" * 16])
    assert [entry.item.reason for entry in entries] == ["count_mismatch"] * 2
    assert [entry.key.key for entry in entries] == [b"1" * 16, b"2" * 16]


@pytest.mark.parametrize("headers", [b"", b"[]", b'{"webhook-id":1}', b'"webhook-id"', b'{"webhook-id"'])
def test_headers_that_name_no_id(headers: bytes) -> None:
    assert dict(id_headers(headers)) == {}


@given(BODIES, CONTENT_TYPES, st.sampled_from([{}, {"path": "$.a"}, {"path": "$.a[0]"}, {"same_bytes_minutes": 1}]))
def test_any_delivery_is_read_the_same_way_twice(
    body: bytes, content_type: str | None, dedupe: dict[str, object]
) -> None:
    reader = WebhookReader(WEBHOOK, None, dedupe)
    ids = [IDS.make(START_MS) for _ in range(count_events(body, content_type)[0])]
    first = reader.read(body, content_type, b"{}", START_MS, ids)
    again = reader.read(body, content_type, b"{}", START_MS, ids)
    assert [entry.key for entry in first] == [entry.key for entry in again]
    assert len({entry.key.key for entry in first}) <= len(ids) == len(first)
    assert all(len(entry.key.key) == 16 for entry in first)
