"""How a person is reached on WhatsApp: by number (E.164), or by the id that a business knows them by (BSUID).

People who write under a username may tell no number. What is kept by a person's phone is then kept by that id, until a
message tells both (facts on WhatsApp §1.2).
"""

from __future__ import annotations

import re

from engine.phones import normalise_typed

_USER_ID = re.compile(r"[A-Z]{2}\.(?:ENT\.)?[0-9A-Za-z]{1,128}")


def is_user_id(text: str) -> bool:
    """Tell whether a text is a business-scoped user id, ``BR.1349…`` for instance; no number is one."""
    return _USER_ID.fullmatch(text) is not None


def read_user_id(value: object) -> str | None:
    """Return a business-scoped user id as it is; None for anything else."""
    return value if isinstance(value, str) and is_user_id(value) else None


def read_address(value: object) -> str | None:
    """Return how a person is reached by what somebody typed: E.164 or a user id; None if it is neither."""
    return normalise_typed(value) or read_user_id(value)
