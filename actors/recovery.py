"""Intents that nobody will answer: those of a sender that is gone are uncertain, one's own doubtful ones unsent."""

from __future__ import annotations

import logging
import time
from uuid import UUID

from actors.dispatcher import Dispatcher
from actors.flights import Landed, OpenIntent
from actors.recorder import Recorder
from actors.sender import SessionSender
from actors.verdicts import Judge
from storage.pool import Pool
from storage.sending import OpenDispatch, delete_dispatches, open_dispatches

log = logging.getLogger(__name__)
_OVER_FOR_S = 0.2


class Recovery:
    """Looks through the open intents of a host's sessions."""

    def __init__(self, pool: Pool, dispatcher: Dispatcher, recorder: Recorder, judge: Judge) -> None:
        self._pool = pool
        self._dispatcher = dispatcher
        self._recorder = recorder
        self._judge = judge

    async def look(self, senders: dict[UUID, SessionSender]) -> int:
        """Land what is left of other incarnations' intents; return how many messages that were.

        An intent with the present fence that this host does not know was committed although its commit seemed to
        fail: not one of its messages was ever sent. One with an older fence was another incarnation's: it may have
        sent any of them.
        """
        leased = [sender.id for sender in senders.values() if sender.fence is not None]
        if not leased:
            return 0
        known = list(self._dispatcher.open)
        async with self._pool.acquire() as connection:
            found = await open_dispatches(connection, leased, over_for_s=_OVER_FOR_S, known=known)
            done = [entry.id for entry in found if not entry.unanswered and entry.id not in self._dispatcher.open]
            if done:
                await delete_dispatches(connection, done)
        total = 0
        for entry in found:
            if entry.unanswered and entry.id not in self._dispatcher.open:
                total += self._land(entry, senders[entry.session_id].fence)
        return total

    def _land(self, entry: OpenDispatch, fence: int | None) -> int:
        intent = OpenIntent(entry.id, len(entry.unanswered))
        self._dispatcher.open[entry.id] = intent
        verdict = self._judge.never_left if entry.fence == fence else self._judge.lost
        now_ms = time.time_ns() // 1_000_000
        for message_id, attempt in entry.unanswered:
            answer = verdict(message_id, attempt, entry.id, entry.session_id, entry.company_id, now_ms)
            self._recorder.landed(Landed(answer, intent))
        log.warning(
            "%d messages of an abandoned intent: %s", len(entry.unanswered), answer.status, extra={"action": "recover"}
        )
        return len(entry.unanswered)
