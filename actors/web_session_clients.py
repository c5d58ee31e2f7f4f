"""The linked device of a WhatsApp-Web session: neonize, or the simulated WhatsApp where the session asks for it."""

from __future__ import annotations

import time
from pathlib import Path
from uuid import UUID

from engine.settings import Settings
from engine.web_options import WebOptions
from storage.web_sessions import WebSessionRow
from whatsapp.web.neonize_client import NeonizeClient
from whatsapp.web.port import WebClient
from whatsapp.web.simulated_client import SimulatedClient
from whatsapp.web.simulated_world import Manners, WebWorld
from whatsapp.web.store import session_folder

_MEMORY = "world.jsonl"
_SEED = 1


class WebClients:
    """Makes sessions' clients; their credentials stand below the data directory."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def make(self, session_id: UUID, row: WebSessionRow, options: WebOptions) -> WebClient:
        """Return a session's client, not connected yet.

        Raises:
            ValueError: the session lacks something it needs.
            OSError: its folder cannot be made.
        """
        folder = session_folder(self._settings.data_dir, session_id.hex)
        if options.client == "neonize":
            return NeonizeClient(folder, proxy=options.proxy)
        return self._simulated(folder, row)

    def _simulated(self, folder: Path, row: WebSessionRow) -> WebClient:
        """Return a device whose phone scans its first code by itself, on a WhatsApp that lasts as long as its file."""
        if not self._settings.simulator_url:
            raise ValueError("no simulator runs in this installation")
        if row.phone is None:
            raise ValueError("a simulated session needs the phone that will scan")
        manners = Manners(scan_after_s=1.0, share_unregistered=0.02, bans=False)
        world = WebWorld(_SEED, manners, now_s=time.time, memory=folder / _MEMORY)
        return SimulatedClient(world, folder, row.phone, lambda: time.time_ns() // 1_000_000)
