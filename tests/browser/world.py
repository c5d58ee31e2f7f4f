"""What a company has after a busy hour, made through everybody's doors: webhooks in, the API, WhatsApp's faults."""

from __future__ import annotations

import json
import secrets
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from bench.grapfy import GrapfyBody
from masteria.api_client import ApiClient
from masteria.processes import wait_until
from tests.e2e.rig import Instance

_NAMES = ("Ana Souza", "Bruno Lima", "Carla Dias", "Davi Rocha", "Elisa Nunes", "Fábio Reis", "Gabriela <b>Luz</b>")
_PRODUCTS = ("Curso de Fotografia", "Mentoria de Vendas", "E-book Receitas", "Plano Anual")
_UNREACHABLE, _SILENT, _BLOCKED = 5, 9, 13
_FAULTS: tuple[tuple[int, dict[str, object]], ...] = (
    (_UNREACHABLE, {"error_code": 131026}),
    (_SILENT, {"drop_after_accept": True}),
    (_SILENT, {"statuses": "lost"}),
    (_BLOCKED, {"error_code": 131049}),
)
_TAGS = ("cliente", "vip", "recorrente")
_SETTLES_S = 120.0
_ORDERS = 28
_TYPES = ("pix_created", "pix_created", "pix_created", "order_approved", "pix_created", "pix_created", "pix_expired")


@dataclass(slots=True)
class Sender:
    """A shop's payment system, which delivers to one webhook."""

    url: str
    run: str = field(default_factory=lambda: secrets.token_hex(4))
    sent: int = 0

    def order(self, event_type: str = "pix_created", **more: Any) -> str:
        """Deliver one order and return its id; ``more`` replaces fields of the body."""
        self.sent += 1
        body = json.loads(GrapfyBody(self.run, event_type).make(self.sent))
        body["customer"]["name"] = _NAMES[self.sent % len(_NAMES)]
        body["product"]["name"] = _PRODUCTS[self.sent % len(_PRODUCTS)]
        body["total"] = body["subTotal"] = 47 + 25 * (self.sent % 11)
        body.update(more)
        post(self.url, body)
        return str(body["orderId"])


def post(url: str, body: object) -> Any:
    """Deliver JSON as a foreign system does; return the answer's."""
    request = urllib.request.Request(url, json.dumps(body).encode(), {"content-type": "application/json"})
    with urllib.request.urlopen(request, timeout=20) as answer:
        return json.load(answer)


@dataclass(slots=True)
class World:
    """The demo company and what it has."""

    api: ApiClient
    sender: Sender
    simulator_url: str
    session_id: str
    templates: dict[str, str]
    contact_ids: list[str] = field(default_factory=list)

    def statuses(self) -> dict[str, int]:
        """Count its messages by status."""
        found: dict[str, int] = {}
        for message in self.api.pages("/messages"):
            found[message["status"]] = found.get(message["status"], 0) + 1
        return found

    def draft(self, name: str, tag: str) -> str:
        """Make a campaign's draft for everybody with a tag; return its id."""
        campaign = {
            "name": name,
            "audience": {"tags": {"any": [tag]}},
            "variants": [{"template_id": self.templates["pedido_aprovado"], "share": 100}],
            "variables": {
                "customer_name": {"field": "name", "default": "cliente"},
                "order_value": {"value": "97.00"},
                "product_name": {"value": "Curso de Fotografia"},
            },
            "sessions": [{"session_id": self.session_id, "share": 1}],
        }
        return str(self.api.call("POST", "/campaigns", campaign)["id"])

    def fault(self, then: Mapping[str, object], **match: object) -> str:
        """Let WhatsApp misbehave; return the fault's id."""
        return str(post(f"{self.simulator_url}/_sim/faults", {"match": match, "then": then})["id"])

    @contextmanager
    def faulty(self, then: Mapping[str, object], **match: object) -> Iterator[None]:
        """Do the same for the length of a block."""
        fault = self.fault(then, **match)
        try:
            yield
        finally:
            request = urllib.request.Request(f"{self.simulator_url}/_sim/faults/{fault}", method="DELETE")
            with urllib.request.urlopen(request, timeout=20):
                pass

    def messages_of(self, order_id: str) -> list[dict[str, Any]]:
        """Return the messages that an order's events made."""
        events = self.api.call("GET", f"/events?order_id={order_id}")["data"]
        return [one for event in events for one in self.api.call("GET", f"/messages?event_id={event['id']}")["data"]]

    def texts_of(self, phone: str) -> list[str]:
        """Return what the person with that phone has read on WhatsApp, oldest first."""
        with urllib.request.urlopen(f"{self.simulator_url}/_sim/messages?phone={phone}", timeout=20) as answer:
            return [str(message["text"]) for message in json.load(answer)["data"]]


def fill(instance: Instance, api: ApiClient) -> World:
    """Give the demo company orders with every outcome, contacts, a list, opt-outs, an alert and a campaign.

    Raises:
        AssertionError: the messages did not come to their ends.
    """
    url, session_id = instance.credentials.demo_webhook_url, instance.credentials.demo_session_id
    assert url is not None and session_id is not None, "the instance has no demo"
    templates = {one["name"]: one["id"] for one in api.pages("/templates")}
    world = World(api, Sender(url), instance.simulator_url, session_id, templates)
    for number, then in _FAULTS:
        body = json.loads(GrapfyBody(world.sender.run).make(number))
        world.fault(then, to=f"55{body['customer']['phoneNumber']}")
    for number in range(_ORDERS):
        world.sender.order(_TYPES[number % len(_TYPES)])
    post(url, {"isto": "não é um pedido", "linhas": [1, 2, 3]})
    _people(world)
    _plans(world)
    wait_until(lambda: _ended(world.statuses()), _SETTLES_S)
    seen = world.statuses()
    assert _ended(seen), f"the messages of the demo company came to no end: {seen}"
    return world


def _ended(statuses: Mapping[str, int]) -> bool:
    return statuses.get("read", 0) >= _ORDERS // 2 and {"failed", "uncertain"} <= set(statuses)


def _people(world: World) -> None:
    for number, name in enumerate(_NAMES * 3):
        contact = {"phone": f"+55219{number:08d}", "name": name, "tags": [_TAGS[number % len(_TAGS)]]}
        world.contact_ids.append(world.api.call("POST", "/contacts", contact)["id"])
    members = world.api.call("POST", "/lists", {"name": "Compradores de janeiro"})["id"]
    world.api.call("POST", f"/lists/{members}/members", {"ids": world.contact_ids[:12]})
    world.api.call("POST", "/opt-outs", {"phones": ["+5521900000003"], "source": "pediu por telefone"})


def _plans(world: World) -> None:
    world.api.call("POST", "/alerts", {"name": "Falhas no envio", "metric": "failure_rate", "threshold": 0.2,
                                       "window_s": 600, "channels": {"app": True}})  # fmt: skip
    world.draft("Volta às aulas", "cliente")
