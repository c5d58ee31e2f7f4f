"""The neonize adapter at its border: neonize's own protobuf classes in, our events out; the library itself offline."""

from __future__ import annotations

import asyncio
import io
import os
import platform
import sqlite3
import stat
import threading
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import pytest

from whatsapp.web import neonize_client, neonize_events
from whatsapp.web.neonize_client import NeonizeClient
from whatsapp.web.neonize_library import load_neonize
from whatsapp.web.port import (
    Connected,
    Disconnected,
    Echo,
    Inbound,
    KeepAlive,
    LateAnswer,
    LibraryMissingError,
    NotConnectedError,
    OnWhatsApp,
    Paired,
    PairingFailed,
    QrCode,
    Receipt,
    SentMessage,
    ServerRefusedError,
    UnknownOutcomeError,
    WebClientError,
    WebEvent,
    WebMessage,
)
from whatsapp.web.store import DATABASE, session_folder

with patch("os.popen", lambda _: io.StringIO(" ".join(platform.uname()))):  # neonize leaves the real one's pipe open
    pytest.importorskip("neonize", exc_type=ImportError, reason="the extra 'web' or its libmagic is missing")
from neonize.proto import Neonize_pb2 as pb
from neonize.proto.waE2E import WAWebProtobufsE2E_pb2 as e2e

NOW = 1_790_000_000_000


def jid(user: str, server: str = "s.whatsapp.net") -> Any:
    return pb.JID(User=user, Server=server, RawAgent=0, Device=0, Integrator=0, IsEmpty=False)


NOBODY = jid("", "")


def source(chat: Any, *, me: bool = False, group: bool = False, other: Any = NOBODY) -> Any:
    return pb.MessageSource(
        Chat=chat,
        Sender=chat,
        IsFromMe=me,
        IsGroup=group,
        SenderAlt=NOBODY if me else other,
        RecipientAlt=other if me else NOBODY,
        BroadcastListOwner=NOBODY,
    )


def message(content: Any, *, chat: Any = None, me: bool = False, other: Any = NOBODY, group: bool = False) -> Any:
    info = pb.MessageInfo(
        MessageSource=source(chat or jid("5511987654321"), me=me, other=other, group=group),
        ID="3EB0AA",
        ServerID=0,
        Type="text",
        Pushname="Maria",
        Timestamp=1_700_000_000,
        Category="",
        Multicast=False,
        MediaType="",
        Edit="",
    )
    return pb.Message(
        Info=info,
        Message=content,
        IsEphemeral=False,
        IsViewOnce=False,
        IsViewOnceV2=False,
        IsViewOnceV2Extension=False,
        IsDocumentWithCaption=False,
        IsLottieSticker=False,
        IsEdit=False,
        UnavailableRequestID="",
        RetryCount=0,
    )


def receipt(kind: int, *ids: str, chat: Any = None, other: Any = NOBODY) -> Any:
    return pb.Receipt(
        MessageSource=source(chat or jid("5511987654321"), other=other),
        MessageIDs=list(ids),
        Timestamp=1_700_000_000,
        Type=kind,
    )


AT = 1_700_000_000_000
NODE = pb.Node(Tag="failure") if "Tag" in pb.Node.DESCRIPTOR.fields_by_name else pb.Node()
EVENTS: list[tuple[Any, WebEvent | None]] = [
    (pb.Connected(status=True), Connected()),
    (pb.PairStatus(ID=jid("5511911112222"), BusinessName="", Platform="android", Status=2),
     Paired("5511911112222", "+5511911112222", "android")),
    (pb.PairStatus(ID=jid("1"), BusinessName="", Platform="", Status=1, Error="no"), PairingFailed("no")),
    (pb.KeepAliveTimeout(ErrorCount=3, LastSuccess=1), KeepAlive(False)),
    (pb.KeepAliveRestored(), KeepAlive(True)),
    (pb.LoggedOut(OnConnect=True, Reason=2), Disconnected(401, "logged out")),
    (pb.LoggedOut(OnConnect=True, Reason=4), Disconnected(403, "logged out")),
    (pb.StreamReplaced(), Disconnected(440, "stream replaced")),
    (pb.TemporaryBan(Code=1, Expire=7200), Disconnected(402, "temporarily banned", 7200.0, 101)),
    (pb.TemporaryBan(Code=5, Expire=7_200_000_000_000), Disconnected(402, "temporarily banned", 7200.0, 106)),
    (pb.TemporaryBan(Code=4, Expire=0), Disconnected(402, "temporarily banned", None, 104)),
    (pb.ConnectFailure(Reason=10, Message="away", Raw=NODE), Disconnected(503, "away")),
    (pb.ConnectFailure(Reason=8, Message="", Raw=NODE), Disconnected(500, "")),
    (pb.ClientOutdated(), Disconnected(405, "client outdated")),
    (pb.StreamError(Code="515", Raw=NODE), Disconnected(515, "stream error 515")),
    (pb.StreamError(Code="", Raw=NODE), Disconnected(500, "stream error ")),
    (pb.Disconnected(status=True), Disconnected(428, "connection closed")),
    (receipt(1, "A", "B"), Receipt(("A", "B"), "5511987654321", "delivered", AT)),
    (receipt(4, "A"), Receipt(("A",), "5511987654321", "read", AT)),
    (receipt(6, "A"), Receipt(("A",), "5511987654321", "read", AT)),
    (receipt(7, "A"), None),
    (receipt(3, "A"), None),
    (receipt(1), None),
    (receipt(1, "A", chat=jid("777", "lid"), other=jid("5511987654321")),
     Receipt(("A",), "5511987654321", "delivered", AT)),
    (receipt(1, "A", chat=jid("888", "lid")), Receipt(("A",), "5511900000888", "delivered", AT)),
    (receipt(1, "A", chat=jid("999", "lid")), Receipt(("A",), "999@lid", "delivered", AT)),
    (message(e2e.Message(conversation="Oi")), Inbound("3EB0AA", "5511987654321", "Maria", "text", "Oi", AT)),
    (message(e2e.Message(extendedTextMessage=e2e.ExtendedTextMessage(
        text="Sim", contextInfo=e2e.ContextInfo(stanzaID="Q1")))),
     Inbound("3EB0AA", "5511987654321", "Maria", "text", "Sim", AT, "Q1")),
    (message(e2e.Message(imageMessage=e2e.ImageMessage(caption="foto"))),
     Inbound("3EB0AA", "5511987654321", "Maria", "image", "foto", AT)),
    (message(e2e.Message(pollCreationMessage=e2e.PollCreationMessage())),
     Inbound("3EB0AA", "5511987654321", "Maria", "unsupported", None, AT)),
    (message(e2e.Message(conversation="Olá"), me=True), Echo("3EB0AA", "5511987654321", "Olá", AT)),
    (message(e2e.Message(conversation="Olá"), chat=jid("777", "lid"), me=True, other=jid("5511987654321")),
     Echo("3EB0AA", "5511987654321", "Olá", AT)),
    (message(e2e.Message(conversation="x"), group=True), None),
    (message(e2e.Message(conversation="x"), chat=jid("status", "broadcast")), None),
    (pb.Presence(From=jid("1"), Unavailable=True, LastSeen=0), None),
]  # fmt: skip


@pytest.mark.parametrize(("proto", "wanted"), EVENTS, ids=lambda value: type(value).__name__)
def test_an_event_of_neonize_is_told_as_ours(proto: Any, wanted: WebEvent | None) -> None:
    read = neonize_events.read_event(
        type(proto).FromString(proto.SerializeToString()), NOW, {"888": "5511900000888"}.get
    )
    assert read == wanted


def test_every_event_that_is_heard_exists_in_neonize() -> None:
    from neonize.events import EVENT_TO_INT

    assert all(getattr(pb, name) in EVENT_TO_INT for name in neonize_events.HEARD)


class FakeGo:
    """A neonize client whose calls answer as told; ``connect`` blocks its thread as Go does."""

    def __init__(self, path: str, **given: Any) -> None:
        self.path, self.given = path, given
        self.handlers: dict[Any, Callable[[Any, Any], None]] = {}
        self.stopped = threading.Event()
        self.dial_error: Exception | None = None
        self.gate = threading.Event()
        self.send_error: Exception | None = None
        self.calls: list[str] = []
        self.threads: set[str] = set()
        self.rows: list[Any] = []
        self.is_connected = self.is_logged_in = True
        self.gate.set()

    def qr(self, handler: Any) -> None:
        self.on_qr = handler

    def event(self, kind: Any) -> Callable[[Any], None]:
        return lambda handler: self.handlers.__setitem__(kind, handler)

    def connect(self, proxy: Any) -> None:
        self.calls.append("connect")
        if self.dial_error is not None:
            raise self.dial_error
        self.tell(pb.Connected(status=True))
        self.stopped.wait(20)

    def stop(self) -> None:
        self.calls.append("stop")
        self.stopped.set()

    def tell(self, proto: Any) -> None:
        self.handlers[type(proto)](self, proto)

    def send_message(self, to: Any, content: Any) -> Any:
        self.threads.add(threading.current_thread().name)
        self.calls.append(f"send {to.User} {content.conversation}")
        self.gate.wait(20)
        if self.send_error is not None:
            raise self.send_error
        return SimpleNamespace(ID="3EB0SENT", Timestamp=1_700_000_000)

    def is_on_whatsapp(self, *forms: str) -> list[Any]:
        self.calls.append(" ".join(forms))
        if not self.rows:
            raise RuntimeError("Function returned nothing.")
        return self.rows

    def get_pn_from_lid(self, lid: Any) -> Any:
        return jid("5531987654321")

    def logout(self) -> None:
        self.calls.append("logout")

    def PairPhone(self, phone: str, push: bool) -> str:
        return "ABCD-1234"


class Rig:
    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        lib = load_neonize()
        self.made: list[FakeGo] = []
        self.prepare: Callable[[FakeGo], None] = lambda go: None

        def make(path: str, **given: Any) -> FakeGo:
            go = FakeGo(path, **given)
            self.prepare(go)
            self.made.append(go)
            return go

        fields = {**vars(lib), "client": SimpleNamespace(NewClient=make)}
        monkeypatch.setattr(neonize_client, "load_neonize", lambda: SimpleNamespace(**fields))
        self.client = NeonizeClient(folder)
        self.events: asyncio.Queue[WebEvent] = asyncio.Queue()
        self.client.on_event = self.events.put_nowait

    @property
    def go(self) -> FakeGo:
        return self.made[-1]

    async def next(self) -> WebEvent:
        return await asyncio.wait_for(self.events.get(), 10)


@pytest.fixture
async def rig(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(neonize_client, "private_umask", lambda: None)
    rig = Rig(session_folder(str(tmp_path), "s1"), monkeypatch)
    yield rig
    await rig.client.disconnect()
    rig.client.close()


async def test_a_message_is_sent_in_a_thread_and_its_acknowledgement_comes_back(rig: Rig) -> None:
    await rig.client.connect()
    assert await rig.next() == Connected()
    sent = await rig.client.send(WebMessage("m1", "5511987654321", "Olá"), 5)
    assert sent == SentMessage("3EB0SENT", AT)
    assert rig.go.calls[-1] == "send 5511987654321 Olá"
    assert all(name.startswith("neonize") for name in rig.go.threads)
    assert os.environ["NEONIZE_BOT_TAG"] == "off"


async def test_before_the_connection_nothing_is_called(rig: Rig) -> None:
    for call in (
        rig.client.send(WebMessage("m", "1", ""), 1),
        rig.client.is_on_whatsapp(["+1"]),
        rig.client.typing("1", True),
        rig.client.pair_code("+1"),
    ):
        with pytest.raises(NotConnectedError):
            await call
    assert await rig.client.is_connected() is False
    assert rig.made == []


async def test_an_answer_after_the_time_out_is_uncertain_first_and_told_later(rig: Rig) -> None:
    await rig.client.connect()
    await rig.next()
    rig.go.gate.clear()
    with pytest.raises(UnknownOutcomeError):
        await rig.client.send(WebMessage("m1", "5511987654321", "Olá"), 0.05)
    rig.go.gate.set()
    assert await rig.next() == LateAnswer("m1", "3EB0SENT", None, AT)


ERRORS = [
    ("server returned error 463", ServerRefusedError),
    ("server returned error 429", ServerRefusedError),
    ("client is nil", NotConnectedError),
    ("websocket not connected", NotConnectedError),
    ("failed to get device list: info query timed out", NotConnectedError),
    ("timed out waiting for message send response", UnknownOutcomeError),
    ("websocket disconnected before info query returned response", UnknownOutcomeError),
    ("something nobody has seen", UnknownOutcomeError),
]


@pytest.mark.parametrize(("text", "wanted"), ERRORS)
async def test_an_error_of_a_send_is_certain_only_where_whatsmeow_is(
    rig: Rig, text: str, wanted: type[Exception]
) -> None:
    await rig.client.connect()
    rig.go.send_error = RuntimeError(text)
    with pytest.raises(wanted) as caught:
        await rig.client.send(WebMessage("m1", "1", ""), 5)
    assert type(caught.value) is wanted


async def test_a_first_dial_that_fails_is_an_error_and_can_be_tried_again(rig: Rig) -> None:
    def failing(go: FakeGo) -> None:
        go.dial_error = RuntimeError("dial tcp: no route")

    rig.prepare = failing
    with pytest.raises(NotConnectedError, match="no route"):
        await rig.client.connect()
    rig.prepare = lambda go: None
    await rig.client.connect()
    assert await rig.next() == Connected()


async def test_connecting_again_stops_what_ran_and_an_old_connection_is_not_heard(rig: Rig) -> None:
    await rig.client.connect()
    await rig.next()
    first = rig.go
    await rig.client.connect()
    assert await rig.next() == Connected()
    assert "stop" in first.calls
    first.tell(pb.StreamReplaced())
    rig.go.tell(pb.ClientOutdated())
    assert await rig.next() == Disconnected(405, "client outdated")
    assert rig.events.empty()


async def test_a_library_that_stops_by_itself_is_a_disconnect(rig: Rig) -> None:
    await rig.client.connect()
    await rig.next()
    rig.go.stopped.set()
    event = await rig.next()
    assert isinstance(event, Disconnected)
    assert event.code == 408


async def test_qr_codes_are_told_with_their_time_and_a_pairing_code_has_no_dash(rig: Rig) -> None:
    await rig.client.connect()
    await rig.next()
    for code in (b"2@first", b"2@second"):
        rig.go.on_qr(rig.go, code)
    assert [await rig.next(), await rig.next()] == [QrCode("2@first", 60.0), QrCode("2@second", 20.0)]
    assert await rig.client.pair_code("+5511987654321") == "ABCD1234"


async def test_a_look_up_answers_with_phones_also_where_whatsapp_gives_hidden_ids(rig: Rig) -> None:
    await rig.client.connect()
    assert await rig.client.is_on_whatsapp(["+5511987654321"]) == [], "an empty answer is an answer"
    rig.go.rows = [
        pb.IsOnWhatsAppResponse(Query="+5531987654321", JID=jid("777", "lid"), IsIn=True),
        pb.IsOnWhatsAppResponse(Query="+553187654321", JID=jid("553187654321"), IsIn=False),
        pb.IsOnWhatsAppResponse(Query="5511987654321", JID=jid("5511987654321"), IsIn=True),
    ]
    assert await rig.client.is_on_whatsapp(["+5531987654321", "+553187654321", "+5511987654321"]) == [
        OnWhatsApp("+5531987654321", True, "5531987654321"),
        OnWhatsApp("+553187654321", False),
        OnWhatsApp("+5511987654321", True, "5511987654321"),
    ]


def linked(rig: Rig) -> bool:
    return rig.client.has_device


async def test_a_device_is_found_in_the_store_without_starting_the_library(rig: Rig, tmp_path: Path) -> None:
    assert linked(rig) is False
    path = tmp_path / "web" / "s1" / DATABASE
    with sqlite3.connect(path) as store:
        store.execute("CREATE TABLE whatsmeow_device (jid TEXT)")
    assert linked(rig) is False
    store.execute("INSERT INTO whatsmeow_device VALUES ('5511')")
    store.commit()
    store.close()
    assert linked(rig) is True
    await rig.client.connect()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    await rig.client.forget()
    assert linked(rig) is False
    assert "logout" in rig.go.calls


async def test_the_library_itself_fails_at_the_first_dial_when_there_is_no_network(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The real neonize, as far as it goes here: it opens its store and cannot reach WhatsApp."""
    monkeypatch.setattr(neonize_client, "private_umask", lambda: None)
    client = NeonizeClient(session_folder(str(tmp_path), "real"), proxy="socks5://127.0.0.1:1")
    with pytest.raises(WebClientError):
        await client.connect()
    assert (tmp_path / "web" / "real" / DATABASE).exists()
    assert not client.has_device
    await client.disconnect()
    client.close()


def test_a_missing_library_is_said_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "neonize", None)
    with pytest.raises(LibraryMissingError, match="extra 'web'"):
        load_neonize()
