"""What a load generator is told to do: written by a scenario as JSON, read by the generator's process."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

import orjson

from bench.grapfy import GrapfyBody, WebhookRequests, phone_of
from bench.meta_traffic import MetaTraffic, load_messages


@dataclass(slots=True, kw_only=True)
class Plan:
    """One run of the generator.

    Attributes:
        shape: steps of (seconds, requests per second) for an open loop; None for a closed loop.
        seconds: how long a closed loop is measured, after ``warmup_s``.
        warmup_s: requests due in this time are sent and kept as acknowledged, but not measured.
        acks_file: where to keep what was acknowledged (bench/acks.py); None to forget it.
        traffic: ``{"kind": "webhooks", …}`` or ``{"kind": "gets", …}``, see :func:`make_traffic`.
    """

    host: str
    port: int
    connections: int
    traffic: dict[str, Any]
    shape: list[tuple[float, float]] | None = None
    seconds: float = 0.0
    warmup_s: float = 0.0
    acks_file: str | None = None

    def save(self, path: Path) -> None:
        """Write the plan for a generator."""
        path.write_bytes(orjson.dumps(asdict(self)))

    @classmethod
    def load(cls, path: Path) -> Plan:
        """Read what :meth:`save` wrote."""
        return cls(**orjson.loads(path.read_bytes()))

    @property
    def measured_s(self) -> float:
        if self.shape is None:
            return self.seconds
        return sum(seconds for seconds, _ in self.shape) - self.warmup_s

    def schedule(self) -> Iterator[int]:
        """Yield when each request of an open loop is due: microseconds after the start, evenly within a step."""
        begin_us = 0.0
        for seconds, rate in self.shape or ():
            for index in range(round(seconds * rate)):
                yield int(begin_us + index / rate * 1e6)
            begin_us += seconds * 1e6


class Traffic(Protocol):
    """Makes one request after another; ``kinds`` names the histograms that ``next`` points to."""

    kinds: tuple[str, ...]

    def next(self) -> tuple[bytes, int, int]:
        """Return the request, the index of its kind, and its number."""
        ...


@dataclass(slots=True)
class WebhookTraffic:
    """Webhooks with numbers from ``first`` on; every ``fire_every``-th is of the type that fires a rule.

    The doors (webhooks of one or several companies) are knocked at in turn.
    """

    kinds: tuple[str, ...]
    _firing: list[WebhookRequests]
    _silent: list[WebhookRequests]
    _number: int
    _fire_every: int

    def next(self) -> tuple[bytes, int, int]:
        number = self._number
        self._number = number + 1
        if self._fire_every and number % self._fire_every == 0:
            makers = self._firing
            return makers[number // self._fire_every % len(makers)].make(number), 0, number
        makers = self._silent
        return makers[number % len(makers)].make(number), 1, number


@dataclass(slots=True)
class GetTraffic:
    """GET requests of several kinds in turn, each kind going round its own paths."""

    kinds: tuple[str, ...]
    _requests: list[list[bytes]]
    _turn: Iterator[int] = field(default_factory=itertools.count)

    def next(self) -> tuple[bytes, int, int]:
        number = next(self._turn)
        kind = number % len(self.kinds)
        requests = self._requests[kind]
        return requests[number // len(self.kinds) % len(requests)], kind, number


@dataclass(slots=True)
class SendTraffic:
    """Text messages for the simulator's Graph API, each to another phone."""

    kinds: tuple[str, ...]
    _head: str
    _number: int

    def next(self) -> tuple[bytes, int, int]:
        self._number += 1
        to = phone_of(self._number)[1:]
        body = f'{{"messaging_product":"whatsapp","recipient_type":"individual","to":"{to}","type":"text",'
        body += '"text":{"body":"Pedido confirmado"},"biz_opaque_callback_data":"bench"}'
        return f"{self._head}content-length: {len(body)}\r\n\r\n{body}".encode(), 0, self._number


def make_traffic(plan: Plan) -> Traffic:
    """Build what a plan's ``traffic`` describes.

    webhooks: ``doors`` (each ``path, source, secret|None``), ``run, first, fire_every`` (0: never), ``fires`` and
    ``silent`` (event types).
    gets: ``headers`` and ``targets`` (kind → list of paths).
    sends: ``path, token, first``.
    meta: ``path, secret, number`` (``phone_number_id``, ``waba_id``) and ``messages``, a file (bench/meta_traffic.py).
    """
    told = plan.traffic
    host = f"{plan.host}:{plan.port}"
    if told["kind"] == "sends":
        head = f"POST {told['path']} HTTP/1.1\r\nhost: {host}\r\nauthorization: Bearer {told['token']}\r\n"
        return SendTraffic(("sends",), head + "content-type: application/json\r\n", told["first"])
    if told["kind"] == "meta":
        head = f"POST {told['path']} HTTP/1.1\r\nhost: {host}\r\ncontent-type: application/json\r\n"
        return MetaTraffic(head, told["secret"], told["number"], load_messages(Path(told["messages"])))
    if told["kind"] == "gets":
        head = "".join(f"{name}: {value}\r\n" for name, value in told["headers"].items())
        requests = [
            [f"GET {path} HTTP/1.1\r\nhost: {host}\r\n{head}\r\n".encode() for path in paths]
            for paths in told["targets"].values()
        ]
        return GetTraffic(tuple(told["targets"]), requests)
    firing, silent = (
        [
            WebhookRequests(door["path"], host, door["source"], door["secret"], GrapfyBody(told["run"], event_type))
            for door in told["doors"]
        ]
        for event_type in (told["fires"], told["silent"])
    )
    return WebhookTraffic(("fires", "silent"), firing, silent, told["first"], told["fire_every"])


def address(url: str) -> tuple[str, int]:
    """Return host and port of a base address."""
    parts = urlsplit(url)
    return parts.hostname or "127.0.0.1", parts.port or (443 if parts.scheme == "https" else 80)


@dataclass(slots=True, kw_only=True)
class LivePlan:
    """What an audience of the live feed is told to do.

    Attributes:
        url: the live feed's address.
        base_url: the gateway's, where tickets come from.
        key: a company's API key; empty: no tickets are needed (the limit's server).
        churn: how many more clients come and leave while the others listen.
    """

    url: str
    base_url: str
    key: str
    clients: int
    seconds: float
    topics: list[str]
    churn: int = 0

    def save(self, path: Path) -> None:
        """Write the plan for an audience."""
        path.write_bytes(orjson.dumps(asdict(self)))

    @classmethod
    def load(cls, path: Path) -> LivePlan:
        """Read what :meth:`save` wrote."""
        return cls(**orjson.loads(path.read_bytes()))
