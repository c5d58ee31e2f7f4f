"""An error of WhatsApp as it is kept with a message: code, details, class, and what it means in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import orjson

from engine.error_classes import ErrorClass, error_brain

_TEXT_MAX = 1_000


@dataclass(frozen=True, slots=True)
class Failure:
    """A reason code, and the error as JSON: code, subcode, title, details, class, scope, meaning, advice."""

    reason: str
    error: str


def describe(
    of: ErrorClass,
    reason: str,
    *,
    code: int | None = None,
    subcode: int | None = None,
    title: str | None = None,
    details: str | None = None,
    raw: str | None = None,
) -> Failure:
    """Return what is kept with a message about one error; ``raw`` is the whole answer, for codes nobody knows."""
    error: dict[str, Any] = {
        "code": code,
        "subcode": subcode,
        "title": _clean(title),
        "details": _clean(details),
        "class": of.name,
        "scope": of.scope,
        **of.texts(),
    }
    if raw is not None:
        error["answer"] = _clean(raw, 8_192)
    return Failure(reason, orjson.dumps(error).decode())


def whatsapp_reason(code: int | None) -> str:
    """Return the reason code of an error code."""
    return "whatsapp_unknown" if code is None else f"whatsapp_{code}"


def read_failure(errors: str | None) -> Failure:
    """Return the failure that a status webhook tells in its ``errors`` (JSON list); never raises."""
    first = _first(errors)
    code, subcode = first.get("code"), first.get("error_subcode")
    data = first.get("error_data")
    details = data.get("details") if isinstance(data, dict) else None
    title = first.get("title") or first.get("message")
    code = code if isinstance(code, int) else None
    subcode = subcode if isinstance(subcode, int) else None
    return describe(
        error_brain().classify(-1 if code is None else code, subcode),
        whatsapp_reason(code),
        code=code,
        subcode=subcode,
        title=title if isinstance(title, str) else None,
        details=details if isinstance(details, str) else None,
    )


def _first(errors: str | None) -> dict[str, Any]:
    try:
        listed = orjson.loads(errors or "[]")
    except orjson.JSONDecodeError:
        return {}
    return listed[0] if isinstance(listed, list) and listed and isinstance(listed[0], dict) else {}


def _clean(text: str | None, longest: int = _TEXT_MAX) -> str | None:
    """Postgres keeps neither NUL nor lone surrogates in JSON."""
    if text is None:
        return None
    return text[:longest].replace("\x00", "").encode("utf-8", "replace").decode("utf-8")
