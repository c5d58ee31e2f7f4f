"""Routes of companies and API keys."""

from __future__ import annotations

from zoneinfo import available_timezones

import orjson
from starlette.responses import Response

from engine.credentials import hash_token, make_api_key, shown_prefix
from engine.errors import FieldProblem, NotFound
from engine.ids import id_time
from gateway.calls import Call, json_response
from gateway.components.companies import QUIET_HOURS
from gateway.operations import PAGING, Operation, ok, page_of
from gateway.routes.lists import small_page
from gateway.schema import choice, items, record, text
from gateway.scopes import SCOPES
from gateway.views import api_key_view, company_view
from storage.api_keys import count_api_keys, get_api_key, insert_api_key, list_api_keys, revoke_api_key
from storage.companies import count_companies, get_company, insert_company, list_companies, update_company


async def _list(call: Call) -> Response:
    pool = call.services.pool
    return await small_page(
        call,
        lambda before, limit: list_companies(pool, before, limit),
        lambda: count_companies(pool),
        company_view,
    )


async def _create(call: Call) -> Response:
    """Make a company and its first key, an owner's."""
    zone = call.body.get("time_zone", call.services.settings.time_zone)
    _check_zone(zone)
    services = call.services
    company_id = services.ids.make_uuid(services.clock())
    await insert_company(services.pool, company_id, call.body["name"], zone, id_time(company_id))
    key_id, key = services.ids.make_uuid(services.clock()), make_api_key()
    await insert_api_key(
        services.pool,
        key_id=key_id,
        company_id=company_id,
        name="owner",
        prefix=shown_prefix(key),
        key_hash=hash_token(key),
        role="owner",
        created_at=id_time(key_id),
    )
    row = await get_company(services.pool, company_id)
    if row is None:
        raise NotFound
    return json_response({**company_view(row), "api_key": key}, 201)


def _check_zone(zone: str) -> None:
    if zone not in available_timezones():
        raise FieldProblem([{"field": "time_zone", "reason": "must be an IANA name such as America/Sao_Paulo"}])


async def _get(call: Call) -> Response:
    row = await get_company(call.services.pool, call.company_id)
    if row is None:
        raise NotFound
    return json_response(company_view(row))


async def _change(call: Call) -> Response:
    body = call.body
    if "time_zone" in body:
        _check_zone(body["time_zone"])
    quiet = body.get("quiet_hours")
    if quiet is not None and quiet["from"] == quiet["to"]:
        raise FieldProblem([{"field": "quiet_hours.to", "reason": "must be another time than from"}])
    row = await update_company(
        call.services.pool,
        call.company_id,
        name=body.get("name"),
        time_zone=body.get("time_zone"),
        quiet_hours=None if quiet is None else orjson.dumps({"transactional": False, **quiet}).decode(),
        sets_quiet_hours="quiet_hours" in body,
    )
    if row is None:
        raise NotFound
    await call.services.announce("sessions", call.company_id)
    return json_response(company_view(row))


async def _get_key(call: Call) -> Response:
    row = await get_api_key(call.services.pool, call.company_id, call.path_id("key_id"))
    if row is None:
        raise NotFound
    return json_response(api_key_view(row))


async def _list_scopes(_: Call) -> Response:
    return json_response({"data": SCOPES})


async def _list_keys(call: Call) -> Response:
    pool, company = call.services.pool, call.company_id
    return await small_page(
        call,
        lambda before, limit: list_api_keys(pool, company, before, limit),
        lambda: count_api_keys(pool, company),
        api_key_view,
    )


async def _create_key(call: Call) -> Response:
    services, key = call.services, make_api_key()
    key_id = services.ids.make_uuid(services.clock())
    created_at = id_time(key_id)
    role = call.body.get("role", "operator")
    await insert_api_key(
        services.pool,
        key_id=key_id,
        company_id=call.company_id,
        name=call.body["name"],
        prefix=shown_prefix(key),
        key_hash=hash_token(key),
        role=role,
        created_at=created_at,
        scopes=call.body.get("scopes"),
    )
    row = {
        "id": key_id,
        "name": call.body["name"],
        "prefix": shown_prefix(key),
        "role": role,
        "scopes": call.body.get("scopes"),
        "created_at": created_at,
        "last_used_at": None,
        "revoked_at": None,
    }
    return json_response({**api_key_view(row), "key": key}, 201)


async def _revoke_key(call: Call) -> Response:
    row = await revoke_api_key(call.services.pool, call.company_id, call.path_id("key_id"))
    if row is None:
        raise NotFound
    call.services.auth.forget(call.company_id)
    await call.services.announce("api_keys", call.company_id)
    return json_response(api_key_view(row))


_TAG = "Companies"

OPERATIONS = (
    Operation(
        name="listCompanies",
        method="GET",
        path="/companies",
        handler=_list,
        summary="Every company of the installation",
        tag=_TAG,
        access="installation",
        answers=page_of("Company"),
        query=PAGING,
    ),
    Operation(
        name="createCompany",
        method="POST",
        path="/companies",
        handler=_create,
        summary="Make a company and its first API key",
        description="Takes an installation key. The API key is shown in this answer and never again.",
        tag=_TAG,
        access="installation",
        body=record({"name": text(200), "time_zone": text(64)}, required=("name",)),
        body_example={"name": "Loja Exemplo", "time_zone": "America/Sao_Paulo"},
        answers=ok("NewCompany", "The company and its owner's key.", 201),
    ),
    Operation(
        name="getCompany",
        method="GET",
        path="/company",
        handler=_get,
        summary="The company that is acted for",
        tag=_TAG,
        answers=ok("Company", "The company."),
    ),
    Operation(
        name="updateCompany",
        method="PATCH",
        path="/company",
        handler=_change,
        summary="Change the company's name, time zone or quiet hours; in force when this is answered",
        description="Quiet hours are those of numbers that have none of their own; null: there are none.",
        tag=_TAG,
        role="owner",
        body=record({"name": text(200), "time_zone": text(64), "quiet_hours": QUIET_HOURS}),
        body_example={"time_zone": "America/Manaus", "quiet_hours": {"from": "21:00", "to": "08:00"}},
        answers=ok("Company", "The company, as changed."),
    ),
    Operation(
        name="listScopes",
        method="GET",
        path="/api-keys/scopes",
        handler=_list_scopes,
        summary="What a key can be narrowed to",
        tag=_TAG,
        role="owner",
        answers=ok("Scopes", "Parts of the API, to read or to change."),
    ),
    Operation(
        name="getApiKey",
        method="GET",
        path="/api-keys/{key_id}",
        handler=_get_key,
        summary="One API key, without the key itself",
        tag=_TAG,
        role="owner",
        answers=ok("ApiKey", "The key."),
    ),
    Operation(
        name="listApiKeys",
        method="GET",
        path="/api-keys",
        handler=_list_keys,
        summary="API keys, newest first, revoked ones too",
        tag=_TAG,
        role="owner",
        answers=page_of("ApiKey"),
        query=PAGING,
    ),
    Operation(
        name="createApiKey",
        method="POST",
        path="/api-keys",
        handler=_create_key,
        summary="Make an API key",
        description="The key is shown in this answer and never again.",
        tag=_TAG,
        role="owner",
        body=record(
            {
                "name": text(100),
                "role": choice("owner", "operator", "viewer", default="operator"),
                "scopes": items(choice(*SCOPES), len(SCOPES), minItems=1),
            },
            required=("name",),
        ),
        body_example={"name": "integração", "role": "operator"},
        answers=ok("NewApiKey", "The key.", 201),
    ),
    Operation(
        name="revokeApiKey",
        method="DELETE",
        path="/api-keys/{key_id}",
        handler=_revoke_key,
        summary="Revoke an API key; it is out of force everywhere when this is answered",
        tag=_TAG,
        role="owner",
        answers=ok("ApiKey", "The key, revoked."),
    ),
)
