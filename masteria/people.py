"""The commands `company`, `apikey` and `user`. Companies and keys go through the API, people into the database."""

from __future__ import annotations

import argparse
import asyncio
import getpass
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import TypeVar
from uuid import UUID

from engine.credentials import hash_password, hash_token
from engine.errors import BadRequest, NotFound
from engine.ids import IdMaker, id_time, ms_to_time, parse_id
from engine.sign_in import RESET_LIVES, make_secret_token
from engine.times import rfc3339
from masteria.api_client import client_for, installation_client, known_credentials
from masteria.credentials_file import Credentials
from masteria.local_database import database_url
from masteria.tables import show_one, show_rows
from storage.pool import Pool, open_pool, storage_errors
from storage.user_links import put_reset_link
from storage.users import get_user_by_email, insert_user, list_members, set_membership
from storage.users import set_password as store_password

_T = TypeVar("_T")
_SHORTEST_PASSWORD = 8


def create_company(given: argparse.Namespace) -> int:
    """Make a company and its first API key."""
    body = {"name": given.name, "time_zone": given.time_zone}
    show_one(installation_client(given).call("POST", "/companies", body), given.json)
    return 0


def list_companies(given: argparse.Namespace) -> int:
    """Print all companies."""
    show_rows(list(installation_client(given).pages("/companies")), ("id", "name", "time_zone"), given.json)
    return 0


def create_key(given: argparse.Namespace) -> int:
    """Make an API key."""
    show_one(client_for(given).call("POST", "/api-keys", {"name": given.name, "role": given.role}), given.json)
    return 0


def list_keys(given: argparse.Namespace) -> int:
    """Print a company's keys."""
    columns = ("id", "name", "prefix", "role", "last_used_at", "revoked_at")
    show_rows(list(client_for(given).pages("/api-keys")), columns, given.json)
    return 0


def revoke_key(given: argparse.Namespace) -> int:
    """Revoke a key."""
    show_one(client_for(given).call("DELETE", f"/api-keys/{given.id}"), given.json)
    return 0


def create_user(given: argparse.Namespace) -> int:
    """Make a person, or give a known one a place in another company."""
    company_id = _company(given)
    password_hash = hash_password(_ask_password(given))
    user_id = IdMaker().make_uuid(time.time_ns() // 1_000_000)

    async def store(pool: Pool) -> UUID:
        async with pool.acquire() as connection, connection.transaction():
            stored = await insert_user(
                connection,
                user_id,
                email=given.email,
                name=given.name,
                password_hash=password_hash,
                created_at=id_time(user_id),
            )
            await set_membership(connection, stored, company_id, given.role)
            return stored

    stored = _with_pool(given, store)
    show_one({"id": str(stored), "email": given.email, "role": given.role, "new": stored == user_id}, given.json)
    return 0


def list_users(given: argparse.Namespace) -> int:
    """Print a company's people."""
    rows = _with_pool(given, lambda pool: list_members(pool, _company(given)))
    shown = [{name: str(value) for name, value in row.items()} for row in rows]
    show_rows(shown, ("id", "email", "name", "role"), given.json)
    return 0


def set_password(given: argparse.Namespace) -> int:
    """Give a person another password; credentials.json keeps up if it is the seeded one's."""
    password = _ask_password(given)
    password_hash = hash_password(password)

    async def store(pool: Pool) -> bool:
        user = await get_user_by_email(pool, given.email)
        return user is not None and await store_password(pool, user["id"], password_hash)

    if not _with_pool(given, store):
        raise NotFound(f"nobody has the address {given.email}")
    known = Credentials.read(given.data_dir)
    if known.email.lower() == given.email.lower():
        replace(known, password=password).write(given.data_dir)
    show_one({"email": given.email, "changed": True}, given.json)
    return 0


def reset_password(given: argparse.Namespace) -> int:
    """Print a one-time link by which a person chooses another password."""
    token, now_ms = make_secret_token(), time.time_ns() // 1_000_000
    now = ms_to_time(now_ms)

    async def store(pool: Pool) -> bool:
        user = await get_user_by_email(pool, given.email)
        if user is not None:
            await put_reset_link(
                pool,
                user["id"],
                IdMaker().make_uuid(now_ms),
                hash_token(token),
                created_by="command line",
                now=now,
                expires_at=now + RESET_LIVES,
            )
        return user is not None

    if not _with_pool(given, store):
        raise NotFound(f"nobody has the address {given.email}")
    link = f"{known_credentials(given.data_dir).base_url}/reset-password#{token}"
    show_one({"email": given.email, "link": link, "until": rfc3339(now + RESET_LIVES)}, given.json)
    return 0


def _company(given: argparse.Namespace) -> UUID:
    text = given.company or known_credentials(given.data_dir).company_id
    company_id = parse_id(text)
    if company_id is None:
        raise BadRequest(f"{text} is no company's id")
    return company_id


def _ask_password(given: argparse.Namespace) -> str:
    if given.password_stdin:
        password = sys.stdin.readline().rstrip("\n")
    else:
        password = getpass.getpass("Password: ")
        if getpass.getpass("Once more: ") != password:
            raise BadRequest("the two passwords differ")
    if len(password) < _SHORTEST_PASSWORD:
        raise BadRequest(f"a password needs at least {_SHORTEST_PASSWORD} characters")
    return password


def _with_pool(given: argparse.Namespace, act: Callable[[Pool], Awaitable[_T]]) -> _T:
    async def run() -> _T:
        async with storage_errors(), await open_pool(database_url(given.data_dir), maximum=1, name="masteria") as pool:
            return await act(pool)

    return asyncio.run(run())
