"""Imported events on their way to the shard that owns their company: the same call as a gateway's, so one writer."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from actors.handles import ShardRef, SupervisorRef
from engine.errors import NotFound, Unavailable
from engine.settings import Settings
from engine.sharding import bucket_of
from engine.wire import DONE, GONE, Answer, Intake, pack_intake, pack_intakes, unpack_answers

Ingest = Callable[[int, bytes], Awaitable[bytes]]
Table = Callable[[], Awaitable[bytes]]
_TIMEOUT_S = 10.0


class ShardDoor:
    """Takes intakes to their shard in batches of the gateway's size and waits until they are stored.

    Unlike a gateway it spills nothing: what is not stored is fetched and offered again, under the same ids.
    """

    def __init__(self, ingest: Ingest, table: Table, *, max_events: int = 64, max_bytes: int = 90_000) -> None:
        self._ingest = ingest
        self._table = table
        self._max_events = max_events
        self._max_bytes = max_bytes

    @classmethod
    def of(cls, settings: Settings) -> ShardDoor:
        """Return the way through Ray."""
        shards = [ShardRef(number, settings.instance) for number in range(settings.shards)]

        async def ingest(shard: int, blob: bytes) -> bytes:
            return await shards[shard].ingest(blob, _TIMEOUT_S)

        return cls(
            ingest,
            SupervisorRef(settings.instance).shard_table,
            max_events=settings.batch_events,
            max_bytes=settings.batch_bytes,
        )

    async def take(self, items: Sequence[Intake]) -> list[Answer]:
        """Store one company's intakes; return their answers in order, after the commits.

        Raises:
            Unavailable: the shard is away, has another owner, or older events wait in the spill; what was stored of the
                intakes answers as its own when it comes again.
            NotFound: the company does not exist any more.
        """
        if not items:
            return []
        shard = (await self._table())[bucket_of(items[0].company_id)]
        answers: list[Answer] = []
        for batch in self._batches([pack_intake(item) for item in items]):
            answers += unpack_answers(await self._ingest(shard, pack_intakes(batch)))
        if any(answer.code == GONE for answer in answers):
            raise NotFound("the company does not exist any more")
        if any(answer.code != DONE for answer in answers):
            raise Unavailable("the shard cannot take events just now")
        return answers

    def _batches(self, packed: Sequence[bytes]) -> list[list[bytes]]:
        batches: list[list[bytes]] = []
        size = 0
        for blob in packed:
            size += len(blob)
            if not batches or len(batches[-1]) == self._max_events or size > self._max_bytes:
                batches.append([])
                size = len(blob)
            batches[-1].append(blob)
        return batches
