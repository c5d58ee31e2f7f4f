"""Routes of conversations: the inbox's list, one conversation, and in whose hands it is."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from starlette.responses import Response

from engine.conversations import STATES, changed
from engine.errors import Conflict, FieldProblem, NotFound
from engine.metrics import Delta
from engine.pagination import COUNT_CAP
from engine.user_ids import read_address
from gateway.answering import hands_of, keep_hands, user_of
from gateway.calls import Call, json_response, page_response
from gateway.conversation_views import conversation_view, offered_view
from gateway.operations import PAGING, Answer, Operation, choice_query, flag_query, id_query, ok, page_of, text_query
from gateway.problems import PROBLEM_TYPE
from gateway.schema import ref
from storage.conversation_lists import (
    ConversationFilter,
    Order,
    count_conversations,
    list_conversations,
    list_offered_templates,
    show_conversation,
    summarise,
)
from storage.conversations import lock_conversation, mark_read
from storage.members import get_member
from storage.message_changes import count as count_transitions
from storage.pool import Connection
from storage.searching import Row

ME, NOBODY = "me", "nobody"


async def conversation_of(call: Call) -> Row:
    """Return the conversation that the path names.

    Raises:
        NotFound: the company has none such.
    """
    row = await show_conversation(call.services.pool, call.company_id, call.path_id("conversation_id"))
    if row is None:
        raise NotFound
    return row


async def _list(call: Call) -> Response:
    wanted, pool, company = _filter(call), call.services.pool, call.company_id
    order: Order = "waiting" if call.query.get("order") == "waiting" else "recent"
    if order == "waiting":
        wanted = wanted._replace(waiting=True)
    page = await list_conversations(pool, company, wanted, order, call.query.get("cursor"), call.range.limit)
    count = await call.services.counts.of(
        ("conversations", company, wanted), lambda most: count_conversations(pool, company, wanted, most)
    )
    now = call.now()
    return page_response([conversation_view(row, now) for row in page.rows], page.next, count)


def _filter(call: Call) -> ConversationFilter:
    query = call.query
    given = {name: query.get(name) for name in ("state", "session_id", "intent")}
    for name in ("unread", "waiting"):
        given[name] = query.get(name) or None
    assignee: str | None = query.get("assignee_id")
    if assignee == NOBODY:
        given["unassigned"] = True
    elif assignee is not None:
        given["assignee_id"] = _assignee(call, assignee)
    if (words := query.get("q", "").strip()) != "":
        # A whole number only: who is shown numbers masked must not find them digit by digit.
        phone = read_address(words)
        given |= {"words": words.lower()} if phone is None else {"phone": phone}
    return ConversationFilter(**given)


def _assignee(call: Call, given: str) -> UUID:
    if given != ME:
        try:
            return UUID(given)
        except ValueError:
            reason = f"must be an id, `{ME}` or `{NOBODY}`"
            raise FieldProblem([{"field": "assignee_id", "reason": reason}]) from None
    who = user_of(call)
    if who is None:
        raise FieldProblem([{"field": "assignee_id", "reason": f"cannot be `{ME}`: a key has no conversations"}])
    return who


async def _summary(call: Call) -> Response:
    counts = await summarise(call.services.pool, call.company_id)
    shown = {name: min(number, COUNT_CAP) for name, number in counts.items()}
    return json_response({**shown, "capped": any(number > COUNT_CAP for number in counts.values())})


async def _get(call: Call) -> Response:
    return await _shown(call, await conversation_of(call))


async def _shown(call: Call, row: Row) -> Response:
    shown, offered = conversation_view(row, call.now()), []
    if not shown["window"]["open"]:
        offered = await list_offered_templates(call.services.pool, call.company_id)
    return json_response({**shown, "offered_templates": [offered_view(template) for template in offered]})


async def _update(call: Call) -> Response:
    wanted: dict[str, Any] = dict(call.body)
    version = wanted.pop("version", None)
    if "ai_off_reason" in wanted and wanted.get("ai_on", True):
        raise FieldProblem([{"field": "ai_off_reason", "reason": "goes only with ai_on false"}])
    company = call.company_id

    async def work(connection: Connection, delta: Delta) -> None:
        held = await lock_conversation(connection, company, call.path_id("conversation_id"))
        if held is None:
            raise NotFound
        if version is not None and version != held["version"]:
            raise Conflict("somebody has changed the conversation meanwhile: read it again")
        if wanted.get("assignee_id") is not None:
            wanted["assignee_id"] = UUID(wanted["assignee_id"])
            if await get_member(connection, company, wanted["assignee_id"]) is None:
                raise FieldProblem([{"field": "assignee_id", "reason": "is nobody of this company"}])
        before = hands_of(held)
        after = changed(before, wanted, user_of(call))
        if after != before:
            count_transitions(delta, await keep_hands(call, connection, held, after))

    await call.services.ledger.write(work)
    return await _get(call)


async def _read(call: Call) -> Response:
    row = await conversation_of(call)
    seen = call.body.get("last_event_id")
    upto = None if seen is None else UUID(seen)
    await mark_read(call.services.pool, call.company_id, row["id"], upto, call.now())
    return await _get(call)


_TAG = "Conversations"
ORDERS = ("recent", "waiting")

OPERATIONS = (
    Operation(
        name="listConversations",
        method="GET",
        path="/conversations",
        handler=_list,
        summary="Conversations: the last active first, or who waits longest",
        description=(
            "A conversation is a number of yours and a person who has written to it. `order=waiting` lists only those "
            "that wait for an answer. A filter looks through a bounded number of them: the page may then be short, or "
            "even empty, and `next_cursor` goes on from there."
        ),
        tag=_TAG,
        answers=page_of("Conversation"),
        query=(
            choice_query("state", "Where it stands.", *STATES),
            text_query("assignee_id", f"Whose it is: an id, `{ME}` or `{NOBODY}`."),
            id_query("session_id", "The WhatsApp number."),
            flag_query("unread", "Only those with something unread."),
            flag_query("waiting", "Only those that wait for an answer."),
            text_query("intent", "What the last understood message was about."),
            text_query("q", "Part of the person's name, or a whole phone number."),
            choice_query("order", "`recent` (the default) or `waiting`.", *ORDERS),
            *PAGING,
        ),
    ),
    Operation(
        name="getConversationCounts",
        method="GET",
        path="/conversations/summary",
        handler=_summary,
        summary="How many conversations are open, unread, and wait for an answer",
        tag=_TAG,
        answers=ok("ConversationCounts", "Up to 10,000 of each."),
    ),
    Operation(
        name="getConversation",
        method="GET",
        path="/conversations/{conversation_id}",
        handler=_get,
        summary="One conversation, its 24-hour window, and what may be sent when that is closed",
        tag=_TAG,
        answers=ok("ConversationDetail", "The conversation."),
    ),
    Operation(
        name="updateConversation",
        method="PATCH",
        path="/conversations/{conversation_id}",
        handler=_update,
        summary="Assign, set aside, close or reopen a conversation; take it over from AI or give it back",
        description=(
            "Whoever takes it over (`ai_on` false) has it, unless it is somebody's. Setting it aside or closing it "
            "ends the waiting; the person's next message opens it again. In a closed one AI answers again, unless it "
            "was switched off (`ai_off_reason`)."
        ),
        tag=_TAG,
        role="operator",
        body=ref("ConversationChange"),
        body_example={"ai_on": False, "state": "open"},
        answers={
            **ok("ConversationDetail", "The conversation as it is now."),
            409: Answer("Somebody has changed it meanwhile.", ref("Problem"), PROBLEM_TYPE),
        },
    ),
    Operation(
        name="readConversation",
        method="POST",
        path="/conversations/{conversation_id}/read",
        handler=_read,
        summary="Mark a conversation as read, for the whole company",
        description="With `last_event_id` only if nothing has come in since.",
        tag=_TAG,
        role="operator",
        body=ref("ConversationRead"),
        body_optional=True,
        body_example={},
        answers=ok("ConversationDetail", "The conversation as it is now."),
    ),
)
