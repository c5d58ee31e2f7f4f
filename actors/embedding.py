"""The way to the model that turns texts into vectors, for whoever has none: gateways and jobs."""

from __future__ import annotations

from array import array
from collections.abc import Awaitable, Callable, Sequence

import msgpack

from actors.handles import EmbeddingRef
from engine.settings import Settings

VERSION = 1
AT_ONCE = 64

Embed = Callable[[Sequence[str], bool], Awaitable[list[list[float]]]]


class EmbeddingCaller:
    """Asks the actor that has the model (``actors/embedding_desk.py``)."""

    def __init__(self, settings: Settings) -> None:
        # A worker takes its place where no AI worker runs: knowledge is then still read and found.
        self._ref = EmbeddingRef("ai-0" if settings.ai_workers else "worker-0", settings.instance)

    async def __call__(self, texts: Sequence[str], as_query: bool) -> list[list[float]]:
        """Return a vector per text; ``as_query``: they are asked, not known.

        Raises:
            Unavailable: the actor is away; ask again later.
        """
        _, width, raw = msgpack.unpackb(await self._ref.embed(msgpack.packb([VERSION, as_query, list(texts)])))
        numbers = array("f", raw).tolist()
        return [numbers[start : start + width] for start in range(0, len(numbers), width)]
