"""A list of 2,000 people, half of them not on WhatsApp, over three fresh numbers: careful and naive, side by side."""

from __future__ import annotations

import asyncio
import random
from collections import Counter, deque
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from engine.phones import AREA_CODES
from engine.web_gate import Hold
from engine.web_options import WebOptions
from tests.virtual_time import run_virtually
from tests.web_kit import Rig, letter, loop_ms, start_rig, taken
from whatsapp.transport import Accepted
from whatsapp.web.courier import Answered, Skipped
from whatsapp.web.port import NotConnectedError, WebMessage
from whatsapp.web.simulated_world import Manners, WebWorld

NUMBERS = ("+5511911110001", "+5511911110002", "+5511911110003")
MANNERS = Manners(share_unregistered=0.5)
SEEDS = (1, 2, 3)


def people(seed: int, count: int = 2_000) -> list[str]:
    luck = random.Random(seed)
    areas = sorted(AREA_CODES)
    return [f"+55{luck.choice(areas)}9{luck.randrange(60_000_000, 99_999_999)}" for _ in range(count)]


@dataclass
class Result:
    skipped: Counter[str] = field(default_factory=Counter)
    held: Counter[str] = field(default_factory=Counter)
    accepted: int = 0
    days: float = 0.0
    looked_up: int = 0
    chance_of_a_ban: float = 0.0
    bans: list[tuple[str, int]] = field(default_factory=list)
    sent: int = 0
    delivered: int = 0
    to_nobody: int = 0
    unregistered: int = 0

    def judge(self, world: WebWorld) -> None:
        """What the simulated WhatsApp knows is what counts."""
        self.days = asyncio.get_running_loop().time() / 86_400
        self.bans = world.bans
        self.sent = len(world.taken)
        self.delivered = sum(one.delivered for one in world.taken)
        self.to_nobody = sum(not one.registered for one in world.taken)
        self.chance_of_a_ban = sum(line.bans.expected_bans for line in world.lines.values())


def absent(world: WebWorld, listed: list[str]) -> int:
    """How many have an account in neither form."""
    return sum(world.luck("registered", phone) < world.manners.share_unregistered for phone in listed)


async def careful(seed: int, folder: Path, options: WebOptions | None = None) -> Result:
    """The default policy, or another one, as a session's process runs it."""
    world = WebWorld(seed, MANNERS, now_s=lambda: loop_ms() / 1000)
    rigs = [await start_rig(world, folder / phone, phone, options=options) for phone in NUMBERS]
    result, listed = Result(), people(seed)
    result.unregistered = absent(world, listed)
    await asyncio.gather(*(_campaign(rig, listed[n :: len(rigs)], result) for n, rig in enumerate(rigs)))
    await asyncio.sleep(600)
    result.judge(world)
    result.looked_up = sum(rig.courier.looked_up for rig in rigs)
    for rig in rigs:
        await rig.close()
    return result


async def _campaign(rig: Rig, listed: list[str], result: Result) -> None:
    waiting = deque(enumerate(listed))
    while waiting:
        number, phone = waiting[0]
        ahead = [other for _, other in list(waiting)[1:50]]
        text = f"Olá, cliente {number}! Seu cupom {number * 7919 % 10_000:04d} vale até domingo. Quer saber mais?"
        outcome = await rig.courier.deliver(letter(f"{rig.session.status.phone}/{number}", phone, text), ahead, taken)
        if isinstance(outcome, Hold):
            result.held[outcome.reason] += 1
            await asyncio.sleep(outcome.seconds or 60.0)
            continue
        waiting.popleft()
        if isinstance(outcome, Skipped):
            result.skipped[outcome.reason] += 1
        elif isinstance(outcome, Answered) and isinstance(outcome.answer, Accepted):
            result.accepted += 1


async def naive(seed: int, folder: Path) -> Result:
    """A loop over the same list: one text, a second apart, nobody looked up."""
    world = WebWorld(seed, MANNERS, now_s=lambda: loop_ms() / 1000)
    rigs = [await start_rig(world, folder / phone, phone) for phone in NUMBERS]
    result, listed = Result(), people(seed)

    async def send_all(rig: Rig, part: list[str]) -> None:
        for number, phone in enumerate(part):
            if not rig.session.ready:
                return
            await rig.session.send(WebMessage(f"{number}", phone.removeprefix("+"), "Promoção! Compre já."))
            await asyncio.sleep(1.0)

    await asyncio.gather(*(send_all(rig, listed[n :: len(rigs)]) for n, rig in enumerate(rigs)))
    await asyncio.sleep(60)
    result.judge(world)
    for rig in rigs:
        await rig.close()
    return result


@pytest.mark.parametrize("seed", SEEDS)
def test_the_default_policy_reaches_everybody_who_is_there_and_no_number_is_banned(seed: int, tmp_path: Path) -> None:
    result = run_virtually(lambda: careful(seed, tmp_path))
    assert result.bans == []
    assert result.chance_of_a_ban < 0.01, "not luck: the policy stays where the model sees no danger"
    assert result.delivered >= 0.9 * result.sent
    assert result.to_nobody == 0
    assert result.skipped == {"not_on_whatsapp": result.unregistered}
    assert result.accepted == result.sent == 2_000 - result.unregistered
    assert {"warm_up", "pace"} <= set(result.held)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_naive_loop_over_the_same_list_loses_every_number(seed: int, tmp_path: Path) -> None:
    result = run_virtually(lambda: naive(seed, tmp_path))
    assert {number for number, _ in result.bans} == set(NUMBERS)
    assert result.sent < 2_000


def test_pace_alone_does_not_save_a_fresh_number(tmp_path: Path) -> None:
    result = run_virtually(lambda: careful(1, tmp_path, WebOptions(warm_up=False)))
    assert result.bans


def test_looking_up_the_whole_list_first_loses_the_number_as_well(tmp_path: Path) -> None:
    async def mass_check() -> WebWorld:
        world = WebWorld(1, MANNERS, now_s=lambda: loop_ms() / 1000)
        rig = await start_rig(world, tmp_path, NUMBERS[0])
        listed = people(1, 20_000)
        with suppress(NotConnectedError):  # that is how a number that was just banned notices
            for start in range(0, len(listed), 50):
                await rig.client.is_on_whatsapp(listed[start : start + 50])
        await rig.close()
        return world

    world = run_virtually(mass_check)
    assert len(world.bans) == 1
    assert world.checks < 20_000


def test_the_same_seed_gives_the_same_story(tmp_path: Path) -> None:
    first = run_virtually(lambda: naive(9, tmp_path / "a"))
    second = run_virtually(lambda: naive(9, tmp_path / "b"))
    assert (first.bans, first.sent) == (second.bans, second.sent)
