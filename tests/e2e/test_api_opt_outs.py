"""Opt-outs over the API: noted, listed, lifted, and honoured by ``POST /messages``."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from storage.pool import Pool
from tests.rest_rig import Rig, make_rig
from tests.seeding import add_session

API = "/api/v1"
NOW = datetime(2026, 9, 21, 12, tzinfo=UTC)


@pytest.fixture
async def rig(pool: Pool) -> Rig:
    return await make_rig(pool)


async def test_an_opt_out_is_noted_listed_and_lifted(rig: Rig) -> None:
    _, owner = await rig.company()
    await owner.post(f"{API}/contacts", {"phone": "11900000001", "name": "Ana"})
    phones = [f"1190000000{number}" for number in range(5)]
    assert (await owner.post(f"{API}/opt-outs", {"phones": phones, "source": "telefone"})).json == {"changed": 5}
    assert (await owner.post(f"{API}/opt-outs", {"phones": phones[:2]})).json == {"changed": 0}
    seen: list[dict[str, Any]] = []
    query: dict[str, str] = {"limit": "2"}
    while True:
        page = (await owner.get(f"{API}/opt-outs", query)).json
        assert page["count"] == 5
        seen += page["data"]
        if page["next_cursor"] is None:
            break
        query["cursor"] = page["next_cursor"]
    assert sorted(row["phone"] for row in seen) == [f"+551190000000{number}" for number in range(5)]
    assert next(row["name"] for row in seen if row["phone"].endswith("1")) == "Ana"
    assert (await owner.get(f"{API}/contacts", {"opted_out": "true"})).json["data"][0]["opted_out"]
    assert (await owner.get(f"{API}/opt-outs", {"kind": "marketing"})).json["data"] == []
    rig.clock.now_ms += 1
    gone = await owner.call("DELETE", f"{API}/opt-outs", query={"phone": "11900000001"})
    assert gone.status == 204, gone.body
    assert (await owner.call("DELETE", f"{API}/opt-outs", query={"phone": "11900000001"})).status == 404
    assert (await owner.call("DELETE", f"{API}/opt-outs")).status == 422
    assert (await owner.get(f"{API}/opt-outs")).json["count"] == 4
    refused = await owner.post(f"{API}/opt-outs", {"phones": ["11900000000", "1"]})
    assert [error["field"] for error in refused.json["errors"]] == ["phones[1]"]


async def test_a_message_to_an_opted_out_person_is_skipped_in_words_but_an_answer_goes(rig: Rig, pool: Pool) -> None:
    company_id, owner = await rig.company()
    session_id = await add_session(pool, company_id, NOW)
    await owner.post(f"{API}/opt-outs", {"phones": ["11900000000"]})
    body = {"session_id": str(session_id), "to": "11900000000", "text": "Olá"}
    skipped = await owner.post(f"{API}/messages", body)
    assert (skipped.status, skipped.json["status"], skipped.json["reason"]) == (201, "skipped", "opted_out")
    assert "opt-out" in skipped.json["reason_text"]["pt"]
    assert rig.actors.handed_over == []
    answer = await owner.post(f"{API}/messages", {**body, "reply_to": "wamid.HBgNNTUxMQ=="})
    assert answer.json["status"] == "queued"


async def test_what_waits_for_a_person_is_skipped_when_they_are_stopped_by_hand(rig: Rig, pool: Pool) -> None:
    company_id, owner = await rig.company()
    session_id = await add_session(pool, company_id, NOW)
    other_id, other = await rig.company("Outra")
    other_session = await add_session(pool, other_id, NOW)
    made = await owner.post(f"{API}/messages", {"session_id": str(session_id), "to": "11900000000", "text": "Olá"})
    body = {"session_id": str(other_session), "to": "11900000000", "text": "Olá"}
    others = await other.post(f"{API}/messages", body)
    await owner.post(f"{API}/opt-outs", {"phones": ["11900000000"]})
    shown = (await owner.get(f"{API}/messages/{made.json['id']}")).json
    assert (shown["status"], shown["reason"]) == ("skipped", "opted_out")
    assert (await other.get(f"{API}/messages/{others.json['id']}")).json["status"] == "queued"
    assert [row[0] for row in await pool.fetch("SELECT company_id FROM message_queue")] == [other_id]


async def test_only_the_owner_says_what_opted_out_people_still_get(rig: Rig) -> None:
    company_id, owner = await rig.company()
    assert (await owner.get(f"{API}/opt-outs/policy")).json == {"spares_utility": False}
    operator = await rig.client(company_id, "operator")
    assert (await operator.call("PUT", f"{API}/opt-outs/policy", body={"spares_utility": True})).status == 403
    changed = await owner.call("PUT", f"{API}/opt-outs/policy", body={"spares_utility": True})
    assert changed.json == {"spares_utility": True}
    other_id, other = await rig.company("Outra")
    assert (await other.get(f"{API}/opt-outs/policy")).json == {"spares_utility": False}
    assert other_id != company_id
