"""What a number has used of its allowances, as it is shown beside its limits."""

from __future__ import annotations

import pytest

from engine.sending_policy import BudgetOptions
from engine.session_caps import SessionCaps
from engine.session_usage import Use, capped_use, web_use
from engine.web_gate import Gate
from engine.web_options import WebOptions
from engine.web_pacing import PACES
from engine.web_usage import Usage
from engine.web_warm_up import DAILY_CAPS, DAY_MS, HOUR_MS

BEGUN = 1_790_000_000_000


def test_a_number_without_caps_has_nothing_to_show() -> None:
    use = capped_use(BudgetOptions(), BEGUN, None, BEGUN + DAY_MS)
    assert (use.hour, use.day, use.warm_up_day) == (None, None, None)


def test_caps_are_shown_as_their_sender_counts_them() -> None:
    options, now = BudgetOptions(per_hour=50, per_day=100), BEGUN + 30 * DAY_MS
    caps = SessionCaps(options, BEGUN)
    caps.load(None)
    for at in (now - 2 * HOUR_MS, now - 60_000, now):
        caps.take(None, at)
    use = capped_use(options, BEGUN, caps.to_json(), now)
    assert (use.hour, use.day, use.last_sent_ms) == (Use(2, 50), Use(3, 100), now)


@pytest.mark.parametrize(("days", "shown"), [(0, 1), (2, 3), (6, 7), (7, None)])
def test_the_day_of_the_warm_up_counts_from_one_and_ends_after_a_week(days: int, shown: int | None) -> None:
    options, now = BudgetOptions(per_day=1_000, warm_up=True), BEGUN + days * DAY_MS + 1
    use = capped_use(options, BEGUN, None, now)
    assert use.warm_up_day == shown
    assert use.day == Use(0, DAILY_CAPS[days] if shown else 1_000)


def test_a_web_session_is_shown_as_its_gate_counts() -> None:
    gate = Gate(PACES["default"], Usage(), warm_up=True, random=lambda: 0.5)
    gate.warm_up_from_ms = BEGUN
    now = BEGUN + DAY_MS
    for _ in range(3):
        gate.sent("Olá", now)
    memory = {"usage": gate.usage.to_json(), "warm_up_from_ms": gate.warm_up_from_ms}
    use = web_use(WebOptions(), memory, now + 1)
    assert (use.warm_up_day, use.day, use.last_sent_ms) == (2, Use(3, DAILY_CAPS[1]), now)
    assert use.day is not None
    assert use.day.most - use.day.used == gate.room(DAY_MS, now + 1)


def test_a_session_that_was_never_linked_begins_at_its_first_day() -> None:
    use = web_use(WebOptions(), {}, BEGUN)
    assert (use.warm_up_day, use.day) == (1, Use(0, DAILY_CAPS[0]))
