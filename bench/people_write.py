"""People who write to a number at a steady rate, while something else is measured."""

from __future__ import annotations

import itertools
import threading
import time

from bench.api import SimulatorControl
from bench.company import BenchCompany
from bench.grapfy import phone_of


class PeopleWrite:
    """Has the simulator tell inbound messages from a thread of its own; use as a context manager.

    Args:
        company: to whose first number they write.
        rate: messages per second, each from somebody else.
        first: the number of the first person (bench/grapfy.py).
    """

    def __init__(self, company: BenchCompany, rate: float, first: int) -> None:
        self._control = SimulatorControl(company.simulator.url)
        self._number = company.shops[0].phone_number_id
        self._rate = rate
        self._first = first
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> PeopleWrite:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()
        self._control.close()

    def _run(self) -> None:
        begun = time.monotonic()
        for index in itertools.count():
            if self._stop.wait(max(0.0, begun + index / self._rate - time.monotonic())):
                return
            self._control.reply(self._number, phone_of(self._first + index), "Oi, meu pedido já saiu?")
