"""The commands `user …`: people, what they are in a company, their passwords. Straight into the database."""

from __future__ import annotations

import argparse
import asyncio
import getpass
import sys
import time
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from engine.audit import Changes
from engine.credentials import hash_password, hash_token
from engine.errors import BadRequest, NotFound
from engine.ids import IdMaker, id_time, ms_to_time, parse_id
from engine.sign_in import RESET_LIVES, SHORTEST_PASSWORD, make_secret_token
from engine.times import rfc3339
from masteria.api_client import known_credentials
from masteria.credentials_file import Credentials
from masteria.local_database import database_url
from masteria.tables import show_one, show_rows
from storage.audit import Entry, write_entry
from storage.members import add_member, change_role, get_member, remove_member
from storage.pool import Connection, open_pool, storage_errors
from storage.user_links import put_reset_link
from storage.user_sessions import end_user_sessions
from storage.users import get_user_by_email, insert_user, list_members, list_memberships
from storage.users import set_password as store_password

_T = TypeVar("_T")
_ids = IdMaker()


def _now_ms() -> int:
    return time.time_ns() // 1_000_000


def create_user(given: argparse.Namespace) -> int:
    """Make a person, or give a known one a place in another company."""
    company_id = _company(given)
    password_hash = hash_password(_ask_password(given))
    user_id = _ids.make_uuid(_now_ms())
    now = id_time(user_id)

    async def store(connection: Connection) -> UUID:
        stored = await insert_user(
            connection, user_id, email=given.email, name=given.name, password_hash=password_hash, created_at=now
        )
        if not await add_member(connection, company_id, stored, given.role, now):
            await change_role(connection, company_id, stored, given.role)
        await _tell(connection, "createUser", (stored, given.email), [company_id], {"role": [None, given.role]})
        return stored

    stored = _in_transaction(given, store)
    show_one({"id": str(stored), "email": given.email, "role": given.role, "new": stored == user_id}, given.json)
    return 0


def list_users(given: argparse.Namespace) -> int:
    """Print a company's people."""
    rows = _in_transaction(given, lambda connection: list_members(connection, _company(given)))
    shown = [{name: str(value) for name, value in row.items()} for row in rows]
    show_rows(shown, ("id", "email", "name", "role"), given.json)
    return 0


def set_role(given: argparse.Namespace) -> int:
    """Make one of a company's people something else; in force at their next request."""
    company_id = _company(given)

    async def store(connection: Connection) -> None:
        member = await _member(connection, company_id, given.email)
        await change_role(connection, company_id, member["id"], given.role)
        changes: Changes = {"role": [member["role"], given.role]}
        await _tell(connection, "updateUser", (member["id"], member["email"]), [company_id], changes)

    _in_transaction(given, store)
    show_one({"email": given.email, "role": given.role}, given.json)
    return 0


def remove_user(given: argparse.Namespace) -> int:
    """Take a person out of a company; the account and other companies stay."""
    company_id = _company(given)

    async def store(connection: Connection) -> None:
        member = await _member(connection, company_id, given.email)
        await remove_member(connection, company_id, member["id"])
        changes: Changes = {"role": [member["role"], None]}
        await _tell(connection, "removeUser", (member["id"], member["email"]), [company_id], changes)

    _in_transaction(given, store)
    show_one({"email": given.email, "removed": True}, given.json)
    return 0


def set_password(given: argparse.Namespace) -> int:
    """Give a person another password and end their sessions; credentials.json keeps up if it is the seeded one's."""
    password = _ask_password(given)
    password_hash = hash_password(password)

    async def store(connection: Connection) -> int:
        user = await _user(connection, given.email)
        await store_password(connection, user["id"], password_hash)
        ended = await end_user_sessions(connection, user["id"])
        await _tell_everywhere(connection, "setPassword", user, {"password": None})
        return ended

    ended = _in_transaction(given, store)
    known = Credentials.read(given.data_dir)
    if known.email.lower() == given.email.lower():
        replace(known, password=password).write(given.data_dir)
    show_one({"email": given.email, "changed": True, "sessions_ended": ended}, given.json)
    return 0


def reset_password(given: argparse.Namespace) -> int:
    """Print a one-time link by which a person chooses another password."""
    token, now_ms = make_secret_token(), _now_ms()
    now = ms_to_time(now_ms)

    async def store(connection: Connection) -> None:
        user = await _user(connection, given.email)
        await put_reset_link(
            connection,
            user["id"],
            _ids.make_uuid(now_ms),
            hash_token(token),
            created_by="command line",
            now=now,
            expires_at=now + RESET_LIVES,
        )
        await _tell_everywhere(connection, "issueResetLink", user, {})

    _in_transaction(given, store)
    link = f"{known_credentials(given.data_dir).base_url}/reset-password#{token}"
    show_one({"email": given.email, "link": link, "until": rfc3339(now + RESET_LIVES)}, given.json)
    return 0


async def _user(connection: Connection, email: str) -> dict[str, Any]:
    user = await get_user_by_email(connection, email)
    if user is None:
        raise NotFound(f"nobody has the address {email}")
    return user


async def _member(connection: Connection, company_id: UUID, email: str) -> dict[str, Any]:
    member = await get_member(connection, company_id, (await _user(connection, email))["id"])
    if member is None:
        raise NotFound(f"{email} is not one of the company's people")
    return member


async def _tell_everywhere(connection: Connection, operation: str, user: dict[str, Any], changes: Changes) -> None:
    rows = await list_memberships(connection, user["id"])
    await _tell(connection, operation, (user["id"], user["email"]), [row["company_id"] for row in rows], changes)


async def _tell(
    connection: Connection, operation: str, user: tuple[UUID, str], companies: Iterable[UUID], changes: Changes
) -> None:
    """Write it into the companies' audit logs, in the transaction of the change."""
    told = tuple(companies) or (None,)
    ids = tuple(_ids.make_uuid(_now_ms()) for _ in told)
    at: datetime = id_time(ids[0])
    entry = Entry(
        ids=ids,
        companies=told,
        at=at,
        actor_kind="command_line",
        actor_id=None,
        actor_name=_operator(),
        operation=operation,
        object_kind="user",
        object_id=str(user[0]),
        object_name=user[1],
        changes=changes,
    )
    await write_entry(connection, entry, done=True)


def _operator() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container's user without a name
        return "command line"


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
    if len(password) < SHORTEST_PASSWORD:
        raise BadRequest(f"a password needs at least {SHORTEST_PASSWORD} characters")
    return password


def _in_transaction(given: argparse.Namespace, act: Callable[[Connection], Awaitable[_T]]) -> _T:
    async def run() -> _T:
        url = database_url(given.data_dir)
        async with (
            storage_errors(),
            await open_pool(url, maximum=1, name="masteria") as pool,
            pool.acquire() as connection,
            connection.transaction(),
        ):
            return await act(connection)

    return asyncio.run(run())
