"""Second factors by the RFC's own vectors, the memory of attempts, and what goes with a cookie."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.sign_in import (
    Attempt,
    AttemptMemory,
    Limit,
    account_key,
    address_key,
    csrf_token,
    looks_like_token,
    make_secret_token,
    same_token,
)
from engine.totp import make_recovery_codes, matching_step, recovery_hash, totp_code, totp_uri

_SECRETS = {"sha1": b"1234567890" * 2, "sha256": b"1234567890" * 3 + b"12", "sha512": b"1234567890" * 6 + b"1234"}
# RFC 6238, appendix B: time, algorithm, code of eight digits.
_VECTORS = [
    (59, "94287082", "46119246", "90693936"),
    (1111111109, "07081804", "68084774", "25091201"),
    (1111111111, "14050471", "67062674", "99943326"),
    (1234567890, "89005924", "91819424", "93441116"),
    (2000000000, "69279037", "90698825", "38618901"),
    (20000000000, "65353130", "77737706", "47863826"),
]


@pytest.mark.parametrize(("at", "sha1", "sha256", "sha512"), _VECTORS)
def test_the_vectors_of_rfc_6238(at: int, sha1: str, sha256: str, sha512: str) -> None:
    found = {name: totp_code(secret, at // 30, 8, name) for name, secret in _SECRETS.items()}
    assert found == {"sha1": sha1, "sha256": sha256, "sha512": sha512}


def test_a_code_is_taken_a_step_early_or_late_and_never_again() -> None:
    secret, now_ms = _SECRETS["sha1"], 1_111_111_111_000
    present = now_ms // 30_000
    for step in (present - 1, present, present + 1):
        assert matching_step(secret, totp_code(secret, step), now_ms, 0) == step
        assert matching_step(secret, totp_code(secret, step), now_ms, step) is None
    for step in (present - 2, present + 2):
        assert matching_step(secret, totp_code(secret, step), now_ms, 0) is None


@given(st.text(max_size=20))
def test_any_text_may_be_typed_as_a_code(text: str) -> None:
    matching_step(_SECRETS["sha1"], text, 59_000, 0)
    recovery_hash(text)


def test_the_address_for_apps_escapes_what_it_holds() -> None:
    assert totp_uri(b"12345678901234567890", "a b@c.test") == (
        "otpauth://totp/Master%20IA%3Aa%20b%40c.test?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
        "&issuer=Master%20IA&digits=6&period=30"
    )


def test_recovery_codes_are_typed_with_or_without_dashes() -> None:
    code = make_recovery_codes()[0]
    assert recovery_hash(code) == recovery_hash(code.lower().replace("-", " "))


def test_a_csrf_token_belongs_to_one_cookie() -> None:
    first, second = make_secret_token(), make_secret_token()
    assert looks_like_token(first)
    assert csrf_token(first) == csrf_token(first) != csrf_token(second)
    assert first not in csrf_token(first)
    assert same_token(csrf_token(first), csrf_token(first))
    assert not same_token(None, csrf_token(first))
    assert not same_token("ção", csrf_token(first))


def test_keys_of_attempts_name_nobody_in_plain() -> None:
    assert account_key(" Ana@Loja.test") == account_key("ana@loja.test")
    assert "ana" not in account_key("ana@loja.test")
    assert address_key("2001:db8:1:2:3::4") == address_key("2001:db8:1:2:ffff::") != address_key("2001:db8:1:3::")
    assert address_key("nonsense") == "address:unknown"


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 400)), max_size=60))
def test_no_window_ever_lets_more_through_than_its_limit(tries: list[tuple[str, int]]) -> None:
    memory, limit, now_ms = AttemptMemory(), Limit(3, 1_000), 0
    allowed: dict[str, list[int]] = {}
    for key, later_ms in tries:
        now_ms += later_ms
        if memory.take([Attempt(key, limit)], now_ms) == 0:
            allowed.setdefault(key, []).append(now_ms)
    for times in allowed.values():
        starts = [times[0]]
        for moment in times:
            if moment >= starts[-1] + 1_000:
                starts.append(moment)
        for start in starts:
            assert sum(start <= moment < start + 1_000 for moment in times) <= 3


def test_the_memory_is_bounded() -> None:
    memory, limit = AttemptMemory(most=10), Limit(1, 60_000)
    for number in range(100):
        assert memory.take([Attempt(str(number), limit)], 0) == 0
    assert len(memory._windows) == 10
