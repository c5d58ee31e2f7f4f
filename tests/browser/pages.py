"""The dashboard's pages, read from its own list of addresses: a new page is walked without anybody thinking of it."""

from __future__ import annotations

import re
from pathlib import Path

_APP = Path(__file__).resolve().parents[2] / "dashboard" / "src" / "app"
_PAGE = re.compile(r'\b(?:page|here)\(\s*"(/[^"]*)"')
_ALONE = re.compile(r'path: "(/(?:sign-in|reset-password|invitation)[^"$]*)"')
_IN_MENU = re.compile(r'name: "(\w+)",[^}]*?path: "([^"]*)"')


def addresses() -> list[str]:
    """Return the paths of all pages of a company that need no id, without a slash in front."""
    return [path.strip("/") for path in _PAGE.findall((_APP / "router.tsx").read_text()) if "$" not in path]


def alone() -> list[str]:
    """Return the paths of the pages that need nobody signed in."""
    return [path.strip("/") for path in _ALONE.findall((_APP / "router.tsx").read_text())]


def in_menu() -> dict[str, str]:
    """Return the paths in the navigation by the names of their pages."""
    return dict(_IN_MENU.findall((_APP / "nav.ts").read_text()))
