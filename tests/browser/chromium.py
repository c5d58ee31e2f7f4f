"""The Chromium of this machine: Playwright's own download is not used, a distribution's package is."""

from __future__ import annotations

import shutil

NAMES = ("chromium", "chromium-browser", "google-chrome")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-dev-shm-usage"]


def chromium_path() -> str:
    """Return where it is.

    Raises:
        AssertionError: there is none; says what to do.
    """
    found = next(filter(None, map(shutil.which, NAMES)), None)
    assert found, "Chromium is missing: sudo apt-get install chromium fonts-noto-color-emoji"
    return found
