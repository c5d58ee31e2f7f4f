"""A pasted token or id that does not work is told by its field before anything is saved."""

from __future__ import annotations

from typing import Any

import pytest

from storage.pool import Pool
from tests.rest_rig import Rig, make_rig

SESSION = {
    "name": "Vendas",
    "transport": "cloud",
    "phone": "+5511900000000",
    "phone_number_id": "100",
    "waba_id": "900",
    "token": "tok",
    "meta_app": {"app_id": "300", "app_secret": "app-secret", "verify_token": "verify"},
}
REFUSED = {"asked": True, "problems": [{"field": "token", "reason": "has expired", "pt": "expirou"}], "number": None}


@pytest.fixture
async def rig(pool: Pool) -> Rig:
    return await make_rig(pool)


async def saved(pool: Pool) -> list[int]:
    return [await pool.fetchval(f"SELECT count(*) FROM {table}") for table in ("sessions", "meta_apps")]


async def test_a_wrong_token_is_told_and_nothing_is_saved(rig: Rig, pool: Pool) -> None:
    _, owner = await rig.company()
    rig.actors.graph_says = REFUSED
    answer = await owner.post("/api/v1/sessions", SESSION)
    assert (answer.status, answer.json["errors"]) == (422, [{"field": "token", "reason": "has expired"}])
    assert await saved(pool) == [0, 0]
    assert rig.actors.questions == [("check", "cloud", "tok", "100", "900", "+5511900000000")]


async def test_a_good_token_is_saved_and_so_is_one_that_nobody_could_ask_about(rig: Rig, pool: Pool) -> None:
    _, owner = await rig.company()
    rig.actors.graph_says = {"asked": True, "problems": [], "number": {}}
    assert (await owner.post("/api/v1/sessions", SESSION)).status == 201
    rig.actors.graph_says = {"asked": False, "problems": [], "number": None}
    other = {**SESSION, "phone_number_id": "101", "meta_app": {**SESSION["meta_app"], "app_id": "301"}}  # type: ignore[dict-item]
    assert (await owner.post("/api/v1/sessions", other)).status == 201
    assert await saved(pool) == [2, 2]


@pytest.mark.parametrize(
    ("settings", "more", "asked"),
    [
        ({}, {}, 1),
        ({}, {"check": False}, 0),
        ({"graph_url": "http://127.0.0.1:9"}, {}, 0),  # a simulator may come to know the number afterwards
        ({"graph_url": "http://127.0.0.1:9"}, {"check": True}, 1),
        ({}, {"transport": "simulator"}, 0),
        ({}, {"transport": "simulator", "check": True}, 1),
    ],
)
async def test_when_whatsapp_is_asked(pool: Pool, settings: dict[str, Any], more: dict[str, Any], asked: int) -> None:
    rig = await make_rig(pool, **settings)
    _, owner = await rig.company()
    assert (await owner.post("/api/v1/sessions", {**SESSION, **more})).status == 201
    assert len(rig.actors.questions) == asked
