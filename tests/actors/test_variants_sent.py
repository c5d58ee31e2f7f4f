"""Variants in stored messages: of an event, of a step later on, of a campaign, and of what is tried again."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import pytest

from engine.ids import ms_to_time
from storage.due import create_retries
from storage.pool import Pool
from tests.actors.campaign_rig import CampaignWorld
from tests.actors.case_rig import CaseRig, make_case_rig
from tests.actors.shard_rig import IDS, new_id, now_ms

BODY = "Oi {{customer_name}}!"
TEXTS = ("Olá {{customer_name}}, tudo bem?", "{{customer_name}}, passando para lembrar.", "E aí, {{customer_name}}!")


@pytest.fixture
async def rig(pool: Pool, database_url: str) -> AsyncIterator[CaseRig]:
    made = await make_case_rig(pool, database_url)
    yield made
    await made.close()


@pytest.fixture
async def world(pool: Pool, database_url: str) -> AsyncIterator[CampaignWorld]:
    made = CampaignWorld(pool, database_url)
    await made.open()
    yield made.ready()
    await made.changes.close()


async def _template(pool: Pool, company_id: UUID) -> UUID:
    template_id = new_id()
    await pool.execute(
        "INSERT INTO templates (id, company_id, name, kind, body) VALUES ($1, $2, 't', 'plain', $3)",
        template_id,
        company_id,
        BODY,
    )
    return template_id


async def _vary(pool: Pool, company_id: UUID, template_id: UUID, version: int = 1, state: str = "approved") -> set[str]:
    rows = [(new_id(), text) for text in TEXTS]
    for variant_id, text in rows:
        await pool.execute(
            "INSERT INTO template_variants (company_id, id, template_id, template_version, text, state, origin, "
            "created_by, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, 'person', 'a', now(), now())",
            company_id,
            variant_id,
            template_id,
            version,
            text,
            state,
        )
    return {str(variant_id) for variant_id, _ in rows}


async def _said(rig: CaseRig) -> list[tuple[str, dict[str, Any] | None]]:
    rows = await rig.shard.rows("SELECT text, variant FROM messages ORDER BY id")
    return [(row["text"], None if row["variant"] is None else json.loads(row["variant"])) for row in rows]


async def test_an_events_message_says_the_variant_of_its_order_and_notes_it(rig: CaseRig) -> None:
    company_id = rig.shard.company_id
    template_id = await _template(rig.pool, company_id)
    ids = await _vary(rig.pool, company_id, template_id)
    send = {"session_id": str(rig.shard.session_id), "template_id": str(template_id)}
    await rig.shard.add_rule({"trigger": {"event_type": "pix_created"}, "action": {"send": send | {"variants": True}}})
    for number in range(12):
        await rig.pix(f"e-{number}", f"o-{number}")
    await rig.pix("e-again", "o-3")
    said = await _said(rig)
    assert len(said) == 13
    assert {variant["id"] for _, variant in said if variant} <= ids
    assert all(variant is not None and variant["template_version"] == 1 for _, variant in said)
    assert len({text for text, _ in said}) > 1
    assert said[12] == said[3]  # the same order
    await rig.pool.execute("UPDATE templates SET body_version = 2, body = $2 WHERE id = $1", template_id, "Oi!")
    await rig.shard.ingestor.reload(company_id.bytes)
    await rig.pix("e-stale", "o-3")
    assert (await _said(rig))[-1] == ("Oi!", None)


async def test_a_rule_that_asks_for_none_takes_none(rig: CaseRig) -> None:
    template_id = await _template(rig.pool, rig.shard.company_id)
    await _vary(rig.pool, rig.shard.company_id, template_id)
    send = {"session_id": str(rig.shard.session_id), "template_id": str(template_id)}
    await rig.shard.add_rule({"trigger": {"event_type": "pix_created"}, "action": {"send": send}})
    await rig.pix("e-1")
    assert await _said(rig) == [("Oi Ana!", None)]


@pytest.mark.parametrize("state", ["proposed", "rejected"])
async def test_only_what_somebody_approved_is_said(rig: CaseRig, state: str) -> None:
    template_id = await _template(rig.pool, rig.shard.company_id)
    await _vary(rig.pool, rig.shard.company_id, template_id, state=state)
    await rig.rule([{"type": "send", "template_id": str(template_id), "variants": True}])
    await rig.pix("e-1")
    assert await _said(rig) == [("Oi Ana!", None)]


async def test_a_step_later_on_says_the_variant_of_its_order_too(rig: CaseRig) -> None:
    template_id = await _template(rig.pool, rig.shard.company_id)
    ids = await _vary(rig.pool, rig.shard.company_id, template_id)
    send = {"type": "send", "template_id": str(template_id), "variants": True}
    await rig.rule([send, {"type": "wait", "delay_s": 600}, send])
    await rig.pix("e-1", "o-77")
    await rig.later()
    first, second = await _said(rig)
    assert first == second
    assert first[1] is not None and first[1]["id"] in ids


async def test_what_is_sent_once_more_keeps_what_it_said(rig: CaseRig) -> None:
    template_id = await _template(rig.pool, rig.shard.company_id)
    await _vary(rig.pool, rig.shard.company_id, template_id)
    await rig.rule([{"type": "send", "template_id": str(template_id), "variants": True}])
    await rig.pix("e-1")
    message_id = await rig.pool.fetchval("SELECT id FROM messages")
    async with rig.pool.acquire() as connection, connection.transaction():
        await create_retries(connection, [message_id], ms_to_time(now_ms()), IDS.make_uuid, once=True)
    first, second = await _said(rig)
    assert first == second and first[1] is not None


async def test_a_campaigns_people_get_their_variant_and_it_still_counts_by_template(world: CampaignWorld) -> None:
    await world.add_contacts(30)
    session, template = await world.add_session(throughput=80), await world.add_template()
    ids = await _vary(world.pool, world.company, template)
    campaign_id = await world.add_campaign([session], [], variants=[{"template_id": str(template), "variants": True}])
    await world.begin(campaign_id)
    await world.expand()
    await world.round()
    rows = await world.pool.fetch("SELECT text, variant, template_id FROM messages")
    said = [json.loads(row["variant"])["id"] for row in rows]
    assert len(rows) == 30 and set(said) == ids
    assert {row["template_id"] for row in rows} == {template}
    assert len({row["text"].split("Cliente")[0] for row in rows}) == 3
