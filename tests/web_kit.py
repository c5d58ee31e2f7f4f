"""What tests of WhatsApp-Web sessions share: a listener that remembers, a book in memory, a simulated session."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from engine.web_disconnects import Reaction
from engine.web_gate import Gate
from engine.web_numbers import Known
from engine.web_options import WebOptions
from engine.web_usage import Usage
from whatsapp.web.book import Contact
from whatsapp.web.courier import Courier, Letter
from whatsapp.web.port import Inbound, WebMessage
from whatsapp.web.session import Status, WebSession
from whatsapp.web.simulated_client import SimulatedClient
from whatsapp.web.simulated_world import WebWorld

EPOCH_MS = 1_790_000_000_000


def loop_ms() -> int:
    """The virtual wall clock: milliseconds since 1970."""
    return EPOCH_MS + int(asyncio.get_running_loop().time() * 1000)


@dataclass
class Notes:
    """A listener that writes down what it hears."""

    statuses: list[Status] = field(default_factory=list)
    reactions: list[Reaction] = field(default_factory=list)
    receipts: list[tuple[str | None, str]] = field(default_factory=list)
    written: list[str | None] = field(default_factory=list)
    linked: list[str | None] = field(default_factory=list)
    changes: asyncio.Event = field(default_factory=asyncio.Event)

    def changed(self, status: Status, reaction: Reaction | None) -> None:
        self.statuses.append(status)
        if reaction is not None:
            self.reactions.append(reaction)
        self.changes.set()

    def paired(self, phone: str | None) -> None:
        self.linked.append(phone)

    def receipt(self, message_id: str | None, provider_id: str, status: str, at_ms: int) -> None:
        self.receipts.append((message_id, status))

    def inbound(self, message: Inbound, phone: str | None) -> None:
        self.written.append(phone)

    @property
    def states(self) -> list[str]:
        return [status.state for status in self.statuses]


class MemoryBook:
    """A book for tests at the transport's border, where there is no database."""

    def __init__(self) -> None:
        self.contacts: dict[str, Contact] = {}

    async def read(self, phones: Sequence[str]) -> Mapping[str, Contact]:
        return {phone: self.contacts[phone] for phone in phones if phone in self.contacts}

    async def write(self, found: Sequence[Known]) -> None:
        for known in found:
            self.contacts[known.phone] = Contact(known, self.contacts.get(known.phone, Contact()).answered)

    async def answered(self, phone: str) -> None:
        self.contacts[phone] = Contact(self.contacts.get(phone, Contact()).known, True)


@dataclass
class Rig:
    """A session on the simulated WhatsApp, linked already unless told otherwise."""

    world: WebWorld
    client: SimulatedClient
    session: WebSession
    courier: Courier
    notes: Notes
    book: MemoryBook
    running: asyncio.Task[None]

    async def until(self, state: str, within_s: float = 3600.0) -> None:
        async with asyncio.timeout(within_s):
            while self.session.status.state != state:
                self.notes.changes.clear()
                await self.notes.changes.wait()

    async def close(self) -> None:
        self.running.cancel()
        await asyncio.gather(self.running, return_exceptions=True)
        await self.client.close()


async def start_rig(
    world: WebWorld, folder: Path, phone: str, *, options: WebOptions | None = None, linked: bool = True
) -> Rig:
    options = options or WebOptions()
    luck = random.Random(f"{world.seed}:{phone}")
    gate = Gate(options.pace, Usage(), warm_up=options.warm_up, random=luck.random)
    gate.warm_up_from_ms = loop_ms()
    folder.mkdir(parents=True, exist_ok=True)  # noqa: ASYNC240 (a test's own folder)
    client = SimulatedClient(world, folder, phone, loop_ms)
    if linked and not client.has_device:
        client._link()
    notes, book = Notes(), MemoryBook()
    session = WebSession(client, gate, notes, luck.random, loop_ms)
    await session.start()
    running = asyncio.get_running_loop().create_task(session.run())
    rig = Rig(world, client, session, Courier(session, book, options), notes, book, running)
    if linked:
        await rig.until("connected")
    return rig


def letter(message_id: str, to: str, text: str, *, transactional: bool = False) -> Letter:
    return Letter(to, text, transactional, lambda jid: WebMessage(message_id, jid, text))


async def taken() -> bool:
    """The intent of a test without a ledger."""
    return True
