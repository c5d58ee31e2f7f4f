from __future__ import annotations

import io
from typing import Any

from rich.console import Console

from masteria.live_client import LiveClient, Update
from masteria.watch_lines import event_text, lines_of, screen

EVENT = {
    "id": "e1",
    "event_type": "pix_created",
    "customer_name": "Maria",
    "product_name": "Curso",
    "order_value": "97.00",
    "created_at": "2026-01-31T12:00:00.000Z",
}


def item(*statuses: str, event_id: str = "e1") -> dict[str, Any]:
    messages = [{"id": f"m{n}", "status": status, "to": "+5511900000000"} for n, status in enumerate(statuses)]
    return {**EVENT, "id": event_id, "messages": messages}


def lines(before: dict[str, Any], now: dict[str, Any], topic: str = "events") -> list[str]:
    return [line.split(" ", 1)[1] for line in lines_of(Update(topic, before, now, 1_795_375_119_571))]


def test_an_event_and_each_of_its_messages_steps_are_a_line() -> None:
    one, two, three = {"items": [item()]}, {"items": [item("queued")]}, {"items": [item("read")]}
    assert lines({"items": [item(event_id="e0")]}, one) == ["event pix_created · Maria · Curso · R$ 97,00 e1"]
    assert lines(one, two) == ["message queued +5511900000000 m0"]
    assert lines(two, three) == ["message read +5511900000000 m0"]
    assert lines(three, three) == []


def test_the_first_snapshot_shows_the_newest_ten_oldest_first() -> None:
    shown = lines({}, {"items": [item(event_id=f"e{n:02d}") for n in range(30, 0, -1)]})
    assert [line.split()[-1] for line in shown] == [f"e{n:02d}" for n in range(21, 31)]


def test_todays_numbers_are_a_line_when_they_change() -> None:
    now = {"today": {"events": 3, "messages": {"read": 2, "failed": 0}}, "queue": {"depth": 1}}
    assert lines({}, now, "metrics") == ["today events=3 read=2 queue=1"]
    assert lines(now, {**now, "rates": {"events_s": 1.0}}, "metrics") == []


def test_the_connection_itself_is_told() -> None:
    gone = Update("", {}, {"connected": False, "why": "nobody answers"}, 0)
    assert list(lines_of(gone)) == ["disconnected (nobody answers)"]


def test_an_event_without_anything_still_has_words() -> None:
    assert event_text({"id": "x"}) == "(no type)"


def test_the_screen_shows_numbers_and_feed_without_markup_of_customers() -> None:
    states: dict[str, Any] = {
        "metrics": {
            "today": {"events": 41, "messages": {"read": 17, "failed": 0}},
            "rates": {"events_s": 2.4, "accepted_s": 0.0},
            "queue": {"depth": 3, "oldest_s": 1.5},
            "latency_ms": {"event_to_accepted": {"p50": 84.0}},
        },
        "events": {"items": [item("delivered") | {"customer_name": "[red]Maria[/red]"}]},
    }
    out = io.StringIO()
    console = Console(file=out, width=140, height=30, color_system=None)
    console.print(screen(states, {"connected": True}, 30))
    text = out.getvalue()
    for shown in ("41", "17", "2.4", "84 ms", "–", "1.5 s", "[red]Maria[/red]", "delivered", "connected"):
        assert shown in text
    assert "failed" not in text


def test_a_client_keeps_states_and_positions() -> None:
    client = LiveClient("http://nowhere", "key", ["metrics"])
    client.take(
        {"type": "snapshot", "topic": "metrics", "seq": "7-1", "ts": 1, "oldest_ts": 1, "data": {"a": 1, "b": 2}}
    )
    update = client.take(
        {"type": "delta", "topic": "metrics", "seq": "7-2", "ts": 2, "oldest_ts": 2, "data": {"b": None}}
    )
    assert update is not None
    assert (update.before, update.now) == ({"a": 1, "b": 2}, {"a": 1})
    assert client.states["metrics"] == {"a": 1}
    assert client.take({"type": "heartbeat", "ts": 3}) is None
