"""Second factors: time-based codes (RFC 6238: SHA-1, 30 s, 6 digits, as every authenticator app) and recovery codes."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from urllib.parse import quote, urlencode
from uuid import UUID

from engine.vault import Vault

STEP_S = 30
DIGITS = 6
RECOVERY_CODES = 10
_SECRET_BYTES = 20  # RFC 4226, 4: 160 bits are recommended
_RECOVERY_BYTES = 10
_SKEW = 1  # a code of the step before or after is taken too: RFC 6238, 5.2


def make_totp_secret() -> bytes:
    """Return a new secret."""
    return secrets.token_bytes(_SECRET_BYTES)


def secret_text(secret: bytes) -> str:
    """Return a secret as people type it: base32 without padding."""
    return base64.b32encode(secret).decode("ascii").rstrip("=")


def totp_uri(secret: bytes, email: str, issuer: str = "Master IA") -> str:
    """Return the ``otpauth://`` address that a QR code holds."""
    label = quote(f"{issuer}:{email}", safe="")
    parameters = {"secret": secret_text(secret), "issuer": issuer, "digits": DIGITS, "period": STEP_S}
    return f"otpauth://totp/{label}?{urlencode(parameters, quote_via=quote)}"


def totp_code(secret: bytes, step: int, digits: int = DIGITS, algorithm: str = "sha1") -> str:
    """Return the code of a step (whole periods of 30 s since 1970): RFC 4226, 5.3."""
    digest = hmac.new(secret, step.to_bytes(8, "big"), algorithm).digest()
    offset = digest[-1] & 0x0F
    number = int.from_bytes(digest[offset : offset + 4], "big") & 0x7FFF_FFFF
    return str(number % 10**digits).zfill(digits)


def matching_step(secret: bytes, code: str, now_ms: int, last_step: int) -> int | None:
    """Return the step that a code belongs to; None: it is wrong, too old, or of a step that was used (a replay)."""
    present = now_ms // 1000 // STEP_S
    found = None
    for step in range(present - _SKEW, present + _SKEW + 1):
        if hmac.compare_digest(totp_code(secret, step).encode(), code.encode("utf-8", "replace")) and step > last_step:
            found = step
    return found


def make_recovery_codes() -> list[str]:
    """Return ten new codes of 80 bits, each good for one sign-in without the device."""
    return [_grouped(secrets.token_bytes(_RECOVERY_BYTES)) for _ in range(RECOVERY_CODES)]


def _grouped(raw: bytes) -> str:
    text = base64.b32encode(raw).decode("ascii")
    return "-".join(text[start : start + 4] for start in range(0, len(text), 4))


def recovery_hash(code: str) -> bytes:
    """Return what is stored of a recovery code; 80 random bits need no slow hash."""
    return hashlib.sha256(code.upper().replace("-", "").replace(" ", "").encode("utf-8", "replace")).digest()


def seal_totp(vault: Vault, user_id: UUID, secret: bytes) -> bytes:
    """Return the sealed form of a person's secret."""
    return vault.seal(secret, b"totp:" + user_id.bytes)


def open_totp(vault: Vault, user_id: UUID, sealed: bytes) -> bytes:
    """Return a person's secret.

    Raises:
        SealBroken: it was sealed with another key or for another person.
    """
    return vault.open(sealed, b"totp:" + user_id.bytes)
