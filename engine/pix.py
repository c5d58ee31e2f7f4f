"""PIX BR Codes ("copia e cola"): the EMV TLV and its checksum, read strictly as the Banco Central's manual asks.

Source: Manual do BR Code and Manual de Padrões para Iniciação do Pix (bcb.gov.br), EMVCo MPM 1.1.
"""

from __future__ import annotations

import binascii
from dataclasses import dataclass

from engine.money import MoneyProblem, to_cents

MAX_LENGTH = 1_024
_GUI = "br.gov.bcb.pix"
_ACCOUNTS = range(26, 52)


@dataclass(frozen=True, slots=True)
class BrCode:
    """A sound BR Code. Exactly one of ``key`` and ``url`` is set: static or dynamic."""

    key: str | None
    url: str | None
    amount_cents: int | None
    merchant_name: str
    merchant_city: str
    txid: str | None
    single_use: bool


@dataclass(frozen=True, slots=True)
class BrCodeProblem:
    """Why a text is no BR Code.

    ``reason``: empty, too_long, structure, checksum_missing, checksum, no_pix_account, amount.
    """

    reason: str


def crc16(data: bytes) -> int:
    """Return CRC16/CCITT-FALSE (polynomial 0x1021, start 0xFFFF, not reflected); "123456789" gives 0x29B1."""
    return binascii.crc_hqx(data, 0xFFFF)


def checksum_holds(text: str) -> bool:
    """Return True where a text ends with ``6304`` and the checksum of all before it (cheap; no TLV)."""
    return text[-8:-4] == "6304" and text[-4:].upper() == f"{crc16(text[:-4].encode('utf-8', 'replace')):04X}"


def check_brcode(text: str) -> BrCode | BrCodeProblem:
    """Return what a BR Code says, or why it is none; never raises."""
    text = text.strip()
    if not text:
        return BrCodeProblem("empty")
    if len(text) > MAX_LENGTH:
        return BrCodeProblem("too_long")
    fields = parse_tlv(text)
    if fields is None or fields.get("00") != "01":
        return BrCodeProblem("structure" if not text.endswith("6304") else "checksum_missing")
    if next(reversed(fields)) != "63" or len(fields["63"]) != 4:
        return BrCodeProblem("checksum_missing")
    if not checksum_holds(text):
        return BrCodeProblem("checksum")
    return _read(fields)


def parse_tlv(text: str) -> dict[str, str] | None:
    """Return the fields of a TLV text (two-digit id, two-digit length in characters); None where it is broken."""
    fields: dict[str, str] = {}
    position = 0
    while position < len(text):
        label, length = text[position : position + 2], text[position + 2 : position + 4]
        if not (_two_digits(label) and _two_digits(length)) or label in fields:
            return None
        end = position + 4 + int(length)
        if end > len(text):
            return None
        fields[label] = text[position + 4 : end]
        position = end
    return fields


def _read(fields: dict[str, str]) -> BrCode | BrCodeProblem:
    account = _pix_account(fields)
    if account is None or fields.get("53") != "986" or fields.get("58") != "BR":
        return BrCodeProblem("no_pix_account")
    key, url = account.get("01"), account.get("25")
    if (key is None) == (url is None):
        return BrCodeProblem("no_pix_account")
    cents = None
    if "54" in fields:
        try:
            cents = to_cents(fields["54"])
        except MoneyProblem:
            return BrCodeProblem("amount")
    additional = parse_tlv(fields["62"]) if "62" in fields else {}
    if additional is None or "59" not in fields or "60" not in fields:
        return BrCodeProblem("structure")
    txid = additional.get("05")
    return BrCode(
        key=key,
        url=url,
        amount_cents=cents,
        merchant_name=fields["59"],
        merchant_city=fields["60"],
        txid=None if txid == "***" else txid,
        single_use=fields.get("01") == "12",
    )


def _pix_account(fields: dict[str, str]) -> dict[str, str] | None:
    for label in _ACCOUNTS:
        account = parse_tlv(fields[str(label)]) if str(label) in fields else None
        if account is not None and account.get("00", "").lower() == _GUI:
            return account
    return None


def _two_digits(text: str) -> bool:
    return len(text) == 2 and text.isascii() and text.isdigit()
