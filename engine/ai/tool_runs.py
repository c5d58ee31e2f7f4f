"""Tools as they are run for one person: over that person's own orders and nothing else. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from typing import Any

from engine.ai.agents import Agent
from engine.ai.tools import MOST_CALLS, ToolCall, ToolRefused, read_call

_STATES = {
    "order_approved": "pagamento aprovado",
    "order_refused": "pagamento recusado",
    "order_cancelled": "pedido cancelado",
    "order_expired": "pedido expirado",
    "order_refunded": "valor devolvido",
    "refund_requested": "reembolso pedido",
    "order_chargeback": "compra contestada no banco",
    "pix_created": "aguardando o pagamento do PIX",
    "pix_expired": "PIX expirado",
    "boleto_created": "aguardando o pagamento do boleto",
    "order_created": "pedido feito, aguardando pagamento",
    "cart_abandoned": "carrinho sem compra",
}


@dataclass(slots=True)
class ToolRuns:
    """What a model's calls found and did.

    Attributes:
        told: results, as the person may see them; an answer may rest on them.
        codes: PIX codes that were looked up.
        tags: to be given to the person once the answer is stored.
        wants_person: hand_over was called.
        refused: the last call was; what is said behind one may claim what was not done.
    """

    agent: Agent
    orders: Sequence[Mapping[str, Any]]
    now: datetime
    zone: tzinfo
    told: list[str] = field(default_factory=list)
    codes: list[str] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    wants_person: bool = False
    refused: bool = False
    calls: int = 0

    def run(self, name: object, arguments: object) -> dict[str, Any]:
        """Run one call as the model wrote it; return what it is told."""
        self.calls += 1
        self.refused = True
        if self.calls > MOST_CALLS:
            return {"error": "too many calls"}
        call = read_call(self.agent, name, arguments, [str(order["order_id"]) for order in self.orders])
        if isinstance(call, ToolRefused):
            return {"error": call.why}
        self.refused = False
        self.names.append(call.name)
        return self._run(call)

    def _run(self, call: ToolCall) -> dict[str, Any]:
        match call.name:
            case "hand_over":
                self.wants_person = True
                return {"done": True}
            case "tag":
                self.tags.append(call.tag or "")
                return {"done": True}
            case "resend_pix":
                return self._pix()
        order = self._order(call.order_id)
        if order is None:
            return {"orders": "none"}
        found = self._shown(order)
        self.told.append(json.dumps(found, ensure_ascii=False))
        return found

    def _order(self, order_id: str | None) -> Mapping[str, Any] | None:
        wanted = (order for order in self.orders if order_id is None or order["order_id"] == order_id)
        return next(iter(wanted), None)

    def _shown(self, order: Mapping[str, Any]) -> dict[str, Any]:
        """Return an order in words. Its product's name may be anybody's words, and what it claims is no data."""
        cents = order["value_cents"]
        kind = str(order["event_type"])
        return {
            "situacao": _STATES.get(kind, "em andamento"),
            "valor": None if cents is None else f"R$ {cents // 100},{cents % 100:02d}",
            "data": order["last_at"].astimezone(self.zone).strftime("%d/%m/%Y"),
        }

    def _pix(self) -> dict[str, Any]:
        for order in self.orders:
            code, until = order["pix_code"], order["pix_expires_at"]
            settled = set(order["event_types"]) & {"order_approved", "order_cancelled", "order_refunded"}
            if code and not settled and (until is None or until > self.now):
                self.codes.append(code)
                told = {"pix": "o código é enviado logo depois da sua resposta"}
                if until is not None:
                    told["vale_ate"] = until.astimezone(self.zone).strftime("%d/%m/%Y %H:%M")
                    self.told.append(told["vale_ate"])
                return told
        return {"pix": "none"}
