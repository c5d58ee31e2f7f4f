"""The API keeps its own document: what fits it, or just not, is answered without a 5xx and in a form that stands there.

Schemathesis makes the requests from the ``/openapi.json`` of a running gateway, for an owner, a viewer and nobody.
Ids of the path are often the caller's own, so that what lies behind the 404 is reached too.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.e2e.figures import Figures
from tests.e2e.rig import Instance
from tests.e2e.shop import Shop
from tests.e2e.waiting import wait_until

_CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
# Requests per route that fit the document, and that just do not.
_EXAMPLES: Mapping[str, tuple[int, int]] = {"owner": (3, 2), "viewer": (2, 1), "nobody": (1, 1)}
_PER_WALK_S = 60.0
_OWN_IDS = 0.7


class Walk:
    """All routes for one caller.

    Args:
        instance: what is asked.
        key: the caller's; None for nobody.
        own: ids of the caller's things by the names of path parameters.
    """

    def __init__(self, instance: Instance, key: str | None, own: Mapping[str, str]) -> None:
        self._base_url = instance.base_url
        self._session = requests.Session()
        self._headers = {"authorization": f"Bearer {key}"} if key else {}
        self._own = own
        self._random = random.Random(7)
        self.wrong: dict[str, str] = {}
        self.asked: dict[str, int] = {}
        self.routes = 0

    def run(self, examples: tuple[int, int]) -> None:
        """Ask every route, until the time for it is over: what comes last then was asked less."""
        ends = time.monotonic() + _PER_WALK_S
        schema = schemathesis.openapi.from_url(f"{self._base_url}/openapi.json")
        for found in schema.get_all_operations():
            operation = found.ok()
            self.routes += 1
            for mode, count in zip((GenerationMode.POSITIVE, GenerationMode.NEGATIVE), examples, strict=True):
                if time.monotonic() < ends:
                    self._ask(operation, mode, count)
        self._session.close()

    def _ask(self, operation: Any, mode: GenerationMode, count: int) -> None:
        limits = settings(
            max_examples=count,
            deadline=None,
            database=None,
            derandomize=True,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )

        @limits
        @given(case=operation.as_strategy(generation_mode=mode))
        def one(case: Any) -> None:
            self._judge(operation.label, case)

        try:
            one()
        except Unsatisfiable:
            assert mode is GenerationMode.NEGATIVE, f"{operation.label}: nothing fits its own document"

    def _judge(self, label: str, case: Any) -> None:
        if label in self.wrong:
            return
        for name in case.path_parameters or {}:
            if name in self._own and self._random.random() < _OWN_IDS:
                case.path_parameters[name] = self._own[name]
        if "X-Company-Id" in case.headers and self._random.random() < _OWN_IDS:
            case.headers["X-Company-Id"] = self._own["company_id"]
        self.asked[label] = self.asked.get(label, 0) + 1
        answer = case.call(base_url=self._base_url, session=self._session, headers=dict(self._headers))
        try:
            case.validate_response(answer, checks=_CHECKS)
        except FailureGroup as failures:
            told = "; ".join(f"{one.title}: {one.message}" for one in failures.exceptions)
            self.wrong[label] = f"{case.method} {case.formatted_path} {answer.status_code}: {told[:700]}"


async def _belongings(shop: Shop) -> dict[str, str]:
    """Return ids of the shop's things, made where it has none, by the names of path parameters."""
    contact = await shop.api.post("/contacts", {"phone": "+5511900000077", "name": "Cliente Exemplo"})
    members = await shop.api.post("/lists", {"name": "Compradores"})
    alert = await shop.api.post("/alerts", {"name": "Falhas", "metric": "failure_rate", "threshold": 0.2,
                                            "window_s": 600, "channels": {"app": True}})  # fmt: skip
    event = (await shop.post(shop.api.client, shop.body.make(1))).json()["id"]
    reply = await shop.api.post("/quick-replies", {"shortcut": "acesso", "text": "Oi, {{customer_name}}!"})
    conversation = await _conversation(shop)
    note = await shop.api.post(f"/conversations/{conversation}/notes", {"text": "prometi retorno"})
    return {
        "quick_reply_id": reply["id"],
        "conversation_id": conversation,
        "note_id": note["id"],
        "contact_id": contact["id"],
        "list_id": members["id"],
        "alert_id": alert["id"],
        "event_id": event,
        "webhook_id": shop.webhook_id,
        "session_id": shop.session_id,
        "template_id": shop.template_id,
        "rule_id": shop.rule_id,
        "company_id": shop.company_id,
    }


async def _conversation(shop: Shop) -> str:
    """Return the conversation of somebody who writes to the shop."""
    body = {"phone_number_id": shop.phone_number_id, "from": "5511987650077", "text": "Oi!", "name": "Cliente"}
    await shop.simulator.call("POST", "/reply", body)
    found: list[dict[str, Any]] = []

    async def there() -> bool:
        found[:] = (await shop.api.get("/conversations"))["data"]
        return bool(found)

    await wait_until(there, 20.0, "the conversation")
    return str(found[0]["id"])


@pytest.mark.timeout(240)
@pytest.mark.parametrize("role", list(_EXAMPLES))
async def test_no_answer_outside_the_document(
    instance: Instance, make: Callable[[], Awaitable[Shop]], figures: Figures, role: str
) -> None:
    shop = await make()
    own = await _belongings(shop)
    key = None
    if role != "nobody":
        key = (await shop.api.post("/api-keys", {"name": "schemathesis", "role": role}))["key"]
    walk = Walk(instance, key, own)
    try:
        await asyncio.to_thread(walk.run, _EXAMPLES[role])
    finally:
        for session in await shop.api.all("/sessions"):  # a WhatsApp-Web number has a process, as long as it is there
            await shop.api.call("DELETE", f"/sessions/{session['id']}")
    requests_made = sum(walk.asked.values())
    figures.lines.append(f"{role}: {len(walk.asked)} of {walk.routes} routes asked by {requests_made} requests")
    assert len(walk.asked) > 100, "hardly anything was asked"
    assert not walk.wrong, "\n".join(f"{label}\n   {told}" for label, told in walk.wrong.items())
