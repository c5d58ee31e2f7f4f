"""The message a rule wants sent, before it has an id or a row; and how its content is made from a template."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import tzinfo
from typing import Any
from uuid import UUID

from engine.events import CanonicalEvent
from engine.meta_components import Components, compile_components
from engine.template_syntax import MAX_TEXT
from engine.templates import Filling, Template, compile_template
from engine.variants import VariantRow, chosen

TRANSACTIONAL = "transactional"
BULK = "bulk"


@dataclass(frozen=True, slots=True)
class TemplateRow:
    """A row of ``templates``, as far as evaluation needs it; ``version`` is its text's, ``variants`` are approved."""

    id: UUID
    name: str
    kind: str
    language: str
    category: str
    body: str
    components: list[dict[str, Any]]
    defaults: dict[str, str]
    status: str
    version: int = 1
    variants: tuple[VariantRow, ...] = ()


@dataclass(frozen=True, slots=True)
class Variant:
    """Which variant of which version of a template's text a message says."""

    id: UUID
    template_version: int

    def shown(self) -> dict[str, Any]:
        """Return it as it is kept with the message."""
        return {"id": str(self.id), "template_version": self.template_version}


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
    variant: Variant | None = None


@dataclass(frozen=True, slots=True)
class Content:
    """What a message says to one customer; ``missing`` names the variables that had no value."""

    text: str
    components: list[dict[str, Any]] | None
    missing: tuple[str, ...]
    variant: Variant | None = None


class MessageTemplate:
    """A compiled row of ``templates``: a plain text, or a Meta template with its parameters."""

    __slots__ = ("_body", "_components", "_variants", "row")

    def __init__(self, row: TemplateRow) -> None:
        """Raises ValueError, KeyError or TypeError where the row was not checked and is wrong."""
        self.row = row
        self._body: Template = compile_template(row.body)
        self._components: Components | None = None
        self._variants: dict[UUID, Template] = {}
        if row.kind == "meta":
            self._components = compile_components(row.components or [], self._body)
        else:
            self._variants = {one.id: compile_template(one.text) for one in row.variants}

    @property
    def body(self) -> Template:
        """Return its text, compiled."""
        return self._body

    @property
    def variants(self) -> tuple[UUID, ...]:
        """Return the ids of the variants that may stand for it."""
        return tuple(self._variants)

    def fill(
        self, event: CanonicalEvent, payload: object, zone: tzinfo, as_text: bool, varied_by: str | None = None
    ) -> Content:
        """Fill the template for one event.

        Args:
            event: the canonical event.
            payload: its body.
            zone: for dates and times.
            as_text: for a transport that knows no Meta templates.
            varied_by: an order, or whoever it is for: the variant that is theirs is filled, if there are any; None: the
                template itself.
        """
        components = None if as_text else self._components
        filling = Filling(event, payload, zone, self.row.defaults, one_line=components is not None)
        if self._variants and varied_by is not None:
            taken = chosen(tuple(self._variants), varied_by, self.row.version)
            if taken is not None and len(text := self._variants[taken].fill(filling)) <= MAX_TEXT:
                return Content(text, None, tuple(filling.missing), Variant(taken, self.row.version))
        text = self._body.fill(filling)
        filled = components.fill(filling) if components else None
        return Content(text, filled, tuple(filling.missing))
