"""API keys, passwords, webhook tokens and webhook secrets: how they are made, hashed, checked and sealed."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal
from uuid import UUID

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from engine.vault import SealBroken, Vault

API_KEY_PREFIX = "mia_"
INSTALLATION_KEY_PREFIX = "mii_"
WEBHOOK_TOKEN_PREFIX = "whk_"  # noqa: S105 -- the public beginning of every token
STANDARD_SECRET_PREFIX = "whsec_"  # noqa: S105 -- fixed by Standard Webhooks
_RANDOM_BYTES = 32  # 43 url-safe characters
_SHOWN_CHARACTERS = 10
_KEY_LENGTH = 47
SecretKind = Literal["signing", "token"]
_HASHER = PasswordHasher()  # argon2id with the library's defaults, RFC 9106's low-memory profile


def make_api_key() -> str:
    """Return a company's new API key; only its hash is stored."""
    return API_KEY_PREFIX + secrets.token_urlsafe(_RANDOM_BYTES)


def make_installation_key() -> str:
    """Return a new installation key, which may create companies and act for each of them."""
    return INSTALLATION_KEY_PREFIX + secrets.token_urlsafe(_RANDOM_BYTES)


def looks_like_key(text: str) -> bool:
    """Tell whether a bearer token can be an API key at all, so that nonsense costs no query."""
    return len(text) == _KEY_LENGTH and text.startswith((API_KEY_PREFIX, INSTALLATION_KEY_PREFIX)) and text.isascii()


def shown_prefix(key: str) -> str:
    """Return the first characters of a key, by which its owner tells it from others."""
    return key[:_SHOWN_CHARACTERS]


def hash_token(token: str) -> bytes:
    """Return the SHA-256 of a key or webhook token; both are 256 random bits, so no salt or slow hash is needed."""
    return hashlib.sha256(token.encode()).digest()


def make_webhook_token() -> str:
    """Return a new token for a webhook's address."""
    return WEBHOOK_TOKEN_PREFIX + secrets.token_urlsafe(_RANDOM_BYTES)


def make_signing_secret(scheme: str) -> str:
    """Return a new secret for a signed webhook: ``whsec_<base64>`` for Standard Webhooks, else hex of 32 bytes."""
    if scheme == "standard":
        return STANDARD_SECRET_PREFIX + base64.b64encode(os.urandom(_RANDOM_BYTES)).decode("ascii")
    return secrets.token_hex(_RANDOM_BYTES)


def hash_password(password: str) -> str:
    """Return an argon2id hash (64 MiB, about 50 ms of CPU: call it in a thread)."""
    return _HASHER.hash(password)


def verify_password(stored: str, password: str) -> bool:
    """Tell whether a password fits a stored hash; as slow as :func:`hash_password`."""
    try:
        return _HASHER.verify(stored, password)
    except (VerificationError, InvalidHashError):
        return False


def needs_rehash(stored: str) -> bool:
    """Tell whether a hash was made with other parameters than those of today."""
    return _HASHER.check_needs_rehash(stored)


@dataclass(frozen=True, slots=True)
class WebhookSecret:
    """One secret of a webhook.

    Attributes:
        kind: ``signing`` (verifies signatures, or is compared with a header) or ``token`` (stands in the address).
        until_ms: a rotated secret is accepted until then (milliseconds since 1970); None: the present one.
    """

    secret: str
    kind: SecretKind
    until_ms: int | None = None


def secrets_in_force(chain: Sequence[WebhookSecret], kind: SecretKind, now_ms: int) -> list[str]:
    """Return the secrets of one kind that are accepted now, the present one first."""
    return [item.secret for item in chain if item.kind == kind and (item.until_ms is None or now_ms < item.until_ms)]


def seal_webhook_secrets(vault: Vault, webhook_id: UUID, chain: Sequence[WebhookSecret]) -> bytes | None:
    """Return the sealed form of a webhook's secrets; None where there are none."""
    if not chain:
        return None
    plain = json.dumps([[item.secret, item.kind, item.until_ms] for item in chain]).encode()
    return vault.seal(plain, _webhook_place(webhook_id))


def open_webhook_secrets(vault: Vault, webhook_id: UUID, sealed: bytes | None) -> tuple[WebhookSecret, ...]:
    """Return a webhook's secrets, the present ones first; rotated ones may have run out (``secrets_in_force``).

    Raises:
        SealBroken: they were sealed with another key or for another webhook.
    """
    if sealed is None:
        return ()
    try:
        entries = json.loads(vault.open(sealed, _webhook_place(webhook_id)))
        return tuple(WebhookSecret(secret, kind, until_ms) for secret, kind, until_ms in entries)
    except (ValueError, TypeError) as error:
        raise SealBroken from error


def rotate(chain: Sequence[WebhookSecret], new: WebhookSecret, now_ms: int, grace_ms: int) -> tuple[WebhookSecret, ...]:
    """Put a new secret in the place of the present one of its kind, which stays accepted for the grace time.

    Secrets that were rotated earlier go; those of the other kind stay as they are.
    """
    others = tuple(item for item in chain if item.kind != new.kind)
    old = tuple(
        replace(item, until_ms=now_ms + grace_ms)
        for item in chain
        if item.kind == new.kind and item.until_ms is None and grace_ms > 0
    )
    return (new, *old, *others)


def seal_session_token(vault: Vault, session_id: UUID, token: str) -> bytes:
    """Return the sealed form of a WhatsApp session's bearer token."""
    return vault.seal(token.encode(), b"session:" + session_id.bytes)


def open_session_token(vault: Vault, session_id: UUID, sealed: bytes) -> str:
    """Return a WhatsApp session's bearer token.

    Raises:
        SealBroken: it was sealed with another key or for another session.
    """
    return vault.open(sealed, b"session:" + session_id.bytes).decode()


def seal_sync_token(vault: Vault, sync_id: UUID, token: str) -> bytes:
    """Return the sealed form of a history sync's bearer token."""
    return vault.seal(token.encode(), b"history-sync:" + sync_id.bytes)


def open_sync_token(vault: Vault, sync_id: UUID, sealed: bytes) -> str:
    """Return a history sync's bearer token.

    Raises:
        SealBroken: it was sealed with another key or for another sync.
    """
    return vault.open(sealed, b"history-sync:" + sync_id.bytes).decode()


@dataclass(frozen=True, slots=True)
class MetaSecrets:
    """What Meta's door needs of one app: the key of its signatures and the word of its handshake."""

    app_secret: str
    verify_token: str


def seal_meta_secrets(vault: Vault, app_id: str, secrets_: MetaSecrets) -> bytes:
    """Return the sealed form of a Meta app's two secrets."""
    plain = json.dumps({"app_secret": secrets_.app_secret, "verify_token": secrets_.verify_token})
    return vault.seal(plain.encode(), b"meta:" + app_id.encode())


def open_meta_secrets(vault: Vault, app_id: str, sealed: bytes) -> MetaSecrets:
    """Return a Meta app's two secrets.

    Raises:
        SealBroken: they were sealed with another key or for another app.
    """
    return MetaSecrets(**json.loads(vault.open(sealed, b"meta:" + app_id.encode())))


def _webhook_place(webhook_id: UUID) -> bytes:
    return b"webhook:" + webhook_id.bytes
