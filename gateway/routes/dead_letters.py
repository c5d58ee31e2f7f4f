"""Routes of dead letters: what could not be processed or sent, by class, with advice; retried or discarded in bulk."""

from __future__ import annotations

from functools import partial

from starlette.responses import Response

from engine.dead_letters import advice_of, class_words
from engine.errors import NotFound
from engine.pagination import COUNT_CAP, NEWEST, OLDEST, Columns
from gateway.bulk import BulkAction, answer_bulk, bulk_answers, bulk_schema
from gateway.calls import Call, json_response
from gateway.operations import (
    PAGING,
    TIME_RANGE,
    Operation,
    choice_query,
    flag_query,
    id_query,
    ok,
    page_of,
    text_query,
)
from gateway.reasons import in_words
from gateway.routes.lists import shown_page
from gateway.schema import choice, identifier, moment, record, text
from gateway.views import attempt_view, dead_letter_view, event_view, message_view, time_text
from storage.dead_letters import (
    DeadLetterFilter,
    count_dead_letters,
    get_dead_letter,
    list_dead_letters,
    summarise,
)
from storage.events import show_event
from storage.messages import find_messages, get_message, list_attempts
from storage.searching import Row

_RETRY = BulkAction(name="dead_letter_retry", job_kind="dead_letter_retry", counting_kind="dead_letter_retry_preview")
_DISCARD = BulkAction(
    name="dead_letter_discard", job_kind="dead_letter_discard", counting_kind="dead_letter_discard_preview"
)
_FILTER = record(
    {
        "kind": choice("message", "event"),
        "class": text(50),
        "code": text(50),
        "from": moment(),
        "to": moment(),
        "session_id": identifier(),
        "campaign_id": identifier(),
        "rule_id": identifier(),
    },
    description="Open dead letters that are all of this; {} means all of them.",
)


async def _list(call: Call) -> Response:
    query = call.query
    wanted = DeadLetterFilter(
        kind=query.get("kind"),
        error_class=query.get("class"),
        code=query.get("code"),
        session_id=query.get("session_id"),
        campaign_id=query.get("campaign_id"),
        rule_id=query.get("rule_id"),
        resolved=query.get("resolved"),
    )
    page = await list_dead_letters(call.services.pool, call.company_id, wanted, call.range)
    ids = [row["message_id"] for row in page.rows if row["message_id"] is not None]
    messages = await find_messages(call.services.pool, call.company_id, ids) if ids else {}
    return await shown_page(
        call,
        page,
        wanted,
        count_dead_letters,
        lambda row: {**dead_letter_view(row), **_target(messages.get(row["message_id"]))},
    )


def _target(message: Columns | None) -> dict[str, object]:
    """Return whom a letter's message was for, and its last attempt; both None where it is an event's, or gone."""
    if message is None:
        return {"to": None, "attempt": None}
    return {"to": message["to_phone"] or None, "attempt": message["attempt"]}


async def _get(call: Call) -> Response:
    pool, company = call.services.pool, call.company_id
    row = await get_dead_letter(pool, company, call.path_id("dead_letter_id"))
    if row is None:
        raise NotFound
    message = None if row["message_id"] is None else await get_message(pool, company, row["message_id"])
    event = None if row["event_id"] is None else await show_event(pool, company, row["event_id"])
    shown = None
    if message is not None:
        attempts = await list_attempts(pool, company, row["message_id"])
        shown = {**message_view(message), "attempts": [attempt_view(attempt) for attempt in attempts]}
    return json_response(
        {
            **dead_letter_view(row),
            **_target(message),
            "message": shown,
            "event": None if event is None else event_view(event),
        }
    )


async def _summary(call: Call) -> Response:
    since, until = call.query.get("from", OLDEST), call.query.get("to", NEWEST.created_at)
    rows = await summarise(call.services.pool, call.company_id, since, until, COUNT_CAP + 1)
    count = sum(row["letters"] for row in rows)
    return json_response(
        {
            "count": min(count, COUNT_CAP),
            "count_capped": count > COUNT_CAP,
            "classes": [_class_view(row) for row in rows],
        }
    )


def _class_view(row: Row) -> dict[str, object]:
    reason = f"whatsapp_{row['code']}"
    return {
        "kind": row["kind"],
        "class": row["class"],
        "class_text": class_words(row["class"]),
        "code": row["code"],
        "code_text": None if row["code"] is None else in_words(reason),
        "advice": advice_of(row["class"], row["code"], reason),
        "count": row["letters"],
        "oldest_at": time_text(row["oldest_at"]),
        "newest_at": time_text(row["newest_at"]),
    }


_TAG = "Dead letters"
_BULK_TEXT = (
    "Two calls. `{filter}` (or `ids`, at most 1,000) with `preview: true` counts and changes nothing; "
    "`{preview_id}` runs what that showed, as a job, and never more. "
)

OPERATIONS = (
    Operation(
        name="listDeadLetters",
        method="GET",
        path="/dead-letters",
        handler=_list,
        summary="What could not be processed or sent, newest first",
        description="With `resolved=false` what nobody has dealt with yet.",
        tag=_TAG,
        answers=page_of("DeadLetter"),
        query=(
            *TIME_RANGE,
            choice_query("kind", "A message or an event.", "message", "event"),
            text_query("class", "The class of its error, such as `permanent`."),
            text_query("code", "WhatsApp's error code, such as `131026`."),
            id_query("session_id", "The WhatsApp number."),
            id_query("campaign_id", "The campaign of its message."),
            id_query("rule_id", "The rule that made its message."),
            flag_query("resolved", "Whether somebody has dealt with it."),
            *PAGING,
        ),
    ),
    Operation(
        name="summariseDeadLetters",
        method="GET",
        path="/dead-letters/summary",
        handler=_summary,
        summary="Open dead letters by class and code, with what to do about each",
        tag=_TAG,
        answers=ok("DeadLetterSummary", "The classes, the commonest first."),
        query=TIME_RANGE,
    ),
    Operation(
        name="getDeadLetter",
        method="GET",
        path="/dead-letters/{dead_letter_id}",
        handler=_get,
        summary="One dead letter with its payload and every attempt",
        tag=_TAG,
        answers=ok("DeadLetterDetail", "The dead letter."),
    ),
    Operation(
        name="retryDeadLetters",
        method="POST",
        path="/dead-letters/retry",
        handler=partial(answer_bulk, action=_RETRY),
        summary="Try dead letters again: one, many, or all that match",
        description=_BULK_TEXT
        + "A message goes as a new one that names the old (`retry_of`); one that was accepted after all, or whose "
        "person, template or number is out, is left alone and counted with the reason. An event's bytes are read "
        "again; what can be read now comes in as a new event (`replay_of`).",
        tag=_TAG,
        role="operator",
        body=bulk_schema(_FILTER),
        body_example={"filter": {"class": "transient"}, "preview": True},
        answers=bulk_answers("Retry"),
    ),
    Operation(
        name="discardDeadLetters",
        method="POST",
        path="/dead-letters/discard",
        handler=partial(answer_bulk, action=_DISCARD),
        summary="Discard dead letters: nothing more is to be done about them",
        description=_BULK_TEXT + "They stay in the list, with `resolution: discarded`.",
        tag=_TAG,
        role="operator",
        body=bulk_schema(_FILTER),
        body_example={"ids": ["0199f000-0000-7000-8000-0000000000d2"], "preview": True},
        answers=bulk_answers("Discard"),
    ),
)
