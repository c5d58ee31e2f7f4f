"""`masteria session` and `masteria template` against the real API: what is printed and saved, and exit codes."""

from __future__ import annotations

import asyncio
import io
import json
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import uvicorn

from gateway.app import build_app
from masteria import pairing
from masteria.commands import FAILED, OK, UNAVAILABLE, main
from masteria.credentials_file import Credentials
from storage.pool import Pool
from tests.rest_rig import FakeDevice, Rig, make_key, make_rig

CLOUD = ("--transport", "cloud", "--name", "Vendas", "--phone-number-id", "100", "--waba-id", "900")
REFUSED = {"asked": True, "problems": [{"field": "token", "reason": "has expired", "pt": "expirou"}], "number": None}
FINE = {"asked": True, "problems": [], "number": {"phone": "+5511900000000", "quality": "GREEN", "troubles": []}}


@dataclass(slots=True)
class Terminal:
    """Runs commands in a thread, as a terminal would beside the server."""

    rig: Rig
    data_dir: Path
    capture: pytest.CaptureFixture[str]

    async def run(self, *words: str) -> tuple[int, str, str]:
        arguments = [*words[:2], "--data-dir", str(self.data_dir), *words[2:]]
        code = await asyncio.to_thread(main, arguments)
        printed = self.capture.readouterr()
        return code, printed.out, printed.err

    async def json(self, *words: str) -> Any:
        code, out, err = await self.run(*words, "--json")
        assert code == OK, err
        return json.loads(out)


async def serve(rig: Rig) -> tuple[str, Callable[[], Awaitable[None]]]:
    """Serve the application on a free port; return its address and what ends it."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(build_app(rig.services), lifespan="off", log_config=None, ws="none"))
    task = asyncio.create_task(server._serve([listener]))

    async def end() -> None:
        server.should_exit = True
        await task
        listener.close()

    return f"http://127.0.0.1:{listener.getsockname()[1]}", end


@pytest.fixture
async def terminal(
    pool: Pool, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Terminal]:
    monkeypatch.setattr(pairing, "_LOOK_S", 0.01)
    rig = await make_rig(pool, graph_url="http://127.0.0.1:9")
    company_id, _ = await rig.company()
    base_url, end = await serve(rig)
    key = await make_key(rig.services, company_id, "owner")
    Credentials(base_url=base_url, api_key=key, installation_key=rig.installation_key).write(tmp_path)
    yield Terminal(rig, tmp_path, capsys)
    await end()


async def test_a_wrong_token_is_told_in_words_and_nothing_is_saved(terminal: Terminal) -> None:
    terminal.rig.actors.graph_says = REFUSED
    code, _, err = await terminal.run("session", "add", *CLOUD, "--token", "tok")
    assert code == FAILED
    assert "token: has expired" in err
    assert "expirou" in err
    assert await terminal.json("session", "list") == []
    assert terminal.rig.actors.questions[0][:5] == ("check", "cloud", "tok", "100", "900")


async def test_a_number_is_added_shown_paused_limited_and_checked(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    terminal.rig.actors.graph_says = FINE
    monkeypatch.setattr("sys.stdin", io.StringIO("tok\n"))
    code, out, _ = await terminal.run("session", "add", *CLOUD, "--token-stdin", "--app-id", "300", "--app-secret", "s")
    assert code == OK
    assert terminal.rig.actors.questions[-1][0] == "subscribe"
    assert "callback URL  https://masteria.example/api/v1/webhooks/meta/300" in out
    [session] = await terminal.json("session", "list")
    shown = await terminal.json("session", "show", session["id"])
    assert (shown["name"], "tok" in json.dumps(shown)) == ("Vendas", False)
    paused = await terminal.json("session", "pause", session["id"], "--reason", "férias")
    assert (paused["state"], paused["reason"]) == ("paused", "férias")
    assert (await terminal.json("session", "resume", session["id"]))["state"] == "active"
    assert (await terminal.json("session", "limits", session["id"]))["throughput_per_s"] == 80
    changed = await terminal.json("session", "limits", session["id"], "--throughput", "250", "--tier", "TIER_2K")
    assert (changed["throughput_per_s"], changed["tier"]) == (250, "TIER_2K")
    assert (await terminal.run("session", "check", session["id"]))[0] == OK
    terminal.rig.actors.graph_says = REFUSED
    code, out, _ = await terminal.run("session", "check", session["id"])
    assert (code, "expirou" in out) == (FAILED, True)
    terminal.rig.actors.graph_says = {"asked": False, "problems": [], "number": None}
    assert (await terminal.run("session", "check", session["id"]))[0] == UNAVAILABLE
    app = await terminal.json("session", "app", session["id"], "--app-id", "301", "--app-secret", "s")
    assert app["app_id"] == "301"


async def test_a_phone_is_linked_by_its_qr_code(terminal: Terminal) -> None:
    class Phone(FakeDevice):
        asked = 0

        async def state(self) -> dict[str, Any]:
            Phone.asked += 1
            known = "connected" if Phone.asked > 2 else "pairing"
            return {"state": known, "qr": "2@code", "pair_code": None, "phone": "+5511900000000", "meaning": None}

    terminal.rig.services.device = Phone
    code, out, _ = await terminal.run("session", "add", "--transport", "web", "--name", "Loja")
    assert code == OK
    assert out.index("scan it with WhatsApp") < out.index("linked: +5511900000000")
    [session] = await terminal.json("session", "list")
    assert (await terminal.json("session", "qr", session["id"]))["state"] == "connected"
    Phone.asked = 0
    code, out, _ = await terminal.run("session", "pair", session["id"], "--phone", "11 90000-0000")
    assert (code, "ABCD1234" in out) == (OK, True)


async def test_who_leaves_before_the_scan_leaves_the_session(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: Any) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(pairing.Pairing, "run", interrupted)
    code, out, _ = await terminal.run("session", "add", "--transport", "web", "--name", "Loja")
    [session] = await terminal.json("session", "list")
    assert (code, f"masteria session qr {session['id']}" in out) == (130, True)


async def test_wrong_use_has_its_own_words(terminal: Terminal) -> None:
    for words, told in (
        (("--transport", "cloud", "--name", "x"), "--phone-number-id is needed"),
        (("--transport", "web", "--name", "x", "--pair-code"), "--phone"),
        (("--transport", "simulator", "--name", "x"), "no simulator runs"),
        (("--transport", "web", "--name", "x", "--options", "{"), "no JSON"),
        (("--transport", "web", "--name", "x", "--options", "[]"), "JSON object"),
    ):
        code, _, err = await terminal.run("session", "add", *words)
        assert (code, told in err) == (FAILED, True), err


async def test_templates_are_synced_through_the_only_account(terminal: Terminal) -> None:
    code, _, err = await terminal.run("template", "sync")
    assert (code, "--session is needed" in err) == (FAILED, True)
    terminal.rig.actors.graph_says = FINE
    await terminal.json("session", "add", *CLOUD, "--token", "tok")
    terminal.rig.actors.graph_says = {"told": 1, "changed": True, "names": [["pix", "pt_BR"]]}
    assert (await terminal.json("template", "sync"))["templates"] == [{"name": "pix", "language": "pt_BR"}]
    code, out, _ = await terminal.run("template", "sync")
    assert (code, "pix" in out) == (OK, True)
