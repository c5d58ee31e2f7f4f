"""What WhatsApp is expected to charge: dated tables as data (``prices.json``, or the installation's own), never code.

A market is a country's calling code; one that no table knows is counted apart, not guessed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import cache
from pathlib import Path
from typing import Any

import orjson

CATEGORIES = ("marketing", "utility", "authentication", "service")
SERVICE = "service"


@dataclass(frozen=True, slots=True)
class PriceTable:
    """Prices that hold from a day on."""

    valid_from: date
    currency: str
    source: str
    note_pt: str
    note_en: str
    markets: Mapping[str, Mapping[str, Decimal]]

    def price(self, phone: str, category: str) -> Decimal | None:
        """Return what one message costs, None where the table does not know the country."""
        digits = phone.removeprefix("+")
        for length in (3, 2, 1):
            market = self.markets.get(digits[:length])
            if market is not None:
                return market.get(category)
        return None


@dataclass(frozen=True, slots=True)
class Cost:
    """``amount`` for those whose price is known; ``unpriced``: how many are not."""

    amount: Decimal
    unpriced: int


def cost(table: PriceTable, counts: Iterable[tuple[str, str, int]]) -> Cost:
    """Add up (beginning of the phone, category, how many)."""
    amount, unpriced = Decimal(0), 0
    for phone, category, number in counts:
        price = table.price(phone, category)
        if price is None:
            unpriced += number
        else:
            amount += price * number
    return Cost(amount, unpriced)


def table_on(tables: Iterable[PriceTable], day: date) -> PriceTable | None:
    """Return the table that holds on a day: the newest that has begun."""
    begun = [table for table in tables if table.valid_from <= day]
    return max(begun, key=lambda table: table.valid_from, default=None)


def read_tables(data: bytes | str) -> tuple[PriceTable, ...]:
    """Read a file of price tables.

    Raises:
        ValueError: says what is wrong with it.
    """
    try:
        return tuple(_table(entry) for entry in orjson.loads(data)["tables"])
    except (KeyError, TypeError, AttributeError, InvalidOperation) as error:
        raise ValueError(f"no table of prices: {type(error).__name__} {error}") from error


def _table(entry: Mapping[str, Any]) -> PriceTable:
    markets = {
        str(code).removeprefix("+"): {category: Decimal(str(prices[category])) for category in CATEGORIES}
        for code, prices in entry["markets"].items()
    }
    return PriceTable(
        date.fromisoformat(entry["valid_from"]),
        str(entry["currency"]),
        str(entry["source"]),
        str(entry.get("note_pt", "")),
        str(entry.get("note_en", "")),
        markets,
    )


@cache
def shipped_tables() -> tuple[PriceTable, ...]:
    """Return the tables that come with this version."""
    return read_tables((Path(__file__).parent / "prices.json").read_bytes())
