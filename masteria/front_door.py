"""`masteria up`: boots the parts in their order, watches them, stops them in the reverse order."""

from __future__ import annotations

import asyncio
import os
import resource
import signal
import socket
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

from engine.errors import MasteriaError
from engine.vault import Vault
from masteria import leftovers, ray_local
from masteria.cluster import ClusterOrders
from masteria.cluster_child import ClusterChild, cluster_environment
from masteria.credentials_file import Credentials
from masteria.embedded import RunningServer, start_postgres, start_valkey
from masteria.processes import OwnProcess, wait_until
from masteria.progress import Progress
from masteria.readiness import wait_ready
from masteria.run_state import DataDir, RunState
from masteria.seed import Seeder, SeedPlan
from masteria.setting_checks import SettingsRefused
from masteria.settings import Options
from masteria.simulator_child import SimulatorChild
from masteria.watching import Watcher
from storage.migrate import migrate
from storage.pool import open_pool

_T = TypeVar("_T")
_PORT_PATIENCE_S = 5.0


class FrontDoor:
    """One run of one installation.

    Args:
        options: the checked settings.
        progress: shows what happens.
    """

    def __init__(self, options: Options, progress: Progress) -> None:
        self.options = options
        self.progress = progress
        self.data_dir = DataDir(options.data_dir)
        self.state = RunState(self.data_dir.run / "state.json")
        self.servers: dict[str, RunningServer] = {}
        self.simulator: SimulatorChild | None = None
        self.cluster: ClusterChild | None = None
        self.credentials = Credentials()
        self._stop = asyncio.Event()
        self._hurry = asyncio.Event()

    async def run(self) -> None:
        """Boot, watch until a signal, stop in order.

        Raises:
            MasteriaError: a part did not come up; what had started is stopped again.
        """
        self._listen_for_signals()
        self.data_dir.claim()
        try:
            booting = asyncio.create_task(self._boot())
            if await self._unless_stopped(booting):
                await Watcher(self).run(self._stop)
        finally:
            await self._shut_down()
            self.data_dir.release()

    def _listen_for_signals(self) -> None:
        def asked() -> None:
            if self._stop.is_set():
                self._hurry.set()
            self._stop.set()

        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(number, asked)

    async def _unless_stopped(self, task: asyncio.Task[None]) -> bool:
        """Wait for a task or the signal to stop, whichever is first; return whether the task was done."""
        stopping = asyncio.create_task(self._stop.wait())
        await asyncio.wait({task, stopping}, return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        if task.done():
            await task
            return True
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        return False

    async def _boot(self) -> None:
        begun = time.monotonic()
        raise_file_limit()
        ended = await self._end_leftovers()
        await asyncio.to_thread(check_ports, self.options, _PORT_PATIENCE_S if ended else 0.0)
        self.instance = self.data_dir.instance(self.options["instance"])
        self._secret_key = self.data_dir.secret_key()
        self.vault = Vault.from_text(self._secret_key)
        if not self.options["database_url"]:
            await self._step("Postgres", self._start_postgres)
        if not self.options["redis_url"]:
            await self._step("Valkey", self._start_valkey)
        await self._step("Database", self._prepare_database)
        if self.options["simulator"]:
            await self._step("Simulator", self.start_simulator)
        await self._step("Ray", self._start_ray)
        await self._step("Actors", self._wait_for_actors)
        await self._step("Gateway", self._wait_for_gateway)
        self._tell_how_to_sign_in(time.monotonic() - begun)

    async def _step(self, name: str, act: Callable[[], Awaitable[_T]]) -> _T:
        with self.progress.step(name):
            return await act()

    async def _end_leftovers(self) -> int:
        """End the cluster and the simulator of a front door that was killed; its servers are adopted later."""
        instance = self.data_dir.known_instance(self.options["instance"])
        total = 0
        if instance is None:
            return total
        for part in ("cluster", "simulator"):
            ended = await asyncio.to_thread(leftovers.end, leftovers.mark(instance, part))
            if ended:
                self.progress.warn(f"ended {ended} processes of the {part} that an earlier run has left")
            total += ended
        return total

    async def _start_postgres(self) -> None:
        await self._start_server("postgres")

    async def _start_valkey(self) -> None:
        await self._start_server("valkey")

    async def _start_server(self, name: str, port: int | None = None) -> None:
        folder, room = self.data_dir.path, self.options["spill_max_bytes"] * 2

        def start() -> None:
            self._keep(start_postgres(folder, port) if name == "postgres" else start_valkey(folder, port, room))

        await thoroughly(start)

    def _keep(self, server: RunningServer) -> None:
        self.servers[server.name] = server
        self.state.note(server.name, server.process, port=server.port)

    @property
    def database_url(self) -> str:
        return str(self.options["database_url"]) or self.servers["postgres"].url

    @property
    def redis_url(self) -> str:
        return str(self.options["redis_url"]) or self.servers["valkey"].url

    async def _prepare_database(self) -> None:
        """Migrate and seed before any actor reads its configuration."""
        await migrate(self.database_url)
        plan = SeedPlan(self.options["time_zone"], self.options["demo"], self.options["simulator"])
        pool = await open_pool(self.database_url, maximum=1, name="masteria up")
        async with pool, pool.acquire() as connection, connection.transaction():
            seeder = Seeder(connection, self.vault, lambda: time.time_ns() // 1_000_000, plan)
            known = await seeder.run(Credentials.read(self.data_dir.path))
            self.credentials = known.at(self.options)
            # Before the commit: keys that are in force but known to nobody could never be used.
            self.credentials.write(self.data_dir.path)

    async def start_simulator(self) -> None:
        """Start the simulator and tell it who lives there, before any sender speaks to it."""
        self.simulator = SimulatorChild(self.options, self.instance, self.data_dir.logs / "simulator.log")
        await self.simulator.start()
        self._note("simulator", self.simulator.process)
        await self.simulator.register(self.database_url, self.vault)

    async def _start_ray(self) -> None:
        base, folder = dict(os.environ), Path()
        if not self.options["ray_address"]:
            folder = ray_local.prepare_folder(self.data_dir.path)
            base = ray_local.environment(base, self.data_dir.ray_token_file())
        orders = ClusterOrders(
            settings=self.options.for_parts(
                instance=self.instance, database_url=self.database_url, redis_url=self.redis_url
            ),
            ray_address=self.options["ray_address"],
            ray_folder=str(folder),
            object_store_mb=self.options["ray_object_store_mb"],
            start_timeout_s=self.options["start_timeout_s"],
        )
        environment = cluster_environment(base, self._secret_key, self.instance, self.options["log_level"])
        self.cluster = ClusterChild(orders, environment, self.data_dir.logs / "cluster.log")
        await self.cluster.start()
        self._note("cluster", self.cluster.process)
        await self.cluster.ray_ready()
        for name, process in self.cluster.daemons.items():
            self._note(name, process)

    async def _wait_for_actors(self) -> None:
        if self.cluster is not None:
            await self.cluster.actors_ready()

    async def _wait_for_gateway(self) -> None:
        await wait_ready(self.options.base_url, self.options["start_timeout_s"])
        if self.simulator is not None and not await self.simulator.register(self.database_url, self.vault):
            self.progress.warn("the simulator could not reach the gateway: statuses will not come back")

    async def start_cluster_again(self) -> None:
        """End whatever is left of the cluster, then start another one and wait until it works."""
        if self.cluster is not None:
            await self.cluster.end()
        await self._start_ray()
        await self._wait_for_actors()
        await self._wait_for_gateway()

    async def restart_server(self, name: str) -> None:
        """Start a server of ours again on its port; takes as long as it needs to recover."""
        await self._start_server(name, self.servers[name].port)

    def _note(self, name: str, process: OwnProcess | None) -> None:
        if process is not None:
            self.state.note(name, process)

    def _tell_how_to_sign_in(self, seconds: float) -> None:
        from gateway.dashboard import BUILT

        known, note = self.credentials, self.progress.note
        note(f"\nMaster IA is ready after {seconds:.1f} s.\n")
        note(f"  Dashboard       {known.base_url if (BUILT / 'index.html').is_file() else 'not built: make dashboard'}")
        note(f"  Sign in as      {known.email}   password: {known.password or '(as you set it)'}\n")
        note(f"  API             {known.base_url}/api/v1   (described at {known.base_url}/docs)")
        note(f"  Live            {known.live_url}")
        if known.simulator_url:
            note(f"  Simulator       {known.simulator_url}")
        if known.demo_webhook_url:
            note(f"  Demo webhook    {known.demo_webhook_url}")
        note(f"  Keys            {self.data_dir.path / 'credentials.json'}")
        note("\nmasteria watch shows what happens; Ctrl-C stops everything.\n")

    async def _shut_down(self) -> None:
        """Stop the parts in the reverse order; a second signal takes the short way."""
        if self.cluster is not None:
            await self._quietly("Actors and Ray", self._stop_cluster)
        if self.simulator is not None:
            await self._quietly("Simulator", self.simulator.stop)
        for name, title in (("valkey", "Valkey"), ("postgres", "Postgres")):
            if server := self.servers.get(name):
                await self._quietly(title, lambda s=server: asyncio.to_thread(s.stop))  # type: ignore[misc]
        self.state.clear()

    async def _quietly(self, name: str, act: Callable[[], Awaitable[None]]) -> None:
        """Do one step of the way out; the others are done whatever becomes of it."""
        try:
            await self._step(f"Stopped: {name}", act)
        except (MasteriaError, OSError) as error:
            self.progress.warn(f"{name}: {error}")

    async def _stop_cluster(self) -> None:
        if self.cluster is None:
            return
        draining = asyncio.create_task(self.cluster.drain())
        hurrying = asyncio.create_task(self._hurry.wait())
        await asyncio.wait({draining, hurrying}, return_when=asyncio.FIRST_COMPLETED)
        hurrying.cancel()
        await self.cluster.end()
        await draining
        ray_local.forget_folder(self.data_dir.path)


async def thoroughly(act: Callable[[], None]) -> None:
    """Run a function in a thread and wait for its end even when cancelled, so that no server is started unnoticed."""
    task = asyncio.create_task(asyncio.to_thread(act))
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait({task})
        raise


def raise_file_limit() -> None:
    """Raise `ulimit -n` to what the system allows: a thousand live clients need as many descriptors."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def check_ports(options: Options, patience_s: float = 0.0) -> None:
    """Refuse ports that somebody else listens on, before anything is started.

    Args:
        options: the start's.
        patience_s: how long to look again. The threads of a process that was killed may outlive it, and keep its
            sockets until the last of them is gone.

    Raises:
        SettingsRefused: names every port that is taken.
    """
    problems: list[str] = []

    def free() -> bool:
        problems[:] = _taken_ports(options)
        return not problems

    if not wait_until(free, patience_s):
        raise SettingsRefused(problems)


def _taken_ports(options: Options) -> list[str]:
    problems = []
    for name, port in options.ports().items():
        family = socket.AF_INET6 if ":" in options["host"] else socket.AF_INET
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((options["host"], port))
            except OSError as error:
                problems.append(f"{name}: cannot listen on {options['host']}:{port}: {error.strerror}")
    return problems
