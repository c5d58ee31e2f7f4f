"""What a replay would do with a page of events: rules evaluated, and everything asked that may speak against a message.

The preview and the run ask the same questions in the same order, so that the one tells what the other does.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import count
from typing import Any
from uuid import UUID

import orjson

from actors.company import Company
from actors.drafting import Drafter
from actors.firing import cap_key
from actors.jobs.bulk_pages import Tally
from engine.ids import ms_to_time
from engine.matching import MessageDraft, Outcome
from engine.message_states import is_waiting
from engine.pagination import OLDEST, Columns
from engine.replay import FORCED, is_expired_pix, refusal_before
from engine.rules import ANY_EVENT
from engine.stored_events import canonical_of
from engine.type_names import event_types_of
from storage.budgets import read_windows
from storage.cancelling import find_cancelling_events
from storage.case_rows import FiringWrite
from storage.company_config import CompanyRows
from storage.countries import skip_barred
from storage.dead_letters import lock_letters_of
from storage.ingest_rows import Cap
from storage.message_rows import MessageRow
from storage.pool import Connection
from storage.replays import Effects, find_effects, read_caps
from storage.sender_sessions import SenderSession
from storage.suppressions import skip_suppressed
from storage.undeliverable import skip_undeliverable
from storage.uuids import uuid_of

_PATH = re.compile(r"\$[.\[]")


@dataclass(slots=True)
class Effect:
    """A rule that acts on an event: its messages of now, its case, its cap; ``refusal``: why it does not after all."""

    event_id: UUID
    run: dict[str, Any]
    messages: list[MessageRow]
    firing: FiringWrite | None = None
    cap: Cap | None = None
    before: list[UUID] = field(default_factory=list)
    resting: list[UUID] = field(default_factory=list)
    letters: list[UUID] = field(default_factory=list)
    refusal: str | None = None


class Replaying:
    """One company's rules, as they are now, over stored events.

    Args:
        company: its rules, templates and sessions.
        rules: only these; None: all.
        force: also what was accepted, or may have been.
        bulk: the messages go in the bulk lane, behind whatever an event sends at this moment.
        counting: nothing will be stored: rows hold only what decides (half the cost of a preview was making them).
    """

    def __init__(
        self,
        company: Company,
        rows: CompanyRows,
        sessions: Sequence[SenderSession],
        drafter: Drafter,
        *,
        rules: frozenset[str] | None,
        force: bool,
        bulk: bool,
        counting: bool,
    ) -> None:
        self._company = company
        self._drafter = drafter
        self._rules = rules
        self._force = force
        self._bulk = bulk
        self._counting = counting
        self._shadows = count(1)
        self._windowed = {session.id for session in sessions if session.policy.asks_about_texts}
        chosen = [row for row in rows.rules if rules is None or row["id"] in rules]
        named = {name for row in chosen for name in _types(row["definition"])}
        self.types = None if ANY_EVENT in named else sorted(named)
        """Event types that some rule names; None: any."""
        texts = [row["definition"] for row in chosen]
        texts += [[row["body"], row["components"], row["defaults"]] for row in rows.templates]
        self.payloads = any(_PATH.search(orjson.dumps(text).decode()) for text in texts)
        """Whether a rule or template looks into payloads."""

    async def decide(
        self, connection: Connection, events: Sequence[Columns], now_ms: int, tally: Tally
    ) -> list[Effect]:
        """Return what acts on these events, with the rest in the tally."""
        effects = [effect for row in events for effect in self._evaluate(row, now_ms, tally)]
        self._look_back(effects, *await self._done(connection, events))
        await self._look_around(connection, [effect for effect in effects if effect.refusal is None])
        for effect in effects:
            if effect.refusal is not None:
                tally.leave(effect.refusal)
        return [effect for effect in effects if effect.refusal is None]

    async def _done(
        self, connection: Connection, events: Sequence[Columns]
    ) -> tuple[dict[tuple[UUID, UUID], Effects], dict[UUID, list[UUID]]]:
        """Return what rules have made of these events, and the open dead letters of it."""
        done = await find_effects(connection, self._company.id, events)
        failed = [one.id for made in done.values() for one in made.messages if one.status == "failed"]
        if self._counting or not failed:
            return done, {}
        letters = await lock_letters_of(connection, self._company.id, failed)
        # A retry may have held these locks till now: what it made of them is seen only by looking again.
        return await find_effects(connection, self._company.id, events), letters

    def _evaluate(self, row: Columns, now_ms: int, tally: Tally) -> list[Effect]:
        event, payload = canonical_of(row)
        outcome = self._company.rules.evaluate(
            event, payload, source=row["source"], company_time_zone=self._company.time_zone, now_ms=now_ms
        )
        if self._rules is not None:
            outcome.runs = [run for run in outcome.runs if run["rule_id"] in self._rules]
        if not outcome.runs:
            tally.leave("no_rule")
            return []
        expired = is_expired_pix(row["event_type"], row["pix_expires_at"], ms_to_time(now_ms)) and not self._force
        effects: list[Effect] = []
        for run in outcome.runs:
            if run["outcome"] == "fired":
                effect = self._effect(row["id"], run, outcome, now_ms)
                effect.refusal = "pix_expired" if expired else _held(effect)
                effects.append(effect)
            else:
                tally.leave((run["reason"] or run["outcome"]).partition(":")[0])
        return effects

    def _effect(self, event_id: UUID, run: dict[str, Any], outcome: Outcome, now_ms: int) -> Effect:
        rule_id = _uuid(run["rule_id"])
        for draft in outcome.drafts:
            if draft.rule_id == rule_id:
                if self._counting:
                    message = _shadow(next(self._shadows), self._company.id, event_id, draft)
                else:
                    message = self._drafter.message(self._company.id, event_id, draft, now_ms)
                effect = Effect(event_id, run, [self._in_lane(message)])
                if draft.per_order is not None and draft.order_id is not None:
                    effect.cap = Cap(cap_key(draft.rule_id, draft.order_id), draft.per_order)
                return effect
        firing = next(one for one in outcome.firings if one.rule.id == rule_id)
        write, messages = self._drafter.firing(self._company, event_id, firing, now_ms)
        return Effect(event_id, run, [self._in_lane(message) for message in messages], write)

    def _in_lane(self, message: MessageRow) -> MessageRow:
        return message._replace(lane="bulk") if self._bulk else message

    def _look_back(
        self,
        effects: Sequence[Effect],
        done: dict[tuple[UUID, UUID], Effects],
        letters: dict[UUID, list[UUID]],
    ) -> None:
        """Refuse what has had its effect already; remember what the new messages are second tries of."""
        for effect in effects:
            made = done.get((effect.event_id, _uuid(effect.run["rule_id"])))
            if made is None:
                continue
            effect.before = sorted(message.id for message in made.messages)
            effect.letters = [letter for message_id in effect.before for letter in letters.get(message_id, ())]
            effect.resting = [one.id for one in made.messages if is_waiting(one.status)]
            reason = refusal_before(made.messages, made.cases)
            if reason is not None and not (self._force and reason in FORCED):
                effect.refusal = reason
            # The first run has used the caps: this is its second try.
            effect.cap = None
            if effect.firing is not None:
                effect.firing.per_order = None

    async def _look_around(self, connection: Connection, effects: list[Effect]) -> None:
        """Refuse what people, countries, orders, windows and caps do not allow."""
        for check in (skip_suppressed, skip_undeliverable, skip_barred):
            rows = [message for effect in effects for message in effect.messages]
            checked = {row.id: row for row in await check(connection, rows)} if rows else {}
            for effect in effects:
                refused = next((checked[m.id].reason for m in effect.messages if checked[m.id].due_at is None), None)
                effect.refusal = effect.refusal or refused
            effects = [effect for effect in effects if effect.refusal is None]
        await self._look_at_orders(connection, effects)
        await self._look_at_windows(connection, [effect for effect in effects if effect.refusal is None])
        await _look_at_caps(connection, [effect for effect in effects if effect.refusal is None])

    async def _look_at_orders(self, connection: Connection, effects: Sequence[Effect]) -> None:
        asked = [
            (effect, (self._company.id, order_id, effect.event_id, cancel_on))
            for effect in effects
            for order_id, cancel_on in _cancelled_by(effect)
        ]
        if asked:
            found = await find_cancelling_events(connection, [question for _, question in asked])
            for position, event_type in found.items():
                asked[position][0].refusal = f"cancelled_by:{event_type}"

    async def _look_at_windows(self, connection: Connection, effects: Sequence[Effect]) -> None:
        texts = [
            (effect, message)
            for effect in effects
            for message in effect.messages
            if message.session_id in self._windowed and message.type != "template"
        ]
        if not texts:
            return
        people = sorted({(self._company.id, message.session_id, message.to_phone) for _, message in texts})
        opened = await read_windows(connection, people)
        for effect, message in texts:
            if (message.session_id, message.to_phone) not in opened:
                effect.refusal = "outside_window"


@lru_cache(maxsize=1_000)
def _uuid(text: str) -> UUID:
    return UUID(text)


def _shadow(number: int, company_id: UUID, event_id: UUID, draft: MessageDraft) -> MessageRow:
    """Return a row with what the checks of :class:`Replaying` look at, and nothing else."""
    due_at = OLDEST if draft.status in ("queued", "scheduled") else None
    head = (uuid_of(number.to_bytes(16, "big")), company_id, OLDEST, event_id, draft.rule_id, draft.rule_version, None)
    what = (draft.session_id, draft.to_phone, draft.order_id, draft.lane, draft.type, "", draft.template_id)
    state = (None, None, None, draft.category, draft.status, draft.reason, 0, None, None, None, None, "[]", OLDEST)
    return MessageRow._make((*head, *what, *state, due_at, due_at, draft.cancel_on or None, None, None))


def _types(definition: Any) -> tuple[str, ...]:
    trigger = definition.get("trigger") if isinstance(definition, dict) else None
    return event_types_of(trigger.get("event_type")) if isinstance(trigger, dict) else ()


def _held(effect: Effect) -> str | None:
    """Return the reason why a rule itself would hold what it makes."""
    held = next((message.reason for message in effect.messages if message.status == "held"), None)
    return held.partition(":")[0] if held is not None else None


def _cancelled_by(effect: Effect) -> list[tuple[str, Sequence[str]]]:
    """Return an effect's order and what calls it off; [] if nothing does."""
    case = effect.firing.case if effect.firing is not None else None
    if case is not None and case.order_id and case.cancel_on:
        return [(case.order_id, case.cancel_on)]
    message = effect.messages[0] if effect.messages else None
    if message is not None and message.order_id and message.cancel_on:
        return [(message.order_id, message.cancel_on)]
    return []


async def _look_at_caps(connection: Connection, effects: Sequence[Effect]) -> None:
    capped: list[tuple[Effect, UUID, int]] = []
    for effect in effects:
        if effect.cap is not None:
            capped.append((effect, effect.cap.key, effect.cap.limit))
        elif effect.firing is not None and effect.firing.per_order is not None:
            capped.append((effect, effect.firing.per_order.key, effect.firing.per_order.count))
    used = await read_caps(connection, [key for _, key, _ in capped])
    for effect, key, limit in capped:
        used[key] = used.get(key, 0) + 1
        if used[key] > limit:
            effect.refusal = "cap_per_order"
