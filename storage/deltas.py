"""The rows that count: one delta per transaction, written inside it by every writer of counted rows."""

from __future__ import annotations

from engine.metrics import Delta
from storage.pool import Connection
from storage.queries import query


async def next_epoch(connection: Connection) -> int:
    """Return a fresh epoch: a writer takes one when it starts, and after a commit whose outcome it does not know."""
    epoch: int = await connection.fetchval(query("metrics/next_epoch"))
    return epoch


async def write(connection: Connection, writer: str, epoch: int, seq: int, delta: Delta, committed_ms: int) -> None:
    """Write a transaction's delta inside that transaction.

    Args:
        connection: in the transaction that changes the counted rows.
        writer: ``shard-0/1``, ``sender-0`` …; its transactions follow one another, never overlap.
        epoch: from :func:`next_epoch`.
        seq: 1, 2, 3 … within the epoch, without gaps: a failed transaction's number is used again.
        delta: what changed; an empty one is not written by the caller, and takes no number.
        committed_ms: the time to be told as the commit's (milliseconds since 1970).

    Raises:
        asyncpg.UniqueViolationError: this number is in the table already: a commit thought lost was none. Take a new
            epoch and decide anew what is still to be done.
    """
    await connection.execute(query("metrics/insert_delta"), writer, epoch, seq, committed_ms, delta.encode().decode())
