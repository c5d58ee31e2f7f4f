"""The command `ai eval --knowledge`: how well questions find their source, on a labelled set or a company's own."""

from __future__ import annotations

import argparse
import asyncio
import json
import tempfile
import time
from pathlib import Path
from typing import Any

from actors.embedding import Embed
from engine.ai.knowledge_evaluation import FIRST, KnowledgeSet, Question, as_typed, measure, own_set, read_set
from engine.ai.passages import split_text
from engine.ai.plain_words import spelled_out
from engine.errors import BadRequest
from engine.ids import IdMaker, ms_to_time
from integrations.embedding import MODEL, Embedder
from masteria.api_client import ApiClient, client_for
from masteria.embedded import start_postgres
from masteria.tables import show_rows
from storage.companies import insert_company
from storage.knowledge import NewSource, Place, finish_source, insert_source, put_passages
from storage.knowledge_search import KnowledgeSearch
from storage.migrate import migrate
from storage.pool import Pool, open_pool

_MOST_ASKED = 200  # of a company's questions, the newest
_PAGE = 200


def evaluate(given: argparse.Namespace) -> int:
    """Print how often the right source is found: of a set, or (``--company``) in a company's own knowledge."""
    wanted = _read(given.file)
    if given.company:
        client = client_for(given)
        told = _of_company(client, None if wanted is None else wanted.questions)
    else:
        told = {"as_written": asyncio.run(_by_itself(own_set() if wanted is None else wanted))}
    if given.json:
        print(json.dumps(told, indent=2, ensure_ascii=False))
    else:
        _show(told)
    return 0


def _read(file: str | None) -> KnowledgeSet | None:
    if file is None:
        return None
    try:
        found = read_set(Path(file).read_text(encoding="utf-8").splitlines())
    except (OSError, ValueError) as error:
        raise BadRequest(f"{file}: {error}") from error
    if not found.questions:
        raise BadRequest(f'{file}: there is no question in it: {{"question": …, "source": …}}')
    return found


def _of_company(client: ApiClient, labelled: list[Question] | None) -> dict[str, Any]:
    """Ask the running system: the questions of a file, or the company's own, as they stand and as people type them."""
    if labelled is not None:
        return {"as_written": measure(labelled, [_asked(client, one.question, one.source) for one in labelled])}
    own = _own_questions(client)
    if not own:
        raise BadRequest("the company has no questions with answers; name a file of labelled questions (--file)")
    typed = [Question(as_typed(one.question), one.source) for one in own]
    return {
        name: measure(rows, [_asked(client, one.question, one.source) for one in rows])
        for name, rows in (("as_written", own), ("as_typed", typed))
    }


def _own_questions(client: ApiClient) -> list[Question]:
    found: list[Question] = []
    cursor = ""
    while len(found) < _MOST_ASKED:
        page = client.call("GET", f"/ai/knowledge?limit={_PAGE}{cursor}")
        found += [
            Question(row["question"], row["id"])
            for row in page["data"]
            if row["kind"] == "question" and row["active"] and row["state"] == "ready"
        ]
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
    return found[:_MOST_ASKED]


def _asked(client: ApiClient, question: str, source: str) -> list[str]:
    """Return the sources that are found, each by its id, or by its name where the right one is told so."""
    found = client.call("POST", "/ai/knowledge/ask", {"question": question, "limit": 2 * FIRST})["data"]
    named = (one["source"] if one["source"] == source else one["source_id"] for one in found)
    return list(dict.fromkeys(named))


async def _by_itself(wanted: KnowledgeSet) -> dict[str, Any]:
    """Measure a set in a database of its own, which is gone afterwards."""
    if not wanted.passages:
        raise BadRequest('without --company the file must hold what is known, too: {"name": …, "text": …}')
    embedder = Embedder()

    async def embed(texts: Any, as_query: bool) -> list[list[float]]:
        vectors: list[list[float]] = (await (embedder.queries if as_query else embedder.passages)(texts)).tolist()
        return vectors

    with tempfile.TemporaryDirectory(prefix="masteria-eval-") as folder:
        server = await asyncio.to_thread(start_postgres, Path(folder))
        try:
            await migrate(server.url)
            pool = await open_pool(server.url, maximum=2, name="ai-eval")
            try:
                return await measured(pool, wanted, embed, KnowledgeSearch())
            finally:
                await pool.close()
        finally:
            embedder.close()
            await asyncio.to_thread(server.stop)


async def measured(pool: Pool, wanted: KnowledgeSet, embed: Embed, search: KnowledgeSearch) -> dict[str, Any]:
    """Return what :func:`engine.ai.knowledge_evaluation.measure` tells of a set, stored for a company of its own."""
    ids, now_ms = IdMaker(), time.time_ns() // 1_000_000
    now, company = ms_to_time(now_ms), ids.make_uuid(now_ms)
    await insert_company(pool, company, "Avaliação", "America/Sao_Paulo", now)
    for one in wanted.passages:
        source = NewSource(id=ids.make_uuid(now_ms), kind="text", name=one.name, content=one.text, bytes=len(one.text))
        passages = split_text(one.text, one.name)
        vectors = await embed([passage.meaning for passage in passages], False)
        async with pool.acquire() as connection, connection.transaction():
            await insert_source(connection, company, source, now)
            await put_passages(connection, company, Place(source.id, 0), 1, passages, vectors)
            await finish_source(connection, company, source.id, 1, len(passages), now, MODEL)
    found = []
    for asked in wanted.questions:
        question = spelled_out(asked.question)
        (vector,) = await embed([question], True)
        rows = await search.search(pool, company, question, vector, 2 * FIRST)
        found.append(list(dict.fromkeys(row.name for row in rows)))
    return measure(wanted.questions, found)


def _show(told: dict[str, Any]) -> None:
    columns = ("asked", "questions", "first", "first_three")
    words = {"as_written": "as they stand", "as_typed": "as people type them"}
    rows = [
        {
            "asked": words[name],
            "questions": one["questions"],
            "first": _percent(one["first"]),
            "first_three": _percent(one["first_three"]),
        }
        for name, one in told.items()
    ]
    show_rows(rows, columns, as_json=False)
    missed = [row | {"found": ", ".join(row["found"])} for one in told.values() for row in one["missed"]]
    if missed:
        print("\nNot among the first three:\n")
        show_rows(missed, ("question", "source", "found"), as_json=False)


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{100 * share:.1f} %"
