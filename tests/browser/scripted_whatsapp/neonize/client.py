"""A client whose WhatsApp is a script: real codes in rotation, a phone that scans when it is told to, receipts."""

from __future__ import annotations

import os
import secrets
import sqlite3
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from neonize.proto import Neonize_pb2 as pb

from .phone import PLACE, Phone

Handler = Callable[["NewClient", Any], None]
# whatsmeow shows the first code for a minute and five more for twenty seconds each.
CODES_S = (60.0, 20.0, 20.0, 20.0, 20.0, 20.0)
_TICK_S = 0.05
_REF, _KEYS = 96, (32, 32, 32)  # bytes of the parts of a code: as long as WhatsApp's, so its picture is as dense
_PAIR_LETTERS = "123456789ABCDEFGHJKLMNPQRSTVWXYZ"
_HOST = "s.whatsapp.net"
_DELIVERED, _READ = 1, 4


def _jid(user: str) -> Any:
    return pb.JID(User=user, Server=_HOST if user else "", RawAgent=0, Device=0, Integrator=0, IsEmpty=not user)


class NewClient:
    """One device, linked or not; what it is comes from the same store as the real one's.

    Args:
        name: the SQLite file.
        props: shown in the phone's list.
        uuid: which session's; its phone's folder has this name.
    """

    def __init__(self, name: str, jid: Any = None, props: Any = None, uuid: str | None = None) -> None:
        self._store = Path(name)
        self._phone = Phone(Path(os.environ[PLACE]) / (uuid or self._store.parent.name))
        self._handlers: dict[type, Handler] = {}
        self._on_qr: Callable[[NewClient, bytes], None] = lambda _client, _code: None
        self._over = threading.Event()
        self._codes = 0
        self._code_ends: float | None = None
        self.is_connected = False
        self.is_logged_in = False

    def qr(self, handler: Callable[[NewClient, bytes], None]) -> None:
        """Hear of codes."""
        self._on_qr = handler

    def event(self, kind: type) -> Callable[[Handler], None]:
        """Hear of one kind of event."""

        def keep(handler: Handler) -> None:
            self._handlers[kind] = handler

        return keep

    def connect(self, proxy_settings: Any = None) -> None:
        """Stay connected until :meth:`stop`, carrying out what the phone's folder orders."""
        self.is_connected = True
        account = self._account()
        if account is None:
            self._next_code()
        else:
            self._logged_in(account)
        while not self._over.wait(_TICK_S):
            for order in self._phone.orders():
                getattr(self, f"do_{order.pop('what')}")(**order)
            if self._code_ends is not None and time.monotonic() >= self._code_ends:
                self._next_code()
        self.is_connected = self.is_logged_in = False

    def stop(self) -> None:
        """End the connection."""
        self._over.set()

    def logout(self) -> None:
        """Take the device out of the phone's list."""
        self._phone.note("logged_out")

    def PairPhone(self, phone: str, show_push_notification: bool) -> str:
        """Give a code to type instead of one to scan."""
        letters = "".join(secrets.choice(_PAIR_LETTERS) for _ in range(8))
        self._phone.note("pair_code", code=letters, phone=phone)
        return f"{letters[:4]}-{letters[4:]}"

    # What orders do.

    def do_next_code(self) -> None:
        """WhatsApp makes another code before the time of this one is over."""
        self._next_code()

    def do_link(self, phone: str) -> None:
        """The phone has scanned the code, or its owner has typed it."""
        self._code_ends = None
        with sqlite3.connect(self._store) as store:
            store.execute("CREATE TABLE IF NOT EXISTS whatsmeow_device (jid TEXT)")
            store.execute("INSERT INTO whatsmeow_device VALUES (?)", (phone,))
        store.close()
        self._tell(pb.PairStatus(ID=_jid(phone), BusinessName="", Platform="android", Status=2))
        self._logged_in(phone)

    # Sending.

    def send_message(self, to: Any, message: Any) -> Any:
        """Take a message; a phone that is deaf never says so."""
        provider_id = f"3EB0{secrets.token_hex(9).upper()}"
        self._phone.note("sent", to=to.User, text=message.conversation, id=provider_id)
        while self._phone.deaf:
            if self._over.wait(_TICK_S):
                raise RuntimeError("websocket disconnected before info query returned response")
        now_s = int(time.time())
        source = pb.MessageSource(
            Chat=to, Sender=to, IsFromMe=False, IsGroup=False, SenderAlt=_jid(""), RecipientAlt=_jid(""),
            BroadcastListOwner=_jid(""),
        )  # fmt: skip
        for kind in (_DELIVERED, _READ):
            self._tell(pb.Receipt(MessageSource=source, MessageIDs=[provider_id], Timestamp=now_s, Type=kind))
        return pb.SendResponse(Timestamp=now_s, ID=provider_id, ServerID=0)

    def is_on_whatsapp(self, *numbers: str) -> list[Any]:
        """Everybody is."""
        return [pb.IsOnWhatsAppResponse(Query=one, JID=_jid(one.removeprefix("+")), IsIn=True) for one in numbers]

    def send_presence(self, presence: Any) -> None:
        """Nobody looks."""

    def send_chat_presence(self, jid: Any, state: Any, media: Any) -> None:
        """Nobody looks."""

    # Inside.

    def _account(self) -> str | None:
        with sqlite3.connect(self._store) as store:
            store.execute("CREATE TABLE IF NOT EXISTS whatsmeow_device (jid TEXT)")
            row = store.execute("SELECT jid FROM whatsmeow_device LIMIT 1").fetchone()
        store.close()
        return None if row is None else str(row[0])

    def _logged_in(self, account: str) -> None:
        self.is_logged_in = True
        self._phone.note("logged_in", phone=account)
        self._tell(pb.Connected(status=True))

    def _next_code(self) -> None:
        if self._codes == len(CODES_S):
            self._code_ends = None
            self._tell(pb.Disconnected(status=True))
            return
        lasts_s = CODES_S[self._codes]
        self._codes += 1
        parts = (secrets.token_urlsafe(size) for size in (_REF, *_KEYS))
        code = "2@" + ",".join(parts)
        self._code_ends = time.monotonic() + lasts_s
        self._phone.note("code", code=code, lasts_ms=int(lasts_s * 1000))
        self._on_qr(self, code.encode())

    def _tell(self, event: Any) -> None:
        if (handler := self._handlers.get(type(event))) is not None:
            handler(self, event)
