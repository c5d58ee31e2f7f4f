"""Sources of knowledge are read, split and embedded, some passages a step."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from actors.jobs.tools import Job, JobTools, Step
from engine.ai.passages import MOST_CHARACTERS, Passage, split_question, split_rows, split_text
from engine.charsets import decode_marked
from engine.ids import ms_to_time
from engine.metrics import Delta
from integrations.embedding import MODEL
from integrations.pdf_text import UnreadablePdf, pdf_text
from storage.knowledge import (
    MOST_PASSAGES,
    Place,
    count_passages,
    fail_source,
    finish_source,
    get_source,
    keep_text,
    lock_source,
    put_passages,
    read_file,
)
from storage.pool import Connection
from storage.searching import Row

KIND = "knowledge_index"
_AT_ONCE = 24


class _Refused(Exception):
    """The source cannot be read; the argument is a code of engine/ai/knowledge_reasons.py."""


@dataclass(frozen=True, slots=True)
class _Piece:
    """What a step stores: passages with their vectors, or why there are none."""

    total: int
    passages: list[Passage]
    vectors: list[list[float]]
    error: str | None = None


class KnowledgeIndex:
    """Its params are ``source_id`` and ``version``; a version that was overtaken is left to the newer one's job."""

    kind: ClassVar[str] = KIND

    def __init__(self, tools: JobTools) -> None:
        self._tools = tools

    async def prepare(self, job: Job) -> object:
        """Read and split the source, and embed the passages of this step."""
        source_id, at = UUID(job.params["source_id"]), int(job.cursor.get("at", 0))
        source = await get_source(self._tools.pool, job.company_id, source_id)
        if source is None or source["version"] != job.params["version"]:
            return None
        try:
            passages = await self._passages(job, source)
        except _Refused as refused:
            return _Piece(0, [], [], str(refused))
        batch = passages[at : at + _AT_ONCE]
        vectors = await self._tools.embed([one.meaning for one in batch], False)
        return _Piece(len(passages), batch, vectors)

    async def _passages(self, job: Job, source: Row) -> list[Passage]:
        if source["kind"] == "question":
            return split_question(source["question"], source["content"])
        text = source["content"]
        if text is None:
            text = await self._read(job.company_id, source)
            await keep_text(self._tools.pool, job.company_id, source["id"], text)
        passages = (split_rows if source["format"] == "csv" else split_text)(text, source["name"])
        if not passages:
            raise _Refused("no_text")
        others = await count_passages(self._tools.pool, job.company_id, source["id"])
        if others + len(passages) > MOST_PASSAGES:
            raise _Refused("too_many_passages")
        return passages

    async def _read(self, company_id: UUID, source: Row) -> str:
        data = await read_file(self._tools.pool, company_id, source["id"])
        if source["format"] == "pdf":
            try:
                text = await pdf_text(data, MOST_CHARACTERS + 1)
            except UnreadablePdf as error:
                raise _Refused("pdf_unreadable") from error
        else:
            text = decode_marked(data, None)
        text = text.replace("\x00", "").encode("utf-8", "replace").decode()
        if len(text) > MOST_CHARACTERS:
            raise _Refused("text_too_long")
        if not text.strip():
            raise _Refused("no_text")
        return text

    async def step(self, connection: Connection, job: Job, prepared: object, delta: Delta) -> Step:
        source_id, version = UUID(job.params["source_id"]), int(job.params["version"])
        at, now = int(job.cursor.get("at", 0)), ms_to_time(self._tools.now_ms())
        if prepared is None or await lock_source(connection, job.company_id, source_id) != version:
            return Step({**job.cursor}, finished=True, result={"overtaken": True})
        assert isinstance(prepared, _Piece)
        if prepared.error is not None:
            await fail_source(connection, job.company_id, source_id, version, prepared.error, now)
            return Step({"at": at}, errors=1, finished=True, result={"error": prepared.error})
        await put_passages(
            connection, job.company_id, Place(source_id, at), version, prepared.passages, prepared.vectors
        )
        reached = at + len(prepared.passages)
        last = reached >= prepared.total
        if last:
            await finish_source(connection, job.company_id, source_id, version, prepared.total, now, MODEL)
        result = {"passages": prepared.total} if last else None
        done = len(prepared.passages)
        return Step({"at": reached}, done=done, total=prepared.total, finished=last, result=result)

    async def after(self, job: Job, step: Step) -> None:
        """Whoever searches sees the change by the sources' stamp."""
