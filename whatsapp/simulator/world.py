"""The simulator's whole memory in one place, and what a reset means."""

from __future__ import annotations

import os
import time
from binascii import b2a_base64
from typing import Any

import psutil

from whatsapp.http import HttpClient
from whatsapp.simulator.clock import Clock
from whatsapp.simulator.faults import Faults
from whatsapp.simulator.ledger import Ledger
from whatsapp.simulator.outbox import Outbox
from whatsapp.simulator.people import People
from whatsapp.simulator.registry import App, Registry
from whatsapp.simulator.statuses import Ladder, StatusWriter


class World:
    """Apps, numbers, people, faults, accepted messages and webhooks still to be told."""

    def __init__(self, seed: int = 0) -> None:
        self.seed = seed
        self.clock = Clock()
        self.http = HttpClient(
            connect_timeout_s=2.0, timeout_s=15.0, max_in_flight=64, user_agent="simulator", proxies=False
        )
        self.registry = Registry()
        self.people = People(seed)
        self.faults = Faults(seed)
        self.outboxes: dict[str, Outbox] = {}
        self.statuses = True
        self.ladder = Ladder(seed)
        self.batch_size = 500
        self.in_flight_limit = 4
        self.base_url = ""
        self._nonce_ms = 0
        self._clear_messages()

    def reset(self) -> None:
        """Forget messages, pending webhooks, faults, people and counters; apps and settings stay."""
        self.faults.clear()
        self.people.clear()
        for number in self.registry.by_index:
            number.clear()
        for outbox in self.outboxes.values():
            outbox.clear()
        self._clear_messages()

    def _clear_messages(self) -> None:
        self._nonce_ms = max(self.clock.now_ms(), self._nonce_ms + 1)
        self.ledger = Ledger(self._nonce_ms)
        self.writer = StatusWriter(self.ledger, self.registry, self.people, self.clock.start_ms)
        self.since_ms = self.clock.now_ms()
        self.requests = 0
        self._inbound_serial = 0
        self.refused: dict[int, int] = {}
        self.faulted = 0

    def put_app(self, app_id: str, spec: dict[str, Any]) -> App:
        """Configure an app; see :meth:`Registry.put_app`."""
        app = self.registry.put_app(app_id, spec)
        if app_id not in self.outboxes:
            self.outboxes[app_id] = Outbox(app, self.http, self.clock, lambda: self.writer)
            self.tune_outboxes()
        return app

    def inbound_id(self, phone: int) -> str:
        """Return a fresh message id for something a person writes."""
        self._inbound_serial += 1
        serial = b"\x1c\x18\x0d%d\x15\x02\x00\x12\x18\x12%018X\x00" % (
            phone,
            self._nonce_ms << 31 | self._inbound_serial,
        )
        return "wamid." + b2a_base64(serial, newline=False).decode()

    def tune_outboxes(self) -> None:
        """Apply the present batch settings to every app."""
        for outbox in self.outboxes.values():
            outbox.batch_size = self.batch_size
            outbox.in_flight_limit = self.in_flight_limit

    def stats(self) -> dict[str, Any]:
        """Return every counter since the start or the last reset."""
        now_ms = self.clock.now_ms()
        return {
            "since_ms": self.since_ms,
            "now_ms": now_ms,
            "seed": self.seed,
            "requests": self.requests,
            "accepted": len(self.ledger),
            "duplicates": self.ledger.duplicates,
            "refused": {str(code): count for code, count in sorted(self.refused.items())},
            "faulted": self.faulted,
            "statuses": self._status_stats(),
            "numbers": {
                number.phone_number_id: {
                    "accepted": number.accepted,
                    "rate_s": number.rate(now_ms),
                    "peak_s": number.peak_s,
                    "throughput": number.bucket.rate,
                }
                for number in self.registry.by_index
            },
            "process": {
                "pid": os.getpid(),
                "cpu_s": round(time.process_time(), 3),
                "rss_bytes": psutil.Process().memory_info().rss,
            },
        }

    def _status_stats(self) -> dict[str, Any]:
        counters = [outbox.counters for outbox in self.outboxes.values()]
        by_status: dict[str, int] = {}
        for one in counters:
            for kind, count in one.acknowledged.items():
                by_status[kind] = by_status.get(kind, 0) + count
        return {
            "enabled": self.statuses,
            "pending": sum(outbox.pending for outbox in self.outboxes.values()),
            "posted": sum(one.posted for one in counters),
            "acknowledged": sum(by_status.values()),
            "acknowledged_by_status": by_status,
            "posts": sum(one.posts for one in counters),
            "failed_posts": sum(one.failed_posts for one in counters),
            "last_failure": next((one.last_failure for one in counters if one.last_failure), None),
        }

    async def close(self) -> None:
        """Stop telling and close the connections."""
        for outbox in self.outboxes.values():
            await outbox.close()
        await self.http.close()
