"""Rules in steps: what is refused and where, when steps wait, and that a walk always ends and does no step twice."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.drafts import MessageTemplate
from engine.ids import ms_to_time, time_to_ms
from engine.matching import RuleRow, composers_of
from engine.rule_references import refers_to
from engine.rule_schema import validate_rule
from engine.rule_windows import DAYS, compile_schedule
from engine.step_conditions import Facts
from engine.step_schema import MAX_STEPS
from engine.steps import compile_stepped, is_stepped
from engine.walking import Situation, Walked, Walker
from tests.unit.rule_builders import (
    NOW_MS,
    RULE,
    SESSION,
    SESSIONS,
    WEB_SESSION,
    evaluate,
    grapfy_event,
    rule,
    rule_set,
)

SEND: dict[str, Any] = {"type": "send", "session_id": str(SESSION), "text": "Oi"}
ZONE = "America/Sao_Paulo"


def stepped(*steps: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"name": "Regra", "trigger": {"event_type": "pix_created"}, "steps": list(steps), **more}


def problems(*steps: Any, **more: Any) -> dict[str, str]:
    return {one["field"]: one["reason"] for one in validate_rule(stepped(*steps, **more))}


def walk(*steps: dict[str, Any], at: str | None = None, facts: Facts | None = None, **more: Any) -> Walked:
    now_ms = more.pop("now_ms", NOW_MS)
    event = grapfy_event(**more.pop("event", {}))
    compiled = compile_stepped(RuleRow(RULE, "r", True, 1, stepped(*steps, **more)))
    templates: dict[UUID, MessageTemplate] = {}
    walker = Walker(compiled, composers_of(compiled, {}, SESSIONS, templates))
    return walker.walk(at or compiled.start, Situation(event, {}, ZONE, now_ms, facts))


@pytest.mark.parametrize(
    ("steps", "field"),
    [
        ([], "steps"),
        (["x"], "steps[0]"),
        ([{"type": "sned"}], "steps[0].type"),
        ([{**SEND, "x": 1}], "steps[0].x"),
        ([{**SEND, "session_id": "x"}], "steps[0].session_id"),
        ([{**SEND, "text": "{{custmer_name}}"}], "steps[0].text"),
        ([{**SEND, "image": "photo"}], "steps[0].image"),
        ([{"type": "wait"}], "steps[0].delay_s"),
        ([{"type": "wait", "delay_s": 0}], "steps[0].delay_s"),
        ([{"type": "wait_until"}], "steps[0]"),
        ([{"type": "wait_until", "time": "9h"}], "steps[0].time"),
        ([{"type": "wait_until", "time": "09:00", "zone": "Mars"}], "steps[0].zone"),
        ([{"type": "wait_until", "time": "09:00", "days": ["seg"]}], "steps[0].days[0]"),
        ([{"type": "wait_until", "field": "customer_name"}], "steps[0].field"),
        ([{"type": "wait_until", "field": "pix_expires_at", "if_past": "go"}], "steps[0].if_past"),
        ([{"type": "branch", "then": [SEND]}], "steps[0].when"),
        ([{"type": "branch", "when": {"order_has_event": ""}, "then": [SEND]}], "steps[0].when.order_has_event"),
        ([{"type": "branch", "when": {"contact_has_tag": []}, "then": [SEND]}], "steps[0].when.contact_has_tag"),
        ([{"type": "branch", "when": {"field": "x", "op": "=", "value": 1}, "then": [SEND]}], "steps[0].when.field"),
        ([{"type": "branch", "when": {"order_has_event": "x"}, "then": []}], "steps[0].then"),
        ([{"type": "add_tag"}], "steps[0].tag"),
        ([{"type": "add_to_list", "list_id": 1}], "steps[0].list_id"),
        ([{"type": "call_webhook"}], "steps[0].webhook_id"),
        ([{**SEND, "id": "a"}, {**SEND, "id": "a"}], "steps[1].id"),
        ([{**SEND, "id": "A B"}], "steps[0].id"),
    ],
)
def test_what_is_wrong_is_told_at_its_place(steps: list[Any], field: str) -> None:
    assert field in problems(*steps)


def test_bounds_and_the_two_forms() -> None:
    assert problems(SEND, {"type": "wait", "delay_s": 60}, SEND) == {}
    assert "steps" in problems(*[SEND] * (MAX_STEPS + 1))
    assert set(problems(SEND, action={"send": SEND}, delay_s=5)) == {"action", "delay_s"}
    assert set(problems(SEND, caps={"per_person": {"count": 0}})) == {
        "caps.per_person.count",
        "caps.per_person.per_hours",
    }
    assert set(problems(SEND, schedule={"days": [], "from": "8", "outside": "drop"})) == {
        "schedule.days",
        "schedule.from",
        "schedule.outside",
    }
    deep: dict[str, Any] = SEND
    for _ in range(5):
        deep = {"type": "branch", "when": {"order_has_event": "x"}, "then": [deep]}
    assert any("deeper" in reason for reason in problems(deep).values())


def test_the_old_form_stays_on_its_own_way_unless_it_asks_for_more() -> None:
    assert not is_stepped(rule(caps={"per_order": 1}, delay_s=60))
    assert is_stepped(rule(schedule={"from": "08:00", "to": "20:00"}))
    assert is_stepped(rule(caps={"per_person": {"count": 1, "per_hours": 1}}))
    outcome = evaluate(rule_set(rule(delay_s=60, caps={"per_person": {"count": 1, "per_hours": 1}})))
    [firing] = outcome.firings
    assert (firing.walked.position, firing.walked.due_ms) == ("send", NOW_MS + 60_000)
    assert outcome.drafts == []
    assert outcome.runs[0]["outcome"] == "fired"


def test_references_are_found_in_branches_with_their_paths() -> None:
    branch = {"type": "branch", "when": {"order_has_event": "x"}, "then": [SEND], "else": [{**SEND, "id": "b"}]}
    assert refers_to(stepped({"type": "wait", "delay_s": 1}, branch)) == {
        ("session_id", SESSION): "steps[1].then[0].session_id"
    }
    assert refers_to(rule()) == {("session_id", SESSION): "action.send.session_id"}


def test_waiting_for_a_fields_time_and_what_happens_without_it_or_too_late() -> None:
    expires = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
    now_ms = time_to_ms(expires - timedelta(minutes=30))
    until = {"type": "wait_until", "field": "pix_expires_at", "offset_s": -600}
    waits = walk(until, {**SEND, "id": "s"}, event={"pix_expires_at": expires}, now_ms=now_ms)
    assert (waits.position, waits.due_ms) == ("s", time_to_ms(expires - timedelta(minutes=10)))
    missing = walk(until, SEND, event={"pix_expires_at": None})
    assert (missing.over, missing.reason, missing.effects) == (True, "moment_missing:pix_expires_at", [])
    fallback = walk({**until, "fallback_s": 60}, SEND, event={"pix_expires_at": None})
    assert fallback.due_ms == NOW_MS + 60_000
    late = time_to_ms(expires)
    past = walk({**until, "if_past": "end"}, SEND, event={"pix_expires_at": expires}, now_ms=late)
    assert (past.reason, past.effects) == ("moment_past:pix_expires_at", [])
    goes_on = walk(until, SEND, event={"pix_expires_at": expires}, now_ms=late)
    assert (goes_on.reason, len(goes_on.effects)) == ("finished", 1)


def test_waiting_for_a_time_of_day_by_the_recipients_clock() -> None:
    now_ms = time_to_ms(datetime(2026, 11, 20, 13, 30, tzinfo=UTC))  # a Friday: 10:30 in São Paulo, 09:30 in Manaus
    until = {"type": "wait_until", "time": "10:00", "zone": "recipient"}
    manaus = walk(until, SEND, event={"customer_phone": "+5592900000000"}, now_ms=now_ms)
    assert manaus.due_ms == time_to_ms(datetime(2026, 11, 20, 14, 0, tzinfo=UTC))
    paulista = walk({**until, "days": ["mon"]}, SEND, event={"customer_phone": "+5511900000000"}, now_ms=now_ms)
    assert paulista.due_ms == time_to_ms(datetime(2026, 11, 23, 13, 0, tzinfo=UTC))


def test_a_schedule_makes_a_send_wait_or_skips_it() -> None:
    night = time_to_ms(datetime(2026, 11, 20, 4, 0, tzinfo=UTC))  # 01:00 in São Paulo
    window = {"from": "08:00", "to": "20:00"}
    waits = walk({**SEND, "id": "s"}, schedule=window, now_ms=night)
    assert (waits.position, waits.due_ms) == ("s", time_to_ms(datetime(2026, 11, 20, 11, 0, tzinfo=UTC)))
    skips = walk(SEND, schedule={**window, "outside": "skip"}, now_ms=night)
    assert (skips.effects, skips.log[0]["reason"]) == ([], "outside_schedule")
    day = walk(SEND, schedule=window, now_ms=night + 12 * 3_600_000)
    assert len(day.effects) == 1
    run = evaluate(rule_set(stepped(SEND, schedule={**window, "outside": "skip"})), now_ms=night).runs[0]
    assert (run["outcome"], run["reason"]) == ("skipped", "outside_schedule")


def test_what_asks_postgres_is_left_to_whoever_may_ask() -> None:
    branch = {"id": "b", "type": "branch", "when": {"contact_has_tag": "VIP"}, "then": [SEND]}
    at_once = walk(SEND, branch)
    assert (len(at_once.effects), at_once.position, at_once.due_ms) == (1, "b", NOW_MS)
    assert len(walk(branch, facts=Facts(tags=frozenset({"vip"}))).effects) == 1
    told = walk(branch, facts=Facts())
    assert (told.effects, told.log[0]["reason"], told.log[0]["detail"]["found"]) == ([], "condition_false", [])
    for step in ({"type": "add_tag", "tag": "x"}, {"type": "record_pix"}):
        assert walk(step).position == "steps[0]"
        assert walk(step, facts=Facts()).effects[0].draft is None


def test_a_picture_needs_a_sound_code_and_a_session_that_can_upload() -> None:
    picture = {**SEND, "text": "Escaneie", "image": "pix_code"}
    bad = walk(picture, facts=Facts(), event={"pix_code": "000201"}).effects[0].draft
    assert bad is not None
    assert bad.reason is not None
    assert bad.reason.startswith("invalid_pix_code:")
    web = walk({**picture, "session_id": str(WEB_SESSION)}, facts=Facts()).effects[0].draft
    assert web is not None
    assert (web.type, web.status) == ("image", "held")


def test_a_condition_of_a_branch_is_explained_at_its_path() -> None:
    when = {"all": [{"field": "order_value", "op": ">", "value": 1}, {"not": [{"order_has_event": "order_approved"}]}]}
    branch = {"type": "branch", "when": when, "then": [SEND]}
    told = walk(branch, facts=Facts(order_events=frozenset({"order_approved"}))).log[0]
    assert (told["outcome"], told["reason"]) == ("else", "negated_condition_true")
    assert told["detail"]["path"] == "steps[0].when.all[1].not[0]"
    assert told["detail"]["found"] == ["order_approved"]
    assert len(walk(branch, facts=Facts()).effects) == 1


_leaf = st.sampled_from([SEND, {"type": "wait", "delay_s": 5}, {"type": "add_tag", "tag": "x"}])
_tree = st.recursive(
    _leaf,
    lambda inner: st.builds(
        lambda then, other, asks: {
            "type": "branch",
            "when": {"order_has_event": "x"} if asks else {"field": "order_id", "op": "exists"},
            "then": then,
            "else": other,
        },
        st.lists(inner, min_size=1, max_size=3),
        st.lists(inner, min_size=1, max_size=3),
        st.booleans(),
    ),
    max_leaves=12,
)


@given(st.lists(_tree, min_size=1, max_size=4), st.booleans())
def test_every_walk_ends_and_no_step_is_done_twice(steps: list[dict[str, Any]], approved: bool) -> None:
    compiled = compile_stepped(RuleRow(RULE, "r", True, 1, stepped(*steps)))
    walker = Walker(compiled, composers_of(compiled, {}, SESSIONS, {}))
    facts = Facts(order_events=frozenset({"x"} if approved else ()))
    position: str | None = compiled.start
    done: list[str] = []
    now_ms = NOW_MS
    for _ in range(len(compiled.steps) + 1):
        assert position is not None
        walked = walker.walk(position, Situation(grapfy_event(), {}, ZONE, now_ms, facts))
        done += [effect.step.id for effect in walked.effects]
        position = walked.position
        if walked.over:
            break
        assert walked.due_ms is not None
        now_ms = walked.due_ms
    assert position is None
    assert len(done) == len(set(done))


@given(
    st.integers(NOW_MS, NOW_MS + 400 * 86_400_000),
    st.sets(st.sampled_from(DAYS), min_size=1),
    st.integers(0, 1_439),
    st.integers(0, 1_439),
    st.sampled_from([ZONE, "America/New_York", "UTC"]),
)
def test_a_schedule_opens_when_it_says(now_ms: int, days: set[str], start: int, end: int, zone: str) -> None:
    if start == end:
        return
    clock = [f"{minute // 60:02}:{minute % 60:02}" for minute in (start, end)]
    schedule = compile_schedule({"days": sorted(days), "from": clock[0], "to": clock[1], "zone": zone})
    opens = schedule.opens_ms(now_ms, ZONE, None)
    if opens is None:
        return
    assert opens > now_ms
    assert opens - now_ms < 9 * 86_400_000
    assert schedule.opens_ms(opens, ZONE, None) is None
    before = schedule.opens_ms((now_ms + opens) // 2, ZONE, None)
    assert before == opens
    assert ms_to_time(opens).second == 0
