"""neonize's events (protobuf messages of whatsmeow's structs, neonize 0.5) → the port's. Pure; touches no connection.

Written against whatever has the fields of ``neonize.proto.Neonize_pb2``; the tests build its real classes.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from engine.web_disconnects import FORBIDDEN, INTERNAL, LOGGED_OUT, OUTDATED, REPLACED, TEMP_BANNED, UNKNOWN_LOGOUT
from whatsapp.web.port import (
    Connected,
    Disconnected,
    Echo,
    Inbound,
    KeepAlive,
    Paired,
    PairingFailed,
    Receipt,
    ReceiptKind,
    WebEvent,
    hidden_chat,
)

# ConnectFailureReason as neonize numbers them → WhatsApp's own codes (whatsmeow, types/events).
_FAILURES = {1: 400, 2: 401, 3: 402, 4: 403, 5: 406, 6: 405, 7: 409, 8: 500, 9: 501, 10: 503}
# TempBanReason as neonize numbers them → WhatsApp's.
_BANS = {1: 101, 2: 102, 3: 103, 4: 104, 5: 106}
# ReceiptType: 1 delivered, 4 read, 6 played; the others tell of our own devices, or ask for a new copy.
_RECEIPTS: dict[int, ReceiptKind] = {1: "delivered", 4: "read", 6: "read"}
_LOGOUTS = {4: FORBIDDEN, 5: UNKNOWN_LOGOUT}
_CLOSED = 428
_USERS, _HIDDEN = "s.whatsapp.net", "lid"
_LONGEST_BAN_S = 10 * 365 * 86_400.0
_NS = 1e9
_SECONDS_MAX = 10_000_000_000

Resolve = Callable[[str], str | None]


def _nothing(_: str) -> str | None:
    return None


def read_event(event: Any, now_ms: int, resolve: Resolve = _nothing) -> WebEvent | None:
    """Return what an event of neonize means to a session; None if nothing.

    Args:
        event: a message of ``Neonize_pb2``, recognised by its name.
        now_ms: milliseconds since 1970, for events without a time.
        resolve: a hidden id's (LID's) phone digits, where they are known.
    """
    reader = _READERS.get(type(event).__name__)
    return None if reader is None else reader(event, now_ms, resolve)


def _connected(event: Any, _now_ms: int, _resolve: Resolve) -> WebEvent:
    return Connected()


def _pair_status(event: Any, _now_ms: int, _resolve: Resolve) -> WebEvent:
    if event.Status != 2:
        return PairingFailed(event.Error or "refused")
    return Paired(event.ID.User, f"+{event.ID.User}" if event.ID.Server == _USERS else None, event.Platform or None)


def _keep_alive_timeout(event: Any, _now_ms: int, _resolve: Resolve) -> WebEvent:
    return KeepAlive(False)


def _keep_alive_restored(event: Any, _now_ms: int, _resolve: Resolve) -> WebEvent:
    return KeepAlive(True)


def _logged_out(event: Any, _now_ms: int, _resolve: Resolve) -> WebEvent:
    return Disconnected(_LOGOUTS.get(event.Reason, LOGGED_OUT), "logged out")


def _replaced(event: Any, _now_ms: int, _resolve: Resolve) -> WebEvent:
    return Disconnected(REPLACED, "stream replaced")


def _banned(event: Any, _now_ms: int, _resolve: Resolve) -> WebEvent:
    expires_s = float(event.Expire)
    if expires_s > _LONGEST_BAN_S:  # Go counts durations in nanoseconds
        expires_s /= _NS
    return Disconnected(TEMP_BANNED, "temporarily banned", expires_s or None, _BANS.get(event.Code))


def _connect_failure(event: Any, _now_ms: int, _resolve: Resolve) -> WebEvent:
    return Disconnected(_FAILURES.get(event.Reason, 400), event.Message)


def _outdated(event: Any, _now_ms: int, _resolve: Resolve) -> WebEvent:
    return Disconnected(OUTDATED, "client outdated")


def _stream_error(event: Any, _now_ms: int, _resolve: Resolve) -> WebEvent:
    code = event.Code
    return Disconnected(int(code) if code.isascii() and code.isdigit() else INTERNAL, f"stream error {code}"[:100])


def _disconnected(event: Any, _now_ms: int, _resolve: Resolve) -> WebEvent:
    return Disconnected(_CLOSED, "connection closed")


def _receipt(event: Any, now_ms: int, resolve: Resolve) -> WebEvent | None:
    kind = _RECEIPTS.get(event.Type)
    source = event.MessageSource
    if kind is None or source.IsGroup or not event.MessageIDs:
        return None
    return Receipt(tuple(event.MessageIDs), chat_of(source, resolve), kind, to_ms(event.Timestamp, now_ms))


def _message(event: Any, now_ms: int, resolve: Resolve) -> WebEvent | None:
    info = event.Info
    source = info.MessageSource
    if source.IsGroup or source.Chat.Server not in (_USERS, _HIDDEN):
        return None  # groups, channels and the status are nobody's conversation with a company
    chat = chat_of(source, resolve)
    kind, text, reply_to = read_content(event.Message)
    at_ms = to_ms(info.Timestamp, now_ms)
    if source.IsFromMe:
        return Echo(info.ID, chat, text or "", at_ms)
    return Inbound(info.ID, chat, info.Pushname or None, kind, text, at_ms, reply_to)


def chat_of(source: Any, resolve: Resolve) -> str:
    """Return the digits of the person whose chat this is: a hidden id (LID) is exchanged where the phone is known.

    Where it is not, the id is told apart from digits that could be called.

    whatsmeow gives the other address beside it: the sender's for what came in, the recipient's for our own.
    """
    chat = source.Chat
    if chat.Server != _HIDDEN:
        return str(chat.User)
    other = source.RecipientAlt if source.IsFromMe else source.SenderAlt
    if other.Server == _USERS and other.User:
        return str(other.User)
    return resolve(chat.User) or hidden_chat(chat.User)


_MEDIA = {
    "imageMessage": "image",
    "videoMessage": "video",
    "audioMessage": "audio",
    "documentMessage": "document",
    "stickerMessage": "sticker",
}

_OTHERS: tuple[tuple[str, str, Callable[[Any], str]], ...] = (
    ("reactionMessage", "reaction", lambda part: part.text),
    ("locationMessage", "location", lambda part: part.name),
    ("buttonsResponseMessage", "button", lambda part: part.selectedDisplayText),
    ("templateButtonReplyMessage", "button", lambda part: part.selectedDisplayText),
    ("listResponseMessage", "interactive", lambda part: part.title),
)


def read_content(message: Any) -> tuple[str, str | None, str | None]:
    """Return type, text and the id of the message that is answered, as Meta's webhook would name the type."""
    present = {field.name for field, _ in message.ListFields()}
    if "conversation" in present:
        return "text", message.conversation, None
    if "extendedTextMessage" in present:
        extended = message.extendedTextMessage
        return "text", extended.text, extended.contextInfo.stanzaID or None
    for name, kind in _MEDIA.items():
        if name in present:
            part = getattr(message, name)
            return kind, getattr(part, "caption", "") or None, part.contextInfo.stanzaID or None
    for name, kind, text_of in _OTHERS:
        if name in present:
            return kind, text_of(getattr(message, name)) or None, None
    return "unsupported", None, None


def to_ms(timestamp: int, now_ms: int) -> int:
    """Return milliseconds since 1970 from seconds or milliseconds; ``now_ms`` where there is no time."""
    if timestamp <= 0:
        return now_ms
    return timestamp if timestamp > _SECONDS_MAX else timestamp * 1000


_READERS: dict[str, Callable[[Any, int, Resolve], WebEvent | None]] = {
    "Connected": _connected,
    "PairStatus": _pair_status,
    "KeepAliveTimeout": _keep_alive_timeout,
    "KeepAliveRestored": _keep_alive_restored,
    "LoggedOut": _logged_out,
    "StreamReplaced": _replaced,
    "TemporaryBan": _banned,
    "ConnectFailure": _connect_failure,
    "ClientOutdated": _outdated,
    "StreamError": _stream_error,
    "Disconnected": _disconnected,
    "Receipt": _receipt,
    "Message": _message,
}
HEARD = tuple(_READERS)
