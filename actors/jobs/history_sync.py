"""The job kind ``history_sync``: a source's past events, page by page, through the shard into the one store.

The network, the look-ups and the shard's commit come before the step's transaction; ids are made of job and page, so
that a page that is taken again after a crash finds its own events and counts them as before.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import tzinfo
from typing import Any, ClassVar, Protocol
from uuid import UUID

import orjson

from actors.importing import ShardDoor
from actors.jobs.tools import Job, JobTools, Step
from engine.bodies import count_events
from engine.credentials import open_sync_token
from engine.errors import NotFound
from engine.history import HistoryEntry, Place, first_place, imported_id, take_page
from engine.history_identity import identity_of
from engine.history_reasons import FATAL, PASSING
from engine.ids import ms_to_time, time_to_ms
from engine.jobs import JobFailed
from engine.mapping import compile_mapping
from engine.metrics import Delta
from engine.reading import WebhookReader
from engine.reading_reasons import Words
from engine.times import parse_time, rfc3339
from engine.wire import FLAG_AUTOMATE, FLAG_IMPORTED, FLAG_INACTIVE, IMPORTED, IMPORTED_AT, KIND_WEBHOOK, Intake
from engine.zones import zone_named
from integrations.grapfy import GrapfyHistory, HistoryPage, SourceAnswer
from storage.history_syncs import KIND, Asked, PageResult, find_keys, find_stored, load_sync, retire_sync, save_page
from storage.pool import Connection
from storage.searching import Row

_MOST_FAILURES = 8
_FIRST_WAIT_S, _LONGEST_WAIT_S = 5.0, 600.0
_PAGE_PAUSE_S = 0.5
_AUTOMATE_MS = 86_400_000  # nobody wants a message about a purchase of last month


class History(Protocol):
    """A source's client."""

    async def fetch(self, setting_id: str, token: str, since_ms: int, limit: int, now_ms: int) -> HistoryPage: ...


@dataclass(frozen=True, slots=True)
class Taken:
    """What a page came to, before it is written down."""

    sync: Row
    cursor: Mapping[str, Any]
    result: PageResult
    wait_s: float = 0.0


@dataclass(slots=True)
class _Counts:
    imported: int = 0
    duplicates: int = 0
    failed: list[dict[str, Any]] = field(default_factory=list)


@dataclass(slots=True)
class _Candidate:
    """An entry that may be imported: its intake, the key that its event would claim, and its own id."""

    entry: HistoryEntry
    intake: Intake
    key: UUID
    asked: Asked | None


class HistorySync:
    """See the module; one object for all jobs of a worker."""

    kind: ClassVar[str] = KIND

    def __init__(
        self,
        tools: JobTools,
        *,
        history: History | None = None,
        door: ShardDoor | None = None,
        pause_s: float = _PAGE_PAUSE_S,
        first_wait_s: float = _FIRST_WAIT_S,
    ) -> None:
        self._tools = tools
        self._history = history or GrapfyHistory(tools.settings.grapfy_url)
        self._door = door or ShardDoor.of(tools.settings)
        self._pause_s = pause_s
        self._first_wait_s = first_wait_s

    async def prepare(self, job: Job) -> object:
        """Fetch a page and have its events stored.

        Raises:
            JobFailed: nobody but a person can help.
            Unavailable: the shard is away; the page is fetched again.
        """
        if reason := job.cursor.get("fatal"):
            raise _ended(reason)
        sync = await self._sync(job)
        reached = sync["reached_at"]
        place = (
            Place.from_json(job.cursor["place"])
            if "place" in job.cursor
            else first_place(time_to_ms(sync["since"]), None if reached is None else time_to_ms(reached))
        )
        # What the run began with: a change of the sync meanwhile is the next run's.
        begun = {
            "since": job.cursor.get("since", rfc3339(sync["since"])),
            "begun_ms": job.cursor.get("begun_ms", place.since_ms),
        }
        token = open_sync_token(self._tools.vault, sync["id"], sync["token_sealed"])
        now_ms = self._tools.now_ms()
        try:
            page = await self._history.fetch(sync["setting_id"], token, place.since_ms, place.limit, now_ms)
        except SourceAnswer as answer:
            return self._failed(sync, {**begun, "place": place.as_json()}, answer, job.cursor.get("failures", 0) + 1)
        turn = take_page(place, page.entries, page.now_ms)
        counts = await self._import(job, sync, place.page, turn.entries, now_ms)
        result = PageResult(
            pages=1,
            imported=counts.imported,
            duplicates=counts.duplicates,
            failed=len(counts.failed),
            reached_at=ms_to_time(turn.place.since_ms),
            warnings=[turn.warning] if turn.warning else [],
            entries=counts.failed[:100],
            finished=turn.finished,
        )
        return Taken(sync, {**begun, "place": turn.place.as_json()}, result, self._pause_s)

    async def _sync(self, job: Job) -> Row:
        sync = await load_sync(self._tools.pool, job.company_id, UUID(str(job.params["subject_id"])))
        if sync is None or sync["deleted"]:
            raise _ended("sync_deleted")
        if sync["webhook_deleted"]:
            now = ms_to_time(self._tools.now_ms())
            await retire_sync(self._tools.pool, job.company_id, sync["id"], "webhook_deleted", now)
            raise _ended("webhook_deleted")
        if not sync["active"]:
            raise _ended("sync_inactive")
        return sync

    def _failed(self, sync: Row, cursor: dict[str, Any], answer: SourceAnswer, failures: int) -> Taken:
        """An answer that is no page: wait and ask again, or, where that cannot help, end the run with its reason."""
        fatal = answer.reason in FATAL or failures >= _MOST_FAILURES
        wait_s = answer.retry_after_s
        if wait_s is None:
            wait_s = min(_LONGEST_WAIT_S, self._first_wait_s * 2.0 ** (failures - 1))
        result = PageResult(waits=0 if fatal else 1, error=answer.reason, error_status=answer.status, finished=fatal)
        return Taken(
            sync, {**cursor, "failures": failures, **({"fatal": answer.reason} if fatal else {})}, result, wait_s
        )

    async def _import(self, job: Job, sync: Row, page: int, entries: Sequence[HistoryEntry], now_ms: int) -> _Counts:
        counts = _Counts()
        candidates: list[_Candidate] = []
        reading = _Reading(sync, zone_named(sync["time_zone"]), self._tools.settings.max_body_bytes)
        for entry in entries:
            if reason := reading.refusal(entry):
                counts.failed.append(_told(entry, reason))
            else:
                candidates.append(reading.candidate(job.id.bytes, page, entry, len(candidates), now_ms))
        known = await self._known(sync, candidates)
        unknown = [candidate for number, candidate in enumerate(candidates) if number not in known]
        counts.duplicates = len(known)
        try:
            answers = await self._door.take([candidate.intake for candidate in unknown])
        except NotFound as error:
            raise _ended("webhook_deleted") from error
        for answer in answers:
            repeated = sum(answer.duplicates)
            counts.duplicates += repeated
            counts.imported += len(answer.duplicates) - repeated
        return counts

    async def _known(self, sync: Row, candidates: Sequence[_Candidate]) -> set[int]:
        """Return the numbers of the candidates that are stored as another event: by key, then among all events."""
        company_id, webhook_id, pool = sync["company_id"], sync["webhook_id"], self._tools.pool
        holders = await find_keys(pool, company_id, [candidate.key for candidate in candidates])
        asked = [one.asked for one in candidates if one.asked is not None and one.key not in holders]
        stored = await find_stored(pool, company_id, webhook_id, asked)
        known = set()
        for number, candidate in enumerate(candidates):
            holder = holders.get(candidate.key) or stored.get(number)
            if holder is not None and holder.bytes not in candidate.intake.event_ids:
                known.add(number)
        return known

    async def step(self, connection: Connection, job: Job, prepared: object, delta: Delta) -> Step:
        """Write the page down: run, sync and checkpoint together."""
        if not isinstance(prepared, Taken):
            raise TypeError("a page is needed")
        since = parse_time(prepared.cursor["since"])
        if since is None:
            raise JobFailed("the cursor is damaged")
        result, sync = prepared.result, prepared.sync
        now = ms_to_time(self._tools.now_ms())
        begun = ms_to_time(prepared.cursor["begun_ms"])
        await save_page(connection, sync["company_id"], sync["id"], job.id, since, begun, result, now)
        totals = _totals(job, result)
        return Step(
            {**prepared.cursor, "totals": totals},
            done=result.imported + result.duplicates,
            errors=result.failed,
            finished=result.finished and result.error is None,
            result={**totals, "sync_id": str(sync["id"])},
            wait_s=prepared.wait_s if not result.finished else 0.0,
        )

    async def after(self, job: Job, step: Step) -> None:
        """Nothing may be lost here: the shard has told of its events itself."""


def _totals(job: Job, result: PageResult) -> dict[str, Any]:
    before: Mapping[str, Any] = job.cursor.get("totals", {})
    totals: dict[str, Any] = {
        name: before.get(name, 0) + getattr(result, name) for name in ("pages", "imported", "duplicates", "failed")
    }
    return {**totals, "warnings": sorted({*before.get("warnings", ()), *result.warnings})}


def _ended(reason: str) -> JobFailed:
    words: Words = FATAL[reason] if reason in FATAL else PASSING[reason]
    return JobFailed(f"{words.pt} ({words.en})")


def _told(entry: HistoryEntry, reason: str) -> dict[str, Any]:
    created = None if entry.created_ms is None else rfc3339(ms_to_time(entry.created_ms))
    return {"id": entry.id[:200], "created_at": created, "reason": reason}


class _Reading:
    """Reads entries as the shard will, to know which stored event each would repeat."""

    def __init__(self, sync: Row, zone: tzinfo, most_bytes: int) -> None:
        path_only = {name: value for name, value in sync["dedupe"].items() if name == "path"}
        self._sync = sync
        self._reader = WebhookReader(sync["webhook_id"].bytes, sync["mapping"], path_only, zone)
        self._mapping = compile_mapping(sync["mapping"])
        self._most_bytes = most_bytes

    def refusal(self, entry: HistoryEntry) -> str | None:
        """Return why an entry cannot be imported; None where it can."""
        if entry.payload is None or not entry.payload.strip():
            return "payload_missing"
        return "payload_too_large" if len(entry.payload) > self._most_bytes else None

    def candidate(self, job_id: bytes, page: int, entry: HistoryEntry, number: int, now_ms: int) -> _Candidate:
        """Return an entry's intake and by what it is known."""
        body = entry.payload or b""
        count, _ = count_events(body, "application/json")
        ids = [imported_id(job_id, page, entry, position) for position in range(count)]
        headers = {"content-type": "application/json", "x-masteria-sync": str(self._sync["id"])}
        if entry.created_ms is not None:
            headers[IMPORTED_AT] = rfc3339(ms_to_time(entry.created_ms))
        read = self._reader.read(body, "application/json", b"{}", entry.created_ms or now_ms, ids)
        identity = identity_of(read[0], self._mapping) if count == 1 else None
        if count == 1 and read[0].key.key == ids[0] and entry.id:
            # The payload has no id: the source's own record has one, so that another run knows it again.
            headers["x-event-id"] = entry.id
            read = self._reader.read(body, "application/json", orjson.dumps(headers), entry.created_ms or now_ms, ids)
        return _Candidate(
            entry,
            self._intake(entry, ids, imported_id(job_id, page, entry, -1), headers, now_ms),
            # Of an array each event is judged by the shard alone.
            UUID(bytes=read[0].key.key if count == 1 else ids[0]),
            None if identity is None else Asked(number, identity.external_id, identity.pattern),
        )

    def _intake(
        self, entry: HistoryEntry, ids: list[bytes], delivery_id: bytes, headers: dict[str, str], now_ms: int
    ) -> Intake:
        sync = self._sync
        flags = FLAG_IMPORTED
        recent = entry.created_ms is not None and now_ms - entry.created_ms <= _AUTOMATE_MS
        if sync["automations"] and sync["webhook_active"] and recent:
            flags |= FLAG_AUTOMATE
        if not sync["webhook_active"]:
            flags |= FLAG_INACTIVE
        return Intake(
            kind=KIND_WEBHOOK,
            company_id=sync["company_id"].bytes,
            webhook_id=sync["webhook_id"].bytes,
            delivery_id=ids[0] if len(ids) == 1 else delivery_id,
            received_ms=now_ms,
            event_ids=ids,
            signature=IMPORTED,
            headers=orjson.dumps(headers),
            content_type="application/json",
            body=entry.payload or b"",
            flags=flags,
        )
