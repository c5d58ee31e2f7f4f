"""Bulk actions from end to end without Ray: the REST application, a worker with the real kinds, one database."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

from actors.jobs.kinds import _KINDS
from storage.pool import Pool
from tests.actors.jobs_rig import JobWorld
from tests.asgi import Answer, Client
from tests.rest_rig import Rig, make_rig


class BulkRig:
    """A company, its owner's client, and what a worker has handed over."""

    def __init__(self, rest: Rig, world: JobWorld, company: UUID, owner: Client) -> None:
        self.rest = rest
        self.world = world
        self.pool = world.pool
        self.company = company
        self.owner = owner

    async def preview(self, path: str, **body: Any) -> dict[str, Any]:
        """Ask for a preview; return it once it is counted."""
        answer = await self.owner.post(f"/api/v1{path}", {**body, "preview": True})
        assert answer.status == 200, answer.body
        preview: dict[str, Any] = answer.json
        async with asyncio.timeout(60):
            while preview["counts"] is None:
                await asyncio.sleep(0.01)
                preview = (await self.owner.get(f"/api/v1/bulk-previews/{preview['preview_id']}")).json
        return preview

    async def start(self, path: str, preview: Mapping[str, Any]) -> Answer:
        return await self.owner.post(f"/api/v1{path}", {"preview_id": preview["preview_id"]})

    async def run(self, path: str, preview: Mapping[str, Any]) -> dict[str, Any]:
        """Run a preview; return its job when it has ended."""
        answer = await self.start(path, preview)
        assert answer.status == 202, answer.body
        return await self.ended(answer.json["id"])

    async def ended(self, job_id: str) -> dict[str, Any]:
        async with asyncio.timeout(60):
            while True:
                job: dict[str, Any] = (await self.owner.get(f"/api/v1/jobs/{job_id}")).json
                if job["state"] != "running":
                    return job
                await asyncio.sleep(0.01)


@asynccontextmanager
async def bulk_rig(pool: Pool, database_url: str) -> AsyncIterator[BulkRig]:
    """Give the application and a worker on a database."""
    rest = await make_rig(pool)
    company, owner = await rest.company()
    world = JobWorld(pool, database_url)
    world.company = company
    async with world.worker(*_KINDS):
        yield BulkRig(rest, world, company, owner)
