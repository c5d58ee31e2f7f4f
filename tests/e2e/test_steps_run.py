"""Rules in steps in a whole instance: what waits is sent once, also when the scheduler is killed meanwhile."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from engine.times import parse_time
from masteria.commands import main
from tests.actors.case_rig import PIX
from tests.e2e.http_client import HttpClient
from tests.e2e.rig import Instance
from tests.e2e.shop import Shop
from tests.e2e.waiting import wait_until

PHONE = "11911112222"


def _event(event_type: str, number: int, **fields: Any) -> bytes:
    body = {"eventType": event_type, "eventId": f"{event_type}-{number}", "orderId": f"o-{number}", **fields}
    return json.dumps({"phone": f"119{number:08d}", "name": "Cliente Exemplo", "total": 97, **body}).encode()


async def test_the_pix_flow_sends_the_code_alone_and_its_picture(shop: Shop, client: HttpClient) -> None:
    await shop.api.call("DELETE", f"/rules/{shop.rule_id}")
    parts = {"created": {"code_delay_s": 1, "image": True}}
    await shop.api.post("/flows/pix", {"session_id": shop.session_id, "parts": parts})
    await shop.simulator.call(
        "POST", "/reply", {"phone_number_id": shop.phone_number_id, "from": f"55{PHONE}", "text": "Oi"}
    )

    async def heard() -> bool:
        return bool(await shop.api.all("/events", event_type="message_received"))

    await wait_until(heard, 10.0, "the person's message, which opens the window")
    expires = datetime.now(UTC) + timedelta(minutes=30)
    body = _event("pix_created", 1, phone=PHONE, qrCode=PIX, pixExpirationAt=expires.isoformat(), paymentMethod="pix")
    assert (await shop.post(client, body)).status == 202

    async def three() -> bool:
        return len(await shop.simulator.messages(phone_number_id=shop.phone_number_id)) == 3

    await wait_until(three, 30.0, "text, code and picture")
    text, code, picture = await shop.simulator.messages(phone_number_id=shop.phone_number_id)
    assert "R$ 97,00" in text["text"]
    assert code["text"] == PIX
    assert picture["type"] == "image"
    [order] = (await shop.api.get("/flows/pix/orders"))["data"]
    reminded = parse_time(order["next_reminder"]["due_at"])
    assert order["state"] == "pending" and reminded is not None
    assert abs(reminded - (expires - timedelta(minutes=10))) < timedelta(seconds=1)
    assert (await shop.post(client, _event("order_approved", 1, phone=PHONE, paymentMethod="pix"))).status == 202

    async def paid() -> bool:
        [row] = (await shop.api.get("/flows/pix/orders"))["data"]
        return bool(row["state"] == "paid" and row["next_reminder"] is None)

    await wait_until(paid, 10.0, "the order is paid and is not reminded")


async def test_the_command_line_makes_and_shows_rules_and_the_flow(
    instance: Instance, shop: Shop, client: HttpClient, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async def run(*words: str) -> str:
        place = ["--data-dir", str(instance.data_dir), "--company", shop.company_id]
        code = await asyncio.to_thread(main, [*words, *place])
        said = capsys.readouterr()
        assert code == 0, said.err
        return said.out

    assert (await shop.post(client, _event("pix_created", 1, qrCode=PIX))).status == 202
    assert "1 messages would have been sent" in await run("rule", "dry-run", shop.rule_id)
    assert "fired" in await run("rule", "runs", shop.rule_id)
    assert "VERSION" in await run("rule", "versions", shop.rule_id)
    assert '"active": false' in await run("rule", "deactivate", shop.rule_id, "--json")
    assert "Cliente" in await run("template", "preview", shop.template_id)
    made = json.loads(await run("flow", "pix", "--session", shop.session_id, "--json"))
    await run("flow", "pix", "--session", shop.session_id)
    ids = {rule["part"]: rule["rule_id"] for rule in made["rules"]}
    assert ids["reminder"] in await run("flow", "show")
    assert (await shop.post(client, _event("pix_created", 2, qrCode=PIX))).status == 202
    assert "running" in await run("rule", "cases", ids["reminder"])
    [case] = json.loads(await run("rule", "cases", ids["reminder"], "--json"))
    assert "cancelled_by_user" in await run("rule", "cancel-case", ids["reminder"], case["id"])

    async def listed() -> bool:
        return bool((await shop.api.get("/flows/pix/orders"))["data"])

    await wait_until(listed, 10.0, "the order stands in the table")
    assert "o-2" in await run("flow", "orders", "--state", "pending")
    assert "recovered: R$ 0.00" in await run("flow", "summary")
    assert "pix" in await run("flow", "list")
    await run("flow", "cancel-reminder", "o-2")
    await run("flow", "delete")


@pytest.mark.slow
async def test_a_killed_scheduler_loses_and_doubles_no_step(instance: Instance, shop: Shop, client: HttpClient) -> None:
    await shop.api.call("DELETE", f"/rules/{shop.rule_id}")
    send = {"type": "send", "session_id": shop.session_id, "template_id": shop.template_id}
    steps = [{"type": "wait", "delay_s": 1}, send, {"type": "wait", "delay_s": 1}, send]
    rule = {"name": "Passos", "trigger": {"event_type": "pix_created"}, "steps": steps}
    rule_id = (await shop.api.post("/rules", rule))["id"]
    for number in range(100, 160):
        assert (await shop.post(client, _event("pix_created", number))).status == 202

    async def some() -> bool:
        return bool(await shop.simulator.messages(phone_number_id=shop.phone_number_id))

    await wait_until(some, 20.0, "the first step")
    await instance.kill("scheduler")

    async def all_done() -> bool:
        return not (await shop.api.get(f"/rules/{rule_id}/cases", state="running"))["data"]

    await wait_until(all_done, 60.0, "every case is over")

    async def all_sent() -> bool:
        return len(await shop.simulator.messages(phone_number_id=shop.phone_number_id)) >= 120

    await wait_until(all_sent, 60.0, "both messages of every case")
    sent = await shop.simulator.messages(phone_number_id=shop.phone_number_id)
    assert len(sent) == 120
    assert len({message["opaque"] for message in sent}) == 120
    assert {sum(one["to"] == message["to"] for one in sent) for message in sent} == {2}
