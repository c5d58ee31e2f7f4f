"""Meta apps: whose status and inbound webhooks come in by Meta's door. Loaded whole by the gateways."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from engine.errors import Conflict
from storage.pool import Connection, Pool
from storage.queries import query


@dataclass(frozen=True, slots=True)
class MetaAppRecord:
    """One row of ``meta_apps``; open ``sealed`` with ``engine.credentials.open_meta_secrets``."""

    app_id: str
    company_id: UUID
    sealed: bytes
    created_at: datetime
    updated_at: datetime


async def load_meta_apps(executor: Pool | Connection, company_id: UUID | None = None) -> list[MetaAppRecord]:
    """Return the Meta apps of one company or of all."""
    return [MetaAppRecord(**row) for row in await executor.fetch(query("meta_apps/load_meta_apps"), company_id)]


async def get_meta_app(executor: Pool | Connection, company_id: UUID, app_id: str) -> MetaAppRecord | None:
    """Return a company's Meta app, or None."""
    row = await executor.fetchrow(query("meta_apps/get_meta_app"), company_id, app_id)
    return None if row is None else MetaAppRecord(**row)


async def upsert_meta_app(executor: Pool | Connection, company_id: UUID, app_id: str, sealed: bytes) -> None:
    """Store a Meta app's secrets, new or changed.

    Raises:
        Conflict: the app belongs to another company.
    """
    if await executor.fetchval(query("meta_apps/upsert_meta_app"), app_id, company_id, sealed) is None:
        raise Conflict("this Meta app is registered already")
