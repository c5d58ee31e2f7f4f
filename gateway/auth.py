"""Who is asking: bearer API keys, looked up by hash and remembered for a while, or a person's session cookie.

Called once per request. Cookies are asked of Postgres each time: signing out, a new password or another role is in
force everywhere at once, and no announcement can come late.
"""

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal, cast
from uuid import UUID

from starlette.datastructures import Headers

from engine.credentials import hash_token, looks_like_key
from engine.errors import FieldProblem, MasteriaError, NotFound, Unauthorized
from engine.ids import ms_to_time, parse_id
from engine.sign_in import IDLE, csrf_token
from gateway.cookies import CookieRules
from storage.api_keys import find_api_key, touch_api_keys
from storage.companies import get_company
from storage.pool import Pool, storage_errors
from storage.user_sessions import find_user_session, touch_user_sessions

log = logging.getLogger(__name__)
Role = Literal["owner", "operator", "viewer"]
RANKS: dict[Role, int] = {"viewer": 0, "operator": 1, "owner": 2}
_REMEMBERED = 10_000
_REMEMBER_MS = 60_000  # a fuse: a revoked key is forgotten by announcement, long before
_TOUCH_EVERY_MS = 60_000


@dataclass(frozen=True, slots=True)
class Person:
    """Who signed in: the person, the session, what goes with its cookie, and the companies with the roles there."""

    user_id: UUID
    session_id: UUID
    csrf: str
    roles: Mapping[UUID, Role]


@dataclass(frozen=True, slots=True)
class Principal:
    """Who is asking, and for which company.

    Attributes:
        key_id: of the API key; None for a person.
        name: the key's, or the person's e-mail address.
        role: in the company; a person who has not named one of several is a viewer of nothing.
        company_id: None: an installation key, or a person of several companies, that named none.
        person: None for a key.
        scopes: what a key is narrowed to; None: everything of its role.
    """

    key_id: UUID | None
    name: str
    role: Role
    installation: bool
    company_id: UUID | None
    person: Person | None = None
    scopes: frozenset[str] | None = None

    def may(self, role: Role) -> bool:
        return RANKS[self.role] >= RANKS[role]


class Authenticator:
    """Finds principals; bounded memory of keys, and of the companies that installation keys have named."""

    def __init__(self, pool: Pool, clock: Callable[[], int], cookies: CookieRules) -> None:
        self._pool = pool
        self._clock = clock
        self.cookies = cookies
        self._seen: dict[UUID, datetime] = {}
        self._known: OrderedDict[bytes, tuple[Principal, int]] = OrderedDict()
        self._companies: OrderedDict[UUID, int] = OrderedDict()
        self._used: dict[UUID, datetime] = {}
        self._stored: OrderedDict[UUID, int] = OrderedDict()

    def known(self, headers: Headers) -> Principal | None:
        """Return who sent a request if memory knows; None: :meth:`principal` asks Postgres, or says what is wrong."""
        found = self._remembered(_key_hash(headers))
        if found is None:
            return None
        named = headers.get("x-company-id")
        if named is not None:
            company_id = parse_id(named)
            if company_id is None or not self._may_name(found, company_id):
                return None
            found = replace(found, company_id=company_id)
        self._note_key(found)
        return found

    async def principal(self, headers: Headers) -> Principal:
        """Return who sent a request.

        Raises:
            Unauthorized: no key and no cookie, or none in force.
            NotFound: an installation key named a company that does not exist, anybody else one that is not theirs.
        """
        if "authorization" not in headers and (token := self.cookies.read(headers)) is not None:
            return await self._person(token, headers.get("x-company-id"))
        key_hash = _key_hash(headers)
        if key_hash is None:
            raise Unauthorized
        found = self._remembered(key_hash) or await self._find(key_hash)
        self._note_key(found)
        return await self._with_company(found, headers.get("x-company-id"))

    async def person(self, headers: Headers) -> Principal:
        """Return who sent a cookie, whichever company they name.

        Raises:
            Unauthorized: there is none, or its session is not in force.
        """
        token = self.cookies.read(headers)
        if token is None:
            raise Unauthorized
        return await self._person(token, None)

    async def _person(self, token: str, named: str | None) -> Principal:
        now = ms_to_time(self._clock())
        async with storage_errors():
            row = await find_user_session(self._pool, hash_token(token), now, now - IDLE)
        if row is None:
            raise Unauthorized
        if now - row["last_seen_at"] >= timedelta(milliseconds=_TOUCH_EVERY_MS):
            self._seen[row["id"]] = now
        roles = cast("dict[UUID, Role]", dict(zip(row["companies"], row["roles"], strict=True)))
        company_id = next(iter(roles)) if len(roles) == 1 else None
        if named is not None:
            company_id = _named_id(named)
            if company_id not in roles:
                raise NotFound
        return Principal(
            key_id=None,
            name=row["email"],
            role="viewer" if company_id is None else roles[company_id],
            installation=False,
            company_id=company_id,
            person=Person(row["user_id"], row["id"], csrf_token(token), roles),
        )

    def _remembered(self, key_hash: bytes | None) -> Principal | None:
        known = None if key_hash is None else self._known.get(key_hash)
        return known[0] if known is not None and self._clock() < known[1] else None

    async def _find(self, key_hash: bytes) -> Principal:
        until = self._clock() + _REMEMBER_MS
        async with storage_errors():
            row = await find_api_key(self._pool, key_hash)
        if row is None:
            self._known.pop(key_hash, None)
            raise Unauthorized
        principal = Principal(
            key_id=row["id"],
            name=row["name"],
            role=cast("Role", row["role"]),
            installation=row["company_id"] is None,
            company_id=row["company_id"],
            scopes=None if row["scopes"] is None else frozenset(row["scopes"]),
        )
        self._known[key_hash] = (principal, until)
        if len(self._known) > _REMEMBERED:
            self._known.popitem(last=False)
        return principal

    def _may_name(self, principal: Principal, company_id: UUID) -> bool:
        """Tell whether memory knows that this key may act for this company."""
        if not principal.installation:
            return company_id == principal.company_id
        return self._companies.get(company_id, 0) > self._clock()

    async def _with_company(self, principal: Principal, named: str | None) -> Principal:
        if named is None:
            return principal
        company_id = _named_id(named)
        if not self._may_name(principal, company_id):
            if not principal.installation:
                raise NotFound
            async with storage_errors():
                if await get_company(self._pool, company_id) is None:
                    raise NotFound
            self._companies[company_id] = self._clock() + _REMEMBER_MS
            if len(self._companies) > _REMEMBERED:
                self._companies.popitem(last=False)
        return replace(principal, company_id=company_id)

    def forget(self, company_id: UUID | None) -> None:
        """Forget the keys of a company (None: all), because they have changed; installation keys always."""
        self._companies.clear()
        for key_hash, (principal, _) in list(self._known.items()):
            if company_id is None or principal.company_id in (company_id, None):
                del self._known[key_hash]

    def _note_key(self, principal: Principal) -> None:
        if principal.key_id is not None:
            self._note_use(principal.key_id)

    def _note_use(self, key_id: UUID) -> None:
        now = self._clock()
        if now - self._stored.get(key_id, 0) >= _TOUCH_EVERY_MS:
            self._stored[key_id] = now
            self._stored.move_to_end(key_id)
            self._used[key_id] = ms_to_time(now)
            if len(self._stored) > _REMEMBERED:
                self._stored.popitem(last=False)

    async def flush(self) -> None:
        """Store when keys were last used and sessions last seen, to the minute; the gateway calls this every second and
        when it drains."""
        used, self._used = self._used, {}
        seen, self._seen = self._seen, {}
        try:
            async with storage_errors():
                if used:
                    await touch_api_keys(self._pool, used)
                if seen:
                    await touch_user_sessions(self._pool, seen)
        except MasteriaError as error:
            log.warning("when keys were used could not be stored: %s", error, extra={"action": "touch_keys"})


def _named_id(named: str) -> UUID:
    company_id = parse_id(named)
    if company_id is None:
        raise FieldProblem([{"field": "X-Company-Id", "reason": "must be an id (UUID)"}])
    return company_id


def _key_hash(headers: Headers) -> bytes | None:
    """Return the hash of a request's bearer key; None where there is none, or nothing that could be one."""
    scheme, _, key = headers.get("authorization", "").partition(" ")
    key = key.strip()
    return hash_token(key) if scheme.lower() == "bearer" and looks_like_key(key) else None
