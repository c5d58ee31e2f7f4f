"""What an export's columns are: the registry of kinds, one entry each. Used by engine/export_text.py and its callers.

A new kind is an entry here (what its rows show) and one in storage/exporting.py (where its rows come from).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, Literal, NamedTuple, Protocol

import orjson

from engine.times import parse_time

Form = Literal["text", "phone", "document", "time", "money", "number", "flag", "list", "json"]


class Row(Protocol):
    """A row by its columns' names."""

    def __getitem__(self, name: str, /) -> Any: ...


class Column(NamedTuple):
    """One column of an export.

    Attributes:
        name: its key in JSON.
        pt, en: what stands above it in CSV.
        form: how its values are written.
        value: the row's column of another name, or what makes the value of a row; by default the column ``name``.
    """

    name: str
    pt: str
    en: str
    form: Form = "text"
    value: str | Callable[[Row], object] | None = None

    def of(self, row: Row) -> Any:
        """Return a row's value in this column."""
        if self.value is None:
            return row[self.name]
        return row[self.value] if isinstance(self.value, str) else self.value(row)


class ExportKind(NamedTuple):
    """A kind of export: its name in addresses, in file names, and its columns."""

    name: str
    file_pt: str
    file_en: str
    columns: tuple[Column, ...]


@lru_cache(maxsize=4)
def _first_times(timeline: str) -> dict[str, str]:
    """Return when a message had each status first; the few columns of one row share one look."""
    times: dict[str, str] = {}
    for entry in orjson.loads(timeline):
        times.setdefault(entry["status"], entry["at"])
    return times


def _at(status: str) -> Callable[[Row], object]:
    def find(row: Row) -> object:
        timeline: str = row["timeline"]
        return parse_time(_first_times(timeline).get(status)) if f'"{status}"' in timeline else None

    return find


EVENTS = ExportKind(
    "events",
    "eventos",
    "events",
    (
        Column("id", "ID", "ID"),
        Column("event_type", "Tipo", "Type"),
        Column("customer_name", "Cliente", "Customer"),
        Column("customer_phone", "Telefone", "Phone", "phone"),
        Column("customer_email", "E-mail", "E-mail"),
        Column("customer_document", "Documento", "Document", "document"),
        Column("product_name", "Produto", "Product"),
        Column("plan_name", "Plano", "Plan"),
        Column("order_value", "Total", "Total", "money", "order_value_cents"),
        Column("payment_method", "Forma de pagamento", "Payment method"),
        Column("order_id", "Pedido", "Order"),
        Column("external_id", "ID externo", "External ID"),
        Column("source", "Origem", "Source"),
        Column("processed", "Processado", "Processed", "flag", lambda row: row["state"] == "processed"),
        Column("state", "Situação", "State"),
        Column("reason", "Motivo", "Reason"),
        Column("pix_code", "Código PIX", "PIX code"),
        Column("pix_expires_at", "Vencimento do PIX", "PIX expires at", "time"),
        Column("occurred_at", "Ocorrido em", "Occurred at", "time"),
        Column("created_at", "Data", "Date", "time"),
    ),
)
MESSAGES = ExportKind(
    "messages",
    "mensagens",
    "messages",
    (
        Column("id", "ID", "ID"),
        Column("to", "Telefone", "Phone", "phone", "to_phone"),
        Column("status", "Situação", "Status"),
        Column("reason", "Motivo", "Reason"),
        Column("text", "Texto", "Text"),
        Column("template", "Modelo", "Template", value="template_name"),
        Column("type", "Tipo", "Type"),
        Column("category", "Categoria", "Category"),
        Column("lane", "Fila", "Lane"),
        Column("attempt", "Tentativas", "Attempts", "number"),
        Column("order_id", "Pedido", "Order"),
        Column("event_id", "Evento", "Event"),
        Column("rule_id", "Regra", "Rule"),
        Column("campaign_id", "Campanha", "Campaign"),
        Column("session_id", "Sessão", "Session"),
        Column("provider_id", "ID no WhatsApp", "WhatsApp ID"),
        Column("accepted_at", "Aceita em", "Accepted at", "time", _at("accepted")),
        Column("sent_at", "Enviada em", "Sent at", "time", _at("sent")),
        Column("delivered_at", "Entregue em", "Delivered at", "time", _at("delivered")),
        Column("read_at", "Lida em", "Read at", "time", _at("read")),
        Column("created_at", "Data", "Date", "time"),
    ),
)

CONTACTS = ExportKind(
    "contacts",
    "contatos",
    "contacts",
    (
        Column("id", "ID", "ID"),
        Column("name", "Nome", "Name"),
        Column("phone", "Telefone", "Phone", "phone"),
        Column("email", "E-mail", "E-mail"),
        Column("document", "Documento", "Document", "document"),
        Column("tags", "Etiquetas", "Tags", "list"),
        Column("fields", "Campos", "Fields", "json"),
        Column("opted_out", "Descadastrado", "Opted out", "flag", lambda row: "all" in row["stopped"]),
        Column("marketing_stopped", "Sem marketing", "No marketing", "flag", lambda row: bool(row["stopped"])),
        Column("source", "Origem", "Source"),
        Column("first_seen_at", "Primeiro contato", "First seen", "time"),
        Column("last_event_type", "Último evento", "Last event"),
        Column("last_event_at", "Último evento em", "Last event at", "time"),
        Column("last_inbound_at", "Última mensagem recebida", "Last message received", "time"),
        Column("last_message_at", "Última mensagem", "Last message", "time"),
        Column("created_at", "Data", "Date", "time"),
    ),
)
CAMPAIGN_RECIPIENTS = ExportKind(
    "campaign-recipients",
    "destinatarios-da-campanha",
    "campaign-recipients",
    (
        Column("contact_id", "ID do contato", "Contact ID", value="id"),
        Column("name", "Nome", "Name"),
        Column("phone", "Telefone", "Phone", "phone", lambda row: row["phone"] or row["to_phone"] or None),
        Column("status", "Situação", "Status"),
        Column("reason", "Motivo", "Reason"),
        Column("text", "Texto", "Text"),
        Column("variant", "Variante", "Variant", "number"),
        Column("attempt", "Tentativas", "Attempts", "number", lambda row: row["attempt"] or 0),
        Column("session_id", "Sessão", "Session"),
        Column("message_id", "Mensagem", "Message"),
        Column("retry_of", "Nova tentativa de", "Retry of"),
        Column("updated_at", "Atualizada em", "Updated at", "time"),
    ),
)

KINDS: Mapping[str, ExportKind] = {kind.name: kind for kind in (EVENTS, MESSAGES, CONTACTS, CAMPAIGN_RECIPIENTS)}
