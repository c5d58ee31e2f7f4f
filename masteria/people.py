"""The commands `company` and `apikey`: through the API."""

from __future__ import annotations

import argparse

from masteria.api_client import client_for, installation_client
from masteria.tables import show_one, show_rows


def create_company(given: argparse.Namespace) -> int:
    """Make a company and its first API key."""
    body = {"name": given.name, "time_zone": given.time_zone}
    show_one(installation_client(given).call("POST", "/companies", body), given.json)
    return 0


def list_companies(given: argparse.Namespace) -> int:
    """Print all companies."""
    show_rows(list(installation_client(given).pages("/companies")), ("id", "name", "time_zone"), given.json)
    return 0


def create_key(given: argparse.Namespace) -> int:
    """Make an API key."""
    show_one(client_for(given).call("POST", "/api-keys", {"name": given.name, "role": given.role}), given.json)
    return 0


def list_keys(given: argparse.Namespace) -> int:
    """Print a company's keys."""
    columns = ("id", "name", "prefix", "role", "last_used_at", "revoked_at")
    show_rows(list(client_for(given).pages("/api-keys")), columns, given.json)
    return 0


def revoke_key(given: argparse.Namespace) -> int:
    """Revoke a key."""
    show_one(client_for(given).call("DELETE", f"/api-keys/{given.id}"), given.json)
    return 0
