"""Language models behind any OpenAI-compatible chat endpoint: one question, one answer, or why there is none.

The address is the company's, so it is judged like that of an outgoing webhook and connected to as judged.
"""

from __future__ import annotations

import asyncio
import logging
import random
import socket
import ssl
from collections.abc import Mapping, Sequence
from typing import Any

from engine.addresses import Guard, read_url
from engine.ai.agents import Model
from engine.ai.chat_format import ChatAnswer, Nonsense, read_answer, request_body
from integrations.outgoing_webhooks import Resolve, look_up
from integrations.pinned_http import NoHttp, post

log = logging.getLogger(__name__)
_CONNECT_S = 3.0
_MOST_BODY_BYTES = 262_144
_TRIES = 2
_PAUSE_S = 0.3


class ChatProblem(Exception):
    """There is no answer; ``reason`` is a code of engine/ai/answer_reasons.py."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


class ChatClient:
    """Asks.

    Args:
        guard: which addresses may be called (setting ``outgoing_allow_private``).
        resolve, tls: for tests; by default the system's.
    """

    def __init__(self, guard: Guard, *, resolve: Resolve = look_up, tls: ssl.SSLContext | None = None) -> None:
        self._guard = guard
        self._resolve = resolve
        self._tls = tls

    async def ask(
        self, model: Model, key: str, messages: Sequence[Mapping[str, Any]], tools: Sequence[Mapping[str, Any]]
    ) -> ChatAnswer:
        """Ask once, and once more where that may help, within the model's time-out altogether.

        Raises:
            ChatProblem: why there is no answer.
        """
        body = request_body(model.name, messages, tools, model.max_tokens)
        try:
            async with asyncio.timeout(model.timeout_s):
                for tries_left in reversed(range(_TRIES)):
                    try:
                        return await self._once(model, key, body)
                    except ChatProblem as problem:
                        if tries_left == 0 or problem.reason not in ("model_away", "model_busy"):
                            raise
                        await asyncio.sleep(_PAUSE_S * (1 + random.random()))
        except TimeoutError as error:
            raise ChatProblem("model_timeout") from error
        raise ChatProblem("model_away")

    async def _once(self, model: Model, key: str, body: bytes) -> ChatAnswer:
        target = read_url(f"{model.url.rstrip('/')}/chat/completions")
        headers = {"authorization": f"Bearer {key}", "content-type": "application/json"}
        try:
            addresses = self._guard.choose(target.host, await self._resolve(target.host, target.port))
            if not addresses:
                raise ChatProblem("model_address")
            status, raw = await post(
                target,
                addresses[0],
                headers if key else {"content-type": "application/json"},
                body,
                connect_s=_CONNECT_S,
                most_body_bytes=_MOST_BODY_BYTES,
                tls=self._tls,
            )
        except (OSError, NoHttp, socket.gaierror) as error:
            if isinstance(error, TimeoutError):
                raise ChatProblem("model_timeout") from error
            raise ChatProblem("model_away") from error
        if status == 429:
            raise ChatProblem("model_busy")
        if status >= 500:
            raise ChatProblem("model_away")
        if status != 200:
            log.warning("a language model refused: %s", status, extra={"action": "ask_model"})
            raise ChatProblem("model_refused")
        try:
            return read_answer(raw)
        except Nonsense as error:
            raise ChatProblem("model_nonsense") from error
