"""What was asked of language models beside answers: variants, summaries, ideas; a row per piece of work."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from uuid import UUID

import orjson

from engine.pagination import Position
from storage.pool import Connection, Pool
from storage.queries import query
from storage.searching import Row, fetch_rows


@dataclass(frozen=True, slots=True, kw_only=True)
class WritingRow:
    """A piece of work, or one more question of it.

    Attributes:
        kind: variants, summary or ideas.
        subject_id: the template or the conversation; None: there is none.
        by_model: what was shown in the end is the model's.
        reason: why it is not, or why there is less than was asked for.
        refused: how many proposals were refused, by reason.
    """

    id: UUID
    kind: str
    subject_id: UUID | None
    by_model: bool
    reason: str | None
    made: int
    refused: Mapping[str, int] = field(default_factory=dict)
    model: str | None = None
    prompt_version: str | None = None
    tokens: int = 0
    cost_micro: int = 0
    latency_ms: int = 0
    created_by: str = ""


async def note_writing(executor: Pool | Connection, company_id: UUID, row: WritingRow, now: datetime) -> None:
    """Note a piece of work; what is known of the same id already is added to."""
    await executor.execute(
        query("ai/note_writing"),
        company_id,
        row.id,
        row.kind,
        row.subject_id,
        row.by_model,
        row.reason,
        row.made,
        orjson.dumps(dict(row.refused)).decode(),
        row.model,
        row.prompt_version,
        row.tokens,
        Decimal(row.cost_micro) / 1_000_000,
        row.latency_ms,
        row.created_by,
        now,
    )


async def list_writings(executor: Pool | Connection, company_id: UUID, before: Position, limit: int) -> list[Row]:
    """Return a company's pieces of work, newest first, behind a position."""
    rows = await fetch_rows(executor, "ai/list_writings", company_id, *before, limit)
    return [{**row, "refused": orjson.loads(row["refused"])} for row in rows]


async def count_writings(executor: Pool | Connection, company_id: UUID) -> int:
    """Return how many pieces of work a company has, up to 10,001."""
    return int(await executor.fetchval(query("ai/count_writings"), company_id))
