"""One turn of claimed cases, inside one transaction: what is known is read, each walks on, its effects are written."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, TypeVar
from uuid import UUID

import orjson

from actors.drafting import Drafter
from engine.drafts import MessageTemplate
from engine.events import CanonicalEvent
from engine.ids import ms_to_time
from engine.matching import RuleRow, composers_of
from engine.step_conditions import CONTACT_HAS_TAG, Facts
from engine.steps import SteppedRule, compile_stepped
from engine.stored_events import canonical_of
from engine.walking import DONE, FINISHED, RUNNING, Situation, Walked, Walker
from storage.case_effects import Deed, apply_deeds, tags_of_contacts
from storage.cases import (
    CaseChange,
    DueCase,
    events_of_cases,
    events_of_orders,
    load_sessions,
    load_templates,
    write_cases,
)
from storage.countries import skip_barred
from storage.message_rows import MessageRow, create_messages
from storage.pool import Connection
from storage.searching import Row
from storage.suppressions import skip_suppressed
from storage.undeliverable import skip_undeliverable

log = logging.getLogger(__name__)
Found = TypeVar("Found")
_UPLOAD_S = 60  # how long a case is left alone while its picture is on the way
Place = tuple[UUID, str]  # a case and one of its steps


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture that is with WhatsApp (``media_id``), or why it is not."""

    media_id: str | None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class WantedPicture:
    """A picture to be drawn and uploaded before a case can go on."""

    place: Place
    company_id: UUID
    session_id: UUID
    code: str
    tries: int


@dataclass(slots=True)
class Turn:
    """What a turn did."""

    claimed: int = 0
    messages: list[MessageRow] = field(default_factory=list)
    pictures: list[WantedPicture] = field(default_factory=list)


class CaseTurn:
    """Takes turns.

    Args:
        drafter: makes rows of drafts.
        now_ms: the present, milliseconds since 1970.
        pictures: those that are uploaded already, by case and step.
    """

    def __init__(self, drafter: Drafter, now_ms: int, pictures: Mapping[Place, Picture]) -> None:
        self._drafter = drafter
        self._now_ms = now_ms
        self._now = ms_to_time(now_ms)
        self._pictures = pictures

    async def take(self, connection: Connection, cases: Sequence[DueCase]) -> Turn:
        """Walk claimed cases on and write everything that comes of it."""
        turn = Turn(claimed=len(cases))
        rules = {case.id: rule for case in cases if (rule := _rule(case)) is not None}
        events = await events_of_cases(connection, {case.event_id for case in cases})
        facts = await _facts(connection, cases, rules)
        walkers = await _walkers(connection, cases, rules)
        changes: list[CaseChange] = []
        deeds: list[Deed] = []
        entries: dict[UUID, dict[str, Any]] = {}
        for case in cases:
            change = _stopped(case, rules.get(case.id), events.get(case.event_id), facts[case.id])
            if change is None:
                change = self._walk(case, walkers[case.id], events[case.event_id], facts[case.id], turn, deeds, entries)
            changes.append(change)
        turn.messages = await self._send(connection, turn.messages, entries)
        await apply_deeds(connection, deeds, self._now, self._drafter.make_id)
        await write_cases(connection, changes, self._now)
        return turn

    def _walk(
        self,
        case: DueCase,
        walker: Walker,
        row: Row,
        facts: Facts,
        turn: Turn,
        deeds: list[Deed],
        entries: dict[UUID, dict[str, Any]],
    ) -> CaseChange:
        try:
            event, payload = canonical_of(row)
            walked = walker.walk(case.position, Situation(event, payload, case.time_zone, self._now_ms, facts))
        except Exception:
            log.exception("a case cannot go on", extra={"action": "walk"})
            return CaseChange(case, "failed", "step_failed")
        wanted = self._wanted(case, walked, event)
        if wanted:
            turn.pictures += wanted
            later = self._now + timedelta(seconds=_UPLOAD_S)
            return CaseChange(case, RUNNING, None, case.position, later, case.tries + 1)
        for effect in walked.effects:
            if effect.draft is None:
                deeds.append(Deed(case, effect.step.action, effect.entry, row))
                continue
            message = self._drafter.message(case.company_id, case.event_id, effect.draft, self._now_ms)
            if effect.draft.type == "image":
                message = self._with_picture(message, self._pictures.get((case.id, effect.step.id)))
            entries[message.id] = effect.entry
            turn.messages.append(message)
        if not walked.over and walked.due_ms is not None:
            return CaseChange(case, RUNNING, None, walked.position, ms_to_time(walked.due_ms), 0, walked.log)
        state = DONE if walked.reason == FINISHED else "skipped"
        return CaseChange(case, state, walked.reason, log=walked.log)

    def _wanted(self, case: DueCase, walked: Walked, event: CanonicalEvent) -> list[WantedPicture]:
        return [
            WantedPicture(
                (case.id, effect.step.id), case.company_id, effect.draft.session_id, event.pix_code or "", case.tries
            )
            for effect in walked.effects
            if effect.draft is not None
            and effect.draft.type == "image"
            and effect.draft.status == "queued"
            and (case.id, effect.step.id) not in self._pictures
        ]

    def _with_picture(self, message: MessageRow, picture: Picture | None) -> MessageRow:
        if picture is None:  # held for another reason: no picture was asked for
            return message
        if picture.media_id is None:
            return _held(message, picture.reason or "media_unavailable")
        image = {"id": picture.media_id, **({"caption": message.text} if message.text else {})}
        return message._replace(content=orjson.dumps({"image": image}).decode())

    async def _send(
        self, connection: Connection, messages: list[MessageRow], entries: Mapping[UUID, dict[str, Any]]
    ) -> list[MessageRow]:
        wanted = await skip_undeliverable(connection, await skip_suppressed(connection, messages))
        wanted = await skip_barred(connection, wanted)
        await create_messages(connection, wanted)
        for message in wanted:
            entry = entries[message.id]
            entry["message_id"] = str(message.id)
            if message.status not in ("queued", "scheduled"):
                entry["outcome"], entry["reason"] = message.status, message.reason
        return wanted


def _held(message: MessageRow, reason: str) -> MessageRow:
    timeline: list[dict[str, Any]] = orjson.loads(message.timeline)
    timeline[0] |= {"status": "held", "reason": reason}
    return message._replace(
        status="held", reason=reason, due_at=None, look_at=None, timeline=orjson.dumps(timeline).decode()
    )


def _rule(case: DueCase) -> SteppedRule | None:
    """Compile the version that a case began with; None where it is gone or wrong."""
    if case.definition is None:
        return None
    try:
        return compile_stepped(RuleRow(case.rule_id, case.rule_name, True, case.version, case.definition))
    except Exception:
        log.exception("a rule's version cannot be read", extra={"action": "compile_case"})
        return None


def _stopped(case: DueCase, rule: SteppedRule | None, event: Row | None, facts: Facts) -> CaseChange | None:
    """Return how a case ends that may not go on; None where it may."""
    if case.deleted:
        return CaseChange(case, "cancelled", "rule_deleted")
    if not case.active:
        return CaseChange(case, "cancelled", "rule_inactive")
    caller = next((name for name in case.cancel_on if name in facts.order_events), None)
    if caller is not None:
        return CaseChange(case, "cancelled", f"cancelled_by:{caller}")
    if event is None:
        return CaseChange(case, "failed", "event_erased")
    if rule is None or case.position not in rule.steps:
        return CaseChange(case, "failed", "rule_invalid")
    return None


async def _facts(
    connection: Connection, cases: Sequence[DueCase], rules: Mapping[UUID, SteppedRule]
) -> dict[UUID, Facts]:
    """Return what Postgres knows beside the events, read in this transaction."""
    ordered = [case for case in cases if case.order_id is not None]
    told = await events_of_orders(
        connection, [(case.company_id, case.order_id or "", case.event_id) for case in ordered]
    )
    events = {case.id: told.get(at, frozenset()) for at, case in enumerate(ordered)}
    asked = [case for case in cases if case.phone and case.id in rules and CONTACT_HAS_TAG in rules[case.id].needs]
    tags = await tags_of_contacts(connection, {(case.company_id, case.phone or "") for case in asked})
    return {
        case.id: Facts(events.get(case.id, frozenset()), tags.get((case.company_id, case.phone or ""), frozenset()))
        for case in cases
    }


async def _walkers(
    connection: Connection, cases: Sequence[DueCase], rules: Mapping[UUID, SteppedRule]
) -> dict[UUID, Walker]:
    company_of = {case.id: case.company_id for case in cases}
    sends = [(company_of[case_id], send) for case_id, rule in rules.items() for send in rule.sends]
    asked = {(company_id, send.template_id) for company_id, send in sends if send.template_id}
    templates = await load_templates(connection, asked)
    sessions = await load_sessions(connection, {(company_id, send.session_id) for company_id, send in sends})
    compiled: dict[tuple[UUID, UUID], MessageTemplate] = {}
    for key, template in templates.items():
        try:
            compiled[key] = MessageTemplate(template)
        except Exception:
            log.exception("a template cannot be read", extra={"action": "compile_template"})
    return {
        case_id: Walker(
            rule, composers_of(rule, own(templates, company), own(sessions, company), own(compiled, company))
        )
        for case_id, rule in rules.items()
        if (company := company_of[case_id])
    }


def own(found: Mapping[tuple[UUID, UUID], Found], company_id: UUID) -> dict[UUID, Found]:
    """Return what is this company's, by its id."""
    return {id_: one for (owner, id_), one in found.items() if owner == company_id}
