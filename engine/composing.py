"""From a rule that holds to its message: to whom, through which session, with which content, or why it must wait."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from engine.drafts import BULK, TRANSACTIONAL, Content, MessageDraft, MessageTemplate, SessionRow, TemplateRow
from engine.events import CanonicalEvent
from engine.pix import BrCodeProblem, check_brcode
from engine.rules import Rule
from engine.template_syntax import MAX_TEXT
from engine.zones import zone_named

# A WhatsApp-Web session knows no approved templates: it sends their filled text.
_WITHOUT_TEMPLATES = "web"
INVALID_PIX = "invalid_pix_code"


class Composer:
    """Makes the messages of one rule. ``problem`` is why it cannot (a reason code), None where it can."""

    __slots__ = ("_approved", "_as_text", "_rule", "_shows_pix", "_template", "problem")

    def __init__(
        self,
        rule: Rule,
        session: SessionRow | None,
        templates: Mapping[UUID, TemplateRow],
        compiled: Mapping[UUID, MessageTemplate],
    ) -> None:
        self._rule = rule
        self._template = compiled.get(rule.template_id) if rule.template_id else None
        self._as_text = session is not None and session.transport == _WITHOUT_TEMPLATES
        row = self._template.row if self._template else None
        self._approved = row is None or row.status.lower() == "approved" or (self._as_text and row.kind == "meta")
        self._shows_pix = self._shows("pix_code")
        self.problem: str | None = None
        if session is None:
            self.problem = "unknown_session"
        elif rule.template_id and not self._template:
            self.problem = "invalid_template" if rule.template_id in templates else "unknown_template"

    @property
    def as_text(self) -> bool:
        """Tell whether the session knows neither templates nor uploads."""
        return self._as_text

    def compose(self, event: CanonicalEvent, payload: object, time_zone: str, now_ms: int) -> MessageDraft:
        """Return the message for one event, held with a reason where it must not be sent as it is."""
        rule = self._rule
        zone = zone_named(time_zone)
        row = self._template.row if self._template else None
        if self._template:
            varied_by = subject_of(event) if rule.varies else None
            content = self._template.fill(event, payload, zone, self._as_text, varied_by)
        else:
            content = _literal(rule, event, payload, time_zone)
        to_phone = rule.recipient(event, payload, zone)
        reason = self._hold_reason(event, content, to_phone)
        by_template = row is not None and content.components is not None
        return MessageDraft(
            rule_id=rule.id,
            rule_version=rule.version,
            session_id=rule.session_id,
            to_phone=to_phone or "",
            type="template" if by_template else "text",
            text=content.text[:MAX_TEXT],
            template_id=rule.template_id,
            template_name=row.name if row and by_template else None,
            template_language=row.language if row and by_template else None,
            components=content.components,
            category=row.category if row else None,
            lane=BULK if row and row.category == "marketing" else TRANSACTIONAL,
            delay_s=rule.delay_s,
            due_ms=now_ms + rule.delay_s * 1000,
            cancel_on=rule.cancel_on,
            order_id=event.order_id,
            per_order=rule.per_order,
            status="held" if reason else "scheduled" if rule.delay_s else "queued",
            reason=reason,
            variant=content.variant,
        )

    def _shows(self, variable: str) -> bool:
        text = self._template.body if self._template else self._rule.text
        if text is not None and variable in text.variables:
            return True
        return self._template is not None and variable in str(self._template.row.components)

    def _hold_reason(self, event: CanonicalEvent, content: Content, to_phone: str | None) -> str | None:
        if not to_phone:
            return "no_phone"
        if content.missing:
            return f"missing_variable:{','.join(content.missing)}"
        if self._shows_pix and event.pix_code and isinstance(code := check_brcode(event.pix_code), BrCodeProblem):
            return f"{INVALID_PIX}:{code.reason}"
        if not self._approved:
            return "template_not_approved"
        return None if content.components is not None else text_problem(content.text)


def subject_of(event: CanonicalEvent) -> str:
    """Return by what an event's messages take their variants: the same order is told the same again."""
    return event.order_id or event.customer_phone or event.external_id or ""


def text_problem(text: str) -> str | None:
    """Return why a filled text cannot be sent; None where it can."""
    if not text.strip():
        return "empty_text"
    return "text_too_long" if len(text) > MAX_TEXT else None


def _literal(rule: Rule, event: CanonicalEvent, payload: object, time_zone: str) -> Content:
    if rule.text is None:
        raise ValueError("a rule needs a template or a text")
    rendered = rule.text.render(event, payload, zone_named(time_zone))
    return Content(rendered.text, None, rendered.missing)
