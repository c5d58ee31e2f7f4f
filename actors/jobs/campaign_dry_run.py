"""Job ``campaign_dry_run``: counts a large audience for a dry run that was not done while its caller waited."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from actors.jobs.tools import Job, JobTools, Step
from engine.campaign_schema import read_campaign
from engine.campaign_tally import Tally
from engine.errors import Conflict
from engine.metrics import Delta
from engine.times import parse_time
from storage.audience import FIRST
from storage.campaign_plans import count_page, load_plan, show_counts
from storage.pool import Connection

_WINDOW = 4_000


class CampaignDryRun:
    """Reads a page in each step; the tally is the job's cursor. Its params: campaign, definition, preview and as_of."""

    kind: ClassVar[str] = "campaign_dry_run"

    def __init__(self, tools: JobTools) -> None:
        self._tools = tools

    async def prepare(self, job: Job) -> object:
        return None

    async def step(self, connection: Connection, job: Job, prepared: object, delta: Delta) -> Step:
        params = job.params
        plan, _ = read_campaign(params["definition"])
        loaded = await load_plan(
            connection, job.company_id, UUID(params["campaign_id"]), plan, self._tools.settings.time_zone
        )
        as_of = parse_time(params["as_of"])
        if as_of is None or (problem := loaded.composer.problem()) is not None:
            raise Conflict(f"the campaign cannot be counted: {problem if as_of else 'as_of'}")
        tally = Tally(job.cursor.get("tally"))
        before = tally.people
        after = UUID(job.cursor.get("after", str(FIRST)))
        following = await count_page(connection, job.company_id, loaded, tally, after, as_of, _WINDOW)
        if following is None:
            await show_counts(connection, job.company_id, UUID(params["preview_id"]), tally)
            tally.samples.clear()  # people, whom the preview shows for as long as it lives, and the job longer
        cursor = {"tally": tally.to_json(), "after": str(following or after)}
        return Step(cursor, done=tally.people - before, finished=following is None)

    async def after(self, job: Job, step: Step) -> None:
        """Nothing: who waits for it looks at the job."""
