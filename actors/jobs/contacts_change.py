"""Jobs that tag contacts or put them into a list: count first whom it would change, then do it to that set."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar
from uuid import UUID

from actors.jobs.bulk_pages import Tally, time_of
from actors.jobs.tools import Job, JobTools, Step
from engine.audience import parse_audience
from engine.metrics import Delta
from storage.audience import FIRST, walk_audience
from storage.bulk import set_counts
from storage.contact_changes import ContactsChange, apply_change, find_unchanged
from storage.contacts import find_phones
from storage.pool import Connection

_WINDOW = 1_000
_OF_IDS = 200


@dataclass(slots=True)
class _Page:
    """A step's contacts, ids that are none, and where the next step begins; None: this was the last."""

    ids: list[UUID]
    missing: int
    cursor: dict[str, Any] | None


class _Changing:
    """Walks over the set: ``ids``, or whom ``filter`` (an audience) means of those who were there ``as_of``."""

    def __init__(self, tools: JobTools) -> None:
        self._tools = tools

    async def prepare(self, job: Job) -> object:
        """Nothing can be done outside the transaction."""
        return None

    async def after(self, job: Job, step: Step) -> None:
        """Nobody else is told: campaigns read lists and tags when they begin."""

    async def _weigh(self, connection: Connection, job: Job) -> tuple[_Page, list[UUID], Tally]:
        """Return a page, those of it that would be changed, and the tally with the others in it."""
        page, tally = await _page(connection, job), Tally.of(job)
        done = await find_unchanged(connection, job.company_id, change_of(job), page.ids)
        for reason, number in (("not_found", page.missing), ("changed_already", len(done))):
            if number:
                tally.leave(reason, number)
        return page, [contact_id for contact_id in page.ids if contact_id not in done], tally


class ContactsChangePreview(_Changing):
    """Counts whom a change would change."""

    kind: ClassVar[str] = "contacts_change_preview"

    async def step(self, connection: Connection, job: Job, prepared: object, delta: Delta) -> Step:
        page, wanted, tally = await self._weigh(connection, job)
        tally.would += len(wanted)
        if page.cursor is None:
            await set_counts(connection, job.company_id, UUID(job.params["preview_id"]), tally.counts())
        return _step(page, tally)


class ContactsChanging(_Changing):
    """Changes them, never more than the preview showed."""

    kind: ClassVar[str] = "contacts_change"

    async def step(self, connection: Connection, job: Job, prepared: object, delta: Delta) -> Step:
        page, wanted, tally = await self._weigh(connection, job)
        chosen = wanted[: max(0, int(job.params["most"]) - tally.would)]
        if left := len(wanted) - len(chosen):
            tally.leave("not_in_preview", left)
        await apply_change(connection, job.company_id, change_of(job), chosen, f"job:{job.id}")
        tally.would += len(chosen)
        counts = tally.counts()
        return _step(
            page, tally, {"preview_id": job.params["preview_id"], "acted": counts["would"], "skip": counts["skip"]}
        )


def change_of(job: Job) -> ContactsChange:
    """Return what a job's parameters ask for."""
    params = job.params
    list_id = params.get("add_to_list") or params.get("remove_from_list")
    tags = params.get("add_tags") or params.get("remove_tags") or ()
    return ContactsChange(
        adds="add_tags" in params or "add_to_list" in params,
        tags=tuple(tags),
        list_id=None if list_id is None else UUID(list_id),
    )


async def _page(connection: Connection, job: Job) -> _Page:
    if "ids" in job.params:
        at = int(job.cursor.get("at", 0))
        given = list(dict.fromkeys(UUID(text) for text in job.params["ids"]))
        asked = given[at : at + _OF_IDS]
        known = await find_phones(connection, job.company_id, asked)
        cursor = {"at": at + _OF_IDS} if at + _OF_IDS < len(given) else None
        return _Page(sorted(known), len(asked) - len(known), cursor)
    audience, _ = parse_audience(job.params["filter"])
    as_of = time_of(job.params["as_of"])
    after = UUID(job.cursor["after"]) if "after" in job.cursor else FIRST
    page = await walk_audience(connection, job.company_id, audience, after, as_of=as_of, window=_WINDOW)
    ids = [row["id"] for row in page.rows if as_of is None or row["created_at"] <= as_of]
    return _Page(ids, 0, None if page.next is None else {"after": str(page.next)})


def _step(page: _Page, tally: Tally, result: dict[str, Any] | None = None) -> Step:
    cursor = {**(page.cursor or {}), "tally": tally.counts()}
    return Step(cursor, done=len(page.ids) + page.missing, finished=page.cursor is None, result=result)
