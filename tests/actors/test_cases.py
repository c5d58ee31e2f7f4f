"""Rules in steps on real Postgres: begun with the event, gone on with later, called off in any order, crash or not."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest

from actors.cases import CaseRunner
from actors.drafting import Drafter
from actors.lanes import WriterLane
from actors.recorder import Changes
from engine.errors import FieldProblem, Unavailable
from engine.metrics import Delta
from storage.message_rows import create_messages
from storage.pool import Pool
from tests.actors.case_rig import NO_PIX, PIX, CaseRig, event, make_case_rig
from tests.actors.shard_rig import IDS, new_id

SEND = {"type": "send", "text": "Oi, {{customer_name}}"}
REMIND = {"id": "remind", "type": "send", "text": "Falta pagar"}
WAIT = {"type": "wait", "delay_s": 600}


@pytest.fixture
async def rig(pool: Pool, database_url: str) -> AsyncIterator[CaseRig]:
    made = await make_case_rig(pool, database_url)
    yield made
    await made.close()


async def test_what_waits_for_nothing_is_done_with_the_event_and_leaves_no_case(rig: CaseRig) -> None:
    await rig.rule([SEND, {"type": "send", "text": "Segunda"}])
    await rig.pix("e-1")
    assert await rig.texts() == [("Oi, Ana", "queued"), ("Segunda", "queued")]
    assert await rig.cases() == []


async def test_a_wait_makes_a_case_that_goes_on_when_its_time_has_come(rig: CaseRig) -> None:
    await rig.rule([SEND, WAIT, REMIND])
    await rig.pix("e-1")
    assert await rig.runner.run_due() == 0.25
    assert await rig.texts() == [("Oi, Ana", "queued")]
    [case] = await rig.cases()
    assert (case["state"], json.loads(case["position"])) == ("running", {"step": "remind"})
    assert 595 < (case["due_at"] - case["created_at"]).total_seconds() <= 600
    await rig.later()
    assert await rig.texts() == [("Oi, Ana", "queued"), ("Falta pagar", "queued")]
    assert await rig.ends() == [("done", "finished")]
    [case] = await rig.cases()
    assert [(line["type"], line["outcome"]) for line in case["log"]] == [
        ("send", "sent"),
        ("wait", "waits"),
        ("send", "sent"),
    ]
    assert case["log"][2]["message_id"] == str((await rig.shard.rows("SELECT id FROM messages ORDER BY id"))[1]["id"])
    assert [message["text"] for message in rig.handed] == ["Falta pagar"]
    await rig.later()
    assert len(await rig.texts()) == 2


async def test_an_event_of_the_order_calls_the_case_off(rig: CaseRig) -> None:
    await rig.rule([WAIT, REMIND], cancel_on=["order_approved"])
    await rig.pix("e-1")
    await rig.pix("e-2", "o-2")
    await rig.approved("e-3")
    assert await rig.ends() == [("cancelled", "cancelled_by:order_approved"), ("running", None)]
    await rig.later()
    assert await rig.texts() == [("Falta pagar", "queued")]


async def test_it_is_called_off_as_well_when_that_event_came_first_or_with_it(rig: CaseRig) -> None:
    await rig.rule([SEND, WAIT, REMIND], cancel_on=["order.paid"])
    await rig.approved("e-1")
    await rig.pix("e-2")
    assert await rig.ends() == [("cancelled", "cancelled_by:order_approved")]
    await rig.shard.post(event("pix_created", "e-3", "o-9"), event("order_approved", "e-4", "o-9"))
    await rig.shard.post(event("order_approved", "e-5", "o-8"), event("pix_created", "e-6", "o-8"))
    assert await rig.ends() == [("cancelled", "cancelled_by:order_approved")] * 3
    assert {status for _, status in await rig.texts()} == {"cancelled"}


async def test_what_an_event_that_nobody_saw_coming_calls_off_is_found_before_the_next_step(rig: CaseRig) -> None:
    """Two batches at once may each miss the other's event: the case looks again before it does anything."""
    await rig.rule([WAIT, REMIND], cancel_on=["order_approved"])
    await rig.pix("e-1")
    await rig.approved("e-2", "other")
    await rig.pool.execute("UPDATE incoming_events SET order_id = 'o-1' WHERE event_type = 'order_approved'")
    await rig.later()
    assert await rig.ends() == [("cancelled", "cancelled_by:order_approved")]
    assert await rig.texts() == []


async def test_an_event_that_calls_off_waits_for_the_step_under_way_and_takes_its_message_back(rig: CaseRig) -> None:
    await rig.rule([WAIT, REMIND, WAIT, SEND], cancel_on=["order_approved"])
    await rig.pix("e-1")
    await rig.pool.execute("UPDATE rule_cases SET due_at = now()")
    entered, leave = asyncio.Event(), asyncio.Event()

    async def slowly(work: Any) -> Any:
        async def step(connection: Any, delta: Delta) -> Any:
            done = await work(connection, delta)
            entered.set()
            await leave.wait()
            return done

        return await rig.changes.commit(step)

    class Slow:
        commit = staticmethod(slowly)

    runner = CaseRunner(Slow(), rig.pool, Drafter(IDS), rig.handed.extend, rig.runner._post)  # type: ignore[arg-type]
    running = asyncio.create_task(runner.run_due())
    await entered.wait()
    approving = asyncio.create_task(rig.approved("e-2"))
    await _until_somebody_waits_for_a_lock(rig.pool)
    leave.set()
    await asyncio.gather(running, approving)
    assert await rig.texts() == [("Falta pagar", "cancelled")]
    assert await rig.ends() == [("cancelled", "cancelled_by:order_approved")]


async def _until_somebody_waits_for_a_lock(pool: Pool) -> None:
    while not await pool.fetchval("SELECT count(*) FROM pg_locks WHERE NOT granted"):
        await asyncio.sleep(0.01)


async def test_a_step_never_sends_through_another_companys_number_that_has_a_case_beside_it(rig: CaseRig) -> None:
    other, session = new_id(), new_id()
    await rig.pool.execute("INSERT INTO companies (id, name) VALUES ($1, 'Outra')", other)
    statement = "INSERT INTO sessions (id, company_id, name, transport) VALUES ($1, $2, 's', 'simulator')"
    await rig.pool.execute(statement, session, other)
    await rig.rule([WAIT, REMIND])
    await rig.pix("e-1")
    await rig.pool.execute(
        "UPDATE rule_versions SET definition = replace(definition::text, $1, $2)::jsonb",
        str(rig.shard.session_id),
        str(session),
    )
    news = "'id', gen_random_uuid(), 'event_id', gen_random_uuid(), 'company_id', $1::uuid"
    beside = f"jsonb_populate_record(c, jsonb_build_object({news}))"
    await rig.pool.execute(f"INSERT INTO rule_cases SELECT ({beside}).* FROM rule_cases c", other)
    await rig.later()
    assert [(row["session_id"], row["status"]) for row in await rig.shard.rows("SELECT * FROM messages")] == []
    [mine] = [case for case in await rig.cases() if case["company_id"] == rig.shard.company_id]
    assert [(line["outcome"], line.get("reason")) for line in mine["log"][1:]] == [("error", "unknown_session")]


async def test_a_running_case_keeps_its_version(rig: CaseRig) -> None:
    rule_id = await rig.rule([WAIT, REMIND], cancel_on=["order_approved"])
    await rig.pix("e-1")
    newer = {"trigger": {"event_type": "pix_created"}, "steps": [{**SEND, "session_id": str(rig.shard.session_id)}]}
    await rig.pool.execute("UPDATE rules SET version = 2, definition = $2 WHERE id = $1", rule_id, json.dumps(newer))
    await rig.pool.execute("INSERT INTO rule_versions VALUES ($1, 2, $2)", rule_id, json.dumps(newer))
    await rig.shard.ingestor.reload(rig.shard.company_id.bytes)
    await rig.pix("e-2", "o-2")
    await rig.later()
    assert await rig.texts() == [("Oi, Ana", "queued"), ("Falta pagar", "queued")]
    # what called the earlier version off still does
    await rig.pool.execute("UPDATE rule_cases SET state = 'running', position = '{\"step\":\"remind\"}'")
    await rig.approved("e-3")
    assert await rig.ends() == [("cancelled", "cancelled_by:order_approved")]


async def test_a_rule_that_is_switched_off_or_gone_ends_its_cases_with_a_reason(rig: CaseRig) -> None:
    off = await rig.rule([WAIT, REMIND])
    gone = await rig.rule([WAIT, REMIND])
    await rig.pix("e-1")
    await rig.pool.execute("UPDATE rules SET active = false WHERE id = $1", off)
    await rig.pool.execute("UPDATE rules SET deleted_at = now() WHERE id = $1", gone)
    await rig.later()
    assert sorted(await rig.ends()) == [("cancelled", "rule_deleted"), ("cancelled", "rule_inactive")]
    assert await rig.texts() == []


async def test_a_branch_takes_the_way_that_the_event_and_its_order_say(rig: CaseRig) -> None:
    branch = {
        "id": "paid",
        "type": "branch",
        "when": {
            "any": [{"order_has_event": "order_approved"}, {"field": "order_value", "op": "greater", "value": 500}]
        },
        "then": [{"type": "send", "text": "Obrigado"}],
        "else": [REMIND],
    }
    await rig.rule([WAIT, branch, {"type": "send", "text": "Fim"}])
    await rig.pix("e-1", "o-1")
    await rig.pix("e-2", "o-2")
    await rig.pix("e-3", "o-3", total=900)
    await rig.approved("e-4", "o-2")
    await rig.later()
    rows = await rig.shard.rows("SELECT order_id, text FROM messages ORDER BY id")
    texts = {order: [row["text"] for row in rows if row["order_id"] == order] for order in ("o-1", "o-2", "o-3")}
    assert texts == {"o-1": ["Falta pagar", "Fim"], "o-2": ["Obrigado", "Fim"], "o-3": ["Obrigado", "Fim"]}
    [line] = [line for line in (await rig.cases())[0]["log"] if line["step"] == "paid"]
    assert (line["outcome"], line["reason"], line["detail"]["found"]) == ("else", "condition_false", [])


async def test_a_cap_per_order_counts_runs_and_not_messages(rig: CaseRig) -> None:
    await rig.rule([SEND, SEND, WAIT, REMIND], caps={"per_order": 1})
    await rig.pix("e-1")
    await rig.pix("e-2")
    assert [status for _, status in await rig.texts()] == ["queued", "queued", "skipped", "skipped"]
    assert await rig.ends() == [("running", None), ("skipped", "cap_per_order")]


async def test_a_cap_per_person_counts_within_its_hours_also_under_concurrency(rig: CaseRig) -> None:
    await rig.rule([SEND], caps={"per_person": {"count": 2, "per_hours": 24}})
    await asyncio.gather(*(rig.pix(f"e-{number}", f"o-{number}") for number in range(6)))
    statuses = [status for _, status in await rig.texts()]
    assert sorted(statuses) == ["queued"] * 2 + ["skipped"] * 4
    await rig.pool.execute("UPDATE rule_person_uses SET used = ARRAY[now() - interval '25 hours', now()]")
    await rig.pix("e-7", "o-7")
    await rig.pix("e-8", "o-8")
    assert [status for _, status in (await rig.texts())[-2:]] == ["queued", "skipped"]


async def test_a_pix_code_is_checked_before_it_is_sent(rig: CaseRig) -> None:
    await rig.rule([{"type": "send", "text": "{{pix_code}}"}])
    await rig.pix("e-1", qrCode=PIX)
    await rig.pix("e-2", "o-2", qrCode=NO_PIX)
    rows = await rig.shard.rows("SELECT text, status, reason FROM messages ORDER BY id")
    assert [(row["status"], row["reason"]) for row in rows] == [("queued", None), ("held", "invalid_pix_code:checksum")]
    assert rows[0]["text"] == PIX


async def test_a_pix_code_goes_out_as_a_picture(rig: CaseRig) -> None:
    await rig.rule([{"id": "qr", "type": "send", "image": "pix_code", "text": "Escaneie, {{customer_name}}"}])
    await rig.pix("e-1", qrCode=PIX)
    await rig.later()
    assert rig.posted == [(rig.shard.company_id, rig.shard.session_id, PIX)]
    [row] = await rig.shard.rows("SELECT type, text, content, status FROM messages")
    assert (row["type"], row["text"], row["status"]) == ("image", "Escaneie, Ana", "queued")
    assert json.loads(row["content"]) == {"image": {"id": "4711", "caption": "Escaneie, Ana"}}
    assert rig.handed[0]["content"] == json.loads(row["content"])
    assert await rig.ends() == [("done", "finished")]


async def test_a_picture_that_whatsapp_refuses_is_held_and_one_that_it_cannot_take_now_is_tried_again(
    rig: CaseRig,
) -> None:
    await rig.rule([{"type": "send", "image": "pix_code"}, SEND])
    await rig.pix("e-1", qrCode=PIX)
    rig.post_error = Unavailable("away")
    for _ in range(3):
        await rig.later()
        assert await rig.texts() == []
    rig.post_error = FieldProblem([{"field": "file", "reason": "too large"}])
    await rig.later()
    rows = await rig.shard.rows("SELECT status, reason FROM messages ORDER BY id")
    assert [(row["status"], row["reason"]) for row in rows] == [("held", "media_refused"), ("queued", None)]


async def test_a_crash_in_the_middle_of_a_turn_leaves_the_case_as_it_was(rig: CaseRig) -> None:
    await rig.rule([WAIT, REMIND])
    await rig.pix("e-1")

    async def crash(work: Any) -> Any:
        async def step(connection: Any, delta: Delta) -> Any:
            await work(connection, delta)
            raise KeyboardInterrupt

        return await rig.changes.commit(step)

    class Crashing:
        commit = staticmethod(crash)

    await rig.pool.execute("UPDATE rule_cases SET due_at = now()")
    runner = CaseRunner(Crashing(), rig.pool, Drafter(IDS), rig.handed.extend, rig.runner._post)  # type: ignore[arg-type]
    with pytest.raises(KeyboardInterrupt):
        await runner.run_due()
    assert await rig.texts() == []
    await rig.runner.run_due()
    assert await rig.texts() == [("Falta pagar", "queued")]
    assert len(rig.handed) == 1


async def test_two_runners_share_the_work_and_everything_is_counted_once(rig: CaseRig, database_url: str) -> None:
    await rig.rule([WAIT, REMIND])
    await rig.shard.post(*(event("pix_created", f"e-{number}", f"o-{number}") for number in range(300)))
    await rig.pool.execute("UPDATE rule_cases SET due_at = now()")
    changes = Changes(WriterLane(database_url, "scheduler/2"), lambda *_: None)
    other = CaseRunner(changes, rig.pool, Drafter(IDS), rig.handed.extend, rig.runner._post)
    await asyncio.gather(rig.runner.run_due(), other.run_due())
    await changes.close()
    assert await rig.texts() == [("Falta pagar", "queued")] * 300
    assert {state for state, _ in await rig.ends()} == {"done"}
    counted = await rig.pool.fetchval(
        "SELECT sum((row->>5)::int) FROM metric_deltas, jsonb_array_elements(data::jsonb->'rows') AS row "
        "WHERE row->>2 = 'message' AND row->>3 = 'queued'"
    )
    assert counted == 300


@pytest.mark.parametrize("error", [asyncpg.DataError("refused"), ValueError("nobody thought of this")])
async def test_a_case_that_cannot_be_walked_on_fails_alone(
    rig: CaseRig, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    await rig.rule([WAIT, REMIND])
    await rig.pix("e-1", "o-1")
    await rig.pix("e-2", "bad")
    real = create_messages

    async def refuse(connection: Any, rows: Any) -> None:
        if any(row.order_id == "bad" for row in rows):
            raise error
        await real(connection, rows)

    monkeypatch.setattr("actors.case_turn.create_messages", refuse)
    await rig.later()
    assert await rig.ends() == [("done", "finished"), ("failed", "step_failed")]
    assert await rig.texts() == [("Falta pagar", "queued")]


@pytest.mark.parametrize("digits", [310, 4_300])
async def test_a_number_that_only_a_patient_parser_reads_stops_no_case(rig: CaseRig, digits: int) -> None:
    await rig.rule([WAIT, REMIND])
    await rig.shard.post(event("pix_created", "e-1", "o-1", total=10 ** (digits - 1)))
    await rig.pix("e-2", "o-2", total=7)
    [stored] = await rig.pool.fetch("SELECT payload FROM incoming_events WHERE order_id = 'o-1'")
    assert len(stored["payload"]) > digits
    await rig.later()
    assert await rig.ends() == [("done", "finished")] * 2
    assert await rig.texts() == [("Falta pagar", "queued")] * 2


async def test_the_book_of_pix_orders_is_right_in_any_order_and_counts_an_event_once(rig: CaseRig) -> None:
    await rig.rule([{"type": "record_pix"}], trigger={"event_type": ["pix_created", "order_approved"]})
    await rig.approved("e-1", "o-1", total=97)
    await rig.pix("e-2", "o-1", total=97)
    await rig.pix("e-3", "o-2", total="10.50")
    await rig.pix("e-4", None)  # type: ignore[arg-type]
    await rig.later()
    rows = await rig.shard.rows("SELECT * FROM pix_orders ORDER BY order_id")
    assert [(row["order_id"], row["value_cents"], row["approved_cents"]) for row in rows] == [
        ("o-1", 9700, 9700),
        ("o-2", 1050, None),
    ]
    assert rows[0]["approved_at"] < rows[0]["generated_at"] and len(rows[0]["event_ids"]) == 1
    assert [case["log"][0]["reason"] for case in await rig.cases()] == [None, None, None, "no_order"]


async def test_steps_tag_people_put_them_into_lists_and_branch_on_their_tags(rig: CaseRig) -> None:
    list_id, gone = new_id(), new_id()
    await rig.pool.execute(
        "INSERT INTO contact_lists (id, company_id, name, created_at, updated_at) VALUES ($1, $2, 'l', now(), now())",
        list_id,
        rig.shard.company_id,
    )
    await rig.rule(
        [
            {"type": "branch", "when": {"contact_has_tag": "VIP"}, "then": [SEND], "else": [{**SEND, "text": "Novo"}]},
            {"type": "add_tag", "tag": "Vip"},
            {"type": "add_to_list", "list_id": str(list_id)},
            {"type": "add_to_list", "list_id": str(gone)},
        ]
    )
    await rig.pix("e-1")
    await rig.runner.run_due()
    await rig.pix("e-2", "o-2")
    await rig.runner.run_due()
    await rig.pix("e-3", "o-3", phone=None)
    await rig.runner.run_due()
    await rig.pix("e-4", "o-4", phone=None)
    await rig.pool.execute("UPDATE incoming_events SET customer_phone = 'BR.abc' WHERE external_id = 'e-4'")
    await rig.runner.run_due()
    assert [text for text, status in await rig.texts() if status == "queued"] == ["Novo", "Oi, Ana", "Novo"]
    [contact] = await rig.shard.rows("SELECT c.phone, t.tag FROM contacts c JOIN contact_tags t ON t.contact_id = c.id")
    assert contact == {"phone": "+5511900000000", "tag": "vip"}
    assert await rig.pool.fetchval("SELECT count(*) FROM contact_list_members WHERE list_id = $1", list_id) == 1
    reasons = [[line["reason"] for line in case["log"]] for case in await rig.cases()]
    assert reasons[0] == ["condition_false", None, None, None, "list_gone"]
    assert reasons[2] == ["condition_false", "no_phone", "no_contact", "no_contact", "no_contact"]
    # WhatsApp's id of somebody who tells no number can be written to, and is no contact.
    assert reasons[3] == ["condition_false", None, "no_contact", "no_contact", "no_contact"]


async def test_a_step_calls_an_outgoing_webhook_once_with_the_event(rig: CaseRig) -> None:
    webhook_id, gone = new_id(), new_id()
    await rig.pool.execute(
        "INSERT INTO outgoing_webhooks (id, company_id, name, url, event_types, secrets_sealed, created_at, updated_at)"
        " VALUES ($1, $2, 'ERP', 'https://erp.example.com', ARRAY['event.processed'], 'x', now(), now())",
        webhook_id,
        rig.shard.company_id,
    )
    await rig.rule([{"id": "erp", "type": "call_webhook", "webhook_id": str(webhook_id)}])
    await rig.rule([{"type": "call_webhook", "webhook_id": str(gone)}])
    await rig.pix("e-1", "o-1", total=97)
    await rig.later()
    await rig.later()
    [delivery] = await rig.shard.rows("SELECT webhook_id, event_type, payload::text AS body FROM outgoing_deliveries")
    told = json.loads(delivery["body"])["data"]
    assert (delivery["webhook_id"], delivery["event_type"], told["step"]) == (webhook_id, "rule.step", "erp")
    assert (told["event"]["order_id"], told["event"]["order_value"]) == ("o-1", "97.00")
    assert sorted(str(case["log"][-1]["reason"]) for case in await rig.cases()) == ["None", "webhook_gone"]
