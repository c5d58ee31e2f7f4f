"""Exports over HTTP: the lists' filters, rows that arrive meanwhile, who leaves, memory that stays flat."""

from __future__ import annotations

import asyncio
import csv
import gzip
import io
from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import UUID

import orjson
import psutil
import pytest
from starlette.types import Message

from engine.ids import ms_to_time
from gateway.downloads import Download, Downloads
from storage.pool import Pool
from tests.asgi import Answer, Client
from tests.rest_rig import NOW_MS, Rig, make_rig
from tests.seeding import add_event, add_message, add_session, seed_events

BEFORE = ms_to_time(NOW_MS) - timedelta(hours=1)


@pytest.fixture
async def rig(pool: Pool) -> Rig:
    return await make_rig(pool)


def _rows(answer: Answer) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(answer.body.decode(), newline="")))


async def test_a_filtered_list_as_a_file_of_each_format(rig: Rig, pool: Pool) -> None:
    company_id, owner = await rig.company()
    wanted = await add_event(pool, company_id, BEFORE, customer_name="=1+1", customer_phone="+5511900000000")
    await add_event(pool, company_id, BEFORE, event_type="order_approved")
    await add_event(pool, company_id, ms_to_time(NOW_MS) + timedelta(seconds=1))  # newer than the export's beginning
    answer = await owner.get("/api/v1/exports/events.csv", {"event_type": "pix_created"})
    assert answer.status == 200
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"].startswith('attachment; filename="eventos-')
    assert [(row["ID"], row["Cliente"]) for row in _rows(answer)] == [(str(wanted), "'=1+1")]
    as_json = await owner.get("/api/v1/exports/events.json", {"event_type": "pix_created"})
    assert [row["id"] for row in as_json.json] == [str(wanted)]
    lines = await owner.get("/api/v1/exports/events.jsonl", {"phone": "11900000000"})
    assert [orjson.loads(line)["customer_name"] for line in lines.body.splitlines()] == ["=1+1"]
    assert len(_rows(await owner.get("/api/v1/exports/events.csv"))) == 2
    since = (BEFORE + timedelta(minutes=1)).isoformat()
    assert _rows(await owner.get("/api/v1/exports/events.csv", {"from": since})) == []


async def test_messages_and_what_viewers_get(rig: Rig, pool: Pool) -> None:
    company_id, _ = await rig.company()
    session_id = await add_session(pool, company_id, BEFORE)
    message_id = await add_message(pool, company_id, session_id, BEFORE)
    viewer = await rig.client(company_id, "viewer")
    answer = await viewer.get("/api/v1/exports/messages.json", {"session_id": str(session_id)})
    assert [(row["id"], row["to"]) for row in answer.json] == [(str(message_id), "+5511*******00")]
    assert (await viewer.get("/api/v1/exports/messages.csv", {"status": "read"})).body.count(b"\n") == 1


async def test_compressed_as_a_file_or_on_the_way(rig: Rig, pool: Pool) -> None:
    company_id, owner = await rig.company()
    await add_event(pool, company_id, BEFORE)
    plain = (await owner.get("/api/v1/exports/events.csv")).body
    file = await owner.get("/api/v1/exports/events.csv", {"compress": "gzip"})
    assert file.headers["content-type"] == "application/gzip"
    assert file.headers["content-disposition"].endswith('.csv.gz"')
    assert "content-encoding" not in file.headers
    accepting = Client(rig.stranger.app, {**owner._headers, "accept-encoding": "br, gzip;q=0.8"})
    sent = await accepting.get("/api/v1/exports/events.csv")
    assert sent.headers["content-encoding"] == "gzip"
    assert gzip.decompress(file.body) == gzip.decompress(sent.body) == plain


async def test_what_is_asked_wrongly_is_named(rig: Rig) -> None:
    _, owner = await rig.company()
    answer = await owner.get("/api/v1/exports/events.csv", {"delimiter": "|", "lang": "fr", "nonsense": "1"})
    assert answer.status == 422
    assert {error["field"] for error in answer.json["errors"]} == {"delimiter", "lang", "nonsense"}
    assert (await owner.get("/api/v1/exports/events.xml")).status == 404
    assert (await owner.get("/api/v1/exports/events.csv", {"payload": "{"})).status == 422


async def test_rows_that_arrive_or_change_meanwhile_neither_shift_nor_double(rig: Rig, pool: Pool) -> None:
    company_id, owner = await rig.company()
    async with pool.acquire() as connection:
        await seed_events(connection, company_id, 2_000, BEFORE)
    listed = {str(row["id"]) for row in await pool.fetch("SELECT id FROM incoming_events")}
    arriving = 0

    async def arrive() -> None:
        nonlocal arriving
        while True:
            await add_event(pool, company_id, ms_to_time(NOW_MS) + timedelta(seconds=arriving))
            arriving += 1

    writer = asyncio.ensure_future(arrive())
    answer = await owner.get("/api/v1/exports/events.csv")
    writer.cancel()
    await asyncio.gather(writer, return_exceptions=True)
    found = [row["ID"] for row in _rows(answer)]
    assert arriving > 0
    assert len(found) == len(listed)
    assert set(found) == listed


async def test_who_leaves_ends_the_query_and_frees_its_place() -> None:
    downloads = Downloads(most_per_company=1)
    closed = asyncio.Event()
    sent: list[Message] = []
    begun, gone = asyncio.Event(), asyncio.Event()

    async def endless() -> AsyncIterator[bytes]:
        try:
            while True:
                await asyncio.sleep(0)
                yield b"x" * 1000
        finally:
            closed.set()

    async def receive() -> Message:
        await gone.wait()
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        sent.append(message)
        begun.set()

    serving = asyncio.ensure_future(Download(endless(), downloads, UUID(int=1), {})({}, receive, send))
    await begun.wait()
    assert downloads.open == 1
    gone.set()
    await asyncio.wait_for(serving, 10)
    assert closed.is_set()
    assert downloads.open == 0
    assert all(message.get("more_body", True) for message in sent)  # half a file is never ended as if it were whole


async def test_too_many_at_once_are_asked_to_come_again(rig: Rig) -> None:
    company_id, owner = await rig.company()
    with (
        rig.services.downloads.place(company_id),
        rig.services.downloads.place(company_id),
        rig.services.downloads.place(company_id),
    ):
        answer = await owner.get("/api/v1/exports/events.csv")
    assert answer.status == 429
    assert answer.headers["retry-after"]
    assert (await owner.get("/api/v1/exports/events.csv")).status == 200


async def test_memory_stays_flat_over_fifty_thousand_rows(rig: Rig, pool: Pool) -> None:
    company_id, owner = await rig.company()
    async with pool.acquire() as connection:
        await seed_events(connection, company_id, 50_000, BEFORE)
    counting = _Counting(owner)
    await counting.download("/api/v1/exports/events.jsonl", {"to": (BEFORE - timedelta(hours=1)).isoformat()})
    begun = psutil.Process().memory_info().rss
    highest = await counting.download("/api/v1/exports/events.jsonl")
    assert counting.lines == 50_000
    assert counting.size > 15_000_000
    assert highest - begun < 12_000_000  # the file itself is larger


class _Counting:
    """Downloads without keeping anything, and notes the highest memory on the way."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self.lines = self.size = 0

    async def download(self, path: str, query: dict[str, str] | None = None) -> int:
        process, highest = psutil.Process(), 0
        self.lines = self.size = 0
        app = self._client.app

        async def counted(scope: dict[str, object], receive: object, send: object) -> None:
            async def count(message: Message) -> None:
                nonlocal highest
                body = message.pop("body", b"") if message["type"] == "http.response.body" else b""
                self.lines += body.count(b"\n")
                self.size += len(body)
                highest = max(highest, process.memory_info().rss)
                await send({**message, "body": b""} if "more_body" in message else message)  # type: ignore[operator]

            await app(scope, receive, count)  # type: ignore[arg-type]

        await Client(counted, self._client._headers).get(path, query)  # type: ignore[arg-type]
        return highest
