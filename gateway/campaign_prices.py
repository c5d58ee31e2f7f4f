"""The price tables in force: the installation's own (``prices.json`` in its data directory) or those shipped."""

from __future__ import annotations

import logging
from pathlib import Path

from engine.prices import PriceTable, read_tables, shipped_tables

log = logging.getLogger(__name__)
_LONGEST = 1_048_576


def price_tables(data_dir: str) -> tuple[PriceTable, ...]:
    """Return the tables; where the installation's file cannot be read, which the log tells, those shipped."""
    try:
        with (Path(data_dir) / "prices.json").open("rb") as file:
            return read_tables(file.read(_LONGEST))
    except FileNotFoundError:
        return shipped_tables()
    except (OSError, ValueError) as error:
        log.warning("prices.json cannot be used: %s", error, extra={"action": "read_prices"})
        return shipped_tables()
