"""A simulated WhatsApp as WhatsApp-Web sessions see it: who is registered, what becomes of messages, who gets banned.

Deterministic for a seed. Its memory can stand in a file, so that it outlives the process of a session as the real
WhatsApp does: what it has accepted is the judge of what was sent twice.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from engine.phones import normalise_wa_id, whatsapp_forms
from engine.web_disconnects import TEMP_BANNED
from whatsapp.simulator.ban_model import BanModel
from whatsapp.web.port import Disconnected, OnWhatsApp, ServerRefusedError, WebEvent, WebMessage

_BAN_S = 24 * 3600.0


@dataclass(frozen=True, slots=True)
class Manners:
    """How the simulated people and servers behave.

    Attributes:
        share_unregistered: of all numbers, those that are not on WhatsApp.
        share_without_nine: of Brazilian numbers with two forms, those whose account has no ninth digit.
        share_hidden: of accounts, those whose chats come under a hidden id (LID) instead of the number.
        share_offline: of recipients, those whose phone does not get the message while the simulation runs.
        share_read, share_reply: of those that get it.
        ack_s, delivery_s, read_s: from the send to each.
        qr_first_s, qr_next_s: how long QR codes are shown.
        scan_after_s: when the phone scans by itself; None: only when told.
        bans: whether the ban model is at work.
    """

    share_unregistered: float = 0.0
    share_without_nine: float = 0.5
    share_hidden: float = 0.0
    share_offline: float = 0.03
    share_read: float = 0.7
    share_reply: float = 0.15
    ack_s: float = 0.2
    delivery_s: float = 2.0
    read_s: float = 60.0
    qr_first_s: float = 60.0
    qr_next_s: float = 20.0
    scan_after_s: float | None = None
    bans: bool = True


@dataclass(slots=True)
class Taken:
    """One message that the simulated WhatsApp took."""

    provider_id: str
    message_id: str
    sender: str
    to: str
    text: str
    registered: bool
    delivered: bool = False


@dataclass(slots=True)
class Line:
    """One linked number: its luck, what the next calls on it meet, and what it will hear once it is back.

    Attributes:
        refusals: codes that the next sends are refused with.
        lost_answers: so many sends are taken, and their acknowledgement comes too late.
        deaf: connected, yet nothing is acknowledged or heard.
    """

    phone: str
    bans: BanModel
    banned_until_s: float = 0.0
    refusals: deque[int] = field(default_factory=deque)
    lost_answers: int = 0
    deaf: bool = False
    client: Callable[[WebEvent], None] | None = None
    waiting: deque[WebEvent] = field(default_factory=deque)


class WebWorld:
    """See the module.

    Args:
        seed: of everybody's luck.
        now_s: the world's clock in seconds.
        memory: a file that keeps what was taken; None keeps it in the process alone.
    """

    def __init__(
        self, seed: int, manners: Manners | None = None, *, now_s: Callable[[], float], memory: Path | None = None
    ) -> None:
        self.seed = seed
        self.manners = manners or Manners()
        self.taken: list[Taken] = []
        self.lines: dict[str, Line] = {}
        self.bans: list[tuple[str, int]] = []  # the number, and WhatsApp's reason
        self.unregistered: set[str] = set()
        self.checks = 0
        self._now_s = now_s
        self._memory = memory
        self._count = 0
        if memory is not None and memory.exists():
            self._remember(memory)

    def _remember(self, memory: Path) -> None:
        for text in memory.read_text().splitlines():
            entry = json.loads(text)
            self.taken.append(Taken(**entry))
            self._count += 1

    def luck(self, *about: object) -> float:
        """Return a number in [0, 1) that is always the same for the same question."""
        text = "|".join(map(str, (self.seed, *about)))
        return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big") / 2**64

    def line(self, phone: str) -> Line:
        """Return a linked number, linked now if it is new."""
        if phone not in self.lines:
            seed = int(self.luck("ban", phone) * 2**53)
            self.lines[phone] = Line(phone, BanModel(seed, self._now_s()))
        return self.lines[phone]

    def account(self, digits: str) -> str | None:
        """Return the id of the account that a number in one of its forms leads to; None if there is none."""
        phone = normalise_wa_id(digits)
        if phone is None or phone in self.unregistered:
            return None
        if self.luck("registered", phone) < self.manners.share_unregistered:
            return None
        forms = whatsapp_forms(phone)
        old = len(forms) > 1 and self.luck("nine", phone) < self.manners.share_without_nine
        form = forms[1] if old else forms[0]
        return form.removeprefix("+") if digits.removeprefix("+") == form.removeprefix("+") else None

    def hidden_id(self, digits: str) -> str | None:
        """Return the hidden id (LID) under which a person's chat comes; None where it comes under the number."""
        phone = normalise_wa_id(digits) or digits
        if self.luck("hidden", phone) >= self.manners.share_hidden:
            return None
        return str(10**14 + int(self.luck("lid", phone) * 10**14))

    def look_up(self, line: Line, forms: list[str]) -> list[OnWhatsApp]:
        """Answer a look-up, and let the ban model know of it."""
        self.checks += len(forms)
        people = {normalise_wa_id(form) for form in forms}
        self._judge(line, line.bans.checked(len(people), self._now_s()))
        answers = [(form, self.account(form)) for form in forms]
        return [OnWhatsApp(form, jid is not None, jid) for form, jid in answers]

    def take(self, line: Line, message: WebMessage) -> Taken:
        """Take a message as WhatsApp's server does: also one to nobody.

        Raises:
            ServerRefusedError: a refusal was ordered.
        """
        if line.refusals:
            code = line.refusals.popleft()
            raise ServerRefusedError(code, f"server returned error {code}")
        registered = self.account(message.jid) is not None
        self._count += 1
        taken = Taken(
            f"3EB0{hashlib.blake2b(f'{self.seed}:{self._count}'.encode(), digest_size=9).hexdigest().upper()}",
            message.message_id,
            line.phone,
            message.jid,
            message.text,
            registered,
        )
        self.taken.append(taken)
        self._write(taken)
        person = normalise_wa_id(message.jid) or message.jid
        self._judge(line, line.bans.sent(person, message.text, registered=registered, now_s=self._now_s()))
        return taken

    def _write(self, taken: Taken) -> None:
        if self._memory is None:
            return
        entry = {name: getattr(taken, name) for name in Taken.__slots__}
        with self._memory.open("a") as file:
            file.write(json.dumps(entry) + "\n")

    def _judge(self, line: Line, reason: int | None) -> None:
        if reason is None or not self.manners.bans or line.banned_until_s > self._now_s():
            return
        line.banned_until_s = self._now_s() + _BAN_S
        line.bans.banned_for = None
        self.bans.append((line.phone, reason))
        if line.client is not None:
            asyncio.get_running_loop().call_soon(
                line.client, Disconnected(TEMP_BANNED, "temporarily banned", _BAN_S, reason)
            )

    @property
    def doubled(self) -> list[str]:
        """Return our ids of messages that were taken more than once."""
        return [message_id for message_id, n in Counter(one.message_id for one in self.taken).items() if n > 1]
