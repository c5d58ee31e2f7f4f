"""What a scenario makes for itself through the public API: a company, its shops, numbers, template and rules."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from bench.api import Api, SimulatorControl
from bench.instance import Instance
from bench.plan import Plan, address
from bench.zones import midday_zone

FIRES = "pix_created"
SILENT = "order_approved"
# Templates by category: what is marketing travels in the bulk lane.
_NAMES = {"utility": "pix_bench", "marketing": "oferta_bench"}
_TEMPLATE = {
    "kind": "meta",
    "language": "pt_BR",
    "body": "Olá, {{customer_name|first_name}}! Seu PIX de {{order_value|money}}:\n\n{{pix_code}}\n\nObrigado!",
    "defaults": {"customer_name": "cliente"},
}
_TEMPLATE_AT_META = "Olá, {{1}}! Seu PIX de {{2}}:\n\n{{3}}\n\nObrigado!"
SESSION_RATE = 1000  # the most that one number may send in a second


@dataclass(frozen=True, slots=True)
class Shop:
    """One webhook and the number that answers its buyers."""

    source: str
    path: str
    secret: str
    session_id: str
    phone_number_id: str

    @property
    def door(self) -> dict[str, str]:
        """Return what a plan's traffic needs to know."""
        return {"path": self.path, "source": self.source, "secret": self.secret}


@dataclass(slots=True)
class BenchCompany:
    """A company with shops; each shop has its own number on the simulator."""

    instance: Instance
    company_id: str
    api: Api
    simulator: SimulatorControl
    shops: list[Shop] = field(default_factory=list)
    app_id: str = ""
    app_secret: str = ""
    waba_id: str = ""
    run: str = field(default_factory=lambda: secrets.token_hex(4))
    _next_number: int = 0

    def traffic(self, fire_every: int, requests: int, *, fires: str = FIRES, silent: str = SILENT) -> dict[str, Any]:
        """Return a plan's traffic of at most ``requests`` webhooks, none of which was sent before by this company.

        Args:
            fire_every: every n-th webhook is of the type ``fires``; 0: none is.
            requests: how many numbers to set aside.
            fires: the event type that rules answer.
            silent: the event type of the others.
        """
        first = self._next_number
        self._next_number += requests
        return {
            "kind": "webhooks",
            "doors": [shop.door for shop in self.shops],
            "run": self.run,
            "first": first,
            "fire_every": fire_every,
            "fires": fires,
            "silent": silent,
        }

    def plan(self, traffic: dict[str, Any], connections: int, **more: Any) -> Plan:
        """Return a plan against this company's instance."""
        host, port = address(self.instance.base_url)
        return Plan(host=host, port=port, connections=connections, traffic=traffic, **more)

    def close(self) -> None:
        """Close the connections."""
        self.api.close()
        self.simulator.close()


def make_company(instance: Instance, shops: int, throughput: int = SESSION_RATE) -> BenchCompany:
    """Make a company with so many shops, each with a signed webhook and a number of its own.

    Args:
        instance: where it shall live.
        shops: how many.
        throughput: messages a second that WhatsApp allows each number, inbound ones included.
    """
    company_name = f"Bench {secrets.token_hex(3)}"
    made = instance.api().post("/companies", {"name": company_name, "time_zone": midday_zone()})
    company = BenchCompany(
        instance, made["id"], instance.api(made["api_key"]), SimulatorControl(instance.simulator_url)
    )
    app = {"app_id": _digits(15), "app_secret": secrets.token_hex(16), "verify_token": secrets.token_urlsafe(16)}
    waba_id = company.waba_id = _digits(15)
    company.app_id, company.app_secret = app["app_id"], app["app_secret"]
    numbers = []
    for index in range(shops):
        number = {"phone_number_id": _digits(15), "waba_id": waba_id, "token": "sim" + secrets.token_hex(24)}
        number["phone"] = f"+55119{_digits(8)}"
        numbers.append({**number, "throughput": throughput, "tier": "TIER_UNLIMITED"})
        company.shops.append(_make_shop(company, f"loja-{index}", numbers[-1], app))
    company.simulator.put_app(
        app["app_id"],
        {
            "app_secret": app["app_secret"],
            "verify_token": app["verify_token"],
            "callback_url": f"{instance.base_url}/api/v1/webhooks/meta/{app['app_id']}",
            "numbers": numbers,
            "templates": [
                {"name": name, "language": "pt_BR", "category": category, "body": _TEMPLATE_AT_META}
                for category, name in _NAMES.items()
            ],
        },
    )
    return company


def _make_shop(company: BenchCompany, source: str, number: dict[str, Any], app: dict[str, str]) -> Shop:
    session = company.api.post("/sessions", {"name": source, "transport": "simulator", "meta_app": app, **number})
    webhook = company.api.post("/webhooks", {"name": source, "source": source, "auth": {"scheme": "timestamped"}})
    return Shop(source, urlsplit(webhook["url"]).path, webhook["secret"], session["id"], number["phone_number_id"])


def add_silent_rules(company: BenchCompany, *event_types: str) -> None:
    """Add two rules whose trigger names the events' types (by default FIRES) and whose conditions do not hold."""
    send = {"session_id": company.shops[0].session_id, "text": "Olá, {{customer_name}}!"}
    conditions: list[dict[str, Any]] = [
        {
            "all": [
                {"field": "payment_method", "op": "equals", "value": "pix"},
                {"field": "order_value", "op": "greater", "value": 5000},
            ]
        },
        {
            "any": [
                {"field": "product_name", "op": "contains", "value": "outro produto"},
                {"field": "$.metadata.deviceType", "op": "equals", "value": "desktop"},
            ]
        },
    ]
    for index, when in enumerate(conditions):
        rule = {
            "name": f"não dispara {index}",
            "trigger": {"event_type": list(event_types) or FIRES},
            "when": when,
            "action": {"send": send},
        }
        company.api.post("/rules", rule)


def add_firing_rules(
    company: BenchCompany, shops: Sequence[Shop] = (), *, fires: str = FIRES, category: str = "utility"
) -> None:
    """Add a template, and for each shop a rule that answers its events of one type through its number.

    Args:
        company: whose rules they are.
        shops: the shops concerned; all of them by default.
        fires: the event type.
        category: of the template: ``utility`` is transactional, ``marketing`` bulk. Once each.
    """
    template = company.api.post("/templates", {**_TEMPLATE, "name": _NAMES[category], "category": category})
    for shop in shops or company.shops:
        rule = {
            "name": f"{fires} de {shop.source}",
            "trigger": {"event_type": fires, "source": shop.source},
            "action": {"send": {"session_id": shop.session_id, "template_id": template["id"]}},
        }
        company.api.post("/rules", rule)


def _digits(count: int) -> str:
    return str(10 ** (count - 1) + secrets.randbelow(9 * 10 ** (count - 1)))
