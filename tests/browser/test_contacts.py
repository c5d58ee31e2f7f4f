"""Contacts come in by a file as shops have it: a byte order mark, semicolons, wrong rows, which are told."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.browser.conftest import Guests
from tests.browser.world import World

_FILE = (
    "\ufeffNome;Celular;E-mail\r\n"
    "João Müller;(11) 98888-1001;joao@exemplo.test\r\n"
    "Conceição Araújo;(11) 98888-1002;\r\n"
    "Sem Telefone;abc;nada@exemplo.test\r\n"
    "José Núñez;11988881003;jose@exemplo.test\r\n"
)


def test_a_file_is_looked_at_then_imported_and_what_was_refused_comes_back(
    world: World, visit: Guests, company_id: str
) -> None:
    one = visit()
    page = one.open(company_id, "contacts/import")
    page.locator("input[type=file]").set_input_files(
        {"name": "clientes.csv", "mimeType": "text/csv", "buffer": _FILE.encode()}
    )
    expect(page.locator("main")).to_contain_text("Conceição Araújo")
    expect(page.locator("main")).to_contain_text("Recusada")
    one.judge("contacts-import-columns")
    page.get_by_role("button", name="Continuar").click()
    page.get_by_label(re.compile("Onde estas pessoas aceitaram")).fill("checkout da loja")
    page.reload()
    one.settled()
    expect(page.get_by_label(re.compile("Onde estas pessoas aceitaram"))).to_have_value("checkout da loja")
    page.get_by_role("button", name="Importar", exact=True).click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Importar 4 linhas de clientes.csv?")
    one.judge("contacts-import-confirm")
    dialog.get_by_role("button", name=re.compile("^Importar")).click()
    expect(page.locator("main")).to_contain_text("Terminada", timeout=40_000)
    one.judge("contacts-import-done")
    with page.expect_download() as refused:
        page.get_by_role("button", name="Baixar 1 linha com o motivo").click()
    assert "Sem Telefone" in refused.value.path().read_text(encoding="utf-8-sig")
    page.goto(f"{one.base_url}/c/{company_id}/contacts?q=concei%C3%A7%C3%A3o")
    one.settled()
    expect(page.locator("main")).to_contain_text("Conceição Araújo")
