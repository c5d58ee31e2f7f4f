"""The settings that actors and the gateway run with, as one plain value. Where they come from: masteria/settings.py."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything a part needs to know to run; no secret is in here (``MASTERIA_SECRET_KEY`` holds the only one)."""

    instance: str  # names the installation: Ray namespace, Redis key prefix
    data_dir: str
    database_url: str
    redis_url: str
    host: str = "127.0.0.1"
    port: int = 8000
    live_port: int = 8001
    simulator_url: str = ""  # empty: no simulator runs
    public_url: str = "http://127.0.0.1:8000"
    live_public_url: str = "ws://127.0.0.1:8001"
    trusted_proxies: tuple[str, ...] = ()
    outgoing_allow_private: tuple[str, ...] = ()
    gateways: int = 1
    shards: int = 2
    sender_hosts: int = 1
    workers: int = 1
    ai_workers: int = 1
    ai_threads: int = 1
    ai_resource: str = ""  # a resource of the cluster's nodes that an AI worker takes one of
    graph_url: str = "https://graph.facebook.com"
    graph_version: str = "v23.0"
    grapfy_url: str = "https://api.grapfy.com"
    time_zone: str = "America/Sao_Paulo"
    max_body_bytes: int = 1_048_576
    max_meta_body_bytes: int = 4_194_304
    batch_events: int = 128
    batch_bytes: int = 240_000
    shard_calls_in_flight: int = 3
    gateway_backlog: int = 5_000  # events waiting per shard before the door answers 429
    shard_timeout_s: float = 2.0
    spill_max_bytes: int = 268_435_456
    uncertain_grace_s: float = 120.0
    signature_tolerance_s: int = 300
    live_updates_per_s: int = 20
    log_level: str = "INFO"
    debug: bool = False
