"""Where the real one loads Go."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ProxySettings:
    """By which way to WhatsApp; the script has none."""

    proxy_address: str = ""
