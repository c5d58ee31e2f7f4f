"""Rows of webhooks, Meta apps and numbers → what the doors keep in memory."""

from __future__ import annotations

import logging
import time
from uuid import UUID

from engine.credentials import hash_token, open_meta_secrets, open_webhook_secrets, secrets_in_force
from engine.signatures import SignatureScheme
from engine.vault import SealBroken, Vault
from gateway.directory import DirectoryRows, MetaAppEntry, NumberEntry, WebhookEntry
from storage.meta_apps import load_meta_apps
from storage.pool import Pool, storage_errors
from storage.sessions import load_numbers
from storage.webhooks import WebhookRecord, load_webhooks

log = logging.getLogger(__name__)


class DirectoryLoader:
    """Reads the directory's rows from Postgres and opens their secrets."""

    def __init__(self, pool: Pool, vault: Vault) -> None:
        self._pool = pool
        self._vault = vault

    async def __call__(self, company_id: UUID | None) -> DirectoryRows:
        """Return the entries of one company or of all.

        Raises:
            StorageAway: Postgres is away.
        """
        async with storage_errors():
            webhooks = await load_webhooks(self._pool, company_id)
            apps = await load_meta_apps(self._pool, company_id)
            numbers = await load_numbers(self._pool, company_id)
        rows = DirectoryRows([], [], [NumberEntry(*number) for number in numbers])
        now_ms = time.time_ns() // 1_000_000
        for record in webhooks:
            rows.webhooks.extend(self._webhook(record, now_ms))
        for app in apps:
            try:
                secrets = open_meta_secrets(self._vault, app.app_id, app.sealed)
            except SealBroken:
                log.exception("a Meta app's secrets cannot be opened", extra={"action": "load_directory"})
                continue
            rows.apps.append(MetaAppEntry(app.app_id, app.company_id.bytes, secrets.app_secret, secrets.verify_token))
        return rows

    def _webhook(self, record: WebhookRecord, now_ms: int) -> list[WebhookEntry]:
        """Return one entry, or one per accepted token of a webhook whose token is being rotated."""
        try:
            chain = open_webhook_secrets(self._vault, record.id, record.secrets_sealed)
        except SealBroken:
            log.exception("a webhook's secrets cannot be opened", extra={"action": "load_directory"})
            chain = ()
        tokens: list[bytes | None] = [hash_token(token) for token in secrets_in_force(chain, "token", now_ms)]
        if record.token_hash is not None and record.token_hash not in tokens:
            tokens.append(record.token_hash)
        scheme = SignatureScheme.from_auth(record.auth, secrets_in_force(chain, "signing", now_ms))
        return [
            WebhookEntry(
                id=record.id.bytes,
                company_id=record.company_id.bytes,
                source=record.source,
                active=record.active,
                scheme=scheme,
                token_hash=token_hash,
                until_ms=min(
                    (s.until_ms for s in chain if s.until_ms is not None and s.until_ms > now_ms), default=None
                ),
            )
            for token_hash in tokens or [None]
        ]
