"""CloudClient and simulator over real HTTP, with a receiver that checks every signature."""

from __future__ import annotations

import asyncio
from typing import Any

import orjson
import pytest

from tests.unit.whatsapp_rig import NUMBER, WABA, Rig, running, template, text
from whatsapp.transport import Accepted, NotConnected, Refused, SendAnswer, Uncertain


def refused(answer: SendAnswer) -> Refused:
    assert isinstance(answer, Refused), answer
    return answer


async def add_fault(rig: Rig, then: dict[str, Any], match: dict[str, Any] | None = None, **rest: Any) -> str:
    answer = await rig.sim("POST", "faults", {"match": match or {}, "then": then, **rest})
    assert answer.status == 201
    fault_id = answer.json["id"]
    assert isinstance(fault_id, str)
    return fault_id


async def test_a_text_is_accepted_sent_delivered_and_read_in_that_order() -> None:
    async with running() as rig:
        answer = await rig.session().send(text("m-1"))
        assert isinstance(answer, Accepted)
        assert answer.provider_id.startswith("wamid.")
        assert answer.wa_id == "5511987654321"
        assert answer.message_status is None
        await rig.receiver.until(lambda: len(rig.receiver.of("m-1")) == 3)
        assert rig.receiver.of("m-1") == ["sent", "delivered", "read"]
        assert rig.receiver.bad_signatures == 0
        sent, delivered, read = rig.receiver.statuses
        assert {one["id"] for one in (sent, delivered, read)} == {answer.provider_id}
        assert sent["conversation"]["expiration_timestamp"].isdigit()
        assert "expiration_timestamp" not in delivered["conversation"]
        assert sent["pricing"]["pricing_model"] == "PMP"
        assert "pricing" not in read
        value = rig.receiver.changes[0]["value"]
        assert value["metadata"] == {"display_phone_number": "5511400000001", "phone_number_id": NUMBER}
        assert orjson.loads(rig.receiver.bodies[0])["entry"][0]["id"] == WABA


async def test_a_template_is_filled_and_judged_by_what_the_person_reads() -> None:
    async with running() as rig:
        answer = await rig.session().send(template("m-2", "João", "R$ 97,00"))
        assert isinstance(answer, Accepted)
        assert answer.message_status == "accepted"
        (row,) = (await rig.messages("opaque=m-2"))["data"]
        assert row["text"] == "Olá João, pague R$ 97,00"
        assert row["template"] == "pix"
        assert row["type"] == "template"
        assert row["to"] == "5511987654321"
        assert row["wamid"] == answer.provider_id
        assert row["phone_number_id"] == NUMBER


async def test_wrong_templates_are_refused_in_metas_words() -> None:
    async with running() as rig:
        session = rig.session()
        few = refused(await session.send(template("m-3", "João")))
        assert (few.code, few.http_status) == (132000, 400)
        assert few.details is not None
        assert "(1) does not match the expected number of params (2)" in few.details
        unknown = refused(await session.send(template("m-4", name="nope")))
        assert (unknown.code, unknown.http_status) == (132001, 404)
        assert (await rig.messages())["total"] == 0


async def test_token_and_number_are_checked() -> None:
    async with running() as rig:
        wrong_token = refused(await rig.session(token="other").send(text("m-5")))
        assert (wrong_token.code, wrong_token.http_status) == (190, 401)
        wrong_number = refused(await rig.session(number="404404").send(text("m-6")))
        assert (wrong_number.code, wrong_number.subcode, wrong_number.http_status) == (100, 33, 400)


async def test_throughput_and_pair_limits_refuse_and_say_when_to_come_back() -> None:
    async with running() as rig:
        pair = [await rig.session().send(text(f"p-{at}")) for at in range(46)]
        assert all(isinstance(answer, Accepted) for answer in pair[:45])
        assert refused(pair[45]).code == 131056
        slow = {"phone_number_id": NUMBER, "phone": "+5511400000001", "token": "um-token-de-teste", "throughput": 5}
        await rig.sim("PUT", "apps/app1", {"numbers": [slow]})
        many = [await rig.session().send(text(f"t-{at}", f"+55119800000{at:02d}")) for at in range(7)]
        answer = refused(many[-1])
        assert (answer.code, answer.retry_after_s) == (130429, 1.0)
        assert (await rig.stats())["refused"] == {"130429": 2, "131056": 1}


async def test_dropped_after_accepting_is_uncertain_for_the_sender_and_counted_once() -> None:
    async with running() as rig:
        await add_fault(rig, {"drop_after_accept": True}, count=1)
        answer = await rig.session().send(text("m-7"))
        assert isinstance(answer, Uncertain)
        assert (await rig.messages("opaque=m-7"))["total"] == 1
        await rig.receiver.until(lambda: rig.receiver.of("m-7") == ["sent", "delivered", "read"])
        assert (await rig.stats())["duplicates"] == 0
        assert isinstance(await rig.session().send(text("m-7")), Accepted)
        assert (await rig.stats())["duplicates"] == 1
        assert (await rig.messages("opaque=m-7"))["total"] == 2


async def test_a_hanging_simulator_is_uncertain_and_accepts_nothing() -> None:
    async with running(timeout_s=0.3) as rig:
        await add_fault(rig, {"hang_ms": 60_000}, count=1)
        answer = await rig.session().send(text("m-8"))
        assert isinstance(answer, Uncertain)
        assert "timed out" in answer.why
        assert (await rig.messages())["total"] == 0


async def test_a_hang_that_ends_drops_the_connection() -> None:
    async with running() as rig:
        await add_fault(rig, {"hang_ms": 30, "drop_after_accept": True}, count=1)
        assert isinstance(await rig.session().send(text("m-9")), Uncertain)
        assert (await rig.messages())["total"] == 1


async def test_http_faults_without_metas_json_are_uncertain() -> None:
    async with running() as rig:
        await add_fault(rig, {"http": 500}, count=1)
        assert await rig.session().send(text("m-10")) == Uncertain("HTTP 500 without Meta's JSON")
        assert (await rig.messages())["total"] == 0


async def test_error_codes_come_in_metas_form_late_if_asked() -> None:
    async with running() as rig:
        loop = asyncio.get_running_loop()
        await add_fault(rig, {"error_code": 131000, "delay_ms": 120}, count=1)
        began = loop.time()
        answer = refused(await rig.session().send(text("m-11")))
        assert loop.time() - began >= 0.12
        assert (answer.code, answer.http_status) == (131000, 500)
        assert orjson.loads(answer.raw)["error"]["code"] == 131000
        await add_fault(rig, {"error_code": 4242, "http": 429}, count=1)
        odd = refused(await rig.session().send(text("m-12")))
        assert (odd.code, odd.http_status) == (4242, 429)


async def test_faults_match_by_recipient_template_and_share_and_end_when_deleted() -> None:
    async with running() as rig:
        session = rig.session()
        by_person = await add_fault(rig, {"error_code": 131026}, {"to": "+5511911111111"})
        assert refused(await session.send(text("m-13", "+5511911111111"))).code == 131026
        assert isinstance(await session.send(text("m-14", "+5511922222222")), Accepted)
        await add_fault(rig, {"error_code": 132015}, {"template": "pix"})
        assert refused(await session.send(template("m-15", "a", "b"))).code == 132015
        assert (await rig.sim("DELETE", f"faults/{by_person}")).status == 204
        assert (await rig.sim("DELETE", f"faults/{by_person}")).status == 404
        assert isinstance(await session.send(text("m-16", "+5511911111111")), Accepted)
        await add_fault(rig, {"error_code": 1}, {"share": 0.5})
        answers = [await session.send(text(f"s-{at}", f"+55119300000{at:02d}")) for at in range(60)]
        assert 15 < sum(isinstance(answer, Refused) for answer in answers) < 45


@pytest.mark.parametrize(
    ("then", "expected"),
    [
        ({"statuses": "duplicated"}, ["delivered", "delivered", "read", "read", "sent", "sent"]),
        ({"statuses": "reordered"}, ["read", "delivered", "sent"]),
        ({"statuses": "late", "delay_ms": 300}, ["sent", "delivered", "read"]),
    ],
)
async def test_status_faults(then: dict[str, Any], expected: list[str]) -> None:
    async with running() as rig:
        await add_fault(rig, then, count=1)
        loop = asyncio.get_running_loop()
        began = loop.time()
        await rig.session().send(text("m-17"))
        await rig.receiver.until(lambda: len(rig.receiver.of("m-17")) == len(expected))
        found = rig.receiver.of("m-17")
        assert (sorted(found) if then["statuses"] == "duplicated" else found) == expected
        assert then["statuses"] != "late" or loop.time() - began > 0.3


async def test_lost_statuses_never_come_but_the_next_message_has_its_own() -> None:
    async with running() as rig:
        await add_fault(rig, {"statuses": "lost"}, {"to": "+5511911111111"})
        await rig.session().send(text("lost", "+5511911111111"))
        await rig.session().send(text("found", "+5511922222222"))
        await rig.receiver.until(lambda: len(rig.receiver.of("found")) == 3)
        await rig.until_stats(lambda stats: stats["statuses"]["pending"] == 0)
        assert rig.receiver.of("lost") == []
        told = (await rig.sim("GET", "messages")).json["data"]
        assert {one["opaque"]: one.get("statuses_lost", False) for one in told} == {"lost": True, "found": False}


async def test_people_without_whatsapp_fail_and_people_who_do_not_read_are_delivered() -> None:
    async with running() as rig:
        await rig.sim("POST", "people", {"unregistered": ["+5511911111111"], "reads": False})
        await rig.session().send(text("gone", "+5511911111111"))
        await rig.session().send(text("here", "+5511922222222"))
        await rig.receiver.until(lambda: bool(rig.receiver.of("gone")) and len(rig.receiver.of("here")) == 2)
        assert rig.receiver.of("gone") == ["failed"]
        assert rig.receiver.of("here") == ["sent", "delivered"]
        failed = next(one for one in rig.receiver.statuses if one["status"] == "failed")
        assert failed["errors"][0]["code"] == 131026
        await rig.until_stats(lambda stats: stats["statuses"]["pending"] == 0)


async def test_webhooks_are_tried_until_they_are_answered_with_200() -> None:
    async with running() as rig:
        rig.receiver.answers = [500, 202, 503]
        await rig.session().send(text("m-18"))
        await rig.receiver.until(lambda: len(set(rig.receiver.of("m-18"))) == 3)
        stats = (await rig.until_stats(lambda stats: stats["statuses"]["pending"] == 0))["statuses"]
        assert stats["failed_posts"] == 3
        assert stats["acknowledged_by_status"]["read"] == 1
        assert rig.receiver.bad_signatures == 0
        assert rig.receiver.bodies[0] in rig.receiver.bodies[1:], "the same batch comes again, byte for byte"


async def test_statuses_form_batches_while_a_post_is_under_way() -> None:
    async with running() as rig:
        await rig.sim("PUT", "settings", {"posts_in_flight": 1, "delivered_ms": [20, 20], "read_ms": [40, 40]})
        session = rig.session()
        await asyncio.gather(*(session.send(text(f"b-{at}", f"+5511{900000000 + at}")) for at in range(300)))
        await rig.receiver.until(lambda: len(rig.receiver.statuses) == 900)
        assert len(rig.receiver.bodies) < 150
        assert len({(one["id"], one["status"]) for one in rig.receiver.statuses}) == 900


async def test_statuses_can_be_switched_off() -> None:
    async with running() as rig:
        await rig.sim("PUT", "settings", {"statuses": False})
        await rig.session().send(text("off"))
        stats = (await rig.stats())["statuses"]
        assert (stats["enabled"], stats["pending"]) == (False, 0)


async def test_replies_come_as_signed_inbound_messages() -> None:
    async with running() as rig:
        accepted = await rig.session().send(template("m-19", "a", "b"))
        assert isinstance(accepted, Accepted)
        person = {"phone_number_id": NUMBER, "from": "+5511987654321"}
        first = await rig.sim("POST", "reply", {**person, "text": "Não quero mais 🙏"})
        second = await rig.sim("POST", "reply", {**person, "button": {"text": "Sim", "payload": "YES"}})
        await rig.receiver.until(lambda: len(rig.receiver.inbound) == 2)
        spoken, pressed = (value["messages"][0] for value in rig.receiver.inbound)
        assert spoken["text"] == {"body": "Não quero mais 🙏"}
        assert spoken["from"] == "5511987654321"
        assert spoken["id"] == first.json["wamid"] != second.json["wamid"]
        assert pressed["button"] == {"payload": "YES", "text": "Sim"}
        assert pressed["context"]["id"] == accepted.provider_id
        assert rig.receiver.inbound[0]["contacts"][0]["wa_id"] == "5511987654321"
        assert rig.receiver.bad_signatures == 0
        assert all(body.isascii() for body in rig.receiver.bodies), "Meta escapes what is not ASCII"


async def test_reset_forgets_messages_and_keeps_the_app() -> None:
    async with running() as rig:
        first = await rig.session().send(text("m-20"))
        await add_fault(rig, {"http": 500})
        assert (await rig.sim("POST", "reset")).status == 204
        assert (await rig.messages())["total"] == 0
        second = await rig.session().send(text("m-20"))
        assert isinstance(first, Accepted) and isinstance(second, Accepted)
        assert first.provider_id != second.provider_id
        stats = await rig.stats()
        assert (stats["accepted"], stats["duplicates"]) == (1, 0)


async def test_the_handshake_is_told_and_an_unreachable_callback_does_not_fail() -> None:
    async with running() as rig:
        again = await rig.sim("PUT", "apps/app1", {"callback_url": rig.receiver.url})
        assert again.json["handshake"] == {"ok": True, "status": 200, "detail": ""}
        assert again.json["numbers"] == [NUMBER]
        wrong = await rig.sim("PUT", "apps/app1", {"verify_token": "other"})
        assert wrong.json["handshake"]["ok"] is False
        away = await rig.sim("PUT", "apps/app1", {"callback_url": "http://127.0.0.1:1/x"})
        assert away.status == 200
        assert "refused" in away.json["handshake"]["detail"]


async def test_nobody_listens() -> None:
    async with running() as rig:
        nowhere = rig.client.session(NUMBER, "t", "http://127.0.0.1:1", "v23.0")
        assert isinstance(await nowhere.send(text("m-21")), NotConnected)


async def test_a_receiver_that_comes_back_gets_everything() -> None:
    async with running() as rig:
        await rig.sim("PUT", "apps/app1", {"callback_url": "http://127.0.0.1:1/x"})
        await rig.session().send(text("m-22"))
        await rig.until_stats(lambda stats: stats["statuses"]["failed_posts"] > 0)
        await rig.sim("PUT", "apps/app1", {"callback_url": rig.receiver.url})
        await rig.receiver.until(lambda: len(rig.receiver.of("m-22")) == 3)
