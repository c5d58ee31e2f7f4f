"""Meta's door sends each company what concerns it: by number, and by account where no number is named."""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import orjson
import pytest

from engine.ids import IdMaker
from engine.wire import FLAG_CARRIES, Answer, Intake
from gateway.directory import Directory, DirectoryRows, MetaAppEntry, NumberEntry
from gateway.meta_door import MetaDoor
from tests.asgi import Client

OWNER, SECOND, STRANGER = (bytes([number]) * 16 for number in (1, 2, 3))
SECRET = "app-secret"


@dataclass
class Taken:
    items: list[Intake] = field(default_factory=list)

    async def take(self, bucket: int, item: Intake) -> Answer:
        self.items.append(item)
        return Answer(0, item.event_ids, [False] * len(item.event_ids))


async def rows(_: UUID | None) -> DirectoryRows:
    return DirectoryRows(
        [],
        [MetaAppEntry("7", OWNER, SECRET, "verify")],
        [
            NumberEntry("100", bytes(16), OWNER, "7", "900"),
            NumberEntry("200", bytes(16), SECOND, "7", "901"),
            NumberEntry("300", bytes(16), STRANGER, "8", "901"),
        ],
    )


async def post(*entries: dict[str, Any]) -> dict[bytes, Intake]:
    taken = Taken()
    door = MetaDoor(Directory(rows), taken, IdMaker(), 1 << 20)
    body = orjson.dumps({"object": "whatsapp_business_account", "entry": list(entries)})
    signature = "sha256=" + hmac.digest(SECRET.encode(), body, "sha256").hex()
    answer = await Client(door).call(
        "POST", "/api/v1/webhooks/meta/7", body=body, headers={"x-hub-signature-256": signature}
    )
    assert answer.status == 200
    return {item.company_id: item for item in taken.items}


def entry(waba: str, name: str = "account_update", **value: Any) -> dict[str, Any]:
    return {"id": waba, "changes": [{"field": name, "value": value}]}


@pytest.mark.parametrize(
    ("waba", "concerned"),
    [("900", {OWNER}), ("901", {OWNER, SECOND}), ("902", {OWNER})],  # the app's owner always: it keeps the bytes
)
async def test_an_accounts_news_go_to_the_companies_that_have_it(waba: str, concerned: set[bytes]) -> None:
    found = await post(entry(waba, event="VERIFIED_ACCOUNT"))
    assert set(found) == concerned
    assert {company for company, item in found.items() if item.flags & FLAG_CARRIES} == {OWNER}
    assert all(item.event_ids == [] for item in found.values())


async def test_messages_go_by_their_number() -> None:
    message = {"id": "wamid.1", "from": "5511987654321", "type": "text", "text": {"body": "Oi"}}
    value = {"metadata": {"phone_number_id": "200"}, "messages": [message]}
    found = await post({"id": "901", "changes": [{"field": "messages", "value": value}]})
    assert {company: len(item.event_ids) for company, item in found.items()} == {OWNER: 0, SECOND: 1}
