"""What a session's own settings allow: ``options.budgets``, the portfolio's tier, the 24-hour window. Pure.

Everything has a default from the platform's published limits (facts on WhatsApp, 1.6); a company may ask for less.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.quiet_hours import QuietHours

WINDOW_MS = 86_400_000
MARKETING_PER_DAY = 2
LANES = ("transactional", "bulk")
OUTSIDE_WINDOW = ("send", "hold", "fail")
# Of a portfolio's people a day bulk leaves this share to transactional messages.
TIER_RESERVE = 0.1
_TIER = re.compile(r"TIER_(\d{1,7})(K?)", re.ASCII)
_LOWEST_TIER = 250
_CLOCK = re.compile(r"([01]\d|2[0-3]):([0-5]\d)", re.ASCII)
_KEYS = frozenset(
    {
        "portfolio_id",
        "outside_window",
        "marketing_per_day",
        "quiet_hours",
        "per_hour",
        "per_day",
        "warm_up",
        "identical_per_hour",
        "paused_lanes",
    }
)


@dataclass(frozen=True, slots=True)
class BudgetOptions:
    """A session's ``options.budgets``; None: no such rule.

    Attributes:
        portfolio_id: numbers with the same one share their tier; None: those of the same WhatsApp account do.
        outside_window: what becomes of a text outside the 24-hour window; None: as the session's case demands.
        marketing_per_day: most marketing templates of this company to one person within 24 hours.
        per_hour, per_day: most messages of this number; bulk leaves a fifth of each to transactional ones.
        warm_up: whether the caps grow with the session's age.
        identical_per_hour: how often the same bulk text may go out within an hour.
        paused_lanes: lanes whose messages wait until a person lets them go on.
    """

    portfolio_id: str | None = None
    outside_window: str | None = None
    marketing_per_day: int | None = MARKETING_PER_DAY
    quiet_hours: QuietHours | None = None
    per_hour: int | None = None
    per_day: int | None = None
    warm_up: bool = False
    identical_per_hour: int | None = None
    paused_lanes: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class SendingPolicy:
    """What one session's budgets are.

    Attributes:
        portfolio: numbers of a company with the same one share their unique users a day.
        unique_users: most people outside a window within 24 hours; None: no limit.
        outside_window: ``send``, ``hold`` or ``fail``: what becomes of a text outside the window.
        hears: whether this installation hears what people write to the number.
        time_zone: IANA name, for recipients outside Brazil.
        created_ms: since when the session exists.
    """

    options: BudgetOptions = BudgetOptions()
    portfolio: str = ""
    unique_users: int | None = None
    outside_window: str = "send"
    hears: bool = False
    time_zone: str = "America/Sao_Paulo"
    created_ms: int = 0

    @property
    def capped(self) -> bool:
        """Whether what the number has sent needs to be counted."""
        options = self.options
        return options.per_hour is not None or options.per_day is not None or options.warm_up

    @property
    def asks_about_texts(self) -> bool:
        """Whether Postgres has to be asked about a message that is no template: is the person's window open?"""
        return self.outside_window != "send"

    @property
    def asks_about_templates(self) -> bool:
        """Whether Postgres has to be asked about every template: other numbers share its people."""
        return self.unique_users is not None

    @property
    def asks_about_marketing(self) -> bool:
        return self.asks_about_templates or self.options.marketing_per_day is not None


UNBOUNDED = SendingPolicy(BudgetOptions(marketing_per_day=None))


def tier_users(tier: str) -> int | None:
    """Return how many people a messaging limit allows within 24 hours; None: no limit.

    The names are Meta's (``TIER_250``, ``TIER_2K``, …, ``TIER_UNLIMITED``); one that nobody knows counts as the lowest.
    """
    name = tier.strip().upper()
    if name == "TIER_UNLIMITED":
        return None
    known = _TIER.fullmatch(name)
    return int(known[1]) * (1_000 if known[2] else 1) if known else _LOWEST_TIER


def read_budget_options(options: Mapping[str, Any]) -> BudgetOptions:
    """Return what ``options`` of a session say about its budgets.

    Raises:
        ValueError: names the field and says what is wrong.
    """
    given = options.get("budgets", {})
    if not isinstance(given, Mapping):
        raise ValueError("options.budgets must be an object")
    if unknown := sorted(str(name) for name in set(given) - _KEYS):
        raise ValueError(f"options.budgets.{unknown[0]} is not known")
    outside = given.get("outside_window")
    if outside is not None and outside not in OUTSIDE_WINDOW:
        raise ValueError(f"options.budgets.outside_window must be one of {', '.join(OUTSIDE_WINDOW)}")
    warm_up = given.get("warm_up", False)
    if not isinstance(warm_up, bool):
        raise ValueError("options.budgets.warm_up must be true or false")
    portfolio = given.get("portfolio_id")
    if portfolio is not None and not (isinstance(portfolio, str) and 1 <= len(portfolio) <= 64):
        raise ValueError("options.budgets.portfolio_id must be a text of 1 to 64 characters")
    return BudgetOptions(
        portfolio,
        outside,
        _most(given, "marketing_per_day", 100, MARKETING_PER_DAY),
        _quiet(given.get("quiet_hours")),
        _most(given, "per_hour", 1_000_000),
        _most(given, "per_day", 10_000_000),
        warm_up,
        _most(given, "identical_per_hour", 1_000_000),
        _lanes(given.get("paused_lanes")),
    )


def _lanes(given: object) -> frozenset[str]:
    if given is None:
        return frozenset()
    if not isinstance(given, list) or not all(lane in LANES for lane in given):
        raise ValueError(f"options.budgets.paused_lanes must be a list of {', '.join(LANES)}")
    return frozenset(given)


def _most(given: Mapping[str, Any], name: str, high: int, default: int | None = None) -> int | None:
    value = given.get(name, default)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= high:
        raise ValueError(f"options.budgets.{name} must be a whole number from 1 to {high}, or null")
    return value


def _quiet(given: object) -> QuietHours | None:
    if given is None:
        return None
    if not isinstance(given, Mapping) or not set(given) <= {"from", "to", "transactional"}:
        raise ValueError("options.budgets.quiet_hours must be an object with from, to and perhaps transactional")
    start, end = _minutes(given.get("from"), "from"), _minutes(given.get("to"), "to")
    if start == end:
        raise ValueError("options.budgets.quiet_hours.to must be another time than from")
    transactional = given.get("transactional", False)
    if not isinstance(transactional, bool):
        raise ValueError("options.budgets.quiet_hours.transactional must be true or false")
    return QuietHours(start, end, transactional)


def _minutes(value: object, name: str) -> int:
    clock = _CLOCK.fullmatch(value) if isinstance(value, str) else None
    if clock is None:
        raise ValueError(f"options.budgets.quiet_hours.{name} must be a time such as 21:00")
    return int(clock[1]) * 60 + int(clock[2])


def policy_of(
    options: BudgetOptions,
    *,
    session: str,
    transport: str,
    waba_id: str | None,
    app_id: str | None,
    tier: str,
    time_zone: str,
    created_ms: int,
    now_ms: int,
) -> SendingPolicy:
    """Return a session's policy.

    Texts outside the window are held by default where we know better than to try: a Cloud API number whose inbound
    messages come to our door, and have done so for longer than a window lasts. The simulator judges for itself.
    """
    hears = app_id is not None
    outside = options.outside_window
    if outside is None:
        knows = hears and transport == "cloud" and now_ms - created_ms >= WINDOW_MS
        outside = "hold" if knows else "send"
    return SendingPolicy(
        options,
        options.portfolio_id or waba_id or session,
        tier_users(tier),
        outside,
        hears,
        time_zone,
        created_ms,
    )
