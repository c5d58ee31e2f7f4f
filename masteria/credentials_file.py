"""``<data-dir>/credentials.json``: where an installation is and what opens it. Read by commands, benches and tests."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path

from masteria.processes import write_private
from masteria.settings import Options

FILE_NAME = "credentials.json"


@dataclass(frozen=True, slots=True)
class Credentials:
    """The fields of the file; the two of the demo are left out where there is none."""

    base_url: str = ""
    live_url: str = ""
    simulator_url: str = ""
    installation_key: str = ""
    company_id: str = ""
    api_key: str = ""
    email: str = ""
    password: str = ""  # empty when the file was lost: `masteria user password` sets another one
    demo_webhook_url: str | None = None
    demo_session_id: str | None = None

    @classmethod
    def read(cls, data_dir: Path) -> Credentials:
        """Return what a data directory's file says; empty fields where there is no readable file."""
        try:
            found = json.loads((data_dir / FILE_NAME).read_text(encoding="utf-8"))
        except (FileNotFoundError, ValueError):
            return cls()
        names = {field.name for field in fields(cls)}
        return cls(**{name: value for name, value in found.items() if name in names and isinstance(value, str)})

    def write(self, data_dir: Path) -> None:
        """Write the file, readable by its owner alone."""
        shown = {name: value for name, value in asdict(self).items() if value is not None}
        write_private(data_dir / FILE_NAME, json.dumps(shown, indent=2, ensure_ascii=False) + "\n")

    def with_keys(self, company_id: str, email: str, installation_key: str, api_key: str) -> Credentials:
        return replace(self, company_id=company_id, email=email, installation_key=installation_key, api_key=api_key)

    def with_demo(self, webhook_token: str | None, session_id: str | None) -> Credentials:
        """Return the same with the demo's token (made an address by :meth:`at`) and session."""
        return replace(self, demo_webhook_url=webhook_token, demo_session_id=session_id)

    def at(self, options: Options) -> Credentials:
        """Return the same with the addresses of this start."""
        door = f"{options.public_url}/api/v1/webhooks/incoming/{self.company_id}/"
        return replace(
            self,
            base_url=options.base_url,
            live_url=options.live_public_url,
            simulator_url=options.simulator_url,
            demo_webhook_url=door + self.demo_webhook_url if self.demo_webhook_url else None,
        )
