"""What a session's budgets allow: caps never exceeded, holds with a reason and a time that lies ahead, options read."""

from __future__ import annotations

import os
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.budgets import Block, SessionBudgets, Wait
from engine.hold_reasons import BUDGETS
from engine.lanes import Parcel
from engine.permits import Permits
from engine.quiet_hours import QuietHours
from engine.sending_policy import (
    UNBOUNDED,
    BudgetOptions,
    SendingPolicy,
    policy_of,
    read_budget_options,
    tier_users,
)
from engine.session_caps import STEP_MS, SessionCaps, Spent
from engine.web_warm_up import DAILY_CAPS, DAY_MS, HOUR_MS

NOON = 1_773_154_800_000  # 2026-03-10 12:00 in São Paulo
MIDNIGHT = NOON + 12 * HOUR_MS


def parcel(
    *, transactional: bool = False, text: str = "oi", template: str | None = None, to: str = "+5511900000000"
) -> Parcel:
    kind = "text" if template is None else "template"
    return Parcel(
        os.urandom(16), bytes(16), bytes(16), to, transactional, kind, text, template, "pt_BR", None, None, None, 0
    )


def budgets(**options: Any) -> SessionBudgets:
    made = SessionBudgets(SendingPolicy(BudgetOptions(**options)), {})
    if made.caps is not None:
        made.caps.load(None)
    return made


@given(st.lists(st.integers(0, 2 * HOUR_MS), max_size=80), st.integers(1, 12))
def test_no_span_of_an_hour_ever_holds_more_than_the_cap(pauses: list[int], cap: int) -> None:
    caps = SessionCaps(BudgetOptions(per_hour=cap), 0)
    now, sent = NOON, []
    for pause in pauses:
        now += pause
        if caps.ask(True, now) is None:
            caps.take(None, now)
            sent.append(now)
    assert all(sum(moment - HOUR_MS < other <= moment for other in sent) <= cap for moment in sent)


@given(st.lists(st.integers(0, HOUR_MS), min_size=1, max_size=60), st.integers(1, 8), st.integers(1, 20))
def test_a_held_message_may_go_when_its_time_has_come(pauses: list[int], hour: int, day: int) -> None:
    caps = SessionCaps(BudgetOptions(per_hour=hour, per_day=day), 0)
    now = NOON
    for pause in pauses:
        now += pause
        held = caps.ask(True, now)
        if held is None:
            caps.take(None, now)
            continue
        assert held.reason in ("hourly_cap", "daily_cap") and held.until_ms > now
        assert held.until_ms <= now + DAY_MS + STEP_MS
        assert caps.ask(True, held.until_ms) is None


def test_bulk_leaves_a_fifth_of_a_cap_to_transactional_messages() -> None:
    caps = SessionCaps(BudgetOptions(per_day=10), 0)
    for _ in range(8):
        assert caps.ask(False, NOON) is None
        caps.take(None, NOON)
    held = caps.ask(False, NOON)
    assert held is not None and held.reason == "daily_cap"
    assert caps.ask(True, NOON) is None


def test_bulk_that_waits_for_a_cap_gets_times_one_behind_the_other() -> None:
    caps = SessionCaps(BudgetOptions(per_day=24), 0)
    while caps.ask(False, NOON) is None:
        caps.take(None, NOON)
    times = [held.until_ms for held in (caps.ask(False, NOON) for _ in range(5)) if held]
    assert len(times) == 5 and all(later - earlier == DAY_MS // 19 for earlier, later in pairwise(times))


def test_a_young_number_sends_what_its_age_allows_and_says_why() -> None:
    made = SessionBudgets(SendingPolicy(BudgetOptions(warm_up=True), created_ms=NOON), {})
    assert made.caps is not None
    made.caps.load(None)
    now, sent = NOON, 0
    while now < NOON + DAY_MS:
        if (wait := made.ask(parcel(transactional=True), now)) is None:
            sent += 1
        else:
            assert wait.reason == "warm_up"
        now += STEP_MS
    assert sent == DAILY_CAPS[0]


def test_what_was_spent_survives_by_way_of_json() -> None:
    caps = SessionCaps(BudgetOptions(per_day=3), NOON - 30 * DAY_MS)
    for _ in range(3):
        caps.take(None, NOON)
    again = SessionCaps(BudgetOptions(per_day=3), NOON - 30 * DAY_MS)
    again.load(caps.to_json())
    held = again.ask(True, NOON + HOUR_MS)
    assert held is not None and held == caps.ask(True, NOON + HOUR_MS)
    assert again.ask(True, NOON + DAY_MS + STEP_MS) is None


def test_what_did_not_go_out_is_not_spent() -> None:
    made, message = budgets(per_day=1, identical_per_hour=1), parcel()
    assert made.ask(message, NOON) is None
    made.give_back(message)
    assert made.ask(message, NOON) is None
    assert made.ask(message, NOON) is not None


def test_spending_is_forgotten_after_a_day() -> None:
    spent = Spent()
    for hour in range(100):
        spent.add(NOON + hour * HOUR_MS)
    assert len(spent.to_json()["steps"]) <= 25
    assert spent.within(DAY_MS, NOON + 99 * HOUR_MS) in (24, 25)


def test_the_same_bulk_text_waits_and_others_go() -> None:
    made = budgets(identical_per_hour=2)
    assert [made.ask(parcel(text=text), NOON) for text in ("Oi,  Ana", "oi, ana")] == [None, None]
    assert made.ask(parcel(text="Oi, ana"), NOON + 60_000) == Wait("identical_text", 3_540.0)
    assert made.ask(parcel(text="Oi, Bia"), NOON) is None
    assert made.ask(parcel(text="Oi, ana", transactional=True), NOON) is None
    assert made.ask(parcel(text="Oi, ana", template="promo"), NOON) is None
    assert made.ask(parcel(text="Oi, ana"), NOON + HOUR_MS) is None


def test_quiet_hours_hold_bulk_and_transactional_messages_only_if_asked() -> None:
    night = QuietHours(21 * 60, 8 * 60)
    assert budgets(quiet_hours=night).ask(parcel(), MIDNIGHT) == Wait("quiet_hours", 8 * 3600.0)
    assert budgets(quiet_hours=night).ask(parcel(transactional=True), MIDNIGHT) is None
    asked = QuietHours(21 * 60, 8 * 60, transactional=True)
    assert budgets(quiet_hours=asked).ask(parcel(transactional=True), MIDNIGHT) == Wait("quiet_hours", 8 * 3600.0)
    assert budgets(quiet_hours=night).ask(parcel(), NOON) is None


def test_a_template_that_meta_has_paused_waits() -> None:
    made = SessionBudgets(UNBOUNDED, {("promo", "pt_BR"): Block("template_paused")})
    assert made.ask(parcel(template="promo"), NOON) == Wait("template_paused", None)
    assert made.ask(parcel(template="pix"), NOON) is None


def test_what_a_budget_holds_does_not_use_up_the_pair_limit() -> None:
    permits = Permits(80, 0.0, SendingPolicy(BudgetOptions(quiet_hours=QuietHours(21 * 60, 8 * 60))))
    for _ in range(100):
        assert permits.ask(parcel(), 0.0, MIDNIGHT) == Wait("quiet_hours", 8 * 3600.0)
    assert permits.ask(parcel(), 0.0, NOON) is None


def test_other_caps_keep_what_was_spent() -> None:
    permits = Permits(80, 0.0, SendingPolicy(BudgetOptions(per_day=2)))
    caps = permits.budgets.caps
    assert caps is not None and not permits.budgets.ready
    caps.load(None)
    assert [permits.ask(parcel(transactional=True), 0.0, NOON) for _ in range(2)] == [None, None]
    assert permits.ask(parcel(transactional=True), 0.0, NOON) is not None
    permits.change(80, 0.0, SendingPolicy(BudgetOptions(per_day=3)))
    assert permits.ask(parcel(transactional=True), 0.0, NOON) is None
    assert permits.ask(parcel(transactional=True), 0.0, NOON) is not None


@pytest.mark.parametrize(
    ("tier", "people"),
    [
        ("TIER_250", 250),
        ("TIER_2K", 2_000),
        ("tier_100k", 100_000),
        ("TIER_UNLIMITED", None),
        ("TIER_NEW", 250),
        ("", 250),
    ],
)
def test_a_tiers_people(tier: str, people: int | None) -> None:
    assert tier_users(tier) == people


def test_options_are_read() -> None:
    given = {
        "budgets": {
            "quiet_hours": {"from": "21:00", "to": "08:00"},
            "per_day": 500,
            "marketing_per_day": None,
            "outside_window": "fail",
        }
    }
    assert read_budget_options(given) == BudgetOptions(
        quiet_hours=QuietHours(1260, 480), per_day=500, marketing_per_day=None, outside_window="fail"
    )
    assert read_budget_options({}) == BudgetOptions()


@pytest.mark.parametrize(
    "wrong",
    [
        [],
        {"surprise": 1},
        {"per_day": 0},
        {"per_hour": True},
        {"per_hour": "80"},
        {"quiet_hours": "night"},
        {"quiet_hours": {"from": "21:00"}},
        {"quiet_hours": {"from": "21:00", "to": "21:00"}},
        {"quiet_hours": {"from": "25:00", "to": "08:00"}},
        {"quiet_hours": {"from": "21:00", "to": "08:00", "transactional": 1}},
        {"outside_window": "maybe"},
        {"warm_up": 1},
        {"portfolio_id": ""},
    ],
)
def test_options_that_are_wrong_name_their_field(wrong: object) -> None:
    with pytest.raises(ValueError, match=r"options\.budgets"):
        read_budget_options({"budgets": wrong})


def test_texts_outside_the_window_are_held_where_we_hear_the_number_and_have_heard_it_long_enough() -> None:
    def rule(**fields: Any) -> str:
        facts: dict[str, Any] = {
            "session": "s", "transport": "cloud", "waba_id": None, "app_id": "1", "tier": "TIER_2K",
            "time_zone": "America/Sao_Paulo", "created_ms": NOON - DAY_MS, "now_ms": NOON,
        }  # fmt: skip
        return policy_of(BudgetOptions(), **{**facts, **fields}).outside_window

    assert rule() == "hold"
    assert rule(app_id=None) == rule(transport="simulator") == rule(created_ms=NOON - 1) == "send"


def test_a_sessions_own_number_is_its_portfolio_where_no_account_is_known() -> None:
    facts: dict[str, Any] = {
        "session": "s", "transport": "cloud", "app_id": None, "tier": "TIER_2K", "time_zone": "UTC", "created_ms": 0,
        "now_ms": 0,
    }  # fmt: skip
    assert policy_of(BudgetOptions(), waba_id=None, **facts).portfolio == "s"
    assert policy_of(BudgetOptions(), waba_id="w", **facts).portfolio == "w"
    assert policy_of(BudgetOptions(portfolio_id="p"), waba_id="w", **facts).portfolio == "p"


def test_every_reason_has_words_in_both_languages() -> None:
    assert all(words.pt and words.en for words in BUDGETS.values())
