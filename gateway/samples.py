"""An event in the shape of the first source (Grapfy), for ``POST /webhooks/{id}/test``. Every value is made up."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from engine.ids import ms_to_time
from engine.times import rfc3339

_TWO_HOURS_MS = 7_200_000
_STATUS = {
    "pix_created": "pending",
    "order_refused": "refused",
    "order_refunded": "refunded",
    "order_chargeback": "chargeback",
    "cart_abandoned": "abandoned",
}
_PIX = (
    "00020126580014br.gov.bcb.pix0136123e4567-e12b-12d1-a456-4266554400005204000053039865802BR5913Fulano de Tal"
    "6008BRASILIA62070503***63041D3D"
)


def sample_payload(event_type: str, event_id: bytes, now_ms: int) -> dict[str, Any]:
    """Return a purchase of R$ 97,00; every call makes another event and order.

    Args:
        event_type: what the event says it is.
        event_id: 16 bytes; becomes the provider's id.
        now_ms: when the purchase was made (milliseconds since 1970).
    """
    pix = event_type == "pix_created"
    status = _STATUS.get(event_type, "approved")
    moment = rfc3339(ms_to_time(now_ms))
    return {
        "eventId": str(UUID(bytes=event_id)),
        "eventType": event_type,
        "status": status,
        "paymentMethod": "pix",
        "orderId": f"teste-{event_id.hex()[-12:]}",
        "total": 97,
        "qrCode": _PIX if pix else None,
        "pixExpirationAt": rfc3339(ms_to_time(now_ms + _TWO_HOURS_MS)) if pix else None,
        "customer": {
            "name": "Cliente Exemplo",
            "email": "cliente@exemplo.test",
            "phoneNumber": "11900000000",
            "document": "00000000000",
        },
        "product": {"name": "Produto Exemplo", "quantity": 1},
        "plan": {"name": "Plano Exemplo"},
        "createdAt": moment,
        "approvedAt": moment if status == "approved" else None,
        "test": True,
    }
