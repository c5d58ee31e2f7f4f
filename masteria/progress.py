"""What `masteria up` shows while it boots and stops: a spinner on a terminal, plain lines elsewhere."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.markup import escape


class Progress:
    """One line per step, with the seconds it took."""

    def __init__(self, console: Console | None = None) -> None:
        self._console = console or Console(highlight=False, soft_wrap=True)

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Show a step while it runs; a failure is marked and passes on."""
        begun = time.monotonic()
        try:
            if self._console.is_terminal:
                with self._console.status(escape(name)):
                    yield
            else:
                yield
        except BaseException:
            self._line("[red]✗[/red]", name, begun)
            raise
        self._line("[green]✓[/green]", name, begun)

    def _line(self, sign: str, name: str, begun: float) -> None:
        self._console.print(f"{sign} {escape(name)} [dim]{time.monotonic() - begun:.1f} s[/dim]")

    def note(self, text: str) -> None:
        """Show a line."""
        self._console.print(escape(text))

    def warn(self, text: str) -> None:
        """Show a line that calls for attention."""
        self._console.print(f"[yellow]![/yellow] {escape(text)}")
