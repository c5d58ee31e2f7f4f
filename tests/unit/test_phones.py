from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.phones import AREA_CODES, area_code, normalise_typed, normalise_wa_id, whatsapp_forms
from tests.unit.vectors import load

VECTORS = load("phones_br.json")
typed_numbers = st.text(alphabet="0123456789+-() ./tel:", max_size=24) | st.from_regex(
    r"\+?[0-9]{6,16}", fullmatch=True
)


@pytest.mark.parametrize("case", VECTORS["typed"]["cases"], ids=lambda case: repr(case["in"]))
def test_typed_vector(case: dict[str, Any]) -> None:
    assert normalise_typed(case["in"]) == case["e164"]


@pytest.mark.parametrize("case", VECTORS["wa_id"]["cases"], ids=lambda case: repr(case["in"]))
def test_wa_id_vector(case: dict[str, Any]) -> None:
    assert normalise_wa_id(case["in"]) == case["e164"]


@pytest.mark.parametrize(("old", "new"), VECTORS["same_person"])
def test_both_ids_of_one_person_have_one_key(old: str, new: str) -> None:
    assert normalise_wa_id(old) == normalise_wa_id(new) == normalise_typed(new)


def test_area_codes_are_anatels() -> None:
    assert {str(code) for code in VECTORS["area_codes"]} == AREA_CODES


@pytest.mark.parametrize(
    ("typed", "e164"),
    [
        ("\u202a+55 11 90000\u20110000\u202c", "+5511900000000"),
        ("+55 (0) 11 90000-0000", "+5511900000000"),
        ("0 55 11 90000-0000", "+5511900000000"),
        (11900000000.0, "+5511900000000"),
        ("0800 777 1234", None),
        ("11900000000 ramal 2", None),
        ("11900000000 / 11900000001", None),
        ("٠١١٩٠٠٠٠٠٠٠٠", None),
        ("20900000000", None),
        ("1110000000", None),
        ("118000000001", None),
        ("+0011900000000", None),
        ("+123456", None),
        ("+1234567890123456", None),
        (True, None),
        (-11900000000, None),
        (float("nan"), None),
        (float("inf"), None),
        (["11900000000"], None),
        ("1" * 5000, None),
    ],
)
def test_typed_in_the_field(typed: object, e164: str | None) -> None:
    assert normalise_typed(typed) == e164


@pytest.mark.parametrize("digits", ["", "+", "012345678", "123456", "1" * 16, "55119a0000000", "²²²²²²²²"])
def test_what_whatsapp_never_says_is_no_number(digits: str) -> None:
    assert normalise_wa_id(digits) is None


def test_whatsapp_id_of_an_unknown_brazilian_form_is_kept() -> None:
    assert normalise_wa_id("558007771234") == "+558007771234"


def test_old_accounts_outside_sao_paulo_and_rio_may_lack_the_ninth_digit() -> None:
    assert whatsapp_forms("+5585980000000") == ("+5585980000000", "+558580000000")
    assert whatsapp_forms("+5511980000000") == ("+5511980000000",)
    assert whatsapp_forms("+558530000000") == ("+558530000000",)
    assert whatsapp_forms("+5585912345678") == ("+5585912345678",)
    assert whatsapp_forms("+14155550100") == ("+14155550100",)


def test_area_code_is_told_for_brazil_only() -> None:
    assert area_code("+5585980000000") == "85"
    assert area_code("+14155550100") is None


@given(typed_numbers)
def test_normalising_twice_changes_nothing(text: str) -> None:
    once = normalise_typed(text)
    if once is not None:
        assert normalise_typed(once) == once
        assert normalise_wa_id(once[1:]) == once


@given(st.one_of(st.text(), st.integers(), st.floats(), st.binary(), st.none(), st.booleans()))
def test_anything_is_a_number_or_none(value: object) -> None:
    result = normalise_typed(value)
    assert result is None or (result[0] == "+" and result[1:].isdigit() and 8 <= len(result) <= 16)


@given(st.text())
def test_any_text_is_a_whatsapp_id_or_none(text: str) -> None:
    result = normalise_wa_id(text)
    assert result is None or result[1:].isdigit()


@given(st.from_regex(r"\+55[0-9]{10,11}", fullmatch=True))
def test_every_form_leads_back_to_the_same_key(text: str) -> None:
    key = normalise_typed(text)
    if key is not None:
        assert {normalise_wa_id(form) for form in whatsapp_forms(key)} == {key}
