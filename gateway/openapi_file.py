"""Print the OpenAPI document without a running instance: ``python -m gateway.openapi_file``. The dashboard's types."""

from __future__ import annotations

import sys

import orjson

from engine.settings import Settings
from gateway.openapi import openapi_document
from gateway.routes.catalog import OPERATIONS


def main() -> None:
    """Write the document of a default installation, keys in their order, so that the same code gives the same bytes."""
    settings = Settings(instance="", data_dir="", database_url="", redis_url="")
    document = openapi_document(OPERATIONS, settings)
    sys.stdout.buffer.write(orjson.dumps(document, option=orjson.OPT_INDENT_2))


if __name__ == "__main__":
    main()
