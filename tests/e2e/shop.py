"""A company of one test: its key, its number on the simulator, its signed webhook and its rules, made by the API."""

from __future__ import annotations

import hmac
import secrets
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode, urlsplit
from uuid import UUID

import orjson

from bench.grapfy import GrapfyBody
from bench.zones import midday_zone
from engine.sharding import assign, bucket_of
from tests.e2e.http_client import HttpAnswer, HttpClient, NoAnswer
from tests.e2e.rig import Instance

API = "/api/v1"
SOURCE = "grapfy"
SHARDS = 2
_JSON = {"content-type": "application/json"}
_TEMPLATE = {
    "name": "pix_prova",
    "kind": "meta",
    "language": "pt_BR",
    "category": "utility",
    "body": "Olá, {{customer_name|first_name}}! Seu PIX de {{order_value|money}} está pronto.",
    "defaults": {"customer_name": "cliente"},
}
_TEMPLATE_AT_META = "Olá, {{1}}! Seu PIX de {{2}} está pronto."


class Refused(AssertionError):
    """The API answered something else than success."""

    def __init__(self, what: str, answer: HttpAnswer) -> None:
        self.answer = answer
        super().__init__(f"{what} answered {answer.status}: {answer.body[:500].decode(errors='replace')}")


@dataclass(slots=True)
class Api:
    """JSON with one key."""

    client: HttpClient
    key: str

    async def call(self, method: str, path: str, body: object = None, **query: object) -> Any:
        """Return the JSON of one request; tried again for as long as nobody answers it, at most five times.

        Raises:
            Refused: the status is 400 or above.
        """
        answer = await self.answer(method, path, body, **query)
        if answer.status >= 400:
            raise Refused(f"{method} {path}", answer)
        return answer.json() if answer.body else None

    async def answer(self, method: str, path: str, body: object = None, **query: object) -> HttpAnswer:
        """Return the whole answer, whatever its status."""
        target = API + path + (f"?{urlencode({name: str(value) for name, value in query.items()})}" if query else "")
        headers = {"authorization": f"Bearer {self.key}"}
        data = None if body is None else orjson.dumps(body)
        for attempt in range(5):
            try:
                return await self.client.request(method, target, headers | (_JSON if data else {}), data)
            except NoAnswer:
                if attempt == 4 or method != "GET":
                    raise
        raise AssertionError("unreachable")

    async def get(self, path: str, **query: object) -> Any:
        return await self.call("GET", path, None, **query)

    async def post(self, path: str, body: object) -> Any:
        return await self.call("POST", path, body)

    async def pages(self, path: str, **query: object) -> AsyncIterator[dict[str, Any]]:
        """Yield every entry of a list, newest first."""
        page = await self.get(path, limit=500, **query)
        while True:
            for entry in page["data"]:
                yield entry
            if page["next_cursor"] is None:
                return
            page = await self.get(path, limit=500, cursor=page["next_cursor"], **query)

    async def all(self, path: str, **query: object) -> list[dict[str, Any]]:
        """Return every entry of a list, newest first."""
        return [entry async for entry in self.pages(path, **query)]


@dataclass(slots=True)
class Simulator:
    """The control plane: what WhatsApp did, and what it shall do."""

    client: HttpClient

    async def call(self, method: str, path: str, body: object = None, **query: object) -> Any:
        """Return the JSON of one request to ``/_sim``.

        Raises:
            Refused: the status is 400 or above.
        """
        target = f"/_sim{path}" + (
            f"?{urlencode({name: str(value) for name, value in query.items()})}" if query else ""
        )
        answer = await self.client.request(method, target, _JSON, b"" if body is None else orjson.dumps(body))
        if answer.status >= 400:
            raise Refused(f"{method} {target}", answer)
        return answer.json() if answer.body else None

    async def messages(self, **query: object) -> list[dict[str, Any]]:
        """Return everything that was really accepted (``GET /_sim/messages``), oldest first."""
        found: list[dict[str, Any]] = []
        while True:
            page = await self.call("GET", "/messages", None, limit=5_000, offset=len(found), **query)
            found += page["data"]
            if not page["data"] or len(found) >= page["total"]:
                return found

    async def accepted(self, phone_number_id: str) -> int:
        """Return how many messages of one number were accepted."""
        page = await self.call("GET", "/messages", None, limit=1, phone_number_id=phone_number_id)
        return int(page["total"])

    async def fault(self, match: dict[str, object], then: dict[str, object], **more: object) -> str:
        """Put a fault in force and return its id."""
        return str((await self.call("POST", "/faults", {"match": match, "then": then, **more}))["id"])

    async def heal(self, fault_id: str) -> None:
        """Take a fault away."""
        await self.call("DELETE", f"/faults/{fault_id}")


@dataclass(slots=True)
class Shop:
    """One company with one number, one webhook and one rule that answers every ``pix_created``."""

    company_id: str
    api: Api
    simulator: Simulator
    path: str
    secret: str
    webhook_id: str
    session_id: str
    phone_number_id: str
    template_id: str
    app_id: str
    app_secret: str
    rule_id: str = ""
    body: GrapfyBody = field(default_factory=lambda: GrapfyBody(secrets.token_hex(4)))

    @property
    def shard(self) -> str:
        """Return the name of the shard that owns this company by default."""
        return f"shard-{assign(SHARDS, {})[bucket_of(UUID(self.company_id).bytes)]}"

    def signed(self, body: bytes, at: int | None = None) -> dict[str, str]:
        """Return the headers of a webhook delivered at ``at`` (seconds since 1970; now by default)."""
        stamp = str(int(time.time()) if at is None else at)
        mac = hmac.digest(self.secret.encode(), stamp.encode() + b"." + body, "sha256").hex()
        return {**_JSON, "x-webhook-source": SOURCE, "x-webhook-timestamp": stamp, "x-webhook-signature": mac}

    def rule(self, name: str = "PIX", event_type: str = "pix_created") -> dict[str, Any]:
        """Return the definition of a rule that answers an event type with the template."""
        return {
            "name": name,
            "trigger": {"event_type": event_type},
            "action": {"send": {"session_id": self.session_id, "template_id": self.template_id}},
        }

    async def post(self, client: HttpClient, body: bytes, **more: str) -> HttpAnswer:
        """Deliver a signed webhook."""
        return await client.request("POST", self.path, {**self.signed(body), **more}, body)


async def make_shop(
    instance: Instance,
    client: HttpClient,
    simulator: Simulator,
    *,
    transport: str = "simulator",
    with_rule: bool = True,
) -> Shop:
    """Make a company with an installation key, and all that it needs to answer its buyers.

    Args:
        instance: where it shall live.
        client: speaks to its gateway.
        simulator: the WhatsApp that its number lives on.
        transport: ``simulator`` for the instance's own, ``cloud`` for the one at its ``graph_url``.
        with_rule: whether a rule answers every ``pix_created``.
    """
    company = await Api(client, instance.credentials.installation_key).post(
        "/companies", {"name": f"Loja {secrets.token_hex(3)}", "time_zone": midday_zone()}
    )
    api = Api(client, company["api_key"])
    app = {"app_id": _digits(15), "app_secret": secrets.token_hex(16), "verify_token": secrets.token_urlsafe(16)}
    number = {"phone_number_id": _digits(15), "waba_id": _digits(15), "token": f"EAA{secrets.token_hex(24)}"}
    number["phone"] = f"+55119{_digits(8)}"
    limits = {"throughput": 1000, "tier": "TIER_UNLIMITED"}
    session = await api.post(
        "/sessions", {"name": "Vendas", "transport": transport, "meta_app": app, **number, **limits}
    )
    configured = await simulator.call(
        "PUT",
        f"/apps/{app['app_id']}",
        {
            "app_secret": app["app_secret"],
            "verify_token": app["verify_token"],
            "callback_url": f"{instance.base_url}/api/v1/webhooks/meta/{app['app_id']}",
            "numbers": [{**number, **limits}],
            "templates": [{"name": _TEMPLATE["name"], "language": "pt_BR", "body": _TEMPLATE_AT_META}],
        },
    )
    assert configured["handshake"]["ok"], configured["handshake"]
    template = await api.post("/templates", _TEMPLATE)
    webhook = await api.post("/webhooks", {"name": "Loja", "source": SOURCE, "auth": {"scheme": "timestamped"}})
    shop = Shop(
        company_id=company["id"],
        api=api,
        simulator=simulator,
        path=urlsplit(webhook["url"]).path,
        secret=webhook["secret"],
        webhook_id=webhook["id"],
        session_id=session["id"],
        phone_number_id=number["phone_number_id"],
        template_id=template["id"],
        app_id=app["app_id"],
        app_secret=app["app_secret"],
    )
    if with_rule:
        shop.rule_id = (await api.post("/rules", shop.rule()))["id"]
    return shop


def _digits(count: int) -> str:
    return str(10 ** (count - 1) + secrets.randbelow(9 * 10 ** (count - 1)))
