"""Messages on their way from whoever committed them to their sender hosts. What is lost here, the sweep brings."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Any
from uuid import UUID

from actors.base import Life
from actors.handles import SenderRef
from engine.errors import MasteriaError
from engine.wire import pack

log = logging.getLogger(__name__)
_PER_CALL = 256
_WAITING = 20_000


def handover_of(life: Life, instance: str, hosts: int) -> Handover:
    """Return the way to an installation's sender hosts."""
    return Handover(life, [SenderRef(number, instance).enqueue for number in range(hosts)])


class Handover:
    """One bounded queue per sender host, one call in flight each; never waits, never raises into its caller."""

    def __init__(self, life: Life, enqueue: Sequence[Callable[[bytes], Awaitable[object]]]) -> None:
        self._life = life
        self._enqueue = enqueue
        self._queues: list[deque[dict[str, Any]]] = [deque() for _ in enqueue]
        self._busy = [False] * len(enqueue)

    def push(self, messages: Iterable[dict[str, Any]]) -> None:
        """Queue committed messages (docs/INTERNALS.md, `enqueue`) for their hosts."""
        for message in messages:
            host = UUID(bytes=message["session"]).int % len(self._queues)
            queue = self._queues[host]
            if len(queue) < _WAITING:
                queue.append(message)
            else:
                self._life.count("handover_left_to_sweep")
        for host, queue in enumerate(self._queues):
            if queue and not self._busy[host]:
                self._busy[host] = True
                self._life.spawn(self._carry(host))

    async def _carry(self, host: int) -> None:
        queue = self._queues[host]
        try:
            while queue:
                batch = [queue.popleft() for _ in range(min(len(queue), _PER_CALL))]
                await self._enqueue[host](pack(batch))
        except MasteriaError as error:
            self._life.count("handover_left_to_sweep", len(queue))
            queue.clear()
            log.warning("sender host %d does not take messages: %s", host, error, extra={"action": "hand_over"})
        finally:
            self._busy[host] = False
