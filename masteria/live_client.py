"""A client of the live connection: takes a ticket, subscribes, keeps each topic's state, comes back and resumes."""

from __future__ import annotations

import asyncio
import json
import random
import urllib.error
import urllib.request
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any

from websockets.asyncio.client import connect
from websockets.exceptions import WebSocketException

from engine.errors import BadRequest, MasteriaError, Unavailable
from engine.merge_patch import apply

_TICKET_S = 10.0
_SILENCE_S = 15.0  # three heartbeats
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.25, 10.0
_MAX_FRAME_BYTES = 8 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Update:
    """One change: ``before`` and ``now`` are the topic's whole states; topic "" tells of the connection itself."""

    topic: str
    before: dict[str, Any]
    now: dict[str, Any]
    ts: int
    frame: dict[str, Any] = field(default_factory=dict)


class LiveClient:
    """Follows topics for as long as it is asked for updates.

    Args:
        endpoint: ``http://…/api/v1/live``.
        api_key: a company's key.
        topics: what to subscribe to.
        company_id: with an installation key: the company that is meant.
    """

    def __init__(self, endpoint: str, api_key: str, topics: Sequence[str], company_id: str | None = None) -> None:
        self._endpoint = endpoint
        self._headers = {"authorization": f"Bearer {api_key}"} | ({"x-company-id": company_id} if company_id else {})
        self._topics = list(topics)
        self._since: dict[str, str] = {}
        self.states: dict[str, dict[str, Any]] = {topic: {} for topic in topics}

    async def updates(self) -> AsyncGenerator[Update, None]:
        """Yield updates for ever; after a failure it tries again, ever more slowly, and goes on where it was.

        Raises:
            BadRequest: the key is refused: trying again cannot help.
        """
        pause_s = _FIRST_PAUSE_S
        while True:
            try:
                async with aclosing(self._connection()) as connection:
                    async for update in connection:
                        pause_s = _FIRST_PAUSE_S
                        yield update
                why = "closed"
            except (OSError, TimeoutError, WebSocketException, Unavailable) as error:
                why = error.detail if isinstance(error, MasteriaError) else type(error).__name__
            yield Update("", {}, {"connected": False, "why": why}, 0)
            await asyncio.sleep(pause_s * random.uniform(0.5, 1.0))
            pause_s = min(_LONGEST_PAUSE_S, pause_s * 2)

    async def _connection(self) -> AsyncGenerator[Update, None]:
        answer = await asyncio.to_thread(self._ticket)
        async with connect(answer["url"], compression=None, proxy=None, max_size=_MAX_FRAME_BYTES) as socket:
            await socket.send(json.dumps({"type": "auth", "ticket": answer["ticket"]}))
            await socket.send(json.dumps({"type": "subscribe", "topics": self._topics, "since": self._since}))
            yield Update("", {}, {"connected": True, "why": ""}, 0)
            while True:
                async with asyncio.timeout(_SILENCE_S):
                    frame = json.loads(await socket.recv())
                update = self.take(frame)
                if update is not None:
                    yield update

    def take(self, frame: dict[str, Any]) -> Update | None:
        """Take a frame into the states; None where it changes none (heartbeats, errors)."""
        if frame["type"] not in ("snapshot", "delta"):
            return None
        topic = frame["topic"]
        before = self.states.get(topic, {})
        now = apply(before, frame["data"]) if frame["type"] == "delta" else frame["data"]
        self.states[topic] = now
        self._since[topic] = frame["seq"]
        return Update(topic, before, now, frame["ts"], frame)

    def _ticket(self) -> dict[str, str]:
        request = urllib.request.Request(self._endpoint, headers=self._headers)  # noqa: S310 -- our own address
        try:
            with urllib.request.urlopen(request, timeout=_TICKET_S) as answer:  # noqa: S310 -- as above
                ticket: dict[str, str] = json.load(answer)
                return ticket
        except urllib.error.HTTPError as error:
            if error.code in (401, 403, 404):
                raise BadRequest(f"{self._endpoint}: {error.code} {error.reason}") from error
            raise Unavailable(f"{self._endpoint}: {error.code} {error.reason}") from error
        except (OSError, ValueError) as error:
            raise Unavailable(f"nobody answers at {self._endpoint}") from error
