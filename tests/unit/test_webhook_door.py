"""What a shop hears at the webhook door when things are not as usual; door, batcher and spill are the real ones."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from uuid import UUID

import orjson
import pytest

from engine.errors import Unavailable
from engine.ids import IdMaker
from engine.signatures import SignatureScheme
from engine.wire import DONE, FLAG_INACTIVE, Answer, Intake, pack_answers, unpack_intakes
from gateway.batcher import ShardBatcher
from gateway.directory import Directory, DirectoryRows, WebhookEntry
from gateway.door import WebhookDoor
from gateway.intake import ShardIntake
from masteria.processes import free_port
from storage.spill import Spill
from tests.asgi import Answer as HttpAnswer
from tests.asgi import Client

COMPANY = UUID("0199f000-0000-7000-8000-000000000001")
UNSIGNED = SignatureScheme("none", ())
GOOD = b'{"eventType":"pix_created","eventId":"e-1"}'


@dataclass
class Shard:
    """Takes what it is sent, unless it is away or slow."""

    away: bool = False
    slow: asyncio.Event | None = None
    seen: list[Intake] = field(default_factory=list)

    async def ingest(self, blob: bytes) -> bytes:
        if self.away:
            raise Unavailable("the shard is away")
        if self.slow is not None:
            await self.slow.wait()
        items = unpack_intakes(blob)
        self.seen += items
        return pack_answers([Answer(DONE, item.event_ids, [False] * len(item.event_ids)) for item in items])


class Uncounted:
    def count(self, webhook: WebhookEntry, reason: str, now_ms: int) -> None:
        """These tests look at answers."""


def client(shard: Shard, *, active: bool = True, backlog: int = 100, redis_url: str | None = None) -> Client:
    """Return a client of a door whose spill is at ``redis_url``, or nowhere."""
    webhook = WebhookEntry(bytes(16), COMPANY.bytes, "grapfy", active, UNSIGNED, None)

    async def rows(_: UUID | None) -> DirectoryRows:
        return DirectoryRows([webhook], [], [])

    spill = Spill(redis_url or f"redis://127.0.0.1:{free_port()}/0", "test", 1 << 20)
    batcher = ShardBatcher(shard.ingest, spill, max_events=8, max_bytes=90_000, in_flight=1, backlog=backlog)
    door = WebhookDoor(Directory(rows), ShardIntake([batcher], bytes(256)), Uncounted(), IdMaker(), 1 << 20)
    return Client(door)


async def post(door: Client, body: bytes = GOOD) -> HttpAnswer:
    headers = {"x-webhook-source": "grapfy", "content-type": "application/json"}
    return await door.call("POST", f"/api/v1/webhooks/incoming/{COMPANY}", body=body, headers=headers)


async def test_with_shard_and_spill_away_nothing_is_acknowledged() -> None:
    answer = await post(client(Shard(away=True)))
    assert (answer.status, answer.headers["retry-after"]) == (503, "1")
    assert set(answer.json) == {"type", "title", "status", "detail", "request_id"}


async def test_a_full_queue_asks_to_come_again() -> None:
    shard = Shard(slow=asyncio.Event())
    door = client(shard, backlog=2)
    first = [asyncio.create_task(post(door)) for _ in range(3)]  # one in flight, two waiting
    while len(asyncio.all_tasks()) < 5:
        await asyncio.sleep(0)
    await asyncio.sleep(0)
    answer = await post(door)
    assert (answer.status, answer.headers["retry-after"]) == (429, "1")
    assert shard.slow is not None
    shard.slow.set()
    assert [told.status for told in await asyncio.gather(*first)] == [202, 202, 202]


async def test_a_deactivated_webhook_is_taken_and_says_so_to_its_shard() -> None:
    shard = Shard()
    answer = await post(client(shard, active=False))
    assert (answer.status, answer.json["duplicate"]) == (202, False)
    assert shard.seen[0].flags & FLAG_INACTIVE
    assert shard.seen[0].body == GOOD


@pytest.mark.parametrize("body", [b'[{"a":1}]', b'[{"a":NaN}]', '[{"nome":"João"}]'.encode("utf-16")])
async def test_an_array_of_one_is_answered_as_an_array(body: bytes) -> None:
    answer = await post(client(Shard()), body)
    told = orjson.loads(answer.body)
    assert answer.status == 202
    assert set(told) == {"ids", "duplicates"}
    assert (len(told["ids"]), told["duplicates"]) == (1, [False])
