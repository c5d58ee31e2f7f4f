"""What is wrong with the conditions of a rule or of a branch, each problem under the path of its field."""

from __future__ import annotations

from engine.conditions import GROUPS
from engine.fields import field_problem
from engine.operators import operator_named, operator_problem, value_problem
from engine.problems import Problems

MAX_DEPTH = 8
MAX_CONDITIONS = 100


class ConditionChecks:
    """Walks conditions, counting them."""

    def __init__(self, problems: Problems) -> None:
        self.problems = problems
        self.count = 0

    def check(self, node: object, path: str, depth: int) -> None:
        """Note everything that is wrong with one condition or group."""
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

    def counted(self) -> bool:
        """Count one condition; tell whether there may be so many."""
        self.count += 1
        if self.count == MAX_CONDITIONS + 1:
            self.problems.add("when", f"has more than {MAX_CONDITIONS} conditions")
        return self.count <= MAX_CONDITIONS

    def _check_leaf(self, node: dict[str, object], path: str) -> None:
        if not self.counted():
            return
        self.problems.keys(path, node, ("field", "op", "value", *GROUPS))
        self.problems.note(f"{path}.field", field_problem(node.get("field")))
        op = operator_named(node.get("op"))
        if op is None:
            self.problems.note(f"{path}.op", operator_problem(node.get("op")))
        elif "value" in node or op != "exists":
            self.problems.note(f"{path}.value", value_problem(op, node.get("value")))
