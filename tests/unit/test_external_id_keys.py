"""A search by the provider's id looks under the very keys that duplicates are told by."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from engine.dedupe import NO_DEDUPE, dedupe_key, keys_of_id
from engine.events import CanonicalEvent

WEBHOOK, OWN = b"w" * 16, b"o" * 16


@pytest.mark.parametrize(("id_key", "external_id"), [(b"se-1", "e-1"), (b"n17", "17"), (b"hid-1", "id-1")])
def test_every_kind_of_id_is_looked_for(id_key: bytes, external_id: str) -> None:
    event = CanonicalEvent(datetime(2026, 1, 1, tzinfo=UTC), external_id=external_id, id_key=id_key)
    claimed = dedupe_key(
        WEBHOOK,
        event,
        settings=NO_DEDUPE,
        value=None,
        body=b"",
        position=0,
        received_ms=0,
        own_id=OWN,
    )
    assert claimed.key in keys_of_id(WEBHOOK, external_id)
    assert claimed.key not in keys_of_id(b"x" * 16, external_id)
    assert claimed.key not in keys_of_id(WEBHOOK, external_id + "x")
