"""The port of a WhatsApp-Web session over neonize (whatsmeow in Go, called through ctypes). One per process.

What neonize 0.5 needs its user to know is met here (facts on WhatsApp, 5.3): every call runs in threads of our own,
none is made before the connection runs (some abort the process), starts and stops follow one another, an answer that
comes after our time-out is told as an event, and nothing is printed or drawn to stdout. A session's actor runs one
session, so that an abort in Go takes nobody else along.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import sqlite3
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from pathlib import Path
from threading import Thread
from typing import Any

from engine.web_disconnects import TIMED_OUT
from engine.web_send_errors import never_sent, server_code
from whatsapp.web import neonize_events
from whatsapp.web.neonize_library import load_neonize
from whatsapp.web.port import (
    Disconnected,
    LateAnswer,
    NotConnectedError,
    OnWhatsApp,
    QrCode,
    SentMessage,
    ServerRefusedError,
    UnknownOutcomeError,
    WebClientError,
    WebEvent,
    WebMessage,
)
from whatsapp.web.store import DATABASE, empty, private_umask, protect

log = logging.getLogger(__name__)
_DIAL_S = 20.0
_STOP_S = 10.0
_CALL_S = 30.0
_QR_FIRST_S, _QR_NEXT_S = 60.0, 20.0
_THREADS = 8
_LIDS_MAX = 20_000
_NOTHING_RETURNED = "returned nothing"


def _nobody(_: WebEvent) -> None:
    return


class NeonizeClient:
    """One linked device.

    Args:
        folder: the session's own (whatsapp/web/store.py).
        name: shown in the phone's list of linked devices.
        proxy: for everything this session sends; None connects directly.
    """

    def __init__(self, folder: Path, name: str = "Master IA", proxy: str | None = None) -> None:
        self.on_event: Callable[[WebEvent], None] = _nobody
        self._folder = folder
        self._name = name
        self._proxy = proxy
        self._neonize: Any = None
        self._client: Any = None
        self._thread: Thread | None = None
        self._running = False
        self._started = asyncio.Event()
        self._life = asyncio.Lock()
        self._loop = asyncio.get_running_loop()
        self._threads = ThreadPoolExecutor(_THREADS, "neonize")
        self._lids: dict[str, str] = {}
        self._qr_codes = 0
        self._ended: asyncio.Future[str | None] | None = None

    @property
    def has_device(self) -> bool:
        """Whether whatsmeow's store holds a device; read without starting the library."""
        path = self._folder / DATABASE
        if not path.exists():
            return False
        with contextlib.suppress(sqlite3.Error):
            connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=2.0)
            try:
                return connection.execute("SELECT 1 FROM whatsmeow_device LIMIT 1").fetchone() is not None
            finally:
                connection.close()
        return False

    async def connect(self) -> None:
        """See :class:`whatsapp.web.port.WebClient`; what ran before is stopped first."""
        async with self._life:
            await self._stop()
            if self._neonize is None:
                private_umask()
                self._neonize = await self._run(load_neonize)
            self._start()
            await self._dialled()
            protect(self._folder)

    def _start(self) -> None:
        lib = self._neonize
        props = lib.DeviceProps(os=self._name, platformType=lib.DeviceProps.DESKTOP)
        client = lib.client.NewClient(str(self._folder / DATABASE), props=props, uuid=self._folder.name)
        client.qr(self._on_qr)
        for name in neonize_events.HEARD:
            client.event(getattr(lib.proto, name))(self._on_proto)
        self._client, self._qr_codes = client, 0
        self._started.clear()
        self._ended = self._loop.create_future()
        self._thread = Thread(target=self._connect, args=(client, self._ended), name="neonize-connect", daemon=True)
        self._running = True
        self._thread.start()

    def _connect(self, client: Any, ended: asyncio.Future[str | None]) -> None:
        """Stay in Go until the session is stopped; runs in a thread of its own."""
        why: str | None = None
        try:
            client.connect(None if self._proxy is None else self._neonize.ProxySettings(proxy_address=self._proxy))
        except Exception as error:
            why = str(error) or type(error).__name__
        with contextlib.suppress(RuntimeError):  # the loop is closed: the process is ending
            self._loop.call_soon_threadsafe(self._left, client, ended, why)

    def _left(self, client: Any, ended: asyncio.Future[str | None], why: str | None) -> None:
        """Go has returned: by our own stop, by a dial that failed, or for reasons of its own."""
        if not ended.done():
            ended.set_result(why)
        if client is self._client and self._running:
            self._running = False
            if self._started.is_set():
                self._tell(Disconnected(TIMED_OUT, why or "the library has stopped"))

    async def _dialled(self) -> None:
        """Wait until the session shows a sign of life, or its first dial has failed (nothing retries that one)."""
        if self._ended is None:
            return
        started = asyncio.ensure_future(self._started.wait())
        waited: list[asyncio.Future[Any]] = [started, self._ended]
        try:
            await asyncio.wait(waited, timeout=_DIAL_S, return_when=asyncio.FIRST_COMPLETED)
        finally:
            started.cancel()
        if self._ended.done() and not self._started.is_set():
            raise NotConnectedError(self._ended.result() or "the library has stopped")
        self._started.set()

    async def _stop(self) -> None:
        thread, client, ended = self._thread, self._client, self._ended
        self._running = False
        self._thread = self._client = self._ended = None
        if thread is None or client is None or ended is None:
            return
        if not ended.done():
            with contextlib.suppress(Exception):  # whatever Go says to it: it is to stop
                await self._run(client.stop)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(asyncio.shield(ended), _STOP_S)

    async def pair_code(self, phone: str) -> str:
        code = await self._call("PairPhone", phone.removeprefix("+"), True)
        return str(code).replace("-", "")

    async def is_connected(self) -> bool:
        if not self._running:
            return False
        client = self._client
        return bool(await self._run(lambda: client.is_connected and client.is_logged_in))

    async def is_on_whatsapp(self, forms: Sequence[str]) -> list[OnWhatsApp]:
        """See :class:`whatsapp.web.port.WebClient`; hidden ids (LIDs) are exchanged for phone numbers."""
        try:
            rows = await self._call("is_on_whatsapp", *forms)
        except WebClientError as error:
            if _NOTHING_RETURNED in str(error):
                return []
            raise
        return [await self._answer(row) for row in rows]

    async def _answer(self, row: Any) -> OnWhatsApp:
        query = f"+{str(row.Query).removeprefix('+')}"
        if not row.IsIn:
            return OnWhatsApp(query, False)
        if row.JID.Server != "lid":
            return OnWhatsApp(query, True, row.JID.User or None)
        if row.JID.User not in self._lids:
            with contextlib.suppress(WebClientError):
                phone = await self._call("get_pn_from_lid", row.JID)
                self._learn(row.JID.User, phone.User)
        return OnWhatsApp(query, True, self._lids.get(row.JID.User) or query.removeprefix("+"))

    def _learn(self, lid: str, digits: str) -> None:
        if digits:
            if len(self._lids) >= _LIDS_MAX:
                self._lids.clear()
            self._lids[lid] = digits

    async def typing(self, jid: str, on: bool) -> None:
        lib = self._neonize
        if lib is None:
            raise NotConnectedError("not connected")
        state = lib.ChatPresence.CHAT_PRESENCE_COMPOSING if on else lib.ChatPresence.CHAT_PRESENCE_PAUSED
        if on:
            await self._call("send_presence", lib.Presence.AVAILABLE)
        await self._call("send_chat_presence", self._jid(jid), state, lib.ChatPresenceMedia.CHAT_PRESENCE_MEDIA_TEXT)

    async def send(self, message: WebMessage, timeout_s: float) -> SentMessage:
        """See :class:`whatsapp.web.port.WebClient`. whatsmeow waits 75 s for its acknowledgement; we do not."""
        if not self._running:
            raise NotConnectedError("websocket not connected")
        client = self._client
        future = self._threads.submit(self._send, client, message)
        done = asyncio.wrap_future(future, loop=self._loop)
        try:
            response = await asyncio.wait_for(asyncio.shield(done), timeout_s)
        except (TimeoutError, asyncio.CancelledError) as error:
            done.add_done_callback(_look_away)
            future.add_done_callback(partial(self._late, message.message_id))
            if isinstance(error, asyncio.CancelledError):
                raise
            raise UnknownOutcomeError(f"no acknowledgement in {timeout_s:g} s") from error
        except Exception as error:
            raise _send_error(error) from error
        return SentMessage(response.ID, neonize_events.to_ms(response.Timestamp, _now_ms()))

    def _send(self, client: Any, message: WebMessage) -> Any:
        """Build and send; in a thread, as uploads and whatsmeow's waiting block."""
        to = self._jid(message.jid)
        if message.media is not None:
            return client.send_message(to, self._medium(client, message))
        return client.send_message(to, self._plain(message))

    def _plain(self, message: WebMessage) -> Any:
        e2e = self._neonize.e2e
        if message.latitude is not None and message.longitude is not None:
            place = e2e.LocationMessage(degreesLatitude=message.latitude, degreesLongitude=message.longitude)
            if message.text:
                place.name = message.text
            return e2e.Message(locationMessage=place)
        if message.quoted is None:
            return e2e.Message(conversation=message.text)
        quoted = e2e.ContextInfo(
            stanzaID=message.quoted,
            participant=f"{message.jid}@s.whatsapp.net",
            quotedMessage=e2e.Message(conversation=""),
        )
        return e2e.Message(extendedTextMessage=e2e.ExtendedTextMessage(text=message.text, contextInfo=quoted))

    @staticmethod
    def _medium(client: Any, message: WebMessage) -> Any:
        media, caption = message.media, message.text or None
        if message.media_kind == "image":
            return client.build_image_message(media, caption)
        if message.media_kind == "video":
            return client.build_video_message(media, caption)
        if message.media_kind == "audio":
            return client.build_audio_message(media)
        if message.media_kind == "sticker":
            return client.build_sticker_message(media)
        return client.build_document_message(media, caption, message.file_name, message.file_name, message.mime_type)

    def _late(self, message_id: str, future: Future[Any]) -> None:
        """A send that was given up has its answer after all; called in its thread."""
        if future.cancelled():
            return
        error = future.exception()
        provider_id, at_ms = None, _now_ms()
        if error is None:
            response = future.result()
            provider_id, at_ms = response.ID, neonize_events.to_ms(response.Timestamp, at_ms)
        answer = LateAnswer(message_id, provider_id, None if error is None else str(error)[:300], at_ms)
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._tell, answer)

    async def disconnect(self) -> None:
        async with self._life:
            await self._stop()

    async def forget(self) -> None:
        """See :class:`whatsapp.web.port.WebClient`; the phone's list loses the device too, if it can be told."""
        async with self._life:
            if self._running:
                with contextlib.suppress(WebClientError):
                    await self._call("logout")
            await self._stop()
            await self._run(partial(empty, self._folder))

    def close(self) -> None:
        """Give the threads back; the process ends soon after."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    # What neonize calls, in Go's threads: hand over at once, never wait, never raise.

    def _on_qr(self, client: Any, data: bytes) -> None:
        self._from_thread(client, lambda: self._qr(data.decode("ascii", "replace")))

    def _qr(self, code: str) -> None:
        shown_s = _QR_NEXT_S if self._qr_codes else _QR_FIRST_S
        self._qr_codes += 1
        self._tell(QrCode(code, shown_s))

    def _on_proto(self, client: Any, proto: Any) -> None:
        self._from_thread(client, lambda: self._heard(proto))

    def _heard(self, proto: Any) -> None:
        event = neonize_events.read_event(proto, _now_ms(), self._lids.get)
        if event is not None:
            self._tell(event)

    def _from_thread(self, client: Any, work: Callable[[], None]) -> None:
        def hand_over() -> None:
            if client is self._client:  # an old connection has nothing to say any more
                self._started.set()
                work()

        with contextlib.suppress(RuntimeError):  # the loop is closed
            self._loop.call_soon_threadsafe(hand_over)

    def _tell(self, event: WebEvent) -> None:
        try:
            self.on_event(event)
        except Exception:
            log.exception("a session's listener failed", extra={"action": "web_event"})

    # Calling neonize.

    def _jid(self, user: str) -> Any:
        return self._neonize.proto.JID(
            User=user, Server="s.whatsapp.net", RawAgent=0, Device=0, Integrator=0, IsEmpty=False
        )

    async def _call(self, method: str, *arguments: Any) -> Any:
        if not self._running:
            raise NotConnectedError("not connected")
        work = self._run(partial(getattr(self._client, method), *arguments))
        try:
            return await asyncio.wait_for(work, _CALL_S)
        except TimeoutError as error:
            raise WebClientError(f"{method}: no answer in {_CALL_S:g} s") from error
        except WebClientError:
            raise
        except Exception as error:  # neonize's errors have no common base in every release
            raise WebClientError(f"{method}: {error}"[:300]) from error

    async def _run(self, work: Callable[[], Any]) -> Any:
        return await self._loop.run_in_executor(self._threads, work)


def _look_away(future: asyncio.Future[Any]) -> None:
    """Whoever waited has gone: the outcome is told as an event, not as an exception that nobody fetched."""
    if not future.cancelled():
        future.exception()


def _send_error(error: Exception) -> WebClientError:
    text = str(error)
    if (code := server_code(text)) is not None:
        return ServerRefusedError(code, text)
    if never_sent(text):
        return NotConnectedError(text)
    return UnknownOutcomeError(f"{type(error).__name__}: {text}")


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
