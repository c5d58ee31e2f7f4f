"""Stored deliveries → what mappings and rules are made from: distinct shapes, values by path, a mapping's preview.

Runs in a thread: hundreds of bodies are parsed at once. Called by gateway/routes/capturing.py.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import tzinfo
from typing import Any
from uuid import UUID

import orjson

from engine.bodies import count_events
from engine.events import CANONICAL_FIELDS
from engine.ids import time_to_ms
from engine.json_text import SpelledFloat
from engine.mapping import compile_mapping
from engine.mapping_preview import explain, unread
from engine.payload_shape import MAX_PATHS, Leaf, leaves, shape_of
from engine.reading import ReadEvent, WebhookReader
from engine.reading_reasons import FIELD
from gateway.reasons import in_words
from gateway.views import stored_json, time_text
from storage.searching import Row
from storage.webhooks import WebhookRecord

_NO_ID = bytes(16)


def read_delivery(
    webhook: WebhookRecord, mapping: Mapping[str, object], zone: tzinfo, row: Row, position: int = 0
) -> ReadEvent:
    """Return one event of a stored delivery as the shard would read it with this mapping."""
    body, content_type = row["raw_body"], row["content_type"]
    reader = WebhookReader(webhook.id.bytes, mapping, webhook.dedupe, zone)
    ids = [_NO_ID] * count_events(body, content_type)[0]
    read = reader.read(body, content_type, row["headers"].encode(), time_to_ms(row["created_at"]), ids)
    return read[min(position, len(read) - 1)]


def distinct_captures(webhook: WebhookRecord, zone: tzinfo, rows: Sequence[Row], most: int) -> list[dict[str, Any]]:
    """Return the newest delivery of each event type and shape, newest first, and how many looked like it."""
    found: dict[tuple[str | None, str], dict[str, Any]] = {}
    for row in rows:
        read = read_delivery(webhook, webhook.mapping, zone, row)
        shape = "unparsed" if read.event is None else shape_of(read.item.value)
        place = (None if read.event is None else read.event.event_type, shape)
        if place in found:
            found[place]["seen"] += 1
        elif len(found) < most:
            found[place] = _capture(webhook, row, read, shape)
    return list(found.values())


def _capture(webhook: WebhookRecord, row: Row, read: ReadEvent, shape: str) -> dict[str, Any]:
    fields: dict[str, str] = {}
    if read.event is not None and isinstance(read.item.value, dict):
        told = explain(read.event, read.item.value, compile_mapping(webhook.mapping))
        fields = {entry.path: entry.field for entry in told if entry.path is not None}
    return {
        "id": row["id"],
        "event_id": row["event_id"],
        "event_type": None if read.event is None else read.event.event_type,
        "shape": shape,
        "seen": 1,
        "content_type": row["content_type"],
        "headers": stored_json(row["headers"]),
        "body": row["raw_body"].decode("utf-8", "replace"),
        "values": [{**_leaf(leaf), "field": fields.get(leaf.path)} for leaf in leaves(read.item.value)],
        "created_at": time_text(row["created_at"]),
    }


def _leaf(leaf: Leaf) -> dict[str, Any]:
    example = leaf.example.text if isinstance(leaf.example, SpelledFloat) else leaf.example
    return {"path": leaf.path, "kind": leaf.kind, "example": example}


def preview(
    webhook: WebhookRecord, mapping: Mapping[str, object], zone: tzinfo, row: Row, position: int
) -> dict[str, Any]:
    """Return what a mapping makes of one event of a delivery: fields with their paths and problems, and the rest."""
    read = read_delivery(webhook, mapping, zone, row, position)
    answer: dict[str, Any] = {
        "parsed": read.event is not None,
        "reason": read.item.reason,
        "reason_text": in_words(read.item.reason),
        "fields": [],
        "unmapped": [],
        "unmapped_capped": False,
    }
    if read.event is None or not isinstance(read.item.value, dict):
        return answer
    found = explain(read.event, read.item.value, compile_mapping(mapping))
    rest = unread(read.item.value, found)
    for entry in found:
        note = CANONICAL_FIELDS[entry.field]
        words = FIELD.get(entry.problem or "")
        answer["fields"].append(
            {
                "field": entry.field,
                "kind": note.kind,
                "label": {"pt": note.pt, "en": note.en},
                "value": entry.value,
                "origin": entry.origin,
                "path": entry.path,
                "problem": entry.problem,
                "problem_text": None if words is None else {"pt": words.pt, "en": words.en},
            }
        )
    answer["unmapped"] = [_leaf(leaf) for leaf in rest]
    answer["unmapped_capped"] = len(leaves(read.item.value, MAX_PATHS + 1)) > MAX_PATHS
    return answer


def pasted(payload: object, received: Any) -> Row:
    """Return a payload that somebody pasted in the form of a stored delivery."""
    return {
        "id": UUID(int=0),
        "created_at": received,
        "content_type": "application/json",
        "headers": "{}",
        "raw_body": orjson.dumps(payload),
    }
