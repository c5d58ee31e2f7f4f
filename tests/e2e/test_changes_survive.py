"""kill -9 of both gateways amid changes of contacts: what was answered stands, and no change is without its entry."""

from __future__ import annotations

import asyncio
import itertools
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial

import pytest

from tests.e2e.http_client import HttpClient, NoAnswer
from tests.e2e.rig import Instance
from tests.e2e.shop import Api, Shop
from tests.e2e.test_crashes import is_another
from tests.e2e.waiting import wait_until

_AT_ONCE = 12  # enough for either gateway to have some of them
_BETWEEN = 150  # answered changes before each kill


@dataclass(slots=True)
class Changes:
    """Contacts made and renamed, over and over; remembers what was answered and what was only asked."""

    api: Api
    names: dict[str, str] = field(default_factory=dict)
    asked: dict[str, set[str]] = field(default_factory=dict)
    answered: Counter[str] = field(default_factory=Counter)
    unanswered: Counter[str] = field(default_factory=Counter)
    ended: bool = False

    async def go_on(self, numbers: Iterator[int]) -> None:
        while not self.ended:
            number = next(numbers)
            try:
                made = await self.api.post("/contacts", {"phone": f"+55119{70_000_000 + number:08d}", "name": "antes"})
            except NoAnswer:
                self.unanswered["createContact"] += 1
                continue
            self.answered["createContact"] += 1
            contact_id, name = made["id"], f"depois {number}"
            self.names[contact_id] = "antes"
            self.asked[contact_id] = {"antes", name}
            try:
                await self.api.call("PATCH", f"/contacts/{contact_id}", {"name": name})
            except NoAnswer:
                self.unanswered["updateContact"] += 1
                continue
            self.answered["updateContact"] += 1
            self.names[contact_id] = name
            self.asked[contact_id] = {name}


@pytest.mark.slow
async def test_gateways_are_killed_amid_changes(instance: Instance, shop: Shop) -> None:
    client = HttpClient(instance.base_url, connections=_AT_ONCE)
    changes = Changes(Api(client, shop.api.key))
    numbers = itertools.count()
    tasks = [asyncio.create_task(changes.go_on(numbers)) for _ in range(_AT_ONCE)]
    for gateway in ("gateway-0", "gateway-1"):
        wanted = changes.answered.total() + _BETWEEN
        await wait_until(partial(_reached, changes, wanted), 30.0, f"{_BETWEEN} changes")
        unanswered = changes.unanswered.total()
        pid = await instance.kill(gateway)
        await wait_until(is_another(instance, gateway, pid), 30.0, f"another {gateway} that is well")
        assert changes.unanswered.total() > unanswered, f"{gateway} had nothing under way: this run shows nothing"
    changes.ended = True
    await asyncio.gather(*tasks)
    await client.close()
    contacts = {contact["id"]: contact for contact in await shop.api.all("/contacts")}
    for contact_id, names in changes.asked.items():
        assert contacts[contact_id]["name"] in names
    entries = await shop.api.all("/audit")
    finished = Counter((entry["operation"], entry["object"]["id"]) for entry in entries
                       if entry["outcome"] == "done")  # fmt: skip
    for contact_id, name in changes.names.items():
        assert finished["createContact", contact_id] == 1
        if name != "antes":
            assert finished["updateContact", contact_id] == 1
    begun = Counter(entry["operation"] for entry in entries)
    under_way = sum(begun[operation] for operation in changes.answered) - changes.answered.total()
    assert under_way > 0, "the gateways had begun no change that they did not answer: this run shows nothing"
    for operation, answered in changes.answered.items():
        assert answered <= begun[operation] <= answered + changes.unanswered[operation]
    assert len(contacts) <= begun["createContact"], "a contact was made that the log does not know"


async def _reached(changes: Changes, wanted: int) -> bool:
    return changes.answered.total() >= wanted
