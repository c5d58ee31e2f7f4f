"""Walking through a rule's steps: what is to be done now, and where and when it goes on. Pure; the clock is given.

The shard walks until something has to wait, or to ask Postgres; whoever drives cases walks on from there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from engine.comparison import moment_of
from engine.composing import Composer
from engine.drafts import MessageDraft
from engine.events import CanonicalEvent
from engine.ids import ms_to_time, time_to_ms
from engine.rule_windows import SKIP, at_minute, zone_for
from engine.send_schema import MAX_CAPTION
from engine.step_conditions import Facts
from engine.step_schema import END
from engine.steps import Action, Branch, Send, Step, SteppedRule, Wait, WaitForMoment, WaitForTime
from engine.times import rfc3339
from engine.zones import zone_named

RUNNING, DONE = "running", "done"
FINISHED = "finished"


@dataclass(frozen=True, slots=True)
class Situation:
    """What a walk goes by.

    Attributes:
        facts: what Postgres knows; None where nobody may ask it now (inside the event's own transaction).
    """

    event: CanonicalEvent
    payload: object
    company_zone: str
    now_ms: int
    facts: Facts | None


@dataclass(frozen=True, slots=True)
class Effect:
    """Something that a step wants done: a draft, or an action that its driver knows. ``entry``: its line in the log."""

    step: Step
    draft: MessageDraft | None
    entry: dict[str, Any]


@dataclass(slots=True)
class Walked:
    """How far a walk came: ``position`` is the step to go on with at ``due_ms``; None where the run is over."""

    effects: list[Effect] = field(default_factory=list)
    log: list[dict[str, Any]] = field(default_factory=list)
    position: str | None = None
    due_ms: int | None = None
    reason: str | None = None

    @property
    def over(self) -> bool:
        return self.position is None


class Walker:
    """Walks a rule's steps.

    Args:
        rule: the program.
        composers: per step that sends, what makes its message.
    """

    __slots__ = ("_composers", "_rule")

    def __init__(self, rule: SteppedRule, composers: Mapping[str, Composer]) -> None:
        self._rule = rule
        self._composers = composers

    def walk(self, at: str, situation: Situation) -> Walked:
        """Walk from a step until one has to wait, or to the end; every step is passed at most once.

        Raises:
            KeyError: there is no such step.
        """
        walked = Walked()
        position: str | None = at
        while position is not None:
            position = self._take(walked, self._rule.steps[position], situation)
            if walked.position is not None or walked.reason is not None:
                return walked
        walked.reason = FINISHED
        return walked

    def _take(self, walked: Walked, step: Step, situation: Situation) -> str | None:
        """Do one step; return the next, or mark in ``walked`` that the walk stops."""
        action = step.action
        if situation.facts is None and _asks(action):
            _wait(walked, step.id, situation.now_ms)  # it goes on at once, by somebody who may ask Postgres
        elif isinstance(action, Branch):
            return _branch(walked, step, action, situation)
        elif isinstance(action, Wait | WaitForTime | WaitForMoment):
            _pause(walked, step, action, situation)
        elif isinstance(action, Send):
            self._send_in_time(walked, step, situation)
        else:
            entry = _entry(step, situation, "done")
            walked.effects.append(Effect(step, None, entry))
            walked.log.append(entry)
        return step.following

    def _send_in_time(self, walked: Walked, step: Step, situation: Situation) -> None:
        opens = self._opens_ms(situation)
        if opens is None:
            walked.log.append(self._send(walked, step, situation))
        elif self._skips:
            walked.log.append(_entry(step, situation, "skipped", "outside_schedule"))
        else:
            walked.log.append(_entry(step, situation, "waits", "waits_for_schedule", due_ms=opens))
            _wait(walked, step.id, opens)

    @property
    def _skips(self) -> bool:
        return self._rule.schedule is not None and self._rule.schedule.outside == SKIP

    def _opens_ms(self, situation: Situation) -> int | None:
        schedule = self._rule.schedule
        if schedule is None:
            return None
        return schedule.opens_ms(situation.now_ms, situation.company_zone, situation.event.customer_phone)

    def _send(self, walked: Walked, step: Step, situation: Situation) -> dict[str, Any]:
        composer = self._composers[step.id]
        if composer.problem:
            return _entry(step, situation, "error", composer.problem)
        draft = composer.compose(situation.event, situation.payload, situation.company_zone, situation.now_ms)
        if isinstance(step.action, Send) and step.action.image is not None:
            _make_image(draft, step.action, composer, situation)
        entry = _entry(step, situation, "held" if draft.status == "held" else "sent", draft.reason)
        walked.effects.append(Effect(step, draft, entry))
        return entry


def _make_image(draft: MessageDraft, send: Send, composer: Composer, situation: Situation) -> None:
    """Make an image of a draft whose text is the PIX code: whoever drives the case puts the picture to it."""
    draft.type, draft.text = "image", ""
    if composer.as_text and draft.reason is None:
        draft.status, draft.reason = "held", "no_image_on_web"
    if send.caption is None or draft.reason is not None:
        return
    caption = send.caption.render(situation.event, situation.payload, zone_named(situation.company_zone))
    draft.text = caption.text[:MAX_CAPTION]
    if caption.missing:
        draft.status, draft.reason = "held", f"missing_variable:{','.join(caption.missing)}"


def _branch(walked: Walked, step: Step, branch: Branch, situation: Situation) -> str | None:
    facts = situation.facts or Facts()
    if branch.condition.holds(situation.event, situation.payload, facts):
        walked.log.append(_entry(step, situation, "then", "condition_true"))
        return branch.then
    told = branch.condition.explain(situation.event, situation.payload, facts) or {}
    entry = _entry(step, situation, "else", told.pop("reason", "condition_false"))
    walked.log.append({**entry, "detail": told})
    return branch.otherwise


def _due(action: Wait | WaitForTime | WaitForMoment, situation: Situation) -> tuple[int | None, str | None, bool]:
    """Return until when a step waits (None: not at all), a reason, and whether the run ends with it."""
    now_ms = situation.now_ms
    if isinstance(action, Wait):
        return now_ms + action.delay_s * 1000, None, False
    if isinstance(action, WaitForTime):
        return _next_time_ms(action, situation), None, False
    moment = moment_of(action.read(situation.event, situation.payload))
    if moment is None:
        if action.fallback_s is not None:
            return now_ms + action.fallback_s * 1000, f"moment_missing:{action.field}", False
        return None, f"moment_missing:{action.field}", action.if_missing == END
    due_ms = time_to_ms(moment) + action.offset_s * 1000
    if due_ms > now_ms:
        return due_ms, None, False
    return None, f"moment_past:{action.field}", action.if_past == END


def _next_time_ms(action: WaitForTime, situation: Situation) -> int:
    zone = zone_for(action.zone, situation.company_zone, situation.event.customer_phone)
    now = ms_to_time(situation.now_ms)
    today = now.astimezone(zone).date()
    for offset in range(9):
        day = today + timedelta(days=offset)
        moment = at_minute(day.year, day.month, day.day, action.minute, zone)
        if day.weekday() in action.days and moment > now:
            return time_to_ms(moment)
    raise ValueError("a time of day without days")


def _asks(action: Action) -> bool:
    """Tell whether a step takes more than the event: a look into Postgres, or a hand in it."""
    if isinstance(action, Branch):
        return bool(action.condition.needs)
    if isinstance(action, Send):
        return action.image is not None
    return not isinstance(action, Wait | WaitForTime | WaitForMoment)


def _pause(walked: Walked, step: Step, action: Wait | WaitForTime | WaitForMoment, situation: Situation) -> None:
    due_ms, reason, ends = _due(action, situation)
    if ends:
        walked.log.append(_entry(step, situation, "ended", reason))
        walked.reason = reason
    elif due_ms is not None and step.following is not None:
        walked.log.append(_entry(step, situation, "waits", reason, due_ms=due_ms))
        _wait(walked, step.following, due_ms)
    else:
        walked.log.append(_entry(step, situation, "passed", reason))


def _wait(walked: Walked, position: str, due_ms: int) -> None:
    walked.position, walked.due_ms = position, due_ms


def _entry(
    step: Step, situation: Situation, outcome: str, reason: str | None = None, *, due_ms: int | None = None
) -> dict[str, Any]:
    """Return a line of the log; ``until`` is shown in the company's zone by whoever shows it."""
    entry: dict[str, Any] = {
        "step": step.id,
        "type": step.type,
        "at": rfc3339(ms_to_time(situation.now_ms)),
        "outcome": outcome,
        "reason": reason,
    }
    if due_ms is not None:
        entry["until"] = rfc3339(ms_to_time(due_ms))
    return entry
