"""E-mail addresses as people type them. Used where somebody is invited."""

from __future__ import annotations

import re

# What a mail server would take is not for us to know: something before the last @, and a domain with a dot.
_EMAIL = re.compile(r"[^\s@<>\"(),:;\\]{1,64}@(?:[^\s@.<>\"(),:;\\]+\.)+[^\s@.<>\"(),:;\\]{2,}")
_LONGEST = 320


def clean_email(typed: str) -> str | None:
    """Return an address without the blanks around it; None: it cannot be one."""
    email = typed.strip()
    return email if len(email) <= _LONGEST and _EMAIL.fullmatch(email) else None
