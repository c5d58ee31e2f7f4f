"""What a webhook becomes when it is made, changed or its secret rotated: auth, secrets and address. For its routes."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from engine.credentials import (
    WebhookSecret,
    hash_token,
    make_signing_secret,
    make_webhook_token,
    open_webhook_secrets,
    rotate,
    seal_webhook_secrets,
)
from engine.dedupe import validate_dedupe
from engine.errors import FieldProblem
from engine.mapping import validate_mapping
from engine.signatures import validate_auth, validate_secret
from engine.vault import Vault
from storage.webhooks import WebhookRecord

_MOST_SETTINGS_BYTES = 20_000


def check_settings(body: dict[str, Any], scheme: str | None) -> None:
    """Check what the engine has to say about a webhook's body.

    Args:
        body: as sent, already checked against its schema.
        scheme: the webhook's present scheme, where the body names none.

    Raises:
        FieldProblem: names everything that is wrong.
    """
    errors: list[dict[str, str]] = []
    checks = (("auth", validate_auth), ("mapping", validate_mapping), ("dedupe", validate_dedupe))
    for name, check in checks:
        if name in body:
            errors += check(body[name])
            if len(json.dumps(body[name])) > _MOST_SETTINGS_BYTES:
                errors.append({"field": name, "reason": f"must have at most {_MOST_SETTINGS_BYTES} characters"})
    named = body.get("auth", {}).get("scheme", scheme)
    if "secret" in body and isinstance(named, str):
        if reason := validate_secret(named, body["secret"]):
            errors.append({"field": "secret", "reason": reason})
        elif not needs_secret(body.get("auth", {"scheme": named})):
            errors.append({"field": "secret", "reason": f"has no use for the scheme {named}"})
    if errors:
        raise FieldProblem(errors)


def needs_secret(auth: dict[str, Any]) -> bool:
    """Tell whether a scheme compares or signs with a secret of its own."""
    return auth["scheme"] not in ("none", "token") or bool(auth["scheme"] == "token" and auth.get("header"))


def needs_token(auth: dict[str, Any]) -> bool:
    """Tell whether a scheme's secret is the token in the address."""
    return bool(auth["scheme"] == "token" and not auth.get("header"))


class WebhookKeeper:
    """Makes and changes webhooks' records; secrets are opened and sealed here and nowhere else in the routes."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    def chain(self, record: WebhookRecord) -> tuple[WebhookSecret, ...]:
        """Return a webhook's secrets, the present ones first."""
        return open_webhook_secrets(self._vault, record.id, record.secrets_sealed)

    def make(
        self, webhook_id: UUID, company_id: UUID, body: dict[str, Any], now: datetime
    ) -> tuple[WebhookRecord, str | None]:
        """Return a new webhook, and its signing secret to be shown this once (None where it has none)."""
        auth = body.get("auth", {"scheme": "token"})
        record = WebhookRecord(
            id=webhook_id,
            company_id=company_id,
            name=body["name"],
            source=body["source"],
            active=body.get("active", True),
            auth=auth,
            secrets_sealed=None,
            token_hash=None,
            mapping=body.get("mapping", {}),
            dedupe=body.get("dedupe", {}),
            created_at=now,
            updated_at=now,
        )
        return self._complete(record, (), body)

    def change(self, record: WebhookRecord, body: dict[str, Any]) -> tuple[WebhookRecord, str | None]:
        """Return a webhook with the fields that are given, and a new signing secret if it got one."""
        fields = {
            name: body[name] for name in ("name", "source", "active", "auth", "mapping", "dedupe") if name in body
        }
        return self._complete(replace(record, **fields), self.chain(record), body)

    def _complete(
        self, record: WebhookRecord, chain: Sequence[WebhookSecret], body: dict[str, Any]
    ) -> tuple[WebhookRecord, str | None]:
        """Give a webhook the secrets that its scheme needs and that it does not have."""
        shown = None
        tokens = [item for item in chain if item.kind == "token"]
        signing = [item for item in chain if item.kind == "signing"]
        if body.get("token") is False and not needs_token(record.auth):
            tokens = []
        elif not tokens and (needs_token(record.auth) or body.get("token")):
            tokens = [WebhookSecret(make_webhook_token(), "token")]
        if not needs_secret(record.auth):
            signing = []
        elif "secret" in body or not signing or validate_secret(record.auth["scheme"], signing[0].secret):
            shown = body.get("secret") or make_signing_secret(record.auth["scheme"])
            signing = [WebhookSecret(shown, "signing")]
        return self._with_chain(record, [*signing, *tokens]), shown

    def rotate(
        self, record: WebhookRecord, now_ms: int, grace_ms: int, given: str | None
    ) -> tuple[WebhookRecord, str | None]:
        """Return a webhook with another secret (or, without one, another token); the old one lasts for the grace.

        Raises:
            FieldProblem: the webhook has neither, or the given one does not fit.
        """
        if needs_secret(record.auth):
            secret = given or make_signing_secret(record.auth["scheme"])
            if reason := validate_secret(record.auth["scheme"], secret):
                raise FieldProblem([{"field": "secret", "reason": reason}])
            new = WebhookSecret(secret, "signing")
        elif record.token_hash is None:
            raise FieldProblem([{"field": "auth.scheme", "reason": "this webhook has no secret to rotate"}])
        elif given is not None:
            raise FieldProblem([{"field": "secret", "reason": "a token is always made here"}])
        else:
            new = WebhookSecret(make_webhook_token(), "token")
        chain = rotate(self.chain(record), new, now_ms, grace_ms)
        return self._with_chain(record, chain), new.secret if new.kind == "signing" else None

    def _with_chain(self, record: WebhookRecord, chain: Sequence[WebhookSecret]) -> WebhookRecord:
        token = next((item.secret for item in chain if item.kind == "token" and item.until_ms is None), None)
        return replace(
            record,
            secrets_sealed=seal_webhook_secrets(self._vault, record.id, chain),
            token_hash=None if token is None else hash_token(token),
        )
