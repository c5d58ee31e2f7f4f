"""What an AI worker does, without Ray: claim turns, embed, decide, have answers made, and finish in one transaction.

A crash anywhere leaves the turn to whoever claims it next. What was offered to the shard finds itself there, and a turn
is finished, with its decision and its answer, by the one transaction that still holds its fence.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from decimal import Decimal
from typing import Any, NamedTuple, Protocol
from uuid import UUID

import orjson

from actors.base import Life
from actors.own_intents import OwnIntents
from actors.understood_events import Offer
from engine.ai.intents import OPT_OUT, Verdict, looked_at, stops_messages
from engine.ai.outcomes import HANDED_OVER, SILENT
from engine.conversations import words_of
from engine.errors import MasteriaError
from engine.ids import id_ms, ms_to_time
from engine.metrics import Delta
from engine.opt_out import ALL
from integrations.embedding import Embedder
from storage.ai_turns import (
    Decision,
    Heard,
    Turn,
    claim_turns,
    finish_turns,
    give_back,
    insert_decisions,
    read_messages,
    set_intents,
)
from storage.conversations import AI, hand_over, lock_conversation, note_outbound
from storage.message_changes import Transition, born
from storage.message_rows import MessageRow, create_messages
from storage.message_rows import hand_over as wire_of
from storage.pool import AWAY, Connection, Pool
from storage.suppressions import Wish, skip_suppressed
from storage.unwanted import take_wishes

log = logging.getLogger(__name__)
AT_ONCE = 32
LEASE_S = 60.0
MOST_BESIDE = 64
MOST_ATTEMPTS = 5
_AWAY_S = 0.5
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


class Responder(Protocol):
    """Decides what to answer, outside any transaction; one outcome per turn, in their order."""

    async def respond(self, turns: Sequence[Understood]) -> list[Outcome]: ...


class NoAgent:
    """The responder of companies that have no agent: it says nothing, and tells so."""

    async def respond(self, turns: Sequence[Understood]) -> list[Outcome]:
        return [Outcome(SILENT, "no_agent") for _ in turns]


class Understanding:
    """Turns, one batch after the other.

    Args:
        pool: reads, and claims turns.
        commit: one transaction with its delta (``actors.recorder.Changes.commit``).
        embedder: the model.
        own: companies' own intents.
        offer: tells the shards what was understood.
        responder: decides about answers.
        push: hands new messages to their senders.
        life: counts.
        slow: which of some companies wait for a language model: their messages are answered beside the others.
    """

    def __init__(
        self,
        pool: Pool,
        commit: Commit,
        embedder: Embedder,
        own: OwnIntents,
        offer: Offer,
        responder: Responder,
        push: Callable[[list[dict[str, Any]]], None],
        life: Life,
        slow: Callable[[set[UUID]], Awaitable[set[UUID]]] | None = None,
    ) -> None:
        self._pool = pool
        self._commit = commit
        self._embedder = embedder
        self._own = own
        self._offer = offer
        self._responder = responder
        self._push = push
        self._life = life
        self._slow = slow
        self._beside: set[asyncio.Task[None]] = set()

    async def run_once(self) -> int:
        """Take up what is due and finish it; return how many turns that were.

        A batch that fails is done turn by turn, so that one message cannot hold up the others.
        """
        turns = await claim_turns(self._pool, self._life.name, AT_ONCE, LEASE_S)
        if not turns:
            return 0
        try:
            await self._take(turns)
        except AWAY:
            raise  # Postgres gives them to whoever comes first when their lease is over
        except MasteriaError:
            await give_back(self._pool, turns, _AWAY_S, uncounted=True)  # a shard is being restarted, say
            raise
        except Exception:
            log.exception("a batch failed: its turns are done one by one", extra={"action": "understand"})
            self._life.count("ai_batches_failed")
            for turn in turns:
                await self._take_one(turn)
        return len(turns)

    async def _take_one(self, turn: Turn) -> None:
        try:
            await self._take([turn])
        except AWAY:
            raise
        except MasteriaError:
            await give_back(self._pool, [turn], _AWAY_S, uncounted=True)
        except Exception as error:
            log.warning("a turn failed: %s: %s", type(error).__name__, error, extra={"action": "understand"})
            self._life.count("ai_turns_failed")
            if turn.attempts >= MOST_ATTEMPTS:
                await self._finish([_unreadable(turn)], [Outcome(SILENT, "failed")])
            else:
                await give_back(self._pool, [turn], 2.0**turn.attempts, uncounted=False)

    async def _take(self, turns: Sequence[Turn]) -> None:
        heard = await read_messages(self._pool, turns)
        gone = [turn for turn in turns if turn.event_id not in heard]
        understood = await self._understand([turn for turn in turns if turn.event_id in heard], heard)
        await self._offer.tell(understood)
        slow = set() if self._slow is None else await self._slow({one.turn.company_id for one in understood})
        quick = [one for one in understood if one.turn.company_id not in slow]
        for one in understood:
            if one.turn.company_id in slow:
                self._answer_beside(one)
        outcomes = await self._responder.respond(quick)
        await self._finish(quick, outcomes, gone)

    def _answer_beside(self, one: Understood) -> None:
        """Have a message answered while others go on; beyond the bound it waits until its lease is over."""
        if len(self._beside) >= MOST_BESIDE:
            self._life.count("ai_turns_put_off")
            return
        task = asyncio.get_running_loop().create_task(self._answer(one))
        self._beside.add(task)
        task.add_done_callback(self._beside.discard)

    async def _answer(self, one: Understood) -> None:
        try:
            await self._finish([one], await self._responder.respond([one]))
        except (*AWAY, MasteriaError) as error:
            log.warning("an answer waits: %s", type(error).__name__, extra={"action": "understand"})
        except Exception as error:
            log.warning("a turn failed: %s: %s", type(error).__name__, error, extra={"action": "understand"})
            self._life.count("ai_turns_failed")
            if one.turn.attempts >= MOST_ATTEMPTS:
                await self._finish([one], [Outcome(SILENT, "failed")])

    async def settle(self) -> None:
        """Wait until no message is being answered beside the others."""
        while self._beside:
            await asyncio.wait(set(self._beside))

    async def stop(self) -> None:
        """Give up what is being answered beside the others: its turns come again."""
        for task in list(self._beside):
            task.cancel()
        await self.settle()

    async def _understand(self, turns: Sequence[Turn], heard: dict[UUID, Heard]) -> list[Understood]:
        texts = [_text(heard[turn.event_id]) for turn in turns]
        spoken = [position for position, text in enumerate(texts) if text]
        vectors = await self._embedder.queries([looked_at(texts[position] or "") for position in spoken])
        rows = dict(zip(spoken, vectors, strict=True))
        found: list[Understood] = []
        for position, turn in enumerate(turns):
            text, verdict = texts[position], None
            if text and (row := rows.get(position)) is not None:
                reader = await self._own.reader(turn.company_id)
                (verdict,) = reader.read([text], row[None, :])
            found.append(Understood(turn, id_ms(turn.event_id.bytes), text, verdict, heard[turn.event_id]))
        return found

    async def _finish(
        self, understood: Sequence[Understood], outcomes: Sequence[Outcome], gone: Sequence[Turn] = ()
    ) -> None:
        """End the turns that are still ours with their decisions, intents and answers, all or nothing."""
        made: list[MessageRow] = []
        pairs = list(zip(understood, map(_heeded, understood, outcomes), strict=True))

        async def step(connection: Connection, delta: Delta) -> list[Transition]:
            made.clear()
            now = ms_to_time(time.time_ns() // 1_000_000)
            ours = await finish_turns(connection, [*(one.turn for one in understood), *gone])
            mine = await _left_to_ai(connection, [pair for pair in pairs if pair[0].turn.event_id in ours])
            skipped = await take_wishes(connection, [wish for one, _ in mine if (wish := _wish(one)) is not None], now)
            told: dict[tuple[UUID, UUID], tuple[str, float]] = {}
            for one, outcome in mine:
                if one.verdict is not None:
                    told[one.turn.company_id, one.turn.conversation_id] = (one.verdict.intent, one.verdict.confidence)
                if outcome.outcome == HANDED_OVER:
                    await hand_over(
                        connection, one.turn.company_id, one.turn.conversation_id, outcome.reason or "asked", now
                    )
            await set_intents(connection, [(*key, *value) for key, value in told.items()], now)
            answers = [outcome.message for _, outcome in mine if outcome.message is not None]
            made.extend(await skip_suppressed(connection, answers))
            await create_messages(connection, made)
            for row in made:
                if row.due_at is not None:
                    await note_outbound(
                        connection,
                        row.company_id,
                        row.session_id,
                        row.to_phone,
                        row.text,
                        now,
                        message_id=row.id,
                        author=AI,
                    )
            now_ms = int(now.timestamp() * 1000)
            await insert_decisions(connection, [_decision(one, outcome, now_ms) for one, outcome in mine])
            for one, outcome in mine:
                delta.count(one.turn.company_id.bytes, f"ai_{outcome.outcome}")
            return [*skipped, *map(born, made)]

        await self._commit(step)
        self._life.count("ai_turns", len(pairs))
        self._push(
            [
                wire_of(row, None, orjson.loads(row.components) if row.components else None)
                for row in made
                if row.status == "queued" and row.due_at is not None and row.due_at <= row.created_at
            ]
        )


async def _left_to_ai(
    connection: Connection, pairs: Sequence[tuple[Understood, Outcome]]
) -> list[tuple[Understood, Outcome]]:
    """Return the outcomes, without the answers to conversations that a person has taken over meanwhile.

    Those conversations stay locked: whoever takes one over now finds the answer, and calls it off.
    """
    asked = {(one.turn.company_id, one.turn.conversation_id) for one, outcome in pairs if outcome.message is not None}
    left = set()
    for place in sorted(asked):  # in one order, so that two workers never wait in a circle
        held = await lock_conversation(connection, *place)
        if held is not None and held["ai_on"]:
            left.add(place)
    return [
        (one, outcome)
        if outcome.message is None or (one.turn.company_id, one.turn.conversation_id) in left
        else (one, outcome._replace(outcome=SILENT, reason="ai_off", message=None))
        for one, outcome in pairs
    ]


def _text(heard: Heard) -> str | None:
    message = (heard.payload or {}).get("message")
    return words_of(message) if isinstance(message, dict) else None


def _heeded(one: Understood, outcome: Outcome) -> Outcome:
    """Return what really follows: who wants no messages, or seems to, is never answered by a machine."""
    verdict = one.verdict
    if verdict is None or verdict.intent != OPT_OUT:
        return outcome
    if verdict.by == "words" or stops_messages(verdict):
        return Outcome(SILENT, "opted_out")
    return Outcome(HANDED_OVER, "perhaps_opt_out")


def _wish(one: Understood) -> Wish | None:
    """Return an opt-out that a model is sure of; the words that are sure by themselves were heard with the message."""
    if one.verdict is None or not stops_messages(one.verdict):
        return None
    turn = one.turn
    return Wish(turn.company_id, turn.phone, True, MODEL_WISH, one.heard.occurred_at, ALL, turn.event_id)


def _unreadable(turn: Turn) -> Understood:
    at_ms = id_ms(turn.event_id.bytes)
    return Understood(turn, at_ms, None, None, Heard(turn.event_id, "", ms_to_time(at_ms), None, None, None))


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
