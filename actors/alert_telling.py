"""Tells what alerts have to say: in the application, by outgoing webhook, by WhatsApp. A loop of the workers.

Each channel is a row of its own: one that fails is tried again by itself and holds no other up.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

from actors.jobs.tools import JobTools
from engine.alerts import FIRED
from engine.errors import MasteriaError
from engine.ids import ms_to_time
from engine.metrics import Delta
from storage import alerts
from storage.countries import skip_barred
from storage.message_changes import Transition, born
from storage.message_rows import MessageRow, create_messages, direct_message, hand_over
from storage.notifications import Severity, notify
from storage.outgoing import tell
from storage.pool import Connection
from storage.searching import Row
from storage.sessions import get_session
from storage.suppressions import skip_suppressed
from storage.undeliverable import skip_undeliverable

log = logging.getLogger(__name__)
_AT_ONCE = 50
_MOST_TRIES = 10  # the last about 45 minutes after the first
_TELL_S = 5.0

TellWebhook = Callable[[Connection, UUID, dict[str, Any], datetime], Awaitable[None]]


async def by_webhooks(connection: Connection, company_id: UUID, data: dict[str, Any], now: datetime) -> None:
    """Put it among what the company's outgoing webhooks are told; their attempts are their own affair."""
    await tell(connection, company_id, "alert.fired" if data["state"] == FIRED else "alert.resolved", data, now)


class AlertTelling:
    """Tells what waits to be told.

    Args:
        tools: the worker's.
        webhook: puts ``alert.fired`` among what the company's outgoing webhooks are told, in a transaction.
    """

    def __init__(self, tools: JobTools, webhook: TellWebhook | None = None) -> None:
        self._tools = tools
        self._webhook = webhook or by_webhooks

    async def run_once(self) -> None:
        now = ms_to_time(self._tools.now_ms())
        for send in await alerts.claim_sends(self._tools.pool, now, _AT_ONCE):
            try:
                async with asyncio.timeout(_TELL_S):
                    await self._tell(send, now)
            except asyncio.CancelledError:
                raise
            except Exception as error:  # whatever it is: the next try is set, the other channels go on
                await self._failed(send, error)

    async def _failed(self, send: Row, error: Exception) -> None:
        log.warning(
            "alert %s by %s: %s",
            send["alert_id"],
            send["channel"],
            type(error).__name__,
            extra={"action": "tell_alert"},
        )
        if send["attempt"] >= _MOST_TRIES or (isinstance(error, MasteriaError) and not error.retryable):
            await alerts.delete_send(self._tools.pool, send["id"])
        else:
            await alerts.fail_send(self._tools.pool, send["id"], f"{type(error).__name__}: {error}")

    async def _tell(self, send: Row, now: datetime) -> None:
        alert, data = send["alert"], send["data"]
        if alert is None or (not data["test"] and alert["state"] != data["state"]):
            await alerts.delete_send(self._tools.pool, send["id"])  # it is not so any more
        elif send["channel"] == "whatsapp":
            await self._by_whatsapp(send, alert["channels"].get("whatsapp"))
        else:
            async with self._tools.pool.acquire() as connection, connection.transaction():
                if not await alerts.delete_send(connection, send["id"]):
                    return
                if send["channel"] == "app":
                    severity: Severity = "critical" if data["state"] == FIRED else "info"
                    kind = "alert_fired" if data["state"] == FIRED else "alert_over"
                    await notify(connection, send["company_id"], kind, severity, data)
                else:
                    await self._webhook(connection, send["company_id"], data, now)

    async def _by_whatsapp(self, send: Row, way: dict[str, Any] | None) -> None:
        """Make a message like any other: its person's wishes count, its holds and dead letters are its own affair."""
        if way is None or await get_session(self._tools.pool, send["company_id"], UUID(way["session_id"])) is None:
            await alerts.delete_send(self._tools.pool, send["id"])
            return
        made: list[MessageRow] = []
        row = self._message(send, way)

        async def step(connection: Connection, _: Delta) -> list[Transition]:
            made.clear()
            if not await alerts.delete_send(connection, send["id"]):
                return []
            stored = await skip_undeliverable(connection, await skip_suppressed(connection, [row]))
            stored = await skip_barred(connection, stored)
            await create_messages(connection, stored)
            made.extend(one for one in stored if one.due_at is not None)
            return [born(one) for one in stored]

        await self._tools.commit(step)
        if made:
            components = None if row.components is None else orjson.loads(row.components)
            self._tools.hand_over([hand_over(row, None, components)])

    def _message(self, send: Row, way: dict[str, Any]) -> MessageRow:
        message_id = self._tools.ids.make_uuid(self._tools.now_ms())
        text = f"{send['data']['title_pt']}\n{send['data']['title_en']}"
        plain = direct_message(message_id, send["company_id"], UUID(way["session_id"]), way["to"], text)
        template = way.get("template")
        if not template:
            return plain
        parameters = [{"type": "text", "text": send["data"]["title_pt"]}]
        return plain._replace(
            type="template",
            template_name=template["name"],
            template_language=template.get("language", "pt_BR"),
            components=orjson.dumps([{"type": "body", "parameters": parameters}]).decode(),
            category="utility",
        )
