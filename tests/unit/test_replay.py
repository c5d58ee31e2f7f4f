"""Whether a rule acts on an event once more, by what it has done for it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.message_states import STATUSES
from engine.replay import FORCED, SKIPS, Before, is_expired_pix, refusal_before
from gateway.reasons import in_words

NOW = datetime(2026, 11, 20, tzinfo=UTC)
ACCEPTED = ("accepted", "sent", "delivered", "read")


def made(status: str, reason: str | None = None) -> Before:
    return Before(uuid4(), status, reason)


@pytest.mark.parametrize("status", ACCEPTED)
def test_what_was_accepted_is_not_sent_again_unless_forced(status: str) -> None:
    assert refusal_before([made(status)], []) == "accepted_already"
    assert "accepted_already" in FORCED


@pytest.mark.parametrize("status", ["scheduled", "queued", "sending"])
def test_what_still_waits_is_never_sent_twice_not_even_by_force(status: str) -> None:
    assert refusal_before([made(status), made("delivered")], []) == "waiting_already"
    assert "waiting_already" not in FORCED


def test_what_failed_or_was_called_off_by_an_event_goes_again() -> None:
    assert refusal_before([made("failed")], []) is None
    assert refusal_before([made("cancelled", "cancelled_by:order_approved")], []) is None
    assert refusal_before([made("skipped", "cap_per_order")], []) is None
    assert refusal_before([made("cancelled", "cancelled")], []) == "cancelled_by_hand"
    assert refusal_before([made("uncertain")], []) == "may_have_been_accepted"
    assert refusal_before([], []) is None


def test_what_a_rule_holds_for_good_is_replaced_and_what_a_budget_holds_waits() -> None:
    assert refusal_before([made("held", "missing_variable:pix_code")], []) is None
    assert refusal_before([made("held", "quiet_hours")], []) == "waiting_already"


def test_runs_in_steps_count_too() -> None:
    assert refusal_before([], ["running"]) == "waiting_already"
    assert refusal_before([], ["done"]) == "ran_already"
    assert refusal_before([], ["failed", "cancelled", "skipped"]) is None


@given(st.lists(st.sampled_from(STATUSES), max_size=5))
def test_an_accepted_message_is_never_overlooked(statuses: list[str]) -> None:
    refusal = refusal_before([made(status) for status in statuses], [])
    if any(status in ACCEPTED for status in statuses):
        assert refusal in ("accepted_already", "waiting_already")


def test_an_expired_pix_is_told() -> None:
    assert is_expired_pix("pix_created", NOW, NOW)
    assert not is_expired_pix("pix_created", NOW + timedelta(seconds=1), NOW)
    assert not is_expired_pix("order_approved", NOW, NOW)
    assert not is_expired_pix("pix_created", None, NOW)


def test_every_reason_has_words() -> None:
    assert all(in_words(reason) for reason in (*SKIPS, *FORCED))
