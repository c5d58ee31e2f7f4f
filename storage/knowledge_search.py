"""What of a company's knowledge answers a question: by meaning and by words, the two rankings joined."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import UUID

from engine.ai.passages import fuse, search_words
from storage.knowledge import MOST_PASSAGES, Place
from storage.pool import Connection, Pool
from storage.queries import query

if TYPE_CHECKING:
    import numpy.typing as npt

    Matrix = npt.NDArray[Any]

_NEAR, _WORDY = 60, 30
# Measured (docs/AI.md): the meaning finds nearly all; words decide between equals, and find names and codes.
_WORDS_WEIGHT, _DAMPING = 0.2, 10.0
_COMPANIES_KEPT = 16


class Found(NamedTuple):
    """A passage that was found.

    Attributes:
        score: of the joined rankings, for the order alone.
        likeness: of its meaning to the question's, 1 at most.
    """

    source_id: UUID
    position: int
    text: str
    approved: bool
    name: str
    question: str | None
    score: float
    likeness: float


class KnowledgeSearch:
    """Searches; where the server has no pgvector it keeps the vectors of the companies asked for last."""

    def __init__(self, *, in_process: bool = False) -> None:
        self._server_compares: bool | None = False if in_process else None
        self._kept: OrderedDict[UUID, tuple[str, list[Place], Matrix]] = OrderedDict()

    async def search(
        self, executor: Pool | Connection, company_id: UUID, question: str, vector: Sequence[float], limit: int
    ) -> list[Found]:
        """Return the passages that answer best, the best first.

        Args:
            executor: where to ask.
            company_id: whose knowledge.
            question: spelled out (``engine/ai/plain_words.py``).
            vector: its meaning, as the embedder tells it of questions.
            limit: how many.
        """
        near = await self._near(executor, company_id, vector)
        words = search_words(question)
        rows = await executor.fetch(query("knowledge/wordy_passages"), company_id, " ".join(words), _WORDY)
        likeness = dict(near)
        ranked = [place for place, _ in near]
        by_words = [Place(row["source_id"], row["position"]) for row in rows]
        places = list(dict.fromkeys((*ranked, *by_words)))
        number = {place: index for index, place in enumerate(places)}
        rankings = [(1.0, [number[place] for place in ranked]), (_WORDS_WEIGHT, [number[place] for place in by_words])]
        best = fuse(rankings, _DAMPING)[:limit]
        least = min(likeness.values(), default=0.0)
        texts = await self._texts(executor, company_id, [places[index] for index, _ in best])
        return [
            Found(*place, **texts[place], score=score, likeness=likeness.get(place, least))
            for place, score in ((places[index], score) for index, score in best)
            if place in texts
        ]

    async def _near(
        self, executor: Pool | Connection, company_id: UUID, vector: Sequence[float]
    ) -> list[tuple[Place, float]]:
        if self._server_compares is None:
            self._server_compares = bool(await executor.fetchval(query("knowledge/has_pgvector")))
        if self._server_compares:
            rows = await executor.fetch(query("knowledge/near_passages"), company_id, list(vector), _NEAR)
            return [(Place(row["source_id"], row["position"]), float(row["likeness"])) for row in rows]
        places, matrix = await self._vectors(executor, company_id)
        if not places:
            return []
        import numpy as np  # not loaded into processes whose server compares

        likeness = matrix @ np.asarray(vector, np.float32)
        order = np.argsort(-likeness, kind="stable")[:_NEAR]
        return [(places[index], float(likeness[index])) for index in order]

    async def _vectors(self, executor: Pool | Connection, company_id: UUID) -> tuple[list[Place], Matrix]:
        stamp = str(await executor.fetchval(query("knowledge/stamp"), company_id))
        kept = self._kept.get(company_id)
        if kept is None or kept[0] != stamp:
            rows = await executor.fetch(query("knowledge/all_vectors"), company_id, MOST_PASSAGES)
            import numpy as np

            matrix = np.array([row["vector"] for row in rows], np.float32).reshape(len(rows), -1 if rows else 0)
            kept = (stamp, [Place(row["source_id"], row["position"]) for row in rows], matrix)
            self._kept[company_id] = kept
        self._kept.move_to_end(company_id)
        while len(self._kept) > _COMPANIES_KEPT:
            self._kept.popitem(last=False)
        return kept[1], kept[2]

    async def _texts(
        self, executor: Pool | Connection, company_id: UUID, places: Sequence[Place]
    ) -> dict[Place, dict[str, Any]]:
        rows = await executor.fetch(
            query("knowledge/read_passages"),
            company_id,
            [place.source_id for place in places],
            [place.position for place in places],
        )
        return {
            Place(row["source_id"], row["position"]): {
                name: row[name] for name in ("text", "approved", "name", "question")
            }
            for row in rows
        }
