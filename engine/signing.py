"""The sender's half of engine/signatures.py: headers for test senders, the command line and outgoing webhooks."""

from __future__ import annotations

import base64
import hmac
import secrets
from collections.abc import Mapping

from engine.errors import FieldProblem
from engine.signatures import SignatureScheme


def sign_timestamped(secret: str, timestamp_s: int, body: bytes) -> dict[str, str]:
    """Return the headers of the system's own scheme: HMAC-SHA256 in hex over ``timestamp.body``."""
    stamp = str(timestamp_s)
    digest = hmac.digest(secret.encode(), stamp.encode() + b"." + body, "sha256")
    return {"x-webhook-timestamp": stamp, "x-webhook-signature": digest.hex()}


def sign_standard(secret: str, message_id: str, timestamp_s: int, body: bytes) -> dict[str, str]:
    """Return the headers of Standard Webhooks 1.0.0; the secret is ``whsec_<base64>``.

    Raises:
        FieldProblem: the secret is none of that kind.
    """
    keys = SignatureScheme.from_auth({"scheme": "standard"}, [secret]).keys
    if not keys:
        raise FieldProblem([{"field": "secret", "reason": "Standard Webhooks secrets are whsec_ and base64"}])
    stamp = str(timestamp_s)
    digest = hmac.digest(keys[0], b"%b.%b.%b" % (message_id.encode(), stamp.encode(), body), "sha256")
    return {
        "webhook-id": message_id,
        "webhook-timestamp": stamp,
        "webhook-signature": "v1," + base64.b64encode(digest).decode(),
    }


def sign_meta(app_secret: str, body: bytes) -> dict[str, str]:
    """Return the header with which Meta signs a delivery."""
    return {"x-hub-signature-256": "sha256=" + hmac.digest(app_secret.encode(), body, "sha256").hex()}


def sign_plain(auth: Mapping[str, object], secret: str, body: bytes) -> dict[str, str]:
    """Return the header of a plain scheme as its ``auth`` describes it (hex unless it says base64)."""
    scheme = SignatureScheme.from_auth(auth, [secret])
    digest = hmac.digest(secret.encode(), body, scheme.algorithm)
    text = base64.b64encode(digest).decode() if scheme.encoding == "base64" else digest.hex()
    return {scheme.header: scheme.prefix + text}


def new_standard_secret() -> str:
    """Return a fresh ``whsec_`` secret with 32 random bytes."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()
