"""Asks Postgres about planned messages in which other numbers or people have a say. Part of actors/dispatcher.py.

A person's open window, the portfolio's places and the marketing one person gets are claimed before the dispatch is
recorded: a crash in between sends less, never more.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from actors.sender import SessionSender
from engine.budgets import MARKETING, Never, Refusal, Wait
from engine.ids import time_to_ms
from engine.lanes import Parcel
from engine.sending_policy import TIER_RESERVE, WINDOW_MS
from storage.budgets import Person, claim_marketing, claim_users, marketing_ends, next_places, read_windows
from storage.pool import Connection

# A window that is about to close may be closed when the message arrives.
_MARGIN_MS = 60_000
_WINDOWS_MAX = 50_000
_PORTFOLIOS_MAX = 10_000


class Asked(NamedTuple):
    """One message and its session's sender."""

    sender: SessionSender
    parcel: Parcel

    @property
    def person(self) -> tuple[UUID, str]:
        return self.sender.session.company_id, self.parcel.to


class _Queue(NamedTuple):
    """How many messages of this host wait for a portfolio's places, and until when that counts."""

    waiting: int
    until_ms: int


class Admission:
    """Decides about messages, many at a time; remembers open windows.

    Args:
        wall_ms: milliseconds since 1970.
    """

    def __init__(self, wall_ms: Callable[[], int] = lambda: time.time_ns() // 1_000_000) -> None:
        self._wall_ms = wall_ms
        self._windows: dict[tuple[UUID, str], int] = {}
        self._queues: dict[tuple[UUID, str], _Queue] = {}

    async def decide(self, connection: Connection, asked: Sequence[Asked]) -> dict[bytes, Refusal]:
        """Return the messages (by id) that may not go now, and why; the others have been counted."""
        refused: dict[bytes, Refusal] = {}
        await self._learn_windows(connection, asked)
        outside = [one for one in asked if not self._is_open(one)]
        templates = []
        for one in outside:
            if one.parcel.type == "template":
                templates.append(one)
            elif (rule := one.sender.permits.policy.outside_window) != "send":
                refused[one.parcel.id] = Never("outside_window") if rule == "fail" else Wait("outside_window", None)
        for key, group in _by_portfolio(templates).items():
            refused |= await self._claim_users(connection, key, group)
        marketing = [
            one
            for one in templates
            if one.parcel.category == MARKETING and not one.parcel.counted and one.parcel.id not in refused
        ]
        return refused | await self._claim_marketing(connection, marketing)

    def _is_open(self, one: Asked) -> bool:
        return self._windows.get((one.sender.id, one.parcel.to), 0) > self._wall_ms() + _MARGIN_MS

    async def _learn_windows(self, connection: Connection, asked: Iterable[Asked]) -> None:
        unknown = {
            (one.sender.session.company_id, one.sender.id, one.parcel.to)
            for one in asked
            if (one.sender.permits.policy.hears or one.parcel.type != "template") and not self._is_open(one)
        }
        if not unknown:
            return
        for key, heard_at in (await read_windows(connection, sorted(unknown))).items():
            self._windows.pop(key, None)
            self._windows[key] = time_to_ms(heard_at) + WINDOW_MS
        while len(self._windows) > _WINDOWS_MAX:
            del self._windows[next(iter(self._windows))]

    async def _claim_users(
        self, connection: Connection, key: tuple[UUID, str], group: Sequence[Asked]
    ) -> dict[bytes, Refusal]:
        """Take places for the people of one portfolio, transactional messages first."""
        most: dict[str, int] = {}
        for one in sorted(group, key=lambda one: not one.parcel.transactional):
            most.setdefault(one.parcel.to, _places(one))
        claimed = await claim_users(connection, *key, [Person(phone, limit) for phone, limit in most.items()])
        left = [one for one in group if one.parcel.to not in claimed.phones]
        if not left:
            self._queues.pop(key, None)
            return {}
        now_ms = self._wall_ms()
        queue = self._queues.get(key, _Queue(0, 0))
        ahead = queue.waiting if queue.until_ms > now_ms else 0
        above = max(0, claimed.used - min(most.values()))
        places = await next_places(connection, *key, ahead + above, len(left))
        until_ms = queue.until_ms if ahead else now_ms + WINDOW_MS
        if places and not ahead:
            until_ms = time_to_ms(places[0])
        if len(self._queues) >= _PORTFOLIOS_MAX:
            self._queues.clear()
        self._queues[key] = _Queue(ahead + len(left), until_ms)
        return {one.parcel.id: _wait_for(places, nth, now_ms) for nth, one in enumerate(left)}

    async def _claim_marketing(self, connection: Connection, asked: Sequence[Asked]) -> dict[bytes, Refusal]:
        """Count marketing per person; several messages to one person take their turns."""
        refused: dict[bytes, Refusal] = {}
        waiting = list(asked)
        while waiting:
            most = waiting[0].sender.permits.policy.options.marketing_per_day
            turn: dict[tuple[UUID, str], Asked] = {}
            for one in waiting:
                if one.sender.permits.policy.options.marketing_per_day == most:
                    turn.setdefault(one.person, one)
            taken = {one.parcel.id for one in turn.values()}
            waiting = [one for one in waiting if one.parcel.id not in taken]
            if most is None:
                continue
            room = await claim_marketing(connection, sorted(turn), most)
            for person in room:
                turn[person].parcel.counted = True
            full = sorted(set(turn) - room)
            ends = await marketing_ends(connection, full) if full else {}
            now_ms = self._wall_ms()
            for person in full:
                end = ends.get(person)
                wait_ms = WINDOW_MS if end is None else max(1_000, time_to_ms(end) - now_ms)
                refused[turn[person].parcel.id] = Wait("marketing_limit", wait_ms / 1000)
        return refused


def _by_portfolio(asked: Iterable[Asked]) -> dict[tuple[UUID, str], list[Asked]]:
    groups: dict[tuple[UUID, str], list[Asked]] = {}
    for one in asked:
        if one.sender.permits.policy.unique_users is not None:
            key = one.sender.session.company_id, one.sender.permits.policy.portfolio
            groups.setdefault(key, []).append(one)
    return groups


def _places(one: Asked) -> int:
    """Return the limit that holds for a message: bulk leaves some places to transactional ones."""
    users = one.sender.permits.policy.unique_users or 0
    return users if one.parcel.transactional else users - int(users * TIER_RESERVE)


def _wait_for(places: Sequence[datetime], nth: int, now_ms: int) -> Wait:
    if nth < len(places):
        return Wait("portfolio_limit", max(1_000, time_to_ms(places[nth]) - now_ms) / 1000)
    return Wait("portfolio_limit", WINDOW_MS / 1000)
