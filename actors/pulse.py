"""How the supervisor asks an actor, again and again, how it is."""

from __future__ import annotations

from typing import Any, Protocol, cast

from engine.errors import Unavailable

_THROUGH_RAY = 10  # every so many questions


class Asked(Protocol):
    """An actor, as :class:`actors.handles.ActorRef` reaches it."""

    async def call(self, method: str, *arguments: object, timeout_s: float | None = None) -> Any: ...

    async def ping(self, timeout_s: float) -> dict[str, Any]: ...


class Pulse:
    """Asks without Ray while all is well, and through Ray now and then: it could have lost one that still answers.

    A question through Ray holds up an actor's other work for milliseconds: where requests are answered, that shows.

    Args:
        actor: whom to ask.
        has_door: whether the actor answers without Ray.
    """

    def __init__(self, actor: Asked, *, has_door: bool) -> None:
        self._actor = actor
        self._has_door = has_door
        self._asked = 0
        self._well = False

    async def ask(self, timeout_s: float) -> dict[str, Any]:
        """Return what the actor's ``ping`` answers; one that was not well is asked through Ray until it is.

        Raises:
            Unavailable: it did not answer; the cause is what Ray says of it, or a TimeoutError.
        """
        directly = self._has_door and self._well and self._asked % _THROUGH_RAY > 0
        self._asked += 1
        self._well = False
        told = await self._without_ray(timeout_s) if directly else None
        if told is None:
            told = cast("dict[str, Any]", await self._actor.call("ping", timeout_s=timeout_s))
        self._well = bool(told["ok"])
        return told

    async def _without_ray(self, timeout_s: float) -> dict[str, Any] | None:
        """Return the answer; None where the connection is lost, of which Ray can say more."""
        try:
            return await self._actor.ping(timeout_s)
        except Unavailable as error:
            if isinstance(error.__cause__, TimeoutError):
                raise
            return None
