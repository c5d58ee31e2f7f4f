"""The answering side of actors/embedding.py; an actor has it that may load the model."""

from __future__ import annotations

import msgpack

from actors.embedding import AT_ONCE, VERSION
from engine.errors import BadRequest
from integrations.embedding import DIMENSIONS, Embedder


class EmbeddingDesk:
    """Turns texts into vectors; the model is loaded when somebody first asks."""

    def __init__(self, embedder: Embedder | None = None) -> None:
        self._embedder = embedder

    async def embed(self, blob: bytes) -> bytes:
        """Return the vectors of the texts in ``blob``, one behind the other.

        Raises:
            BadRequest: another version's form, or too many texts.
        """
        version, as_query, texts = msgpack.unpackb(blob)
        if version != VERSION or len(texts) > AT_ONCE:
            raise BadRequest("these texts are not embedded")
        if self._embedder is None:
            self._embedder = Embedder()
        vectors = await (self._embedder.queries(texts) if as_query else self._embedder.passages(texts))
        answer: bytes = msgpack.packb([VERSION, DIMENSIONS, vectors.astype("<f4").tobytes()])
        return answer
