"""Variants of templates' texts: proposed, reviewed, and read by whoever composes messages with their template.

A change is made under the lock of the template's row, so that a variant is always held against the text whose version
it carries, and no two are the same.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, NamedTuple
from uuid import UUID

from engine.pagination import Position
from storage.pool import Connection, Pool
from storage.queries import query
from storage.searching import Row, fetch_one, fetch_rows

State = Literal["proposed", "approved", "rejected"]
STATES = ("proposed", "approved", "rejected", "stale")


class LockedTemplate(NamedTuple):
    """A template as far as its variants go, locked."""

    id: UUID
    kind: str
    language: str
    body: str
    defaults: dict[str, str]
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Making:
    """How new variants come about; ``writing_id``: which model's work they are of."""

    state: State
    origin: Literal["person", "model"]
    created_by: str
    reviewed_by: str | None = None
    writing_id: UUID | None = None


async def list_variants(
    executor: Pool | Connection, company_id: UUID, template_id: UUID, before: Position, limit: int
) -> list[Row]:
    """Return a template's variants, newest first, behind a position; ``state`` may be ``stale``."""
    return await fetch_rows(executor, "variants/list_variants", company_id, template_id, *before, limit)


async def count_variants(executor: Pool | Connection, company_id: UUID, template_id: UUID) -> dict[str, int]:
    """Return how many variants a template has in each state of :data:`STATES`."""
    rows = await fetch_rows(executor, "variants/count_variants", company_id, template_id)
    return dict.fromkeys(STATES, 0) | {row["state"]: row["variants"] for row in rows}


async def get_variant(executor: Pool | Connection, company_id: UUID, template_id: UUID, variant_id: UUID) -> Row | None:
    """Return one of a template's variants, or None."""
    return await fetch_one(executor, "variants/get_variant", company_id, template_id, variant_id)


async def lock_template(connection: Connection, company_id: UUID, template_id: UUID) -> LockedTemplate | None:
    """Lock a template until the transaction ends; None if there is none."""
    row = await fetch_one(connection, "variants/lock_template", company_id, template_id)
    if row is None:
        return None
    defaults: dict[str, Any] = json.loads(row["defaults"])
    return LockedTemplate(row["id"], row["kind"], row["language"], row["body"], defaults, row["body_version"])


async def variant_texts(connection: Pool | Connection, company_id: UUID, template_id: UUID) -> dict[UUID, str]:
    """Return the texts of all of a template's variants, also of rejected ones: nobody is asked about them again."""
    rows = await connection.fetch(query("variants/texts_of"), company_id, template_id)
    return {row["id"]: row["text"] for row in rows}


async def insert_variants(
    connection: Connection,
    company_id: UUID,
    template: LockedTemplate,
    texts: Mapping[UUID, str],
    making: Making,
    now: datetime,
) -> None:
    """Store texts, each under its new id, as variants of a locked template."""
    await connection.execute(
        query("variants/insert_variants"),
        company_id,
        template.id,
        template.version,
        list(texts),
        list(texts.values()),
        making.state,
        making.origin,
        making.writing_id,
        making.created_by,
        making.reviewed_by,
        None if making.reviewed_by is None else now,
        now,
    )


async def update_variant(
    connection: Connection,
    company_id: UUID,
    template: LockedTemplate,
    variant_id: UUID,
    text: str,
    state: State,
    reviewed_by: str | None,
    now: datetime,
) -> bool:
    """Store what a variant of a locked template has become, held against its present text; False: there is none."""
    done = await connection.fetchval(
        query("variants/update_variant"),
        company_id,
        template.id,
        variant_id,
        template.version,
        text,
        state,
        reviewed_by,
        None if reviewed_by is None else now,
        now,
    )
    return done is not None


async def delete_variant(executor: Pool | Connection, company_id: UUID, template_id: UUID, variant_id: UUID) -> bool:
    """Remove a variant; return whether there was one. What it said stands in its messages."""
    done = await executor.fetchval(query("variants/delete_variant"), company_id, template_id, variant_id)
    return done is not None
