"""What Meta tells about an account by webhook: templates, numbers, restrictions, opt-outs (facts: whatsapp.md §2.4)."""

from __future__ import annotations

from json.encoder import encode_basestring_ascii as quoted
from typing import Any

from whatsapp.simulator.registry import Number
from whatsapp.simulator.replying import as_json
from whatsapp.simulator.templates import Template
from whatsapp.simulator.world import World

_PAUSES = ("FIRST_PAUSE", "SECOND_PAUSE", "DISABLED")


def field_change(field: str, value: Any) -> str:
    """Return one member of ``changes``."""
    return f'{{"value":{as_json(value)},"field":{quoted(field)}}}'


def template_status(template: Template, event: str, reason: str | None) -> str:
    """Return a ``message_template_status_update``."""
    value: dict[str, Any] = {
        "event": event,
        **_template(template),
        "reason": reason,
        "message_template_category": template.category,
    }
    if event in ("PAUSED", "DISABLED"):
        title = "DISABLED" if event == "DISABLED" else _PAUSES[min(max(template.pauses, 1), 2) - 1]
        value["other_info"] = {"title": title, "description": "The template's quality is low."}
    return field_change("message_template_status_update", value)


def template_quality(template: Template, previous: str) -> str:
    """Return a ``message_template_quality_update``."""
    scores = {"previous_quality_score": previous, "new_quality_score": template.quality}
    return field_change("message_template_quality_update", {**scores, **_template(template)})


def template_category(template: Template, previous: str) -> str:
    """Return a ``template_category_update``."""
    categories = {"previous_category": previous, "new_category": template.category}
    return field_change("template_category_update", {**_template(template), **categories})


def _template(template: Template) -> dict[str, Any]:
    return {
        "message_template_id": int(template.identity),
        "message_template_name": template.name,
        "message_template_language": template.language,
    }


def number_quality(number: Number, event: str, limit: str | None = None) -> str:
    """Return a ``phone_number_quality_update``."""
    value: dict[str, Any] = {"display_phone_number": str(number.phone), "event": event}
    if limit is not None:
        value["current_limit"] = value["max_daily_conversations_per_business"] = limit
    return field_change("phone_number_quality_update", value)


def preference(world: World, number: Number, phone: int, value: str) -> str:
    """Return a ``user_preferences`` change: somebody stops or resumes marketing."""
    wa_id, now_s = str(world.people.wa_id(phone)), world.clock.now_ms() // 1000
    user_id = world.people.user_id(phone)
    words = {"stop": "User requested to stop marketing messages"}
    told = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": str(number.phone), "phone_number_id": number.phone_number_id},
        "contacts": [{"profile": {"name": "Cliente Simulado"}, "wa_id": wa_id, "user_id": user_id}],
        "user_preferences": [
            {
                "wa_id": wa_id,
                "user_id": user_id,
                "detail": words.get(value, "User requested to resume marketing messages"),
                "category": "marketing_messages",
                "value": value,
                "timestamp": now_s,
            }
        ],
    }
    return field_change("user_preferences", told)
