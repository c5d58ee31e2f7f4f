"""The real model, loaded once per test run when a test first needs it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from integrations.embedding import Embedder


@cache
def embedder() -> Embedder:
    """Return this process's model."""
    return Embedder()


async def embed(texts: Sequence[str], as_query: bool) -> list[list[float]]:
    """Return a vector per text, as the actor with the model would."""
    rows: list[list[float]] = (await (embedder().queries(texts) if as_query else embedder().passages(texts))).tolist()
    return rows
