"""Routes of contacts and of what they agreed to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import orjson
from starlette.responses import Response

from engine.contacts import MAX_FIELDS_BYTES, check_fields, read_tags
from engine.errors import FieldProblem, NotFound
from engine.masking import mask_document
from engine.phones import normalise_typed
from engine.problems import Problems
from engine.search_words import search_words
from engine.texts import clean
from engine.times import parse_time
from gateway.calls import Call, json_response
from gateway.contact_views import consent_view, contact_view
from gateway.operations import (
    PAGING,
    TIME_RANGE,
    Answer,
    Operation,
    Query,
    flag_query,
    id_query,
    nothing,
    ok,
    page_of,
    text_query,
)
from gateway.problems import PROBLEM_TYPE
from gateway.routes.lists import large_page, small_page
from gateway.schema import ref, text
from storage.contact_search import ContactFilter, count_contacts, list_contacts
from storage.contacts import (
    Consent,
    ContactChange,
    add_consent,
    count_consents,
    delete_contacts,
    get_contact,
    insert_contact,
    list_consents,
    lock_contact,
    set_tags,
    update_contact,
)
from storage.searching import Row


def contact_filter(query: dict[str, Any]) -> ContactFilter:
    """Read the filter.

    Raises:
        FieldProblem: names a parameter that finds nothing.
    """
    q = query.get("q")
    words = None if q is None else search_words(q)
    phone = query.get("phone")
    if q is not None and phone is None and (typed := normalise_typed(q)):
        words, phone = None, typed
    if words == ():
        raise FieldProblem([{"field": "q", "reason": "must hold a letter or a digit"}])
    return ContactFilter(
        tag=_tag(query),
        list_id=query.get("list_id"),
        opted_out=query.get("opted_out"),
        phone=phone,
        words=words,
    )


async def _list(call: Call) -> Response:
    return await large_page(call, contact_filter(call.query), list_contacts, count_contacts, contact_view)


def _tag(query: dict[str, Any]) -> str | None:
    if "tag" not in query:
        return None
    problems = Problems()
    found = read_tags(problems, "tag", [query["tag"]])
    if problems.found:
        raise FieldProblem([{"field": "tag", "reason": problems.found[0]["reason"]}])
    return found[0]


async def _contact(call: Call, contact_id: UUID) -> Row:
    row = await get_contact(call.services.pool, call.company_id, contact_id)
    if row is None:
        raise NotFound
    return row


async def _get(call: Call) -> Response:
    return json_response(contact_view(await _contact(call, call.path_id("contact_id"))))


_NOBODY = ContactChange(None, None, None, None, {})


def _changed(known: ContactChange, body: Mapping[str, Any]) -> tuple[ContactChange, list[str] | None]:
    """Return a contact with a body's values, and its tags where they are given.

    Raises:
        FieldProblem: names everything that is wrong.
    """
    problems = Problems()
    given = body.get("fields", {})
    check_fields(problems, "fields", given)
    fields = {name: value for name, value in {**known.fields, **given}.items() if value is not None}
    if len(orjson.dumps(fields)) > MAX_FIELDS_BYTES:
        problems.add("fields", f"must have at most {MAX_FIELDS_BYTES} bytes in all")
    tags = read_tags(problems, "tags", body["tags"]) if "tags" in body else None
    phone = normalise_typed(body["phone"]) if "phone" in body else known.phone
    if "phone" in body and phone is None:
        problems.add("phone", "must be a phone number such as +5511900000000")
    if problems.found:
        raise FieldProblem(problems.found)
    name, email, document = (
        _text(body[column]) if column in body else getattr(known, column) for column in ("name", "email", "document")
    )
    if known.document is not None and document == mask_document(known.document):
        document = known.document  # sent back as it was shown
    return ContactChange(phone, name, email, document, fields), tags


def _text(value: str | None) -> str | None:
    return None if value is None else clean(" ".join(value.split())) or None


async def _create(call: Call) -> Response:
    new, tags = _changed(_NOBODY, call.body)
    contact_id = call.services.ids.make_uuid(call.services.clock())
    async with call.services.pool.acquire() as connection, connection.transaction():
        await insert_contact(connection, call.company_id, contact_id, new)
        if tags:
            await set_tags(connection, call.company_id, contact_id, tags)
    row = await _contact(call, contact_id)
    return json_response(contact_view(row), 201, {"location": f"/api/v1/contacts/{contact_id}"})


async def _update(call: Call) -> Response:
    contact_id = call.path_id("contact_id")
    async with call.services.pool.acquire() as connection, connection.transaction():
        known = await lock_contact(connection, call.company_id, contact_id)
        if known is None:
            raise NotFound
        changed, tags = _changed(known, call.body)
        await update_contact(connection, call.company_id, contact_id, changed, call.now())
        if tags is not None:
            await set_tags(connection, call.company_id, contact_id, tags)
    return json_response(contact_view(await _contact(call, contact_id)))


async def _delete(call: Call) -> Response:
    if not await delete_contacts(call.services.pool, call.company_id, [call.path_id("contact_id")]):
        raise NotFound
    return Response(status_code=204)


async def _list_consents(call: Call) -> Response:
    contact_id, pool, company = call.path_id("contact_id"), call.services.pool, call.company_id
    await _contact(call, contact_id)
    return await small_page(
        call,
        lambda before, limit: list_consents(pool, company, contact_id, before.id, limit),
        lambda: count_consents(pool, company, contact_id),
        consent_view,
    )


async def _add_consent(call: Call) -> Response:
    contact_id, body = call.path_id("contact_id"), call.body
    at = parse_time(body["at"]) if "at" in body else call.now()
    if at is None or at > call.now():
        raise FieldProblem([{"field": "at", "reason": "must not be in the future"}])
    consent_id = call.services.ids.make_uuid(call.services.clock())
    consent = Consent(
        body.get("purpose", "marketing"), body["granted"], body["source"], body.get("note"), at, call.actor
    )
    if not await add_consent(call.services.pool, call.company_id, contact_id, consent_id, consent):
        raise NotFound
    [row] = await list_consents(call.services.pool, call.company_id, contact_id, UUID(int=consent_id.int + 1), 1)
    return json_response(consent_view(row), 201)


_TAG = "Contacts"
_CONFLICT = {409: Answer("There is a contact of this phone.", ref("Problem"), PROBLEM_TYPE)}

FILTERS = (
    text_query("q", "Words, or a phone."),
    Query("phone", "phone", "Anything that can be read as a phone.", text(64)),
    text_query("tag", "A tag that they have."),
    id_query("list_id", "A list that they are in."),
    flag_query("opted_out", "Whether they want no messages at all."),
)

OPERATIONS = (
    Operation(
        name="listContacts",
        method="GET",
        path="/contacts",
        handler=_list,
        summary="Contacts, newest first",
        description=(
            "`q` finds the beginnings of words of name, e-mail and document, whatever their accents, or a phone. A "
            "filter that has no index looks through a bounded number of the newest contacts: the page may then be "
            "short, or even empty, and `next_cursor` goes on from there."
        ),
        tag=_TAG,
        answers=page_of("Contact"),
        query=(*FILTERS, *TIME_RANGE, *PAGING),
    ),
    Operation(
        name="createContact",
        method="POST",
        path="/contacts",
        handler=_create,
        summary="Make a contact",
        tag=_TAG,
        role="operator",
        body=ref("ContactInput"),
        body_example={
            "phone": "+5511900000000",
            "name": "Cliente Exemplo",
            "fields": {"plano": "anual"},
            "tags": ["vip"],
        },
        answers={**ok("Contact", "The contact.", 201), **_CONFLICT},
    ),
    Operation(
        name="getContact",
        method="GET",
        path="/contacts/{contact_id}",
        handler=_get,
        summary="One contact",
        tag=_TAG,
        answers=ok("Contact", "The contact."),
    ),
    *(
        Operation(
            name=name,
            method=method,
            path="/contacts/{contact_id}",
            handler=_update,
            summary="Change a contact",
            description="What is left out stays as it is.",
            tag=_TAG,
            role="operator",
            body=ref("ContactChange"),
            body_example={"fields": {"plano": "mensal"}, "tags": ["vip", "recorrente"]},
            answers={**ok("Contact", "The contact as it is now."), **_CONFLICT},
        )
        for name, method in (("updateContact", "PATCH"), ("replaceContact", "PUT"))
    ),
    Operation(
        name="deleteContact",
        method="DELETE",
        path="/contacts/{contact_id}",
        handler=_delete,
        summary="Remove a contact from the book",
        description=(
            "Its tags, lists and consents go with it; events and messages stay, an opt-out too, and the person's next "
            "event makes a contact again."
        ),
        tag=_TAG,
        role="operator",
        answers=nothing(),
    ),
    Operation(
        name="listConsents",
        method="GET",
        path="/contacts/{contact_id}/consents",
        handler=_list_consents,
        summary="What a contact agreed to, newest first",
        tag=_TAG,
        answers=page_of("Consent"),
        query=PAGING,
    ),
    Operation(
        name="addConsent",
        method="POST",
        path="/contacts/{contact_id}/consents",
        handler=_add_consent,
        summary="Note a consent, or that it was withdrawn",
        description="Nothing is ever overwritten: the newest word of a purpose counts.",
        tag=_TAG,
        role="operator",
        body=ref("ConsentInput"),
        body_example={"purpose": "marketing", "granted": True, "source": "checkout", "at": "2026-01-31T12:00:00Z"},
        answers=ok("Consent", "It is noted.", 201),
    ),
)
