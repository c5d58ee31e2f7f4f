"""Drives cases, without Ray: claims those that are due, walks them on in one transaction, hands their messages over.

A crash at any place resumes exactly: a case's step, its effects and its new position are one commit.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Awaitable, Callable, Collection, Sequence
from typing import Any
from uuid import UUID

import orjson

from actors.case_turn import CaseTurn, Picture, Place, Turn, WantedPicture
from actors.drafting import Drafter
from actors.recorder import Changes
from engine.errors import FieldProblem, MasteriaError, Unavailable
from engine.ids import ms_to_time
from engine.metrics import Delta
from storage.cases import CaseChange, DueCase, claim_cases, claim_due_cases, next_case_s, write_cases
from storage.message_changes import Transition, born
from storage.message_rows import hand_over
from storage.pool import AWAY, Connection, Pool

log = logging.getLogger(__name__)
_PER_TURN = 200
_MOST_TRIES = 5
_SHORTEST_S, _LONGEST_S = 0.02, 0.25

# Draws a code and uploads it: company, session, code → WhatsApp's media id.
Post = Callable[[UUID, UUID, str], Awaitable[str]]


class CaseRunner:
    """Takes turns as long as something is due. Two of these share the work: every claim skips what the other holds.

    Args:
        changes: this writer's transactions.
        pool: for looking when the next case is due.
        drafter: makes rows of drafts.
        push: hands committed messages to their senders; may be lost.
        post: draws and uploads a QR code.
    """

    def __init__(
        self,
        changes: Changes,
        pool: Pool,
        drafter: Drafter,
        push: Callable[[Sequence[dict[str, Any]]], None],
        post: Post,
    ) -> None:
        self._changes = changes
        self._pool = pool
        self._drafter = drafter
        self._push = push
        self._post = post
        self.counters = {"cases": 0, "case_messages": 0, "cases_failed": 0}

    async def run_due(self) -> float:
        """Walk everything on that is due; return the seconds until there is more, at most a quarter of one."""
        while await self._turn_safely() == _PER_TURN:
            pass
        async with self._pool.acquire() as connection:
            seconds = await next_case_s(connection)
        return _LONGEST_S if seconds is None else min(_LONGEST_S, max(_SHORTEST_S, seconds))

    async def _turn_safely(self) -> int:
        """Take a turn of many; one case that makes it fail, whatever the reason, is found by taking them one by one."""
        try:
            turn = await self._turn(None, {})
        except (Unavailable, *AWAY):
            raise
        except Exception as error:
            log.warning("a turn of cases failed: %s: %s", type(error).__name__, error, extra={"action": "run_cases"})
            return await self._one_by_one()
        if turn.pictures:
            await self._with_pictures(turn.pictures)
        return turn.claimed

    async def _one_by_one(self) -> int:
        async with self._pool.acquire() as connection, connection.transaction():
            ids = [case.id for case in await claim_due_cases(connection, _PER_TURN)]
        for case_id in ids:
            try:
                turn = await self._turn([case_id], {})
            except (Unavailable, *AWAY):
                raise
            except Exception as error:
                log.error("a case cannot go on: %s", error, extra={"action": "run_cases"}, exc_info=error)
                await self._give_up(case_id)
                continue
            if turn.pictures:
                await self._with_pictures(turn.pictures)
        return len(ids)

    async def _give_up(self, case_id: UUID) -> None:
        self.counters["cases_failed"] += 1
        async with self._pool.acquire() as connection, connection.transaction():
            for case in await claim_cases(connection, [case_id]):
                await write_cases(connection, [CaseChange(case, "failed", "step_failed")], ms_to_time(_now_ms()))

    async def _turn(self, only: Collection[UUID] | None, pictures: dict[Place, Picture]) -> Turn:
        turn = Turn()

        async def step(connection: Connection, _: Delta) -> list[Transition]:
            nonlocal turn
            cases: list[DueCase]
            if only is None:
                cases = await claim_due_cases(connection, _PER_TURN)
            else:
                cases = await claim_cases(connection, only)
            now_ms = _now_ms()
            turn = await CaseTurn(self._drafter, now_ms, pictures).take(connection, cases) if cases else Turn()
            return [born(row) for row in turn.messages]

        await self._changes.commit(step)
        self.counters["cases"] += turn.claimed
        self.counters["case_messages"] += len(turn.messages)
        due = [row for row in turn.messages if row.status == "queued" and row.due_at is not None]
        if due:
            self._push([hand_over(row, None, orjson.loads(row.components or "null")) for row in due])
        return turn

    async def _with_pictures(self, wanted: Sequence[WantedPicture]) -> None:
        """Upload what the cases wait for, then walk those on; what cannot be uploaded now is tried again later."""
        pictures: dict[Place, Picture] = {}
        for one in wanted:
            picture = await self._picture(one)
            if picture is not None:
                pictures[one.place] = picture
        if pictures:
            await self._turn({case_id for case_id, _ in pictures}, pictures)

    async def _picture(self, wanted: WantedPicture) -> Picture | None:
        try:
            return Picture(await self._post(wanted.company_id, wanted.session_id, wanted.code))
        except FieldProblem as problem:
            log.warning("a QR code was refused: %s", problem, extra={"action": "post_qr"})
            return Picture(None, "media_refused")
        except MasteriaError as error:
            log.warning("a QR code was not uploaded: %s", error, extra={"action": "post_qr"})
            return Picture(None, "media_unavailable") if wanted.tries >= _MOST_TRIES else None


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
