"""Another company beside the demo's: empty, with a webhook of its own, for what must not cross."""

from __future__ import annotations

from dataclasses import dataclass

from masteria.api_client import ApiClient
from tests.browser.world import Sender
from tests.e2e.rig import Instance


@dataclass(frozen=True, slots=True)
class Company:
    """A company and its key's API."""

    id: str
    api: ApiClient

    def sender(self) -> Sender:
        """Make a webhook that anybody may deliver to."""
        made = self.api.call("POST", "/webhooks", {"name": "Loja", "source": "grapfy", "auth": {"scheme": "token"}})
        return Sender(made["url"])


def add_company(instance: Instance, name: str) -> Company:
    """Make a company that has nothing yet."""
    installation = ApiClient(instance.base_url, instance.credentials.installation_key)
    made = installation.call("POST", "/companies", {"name": name})
    return Company(made["id"], ApiClient(instance.base_url, made["api_key"]))
