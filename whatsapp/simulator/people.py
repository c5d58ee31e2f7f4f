"""The people behind the phones: who has WhatsApp, who reads, and under which id WhatsApp knows them."""

from __future__ import annotations

import random
from zlib import crc32

_FIRST_DDD_WITHOUT_NINE = 31


class People:
    """Decides by seed and phone alone, so that the same phone always behaves the same."""

    def __init__(self, seed: int) -> None:
        self._salt = random.Random(seed).getrandbits(64)
        self.share_without_nine = 0.5
        self.clear()

    def clear(self) -> None:
        """Everybody has WhatsApp and reads."""
        self.unregistered: set[int] = set()
        self.share_unregistered = 0.0
        self.reads = True

    def registered(self, phone: int) -> bool:
        """Tell whether this phone is on WhatsApp."""
        if phone in self.unregistered:
            return False
        return self.share_unregistered <= 0 or self._draw(b"unregistered", phone) >= self.share_unregistered

    def wa_id(self, phone: int) -> int:
        """Return WhatsApp's id: in Brazil from area code 31 on, older accounts lack the ninth digit."""
        if 5531_900_000_000 <= phone <= 5599_999_999_999:
            rest = phone % 1_000_000_000
            if rest >= 900_000_000 and self._draw(b"nine", phone) < self.share_without_nine:
                return phone // 1_000_000_000 * 100_000_000 + rest - 900_000_000
        return phone

    def _draw(self, question: bytes, phone: int) -> float:
        """Return a number from 0 to 1; the multiplication undoes crc32's linearity, under which seeds look alike."""
        mixed = (crc32(b"%b%d" % (question, phone)) ^ self._salt) * 0x9E3779B97F4A7C15 & 0xFFFFFFFFFFFFFFFF
        return mixed / 2**64
