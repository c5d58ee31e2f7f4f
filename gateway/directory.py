"""What the doors know without asking anybody: webhooks by token or source, Meta apps, numbers. Reloaded on change."""

from __future__ import annotations

import hashlib
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

from engine.signatures import SignatureScheme


@dataclass(frozen=True, slots=True)
class WebhookEntry:
    """A webhook as the door needs it."""

    id: bytes
    company_id: bytes
    source: str
    active: bool
    scheme: SignatureScheme
    token_hash: bytes | None
    until_ms: int | None = None  # a rotated secret runs out then: read the company again


@dataclass(frozen=True, slots=True)
class MetaAppEntry:
    """A Meta app's secrets and its company."""

    app_id: str
    company_id: bytes
    app_secret: str
    verify_token: str


@dataclass(frozen=True, slots=True)
class NumberEntry:
    """Where a WhatsApp number's updates go."""

    phone_number_id: str
    session_id: bytes
    company_id: bytes
    app_id: str | None
    waba_id: str | None = None


@dataclass(frozen=True, slots=True)
class DirectoryRows:
    """Everything of one company (or of all) as it stands in Postgres."""

    webhooks: list[WebhookEntry]
    apps: list[MetaAppEntry]
    numbers: list[NumberEntry]


Loader = Callable[[UUID | None], Awaitable[DirectoryRows]]
Key = TypeVar("Key")
Owned = TypeVar("Owned", WebhookEntry, NumberEntry)
_MISSES = 10_000
_ASK_AGAIN_S = 0.2  # strangers' guesses may not turn into queries


class Directory:
    """The snapshot; a miss asks Postgres once and is remembered until the company changes or others push it out."""

    def __init__(self, load: Loader) -> None:
        self._load = load
        self._by_token: dict[tuple[bytes, bytes], WebhookEntry] = {}
        self._by_source: dict[tuple[bytes, str], WebhookEntry] = {}
        self._apps: dict[str, MetaAppEntry] = {}
        self._numbers: dict[str, NumberEntry] = {}
        self._misses: OrderedDict[object, None] = OrderedDict()
        self._ask_after = 0.0

    async def reload(self, company_id: bytes | None) -> None:
        """Read one company's entries (or all) again; they are in force when this returns."""
        rows = await self._load(UUID(bytes=company_id) if company_id else None)
        self._forget(company_id)
        for webhook in rows.webhooks:
            if webhook.token_hash is not None:
                self._by_token[webhook.company_id, webhook.token_hash] = webhook
            else:
                self._by_source[webhook.company_id, webhook.source] = webhook
        for app in rows.apps:
            self._apps[app.app_id] = app
        for number in rows.numbers:
            self._numbers[number.phone_number_id] = number
        self._misses.clear()

    def _forget(self, company_id: bytes | None) -> None:
        _drop(self._by_token, company_id)
        _drop(self._by_source, company_id)
        _drop(self._numbers, company_id)
        if company_id is None:
            self._apps.clear()

    async def webhook(self, company_id: bytes, token: str | None, source: str | None) -> WebhookEntry | None:
        """Find the webhook of a door request: by its token, else by its source among those without a token."""
        if token is not None:
            key: tuple[bytes, bytes] | tuple[bytes, str] = (company_id, hashlib.sha256(token.encode()).digest())
        elif source is not None:
            key = (company_id, source)
        else:
            return None
        found = self._lookup(key)
        expired = found is not None and found.until_ms is not None and found.until_ms <= time.time_ns() // 1_000_000
        if expired or (found is None and self._may_ask(key)):
            await self.reload(company_id)
            found = self._lookup(key)
            if found is None:
                self._remember_miss(key)
        return found

    def _lookup(self, key: tuple[bytes, bytes] | tuple[bytes, str]) -> WebhookEntry | None:
        company_id, name = key
        if isinstance(name, bytes):
            return self._by_token.get((company_id, name))
        return self._by_source.get((company_id, name))

    async def app(self, app_id: str) -> MetaAppEntry | None:
        """Find a Meta app; None when the installation does not know it."""
        if app_id not in self._apps and self._may_ask(("app", app_id)):
            await self.reload(None)
            if app_id not in self._apps:
                self._remember_miss(("app", app_id))
        return self._apps.get(app_id)

    def number(self, phone_number_id: str) -> NumberEntry | None:
        """Find the session of a number."""
        return self._numbers.get(phone_number_id)

    def companies_of(self, app_id: str, waba_id: str) -> set[bytes]:
        """Find whose account this is: the companies with a number of it that this app serves; seldom asked."""
        return {
            number.company_id
            for number in self._numbers.values()
            if number.waba_id == waba_id and number.app_id == app_id
        }

    def _may_ask(self, key: object) -> bool:
        now = time.monotonic()
        if key in self._misses or now < self._ask_after:
            return False
        self._ask_after = now + _ASK_AGAIN_S
        return True

    def _remember_miss(self, key: object) -> None:
        self._misses[key] = None
        if len(self._misses) > _MISSES:
            self._misses.popitem(last=False)


def _drop(table: MutableMapping[Key, Owned], company_id: bytes | None) -> None:
    if company_id is None:
        table.clear()
        return
    for key in [key for key, entry in table.items() if entry.company_id == company_id]:
        del table[key]
