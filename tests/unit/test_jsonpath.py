from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.jsonpath import MISSING, compile_path

VALUE = {"a": {"b": [{"c": 1}, {"c": None}]}, "a key": {"x.y": 2}, "list": [1, 2]}


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("$.a.b[0].c", 1),
        ("a.b.0.c", 1),
        ("$['a key']['x.y']", 2),
        ('$["a key"]["x.y"]', 2),
        ("$.a.b[1].c", None),
        ("$.list[1]", 2),
        ("$.a.b[2].c", MISSING),
        ("$.a.b.c", MISSING),
        ("$.nothing.at.all", MISSING),
        ("$.list[0].x", MISSING),
        ("$.a[0]", MISSING),
    ],
)
def test_path_finds_what_stands_there(path: str, found: object) -> None:
    assert compile_path(path).get(VALUE) is found or compile_path(path).get(VALUE) == found


@pytest.mark.parametrize(
    "path", ["", " ", "$", "$.", "$..a", "$.a[", "$.a[-1]", "$.a[*]", "$.*", "$.a['x]", "$a[0]x", "$.a." + "b." * 40,
             "x" * 501, "$.a[9999999999]"],
)  # fmt: skip
def test_what_is_no_path_says_so(path: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        compile_path(path)


@given(st.text(max_size=60), st.recursive(st.none() | st.integers(), st.lists))
def test_any_text_compiles_or_is_refused_and_never_fails_to_read(text: str, value: object) -> None:
    try:
        path = compile_path(text)
    except ValueError:
        return
    path.get(value)
    path.get({text: value})


@given(st.text(min_size=1, max_size=20).filter(lambda key: "']" not in key and not key.endswith("'")))
def test_any_key_can_be_quoted(key: str) -> None:
    assert compile_path(f"$['{key}']").get({key: 7}) == 7
