"""What a shard wants stored: deliveries, their events, and what follows from them. Values only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from engine.meta_account import AccountUpdate, Preference
from engine.meta_updates import StatusUpdate
from engine.metrics import Delta
from storage.cancelling import Cancelled, CancelOrder
from storage.case_rows import FiringWrite
from storage.conversations import Heard
from storage.message_changes import Transition
from storage.message_rows import MessageRow
from storage.suppressions import Wish

EVENT_COLUMNS = (
    "id",
    "company_id",
    "created_at",
    "webhook_id",
    "delivery_id",
    "position",
    "source",
    "event_type",
    "external_id",
    "order_id",
    "state",
    "reason",
    "customer_name",
    "customer_phone",
    "customer_email",
    "customer_document",
    "product_name",
    "plan_name",
    "order_value_cents",
    "pix_code",
    "pix_expires_at",
    "payment_method",
    "occurred_at",
    "signature",
    "replay_of",
    "runs",
    "payload",
)


@dataclass(frozen=True, slots=True)
class Cap:
    """A rule's "at most so many per order": the digest of rule and order, and the limit."""

    key: UUID
    limit: int


@dataclass(slots=True)
class EventWrite:
    """An event on its way into Postgres: its key, its row (in the order of EVENT_COLUMNS) and what follows from it."""

    key: UUID
    event_id: UUID
    row: list[Any]
    messages: list[MessageRow] = field(default_factory=list)
    caps: dict[UUID, Cap] = field(default_factory=dict)  # message → what limits it
    cancels: CancelOrder | None = None
    earlier: tuple[UUID, int] | None = None  # another key, and since when its event counts as the same
    wish: Wish | None = None  # what an inbound message says about being written to
    heard_by: UUID | None = None  # the session that an inbound message was written to
    heard: Heard | None = None  # what an inbound message is to its conversation
    firings: list[FiringWrite] = field(default_factory=list)  # rules in steps that leave more than messages


@dataclass(slots=True)
class DeliveryWrite:
    """One webhook request: its bytes, and the events it holds (one, or an array's)."""

    company_id: UUID
    webhook_id: UUID
    delivery_id: UUID
    signature: str
    content_type: str | None
    headers: str
    body: bytes
    events: list[EventWrite]
    spilled: bool = False
    meta: MetaPart | None = None


@dataclass(frozen=True, slots=True)
class MetaPart:
    """What only a delivery by Meta's door has: its app, statuses to fold, whether this part stores the bytes, and what
    is told of people and accounts.
    """

    app_id: str
    statuses: Sequence[StatusUpdate]
    carries: bool
    preferences: Sequence[Preference] = ()
    account: Sequence[AccountUpdate] = ()


@dataclass(slots=True)
class Stored:
    """What a transaction did: the answers per delivery, the fresh events, the messages that wait, and the delta."""

    answers: list[list[tuple[UUID, bool]]]
    fresh: list[EventWrite]
    messages: list[MessageRow]
    cancelled: list[Cancelled]
    folded: list[Transition]
    duplicates: dict[UUID, int] = field(default_factory=dict)  # per company
    repeated: dict[tuple[UUID, UUID], int] = field(default_factory=dict)  # the same per company and webhook
    seq: int | None = None
    delta: Delta | None = None
    reconfigured: set[UUID] = field(default_factory=set)  # companies whose templates or sessions Meta has changed
