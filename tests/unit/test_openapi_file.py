"""The document that the dashboard's types are made of."""

from __future__ import annotations

import orjson
import pytest

from gateway.openapi_file import main
from gateway.routes.catalog import OPERATIONS


def test_it_names_every_operation_and_is_the_same_twice(capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    main()
    first = capsysbinary.readouterr().out
    main()
    assert capsysbinary.readouterr().out == first
    paths = orjson.loads(first)["paths"]
    assert [one.name for one in OPERATIONS if one.method.lower() not in paths.get(one.full_path, {})] == []
