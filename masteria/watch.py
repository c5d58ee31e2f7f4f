"""The command `masteria watch`: the live feed in the terminal; one line per change where there is no terminal."""

from __future__ import annotations

import argparse
import asyncio
import json
from collections.abc import Callable
from contextlib import aclosing
from typing import Any

from rich.console import Console
from rich.live import Live

from masteria.api_client import known_credentials
from masteria.live_client import LiveClient, Update
from masteria.watch_lines import lines_of, screen

_TOPICS = ("metrics", "events", "queue")
_FRAMES_PER_S = 10
_NUMBERS_EVERY_MS = 1_000


def watch(given: argparse.Namespace) -> int:
    """Show the live feed until Ctrl-C."""
    known = known_credentials(given.data_dir)
    plain = bool(getattr(given, "plain", False))
    following = follow(f"{known.base_url}/api/v1/live", known.api_key, plain=plain, as_json=given.json)
    try:
        asyncio.run(following)
    except KeyboardInterrupt:
        return 0
    return 0


async def follow(
    endpoint: str,
    api_key: str,
    *,
    plain: bool = False,
    as_json: bool = False,
    company_id: str | None = None,
    console: Console | None = None,
    enough: Callable[[Update], bool] = lambda _: False,
) -> None:
    """Follow a company's live feed.

    Args:
        endpoint: ``http://…/api/v1/live``.
        api_key: the company's key.
        plain: one line per change; what a pipe gets in any case.
        as_json: every frame as a line of JSON.
        company_id: with an installation key: the company that is meant.
        console: where to write (standard output).
        enough: ends it after that update.

    Raises:
        BadRequest: the key is refused.
    """
    out = console or Console()
    client = LiveClient(endpoint, api_key, _TOPICS, company_id)
    if plain or as_json or not out.is_terminal:
        await _lines(client, as_json, lambda text: out.out(text, highlight=False), enough)
    else:
        await _screen(client, out, enough)


async def _lines(
    client: LiveClient, as_json: bool, write: Callable[[str], None], enough: Callable[[Update], bool]
) -> None:
    numbers = _Sparse(_NUMBERS_EVERY_MS)
    async with aclosing(client.updates()) as updates:
        async for update in updates:
            if as_json and update.frame:
                write(json.dumps(update.frame, ensure_ascii=False))
            elif not as_json and numbers.due(update):
                for line in lines_of(numbers.pass_on(update)):
                    write(line)
            if enough(update):
                return


class _Sparse:
    """Lets the numbers through once a second at most; what was held back is told with the next."""

    def __init__(self, every_ms: int) -> None:
        self._every_ms = every_ms
        self._told_ms = 0
        self._told: dict[str, Any] = {}

    def due(self, update: Update) -> bool:
        return update.topic != "metrics" or update.ts - self._told_ms >= self._every_ms

    def pass_on(self, update: Update) -> Update:
        if update.topic != "metrics":
            return update
        since = Update(update.topic, self._told, update.now, update.ts, update.frame)
        self._told, self._told_ms = update.now, update.ts
        return since


async def _screen(client: LiveClient, out: Console, enough: Callable[[Update], bool]) -> None:
    connection: dict[str, Any] = {"connected": False, "why": "connecting"}
    with Live(console=out, screen=True, auto_refresh=False) as live:
        painter = asyncio.create_task(_paint(live, client, connection))
        try:
            async with aclosing(client.updates()) as updates:
                async for update in updates:
                    if update.topic == "":
                        connection.update(update.now)
                    if enough(update):
                        return
        finally:
            painter.cancel()
            await asyncio.gather(painter, return_exceptions=True)


async def _paint(live: Live, client: LiveClient, connection: dict[str, Any]) -> None:
    while True:
        live.update(screen(client.states, connection, live.console.size.height), refresh=True)
        await asyncio.sleep(1 / _FRAMES_PER_S)
