"""Who sent this webhook: the signature schemes of the field, checked over the raw bytes before anything is parsed.

The gateway builds one scheme per webhook and calls :meth:`SignatureScheme.verify`; senders sign with
engine/signing.py. Codes of refusals are ``engine.reading_reasons.SIGNATURE``; none tells a secret.
"""

from __future__ import annotations

import base64
import binascii
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from engine.errors import SignatureRefused

ALGORITHMS = ("sha256", "sha1", "sha512")
ENCODINGS = ("auto", "hex", "base64")
SCHEMES = ("none", "token", "timestamped", "standard", "meta", "plain")
DEFAULT_TOLERANCE_S = 300
MAX_TOLERANCE_S = 86_400

_MAX_SIGNATURES = 16
_URL_SAFE = bytes.maketrans(b"-_", b"+/")
_DEFAULT_HEADERS = {
    "timestamped": "x-webhook-signature",
    "meta": "x-hub-signature-256",
    "standard": "webhook-signature",
}

Verdict = Literal["unsigned", "valid"]


@dataclass(frozen=True, slots=True)
class SignatureScheme:
    """How one webhook's deliveries prove where they come from. Any of the keys may match: that is rotation."""

    scheme: str
    keys: tuple[bytes, ...] = ()
    header: str = ""
    algorithm: str = "sha256"
    encoding: str = "auto"
    prefix: str = ""
    tolerance_s: int = DEFAULT_TOLERANCE_S

    @classmethod
    def from_auth(cls, auth: Mapping[str, object], secrets: Sequence[str]) -> SignatureScheme:
        """Return the scheme of a webhook's ``auth`` column and its secrets, the present one first.

        Never raises: a row that makes no sense gives a scheme that refuses every delivery. Ask
        :func:`validate_auth` and :func:`validate_secret` before such a row is written.
        """
        scheme = auth.get("scheme")
        if not isinstance(scheme, str) or validate_auth(auth):
            return cls("refused")
        decode = _standard_key if scheme == "standard" else _text_key
        tolerance = auth.get("tolerance_s")
        return cls(
            scheme,
            tuple(key for key in map(decode, secrets) if key),
            str(auth.get("header") or _DEFAULT_HEADERS.get(scheme, "")).lower(),
            "sha256" if scheme in _DEFAULT_HEADERS else str(auth.get("algorithm") or "sha256"),
            str(auth.get("encoding") or "auto"),
            "sha256=" if scheme == "meta" else str(auth.get("prefix") or ""),
            tolerance if isinstance(tolerance, int) else DEFAULT_TOLERANCE_S,
        )

    @classmethod
    def meta(cls, app_secret: str) -> SignatureScheme:
        """Return Meta's scheme for one app."""
        return cls.from_auth({"scheme": "meta"}, [app_secret])

    @property
    def secret_header(self) -> str | None:
        """Name the header that carries the secret itself (token scheme): it must not be stored with a delivery."""
        return self.header if self.scheme == "token" and self.header else None

    def verify(self, body: bytes, headers: Mapping[str, str], now_s: int) -> Verdict:
        """Return ``valid`` for a signature that matches, ``unsigned`` where the scheme signs nothing.

        A token proves the caller but signs no bytes: ``unsigned``. A token in the URL (no ``header`` in the
        scheme) was checked by whoever found the webhook by it.

        Args:
            body: the raw bytes; a re-serialised body never matches.
            headers: names in lower case.
            now_s: the clock, seconds since 1970.

        Raises:
            SignatureRefused: its ``detail`` is the code of the reason.
        """
        scheme = self.scheme
        if scheme == "none" or (scheme == "token" and not self.header):
            return "unsigned"
        if not self.keys or scheme not in SCHEMES:
            raise SignatureRefused("secret_missing")
        if scheme == "token":
            self._check_token(headers)
            return "unsigned"
        given = headers.get(self.header, "").strip()
        if not given:
            raise SignatureRefused("signature_missing")
        if scheme == "timestamped":
            stamp = self._fresh_stamp(headers.get("x-webhook-timestamp", ""), now_s)
            self._check(stamp + b"." + body, given.replace(",", " ").split(), "hex")
        elif scheme == "standard":
            self._check_standard(body, headers, given, now_s)
        elif scheme == "meta":
            if not given.startswith(self.prefix):
                raise SignatureRefused("signature_mismatch")
            self._check(body, [given], "hex")
        else:
            self._check(body, [given], self.encoding)
        return "valid"

    def _check_token(self, headers: Mapping[str, str]) -> None:
        given = headers.get(self.header, "").strip()
        if not given:
            raise SignatureRefused("token_missing")
        token = _bytes(given.removeprefix(self.prefix).strip())
        if not any(hmac.compare_digest(token, key) for key in self.keys):
            raise SignatureRefused("token_mismatch")

    def _check_standard(self, body: bytes, headers: Mapping[str, str], given: str, now_s: int) -> None:
        message_id = headers.get("webhook-id", "")
        if not message_id:
            raise SignatureRefused("id_missing")
        stamp = self._fresh_stamp(headers.get("webhook-timestamp", ""), now_s)
        signatures = [part[3:] for part in given.split()[:_MAX_SIGNATURES] if part.startswith("v1,")]
        self._check(b"%b.%b.%b" % (_bytes(message_id), stamp, body), signatures, "base64")

    def _fresh_stamp(self, text: str, now_s: int) -> bytes:
        if not text:
            raise SignatureRefused("timestamp_missing")
        if not (text.isascii() and text.isdigit() and len(text) <= 12):
            raise SignatureRefused("timestamp_unreadable")
        age_s = now_s - int(text)
        if age_s > self.tolerance_s:
            raise SignatureRefused("timestamp_too_old")
        if -age_s > self.tolerance_s:
            raise SignatureRefused("timestamp_in_future")
        return text.encode()

    def _check(self, message: bytes, signatures: Sequence[str], encoding: str) -> None:
        """Compare each signature given with each key's, in constant time."""
        candidates = [self._bare(signature) for signature in signatures[:_MAX_SIGNATURES]]
        for key in self.keys:
            digest = hmac.digest(key, message, self.algorithm)
            if any(_equals(candidate, digest, encoding) for candidate in candidates):
                return
        raise SignatureRefused("signature_mismatch")

    def _bare(self, signature: str) -> bytes:
        """Return a signature without its prefix: the configured one, or the algorithm's (``sha1=``)."""
        if self.prefix and signature.startswith(self.prefix):
            return _bytes(signature[len(self.prefix) :].strip())
        label, equals, rest = signature.partition("=")
        return _bytes(rest if equals and label.lower() == self.algorithm else signature)


def validate_auth(auth: object) -> list[dict[str, str]]:
    """Return what is wrong with a webhook's ``auth``, as ``{"field", "reason"}`` pairs; empty where it is sound."""
    if not isinstance(auth, Mapping):
        return [{"field": "auth", "reason": "an object with a scheme is needed"}]
    scheme = auth.get("scheme")
    if scheme not in SCHEMES:
        return [{"field": "auth.scheme", "reason": f"one of {', '.join(SCHEMES)} is needed"}]
    checks = {
        "header": _header_problem(auth.get("header"), needed=scheme == "plain"),
        "algorithm": _choice_problem(auth.get("algorithm"), ALGORITHMS),
        "encoding": _choice_problem(auth.get("encoding"), ENCODINGS),
        "prefix": _prefix_problem(auth.get("prefix")),
        "tolerance_s": _tolerance_problem(auth.get("tolerance_s")),
    }
    errors = [{"field": f"auth.{name}", "reason": reason} for name, reason in checks.items() if reason]
    unknown = [name for name in auth if name not in checks and name != "scheme"]
    return errors + [{"field": f"auth.{name:.60}", "reason": "this setting is unknown"} for name in unknown]


def validate_secret(scheme: str, secret: str) -> str | None:
    """Return why a secret cannot serve a scheme, in words; None where it can."""
    if scheme == "standard" and not _standard_key(secret):
        return "Standard Webhooks secrets are whsec_ and base64"
    if scheme in ("token", "timestamped", "meta", "plain") and not secret.strip():
        return "a secret is needed"
    return None


def _equals(candidate: bytes, digest: bytes, encoding: str) -> bool:
    """Compare a signature as written with a digest; hex in any case, base64 with or without padding."""
    if encoding != "base64" and hmac.compare_digest(candidate.lower(), digest.hex().encode()):
        return True
    return encoding != "hex" and hmac.compare_digest(
        candidate.translate(_URL_SAFE).rstrip(b"="), base64.b64encode(digest).rstrip(b"=")
    )


def _bytes(text: str) -> bytes:
    """Return the bytes of a header: servers decode them as Latin-1; other text may not raise, only not match."""
    try:
        return text.encode("latin-1")
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogatepass")


def _text_key(secret: str) -> bytes | None:
    return secret.encode("utf-8", "surrogatepass") if secret.strip() else None


def _standard_key(secret: str) -> bytes | None:
    """Return the key of ``whsec_<base64>`` (Standard Webhooks 1.0.0); None where it is none."""
    try:
        return base64.b64decode(secret.strip().removeprefix("whsec_"), validate=True) or None
    except (binascii.Error, ValueError):
        return None


def _header_problem(header: object, *, needed: bool) -> str | None:
    if header is None or header == "":
        return "the header that holds the signature is needed" if needed else None
    if not isinstance(header, str) or len(header) > 100 or not header.isascii():
        return "the name of a header is needed"
    return None if header.replace("-", "").replace("_", "").isalnum() else "the name of a header is needed"


def _choice_problem(value: object, choices: tuple[str, ...]) -> str | None:
    return None if value is None or value in choices else f"one of {', '.join(choices)} is needed"


def _prefix_problem(prefix: object) -> str | None:
    if prefix is None or (isinstance(prefix, str) and len(prefix) <= 50):
        return None
    return "a text of at most 50 characters is needed"


def _tolerance_problem(tolerance: object) -> str | None:
    if tolerance is None:
        return None
    if isinstance(tolerance, int) and not isinstance(tolerance, bool) and 1 <= tolerance <= MAX_TOLERANCE_S:
        return None
    return f"whole seconds from 1 to {MAX_TOLERANCE_S} are needed"
