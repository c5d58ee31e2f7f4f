"""The keyed digest under which an erased person's opt-out is kept: it names nobody."""

from __future__ import annotations

import os
from functools import cache
from hashlib import blake2b
from uuid import UUID

from engine.vault import Vault


@cache
def _key() -> bytes:
    return Vault.from_text(os.environ["MASTERIA_SECRET_KEY"]).derive("erased people")


def person_digest(company_id: UUID, phone: str) -> bytes:
    """Return 16 bytes for a person of a company (E.164)."""
    return blake2b(company_id.bytes + phone.encode(), digest_size=16, key=_key()).digest()
