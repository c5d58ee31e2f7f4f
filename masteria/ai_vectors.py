"""Computes the built-in examples' vectors: `make intent-vectors`, after engine/ai/intent_examples.json was changed."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import numpy as np

from engine.ai.examples import VECTORS, built_in_texts, fingerprint
from engine.ai.intents import looked_at
from integrations.embedding import MODEL, Embedder

_PLACE = Path(__file__).resolve().parent.parent / "engine" / "ai" / VECTORS


async def compute() -> None:
    """Write the file beside the examples."""
    texts, _ = built_in_texts()
    vectors = await Embedder(kept=len(texts)).queries([looked_at(text) for text in texts])
    place = _PLACE
    np.savez_compressed(
        place, fingerprint=np.array(fingerprint(texts)), model=np.array(MODEL), vectors=vectors.astype(np.float16)
    )
    print(f"{len(texts)} vectors in {place}")


if __name__ == "__main__":
    sys.exit(asyncio.run(compute()))
