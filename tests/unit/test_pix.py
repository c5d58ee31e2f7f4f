from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.pix import BrCode, BrCodeProblem, check_brcode, checksum_holds, crc16
from tests.unit.vectors import load

VECTORS = load("pix_brcode.json")
# From facts/whatsapp.md §9: sound without field 62.
NO_ADDITIONAL_FIELD = (
    "00020126700014br.gov.bcb.pix0136403f6c37-bb1d-48aa-a61c-0f6a205764d80208[Pix.ae]"
    "5204000053039865802BR5903Pix6003Pix63042275"
)


def signed(fields: str) -> str:
    text = fields + "6304"
    return text + f"{crc16(text.encode()):04X}"


def test_checksum_of_the_standard_text() -> None:
    [(text, expected)] = VECTORS["crc"]["check"].items()
    assert f"{crc16(text.encode()):04X}" == expected


@pytest.mark.parametrize("text", [*VECTORS["valid"], NO_ADDITIONAL_FIELD])
def test_valid_vector(text: str) -> None:
    code = check_brcode(text)
    assert isinstance(code, BrCode)
    assert (code.key is None) != (code.url is None)
    assert checksum_holds(text)


@pytest.mark.parametrize("case", VECTORS["invalid"], ids=lambda case: case["why"])
def test_invalid_vector(case: dict[str, Any]) -> None:
    assert isinstance(check_brcode(case["text"]), BrCodeProblem)
    assert not checksum_holds(case["text"])


def test_static_code_says_who_is_paid_and_how_much() -> None:
    code = check_brcode(VECTORS["valid"][2])
    assert code == BrCode("+5511943214321", None, 6666, "EMPRESA", "BRASILIA", None, False)


def test_dynamic_code_has_an_address() -> None:
    code = check_brcode(VECTORS["valid"][1])
    assert isinstance(code, BrCode)
    assert code.url == "pix.example.com/qr/93598be0-1bd0-4997-8318-81776a1d8a99"


def test_right_checksum_does_not_heal_a_wrong_length() -> None:
    text = signed(VECTORS["valid"][0][:-8].replace("62070503***", "62080503***"))
    assert checksum_holds(text)
    assert check_brcode(text) == BrCodeProblem("structure")


def test_checksum_without_its_leading_zero_is_refused() -> None:
    base = VECTORS["valid"][0][:-8]
    zero = next(
        text for n in range(1000) if (text := signed(base.replace("Fulano de Tal", f"Fulano de {n:03d}")))[-4] == "0"
    )
    assert isinstance(check_brcode(zero), BrCode)
    assert isinstance(check_brcode(zero[:-4] + zero[-3:]), BrCodeProblem)


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ("00020126180014br.gov.bcb.pix5303986" + "5802BR5901A6001B", "no_pix_account"),
        ("00020126180014com.exemplo.xx5303986" + "5802BR5901A6001B", "no_pix_account"),
        ("00020126230014br.gov.bcb.pix0101k53039865402x15802BR5901A6001B", "amount"),
    ],
)
def test_sound_tlv_that_is_no_pix(fields: str, reason: str) -> None:
    assert check_brcode(signed(fields)) == BrCodeProblem(reason)


@given(st.one_of(st.text(), st.text("0123456789BRPIXbr.*", max_size=120)))
def test_any_text_is_a_code_or_a_problem(text: str) -> None:
    assert isinstance(check_brcode(text), (BrCode, BrCodeProblem))


@given(st.integers(0, len(VECTORS["valid"][0]) - 1), st.characters(codec="ascii"))
def test_one_wrong_character_is_always_found(position: int, character: str) -> None:
    text = VECTORS["valid"][0]
    changed = text[:position] + character + text[position + 1 :]
    if changed.upper() != text.upper() and changed.strip() == changed:
        assert not checksum_holds(changed) or position >= len(text) - 8
        assert isinstance(check_brcode(changed), BrCodeProblem)
