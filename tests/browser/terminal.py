"""What a person does between two windows: copy here, paste there."""

from __future__ import annotations

import subprocess

from playwright.sync_api import Page


def paste(command: str) -> str:
    """Run what somebody pasted into a terminal; return what it printed."""
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def copied(page: Page) -> str:
    """Return what the page has put into the clipboard."""
    return str(page.evaluate("navigator.clipboard.readText()"))
