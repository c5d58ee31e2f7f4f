"""Apps, their numbers and templates: what ``PUT /_sim/apps/{app_id}`` configures."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from whatsapp.simulator.limits import PairLimit, Throughput, Windows
from whatsapp.simulator.templates import Template

HIGH_THROUGHPUT = 1000
TIERS = ("TIER_250", "TIER_2K", "TIER_10K", "TIER_100K", "TIER_UNLIMITED")


class Number:
    """One business phone number. ``index`` names it in the ledger for ever."""

    __slots__ = (
        "_second", "_this_second", "accepted", "app_id", "authorization", "blocked", "blocked_people", "bucket",
        "index", "last_s", "name", "name_status", "pairs", "peak_s", "phone", "phone_number_id", "pin",
        "portfolio_id", "profile", "quality", "restricted", "settings", "status", "stopped", "tier", "waba_id",
        "windows",
    )  # fmt: skip

    def __init__(self, index: int, phone_number_id: str) -> None:
        self.index = index
        self.phone_number_id = phone_number_id
        self.app_id = ""
        self.waba_id = ""
        self.portfolio_id = ""
        self.phone = 0
        self.authorization = b""
        self.tier = "TIER_250"
        self.bucket = Throughput(80)
        self.name = "Loja Exemplo"
        self.name_status = "APPROVED"
        self.quality = "GREEN"
        self.pin = ""
        self.profile: dict[str, Any] = {"messaging_product": "whatsapp"}
        self.settings: dict[str, Any] = {}
        self.clear()

    def clear(self) -> None:
        """Forget the counts, who was written to, who wrote, and what was taken away."""
        self.pairs = PairLimit()
        self.windows = Windows()
        self.status = "CONNECTED"
        self.blocked = 0  # the code that every message is refused with, 0 for none
        self.restricted = 0  # the same for what the business begins: messages outside an open window
        self.stopped: set[int] = set()  # who wants no marketing
        self.blocked_people: set[int] = set()
        self.accepted = 0
        self.peak_s = 0
        self.last_s = 0
        self._second = 0
        self._this_second = 0

    def count(self, now_ms: int) -> None:
        """Count one accepted message; ``last_s`` is the last whole second's count, ``peak_s`` the highest."""
        self.accepted += 1
        second = now_ms // 1000
        if second != self._second:
            self._turn(second)
        self._this_second += 1
        self.peak_s = max(self.peak_s, self._this_second)

    def rate(self, now_ms: int) -> int:
        """Return how many were accepted in the last whole second."""
        second = now_ms // 1000
        if second != self._second:
            self._turn(second)
        return self.last_s

    def _turn(self, second: int) -> None:
        self.last_s = self._this_second if second == self._second + 1 else 0
        self._second = second
        self._this_second = 0


@dataclass(slots=True)
class App:
    """One Meta app: where its webhooks go and what signs them."""

    app_id: str
    secret: bytes = b""
    verify_token: str = ""
    callback_url: str = ""
    templates: dict[tuple[str | None, str, str], Template] = field(default_factory=dict)

    def template(self, waba_id: str, name: str, language: str) -> Template | None:
        """Return the template of one account, or else one that was given to all accounts of the app."""
        templates = self.templates
        return templates.get((waba_id, name, language)) or templates.get((None, name, language))

    def templates_of(self, waba_id: str) -> list[Template]:
        """Return one account's templates, oldest first: its own in the place of one that all accounts have."""
        templates = self.templates.values()
        own = {(one.name, one.language) for one in templates if one.waba_id == waba_id}
        return [
            one
            for one in templates
            if one.waba_id == waba_id or (one.waba_id is None and (one.name, one.language) not in own)
        ]

    def keep(self, template: Template) -> None:
        """Keep a template, in the place of one with its name and language."""
        self.templates[template.waba_id, template.name, template.language] = template


class Registry:
    """Everything configured; survives a reset."""

    def __init__(self) -> None:
        self.apps: dict[str, App] = {}
        self.numbers: dict[str, Number] = {}
        self.by_index: list[Number] = []
        self.tokens: set[bytes] = set()
        self.template_names: list[str] = []
        self.template_categories: list[str] = []
        self._template_index: dict[tuple[str, str], int] = {}

    def template_index(self, template: Template) -> int:
        """Return the small integer that stands for a template's name and category in the ledger."""
        key = template.name, template.category
        index = self._template_index.get(key)
        if index is None:
            index = self._template_index[key] = len(self.template_names)
            self.template_names.append(template.name)
            self.template_categories.append(template.category.lower())
        return index

    def account(self, waba_id: str) -> list[Number]:
        """Return the numbers of one WhatsApp Business Account, oldest first."""
        return [number for number in self.by_index if number.waba_id == waba_id]

    def put_app(self, app_id: str, spec: dict[str, Any]) -> App:
        """Create or update an app with its numbers and templates; what ``spec`` does not name stays.

        Raises:
            ValueError: the first thing that is wrong; nothing was changed then.
        """
        numbers = [_number(one) for one in _objects(spec, "numbers")]
        templates = [Template(one) for one in _objects(spec, "templates")]
        known = self.apps.get(app_id)
        secret = _text(spec, "app_secret", known.secret.decode() if known else None)
        verify_token = _text(spec, "verify_token", known.verify_token if known else "")
        callback_url = _text(spec, "callback_url", known.callback_url if known else "")
        if callback_url and not callback_url.startswith(("http://", "https://")):
            raise ValueError("callback_url must be an http address")
        app = known or App(app_id)
        app.secret, app.verify_token, app.callback_url = secret.encode(), verify_token, callback_url
        for template in templates:
            app.keep(template)
        self.apps[app_id] = app
        for one in numbers:
            self._put_number(app_id, one)
        self.tokens = {number.authorization for number in self.by_index}
        return app

    def _put_number(self, app_id: str, spec: dict[str, Any]) -> None:
        number = self.numbers.get(spec["phone_number_id"])
        if number is None:
            number = Number(len(self.by_index), spec["phone_number_id"])
            self.by_index.append(number)
            self.numbers[number.phone_number_id] = number
        number.app_id = app_id
        number.waba_id = spec["waba_id"]
        number.portfolio_id = spec["portfolio_id"]
        number.name, number.quality = spec["name"] or number.name, spec["quality"] or number.quality
        number.phone = spec["phone"]
        number.authorization = b"Bearer " + spec["token"].encode()
        number.tier = spec["tier"]
        if number.bucket.rate != spec["throughput"]:
            number.bucket = Throughput(spec["throughput"])


def digits(phone: object) -> int:
    """Return a phone's digits as an integer (``+`` and separators are allowed, 7 to 15 digits).

    Raises:
        ValueError: it is no phone number.
    """
    if isinstance(phone, str) and len(phone) <= 32:
        only = phone.strip().lstrip("+")
        if not only.isdigit():
            only = only.translate(_SEPARATORS)
        if only.isascii() and only.isdigit() and 7 <= len(only) <= 15 and only[0] != "0":
            return int(only)
    raise ValueError("not a phone number")


_SEPARATORS = str.maketrans("", "", " -().")


def _objects(spec: dict[str, Any], field_name: str) -> list[dict[str, Any]]:
    value = spec.get(field_name) or []
    if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
        raise ValueError(f"{field_name} must be a list of objects")
    return value


def _text(spec: dict[str, Any], field_name: str, default: str | None) -> str:
    value = spec.get(field_name, default)
    if not isinstance(value, str):
        raise ValueError(f"{field_name} must be text")
    return value


def _number(spec: dict[str, Any]) -> dict[str, Any]:
    phone_number_id = _text(spec, "phone_number_id", None)
    if not phone_number_id.isascii() or not phone_number_id.isalnum():
        raise ValueError("phone_number_id must be letters and digits")
    throughput = spec.get("throughput", 80)
    if not isinstance(throughput, int) or not 1 <= throughput <= 100_000:
        raise ValueError("throughput must be between 1 and 100000 messages per second")
    tier = spec.get("tier") or "TIER_250"
    if tier not in TIERS:
        raise ValueError(f"tier must be one of {', '.join(TIERS)}")
    waba_id = _text(spec, "waba_id", phone_number_id)
    return {
        "phone_number_id": phone_number_id,
        "waba_id": waba_id,
        "portfolio_id": _text(spec, "portfolio_id", waba_id),
        "name": _text(spec, "verified_name", ""),
        "quality": _text(spec, "quality", "").upper(),
        "phone": digits(spec.get("phone")),
        "token": _text(spec, "token", None),
        "throughput": throughput,
        "tier": tier,
    }
