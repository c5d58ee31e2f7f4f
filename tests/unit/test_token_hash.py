"""Which sessions share a token is told by a hash that is the same for each of them."""

from __future__ import annotations

import dataclasses
from uuid import uuid4

from actors.transports import Transports
from engine.credentials import seal_session_token
from engine.settings import Settings
from engine.vault import Vault
from storage.sender_sessions import SenderSession


def session(vault: Vault, token: str | None) -> SenderSession:
    which = uuid4()
    sealed = None if token is None else seal_session_token(vault, which, token)
    return SenderSession(which, uuid4(), "cloud", "1", None, None, sealed, 80, "active", None)


async def test_sessions_of_one_token_have_one_hash_and_it_is_no_token() -> None:
    vault = Vault(bytes(32))
    transports = Transports(Settings("test", "", "", ""), vault)
    first, second, other, none = [session(vault, token) for token in ("EAA1", "EAA1", "EAA2", None)]
    assert first.token_sealed != second.token_sealed
    hashes = [transports.token_hash(one) for one in (first, second, other, none)]
    assert hashes[0] == hashes[1] != hashes[2]
    assert (len(hashes[0] or b""), hashes[3]) == (32, None)
    elsewhere = session(Vault(bytes(31) + b"\x01"), "EAA1")  # sealed with another key
    assert transports.token_hash(elsewhere) is None
    assert transports.token_hash(dataclasses.replace(first, id=uuid4())) is None  # bound to its row
    await transports.close()
