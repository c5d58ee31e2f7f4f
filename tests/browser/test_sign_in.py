"""Coming and going: one sentence for every failure, an end in every tab, a session that ends while somebody works."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.conftest import Guests, People
from tests.browser.people import sign_in


def test_a_wrong_password_and_a_stranger_read_the_same_sentence(visit: Guests, person: People) -> None:
    one = visit(role=None, expected=(401,))
    for email in (person("owner").email, "ninguem@exemplo.test"):
        one.page.goto(f"{one.base_url}/sign-in")
        one.page.locator("input[name=email]").fill(email)
        one.page.locator("input[name=password]").fill("não é esta")
        one.page.keyboard.press("Enter")
        expect(one.page.get_by_role("alert")).to_have_text("E-mail ou senha incorretos")
        expect(one.page.locator("input[name=email]")).to_have_value(email)
    one.judge("sign-in-refused")


def test_signing_out_in_one_tab_ends_both(person: People, visit: Guests) -> None:
    one = visit(role=None, expected=(401,))
    sign_in(one.page, one.base_url, person("operator"))
    other = one.new_page()
    other.goto(f"{one.base_url}/")
    expect(other.locator("#page-title")).to_be_visible()
    one.page.get_by_role("button", name="Conta", exact=True).click()
    one.page.get_by_role("menuitem", name="Sair").click()
    for page in (one.page, other):
        expect(page.locator("input[name=password]")).to_be_visible()
    assert one.context.request.get(f"{one.base_url}/api/v1/events").status == 401


def test_a_session_that_ends_meanwhile_asks_over_the_page(person: People, visit: Guests, company_id: str) -> None:
    who = person("operator")
    one = visit(role=None, expected=(401,))
    sign_in(one.page, one.base_url, who)
    page = one.open(company_id, "events?source=grapfy")
    one.context.clear_cookies()
    page.reload()  # the page itself needs nobody; what it reads does
    expect(page.locator("input[name=password]")).to_be_visible()
    page.locator("input[name=email]").fill(who.email)
    page.locator("input[name=password]").fill(who.password)
    page.keyboard.press("Enter")
    expect(page.locator("#page-title")).to_contain_text("Eventos")
    assert "source=grapfy" in page.url, "where one was before signing in again is forgotten"


def test_the_dialog_of_an_ended_session_keeps_the_page(person: People, visit: Guests, company_id: str) -> None:
    who = person("operator")
    one = visit(role=None, expected=(401,))
    sign_in(one.page, one.base_url, who)
    page = one.open(company_id, "events")
    one.context.clear_cookies()
    page.get_by_role("link", name="Visão geral").first.click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Sua sessão terminou")
    one.judge("session-ended")
    dialog.locator("input[name=password]").fill(who.password)
    page.keyboard.press("Enter")
    expect(dialog).to_have_count(0)
    expect(page.locator("[data-kpi]").first).to_be_visible()
