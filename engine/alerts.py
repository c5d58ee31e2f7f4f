"""Alerts: which numbers they look at, when one fires and when it is over, in words. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from engine.times import rfc3339

OK, FIRED, NO_DATA = "ok", "fired", "no_data"
LOOKS = 2  # in a row that say the same before the state changes
RELEASE = 0.8  # of the threshold: below it a fired alert is over
LOOK_EVERY_S = 30
LEAST_ATTEMPTED = 10  # messages below which a share or a percentile says nothing
SILENCE_SEEN_MIN = 1_440


@dataclass(frozen=True, slots=True)
class Metric:
    """A number an alert may look at; more of it is worse.

    Attributes:
        unit: share, minutes, seconds, count or ms.
        windowed: whether it is of the last ``window_s``; the others are of this moment.
        history: whether the past can be looked at ("would have fired").
        by: what may narrow it: sessions, sources or neither.
    """

    name: str
    unit: str
    windowed: bool
    history: bool
    by: str | None
    pt: str
    en: str


METRICS = {
    metric.name: metric
    for metric in (
        Metric("failure_rate", "share", True, True, "sessions", "falhas no envio", "failing messages"),
        Metric("silence", "minutes", False, True, "sources", "silêncio: nenhum evento", "silence: no events"),
        Metric("queue_age", "seconds", False, False, "sessions", "espera na fila", "age of the queue"),
        Metric("dead_letters", "count", True, False, "sessions", "mensagens perdidas", "dead letters"),
        Metric("uncertain", "count", True, True, "sessions", "envios incertos", "uncertain messages"),
        Metric("session_down", "count", False, False, "sessions", "números fora do ar", "numbers that are down"),
        Metric("latency_p99", "ms", True, True, "sessions", "demora até o envio (p99)", "latency to acceptance (p99)"),
    )
}


def judge(state: str, streak: int, value: float | None, threshold: float) -> tuple[str, int]:
    """Return the state and the streak after one more look.

    Between ``RELEASE`` and the threshold an alert stays as it is, and a change needs ``LOOKS`` looks in a row, so that
    a number that trembles tells once.
    """
    if value is None:
        wanted = NO_DATA
    elif value >= threshold or (state == FIRED and value >= threshold * RELEASE):
        wanted = FIRED
    else:
        wanted = OK
    if wanted == state:
        return state, 0
    return (wanted, 0) if streak + 1 >= LOOKS else (state, streak + 1)


def count_firings(values: Iterable[float | None], threshold: float) -> int:
    """Return how often an alert would have fired over looks a minute apart."""
    state, streak, fired = OK, 0, 0
    for value in values:
        new, streak = judge(state, streak, value, threshold)
        fired += new == FIRED and state != FIRED
        state = new
    return fired


def alert_words(name: str, metric: str, state: str, value: float | None, threshold: float) -> tuple[str, str]:
    """Return what people are told, in Portuguese and English."""
    of = METRICS[metric]
    seen, limit = shown(value, of.unit), shown(threshold, of.unit)
    if state == FIRED:
        return (
            f"Alerta “{name}”: {of.pt}, agora {seen} (limite {limit})",
            f"Alert “{name}”: {of.en}, now {seen} (limit {limit})",
        )
    return (
        f"Alerta “{name}” encerrado: {of.pt}, agora {seen}",
        f"Alert “{name}” is over: {of.en}, now {seen}",
    )


def alert_told(
    alert: Mapping[str, Any], state: str, value: float | None, now: datetime, *, test: bool = False
) -> dict[str, Any]:
    """Return what every channel tells."""
    pt, en = alert_words(alert["name"], alert["metric"], state, value, alert["threshold"])
    return {
        "alert_id": str(alert["id"]),
        "name": alert["name"],
        "metric": alert["metric"],
        "state": state,
        "value": value,
        "threshold": alert["threshold"],
        "at": rfc3339(now),
        "test": test,
        "title_pt": f"Teste — {pt}" if test else pt,
        "title_en": f"Test — {en}" if test else en,
    }


def channels_of(channels: Mapping[str, Any]) -> list[str]:
    """Return the names of the channels that are in use."""
    return [name for name in ("app", "webhook", "whatsapp") if channels.get(name)]


def shown(value: float | None, unit: str) -> str:
    """Return a number as people read it."""
    if value is None:
        return "–"
    if unit == "share":
        return f"{value * 100:.1f} %"
    suffix = {"minutes": " min", "seconds": " s", "ms": " ms", "count": ""}[unit]
    return f"{value:.0f}{suffix}"


def failure_rate(counts: Mapping[str, int]) -> float | None:
    """Return the share of attempted messages that failed; None of too few."""
    attempted = sum(counts.get(name, 0) for name in ("accepted", "sent", "delivered", "read", "failed", "uncertain"))
    return None if attempted < LEAST_ATTEMPTED else counts.get("failed", 0) / attempted


def check_alert(alert: Mapping[str, Any]) -> list[dict[str, str]]:
    """Return what is wrong with a whole alert beyond its schema."""
    errors = []
    metric = METRICS[alert["metric"]]
    if metric.unit == "share" and not 0 < alert["threshold"] <= 1:
        errors.append({"field": "threshold", "reason": "is a share: above 0, at most 1"})
    elif alert["threshold"] <= 0:
        errors.append({"field": "threshold", "reason": "must be above 0"})
    scope = alert.get("scope") or {}
    errors += [
        {"field": f"scope.{name}", "reason": f"does not narrow {metric.name}"}
        for name, by in (("session_ids", "sessions"), ("sources", "sources"))
        if scope.get(name) and metric.by != by
    ]
    quiet = alert.get("quiet")
    if quiet and quiet["from"] == quiet["to"]:
        errors.append({"field": "quiet.to", "reason": "must differ from quiet.from"})
    if metric.name == "silence" and alert["threshold"] > SILENCE_SEEN_MIN:
        errors.append({"field": "threshold", "reason": f"is at most {SILENCE_SEEN_MIN} minutes"})
    return errors
