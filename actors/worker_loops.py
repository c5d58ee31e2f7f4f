"""What a worker does beside jobs, over and over. A new loop: a class with ``run_once``, and a line here.

Every worker runs every loop: one that may not run twice at once claims its rows with SKIP LOCKED.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import NamedTuple, Protocol

from actors.alert_telling import AlertTelling
from actors.alerting import AlertWatch
from actors.campaigning import Campaigning
from actors.contact_folding import ContactFolding
from actors.jobs.contacts_import import ForgettingImports
from actors.jobs.tools import JobTools
from actors.outgoing import OutgoingExpander, OutgoingSender, OutgoingUpkeep
from actors.pruning import Pruning
from actors.reaching import Reaching
from engine.addresses import Guard
from engine.ids import ms_to_time
from integrations.outgoing_webhooks import OutgoingClient
from storage.bulk import forget_previews
from storage.exports import forget_exports
from storage.jobs import forget_jobs

_KEPT_JOBS = timedelta(days=90)
_KEPT_PREVIEWS = timedelta(days=1)
_AT_ONCE = 1_000
_EXPORTS_AT_ONCE = 5  # one may hold a thousand pieces


class Loop(Protocol):
    """Something to be done again and again; what it raises is logged, and it is tried again."""

    async def run_once(self) -> None: ...


class LoopPlan(NamedTuple):
    """A loop's name (in the log and in ``ping``), the pause between two runs in seconds, and how it is made."""

    name: str
    pause_s: float
    make: Callable[[JobTools], Loop]


class Forgetting:
    """Deletes jobs 90 days after their end, and previews a day after they expired."""

    def __init__(self, tools: JobTools) -> None:
        self._tools = tools

    async def run_once(self) -> None:
        now = ms_to_time(self._tools.now_ms())
        await forget_jobs(self._tools.pool, now - _KEPT_JOBS, _AT_ONCE)
        await forget_previews(self._tools.pool, now - _KEPT_PREVIEWS, _AT_ONCE)


class ForgettingExports:
    """Takes exported files away seven days after they were asked for."""

    def __init__(self, tools: JobTools) -> None:
        self._tools = tools

    async def run_once(self) -> None:
        await forget_exports(self._tools.pool, ms_to_time(self._tools.now_ms()), _EXPORTS_AT_ONCE)


def _attempting(tools: JobTools) -> OutgoingSender:
    client = OutgoingClient(Guard(tools.settings.outgoing_allow_private))
    return OutgoingSender(tools.pool, tools.vault, client, tools.now_ms)


LOOPS: tuple[LoopPlan, ...] = (
    LoopPlan("expand_outgoing", 0.5, lambda tools: OutgoingExpander(tools.pool, tools.ids, tools.now_ms)),
    LoopPlan("send_outgoing", 0.25, _attempting),
    LoopPlan("keep_outgoing", 60.0, lambda tools: OutgoingUpkeep(tools.pool, tools.now_ms)),
    LoopPlan("forget_jobs", 600.0, Forgetting),
    LoopPlan("forget_exports", 300.0, ForgettingExports),
    LoopPlan("fold_contacts", 2.0, lambda tools: ContactFolding(tools.pool, tools.ids, tools.now_ms)),
    LoopPlan("count_reached", 1.0, Reaching),
    LoopPlan("watch_alerts", 2.0, AlertWatch),
    LoopPlan("tell_alerts", 1.0, AlertTelling),
    LoopPlan("prune", 3_600.0, Pruning),
    LoopPlan("forget_imports", 600.0, ForgettingImports),
    LoopPlan("make_campaigns", 0.2, Campaigning),
)
