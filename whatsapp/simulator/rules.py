"""The rules that are enforced when they are switched on: window, people per day, marketing per person, opt-outs."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from whatsapp.simulator.graph_errors import GraphRefusal
from whatsapp.simulator.limits import Audience, MarketingLimit
from whatsapp.simulator.people import canonical
from whatsapp.simulator.registry import Number
from whatsapp.simulator.templates import Template

Enforcement = Literal["off", "sync", "async"]
ENFORCEMENTS = ("off", "sync", "async")
_TIER_PEOPLE = {"TIER_250": 250, "TIER_2K": 2_000, "TIER_10K": 10_000, "TIER_100K": 100_000}
_NORTH_AMERICA = range(1_200_000_0000, 1_999_999_9999 + 1)


@dataclass
class Rules:
    """What is enforced, and the counts that this needs.

    ``sync`` refuses the request; ``async`` accepts it and tells the failure by webhook: Meta does both.
    Which code Meta gives to a portfolio that has reached its tier is not documented, so it is a setting.
    """

    window: Enforcement = "off"
    tier: Enforcement = "off"
    tier_code: int = 131048
    marketing_per_day: int | None = None
    active: bool = False  # whether there is anything to judge; see :meth:`settle`
    _audiences: dict[str, Audience] = field(default_factory=dict)
    _marketing: MarketingLimit = field(default_factory=MarketingLimit)

    def clear(self) -> None:
        """Forget who was written to."""
        self._audiences.clear()
        self._marketing = MarketingLimit()

    def settle(self) -> None:
        """Say after a change whether there is anything to judge: every send asks."""
        self.active = self.window != "off" or self.tier != "off" or self.marketing_per_day is not None

    def judge(self, number: Number, phone: int, template: Template | None, now_ms: int) -> int:
        """Return the code with which an accepted message will fail, 0 for none.

        Raises:
            GraphRefusal: the message is refused at once.
        """
        person = canonical(phone)
        is_open = number.windows.is_open(person, now_ms)
        if is_open:
            return 0
        if template is None:
            return _enforce(self.window, 131047)
        if self.marketing_per_day is not None and template.category == "MARKETING":
            allowed = self.marketing_per_day if phone not in _NORTH_AMERICA else 0
            if not self._marketing.allows(person, now_ms, allowed):
                return 131049
        limit = _TIER_PEOPLE.get(number.tier)
        if self.tier != "off" and limit is not None:
            audience = self._audiences.setdefault(number.portfolio_id, Audience())
            if not audience.allows(person, now_ms, limit):
                return _enforce(self.tier, self.tier_code)
        return 0

    def contacted(self, portfolio_id: str) -> int:
        """Return how many different people a portfolio has contacted in the last 24 hours."""
        return len(self._audiences.get(portfolio_id, ()))


def _enforce(how: Enforcement, code: int) -> int:
    if how == "sync":
        raise GraphRefusal(code)
    return code if how == "async" else 0
