"""What a page shows when there is nothing to show: three kinds of nothing, and an error of the server's own."""

from __future__ import annotations

import json
import re

import pytest
from playwright.sync_api import Route, expect

from tests.browser.conftest import Guests
from tests.browser.look import PHONE, Look
from tests.browser.pages import in_menu
from tests.browser.people import Person, add_person, sign_in
from tests.browser.second import Company, add_company
from tests.browser.world import World
from tests.e2e.rig import Instance

_EMPTY_AT_FIRST = ("events", "messages", "campaigns", "contacts", "rules", "templates", "sessions", "webhooks")
_EMPTY_WORK = ("exports", "alerts", "history")
_MATCHING_NOTHING = (
    "events?order_id=nada",
    "messages?phone=%2B5511900000099",
    "contacts?q=zzzz",
    "templates?name=zzzz",
    "queue?code=1",
    "history?tab=jobs&state=cancelled&kind=export",
)
_REQUEST = "0199f000-0000-7000-8000-00000000abcd"
_INSIDE = "asyncpg.exceptions.UndefinedTableError: relation messages does not exist"


@pytest.fixture(scope="module")
def empty(instance: Instance) -> Company:
    return add_company(instance, "Loja Vazia")


@pytest.fixture(scope="module")
def newcomer(instance: Instance, empty: Company) -> Person:
    return add_person(instance, "owner", empty.id)


@pytest.mark.parametrize("look", [Look(), Look(PHONE, "en", "dark")], ids=str)
def test_a_new_company_is_told_on_every_page_what_to_do_first(
    visit: Guests, empty: Company, newcomer: Person, look: Look
) -> None:
    one = visit(look, None)
    sign_in(one.page, one.base_url, newcomer)
    for path in (*_EMPTY_AT_FIRST, *_EMPTY_WORK):
        page = one.open(empty.id, path)
        expect(page.locator("[data-empty=first]").first).to_be_visible()
        one.judge(f"empty-{path}")
    page = one.open(empty.id, "queue")
    expect(page.locator("[data-empty=good]").first).to_be_visible()
    one.judge("empty-queue")
    one.open(empty.id)
    one.judge("empty-overview")


@pytest.mark.parametrize("path", _MATCHING_NOTHING, ids=lambda path: path.partition("?")[0])
def test_filters_that_match_nothing_are_not_called_emptiness(
    world: World, visit: Guests, company_id: str, path: str
) -> None:
    one = visit()
    page = one.open(company_id, path)
    expect(page.locator("[data-empty=no-match]")).to_be_visible()
    page.get_by_role("button", name="Limpar filtros").last.click()
    expect(page.locator("[data-empty=no-match]")).to_have_count(0)


@pytest.mark.parametrize("path", [one for one in in_menu().values() if one], ids=str)
def test_a_failure_inside_shows_its_request_and_nothing_of_the_inside(
    world: World, visit: Guests, company_id: str, path: str
) -> None:
    one = visit(expected=(500,))
    page = one.page
    page.route(re.compile(r"/api/v1/(?!me$)"), _break)
    page.goto(f"{one.base_url}/c/{company_id}/{path}")
    alert = page.get_by_role("alert").filter(has_text="Não foi possível carregar").first
    expect(alert).to_be_visible(timeout=20_000)
    expect(alert).to_contain_text(_REQUEST)
    expect(alert.get_by_role("button", name="Copiar").first).to_be_visible()
    assert "asyncpg" not in page.content()
    page.unroute_all(behavior="ignoreErrors")


def _break(route: Route) -> None:
    body = {"type": "urn:masteria:problem:internal-error", "title": "Internal error", "status": 500, "detail": _INSIDE,
            "request_id": _REQUEST}  # fmt: skip
    route.fulfill(status=500, content_type="application/problem+json", body=json.dumps(body))
