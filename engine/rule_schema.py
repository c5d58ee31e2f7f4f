"""The shape of a rule and its bounds: what the routes accept, what the seed writes, what is compiled later.

``{name?, active?, trigger: {event_type, source?}, when?, delay_s?, cancel_on?, action: {send: {session_id,
template_id | text, to?}}, caps?: {per_order?, per_person?: {count, per_hours}}, schedule?}``, or in place of ``action``
and ``delay_s`` a list of ``steps`` (engine/step_schema.py). ``event_type`` is one name, a list, or ``"*"``.
"""

from __future__ import annotations

from engine.condition_schema import MAX_CONDITIONS, MAX_DEPTH, ConditionChecks
from engine.problems import Problem, Problems
from engine.rule_windows import check_schedule
from engine.send_schema import check_send
from engine.step_schema import check_steps
from engine.type_names import MAX_EVENT_TYPES, check_event_types, event_types_of

__all__ = ["MAX_CONDITIONS", "MAX_DELAY_S", "MAX_DEPTH", "MAX_EVENT_TYPES", "event_types_of", "validate_rule"]

MAX_DELAY_S = 30 * 24 * 3600
MAX_NAME = 200
MAX_PER_ORDER = 100
MAX_PER_PERSON = 100
MAX_PER_HOURS = 24 * 90

_READ_ONLY = ("id", "version", "created_at", "updated_at")
_KEYS = (
    *_READ_ONLY,
    "name",
    "active",
    "trigger",
    "when",
    "delay_s",
    "cancel_on",
    "action",
    "steps",
    "caps",
    "schedule",
)


def validate_rule(definition: object) -> list[Problem]:
    """Return every problem of a rule as ``{"field", "reason"}``, fields as paths (``when.all[1].op``); [] if none.

    A name is checked if it is there; whoever creates a rule demands one.
    """
    problems = Problems()
    if not isinstance(definition, dict):
        problems.add("", "must be a JSON object")
        return problems.found
    problems.keys("", definition, _KEYS)
    if "name" in definition:
        problems.text("name", definition["name"], MAX_NAME)
    if not isinstance(definition.get("active", True), bool):
        problems.add("active", "must be true or false")
    _check_trigger(problems, definition.get("trigger"))
    if definition.get("when") not in (None, {}):
        ConditionChecks(problems).check(definition["when"], "when", 1)
    if definition.get("delay_s") is not None:
        problems.whole("delay_s", definition["delay_s"], 0, MAX_DELAY_S)
    if definition.get("cancel_on") is not None:
        check_event_types(problems, "cancel_on", definition["cancel_on"])
    if definition.get("steps") is not None:
        for name in ("action", "delay_s"):
            if definition.get(name) is not None:
                problems.add(name, "belongs to a rule without steps; put a step of type send or wait into the list")
        check_steps(problems, definition["steps"])
    else:
        _check_action(problems, definition.get("action"))
    _check_caps(problems, definition.get("caps"))
    check_schedule(problems, "schedule", definition.get("schedule"))
    return problems.found


def _check_trigger(problems: Problems, trigger: object) -> None:
    if not isinstance(trigger, dict):
        problems.add("trigger", "must be an object such as {'event_type': 'pix_created'}")
        return
    problems.keys("trigger", trigger, ("event_type", "source"))
    event_type = trigger.get("event_type")
    if event_type != "*":
        as_list = event_type if isinstance(event_type, list) else [event_type]
        check_event_types(problems, "trigger.event_type", as_list, single=not isinstance(event_type, list))
    if trigger.get("source") is not None:
        problems.text("trigger.source", trigger["source"], 100)


def _check_action(problems: Problems, action: object) -> None:
    send = action.get("send") if isinstance(action, dict) else None
    if not isinstance(action, dict) or not isinstance(send, dict):
        problems.add("action.send", "must be an object with session_id and template_id or text")
        return
    problems.keys("action", action, ("send",))
    problems.keys("action.send", send, ("session_id", "template_id", "text", "to", "variants"))
    check_send(problems, "action.send", send)


def _check_caps(problems: Problems, caps: object) -> None:
    if caps is None:
        return
    if not isinstance(caps, dict):
        problems.add("caps", "must be an object such as {'per_order': 1}")
        return
    problems.keys("caps", caps, ("per_order", "per_person"))
    if caps.get("per_order") is not None:
        problems.whole("caps.per_order", caps["per_order"], 1, MAX_PER_ORDER)
    person = caps.get("per_person")
    if person is None:
        return
    if not isinstance(person, dict):
        problems.add("caps.per_person", "must be an object such as {'count': 3, 'per_hours': 24}")
        return
    problems.keys("caps.per_person", person, ("count", "per_hours"))
    problems.whole("caps.per_person.count", person.get("count"), 1, MAX_PER_PERSON)
    problems.whole("caps.per_person.per_hours", person.get("per_hours"), 1, MAX_PER_HOURS)
