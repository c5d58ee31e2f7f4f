"""The webhooks of ``bench statuses`` tell every message's whole story, and the door reads them so."""

from __future__ import annotations

from collections import Counter, defaultdict
from pathlib import Path

from bench.meta_traffic import (
    PER_STEP,
    STEPS_PER_POST,
    MetaTraffic,
    final_status,
    load_messages,
    posts_for,
    save_messages,
)
from engine.meta_updates import read_updates
from engine.signatures import SignatureScheme

_COUNT = 1_000
_SECRET = "app-secret"


def traffic(tmp_path: Path) -> MetaTraffic:
    rows = [
        {"wamid": f"wamid.{n}", "opaque": f"0199f000-0000-7000-8000-{n:012x}", "to": f"55119{n:08d}"}
        for n in range(_COUNT)
    ]
    save_messages(tmp_path / "messages", rows)
    number = {"phone_number_id": "1065", "waba_id": "1022"}
    return MetaTraffic("POST / HTTP/1.1\r\n", _SECRET, number, load_messages(tmp_path / "messages"))


def test_every_message_gets_its_receipts_and_one_answer(tmp_path: Path) -> None:
    made = traffic(tmp_path)
    heard: dict[str, list[str]] = defaultdict(list)
    answers: Counter[str] = Counter()
    for post in range(posts_for(_COUNT)):
        updates = read_updates(made.body(post, 1_790_000_000), 1_790_000_000_000)["1065"]
        for receipt in updates.statuses:
            heard[receipt.provider_id].append(receipt.status)
        answers.update(message.provider_id for message in updates.inbound)
    assert len(heard) == len(answers) == _COUNT and set(answers.values()) == {1}
    for index in range(_COUNT):
        statuses = heard[f"wamid.{index}"]
        assert statuses[0] == "sent" and final_status(index) in statuses and len(set(statuses)) == len(statuses)
    assert heard["wamid.10"] == ["sent", "read", "delivered"], "who is quick reads before the delivery is told"
    assert heard["wamid.11"] == ["sent", "delivered", "read"]


def test_a_post_is_full_and_signed(tmp_path: Path) -> None:
    made = traffic(tmp_path)
    for _ in range(100):
        request, _, _ = made.next()
    head, _, body = request.partition(b"\r\n\r\n")
    headers = dict(line.split(": ", 1) for line in head.decode().split("\r\n")[1:])
    SignatureScheme.meta(_SECRET).verify(body, headers, 0)
    [updates] = read_updates(body, 0).values()
    full = PER_STEP * STEPS_PER_POST
    assert full - 2 <= len(updates.statuses) + len(updates.inbound) <= full and len(body) == int(
        headers["content-length"]
    )
