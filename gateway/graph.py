"""The gateway's questions to WhatsApp itself: whether a pasted token and its ids work, asked before they are saved."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol
from urllib.parse import urlsplit

from actors.handles import SenderRef
from engine.errors import FieldProblem, MasteriaError
from engine.settings import Settings
from engine.wire import pack, unpack

_METAS_OWN = "graph.facebook.com"


class Graph(Protocol):
    """WhatsApp's answers to questions that are no sends (``actors/graph_desk.py``)."""

    async def ask(self, question: str, *arguments: Any) -> Any:
        """Return the answer.

        Raises:
            Unavailable: nobody could be asked.
        """
        ...


class ActorGraph:
    """Asks the first sender host: any has a way to Graph."""

    def __init__(self, instance: str) -> None:
        self._host = SenderRef(0, instance)

    async def ask(self, question: str, *arguments: Any) -> Any:
        return unpack(await self._host.graph(pack([question, *arguments])))


def is_asked(settings: Settings, body: dict[str, Any]) -> bool:
    """Tell whether a session's token is tried before it is saved.

    By default where Meta's own Graph answers; a number of a simulator may be made known there afterwards.
    """
    if body["transport"] == "web":
        return False
    metas_own = body["transport"] == "cloud" and urlsplit(settings.graph_url).hostname == _METAS_OWN
    return bool(body.get("check", metas_own))


async def refuse_what_does_not_work(graph: Graph, body: dict[str, Any], phone: str | None) -> None:
    """Ask WhatsApp about a session that is to be saved. Where WhatsApp gives no answer, nothing stands against it.

    Raises:
        FieldProblem: names the field that does not work, and why.
    """
    try:
        answer = await graph.ask(
            "check", body["transport"], body["token"], body["phone_number_id"], body.get("waba_id"), phone
        )
    except MasteriaError:
        return
    if answer["problems"]:
        raise FieldProblem(told(answer["problems"]))


def told(problems: Sequence[dict[str, str]]) -> list[dict[str, Any]]:
    """Return a desk's problems, ``{"field", "reason", "pt"}``, as the API tells them."""
    return [
        {"field": one["field"], "reason": one["reason"], "reason_text": {"pt": one["pt"], "en": one["reason"]}}
        for one in problems
    ]
