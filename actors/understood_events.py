"""What was understood becomes an event of its company where a rule waits for it, offered to its shard like others."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING
from uuid import UUID

import orjson

from engine.ai.intents import Verdict
from engine.ids import derived_id
from engine.texts import clean
from engine.times import rfc3339
from engine.wire import KIND_UNDERSTOOD, Answer, Intake
from storage.ai_turns import wants_understood
from storage.pool import Pool

if TYPE_CHECKING:
    from actors.turn_ends import Understood

_NO_WEBHOOK = bytes(16)


class Offer:
    """Offers ``message_understood`` for the messages of companies that have a rule for it.

    Args:
        pool: asks which companies do; remembered until their configuration changes.
        ingest: brings intakes to their shards (``actors.shard_door.ShardDoor.ingest``).
    """

    def __init__(self, pool: Pool, ingest: Callable[[Sequence[Intake]], Awaitable[list[Answer]]]) -> None:
        self._pool = pool
        self._ingest = ingest
        self._wanted: dict[UUID, bool] = {}

    def reload(self, company_id: UUID | None) -> None:
        """Ask anew what a company's rules wait for."""
        if company_id is None:
            self._wanted.clear()
        else:
            self._wanted.pop(company_id, None)

    async def tell(self, understood: Sequence[Understood]) -> None:
        """Have the shards store what was understood; return when it stands there.

        Each event is made of its message's id, so whoever tells it again tells the same one.
        """
        items = [
            self._intake(one, one.verdict) for one in understood if one.verdict is not None and await self._wants(one)
        ]
        if items:
            await self._ingest(items)

    async def _wants(self, one: Understood) -> bool:
        company_id = one.turn.company_id
        if company_id not in self._wanted:
            self._wanted[company_id] = await wants_understood(self._pool, company_id)
        return self._wanted[company_id]

    @staticmethod
    def _intake(one: Understood, verdict: Verdict) -> Intake:
        turn, heard = one.turn, one.heard
        body = {
            "message_event_id": str(turn.event_id),
            "conversation_id": str(turn.conversation_id),
            "session_id": str(turn.session_id),
            "phone": turn.phone,
            "name": heard.customer_name,
            "text": clean(one.text or ""),
            "intent": verdict.intent,
            "confidence": round(verdict.confidence, 4),
            "second_intent": verdict.second,
            "by": verdict.by,
            "occurred_at": rfc3339(heard.occurred_at),
        }
        return Intake(
            KIND_UNDERSTOOD,
            turn.company_id.bytes,
            _NO_WEBHOOK,
            heard.delivery_id.bytes,
            time.time_ns() // 1_000_000,
            [derived_id(one.at_ms, b"understood", turn.event_id.bytes)],
            heard.signature,
            b"{}",
            "application/json",
            orjson.dumps(body),
            0,
        )
