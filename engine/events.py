"""The canonical event: the ONE set of names that parser, rules, templates, API and documentation share."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Literal, NamedTuple

FieldKind = Literal["text", "phone", "money", "time"]


class FieldNote(NamedTuple):
    """What one canonical field holds, in words."""

    kind: FieldKind
    pt: str
    en: str


CANONICAL_FIELDS: dict[str, FieldNote] = {
    "event_type": FieldNote("text", "Tipo do evento, em snake_case", "Type of the event, in snake case"),
    "external_id": FieldNote("text", "Id do evento na origem", "The source's id of the event"),
    "order_id": FieldNote("text", "Id do pedido na origem", "The source's id of the order"),
    "customer_name": FieldNote("text", "Nome do cliente", "Customer's name"),
    "customer_phone": FieldNote("phone", "Telefone do cliente (E.164)", "Customer's phone (E.164)"),
    "customer_email": FieldNote("text", "E-mail do cliente", "Customer's e-mail address"),
    "customer_document": FieldNote("text", "CPF ou CNPJ, sem pontuação", "CPF or CNPJ, without punctuation"),
    "product_name": FieldNote("text", "Nome do produto", "Product's name"),
    "plan_name": FieldNote("text", "Nome do plano", "Plan's name"),
    "order_value": FieldNote("money", "Valor do pedido em reais", "Order's value in reais"),
    "pix_code": FieldNote("text", "Código PIX copia e cola", "PIX code to copy and paste"),
    "pix_expires_at": FieldNote("time", "Validade do código PIX", "When the PIX code expires"),
    "payment_method": FieldNote("text", "Forma de pagamento, em snake_case", "Payment method, in snake case"),
    "occurred_at": FieldNote("time", "Quando aconteceu na origem", "When it happened at the source"),
}


@dataclass(slots=True)
class CanonicalEvent:
    """What the source's body means, under the canonical names; None where the body does not say.

    ``order_value_cents`` is the order's value in cents. Times are aware and in UTC; ``occurred_at`` is always
    set. ``id_key`` is the provider's id as it was written, tagged by kind, for engine/dedupe.py. ``problems``
    holds ``(field, code)`` pairs with the codes of ``engine.reading_reasons.FIELD``: a note, never a refusal.
    """

    occurred_at: datetime
    event_type: str | None = None
    external_id: str | None = None
    order_id: str | None = None
    customer_name: str | None = None
    customer_phone: str | None = None
    customer_email: str | None = None
    customer_document: str | None = None
    product_name: str | None = None
    plan_name: str | None = None
    order_value_cents: int | None = None
    pix_code: str | None = None
    pix_expires_at: datetime | None = None
    payment_method: str | None = None
    id_key: bytes | None = None
    problems: list[tuple[str, str]] = field(default_factory=list)

    def value(self, name: str) -> str | Decimal | datetime | None:
        """Return a canonical field for rules and templates; money is a Decimal in reais with two places.

        Raises:
            KeyError: there is no such canonical field.
        """
        if name == "order_value":
            cents = self.order_value_cents
            return None if cents is None else Decimal(cents).scaleb(-2)
        if name not in CANONICAL_FIELDS:
            raise KeyError(name)
        found: str | datetime | None = getattr(self, name)
        return found
