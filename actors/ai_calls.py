"""The way to AI workers, for gateways and jobs; a company asks the same one, which knows its intents."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import orjson

from actors.handles import AiRef
from engine.errors import Unavailable
from engine.wire import pack


class AiCallers:
    """Asks a company's AI worker.

    Args:
        instance: the namespace of its actor.
        workers: how many there are.
    """

    def __init__(self, instance: str, workers: int) -> None:
        self._workers = [AiRef(number, instance) for number in range(workers)]

    async def __call__(self, company_id: UUID, text: str) -> dict[str, Any]:
        """Return what a text means to a company.

        Raises:
            Unavailable: no AI worker runs, or it is being restarted.
        """
        found: dict[str, Any] = orjson.loads(await self._worker(company_id).understand(pack([company_id.bytes, text])))
        return found

    async def suggest(self, company_id: UUID, conversation_id: UUID) -> dict[str, Any]:
        """Return what could be answered in a conversation.

        Raises:
            NotFound: the company has no such conversation.
            Unavailable: no AI worker runs, or it is being restarted.
        """
        asked = pack([company_id.bytes, conversation_id.bytes])
        found: dict[str, Any] = orjson.loads(await self._worker(company_id).suggest(asked))
        return found

    async def simulate(self, company_id: UUID, asked: Mapping[str, Any]) -> dict[str, Any]:
        """Return what would become of a text (``actors/simulating.py:Simulation.run``).

        Raises:
            NotFound: the company has no such agent.
            Unavailable: no AI worker runs, or it is being restarted.
        """
        blob = pack([company_id.bytes, orjson.dumps(asked)])
        found: dict[str, Any] = orjson.loads(await self._worker(company_id).simulate(blob))
        return found

    async def confusion(self, company_id: UUID) -> dict[str, Any]:
        """Return how well a company's examples tell its intents apart (``engine/ai/confusion.py``).

        Raises:
            Unavailable: no AI worker runs, or it is being restarted.
        """
        found: dict[str, Any] = orjson.loads(await self._worker(company_id).confusion(pack([company_id.bytes])))
        return found

    async def write(self, kind: str, company_id: UUID, asked: Mapping[str, Any]) -> dict[str, Any]:
        """Return what a company's language model writes (``actors/writing.py:Writing.write``).

        Raises:
            NotFound: what it is about is not the company's.
            Unavailable: no AI worker runs, or it is being restarted.
        """
        blob = pack([kind, company_id.bytes, orjson.dumps(asked)])
        found: dict[str, Any] = orjson.loads(await self._worker(company_id).write(blob))
        return found

    def _worker(self, company_id: UUID) -> AiRef:
        if not self._workers:
            raise Unavailable("AI is switched off in this installation (ai_workers = 0)")
        return self._workers[company_id.int % len(self._workers)]
