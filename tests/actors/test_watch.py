"""`masteria watch` against a real live server and a real address for tickets."""

from __future__ import annotations

import contextlib
import io
import json
import threading
from collections.abc import AsyncIterator, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from uuid import UUID

import pytest
from rich.console import Console

from engine.errors import BadRequest
from masteria.live_client import Update
from masteria.watch import follow
from tests.actors.live_rig import LiveRig, live_rig, new_company


@contextlib.contextmanager
def tickets(rig: LiveRig, company: UUID, answers: list[int] | None = None) -> Iterator[str]:
    """Serve ``GET /api/v1/live``, with the statuses of ``answers`` first."""
    statuses = answers or []

    class Gateway(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status = statuses.pop(0) if statuses else 200
            allowed = self.headers["Authorization"] == "Bearer mia_key"
            self.send_response(status if allowed else 401)
            self.end_headers()
            answer = {"url": f"ws://127.0.0.1:{rig.server.port}", "ticket": rig.ticket(company)}
            self.wfile.write(json.dumps(answer).encode())

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Gateway)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/api/v1/live"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
async def rig() -> AsyncIterator[LiveRig]:
    async with live_rig(updates_per_s=1_000) as made:
        yield made


def item(status: str) -> dict[str, object]:
    message = {"id": "m1", "status": status, "to": "+5511900000000"}
    return {"id": "e1", "event_type": "pix_created", "created_at": "2026-01-31T12:00:00.000Z", "messages": [message]}


async def test_an_event_becomes_a_message_line_by_line_and_a_break_is_resumed(rig: LiveRig) -> None:
    company = new_company()
    rig.states[company.bytes, "events"] = {"items": []}
    out = io.StringIO()
    steps = iter(["queued", "accepted", "break", "read"])
    port = rig.server.port
    kinds: list[str] = []

    def enough(update: Update) -> bool:
        if update.topic != "events":
            return False
        kinds.append(update.frame["type"])
        step = next(steps, None)
        if step == "break":
            for client in vars(rig.server)["_clients"]:
                client.transport.abort()
            step = next(steps)
        if step is not None:
            rig.publish(company, "events", {"items": [item(step)]})
        return step is None

    with tickets(rig, company) as endpoint:
        await follow(endpoint, "mia_key", console=Console(file=out, width=200), enough=enough)
    assert rig.server.port == port
    told = [line.split(" ", 1)[1] for line in out.getvalue().splitlines() if " message " in line or " event " in line]
    assert told == [
        "event pix_created e1",
        "message queued +5511900000000 m1",
        "message accepted +5511900000000 m1",
        "message read +5511900000000 m1",
    ]
    assert kinds == ["snapshot", "delta", "delta", "delta"]
    assert out.getvalue().count("disconnected") == 1


async def test_a_gateway_that_is_away_is_tried_again(rig: LiveRig) -> None:
    company = new_company()
    out = io.StringIO()
    with tickets(rig, company, [503, 503]) as endpoint:
        await follow(
            endpoint, "mia_key", console=Console(file=out), enough=lambda update: update.topic == "events", plain=True
        )
    assert out.getvalue().count("disconnected") == 2
    assert "connected" in out.getvalue().splitlines()[-1]


async def test_a_refused_key_ends_it(rig: LiveRig) -> None:
    with tickets(rig, new_company()) as endpoint, pytest.raises(BadRequest, match="401"):
        await follow(endpoint, "mia_other", console=Console(file=io.StringIO()))


async def test_json_is_every_frame_as_it_came(rig: LiveRig) -> None:
    out = io.StringIO()
    seen: set[str] = set()

    def enough(update: Update) -> bool:
        seen.add(update.topic)
        return seen >= {"metrics", "events", "queue"}

    with tickets(rig, new_company()) as endpoint:
        await follow(endpoint, "mia_key", as_json=True, console=Console(file=out), enough=enough)
    frames = [json.loads(line) for line in out.getvalue().splitlines()]
    assert {frame["topic"] for frame in frames} == {"metrics", "events", "queue"}
    assert {frame["type"] for frame in frames} == {"snapshot"}


async def test_the_full_screen_paints_and_goes(rig: LiveRig) -> None:
    company = new_company()
    rig.states[company.bytes, "events"] = {"items": [item("read")]}
    out = io.StringIO()
    console = Console(file=out, force_terminal=True, width=120, height=40)

    def enough(_: Update) -> bool:
        return "pix_created" in out.getvalue()

    with tickets(rig, company) as endpoint:
        n = 0

        def keep_going(update: Update) -> bool:
            nonlocal n
            n += 1
            rig.publish(company, "metrics", {"today": {"events": n, "messages": {}}})
            return enough(update)

        await follow(endpoint, "mia_key", console=console, enough=keep_going)
    assert "pix_created" in out.getvalue()
