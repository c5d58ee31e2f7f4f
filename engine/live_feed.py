"""A company's newest events with the messages they became: the ``events`` topic, merged from many writers' tellings."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Mapping
from typing import Any

from engine.message_states import RANKS, may_follow

SHOWN = 12  # every update carries them all, twenty times a second to every client
_EARLY = 200
_MESSAGES_PER_EVENT = 20


class LiveFeed:
    """The newest events; a message told before its event waits for it, a status told late changes nothing."""

    def __init__(self) -> None:
        self._items: dict[str, dict[str, Any]] = {}
        self._event_of: dict[str, str] = {}
        self._early: OrderedDict[str, dict[str, dict[str, Any]]] = OrderedDict()

    def replace(self, items: Iterable[Mapping[str, Any]]) -> bool:
        """Take what Postgres holds; what was told meanwhile stays where it is further. Returns whether it differs."""
        before = self.items()
        told = list(self._items.values())
        self._items, self._event_of = {}, {}
        for item in items:
            self._put({**item, "messages": [dict(message) for message in item["messages"]]})
        for item in told:
            if item["id"] in self._items or self._is_newer(item["id"]):
                self._put(item)
        self._trim()
        return self.items() != before

    def tell(self, events: Iterable[Mapping[str, Any]], messages: Iterable[Mapping[str, Any]]) -> bool:
        """Take what a writer has committed; return whether anything shown changed."""
        changed = False
        for event in events:
            if event["id"] not in self._items:
                self._put({**event, "messages": list(self._early.pop(event["id"], {}).values())})
                changed = True
        for message in messages:
            changed |= self._message(message)
        self._trim()
        return changed

    def items(self) -> list[dict[str, Any]]:
        """Return the events, newest first; the result is the caller's."""
        return [
            {**self._items[event_id], "messages": [dict(message) for message in self._items[event_id]["messages"]]}
            for event_id in sorted(self._items, reverse=True)
        ]

    def _put(self, item: dict[str, Any]) -> None:
        known = self._items.get(item["id"])
        if known is None:
            self._items[item["id"]] = item
            for message in item["messages"]:
                self._event_of[message["id"]] = item["id"]
            return
        for message in item["messages"]:
            self._merge(known, message)

    def _message(self, message: Mapping[str, Any]) -> bool:
        event_id = message.get("event_id") or self._event_of.get(message["id"])
        if event_id is None:
            return False
        item = self._items.get(event_id)
        if item is not None:
            return self._merge(item, message)
        if self._is_newer(event_id):
            waiting = self._early.setdefault(event_id, {})
            known = waiting.get(message["id"])
            if known is None or _further(known, message):
                waiting[message["id"]] = {**(known or {}), **_shown(message)}
            if len(self._early) > _EARLY:
                self._early.popitem(last=False)
        return False

    def _merge(self, item: dict[str, Any], message: Mapping[str, Any]) -> bool:
        known = next((known for known in item["messages"] if known["id"] == message["id"]), None)
        if known is not None:
            further = _further(known, message)
            if further:
                known.update(_shown(message))
            return further
        if len(item["messages"]) >= _MESSAGES_PER_EVENT:
            return False
        item["messages"].append(_shown(message))
        self._event_of[message["id"]] = item["id"]
        return True

    def _is_newer(self, event_id: str) -> bool:
        return len(self._items) < SHOWN or event_id > min(self._items)

    def _trim(self) -> None:
        if len(self._items) <= SHOWN:
            return
        for event_id in sorted(self._items)[:-SHOWN]:
            for message in self._items.pop(event_id)["messages"]:
                self._event_of.pop(message["id"], None)


def _shown(message: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in message.items() if key != "event_id" and value is not None}


def _further(known: Mapping[str, Any], told: Mapping[str, Any]) -> bool:
    """Tell whether a telling moves a message on; among the statuses of waiting the later telling counts."""
    old, new = known["status"], told["status"]
    if old == new or old not in RANKS or new not in RANKS or not may_follow(old, new):
        return False
    return RANKS[new] > RANKS[old] or told.get("at_ms", 0) >= known.get("at_ms", 0)
