"""Outgoing webhooks' decisions: signatures by a reading of the specification of its own, schedule, end of patience."""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import UTC, datetime, timedelta

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.metrics import Delta
from engine.outgoing_reasons import OUTGOING
from engine.outgoing_watch import WATCH, OutgoingWatch
from engine.outgoing_webhooks import (
    EVENT_TYPES,
    FAILING_FOR,
    SCHEDULE_S,
    TEST,
    Outcome,
    attempt_entry,
    body_of,
    disables,
    headers_of,
    next_wait_s,
    reason_of,
)

NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
COMPANY, SUBJECT = b"c" * 16, b"s" * 16


def by_hand(secret: str, headers: dict[str, str], body: bytes) -> list[bool]:
    """Check every signature as the specification tells receivers to, with nothing of ours."""
    key = base64.b64decode(secret[len("whsec_") :])
    content = headers["webhook-id"].encode() + b"." + headers["webhook-timestamp"].encode() + b"." + body
    expected = base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()
    given = [part.split(",", 1) for part in headers["webhook-signature"].split(" ")]
    return [version == "v1" and hmac.compare_digest(value, expected) for version, value in given]


def test_the_specifications_own_vector() -> None:
    headers = headers_of("msg_p5jXN8AQM9LWM0D4loKWxJek", [SECRET], 1614265330, b'{"test": 2432232314}')
    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    assert headers["webhook-timestamp"] == "1614265330"


@given(st.binary(min_size=24, max_size=64), st.binary(max_size=200), st.integers(0, 2**33))
def test_receivers_find_the_signature_right(key: bytes, body: bytes, now_s: int) -> None:
    secret = "whsec_" + base64.b64encode(key).decode()
    headers = headers_of("0199f000-0000-7000-8000-000000000001", [secret], now_s, body)
    assert by_hand(secret, headers, body) == [True]
    assert by_hand(secret, headers, body + b" ") == [False]


def test_while_a_secret_is_rotated_both_fit() -> None:
    other = "whsec_" + base64.b64encode(b"o" * 32).decode()
    headers = headers_of("id", [other, SECRET], 1, b"{}")
    assert by_hand(other, headers, b"{}") == [True, False]
    assert by_hand(SECRET, headers, b"{}") == [False, True]


def test_the_schedule_is_the_standards_with_full_jitter() -> None:
    assert [next_wait_s("event.processed", n, lambda: 1.0) for n in range(1, 9)] == [*map(float, SCHEDULE_S), None]
    assert SCHEDULE_S[0] == 5
    assert SCHEDULE_S[-1] == 10 * 3600
    assert next_wait_s("event.processed", 3, lambda: 0.0) == 0.0
    assert next_wait_s(TEST, 1, lambda: 1.0) is None


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (200, None),
        (204, None),
        (299, None),
        (301, "outgoing_redirect"),
        (308, "outgoing_redirect"),
        (400, "outgoing_status"),
        (410, "outgoing_gone"),
        (500, "outgoing_status"),
        (100, "outgoing_status"),
    ],
)
def test_what_an_answer_means(status: int, reason: str | None) -> None:
    assert reason_of(status) == reason
    assert reason is None or reason in OUTGOING


def test_five_days_without_a_delivery_or_a_410_end_it() -> None:
    failed, gone, taken = (Outcome(s, reason_of(s), "", 1) for s in (500, 410, 200))
    assert disables(failed, NOW - FAILING_FOR + timedelta(seconds=1), NOW) is None
    assert disables(failed, NOW - FAILING_FOR, NOW) == "outgoing_failing"
    assert disables(failed, None, NOW) is None
    assert disables(gone, None, NOW) == "outgoing_gone"
    assert disables(taken, NOW - FAILING_FOR, NOW) is None


def test_a_body_tells_type_time_and_data() -> None:
    body = orjson.loads(body_of("event.processed", NOW, {"id": "1"}))
    assert body == {"type": "event.processed", "timestamp": "2026-01-31T12:00:00.000Z", "data": {"id": "1"}}


def test_the_log_keeps_no_signature() -> None:
    headers = headers_of("id", [SECRET], 1, b"{}")
    entry = attempt_entry(1, NOW, "https://a.example/", headers, Outcome(500, "outgoing_status", "no", 3))
    assert "webhook-signature" not in entry["headers"]
    assert entry["headers"]["webhook-id"] == "id"
    assert (entry["status"], entry["answer"]) == (500, "no")


@pytest.fixture
def watch() -> OutgoingWatch:
    return OutgoingWatch()


def test_an_answer_that_comes_late_does_not_undo_a_newer_one(watch: OutgoingWatch) -> None:
    first, second = watch.ask(), watch.ask()
    watch.replace(second, [(COMPANY, ["event.processed"])])
    watch.replace(first, [])
    assert watch.wants(COMPANY, "event.processed")
    watch.replace(watch.ask(), [])
    assert not watch.companies


def test_a_delta_tells_what_is_wanted_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(WATCH, "companies", {COMPANY: frozenset({"event.processed", "message.read"})})
    delta = Delta()
    delta.event(COMPANY, 1, "pix_created", "processed")
    for kind, name in (("event", "processed"), ("event", "failed"), ("message", "sent"), ("message", "read")):
        delta.tell(COMPANY, kind, name, SUBJECT)
    delta.tell(b"x" * 16, "event", "processed", SUBJECT)
    told = orjson.loads(delta.encode())["told"]
    assert told == [[name, COMPANY.hex(), SUBJECT.hex()] for name in ("event.processed", "message.read")]
    assert Delta.decode(delta.encode()).oldest_ms == 1  # the aggregator reads on


def test_without_a_webhook_a_delta_is_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(WATCH, "companies", {})
    delta = Delta()
    delta.event(COMPANY, 1, "pix_created", "processed")
    delta.tell(COMPANY, "event", "processed", SUBJECT)
    assert "told" not in orjson.loads(delta.encode())


def test_every_type_has_a_dot_and_is_there_once() -> None:
    assert len(set(EVENT_TYPES)) == len(EVENT_TYPES)
    assert all(name.count(".") == 1 for name in EVENT_TYPES)
    assert {f"event.{state}" for state in ("processed", "unparsed", "failed")} < set(EVENT_TYPES)
