"""Neonize's parts under one name, imported once a session needs them."""

from __future__ import annotations

import os
from types import SimpleNamespace
from typing import Any

from whatsapp.web.port import LibraryMissingError


def load_neonize() -> Any:
    """Import neonize's parts, once a session needs them; nothing is fetched from the network.

    Raises:
        LibraryMissingError: the extra ``web`` is not installed, or a library that it needs is missing.
    """
    # Go reads its environment when the library is loaded: no <bot biz_bot="1"/> beside every message.
    os.environ["NEONIZE_BOT_TAG"] = "off"
    try:
        from neonize import client, events
        from neonize._binder import ProxySettings
        from neonize.proto import Neonize_pb2
        from neonize.proto.waCompanionReg.WAWebProtobufsCompanionReg_pb2 import DeviceProps
        from neonize.proto.waE2E import WAWebProtobufsE2E_pb2
        from neonize.utils.enum import ChatPresence, ChatPresenceMedia, Presence
    except (ImportError, OSError) as error:
        raise LibraryMissingError(f"WhatsApp-Web sessions need the extra 'web' (neonize, libmagic): {error}") from error
    return SimpleNamespace(
        client=client,
        events=events,
        proto=Neonize_pb2,
        e2e=WAWebProtobufsE2E_pb2,
        DeviceProps=DeviceProps,
        ProxySettings=ProxySettings,
        ChatPresence=ChatPresence,
        ChatPresenceMedia=ChatPresenceMedia,
        Presence=Presence,
    )
