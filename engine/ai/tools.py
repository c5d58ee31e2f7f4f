"""What a language model may ask our code to do: names and JSON schemas, and how its calls are read.

No tool takes a person: whatever is looked up or done is this conversation's person's. Called by actors/answering.py.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from engine.ai.agents import Agent

MOST_ROUNDS = 3
MOST_CALLS = 4  # of one answer


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A call that may be carried out."""

    name: str
    order_id: str | None = None
    tag: str | None = None


@dataclass(frozen=True, slots=True)
class ToolRefused:
    """A call that is not carried out; the model is told why, and nothing more."""

    name: str
    why: str


def tool_schemas(agent: Agent) -> list[dict[str, Any]]:
    """Return the tools of an agent as chat endpoints take them."""
    order = {"order_id": {"type": "string", "description": "Um dos pedidos desta pessoa; sem ele, o mais novo."}}
    described: dict[str, tuple[str, dict[str, Any], list[str]]] = {
        "order_state": ("Consulta a situação do pedido desta pessoa.", order, []),
        "resend_pix": ("Envia de novo o código PIX do pedido em aberto desta pessoa.", {}, []),
        "tag": ("Marca esta pessoa.", {"tag": {"type": "string", "enum": list(agent.tags)}}, ["tag"]),
        "hand_over": ("Passa a conversa para uma pessoa da equipe.", {}, []),
    }
    return [
        {
            "type": "function",
            "function": {
                "name": name,
                "description": words,
                "parameters": {
                    "type": "object",
                    "properties": properties,
                    "required": required,
                    "additionalProperties": False,
                },
            },
        }
        for name, (words, properties, required) in described.items()
        if name in agent.actions
    ]


def read_call(agent: Agent, name: object, arguments: object, orders: Sequence[str]) -> ToolCall | ToolRefused:
    """Read one call as the model wrote it; what does not fit the schema is refused as a whole.

    Args:
        agent: whose tools.
        name, arguments: as they came; arguments are JSON in a text.
        orders: the ids of this person's orders.
    """
    known = name if isinstance(name, str) else ""
    if known not in agent.actions:
        return ToolRefused(known[:60], "unknown tool")
    try:
        given = json.loads(arguments) if isinstance(arguments, str) and len(arguments) <= 2_000 else arguments
    except (ValueError, RecursionError):
        given = arguments
    if given in (None, ""):
        given = {}
    if not isinstance(given, dict):
        return ToolRefused(known, "arguments are no object")
    allowed = {"order_state": {"order_id"}, "tag": {"tag"}}.get(known, set())
    if set(given) - allowed:
        return ToolRefused(known, "unknown arguments")
    order_id = given.get("order_id")
    if order_id is not None and order_id not in orders:
        return ToolRefused(known, "this person has no such order")
    tag = given.get("tag")
    if known == "tag" and tag not in agent.tags:
        return ToolRefused(known, "this tag is not allowed")
    return ToolCall(known, order_id, tag)
