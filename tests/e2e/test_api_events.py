"""The REST API of stored events, on a real database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import orjson
import pytest

from engine.dedupe import keys_of_id
from engine.times import rfc3339
from storage.pool import Pool
from tests.asgi import Client
from tests.rest_rig import Rig, make_rig
from tests.seeding import add_event, add_message, add_session, new_id

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.fixture
async def rig(pool: Pool) -> Rig:
    return await make_rig(pool)


async def _ids(client: Client, **query: str) -> list[str]:
    answer = await client.get("/api/v1/events", query)
    assert answer.status == 200, answer.body
    return [event["id"] for event in answer.json["data"]]


async def test_an_event_looks_as_the_contract_says(rig: Rig, pool: Pool) -> None:
    company_id, owner = await rig.company()
    event_id = await add_event(
        pool,
        company_id,
        NOW,
        customer_name="Cliente Exemplo",
        customer_phone="+5511900000000",
        order_value_cents=9700,
        order_id="o-1",
        pix_expires_at=NOW + timedelta(hours=1),
        payload='{"total":97.10,"big":123456789012345678901234567890}',
    )
    answer = await owner.get(f"/api/v1/events/{event_id}")
    assert answer.status == 200
    event = answer.json
    assert event["id"] == str(event_id)
    assert event["company_id"] == str(company_id)
    assert event["order_value"] == "97.00"
    assert event["created_at"] == "2026-11-20T12:00:00.000Z"
    assert event["pix_expires_at"] == "2026-11-20T13:00:00.000Z"
    assert event["customer"] == {
        "name": "Cliente Exemplo",
        "phone": "+5511900000000",
        "email": None,
        "document": None,
    }
    assert event["headers"] == {"content-type": "application/json"}
    assert b'"big": 123456789012345678901234567890' in answer.body


async def test_pages_follow_one_another_without_gap_or_repetition(rig: Rig, pool: Pool) -> None:
    company_id, owner = await rig.company()
    # Several share a millisecond, so that the id has to decide.
    stored = [str(await add_event(pool, company_id, NOW + timedelta(milliseconds=n // 3))) for n in range(10)]
    seen: list[str] = []
    query = {"limit": "3"}
    while True:
        page = (await owner.get("/api/v1/events", query)).json
        assert page["count"] == 10
        assert page["count_capped"] is False
        seen += [event["id"] for event in page["data"]]
        if page["next_cursor"] is None:
            break
        query["cursor"] = page["next_cursor"]
    assert seen == sorted(stored, reverse=True)


async def test_every_filter_finds_its_event_and_no_other(rig: Rig, pool: Pool) -> None:
    company_id, owner = await rig.company()
    other = await add_event(pool, company_id, NOW - timedelta(days=1))
    found = await add_event(
        pool,
        company_id,
        NOW,
        event_type="order_approved",
        source="shop",
        state="failed",
        external_id="e-1",
        order_id="o-1",
        customer_phone="+5511912345678",
        webhook_id=(webhook_id := new_id(NOW)),
        payload='{"customer":{"email":"a@b.test"},"items":[{"id":1},{"id":2}]}',
    )
    for query in (
        {"event_type": "order_approved"},
        {"source": "shop"},
        {"state": "failed"},
        {"external_id": "e-1"},
        {"order_id": "o-1"},
        {"order_id": "o-1", "state": "failed"},
        {"phone": "+5511912345678"},
        {"phone": "(11) 91234-5678"},
        {"webhook_id": str(webhook_id)},
        {"payload": '{"customer":{"email":"a@b.test"}}'},
        {"payload": '{"items":[{"id":2}]}', "event_type": "order_approved"},
        {"from": "2026-11-20T00:00:00Z"},
        {"from": "2026-11-20T09:00:00-03:00"},
    ):
        assert await _ids(owner, **query) == [str(found)], query
    assert await _ids(owner, to="2026-11-20T12:00:00Z") == [str(other)]
    assert await _ids(owner, order_id="o-1", state="processed") == []
    assert await _ids(owner, payload='{"items":[{"id":3}]}') == []


async def test_a_rare_value_is_found_behind_more_events_than_a_search_looks_through(rig: Rig, pool: Pool) -> None:
    company_id, owner = await rig.company()
    phone = "+551133334444"
    rare = await add_event(
        pool, company_id, NOW - timedelta(days=2), payload='{"needle":1}', customer_phone=phone, external_id="wamid.1"
    )
    await pool.execute(
        """
        INSERT INTO incoming_events (id, company_id, created_at, webhook_id, delivery_id, source, state, occurred_at,
            signature, payload)
        SELECT gen_random_uuid(), $1, $2::timestamptz + n * interval '1 ms', $1, $1, 's', 'processed', $2, 'unsigned',
            '{"hay":1}'
        FROM generate_series(1, 12000) AS n
        """,
        company_id,
        NOW - timedelta(days=1),
    )
    by_index = (await owner.get("/api/v1/events", {"payload": '{"needle":1}'})).json
    assert [event["id"] for event in by_index["data"]] == [str(rare)]
    assert (by_index["count"], by_index["count_capped"]) == (1, False)
    by_phone = (await owner.get("/api/v1/events", {"phone": phone})).json
    assert [event["id"] for event in by_phone["data"]] == [str(rare)]
    # An id without a key has no index: the search stops in time, says so, and goes on from there.
    first = (await owner.get("/api/v1/events", {"external_id": "wamid.1"})).json
    assert first["data"] == []
    assert first["next_cursor"] is not None
    assert first["count_capped"] is True
    second = (await owner.get("/api/v1/events", {"external_id": "wamid.1", "cursor": first["next_cursor"]})).json
    assert [event["id"] for event in second["data"]] == [str(rare)]
    # A common value is found without its long posting list, and pages on.
    page = (await owner.get("/api/v1/events", {"payload": '{"hay":1}', "limit": "500"})).json
    assert len(page["data"]) == 500
    following = (
        await owner.get("/api/v1/events", {"payload": '{"hay":1}', "limit": "500", "cursor": page["next_cursor"]})
    ).json
    assert not {event["id"] for event in page["data"]} & {event["id"] for event in following["data"]}
    assert page["count_capped"] is True


async def test_a_value_that_used_to_be_common_is_found_behind_the_newest_events(rig: Rig, pool: Pool) -> None:
    company_id, owner = await rig.company()
    await pool.execute(
        """
        INSERT INTO incoming_events (id, company_id, created_at, webhook_id, delivery_id, source, state, occurred_at,
            signature, payload)
        SELECT gen_random_uuid(), $1, $2::timestamptz - n * interval '10 minutes', $1, $1, 's', 'processed', $2,
            'unsigned', CASE WHEN n <= 300 THEN '{"new":1}' ELSE '{"old":1}' END::jsonb
        FROM generate_series(1, 2000) AS n
        """,
        company_id,
        NOW,
    )
    page = (await owner.get("/api/v1/events", {"payload": '{"old":1}'})).json
    times = [event["created_at"] for event in page["data"]]
    assert len(times) == 50
    assert times == sorted(times, reverse=True)
    assert times[0] == rfc3339(NOW - timedelta(minutes=3010))
    assert page["next_cursor"] is not None


async def test_an_external_id_is_found_by_its_key_however_old(rig: Rig, pool: Pool) -> None:
    company_id, owner = await rig.company()
    webhook_id = UUID((await owner.post("/api/v1/webhooks", {"name": "w", "source": "s"})).json["id"])
    found: dict[str, str] = {}
    for spelling, key in zip(("e-1", "17", "h-1"), (0, 1, 2), strict=True):
        event_id = await add_event(pool, company_id, NOW - timedelta(days=9), external_id=spelling)
        digest = keys_of_id(webhook_id.bytes, spelling)[key]
        await pool.execute("INSERT INTO event_keys VALUES ($1, $2, $3)", UUID(bytes=digest), company_id, event_id)
        found[spelling] = str(event_id)
    await pool.execute(
        """
        INSERT INTO incoming_events (id, company_id, created_at, webhook_id, delivery_id, source, state, occurred_at,
            signature)
        SELECT gen_random_uuid(), $1, $2::timestamptz + n * interval '1 ms', $1, $1, 's', 'processed', $2, 'unsigned'
        FROM generate_series(1, 10001) AS n
        """,
        company_id,
        NOW,
    )
    for spelling, known in found.items():
        assert await _ids(owner, external_id=spelling) == [known]
        assert await _ids(owner, external_id=spelling, state="failed") == []
    assert (await owner.call("DELETE", f"/api/v1/webhooks/{webhook_id}")).status == 204
    assert await _ids(owner, external_id="e-1") == [found["e-1"]]


async def test_counts_are_capped_at_ten_thousand(rig: Rig, pool: Pool) -> None:
    company_id, owner = await rig.company()
    await pool.execute(
        """
        INSERT INTO incoming_events (id, company_id, created_at, webhook_id, delivery_id, source, state, occurred_at,
            signature)
        SELECT gen_random_uuid(), $1, $2::timestamptz + n * interval '1 ms', $1, $1, 's', 'processed', $2, 'unsigned'
        FROM generate_series(1, 10001) AS n
        """,
        company_id,
        NOW,
    )
    page = (await owner.get("/api/v1/events", {"limit": "1"})).json
    assert (page["count"], page["count_capped"]) == (10_000, True)


async def test_an_alias_gives_the_first_event(rig: Rig, pool: Pool) -> None:
    company_id, owner = await rig.company()
    first = await add_event(pool, company_id, NOW, body=b"exactly this")
    alias = new_id(NOW)
    await pool.execute("INSERT INTO event_aliases VALUES ($1, $2, $3)", alias, company_id, first)
    assert (await owner.get(f"/api/v1/events/{alias}")).json["id"] == str(first)
    assert (await owner.get(f"/api/v1/events/{alias}/raw")).body == b"exactly this"


async def test_raw_gives_the_bytes_and_nothing_a_browser_could_run(rig: Rig, pool: Pool) -> None:
    company_id, owner = await rig.company()
    body = b"\xef\xbb\xbf<script>\x00\xff"
    event_id = await add_event(pool, company_id, NOW, payload=None, state="unparsed", body=body)
    answer = await owner.get(f"/api/v1/events/{event_id}/raw")
    assert answer.body == body
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-disposition"].startswith("attachment")
    viewer = await rig.client(company_id, "viewer")
    assert (await viewer.get(f"/api/v1/events/{event_id}/raw")).status == 403
    assert (await viewer.get(f"/api/v1/events/{event_id}")).status == 200


async def test_runs_tell_also_of_rules_that_did_not_name_the_type(rig: Rig, pool: Pool) -> None:
    company_id, owner = await rig.company()
    session_id = await add_session(pool, company_id, NOW)
    rules = {}
    for name, event_type in (("fires", "pix_created"), ("other", "order_approved"), ("gone", "order_approved")):
        body = {
            "name": name,
            "trigger": {"event_type": event_type},
            "action": {"send": {"session_id": str(session_id), "text": "Olá"}},
        }
        rules[name] = (await owner.post("/api/v1/rules", body)).json["id"]
    await owner.call("DELETE", f"/api/v1/rules/{rules['gone']}")
    run = {"rule_id": rules["fires"], "version": 1, "outcome": "not_matched", "reason": "condition_false"}
    event_id = await add_event(pool, company_id, NOW, runs=orjson.dumps([run]).decode())
    told = {entry["name"]: entry for entry in (await owner.get(f"/api/v1/events/{event_id}/runs")).json["data"]}
    assert set(told) == {"fires", "other"}
    assert told["fires"]["reason_text"]["pt"] == "A condição não se cumpriu."
    assert told["other"]["outcome"] == "not_triggered"
    assert told["other"]["detail"] == {"event_types": ["order_approved"]}


async def test_messages_of_an_event(rig: Rig, pool: Pool) -> None:
    company_id, owner = await rig.company()
    session_id = await add_session(pool, company_id, NOW)
    event_id = await add_event(pool, company_id, NOW)
    mine = [await add_message(pool, company_id, session_id, NOW, event_id=event_id) for _ in range(2)]
    await add_message(pool, company_id, session_id, NOW)
    page = (await owner.get(f"/api/v1/events/{event_id}/messages")).json
    assert [UUID(message["id"]) for message in page["data"]] == sorted(mine, reverse=True)
    assert page["count"] == 2


@pytest.mark.parametrize(
    ("query", "field", "reason"),
    [
        ({"limit": "501"}, "limit", "from 1 to 500"),
        ({"limit": "0"}, "limit", "from 1 to 500"),
        ({"limit": "ten"}, "limit", "whole number"),
        ({"cursor": "nonsense"}, "cursor", "no cursor"),
        ({"cursor": "_" * 32}, "cursor", "no cursor"),
        ({"from": "yesterday"}, "from", "a time"),
        ({"webhook_id": "1"}, "webhook_id", "UUID"),
        ({"payload": "{"}, "payload", "JSON"),
        ({"payload": '"text"'}, "payload", "JSON object"),
        ({"phone": "12"}, "phone", "phone number"),
        ({"state": "done"}, "state", "processed"),
        ({"stat": "done"}, "stat", "did you mean 'state'"),
        ({"event_type": "a\0b"}, "event_type", "NUL"),
    ],
)
async def test_bad_parameters_are_named(rig: Rig, query: dict[str, str], field: str, reason: str) -> None:
    _, owner = await rig.company()
    answer = await owner.get("/api/v1/events", query)
    assert answer.status == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json["errors"][0]["field"] == field
    assert reason in answer.json["errors"][0]["reason"]


async def test_all_bad_parameters_are_named_at_once(rig: Rig) -> None:
    _, owner = await rig.company()
    answer = await owner.get("/api/v1/events", {"limit": "0", "from": "x", "nothing": "1"})
    assert [error["field"] for error in answer.json["errors"]] == ["limit", "from", "nothing"]


async def test_what_is_not_there_is_404(rig: Rig) -> None:
    _, owner = await rig.company()
    for path in (
        f"/api/v1/events/{uuid4()}",
        "/api/v1/events/1",
        "/api/v1/events/",
        f"/api/v1/events/{UUID(int=0)}",
        "/api/v1/nothing",
    ):
        answer = await owner.get(path)
        assert answer.status == 404, path
        assert answer.json["title"] == "Not found"
