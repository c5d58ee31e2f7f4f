"""One WhatsApp-Web session in compressed time: linking, disconnects, the watchdog, answers that come late."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from engine.web_gate import Hold
from engine.web_numbers import CheckPolicy
from engine.web_options import WebOptions
from engine.web_pacing import read_pace
from tests.virtual_time import run_virtually
from tests.web_kit import Rig, letter, loop_ms, start_rig, taken
from whatsapp.transport import Accepted, NotConnected, Refused, Uncertain
from whatsapp.web.courier import Answered, NotTaken, Skipped
from whatsapp.web.port import WebMessage
from whatsapp.web.simulated_world import Manners, WebWorld

PHONE, FRIEND = "+5511911110001", "+5511977770001"
QUIET = Manners(share_offline=0.0, share_read=0.0, bans=False)
Story = Callable[[Rig], Coroutine[Any, Any, None]]


def play(folder: Path, story: Story, *, linked: bool = True, manners: Manners = QUIET, **options: Any) -> Rig:
    """Run a story of one session."""

    async def main() -> Rig:
        world = WebWorld(1, manners, now_s=lambda: loop_ms() / 1000)
        rig = await start_rig(world, folder, PHONE, linked=linked, options=WebOptions(**options))
        try:
            await story(rig)
        finally:
            await rig.close()
        return rig

    return run_virtually(main)


def hello(message_id: str = "m1", jid: str = "5511977770001") -> WebMessage:
    return WebMessage(message_id, jid, "Olá")


def test_qr_codes_change_and_the_scanned_one_links_the_device(tmp_path: Path) -> None:
    async def story(rig: Rig) -> None:
        await rig.until("unpaired")
        await rig.session.start_pairing()
        await asyncio.sleep(85)
        rig.client.scan()
        await rig.until("connected")

    rig = play(tmp_path, story, linked=False)
    codes = [status.qr for status in rig.notes.statuses if status.qr]
    assert len(codes) == len(set(codes)) == 3, "after 60 s, then every 20 s"
    assert rig.notes.linked == [PHONE]
    assert rig.notes.states[-4:] == ["connecting", "waiting", "connecting", "connected"], "515 right after the pairing"
    assert rig.client.has_device


def test_codes_that_nobody_scans_end_and_are_shown_again_on_request(tmp_path: Path) -> None:
    async def story(rig: Rig) -> None:
        await rig.session.start_pairing()
        await rig.until("unpaired")
        await rig.session.start_pairing()
        await rig.until("pairing")

    rig = play(tmp_path, story, linked=False)
    assert rig.notes.states.count("pairing") > 6


@pytest.mark.parametrize(("code", "state"), [(401, "logged_out"), (403, "stopped"), (440, "stopped")])
def test_a_session_that_was_ended_stays_ended(tmp_path: Path, code: int, state: str) -> None:
    async def story(rig: Rig) -> None:
        rig.client.cut(code)
        await asyncio.sleep(86_400)
        assert rig.session.status.state == state
        assert isinstance(await rig.session.send(hello()), NotConnected)

    rig = play(tmp_path, story)
    assert [reaction.alert for reaction in rig.notes.reactions] == [True]


def test_after_a_log_out_it_is_linked_anew_with_fresh_credentials(tmp_path: Path) -> None:
    async def story(rig: Rig) -> None:
        rig.client.cut(401)
        await rig.session.start_pairing()
        assert not rig.client.has_device
        await asyncio.sleep(5)
        rig.client.scan()
        await rig.until("connected")

    play(tmp_path, story)


def test_a_ban_is_waited_out_and_the_warm_up_begins_at_its_end(tmp_path: Path) -> None:
    async def story(rig: Rig) -> None:
        rig.client.cut(402, expires_s=7_200.0, ban_code=104)
        ends_ms = loop_ms() + 7_200_000
        await asyncio.sleep(7_190)
        assert (rig.session.status.state, rig.session.status.reason) == ("banned", "ban_same_message")
        await rig.until("connected", within_s=30)
        assert rig.session.gate.warm_up_from_ms == ends_ms

    play(tmp_path, story)


@pytest.mark.parametrize("code", [408, 428, 503, 777])
def test_a_lost_connection_comes_back(tmp_path: Path, code: int) -> None:
    async def story(rig: Rig) -> None:
        for _ in range(5):
            rig.client.cut(code)
            await rig.until("waiting")
            await rig.until("connected", within_s=310)
            await asyncio.sleep(300)

    rig = play(tmp_path, story)
    assert rig.session.disconnects == 5


def test_a_deaf_connection_is_found_and_made_anew(tmp_path: Path) -> None:
    async def story(rig: Rig) -> None:
        line = rig.world.line(PHONE)
        line.deaf = True
        answers = [await rig.session.send(hello(f"m{n}")) for n in range(2)]
        assert [type(answer) for answer in answers] == [Uncertain, Uncertain]
        await rig.until("waiting", within_s=120)
        line.deaf = False
        await rig.until("connected", within_s=120)
        assert isinstance(await rig.session.send(hello("m3")), Accepted)

    rig = play(tmp_path, story)
    assert [reaction.reason for reaction in rig.notes.reactions] == ["no_acknowledgement"]


def test_a_session_that_stays_deaf_stops_and_alerts(tmp_path: Path) -> None:
    async def story(rig: Rig) -> None:
        rig.world.line(PHONE).deaf = True
        await rig.until("stopped", within_s=7_200)

    rig = play(tmp_path, story)
    assert rig.notes.reactions[-1].alert
    assert len(rig.notes.reactions) == 5


def test_an_answer_that_comes_late_is_told_as_a_receipt(tmp_path: Path) -> None:
    async def story(rig: Rig) -> None:
        rig.world.line(PHONE).lost_answers = 1
        assert isinstance(await rig.session.send(hello()), Uncertain)
        await asyncio.sleep(60)

    rig = play(tmp_path, story)
    assert rig.notes.receipts == [("m1", "sent"), ("m1", "delivered")]


def test_receipts_that_came_while_it_was_away_are_heard_afterwards(tmp_path: Path) -> None:
    async def story(rig: Rig) -> None:
        await rig.session.send(hello())
        rig.client.cut(428)
        await asyncio.sleep(60)

    rig = play(tmp_path, story)
    assert rig.notes.receipts == [("m1", "delivered")]


def test_a_refusal_for_new_chats_holds_strangers_and_lets_others_pass(tmp_path: Path) -> None:
    async def story(rig: Rig) -> None:
        rig.world.line(PHONE).refusals.append(463)
        answer = await rig.session.send(hello())
        assert isinstance(answer, Refused)
        assert answer.code == 463
        await rig.book.answered(FRIEND)
        held = await rig.courier.deliver(letter("m2", "+5511977770002", "Oi"), [], taken)
        assert isinstance(held, Hold)
        assert held.reason == "new_chats_blocked"
        await asyncio.sleep(30)
        assert isinstance(await rig.courier.deliver(letter("m3", FRIEND, "Oi"), [], taken), Answered)

    play(tmp_path, story)


def test_nothing_is_sent_without_its_intent_and_nothing_while_it_is_away(tmp_path: Path) -> None:
    async def refused() -> bool:
        return False

    async def story(rig: Rig) -> None:
        assert isinstance(await rig.courier.deliver(letter("m1", FRIEND, "Oi"), [], refused), NotTaken)
        rig.client.cut(428)
        held = await rig.courier.deliver(letter("m1", FRIEND, "Oi"), [], taken)
        assert isinstance(held, Hold)
        assert held.reason == "session_not_connected"

    assert play(tmp_path, story).world.taken == []


def test_a_connection_lost_while_typing_sends_nothing(tmp_path: Path) -> None:
    async def story(rig: Rig) -> None:
        asyncio.get_running_loop().call_later(0.5, rig.client.cut, 440)
        outcome = await rig.courier.deliver(letter("m1", FRIEND, "Um texto longo. " * 20), [], taken)
        assert isinstance(outcome, Hold)

    assert play(tmp_path, story, check_numbers=False).world.taken == []


def test_who_comes_next_is_looked_up_in_the_same_go(tmp_path: Path) -> None:
    async def story(rig: Rig) -> None:
        nobody = "+5531988880000"
        rig.world.unregistered.add(nobody)
        await rig.courier.deliver(letter("m1", FRIEND, "Oi"), [nobody, "+5531988880001"], taken)
        assert rig.world.checks == 5, "one form in São Paulo, two each in Minas"
        await asyncio.sleep(60)
        assert await rig.courier.deliver(letter("m2", nobody, "Oi"), [], taken) == Skipped("not_on_whatsapp")
        assert rig.world.checks == 5

    play(tmp_path, story)


@pytest.mark.parametrize("check", [True, False])
def test_whatsapps_own_id_of_a_person_is_neither_looked_up_nor_written_to(tmp_path: Path, check: bool) -> None:
    async def story(rig: Rig) -> None:
        hidden = letter("m1", "BR.1349120865530274", "Oi", transactional=True)
        assert await rig.courier.deliver(hidden, [], taken) == Skipped("no_phone")
        assert rig.world.checks == 0
        await rig.courier.deliver(letter("m2", FRIEND, "Oi"), ["BR.1349120865530274"], taken)
        assert rig.world.checks == int(check)

    assert len(play(tmp_path, story, check_numbers=check).world.taken) == 1


def test_the_budget_of_look_ups_holds_bulk_and_lets_urgent_messages_go_unchecked(tmp_path: Path) -> None:
    async def story(rig: Rig) -> None:
        held = await rig.courier.deliver(letter("m1", FRIEND, "Oi"), [], taken)
        assert isinstance(held, Hold)
        assert held.reason == "number_check_budget"
        outcome = await rig.courier.deliver(letter("m1", FRIEND, "Oi", transactional=True), [], taken)
        assert isinstance(outcome, Answered)

    play(tmp_path, story, checks=CheckPolicy(per_day=0))


def test_a_speed_keeps_its_gaps_between_real_sends(tmp_path: Path) -> None:
    async def story(rig: Rig) -> None:
        at = []
        for number in range(20):
            while isinstance(outcome := await _deliver(rig, number), Hold):
                await asyncio.sleep(outcome.seconds or 1.0)
            at.append(asyncio.get_running_loop().time())
        gaps = [later - earlier for earlier, later in pairwise(at)]
        assert min(gaps) >= 61
        assert max(gaps) <= 121 + 12 + 1, "the gap, the typing and the acknowledgement"

    play(tmp_path, story, pace=read_pace("normal", None), warm_up=False)


async def _deliver(rig: Rig, number: int) -> object:
    return await rig.courier.deliver(letter(f"m{number}", f"+551197777{number:04d}", f"Oi {number}"), [], taken)


def test_who_is_hidden_is_known_by_number_once_looked_up_and_never_taken_for_a_phone(tmp_path: Path) -> None:
    async def story(rig: Rig) -> None:
        assert isinstance(await rig.courier.deliver(letter("m1", FRIEND, "Oi"), [], taken), Answered)
        await asyncio.sleep(600)
        assert (rig.notes.written, rig.notes.receipts) == ([FRIEND], [("m1", "delivered"), ("m1", "read")])
        stranger = hello("m2", "5511977770002")  # nobody has looked this person up
        assert isinstance(await rig.session.send(stranger), Accepted)
        await asyncio.sleep(600)

    manners = Manners(share_hidden=1.0, share_offline=0.0, share_read=1.0, share_reply=1.0, bans=False)
    rig = play(tmp_path, story, manners=manners)
    lids = [rig.world.hidden_id(digits) for digits in ("5511977770001", "5511977770002")]
    assert all(lid is not None and len(lid) == 15 for lid in lids) and lids[0] != lids[1]
    assert rig.notes.receipts[2:] == [("m2", "delivered"), ("m2", "read")]
    assert rig.notes.written == [FRIEND, None]  # no book has an entry for a hidden id as if it were a phone


def test_a_lost_answer_to_somebody_hidden_is_still_reconciled(tmp_path: Path) -> None:
    async def story(rig: Rig) -> None:
        rig.world.line(PHONE).lost_answers = 1
        assert isinstance(await rig.session.send(hello()), Uncertain)
        await asyncio.sleep(60)

    rig = play(tmp_path, story, manners=replace(QUIET, share_hidden=1.0))
    assert rig.notes.receipts == [("m1", "sent"), ("m1", "delivered")]
