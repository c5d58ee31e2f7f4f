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
ADDRESS = "/api/v1/webhooks/meta/7"
LIMIT = 4 << 20


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


def signed(body: bytes, secret: str = SECRET) -> dict[str, str]:
    return {"x-hub-signature-256": "sha256=" + hmac.digest(secret.encode(), body, "sha256").hex()}


def door_to(taken: Taken) -> Client:
    return Client(MetaDoor(Directory(rows), taken, IdMaker(), LIMIT))


async def post(*entries: dict[str, Any]) -> dict[bytes, Intake]:
    taken = Taken()
    body = orjson.dumps({"object": "whatsapp_business_account", "entry": list(entries)})
    answer = await door_to(taken).call("POST", ADDRESS, body=body, headers=signed(body))
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


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"x-hub-signature-256": ""},
        {"x-hub-signature-256": "sha256=" + "0" * 64},
        {"x-hub-signature-256": "sha256=é"},
        signed(b"{}", "another-secret"),
        signed(b"{} "),
    ],
)
async def test_a_body_that_meta_did_not_sign_is_refused_and_goes_nowhere(headers: dict[str, str]) -> None:
    taken = Taken()
    answer = await door_to(taken).call("POST", ADDRESS, body=b"{}", headers=headers)
    assert (answer.status, taken.items) == (401, [])
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(("extra", "status"), [(0, 200), (1, 413)])
async def test_four_mebibytes_are_taken_and_one_byte_more_is_not(extra: int, status: int) -> None:
    taken = Taken()
    body = b'{"pad":"' + b"a" * (LIMIT + extra - 10) + b'"}'
    answer = await door_to(taken).call("POST", ADDRESS, body=body, headers=signed(body))
    assert (answer.status, len(taken.items)) == (status, 1 - extra)


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({"hub.mode": "subscribe", "hub.verify_token": "verify", "hub.challenge": "42"}, 200),
        ({"hub.mode": "subscribe", "hub.verify_token": "wrong", "hub.challenge": "42"}, 403),
        ({"hub.mode": "subscribe", "hub.challenge": "42"}, 403),
        ({"hub.mode": "unsubscribe", "hub.verify_token": "verify", "hub.challenge": "42"}, 403),
    ],
)
async def test_the_handshake_takes_only_this_apps_token(query: dict[str, str], status: int) -> None:
    answer = await door_to(Taken()).get(ADDRESS, query)
    assert answer.status == status
    assert (answer.body == b"42") == (status == 200)


async def test_an_app_that_nobody_has_is_not_found() -> None:
    assert (await door_to(Taken()).call("POST", ADDRESS[:-1] + "9", body=b"{}", headers=signed(b"{}"))).status == 404
