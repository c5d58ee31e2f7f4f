"""Meta's rules in the simulator: window, people per day, marketing per person, opt-outs, and time put forward."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.whatsapp_rig import NUMBER, WABA, Rig, running, template, text
from whatsapp.simulator.limits import DAY_MS, Audience, MarketingLimit, Throughput, Windows
from whatsapp.simulator.people import canonical
from whatsapp.transport import Accepted, Refused, SendAnswer

OTHER = "+5511922222222"


def code(answer: SendAnswer) -> int:
    assert isinstance(answer, Refused), answer
    return answer.code


async def failed(rig: Rig, opaque: str) -> int:
    """The code with which an accepted message failed."""
    await rig.receiver.until(lambda: rig.receiver.of(opaque) == ["failed"])
    status = next(one for one in rig.receiver.statuses if one.get("biz_opaque_callback_data") == opaque)
    found = status["errors"][0]["code"]
    assert isinstance(found, int)
    return found


async def reply(rig: Rig, phone: str, **content: Any) -> None:
    assert (await rig.sim("POST", "reply", {"phone_number_id": NUMBER, "from": phone, **content})).status == 202


async def test_free_form_messages_need_an_open_window_which_ends_after_a_day() -> None:
    async with running() as rig:
        session = rig.session()
        await rig.sim("PUT", "settings", {"window": "sync"})
        assert code(await session.send(text("m-1"))) == 131047
        assert isinstance(await session.send(template("m-2", "a", "b")), Accepted)
        await reply(rig, "+5511987654321", text="oi")
        assert isinstance(await session.send(text("m-3")), Accepted)
        await rig.sim("POST", "clock", {"advance_ms": DAY_MS})
        assert code(await session.send(text("m-4"))) == 131047
        await rig.sim("PUT", "settings", {"window": "async"})
        assert isinstance(await session.send(text("m-5")), Accepted)
        assert await failed(rig, "m-5") == 131047


async def test_a_window_knows_a_person_with_and_without_the_ninth_digit() -> None:
    async with running() as rig:
        await rig.sim("PUT", "settings", {"window": "sync"})
        await reply(rig, "+553187654321", text="oi")
        assert isinstance(await rig.session().send(text("m-1", "+5531987654321")), Accepted)


async def test_the_tier_counts_different_people_of_the_last_day_outside_windows() -> None:
    async with running() as rig:
        numbers = [
            {"phone_number_id": NUMBER, "waba_id": WABA, "phone": "+5511400000001", "token": "um-token-de-teste"}
        ]
        await rig.sim("PUT", "apps/app1", {"numbers": [{**numbers[0], "throughput": 1000, "tier": "TIER_250"}]})
        await rig.sim("PUT", "settings", {"tier": "sync", "statuses": False})
        session = rig.session()
        answers = [await session.send(template("m", "a", "b", to=f"+551198{at:07d}")) for at in range(251)]
        assert all(isinstance(answer, Accepted) for answer in answers[:250])
        assert code(answers[250]) == 131048
        assert isinstance(await session.send(template("m", "a", "b", to="+5511980000000")), Accepted), "known already"
        await reply(rig, OTHER, text="oi")
        assert isinstance(await session.send(template("m", "a", "b", to=OTHER)), Accepted), "the window is open"
        assert (await rig.stats())["numbers"][NUMBER]["contacted"] == 250
        await rig.sim("POST", "clock", {"advance_ms": DAY_MS})
        assert isinstance(await session.send(template("m", "a", "b", to="+5511980000250")), Accepted)


async def test_marketing_is_limited_per_person_and_stopped_by_choice() -> None:
    async with running() as rig:
        await rig.sim("POST", "templates", {"name": "pix", "category": "MARKETING"})
        await rig.sim("PUT", "settings", {"marketing_per_day": 1})
        session = rig.session()
        await session.send(template("m-1", "a", "b"))
        await session.send(template("m-2", "a", "b"))
        assert await failed(rig, "m-2") == 131049
        await session.send(template("m-3", "a", "b", to="+14155550123"))
        assert await failed(rig, "m-3") == 131049
        await rig.sim("POST", "preferences", {"phone_number_id": NUMBER, "from": OTHER, "value": "stop"})
        assert code(await session.send(template("m-4", "a", "b", to=OTHER))) == 131050
        await rig.sim("POST", "preferences", {"phone_number_id": NUMBER, "from": OTHER, "value": "resume"})
        assert isinstance(await session.send(template("m-5", "a", "b", to=OTHER)), Accepted)
        await rig.receiver.until(lambda: len(rig.receiver.told("user_preferences")) == 2)
        told = [value["user_preferences"][0] for value in rig.receiver.told("user_preferences")]
        assert [(one["value"], one["wa_id"]) for one in told] == [("stop", OTHER[1:]), ("resume", OTHER[1:])]


async def test_marketing_messages_have_an_endpoint_of_their_own() -> None:
    async with running() as rig:
        await rig.sim("PUT", "settings", {"statuses": False})
        values = [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]
        components = [{"type": "body", "parameters": values}]
        spec = {"name": "pix", "language": {"code": "pt_BR"}, "components": components}
        body = {"messaging_product": "whatsapp", "to": OTHER, "type": "template", "template": spec}
        refused = await rig.post(body, edge="marketing_messages")
        assert (refused.status, refused.json["error"]["code"]) == (400, 134100)
        await rig.sim("POST", "templates", {"name": "pix", "category": "MARKETING"})
        assert (await rig.post(body, edge="marketing_messages")).status == 200


async def test_inbound_messages_take_from_the_throughput() -> None:
    bucket = Throughput(80)
    for _ in range(30):
        bucket.spend(1000)
    assert sum(bucket.take(1000) for _ in range(200)) == 50


async def test_restrictions_and_locks_take_effect_and_end() -> None:
    async with running() as rig:
        session = rig.session()
        await rig.sim("POST", "numbers", {"phone_number_id": NUMBER, "blocked": 131057, "for_ms": 60_000})
        assert code(await session.send(text("m-1"))) == 131057
        await rig.sim("POST", "clock", {"advance_ms": 60_000})
        assert isinstance(await session.send(text("m-2")), Accepted)
        until_s = (await rig.stats())["now_ms"] // 1000 + 3600
        info = [{"restriction_type": "RESTRICTED_BIZ_INITIATED_MESSAGING", "expiration": until_s}]
        spec = {"waba_id": WABA, "event": "ACCOUNT_RESTRICTION", "restriction_info": info}
        assert (await rig.sim("POST", "accounts", spec)).json == {"told": 1}
        assert code(await session.send(template("m-3", "a", "b"))) == 368
        await reply(rig, "+5511987654321", text="oi")
        assert isinstance(await session.send(template("m-4", "a", "b")), Accepted), "the person began"
        await rig.sim("POST", "clock", {"advance_ms": 3_600_000})
        assert isinstance(await session.send(template("m-5", "a", "b", to=OTHER)), Accepted)
        ban = {"waba_ban_state": "DISABLE", "waba_ban_date": "November 22, 2026"}
        await rig.sim("POST", "accounts", {"waba_id": WABA, "event": "DISABLED_UPDATE", "ban_info": ban})
        assert code(await session.send(text("m-6"))) == 131031
        await rig.receiver.until(lambda: len(rig.receiver.told("account_update")) == 2)
        assert rig.receiver.told("account_update")[0] == {"event": "ACCOUNT_RESTRICTION", "restriction_info": info}


async def test_a_number_changes_its_health_and_tells_so() -> None:
    async with running() as rig:
        spec = {"phone_number_id": NUMBER, "quality": "RED", "tier": "TIER_2K", "throughput": 80}
        assert (await rig.sim("POST", "numbers", spec)).json == {"told": 2}
        named = {"phone_number_id": NUMBER, "verified_name": "Loja Nova", "name_status": "APPROVED"}
        assert (await rig.sim("POST", "numbers", named)).json == {"told": 1}
        await rig.receiver.until(lambda: len(rig.receiver.changes) == 3)
        quality = rig.receiver.told("phone_number_quality_update")[0]
        assert (quality["event"], quality["max_daily_conversations_per_business"]) == ("DOWNGRADE", "TIER_2K")
        capability = rig.receiver.told("business_capability_update")[0]
        assert capability["max_daily_conversations_per_business"] == "TIER_2K"
        fields = "fields=quality_rating,throughput,verified_name,whatsapp_business_manager_messaging_limit"
        number = await rig.get(f"{NUMBER}?{fields}")
        assert number == {
            "id": NUMBER,
            "quality_rating": "RED",
            "throughput": {"level": "STANDARD"},
            "verified_name": "Loja Nova",
            "whatsapp_business_manager_messaging_limit": "TIER_2K",
        }


async def test_any_field_can_be_told_as_it_stands() -> None:
    async with running() as rig:
        value = {"entity_type": "BUSINESS", "text": "ação", "n": [1, None]}
        spec = {"waba_id": WABA, "field": "something_of_next_year", "value": value}
        assert (await rig.sim("POST", "webhooks", spec)).status == 202
        await rig.receiver.until(lambda: bool(rig.receiver.told("something_of_next_year")))
        assert rig.receiver.told("something_of_next_year") == [value]
        assert rig.receiver.bodies[0].isascii()
        assert rig.receiver.bad_signatures == 0


async def test_registration_and_blocked_people() -> None:
    async with running() as rig:
        assert (await rig.post({"messaging_product": "whatsapp", "pin": "12"}, edge="register")).status == 400
        assert (await rig.post({"messaging_product": "whatsapp", "pin": "123456"}, edge="register")).status == 200
        wrong = await rig.post({"messaging_product": "whatsapp", "pin": "654321"}, edge="register")
        assert wrong.json["error"]["code"] == 133005
        assert (await rig.post({}, edge="deregister")).status == 200
        assert code(await rig.session().send(text("m-1"))) == 133010
        await rig.post({"messaging_product": "whatsapp", "pin": "123456"}, edge="register")
        blocked = await rig.post(
            {"messaging_product": "whatsapp", "block_users": [{"user": OTHER}]}, edge="block_users"
        )
        assert blocked.json["block_users"]["added_users"] == [{"input": OTHER, "wa_id": OTHER[1:]}]
        assert (await rig.get(f"{NUMBER}/block_users"))["data"][0]["wa_id"] == OTHER[1:]
        assert (await rig.post({"about": "Oi"}, edge="whatsapp_business_profile")).status == 200
        assert (await rig.get(f"{NUMBER}/whatsapp_business_profile"))["data"][0]["about"] == "Oi"


@pytest.mark.parametrize(
    ("path", "spec"),
    [
        ("templates", {"name": "nenhum", "status": "PAUSED"}),
        ("templates", {"name": "pix", "status": "MELHOR"}),
        ("templates", {"name": "pix", "estado": "PAUSED"}),
        ("numbers", {"phone_number_id": "404"}),
        ("numbers", {"phone_number_id": NUMBER, "tier": "TIER_9"}),
        ("accounts", {"waba_id": "404", "event": "X"}),
        ("preferences", {"phone_number_id": NUMBER, "from": "x"}),
        ("webhooks", {"waba_id": WABA}),
        ("clock", {"advance_ms": -1}),
    ],
)
async def test_control_bodies_that_make_no_sense(path: str, spec: dict[str, Any]) -> None:
    async with running() as rig:
        answer = await rig.sim("POST", path, spec)
        assert answer.status == 400
        assert answer.json["error"]


@given(st.lists(st.tuples(st.integers(0, 6), st.integers(0, DAY_MS // 3)), max_size=60))
def test_an_audience_equals_the_plain_count(steps: list[tuple[int, int]]) -> None:
    audience, last, now = Audience(), dict[int, int](), 0
    for phone, wait in steps:
        now += wait
        present = {one for one, at in last.items() if at > now - DAY_MS}
        allowed = phone in present or len(present) < 3
        if allowed:
            last[phone] = now
        assert audience.allows(phone, now, 3) is allowed


def test_marketing_and_windows_end_after_a_day() -> None:
    limit, windows = MarketingLimit(), Windows()
    assert [limit.allows(1, at, 2) for at in (0, 1, 2)] == [True, True, False]
    assert limit.allows(1, DAY_MS, 2)
    windows.open(1, 5)
    assert windows.is_open(1, DAY_MS + 4)
    assert not windows.is_open(1, DAY_MS + 5)


@pytest.mark.parametrize(
    ("phone", "expected"),
    [
        (553187654321, 5531987654321),
        (5531987654321, 5531987654321),
        (551132345678, 551132345678),
        (14155550123, 14155550123),
    ],
)
def test_one_person_has_one_phone(phone: int, expected: int) -> None:
    assert canonical(phone) == expected
