"""One WhatsApp-Web session: its connection and pairing, what follows when it is cut off, and its sends.

Its owner (actors/web_session_sending.py) runs :meth:`WebSession.run`, asks :mod:`whatsapp.web.courier` to deliver
messages through it, and hears of receipts and changes. It knows no database.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, Protocol

from engine.phones import normalise_wa_id
from engine.web_disconnects import RESTART_REQUIRED, SILENT, TIMED_OUT, Reaction, ban_reason, react
from engine.web_gate import Gate
from engine.web_reconcile import Reconciler
from engine.web_send_errors import classify
from engine.web_watch import Watchdog
from whatsapp.transport import Accepted, NotConnected, Refused, SendAnswer, Uncertain
from whatsapp.web.port import (
    Connected,
    Disconnected,
    Echo,
    Inbound,
    KeepAlive,
    LateAnswer,
    NotConnectedError,
    Paired,
    PairingFailed,
    QrCode,
    Receipt,
    ServerRefusedError,
    UnknownOutcomeError,
    WebClient,
    WebClientError,
    WebEvent,
    WebMessage,
)

log = logging.getLogger(__name__)
State = Literal["new", "unpaired", "pairing", "connecting", "connected", "waiting", "banned", "logged_out", "stopped"]
# WhatsApp acknowledges within a second; whatsmeow itself gives up after 75 s.
ANSWER_S = 30.0
_LOOK_S = 10.0
_LOGIN_S = 60.0
_QR_GRACE_S = 10.0
_STABLE_MS = 120_000


@dataclass(frozen=True, slots=True)
class Status:
    """A session as it is shown; ``qr`` and ``pair_code`` are secrets of whoever may link the device."""

    state: State
    reason: str | None = None
    meaning_pt: str | None = None
    meaning_en: str | None = None
    phone: str | None = None
    jid: str | None = None
    qr: str | None = None
    qr_until_ms: int | None = None
    pair_code: str | None = None
    until_ms: int | None = None


class Listener(Protocol):
    """The session's owner."""

    def changed(self, status: Status, reaction: Reaction | None) -> None:
        """The session's state is another one; ``reaction`` where a disconnect was the cause."""

    def paired(self, phone: str | None) -> None:
        """The phone has linked this device."""

    def receipt(self, message_id: str | None, provider_id: str, status: str, at_ms: int) -> None:
        """WhatsApp tells what became of a message; ``message_id`` is ours, where it is known."""

    def inbound(self, message: Inbound, phone: str | None) -> None:
        """A person has written."""


def _person(chat: str) -> str:
    """Return one key for all forms of a person's number."""
    return normalise_wa_id(chat) or chat


def _wall_ms() -> int:
    return time.time_ns() // 1_000_000


class WebSession:
    """See the module.

    Args:
        client: the linked device.
        gate: its pace and caps.
        listener: hears what happens.
        random: uniform in [0, 1).
        now_ms: milliseconds since 1970.
    """

    def __init__(
        self,
        client: WebClient,
        gate: Gate,
        listener: Listener,
        random: Callable[[], float],
        now_ms: Callable[[], int] = _wall_ms,
    ) -> None:
        self.client = client
        self.gate = gate
        self.reconciler = Reconciler()
        self.now_ms = now_ms
        self.random = random
        self.status = Status("new")
        self.disconnects = 0
        self._listener = listener
        self._watchdog = Watchdog(now_ms())
        self._tries = 0
        self._connected_ms = 0
        self._due_ms: int | None = None
        self._wake = asyncio.Event()
        self._stopped = False
        client.on_event = self.heard

    @property
    def ready(self) -> bool:
        """Whether messages may be sent."""
        return self.status.state == "connected"

    async def start(self, banned_until_ms: int | None = None) -> None:
        """Connect with the stored credentials, after a ban that still lasts; without any, wait to be paired."""
        self._stopped = False
        if banned_until_ms is not None and banned_until_ms > self.now_ms():
            self._due_ms = banned_until_ms
            self._change(Status("banned", "banned_until", until_ms=banned_until_ms))
        elif self.client.has_device:
            await self._connect()
        else:
            self._change(Status("unpaired"))

    async def start_pairing(self) -> Status:
        """Connect to be linked; QR codes follow. A session that is linked stays as it is."""
        if self.status.state in ("connected", "connecting", "waiting", "pairing", "banned"):
            return self.status
        if self.status.state == "logged_out":
            await self.client.forget()
        self._stopped, self._tries = False, 0
        self._change(Status("pairing", qr_until_ms=self.now_ms() + int(_LOGIN_S * 1000)))
        try:
            await self.client.connect()
        except WebClientError as error:
            self._change(Status("unpaired", reason="connection_lost", meaning_en=str(error)[:300]))
        return self.status

    async def pair_code(self, phone: str) -> str:
        """Return the code to type into the phone (E.164).

        Raises:
            WebClientError: WhatsApp gave none, or the session is linked already.
        """
        await self.start_pairing()
        if self.status.state != "pairing":
            raise WebClientError(f"the session is {self.status.state}")
        code = await self.client.pair_code(phone)
        self._change(
            Status("pairing", qr=self.status.qr, qr_until_ms=self.now_ms() + 160_000, pair_code=code, phone=phone)
        )
        return code

    async def stop(self, *, forget: bool = False) -> None:
        """Close the connection; with ``forget`` the credentials go too."""
        self._stopped = True
        self._due_ms = None
        if forget:
            await self.client.forget()
        else:
            await self.client.disconnect()
        self._change(Status("unpaired" if forget else "stopped", reason="removed" if forget else "stopped"))

    async def run(self) -> None:
        """Keep the session alive for ever: reconnections, the watchdog, the end of bans and of QR codes."""
        while True:
            self._wake.clear()
            await self._step()
            # Not wait_for: before Python 3.12 it swallows a cancellation that comes together with the event.
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._pause_s()):
                    await self._wake.wait()

    def _pause_s(self) -> float:
        if self._due_ms is None:
            return _LOOK_S
        return min(_LOOK_S, max(0.05, (self._due_ms - self.now_ms()) / 1000))

    async def _step(self) -> None:
        now_ms = self.now_ms()
        if self._stopped:
            return
        if self._due_ms is not None and now_ms >= self._due_ms:
            self._due_ms = None
            await self._connect()
        elif self.status.state == "pairing" and now_ms > (self.status.qr_until_ms or 0) + _QR_GRACE_S * 1000:
            await self._drop()
            self._change(Status("unpaired", reason="pairing_timed_out"))
        elif self.status.state == "connecting" and self._watchdog.judge(now_ms) == "reconnect":
            self.heard(Disconnected(TIMED_OUT, "no answer after connecting"))
        elif self.ready:
            await self._look(now_ms)

    async def _look(self, now_ms: int) -> None:
        verdict = self._watchdog.judge(now_ms)
        if verdict == "look":
            with contextlib.suppress(WebClientError):
                if await self.client.is_connected():
                    self._watchdog.heard(now_ms)
        elif verdict == "reconnect":
            await self._drop()
            self.heard(Disconnected(SILENT, "nothing is acknowledged"))

    async def _drop(self) -> None:
        with contextlib.suppress(WebClientError):
            await self.client.disconnect()

    async def _connect(self) -> None:
        self._change(Status("connecting", phone=self.status.phone, jid=self.status.jid))
        self._watchdog.connected(self.now_ms())
        try:
            await self.client.connect()
        except WebClientError as error:
            log.info("the session cannot connect: %s", error, extra={"action": "connect_web"})
            self.heard(Disconnected(TIMED_OUT, str(error)))

    # What the client tells; called in the event loop, must not wait.

    def heard(self, event: WebEvent) -> None:
        """Take one event of the client."""
        now_ms = self.now_ms()
        if not isinstance(event, KeepAlive | Disconnected) or (isinstance(event, KeepAlive) and event.alive):
            self._watchdog.heard(now_ms)
        if isinstance(event, Receipt):
            self._heard_receipt(event)
        elif isinstance(event, Inbound):
            self._listener.inbound(event, normalise_wa_id(event.chat))
        elif isinstance(event, Echo):
            self._heard_echo(event)
        elif isinstance(event, LateAnswer):
            self._heard_late(event)
        elif isinstance(event, Connected):
            self._connected(event)
        elif isinstance(event, Disconnected):
            self._cut_off(event)
        elif not isinstance(event, KeepAlive):
            self._pairing(event)

    def _connected(self, event: Connected) -> None:
        self._connected_ms = self.now_ms()
        self._watchdog.connected(self._connected_ms)
        self._due_ms = None
        self._change(Status("connected", phone=event.phone or self.status.phone, jid=event.jid or self.status.jid))

    def _pairing(self, event: QrCode | Paired | PairingFailed) -> None:
        if isinstance(event, QrCode):
            until_ms = self.now_ms() + int(event.valid_s * 1000)
            self._change(Status("pairing", qr=event.code, qr_until_ms=until_ms, pair_code=self.status.pair_code))
        elif isinstance(event, Paired):
            self._listener.paired(event.phone)
            self._change(Status("connecting", phone=event.phone, jid=event.jid))
        else:
            self._change(Status("unpaired", reason="pairing_failed", meaning_en=event.why[:300]))

    def _cut_off(self, event: Disconnected) -> None:
        if self._stopped or self.status.state in ("unpaired", "logged_out", "banned", "stopped"):
            return
        if self.status.state == "pairing" and event.code == TIMED_OUT:
            self._change(Status("unpaired", reason="pairing_timed_out"))
            return
        if self.ready and event.code != SILENT and self.now_ms() - self._connected_ms > _STABLE_MS:
            self._tries = 0
        reaction = react(event.code, tries=self._tries, expires_s=event.expires_s, random=self.random)
        if self.status.state == "waiting" and reaction.kind == "reconnect":
            return  # the same disconnect in other words: a stream error is followed by the end of the stream
        self.disconnects += 1
        if event.code != RESTART_REQUIRED:
            self._tries += 1
        now_ms = self.now_ms()
        until_ms = None if reaction.wait_s is None else now_ms + int(reaction.wait_s * 1000)
        self._due_ms = until_ms
        state: State = "waiting"
        reason = reaction.reason
        if reaction.kind == "wait":
            state, reason = "banned", ban_reason(event.ban_code)
            self.gate.warm_up_from_ms = until_ms
        elif reaction.kind in ("pair", "stop"):
            state = "logged_out" if reaction.kind == "pair" else "stopped"
        log.warning("cut off: %d %s", event.code, event.text[:200], extra={"action": "web_disconnect"})
        self._change(
            Status(
                state,
                reason,
                reaction.meaning_pt,
                reaction.meaning_en,
                phone=self.status.phone,
                until_ms=until_ms if state == "banned" else None,
            ),
            reaction,
        )
        self._wake.set()

    def _heard_receipt(self, event: Receipt) -> None:
        for provider_id in event.provider_ids:
            ours = self.reconciler.by_receipt(provider_id, _person(event.chat), event.at_ms)
            self._listener.receipt(ours, provider_id, event.kind, event.at_ms)

    def _heard_echo(self, event: Echo) -> None:
        ours = self.reconciler.by_echo(event.provider_id, _person(event.chat), event.text, event.at_ms)
        if ours is not None:
            self._listener.receipt(ours, event.provider_id, "sent", event.at_ms)

    def _heard_late(self, event: LateAnswer) -> None:
        if event.provider_id is not None:
            self._watchdog.acknowledged(self.now_ms())
            self.reconciler.answered(event.message_id, event.provider_id)
            self._listener.receipt(event.message_id, event.provider_id, "sent", event.at_ms)

    def _change(self, status: Status, reaction: Reaction | None = None) -> None:
        if status != self.status or reaction is not None:
            self.status = status
            self._listener.changed(status, reaction)

    # Sending; whatsapp/web/courier.py decides when.

    async def send(self, message: WebMessage) -> SendAnswer:
        """Send one message and tell what became of it; never raises, except when it is cancelled."""
        sent_ms = self.now_ms()
        self._watchdog.sent(sent_ms)
        self.gate.sent(message.text, sent_ms)
        try:
            answer = await self.client.send(message, ANSWER_S)
        except NotConnectedError as error:
            return NotConnected(str(error)[:300])
        except ServerRefusedError as error:
            self._acknowledged()
            return self._refused(error)
        except UnknownOutcomeError as error:
            self._unanswered(message, sent_ms)
            return Uncertain(str(error)[:300])
        except asyncio.CancelledError:
            self._unanswered(message, sent_ms)
            raise
        except Exception as error:  # after the call only this answer is honest
            self._unanswered(message, sent_ms)
            return Uncertain(f"{type(error).__name__}: {error}"[:300])
        self._acknowledged()
        self.reconciler.answered(message.message_id, answer.provider_id)
        return Accepted(answer.provider_id, wa_id=message.jid)

    def _unanswered(self, message: WebMessage, sent_ms: int) -> None:
        self.remember_unanswered(message.message_id, message.jid, message.text, sent_ms)

    def remember_unanswered(self, message_id: str, to: str, text: str, sent_ms: int) -> None:
        """A send whose outcome is unknown, of this process or of the one before it: its receipt may still come."""
        self.reconciler.unanswered(message_id, _person(to), text, sent_ms)

    def _acknowledged(self) -> None:
        """The server answers: the connection works, so disconnects are counted from none again."""
        self._watchdog.acknowledged(self.now_ms())
        self._tries = 0

    def _refused(self, error: ServerRefusedError) -> Refused:
        row = classify(error.code)
        until_ms = self.now_ms() + int(row.wait_s * 1000)
        if row.kind == "hold" and row.scope == "new_chats":
            self.gate.hold_strangers(until_ms)
        elif row.kind == "hold":
            self.gate.slow_down(until_ms)
        return Refused(error.code, None, row.meaning_en, str(error)[:300], 0, row.wait_s or None, "")
