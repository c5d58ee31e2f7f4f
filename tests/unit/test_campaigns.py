"""A campaign's decisions: its states, who gets which variant, how much is made, what its numbers add up to."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from typing import get_args
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.campaign_counts import REPLIED, Parts, by_hour, exclusive, funnel, read_part
from engine.campaign_retry import split_failures, worth_retrying
from engine.campaigns import (
    ENDED,
    STATES,
    Action,
    SessionNow,
    State,
    after,
    may,
    pick,
    queue_target,
    room,
    stalled,
)
from engine.message_states import STATUSES

ACTIONS: tuple[Action, ...] = get_args(Action)
SHARES = st.lists(st.integers(1, 1_000), min_size=1, max_size=6)


@given(st.sampled_from(ACTIONS), st.sampled_from(STATES))
def test_an_action_leads_to_a_state_or_is_refused(action: Action, state: State) -> None:
    if may(action, state):
        assert after(action, state) in STATES
    else:
        with pytest.raises(ValueError, match=state):
            after(action, state)


@given(st.lists(st.sampled_from(ACTIONS), max_size=30))
def test_what_has_ended_stays_ended_and_what_has_begun_is_no_draft_again(actions: list[Action]) -> None:
    state: State = "draft"
    begun = False
    for action in actions:
        if not may(action, state):
            continue
        new = after(action, state)
        assert state not in ENDED or new == state
        begun = begun or new == "running"
        assert not (begun and new in ("draft", "scheduled"))
        state = new


@given(st.uuids(), st.binary(min_size=1, max_size=40), SHARES)
def test_a_person_belongs_to_the_same_share_always(contact: UUID, salt: bytes, shares: list[int]) -> None:
    found = pick(contact, salt, shares)
    assert 0 <= found < len(shares)
    assert pick(contact, salt, list(shares)) == found


def test_shares_come_out_as_they_were_asked_for() -> None:
    people = [UUID(int=number) for number in range(20_000)]
    counted = Counter(pick(person, b"campaign", [70, 20, 10]) for person in people)
    assert abs(counted[0] / 20_000 - 0.7) < 0.02
    assert abs(counted[2] / 20_000 - 0.1) < 0.02
    other = Counter(pick(person, b"another", [1, 1]) for person in people if pick(person, b"campaign", [1, 1]) == 0)
    assert abs(other[0] / other.total() - 0.5) < 0.02  # two divisions do not know each other


@given(st.integers(1, 1_000), st.integers(0, 60_000), st.integers(0, 60_000))
def test_the_queue_never_holds_more_than_its_target(throughput: int, ready: int, waiting: int) -> None:
    number = SessionNow(UUID(int=1), "active", None, throughput)
    wanted = room(number, ready, waiting)
    assert 0 <= wanted <= queue_target(throughput) <= 4_000
    assert wanted == 0 or ready + wanted <= queue_target(throughput)
    assert room(SessionNow(UUID(int=1), "paused", None, throughput), ready, waiting) == 0


def _why(state: str = "running", *numbers: SessionNow, **more: object) -> str | None:
    given = {"wanted": len(numbers), "expansion": None, "template_problem": None, "idle_s": 0.0, **more}
    return stalled(state, numbers, **given)  # type: ignore[arg-type]


def test_a_campaign_says_why_nothing_leaves() -> None:
    on, off = SessionNow(UUID(int=1), "active", None, 80), SessionNow(UUID(int=2), "paused", "paused_by_user", 80)
    assert _why("running", on) is None
    assert _why("paused", off) is None
    assert _why("running", on, off) is None
    assert _why("running", off) == "paused_by_user"
    assert _why("running", SessionNow(UUID(int=2), "stopped", None, 80)) == "session_stopped"
    assert _why("running", on, wanted=2) == "session_removed"
    assert _why("running", on, template_problem="template_not_approved") == "template_not_approved"
    assert _why("running", on, expansion="failed") == "expansion_failed"
    assert _why("running", on, idle_s=121.0) == "nothing_moves"


COUNTERS = st.dictionaries(
    st.sampled_from([*STATUSES, "!late/permanent/131026", "!refused/hold/131049", "+replied", "+bought"]),
    st.integers(0, 1_000),
)


@given(COUNTERS, st.integers(0, 20_000), st.sampled_from(STATES))
def test_the_exclusive_counts_always_add_up_to_the_total(keys: dict[str, int], written: int, state: str) -> None:
    total, counts = exclusive(keys, written, state)
    assert set(counts) == set(STATUSES)
    assert sum(counts.values()) == total >= written
    assert all(number >= 0 for number in counts.values())


def test_an_hour_tells_of_the_messages_made_then_how_many_were_read_and_answered() -> None:
    hours = by_hour([(9, "read", 3), (9, "delivered", 5), (9, REPLIED, 1), (23, "sent", 2), (23, "read", -1)])
    assert [hour["hour"] for hour in hours] == list(range(24))
    assert hours[9] == {"hour": 9, "accepted": 8, "read": 3, "replied": 1}
    assert hours[23] == {"hour": 23, "accepted": 1, "read": 0, "replied": 0}


@given(COUNTERS, st.integers(0, 20_000))
def test_the_funnel_narrows_until_people_answer(keys: dict[str, int], written: int) -> None:
    total, _ = exclusive(keys, written, "running")
    keys["!late/permanent/131026"] = min(keys.get("!late/permanent/131026", 0), keys.get("failed", 0))
    steps = {step.name: step.value for step in funnel(keys, total)}
    order = ["audience", "attempted", "accepted", "sent", "delivered", "read"]
    assert all(steps[wider] >= steps[narrower] for wider, narrower in pairwise(order))


def test_parts_are_read_by_number_and_template() -> None:
    parts = Parts()
    for key, value in (("read@aa", 3), ("sent@aa", 1), ("read~bb", 3), ("nonsense", 1)):
        read_part(parts, key, value)
    assert parts.by_session == {"aa": {"read": 3, "sent": 1}}
    assert parts.by_template == {"bb": {"read": 3}}


def test_only_failures_that_make_sense_are_tried_again() -> None:
    assert worth_retrying("whatsapp_131000")  # something went wrong at Meta
    assert not worth_retrying("whatsapp_131026")  # not on WhatsApp
    assert not worth_retrying("whatsapp_131050")  # wants no marketing
    assert not worth_retrying("whatsapp_132000")  # the template has to be mended first
    assert worth_retrying("whatsapp_132000", ["whatsapp_132000"])
    assert not worth_retrying("whatsapp_131026", ["whatsapp_131026"])
    assert not worth_retrying("whatsapp_131000", ["whatsapp_132000"])
    counted = [("failed", "whatsapp_131000", 5), ("failed", "whatsapp_131026", 27), ("uncertain", "timeout", 3)]
    assert split_failures(counted) == ({"whatsapp_131000": 5}, {"whatsapp_131026": 27, "uncertain": 3})
