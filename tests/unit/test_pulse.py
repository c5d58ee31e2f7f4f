"""How the supervisor asks an actor how it is: by its own door while all is well, through Ray where that says more."""

from __future__ import annotations

from typing import Any

import pytest

from actors.pulse import Pulse
from engine.errors import Unavailable

WELL = {"ok": True, "name": "shard-0"}
ILL = {"ok": False, "name": "shard-0"}


class Actor:
    """Notes by which way it was asked, and answers what it is told to."""

    def __init__(self) -> None:
        self.ways: list[str] = []
        self.by_door: dict[str, Any] | Exception = WELL
        self.by_ray: dict[str, Any] | Exception = WELL

    async def call(self, method: str, *arguments: object, timeout_s: float | None = None) -> Any:
        assert (method, arguments, timeout_s) == ("ping", (), 5.0)
        self.ways.append("ray")
        return _given(self.by_ray)

    async def ping(self, timeout_s: float) -> dict[str, Any]:
        self.ways.append("door")
        return _given(self.by_door)


def _given(answer: dict[str, Any] | Exception) -> dict[str, Any]:
    if isinstance(answer, Exception):
        raise answer
    return answer


def _away(cause: Exception | None) -> Unavailable:
    error = Unavailable("no answer")
    error.__cause__ = cause
    return error


async def _asked(pulse: Pulse, actor: Actor, times: int) -> list[str]:
    actor.ways.clear()
    for _ in range(times):
        assert await pulse.ask(5.0) == WELL
    return list(actor.ways)


async def test_one_that_is_well_is_asked_without_ray_but_for_each_tenth_time() -> None:
    actor = Actor()
    pulse = Pulse(actor, has_door=True)
    assert await _asked(pulse, actor, 21) == ["ray", *["door"] * 9] * 2 + ["ray"]


async def test_one_without_a_door_is_asked_through_ray() -> None:
    actor = Actor()
    assert await _asked(Pulse(actor, has_door=False), actor, 3) == ["ray"] * 3


async def test_one_that_ray_has_lost_is_not_well_because_its_door_answers() -> None:
    actor = Actor()
    pulse = Pulse(actor, has_door=True)
    await _asked(pulse, actor, 10)
    actor.by_ray = _away(TimeoutError())
    for _ in range(3):
        with pytest.raises(Unavailable):
            await pulse.ask(5.0)
    assert actor.ways[-3:] == ["ray"] * 3
    actor.by_ray = WELL
    assert await _asked(pulse, actor, 2) == ["ray", "door"]


async def test_of_a_lost_connection_ray_says_why() -> None:
    actor = Actor()
    pulse = Pulse(actor, has_door=True)
    await _asked(pulse, actor, 2)
    actor.by_door, actor.by_ray = _away(None), _away(ValueError("there is no such actor"))
    with pytest.raises(Unavailable) as raised:
        await pulse.ask(5.0)
    assert isinstance(raised.value.__cause__, ValueError)
    assert actor.ways[-2:] == ["door", "ray"]


async def test_one_that_does_not_answer_in_time_is_not_waited_for_twice() -> None:
    actor = Actor()
    pulse = Pulse(actor, has_door=True)
    await _asked(pulse, actor, 2)
    actor.by_door = _away(TimeoutError())
    with pytest.raises(Unavailable):
        await pulse.ask(5.0)
    assert actor.ways[-1] == "door"
    assert await _asked(pulse, actor, 1) == ["ray"]


async def test_one_that_says_it_is_not_well_is_asked_through_ray_until_it_is() -> None:
    actor = Actor()
    pulse = Pulse(actor, has_door=True)
    actor.by_ray = ILL
    assert await pulse.ask(5.0) == ILL
    actor.by_ray = WELL
    assert await _asked(pulse, actor, 2) == ["ray", "door"]
