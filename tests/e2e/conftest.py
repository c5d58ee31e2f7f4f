"""The instance of this run, and what a test needs to speak to it."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

import pytest

from masteria.processes import free_port
from tests.e2e.figures import Figures
from tests.e2e.http_client import HttpClient
from tests.e2e.outside import OutsideSimulator
from tests.e2e.rig import Instance
from tests.e2e.shop import SHARDS, Shop, Simulator, make_shop

# Two gateways share the port, so that "several gateways" is tested; a short grace, so that policy decides in a test.
GRACE_S = 6.0
_OPTIONS = {"gateways": 2, "shards": SHARDS, "sender_hosts": 1, "uncertain_grace_s": GRACE_S}
_figures = Figures()


@pytest.fixture(scope="session")
def outside() -> Iterator[OutsideSimulator]:
    """The WhatsApp that does not die with the instance; it runs once a test starts it."""
    made = OutsideSimulator()
    yield made
    made.stop()


@pytest.fixture(scope="session")
def grapfy_port() -> int:
    """Where the instance asks for a source's history; nobody listens there until a test does."""
    return free_port()


@pytest.fixture(scope="session")
def instance(outside: OutsideSimulator, grapfy_port: int) -> Iterator[Instance]:
    """One whole instance for all tests; ended as Ctrl-C does, and nothing may outlive it."""
    folder = Path(tempfile.mkdtemp(prefix="mia-e2e-", dir="/tmp"))
    addresses = {"graph_url": outside.url, "grapfy_url": f"http://127.0.0.1:{grapfy_port}"}
    addresses["outgoing_allow_private"] = "127.0.0.1"  # where a test's language model is
    made = Instance(folder, {**_OPTIONS, **addresses})
    try:
        made.start()
        yield made
    finally:
        made.stop()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def figures() -> Figures:
    """What the faults of this run cost."""
    return _figures


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what the faults cost, and what else was measured."""
    if _figures.lines:
        terminalreporter.section("figures")
        for line in _figures.lines:
            terminalreporter.write_line(line)


@pytest.fixture
async def client(instance: Instance) -> AsyncIterator[HttpClient]:
    made = HttpClient(instance.base_url, connections=16)
    yield made
    await made.close()


@pytest.fixture
async def simulator(instance: Instance) -> AsyncIterator[Simulator]:
    made = HttpClient(instance.simulator_url, connections=4)
    yield Simulator(made)
    await made.close()


@pytest.fixture
async def base_client(instance: Instance) -> AsyncIterator[HttpClient]:
    """A client of its own, for what has to break or to stand apart."""
    made = HttpClient(instance.base_url, connections=4)
    yield made
    await made.close()


@pytest.fixture
def make(instance: Instance, client: HttpClient, simulator: Simulator) -> Callable[[], Awaitable[Shop]]:
    """Makes companies."""
    return lambda: make_shop(instance, client, simulator)


@pytest.fixture
async def shop(instance: Instance, client: HttpClient, simulator: Simulator) -> Shop:
    """A company of this test alone."""
    return await make_shop(instance, client, simulator)
