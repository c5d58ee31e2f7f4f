"""One whole instance with its demo company, one Chromium, and people who have signed in, for all these tests."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from gateway.dashboard import BUILT
from masteria.api_client import ApiClient
from tests.browser.chromium import FLAGS, chromium_path
from tests.browser.figures import Figures
from tests.browser.look import Look
from tests.browser.people import Person, add_person, sign_in
from tests.browser.scripted_whatsapp.neonize.phone import PLACE, Phone
from tests.browser.visit import Visit
from tests.browser.world import World, fill
from tests.e2e.rig import Instance

_SCRIPTED = Path(__file__).with_name("scripted_whatsapp")
_figures = Figures()
expect.set_options(timeout=15_000)  # as long as a visit waits: a busy machine is no fault of a page
Guests = Callable[..., Visit]
People = Callable[[str], Person]
Phones = Callable[[str], Phone]


@pytest.fixture(scope="session")
def instance() -> Iterator[Instance]:
    """A fresh data directory, started as ``masteria up`` does it, demo included."""
    assert (BUILT / "index.html").is_file(), "the dashboard is not built: make dashboard"
    folder = Path(tempfile.mkdtemp(prefix="mia-web-", dir="/tmp"))
    scripted = {"PYTHONPATH": str(_SCRIPTED), PLACE: str(folder / "phones")}  # WhatsApp-Web without WhatsApp
    settings = {"uncertain_grace_s": 86_400, "outgoing_allow_private": "127.0.0.1"}
    made = Instance(folder, settings, scripted, demo=True)
    made.set("graph_url", made.simulator_url)  # a Cloud API number is asked about there
    try:
        made.start()
        yield made
    finally:
        made.stop()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def company_id(instance: Instance) -> str:
    return instance.credentials.company_id


@pytest.fixture(scope="session")
def api(instance: Instance) -> ApiClient:
    """The demo company's API, by its key."""
    return ApiClient(instance.base_url, instance.credentials.api_key)


@pytest.fixture(scope="session")
def world(instance: Instance, api: ApiClient) -> World:
    """The demo company after a busy hour: something of everything that pages show."""
    return fill(instance, api)


@pytest.fixture(scope="session")
def phone(instance: Instance) -> Phones:
    """Give the phone that a WhatsApp-Web session is linked to, by the session's id."""
    return lambda session_id: Phone(instance.data_dir / "phones" / session_id.replace("-", ""))


@pytest.fixture
def clean(world: World) -> Iterator[None]:
    """What a test connects is gone when it is over, and the demo's number sends."""
    yield
    for session in world.api.pages("/sessions"):
        if session["id"] != world.session_id:
            world.api.call("DELETE", f"/sessions/{session['id']}")
        elif session["state"] != "active":
            world.api.call("POST", f"/sessions/{world.session_id}/resume")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def person(instance: Instance) -> People:
    """Give the person of a role in the demo company."""
    known = {"owner": Person(instance.credentials.email, instance.credentials.password)}

    def of(role: str) -> Person:
        if role not in known:
            known[role] = add_person(instance, role)
        return known[role]

    return of


@pytest.fixture(scope="session")
def signed_in(instance: Instance, chromium: Browser, person: People) -> Callable[[str], dict[str, Any]]:
    """Give the cookies of a role: everybody signs in once, by the form."""
    states: dict[str, dict[str, Any]] = {}

    def state(role: str) -> dict[str, Any]:
        if role not in states:
            context = chromium.new_context()
            sign_in(context.new_page(), instance.base_url, person(role))
            states[role] = {**context.storage_state(), "origins": []}
            context.close()
        return states[role]

    return state


@pytest.fixture
def visit(instance: Instance, chromium: Browser, signed_in: Callable[[str], dict[str, Any]]) -> Iterator[Guests]:
    """Open a browser for somebody: ``visit(Look(), "viewer")``; ``None`` for nobody."""
    opened: list[Visit] = []

    def make(look: Look | None = None, role: str | None = "owner", *, expected: tuple[int, ...] = ()) -> Visit:
        state = signed_in(role) if role else None
        opened.append(Visit(chromium, instance.base_url, look or Look(), state, expected))
        return opened[-1]

    yield make
    for one in opened:
        one.close()


@pytest.fixture(scope="session")
def figures() -> Figures:
    """What was measured in this run."""
    return _figures


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what was measured."""
    if _figures.lines:
        terminalreporter.section("measured in the browser")
        for line in _figures.lines:
            terminalreporter.write_line(line)
