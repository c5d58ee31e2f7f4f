"""The port between a sender and WhatsApp: one message out, one answer back, and never an exception.

Senders (``actors/sender_host.py``) code against :class:`Transport`; ``whatsapp/cloud.py`` implements it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Outbound:
    """One message as a transport needs it.

    Attributes:
        message_id: Bare lower-case UUID; WhatsApp echoes it on every status as ``biz_opaque_callback_data``.
        to: Recipient in E.164 with ``+``.
        type: ``text`` uses ``text``; ``template`` uses the three template fields; the others (image, interactive,
            reaction …) use ``extra`` and have in ``text`` what a person would read of them.
        components: Meta's ``template.components`` as they go over the wire, or None when there are none.
        extra: What the request body holds beside those, by Meta's names (``engine/outgoing.py``): ``image``,
            ``interactive``, ``context`` (the message answered) …
    """

    message_id: str
    to: str
    type: str = "text"
    text: str | None = None
    template_name: str | None = None
    template_language: str | None = None
    components: list[dict[str, Any]] | None = None
    extra: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Accepted:
    """WhatsApp took the message: it will be delivered or failed later, by status webhook.

    Attributes:
        provider_id: WhatsApp's id of the message (``wamid.…``).
        wa_id: The recipient as WhatsApp knows it, digits; may lack Brazil's ninth digit; None if not told.
        message_status: ``accepted``, ``held_for_quality_assessment`` or ``paused``; None for texts.
    """

    provider_id: str
    wa_id: str | None = None
    message_status: str | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """WhatsApp answered with its error form: the message was certainly not accepted.

    Attributes:
        code: Meta's error code; with ``subcode`` it is what ``engine`` classifies by.
        title: Meta's ``message``; ``details``: ``error_data.details``.
        retry_after_s: From ``Retry-After`` or ``estimated_time_to_regain_access``, when the answer had one.
        raw: The whole answer as text (at most 8 KiB), kept for dead letters.
    """

    code: int
    subcode: int | None
    title: str
    details: str | None
    http_status: int
    retry_after_s: float | None
    raw: str


@dataclass(frozen=True, slots=True)
class Uncertain:
    """The request may have been accepted: a time-out, a lost connection or an answer without Meta's JSON."""

    why: str


@dataclass(frozen=True, slots=True)
class NotConnected:
    """The request certainly never left: refused, name not found, TLS failed, no free connection."""

    why: str


SendAnswer = Accepted | Refused | Uncertain | NotConnected


class Transport(Protocol):
    """One WhatsApp session's way out; one instance per session."""

    async def send(self, message: Outbound) -> SendAnswer:
        """Send one message and tell what became of it.

        Never raises, except ``asyncio.CancelledError``: a cancelled send must be counted as uncertain.
        It is bounded in time by the transport's own time-outs.
        """

    async def close(self) -> None:
        """Give back what this session holds; sends in flight still get their answers."""
