"""The forms that travel between actors and through the spill: msgpack lists with the version first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple, cast

import msgpack

VERSION = 1
KIND_WEBHOOK = 0
KIND_META = 1
KIND_UNDERSTOOD = 2  # what an AI worker made of an inbound message; its body is ours (actors/understood_events.py)
FLAG_BEHIND = 1  # the gateway has spilled for this bucket: the spill goes first
FLAG_INACTIVE = 2  # the webhook is deactivated: store, run no rules
FLAG_SPILLED = 4  # comes out of the spill
FLAG_CARRIES = 8  # of a Meta body that concerns several companies, the one that stores its bytes
FLAG_IMPORTED = 16  # out of the source's history: store, run no rules unless FLAG_AUTOMATE stands beside it
FLAG_AUTOMATE = 32  # of an imported one: run the rules as for a delivery

IMPORTED_AT = "x-masteria-created-at"  # among an imported delivery's headers: when its source made it
IMPORTED = "imported"  # the signature of what came by a history sync, and the reason why no rules ran

DONE = 0
BEHIND = 1  # older events of this company are in the spill: come again
NOT_OWNER = 2
GONE = 3  # the company does not exist (any more)


class Intake(NamedTuple):
    """One request on its way from the door to its shard (docs/INTERNALS.md, `ingest`)."""

    kind: int
    company_id: bytes
    webhook_id: bytes
    delivery_id: bytes
    received_ms: int
    event_ids: list[bytes]
    signature: str
    headers: bytes
    content_type: str | None
    body: bytes
    flags: int


class Answer(NamedTuple):
    """What became of one request: a code, and per event the first id and whether it was known."""

    code: int
    first_ids: list[bytes]
    duplicates: list[bool]


def pack_intakes(items: Sequence[bytes]) -> bytes:
    """Join already packed items into one call."""
    return b"".join((msgpack.packb(VERSION), _array_header(len(items)), *items))


def pack_intake(item: Intake) -> bytes:
    """Return one item's bytes: what the spill stores and what :func:`pack_intakes` joins."""
    return cast("bytes", msgpack.packb(item, use_bin_type=True))


def unpack_intakes(blob: bytes) -> list[Intake]:
    """Read what :func:`pack_intakes` made.

    Raises:
        ValueError: another version wrote it.
    """
    reader = msgpack.Unpacker(raw=False, use_list=True, max_buffer_size=0)
    reader.feed(blob)
    if reader.unpack() != VERSION:
        raise ValueError("a batch of another version")
    return [Intake(*item) for item in reader.unpack()]


def unpack_intake(blob: bytes) -> Intake:
    """Read one packed item."""
    return Intake(*msgpack.unpackb(blob, raw=False))


def pack_answers(answers: Sequence[Answer]) -> bytes:
    """Return the reply to a batch, in its order."""
    return cast("bytes", msgpack.packb([VERSION, answers], use_bin_type=True))


def unpack_answers(blob: bytes) -> list[Answer]:
    """Read what :func:`pack_answers` made."""
    version, answers = msgpack.unpackb(blob, raw=False)
    if version != VERSION:
        raise ValueError("a reply of another version")
    return [Answer(*answer) for answer in answers]


def pack(value: Any) -> bytes:
    """Return ``[1, value]`` in msgpack: the form of every other call."""
    return cast("bytes", msgpack.packb([VERSION, value], use_bin_type=True))


def unpack(blob: bytes) -> Any:
    """Read what :func:`pack` made.

    Raises:
        ValueError: another version wrote it.
    """
    version, value = msgpack.unpackb(blob, raw=False)
    if version != VERSION:
        raise ValueError("a message of another version")
    return value


def _array_header(count: int) -> bytes:
    return cast("bytes", msgpack.Packer().pack_array_header(count))
