"""Tickets for the live connection: signed, short-lived, of one use. The gateway issues them, the fanout takes them."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import struct
from collections import OrderedDict
from dataclasses import dataclass

from engine.errors import Unauthorized

TTL_MS = 30_000
KEY_PURPOSE = "live-ticket"  # for engine.vault.Vault.derive
NONCE_BYTES = 16
NOBODY = bytes(16)
# Version, company, issued_ms, nonce, holder, whether masked; with the code a multiple of three bytes, so that no bit of
# the text is free.
_FORM = struct.Struct(">B16sQ16s16sH")
_MAC_BYTES = 16
_VERSION = 2
_CLOCK_SKEW_MS = 5_000
_MAX_REMEMBERED = 200_000


class TicketRefused(Unauthorized):
    """The ticket is unknown, used or too old; ask GET /api/v1/live for a new one."""

    title = "Ticket refused"


@dataclass(frozen=True, slots=True)
class Ticket:
    """Whose a connection is.

    Attributes:
        holder: id of the person's session or of the API key that asked for it; zeros: nobody's.
        masked: phones and documents are not for them.
    """

    company: bytes
    issued_ms: int
    nonce: bytes
    holder: bytes
    masked: bool


def issue(
    key: bytes, company: bytes, now_ms: int, nonce: bytes, *, holder: bytes = NOBODY, masked: bool = False
) -> str:
    """Return a ticket's text.

    Args:
        key: ``vault.derive(KEY_PURPOSE)``.
        company: 16 bytes.
        now_ms: the present (milliseconds since 1970).
        nonce: 16 fresh random bytes; they make it a ticket of one use.
        holder, masked: see :class:`Ticket`.
    """
    body = _FORM.pack(_VERSION, company, now_ms, nonce, holder, masked)
    return base64.urlsafe_b64encode(body + _mac(key, body)).rstrip(b"=").decode("ascii")


def verify(key: bytes, text: str, now_ms: int) -> Ticket:
    """Return what a ticket says; whether it was used is :class:`UsedTickets`' to know.

    Raises:
        TicketRefused: it is no ticket of ours, or older than 30 s.
    """
    if not isinstance(text, str) or len(text) > 200:
        raise TicketRefused
    try:
        raw = base64.b64decode(text.encode("ascii") + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (UnicodeEncodeError, binascii.Error, ValueError) as error:
        raise TicketRefused from error
    body, mac = raw[: _FORM.size], raw[_FORM.size :]
    if len(body) != _FORM.size or not hmac.compare_digest(mac, _mac(key, body)):
        raise TicketRefused
    version, company, issued_ms, nonce, holder, masked = _FORM.unpack(body)
    if version != _VERSION or not -_CLOCK_SKEW_MS <= now_ms - issued_ms <= TTL_MS:
        raise TicketRefused
    return Ticket(company, issued_ms, nonce, holder, bool(masked))


class UsedTickets:
    """Remembers the tickets that were taken, for as long as they would be valid.

    Args:
        since_ms: when this memory began; what was issued before may have been used already and is refused.
    """

    def __init__(self, since_ms: int) -> None:
        self._since_ms = since_ms
        self._used: OrderedDict[bytes, int] = OrderedDict()

    def __len__(self) -> int:
        return len(self._used)

    def take(self, ticket: Ticket, now_ms: int) -> None:
        """Use a ticket up.

        Raises:
            TicketRefused: it was used, may have been, or too many are being used to remember one more.
        """
        while self._used and next(iter(self._used.values())) < now_ms:
            self._used.popitem(last=False)
        if ticket.issued_ms < self._since_ms or ticket.nonce in self._used or len(self._used) >= _MAX_REMEMBERED:
            raise TicketRefused
        self._used[ticket.nonce] = now_ms + TTL_MS + _CLOCK_SKEW_MS


def _mac(key: bytes, body: bytes) -> bytes:
    return hmac.new(key, body, hashlib.sha256).digest()[:_MAC_BYTES]
