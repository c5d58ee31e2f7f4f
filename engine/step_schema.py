"""The shape of a rule's steps and their bounds.

Every step is ``{id?, type, …}``: ``send {session_id, template_id | text | image, to?, variants?}``, ``wait {delay_s}``,
``wait_until {time, zone?, days?}`` or ``wait_until {field, offset_s?, fallback_s?, if_missing?, if_past?}``,
``branch {when, then, else?}``, ``add_tag {tag}``, ``add_to_list {list_id}``, ``call_webhook {webhook_id}`` and
``record_pix`` (made by the PIX flow). Ids are unique in a rule; a step without one is named by its place.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from engine.contacts import MAX_TAG, tag_name
from engine.events import CANONICAL_FIELDS
from engine.fields import field_problem
from engine.problems import Problems
from engine.rule_windows import check_days, check_zone, minute_of
from engine.send_schema import check_send
from engine.step_conditions import StepConditionChecks
from engine.suggestions import unknown_name

MAX_STEPS = 50
MAX_DEPTH = 5
MAX_WAIT_S = 30 * 24 * 3600
END, CONTINUE = "end", "continue"

TYPES: dict[str, tuple[str, ...]] = {
    "send": ("session_id", "template_id", "text", "image", "to", "variants"),
    "wait": ("delay_s",),
    "wait_until": ("time", "zone", "days", "field", "offset_s", "fallback_s", "if_missing", "if_past"),
    "branch": ("when", "then", "else"),
    "add_tag": ("tag",),
    "add_to_list": ("list_id",),
    "call_webhook": ("webhook_id",),
    "record_pix": (),
}
_ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")


def check_steps(problems: Problems, steps: object, path: str = "steps") -> None:
    """Note everything that is wrong with a rule's steps."""
    _Steps(problems).check(steps, path, 1)


def steps_of(steps: list[dict[str, Any]], path: str = "steps") -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield every step of a checked list, also those of branches, with its path."""
    for index, step in enumerate(steps):
        place = f"{path}[{index}]"
        yield place, step
        for side in ("then", "else"):
            yield from steps_of(step.get(side) or [], f"{place}.{side}")


class _Steps:
    def __init__(self, problems: Problems) -> None:
        self.problems = problems
        self.conditions = StepConditionChecks(problems)
        self.ids: set[str] = set()
        self.count = 0

    def check(self, steps: object, path: str, depth: int) -> None:
        if not isinstance(steps, list) or not steps:
            self.problems.add(path, "must be a list with at least one step")
            return
        if depth > MAX_DEPTH:
            self.problems.add(path, f"is nested deeper than {MAX_DEPTH} branches")
            return
        for index, step in enumerate(steps):
            self.count += 1
            if self.count > MAX_STEPS:
                if self.count == MAX_STEPS + 1:
                    self.problems.add("steps", f"has more than {MAX_STEPS} steps")
                return
            self._step(step, f"{path}[{index}]", depth)

    def _step(self, step: object, path: str, depth: int) -> None:
        if not isinstance(step, dict):
            self.problems.add(path, "must be a step such as {'type': 'wait', 'delay_s': 600}")
            return
        kind = step.get("type")
        if not isinstance(kind, str) or kind not in TYPES:
            self.problems.add(f"{path}.type", unknown_name("type of step", kind, TYPES))
            return
        self.problems.keys(path, step, ("id", "type", *TYPES[kind]))
        self._id(step, path)
        if kind == "branch":
            self._branch(step, path, depth)
        elif kind == "send":
            check_send(self.problems, path, step, images=True)
        elif kind == "wait":
            self.problems.whole(f"{path}.delay_s", step.get("delay_s"), 1, MAX_WAIT_S)
        elif kind == "wait_until":
            self._wait_until(step, path)
        elif kind == "add_tag":
            if not isinstance(tag := step.get("tag"), str) or tag_name(tag) is None:
                self.problems.add(f"{path}.tag", f"must be a tag of 1 to {MAX_TAG} letters, digits, spaces, _ . and -")
        elif kind != "record_pix":
            name = "list_id" if kind == "add_to_list" else "webhook_id"
            self.problems.identifier(f"{path}.{name}", step.get(name))

    def _id(self, step: dict[str, object], path: str) -> None:
        if step.get("id") is None:
            return
        step_id = step["id"]
        if not isinstance(step_id, str) or not _ID.fullmatch(step_id):
            self.problems.add(f"{path}.id", "must have 1 to 40 of a-z, 0-9, _ and -")
        elif step_id in self.ids:
            self.problems.add(f"{path}.id", "is another step's id already")
        else:
            self.ids.add(step_id)

    def _branch(self, step: dict[str, object], path: str, depth: int) -> None:
        if step.get("when") in (None, {}):
            self.problems.add(f"{path}.when", "is needed")
        else:
            self.conditions.check(step["when"], f"{path}.when", 1)
        self.check(step.get("then"), f"{path}.then", depth + 1)
        if step.get("else") is not None:
            self.check(step["else"], f"{path}.else", depth + 1)

    def _wait_until(self, step: dict[str, object], path: str) -> None:
        if (step.get("time") is None) == (step.get("field") is None):
            self.problems.add(path, "needs either a time of day or a field, and not both")
        elif step.get("time") is not None:
            for name in ("offset_s", "fallback_s", "if_missing", "if_past"):
                if step.get(name) is not None:
                    self.problems.add(f"{path}.{name}", "belongs to a wait for a field's time")
            if minute_of(step["time"]) is None:
                self.problems.add(f"{path}.time", "must be a time of day such as 09:00")
            check_days(self.problems, f"{path}.days", step.get("days"))
            check_zone(self.problems, f"{path}.zone", step.get("zone"))
        else:
            self._moment(step, path)

    def _moment(self, step: dict[str, object], path: str) -> None:
        field = step["field"]
        for name in ("zone", "days"):
            if step.get(name) is not None:
                self.problems.add(f"{path}.{name}", "belongs to a wait for a time of day")
        problem = field_problem(field)
        if problem is None and field in CANONICAL_FIELDS and CANONICAL_FIELDS[str(field)].kind != "time":
            times = [name for name, note in CANONICAL_FIELDS.items() if note.kind == "time"]
            problem = f"must be a field that holds a time: {', '.join(times)}, or a path into the payload"
        self.problems.note(f"{path}.field", problem)
        if step.get("offset_s") is not None:
            self.problems.whole(f"{path}.offset_s", step["offset_s"], -MAX_WAIT_S, MAX_WAIT_S)
        if step.get("fallback_s") is not None:
            self.problems.whole(f"{path}.fallback_s", step["fallback_s"], 1, MAX_WAIT_S)
        for name in ("if_missing", "if_past"):
            if step.get(name, END) not in (END, CONTINUE):
                self.problems.add(f"{path}.{name}", "must be end or continue")
