"""The port between a WhatsApp-Web session and the library that speaks the protocol. See whatsapp/web/session.py.

``neonize_client.py`` implements it with neonize, ``simulated_client.py`` with a simulated WhatsApp.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

MediaKind = Literal["image", "document", "audio", "video", "sticker"]
ReceiptKind = Literal["delivered", "read", "failed"]


class WebClientError(Exception):
    """A call to WhatsApp failed; nothing was sent."""


class NotConnectedError(WebClientError):
    """There is no connection: the call certainly never left."""


class ServerRefusedError(WebClientError):
    """WhatsApp's server answered with an error code."""

    def __init__(self, code: int, text: str) -> None:
        self.code = code
        super().__init__(text)


class UnknownOutcomeError(WebClientError):
    """The call may have been carried out: no answer in time, or the connection broke off in between."""


class LibraryMissingError(WebClientError):
    """The optional package for WhatsApp-Web sessions is not installed: ``pip install 'masteria[web]'``."""


@dataclass(frozen=True, slots=True)
class QrCode:
    """A code to scan with the phone; the next one comes ``valid_s`` seconds later. Secret: it links a device."""

    code: str
    valid_s: float


@dataclass(frozen=True, slots=True)
class Paired:
    """The phone has linked this device; its credentials are in the session's store."""

    jid: str
    phone: str | None
    platform: str | None = None


@dataclass(frozen=True, slots=True)
class PairingFailed:
    """The pairing did not succeed."""

    why: str


@dataclass(frozen=True, slots=True)
class Connected:
    """The session is logged in and may send."""

    jid: str | None = None
    phone: str | None = None


@dataclass(frozen=True, slots=True)
class Disconnected:
    """The session was cut off; ``code`` as in engine/web_disconnects.py.

    Attributes:
        expires_s: how long a temporary ban lasts.
        ban_code: why it was banned (101 to 106), where WhatsApp said so.
    """

    code: int
    text: str = ""
    expires_s: float | None = None
    ban_code: int | None = None


@dataclass(frozen=True, slots=True)
class KeepAlive:
    """The connection's own pulse."""

    alive: bool


def hidden_chat(lid: str) -> str:
    """Return a chat's name where a person's hidden id (LID) is all that is known: no digits that look like a phone."""
    return f"{lid}@lid"


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of messages in a chat.

    ``chat`` is the user part of its JID: of a hidden id the number, where it is known, else :func:`hidden_chat`.
    """

    provider_ids: tuple[str, ...]
    chat: str
    kind: ReceiptKind
    at_ms: int


@dataclass(frozen=True, slots=True)
class Echo:
    """One of our own messages, as the phone or the server shows it to us."""

    provider_id: str
    chat: str
    text: str
    at_ms: int


@dataclass(frozen=True, slots=True)
class Inbound:
    """A message from a person."""

    provider_id: str
    chat: str
    name: str | None
    type: str
    text: str | None
    at_ms: int
    reply_to: str | None = None


@dataclass(frozen=True, slots=True)
class LateAnswer:
    """A send that was given up has been answered after all; exactly one of ``provider_id`` and ``error`` is set."""

    message_id: str
    provider_id: str | None
    error: str | None
    at_ms: int


WebEvent = (
    QrCode
    | Paired
    | PairingFailed
    | Connected
    | Disconnected
    | KeepAlive
    | Receipt
    | Echo
    | Inbound
    | LateAnswer
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class OnWhatsApp:
    """One form's answer: ``query`` as it was asked, ``jid`` the user part WhatsApp knows it by."""

    query: str
    registered: bool
    jid: str | None = None


@dataclass(frozen=True, slots=True)
class WebMessage:
    """One message to a chat.

    Attributes:
        message_id: our id; it does not travel.
        jid: user part of the recipient's JID (digits).
        text: the text, or the caption of a medium.
        media: the medium's bytes, kind, file name and MIME type.
        latitude, longitude: a place; ``text`` is its name.
        quoted: WhatsApp's id of the message this one answers.
    """

    message_id: str
    jid: str
    text: str = ""
    media: bytes | None = field(default=None, repr=False)
    media_kind: MediaKind = "document"
    file_name: str | None = None
    mime_type: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    quoted: str | None = None


@dataclass(frozen=True, slots=True)
class SentMessage:
    """WhatsApp's server took a message."""

    provider_id: str
    at_ms: int


class WebClient(Protocol):
    """One linked device. Events come to ``on_event``, in the event loop the client was made in."""

    on_event: Callable[[WebEvent], None]

    @property
    def has_device(self) -> bool:
        """Whether the store holds credentials: connecting needs no QR code."""

    async def connect(self) -> None:
        """Connect and log in; without credentials QR codes follow as events. Returns before ``Connected`` comes.

        Raises:
            NotConnectedError: the first dial failed; nothing goes on by itself.
            LibraryMissingError: see there.
        """

    async def pair_code(self, phone: str) -> str:
        """Return the eight characters to type into the phone (E.164), while QR codes are being shown.

        Raises:
            WebClientError: WhatsApp gave none.
        """

    async def is_connected(self) -> bool:
        """Ask the library whether it is connected and logged in."""

    async def is_on_whatsapp(self, forms: Sequence[str]) -> list[OnWhatsApp]:
        """Look numbers up (E.164, at most a batch); one that is missing in the answer is not registered.

        Raises:
            WebClientError: no answer.
        """

    async def typing(self, jid: str, on: bool) -> None:
        """Show or hide "typing…" in a chat; failures do not matter.

        Raises:
            WebClientError: it was not shown.
        """

    async def send(self, message: WebMessage, timeout_s: float) -> SentMessage:
        """Send one message and wait for the server's acknowledgement.

        Raises:
            NotConnectedError: it never left.
            ServerRefusedError: the server said no.
            UnknownOutcomeError: it may have left; a :class:`LateAnswer` may follow.
        """

    async def disconnect(self) -> None:
        """Close the connection and keep the credentials."""

    async def forget(self) -> None:
        """Close the connection and remove the credentials."""
