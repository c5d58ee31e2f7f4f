"""What the routes need, as one value: the lead builds it in the gateway's actor, tests with fakes at the protocols."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar
from uuid import UUID

from starlette.types import ASGIApp

from actors.embedding import Embed
from engine.ids import IdMaker
from engine.metrics import Delta
from engine.settings import Settings
from engine.vault import Vault
from engine.wire import Answer, Intake
from gateway.auth import Authenticator
from gateway.counts import Counts
from gateway.downloads import Downloads
from gateway.graph import Graph
from gateway.sign_in import SignInDesk
from gateway.uploads import MediaPost, Uploads
from storage.pool import Connection, Pool

Result = TypeVar("Result")
# What a text means to a company; ``Unavailable`` while no AI worker runs.
Understand = Callable[[UUID, str], Awaitable[dict[str, Any]]]
Clock = Callable[[], int]


class Announce(Protocol):
    """Has a committed change in force in every gateway, shard and sender host before it returns."""

    def __call__(self, kind: str, company_id: UUID | None) -> Awaitable[None]: ...


class Metrics(Protocol):
    """The aggregator's numbers."""

    async def summary(self, company_id: UUID, query: Mapping[str, str]) -> bytes:
        """Return a company's summary as JSON."""
        ...

    async def prometheus(self) -> dict[str, Any]: ...


class Health(Protocol):
    """Every part's health: ``{"ok": bool, "parts": {name: {"ok": bool, …}}}``; never raises."""

    async def status(self) -> dict[str, Any]: ...


class Intaker(Protocol):
    """Takes one webhook to its shard, as the door does."""

    async def take(self, bucket: int, item: Intake) -> Answer: ...


class Ledger(Protocol):
    """A transaction whose delta is written with it (docs/INTERNALS.md, "Counters")."""

    async def write(self, work: Callable[[Connection, Delta], Awaitable[Result]]) -> Result: ...


class Senders(Protocol):
    """The way to the sender hosts: hand committed messages over, tell of cancelled ones. Never waits or raises."""

    def hand_over(self, messages: Sequence[dict[str, Any]]) -> None: ...

    def cancelled(self, session_id: UUID, message_ids: Sequence[UUID]) -> None: ...


class LinkedDevice(Protocol):
    """One WhatsApp-Web session's process; every call raises ``Unavailable`` while it is being started."""

    async def state(self) -> dict[str, Any]:
        """Return the session as it is shown, with the codes that link it."""
        ...

    async def start_pairing(self) -> dict[str, Any]: ...

    async def pair_code(self, phone: str) -> str: ...

    async def log_out(self) -> None: ...


@dataclass(slots=True, kw_only=True)
class Services:
    """Everything a route may use. ``clock`` gives milliseconds since 1970."""

    settings: Settings
    pool: Pool
    vault: Vault
    clock: Clock
    ids: IdMaker
    auth: Authenticator
    sign_in: SignInDesk
    counts: Counts
    announce: Announce
    metrics: Metrics
    health: Health
    intake: Intaker
    ledger: Ledger
    senders: Senders
    graph: Graph
    uploads: Uploads
    downloads: Downloads
    media_downloads: Downloads = field(
        default_factory=lambda: Downloads(24, 12, "too many files are being fetched; come again when one has come")
    )
    media: MediaPost
    device: Callable[[UUID], LinkedDevice]
    webhook_door: ASGIApp
    meta_door: ASGIApp
    embed: Embed
    understand: Understand
    suggest: Callable[[UUID, UUID], Awaitable[dict[str, Any]]]
    simulate: Callable[[UUID, Mapping[str, Any]], Awaitable[dict[str, Any]]]
    confusion: Callable[[UUID], Awaitable[dict[str, Any]]]
    write: Callable[[str, UUID, Mapping[str, Any]], Awaitable[dict[str, Any]]]
