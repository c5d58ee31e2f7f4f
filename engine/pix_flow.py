"""The PIX automation as a ready-made flow: a few settings in, its rules out. Its texts are Portuguese.

Parts: ``created`` (a text, then the code alone as its own message to copy, and a QR picture if wanted), ``reminder``
before the code expires, ``expired``, ``approved``; and ``tracking``, which keeps the flow's book (``record_pix``).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from engine.problems import Problems
from engine.rule_windows import check_schedule
from engine.send_schema import MAX_CAPTION
from engine.template_syntax import MAX_TEXT
from engine.templates import text_problems

KIND = "pix"
CREATED, REMINDER, EXPIRED, APPROVED, TRACKING = "created", "reminder", "expired", "approved", "tracking"
PARTS = (CREATED, REMINDER, EXPIRED, APPROVED)
NAMES = {
    CREATED: "PIX: código",
    REMINDER: "PIX: lembrete antes de vencer",
    EXPIRED: "PIX: código vencido",
    APPROVED: "PIX: pagamento aprovado",
    TRACKING: "PIX: acompanhamento",
}
MAX_MINUTES = 24 * 60
MAX_CODE_DELAY_S = 60
# Another event of the order that ends what is pending, whichever comes first.
_ENDS = ["order_approved", "order_cancelled", "order_refunded"]

DEFAULTS: dict[str, dict[str, Any]] = {
    CREATED: {
        "active": True,
        "text": (
            'Olá, {{customer_name|first_name|default:"tudo bem"}}! Recebemos o seu pedido de '
            '{{product_name|default:"sua compra"}}.\n\nValor: {{order_value|money}}\n\n'
            "O código PIX vem na próxima mensagem: copie e cole no aplicativo do seu banco."
        ),
        "code": True,
        "code_delay_s": 2,
        "image": False,
        "image_text": "Se preferir, aponte a câmera do aplicativo do banco para o QR code.",
    },
    REMINDER: {
        "active": True,
        "minutes_before": 10,
        "fallback_minutes": 20,
        "text": (
            '{{customer_name|first_name|default:"Olá"}}, o seu PIX de {{order_value|money}} ainda está em aberto'
            " e vence em breve. O código vem na próxima mensagem."
        ),
        "code": True,
        "code_delay_s": 2,
    },
    EXPIRED: {
        "active": False,
        "fallback_minutes": 60,
        "text": (
            '{{customer_name|first_name|default:"Olá"}}, o seu código PIX venceu sem pagamento. Se ainda quiser '
            '{{product_name|default:"o seu pedido"}}, responda aqui e geramos outro.'
        ),
    },
    APPROVED: {
        "active": True,
        "text": (
            'Pagamento confirmado! {{customer_name|first_name|default:"Obrigado"}}, recebemos {{order_value|money}}'
            ' por {{product_name|default:"sua compra"}}. Obrigado!'
        ),
    },
}
_MINUTES = ("minutes_before", "fallback_minutes")
_SWITCHES = ("active", "code", "image")


def validate_pix_flow(settings: dict[str, Any]) -> list[dict[str, str]]:
    """Return every problem of ``{session_id, source?, schedule?, active?, parts?}`` as ``{"field", "reason"}``."""
    problems = Problems()
    problems.keys("", settings, ("session_id", "source", "schedule", "active", "parts"))
    problems.identifier("session_id", settings.get("session_id"))
    if settings.get("source") is not None:
        problems.text("source", settings["source"], 100)
    if not isinstance(settings.get("active", True), bool):
        problems.add("active", "must be true or false")
    check_schedule(problems, "schedule", settings.get("schedule"))
    parts = settings.get("parts", {})
    if not isinstance(parts, dict):
        problems.add("parts", f"must be an object with any of {', '.join(PARTS)}")
        return problems.found
    problems.keys("parts", parts, PARTS)
    for name in PARTS:
        if name in parts:
            _check_part(problems, name, parts[name])
    return problems.found


def _check_part(problems: Problems, name: str, part: object) -> None:
    path = f"parts.{name}"
    if not isinstance(part, dict):
        problems.add(path, "must be an object such as {'active': true}")
        return
    problems.keys(path, part, (*DEFAULTS[name], "template_id"))
    for key, value in part.items():
        where = f"{path}.{key}"
        if key not in DEFAULTS[name] and key != "template_id":
            continue
        if key in _SWITCHES and not isinstance(value, bool):
            problems.add(where, "must be true or false")
        elif key in _MINUTES:
            problems.whole(where, value, 1, MAX_MINUTES)
        elif key == "code_delay_s":
            problems.whole(where, value, 0, MAX_CODE_DELAY_S)
        elif key in ("text", "image_text"):
            for reason in text_problems(value, MAX_TEXT if key == "text" else MAX_CAPTION):
                problems.add(where, reason)
        elif key == "template_id" and value is not None:
            problems.identifier(where, value)


def complete(settings: dict[str, Any], earlier: dict[str, Any] | None = None) -> dict[str, Any]:
    """Return checked settings with everything that was left out: as it was before, else as the catalogue has it."""
    before: dict[str, Any] = earlier or {}
    parts = {
        name: {**DEFAULTS[name], **before.get("parts", {}).get(name, {}), **settings.get("parts", {}).get(name, {})}
        for name in PARTS
    }
    given = {name: value for name, value in settings.items() if name != "parts"}
    kept = {name: value for name, value in before.items() if name != "parts"}
    whole = {"active": True, **kept, **given, "parts": parts}
    return {name: value for name, value in whole.items() if value is not None}


def rules_of(settings: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the rules of complete settings by part, each with ``name``, ``active`` and its definition."""
    parts = settings["parts"]
    made = {name: _PART_RULES[name](settings, parts[name]) for name in PARTS}
    made[TRACKING] = {
        "trigger": _trigger(settings, ["pix_created", "order_approved"]),
        "when": _BY_PIX,
        "steps": [{"id": "record", "type": "record_pix"}],
    }
    return {
        name: {
            "name": NAMES[name],
            "active": settings["active"] and (name == TRACKING or parts[name]["active"]),
            **definition,
        }
        for name, definition in made.items()
    }


# An order whose source does not say how it was paid counts as paid by PIX where it had a PIX code.
_BY_PIX = {
    "any": [
        {"field": "payment_method", "op": "exists", "value": False},
        {"field": "payment_method", "op": "contains", "value": "pix"},
    ]
}


def _created(settings: dict[str, Any], part: dict[str, Any]) -> dict[str, Any]:
    steps = [_send(settings, part, "text"), *_code(settings, part)]
    if part["image"]:
        picture = {"id": "image", "type": "send", "session_id": settings["session_id"], "image": "pix_code"}
        steps.append({**picture, "text": part["image_text"]})
    return {"trigger": _trigger(settings, "pix_created"), "cancel_on": _ENDS, "steps": steps}


def _reminder(settings: dict[str, Any], part: dict[str, Any]) -> dict[str, Any]:
    until = {
        "id": "until",
        "type": "wait_until",
        "field": "pix_expires_at",
        "offset_s": -part["minutes_before"] * 60,
        "fallback_s": part["fallback_minutes"] * 60,
        "if_past": "end",
    }
    return _later(settings, [until, _send(settings, part, "text"), *_code(settings, part)])


def _expired(settings: dict[str, Any], part: dict[str, Any]) -> dict[str, Any]:
    until = {
        "id": "until",
        "type": "wait_until",
        "field": "pix_expires_at",
        "offset_s": 60,
        "fallback_s": part["fallback_minutes"] * 60,
    }
    return _later(settings, [until, _send(settings, part, "text")])


def _approved(settings: dict[str, Any], part: dict[str, Any]) -> dict[str, Any]:
    return {
        "trigger": _trigger(settings, "order_approved"),
        "when": _BY_PIX,
        "caps": {"per_order": 1},
        "steps": [_send(settings, part, "text")],
    }


def _later(settings: dict[str, Any], steps: list[dict[str, Any]]) -> dict[str, Any]:
    rule = {
        "trigger": _trigger(settings, "pix_created"),
        "cancel_on": _ENDS,
        "caps": {"per_order": 1},
        "steps": steps,
    }
    return {**rule, **({"schedule": settings["schedule"]} if settings.get("schedule") else {})}


_PART_RULES: dict[str, Callable[[dict[str, Any], dict[str, Any]], dict[str, Any]]] = {
    CREATED: _created,
    REMINDER: _reminder,
    EXPIRED: _expired,
    APPROVED: _approved,
}


def _trigger(settings: dict[str, Any], event_type: str | list[str]) -> dict[str, Any]:
    return {"event_type": event_type, **({"source": settings["source"]} if settings.get("source") else {})}


def _send(settings: dict[str, Any], part: dict[str, Any], step_id: str) -> dict[str, Any]:
    send = {"id": step_id, "type": "send", "session_id": settings["session_id"]}
    if part.get("template_id"):
        return {**send, "template_id": part["template_id"]}
    return {**send, "text": part["text"]}


def _code(settings: dict[str, Any], part: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the steps of the code alone; a moment later, so that it comes behind its text."""
    if not part["code"]:
        return []
    send = {"id": "code", "type": "send", "session_id": settings["session_id"], "text": "{{pix_code}}"}
    wait = {"id": "moment", "type": "wait", "delay_s": part["code_delay_s"]}
    return [wait, send] if part["code_delay_s"] else [send]
