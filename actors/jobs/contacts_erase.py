"""People taken out of everything that is stored of them, one after another, some hundred rows a transaction."""

from __future__ import annotations

from typing import Any, ClassVar
from uuid import UUID

from actors.jobs.tools import Job, JobTools, Step
from engine.ids import ms_to_time
from engine.metrics import Delta
from storage.contacts import delete_contacts, find_by_phone, find_phones
from storage.erasure import (
    begin_erasure,
    end_erasure,
    erase_events,
    erase_left,
    erase_messages,
    erase_samples,
    erase_told,
    forget_files,
    forget_number,
    forget_request,
)
from storage.jobs import get_job
from storage.pool import Connection

KIND = "contacts_erase"
_ROWS = 200
_TOTALS = ("people", "events", "messages", "deliveries", "exports")


class ContactsErase:
    """Its params are a bulk action's: ``ids`` of contacts, or ``filter`` with the ``phone`` of somebody who is none.

    The cursor holds ids, never a number; one that was asked for leaves the params with the last step. The result counts
    what was erased: people, their events, messages and deliveries to the company's own systems, and exported files.
    """

    kind: ClassVar[str] = KIND

    def __init__(self, tools: JobTools) -> None:
        self._tools = tools

    async def prepare(self, job: Job) -> object:
        """Nothing can be done outside the transaction."""
        return None

    async def step(self, connection: Connection, job: Job, prepared: object, delta: Delta) -> Step:
        """Erase the next piece of the person whose turn it is."""
        at = int(job.cursor.get("at", 0))
        people: list[Any] = job.params.get("ids") or [None]
        totals = {name: int(job.cursor.get(name, 0)) for name in _TOTALS}
        if at >= len(people):
            return Step({**job.cursor}, finished=True, result=totals)
        phone, contact_id = await self._person(connection, job, people[at])
        if phone is None:
            return self._next(job, at, people, totals, skipped=contact_id is None)
        now = ms_to_time(self._tools.now_ms())
        erasure_id = UUID(job.cursor["erasure"]) if job.cursor.get("erasure") else self._id()
        asked = await get_job(connection, job.company_id, job.id)
        requested_by = "" if asked is None else asked["created_by"] or ""
        await begin_erasure(
            connection, job.company_id, erasure_id, contact_id or UUID(int=0), phone, job.id, requested_by
        )
        messages, called_off = await erase_messages(connection, job.company_id, phone, _ROWS, now)
        events = 0 if messages == _ROWS else await erase_events(connection, job.company_id, phone, _ROWS, now)
        told = left = 0
        if _ROWS not in (messages, events):
            told = await erase_told(connection, job.company_id, phone, _ROWS, now)
            left = await erase_left(connection, job.company_id, phone, _ROWS, now)
        own = {
            "own_events": int(job.cursor.get("own_events", 0)) + events,
            "own_messages": int(job.cursor.get("own_messages", 0)) + messages,
        }
        totals["events"] += events
        totals["messages"] += messages
        totals["deliveries"] += told
        if _ROWS in (messages, events, told, left):  # there may be more of this person
            cursor = {**totals, **own, "at": at, "erasure": str(erasure_id)}
            return Step(cursor, result=totals, transitions=called_off)
        totals["exports"] += await forget_files(connection, job.company_id)
        await forget_number(connection, job.company_id, phone, now)
        if contact_id is not None:
            await delete_contacts(connection, job.company_id, [contact_id])
        await erase_samples(connection, job.company_id, phone, contact_id)
        counts = {"events": own["own_events"], "messages": own["own_messages"]}
        await end_erasure(connection, job.company_id, erasure_id, counts, now)
        if "filter" in job.params:
            await forget_request(connection, job.company_id, job.id, UUID(job.params["preview_id"]))
        totals["people"] += 1
        step = self._next(job, at, people, totals)
        step.transitions.extend(called_off)
        return step

    async def after(self, job: Job, step: Step) -> None:
        """Nothing of it concerns anybody else."""

    def _id(self) -> UUID:
        return self._tools.ids.make_uuid(self._tools.now_ms())

    def _next(self, job: Job, at: int, people: list[Any], totals: dict[str, int], *, skipped: bool = False) -> Step:
        last = at + 1 >= len(people)
        return Step(
            {**totals, "at": at + 1}, done=1, errors=int(skipped), finished=last, result=totals, total=len(people)
        )

    async def _person(self, connection: Connection, job: Job, given: str | None) -> tuple[str | None, UUID | None]:
        """Return a person's phone and contact; a contact without a phone has nothing but itself."""
        if given is None:
            phone: str = job.params["filter"]["phone"]
            return phone, (await find_by_phone(connection, job.company_id, [phone])).get(phone)
        contact_id = UUID(given)
        known = await find_phones(connection, job.company_id, [contact_id])
        if contact_id not in known:
            return None, None
        if known[contact_id] is None:
            await delete_contacts(connection, job.company_id, [contact_id])
        return known[contact_id], contact_id
