"""Message templates. Changed by the REST API; the shards read them through storage/company_config.py."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import asyncpg

from engine.drafts import TemplateRow
from engine.errors import Conflict
from engine.pagination import Position
from engine.variants import VariantRow
from storage.pool import Connection, Pool
from storage.queries import query
from storage.searching import Row, fetch_one, fetch_rows


class TemplateChange(NamedTuple):
    """What a template becomes; see the table in the first migration."""

    name: str
    kind: str
    language: str
    category: str
    body: str
    components: list[Any]
    defaults: dict[str, str]
    status: str

    def columns(self) -> tuple[str, ...]:
        """Return the values as the queries take them."""
        return (*self[:5], json.dumps(self.components), json.dumps(self.defaults), self.status)


class Review(NamedTuple):
    """A template as WhatsApp knows it; ``meta_id`` is None until it was told."""

    name: str
    language: str
    status: str
    meta_id: str | None


async def list_templates(executor: Pool | Connection, company_id: UUID, before: Position, limit: int) -> list[Row]:
    """Return a company's templates, newest first, behind a position."""
    rows = await fetch_rows(executor, "templates/list_templates", company_id, *before, limit)
    return [_row(row) for row in rows]


async def count_templates(executor: Pool | Connection, company_id: UUID) -> int:
    """Return how many templates a company has, up to 10,001."""
    return int(await executor.fetchval(query("templates/count_templates"), company_id))


async def get_template(executor: Pool | Connection, company_id: UUID, template_id: UUID) -> Row | None:
    """Return a template, or None."""
    row = await fetch_one(executor, "templates/get_template", company_id, template_id)
    return None if row is None else _row(row)


async def find_template(executor: Pool | Connection, company_id: UUID, name: str, language: str) -> Row | None:
    """Return the template of this name and language, or None."""
    row = await fetch_one(executor, "templates/find_template", company_id, name, language)
    return None if row is None else _row(row)


async def insert_template(
    executor: Pool | Connection, company_id: UUID, template_id: UUID, new: TemplateChange, created_at: datetime
) -> None:
    """Store a new template.

    Raises:
        Conflict: the company has one of this name and language.
    """
    try:
        await executor.execute(query("templates/insert_template"), template_id, company_id, *new.columns(), created_at)
    except asyncpg.UniqueViolationError as error:
        raise _taken() from error


async def change_template(
    pool: Pool, company_id: UUID, template_id: UUID, change: Callable[[Row], TemplateChange]
) -> Row | None:
    """Change a template: ``change`` sees it as it is (locked) and returns what it becomes; None if there is none.

    Raises:
        Conflict: the company has another one of this name and language.
    """
    try:
        async with pool.acquire() as connection, connection.transaction():
            row = await fetch_one(connection, "templates/lock_template", company_id, template_id)
            if row is None:
                return None
            new = change(_row(row))
            changed = await fetch_one(connection, "templates/update_template", company_id, template_id, *new.columns())
    except asyncpg.UniqueViolationError as error:
        raise _taken() from error
    return None if changed is None else _row(changed)


async def delete_template(executor: Pool | Connection, company_id: UUID, template_id: UUID) -> bool:
    """Take a template out of use; return whether there was one."""
    return await executor.fetchval(query("templates/delete_template"), company_id, template_id) is not None


async def get_review(executor: Pool | Connection, company_id: UUID, template_id: UUID) -> Review | None:
    """Return what WhatsApp knows a template of kind meta by; None if there is none."""
    row = await fetch_one(executor, "templates/get_review", company_id, template_id)
    return None if row is None else Review(**row)


async def list_languages(executor: Pool | Connection, company_id: UUID, name: str) -> list[str]:
    """Return the languages in which a company has a template of kind meta of this name."""
    rows = await fetch_rows(executor, "templates/list_languages", company_id, name)
    return [row["language"] for row in rows]


async def import_templates(
    connection: Connection, company_id: UUID, new: Sequence[tuple[UUID, TemplateChange, datetime]]
) -> list[tuple[str, str]]:
    """Store those that the company does not have by name and language; return name and language of each."""
    if not new:
        return []
    columns = zip(*(change.columns() for _, change, _ in new), strict=True)
    rows = await connection.fetch(
        query("templates/import_templates"),
        company_id,
        [template_id for template_id, _, _ in new],
        *map(list, columns),
        [created_at for _, _, created_at in new],
    )
    return [(row["name"], row["language"]) for row in rows]


def evaluated(row: Row) -> TemplateRow:
    """Return a template as evaluation needs it; with its variants where :func:`get_template` gave it."""
    names = ("id", "name", "kind", "language", "category", "body", "components", "defaults", "status")
    variants = tuple(VariantRow(UUID(one["id"]), one["text"]) for one in row.get("variants") or ())
    return TemplateRow(**{name: row[name] for name in names}, version=row.get("version", 1), variants=variants)


def _row(row: Row) -> Row:
    decoded = ("components", "defaults", "variants")
    return {name: json.loads(value) if name in decoded else value for name, value in row.items()}


def _taken() -> Conflict:
    return Conflict("the company has a template of this name and language already")


async def list_template_rules(executor: Pool | Connection, company_id: UUID, template_id: UUID) -> list[Row]:
    """Return the rules that name a template, at most 100: id, name, active."""
    return await fetch_rows(executor, "templates/list_template_rules", company_id, str(template_id))


async def list_variants(executor: Pool | Connection, company_id: UUID, name: str) -> list[Row]:
    """Return a company's templates of a name, one per language: id, language, status."""
    return await fetch_rows(executor, "templates/list_variants", company_id, name)
