"""The first company, its owner and keys, and the demo. Safe to run at every start: what is there already stays."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from engine.credentials import (
    MetaSecrets,
    WebhookSecret,
    hash_password,
    hash_token,
    make_api_key,
    make_installation_key,
    make_webhook_token,
    open_webhook_secrets,
    seal_meta_secrets,
    seal_session_token,
    seal_webhook_secrets,
    shown_prefix,
)
from engine.ids import IdMaker, id_time
from engine.samples import SAMPLE_TEMPLATES, sample_rules
from engine.vault import Vault
from masteria.credentials_file import Credentials
from storage.api_keys import find_api_key, insert_api_key
from storage.companies import insert_company
from storage.installation import lock_fact, set_fact
from storage.meta_apps import upsert_meta_app
from storage.pool import Connection
from storage.rules import RuleChange, insert_rule
from storage.sessions import NewSession, insert_session
from storage.templates import TemplateChange, insert_template
from storage.users import insert_user, set_membership
from storage.webhooks import WebhookRecord, get_webhook, insert_webhook

_FACT = "seed"
_COMPANY = "Loja Exemplo"
_EMAIL = "dono@exemplo.test"
_PHONE = "+5511900009999"


@dataclass(frozen=True, slots=True)
class SeedPlan:
    """What a start wants to find in the database."""

    time_zone: str
    demo: bool
    simulator: bool


class Seeder:
    """Fills one database, inside one transaction that its caller holds.

    Args:
        connection: in a transaction.
        vault: seals the demo's secrets.
        clock: milliseconds since 1970.
        plan: what is wanted.
    """

    def __init__(self, connection: Connection, vault: Vault, clock: Callable[[], int], plan: SeedPlan) -> None:
        self._connection = connection
        self._vault = vault
        self._clock = clock
        self._plan = plan
        self._ids = IdMaker()
        self._fact: dict[str, Any] = {}

    async def run(self, known: Credentials) -> Credentials:
        """Make what is missing; return the credentials: those known where they still open the door, else new ones."""
        self._fact = await lock_fact(self._connection, _FACT)
        first = "company_id" not in self._fact
        if first:
            known = await self._company()
        known = await self._keys(known)
        if self._plan.demo and (first or self._fact.get("demo")):
            await self._demo()
        await set_fact(self._connection, _FACT, self._fact)
        return known.with_demo(await self._webhook_token(), self._fact.get("session_id"))

    def _new_id(self) -> UUID:
        return self._ids.make_uuid(self._clock())

    @property
    def _company_id(self) -> UUID:
        return UUID(self._fact["company_id"])

    async def _company(self) -> Credentials:
        company_id, user_id, password = self._new_id(), self._new_id(), secrets.token_urlsafe(12)
        await insert_company(self._connection, company_id, _COMPANY, self._plan.time_zone, id_time(company_id))
        user_id = await insert_user(
            self._connection,
            user_id,
            email=_EMAIL,
            name="Dono",
            password_hash=hash_password(password),
            created_at=id_time(user_id),
        )
        await set_membership(self._connection, user_id, company_id, "owner")
        self._fact |= {"company_id": str(company_id), "user_id": str(user_id)}
        return Credentials(company_id=str(company_id), email=_EMAIL, password=password)

    async def _keys(self, known: Credentials) -> Credentials:
        """Keep the keys that are in force; make new ones for those that were lost or revoked."""
        installation_key, api_key = known.installation_key, known.api_key
        if not await self._in_force(installation_key):
            installation_key = make_installation_key()
            await self._add_key(installation_key, None)
        if not await self._in_force(api_key):
            api_key = make_api_key()
            await self._add_key(api_key, self._company_id)
        return known.with_keys(str(self._company_id), known.email or _EMAIL, installation_key, api_key)

    async def _in_force(self, key: str) -> bool:
        return bool(key) and await find_api_key(self._connection, hash_token(key)) is not None

    async def _add_key(self, key: str, company_id: UUID | None) -> None:
        key_id = self._new_id()
        await insert_api_key(
            self._connection,
            key_id=key_id,
            company_id=company_id,
            name="masteria up",
            prefix=shown_prefix(key),
            key_hash=hash_token(key),
            role="owner",
            created_at=id_time(key_id),
        )

    async def _demo(self) -> None:
        self._fact["demo"] = True
        if "webhook_id" not in self._fact:
            await self._webhook()
        if "template_ids" not in self._fact:
            await self._templates()
        if self._plan.simulator and "session_id" not in self._fact:
            await self._session()
            await self._rules()

    async def _webhook(self) -> None:
        webhook_id, token = self._new_id(), make_webhook_token()
        moment = id_time(webhook_id)
        record = WebhookRecord(
            id=webhook_id,
            company_id=self._company_id,
            name="Grapfy (demonstração)",
            source="grapfy",
            active=True,
            auth={"scheme": "token"},
            secrets_sealed=seal_webhook_secrets(self._vault, webhook_id, [WebhookSecret(token, "token")]),
            token_hash=hash_token(token),
            mapping={},
            dedupe={},
            created_at=moment,
            updated_at=moment,
        )
        await insert_webhook(self._connection, record)
        self._fact["webhook_id"] = str(webhook_id)

    async def _webhook_token(self) -> str | None:
        if "webhook_id" not in self._fact:
            return None
        record = await get_webhook(self._connection, self._company_id, UUID(self._fact["webhook_id"]))
        chain = open_webhook_secrets(self._vault, record.id, record.secrets_sealed) if record else ()
        return next((item.secret for item in chain if item.kind == "token" and item.until_ms is None), None)

    async def _templates(self) -> None:
        ids = {}
        for sample in SAMPLE_TEMPLATES:
            template_id = self._new_id()
            await insert_template(
                self._connection, self._company_id, template_id, TemplateChange(**sample), id_time(template_id)
            )
            ids[sample["name"]] = str(template_id)
        self._fact["template_ids"] = ids

    async def _session(self) -> None:
        """Store a number of the simulator: 1,000 messages a second, no limit a day. The ids are random: one
        installation may hold the demos of several data directories."""
        app_id, number_id, waba_id = (str(10**14 + secrets.randbelow(9 * 10**14)) for _ in range(3))
        meta = MetaSecrets(app_secret=secrets.token_hex(16), verify_token=secrets.token_urlsafe(16))
        await upsert_meta_app(self._connection, self._company_id, app_id, seal_meta_secrets(self._vault, app_id, meta))
        session_id = self._new_id()
        session = NewSession(
            id=session_id,
            company_id=self._company_id,
            name="WhatsApp de demonstração",
            transport="simulator",
            phone=_PHONE,
            phone_number_id=number_id,
            waba_id=waba_id,
            app_id=app_id,
            token_sealed=seal_session_token(self._vault, session_id, "EAA" + secrets.token_hex(24)),
            throughput=1000,
            tier="TIER_UNLIMITED",
            options={},
            created_at=id_time(session_id),
        )
        await insert_session(self._connection, session)
        self._fact["session_id"] = str(session_id)

    async def _rules(self) -> None:
        for sample in sample_rules(self._fact["session_id"], self._fact["template_ids"]):
            rule_id = self._new_id()
            definition = {name: value for name, value in sample.items() if name not in ("name", "active")}
            change = RuleChange(sample["name"], sample["active"], definition)
            await insert_rule(self._connection, self._company_id, rule_id, change, id_time(rule_id))
