"""The whole REST application on a real database, with fakes only where actors would stand. Used by REST tests."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from actors.answering import Answering
from actors.own_intents import OwnIntents
from actors.simulating import Simulation
from actors.web_session_memory import show
from actors.writing import Writing
from engine.addresses import Guard
from engine.credentials import hash_token, make_api_key, make_installation_key, shown_prefix
from engine.ids import IdMaker, id_time, ms_to_time, time_to_ms
from engine.metrics import Delta
from engine.settings import Settings
from engine.vault import Vault
from engine.wire import DONE, Answer, Intake
from gateway.app import build_app
from gateway.auth import Authenticator
from gateway.cookies import CookieRules
from gateway.counts import Counts
from gateway.directory import Directory
from gateway.door import WebhookDoor
from gateway.downloads import Downloads
from gateway.loading import DirectoryLoader
from gateway.refusals import RefusalCounter
from gateway.services import Services
from gateway.sign_in import SignInDesk
from gateway.uploads import MediaPost, Uploads
from integrations.chat_models import ChatClient
from storage.api_keys import insert_api_key
from storage.companies import insert_company
from storage.pool import Connection, Pool
from storage.throttle import Throttle
from tests.asgi import Client
from tests.embedding_kit import embed, embedder
from whatsapp.web.session import Status

Result = TypeVar("Result")
NOW_MS = time_to_ms(ms_to_time(1_790_000_000_000))


class FakeClock:
    """Stands still until a test moves it."""

    def __init__(self) -> None:
        self.now_ms = NOW_MS

    def __call__(self) -> int:
        return self.now_ms


class FakeFile:
    """What a person sent."""

    async def pieces(self) -> AsyncIterator[bytes]:
        for piece in (b"\x89PNG", b"...."):
            yield piece


@dataclass(slots=True)
class FakeActors:
    """What the actors would have been told."""

    announced: list[tuple[str, UUID | None]] = field(default_factory=list)
    taken: list[tuple[int, Intake]] = field(default_factory=list)
    handed_over: list[dict[str, Any]] = field(default_factory=list)
    cancelled_ids: list[UUID] = field(default_factory=list)
    asked: list[tuple[UUID, dict[str, str]]] = field(default_factory=list)
    deltas: list[Delta] = field(default_factory=list)
    healthy: bool = True
    graph_says: dict[str, Any] = field(default_factory=lambda: {"asked": False, "problems": [], "number": None})
    questions: list[tuple[Any, ...]] = field(default_factory=list)
    uploaded: list[tuple[Any, ...]] = field(default_factory=list)
    files: list[Path] = field(default_factory=list)
    fetched: list[tuple[UUID, UUID, str]] = field(default_factory=list)

    async def ask(self, question: str, *arguments: Any) -> Any:
        self.questions.append((question, *arguments))
        return self.graph_says

    async def upload(
        self, company_id: UUID, session_id: UUID, file: Path, *, kind: str, mime_type: str, filename: str
    ) -> str:
        self.uploaded.append((company_id, session_id, kind, mime_type, filename, _content(file)))
        self.files.append(file)
        return "4711"

    @asynccontextmanager
    async def download(self, company_id: UUID, session_id: UUID, media_id: str) -> AsyncIterator[FakeFile]:
        self.fetched.append((company_id, session_id, media_id))
        yield FakeFile()

    async def announce(self, kind: str, company_id: UUID | None) -> None:
        self.announced.append((kind, company_id))

    async def take(self, bucket: int, item: Intake) -> Answer:
        self.taken.append((bucket, item))
        return Answer(DONE, item.event_ids, [False] * len(item.event_ids))

    async def status(self) -> dict[str, Any]:
        return {"ok": self.healthy, "parts": {"postgres": {"ok": True}, "shard-0": {"ok": self.healthy}}}

    async def summary(self, company_id: UUID, query: Mapping[str, str]) -> bytes:
        self.asked.append((company_id, dict(query)))
        return b'{"today":{"events":7}}'

    async def prometheus(self) -> dict[str, Any]:
        return {
            "families": [
                {
                    "name": "masteria_events",
                    "type": "counter",
                    "help": "Stored events.",
                    "samples": [{"labels": {"state": "processed"}, "value": 7}],
                },
                {
                    "name": "masteria_event_to_accepted_ms",
                    "type": "histogram",
                    "help": "From receipt to acceptance.",
                    "samples": [{"buckets": [[10, 3], [None, 4]], "sum": 50.0}],
                },
                {"name": "masteria_queue_depth", "type": "gauge", "help": "Waiting.", "samples": [{"value": 2}]},
            ]
        }

    def hand_over(self, messages: Sequence[dict[str, Any]]) -> None:
        self.handed_over += messages

    def cancelled(self, session_id: UUID, message_ids: Sequence[UUID]) -> None:
        self.cancelled_ids += message_ids


class FakeLedger:
    """A real transaction; its delta is kept for the test instead of the aggregator."""

    def __init__(self, pool: Pool, actors: FakeActors) -> None:
        self._pool = pool
        self._actors = actors

    async def write(self, work: Callable[[Connection, Delta], Awaitable[Result]]) -> Result:
        delta = Delta()
        async with self._pool.acquire() as connection, connection.transaction():
            result = await work(connection, delta)
        self._actors.deltas.append(delta)
        return result


class FakeDevice:
    """A WhatsApp-Web session's process whose phone types what it is told."""

    def __init__(self, session_id: UUID) -> None:
        self._phone: str | None = None

    async def state(self) -> dict[str, Any]:
        return show(Status("unpaired", phone=self._phone), secrets=True) | {"why": None, "leased": True}

    async def start_pairing(self) -> dict[str, Any]:
        return {**await self.state(), "state": "pairing", "qr": "2@code", "qr_until_ms": 1}

    async def pair_code(self, phone: str) -> str:
        self._phone = phone
        return "ABCD1234"

    async def log_out(self) -> None:
        return


def _content(file: Path) -> bytes:
    return file.read_bytes()


async def _door(scope: Scope, receive: Receive, send: Send) -> None:
    await PlainTextResponse(f"door {scope['path']}")(scope, receive, send)


class FreshDoor:
    """The real webhook door, whose directory is read anew before each request as an announcement would have it."""

    def __init__(self, pool: Pool, vault: Vault, actors: FakeActors) -> None:
        self._directory = Directory(DirectoryLoader(pool, vault))
        self._door = WebhookDoor(self._directory, actors, RefusalCounter(pool), IdMaker(), 1_048_576)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._directory.reload(None)
        await self._door(scope, receive, send)


@dataclass(slots=True)
class Rig:
    """The application, who may call it, and what it told the actors."""

    services: Services
    actors: FakeActors
    clock: FakeClock
    stranger: Client
    installation: Client
    installation_key: str

    async def company(self, name: str = "Loja Exemplo") -> tuple[UUID, Client]:
        """Make a company; return its id and its owner's client."""
        company_id = self.services.ids.make_uuid(self.clock())
        await insert_company(self.services.pool, company_id, name, "America/Sao_Paulo", id_time(company_id))
        return company_id, await self.client(company_id, "owner")

    async def client(self, company_id: UUID, role: str) -> Client:
        """Return a client with a new key of a role."""
        return self.stranger.acting_as(await make_key(self.services, company_id, role))


async def make_key(services: Services, company_id: UUID | None, role: str) -> str:
    """Store a new key and return it."""
    key = make_api_key() if company_id else make_installation_key()
    key_id = services.ids.make_uuid(services.clock())
    await insert_api_key(
        services.pool,
        key_id=key_id,
        company_id=company_id,
        name=role,
        prefix=shown_prefix(key),
        key_hash=hash_token(key),
        role=role,
        created_at=id_time(key_id),
    )
    return key


async def make_rig(pool: Pool, media: MediaPost | None = None, **settings: Any) -> Rig:
    """Return the application on a database; language models of ``outgoing_allow_private`` are asked over HTTP."""
    actors, clock, vault = FakeActors(), FakeClock(), Vault(b"v" * 32)
    defaults = {"public_url": "https://masteria.example", "live_public_url": "wss://live.example", "redis_url": ""}
    stated = Settings(**{"instance": "test", "data_dir": "/nowhere", "database_url": "", **defaults, **settings})
    answering = Answering(pool, vault, embed, ChatClient(Guard(stated.outgoing_allow_private)), clock)

    async def suggest(company_id: UUID, conversation_id: UUID) -> dict[str, Any]:
        return (await answering.suggest(company_id, conversation_id)).shown()

    own = OwnIntents(pool, embedder())
    services = Services(
        settings=stated,
        pool=pool,
        vault=vault,
        clock=clock,
        ids=IdMaker(),
        auth=Authenticator(pool, clock, CookieRules.of(stated)),
        sign_in=SignInDesk(pool, vault, Throttle(stated.redis_url, stated.instance, clock), clock),
        counts=Counts(clock),
        announce=actors.announce,
        metrics=actors,
        health=actors,
        intake=actors,
        ledger=FakeLedger(pool, actors),
        senders=actors,
        graph=actors,
        uploads=Uploads(),
        downloads=Downloads(),
        media=media or actors,
        device=FakeDevice,
        webhook_door=FreshDoor(pool, vault, actors),
        meta_door=_door,
        embed=embed,
        understand=own.describe,
        suggest=suggest,
        simulate=Simulation(pool, own, answering).run,
        confusion=own.confusion,
        write=Writing(pool, vault, answering.models).write,
    )
    stranger = Client(build_app(services))
    key = await make_key(services, None, "owner")
    return Rig(services, actors, clock, stranger, stranger.acting_as(key), key)
