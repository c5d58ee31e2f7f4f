"""The route that replays events: the company's rules over stored events once more, counted by effect first."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from starlette.responses import Response

from engine.errors import Conflict, FieldProblem
from engine.texts import stored_id
from engine.user_ids import read_address
from gateway.bulk import BulkAction, answer_bulk, bulk_answers, bulk_schema
from gateway.calls import Call
from gateway.operations import Operation
from gateway.schema import anything, boolean, choice, identifier, items, moment, record, text
from storage.replays import find_changed_rule
from storage.rules import rules_at
from storage.searching import Row

_STATES = ("processed", "unparsed", "failed")
_FILTER = record(
    {
        "from": moment(),
        "to": moment(),
        "event_type": text(200),
        "source": text(200),
        "webhook_id": identifier(),
        "state": choice(*_STATES),
        "external_id": text(1000),
        "order_id": text(1000),
        "phone": text(64),
        "payload": anything(description="JSON that the payload must contain."),
    },
    description="Events that are all of this, as `GET /events` finds them; {} means all of them.",
)
_MOST_RULES = 100


async def _recheck(call: Call, row: Row) -> None:
    """What was shown must be what runs: a rule that is new or changed could send more, or something else."""
    rules = row["request"].get("rules")
    ids = None if rules is None else [UUID(rule) for rule in rules]
    changed = await find_changed_rule(call.services.pool, call.company_id, row["as_of"], ids)
    if changed is not None:
        raise Conflict(f"the rule {changed!r} was changed since the preview: make a new one")


_REPLAY = BulkAction(
    name="event_replay", job_kind="event_replay", counting_kind="event_replay_preview", recheck=_recheck
)


async def _replay(call: Call) -> Response:
    errors: list[dict[str, str]] = []
    if "filter" in call.body:
        call.body["filter"] = _as_stored(call.body["filter"], errors)
    if "rules" in call.body:
        known = {str(row["id"]) for row in await rules_at(call.services.pool, call.company_id, [], call.now())}
        errors += [
            {"field": f"rules[{at}]", "reason": "is no rule of this company"}
            for at, rule in enumerate(call.body["rules"])
            if str(UUID(rule)) not in known
        ]
    if errors:
        raise FieldProblem(errors)
    return await answer_bulk(call, _REPLAY)


def _as_stored(given: dict[str, Any], errors: list[dict[str, str]]) -> dict[str, Any]:
    """Return a filter whose ids and phone are as events keep them."""
    wanted = dict(given)
    for name in ("external_id", "order_id"):
        if name in wanted:
            wanted[name] = stored_id(wanted[name]) or wanted[name]
    if "phone" in wanted:
        phone = read_address(wanted["phone"])
        if phone is None:
            errors.append({"field": "filter.phone", "reason": "must be a phone number such as +5511900000000"})
        wanted["phone"] = phone
    return wanted


OPERATIONS = (
    Operation(
        name="replayEvents",
        method="POST",
        path="/events/replay",
        handler=_replay,
        summary="Run rules over stored events once more, counted by effect first",
        description=(
            "Two calls. `{filter}` (or `ids`, at most 1,000) with `preview: true` counts and sends nothing: `would` is "
            "how many effects (an event and a rule that acts on it) there would be, `skip` why others would not be. "
            "`{preview_id}` runs what that showed, as a job, and never more.\n\n"
            "An event's message that was accepted, or may have been, is not sent again unless `force` is true; one "
            "that still waits never is. Opt-outs, caps, cancelling events and the 24-hour window count as always; an "
            "expired PIX code is not offered again. Messages belong to the event that is replayed and name the "
            "earlier one in `retry_of`; of a filter's events they go in the bulk lane, behind what comes in now."
        ),
        tag="Events",
        role="operator",
        body=bulk_schema(
            _FILTER,
            {
                "rules": items(identifier(), _MOST_RULES, minItems=1, description="Only these rules."),
                "force": boolean(description="Also what was accepted already, or may have been: it is sent twice."),
            },
        ),
        body_example={"filter": {"event_type": "pix_created", "from": "2026-01-31T12:00:00Z"}, "preview": True},
        answers=bulk_answers("Replay"),
    ),
)
