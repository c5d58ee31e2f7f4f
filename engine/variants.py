"""Variants of a plain template's text, and which of them a message says. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from uuid import UUID


@dataclass(frozen=True, slots=True)
class VariantRow:
    """An approved variant of the present text of its template."""

    id: UUID
    text: str


def chosen(ids: Sequence[UUID], subject: str, version: int) -> UUID | None:
    """Return which of some variants a message takes; None where there is none.

    The same subject takes the same one always, also after others came or went (rendezvous hashing): a replay says what
    was said.

    Args:
        ids: the approved variants.
        subject: an order, or whoever the message is for.
        version: of the template's text.
    """
    if not ids:
        return None
    if len(ids) == 1:
        return ids[0]
    salt = blake2b(f"{version}:{subject}".encode(errors="surrogatepass"), digest_size=16, person=b"variant").digest()
    return max(ids, key=lambda one: blake2b(one.bytes, key=salt, digest_size=8).digest())
