"""Which earlier event an event repeats: its 16-byte key in ``event_keys``.

In order: the provider's id as it was written; the value at the webhook's key path; the same bytes within some
minutes; else the event's own id, which merges with nothing. Keys are bound to the webhook.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import NamedTuple

from engine.events import CanonicalEvent
from engine.json_text import SpelledFloat
from engine.jsonpath import Path, compile_path

MAX_SAME_BYTES_MINUTES = 1_440
_MINUTE_MS = 60_000


class DedupeKey(NamedTuple):
    """The key an event claims, and where else to look.

    ``key`` is inserted into ``event_keys``; a conflict means: a repetition of that row's event. ``earlier`` is
    only set for "same bytes within N minutes": time is cut into windows of N minutes, and a repetition may lie
    just behind the edge. If ``event_keys`` holds ``earlier`` for an event whose id was made at or after
    ``earlier_from_ms`` (``engine.ids.id_ms``), this event repeats that one and claims nothing.
    """

    key: bytes
    earlier: bytes | None = None
    earlier_from_ms: int = 0


@dataclass(frozen=True, slots=True)
class DedupeSettings:
    """A webhook's ``dedupe`` column, compiled."""

    path: Path | None = None
    same_bytes_minutes: int = 0


NO_DEDUPE = DedupeSettings()


def compile_dedupe(dedupe: Mapping[str, object] | None) -> DedupeSettings:
    """Return the settings of a webhook's row; what makes no sense is left out."""
    dedupe = dedupe or {}
    path, minutes = dedupe.get("path"), dedupe.get("same_bytes_minutes")
    try:
        compiled = compile_path(path) if isinstance(path, str) else None
    except ValueError:
        compiled = None
    return DedupeSettings(compiled, minutes if _minutes_make_sense(minutes) else 0)  # type: ignore[arg-type]


def validate_dedupe(dedupe: object) -> list[dict[str, str]]:
    """Return what is wrong with a webhook's ``dedupe``, as ``{"field", "reason"}`` pairs."""
    if not isinstance(dedupe, Mapping):
        return [{"field": "dedupe", "reason": "an object is needed"}]
    errors = [
        {"field": f"dedupe.{name}", "reason": "this setting is unknown"}
        for name in dedupe
        if name not in ("path", "same_bytes_minutes")
    ]
    if dedupe.get("path") is not None:
        try:
            compile_path(dedupe["path"])
        except (ValueError, TypeError) as problem:
            errors.append({"field": "dedupe.path", "reason": str(problem)})
    minutes = dedupe.get("same_bytes_minutes")
    if minutes is not None and not _minutes_make_sense(minutes):
        reason = f"a whole number from 1 to {MAX_SAME_BYTES_MINUTES} is needed"
        errors.append({"field": "dedupe.same_bytes_minutes", "reason": reason})
    return errors


def dedupe_key(
    webhook_id: bytes,
    event: CanonicalEvent | None,
    *,
    settings: DedupeSettings,
    value: object,
    body: bytes,
    position: int,
    received_ms: int,
    own_id: bytes,
    header_key: bytes | None = None,
) -> DedupeKey:
    """Return the key of one event.

    Args:
        webhook_id: 16 bytes.
        event: the canonical event, None where the body stayed unparsed.
        settings: the webhook's, from :func:`compile_dedupe`.
        value: the event's value, for the key path.
        body: the whole delivery's bytes.
        position: the event's place in the body (0 for the only one).
        received_ms: when the delivery was received, milliseconds since 1970.
        own_id: the event's UUIDv7; returned as the key where nothing else makes one. Digests carry UUID
            version 8, so that they can never equal an id.
        header_key: from :func:`engine.canonical.header_id_key`, for an unparsed single event.
    """
    id_key = header_key if event is None else event.id_key
    if id_key is not None:
        return DedupeKey(_digest(b"header-id" if id_key[:1] == b"h" else b"id", webhook_id, id_key))
    if settings.path is not None:
        at_path = _scalar_key(settings.path.get(value))
        if at_path is not None:
            return DedupeKey(_digest(b"path", webhook_id, settings.path.text.encode() + b"\x00" + at_path))
    if settings.same_bytes_minutes:
        window_ms = settings.same_bytes_minutes * _MINUTE_MS
        material = b"%d:%d:" % (position, settings.same_bytes_minutes) + blake2b(body, digest_size=32).digest()
        window = received_ms // window_ms
        return DedupeKey(
            _digest(b"bytes", webhook_id, b"%d:" % window + material),
            _digest(b"bytes", webhook_id, b"%d:" % (window - 1) + material),
            received_ms - window_ms,
        )
    return DedupeKey(own_id)


def keys_of_id(webhook_id: bytes, external_id: str) -> tuple[bytes, ...]:
    """Return the keys under which an event of this provider's id may be kept: a text, a number, or from a header.

    For searches: the key table knows every event of the last 30 days that had an id.
    """
    text = external_id.encode("utf-8", "surrogatepass")
    return (
        _digest(b"id", webhook_id, b"s" + text),
        _digest(b"id", webhook_id, b"n" + text),
        _digest(b"header-id", webhook_id, b"h" + text),
    )


def _digest(domain: bytes, webhook_id: bytes, material: bytes) -> bytes:
    digest = bytearray(blake2b(webhook_id + material, digest_size=16, person=domain).digest())
    digest[6] = digest[6] & 0x0F | 0x80
    return bytes(digest)


def _scalar_key(found: object) -> bytes | None:
    if type(found) is str:
        return b"s" + found.encode("utf-8", "surrogatepass") if found and not found.isspace() else None
    if isinstance(found, SpelledFloat):
        return b"n" + found.text.encode()
    if isinstance(found, (int, float)) and not isinstance(found, bool):
        return b"n" + str(found).encode()
    return None


def _minutes_make_sense(minutes: object) -> bool:
    return isinstance(minutes, int) and not isinstance(minutes, bool) and 1 <= minutes <= MAX_SAME_BYTES_MINUTES
