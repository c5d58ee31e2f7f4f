"""The typed façade over Ray handles: the only place that calls actors (the supervisor creates them).

A handle is looked up by name when first needed and again after its actor died for good; a call that cannot be
carried out raises :class:`engine.errors.Unavailable`, whatever Ray calls it.
"""

from __future__ import annotations

import asyncio
from typing import Any, cast

import orjson
import ray
from ray.exceptions import PendingCallsLimitExceeded, RayActorError, RayTaskError

from actors.direct_calls import PING, Address, DirectCaller
from engine.errors import MasteriaError, Unavailable


class ActorRef:
    """One named actor of this installation."""

    def __init__(self, name: str, namespace: str) -> None:
        self.name = name
        self._namespace = namespace
        self._handle: Any = None
        self._direct: DirectCaller | None = None

    async def call(self, method: str, *arguments: object, timeout_s: float | None = None) -> Any:
        """Call a method and wait for its answer.

        Args:
            method: the actor's method.
            arguments: bytes, ids and other small values.
            timeout_s: seconds to wait; the call itself may still be carried out afterwards.

        Raises:
            Unavailable: the actor does not exist, died, is restarting, is overloaded or did not answer in time.
            MasteriaError: what the method itself raised.
        """
        try:
            reference = getattr(self._get(), method).remote(*arguments)
            return await asyncio.wait_for(asyncio.wrap_future(reference.future()), timeout_s)
        except RayTaskError as error:  # also an instance of what the method raised: look at it first
            if isinstance(error.cause, MasteriaError):
                raise error.cause from error
            raise
        except (RayActorError, PendingCallsLimitExceeded, ValueError, TimeoutError) as error:
            self._handle = None
            raise Unavailable(f"{self.name}.{method}: {type(error).__name__}") from error

    async def direct(self, method: str, blob: bytes, timeout_s: float) -> Any:
        """Call one of the methods that this actor offers without Ray, for calls that come often.

        Returns:
            Bytes, as the method returned them; of a number its digits (or the number itself).

        Raises:
            Unavailable, MasteriaError: as :meth:`call`.
        """
        if self._direct is None:
            self._direct = DirectCaller(self._address, self._through_ray)
        return await self._direct.call(method, blob, timeout_s)

    async def ping(self, timeout_s: float) -> dict[str, Any]:
        """Return what the actor's ``ping`` answers, asked for by :meth:`direct`.

        Raises:
            Unavailable: as :meth:`call`.
        """
        return cast("dict[str, Any]", orjson.loads(await self.direct(PING, b"", timeout_s)))

    async def _address(self) -> Address:
        return Address(*await self.call("direct_address", timeout_s=2.0))

    async def _through_ray(self, method: str, blob: bytes, timeout_s: float) -> Any:
        if method == PING:
            return orjson.dumps(await self.call(PING, timeout_s=timeout_s))
        return await self.call(method, blob, timeout_s=timeout_s)

    def _get(self) -> Any:
        if self._handle is None:
            self._handle = ray.get_actor(self.name, namespace=self._namespace)
        return self._handle


class SupervisorRef(ActorRef):
    """The supervisor's calls."""

    def __init__(self, namespace: str) -> None:
        super().__init__("supervisor", namespace)

    async def announce(self, kind: str, company_id: bytes | None) -> None:
        """Have a committed change of configuration in force everywhere when this returns."""
        await self.call("announce", kind, company_id, timeout_s=30.0)

    async def status(self) -> dict[str, Any]:
        """Return per-part liveness."""
        return cast("dict[str, Any]", await self.call("status", timeout_s=5.0))

    async def shard_table(self) -> bytes:
        """Return 256 bytes: the shard of each bucket."""
        return cast("bytes", await self.call("shard_table", timeout_s=5.0))


class ShardRef(ActorRef):
    """A company shard's calls."""

    def __init__(self, number: int, namespace: str) -> None:
        super().__init__(f"shard-{number}", namespace)

    async def ingest(self, blob: bytes, timeout_s: float) -> bytes:
        """Store a batch of webhooks; see docs/INTERNALS.md for both forms."""
        return cast("bytes", await self.direct("ingest", blob, timeout_s))


class SenderRef(ActorRef):
    """A sender host's calls."""

    def __init__(self, number: int, namespace: str) -> None:
        super().__init__(f"sender-{number}", namespace)

    async def enqueue(self, blob: bytes) -> int:
        """Hand messages over; return how many were taken (the sweep brings the rest)."""
        return int(await self.direct("enqueue", blob, 10.0))

    async def heard(self, blob: bytes) -> None:
        """Tell how many inbound messages sessions got."""
        await self.direct("heard", blob, 5.0)

    async def graph(self, blob: bytes) -> bytes:
        """Have WhatsApp asked something that is no send."""
        return cast("bytes", await self.call("graph", blob, timeout_s=30.0))


class EmbeddingRef(ActorRef):
    """Whoever has the model that texts are embedded with."""

    def __init__(self, name: str, namespace: str) -> None:
        super().__init__(name, namespace)

    async def embed(self, blob: bytes) -> bytes:
        """Return the vectors of some texts (``actors/embedding.py``)."""
        return cast("bytes", await self.call("embed", blob, timeout_s=20.0))


class AiRef(ActorRef):
    """An AI worker's calls."""

    def __init__(self, number: int, namespace: str) -> None:
        super().__init__(f"ai-{number}", namespace)

    async def nudge(self) -> None:
        """Say that messages wait to be understood; what is not heard here is found a second later."""
        await self.direct("nudge", b"", 5.0)

    async def understand(self, blob: bytes) -> bytes:
        """Have a text understood without any consequence."""
        return cast("bytes", await self.call("understand", blob, timeout_s=10.0))

    async def suggest(self, blob: bytes) -> bytes:
        """Have answers suggested; a language model may be asked."""
        return cast("bytes", await self.call("suggest", blob, timeout_s=35.0))

    async def simulate(self, blob: bytes) -> bytes:
        """Have a text decided about without any consequence; a language model may be asked."""
        return cast("bytes", await self.call("simulate", blob, timeout_s=35.0))

    async def confusion(self, blob: bytes) -> bytes:
        """Have a company's examples judged."""
        return cast("bytes", await self.call("confusion", blob, timeout_s=30.0))

    async def write(self, blob: bytes) -> bytes:
        """Have a company's language model write something (``actors/writing.py``)."""
        return cast("bytes", await self.call("write", blob, timeout_s=70.0))


class AggregatorRef(ActorRef):
    """The metrics aggregator's calls."""

    def __init__(self, namespace: str) -> None:
        super().__init__("aggregator", namespace)

    async def apply(self, blob: bytes) -> int:
        """Tell committed deltas; return in how many milliseconds the next telling is of use."""
        return int(await self.direct("apply", blob, 10.0))

    async def watch(self, blob: bytes) -> bytes:
        """Say which live topics are wanted; return the states of the new ones."""
        return cast("bytes", await self.call("watch", blob, timeout_s=5.0))

    async def summary(self, company_id: bytes, query: bytes) -> bytes:
        """Return a company's numbers as JSON."""
        return cast("bytes", await self.direct("summary", company_id + query, 5.0))

    async def prometheus(self) -> bytes:
        """Return the installation's numbers as JSON."""
        return cast("bytes", await self.call("prometheus", timeout_s=5.0))


class FanoutRef(ActorRef):
    """The fanout's calls."""

    def __init__(self, namespace: str) -> None:
        super().__init__("fanout", namespace)

    async def publish(self, blob: bytes) -> int:
        """Send changed topics to their subscribers; return in how many milliseconds newer ones could be sent."""
        return int(await self.direct("publish", blob, 5.0))

    async def topics(self) -> bytes:
        """Return who is subscribed to what."""
        return cast("bytes", await self.call("topics", timeout_s=5.0))
