"""Routes of lists of contacts and of tags."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from starlette.responses import Response

from engine.contacts import read_tags
from engine.errors import FieldProblem, NotFound
from engine.ids import id_time
from engine.pagination import COUNT_CAP
from engine.problems import Problems
from gateway.calls import Call, json_response
from gateway.contact_views import list_view, tag_view
from gateway.operations import PAGING, Answer, Operation, Query, nothing, ok, page_of
from gateway.problems import PROBLEM_TYPE
from gateway.routes.lists import small_page
from gateway.schema import ref, text
from storage.contact_lists import (
    add_to_list,
    count_contact_lists,
    delete_contact_list,
    get_contact_list,
    insert_contact_list,
    list_contact_lists,
    remove_from_list,
    update_contact_list,
)
from storage.contacts import list_tags, tag_contacts, untag_contacts

_MOST_TAGS = 1_000


async def _list(call: Call) -> Response:
    pool, company = call.services.pool, call.company_id
    return await small_page(
        call,
        lambda before, limit: list_contact_lists(pool, company, before, limit),
        lambda: count_contact_lists(pool, company),
        list_view,
    )


async def _shown(call: Call, list_id: UUID, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    row = await get_contact_list(call.services.pool, call.company_id, list_id)
    if row is None:
        raise NotFound
    return json_response(list_view(row), status, headers)


async def _get(call: Call) -> Response:
    return await _shown(call, call.path_id("list_id"))


async def _create(call: Call) -> Response:
    list_id = call.services.ids.make_uuid(call.services.clock())
    name, description = call.body["name"].strip(), call.body.get("description", "")
    await insert_contact_list(call.services.pool, call.company_id, list_id, name, description, id_time(list_id))
    return await _shown(call, list_id, 201, {"location": f"/api/v1/lists/{list_id}"})


async def _update(call: Call) -> Response:
    list_id, body = call.path_id("list_id"), call.body
    name = body["name"].strip() if "name" in body else None
    if not await update_contact_list(
        call.services.pool, call.company_id, list_id, name, body.get("description"), call.now()
    ):
        raise NotFound
    return await _shown(call, list_id)


async def _delete(call: Call) -> Response:
    if not await delete_contact_list(call.services.pool, call.company_id, call.path_id("list_id")):
        raise NotFound
    return Response(status_code=204)


async def _add_members(call: Call) -> Response:
    return await _members(call, adding=True)


async def _remove_members(call: Call) -> Response:
    return await _members(call, adding=False)


async def _members(call: Call, *, adding: bool) -> Response:
    list_id, company = call.path_id("list_id"), call.company_id
    if await get_contact_list(call.services.pool, company, list_id) is None:
        raise NotFound
    ids = [UUID(text) for text in call.body["ids"]]
    async with call.services.pool.acquire() as connection, connection.transaction():
        if adding:
            changed = await add_to_list(connection, company, list_id, ids, call.actor)
        else:
            changed = await remove_from_list(connection, company, list_id, ids)
    return json_response({"changed": changed})


async def _list_tags(call: Call) -> Response:
    rows = await list_tags(call.services.pool, call.company_id, call.query.get("after", ""), _MOST_TAGS + 1)
    shown = [tag_view(row) for row in rows[:_MOST_TAGS]]
    return json_response({"data": shown, "more": len(rows) > _MOST_TAGS})


async def _add_tags(call: Call) -> Response:
    return await _tagging(call, adding=True)


async def _remove_tags(call: Call) -> Response:
    return await _tagging(call, adding=False)


async def _tagging(call: Call, *, adding: bool) -> Response:
    problems = Problems()
    tags = read_tags(problems, "tags", call.body["tags"])
    if problems.found:
        raise FieldProblem(problems.found)
    ids = [UUID(text) for text in call.body["ids"]]
    change = tag_contacts if adding else untag_contacts
    async with call.services.pool.acquire() as connection, connection.transaction():
        changed = await change(connection, call.company_id, ids, tags)
    return json_response({"changed": changed})


_LISTS, _TAGS = "Lists", "Tags"
_CONFLICT: dict[int, Answer] = {409: Answer("There is a list of this name.", ref("Problem"), PROBLEM_TYPE)}
_IDS: dict[str, Any] = {"ids": ["0199f000-0000-7000-8000-00000000c001"]}

OPERATIONS = (
    Operation(
        name="listContactLists",
        method="GET",
        path="/lists",
        handler=_list,
        summary="Lists of contacts, newest first",
        tag=_LISTS,
        answers=page_of("ContactList"),
        query=PAGING,
    ),
    Operation(
        name="createContactList",
        method="POST",
        path="/lists",
        handler=_create,
        summary="Make a list of contacts",
        tag=_LISTS,
        role="operator",
        body=ref("ContactListInput"),
        body_example={"name": "Compradores de janeiro"},
        answers={**ok("ContactList", "The list.", 201), **_CONFLICT},
    ),
    Operation(
        name="getContactList",
        method="GET",
        path="/lists/{list_id}",
        handler=_get,
        summary="One list",
        tag=_LISTS,
        answers=ok("ContactList", "The list."),
    ),
    *(
        Operation(
            name=name,
            method=method,
            path="/lists/{list_id}",
            handler=_update,
            summary="Change a list",
            tag=_LISTS,
            role="operator",
            body=ref("ContactListChange"),
            body_example={"name": "Compradores de fevereiro"},
            answers={**ok("ContactList", "The list as it is now."), **_CONFLICT},
        )
        for name, method in (("updateContactList", "PATCH"), ("replaceContactList", "PUT"))
    ),
    Operation(
        name="deleteContactList",
        method="DELETE",
        path="/lists/{list_id}",
        handler=_delete,
        summary="Remove a list; its contacts stay",
        tag=_LISTS,
        role="operator",
        answers=nothing(),
    ),
    Operation(
        name="addListMembers",
        method="POST",
        path="/lists/{list_id}/members",
        handler=_add_members,
        summary="Put contacts into a list",
        description="Those that are in it already, and ids that are no contacts, change nothing.",
        tag=_LISTS,
        role="operator",
        body=ref("Members"),
        body_example=_IDS,
        answers=ok("Changed", "How many are new in it."),
    ),
    Operation(
        name="removeListMembers",
        method="POST",
        path="/lists/{list_id}/members/remove",
        handler=_remove_members,
        summary="Take contacts out of a list",
        tag=_LISTS,
        role="operator",
        body=ref("Members"),
        body_example=_IDS,
        answers=ok("Changed", "How many were in it."),
    ),
    Operation(
        name="listTags",
        method="GET",
        path="/tags",
        handler=_list_tags,
        summary=f"Tags by name, each with how many contacts have it (up to {COUNT_CAP:,})",
        tag=_TAGS,
        answers=ok("Tags", f"At most {_MOST_TAGS:,}; `more` says whether there are others behind the last one."),
        query=(Query("after", "text", "The tag that the page begins behind.", text(60)),),
    ),
    Operation(
        name="addTags",
        method="POST",
        path="/tags/add",
        handler=_add_tags,
        summary="Add tags to contacts",
        tag=_TAGS,
        role="operator",
        body=ref("Tagging"),
        body_example={**_IDS, "tags": ["vip"]},
        answers=ok("Changed", "How many tags are new."),
    ),
    Operation(
        name="removeTags",
        method="POST",
        path="/tags/remove",
        handler=_remove_tags,
        summary="Take tags off contacts",
        tag=_TAGS,
        role="operator",
        body=ref("Tagging"),
        body_example={**_IDS, "tags": ["vip"]},
        answers=ok("Changed", "How many tags there were."),
    ),
)
