"""The test's chat endpoint is what the official client takes it for; `make judge` fetches that client, apart from ours.

Its packages bring pydantic, which Ray would load into every process (docs/adr/0002-dependencies.md): they stand in
build/judge, and a process of its own uses them.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest

from engine.addresses import Guard
from engine.ai.agents import Model
from integrations.chat_models import ChatClient
from tests.openai_server import KEY, OpenAiServer

_ROOT = Path(__file__).parents[2]
_JUDGE = _ROOT / "build" / "judge"
_ARGUMENTS = {"order_id": "pedido-1"}


def says(body: Any) -> dict[str, Any]:
    return {"tools": [("order_state", _ARGUMENTS)]} if body["model"] == "tools" else {"content": "Olá!"}


@pytest.mark.skipif(not _JUDGE.exists(), reason="the official client is not there: make judge")
async def test_the_official_client_reads_every_answer() -> None:
    async with OpenAiServer().running() as server:
        server.says = says
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, str(_ROOT / "tests" / "judges" / "openai_client.py"), server.url, KEY),
            stdout=asyncio.subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": str(_JUDGE)},
        )
        told, _ = await process.communicate()
    assert json.loads(told) == {
        "content": "Olá!",
        "finish": ["stop", "tool_calls"],
        "tokens": 120,
        "tool": ["function", "order_state", _ARGUMENTS],
        "refused": "AuthenticationError",
        "unknown": [],
    }


async def test_our_client_reads_the_same() -> None:
    async with OpenAiServer().running() as server:
        server.says = says
        client, asked = ChatClient(Guard(["127.0.0.1"])), [{"role": "user", "content": "oi"}]
        plain = await client.ask(Model(server.url, "m"), KEY, asked, [])
        called = await client.ask(Model(server.url, "tools"), KEY, asked, [{"type": "function"}])
    assert (plain.content, plain.tokens_in + plain.tokens_out, plain.tools) == ("Olá!", 120, ())
    assert [(one.name, one.arguments) for one in called.tools] == [("order_state", json.dumps(_ARGUMENTS))]
