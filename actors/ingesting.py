"""What a company shard does with a batch, without Ray: read, decide, store in one transaction, hand on."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from typing import NamedTuple
from uuid import UUID

from actors.company import Company
from actors.counting import count_stored
from actors.lanes import Lanes, WriterLane
from actors.reading import Reader, read_meta
from engine.meta_updates import NumberUpdates, hidden_people
from engine.sharding import bucket_of
from engine.wire import DONE, GONE, KIND_META, NOT_OWNER, Answer, Intake
from storage.company_config import load_company
from storage.contacts import find_hidden_phones
from storage.ingest import Lane, store
from storage.ingest_plain import RecentKeys
from storage.ingest_rows import DeliveryWrite, Stored
from storage.outgoing_watch import refresh_watch
from storage.pool import Pool
from storage.refused import REFUSED, blank_refused, strip_to_bytes
from storage.uuids import uuid_of

log = logging.getLogger(__name__)
AfterCommit = Callable[[Lane, int, Stored], None]


class _Taken(NamedTuple):
    """A request of a bucket that is ours, and what it says by number if it is Meta's."""

    company: Company
    item: Intake
    told: dict[str, NumberUpdates]


class Ingestor:
    """A shard's memory (companies and bucket epochs) and its way into Postgres."""

    def __init__(self, pool: Pool, lanes: Lanes, reader: Reader, after: AfterCommit) -> None:
        self._pool = pool
        self._lanes = lanes
        self._reader = reader
        self._after = after
        self._companies: dict[bytes, Company] = {}
        self._recent = RecentKeys()
        self.epochs: dict[int, int] = {}

    async def reload(self, company_id: bytes | None) -> None:
        """Read a company (or every known one) again; its next event is decided by what stands in Postgres now."""
        await refresh_watch(self._pool)
        for known in [company_id] if company_id else list(self._companies):
            rows = await load_company(self._pool, uuid_of(known))
            if rows is None:
                self._companies.pop(known, None)
            else:
                self._companies[known] = Company(uuid_of(known), rows)

    async def _company(self, company_id: bytes) -> Company | None:
        if company_id not in self._companies:
            await self.reload(company_id)
        return self._companies.get(company_id)

    async def ingest(self, items: Sequence[Intake]) -> list[Answer]:
        """Store a batch and return its answers in its order, after the commit.

        Raises:
            StorageAway: Postgres is away; the same batch may come again.
            NotOwner: another incarnation has taken over a bucket.
        """
        answers = [Answer(NOT_OWNER, [], []) for _ in items]
        positions: list[int] = []
        taken: list[_Taken] = []
        epochs: dict[int, int] = {}
        for position, item in enumerate(items):
            bucket = bucket_of(item.company_id)
            if bucket not in self.epochs:
                continue
            company = await self._company(item.company_id)
            if company is None:
                answers[position] = Answer(GONE, [], [])
                continue
            epochs[bucket] = self.epochs[bucket]
            positions.append(position)
            taken.append(_Taken(company, item, read_meta(item) if item.kind == KIND_META else {}))
        if taken:
            async with self._lanes.take() as lane:
                phones = await self._hidden_phones(lane, taken)
                deliveries = [
                    self._reader.delivery(one.company, one.item, one.told, phones.get(one.company.id, {}))
                    for one in taken
                ]
                stored = await self._store(lane, epochs, deliveries)
            for position, found in zip(positions, stored, strict=True):
                answers[position] = Answer(DONE, [first.bytes for first, _ in found], [known for _, known in found])
        return answers

    @staticmethod
    async def _hidden_phones(lane: WriterLane, taken: Sequence[_Taken]) -> dict[UUID, dict[str, str]]:
        """Return the known numbers of who hides them in what Meta delivers, by company and WhatsApp's id of them."""
        hidden: dict[UUID, set[str]] = {}
        for one in taken:
            if people := hidden_people(one.told):
                hidden.setdefault(one.company.id, set()).update(people)
        if not hidden:
            return {}
        connection, _ = await lane.open()
        return {
            company_id: await find_hidden_phones(connection, company_id, people)
            for company_id, people in hidden.items()
        }

    async def _store(
        self, lane: WriterLane, epochs: dict[int, int], deliveries: list[DeliveryWrite]
    ) -> list[list[tuple[UUID, bool]]]:
        """Store a batch; a value that Postgres refuses is found by halving, and its neighbours never suffer."""
        try:
            return await self._attempt(lane, epochs, deliveries)
        except REFUSED as error:
            if len(deliveries) > 1:
                half = len(deliveries) // 2
                return [
                    *await self._store(lane, epochs, deliveries[:half]),
                    *await self._store(lane, epochs, deliveries[half:]),
                ]
            log.info("refused by Postgres: %s", type(error).__name__, extra={"action": "blank_refused"})
        connection, _ = await lane.open()
        await blank_refused(connection, deliveries[0])
        try:
            return await self._attempt(lane, epochs, deliveries)
        except REFUSED:
            for event in deliveries[0].events:
                strip_to_bytes(event)
            return await self._attempt(lane, epochs, deliveries)

    async def _attempt(
        self, lane: WriterLane, epochs: dict[int, int], deliveries: list[DeliveryWrite]
    ) -> list[list[tuple[UUID, bool]]]:
        connection, place = await lane.open()
        now_ms = time.time_ns() // 1_000_000
        stored = await store(connection, place, epochs, deliveries, count_stored, now_ms, self._recent)
        if stored.delta is not None:
            lane.wrote(place)
        self._after(place, time.time_ns() // 1_000_000, stored)
        return stored.answers
