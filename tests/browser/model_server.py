"""A language model beside the instance: tests/openai_server.py on a thread of its own; Playwright holds this one."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from masteria.api_client import ApiClient
from tests.openai_server import KEY, OpenAiServer

_STARTS_S = 10.0


@contextmanager
def running() -> Iterator[OpenAiServer]:
    """Serve a model until the block ends."""
    server, ready, stop = OpenAiServer(), threading.Event(), threading.Event()

    async def serve() -> None:
        async with server.running():
            ready.set()
            await asyncio.to_thread(stop.wait)

    thread = threading.Thread(target=lambda: asyncio.run(serve()), daemon=True)
    thread.start()
    assert ready.wait(_STARTS_S), "the model's server did not start"
    try:
        yield server
    finally:
        stop.set()
        thread.join(_STARTS_S)


@contextmanager
def agent_with(api: ApiClient, server: OpenAiServer, **changes: Any) -> Iterator[dict[str, Any]]:
    """Let the demo company have an agent that asks this model, until the block ends."""
    model = {
        "url": server.url,
        "name": "modelo-de-teste",
        "key": KEY,
        "timeout_s": 5,
        "price_in": 1.0,
        "price_out": 2.0,
    }
    agent = api.call("POST", "/ai/agents", {"name": "Lia", "model": model, **changes})
    try:
        yield agent
    finally:
        api.call("DELETE", f"/ai/agents/{agent['id']}")
