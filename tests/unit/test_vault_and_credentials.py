"""Secrets at rest, API keys, passwords, webhook secrets and cursors."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.credentials import (
    MetaSecrets,
    WebhookSecret,
    hash_password,
    hash_token,
    looks_like_key,
    make_api_key,
    make_installation_key,
    make_signing_secret,
    make_webhook_token,
    open_meta_secrets,
    open_session_token,
    open_webhook_secrets,
    rotate,
    seal_meta_secrets,
    seal_session_token,
    seal_webhook_secrets,
    secrets_in_force,
    verify_password,
)
from engine.pagination import NEWEST, Position, decode_cursor, encode_cursor
from engine.signatures import validate_secret
from engine.vault import SealBroken, Vault, make_key_text

VAULT = Vault(b"k" * 32)
ONE, OTHER = UUID(int=1), UUID(int=2)


def test_a_sealed_secret_opens_only_in_its_place_and_with_its_key() -> None:
    sealed = VAULT.seal(b"secret", b"here")
    assert VAULT.open(sealed, b"here") == b"secret"
    assert b"secret" not in sealed
    assert VAULT.seal(b"secret", b"here") != sealed
    for vault, text, place in (
        (VAULT, sealed, b"there"),
        (Vault(b"x" * 32), sealed, b"here"),
        (VAULT, sealed[:-1] + bytes([sealed[-1] ^ 1]), b"here"),
        (VAULT, b"short", b"here"),
        (VAULT, b"", b"here"),
    ):
        with pytest.raises(SealBroken):
            vault.open(text, place)


def test_a_vaults_key_is_base64_of_32_bytes() -> None:
    text = make_key_text()
    assert Vault.from_text(text).open(Vault.from_text(text).seal(b"a", b""), b"") == b"a"
    for wrong in ("", "not base64!", base64.b64encode(b"short").decode()):
        with pytest.raises(ValueError, match=r"."):
            Vault.from_text(wrong)


def test_derived_keys_differ_by_purpose_and_by_key() -> None:
    assert VAULT.derive("tickets") == Vault(b"k" * 32).derive("tickets")
    assert len({VAULT.derive("tickets"), VAULT.derive("cookies"), Vault(b"x" * 32).derive("tickets"), b"k" * 32}) == 4


def test_keys_have_256_random_bits_and_their_kind_in_front() -> None:
    assert make_api_key().startswith("mia_")
    assert make_installation_key().startswith("mii_")
    assert make_webhook_token().startswith("whk_")
    assert len({make_api_key() for _ in range(100)}) == 100
    assert looks_like_key(make_api_key())
    assert looks_like_key(make_installation_key())
    assert not any(map(looks_like_key, ("", "mia_", "mia_" + "é" * 43, make_webhook_token(), make_api_key() + "x")))
    assert len(hash_token("mia_x")) == 32


@pytest.mark.parametrize("scheme", ["standard", "timestamped", "meta", "plain"])
def test_a_new_signing_secret_fits_its_scheme(scheme: str) -> None:
    assert validate_secret(scheme, make_signing_secret(scheme)) is None


def test_passwords() -> None:
    stored = hash_password("correct horse")
    assert stored.startswith("$argon2id$")
    assert verify_password(stored, "correct horse")
    assert not verify_password(stored, "wrong")
    assert not verify_password("no hash", "correct horse")


def test_webhook_secrets_are_bound_to_their_webhook() -> None:
    chain = (WebhookSecret("s", "signing"), WebhookSecret("t", "token", 5))
    sealed = seal_webhook_secrets(VAULT, ONE, chain)
    assert open_webhook_secrets(VAULT, ONE, sealed) == chain
    assert open_webhook_secrets(VAULT, ONE, None) == ()
    assert seal_webhook_secrets(VAULT, ONE, ()) is None
    with pytest.raises(SealBroken):
        open_webhook_secrets(VAULT, OTHER, sealed)


def test_session_tokens_and_meta_secrets_are_bound_to_their_owner() -> None:
    token = seal_session_token(VAULT, ONE, "EAAG")
    assert open_session_token(VAULT, ONE, token) == "EAAG"
    with pytest.raises(SealBroken):
        open_session_token(VAULT, OTHER, token)
    secrets = seal_meta_secrets(VAULT, "300", MetaSecrets("app", "verify"))
    assert open_meta_secrets(VAULT, "300", secrets) == MetaSecrets("app", "verify")
    with pytest.raises(SealBroken):
        open_meta_secrets(VAULT, "301", secrets)


def test_a_rotated_secret_is_accepted_for_its_grace_and_no_longer() -> None:
    chain = rotate([WebhookSecret("a", "signing"), WebhookSecret("t", "token")], WebhookSecret("b", "signing"), 100, 50)
    assert secrets_in_force(chain, "signing", 149) == ["b", "a"]
    assert secrets_in_force(chain, "signing", 150) == ["b"]
    assert secrets_in_force(chain, "token", 150) == ["t"]
    again = rotate(chain, WebhookSecret("c", "signing"), 120, 50)
    assert secrets_in_force(again, "signing", 121) == ["c", "b"]
    assert secrets_in_force(rotate(again, WebhookSecret("d", "signing"), 121, 0), "signing", 121) == ["d"]


@given(st.datetimes(datetime(1970, 1, 1), datetime(2999, 1, 1)), st.uuids())
def test_a_cursor_carries_its_position(moment: datetime, value: UUID) -> None:
    position = Position(moment.replace(tzinfo=UTC), value)
    assert decode_cursor(encode_cursor(position)) == position


@given(st.text(max_size=64))
def test_anything_else_is_no_cursor(text: str) -> None:
    try:
        position = decode_cursor(text)
    except ValueError:
        return
    assert encode_cursor(position) == text


def test_a_range_ends_where_it_is_told() -> None:
    end = datetime(2026, 1, 1, tzinfo=UTC)
    assert NEWEST.upto(None) == NEWEST
    assert NEWEST.upto(end).created_at == end
    behind = Position(end - timedelta(days=1), ONE)
    assert behind.upto(end) == behind
    assert Position(end, ONE) > NEWEST.upto(end)
