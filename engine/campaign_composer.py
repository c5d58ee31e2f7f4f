"""From a recipient to its message: which variant, which number, which words, or why it can be sent nothing. Pure.

The dry run and the making of messages both ask here, so that what was shown is what is done.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from uuid import UUID

from engine.campaign_schema import Plan, Variant
from engine.campaign_variables import Person
from engine.campaigns import pick
from engine.drafts import Content, MessageTemplate, TemplateRow
from engine.template_syntax import MAX_TEXT

_WEB = "web"


@dataclass(frozen=True, slots=True)
class Composed:
    """What one recipient would get; ``reason`` is why it gets nothing (a code), None where it can be sent."""

    row: TemplateRow
    content: Content
    reason: str | None

    @property
    def by_template(self) -> bool:
        return self.content.components is not None


class CampaignComposer:
    """A campaign's plan with its templates, ready for many recipients.

    Args:
        campaign_id: divides people into variants and numbers, together with their own ids.
        plan: complete (``plan.lacks`` is empty).
        templates: those of its variants that exist and compile.
        transports: the transport of each of its numbers that exists.
        zone: for dates and times in texts.
    """

    def __init__(
        self,
        campaign_id: UUID,
        plan: Plan,
        templates: Mapping[UUID, MessageTemplate],
        transports: Mapping[UUID, str],
        zone: tzinfo,
    ) -> None:
        self.plan = plan
        self._zone = zone
        self._templates = templates
        self._transports = transports
        self._variant_salt = campaign_id.bytes + b"variant"
        self._session_salt = campaign_id.bytes + b"session"
        self._variant_shares = [variant.share for variant in plan.variants]
        self._session_shares = [session.share for session in plan.sessions]

    def variant_of(self, contact_id: UUID) -> int:
        """Return the index of a contact's variant; the same always."""
        return pick(contact_id, self._variant_salt, self._variant_shares)

    def session_of(self, contact_id: UUID) -> UUID:
        """Return the number that writes to a contact; the same always."""
        return self.plan.sessions[pick(contact_id, self._session_salt, self._session_shares)].session_id

    def problem(self) -> str | None:
        """Return why no message can be made at all, as a code: of the first variant or number that cannot be used."""
        found = (self.variant_problem(index) for index in range(len(self.plan.variants)))
        return next((problem for problem in found if problem is not None), None)

    def variant_problem(self, index: int) -> str | None:
        """Return why one variant's template cannot be used, as a code."""
        template = self._templates.get(self.plan.variants[index].template_id)
        if template is None:
            return "unknown_template"
        return None if self._usable(template.row) else "template_not_approved"

    def _usable(self, row: TemplateRow) -> bool:
        as_text_only = bool(self._transports) and all(kind == _WEB for kind in self._transports.values())
        return row.status.lower() == "approved" or (row.kind == "meta" and as_text_only)

    def compose(
        self, variant_index: int, session_id: UUID, contact_id: UUID, person: Person, now: datetime
    ) -> Composed:
        """Return the message of one recipient.

        Args:
            variant_index: as :meth:`variant_of` said when the recipient was written.
            session_id: as :meth:`session_of` said.
            contact_id: chooses among the template's own variants, where the plan asks for them.
            person: the contact.
            now: for the template's times.

        Raises:
            KeyError: the variant's template is gone; :meth:`problem` says so before.
        """
        variant = self._variant(variant_index)
        template = self._templates[variant.template_id]
        as_text = self._transports.get(session_id) == _WEB
        event, payload = variant.variables.fill(person, now)
        content = template.fill(event, payload, self._zone, as_text, contact_id.hex if variant.varies else None)
        return Composed(template.row, content, _reason(person.phone, content))

    def template_of(self, variant_index: int) -> TemplateRow:
        """Return a variant's template; as :meth:`compose` where it is gone."""
        return self._templates[self._variant(variant_index).template_id].row

    def texts_of(self, variant_index: int) -> int:
        """Return how many variants of a variant's template are taken in turns; 0: the template itself is sent."""
        variant = self._variant(variant_index)
        template = self._templates.get(variant.template_id)
        return len(template.variants) if template is not None and variant.varies else 0

    def _variant(self, index: int) -> Variant:
        variants: Sequence[Variant] = self.plan.variants
        return variants[min(index, len(variants) - 1)]


def _reason(phone: str | None, content: Content) -> str | None:
    if not phone:
        return "no_phone"
    if content.missing:
        return f"missing_variable:{','.join(content.missing)}"
    if content.components is None and not content.text.strip():
        return "empty_text"
    if content.components is None and len(content.text) > MAX_TEXT:
        return "text_too_long"
    return None
