"""What a Meta webhook says: statuses, inbound messages and all the rest, by phone_number_id (shared facts, §2)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import orjson

from engine.ids import parse_id
from engine.meta_account import AccountUpdate, Preference, read_account_update, read_preferences, seconds_ms
from engine.phones import normalise_wa_id
from engine.user_ids import read_user_id

_NUMBER_CHANGES = ("user_changed_number", "customer_changed_number")


@dataclass(frozen=True, slots=True)
class StatusUpdate:
    """One status of one message, as Meta told it."""

    message_id: UUID | None  # biz_opaque_callback_data, where it is one of our ids
    provider_id: str
    status: str
    at_ms: int
    errors: str | None  # JSON
    pricing: str | None = None  # JSON: what it costs, and in which conversation, where Meta tells


@dataclass(frozen=True, slots=True)
class InboundMessage:
    """A message from a person to one of our numbers; ``value`` is what is kept and searched as its payload.

    Attributes:
        wa_id: None of a person who hides the number: then ``sender_id`` is all that WhatsApp tells.
        user_id: the person's business-scoped id from now on; a number that changes has a new one.
        sender_id: the id by which they wrote this.
        changed: this tells that the person's number changed, and of nothing else; ``changed_to``: the new one (E.164).
    """

    provider_id: str
    wa_id: str | None
    name: str | None
    at_ms: int
    value: dict[str, Any]
    user_id: str | None = None
    changed: bool = False
    changed_to: str | None = None
    sender_id: str | None = None

    @property
    def phone(self) -> str | None:
        """The sender's number (E.164), where it is told."""
        return normalise_wa_id(self.wa_id) if self.wa_id else None


@dataclass(slots=True)
class NumberUpdates:
    """Everything of one body that concerns one number (or, without a number, accounts).

    ``other`` counts what was not understood: it stays in the delivery's bytes.
    """

    statuses: list[StatusUpdate] = field(default_factory=list)
    inbound: list[InboundMessage] = field(default_factory=list)
    preferences: list[Preference] = field(default_factory=list)
    account: list[AccountUpdate] = field(default_factory=list)
    other: int = 0


def read_updates(body: bytes, received_ms: int) -> dict[str, NumberUpdates]:
    """Return the updates per ``metadata.phone_number_id`` ("" where there is none); never raises.

    Fields and shapes that nobody knows are counted as ``other``: the delivery's bytes are kept all the same.
    """
    found: dict[str, NumberUpdates] = {}
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError:
        return found
    for entry, change in _changes(document):
        value = _mapping(change.get("value"))
        number = _mapping(value.get("metadata")).get("phone_number_id")
        updates = found.setdefault(number if isinstance(number, str) else "", NumberUpdates())
        if change.get("field") != "messages":
            _read_other(updates, entry, change, received_ms)
            continue
        updates.statuses += [s for s in map(_status, _mappings(value.get("statuses"))) if s is not None]
        contacts = _mappings(value.get("contacts"))
        for message in _mappings(value.get("messages")):
            inbound = _inbound(message, contacts, value, received_ms)
            if inbound is None:
                updates.other += 1
            else:
                updates.inbound.append(inbound)
    return found


def _changes(document: object) -> Iterator[tuple[Mapping[str, Any], Mapping[str, Any]]]:
    for entry in _mappings(_mapping(document).get("entry")):
        for change in _mappings(entry.get("changes")):
            yield entry, change


def _read_other(updates: NumberUpdates, entry: Mapping[str, Any], change: Mapping[str, Any], received_ms: int) -> None:
    """Read a change of another field than ``messages``: everything that names its account is kept."""
    name, waba_id, value = change.get("field"), entry.get("id"), change.get("value")
    preferences = read_preferences(_mapping(value), received_ms) if name == "user_preferences" else []
    updates.preferences += preferences
    update = None
    if isinstance(name, str) and isinstance(waba_id, str) and waba_id:
        update = read_account_update(waba_id, name, value, seconds_ms(entry.get("time")) or received_ms)
        updates.account.append(update)
    if not preferences and (update is None or not update.effects):
        updates.other += 1


def _status(value: Mapping[str, Any]) -> StatusUpdate | None:
    provider_id, status = value.get("id"), value.get("status")
    if not isinstance(provider_id, str) or not isinstance(status, str):
        return None
    opaque = value.get("biz_opaque_callback_data")
    errors = value.get("errors")
    return StatusUpdate(
        parse_id(opaque) if isinstance(opaque, str) else None,
        provider_id[:512],
        status[:32],
        seconds_ms(value.get("timestamp")) or 0,
        orjson.dumps(errors).decode() if isinstance(errors, list) and errors else None,
        _pricing(value),
    )


def _pricing(status: Mapping[str, Any]) -> str | None:
    """Meta tells prices with ``sent`` and one of delivered and read, conversations seldom (facts §2.2)."""
    told = {name: status[name] for name in ("pricing", "conversation") if isinstance(status.get(name), dict)}
    text = orjson.dumps(told).decode() if told else None
    return None if text is None or "\\u0000" in text else text  # Postgres keeps no NUL, and no price has one


def _inbound(
    message: Mapping[str, Any], contacts: Sequence[Mapping[str, Any]], value: Mapping[str, Any], received_ms: int
) -> InboundMessage | None:
    provider_id, sender = message.get("id"), message.get("from")
    if not isinstance(provider_id, str):
        return None
    user_id = read_user_id(message.get("from_user_id"))
    contact = _contact(contacts, sender, user_id)
    sender_id = user_id = user_id or read_user_id(contact.get("user_id"))
    name = _mapping(contact.get("profile")).get("name")
    kept: dict[str, Any] = {"message": message, "contact": contact, "metadata": _mapping(value.get("metadata"))}
    system = _mapping(message.get("system")) if message.get("type") == "system" else {}
    changed = system.get("type") in _NUMBER_CHANGES
    changed_to = system.get("wa_id") or system.get("new_wa_id") if changed else None
    changed_to = normalise_wa_id(changed_to) if isinstance(changed_to, str) else None
    if changed:
        user_id = read_user_id(system.get("user_id")) or user_id
        kept["changed_to"] = changed_to
    if user_id is not None:
        kept["user_id"] = user_id
    return InboundMessage(
        provider_id[:512],
        sender if isinstance(sender, str) else None,
        name if isinstance(name, str) else None,
        seconds_ms(message.get("timestamp")) or received_ms,
        kept,
        user_id,
        changed,
        changed_to,
        sender_id,
    )


def hidden_people(told: Mapping[str, NumberUpdates]) -> set[str]:
    """Return the business-scoped ids of those who wrote, or changed their number, without telling it."""
    return {
        message.sender_id
        for updates in told.values()
        for message in updates.inbound
        if message.sender_id is not None and message.phone is None
    }


def _contact(contacts: Sequence[Mapping[str, Any]], sender: object, user_id: str | None) -> Mapping[str, Any]:
    """Return the contact that a message is from: by its number, else by its user id, else the only one there is."""
    for name, value in (("wa_id", sender), ("user_id", user_id)):
        found = next((contact for contact in contacts if value is not None and contact.get(name) == value), None)
        if found is not None:
            return found
    return contacts[0] if len(contacts) == 1 else {}


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _mappings(value: object) -> list[Mapping[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []
