"""One company inside a shard: its rules, templates and webhooks, ready to decide about events."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from engine.matching import RuleRow, RuleSet, SessionRow, TemplateRow
from engine.reading import WebhookReader
from engine.type_names import event_types_of
from engine.variants import VariantRow
from engine.web_inbound import APP
from engine.zones import zone_named
from storage.company_config import CompanyRows


@dataclass(frozen=True, slots=True)
class WebhookFacts:
    """What reading a webhook's deliveries takes."""

    source: str
    reader: WebhookReader


class Company:
    """A company's decisions, as of the last reload."""

    def __init__(self, company_id: UUID, rows: CompanyRows) -> None:
        self.id = company_id
        self.time_zone = rows.time_zone
        zone = zone_named(rows.time_zone)
        self._webhooks = {
            (key := UUID(row["id"]).bytes): WebhookFacts(
                row["source"], WebhookReader(key, row["mapping"], row["dedupe"], zone)
            )
            for row in rows.webhooks
        }
        self.sessions_by_number = {
            (row["app_id"], row["phone_number_id"]): UUID(row["id"]) for row in rows.sessions if row["phone_number_id"]
        }
        # A WhatsApp-Web session has no number's id at Meta: it is named by its own (engine/web_inbound.py).
        self.sessions_by_number |= {
            (APP, row["id"]): UUID(row["id"]) for row in rows.sessions if row["transport"] == "web"
        }
        self.accounts = {(row["app_id"], row["waba_id"]) for row in rows.sessions if row["waba_id"]}
        self.rules = RuleSet.build(
            [RuleRow(UUID(r["id"]), r["name"], r["active"], r["version"], r["definition"]) for r in rows.rules],
            {UUID(row["id"]): _template(row) for row in rows.templates},
            {UUID(r["id"]): SessionRow(UUID(r["id"]), r["transport"], r["state"]) for r in rows.sessions},
        )
        self.cancel_types = self.rules.cancel_types | set(event_types_of(rows.cancel_on))

    def webhook(self, webhook_id: bytes) -> WebhookFacts:
        """Return a webhook's facts; one that was deleted meanwhile still reads what it had acknowledged."""
        return self._webhooks.get(webhook_id) or WebhookFacts("unknown", WebhookReader(webhook_id))


def _template(row: dict[str, Any]) -> TemplateRow:
    names = ("name", "kind", "language", "category", "body", "components", "defaults", "status", "version")
    variants = tuple(VariantRow(UUID(one["id"]), one["text"]) for one in row["variants"])
    return TemplateRow(id=UUID(row["id"]), **{name: row[name] for name in names}, variants=variants)
