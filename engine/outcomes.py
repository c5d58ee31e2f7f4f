"""Why a message ended: the short key under which its failure or skip is counted. Used by whoever counts messages."""

from __future__ import annotations

from typing import NamedTuple

import orjson

from engine.error_classes import error_brain

REFUSED = "refused"  # failed before WhatsApp accepted it
LATE = "late"  # accepted, and then told as failed
SKIPPED = "skipped"
REASON_CHARACTERS = 40  # a longer code is cut
_LIMITS = frozenset({"hold", "suppress"})


class Outcome(NamedTuple):
    """An outcome's parts: ``stage`` is refused, late or skipped, ``name`` the error's class, ``code`` its code."""

    stage: str
    name: str
    code: str

    @property
    def limited(self) -> bool:
        """Tell whether WhatsApp's limits ended it, and no fault of the message or its number."""
        return self.stage != SKIPPED and self.name in _LIMITS


def outcome_key(status: str, reason: str | None, error: str | bytes | None, provider_id: str | None) -> str | None:
    """Return the key of a message that failed or was skipped, ``stage/class/code``; None of any other.

    A code that the table of error codes does not know is ``other``, so that the keys are bounded.

    Args:
        status: the message's.
        reason: its reason code.
        error: what is kept with it (JSON), or None.
        provider_id: the provider's id; one that has it was accepted once.
    """
    if status == "skipped":
        return f"{SKIPPED}/{SKIPPED}/{_short(reason)}"
    if status != "failed":
        return None
    stage = REFUSED if provider_id is None else LATE
    told = orjson.loads(error) if error else {}
    if not isinstance(told, dict):
        told = {}
    code = told.get("code")
    return f"{stage}/{_short(told.get('class'))}/{_known(code) if isinstance(code, int) else _short(reason)}"


def read_outcome(key: str) -> Outcome:
    """Return the parts of what :func:`outcome_key` made."""
    stage, _, rest = key.partition("/")
    name, _, code = rest.partition("/")
    return Outcome(stage, name, code)


def _known(code: int) -> str:
    return str(code) if error_brain().knows(code) else "other"


def _short(text: object) -> str:
    return text.replace("/", "_")[:REASON_CHARACTERS] if isinstance(text, str) and text else "other"
