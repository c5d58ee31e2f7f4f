"""Every ``must_pass`` and ``must_fail`` of vectors/signatures.json, for each scheme it can concern."""

from __future__ import annotations

import json
import pickle
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import FieldProblem, SignatureRefused
from engine.reading_reasons import SIGNATURE
from engine.signatures import SCHEMES, SignatureScheme, validate_auth, validate_secret
from engine.signing import new_standard_secret, sign_meta, sign_plain, sign_standard, sign_timestamped
from tests.unit.vectors import load

VECTORS = load("signatures.json")
NOW = VECTORS["now"]
SIGNED = ("timestamped", "standard", "meta", "plain")


def scheme_of(kind: str, secret: str | None = None) -> SignatureScheme:
    own = {
        "timestamped": VECTORS["timestamped"]["secret"],
        "standard": VECTORS["standard_webhooks"]["secret"],
        "meta": VECTORS["meta"]["app_secret"],
        "plain": VECTORS["plain_sha256"]["secret"],
    }[kind]
    auth = {"scheme": kind} | ({"header": "X-Signature"} if kind == "plain" else {})
    return SignatureScheme.from_auth(auth, [secret or own])


def delivery(kind: str) -> tuple[bytes, dict[str, str]]:
    vector = VECTORS["standard_webhooks" if kind == "standard" else "plain_sha256" if kind == "plain" else kind]
    spelled: dict[str, dict[str, str]] = {
        "timestamped": {
            "x-webhook-timestamp": str(vector.get("timestamp")),
            "x-webhook-signature": str(vector.get("x-webhook-signature")),
        },
        "standard": {name: text for name, text in vector.items() if name.startswith("webhook-")},
        "meta": {"x-hub-signature-256": str(vector.get("X-Hub-Signature-256"))},
        "plain": {"x-signature": str(vector.get("hex"))},
    }
    return vector["body"].encode(), spelled[kind]


def signature_header(kind: str) -> str:
    return scheme_of(kind).header


def refusal(scheme: SignatureScheme, body: bytes, headers: dict[str, str], now_s: int = NOW) -> str:
    with pytest.raises(SignatureRefused) as refused:
        scheme.verify(body, headers, now_s)
    assert refused.value.detail in SIGNATURE
    return refused.value.detail


@pytest.mark.parametrize("kind", SIGNED)
def test_the_vectors_own_signature_is_valid(kind: str) -> None:
    assert scheme_of(kind).verify(*delivery(kind), NOW) == "valid"


@pytest.mark.parametrize("kind", SIGNED)
def test_one_byte_of_the_body_changed(kind: str) -> None:
    body, headers = delivery(kind)
    assert refusal(scheme_of(kind), body[:-1] + b" ", headers) == "signature_mismatch"


@pytest.mark.parametrize("kind", ["timestamped", "standard"])
@pytest.mark.parametrize(
    ("drift_s", "reason"), [(301, "timestamp_too_old"), (-301, "timestamp_in_future"), (300, None), (-300, None)]
)
def test_timestamp_drift(kind: str, drift_s: int, reason: str | None) -> None:
    body, headers = delivery(kind)
    if reason is None:
        assert scheme_of(kind).verify(body, headers, NOW + drift_s) == "valid"
    else:
        assert refusal(scheme_of(kind), body, headers, NOW + drift_s) == reason


@pytest.mark.parametrize(
    "stamp", ["ontem", "1766200000.0", " 1766200000", "+1766200000", "1_766_200_000", "١٧", "9" * 400]
)
def test_timestamp_that_is_no_number(stamp: str) -> None:
    body, headers = delivery("timestamped")
    headers["x-webhook-timestamp"] = stamp
    assert refusal(scheme_of("timestamped"), body, headers) == "timestamp_unreadable"


@pytest.mark.parametrize("kind", SIGNED)
def test_signature_of_another_webhooks_secret(kind: str) -> None:
    other = "whsec_b3V0cm8=" if kind == "standard" else "outro"
    assert refusal(scheme_of(kind, other), *delivery(kind)) == "signature_mismatch"


@pytest.mark.parametrize("kind", SIGNED)
@pytest.mark.parametrize("empty", ["", " "])
def test_empty_signature(kind: str, empty: str) -> None:
    body, headers = delivery(kind)
    headers[signature_header(kind)] = empty
    assert refusal(scheme_of(kind), body, headers) == "signature_missing"


@pytest.mark.parametrize("kind", SIGNED)
def test_truncated_signature(kind: str) -> None:
    body, headers = delivery(kind)
    headers[signature_header(kind)] = headers[signature_header(kind)][:-2]
    assert refusal(scheme_of(kind), body, headers) == "signature_mismatch"


@pytest.mark.parametrize("kind", SIGNED)
def test_signature_header_missing(kind: str) -> None:
    assert refusal(scheme_of(kind), delivery(kind)[0], {}) == "signature_missing"


@pytest.mark.parametrize("kind", SIGNED)
@pytest.mark.parametrize("other", SIGNED)
def test_signature_of_another_scheme(kind: str, other: str) -> None:
    if kind == other:
        return
    body, headers = delivery(kind)
    foreign = sign_all(other, body)
    headers[signature_header(kind)] = foreign[signature_header(other)]
    key_is_the_same = {kind, other} == {"meta", "plain"}
    if not key_is_the_same:
        assert refusal(scheme_of(kind), body, headers) == "signature_mismatch"


def sign_all(kind: str, body: bytes) -> dict[str, str]:
    if kind == "timestamped":
        return sign_timestamped(VECTORS["timestamped"]["secret"], NOW, body)
    if kind == "standard":
        return sign_standard(VECTORS["standard_webhooks"]["secret"], "msg_1", NOW, body)
    if kind == "meta":
        return sign_meta(VECTORS["meta"]["app_secret"], body)
    return sign_plain({"scheme": "plain", "header": "x-signature"}, VECTORS["plain_sha256"]["secret"], body)


def test_metas_signature_needs_its_prefix() -> None:
    body, headers = delivery("meta")
    headers["x-hub-signature-256"] = headers["x-hub-signature-256"].removeprefix("sha256=")
    assert refusal(scheme_of("meta"), body, headers) == "signature_mismatch"


@pytest.mark.parametrize("kind", SIGNED)
def test_the_right_signature_over_a_reserialised_body(kind: str) -> None:
    body, headers = delivery(kind)
    again = json.dumps(json.loads(body), indent=1).encode()
    assert refusal(scheme_of(kind), again, headers) == "signature_mismatch"


@pytest.mark.parametrize("kind", ["timestamped", "plain"])
def test_upper_case_hex(kind: str) -> None:
    body, headers = delivery(kind)
    headers[signature_header(kind)] = headers[signature_header(kind)].upper()
    assert scheme_of(kind).verify(body, headers, NOW) == "valid"


def test_upper_case_hex_after_metas_prefix() -> None:
    body, headers = delivery("meta")
    headers["x-hub-signature-256"] = "sha256=" + headers["x-hub-signature-256"][7:].upper()
    assert scheme_of("meta").verify(body, headers, NOW) == "valid"


def test_any_of_several_signatures_and_any_of_several_secrets() -> None:
    vector = VECTORS["standard_webhooks_rotation"]
    scheme = SignatureScheme.from_auth({"scheme": "standard"}, vector["secrets"])
    headers = {name: text for name, text in vector.items() if name.startswith("webhook-")}
    assert scheme.verify(vector["body"].encode(), headers, NOW) == "valid"
    headers["webhook-signature"] = "v1a," + headers["webhook-signature"].rpartition("v1,")[2]
    assert refusal(scheme, vector["body"].encode(), headers) == "signature_mismatch"


def test_rotation_accepts_both_secrets() -> None:
    scheme = SignatureScheme.from_auth({"scheme": "timestamped"}, ["novo", "velho"])
    for secret in ("novo", "velho"):
        assert scheme.verify(b"{}", sign_timestamped(secret, NOW, b"{}"), NOW) == "valid"
    assert refusal(scheme, b"{}", sign_timestamped("outro", NOW, b"{}")) == "signature_mismatch"


@pytest.mark.parametrize("algorithm", ["sha1", "sha256", "sha512"])
@pytest.mark.parametrize("spelling", ["hex", "hex_upper", "prefixed", "base64"])
def test_plain_signature_in_every_spelling(algorithm: str, spelling: str) -> None:
    vector = VECTORS[f"plain_{algorithm}"]
    encoding = "base64" if spelling == "base64" else "hex"
    body, headers = vector["body"].encode(), {"x-signature": vector[spelling]}
    for setting in (
        {"encoding": "auto"},
        {"encoding": encoding},
        {"encoding": encoding, "prefix": f"{algorithm}="},
    ):
        auth = {"scheme": "plain", "header": "X-Signature", "algorithm": algorithm} | setting
        assert SignatureScheme.from_auth(auth, [vector["secret"]]).verify(body, headers, NOW) == "valid"
    wrong = {"scheme": "plain", "header": "x-signature", "algorithm": algorithm}
    other = wrong | {"encoding": "hex" if encoding == "base64" else "base64"}
    assert refusal(SignatureScheme.from_auth(other, [vector["secret"]]), body, headers) == "signature_mismatch"


@pytest.mark.parametrize("algorithm", ["sha1", "sha256", "sha512"])
@pytest.mark.parametrize("encoding", ["hex", "base64"])
def test_what_sign_plain_signs_is_valid(algorithm: str, encoding: str) -> None:
    auth = {"scheme": "plain", "header": "X-Sig", "algorithm": algorithm, "encoding": encoding, "prefix": "v0="}
    headers = sign_plain(auth, "s", b"body")
    assert SignatureScheme.from_auth(auth, ["s"]).verify(b"body", headers, NOW) == "valid"


def test_token_in_a_header() -> None:
    scheme = SignatureScheme.from_auth({"scheme": "token", "header": "X-Token", "prefix": "Bearer "}, ["a", "segredo"])
    assert scheme.verify(b"", {"x-token": "segredo"}, NOW) == "unsigned"
    assert scheme.verify(b"", {"x-token": "Bearer segredo"}, NOW) == "unsigned"
    assert refusal(scheme, b"", {"x-token": "segredo2"}) == "token_mismatch"
    assert refusal(scheme, b"", {"x-token": "ségredo"}) == "token_mismatch"
    assert refusal(scheme, b"", {}) == "token_missing"
    assert scheme.secret_header == "x-token"


def test_token_in_the_url_and_no_scheme_sign_nothing() -> None:
    assert SignatureScheme.from_auth({"scheme": "token"}, ["t"]).verify(b"", {}, NOW) == "unsigned"
    assert SignatureScheme.from_auth({"scheme": "none"}, []).verify(b"", {}, NOW) == "unsigned"
    assert scheme_of("meta").secret_header is None


@pytest.mark.parametrize("secrets", [[], [""], ["  "]])
@pytest.mark.parametrize("scheme", [*SIGNED, "token"])
def test_no_secret_never_verifies(scheme: str, secrets: list[str]) -> None:
    auth = {"scheme": scheme, "header": "x-h"} if scheme in ("plain", "token") else {"scheme": scheme}
    built = SignatureScheme.from_auth(auth, secrets)
    forged = sign_timestamped("", NOW, b"{}") | sign_meta("", b"{}") | {"x-h": ""}
    assert refusal(built, b"{}", forged) == "secret_missing"


@pytest.mark.parametrize("auth", [{}, {"scheme": "x"}, {"scheme": None}, {"scheme": "plain"}, {"scheme": ["none"]}])
def test_a_row_that_makes_no_sense_refuses_everything(auth: dict[str, Any]) -> None:
    assert validate_auth(auth)
    assert refusal(SignatureScheme.from_auth(auth, ["s"]), b"{}", {}) == "secret_missing"


def test_each_wrong_setting_is_named() -> None:
    auth = {
        "scheme": "plain",
        "header": "a b",
        "algorithm": "md5",
        "encoding": "x",
        "prefix": 1,
        "tolerance_s": 0,
        "y": 1,
    }
    fields = [error["field"] for error in validate_auth(auth)]
    assert fields == [f"auth.{n}" for n in ("header", "algorithm", "encoding", "prefix", "tolerance_s", "y")]
    assert validate_auth("none") == [{"field": "auth", "reason": "an object with a scheme is needed"}]
    assert validate_auth({"scheme": "timestamped", "tolerance_s": 60}) == []


def test_secrets_are_checked_before_they_are_kept() -> None:
    assert validate_secret("standard", "whsec_###") is not None
    assert validate_secret("standard", new_standard_secret()) is None
    assert validate_secret("plain", " ") is not None
    assert validate_secret("plain", "s") is None
    assert validate_secret("none", "") is None
    with pytest.raises(FieldProblem):
        sign_standard("whsec_###", "m", NOW, b"")


def test_tolerance_is_the_webhooks_own() -> None:
    scheme = SignatureScheme.from_auth({"scheme": "timestamped", "tolerance_s": 10}, ["s"])
    headers = sign_timestamped("s", NOW, b"{}")
    assert scheme.verify(b"{}", headers, NOW + 10) == "valid"
    assert refusal(scheme, b"{}", headers, NOW + 11) == "timestamp_too_old"


def test_refusal_survives_pickling_with_its_reason() -> None:
    with pytest.raises(SignatureRefused) as refused:
        scheme_of("meta").verify(b"", {}, NOW)
    assert pickle.loads(pickle.dumps(refused.value)).detail == "signature_missing"


ANY_HEADERS = st.dictionaries(
    st.sampled_from(
        ["x-webhook-signature", "x-webhook-timestamp", "webhook-id", "webhook-timestamp", "webhook-signature",
         "x-hub-signature-256", "x-h"]
    ),
    st.text() | st.just(str(NOW)) | st.from_regex(r"(v1,|sha256=)?[0-9a-fA-F+/=]{0,70}", fullmatch=True),
)  # fmt: skip


@given(st.sampled_from(SCHEMES), st.binary(max_size=50), ANY_HEADERS, st.lists(st.text(), max_size=3))
def test_anything_is_refused_or_unsigned_but_nothing_else(
    scheme: str, body: bytes, headers: dict[str, str], secrets: list[str]
) -> None:
    auth = {"scheme": scheme, "header": "x-h"} if scheme in ("plain", "token") else {"scheme": scheme}
    try:
        verdict = SignatureScheme.from_auth(auth, secrets).verify(body, headers, NOW)
    except SignatureRefused as refused:
        assert refused.detail in SIGNATURE
    else:
        assert verdict == "unsigned"
        assert scheme in ("none", "token")


@given(st.binary(), st.text(min_size=1).filter(lambda text: bool(text.strip())), st.integers(10**9, 10**10))
def test_what_we_sign_we_accept(body: bytes, secret: str, now_s: int) -> None:
    assert scheme_of("timestamped", secret).verify(body, sign_timestamped(secret, now_s, body), now_s) == "valid"
    assert scheme_of("meta", secret).verify(body, sign_meta(secret, body), now_s) == "valid"


@given(st.dictionaries(st.sampled_from(["scheme", "header", "algorithm", "encoding", "prefix", "tolerance_s", "z"]),
                       st.none() | st.booleans() | st.integers() | st.text() | st.sampled_from(SCHEMES)
                       | st.lists(st.integers())))  # fmt: skip
def test_any_auth_builds_or_is_refused_in_words(auth: dict[str, object]) -> None:
    errors = validate_auth(auth)
    scheme = SignatureScheme.from_auth(auth, ["s"])
    assert (scheme.scheme == "refused") == bool(errors)
