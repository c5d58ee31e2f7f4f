"""The people behind the phones: who has WhatsApp, who reads, and under which id WhatsApp knows them."""

from __future__ import annotations

import random
import re
from zlib import crc32

from whatsapp.simulator.ledger import NO_PHONE

_FIRST_DDD_WITHOUT_NINE = 31
_COUNTRIES = {
    "55": "BR",
    "1": "US",
    "351": "PT",
    "54": "AR",
    "598": "UY",
    "595": "PY",
    "56": "CL",
    "57": "CO",
    "52": "MX",
}
_ELSEWHERE = "ZZ"
_USER_BITS = (1 << 50) - 1  # a phone has at most 15 digits
_USER_ID = re.compile(r"[A-Z]{2}\.(ENT\.)?[0-9A-Za-z]{1,128}")  # Meta's pattern of business-scoped user ids


def _country(phone: int) -> str:
    if 5_500_000_000_000 <= phone < 5_600_000_000_000:
        return "BR"
    text = str(phone)
    return next((code for prefix, code in _COUNTRIES.items() if text.startswith(prefix)), _ELSEWHERE)


def canonical(phone: int) -> int:
    """Return a phone with Brazil's ninth digit, so that both ways of writing it are one person."""
    if 551_100_000_000 <= phone <= 559_999_999_999:
        rest = phone % 100_000_000
        if rest >= 60_000_000:
            return phone // 100_000_000 * 1_000_000_000 + 900_000_000 + rest
    return phone


class People:
    """Decides by seed and phone alone, so that the same phone always behaves the same."""

    def __init__(self, seed: int) -> None:
        draw = random.Random(seed)
        self._salt = draw.getrandbits(64)
        self._user_factor = draw.getrandbits(50) | 1  # odd: multiplying by it can be undone
        self._user_inverse = pow(self._user_factor, -1, _USER_BITS + 1)
        self.share_without_nine = 0.5
        self.clear()

    def clear(self) -> None:
        """Everybody has WhatsApp and reads."""
        self.unregistered: set[int] = set()
        self.share_unregistered = 0.0
        self.reads = True
        self.share_reads = 1.0
        self._users: dict[str, int] = {}
        self._user_ids: list[str] = []

    def registered(self, phone: int) -> bool:
        """Tell whether this phone is on WhatsApp."""
        if phone in self.unregistered:
            return False
        return self.share_unregistered <= 0 or self._draw(b"unregistered", phone) >= self.share_unregistered

    def is_reader(self, phone: int) -> bool:
        """Tell whether this person's read receipts come."""
        return self.reads and (self.share_reads >= 1 or self._draw(b"reads", phone) < self.share_reads)

    def wa_id(self, phone: int) -> int:
        """Return WhatsApp's id: in Brazil from area code 31 on, older accounts lack the ninth digit."""
        if 5531_900_000_000 <= phone <= 5599_999_999_999:
            rest = phone % 1_000_000_000
            if rest >= 900_000_000 and self._draw(b"nine", phone) < self.share_without_nine:
                return phone // 1_000_000_000 * 100_000_000 + rest - 900_000_000
        return phone

    def user(self, user_id: object) -> int:
        """Return the phone behind a business-scoped user id, or what stands for somebody without a phone.

        Raises:
            ValueError: it has not the form of a business-scoped user id.
        """
        if not isinstance(user_id, str) or not _USER_ID.fullmatch(user_id):
            raise ValueError("not a business-scoped user id")
        number = user_id[3:]
        if number.isdigit() and len(number) <= 16:
            phone = int(number) * self._user_inverse & _USER_BITS
            if not user_id.startswith(_ELSEWHERE) and self.user_id(phone) == user_id:
                return phone
        known = self._users.get(user_id)
        if known is None:
            known = self._users[user_id] = NO_PHONE + len(self._user_ids)
            self._user_ids.append(user_id)
        return known

    def user_id(self, phone: int) -> str:
        """Return somebody's business-scoped user id."""
        if phone >= NO_PHONE:
            return self._user_ids[phone - NO_PHONE]
        return f"{_country(phone)}.{phone * self._user_factor & _USER_BITS}"

    def chance(self, question: bytes, index: int) -> float:
        """Return a number from 0 to 1, always the same for one seed, question and index."""
        return self._draw(question, index)

    def _draw(self, question: bytes, phone: int) -> float:
        """Return a number from 0 to 1; the multiplication undoes crc32's linearity, under which seeds look alike."""
        mixed = (crc32(b"%b%d" % (question, phone)) ^ self._salt) * 0x9E3779B97F4A7C15 & 0xFFFFFFFFFFFFFFFF
        return mixed / 2**64
