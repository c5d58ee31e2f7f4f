"""A chat endpoint in OpenAI's format over real HTTP, whose model says what a test wants, with faults on demand."""

from __future__ import annotations

import asyncio
import base64
import json
import socket
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

KEY = "sk-test-of-this-server"
Says = Callable[[Mapping[str, Any]], Mapping[str, Any]]


def text(content: str) -> Says:
    """A model that always says this."""
    return lambda _: {"content": content}


def calls(name: str, arguments: object, then: str = "") -> Says:
    """A model that calls a tool, and says ``then`` once it has its result."""

    def says(body: Mapping[str, Any]) -> Mapping[str, Any]:
        if body["messages"][-1]["role"] == "tool" and then:
            return {"content": then}
        return {"tools": [(name, arguments)]}

    return says


class OpenAiServer:
    """The endpoint.

    Attributes:
        says: what the model makes of a request's body: ``content`` or ``tools`` (name, arguments).
        fault: None, ``slow``, ``down``, ``cut``, ``429``, ``500``, ``401``, ``nonsense``, ``shape``, ``endless``.
        count: how many more requests the fault is for; None: all.
        thinks_s: how long the model takes when nothing is wrong.
        asked: the bodies of all requests.
        answered: how many of them got what the model says, as far as this end knows.
    """

    def __init__(self) -> None:
        self.says: Says = text("Olá!")
        self.fault: str | None = None
        self.count: int | None = None
        self.slow_s = 30.0
        self.thinks_s = 0.0
        self.answered = 0
        self.asked: list[dict[str, Any]] = []
        self.url = ""

    def reset(self) -> None:
        self.says, self.fault, self.count, self.asked = text("Olá!"), None, None, []
        self.thinks_s, self.answered = 0.0, 0

    async def _complete(self, request: Request) -> Response:
        if request.headers.get("authorization") != f"Bearer {KEY}":
            return JSONResponse({"error": {"message": "Incorrect API key", "type": "invalid_request_error"}}, 401)
        body = await request.json()
        self.asked.append(body)
        if (fault := self._take_fault()) is not None:
            return await self._faulty(fault)
        said = self.says(body)
        await asyncio.sleep(self.thinks_s)
        self.answered += 1
        return JSONResponse(answer(body, said))

    def _take_fault(self) -> str | None:
        if self.fault is None or self.count == 0:
            return None
        if self.count is not None:
            self.count -= 1
        return self.fault

    async def _faulty(self, fault: str) -> Response:
        whole = json.dumps(answer({"model": "m", "messages": []}, {"content": "Olá!"}))
        match fault:
            case "slow":
                await asyncio.sleep(self.slow_s)
            case "cut":
                return StreamingResponse(_cut(whole), headers={"content-length": str(len(whole))})
            case "nonsense":
                return Response("<html>bad gateway</html>")
            case "shape":
                return JSONResponse({"choices": [{"message": {"content": {"no": "text"}, "tool_calls": "none"}}]})
            case "endless":
                return StreamingResponse(_endless())
            case _ if fault.isdigit():
                return JSONResponse({"error": {"message": "no", "type": "server_error"}}, int(fault))
        return Response(whole, media_type="application/json")

    @asynccontextmanager
    async def running(self) -> AsyncIterator[OpenAiServer]:
        """Serve on a free port of this machine."""
        app = Starlette(routes=[Route("/v1/chat/completions", self._complete, methods=["POST"])])
        listener = socket.socket()
        listener.bind(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{listener.getsockname()[1]}/v1"
        server = uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="off", timeout_graceful_shutdown=1))
        task = asyncio.create_task(server.serve(sockets=[listener]))
        try:
            while not server.started:
                await asyncio.sleep(0.005)
            yield self
        finally:
            server.should_exit = server.force_exit = True
            await asyncio.wait_for(task, 10.0)
            listener.close()


def answer(body: Mapping[str, Any], said: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a model said in OpenAI's format."""
    message: dict[str, Any] = {"role": "assistant", "content": said.get("content"), "refusal": None}
    if said.get("tools"):
        message["tool_calls"] = [
            {
                "id": f"call_{number}",
                "type": "function",
                "function": {
                    "name": name,
                    "arguments": arguments if isinstance(arguments, str) else json.dumps(arguments),
                },
            }
            for number, (name, arguments) in enumerate(said["tools"])
        ]
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1_790_000_000,
        "model": body["model"],
        "choices": [
            {
                "index": 0,
                "message": message,
                "logprobs": None,
                "finish_reason": "tool_calls" if said.get("tools") else "stop",
            }
        ],
        "usage": {"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120},
    }


def obeying(emits: Mapping[str, Any], values: Mapping[str, str]) -> Says:
    """A model that does what an attacker wants: it emits exactly this, with what it has seen put in.

    ``{SYSTEM}`` and its encodings are the instructions it was given; other names are ``values``.
    """

    def says(body: Mapping[str, Any]) -> Mapping[str, Any]:
        system = "\n".join(one["content"] for one in body["messages"] if one["role"] == "system")
        known = {
            "SYSTEM": system[:900],
            "SYSTEM_FIRST": system[:120],
            "SYSTEM_MIDDLE": system[300:520],
            "SYSTEM_CANARY": system.partition("Marca interna: ")[2][:24],
            "SYSTEM_B64": base64.b64encode(system[:300].encode()).decode(),
            "SYSTEM_HEX": system[:200].encode().hex(),
            "SYSTEM_BACK": system[:400][::-1],
            "SYSTEM_SPACED": " ".join(system[:200]),
            "SYSTEM_UPPER": system[:400].upper(),
            "SYSTEM_DASHED": "-".join(system[:400].split()),
            "SYSTEM_ROT13": system[:400].translate(_ROT13),
            **values,
        }

        def fill(value: Any) -> Any:
            if isinstance(value, str):
                for name, put in known.items():
                    value = value.replace("{" + name + "}", put)
                return value
            if isinstance(value, dict):
                return {key: fill(one) for key, one in value.items()}
            return [fill(one) for one in value] if isinstance(value, list) else value

        if emits.get("tools") and body["messages"][-1]["role"] != "tool":
            return {"tools": [(name, fill(arguments)) for name, arguments in emits["tools"]]}
        return {"content": fill(emits.get("content", "Feito."))}

    return says


_A, _B = "abcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_ROT13 = str.maketrans(_A + _B, _A[13:] + _A[:13] + _B[13:] + _B[:13])


async def _cut(whole: str) -> AsyncIterator[str]:
    yield whole[: len(whole) // 2]
    raise ConnectionResetError("the server goes down in the middle of its answer")


async def _endless() -> AsyncIterator[bytes]:
    for _ in range(64):  # 4 MiB of nothing, more than anybody reads
        yield b" " * 65_536
        await asyncio.sleep(0)
