"""How numbers stand: allowances used, people of the portfolio, last answer, linked device. For routes of sessions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from engine.ids import ms_to_time, time_to_ms
from engine.sending_policy import BudgetOptions, read_budget_options, tier_users
from engine.session_usage import WARM_UP_DAYS, SessionUse, Use, capped_use, web_use
from engine.web_options import WebOptions, read_web_options
from gateway.calls import Call
from gateway.reasons import in_words
from gateway.views import time_text
from storage.searching import Row
from storage.session_usage import count_portfolio_users, list_usage

_WEB = "web"
_BY_HOUR, _BY_MINUTE = timedelta(days=7), timedelta(hours=1)


async def usage_of(call: Call, sessions: Sequence[Row]) -> dict[UUID, dict[str, Any]]:
    """Return how each session stands, by id."""
    if not sessions:
        return {}
    pool, company_id, now = call.services.pool, call.company_id, call.now()
    rows = await list_usage(pool, company_id, [one["id"] for one in sessions], now - _BY_HOUR, now - _BY_MINUTE)
    shared = {one["id"]: _portfolio(one) for one in sessions if _shares(one)}
    people = await count_portfolio_users(pool, company_id, sorted(set(shared.values())), now) if shared else {}
    return {
        one["id"]: _shown(one, rows.get(one["id"]), shared.get(one["id"]), people, call.services.clock())
        for one in sessions
    }


def _shares(session: Row) -> bool:
    """Tell whether a number writes to people of a portfolio: WhatsApp-Web knows no such limit."""
    return session["transport"] != _WEB and tier_users(session["tier"]) is not None


def _portfolio(session: Row) -> str:
    return _budgets(session).portfolio_id or session["waba_id"] or str(session["id"])


def _shown(session: Row, row: Row | None, portfolio: str | None, people: dict[str, int], now_ms: int) -> dict[str, Any]:
    known: Row = row or {"spent": {}, "status": {}, "memory": {}, "updated_at": None, "last_accepted_at": None}
    use = _use(session, known, now_ms)
    last = known["last_accepted_at"]
    if use.last_sent_ms is not None and (last is None or use.last_sent_ms > time_to_ms(last)):
        last = ms_to_time(use.last_sent_ms)
    most = tier_users(session["tier"])
    return {
        "last_accepted_at": time_text(last),
        "hour": _pair(use.hour),
        "day": _pair(use.day),
        "warm_up": None if use.warm_up_day is None else {"day": use.warm_up_day, "of": WARM_UP_DAYS},
        "portfolio": None if portfolio is None else {"used": max(0, people.get(portfolio, 0)), "most": most},
        "link": _link(known) if session["transport"] == _WEB else None,
    }


def _use(session: Row, known: Row, now_ms: int) -> SessionUse:
    if session["transport"] == _WEB:
        try:
            options = read_web_options(session["options"])
        except ValueError:
            options = WebOptions()
        return web_use(options, known["memory"], now_ms)
    return capped_use(_budgets(session), time_to_ms(session["created_at"]), known["spent"], now_ms)


def _budgets(session: Row) -> BudgetOptions:
    try:
        return read_budget_options(session["options"])
    except ValueError:
        return BudgetOptions()


def _pair(use: Use | None) -> dict[str, int] | None:
    return None if use is None else {"used": use.used, "most": use.most}


def _link(known: Row) -> dict[str, Any]:
    status = known["status"]
    return {
        "state": status.get("state", "new"),
        "reason": status.get("reason"),
        "reason_text": status.get("meaning") or in_words(status.get("reason")),
        "until": time_text(None if status.get("until_ms") is None else ms_to_time(status["until_ms"])),
        "at": time_text(known["updated_at"]),
    }
