"""Events that could not be read, read again from their bytes: what would become of them, and how they come in anew."""

from __future__ import annotations

import json
from collections.abc import Sequence
from uuid import UUID

from actors.company import Company
from actors.jobs.tools import Job, JobTools
from engine.bodies import count_events
from engine.ids import derived_id
from engine.wire import Intake
from storage.company_config import load_company
from storage.events import get_delivery, get_event
from storage.searching import Row


class Rereader:
    """Reads a job's events again, by their webhooks' present settings."""

    def __init__(self, tools: JobTools, job: Job) -> None:
        self._tools = tools
        self._job = job
        self._company: Company | None = None

    async def look(self, event_ids: Sequence[UUID]) -> dict[UUID, Intake | str]:
        """Return per event the request by which it comes in anew, or why it cannot (a code)."""
        return {event_id: await self._look(event_id) for event_id in event_ids}

    async def _look(self, event_id: UUID) -> Intake | str:
        event = await get_event(self._tools.pool, self._job.company_id, event_id)
        if event is None:
            return "event_gone"
        delivery = await get_delivery(self._tools.pool, self._job.company_id, event["delivery_id"])
        if delivery is None or delivery["raw_body"] is None or event["webhook_id"] is None:
            return "bytes_gone"
        return await self._read(event, delivery)

    async def _read(self, event: Row, delivery: Row) -> Intake | str:
        company = await self._of_company()
        if company is None:
            return "event_gone"
        at_ms = self._job.id.int >> 80
        headers = delivery["headers"].encode()
        body, content_type = delivery["raw_body"], delivery["content_type"]
        count, _ = count_events(body, content_type)
        event_id = derived_id(at_ms, self._job.id.bytes, event["id"].bytes, b"event")
        reader = company.webhook(event["webhook_id"].bytes).reader
        entries = reader.read(body, content_type, headers, at_ms, [event_id] * count)
        position = event["position"]
        if position >= len(entries) or entries[position].event is None:
            return "still_unreadable"
        if count > 1:  # its siblings are stored already: it comes alone
            item = entries[position].item
            body, content_type = (item.jsonb or json.dumps(item.value)).encode(), "application/json"
        return Intake(
            kind=0,
            company_id=self._job.company_id.bytes,
            webhook_id=event["webhook_id"].bytes,
            delivery_id=derived_id(at_ms, self._job.id.bytes, event["id"].bytes, b"delivery"),
            received_ms=at_ms,
            event_ids=[event_id],
            signature=event["signature"],
            headers=headers,
            content_type=content_type,
            body=body,
            flags=0,
        )

    async def _of_company(self) -> Company | None:
        if self._company is None:
            rows = await load_company(self._tools.pool, self._job.company_id)
            self._company = None if rows is None else Company(self._job.company_id, rows)
        return self._company
