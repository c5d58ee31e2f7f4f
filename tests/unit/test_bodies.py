from __future__ import annotations

import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.bodies import MAX_ARRAY_EVENTS, DecodedItem, count_events, decode_body
from engine.json_text import SpelledFloat, holds_nul
from engine.reading_reasons import PAYLOAD, UNPARSED

FORM = "application/x-www-form-urlencoded"


def only(body: bytes, content_type: str | None = "application/json") -> DecodedItem:
    assert count_events(body, content_type)[0] == 1
    [item] = decode_body(body, content_type)
    return item


def test_usual_body_is_its_own_jsonb() -> None:
    assert only(b' {"a": 1.10, "a": 2.50}') == DecodedItem({"a": 2.5}, ' {"a": 1.10, "a": 2.50}', None)


@pytest.mark.parametrize(
    ("body", "value"),
    [
        (b'{"id":18446744073709551617}', 18446744073709551617),
        (b'{"id": 18446744073709551615}', 18446744073709551615),
        (b'{"id":-9223372036854775809}', -9223372036854775809),
        (b'{"id":' + b"7" * 4300 + b"}", int("7" * 4300)),
    ],
)
def test_integers_beyond_64_bits_are_kept(body: bytes, value: int) -> None:
    item = only(body)
    assert item.value == {"id": value}
    assert item.jsonb == body.decode()


def test_numbers_that_no_parser_converts_are_floats_that_know_their_spelling() -> None:
    [item] = decode_body(b'{"n":' + b"9" * 5000 + b"}", None)
    assert isinstance(item.value, dict)
    assert isinstance(item.value["n"], SpelledFloat)
    assert item.reason == "payload_number"


def test_nan_and_infinity_read_as_null() -> None:
    assert only(b'{"a":NaN,"b":-Infinity}') == DecodedItem({"a": None, "b": None}, '{"a":null,"b":null}', None)


def test_raw_control_characters_are_read_and_escaped_for_jsonb() -> None:
    assert only(b'{"a":"x\ny"}') == DecodedItem({"a": "x\ny"}, '{"a":"x\\ny"}', None)


def test_escaped_backslash_before_u0000_is_no_nul() -> None:
    assert only(b'{"a":"\\\\u0000"}').reason is None
    assert only(b'{"a":"\\\\\\u0000"}').reason == "payload_nul"


@pytest.mark.parametrize("depth", [253, 900, 1024])
def test_nesting_that_is_read_needs_no_second_thought(depth: int) -> None:
    body = b'{"a":' + b"[" * (depth - 1) + b"]" * (depth - 1) + b"}"
    assert only(body).jsonb == body.decode()


@pytest.mark.parametrize("opening", [b"[", b'{"a":', b'[{"a":'])
def test_nesting_without_end_is_unparsed(opening: bytes) -> None:
    assert only(opening * 100_000).reason in {"not_json", "json_too_deep"}
    assert only(b'{"x":' + opening * 100_000).reason in {"not_json", "json_too_deep"}


def test_deep_array_elements_leave_the_payload_empty_but_are_read() -> None:
    body = b"[" + b'{"id":1,"a":' + b"[" * 990 + b"]" * 990 + b"}" + b"]"
    item = only(body)
    assert isinstance(item.value, dict)
    assert item.value["id"] == 1
    assert item.reason in {None, "payload_too_deep"}


@pytest.mark.parametrize("count", [1, 2, MAX_ARRAY_EVENTS])
def test_array_is_one_event_per_element(count: int) -> None:
    body = json.dumps([{"n": n} for n in range(count)]).encode()
    assert count_events(body, "application/json") == (count, True)
    assert [item.value for item in decode_body(body, "application/json")] == [{"n": n} for n in range(count)]


@pytest.mark.parametrize(
    "body",
    [
        b'[{"a":NaN}]',
        b'[{"a":1e999}]',
        b'[{"a":"\\ud800"}]',
        b' \n[{"a":1}]',
        '[{"nome":"João"}]'.encode("utf-8-sig"),
        '[{"nome":"João"}]'.encode("utf-16"),
        '[{"nome":"João"}]'.encode("cp1252"),
    ],
)
def test_an_array_of_one_is_an_array_however_it_is_written(body: bytes) -> None:
    """Who posts an array is answered with arrays: a reader of that answer must not meet another form."""
    assert count_events(body, "application/json") == (1, True)
    assert len(decode_body(body, "application/json")) == 1


@pytest.mark.parametrize(("count", "reason"), [(0, "array_empty"), (MAX_ARRAY_EVENTS + 1, "array_too_long")])
def test_array_of_a_wrong_length_is_one_unparsed_event(count: int, reason: str) -> None:
    body = json.dumps([1] * count).encode()
    assert only(body) == DecodedItem(None, body.decode(), reason)


def test_element_that_is_no_object_is_unparsed_beside_its_neighbours() -> None:
    items = decode_body(b'[{"a":1},7,null]', None)
    assert [item.reason for item in items] == [None, "not_an_object", "not_an_object"]
    assert [item.jsonb for item in items] == ['{"a":1}', "7", "null"]


@pytest.mark.parametrize("body", [b"7", b"null", b"true", b'"texto"', b"1.5e3"])
def test_scalar_is_unparsed_but_kept(body: bytes) -> None:
    item = only(body)
    assert (item.value, item.reason) == (None, "not_an_object")
    assert item.jsonb == body.decode()


def test_json_serialised_twice() -> None:
    assert only(json.dumps('{"a": 1}').encode()).value == {"a": 1}


@pytest.mark.parametrize(
    ("codec", "content_type"),
    [
        ("utf-8-sig", None),
        ("utf-16", None),
        ("utf-32", None),
        ("cp1252", None),
        ("cp1252", "application/json; charset=ISO-8859-1"),
        ("utf-8", "application/json; charset=ISO-8859-1"),
        ("utf-8", "application/json; charset=hex"),
        ("utf-8", 'application/json;charset="utf-8"'),
    ],
)
def test_json_in_other_charsets(codec: str, content_type: str | None) -> None:
    for text, count in (('{"nome":"João"}', 1), ('[{"nome":"João"},{"nome":"Zé"}]', 2)):
        body = text.encode(codec)
        assert count_events(body, content_type) == (count, text[0] == "[")
        assert decode_body(body, content_type)[0].value == {"nome": "João"}


@pytest.mark.parametrize(
    ("body", "value"),
    [
        (b"a=1&b=x+y%20z&c", {"a": "1", "b": "x y z", "c": ""}),
        (b"a=1&a=2", {"a": ["1", "2"]}),
        (b"customer[name]=Jo%C3%A3o&customer%5Bphone%5D=11", {"customer": {"name": "João", "phone": "11"}}),
        (b"i[]=1&i[]=2", {"i": ["1", "2"]}),
        (b"i[0][n]=a&i[1][n]=b", {"i": [{"n": "a"}, {"n": "b"}]}),
        (b"i[1]=a&i[3]=b", {"i": {"1": "a", "3": "b"}}),
        (b"c=x&c[name]=y", {"c": "x", "c[name]": "y"}),
        (b"a[b=1&a]=2", {"a[b": "1", "a]": "2"}),
        (b"a" + b"[b]" * 20 + b"=1", {"a" + "[b]" * 20: "1"}),
        (b'dados={"a":[1]}&x={quebrado', {"dados": {"a": [1]}, "x": "{quebrado"}),
        (b"nome=Jo\xe3o", {"nome": "João"}),
        (b"=1&x=%zz", {"": "1", "x": "%zz"}),
    ],
)
def test_forms(body: bytes, value: dict[str, object]) -> None:
    item = only(body, FORM)
    assert item.value == value
    assert json.loads(item.jsonb or "") == value


def test_form_without_a_content_type_is_recognised() -> None:
    assert only(b"event=pix_created&phone=11900000000", None).value == {
        "event": "pix_created",
        "phone": "11900000000",
    }
    assert only(b"<xml a='b'/>", None).reason == "not_json"


def test_json_posted_as_a_form_is_json() -> None:
    assert only(b'{"a":1}', FORM).value == {"a": 1}
    assert only(b'{"a":', FORM).reason == "not_json"


def test_form_with_nul_leaves_the_payload_empty() -> None:
    assert only(b"a=x%00y", FORM) == DecodedItem({"a": "x\x00y"}, None, "payload_nul")


def test_form_limits() -> None:
    assert only(b"&".join(b"a%d=1" % n for n in range(2001)), FORM).reason == "form_too_many_fields"
    assert only(b"texto", FORM).reason == "form_without_fields"


def multipart(*parts: bytes, end: bytes = b"\r\n") -> bytes:
    return b"".join(b"--B" + end + part + end for part in parts) + b"--B--" + end


@pytest.mark.parametrize("end", [b"\r\n", b"\n"])
@pytest.mark.parametrize("content_type", ["multipart/form-data; boundary=B", 'multipart/form-data; boundary="B"',
                                          "multipart/form-data"])  # fmt: skip
def test_multipart(end: bytes, content_type: str) -> None:
    field = b'Content-Disposition: form-data; name="customer[name]"' + end * 2 + "João".encode()
    file = b'content-disposition: form-data; name="f"; filename="a;b.png"' + end * 2 + b"\x89PNG"
    blob = b'Content-Disposition: form-data; name="payload"; filename="p.json"' + end * 2 + b'{"a":1}'
    assert only(multipart(field, file, blob, end=end), content_type).value == {
        "customer": {"name": "João"},
        "f": {"filename": "a;b.png", "size": 4},
        "payload": {"a": 1},
    }


@pytest.mark.parametrize(
    "body", [b"x", b"--B--", b"--B\r\n\r\n", b"--B\r\nContent-Disposition: form-data\r\n\r\nx\r\n--B--"]
)
def test_broken_multipart_is_unparsed(body: bytes) -> None:
    assert only(body, "multipart/form-data; boundary=B").reason == "multipart_unreadable"


@pytest.mark.parametrize("body", [b"", b" \n", b"\xef\xbb\xbf"])
def test_nothing_is_unparsed(body: bytes) -> None:
    assert only(body).value is None


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"[" * 1_000_000, "application/json"),
        (b'{"a":"' + b"\\" * 1_000_000, "application/json"),
        (b"a[" * 500_000 + b"=1", FORM),
        (b"a" + b"[x]" * 300_000 + b"=1", FORM),
        (b"a=" + b"%" * 1_000_000, FORM),
        (b"a=" + b"%4a" * 350_000, FORM),
        (b"--" + b"-" * 1_000_000, "multipart/form-data; boundary=-"),
        (b"--B\r\n" * 200_000, "multipart/form-data; boundary=B"),
        (b"--B\r\nContent-Disposition: form-data" + b'; a="\\"' * 100_000, "multipart/form-data; boundary=B"),
        (b"w" * 1_000_000, None),
        (b" " * 1_000_000, "multipart/form-data; boundary=" + "=;" * 4_000),
        (b'{"n":' + b"1" * 1_000_000 + b"}", "application/json"),
        (b'{"n":[' + b"1e999999999," * 80_000 + b"1]}", "application/json"),
    ],
    ids=range(13),
)
def test_hostile_megabytes_take_linear_time(body: bytes, content_type: str | None) -> None:
    began = time.process_time()
    count_events(body, content_type)
    decode_body(body, content_type)
    assert time.process_time() - began < 2.0


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(codec=None)),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)
CONTENT_TYPES = st.none() | st.text(max_size=60) | st.sampled_from(
    ["application/json", FORM, "multipart/form-data", "multipart/form-data; boundary=B", "text/plain",
     "application/json; charset=utf-16", FORM + "; charset=latin1", 'x; a="\\']
)  # fmt: skip
BODIES = st.one_of(
    st.binary(max_size=200),
    JSON_VALUES.map(lambda value: json.dumps(value).encode()),
    st.text('{}[]":,\\u0d8Nae1.-+ =&%B\r\n', max_size=80).map(str.encode),
    st.lists(st.binary(max_size=30), max_size=4).map(lambda parts: b"--B\r\n" + b"\r\n--B\r\n".join(parts) + b"--B--"),
)


@given(BODIES, CONTENT_TYPES)
def test_any_bytes_become_as_many_items_as_were_counted(body: bytes, content_type: str | None) -> None:
    items = decode_body(body, content_type)
    assert len(items) == count_events(body, content_type)[0]
    assert len(decode_body(body, content_type, spelled=True)) == len(items)
    for item in items:
        assert item.value is None or isinstance(item.value, dict)
        assert item.reason is None or item.reason in UNPARSED or item.reason in PAYLOAD
        assert (item.reason is None) <= (item.value is not None and item.jsonb is not None)
        if item.jsonb is not None:
            json.loads(item.jsonb)
            item.jsonb.encode()
            assert not holds_nul(item.jsonb)


@given(st.dictionaries(st.text(max_size=8), st.text(max_size=20), max_size=6))
def test_any_object_of_text_comes_back(value: dict[str, str]) -> None:
    assert only(json.dumps(value).encode()).value == value
