"""What a WhatsApp-Web session's process writes down for its successor, and how the session is shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.web_gate import Gate
from engine.web_usage import Usage
from whatsapp.web.session import Status

_SECRETS = ("qr", "pair_code")


@dataclass(frozen=True, slots=True)
class Recalled:
    """What the process before knew."""

    usage: Usage
    warm_up_from_ms: int | None
    strangers_until_ms: int
    quiet_until_ms: int
    banned_until_ms: int | None

    def apply(self, gate: Gate) -> None:
        """Let a gate go on where its predecessor's stopped."""
        gate.warm_up_from_ms = self.warm_up_from_ms
        gate.hold_strangers(self.strangers_until_ms)
        gate.slow_down(self.quiet_until_ms)


def remember(gate: Gate, status: Status) -> dict[str, Any]:
    """Return what a restart needs."""
    return {
        "usage": gate.usage.to_json(),
        "warm_up_from_ms": gate.warm_up_from_ms,
        "strangers_until_ms": gate.strangers_until_ms,
        "quiet_until_ms": gate.quiet_until_ms,
        "banned_until_ms": status.until_ms if status.state == "banned" else None,
    }


def recall(memory: Mapping[str, Any]) -> Recalled:
    """Read what :func:`remember` wrote; nothing of it is needed."""
    return Recalled(
        Usage.from_json(memory.get("usage") or {}),
        memory.get("warm_up_from_ms"),
        memory.get("strangers_until_ms") or 0,
        memory.get("quiet_until_ms") or 0,
        memory.get("banned_until_ms"),
    )


def show(status: Status, *, secrets: bool = False) -> dict[str, Any]:
    """Return a session's status as JSON; codes that link a device only where ``secrets`` are wanted."""
    shown: dict[str, Any] = {
        "state": status.state,
        "reason": status.reason,
        "meaning": None
        if status.meaning_pt is None and status.meaning_en is None
        else {"pt": status.meaning_pt, "en": status.meaning_en},
        "phone": status.phone,
        "jid": status.jid,
        "qr": status.qr,
        "qr_until_ms": status.qr_until_ms,
        "pair_code": status.pair_code,
        "until_ms": status.until_ms,
    }
    if not secrets:
        for name in _SECRETS:
            del shown[name]
    return shown
