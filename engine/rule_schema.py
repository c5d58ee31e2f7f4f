"""The shape of a rule and its bounds: what the routes accept, what the seed writes, what is compiled later.

``{name?, active?, trigger: {event_type, source?}, when?, delay_s?, cancel_on?, action: {send: {session_id,
template_id | text, to?}}, caps?: {per_order}}``. ``event_type`` is one name, a list of names, or ``"*"``.
"""

from __future__ import annotations

from engine.conditions import GROUPS
from engine.event_types import event_type_of
from engine.fields import field_problem
from engine.operators import operator_named, operator_problem, value_problem
from engine.problems import Problem, Problems, encodable
from engine.templates import recipient_problem, text_problems

MAX_DELAY_S = 30 * 24 * 3600
MAX_DEPTH = 8
MAX_CONDITIONS = 100
MAX_EVENT_TYPES = 20
MAX_NAME = 200
MAX_PER_ORDER = 100

_READ_ONLY = ("id", "version", "created_at", "updated_at")
_KEYS = (*_READ_ONLY, "name", "active", "trigger", "when", "delay_s", "cancel_on", "action", "caps")
_EVENT_TYPE_REASON = "must be the name of an event type, such as pix_created"


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
        _Conditions(problems).check(definition["when"], "when", 1)
    if definition.get("delay_s") is not None:
        problems.whole("delay_s", definition["delay_s"], 0, MAX_DELAY_S)
    if definition.get("cancel_on") is not None:
        _check_event_types(problems, "cancel_on", definition["cancel_on"])
    _check_action(problems, definition.get("action"))
    _check_caps(problems, definition.get("caps"))
    return problems.found


def event_types_of(value: object) -> tuple[str, ...]:
    """Return the canonical event types that a checked ``event_type`` or ``cancel_on`` names, each once."""
    names = value if isinstance(value, list) else [value]
    types = (name if name == "*" else event_type_of(name) for name in names if isinstance(name, str))
    return tuple(dict.fromkeys(name for name in types if name))


def _check_trigger(problems: Problems, trigger: object) -> None:
    if not isinstance(trigger, dict):
        problems.add("trigger", "must be an object such as {'event_type': 'pix_created'}")
        return
    problems.keys("trigger", trigger, ("event_type", "source"))
    event_type = trigger.get("event_type")
    if event_type != "*":
        as_list = event_type if isinstance(event_type, list) else [event_type]
        _check_event_types(problems, "trigger.event_type", as_list, single=not isinstance(event_type, list))
    if trigger.get("source") is not None:
        problems.text("trigger.source", trigger["source"], 100)


def _check_event_types(problems: Problems, field: str, value: object, single: bool = False) -> None:
    if not isinstance(value, list) or not 1 <= len(value) <= MAX_EVENT_TYPES:
        problems.add(field, f"must be a list of 1 to {MAX_EVENT_TYPES} event types")
        return
    for index, name in enumerate(value):
        if not isinstance(name, str) or len(name) > 100 or not encodable(name) or not event_type_of(name):
            problems.add(field if single else f"{field}[{index}]", _EVENT_TYPE_REASON)


class _Conditions:
    """Walks the conditions, counting them."""

    def __init__(self, problems: Problems) -> None:
        self.problems = problems
        self.count = 0

    def check(self, node: object, path: str, depth: int) -> None:
        if not isinstance(node, dict):
            self.problems.add(path, "must be a condition {field, op, value} or a group {all|any|not: […]}")
            return
        groups = [name for name in GROUPS if name in node]
        if not groups:
            self._check_leaf(node, path)
        elif len(node) > 1:
            self.problems.add(path, f"holds '{groups[0]}' and something else beside it; put them into one list")
        elif depth > MAX_DEPTH:
            self.problems.add(path, f"is nested deeper than {MAX_DEPTH} groups")
        else:
            self._check_group(groups[0], node[groups[0]], path, depth)

    def _check_group(self, name: str, children: object, path: str, depth: int) -> None:
        if name == "not" and isinstance(children, dict):
            children = [children]
        if not isinstance(children, list) or not children:
            self.problems.add(f"{path}.{name}", "must be a list with at least one condition")
            return
        for index, child in enumerate(children):
            if self.count > MAX_CONDITIONS:
                return
            self.check(child, f"{path}.{name}[{index}]", depth + 1)

    def _check_leaf(self, node: dict[str, object], path: str) -> None:
        self.count += 1
        if self.count == MAX_CONDITIONS + 1:
            self.problems.add("when", f"has more than {MAX_CONDITIONS} conditions")
            return
        self.problems.keys(path, node, ("field", "op", "value", *GROUPS))
        self.problems.note(f"{path}.field", field_problem(node.get("field")))
        op = operator_named(node.get("op"))
        if op is None:
            self.problems.note(f"{path}.op", operator_problem(node.get("op")))
        elif "value" in node or op != "exists":
            self.problems.note(f"{path}.value", value_problem(op, node.get("value")))


def _check_action(problems: Problems, action: object) -> None:
    send = action.get("send") if isinstance(action, dict) else None
    if not isinstance(action, dict) or not isinstance(send, dict):
        problems.add("action.send", "must be an object with session_id and template_id or text")
        return
    problems.keys("action", action, ("send",))
    problems.keys("action.send", send, ("session_id", "template_id", "text", "to"))
    problems.identifier("action.send.session_id", send.get("session_id"))
    template_id, text = send.get("template_id"), send.get("text")
    if (template_id is None) == (text is None):
        problems.add("action.send", "needs either template_id or text, and not both")
    elif template_id is not None:
        problems.identifier("action.send.template_id", template_id)
    else:
        for reason in text_problems(text):
            problems.add("action.send.text", reason)
    if send.get("to") is not None:
        problems.note("action.send.to", recipient_problem(send["to"]))


def _check_caps(problems: Problems, caps: object) -> None:
    if caps is None:
        return
    if not isinstance(caps, dict):
        problems.add("caps", "must be an object such as {'per_order': 1}")
        return
    problems.keys("caps", caps, ("per_order",))
    if caps.get("per_order") is not None:
        problems.whole("caps.per_order", caps["per_order"], 1, MAX_PER_ORDER)
