"""The simulator's whole memory in one place, and what a reset means."""

from __future__ import annotations

import os
import time
from typing import Any

import psutil

from whatsapp.http import HttpClient
from whatsapp.simulator.clock import Clock, Timetable
from whatsapp.simulator.faults import Faults
from whatsapp.simulator.inbound import Inbox
from whatsapp.simulator.latency import Ladder
from whatsapp.simulator.ledger import Ledger
from whatsapp.simulator.media import MediaStore
from whatsapp.simulator.outbox import Outbox
from whatsapp.simulator.people import People
from whatsapp.simulator.registry import App, Number, Registry
from whatsapp.simulator.rules import Rules
from whatsapp.simulator.statuses import StatusWriter
from whatsapp.simulator.template_review import Review


class World:
    """Apps, numbers, people, faults, accepted messages and webhooks still to be told."""

    def __init__(self, seed: int = 0) -> None:
        self.seed = seed
        self.clock = Clock()
        self.timetable = Timetable(self.clock)
        self.media = MediaStore()
        self.rules = Rules()
        self.review = Review()
        self.replies: list[dict[str, Any]] = []  # what people answer by themselves, see responding.py
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
        self.share_doubled = 0.0
        self.user_ids = True
        self.management_calls_per_hour: int | None = None
        self.base_url = ""
        self._nonce_ms = 0
        self._clear_messages()

    def reset(self) -> None:
        """Forget messages, media, pending webhooks, faults, people and counters; apps and settings stay."""
        self.faults.clear()
        self.people.clear()
        self.rules.clear()
        self.media.clear()
        self.timetable.clear()
        for number in self.registry.by_index:
            number.clear()
        for outbox in self.outboxes.values():
            outbox.clear()
        self._clear_messages()

    def _clear_messages(self) -> None:
        self._nonce_ms = max(self.clock.now_ms(), self._nonce_ms + 1)
        self.ledger = Ledger(self._nonce_ms)
        self.writer = StatusWriter(self.ledger, self.registry, self.people, self.clock.start_ms)
        self.writer.user_ids = self.user_ids
        self.since_ms = self.clock.now_ms()
        self.requests = 0
        self.inbox = Inbox(self._nonce_ms)
        self.refused: dict[int, int] = {}
        self.injected: dict[int, int] = {}
        self.faulted = 0

    def put_app(self, app_id: str, spec: dict[str, Any]) -> App:
        """Configure an app; see :meth:`Registry.put_app`."""
        app = self.registry.put_app(app_id, spec)
        if app_id not in self.outboxes:
            self.outboxes[app_id] = Outbox(app, self.http, self.clock, lambda: self.writer)
            self.tune_outboxes()
        return app

    def outbox_of(self, number: Number) -> Outbox:
        """Return the webhooks of the app that a number belongs to."""
        return self.outboxes[number.app_id]

    def advance(self, by_ms: int) -> int:
        """Let time pass at once and return the new time in milliseconds: what became due happens now."""
        self.clock.advance(by_ms)
        self.timetable.wake()
        for outbox in self.outboxes.values():
            outbox.wake()
        return self.clock.now_ms()

    def tune_outboxes(self) -> None:
        """Apply the present batch settings to every app."""
        for outbox in self.outboxes.values():
            outbox.batch_size = self.batch_size
            outbox.in_flight_limit = self.in_flight_limit
            outbox.share_doubled = self.share_doubled

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
            "injected": {str(code): count for code, count in sorted(self.injected.items())},
            "faulted": self.faulted,
            "inbound": len(self.inbox),
            "media": {"files": len(self.media), "bytes": self.media.size},
            "statuses": self._status_stats(),
            "numbers": {
                number.phone_number_id: {
                    "accepted": number.accepted,
                    "rate_s": number.rate(now_ms),
                    "peak_s": number.peak_s,
                    "throughput": number.bucket.rate,
                    "contacted": self.rules.contacted(number.portfolio_id),
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
        self.timetable.clear()
        for outbox in self.outboxes.values():
            await outbox.close()
        await self.http.close()
