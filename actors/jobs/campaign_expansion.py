"""Job ``campaign_expansion``: writes a campaign's recipients, page after page of its audience, frozen at its start.

Messages are made meanwhile, by actors/campaigning.py: the first leaves long before the last recipient is written.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar
from uuid import UUID

from actors.jobs.tools import Job, JobTools, Step
from engine.campaign_composer import CampaignComposer
from engine.campaign_schema import Plan, read_campaign
from engine.campaigns import CANCELLED
from engine.ids import id_time, ms_to_time
from engine.metrics import Delta
from engine.times import SAO_PAULO
from storage.audience import walk_audience
from storage.campaign_recipients import NewRecipient, get_expansion, page_failed, write_recipients
from storage.campaigns import EXPANSION
from storage.pool import Connection
from storage.queries import query
from storage.searching import Row

_FIRST_PAGE, _PAGE = 500, 4_000
# Behind this many steps another campaign of the company gets its turn, if one waits.
_TURN_STEPS = 10
_TURN_WAIT_S = 2.5


class CampaignExpansion:
    """Each step is one page: recipients, how far they are written and the job's own place are one transaction."""

    kind: ClassVar[str] = EXPANSION

    def __init__(self, tools: JobTools) -> None:
        self._tools = tools

    async def prepare(self, job: Job) -> object:
        return None

    async def step(self, connection: Connection, job: Job, prepared: object, delta: Delta) -> Step:
        campaign_id = UUID(job.params["campaign_id"])
        row = await get_expansion(connection, job.company_id, campaign_id)
        steps = int(job.cursor.get("steps", 0)) + 1
        cursor = {"steps": steps}
        if row is None or row["finished_at"] is not None or row["state"] == CANCELLED:
            return Step(cursor, finished=True, total=job.done)
        plan, _ = read_campaign(row["definition"])
        most = row["request"].get("most")
        room = None if most is None else max(0, most - row["written"])
        found, reached, over = await self._page(connection, job.company_id, campaign_id, row, plan)
        if room is not None and len(found) >= room:
            found, over = found[:room], True
        finished_at = ms_to_time(self._tools.now_ms()) if over else None
        written = await write_recipients(
            connection, job.company_id, campaign_id, found, reached, finished_at=finished_at
        )
        total = row["written"] + written if over else None
        wait_s = _TURN_WAIT_S if not over and await self._others_wait(connection, job, steps) else 0.0
        return Step(cursor, done=written, finished=over, total=total, wait_s=wait_s)

    async def after(self, job: Job, step: Step) -> None:
        """Nothing: the loop of campaigns looks by itself."""

    async def _page(
        self, connection: Connection, company_id: UUID, campaign_id: UUID, row: Row, plan: Plan
    ) -> tuple[list[NewRecipient], UUID, bool]:
        """Return the next recipients, the last contact looked at, and whether that was all."""
        size = _PAGE if row["written"] else _FIRST_PAGE
        if row["request"].get("reasons") is not None:
            return await self._failed(connection, company_id, row, size)
        if plan.audience is None:
            return [], row["reached"], True
        composer = CampaignComposer(campaign_id, plan, {}, {}, SAO_PAULO)
        as_of = row["as_of"]
        page = await walk_audience(connection, company_id, plan.audience, row["reached"], as_of=as_of, window=size)
        people = [contact["id"] for contact in page.rows if id_time(contact["id"]) <= as_of]
        found = [
            NewRecipient(contact_id, composer.session_of(contact_id), composer.variant_of(contact_id))
            for contact_id in people
        ]
        over = page.next is None or id_time(page.next) > as_of
        return found, page.next or row["reached"], over

    @staticmethod
    async def _failed(
        connection: Connection, company_id: UUID, row: Row, size: int
    ) -> tuple[list[NewRecipient], UUID, bool]:
        """Return recipients of the parent whose failure is worth another try, by the reasons that were agreed to."""
        reasons = set(row["request"]["reasons"])
        rows: Sequence[Row] = await page_failed(connection, company_id, row["parent_id"], row["reached"], size)
        found = [
            NewRecipient(failed["contact_id"], failed["session_id"], failed["variant"], failed["message_id"])
            for failed in rows
            if (failed["reason"] or "failed") in reasons
        ]
        return found, rows[-1]["contact_id"] if rows else row["reached"], len(rows) < size

    @staticmethod
    async def _others_wait(connection: Connection, job: Job, steps: int) -> bool:
        if steps % _TURN_STEPS:
            return False
        return bool(await connection.fetchval(query("campaigns/others_wait"), job.company_id, job.kind, job.id))
