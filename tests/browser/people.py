"""People of the instance: made by the command line, signed in by the form, as everybody is."""

from __future__ import annotations

import secrets
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.e2e.rig import Instance

_ROOT = Path(__file__).resolve().parents[2]
_CHANGES_S = 30.0


@dataclass(frozen=True, slots=True)
class Person:
    """Who signs in."""

    email: str
    password: str


def add_person(instance: Instance, role: str, company_id: str | None = None, known: Person | None = None) -> Person:
    """Make a person with a role in the demo company (or another one), or give a known one a place in it."""
    person = known or Person(f"{role}-{secrets.token_hex(3)}@exemplo.test", secrets.token_urlsafe(12))
    command = [sys.executable, "-m", "masteria", "user", "create", person.email, "--role", role, "--name", role.title()]
    command += ["--password-stdin", "--data-dir", str(instance.data_dir)]
    command += ["--company", company_id] if company_id else []
    done = subprocess.run(
        command,
        cwd=_ROOT,
        input=person.password + "\n",
        capture_output=True,
        text=True,
        timeout=_CHANGES_S,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return person


def sign_in(page: Page, base_url: str, person: Person) -> None:
    """Fill the form and wait for the overview."""
    page.goto(f"{base_url}/sign-in")
    page.locator("input[name=email]").fill(person.email)
    page.locator("input[name=password]").fill(person.password)
    page.locator("button[type=submit]").click()
    expect(page.locator("#page-title")).to_be_visible()
