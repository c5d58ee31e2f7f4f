"""The WhatsApp that the browser tests put in neonize's place: it has what the real one has, and links as it does."""

from __future__ import annotations

import asyncio
import inspect
import io
import platform
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import pytest

from whatsapp.web import neonize_client
from whatsapp.web.neonize_client import NeonizeClient
from whatsapp.web.neonize_library import load_neonize
from whatsapp.web.port import Connected, Paired, QrCode, Receipt, UnknownOutcomeError, WebEvent, WebMessage
from whatsapp.web.store import session_folder

with patch("os.popen", lambda _: io.StringIO(" ".join(platform.uname()))):  # neonize leaves the real one's pipe open
    pytest.importorskip("neonize", exc_type=ImportError, reason="the extra 'web' or its libmagic is missing")
from tests.browser.scripted_whatsapp.neonize import client as scripted
from tests.browser.scripted_whatsapp.neonize.phone import PLACE, Phone

PACKAGE = Path(scripted.__file__).parents[1]
PHONE = "5511911112222"


def test_it_offers_nothing_that_the_real_library_has_not() -> None:
    from neonize.client import NewClient

    ours = [name for name in vars(scripted.NewClient) if not name.startswith(("_", "do_"))]
    assert {"connect", "stop", "PairPhone", "send_message"} <= set(ours)
    assert all(hasattr(NewClient, name) for name in ours if name not in ("qr", "event"))
    for name in ("__init__", "connect", "PairPhone", "is_on_whatsapp", "send_chat_presence"):
        real, own = (list(inspect.signature(getattr(kind, name)).parameters.values()) for kind in
                     (NewClient, scripted.NewClient))  # fmt: skip
        assert [one.kind for one in own] == [one.kind for one in real[: len(own)]], name


def test_an_instance_finds_it_before_the_real_one() -> None:
    code = (
        "import neonize.client as c; from whatsapp.web.neonize_library import load_neonize as l; print(l(), c.__file__)"
    )
    told = subprocess.run(
        [sys.executable, "-c", code], env={"PYTHONPATH": str(PACKAGE)}, capture_output=True, text=True, timeout=30,
        check=True, cwd=PACKAGE.parents[2],
    ).stdout  # fmt: skip
    assert str(PACKAGE) in told and "Neonize_pb2" in told


class Rig:
    def __init__(self, place: Path) -> None:
        self.folder = session_folder(str(place), "s1")
        self.phone = Phone(place / "phones" / "s1")
        self.events: asyncio.Queue[WebEvent] = asyncio.Queue()

    def device(self) -> NeonizeClient:
        client = NeonizeClient(self.folder)
        client.on_event = self.events.put_nowait
        return client

    async def next(self) -> WebEvent:
        return await asyncio.wait_for(self.events.get(), 10)


@pytest.fixture
def rig(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Rig:
    fields: dict[str, Any] = {**vars(load_neonize()), "client": scripted}
    monkeypatch.setattr(neonize_client, "load_neonize", lambda: SimpleNamespace(**fields))
    monkeypatch.setattr(neonize_client, "private_umask", lambda: None)
    monkeypatch.setenv(PLACE, str(tmp_path / "phones"))
    return Rig(tmp_path)


async def test_a_phone_is_linked_sends_and_is_known_after_a_restart(rig: Rig) -> None:
    client = rig.device()
    await client.connect()
    first = await rig.next()
    assert isinstance(first, QrCode)
    assert first.valid_s == scripted.CODES_S[0]
    rig.phone.order("next_code")
    second = await rig.next()
    assert isinstance(second, QrCode)
    assert second.code != first.code
    assert [entry["code"] for entry in rig.phone.diary("code")] == [first.code, second.code]
    assert len(await client.pair_code(f"+{PHONE}")) == 8
    rig.phone.order("link", phone=PHONE)
    assert [await rig.next(), await rig.next()] == [Paired(PHONE, f"+{PHONE}", "android"), Connected()]
    sent = await client.send(WebMessage("m1", "5511900000001", "Oi"), 5)
    receipts = [await rig.next(), await rig.next()]
    assert [one.kind for one in receipts if isinstance(one, Receipt)] == ["delivered", "read"]
    assert [entry["id"] for entry in rig.phone.diary("sent")] == [sent.provider_id]
    await client.disconnect()
    client.close()
    again = rig.device()
    known = again.has_device
    await again.connect()
    assert known
    assert await rig.next() == Connected()
    assert len(rig.phone.diary("code")) == 2, "a linked phone was shown another code"
    rig.phone.fall_deaf()
    with pytest.raises(UnknownOutcomeError):
        await again.send(WebMessage("m2", "5511900000001", "Ei"), 0.1)
    await again.forget()
    again.close()
    assert rig.phone.diary("logged_out")
