"""Sample templates and rules, as the demo seed and the README use them: a PIX was made, an order was paid."""

from __future__ import annotations

from typing import Any

PIX_CRIADO: dict[str, Any] = {
    "name": "pix_criado",
    "kind": "meta",
    "language": "pt_BR",
    "category": "utility",
    "body": (
        "Olá, {{customer_name|first_name}}! Seu PIX de {{order_value|money}} para {{product_name}} está pronto.\n\n"
        "Copie o código abaixo e pague no aplicativo do seu banco:\n\n{{pix_code}}\n\n"
        "Assim que o pagamento for confirmado, avisamos você por aqui."
    ),
    "components": [],
    "defaults": {"customer_name": "cliente", "product_name": "seu pedido"},
    "status": "approved",
}

PEDIDO_APROVADO: dict[str, Any] = {
    "name": "pedido_aprovado",
    "kind": "meta",
    "language": "pt_BR",
    "category": "utility",
    "body": (
        "Olá, {{customer_name|first_name}}! Recebemos o pagamento de {{order_value|money}} e sua compra de "
        "{{product_name}} está confirmada. Obrigado pela preferência!"
    ),
    "components": [],
    "defaults": {"customer_name": "cliente", "product_name": "seu pedido"},
    "status": "approved",
}

SAMPLE_TEMPLATES: tuple[dict[str, Any], ...] = (PIX_CRIADO, PEDIDO_APROVADO)


def sample_rules(session_id: str, template_ids: dict[str, str]) -> list[dict[str, Any]]:
    """Return the two sample rules, ready to be stored.

    Args:
        session_id: the session that sends, as text.
        template_ids: the ids of :data:`SAMPLE_TEMPLATES`, as text, by template name.
    """
    return [
        _rule("PIX criado: envia o código", "pix_created", session_id, template_ids["pix_criado"]),
        _rule("Pedido aprovado: confirma", "order_approved", session_id, template_ids["pedido_aprovado"]),
    ]


def _rule(name: str, event_type: str, session_id: str, template_id: str) -> dict[str, Any]:
    return {
        "name": name,
        "active": True,
        "trigger": {"event_type": event_type},
        "action": {"send": {"session_id": session_id, "template_id": template_id}},
    }
