"""The message a rule wants sent, before it has an id or a row; and how its content is made from a template."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import tzinfo
from typing import Any
from uuid import UUID

from engine.events import CanonicalEvent
from engine.meta_components import Components, compile_components
from engine.templates import Filling, Template, compile_template

TRANSACTIONAL = "transactional"
BULK = "bulk"


@dataclass(frozen=True, slots=True)
class TemplateRow:
    """A row of ``templates``, as far as evaluation needs it."""

    id: UUID
    name: str
    kind: str
    language: str
    category: str
    body: str
    components: list[dict[str, Any]]
    defaults: dict[str, str]
    status: str


@dataclass(frozen=True, slots=True)
class SessionRow:
    """A row of ``sessions``, as far as evaluation needs it."""

    id: UUID
    transport: str
    state: str


@dataclass(slots=True)
class MessageDraft:
    """A message to be: every column of its row that a rule decides. Held ones have a reason and are never sent as
    they are: ``to_phone`` may be empty and ``text`` may lack values."""

    rule_id: UUID
    rule_version: int
    session_id: UUID
    to_phone: str
    type: str
    text: str
    template_id: UUID | None
    template_name: str | None
    template_language: str | None
    components: list[dict[str, Any]] | None
    category: str | None
    lane: str
    delay_s: int
    due_ms: int
    cancel_on: tuple[str, ...]
    order_id: str | None
    per_order: int | None
    status: str
    reason: str | None


@dataclass(frozen=True, slots=True)
class Content:
    """What a message says to one customer; ``missing`` names the variables that had no value."""

    text: str
    components: list[dict[str, Any]] | None
    missing: tuple[str, ...]


class MessageTemplate:
    """A compiled row of ``templates``: a plain text, or a Meta template with its parameters."""

    __slots__ = ("_body", "_components", "row")

    def __init__(self, row: TemplateRow) -> None:
        """Raises ValueError, KeyError or TypeError where the row was not checked and is wrong."""
        self.row = row
        self._body: Template = compile_template(row.body)
        self._components: Components | None = None
        if row.kind == "meta":
            self._components = compile_components(row.components or [], self._body)

    @property
    def body(self) -> Template:
        """Return its text, compiled."""
        return self._body

    def fill(self, event: CanonicalEvent, payload: object, zone: tzinfo, as_text: bool) -> Content:
        """Fill the template for one event; ``as_text``: for a transport that knows no Meta templates."""
        components = None if as_text else self._components
        filling = Filling(event, payload, zone, self.row.defaults, one_line=components is not None)
        text = self._body.fill(filling)
        filled = components.fill(filling) if components else None
        return Content(text, filled, tuple(filling.missing))
