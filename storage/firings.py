"""What rules in steps leave behind inside their event's transaction: caps used, cases made, cases called off."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from storage.cancelling import CancelOrder, find_cancelling_events
from storage.case_rows import CaseRow, FiringWrite, OrderLimit, PersonLimit
from storage.message_rows import MessageRow, ended
from storage.pool import Connection
from storage.queries import query

PER_ORDER, PER_PERSON = "cap_per_order", "cap_per_person"


async def limit_firings(
    connection: Connection, firings: Sequence[FiringWrite], messages: list[MessageRow], now: datetime
) -> tuple[list[MessageRow], list[CaseRow]]:
    """Use up the firings' caps, once per firing; what is over them is skipped with its reason.

    Args:
        connection: inside the events' transaction.
        firings: in the order of their events.
        messages: the events' messages, in which those of the firings stand.
        now: when they run.

    Returns:
        The messages, some of them skipped, and the cases to be stored.
    """
    over = await _over(connection, firings, now)
    skipped = {message_id: reason for at, reason in over.items() for message_id in firings[at].message_ids}
    if skipped:
        messages = [
            ended(row, "skipped", skipped[row.id]) if row.id in skipped and row.due_at is not None else row
            for row in messages
        ]
    cases = [
        firing.case.ended("skipped", over[at]) if at in over else firing.case
        for at, firing in enumerate(firings)
        if firing.case is not None
    ]
    return messages, cases


async def _over(connection: Connection, firings: Sequence[FiringWrite], now: datetime) -> dict[int, str]:
    """Return the firings that a cap does not allow, by place, with the reason; a firing uses both its caps or none."""
    by_order = {f.per_order.key: f.company_id for f in firings if f.per_order is not None}
    by_person = {f.per_person.key: f.company_id for f in firings if f.per_person is not None}
    if not by_order and not by_person:
        return {}
    used, times = await _lock(connection, by_order, by_person)
    over: dict[int, str] = {}
    people_used: dict[UUID, list[PersonLimit]] = {}
    for at, firing in enumerate(firings):
        order, person = firing.per_order, firing.per_person
        if order is not None and used[order.key] >= order.count:
            over[at] = PER_ORDER
        elif person is not None and not _allows(person, times[person.key], now):
            over[at] = PER_PERSON
        else:
            _use(order, person, used, times, now)
            if person is not None:
                people_used.setdefault(person.key, []).append(person)
    await _write(connection, used, people_used, now)
    return over


async def _lock(
    connection: Connection, by_order: Mapping[UUID, UUID], by_person: Mapping[UUID, UUID]
) -> tuple[dict[UUID, int], dict[UUID, list[datetime]]]:
    """Return how often and when these caps were used, their rows made where there are none, and locked.

    A row that is old enough may be deleted (storage/retention.py) between the two: it is made anew.
    """
    orders, people = sorted(by_order), sorted(by_person)
    companies = [by_order[key] for key in orders], [by_person[key] for key in people]
    while True:
        await connection.execute(query("cases/add_keys"), orders, companies[0], people, companies[1])
        used: dict[UUID, int] = await _locked(connection, "cases/lock_order_caps", orders)
        times: dict[UUID, list[datetime]] = await _locked(connection, "cases/lock_person_uses", people)
        if len(used) == len(orders) and len(times) == len(people):
            return used, times


async def _locked(connection: Connection, name: str, keys: Sequence[UUID]) -> dict[UUID, Any]:
    return {row["key"]: row["used"] for row in await connection.fetch(query(name), keys)} if keys else {}


def _allows(limit: PersonLimit, times: Iterable[datetime], now: datetime) -> bool:
    since = now - timedelta(hours=limit.per_hours)
    return sum(at > since for at in times) < limit.count


def _use(
    order: OrderLimit | None,
    person: PersonLimit | None,
    used: dict[UUID, int],
    times: dict[UUID, list[datetime]],
    now: datetime,
) -> None:
    if order is not None:
        used[order.key] += 1
    if person is not None:
        times[person.key] = [*times[person.key], now]


async def _write(
    connection: Connection, orders: dict[UUID, int], people: dict[UUID, list[PersonLimit]], now: datetime
) -> None:
    if orders:
        await connection.execute(query("cases/set_order_caps"), list(orders), list(orders.values()))
    if people:
        since = [now - timedelta(hours=max(limit.per_hours for limit in limits)) for limits in people.values()]
        await connection.execute(
            query("cases/add_person_uses"), list(people), since, [len(limits) for limits in people.values()], now
        )


async def store_cases(connection: Connection, cases: Sequence[CaseRow]) -> None:
    """Store new cases; one whose order has been called off already, in whatever order the events came, is over."""
    if not cases:
        return
    asked = [
        (at, (case.company_id, case.order_id, case.event_id, case.cancel_on))
        for at, case in enumerate(cases)
        if case.state == "running" and case.cancel_on and case.order_id
    ]
    found = await find_cancelling_events(connection, [question for _, question in asked]) if asked else {}
    gone = {asked[index][0]: f"cancelled_by:{event_type}" for index, event_type in found.items()}
    rows = [case.ended("cancelled", gone[at]) if at in gone else case for at, case in enumerate(cases)]
    await connection.copy_records_to_table("rule_cases", records=rows, columns=CaseRow._fields)


async def cancel_cases(connection: Connection, orders: Sequence[CancelOrder], now: datetime) -> None:
    """End the running cases that these events call off, before the messages that they may just have made."""
    await connection.execute(
        query("cases/cancel_for_orders"),
        [order.company_id for order in orders],
        [order.order_id for order in orders],
        [order.event_type for order in orders],
        now,
    )
