"""Linking a WhatsApp-Web session in the terminal: its QR code as it changes, or the code to type, until linked."""

from __future__ import annotations

import io
import time
from collections.abc import Callable
from importlib import import_module
from typing import Any

from engine.errors import Unavailable
from masteria.api_client import ApiClient

_LOOK_S = 1.0
_STARTING = "the session's process is starting …"
_STARTING_S = 90.0  # a session's process is made after the session, and may have to wait for a lease
_COMING = ("new", "another_owner")  # nobody shows codes yet: to be asked again
_WAITS = ("pairing", "connecting", "waiting")


class Pairing:
    """Follows one session until it is linked.

    Args:
        client: the company's.
        write: shows a text.
        sleep, clock: time, in seconds.
    """

    def __init__(
        self,
        client: ApiClient,
        session_id: str,
        write: Callable[[str], object],
        *,
        sleep: Callable[[float], object] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._client = client
        self._path = f"/sessions/{session_id}"
        self._write = write
        self._sleep = sleep
        self._clock = clock
        self._shown: str | None = None

    def run(self, phone: str | None) -> int:
        """Link by QR code, or by a code for ``phone``; return the exit code: 0 linked, 1 not.

        Raises:
            Unavailable: the session's process does not come.
            BadRequest: the API refuses it.
        """
        begin = {} if phone is None else {"phone": phone}
        state = self._patiently("POST", "/pair", begin)
        until = self._clock() + _STARTING_S
        while state["state"] in _COMING and self._clock() < until:
            self._once("starting", _STARTING)
            self._sleep(_LOOK_S)
            state = self._patiently("POST", "/pair", begin)
        while state["state"] in _WAITS:
            self._show(state)
            self._sleep(_LOOK_S)
            state = self._patiently("GET", "/qr")
        if state["state"] == "connected":
            self._write(f"linked: {state.get('phone') or 'the phone'} is connected")
            return 0
        words = state.get("meaning") or {}
        why = words.get("en") or state.get("why") or state.get("reason") or state["state"]
        self._write(f"not linked: {why}" + (f"\n  {words['pt']}" if words.get("pt") else ""))
        return 1

    def _patiently(self, method: str, what: str, body: object = None) -> dict[str, Any]:
        until = self._clock() + _STARTING_S
        while True:
            try:
                answer: dict[str, Any] = self._client.call(method, self._path + what, body)
            except Unavailable:
                if self._clock() >= until:
                    raise
                self._once("starting", _STARTING)
                self._sleep(_LOOK_S)
            else:
                return answer

    def _show(self, state: dict[str, Any]) -> None:
        if code := state.get("pair_code"):
            how = "type this code into the phone (WhatsApp → Linked devices → Link with phone number instead)"
            self._once(code, f"{how}:\n\n  {code}\n")
        elif code := state.get("qr"):
            self._once(code, f"{drawn(code)}\nscan it with WhatsApp → Linked devices → Link a device (it changes)")
        elif state["state"] == "connecting":
            self._once("connecting", "connecting …")

    def _once(self, what: str, text: str) -> None:
        if self._shown != what:
            self._shown = what
            self._write(text)


def drawn(code: str) -> str:
    """Return a QR code in block characters; the text it holds where the drawing library is not installed.

    The library (segno) comes with the extra ``web``.
    """
    try:
        segno: Any = import_module("segno")
    except ImportError:
        return f"QR code text (draw it with any QR tool; segno is not installed):\n{code}"
    out = io.StringIO()
    segno.make(code, error="l", micro=False).terminal(out=out, compact=True, border=2)
    return out.getvalue()


def leave_word(session_id: str) -> str:
    """Return what is said to somebody who leaves before the phone has scanned."""
    return f"\nleft; the session stays. `masteria session qr {session_id}` shows its code again."
