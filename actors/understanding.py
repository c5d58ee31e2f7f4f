"""What an AI worker does, without Ray: claim turns, embed, decide, have answers made, and finish in one transaction.

A crash anywhere leaves the turn to whoever claims it next. What was offered to the shard finds itself there, and a turn
is finished, with its decision and its answer, by the one transaction that still holds its fence.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Protocol
from uuid import UUID
from weakref import WeakValueDictionary

from actors.base import Life
from actors.own_intents import OwnIntents
from actors.turn_ends import Commit, Outcome, TurnEnds, Understood
from actors.understood_events import Offer
from engine.ai.intents import looked_at
from engine.ai.outcomes import HANDED_OVER, SILENT
from engine.conversations import words_of
from engine.errors import MasteriaError
from engine.ids import id_ms, ms_to_time
from integrations.embedding import Embedder
from storage.ai_agents import find_agent
from storage.ai_turns import Heard, Turn, claim_turns, extend_turns, give_back, read_messages
from storage.pool import AWAY, Pool

log = logging.getLogger(__name__)
AT_ONCE = 32
LEASE_S = 60.0
KEEP_S = LEASE_S / 4
MOST_BESIDE = 64
MOST_ATTEMPTS = 5
_AWAY_S = 0.5
_FULL_S = 5.0
_PER_COMPANY = MOST_BESIDE // 2  # so that one company's slow model leaves room for the others'
_PLACES = 16  # questions to a company's model at once


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
        self._embedder = embedder
        self._own = own
        self._offer = offer
        self._responder = responder
        self._life = life
        self._ends = TurnEnds(commit, push, life)
        self._slow = slow
        self._beside: dict[asyncio.Task[None], Turn] = {}
        self._places: WeakValueDictionary[UUID, asyncio.Semaphore] = WeakValueDictionary()

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
            left = self._not_beside(turns)
            await give_back(self._pool, left, _AWAY_S, uncounted=True)  # a shard is being restarted, say
            raise
        except Exception:
            log.exception("a batch failed: its turns are done one by one", extra={"action": "understand"})
            self._life.count("ai_batches_failed")
            for turn in self._not_beside(turns):
                await self._take_one(turn)
        return len(turns)

    def _not_beside(self, turns: Sequence[Turn]) -> list[Turn]:
        """Return the turns without those that are being answered beside: they end by themselves."""
        beside = {turn.event_id for turn in self._beside.values()}
        return [turn for turn in turns if turn.event_id not in beside]

    async def _take_one(self, turn: Turn) -> None:
        try:
            await self._take([turn])
        except AWAY:
            raise
        except Exception as error:
            await self._failed(turn, error)

    async def _failed(self, turn: Turn, error: Exception) -> None:
        """Have a turn tried again later; one that fails again and again is a person's, where an agent answers."""
        if isinstance(error, MasteriaError):  # not the turn's fault
            await give_back(self._pool, [turn], _AWAY_S, uncounted=True)
            return
        log.warning("a turn failed: %s: %s", type(error).__name__, error, extra={"action": "understand"})
        self._life.count("ai_turns_failed")
        if turn.attempts < MOST_ATTEMPTS:
            await give_back(self._pool, [turn], 2.0**turn.attempts, uncounted=False)
            return
        agent = await find_agent(self._pool, turn.company_id, turn.session_id)
        await self._ends.end([_unreadable(turn)], [Outcome(SILENT if agent is None else HANDED_OVER, "failed")])

    async def _take(self, turns: Sequence[Turn]) -> None:
        heard = await read_messages(self._pool, turns)
        gone = [turn for turn in turns if turn.event_id not in heard]
        understood = await self._understand([turn for turn in turns if turn.event_id in heard], heard)
        await self._offer.tell(understood)
        slow = set() if self._slow is None else await self._slow({one.turn.company_id for one in understood})
        quick = [one for one in understood if one.turn.company_id not in slow]
        await self._answer_beside([one for one in understood if one.turn.company_id in slow])
        outcomes = await self._responder.respond(quick)
        await self._ends.end(quick, outcomes, gone)

    async def _answer_beside(self, slow: Sequence[Understood]) -> None:
        """Have messages answered while others go on; what is beyond the bound comes again in a while."""
        later: list[Turn] = []
        for one in slow:
            companys = sum(turn.company_id == one.turn.company_id for turn in self._beside.values())
            if len(self._beside) >= MOST_BESIDE or companys >= _PER_COMPANY:
                later.append(one.turn)
                continue
            task = asyncio.get_running_loop().create_task(self._answer(one))
            self._beside[task] = one.turn
            task.add_done_callback(self._beside.pop)
        if later:
            self._life.count("ai_turns_put_off", len(later))
            await give_back(self._pool, later, _FULL_S, uncounted=True)

    async def _answer(self, one: Understood) -> None:
        places = self._places.setdefault(one.turn.company_id, asyncio.Semaphore(_PLACES))
        try:
            try:
                async with places:
                    outcomes = await self._responder.respond([one])
                await self._ends.end([one], outcomes)
            except AWAY:
                raise
            except Exception as error:
                await self._failed(one.turn, error)
        except AWAY as error:  # it comes again when its lease is over
            log.warning("an answer waits: %s", type(error).__name__, extra={"action": "understand"})

    async def keep(self) -> None:
        """Keep the turns that are answered beside, also those that wait for a place; called every ``KEEP_S``."""
        await extend_turns(self._pool, list(self._beside.values()), LEASE_S)

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
        readers = [await self._own.reader(turn.company_id) for turn in turns]
        said = {at: text for at, text in enumerate(texts) if text}
        begun = {at: readers[at].begin(text) for at, text in said.items()}
        verdicts = {at: one.verdict for at, one in begun.items()}
        left = [at for at, verdict in verdicts.items() if verdict is None]
        vectors = await self._embedder.queries([looked_at(said[at]) for at in left])
        for at, row in zip(left, vectors, strict=True):
            (verdicts[at],) = readers[at].finish([begun[at]], row[None, :])
        return [
            Understood(turn, id_ms(turn.event_id.bytes), texts[at], verdicts.get(at), heard[turn.event_id])
            for at, turn in enumerate(turns)
        ]


def _text(heard: Heard) -> str | None:
    message = (heard.payload or {}).get("message")
    return words_of(message) if isinstance(message, dict) else None


def _unreadable(turn: Turn) -> Understood:
    at_ms = id_ms(turn.event_id.bytes)
    return Understood(turn, at_ms, None, None, Heard(turn.event_id, "", ms_to_time(at_ms), None, None, None))
