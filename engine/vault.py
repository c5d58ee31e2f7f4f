"""Secrets at rest: AES-GCM under the installation's one key. Whoever stores or needs a secret goes through here."""

from __future__ import annotations

import base64
import binascii
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from engine.errors import MasteriaError

_NONCE_BYTES = 12
_KEY_BYTES = 32


class SealBroken(MasteriaError):
    """A sealed secret cannot be opened: another MASTERIA_SECRET_KEY, another place, or damaged bytes."""


class Vault:
    """Seals and opens secrets; ``bound_to`` names the place a secret belongs to, so that no copy opens elsewhere."""

    def __init__(self, key: bytes) -> None:
        if len(key) != _KEY_BYTES:
            raise ValueError("the vault's key has 32 bytes")
        self._key = key
        self._cipher = AESGCM(key)

    @classmethod
    def from_text(cls, text: str) -> Vault:
        """Build a vault from base64 text, as ``MASTERIA_SECRET_KEY`` holds it.

        Raises:
            ValueError: the text is not base64 of 32 bytes.
        """
        try:
            return cls(base64.b64decode(text, validate=True))
        except binascii.Error as error:
            raise ValueError("MASTERIA_SECRET_KEY is not base64") from error

    def seal(self, plain: bytes, bound_to: bytes) -> bytes:
        """Return nonce (12 bytes), ciphertext and tag of a secret."""
        nonce = os.urandom(_NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, plain, bound_to)

    def open(self, sealed: bytes, bound_to: bytes) -> bytes:
        """Return the secret that :meth:`seal` was given.

        Raises:
            SealBroken: another key, another ``bound_to``, or changed bytes.
        """
        try:
            return self._cipher.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], bound_to)
        except (InvalidTag, ValueError) as error:
            raise SealBroken from error

    def derive(self, purpose: str) -> bytes:
        """Return 32 bytes for another use (tickets, cookies), independent of the sealing key (HKDF, RFC 5869)."""
        return HKDF(algorithm=SHA256(), length=_KEY_BYTES, salt=None, info=purpose.encode()).derive(self._key)


def make_key_text() -> str:
    """Return a fresh key in the form of ``MASTERIA_SECRET_KEY``: base64 of 32 random bytes."""
    return base64.b64encode(os.urandom(_KEY_BYTES)).decode("ascii")
