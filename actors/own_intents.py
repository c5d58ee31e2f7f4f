"""Companies' own intents as an AI worker knows them: read when first needed, and anew when they are changed."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from typing import Any
from uuid import UUID

import numpy as np

from engine.ai.confusion import confusion, version_of
from engine.ai.intents import IntentReader, OwnIntent, Verdict, looked_at
from integrations.embedding import DIMENSIONS, MODEL, Embedder
from storage.ai_intents import StoredIntent, keep_vectors, load_intents
from storage.pool import Pool

_KEPT = 500  # companies; one with intents of its own holds about 1 MB


class OwnIntents:
    """Readers by company, bounded; those without intents of their own share one."""

    def __init__(self, pool: Pool, embedder: Embedder) -> None:
        self._pool = pool
        self._embedder = embedder
        self._common = IntentReader()
        self._readers: OrderedDict[UUID, IntentReader] = OrderedDict()
        self._tables: OrderedDict[UUID, dict[str, Any]] = OrderedDict()
        self._judging = asyncio.Lock()

    async def reader(self, company_id: UUID) -> IntentReader:
        """Return who reads a company's messages."""
        found = self._readers.get(company_id)
        if found is None:
            await self.reload(company_id)
            found = self._readers[company_id]
        self._readers.move_to_end(company_id)
        return found

    async def reload(self, company_id: UUID | None) -> None:
        """Read a company's intents again (None: forget all); vectors that are missing are computed and kept."""
        if company_id is None:
            self._readers.clear()
            return
        stored = await load_intents(self._pool, company_id)
        own = [await self._with_vectors(company_id, intent) for intent in stored]
        self._readers[company_id] = IntentReader(own) if own else self._common
        while len(self._readers) > _KEPT:
            self._readers.popitem(last=False)

    async def describe(self, company_id: UUID, text: str) -> dict[str, Any]:
        """Return what a text means to a company, as its API shows it; nothing follows from it."""
        return shown(await self.read(company_id, text))

    async def read(self, company_id: UUID, text: str) -> Verdict:
        """Return what a text means to a company."""
        reader = await self.reader(company_id)
        begun = reader.begin(text)
        if begun.verdict is not None:
            return begun.verdict
        (told,) = reader.finish([begun], await self._embedder.queries([looked_at(text)]))
        return told

    async def confusion(self, company_id: UUID) -> dict[str, Any]:
        """Return how well a company's own examples tell its intents apart (``engine/ai/confusion.py``).

        Computed once for the examples as they are, beside everything else: it may take seconds.
        """
        stored = await load_intents(self._pool, company_id)
        version = version_of(stored)
        async with self._judging:
            found = self._tables.get(company_id)
            if found is None or found["version"] != version:
                own = [await self._with_vectors(company_id, intent) for intent in stored]
                found = {"version": version, **await asyncio.to_thread(confusion, own)}
                self._tables[company_id] = found
            self._tables.move_to_end(company_id)
            while len(self._tables) > _KEPT:
                self._tables.popitem(last=False)
        return found

    async def _with_vectors(self, company_id: UUID, intent: StoredIntent) -> OwnIntent:
        if intent.vectors is not None and intent.model == MODEL:
            vectors = np.frombuffer(intent.vectors, np.float32).reshape(-1, DIMENSIONS)
        else:
            vectors = await self._embedder.queries([looked_at(text) for text in intent.examples])
            await keep_vectors(self._pool, company_id, intent, vectors.tobytes(), MODEL)
        return OwnIntent(intent.name, intent.examples, vectors, intent.threshold)


def shown(verdict: Verdict) -> dict[str, Any]:
    """Return what a text means, as the API shows it."""
    return {
        "intent": verdict.intent,
        "confidence": min(1.0, round(verdict.confidence, 4)),
        "second_intent": verdict.second,
        "second_confidence": round(verdict.second_confidence, 4),
        "decided_by": verdict.by,
        "neighbours": [one._asdict() for one in verdict.neighbours],
        "model": MODEL,
    }
