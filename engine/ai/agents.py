"""An agent: who answers, in which tone, what it may do, when and how often. Read from its row; checked when stored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from engine.problems import Problems
from engine.zones import is_zone, zone_named

ACTIONS = ("order_state", "resend_pix", "tag", "hand_over")
LANGUAGES = ("pt-BR", "en", "es")
TONES = ("friendly", "neutral", "formal")
Outside = Literal["silent", "hand_over", "answer"]
_DAY = 1_440


@dataclass(frozen=True, slots=True)
class Hours:
    """A stretch of a week's days: minutes after local midnight; ``days``: 0 is Monday."""

    days: frozenset[int]
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Model:
    """A language model behind an address; prices are per million tokens, in the company's own currency."""

    url: str
    name: str
    timeout_s: float = 20.0
    max_tokens: int = 400
    daily_tokens: int = 200_000
    daily_cost: float = 5.0
    price_in: float = 0.0
    price_out: float = 0.0
    shares_personal_data: bool = False

    def cost_micro(self, tokens_in: int, tokens_out: int) -> int:
        """Return what so many tokens cost, in millionths."""
        return round(tokens_in * self.price_in + tokens_out * self.price_out)


@dataclass(frozen=True, slots=True, kw_only=True)
class Agent:
    """Who answers.

    Attributes:
        persona: who it is and what it should heed, in the company's words.
        tags: what it may tag people with.
        hours: when it works; none: always.
        outside: what becomes of a message outside of these hours.
        per_conversation, per_day: how many answers a person gets in 24 hours, and all together on a local day.
        delay_s: from, to: how long it takes its time.
        least: below this confidence it does not answer (engine/ai/answering.py:confidence_of).
        hosts: where links may lead.
    """

    name: str
    persona: str = ""
    tone: str = "friendly"
    language: str = "pt-BR"
    actions: frozenset[str] = frozenset(("hand_over",))
    tags: tuple[str, ...] = ()
    hours: tuple[Hours, ...] = ()
    zone: str = "America/Sao_Paulo"
    outside: Outside = "answer"
    per_conversation: int = 20
    per_day: int = 2_000
    delay_s: tuple[float, float] = (0.0, 0.0)
    least: float = 0.7
    hosts: tuple[str, ...] = ()
    model: Model | None = field(default=None)

    def at_work(self, now: datetime) -> bool:
        """Tell whether it works at a moment."""
        if not self.hours:
            return True
        local = now.astimezone(zone_named(self.zone))
        minute = local.hour * 60 + local.minute
        return any(local.weekday() in one.days and one.start <= minute < one.end for one in self.hours)


def read_agent(name: str, settings: Mapping[str, Any], model: Mapping[str, Any] | None) -> Agent:
    """Return the agent of a row whose settings were checked when they were stored."""
    given: dict[str, Any] = {
        key: settings[key]
        for key in ("persona", "tone", "language", "zone", "outside", "per_conversation", "per_day", "least")
        if settings.get(key) is not None
    }
    for key in ("tags", "hosts", "delay_s"):
        if settings.get(key) is not None:
            given[key] = tuple(settings[key])
    if "actions" in settings:
        given["actions"] = frozenset(settings["actions"])
    given["hours"] = tuple(
        Hours(frozenset(one["days"]), minutes(one["from"]), minutes(one["to"])) for one in settings.get("hours", ())
    )
    return Agent(name=name, **given, model=None if not model else Model(**model))


def minutes(text: str) -> int:
    """Return the minutes after midnight of ``HH:MM``; 24:00 is the day's end."""
    hour, _, minute = text.partition(":")
    return int(hour) * 60 + int(minute)


def agent_problems(settings: Mapping[str, Any]) -> list[dict[str, str]]:
    """Return what the schema cannot see: hours that end before they begin, delays the wrong way round, no zone."""
    problems = Problems()
    for index, one in enumerate(settings.get("hours", ())):
        if not minutes(one["from"]) < minutes(one["to"]) <= _DAY:
            problems.add(f"hours[{index}].to", "must be later than from, 24:00 at most; divide a night in two")
    delay = settings.get("delay_s")
    if delay is not None and delay[0] > delay[1]:
        problems.add("delay_s", "must be from, to, with from first")
    if "tag" in settings.get("actions", ()) and not settings.get("tags"):
        problems.add("tags", "are needed where the agent may tag")
    if not is_zone(settings.get("zone") or "America/Sao_Paulo"):
        problems.add("zone", "is no time zone")
    return problems.found
