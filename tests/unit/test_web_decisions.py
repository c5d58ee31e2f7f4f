"""WhatsApp-Web's decisions: disconnects, pace, warm-up, caps, look-ups, the watchdog, reconciliation."""

from __future__ import annotations

import random
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.phones import whatsapp_forms
from engine.web_disconnects import RULES, SILENT, ban_reason, react
from engine.web_gate import Gate, digest
from engine.web_numbers import CheckPolicy, FormAnswer, Known, forms_of, plan_batch, resolve
from engine.web_options import WebOptions, read_web_options
from engine.web_pacing import PACES, read_pace
from engine.web_reasons import WEB, web_words
from engine.web_reconcile import Reconciler
from engine.web_send_errors import classify, never_sent, server_code
from engine.web_usage import Usage
from engine.web_warm_up import DAILY_CAPS, DAY_MS, HOUR_MS, caps, for_bulk, rewarmed_from
from engine.web_watch import SILENT_MS, UNANSWERED_MS, Watchdog

NOW = 1_790_000_000_000
half = lambda: 0.5  # noqa: E731 (luck that is always in the middle)

# Facts on WhatsApp, 7.3: code, tries before, what follows.
REACTIONS = [
    (401, 0, "pair"), (402, 0, "wait"), (403, 0, "stop"), (405, 0, "stop"), (406, 0, "stop"),
    (408, 50, "reconnect"), (409, 0, "stop"), (411, 0, "pair"), (428, 50, "reconnect"), (440, 0, "stop"),
    (500, 2, "reconnect"), (500, 3, "pair"), (501, 9, "reconnect"), (503, 9, "reconnect"),
    (413, 9, "reconnect"), (414, 9, "reconnect"), (415, 9, "reconnect"), (418, 9, "reconnect"),
    (515, 0, "restart"), (515, 1, "reconnect"), (SILENT, 3, "reconnect"), (SILENT, 4, "stop"),
    (999, 9, "reconnect"), (999, 10, "stop"),
]  # fmt: skip


@pytest.mark.parametrize(("code", "tries", "kind"), REACTIONS)
def test_every_disconnect_has_its_reaction(code: int, tries: int, kind: str) -> None:
    reaction = react(code, tries=tries, random=half)
    assert reaction.kind == kind
    assert reaction.forget_device == (kind == "pair")
    assert reaction.alert == (kind in ("pair", "stop", "wait"))
    assert (reaction.wait_s is None) == (kind in ("pair", "stop"))


def test_a_ban_lasts_as_long_as_whatsapp_says_and_a_day_when_it_does_not() -> None:
    assert react(402, tries=0, expires_s=7200.0).wait_s == 7200.0
    assert react(402, tries=0).wait_s == 86_400.0
    assert react(402, tries=0).warm_up_again
    assert ban_reason(101) == "ban_too_many_new_people"
    assert ban_reason(None) == ban_reason(777) == "banned_until"


@given(st.sampled_from(sorted(RULES)), st.integers(0, 10_000), st.floats(0, 0.999))
def test_waits_between_reconnections_are_bounded(code: int, tries: int, luck: float) -> None:
    reaction = react(code, tries=tries, random=lambda: luck)
    if reaction.kind == "reconnect":
        assert reaction.wait_s is not None
        assert 0.5 <= reaction.wait_s <= 300.0


def test_connections_that_were_lost_come_back_after_one_second_then_up_to_a_minute() -> None:
    waits = [react(428, tries=tries, random=lambda: 0.999).wait_s or 0 for tries in range(10)]
    assert [round(wait) for wait in waits[:4]] == [1, 2, 4, 8]
    assert waits[-1] == pytest.approx(60.0, rel=0.01)


# Facts on WhatsApp, 7.1, and the three humanised speeds.
GAPS = [("fast", 11, 33), ("normal", 61, 121), ("safe", 210, 341)]


@pytest.mark.parametrize(("name", "low", "high"), GAPS)
def test_a_speed_keeps_its_distance_and_uses_all_of_it(name: str, low: float, high: float) -> None:
    luck = random.Random(1)
    gaps = [PACES[name].gap_s(stranger=bool(n % 2), random=luck.random) for n in range(500)]
    assert low <= min(gaps) < low + (high - low) * 0.05
    assert high - (high - low) * 0.05 < max(gaps) <= high


@given(st.floats(0, 1, exclude_max=True), st.booleans())
def test_the_default_pace_waits_longer_for_strangers(luck: float, stranger: bool) -> None:
    gap = PACES["default"].gap_s(stranger=stranger, random=lambda: luck)
    assert (5.0 <= gap <= 30.0) if stranger else (1.5 <= gap <= 5.0)


@given(st.text(max_size=5_000), st.floats(0, 1, exclude_max=True))
def test_typing_takes_from_one_to_twelve_seconds(text: str, luck: float) -> None:
    assert 1.0 <= PACES["default"].typing_time_s(text, lambda: luck) <= 12.0


def test_a_longer_text_is_typed_longer_and_a_pace_may_show_no_typing() -> None:
    pace = PACES["default"]
    assert pace.typing_time_s("a" * 8, half) < pace.typing_time_s("a" * 30, half) < pace.typing_time_s("a" * 400, half)
    assert read_pace("fast", {"words_per_minute": 0}).typing_time_s("Olá", half) == 0.0


def test_the_first_week_grows_as_published_and_no_hour_takes_a_day() -> None:
    days = [caps(day * DAY_MS, 200, 1_500) for day in range(9)]
    assert [one.day for one in days] == [*DAILY_CAPS, 1_500, 1_500]
    assert all(one.hour <= max(6, one.day // 5) for one in days[:7])
    assert days[8].hour == 200


@given(st.integers(0, 100_000))
def test_bulk_leaves_something_of_every_cap_to_what_is_urgent(cap: int) -> None:
    assert for_bulk(cap) <= cap
    assert cap <= 1 or for_bulk(cap) < cap


def test_a_number_that_was_silent_goes_back_as_many_days() -> None:
    began = NOW - 6 * DAY_MS
    assert rewarmed_from(began, NOW - 2 * DAY_MS, NOW) == began, "two days are no silence"
    assert rewarmed_from(began, NOW - 3 * DAY_MS, NOW) == NOW, "three days warm, three days silent: from the start"
    warm_for_long = NOW - 90 * DAY_MS
    assert rewarmed_from(warm_for_long, NOW - 4 * DAY_MS, NOW) == NOW - 3 * DAY_MS


def gate(*, warm_up: bool = True, usage: Usage | None = None, **limits: object) -> Gate:
    made = Gate(read_pace("default", limits), usage or Usage(), warm_up=warm_up, random=half)
    made.warm_up_from_ms = NOW
    return made


@given(st.lists(st.tuples(st.integers(0, 3_600_000), st.booleans()), max_size=150), st.integers(0, 9))
def test_no_hour_and_no_day_ever_holds_more_than_its_cap(steps: list[tuple[int, bool]], days: int) -> None:
    made = gate()
    made.warm_up_from_ms = NOW - days * DAY_MS
    sent: list[int] = []
    now = NOW
    for pause_ms, transactional in steps:
        now += pause_ms
        if made.ask(f"{now}", stranger=True, transactional=transactional, now_ms=now) is None:
            made.sent(f"{now}", now)
            sent.append(now)
        cap = caps(now - made.began_ms(now), 200, 1_500)
        assert sum(at > now - DAY_MS for at in sent) <= cap.day
        assert sum(at > now - HOUR_MS for at in sent) <= cap.hour
        assert sum(at > now - 60_000 for at in sent) <= 8
    assert all(later - earlier >= 5_000 for earlier, later in pairwise(sent))


@given(st.integers(0, 40), st.booleans())
def test_who_waits_as_long_as_told_may_send(sends: int, transactional: bool) -> None:
    made = gate()
    now = NOW
    for number in range(sends):
        while (held := made.ask(str(number), stranger=True, transactional=transactional, now_ms=now)) is not None:
            assert held.seconds is not None
            assert 0 < held.seconds <= 86_400 + 300
            now += int(held.seconds * 1000) + 1
        made.sent(str(number), now)
    assert made.usage.last_sent_ms is None or sends > 0


def test_the_same_bulk_text_goes_three_times_an_hour_and_urgent_texts_are_not_asked() -> None:
    made = gate(warm_up=False)
    now = NOW
    for _ in range(3):
        now += 60_000
        assert made.ask("Compre  já", stranger=True, transactional=False, now_ms=now) is None
        made.sent("Compre  já", now)
    now += 60_000
    held = made.ask("compre já", stranger=True, transactional=False, now_ms=now)
    assert held is not None
    assert held.reason == "identical_text"
    assert held.seconds == pytest.approx(3_600 - 180, abs=1)
    assert made.ask("compre já", stranger=True, transactional=True, now_ms=now) is None
    assert made.ask("outro texto", stranger=True, transactional=False, now_ms=now) is None
    assert digest("Compre  JÁ") == digest("compre já")


def test_what_whatsapp_holds_is_held() -> None:
    made = gate()
    made.hold_strangers(NOW + 60_000)
    assert made.ask("a", stranger=True, transactional=True, now_ms=NOW) == ("new_chats_blocked", 60.0)
    assert made.ask("a", stranger=False, transactional=False, now_ms=NOW) is None
    made.slow_down(NOW + 5_000)
    assert made.ask("a", stranger=False, transactional=True, now_ms=NOW) == ("number_slowed", 5.0)


@given(st.lists(st.integers(0, 7_200_000), max_size=60))
def test_what_was_used_survives_a_restart(pauses: list[int]) -> None:
    usage, now = Usage(), NOW
    for pause in pauses:
        now += pause
        usage.sent("t", now)
        usage.checked(3, now)
    again = Usage.from_json(usage.to_json())
    assert (again.in_hour(now), again.in_day(now)) == (usage.in_hour(now), usage.in_day(now))
    assert again.checks_in_day(now) == usage.checks_in_day(now)
    assert again.last_sent_ms == usage.last_sent_ms


phones = st.builds(
    "+55{}9{}".format, st.sampled_from(["11", "21", "31", "85"]), st.integers(60_000_000, 99_999_999).map(str)
)


@given(st.lists(phones, max_size=80), st.integers(0, 300))
def test_a_batch_keeps_its_size_and_its_budget_and_asks_nobody_twice(wanted: list[str], used: int) -> None:
    policy = CheckPolicy()
    known = {phone: Known(phone, True, None, NOW) for phone in wanted[::3]}
    batch = plan_batch(wanted, known, policy, used, NOW)
    assert len(batch) == len(set(batch))
    assert not set(batch) & set(known)
    assert len(forms_of(batch)) <= policy.batch
    assert used + len(batch) <= max(policy.per_day, used)


def test_an_answer_is_good_for_a_month_and_an_absence_for_a_day() -> None:
    policy = CheckPolicy()
    there, away = Known("+5511987654321", True, None, NOW), Known("+5511987654322", False, None, NOW)
    known = {one.phone: one for one in (there, away)}
    assert plan_batch(known, known, policy, 0, NOW + 23 * HOUR_MS) == []
    assert plan_batch(known, known, policy, 0, NOW + 25 * HOUR_MS) == [away.phone]
    assert plan_batch(known, known, policy, 0, NOW + 31 * DAY_MS) == [there.phone, away.phone]


def test_both_forms_of_a_number_are_asked_and_the_registered_one_is_written_to() -> None:
    phone = "+5531987654321"
    assert forms_of([phone]) == ["+5531987654321", "+553187654321"]
    old = [FormAnswer(phone, False, None), FormAnswer("+553187654321", True, "553187654321")]
    both = [FormAnswer("+553187654321", True, "553187654321"), FormAnswer(phone, True, "5531987654321")]
    none = [FormAnswer(form, False, None) for form in whatsapp_forms(phone)]
    assert resolve(phone, old, NOW) == Known(phone, True, "553187654321", NOW)
    assert resolve(phone, both, NOW) == Known(phone, True, "5531987654321", NOW), "the other may be an old chat"
    assert resolve(phone, none, NOW) == Known(phone, False, None, NOW)
    assert resolve(phone, [FormAnswer("+5511900000000", True, None)], NOW) is None


def test_the_watchdog_asks_before_it_doubts_and_doubts_unanswered_sends() -> None:
    watchdog = Watchdog(NOW)
    assert watchdog.judge(NOW + 10_000) == "fine"
    assert watchdog.judge(NOW + SILENT_MS // 3 + 1) == "look"
    assert watchdog.judge(NOW + SILENT_MS + 1) == "reconnect"
    watchdog.connected(NOW + 100_000)
    now = NOW + 100_000
    watchdog.sent(now)
    watchdog.heard(now + UNANSWERED_MS)
    assert watchdog.judge(now + UNANSWERED_MS) == "fine", "one may be slow"
    watchdog.sent(now)
    assert watchdog.judge(now + UNANSWERED_MS) == "reconnect"
    watchdog.acknowledged(now + UNANSWERED_MS)
    assert watchdog.judge(now + UNANSWERED_MS) == "fine"


def test_a_receipt_finds_the_only_open_send_of_its_chat() -> None:
    book = Reconciler()
    book.unanswered("m1", "+5511987654321", "Olá", NOW)
    assert book.by_receipt("P1", "+5511900000000", NOW + 1_000) is None
    assert book.by_receipt("P1", "+5511987654321", NOW - 60_000) is None, "older than the send"
    assert book.by_receipt("P1", "+5511987654321", NOW + 1_000) == "m1"
    assert book.by_receipt("P1", "anywhere", NOW) == "m1", "known from now on"
    assert len(book) == 0


def test_with_two_open_sends_to_one_chat_a_receipt_is_nobodys_and_an_echo_tells_by_its_text() -> None:
    book = Reconciler()
    book.unanswered("m1", "c", "Primeira", NOW)
    book.unanswered("m2", "c", "Segunda", NOW)
    assert book.by_receipt("P2", "c", NOW) is None
    assert book.by_echo("P2", "c", "Outra", NOW) is None
    assert book.by_echo("P2", "c", "segunda", NOW) == "m2"
    assert book.by_receipt("P1", "c", NOW) == "m1", "now there is one left"


def test_of_two_equal_texts_the_older_one_is_meant() -> None:
    book = Reconciler()
    book.unanswered("new", "c", "Olá", NOW + 5_000)
    book.unanswered("old", "c", "Olá", NOW)
    assert [book.by_echo(name, "c", "Olá", NOW + 6_000) for name in ("P1", "P2", "P3")] == ["old", "new", None]


def test_send_errors_are_read_and_classified() -> None:
    assert server_code("server returned error 463") == 463
    assert server_code("timed out") is None
    assert never_sent("websocket not connected")
    assert not never_sent("websocket disconnected before info query returned response")
    assert (classify(463).kind, classify(463).scope) == ("hold", "new_chats")
    assert (classify(999).kind, classify(999).max_tries) == ("retry", 2)


def test_settings_of_a_session_are_read_with_their_defaults() -> None:
    assert read_web_options({}) == WebOptions()
    read = read_web_options(
        {"web": {"pace": "safe", "limits": {"per_hour": 20}, "checks": {"per_day": 50}, "number_age_days": 3}}
    )
    assert (read.pace.name, read.pace.per_hour, read.checks.per_day, read.checks.batch) == ("safe", 20, 50, 50)
    assert read.head_start_ms == 3 * DAY_MS


def test_every_reason_has_words_in_both_languages() -> None:
    for code, words in WEB.items():
        assert words.pt, code
        assert words.en, code
    assert web_words("web_463") is not None
    assert web_words("pair_limit") is None
