"""The types of events with a fixed meaning, and what other systems call them: one list for parser, rules and API.

A type that is not here is kept in snake case and triggers rules just the same.
"""

from __future__ import annotations

from typing import NamedTuple

from engine.texts import snake_case


class TypeNote(NamedTuple):
    """What a type means, in words, and the names that are folded into it (in snake case)."""

    pt: str
    en: str
    synonyms: tuple[str, ...] = ()


# Synonyms are names that mean exactly this at every source that uses them. A name that some source sends as well as the
# type's own (Asaas' payment_received after payment_confirmed, Pagar.me's charge.paid beside order.paid, Hotmart's
# purchase_complete weeks after the approval) is none: one purchase would be approved twice.
EVENT_TYPES: dict[str, TypeNote] = {
    "pix_created": TypeNote(
        "PIX gerado, ainda não pago",
        "PIX code made, not yet paid",
        ("pix_generated", "pix_gerado", "pix_emitido", "order_pix_created"),
    ),
    "pix_expired": TypeNote(
        "PIX venceu sem pagamento", "PIX code expired unpaid", ("pix_expirado", "pix_vencido", "order_pix_expired")
    ),
    "boleto_created": TypeNote(
        "Boleto gerado, ainda não pago",
        "Bank slip made, not yet paid",
        (
            "billet_created",
            "bank_slip_created",
            "boleto_gerado",
            "boleto_printed",
            "order_billet_created",
            "purchase_billet_printed",
        ),
    ),
    "order_created": TypeNote(
        "Pedido feito, ainda não pago", "Order placed, not yet paid", ("purchase_created", "orders_create")
    ),
    "order_approved": TypeNote(
        "Compra aprovada",
        "Purchase approved",
        (
            "purchase_approved",
            "sale_approved",
            "payment_approved",
            "order_paid",
            "orders_paid",
            "compra_aprovada",
            "venda_aprovada",
            "pagamento_aprovado",
            "pedido_aprovado",
            "pedido_pago",
        ),
    ),
    "order_refused": TypeNote(
        "Pagamento recusado",
        "Payment refused",
        (
            "order_rejected",
            "order_declined",
            "order_payment_failed",
            "purchase_refused",
            "purchase_declined",
            "payment_refused",
            "payment_declined",
            "payment_rejected",
            "sale_refused",
            "transaction_payment_refused",
            "compra_recusada",
            "venda_recusada",
            "pagamento_recusado",
            "pedido_recusado",
        ),
    ),
    "order_cancelled": TypeNote(
        "Pedido cancelado",
        "Order cancelled",
        (
            "order_canceled",
            "orders_cancelled",
            "purchase_canceled",
            "purchase_cancelled",
            "sale_canceled",
            "compra_cancelada",
            "venda_cancelada",
            "pedido_cancelado",
        ),
    ),
    "order_expired": TypeNote(
        "Prazo de pagamento vencido",
        "The time to pay is over",
        ("purchase_expired", "payment_expired", "compra_expirada", "pedido_expirado"),
    ),
    "order_refunded": TypeNote(
        "Compra reembolsada",
        "Purchase refunded",
        (
            "refund",
            "refunded",
            "order_refund",
            "purchase_refunded",
            "payment_refunded",
            "sale_refunded",
            "reembolso",
            "compra_reembolsada",
            "venda_reembolsada",
            "pedido_reembolsado",
        ),
    ),
    "refund_requested": TypeNote(
        "Reembolso pedido pelo cliente",
        "Customer asked for a refund",
        ("refund_request", "order_refund_requested", "purchase_protest", "reembolso_solicitado"),
    ),
    "order_chargeback": TypeNote(
        "Chargeback (contestação no cartão)",
        "Chargeback",
        ("chargeback", "charged_back", "purchase_chargeback", "sale_chargeback", "order_charge_back"),
    ),
    "cart_abandoned": TypeNote(
        "Carrinho abandonado",
        "Cart abandoned",
        (
            "abandoned_cart",
            "cart_abandonment",
            "cart_reminder",
            "checkout_abandoned",
            "checkout_abandonment",
            "abandoned_checkout",
            "carrinho_abandonado",
            "purchase_out_of_shopping_cart",
        ),
    ),
    "subscription_created": TypeNote(
        "Assinatura iniciada", "Subscription begun", ("subscription_started", "assinatura_criada")
    ),
    "subscription_renewed": TypeNote(
        "Assinatura renovada", "Subscription renewed", ("subscription_renewal", "assinatura_renovada")
    ),
    "subscription_late": TypeNote(
        "Assinatura com pagamento atrasado",
        "Subscription's payment is late",
        ("subscription_overdue", "subscription_past_due", "subscription_delayed", "assinatura_atrasada"),
    ),
    "subscription_cancelled": TypeNote(
        "Assinatura cancelada",
        "Subscription cancelled",
        ("subscription_canceled", "subscription_cancellation", "assinatura_cancelada"),
    ),
    "lead_created": TypeNote("Novo lead", "New lead", ("new_lead", "novo_lead", "lead_novo")),
    "message_received": TypeNote("Mensagem recebida no WhatsApp", "Message received on WhatsApp"),
    "message_understood": TypeNote(
        "Mensagem recebida e entendida (intenção e confiança)", "A received message was understood (intent, confidence)"
    ),
    "number_changed": TypeNote("A pessoa mudou de número no WhatsApp", "The person has another number on WhatsApp"),
}

TYPE_SYNONYMS = {synonym: name for name, note in EVENT_TYPES.items() for synonym in note.synonyms}


def event_type_of(text: str) -> str | None:
    """Return the one name of an event type: snake case, synonyms folded (``order.paid`` is ``order_approved``)."""
    name = snake_case(text)
    return None if name is None else TYPE_SYNONYMS.get(name, name)
