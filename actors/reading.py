"""From a request on the wire to what the batch writer stores: webhooks by their reader, Meta's updates by theirs."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from hashlib import blake2b
from types import MappingProxyType
from uuid import UUID

import orjson

from actors.company import Company
from actors.drafting import Drafter, EventFacts
from engine.bodies import DecodedItem
from engine.conversations import message_type, preview, wants_answer
from engine.dedupe import DedupeKey
from engine.events import CanonicalEvent
from engine.ids import ms_to_time, time_to_ms
from engine.meta_updates import InboundMessage, NumberUpdates, read_updates
from engine.opt_out import inbound_text, read_wish
from engine.reading import ReadEvent
from engine.texts import clean
from engine.times import parse_time
from engine.wire import (
    FLAG_AUTOMATE,
    FLAG_CARRIES,
    FLAG_IMPORTED,
    FLAG_INACTIVE,
    FLAG_SPILLED,
    IMPORTED,
    IMPORTED_AT,
    KIND_META,
    KIND_UNDERSTOOD,
    Intake,
)
from storage.conversations import Heard
from storage.ingest_rows import EVENT_COLUMNS, DeliveryWrite, EventWrite, MetaPart
from storage.suppressions import OWN_WORD, Wish
from storage.uuids import uuid_of

log = logging.getLogger(__name__)
_META_SOURCE = "whatsapp"
_NOBODY: Mapping[str, str] = MappingProxyType({})


def _told_ms(item: Intake) -> int:
    """Return when the source made an imported delivery: its time where the body tells none."""
    moment = parse_time(orjson.loads(item.headers).get(IMPORTED_AT))
    return item.received_ms if moment is None else time_to_ms(moment)


def read_meta(item: Intake) -> dict[str, NumberUpdates]:
    """Return what a body of Meta's says, by number."""
    return read_updates(item.body, item.received_ms)


class Reader:
    """Turns requests into writes; nothing in a body can make it raise."""

    def __init__(self, drafter: Drafter) -> None:
        self._drafter = drafter

    def delivery(
        self,
        company: Company,
        item: Intake,
        told: Mapping[str, NumberUpdates] | None = None,
        phones: Mapping[str, str] = _NOBODY,
    ) -> DeliveryWrite:
        """Return a request's write, its events decided by the company's rules.

        Args:
            company: whose it is.
            item: the request.
            told: what Meta's body says, where it was read already.
            phones: of people who hide their number (``engine.meta_updates.hidden_people``), by WhatsApp's id of them.
        """
        if item.kind == KIND_META:
            return self._meta(company, item, read_meta(item) if told is None else told, phones)
        if item.kind == KIND_UNDERSTOOD:
            return self._understood(company, item)
        delivery_id = uuid_of(item.delivery_id)
        facts = company.webhook(item.webhook_id)
        try:
            told_ms = _told_ms(item) if item.flags & FLAG_IMPORTED else item.received_ms
            read = facts.reader.read(item.body, item.content_type, item.headers, told_ms, item.event_ids)
        except Exception:  # a defect of ours may cost this event its meaning, never its neighbours theirs
            log.exception("a body could not be read", extra={"action": "read"})
            unread = DecodedItem(None, None, "reader_failed")
            read = [ReadEvent(unread, None, DedupeKey(own)) for own in item.event_ids]
        webhook_id = uuid_of(item.webhook_id)
        runs_rules = not item.flags & FLAG_INACTIVE and item.flags & (FLAG_IMPORTED | FLAG_AUTOMATE) != FLAG_IMPORTED
        events: list[EventWrite] = []
        for position, (decoded, event, key) in enumerate(read):
            made = EventFacts(
                event_id=item.event_ids[position],
                webhook_id=webhook_id,
                delivery_id=delivery_id,
                position=position,
                source=facts.source,
                signature=item.signature,
                received_ms=item.received_ms,
                reason=decoded.reason,
                payload=decoded.jsonb,
                runs_rules=runs_rules,
                note=None if runs_rules or not item.flags & FLAG_IMPORTED else IMPORTED,
            )
            write = self._drafter.event(company, made, key.key, event, decoded.value)
            if key.earlier is not None:
                write.earlier = (uuid_of(key.earlier), key.earlier_from_ms)
            events.append(write)
        return DeliveryWrite(
            company_id=company.id,
            webhook_id=webhook_id,
            delivery_id=delivery_id,
            signature=item.signature,
            content_type=item.content_type,
            headers=item.headers.decode(),
            body=item.body,
            events=events,
            spilled=bool(item.flags & FLAG_SPILLED),
        )

    def _meta(
        self, company: Company, item: Intake, told: Mapping[str, NumberUpdates], phones: Mapping[str, str]
    ) -> DeliveryWrite:
        app_id = item.content_type or ""
        mine = [
            (session_id, updates)
            for number, updates in told.items()
            if (session_id := company.sessions_by_number.get((app_id, number))) is not None
        ]
        inbound = [(session_id, message) for session_id, updates in mine for message in updates.inbound]
        delivery_id = uuid_of(item.delivery_id)
        return DeliveryWrite(
            company_id=company.id,
            webhook_id=uuid_of(item.webhook_id),
            delivery_id=delivery_id,
            signature=item.signature,
            content_type="application/json",
            headers=item.headers.decode(),
            body=item.body,
            events=[
                self._inbound(company, item, own_id, position, session_id, message, phones)
                # The gateway may have known other numbers than this shard: what it allotted bounds what is stored.
                for position, (own_id, (session_id, message)) in enumerate(zip(item.event_ids, inbound, strict=False))
            ],
            meta=MetaPart(
                app_id,
                [status for _, updates in mine for status in updates.statuses],
                bool(item.flags & FLAG_CARRIES),
                [preference for _, updates in mine for preference in updates.preferences],
                [
                    update
                    for updates in told.values()
                    for update in updates.account
                    if (app_id, update.waba_id) in company.accounts
                ],
            ),
        )

    def _understood(self, company: Company, item: Intake) -> DeliveryWrite:
        """What a message was understood to want: an event of its own that points to the bytes of the message's."""
        value = orjson.loads(item.body)
        event = CanonicalEvent(
            occurred_at=parse_time(value["occurred_at"]) or ms_to_time(item.received_ms),
            event_type="message_understood",
            external_id=value["message_event_id"],
            customer_name=value["name"],
            customer_phone=value["phone"],
        )
        facts = EventFacts(
            event_id=item.event_ids[0],
            webhook_id=None,
            delivery_id=uuid_of(item.delivery_id),
            position=0,
            source=_META_SOURCE,
            signature=item.signature,
            received_ms=item.received_ms,
            reason=None,
            payload=item.body.decode(),
            runs_rules=True,
        )
        message_id = UUID(value["message_event_id"]).bytes
        key = blake2b(company.id.bytes + message_id, digest_size=16, person=b"understood").digest()
        return DeliveryWrite(
            company_id=company.id,
            webhook_id=uuid_of(item.webhook_id),
            delivery_id=facts.delivery_id,
            signature=item.signature,
            content_type=item.content_type,
            headers=item.headers.decode(),
            body=item.body,
            events=[self._drafter.event(company, facts, key, event, value)],
            meta=MetaPart("", [], carries=False),  # the bytes are the message's, and kept with it
        )

    def _inbound(
        self,
        company: Company,
        item: Intake,
        own_id: bytes,
        position: int,
        session_id: UUID,
        message: InboundMessage,
        phones: Mapping[str, str],
    ) -> EventWrite:
        """An inbound message is an event of type ``message_received``; its key is WhatsApp's own message id.

        That a person's number has changed is one of type ``number_changed``: nobody has written anything. A number that
        is hidden now and was told before is the person's all the same; where none was, WhatsApp's id of them stands in
        its place. ``phone_from`` tells where it was taken from.
        """
        value = {**message.value, "session_id": str(session_id)}
        phone = message.phone
        if phone is None and message.sender_id is not None:
            phone = phones.get(message.sender_id)
            value["phone_from"] = "user_id" if phone is None else "contact"
            phone = phone or message.sender_id
        event = CanonicalEvent(
            occurred_at=ms_to_time(message.at_ms),
            event_type="number_changed" if message.changed else "message_received",
            external_id=message.provider_id[:1000],
            customer_name=clean(message.name)[:300] or None if message.name else None,
            customer_phone=phone,
        )
        facts = EventFacts(
            event_id=own_id,
            webhook_id=None,
            delivery_id=uuid_of(item.delivery_id),
            position=position,
            source=_META_SOURCE,
            signature=item.signature,
            received_ms=item.received_ms,
            reason=None,
            payload=orjson.dumps(value).decode(),
            runs_rules=True,
        )
        key = blake2b(company.id.bytes + message.provider_id.encode(), digest_size=16, person=b"wamid").digest()
        write = self._drafter.event(company, facts, key, event, value)
        write.heard_by = session_id
        write.wish = _wish(write, event, message)
        write.heard = _heard(write, company, item, session_id, event, message)
        return write


def _wish(write: EventWrite, event: CanonicalEvent, message: InboundMessage) -> Wish | None:
    """Return what an inbound message says about being written to, as its company keeps it."""
    text = inbound_text(message.value["message"])
    found = read_wish(text) if text is not None else None
    if found is None or event.customer_phone is None:
        return None
    company_id = write.row[EVENT_COLUMNS.index("company_id")]
    return Wish(company_id, event.customer_phone, found.stop, OWN_WORD, event.occurred_at, found.kind, write.event_id)


def _heard(
    write: EventWrite, company: Company, item: Intake, session_id: UUID, event: CanonicalEvent, message: InboundMessage
) -> Heard | None:
    """Return what an inbound message is to its conversation; who tells neither number nor id cannot be answered."""
    if event.customer_phone is None or message.changed:
        return None
    told = message.value["message"]
    at = ms_to_time(min(message.at_ms, item.received_ms))
    text, asks = preview(told), wants_answer(told)
    return Heard(
        company.id,
        session_id,
        event.customer_phone,
        at,
        write.event_id,
        message_type(told),
        text,
        event.customer_name,
        asks,
    )
