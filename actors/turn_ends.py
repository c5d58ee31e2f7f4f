"""How turns end: with their decisions, intents, hand-overs and answers, in one transaction that holds their fence."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Sequence
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

import orjson

from actors.base import Life
from engine.ai.intents import Verdict, overruled, stops_messages
from engine.ai.outcomes import HANDED_OVER, SILENT
from engine.ids import ms_to_time
from engine.metrics import Delta
from engine.opt_out import ALL
from storage.ai_turns import Decision, Heard, Turn, finish_turns, insert_decisions
from storage.conversations import TurnEnd, end_turns, lock_conversations
from storage.message_changes import Transition, born
from storage.message_rows import MessageRow, create_messages, hand_over
from storage.pool import Connection
from storage.suppressions import Wish, skip_suppressed
from storage.unwanted import take_wishes

MODEL_WISH = "ai"  # the source of an opt-out that a model read out of a message

Commit = Callable[[Callable[[Connection, Delta], Awaitable[list[Transition]]]], Awaitable[list[Transition]]]


class Understood(NamedTuple):
    """A message and what it wants; ``verdict`` is None where it has no text. ``at_ms``: when it came in."""

    turn: Turn
    at_ms: int
    text: str | None
    verdict: Verdict | None
    heard: Heard


class Outcome(NamedTuple):
    """What follows from a message.

    Attributes:
        outcome: ``answered``, ``handed_over``, ``silent`` or ``suggested``.
        reason: why, as a code.
        message: the answer, to be made in the transaction that finishes the turn.
        sources, prompt_version, model, cost, tokens: what the decision tells of how it was made.
    """

    outcome: str = SILENT
    reason: str | None = None
    message: MessageRow | None = None
    sources: Sequence[dict[str, Any]] = ()
    prompt_version: str | None = None
    model: str | None = None
    cost: Decimal | None = None
    tokens: int | None = None


class TurnEnds:
    """Ends turns.

    Args:
        commit: one transaction with its delta (``actors.recorder.Changes.commit``).
        push: hands new messages to their senders.
        life: counts.
    """

    def __init__(self, commit: Commit, push: Callable[[list[dict[str, Any]]], None], life: Life) -> None:
        self._commit = commit
        self._push = push
        self._life = life

    async def end(
        self, understood: Sequence[Understood], outcomes: Sequence[Outcome], gone: Sequence[Turn] = ()
    ) -> None:
        """End the turns that are still ours with their decisions, intents and answers, all or nothing.

        Args:
            understood: messages, of each conversation one.
            outcomes: what follows from them, in their order.
            gone: turns whose messages are erased.
        """
        if not understood and not gone:
            return
        made: list[MessageRow] = []
        pairs = list(zip(understood, map(_heeded, understood, outcomes), strict=True))

        async def step(connection: Connection, delta: Delta) -> list[Transition]:
            made.clear()
            now_ms = time.time_ns() // 1_000_000
            now = ms_to_time(now_ms)
            ours = await finish_turns(connection, [*(one.turn for one in understood), *gone])
            mine = [pair for pair in pairs if pair[0].turn.event_id in ours]
            # Wishes before conversations, as where messages are stored: nobody waits in a circle.
            skipped = await take_wishes(connection, [wish for one, _ in mine if (wish := _wish(one)) is not None], now)
            mine = await _left_to_ai(connection, mine)
            answers = [outcome.message for _, outcome in mine if outcome.message is not None]
            made.extend(await skip_suppressed(connection, answers))
            await create_messages(connection, made)
            leaving = {row.id: row for row in made if row.due_at is not None}
            ends = [_end(*pair, leaving) for pair in mine]
            await end_turns(connection, [end for end in ends if any(end[2:])], now)
            await insert_decisions(connection, [_decision(one, outcome, now_ms) for one, outcome in mine])
            for one, outcome in mine:
                delta.count(one.turn.company_id.bytes, f"ai_{outcome.outcome}")
            return [*skipped, *map(born, made)]

        await self._commit(step)
        self._life.count("ai_turns", len(pairs))
        self._push(
            [
                hand_over(row, None, orjson.loads(row.components) if row.components else None)
                for row in made
                if row.status == "queued" and row.due_at is not None and row.due_at <= row.created_at
            ]
        )


async def _left_to_ai(
    connection: Connection, pairs: Sequence[tuple[Understood, Outcome]]
) -> list[tuple[Understood, Outcome]]:
    """Return the outcomes, without the answers to conversations that a person has taken over meanwhile.

    The conversations stay locked: whoever takes one over now finds the answer, and calls it off.
    """
    held = await lock_conversations(connection, [_place(one) for one, _ in pairs])
    return [
        (one, outcome)
        if outcome.message is None or held.get(_place(one), False)
        else (one, outcome._replace(outcome=SILENT, reason="ai_off", message=None))
        for one, outcome in pairs
    ]


def _place(one: Understood) -> tuple[UUID, UUID]:
    return one.turn.company_id, one.turn.conversation_id


def _end(one: Understood, outcome: Outcome, leaving: dict[UUID, MessageRow]) -> TurnEnd:
    answer = None if outcome.message is None else leaving.get(outcome.message.id)
    return TurnEnd(
        company_id=one.turn.company_id,
        conversation_id=one.turn.conversation_id,
        intent=None if one.verdict is None else one.verdict.intent,
        confidence=None if one.verdict is None else one.verdict.confidence,
        handed_over=outcome.reason or "asked" if outcome.outcome == HANDED_OVER else None,
        message_id=None if answer is None else answer.id,
        text=None if answer is None else answer.text,
    )


def _heeded(one: Understood, outcome: Outcome) -> Outcome:
    """Return what really follows: who wants no messages, or seems to, is never answered by a machine."""
    found = overruled(one.verdict)
    return outcome if found is None else Outcome(*found)


def _wish(one: Understood) -> Wish | None:
    """Return an opt-out that a model is sure of; the words that are sure by themselves were heard with the message."""
    if one.verdict is None or not stops_messages(one.verdict):
        return None
    turn = one.turn
    return Wish(turn.company_id, turn.phone, True, MODEL_WISH, one.heard.occurred_at, ALL, turn.event_id)


def _decision(one: Understood, outcome: Outcome, now_ms: int) -> Decision:
    turn, verdict = one.turn, one.verdict
    reason = outcome.reason if verdict is not None or outcome.reason == "failed" else "no_text"
    return Decision(
        company_id=turn.company_id,
        id=turn.event_id,
        conversation_id=turn.conversation_id,
        session_id=turn.session_id,
        phone=turn.phone,
        at=ms_to_time(now_ms),
        text=one.text,
        intent=None if verdict is None else verdict.intent,
        confidence=None if verdict is None else verdict.confidence,
        second_intent=None if verdict is None else verdict.second,
        second_confidence=None if verdict is None else verdict.second_confidence,
        decided_by="nothing" if verdict is None else verdict.by,
        neighbours=orjson.dumps([] if verdict is None else [one._asdict() for one in verdict.neighbours]).decode(),
        outcome=outcome.outcome,
        reason=reason,
        message_id=None if outcome.message is None else outcome.message.id,
        sources=orjson.dumps(list(outcome.sources), default=str).decode(),
        prompt_version=outcome.prompt_version,
        model=outcome.model,
        cost=outcome.cost,
        tokens=outcome.tokens,
        latency_ms=max(0, now_ms - one.at_ms),
    )
