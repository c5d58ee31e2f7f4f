"""WhatsApp-Web sessions by API: made without an id of Meta's, linked by QR code or by code, their settings checked."""

from __future__ import annotations

import pytest

from storage.pool import Pool
from tests.rest_rig import Rig, make_rig


@pytest.fixture
async def rig(pool: Pool) -> Rig:
    return await make_rig(pool)


async def test_a_web_session_needs_a_name_alone_and_is_linked_by_its_phone(rig: Rig) -> None:
    _, owner = await rig.company()
    made = await owner.post("/api/v1/sessions", {"name": "Vendas", "transport": "web"})
    assert made.status == 201, made.body
    path = f"/api/v1/sessions/{made.json['id']}"
    shown = await owner.get(f"{path}/qr")
    assert (shown.status, shown.json["state"], shown.headers["cache-control"]) == (200, "unpaired", "no-store")
    pairing = await owner.post(f"{path}/pair", {})
    assert (pairing.json["state"], pairing.json["qr"]) == ("pairing", "2@code")
    assert (shown.json["qr_svg"], shown.json["qr_left_ms"]) == (None, None)
    assert pairing.json["qr_left_ms"] == 0
    assert pairing.json["qr_svg"].startswith('<svg xmlns="http://www.w3.org/2000/svg"')
    by_code = await owner.post(f"{path}/pair", {"phone": "11 90000-0000"})
    assert (by_code.json["pair_code"], by_code.json["phone"]) == ("ABCD1234", "+5511900000000")
    assert (await owner.post(f"{path}/pair", {"phone": "hello"})).json["errors"][0]["field"] == "phone"
    assert (await owner.post(f"{path}/unlink", {})).status == 204


async def test_a_viewer_sees_no_qr_code(rig: Rig) -> None:
    company, owner = await rig.company()
    made = await owner.post("/api/v1/sessions", {"name": "Vendas", "transport": "web"})
    viewer = await rig.client(company, "viewer")
    assert (await viewer.get(f"/api/v1/sessions/{made.json['id']}/qr")).status == 403


async def test_a_number_of_metas_still_needs_its_id_and_token_and_has_nothing_to_link(rig: Rig) -> None:
    _, owner = await rig.company()
    refused = await owner.post("/api/v1/sessions", {"name": "Vendas", "transport": "cloud"})
    assert refused.status == 422
    assert {error["field"] for error in refused.json["errors"]} == {"phone_number_id", "token"}
    body = {"name": "Vendas", "transport": "cloud", "phone_number_id": "1", "token": "t"}
    made = await owner.post("/api/v1/sessions", body)
    assert (await owner.get(f"/api/v1/sessions/{made.json['id']}/qr")).status == 409


WRONG = [
    ({"pace": "reckless"}, "options.web.pace"),
    ({"limits": {"per_hour": 0}}, "options.web.limits.per_hour"),
    ({"limits": {"stranger_s": [30, 5]}}, "options.web.limits.stranger_s"),
    ({"proxy": "ftp://x"}, "options.web.proxy"),
    ({"client": "whatsapp"}, "options.web.client"),
    ({"speed": 1}, "options.web.speed"),
]


@pytest.mark.parametrize(("web", "field"), WRONG)
async def test_wrong_settings_are_refused_with_their_name(rig: Rig, web: dict[str, object], field: str) -> None:
    _, owner = await rig.company()
    body = {"name": "Vendas", "transport": "web", "options": {"web": web}}
    refused = await owner.post("/api/v1/sessions", body)
    assert refused.status == 422
    assert refused.json["errors"][0]["field"] == field
