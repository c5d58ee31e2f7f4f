"""Who may do what, walked over every route: each caller is let in or refused exactly as the route says.

Made of OPERATIONS: a new route is walked without anybody thinking of it. A route that lets a caller in may still answer
404 or 422 (its ids and bodies are nobody's here): what is told apart is the refusal.
"""

from __future__ import annotations

from uuid import UUID

import pytest

from gateway.auth import RANKS, Role
from gateway.cookies import SAFE_METHODS
from gateway.operations import Operation
from gateway.routes.catalog import OPERATIONS
from gateway.scopes import AREAS
from storage.pool import Pool
from tests.asgi import Client
from tests.people_kit import Browser, add_person
from tests.rest_rig import make_rig

ROLES: tuple[Role, ...] = ("owner", "operator", "viewer")
# They end or change the session that the walk goes on with; tests/e2e/test_api_sign_in.py has them.
ENDING = {"signOut"}


def _path(operation: Operation) -> str:
    path = operation.full_path
    while "{" in path:
        start, end = path.index("{"), path.index("}")
        path = path[:start] + str(UUID(int=7)) + path[end + 1 :]
    return path


def _lets_in(operation: Operation, role: Role, *, key: bool) -> bool:
    if operation.access == "installation":
        return False
    if operation.access == "person":
        return not key
    return operation.access in ("open", "known") or RANKS[role] >= RANKS[operation.role]


def _walked() -> list[Operation]:
    return [operation for operation in OPERATIONS if operation.access != "open" and operation.name not in ENDING]


@pytest.mark.parametrize("role", ROLES)
async def test_keys_and_people_of_a_role_are_let_in_as_the_route_says(pool: Pool, role: Role) -> None:
    rig = await make_rig(pool)
    company_id, _ = await rig.company()
    key = await rig.client(company_id, role)
    await add_person(rig.services, "ana@loja.test", {company_id: role})
    browser = Browser(rig.stranger)
    assert (await browser.sign_in("ana@loja.test")).status == 200
    for operation in _walked():
        by_key = (await key.call(operation.method, _path(operation), body={})).status
        by_cookie = (await browser.call(operation.method, _path(operation), {})).status
        assert (by_key == 403) is not _lets_in(operation, role, key=True), (operation.name, by_key)
        assert (by_cookie == 403) is not _lets_in(operation, role, key=False), (operation.name, by_cookie)
        assert 401 not in (by_key, by_cookie), operation.name
        assert max(by_key, by_cookie) < 500, operation.name


async def test_a_narrowed_key_is_let_in_where_its_scopes_say(pool: Pool) -> None:
    rig = await make_rig(pool)
    _, owner = await rig.company()
    made = await owner.post(
        "/api/v1/api-keys", {"name": "n", "role": "owner", "scopes": ["contacts:read", "rules:write"]}
    )
    assert made.json["scopes"] == ["contacts:read", "rules:write"]
    narrow = rig.stranger.acting_as(made.json["key"])
    for operation in _walked():
        if operation.access == "company":
            area = operation.path.split("/")[1]
            covered = area == "rules" or (area == "contacts" and operation.method == "GET")
            answer = await narrow.call(operation.method, _path(operation), body={})
            assert (answer.status == 403) is not covered, operation.name
    assert (await narrow.get("/api/v1/me")).status == 200
    unknown = await owner.post("/api/v1/api-keys", {"name": "n", "scopes": ["api-keys:write"]})
    assert unknown.status == 422


def test_every_part_of_the_api_has_its_scopes() -> None:
    areas = {operation.path.split("/")[1] for operation in OPERATIONS if operation.access == "company"}
    assert areas - {"api-keys", "invitations", "users"} == set(AREAS)


async def test_nobody_is_let_in_anywhere(pool: Pool) -> None:
    rig = await make_rig(pool)
    bad = Client(rig.stranger.app, {"authorization": "Bearer mia_" + "x" * 43})
    stale = Client(rig.stranger.app, {"cookie": "__Host-masteria=" + "x" * 43})
    for operation in _walked():
        for client in (rig.stranger, bad, stale):
            answer = await client.call(operation.method, _path(operation), body={})
            assert answer.status == 401, operation.name


async def test_a_cookie_alone_changes_nothing(pool: Pool) -> None:
    rig = await make_rig(pool)
    company_id, _ = await rig.company()
    await add_person(rig.services, "ana@loja.test", {company_id: "owner"})
    browser = Browser(rig.stranger)
    await browser.sign_in("ana@loja.test")
    browser.csrf = ""
    for operation in OPERATIONS:
        if operation.access != "open" and operation.method not in SAFE_METHODS:
            answer = await browser.call(operation.method, _path(operation), {})
            assert answer.status == 403, operation.name
    assert (await browser.call("GET", "/api/v1/me")).status == 200


async def test_another_companys_owner_cannot_name_this_one(pool: Pool) -> None:
    rig = await make_rig(pool)
    company_id, _ = await rig.company("Minha")
    other_id, other = await rig.company("Outra")
    await add_person(rig.services, "bia@loja.test", {other_id: "owner"})
    browser = Browser(rig.stranger)
    await browser.sign_in("bia@loja.test")
    browser.company = company_id
    for operation in _walked():
        if operation.access == "company":
            by_cookie = await browser.call(operation.method, _path(operation), {})
            named = {"x-company-id": str(company_id)}
            by_key = await other.call(operation.method, _path(operation), body={}, headers=named)
            assert (by_cookie.status, by_key.status) == (404, 404), operation.name
