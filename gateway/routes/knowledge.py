"""Routes of what an assistant answers from: texts, files, questions with approved answers; and asking them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from starlette.responses import Response

from engine.ai.plain_words import spelled_out
from engine.errors import Conflict, NotFound
from engine.ids import id_time
from gateway.calls import Call, json_response
from gateway.import_uploads import RECEIVE_S, ImportUploads, problem, receive
from gateway.knowledge_uploads import MOST_BYTES, KnowledgeFile
from gateway.operations import PAGING, Answer, Operation, Query, nothing, ok, page_of, text_query
from gateway.problems import PROBLEM_TYPE
from gateway.reasons import in_words
from gateway.routes.lists import small_page
from gateway.schema import ref, whole
from gateway.views import time_text
from storage.jobs import insert_job
from storage.knowledge import (
    MOST_SOURCES,
    NewSource,
    change_source,
    count_sources,
    delete_source,
    get_source,
    insert_file,
    insert_source,
    list_passages,
    list_sources,
)
from storage.knowledge_search import KnowledgeSearch
from storage.pool import Connection
from storage.searching import Row

KIND = "knowledge_index"
_LONGEST_ANSWER = 1_000
_PASSAGES_PAGE = 100
_SHOWN = ("id", "kind", "name", "format", "question", "active", "state", "error", "bytes", "passages", "created_by")
_uploads = ImportUploads()
_search = KnowledgeSearch()


def _summary(row: Row) -> dict[str, Any]:
    return {
        **{name: row[name] for name in _SHOWN},
        "error_text": in_words(row["error"]),
        "created_at": time_text(row["created_at"]),
        "updated_at": time_text(row["updated_at"]),
    }


async def _known(call: Call) -> Row:
    row = await get_source(call.services.pool, call.company_id, call.path_id("source_id"))
    if row is None:
        raise NotFound
    return row


async def _shown(call: Call, row: Row, status: int = 200) -> Response:
    headers = {"location": f"/api/v1/ai/knowledge/{row['id']}"} if status == 201 else None
    return json_response({**_summary(row), "text": row["content"]}, status, headers)


async def _list(call: Call) -> Response:
    pool, company = call.services.pool, call.company_id
    return await small_page(
        call,
        lambda before, limit: list_sources(pool, company, before, limit),
        lambda: count_sources(pool, company),
        _summary,
    )


async def _get(call: Call) -> Response:
    return await _shown(call, await _known(call))


async def _create(call: Call) -> Response:
    body = call.body
    question = _checked(body["kind"], body.get("question"), body["text"])
    source = NewSource(
        id=call.services.ids.make_uuid(call.services.clock()),
        kind=body["kind"],
        name=body["name"],
        question=question,
        content=body["text"],
        active=body.get("active", True),
        bytes=len(body["text"].encode()),
        created_by=call.actor,
    )
    return await _add(call, source, b"")


async def _upload(call: Call) -> Response:
    async with _uploads.place():
        file = KnowledgeFile(call.query.get("filename", ""))
        await receive(call.request, file)
    source = NewSource(
        id=call.services.ids.make_uuid(call.services.clock()),
        kind="file",
        name=call.query.get("name") or file.filename[:200],
        format=file.format,
        bytes=len(file.data),
        created_by=call.actor,
    )
    return await _add(call, source, file.data)


async def _add(call: Call, source: NewSource, data: bytes) -> Response:
    pool, company_id = call.services.pool, call.company_id
    if await count_sources(pool, company_id) >= MOST_SOURCES:
        raise Conflict(f"a company has at most {MOST_SOURCES} sources of knowledge; delete one first")
    async with pool.acquire() as connection, connection.transaction():
        await insert_source(connection, company_id, source, id_time(source.id))
        await insert_file(connection, company_id, source.id, data)
        await _index(call, connection, source.id, 1)
    row = await get_source(pool, company_id, source.id)
    if row is None:
        raise NotFound
    return await _shown(call, row, 201)


async def _index(call: Call, connection: Connection, source_id: UUID, version: int) -> None:
    params = {"source_id": str(source_id), "version": version}
    job_id = call.services.ids.make_uuid(call.services.clock())
    await insert_job(connection, call.company_id, KIND, params, job_id, created_by=call.actor)


def _checked(kind: str, question: str | None, text: str) -> str | None:
    """Return the question that a source of this kind has.

    Raises:
        FieldProblem: it has one and should not, or the other way round, or the answer is too long.
    """
    if kind != "question":
        if question is not None:
            raise problem("question", "belongs to the kind `question`")
        return None
    if question is None:
        raise problem("question", "is needed")
    if len(text) > _LONGEST_ANSWER:
        raise problem("text", f"must have at most {_LONGEST_ANSWER} characters: it is sent as it is")
    return question


async def _update(call: Call) -> Response:
    body, row = call.body, await _known(call)
    if row["kind"] == "file" and "text" in body:
        raise problem("text", "is the file's: upload another one")
    text = body.get("text", row["content"])
    question = _checked(row["kind"], body.get("question", row["question"]), text or "")
    name = body.get("name", row["name"])
    anew = (name, question, text) != (row["name"], row["question"], row["content"])
    source = NewSource(
        id=row["id"],
        kind=row["kind"],
        name=name,
        question=question,
        content=text,
        active=body.get("active", row["active"]),
        bytes=row["bytes"] if "text" not in body else len(body["text"].encode()),
    )
    async with call.services.pool.acquire() as connection, connection.transaction():
        version = await change_source(connection, call.company_id, source, anew=anew, now=call.now())
        if version is None:
            raise NotFound
        if anew:
            await _index(call, connection, source.id, version)
    return await _get(call)


async def _delete(call: Call) -> Response:
    if not await delete_source(call.services.pool, call.company_id, call.path_id("source_id")):
        raise NotFound
    return Response(status_code=204)


async def _passages(call: Call) -> Response:
    row, after = await _known(call), call.query.get("after", -1)
    rows = await list_passages(call.services.pool, call.company_id, row["id"], after, _PASSAGES_PAGE + 1)
    shown = rows[:_PASSAGES_PAGE]
    following = shown[-1]["position"] if len(rows) > _PASSAGES_PAGE else None
    return json_response({"data": shown, "next_after": following})


async def _ask(call: Call) -> Response:
    question = spelled_out(call.body["question"])
    (vector,) = await call.services.embed([question], True)
    found = await _search.search(call.services.pool, call.company_id, question, vector, call.body.get("limit", 5))
    return json_response(
        {
            "data": [
                {
                    "source_id": one.source_id,
                    "source": one.name,
                    "position": one.position,
                    "text": one.text,
                    "question": one.question,
                    "approved": one.approved,
                    "score": round(one.score, 6),
                    "likeness": round(one.likeness, 4),
                }
                for one in found
            ]
        }
    )


_TAG = "AI"
_PATH = "/ai/knowledge/{source_id}"
_FULL = {409: Answer(f"There are {MOST_SOURCES} already.", ref("Problem"), PROBLEM_TYPE)}

OPERATIONS = (
    Operation(
        name="listKnowledge",
        method="GET",
        path="/ai/knowledge",
        handler=_list,
        summary="Sources of knowledge, newest first",
        tag=_TAG,
        answers=page_of("KnowledgeSourceSummary"),
        query=PAGING,
    ),
    Operation(
        name="createKnowledge",
        method="POST",
        path="/ai/knowledge",
        handler=_create,
        summary="Let the assistant know a text, or a question with its approved answer",
        description=(
            "The text is split into passages and searched by meaning and by words within seconds (`state`: `ready`). "
            "An approved answer may be sent as it is, without any language model."
        ),
        tag=_TAG,
        role="operator",
        body=ref("KnowledgeInput"),
        body_example={
            "kind": "question",
            "name": "Frete",
            "question": "Qual é o prazo de entrega?",
            "text": "O prazo é de 5 a 8 dias úteis depois que o pagamento é aprovado.",
        },
        answers={**ok("KnowledgeSource", "The source, which is being read.", 201), **_FULL},
    ),
    Operation(
        name="uploadKnowledge",
        method="POST",
        path="/ai/knowledge/files",
        handler=_upload,
        summary="Let the assistant know a file: txt, md, pdf or csv",
        description=(
            f"The file as the body, or a form (`multipart/form-data`) whose part `file` holds it; up to "
            f"{MOST_BYTES // 1_048_576} MiB. Each row of a CSV is a passage; columns `pergunta` and `resposta` are "
            "approved answers."
        ),
        tag=_TAG,
        role="operator",
        query=(
            text_query("filename", "Its name, where a form does not tell it; the ending tells the format."),
            text_query("name", "What the source is called; by default the file's name."),
        ),
        uploads=("text/plain", "*/*", "multipart/form-data"),
        limit_s=RECEIVE_S + 60.0,
        answers={
            **ok("KnowledgeSource", "The source, which is being read.", 201),
            **_FULL,
            429: Answer("Other files are being received; come again.", ref("Problem"), PROBLEM_TYPE),
        },
    ),
    Operation(
        name="askKnowledge",
        method="POST",
        path="/ai/knowledge/ask",
        handler=_ask,
        summary="What of the knowledge answers a question: passages, the best first",
        description="Ranked by meaning and by words together. Nothing is sent, and no language model is asked.",
        tag=_TAG,
        body=ref("KnowledgeQuestion"),
        body_example={"question": "quanto tempo demora pra chegar?"},
        answers=ok("KnowledgeFound", "Up to `limit` passages."),
    ),
    Operation(
        name="getKnowledge",
        method="GET",
        path=_PATH,
        handler=_get,
        summary="One source with its text",
        tag=_TAG,
        answers=ok("KnowledgeSource", "The source."),
    ),
    Operation(
        name="listKnowledgePassages",
        method="GET",
        path=_PATH + "/passages",
        handler=_passages,
        summary="The passages that a source was split into, in its order",
        tag=_TAG,
        query=(Query("after", "whole", "The position behind which to begin (`next_after`).", whole(0, 5_000)),),
        answers=ok("KnowledgePassages", "Up to 100 passages."),
    ),
    Operation(
        name="updateKnowledge",
        method="PATCH",
        path=_PATH,
        handler=_update,
        summary="Change a source; until it is read anew, what it said before answers",
        tag=_TAG,
        role="operator",
        body=ref("KnowledgeChange"),
        body_example={"active": False},
        answers=ok("KnowledgeSource", "The source as it is now."),
    ),
    Operation(
        name="deleteKnowledge",
        method="DELETE",
        path=_PATH,
        handler=_delete,
        summary="Remove a source; nothing is answered from it any more",
        tag=_TAG,
        role="operator",
        answers=nothing(),
    ),
)
