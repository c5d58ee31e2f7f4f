"""Schedules: what runs by itself says when; run out of turn, seen to its end, paused and taken up again."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from masteria.processes import wait_until
from tests.browser.conftest import Guests
from tests.browser.world import World


@pytest.fixture
def schedule_id(world: World) -> Iterator[str]:
    """The schedule of a retention that is longer than this company has existed: it erases nothing."""
    world.api.call("PUT", "/retention", {"raw_days": 90})
    [schedule] = [one for one in world.api.pages("/schedules") if one["kind"] == "retention"]
    yield schedule["id"]
    world.api.call("POST", f"/schedules/{schedule['id']}/resume")
    world.api.call("PUT", "/retention", {"raw_days": None})


def test_a_schedule_is_run_now_seen_to_its_end_and_paused(
    world: World, visit: Guests, company_id: str, schedule_id: str
) -> None:
    before = len(world.api.call("GET", f"/jobs?schedule_id={schedule_id}")["data"])
    one = visit()
    page = one.open(company_id, "history?tab=schedules")
    row = page.locator(f'[data-row="{schedule_id}"]:visible')
    expect(row).to_contain_text("a cada 1 d ± 30 min")
    row.get_by_role("button", name="Rodar agora").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Rodar agora: Limpeza por prazo?")
    one.judge("history-run")
    dialog.get_by_role("button", name="Rodar agora").click()
    expect(dialog).to_have_count(0)
    expect(row.get_by_role("list", name="Últimos cinco").get_by_text(re.compile("^Conclu"))).to_have_count(
        before + 1, timeout=60_000
    )
    one.judge("history-schedules")
    switch = row.get_by_role("switch")
    switch.click()
    expect(row).to_contain_text("pausada")
    assert wait_until(lambda: world.api.call("GET", f"/schedules/{schedule_id}")["active"] is False, 10.0)
    page.get_by_role("button", name="Desfazer").click()
    expect(row).not_to_contain_text("pausada")
    page.get_by_role("tab", name="Trabalhos").click()
    expect(page.locator("[data-row]:visible", has_text="Limpeza por prazo").first).to_contain_text("Conclu")
    one.judge("history-jobs")
