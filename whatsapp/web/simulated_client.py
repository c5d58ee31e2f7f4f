"""The port of a WhatsApp-Web session over the simulated WhatsApp (simulated_world.py): same events, same errors."""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from engine.phones import normalise_wa_id
from engine.web_disconnects import REPLACED, RESTART_REQUIRED, TEMP_BANNED
from whatsapp.web.port import (
    Connected,
    Disconnected,
    Inbound,
    LateAnswer,
    NotConnectedError,
    OnWhatsApp,
    Paired,
    PairingFailed,
    QrCode,
    Receipt,
    ReceiptKind,
    SentMessage,
    UnknownOutcomeError,
    WebClientError,
    WebEvent,
    WebMessage,
    hidden_chat,
)
from whatsapp.web.simulated_world import Line, Taken, WebWorld
from whatsapp.web.store import write_privately

_QR_CODES = 6
_STORE = "simulated.json"
# How long after our time-out a lost acknowledgement comes after all.
LATE_S = 5.0


def _nobody(_: WebEvent) -> None:
    return


class SimulatedClient:
    """One linked device on the simulated WhatsApp.

    Args:
        world: the WhatsApp it belongs to.
        folder: keeps the device, so that a restart needs no QR code.
        phone: the number whose phone will scan (E.164).
        now_ms: milliseconds since 1970.
    """

    def __init__(self, world: WebWorld, folder: Path, phone: str, now_ms: Callable[[], int]) -> None:
        self.on_event: Callable[[WebEvent], None] = _nobody
        self._world = world
        self._store = folder / _STORE
        self._phone = phone
        self._now_ms = now_ms
        self._line: Line | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._pairing: asyncio.Task[None] | None = None
        self._scanned = asyncio.Event()
        self._known: set[str] = set()  # hidden ids whose numbers this process has learned

    @property
    def has_device(self) -> bool:
        return self._store.exists()

    async def connect(self) -> None:
        """Log in, or show QR codes; see :class:`whatsapp.web.port.WebClient`."""
        await self._leave()
        if not self.has_device:
            self._scanned.clear()
            self._pairing = self._start(self._pair())
            return
        device = json.loads(self._store.read_text())
        line = self._world.line(device["phone"])
        if line.client is not None:
            line.client(Disconnected(REPLACED, "stream replaced"))
        remaining_s = line.banned_until_s - self._now_ms() / 1000
        if remaining_s > 0:
            self._tell_soon(Disconnected(TEMP_BANNED, "temporarily banned", remaining_s, line.bans.banned_for))
            return
        line.client = self._told
        self._line = line
        self._tell_soon(Connected(device["jid"], device["phone"]))
        while line.waiting:
            self._tell_soon(self._seen(line.waiting.popleft()))

    def scan(self) -> None:
        """The phone scans the code that is shown."""
        self._scanned.set()

    async def _pair(self) -> None:
        manners = self._world.manners
        for number in range(_QR_CODES):
            shown_s = manners.qr_next_s if number else manners.qr_first_s
            self.on_event(QrCode(f"2@{secrets.token_urlsafe(24)},{number}", shown_s))
            try:
                wait_s = shown_s if manners.scan_after_s is None else min(shown_s, manners.scan_after_s)
                async with asyncio.timeout(wait_s):
                    await self._scanned.wait()
            except TimeoutError:
                if manners.scan_after_s is None or manners.scan_after_s > shown_s:
                    continue
            self._link()
            return
        self.on_event(PairingFailed("nobody scanned the code"))

    def _link(self) -> None:
        jid = self._phone.removeprefix("+")
        write_privately(self._store, json.dumps({"jid": jid, "phone": self._phone}).encode())
        self.on_event(Paired(jid, self._phone, "android"))
        self.on_event(Disconnected(RESTART_REQUIRED, "restart required"))

    async def pair_code(self, phone: str) -> str:
        if self._pairing is None or self._pairing.done():
            raise WebClientError("no code is being shown")
        self._phone = phone
        return "".join(secrets.choice("123456789ABCDEFGHJKLMNPQRSTVWXYZ") for _ in range(8))

    async def is_connected(self) -> bool:
        return self._line is not None and not self._line.deaf

    async def is_on_whatsapp(self, forms: Sequence[str]) -> list[OnWhatsApp]:
        await asyncio.sleep(self._world.manners.ack_s)
        answers = self._world.look_up(self._connected(), list(forms))
        hidden = (self._world.hidden_id(answer.jid) for answer in answers if answer.jid is not None)
        self._known.update(lid for lid in hidden if lid is not None)
        return answers

    async def typing(self, jid: str, on: bool) -> None:
        self._connected()

    async def send(self, message: WebMessage, timeout_s: float) -> SentMessage:
        """Send one message; see :class:`whatsapp.web.port.WebClient`."""
        line = self._connected()
        if line.deaf:
            await asyncio.sleep(timeout_s)
            raise UnknownOutcomeError("no acknowledgement in time")
        taken = self._world.take(line, message)
        if line.lost_answers > 0:
            line.lost_answers -= 1
            self._start(self._later(taken, timeout_s))
            await asyncio.sleep(timeout_s)
            raise UnknownOutcomeError("no acknowledgement in time")
        self._start(self._fate(taken))
        await asyncio.sleep(self._world.manners.ack_s)
        return SentMessage(taken.provider_id, self._now_ms())

    async def disconnect(self) -> None:
        await self._leave()

    async def forget(self) -> None:
        await self._leave()
        self._store.unlink(missing_ok=True)

    def cut(self, code: int, **more: Any) -> None:
        """Cut the session off, as WhatsApp would."""
        if self._line is not None:
            self._told(Disconnected(code, f"cut off: {code}", **more))

    def _connected(self) -> Line:
        if self._line is None:
            raise NotConnectedError("websocket not connected")
        return self._line

    def _told(self, event: WebEvent) -> None:
        """The world speaks to this device; whatever cuts it off ends its connection."""
        if isinstance(event, Disconnected) and self._line is not None:
            self._line.client = None
            self._line = None
        self.on_event(self._seen(event))

    def _seen(self, event: WebEvent) -> WebEvent:
        """Return an event as this device sees it: who is hidden has a number only where it was looked up."""
        if not isinstance(event, Receipt | Inbound):
            return event
        lid = self._world.hidden_id(event.chat)
        return event if lid is None or lid in self._known else replace(event, chat=hidden_chat(lid))

    def _tell_soon(self, event: WebEvent) -> None:
        asyncio.get_running_loop().call_soon(self.on_event, event)

    async def _fate(self, taken: Taken) -> None:
        """Deliver, read, answer: what becomes of a message after it was taken."""
        world, manners = self._world, self._world.manners
        luck = [world.luck(kind, taken.provider_id) for kind in ("offline", "read", "reply", "time")]
        if not taken.registered or luck[0] < manners.share_offline:
            return
        await asyncio.sleep(manners.delivery_s * (0.5 + luck[3]))
        taken.delivered = True
        self._receipt(taken, "delivered")
        if luck[1] >= manners.share_read:
            return
        await asyncio.sleep(manners.read_s * (0.5 + luck[3]))
        self._receipt(taken, "read")
        if luck[2] < manners.share_reply:
            await asyncio.sleep(manners.read_s)
            self._reply(taken)

    async def _later(self, taken: Taken, timeout_s: float) -> None:
        await asyncio.sleep(timeout_s + LATE_S)
        self._reach(taken.sender, LateAnswer(taken.message_id, taken.provider_id, None, self._now_ms()))
        await self._fate(taken)

    def _receipt(self, taken: Taken, kind: ReceiptKind) -> None:
        self._reach(taken.sender, Receipt((taken.provider_id,), taken.to, kind, self._now_ms()))

    def _reply(self, taken: Taken) -> None:
        self._world.line(taken.sender).bans.answered(normalise_wa_id(taken.to) or taken.to)
        inbound = Inbound(f"R{taken.provider_id}", taken.to, "Cliente", "text", "Oi!", self._now_ms())
        self._reach(taken.sender, inbound)

    def _reach(self, phone: str, event: WebEvent) -> None:
        """Tell a line something: now, or when it is back."""
        line = self._world.line(phone)
        if line.client is None or line.deaf:
            line.waiting.append(event)
        else:
            line.client(event)

    def _start(self, work: Any) -> asyncio.Task[None]:
        task: asyncio.Task[None] = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _leave(self) -> None:
        if self._line is not None:
            self._line.client = None
            self._line = None
        if self._pairing is not None and self._pairing is not asyncio.current_task():
            self._pairing.cancel()
            self._pairing = None

    async def close(self) -> None:
        """Stop everything this device still had going on."""
        await self._leave()
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
