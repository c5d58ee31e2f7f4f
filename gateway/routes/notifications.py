"""Routes of notifications: what a company's people should know, and whether they have seen it."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from engine.errors import NotFound
from engine.times import rfc3339
from gateway.calls import Call, json_response
from gateway.operations import PAGING, Operation, flag_query, ok, page_of
from gateway.routes.lists import small_page
from gateway.views import stored_json, time_text
from storage.notifications import count_notifications, get_notification, list_notifications, mark_read
from storage.searching import Row


def notification_view(row: Row) -> dict[str, Any]:
    """Return a notification as clients see it."""
    return {
        "id": row["id"],
        "kind": row["kind"],
        "severity": row["severity"],
        "title": {"pt": row["title_pt"], "en": row["title_en"]},
        "data": stored_json(row["data"]),
        "created_at": rfc3339(row["created_at"]),
        "read_at": time_text(row["read_at"]),
    }


async def _list(call: Call) -> Response:
    pool, company, unread = call.services.pool, call.company_id, bool(call.query.get("unread"))
    return await small_page(
        call,
        lambda before, limit: list_notifications(pool, company, before, limit, unread=unread),
        lambda: count_notifications(pool, company, unread=unread),
        notification_view,
    )


async def _read(call: Call) -> Response:
    notice_id = call.path_id("notification_id")
    await mark_read(call.services.pool, call.company_id, call.now(), notice_id=notice_id)
    row = await get_notification(call.services.pool, call.company_id, notice_id)
    if row is None:
        raise NotFound
    return json_response(notification_view(row))


async def _read_all(call: Call) -> Response:
    marked = await mark_read(call.services.pool, call.company_id, call.now(), upto=call.now())
    return json_response({"marked": marked})


_TAG = "Notifications"

OPERATIONS = (
    Operation(
        name="listNotifications",
        method="GET",
        path="/notifications",
        handler=_list,
        summary="What a company's people should know, newest first",
        tag=_TAG,
        answers=page_of("Notification"),
        query=(flag_query("unread", "Only what nobody has read."), *PAGING),
    ),
    Operation(
        name="readNotification",
        method="POST",
        path="/notifications/{notification_id}/read",
        handler=_read,
        summary="Mark a notification as read, for the whole company",
        tag=_TAG,
        answers=ok("Notification", "It is read."),
    ),
    Operation(
        name="readAllNotifications",
        method="POST",
        path="/notifications/read-all",
        handler=_read_all,
        summary="Mark everything up to now as read",
        tag=_TAG,
        answers=ok("NotificationsRead", "How many were not yet."),
    ),
)
