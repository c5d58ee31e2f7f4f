"""One delivery → its events, read and keyed: the whole parsing half of the shard's hot path in one call."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import tzinfo
from typing import NamedTuple

import orjson

from engine.aliases import ID_HEADERS
from engine.bodies import DecodedItem, decode_body
from engine.canonical import canonicalise, header_id_key
from engine.dedupe import DedupeKey, compile_dedupe, dedupe_key
from engine.events import CanonicalEvent
from engine.ids import ms_to_time
from engine.mapping import compile_mapping
from engine.times import SAO_PAULO

_ID_HEADER_MARKS = tuple(name.encode() for name in ID_HEADERS)
_NO_HEADERS: Mapping[str, str] = {}


class ReadEvent(NamedTuple):
    """One event of a delivery. ``item.reason`` tells why it is unparsed or why its payload column is empty."""

    item: DecodedItem
    event: CanonicalEvent | None
    key: DedupeKey


class WebhookReader:
    """Reads the deliveries of one webhook; made anew when its mapping or dedupe settings change."""

    __slots__ = ("_dedupe", "_mapping", "_webhook_id", "_zone")

    def __init__(
        self,
        webhook_id: bytes,
        mapping: Mapping[str, object] | None = None,
        dedupe: Mapping[str, object] | None = None,
        zone: tzinfo = SAO_PAULO,
    ) -> None:
        self._webhook_id = webhook_id
        self._mapping = compile_mapping(mapping)
        self._dedupe = compile_dedupe(dedupe)
        self._zone = zone

    def read(
        self,
        body: bytes,
        content_type: str | None,
        headers_json: bytes,
        received_ms: int,
        event_ids: Sequence[bytes],
    ) -> list[ReadEvent]:
        """Return one entry per event id, in the body's order; never raises for what is in the body.

        Args:
            body: the bytes as delivered.
            content_type: the header's value, if any.
            headers_json: the delivery's headers as a JSON object with lower-case names (parsed only when they
                hold an event's id).
            received_ms: milliseconds since 1970.
            event_ids: the ids (16 bytes each) the gateway allotted after :func:`engine.bodies.count_events`.
        """
        headers = id_headers(headers_json)
        events = self._read(body, content_type, headers, received_ms, event_ids, spelled=False)
        for entry in events:
            if self._lost_spelling(entry):
                return self._read(body, content_type, headers, received_ms, event_ids, spelled=True)
        return events

    def _read(
        self,
        body: bytes,
        content_type: str | None,
        headers: Mapping[str, str],
        received_ms: int,
        event_ids: Sequence[bytes],
        *,
        spelled: bool,
    ) -> list[ReadEvent]:
        items = decode_body(body, content_type, spelled=spelled)
        if len(items) != len(event_ids):
            # Only a gateway of another version counts otherwise; its ids were given away already.
            items = [DecodedItem(None, None, "count_mismatch")] * len(event_ids)
        received_at = ms_to_time(received_ms)
        single = len(items) == 1
        header_key = header_id_key(headers) if single and headers else None
        events = []
        for position, (item, own_id) in enumerate(zip(items, event_ids, strict=True)):
            event = canonicalise(
                item.value,
                headers=headers,
                received_at=received_at,
                single=single,
                mapping=self._mapping,
                zone=self._zone,
            )
            key = dedupe_key(
                self._webhook_id,
                event,
                settings=self._dedupe,
                value=item.value,
                body=body,
                position=position,
                received_ms=received_ms,
                own_id=own_id,
                header_key=header_key,
            )
            events.append(ReadEvent(item, event, key))
        return events

    def _lost_spelling(self, entry: ReadEvent) -> bool:
        """Tell whether the key was made of a float, whose spelling (``1.10``) only a slower parse keeps."""
        if entry.event is None:
            return False
        if entry.event.id_key is not None:
            return entry.event.id_key[:1] == b"f"
        return self._dedupe.path is not None and type(self._dedupe.path.get(entry.item.value)) is float


def id_headers(headers_json: bytes) -> Mapping[str, str]:
    """Return the headers that may hold an event's id; most deliveries have none and cost no parsing."""
    if _ID_HEADER_MARKS[0] not in headers_json and _ID_HEADER_MARKS[1] not in headers_json:
        return _NO_HEADERS
    try:
        headers = orjson.loads(headers_json)
    except orjson.JSONDecodeError:
        return _NO_HEADERS
    if type(headers) is not dict:
        return _NO_HEADERS
    return {name: headers[name] for name in ID_HEADERS if type(headers.get(name)) is str}
