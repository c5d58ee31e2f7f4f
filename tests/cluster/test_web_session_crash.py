"""A whole instance: a WhatsApp-Web session gets its process, is linked, killed, restored without a QR code, removed."""

from __future__ import annotations

import asyncio
import json
import shutil
import stat
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from masteria.postgres_server import find_postgres
from tests.e2e.http_client import HttpClient
from tests.e2e.rig import Instance
from tests.e2e.shop import Api
from tests.e2e.waiting import wait_until

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]
PHONE = "+5511911110001"
OPTIONS = {
    "web": {
        "client": "simulated",
        "warm_up": False,
        "check_numbers": False,
        "limits": {"stranger_s": [0, 0.2], "open_s": [0, 0.2], "words_per_minute": 0, "per_minute": 1000},
    }
}


@pytest.fixture(scope="module")
def instance() -> Iterator[Instance]:
    folder = Path(tempfile.mkdtemp(prefix="mia-web-", dir="/tmp"))
    made = Instance(folder, {"shards": 1})
    try:
        made.start()
        yield made
    finally:
        made.stop()
        shutil.rmtree(folder, ignore_errors=True)


class Web:
    """One WhatsApp-Web session of a running instance."""

    def __init__(self, instance: Instance, database: asyncpg.Connection[asyncpg.Record], api: Api) -> None:
        self.instance = instance
        self.database = database
        self.api = api
        self.id = UUID(int=0)

    @property
    def actor(self) -> str:
        return f"web-{self.id.hex}"

    @property
    def folder(self) -> Path:
        return self.instance.data_dir / "web" / self.id.hex

    async def add(self) -> None:
        body = {"name": "Web", "transport": "web", "phone": PHONE, "options": OPTIONS}
        self.id = UUID((await self.api.post("/sessions", body))["id"])

    async def until_state(self, state: str) -> dict[str, Any]:
        async with asyncio.timeout(60):
            while (shown := await self.api.get(f"/sessions/{self.id}/qr"))["state"] != state:
                await asyncio.sleep(0.05)
        return dict(shown)

    async def send(self, to: str) -> str:
        answer = await self.api.post("/messages", {"session_id": str(self.id), "to": to, "text": "Olá! Tudo bem?"})
        return str(answer["id"])

    async def until(self, query: str, wanted: object, *arguments: object, within_s: float = 60.0) -> None:
        async with asyncio.timeout(within_s):
            while await self.database.fetchval(query, *arguments) != wanted:
                await asyncio.sleep(0.05)

    async def until_delivered(self, message_id: str, within_s: float = 60.0) -> None:
        query = "SELECT provider_id IS NOT NULL FROM messages WHERE id = $1"
        await self.until(query, True, UUID(message_id), within_s=within_s)

    async def part(self) -> dict[str, Any] | None:
        status = await asyncio.to_thread(self.instance.status)
        part: dict[str, Any] | None = status.get("parts", {}).get(self.actor)
        return part

    async def until_part(self, fits: Callable[[dict[str, Any] | None], bool]) -> None:
        async def fitting() -> bool:
            return fits(await self.part())

        await wait_until(fitting, 60.0, "the part is as it should be")

    def taken(self) -> list[str]:
        """What the simulated WhatsApp has taken, by our ids."""
        return [json.loads(line)["message_id"] for line in (self.folder / "world.jsonl").read_text().splitlines()]


@pytest.fixture
async def web(instance: Instance) -> AsyncIterator[Web]:
    async with _web(instance) as made:
        yield made


@asynccontextmanager
async def _web(instance: Instance) -> AsyncIterator[Web]:
    server = find_postgres(instance.data_dir)
    assert server is not None
    database = await asyncpg.connect(server.url)
    client = HttpClient(instance.base_url)
    try:
        yield Web(instance, database, Api(client, instance.credentials.api_key))
    finally:
        await client.close()
        await database.close()


async def test_a_session_is_linked_killed_restored_without_a_qr_code_and_removed(web: Web) -> None:
    await web.add()
    await web.until_part(lambda part: part is not None and bool(part["ok"]))
    await web.until_state("unpaired")
    paired = await web.api.post(f"/sessions/{web.id}/pair", {})
    assert paired["state"] == "pairing"
    assert (await web.until_state("connected"))["qr"] is None
    assert stat.S_IMODE(web.folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in web.folder.iterdir()} == {0o600}
    first = await web.send("+5511977770001")
    await web.until_delivered(first)

    pid = await web.instance.kill(web.actor)
    killed = time.monotonic()
    second = await web.send("+5511977770002")
    await web.until_delivered(second, within_s=15.0)
    took_s = time.monotonic() - killed
    assert took_s < 15.0
    print(f"a killed session sent again after {took_s:.1f} s")
    assert await asyncio.to_thread(web.instance.actor_pid, web.actor) != pid
    assert await web.database.fetchval("SELECT count(*) FROM sessions WHERE state <> 'active'") == 0
    assert sorted(web.taken()) == sorted([first, second]), "each once"

    await web.api.call("DELETE", f"/sessions/{web.id}")
    await web.until_part(lambda part: part is None)
    assert not (web.folder / "simulated.json").exists(), "its credentials are gone"
    assert await web.instance.is_ready()
