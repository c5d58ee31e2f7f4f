"""One person, two companies, two tabs: nothing crosses, live or read; signing out in one ends both."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Guests
from tests.browser.people import Person, add_person, sign_in
from tests.browser.second import Company, add_company
from tests.browser.world import World
from tests.e2e.rig import Instance

_LIVE_MS = 30_000


@pytest.fixture(scope="module")
def second(instance: Instance) -> Company:
    return add_company(instance, "Segunda Loja")


@pytest.fixture(scope="module")
def member(instance: Instance, second: Company) -> Person:
    """An operator of both companies."""
    return add_person(instance, "operator", second.id, add_person(instance, "operator"))


def _feed(page: Page, name: str) -> None:
    expect(page.locator("[data-feed] li", has_text=name).first).to_be_visible(timeout=_LIVE_MS)


def test_two_tabs_of_two_companies_share_nothing_but_the_way_out(
    world: World, visit: Guests, company_id: str, second: Company, member: Person
) -> None:
    other_shop = second.sender()
    one = visit(role=None, expected=(401,))
    sign_in(one.page, one.base_url, member)
    first, other = one.open(company_id), one.new_page()
    other.goto(f"{one.base_url}/c/{second.id}")
    expect(other.get_by_role("button", name="Empresa: Segunda Loja")).to_be_visible()
    expect(first.get_by_role("button", name="Empresa: Loja Exemplo")).to_be_visible()
    world.sender.order("order_approved", customer={"name": "Só Da Primeira", "phoneNumber": "11955550401"})
    other_shop.order("order_approved", customer={"name": "Só Da Segunda", "phoneNumber": "11955550402"})
    _feed(first, "Só Da Primeira")
    _feed(other, "Só Da Segunda")
    assert "Só Da Segunda" not in first.content()
    assert "Só Da Primeira" not in other.content()
    for page, company, own, foreign in (
        (first, company_id, "Só Da Primeira", "Só Da Segunda"),
        (other, second.id, "Só Da Segunda", "Só Da Primeira"),
    ):
        page.goto(f"{one.base_url}/c/{company}/events")
        expect(page.locator("[data-row]:visible", has_text=own).first).to_be_visible()
        assert foreign not in page.content()
        page.reload()
        expect(page).to_have_url(f"{one.base_url}/c/{company}/events")
    one.judge("two-companies")
    first.get_by_role("button", name="Conta", exact=True).click()
    first.get_by_role("menuitem", name="Sair").click()
    for page in (first, other):
        expect(page.locator("input[name=password]")).to_be_visible()


def test_a_company_that_one_does_not_belong_to_shows_nothing_of_itself(
    world: World, visit: Guests, second: Company
) -> None:
    one = visit(role="viewer", expected=(403, 404))
    one.page.goto(f"{one.base_url}/c/{second.id}/events")
    expect(one.page.locator("h1")).to_be_visible()
    assert "Segunda Loja" not in one.page.content()
    one.judge("company-of-others")
