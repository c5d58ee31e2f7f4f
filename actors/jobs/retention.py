"""The job ``retention``: erases what a company does not want to keep, a few hundred rows at a step."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from actors.jobs.tools import Job, JobTools, Step
from engine.ids import ms_to_time
from engine.metrics import Delta
from engine.pagination import OLDEST
from engine.retention import cutoff, effective
from storage.conversation_people import blank_texts
from storage.pool import Connection
from storage.retention import (
    blank_bytes,
    blank_payloads,
    delete_events,
    delete_messages,
    get_ages,
    list_webhooks,
)

_AT_ONCE = 500
_PHASES = ("payload_days", "raw_days", "messages_days", "events_days")
_NO_ID = UUID(int=0)


class Retention:
    """Goes through payloads, bytes, messages and events; the cursor says where it is and what it has done."""

    kind: ClassVar[str] = "retention"

    def __init__(self, tools: JobTools) -> None:
        self._tools = tools

    async def prepare(self, job: Job) -> object:
        ages = await get_ages(self._tools.pool, job.company_id)
        if ages is None:
            return None
        return effective(ages.company, ages.installation), await list_webhooks(self._tools.pool, job.company_id)

    async def step(self, connection: Connection, job: Job, prepared: object, delta: Delta) -> Step:
        cursor: dict[str, Any] = {"phase": 0, "at": None, "id": None, "webhook": 0, "erased": {}, **job.cursor}
        if not isinstance(prepared, tuple) or cursor["phase"] >= len(_PHASES):
            return Step(cursor, finished=True, result=cursor["erased"])
        days, webhooks = prepared
        # The run's own beginning decides what is old, however long it takes.
        begun = ms_to_time(job.id.int >> 80)
        name = _PHASES[cursor["phase"]]
        before = cutoff(begun, days[name])
        done = 0 if before is None else await self._erase(connection, job, name, before, cursor, webhooks)
        if before is None or cursor.pop("through"):
            cursor |= {"phase": cursor["phase"] + 1, "at": None, "id": None}
        if done:
            cursor["erased"] = {**cursor["erased"], name: cursor["erased"].get(name, 0) + done}
        finished = cursor["phase"] >= len(_PHASES)
        return Step(cursor, done=done, finished=finished, result=cursor["erased"])

    async def _erase(
        self,
        connection: Connection,
        job: Job,
        name: str,
        before: datetime,
        cursor: dict[str, Any],
        webhooks: list[UUID],
    ) -> int:
        company = job.company_id
        if name == "events_days":
            gone = await delete_events(connection, company, before, _AT_ONCE)
            cursor["through"] = gone < _AT_ONCE
            return gone
        if name == "messages_days":
            gone = await delete_messages(connection, company, before, _AT_ONCE)
            cursor["through"] = gone < _AT_ONCE
            return gone
        after = OLDEST if cursor["at"] is None else datetime.fromisoformat(cursor["at"])
        if name == "payload_days":
            place = (after, _NO_ID if cursor["id"] is None else UUID(cursor["id"]))
            erased = await blank_payloads(connection, company, place, before, _AT_ONCE)
            cursor["through"] = erased.seen < _AT_ONCE and await blank_texts(connection, company, before, _AT_ONCE) == 0
            if erased.at is not None:
                cursor |= {"at": erased.at.isoformat(), "id": str(erased.id)}
            return erased.done
        if cursor["webhook"] >= len(webhooks):
            cursor["through"] = True
            return 0
        erased = await blank_bytes(connection, company, webhooks[cursor["webhook"]], after, before, _AT_ONCE)
        cursor["through"] = False
        if erased.seen < _AT_ONCE:
            cursor |= {"webhook": cursor["webhook"] + 1, "at": None}
        elif erased.at is not None:
            cursor["at"] = erased.at.isoformat()
        return erased.done

    async def after(self, job: Job, step: Step) -> None:
        return
