"""Second factors of people: the sealed secret, the last step taken, recovery codes. Called by sign-in and enrolment."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from storage.pool import Connection, Pool
from storage.queries import query


async def take_totp_step(executor: Pool | Connection, user_id: UUID, step: int) -> bool:
    """Take a code's step; return whether nobody took it, or a later one, before."""
    return await executor.fetchval(query("users/take_totp_step"), user_id, step) is not None


async def take_recovery_code(executor: Pool | Connection, user_id: UUID, code_hash: bytes) -> bool:
    """Take a recovery code; return whether there was such a one."""
    return await executor.fetchval(query("users/take_recovery_code"), user_id, code_hash) is not None


async def propose_totp(executor: Pool | Connection, user_id: UUID, sealed: bytes) -> None:
    """Keep a second factor until its first code confirms it."""
    await executor.execute(query("users/propose_totp"), user_id, sealed)


async def set_totp(
    connection: Connection, user_id: UUID, sealed: bytes | None, step: int, recovery: Sequence[bytes]
) -> None:
    """Put a second factor and its recovery codes in force; None and no codes: take it away."""
    await connection.execute(query("users/set_totp"), user_id, sealed, step)
    await connection.execute(query("users/replace_recovery_codes"), user_id, list(recovery))
