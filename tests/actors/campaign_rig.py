"""A company with contacts, a template and numbers, and the parts of a worker that campaigns need, without Ray."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

from actors.campaigning import Campaigning
from actors.jobs.campaign_expansion import CampaignExpansion
from actors.jobs.tools import JobTools, Step
from actors.lanes import WriterLane
from actors.recorder import Changes
from engine.campaign_counts import exclusive
from engine.ids import id_time, ms_to_time
from engine.message_states import at_text
from engine.metrics import Delta
from storage import campaigns
from storage.campaign_counts import read_counts
from storage.jobs import claim_job
from storage.message_changes import lock, write
from storage.pool import Connection
from storage.searching import Row
from tests.actors.jobs_rig import JobWorld, new_id


class CampaignWorld(JobWorld):
    """``tools`` of one worker; campaigns are begun, written and made by hand, step by step."""

    def ready(self) -> CampaignWorld:
        self.changes = Changes(WriterLane(self.settings.database_url, "worker-0/9"), lambda *_: None)
        self.means: JobTools = self.tools(self.changes)
        self.loop = Campaigning(self.means)
        return self

    async def add_contacts(self, number: int, first: int = 0, **columns: Any) -> list[UUID]:
        """Add contacts ``+55119000xxxxx``, in the order of their phones."""
        ids = [new_id() for _ in range(number)]
        rows = [
            (
                self.company,
                contact,
                columns.get("phone", f"+551190{first + index:07}"),
                columns.get("name", f"Cliente {first + index}"),
                orjson.dumps(columns.get("fields", {})).decode(),
                "api",
                id_time(contact),
                id_time(contact),
                id_time(contact),
            )
            for index, contact in enumerate(ids)
        ]
        names = ("company_id", "id", "phone", "name", "fields", "source", "first_seen_at", "created_at", "updated_at")
        await self.pool.copy_records_to_table("contacts", records=rows, columns=names)
        return ids

    async def add_session(self, throughput: int = 80, transport: str = "cloud") -> UUID:
        session_id = new_id()
        await self.pool.execute(
            "INSERT INTO sessions (id, company_id, name, transport, phone_number_id, throughput, tier, created_at) "
            "VALUES ($1, $2, 'Vendas', $3, $4, $5, 'TIER_UNLIMITED', $6)",
            session_id,
            self.company,
            transport,
            str(session_id.int % 10**15),
            throughput,
            id_time(session_id),
        )
        return session_id

    async def add_template(self, body: str = "Oi {{customer_name}}!", category: str = "utility") -> UUID:
        template_id = new_id()
        await self.pool.execute(
            "INSERT INTO templates (id, company_id, name, kind, category, body, created_at) "
            "VALUES ($1, $2, $3, 'plain', $4, $5, $6)",
            template_id,
            self.company,
            f"oferta-{template_id.hex[-6:]}",
            category,
            body,
            id_time(template_id),
        )
        return template_id

    async def add_campaign(self, sessions: Sequence[UUID], templates: Sequence[UUID], **more: Any) -> UUID:
        definition = {
            "audience": {},
            "variants": [{"template_id": str(template)} for template in templates],
            "sessions": [{"session_id": str(session)} for session in sessions],
            **more,
        }
        campaign_id = new_id()
        await campaigns.insert_campaign(
            self.pool, self.company, campaign_id, "Campanha", definition, created_by="teste"
        )
        return campaign_id

    async def begin(self, campaign_id: UUID, **request: Any) -> UUID:
        now, job_id = self.now(), new_id()
        async with self.pool.acquire() as connection, connection.transaction():
            await campaigns.begin(
                connection, self.company, campaign_id, job_id, now, as_of=now, request=request, created_by="teste"
            )
        return job_id

    async def expand(self, steps: int | None = None) -> list[Step]:
        """Carry the waiting expansion on, step by step, as a worker would; all of it by default."""
        kind = CampaignExpansion(self.means)
        async with self.pool.acquire() as connection:
            job = await claim_job(connection, "worker-0", [kind.kind])
        assert job is not None
        done: list[Step] = []
        while steps is None or len(done) < steps:
            async with self.pool.acquire() as connection, connection.transaction():
                step = await kind.step(connection, job, None, Delta())
            job.cursor, job.done = dict(step.cursor), job.done + step.done
            done.append(step)
            if step.finished:
                await self.pool.execute("UPDATE jobs SET state = 'done' WHERE id = $1", job.id)
                break
        return done

    async def round(self) -> None:
        """Look at every campaign once, as if it were due."""
        await self.pool.execute("UPDATE campaigns SET look_at = now() WHERE state = 'running'")
        await self.loop.run_once()

    async def answer(self, campaign_id: UUID, status: str, most: int = 10_000, reason: str | None = None) -> int:
        """Have senders take queued messages and tell what became of them."""
        rows = await self.pool.fetch(
            "DELETE FROM message_queue WHERE message_id IN (SELECT message_id FROM message_queue "
            "WHERE campaign_id = $1 AND look_at < 'infinity' ORDER BY message_id LIMIT $2) RETURNING message_id",
            campaign_id,
            most,
        )

        async def step(connection: Connection, delta: Delta) -> list[Any]:
            found = await lock(connection, [row[0] for row in rows])
            for message in found.values():
                message.go(status, at_text(self.means.now_ms()), reason)
            await write(connection, list(found.values()), self.now())
            return [change for message in found.values() if (change := message.transition)]

        await self.changes.commit(step)
        return len(rows)

    async def campaign(self, campaign_id: UUID) -> Row:
        row = await campaigns.get_campaign(self.pool, self.company, campaign_id)
        assert row is not None
        return row

    async def counts(self, campaign_id: UUID) -> tuple[int, dict[str, int]]:
        """Return total and counts as the API tells them, which must be what the rows say."""
        row = await self.campaign(campaign_id)
        counted = (await read_counts(self.pool, self.company, [campaign_id], parts=True))[campaign_id]
        total, counts = exclusive(counted.keys, row["written"], row["state"])
        stored = await self.pool.fetch(
            "SELECT status, count(*) FROM messages WHERE campaign_id = $1 GROUP BY 1", campaign_id
        )
        for status, number in stored:
            without = "cancelled" if row["state"] == "cancelled" else "scheduled"
            assert counts[status] == number or status == without
        assert total == row["written"] == sum(counts.values())
        for parts in (counted.parts.by_session, counted.parts.by_template):
            summed: Counter[str] = Counter()
            for statuses in parts.values():
                summed.update(statuses)
            for status, number in stored:
                assert summed[status] == number
        return total, {status: number for status, number in counts.items() if number}

    def now(self) -> datetime:
        return ms_to_time(self.means.now_ms())


async def record(world: CampaignWorld, work: Any) -> None:
    """Run counted work in a transaction of the world's writer."""

    async def step(connection: Connection, delta: Delta) -> list[Any]:
        transitions: list[Any] = await work(connection)
        return transitions

    await world.changes.commit(step)
